#!/bin/sh
# check_headers.sh INCLUDE - each header of the SDK compiles alone, without a warning, in every
# language that a plugin may be written in and with every compiler that is installed.
set -eu
include=$1
flags="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only -I$include"
done_count=0
for header in plugin plugin_helpers plugin_ext_tick; do
    for compiler in gcc clang; do
        command -v "$compiler" > /dev/null || continue
        for standard in c11 c17; do
            echo "#include <weir/$header.h>" |
                $compiler -std=$standard $flags -x c - ||
                { echo "$compiler $standard $header"; exit 1; }
            done_count=$((done_count + 1))
        done
    done
    for compiler in g++ clang++; do
        command -v "$compiler" > /dev/null || continue
        for standard in c++11 c++17 c++20; do
            echo "#include <weir/$header.h>" |
                $compiler -std=$standard $flags -x c++ - ||
                { echo "$compiler $standard $header"; exit 1; }
            done_count=$((done_count + 1))
        done
    done
done
lines=$(wc -l < "$include/weir/plugin.h")
if [ "$lines" -gt 220 ]; then
    echo "plugin.h has $lines lines: it is to be read in one go"
    exit 1
fi
if grep '#include' "$include/weir/plugin.h" | grep -v -e '<stddef.h>' -e '<stdint.h>'; then
    echo "plugin.h includes more than stddef.h and stdint.h"
    exit 1
fi
echo "$done_count compilations"
[ "$done_count" -gt 0 ]
