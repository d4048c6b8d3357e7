#!/usr/bin/env bash
# A job whose rows do not fit its memory writes them to disk, says so, and counts the same.
. "$(dirname "$0")/scenario.sh"

awk 'BEGIN { for (i = 0; i < 200000; i++) print "word" i % 60000 }' >words
sort words | uniq -c | awk '{ print "(" $2 "," $1 ")" }' | sort >expected
mkdir spill

# job MEMORY: the file job.json with this "memory".
job()
{
    cat >job.json <<END
{
  "version": 1,
  "job": { "name": "limited", "batch": "1s", "memory": $1 },
  "sources": { "lines": { "type": "queue", "with": { "file": "words" } } },
  "operators": {
    "ones": { "from": "lines", "op": "mapToPair", "fn": { "builtin": "with_one" } },
    "counts": { "from": "ones", "op": "reduceByKeyAndWindow", "fn": { "builtin": "sum" },
                "window": "1000s" }
  },
  "sinks": { "files": { "from": "counts", "type": "files", "with": { "prefix": "out/counts" } } }
}
END
}

# The rows of the last window, in order.
last_rows()
{
    find out -name 'part-*' | sort -V | awk -F- '{ time = $2; sub(/\/.*/, "", time) }
        { files[time] = files[time] " " $0; last = time } END { print files[last] }' |
        xargs cat | sort
}

for memory in '{}' '{ "limit": "1MB", "spill": "spill" }'; do
    job "$memory"
    rm -rf out
    mkdir out
    "$WEIR" run job.json --clock manual --once --workers 2 >stdout 2>stderr ||
        fail "exit code 0 with $memory: $(cat stderr)"
    last_rows | cmp -s - expected || fail "the same counts with $memory"
    if [ "$memory" = '{}' ]; then
        ! grep -q 'rows go to disk' stderr || fail "nothing goes to disk: $(cat stderr)"
    else
        grep -q 'rows go to disk, in .*spill' stderr || fail "it is said: $(cat stderr)"
    fi
done
[ -z "$(ls spill)" ] || fail 'nothing is left in the spill folder'

job '{ "limit": "1MB", "spill": "gone" }'
code=0
"$WEIR" run job.json --clock manual --once >stdout 2>stderr || code=$?
[ "$code" != 0 ] || fail 'a folder that is not there is told'
grep -q 'the spill folder .*gone' stderr || fail "the folder is named: $(cat stderr)"
