#!/bin/sh
#
# floors.sh CC ROOT LIST - tries to include, from each floor, a header of every floor.
#
# LIST has a line per floor: its name and its include directories. A floor must see its own
# headers, and must not see those of a floor above it, nor of its neighbour.
set -eu
compiler=$1
root=$2
list=$3
order='base data plan exec stream store io app'
tried=0
faults=0

# sees HEADER DIRECTORY...: does the compiler find the header in these directories?
sees()
{
    header=$1
    shift
    flags=
    for directory in "$@"; do
        flags="$flags -I$directory"
    done
    # shellcheck disable=SC2086 # one word per directory
    printf '#if !__has_include("%s")\n#error unseen\n#endif\n' "$header" |
        "$compiler" -E $flags -x c - >/dev/null 2>&1
}

# Prints a header of the floor, as others would name it.
header_of()
{
    for file in "$root/core/$1"/*.h; do
        [ -e "$file" ] || continue
        echo "$1/${file##*/}"
        return
    done
}

while read -r name directories; do
    above=no
    for other in $order; do
        header=$(header_of "$other")
        [ -n "$header" ] || continue
        seen=no
        # shellcheck disable=SC2086 # one word per directory
        if sees "$header" $directories; then
            seen=yes
        fi
        tried=$((tried + 1))
        if [ "$other" = "$name" ]; then
            above=yes
            if [ $seen = no ]; then
                echo "floor $name does not see its own $header"
                faults=1
            fi
        elif [ $seen = yes ] && { [ $above = yes ] || [ "$name $other" = 'io store' ]; }; then
            echo "floor $name sees $header"
            faults=1
        fi
    done
done <"$list"

echo "$tried includes tried"
[ "$tried" -gt 0 ] || faults=1
exit $faults
