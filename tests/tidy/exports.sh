#!/bin/sh
#
# exports.sh CC ROOT LIBRARY - the functions that the public headers declare are those that the
# library exports. CC is gcc, which can list what a header declares.
set -eu
compiler=$1
root=$2
library=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for header in "$root"/core/include/weir/*.h; do
    "$compiler" -std=gnu11 -D_GNU_SOURCE -fsyntax-only -aux-info "$work/one" \
        -I"$root/core/include" -I"$root/sdk/include" "$header"
    # Declarations (NC) in our own headers; what is defined there (NF) is inline.
    grep "^/\* $root/core/include/.*:NC \*/" "$work/one" >>"$work/all" || true
done
sed -n 's/.*[ *]\(weir_[a-z0-9_]*\) (.*/\1/p' "$work/all" | sort -u >"$work/declared"
nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | sort -u >"$work/exported"

if ! [ -s "$work/declared" ]; then
    echo "no public function was found: the check is broken"
    exit 1
fi
if ! diff -u "$work/declared" "$work/exported" >"$work/difference"; then
    echo "- declared in a public header, not exported; + exported, not declared"
    sed -n '4,$p' "$work/difference" | grep '^[-+]'
    exit 1
fi
echo "$(wc -l <"$work/declared") functions"
