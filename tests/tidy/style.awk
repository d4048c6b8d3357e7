# style.awk - the line by line rules of style.sh, over the files named as arguments.

BEGIN {
    columns_max = 100
    file_lines_max = 500
    test_lines_max = 600 # a module's tests stay in one file
    function_lines_max = 70
    floors_count = split("base data plan exec stream store io app", floors, " ")
    for (i = 1; i <= floors_count; i++) {
        height[floors[i]] = i
    }
}

function fault(line, text)
{
    print file ":" line ": " text
    faults++
}

# The floor of core/FLOOR/..., else nothing.
function floor_of(path,    parts)
{
    return split(path, parts, "/") > 2 && parts[1] == "core" && parts[2] in height ? parts[2] : ""
}

function check_include(text,    target, parts, mine)
{
    target = text
    sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", target)
    sub(/[>"].*/, "", target)
    if (target ~ /(^|\/)\.\.(\/|$)/) {
        fault(FNR, "an include does not climb (..)")
        return
    }
    split(target, parts, "/")
    mine = floor_of(file)
    if (mine != "" && parts[1] in height) {
        if (height[parts[1]] > height[mine]) {
            fault(FNR, "floor " mine " includes " target ", which is above it")
        } else if (mine == "io" && parts[1] == "store") {
            fault(FNR, "floor io includes " target ": store and io do not see each other")
        }
    }
    if (file ~ /^(plugins|examples\/receiver|sdk)\//) {
        if (parts[1] in height || (parts[1] == "weir" && parts[2] !~ /^plugin/)) {
            fault(FNR, "a plugin sees the SDK and nothing of the core (" target ")")
        }
    }
}

function end_file(    most)
{
    most = file ~ /^tests\// ? test_lines_max : file_lines_max
    if (file != "" && lines > most) {
        fault(lines, "a file has at most " most " lines, this one " lines)
    }
}

FNR == 1 {
    end_file()
    file = FILENAME
    function_begin = 0
    if ($0 !~ /^\/\*/) {
        fault(1, "a file begins with a comment that says what it is")
    }
}

{ lines = FNR }

/\t/ { fault(FNR, "no tabs") }
/[ \r]$/ { fault(FNR, "no blanks at the end of a line") }
/^[ \t]*#[ \t]*include/ { check_include($0) }
/TO[D]O|FIX[M]E|(^|[^X])X[X]X([^X]|$)/ { fault(FNR, "unfinished work is done or written up elsewhere") }

{
    width = $0
    gsub(/[\200-\277]/, "", width)
    if (length(width) > columns_max) {
        fault(FNR, "a line has at most " columns_max " columns, this one " length(width))
    }
}

# A function's braces are the only ones that stand alone in the first column.
/^\{/ { function_begin = FNR }
/^\}/ {
    if (function_begin > 0 && FNR - function_begin + 1 > function_lines_max) {
        fault(function_begin, "a function has at most " function_lines_max " lines, this one " \
            FNR - function_begin + 1)
    }
    function_begin = 0
}

END {
    end_file()
    exit faults > 0
}
