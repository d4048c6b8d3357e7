#!/usr/bin/env bash
# Every command explains itself, and what is mistyped is answered with what was meant.
. "$(dirname "$0")/scenario.sh"

weir --version
exits_with 0
grep -qxE 'weir [0-9]+\.[0-9]+\.[0-9]+' out || fail 'a version'

weir --help
exits_with 0
err_is ''
for command in run check graph plugins; do
    out_has "  $command "
    weir "$command" --help
    exits_with 0
    err_is ''
    out_has "usage: weir $command [OPTION...]"
    out_has '--plugin-path DIR'
    out_has 'Exit codes: 0 ok'
    mv out help
    weir help "$command"
    exits_with 0
    cmp -s out help || fail "weir help $command says what weir $command --help says"
    weir --help
done

weir
exits_with 2
out_is ''
err_has 'usage: weir COMMAND'

weir chekc
exits_with 2
err_is 'weir: there is no command "chekc"; did you mean "check"?
see weir --help'

weir help rnu
exits_with 2
err_has 'did you mean "run"?'

weir frobnicate
exits_with 2
err_is 'weir: there is no command "frobnicate"
see weir --help'

weir run --bathces 3 job.json
exits_with 2
err_is 'weir run: there is no option --bathces; did you mean --batches?
see weir run --help'

weir run
exits_with 2
err_has 'weir run: JOB is missing'

weir run one.json two.json
exits_with 2
err_has 'weir run: too many arguments'

weir run job.json --for 3
exits_with 2
err_has '--for takes a duration such as 500ms, 60s or 5m, not "3"'

weir run job.json --batches none
exits_with 2
err_has '--batches takes a whole number from 1 to'

weir run job.json --set
exits_with 2
err_has '--set needs a value'

weir run job.json --clock sundial
exits_with 2
err_has '--clock takes real or manual, not "sundial"'

weir graph job.json --format picture
exits_with 2
err_has '--format takes text, dot or mermaid, not "picture"'

weir plugins remove socket
exits_with 2
err_has 'there are list and info NAME, not "remove"'

weir check no-such-file.json
exits_with 78
err_has 'no-such-file.json: No such file or directory'
