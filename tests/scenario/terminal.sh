#!/usr/bin/env bash
# On a terminal one line tells the progress, and makes room for all else; elsewhere there is none.
. "$(dirname "$0")/scenario.sh"

cat >job.json <<'END'
{
  "version": 1,
  "job": { "name": "shown", "batch": "200ms" },
  "sources": { "in": { "type": "queue", "with": { "batches": [["a"], ["b"], ["c"]] } } },
  "sinks": { "screen": { "from": "in", "type": "console" } }
}
END

weir run job.json --batches 3
exits_with 0
if grep -q $'[\r\033]' out err; then
    fail 'no terminal controls in files'
fi
err_lacks 'on time'

# script(1) gives the command a terminal.
script -qec "'$WEIR' run job.json --batches 3" typescript >/dev/null </dev/null ||
    fail "a run on a terminal, got $?"
grep -q 'shown  waiting for the first batch' typescript || fail 'the line before the first batch'
grep -qE $'\rshown  batch [0-9:]+  [0-9,]+ records/s  delay [0-9.]+ s  [0-9]+ batch' typescript ||
    fail 'the line of a batch'

# What a person sees in the end: the line is gone, and is in nobody's line.
sed 's/.*\x1b\[K//; s/\r//g' typescript >seen
for row in a b c; do
    [ "$(grep -cx "$row" seen)" = 1 ] || fail "$(printf 'row %s once in\n%s' "$row" "$(cat seen)")"
done
grep -qE '^shown: 3 batches in ' seen || fail 'the summary has a line of its own'
