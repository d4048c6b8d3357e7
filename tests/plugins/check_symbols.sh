#!/bin/sh
# check_symbols.sh FOLDER PLUGIN... - a plugin exports weir_plugin and nothing else, needs nothing
# of the host's, and is never unloaded.
set -eu
folder=$1
shift
for plugin in "$@"; do
    file=$folder/$plugin.so
    exported=$(nm -D --defined-only "$file" | awk '{ print $3 }')
    if [ "$exported" != weir_plugin ]; then
        echo "$file exports: $exported"
        exit 1
    fi
    if nm -D --undefined-only "$file" | grep ' weir_'; then
        echo "$file needs the host's symbols"
        exit 1
    fi
    if ! readelf -d "$file" | grep -q 'FLAGS_1.*NOW.*NODELETE'; then
        echo "$file is not linked with -z now -z nodelete"
        exit 1
    fi
    if readelf -d "$file" | grep -E 'TEXTREL|STATIC_TLS'; then
        echo "$file has text relocations or static thread storage"
        exit 1
    fi
    if [ -z "${WEIR_SANITIZE:-}" ] && readelf -d "$file" | grep NEEDED | grep -v 'libc\.so'; then
        echo "$file needs more than the C library"
        exit 1
    fi
done
