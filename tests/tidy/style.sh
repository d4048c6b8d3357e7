#!/bin/sh
#
# style.sh ROOT - the rules of STYLE.md that a script can see, over every C source under ROOT.
#
# Prints one line per fault, "file:line: what", and fails if there was any.
set -eu
LC_ALL=C
export LC_ALL
cd "$1"
here=$(dirname "$0")
faults=0

fault()
{
    echo "$1"
    faults=1
}

list=$(find core sdk plugins examples tests -name '*.[ch]' 2>/dev/null | sort)
[ -n "$list" ] || fault "$1: there are no C sources here"

# shellcheck disable=SC2086 # the project's file names have no spaces
[ -z "$list" ] || awk -f "$here/style.awk" $list || faults=1

for floor in core/*/; do
    floor=${floor%/}
    [ "$floor" != core/include ] || continue
    [ -s "$floor/README.md" ] || fault "$floor: a floor has a README.md"
done
for plugin in plugins/*/; do
    [ -d "$plugin" ] || continue
    [ -s "${plugin}README.md" ] || fault "${plugin%/}: a plugin has a README.md"
done
for file in $list; do
    case ${file##*/} in
    util.[ch] | utils.[ch] | common.[ch] | misc.[ch] | helpers.[ch])
        fault "$file: a file is named for the one thing that it holds" ;;
    esac
done

exit $faults
