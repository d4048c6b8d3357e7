# scenario.sh - sourced by the scenarios: runs the command as a user does, and looks at what it did.
#
# A scenario is called with WEIR (the command), PLUGINS (the folder of its plugins), FIXTURES (plugins
# that must be refused) and ROOT (the sources) in its environment. It works in a folder of its own, and ends with 0 when all was as
# expected; else it says what was not.
set -euo pipefail

: "${WEIR:?}" "${PLUGINS:?}" "${FIXTURES:?}" "${ROOT:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
unset XDG_DATA_HOME WEIR_PLUGIN_PATH

fail()
{
    printf 'not as expected: %s\n' "$1" >&2
    if [ -f out ]; then
        printf -- '---- exit %s, stdout:\n%s\n---- stderr:\n%s\n----\n' "${code:-?}" "$(cat out)" \
            "$(cat err)" >&2
    fi
    exit 1
}

# weir ARGUMENT...: runs the command; its exit code is in $code, its output in the files out and err.
weir()
{
    code=0
    "$WEIR" "$@" >out 2>err || code=$?
}

exits_with()
{
    [ "$code" = "$1" ] || fail "exit code $1, got $code"
}

# out_is TEXT, err_is TEXT: that and nothing else.
out_is()
{
    [ "$(cat out)" = "$1" ] || fail "$(printf 'stdout is\n%s' "$1")"
}

err_is()
{
    [ "$(cat err)" = "$1" ] || fail "$(printf 'stderr is\n%s' "$1")"
}

# out_has TEXT, err_has TEXT: a part of it, in one line.
out_has()
{
    grep -qF -- "$1" out || fail "stdout has: $1"
}

err_has()
{
    grep -qF -- "$1" err || fail "stderr has: $1"
}

err_lacks()
{
    if grep -qF -- "$1" err; then
        fail "stderr does not have: $1"
    fi
}

# await SECONDS COMMAND...: waits until the command succeeds.
await()
{
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || fail "in time: $*"
        sleep 0.05
    done
}
