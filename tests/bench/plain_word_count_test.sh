#!/bin/sh
#
# plain_word_count_test.sh GENERATE_TEXT PLAIN_WORD_COUNT - the plain program counts as many words,
# and as many distinct ones, as tr, sort and uniq do, on generated text and on any bytes.
set -eu
generate=$1
count=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LC_ALL=C
export LC_ALL

"$generate" "$work/text" 3000000 3 7
"$generate" "$work/again" 3000000 3 7
diff -r "$work/text" "$work/again"
head -c 300000 /dev/urandom >"$work/text/bytes"
head -c 100000 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$work/text/pieces" # longer than a stretch
cut -c 1-60000 "$work/text/pieces" >"$work/text/long"
rm "$work/text/pieces"

for file in "$work"/text/*; do
    cat "$file"
    echo
done | tr -s '\000-\040' '\n' | sed '/^$/d' | sort | uniq -c >"$work/counts"
expected=$(awk '{ total += $1 } END { printf "words %d, distinct %d", total, NR }' "$work/counts")
found=$("$count" "$work/text" | sed -n 's/, checksum.*//p')
echo "expected: $expected"
echo "found:    $found"
[ "$expected" = "$found" ]
