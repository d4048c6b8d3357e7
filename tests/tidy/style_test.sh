#!/bin/sh
#
# style_test.sh - plants each fault that style.sh should see in a small tree, one at a time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# A tree without a fault.
plant_clean()
{
    rm -rf "$tree"
    mkdir -p "$tree/core/base" "$tree/core/exec" "$tree/core/io" "$tree/plugins/socket"
    for floor in base exec io; do
        echo "$floor" >"$tree/core/$floor/README.md"
    done
    echo 'socket' >"$tree/plugins/socket/README.md"
    : >"$tree/core/base/CMakeLists.txt"
    printf '/* error - what went wrong. */\nint a(void)\n{\n    return 1;\n}\n' \
        >"$tree/core/base/error.c"
    printf '/* socket - lines. */\n#include <weir/plugin.h>\n' >"$tree/plugins/socket/socket.c"
}

# sees WHAT: the check fails, and says why in these words.
sees()
{
    if output=$("$here/style.sh" "$tree" 2>&1); then
        echo "not seen: $1"
        exit 1
    fi
    case $output in
    *"$1"*) ;;
    *)
        echo "expected: $1"
        echo "got: $output"
        exit 1
        ;;
    esac
    plant_clean
}

# repeat COUNT TEXT
repeat()
{
    awk -v count="$1" -v text="$2" 'BEGIN { for (i = 0; i < count; i++) print text }'
}

plant_clean
"$here/style.sh" "$tree"
printf '/* 100 columns, of more bytes: %s */\n' "$(repeat 33 'é€' | tr -d '\n')" \
    >"$tree/core/base/wide.c"
"$here/style.sh" "$tree"

printf '\tint b;\n' >>"$tree/core/base/error.c"
sees 'core/base/error.c:6: no tabs'
printf 'int b; \n' >>"$tree/core/base/error.c"
sees 'no blanks at the end'
printf '/* %s */\n' "$(repeat 95 x | tr -d '\n')" >>"$tree/core/base/error.c"
sees 'at most 100 columns, this one 101'
repeat 496 '' >>"$tree/core/base/error.c"
sees 'at most 500 lines, this one 501'
{ printf 'int b(void)\n{\n' && repeat 69 '    a();' && printf '}\n'; } >>"$tree/core/base/error.c"
sees 'at most 70 lines, this one 71'
echo '#include "../exec/task.h"' >>"$tree/core/base/error.c"
sees 'does not climb'
echo '#include "exec/task.h"' >>"$tree/core/base/error.c"
sees 'floor base includes exec/task.h, which is above it'
printf '/* io. */\n#include "store/wal.h"\n' >"$tree/core/io/ring.c"
sees 'store and io do not see each other'
echo '#include "base/error.h"' >>"$tree/plugins/socket/socket.c"
sees 'a plugin sees the SDK'
echo '#include <weir/weir.h>' >>"$tree/plugins/socket/socket.c"
sees 'a plugin sees the SDK'
echo '/* TO''DO */' >>"$tree/core/base/error.c"
sees 'unfinished work'
echo 'int b;' >"$tree/core/base/bare.c"
sees 'a file begins with a comment'
echo '/* util */' >"$tree/core/base/util.c"
sees 'named for the one thing'
rm "$tree/core/base/README.md"
sees 'a floor has a README.md'
rm "$tree/plugins/socket/README.md"
sees 'a plugin has a README.md'
