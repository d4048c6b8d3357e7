#!/usr/bin/env bash
# The tests that stand in a job file: what passes, what fails and where, and what is refused.
. "$(dirname "$0")/scenario.sh"

cat >job.json <<'END'
{
  "version": 1,
  "job": { "name": "words", "batch": "2s" },
  "sources": { "lines": { "type": "socket", "with": { "host": "localhost", "port": 1 } } },
  "operators": {
    "words": { "from": "lines", "op": "flatMap", "fn": { "builtin": "split" } },
    "ones": { "from": "words", "op": "mapToPair", "fn": { "builtin": "with_one" } },
    "counts": { "from": "ones", "op": "reduceByKeyAndWindow", "fn": { "builtin": "sum" },
      "window": "30s", "slide": "10s" }
  },
  "sinks": { "screen": { "from": "counts", "type": "console" } },
  "tests": [
    {
      "name": "a window forgets",
      "feed": { "lines": [ { "at": "2s", "records": ["to be or not to be"] },
                           { "at": "12s", "records": ["be quick"] } ] },
      "until": "50s",
      "expect": {
        "screen": [
          { "at": "10s", "set": [["be", 2], ["to", 2], { "key": "not", "value": 1 }, ["or", 1]] },
          { "at": "12s", "none": true },
          { "at": "40s", "count": 2 },
          { "at": "50s", "rows": [] }
        ],
        "words": [ { "at": "2s", "rows": ["to", "be", "or", "not", "to", "be"], "first": "to" } ]
      }
    },
    {
      "name": "a wrong hope",
      "feed": { "lines": [ { "at": "2s", "records": ["to be"] } ] },
      "expect": {
        "counts": [
          { "at": "10s", "set": [["to", 1], ["be", 7]] },
          { "at": "12s", "rows": [["to", 1]] }
        ]
      }
    }
  ]
}
END

weir test job.json --filter forgets
exits_with 0
out_has '  ok   a window forgets'
out_has '25 batches, 50 s of job time in '
out_has '1 passed, 0 failed'
err_is ''

weir test job.json
exits_with 3
out_has '  FAIL a wrong hope'
out_has '       at 10s  counts: a row is missing'
out_has 'missing ["be", 7]'
out_has '/tests/1/expect/counts/0  job.json:33:11'
out_has '       at 12s  counts: expected 1 row, operator produced no output in this batch'
out_has 'outputs exist at: 10s          = hint: slide is 10s (job.json:9:33)'
out_has '1 passed, 1 failed'

# A test runs with what the command line changes.
weir test job.json --filter forgets --set /operators/counts/slide=20s
exits_with 3
out_has 'outputs exist at: 20s 40s'

# Mistakes in tests are told as all others are, by the check too.
sed -e 's/"at": "12s", "rows"/"at": "13s", "rows"/' -e 's/"words": \[/"wrods": [/' job.json >bad.json
weir check bad.json
exits_with 78
err_has 'error[E030]: there is nothing called "wrods" to look at'
err_has 'did you mean "words"?'
err_has 'error[E050]: no batch has this time: the batch interval is 2000 ms'
weir test bad.json
exits_with 78
out_has '0 passed, 0 failed'

# A batch that fails is a failure, unless it is expected.
sed -e 's/"records": \["to be"\]/"records": [1]/' job.json >fails.json
weir test fails.json --filter hope
exits_with 3
out_has 'at 10s  batch 10000 ms: '

weir test job.json --filter '('
exits_with 2
weir test -
exits_with 2
