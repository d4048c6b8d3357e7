#!/usr/bin/env bash
# A windowed word count over given batches, on the manual clock: the results are known to the row.
. "$(dirname "$0")/scenario.sh"

cat >job.json <<'END'
{
  "version": 1,
  "job": { "name": "count", "batch": "1s" },
  "sources": {
    "lines": { "type": "queue", "with": { "batches": [
      ["To be, or not to be"], ["be quick", "x"], [], ["be"], ["x x x"]
    ] } }
  },
  "operators": {
    "words": { "from": "lines", "op": "flatMap",
               "fn": { "builtin": "split", "pattern": "[^a-z0-9']+", "lower": true } },
    "pairs": { "from": "words", "op": "mapToPair", "fn": { "builtin": "with_one" } },
    "counts": { "from": "pairs", "op": "reduceByKeyAndWindow", "fn": { "builtin": "sum" },
                "window": "4s", "slide": "2s" },
    "top": { "from": "counts", "op": "transform", "fn": { "builtin": "top", "count": 3 } }
  },
  "sinks": {
    "screen": { "from": "top", "type": "console" },
    "files": { "from": "top", "type": "files", "with": { "prefix": "out/counts", "suffix": "txt" } }
  }
}
END
batch()
{
    printf -- '-------------------------------------------\nTime: %s ms\n' "$1"
    printf -- '-------------------------------------------\n'
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@"
    printf '\n'
}

{
    batch 2000 '(be,3)' '(to,2)' '(not,1)'
    batch 4000 '(be,4)' '(to,2)' '(not,1)'
    batch 6000 '(x,3)' '(be,1)'
    batch 8000 '(x,3)'
    for ((time = 10000; time <= 50000; time += 2000)); do
        batch "$time"
    done
} >expected

for workers in 1 4; do
    rm -rf out expected-files
    mkdir screens 2>/dev/null || true
    code=0
    "$WEIR" run job.json --clock manual --batches 50 --workers "$workers" --log-level warn \
        >screens/out 2>screens/err || code=$?
    [ "$code" = 0 ] || fail "exit code 0 with $workers workers, got $code: $(cat screens/err)"
    diff -u expected screens/out || fail "the expected rows with $workers workers"
    grep -qE '^count: 50 batches, 50\.0 s of job time in [0-9]+ ms, 0 failed; 5 records in' \
        screens/err || fail "the summary, got: $(cat screens/err)"
    grep -qF '; files in out/counts-*' screens/err || fail 'the summary names the files'
    [ "$(wc -l <screens/err)" = 1 ] || fail "nothing but the summary on stderr"
    [ "$(find out -name _SUCCESS | wc -l)" = 25 ] || fail 'a folder for each of 25 windows'
    [ "$(cat out/counts-4000.txt/part-*)" = $'(be,4)\n(to,2)\n(not,1)' ] || fail 'the file of 4 s'
done

# --once ends it by itself when the queue is empty; --for is job time here.
"$WEIR" run job.json --clock manual --once --log-level warn >screens/out 2>screens/err ||
    fail "--once, got $?: $(cat screens/err)"
grep -q '^count: [5-7] batches,' screens/err || fail "the end of the queue: $(cat screens/err)"
"$WEIR" run job.json --clock manual --for 8s --log-level warn >screens/out 2>screens/err ||
    fail "--for, got $?: $(cat screens/err)"
head -n "$(wc -l <screens/out)" expected | cmp -s - screens/out || fail 'the rows until 8 s'
grep -q 'Time: 8000 ms' screens/out || fail 'the batch of 8 s'
