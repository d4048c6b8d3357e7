#!/bin/sh
# package_test - installs weir, and builds and runs a receiver and programs against that alone.
#
# usage: package_test.sh CMAKE BUILD_FOLDER SOURCE_FOLDER COMPILER VERSION LIBDIR [SANITIZER_FLAGS]
set -eu

cmake=$1 build=$2 source=$3 compiler=$4 version=$5 libdir=$6
flags=$(printf '%s' "${7-}" | tr ';' ' ')

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

fail() {
    echo "FAIL: $1" >&2
    if [ -n "${2-}" ]; then
        cat "$2" >&2
    fi
    exit 1
}

# run LOG COMMAND...: a step that shows its output only when it fails.
run() {
    log=$work/$1.log
    shift
    "$@" >"$log" 2>&1 || fail "$*" "$log"
}

# The total of 0 .. 999 comes from a program that was linked to the installed library.
check_program() {
    "$1" "$work/receiver/plugins" >"$work/out" 2>"$work/err" || fail "$1" "$work/err"
    grep -qx "weir $version: total 499500" "$work/out" || fail "$1 printed" "$work/out"
}

run install "$cmake" --install "$build" --prefix "$prefix"
for file in bin/weir include/weir/weir.h include/weir/test.h include/weir/plugin.h \
    "$libdir/libweir.so" "$libdir/pkgconfig/weir.pc" "$libdir/cmake/Weir/WeirConfig.cmake" \
    "$libdir/weir/plugins/socket.so"; do
    [ -e "$prefix/$file" ] || fail "the install has no $file"
done

# The prefix is moved, as a package's files are: nothing may remember where it was installed to.
mv "$prefix" "$work/moved"
prefix=$work/moved
! grep -rqI "$build\|$source" "$prefix" || fail "an installed text names the build's folders"

# The receiver is copied out, so that it cannot find the tree that it came from.
cp -r "$source/examples/receiver" "$work/receiver-source"
run receiver-configure "$cmake" -S "$work/receiver-source" -B "$work/receiver" \
    -DCMAKE_C_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_FLAGS="-Wall -Wextra -Werror"
run receiver-build "$cmake" --build "$work/receiver"
plugin=$work/receiver/plugins/counter.so
[ "$(nm -D --defined-only "$plugin" | awk '{ print $3 }')" = weir_plugin ] ||
    fail "counter.so exports more than weir_plugin"
! nm -D --undefined-only "$plugin" | grep -q weir_ || fail "counter.so links to weir"

# A program by pkg-config.
PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
export PKG_CONFIG_PATH
[ "$(pkg-config --modversion weir)" = "$version" ] || fail "pkg-config tells another version"
# shellcheck disable=SC2046,SC2086
run program-compile "$compiler" -std=c11 -Wall -Wextra -Werror $flags \
    $(pkg-config --cflags weir) -o "$work/program" "$source/tests/package/program.c" \
    $(pkg-config --libs weir) "-Wl,-rpath,$prefix/$libdir"
check_program "$work/program"

# The library finds the plugins that it came with, from wherever the program is.
# shellcheck disable=SC2046,SC2086
run example-compile "$compiler" -std=c11 -Wall -Wextra -Werror $flags \
    $(pkg-config --cflags weir) -o "$work/word_count" "$source/examples/word_count.c" \
    $(pkg-config --libs weir) "-Wl,-rpath,$prefix/$libdir"
unset WEIR_PLUGIN_PATH
run example "$work/word_count" 127.0.0.1 1 1
grep -q "127.0.0.1:1" "$work/example.log" || fail "no socket was tried" "$work/example.log"

# The same by find_package.
mkdir "$work/program-source"
cp "$source/tests/package/program.c" "$work/program-source"
cat >"$work/program-source/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.16)
project(program LANGUAGES C)
find_package(Weir $version REQUIRED)
add_executable(program program.c)
target_link_libraries(program PRIVATE Weir::weir)
END
run program-configure "$cmake" -S "$work/program-source" -B "$work/program-build" \
    -DCMAKE_C_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_FLAGS="$flags"
run program-build "$cmake" --build "$work/program-build"
check_program "$work/program-build/program"

# A job file with the receiver, by the installed command.
cat >"$work/job.json" <<END
{
  "version": 1,
  "job": { "name": "package", "batch": "100ms" },
  "plugins": { "path": ["$work/receiver/plugins"] },
  "sources": {
    "numbers": { "type": "counter",
                 "with": { "from": 1, "count": 300, "rate": 0, "prefix": "n" } }
  },
  "sinks": {
    "files": { "from": "numbers", "type": "files", "with": { "prefix": "$work/out/numbers" } }
  }
}
END
rm -f "$work/out"
mkdir "$work/out"
run check "$prefix/bin/weir" check "$work/job.json"
run info "$prefix/bin/weir" plugins --plugin-path "$work/receiver/plugins" info counter
grep -q "prefix" "$work/info.log" || fail "weir plugins info counter" "$work/info.log"
run job timeout 60 "$prefix/bin/weir" run --once "$work/job.json"
cat "$work"/out/numbers-*/part-* | sort >"$work/got"
seq 1 300 | sed 's/^/n/' | sort >"$work/wanted"
cmp -s "$work/got" "$work/wanted" || fail "the job counted otherwise" "$work/got"

# What comes with weir is found without being told where.
run plugins "$prefix/bin/weir" plugins list
grep -q socket "$work/plugins.log" || fail "weir plugins list shows no socket" "$work/plugins.log"
echo "installed, moved, built against and run"
