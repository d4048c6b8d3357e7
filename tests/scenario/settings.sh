#!/usr/bin/env bash
# Values of a job file that come from elsewhere: --set, ${env:X}, ${file:P}.
. "$(dirname "$0")/scenario.sh"

cat >job.json <<'END'
{
  "version": 1,
  "job": { "name": "${env:JOB_NAME:-unnamed}", "batch": "1s" },
  "sources": { "in": { "type": "queue", "with": {
    "batches": [["${file:word.txt} ${env:WORD:?a word is needed} $${env:X} $5"]],
    "repeat": "${env:REPEAT:-1}"
  } } },
  "sinks": { "screen": { "from": "in", "type": "console" } }
}
END
printf 'from a file\n' >word.txt

export WORD='from "outside" \ {}'
weir run job.json --clock manual --once --log-level warn
exits_with 0
out_has 'from a file from "outside" \ {} ${env:X} $5'
err_has 'unnamed: '
err_has ' 1 record in '

# A whole placeholder takes the type of its option.
JOB_NAME=renamed REPEAT=3 weir run job.json --clock manual --once --log-level warn
exits_with 0
err_has 'renamed: '
err_has ' 3 records in '

REPEAT=often weir check job.json
exits_with 78
err_has 'error[E021]: "repeat" must be an integer, found a string'

unset WORD
rm word.txt
weir check job.json
exits_with 78
err_has 'job.json:5:18: error[E012]: cannot fill in the file: '
err_has 'job.json:5:18: error[E012]: the environment variable WORD is not set: a word is needed'

export WORD=w
touch word.txt
for wrong in '${env:}' '${env:A=B}' '${env:X' '${what:X}' '${file:}'; do
    sed "s|\\\$\${env:X}|$wrong|" job.json >wrong.json
    weir check wrong.json
    exits_with 78
    err_has 'wrong.json:5:18: error[E012]: '
done

# --set puts values in, over what is there or where nothing is; a mistake in one is told with it.
weir run job.json --clock manual --batches 2 --log-level warn \
    --set '/sources/in/with/batches=[["a"],["b","c"]]' --set /job/name=set --set /job/batch=2s
exits_with 0
out_has 'Time: 4000 ms'
err_has 'set: 2 batches, 4.0 s of job time'
err_has ' 3 records in '

weir check job.json --set /job/batch=fast
exits_with 78
err_is '--set:1:12: error[E021]: "batch" must be a duration, found "fast"
      at /job/batch
    1 | /job/batch=fast
      |            ^^^^
      = help: durations are such as "500ms", "30s", "5m", "1h"'

weir check job.json --set /sinks/screen/with/rows=many
exits_with 78
err_has '--set:1:25: error[E021]: "rows" must be an integer, found a string'

weir check job.json --set job.batch=1s
exits_with 2
err_has 'weir: --set job.batch=1s: write /PLACE=VALUE, such as /job/batch=1s'
weir check job.json --set /version/x=1
exits_with 2
err_has '"x" leads into a number'
