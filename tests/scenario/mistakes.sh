#!/usr/bin/env bash
# Ten different mistakes in one job file: each is told, once, at its place, with a way out.
. "$(dirname "$0")/scenario.sh"

cat >bad.json <<'END'
{
  "version": 1,
  "job": { "name": "bad", "batch": "2s", "workerz": 3 },
  "sources": {
    "lines": { "type": "socket", "with": { "hots": "example.org", "port": "9999" } },
    "clicks": { "type": "sokcet" }
  },
  "operators": {
    "words": { "from": "liness", "op": "flatMap", "fn": { "builtin": "splitt" } },
    "pairs": { "from": "clicks", "op": "mapToPair", "fn": { "builtin": "with_one" } },
    "counts": { "from": "pairs", "op": "reduceByKeyAndWindow", "fn": { "builtin": "sum" },
                "window": "30s", "slide": "5s" },
    "wide": { "from": "lines", "op": "windwo", "window": 30 }
  },
  "sinks": {
    "screen": { "from": "counts", "type": "console", "with": { "rows": 010 } },
    "screen": { "from": "wide", "type": "console" }
  }
}
END
weir check bad.json
exits_with 78
out_is 'FAIL syntax      2 errors
FAIL options     5 errors
FAIL graph       4 errors
skip connect     no connection is tried by a check
bad.json: 11 errors, 0 warnings'

# The folders that were looked through are of this machine.
sed -i 's/; looked in .*/; looked in FOLDERS/' err
err_is 'bad.json:3:42: error[E020]: unknown key "workerz" in "job"
      at /job/workerz
    3 |   "job": { "name": "bad", "batch": "2s", "workerz": 3 },
      |                                          ^^^^^^^^^
      = help: did you mean "workers"?

bad.json:5:44: error[E020]: unknown option "hots" for source type socket
      at /sources/lines/with/hots
    5 |     "lines": { "type": "socket", "with": { "hots": "example.org", "port": "9999" } },
      |                                            ^^^^^^
      = help: did you mean "host"?

bad.json:5:75: error[E021]: "port" must be an integer, found a string
      at /sources/lines/with/port
    5 |     "lines": { "type": "socket", "with": { "hots": "example.org", "port": "9999" } },
      |                                                                           ^^^^^^
      = help: remove the quotes

bad.json:6:25: error[E210]: cannot load the plugin "sokcet": there is no sokcet.so; looked in FOLDERS
      at /sources/clicks/type
    6 |     "clicks": { "type": "sokcet" }
      |                         ^^^^^^^^
      = help: did you mean "socket"?

bad.json:9:24: error[E030]: "words" reads from "liness", which does not exist
      at /operators/words/from
    9 |     "words": { "from": "liness", "op": "flatMap", "fn": { "builtin": "splitt" } },
      |                        ^^^^^^^^
      = help: did you mean "lines"?

bad.json:9:51: error[E040]: there is no function "splitt"
      at /operators/words/fn
    9 |     "words": { "from": "liness", "op": "flatMap", "fn": { "builtin": "splitt" } },
      |                                                   ^^^^
      = help: did you mean "split"?

bad.json:12:43: error[E031]: slide 5s of "counts" is not a multiple of the batch interval 2s
      at /operators/counts/slide
   12 |                 "window": "30s", "slide": "5s" },
      |                                           ^^^^
      = help: use "4s" or "6s", or change /job/batch

bad.json:13:38: error[E045]: there is no operator "windwo"
      at /operators/wide/op
   13 |     "wide": { "from": "lines", "op": "windwo", "window": 30 }
      |                                      ^^^^^^^^
      = help: did you mean "window"?

bad.json:13:58: error[E021]: "window" must be a duration, found a number
      at /operators/wide/window
   13 |     "wide": { "from": "lines", "op": "windwo", "window": 30 }
      |                                                          ^^
      = help: write the unit: "30s"

bad.json:16:72: error[E003]: "010" is not a number
   16 |     "screen": { "from": "counts", "type": "console", "with": { "rows": 010 } },
      |                                                                        ^^^
      = help: digits without a zero in front, as 1, -2.5 or 1e3; a text needs quotes

bad.json:17:5: error[E006]: duplicate key "screen" (first defined at line 16)
   17 |     "screen": { "from": "wide", "type": "console" }
      |     ^^^^^^^^
      = help: one of the two would silently be ignored; rename or delete one'

# The other commands refuse it in the same words, and start nothing.
mv err told
weir graph bad.json
exits_with 78
out_is ''
err_has 'bad.json:17:5: error[E006]'
weir run bad.json
exits_with 78
out_is ''
err_has 'bad.json:17:5: error[E006]'
[ "$(grep -c 'error\[' err)" = 11 ] || fail 'run tells as many errors as check'
