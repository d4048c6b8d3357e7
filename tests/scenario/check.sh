#!/usr/bin/env bash
# weir check on job files that are right, nearly right, and not there.
. "$(dirname "$0")/scenario.sh"

for job in "$ROOT"/conf/*.json; do
    weir check "$job"
    exits_with 0
    err_is ''
    out_has 'ok   syntax'
    out_has 'ok   options'
    out_has 'ok   graph'
    out_has ': 0 errors, 0 warnings'
done

cat >good.jsonc <<'END'
// a comment
{ "version": 1, "x-owner": { "any": ["thing"] }, /* and
  another */
  "sources": { "in": { "type": "queue", "with": { "batches": [["a"]], }, }, },
  "sinks": { "screen": { "from": "in", "type": "console" } },
}
END
weir check good.jsonc
exits_with 0
err_is ''
sed -i 's/queue [0-9.]* abi/queue VERSION abi/' out
out_is 'ok   syntax      good.jsonc (6 lines)
ok   options     1 source, 0 operators, 1 sink, 1 plugin (queue VERSION abi 1.0)
ok   graph       1 edge
skip connect     no connection is tried by a check
good.jsonc: 0 errors, 0 warnings'

# What nothing reads is a warning, and no reason to fail.
sed 's/"version": 1,/"version": 1, "operators": { "idle": { "from": "in", "op": "countByValue" } },/' \
    good.jsonc >idle.json
weir check idle.json
exits_with 0
err_is 'idle.json:2:32: warning[W101]: nothing reads "idle"
      at /operators/idle
    2 | { "version": 1, "operators": { "idle": { "from": "in", "op": "countByValue" } }, "x-owner": { "any": ["thing"] }, /* and
      |                                ^^^^^^
      = help: remove it, or let an output read it'
out_has 'warn graph       1 warning'
out_has 'idle.json: 0 errors, 1 warning'

# Several files in one run: the worst of them counts.
weir check good.jsonc missing.json
exits_with 78
out_has 'good.jsonc: 0 errors, 0 warnings'
err_has 'missing.json: No such file or directory'

weir check - <good.jsonc
exits_with 0
out_has '(stdin): 0 errors, 0 warnings'

# What is missing is told once, at the place where it should be.
echo '{ "version": 1 }' >empty.json
weir check empty.json
exits_with 78
err_is 'empty.json:1:1: error[E023]: the job file has no "sources"
      at /sources
    1 | { "version": 1 }
      | ^

empty.json:1:1: error[E023]: the job file has no "sinks"
      at /sinks
    1 | { "version": 1 }
      | ^'

# Rules that span options are the plugin's, and are told by it.
echo '{ "version": 1, "sources": { "in": { "type": "queue", "with": {} } },
  "sinks": { "screen": { "from": "in", "type": "console" } } }' >none.json
weir check none.json
exits_with 78
err_has 'none.json:1:55: error[E024]: '
err_has 'one of batches and file is needed'

# A check starts nothing and leaves nothing.
[ ! -e out/word-count ] || fail 'no files were written'

weir graph good.jsonc
exits_with 0
out_is 'in (queue) -> screen (console)'
weir graph good.jsonc --format dot
out_has 'digraph job {'
weir graph good.jsonc --format mermaid
out_has 'flowchart LR'
