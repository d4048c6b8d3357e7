#!/bin/sh
# bench_word_count.sh GENERATE_TEXT WORD_COUNT - makes 1 GB of text and runs the benchmark on it.
set -eu

generate=$1
word_count=$2
bytes=${BENCH_BYTES:-1000000000}
rounds=${BENCH_ROUNDS:-5}

# In memory where there is room, so that no disk is measured.
base=/dev/shm
if [ ! -w "$base" ] || [ "$(df -k --output=avail "$base" | tail -n 1)" -lt $((bytes / 512)) ]; then
    base=${TMPDIR:-/tmp}
fi
folder=$(mktemp -d "$base/weir-bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT INT TERM

"$generate" "$folder" "$bytes" 8 1
"$word_count" "$folder" "$rounds"
