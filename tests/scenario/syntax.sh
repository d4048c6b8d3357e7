#!/usr/bin/env bash
# What strict JSON refuses, and what cannot be a job file at all.
. "$(dirname "$0")/scenario.sh"

# refuses TEXT PLACE MESSAGE: the text is refused there, with 78.
refuses()
{
    printf "$1" >job.json
    weir check job.json
    exits_with 78
    err_has "job.json:$2: error["
    err_has "$3"
    out_has 'FAIL syntax'
}

refuses '' 1:1 'the file ends where a value is expected'
refuses '{' 1:2 'the file ends inside of an object'
refuses '{"version": 1' 1:14 "expected ',' or '}' after this value"
refuses '{"version": 1} {' 1:16 'something follows the end of the job'
refuses '{"version" 1}' 1:11 "expected ':' after this key"
refuses '{version: 1}' 1:2 'keys stand between double quotes'
refuses "{'version': 1}" 1:2 "expected a key or '}'"
refuses '{"version": 01}' 1:13 '"01" is not a number'
refuses '{"version": 1.}' 1:13 '"1." is not a number'
refuses '{"version": 1e999}' 1:13 'too large for 64 bits'
refuses '{"version": 9223372036854775808}' 1:13 'too large for 64 bits'
refuses '{"version": NaN}' 1:13 '"NaN" is not a value'
refuses '{"version": True}' 1:13 '"True" is not a value'
refuses '{"x-a": "a\tb"}' 1:11 'a raw control character (0x09) in a string'
refuses '{"x-a": "a\\qb"}' 1:11 'there is no escape "\q"'
refuses '{"x-a": "\\ud800"}' 1:10 'this \u escape is no character'
refuses '{"x-a": "\\u00zz"}' 1:10 'this \u escape is no character'
refuses '{"x-a": "a\n"}' 1:9 'this string has no end on its line'
refuses '{"x-a": "\xff"}' 1:10 'this byte (0xff) is not UTF-8'
refuses '{"x-a": "\xc0\x80"}' 1:10 'this byte (0xc0) is not UTF-8'
refuses '{"a\\u0000b": 1}' 1:2 'a key cannot have a NUL character'
refuses '{ /* no end }' 1:3 'this comment has no end'
refuses '{\n  "x-\xc3\xa4\xc3\xb6": 1, "x-b": tru\n}' 2:21 '"tru" is not a value'
refuses '{"x-a": 1, "x-a": 2}' 1:12 'duplicate key "x-a" (first defined at line 1)'
refuses '\xef\xbb\xbf{"x-a": 1,, "x-b": 2}' 1:11 "expected a key or '}'"

# 64 deep is allowed, 65 is not; and nothing overflows far beyond.
printf '{"x-a": %s1%s}' "$(printf '[%.0s' {1..63})" "$(printf ']%.0s' {1..63})" >deep.json
weir check deep.json
err_lacks 'nested'
printf '{"x-a": %s1%s}' "$(printf '[%.0s' {1..64})" "$(printf ']%.0s' {1..64})" >deep.json
weir check deep.json
exits_with 78
err_has 'this is nested more than 64 deep'
printf '{"x-a": ' >deep.json
head -c 1000000 /dev/zero | tr '\0' '[' >>deep.json
weir check deep.json
exits_with 78
err_has 'this is nested more than 64 deep'
[ "$(wc -c <err)" -lt 1000 ] || fail 'a long line is cut'

# Too large: 16 MiB is the bound.
head -c 16777217 /dev/zero | tr '\0' ' ' >large.json
weir check large.json
exits_with 78
out_is ''
err_has 'large.json'

# Not a mistake here or there, but no job at all: an image, a folder, a list.
head -c 4096 "$WEIR" >image.json
weir check image.json
exits_with 78
mkdir folder.json
weir check folder.json
exits_with 78
err_has 'folder.json'
refuses_shape()
{
    echo "$1" >job.json
    weir check job.json
    exits_with 78
    err_has "$2"
}
refuses_shape '[1, 2]' 'a job file must be an object, found a list'
refuses_shape '{"version": 2, "sources": {}, "sinks": {}}' 'this job file is of another version'
refuses_shape '{"version": 1, "sources": [], "sinks": {}}' '"sources" must be an object, found a list'
