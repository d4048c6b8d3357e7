#!/usr/bin/env bash
# Ctrl-C and SIGTERM: the first finishes the last batch, the second ends at once.
. "$(dirname "$0")/scenario.sh"

cat >job.json <<'END'
{
  "version": 1,
  "job": { "name": "stopped", "batch": "500ms" },
  "sources": { "in": { "type": "queue",
                       "with": { "batches": [["a"]], "one_at_a_time": true, "repeat": 100000 } } },
  "sinks": { "screen": { "from": "in", "type": "console" } }
}
END

# start ARGUMENT...: runs the job in the background, until it prints its first batch.
start()
{
    : >out
    : >err
    # With job control off a background process ignores SIGINT; weir takes it all the same.
    "$WEIR" run "$@" >out 2>err &
    process=$!
}

end()
{
    code=0
    wait "$process" || code=$?
}

for signal in INT TERM; do
    start job.json
    await 20 grep -q '^a$' out
    kill -s "$signal" "$process"
    end
    exits_with 0
    err_has 'stopping: finishing the last batch; press Ctrl-C again to stop at once'
    grep -qE '^stopped: [0-9]+ batch(es)? in [0-9.]+ s, 0 failed; [0-9,]+ records? in' err ||
        fail 'the summary'
    # Every record that was received has been printed.
    received=$(sed -n 's/.*; \([0-9,]*\) records\{0,1\} in .*/\1/p' err)
    [ "$(grep -c '^a$' out)" = "$received" ] || fail "$received records printed"
done

# A batch that takes a minute: the first signal waits for it, the second does not.
start job.json --set /job/batch=60s --log-level debug
await 20 test -s err
kill -s INT "$process"
await 20 grep -q 'stopping: finishing' err
kill -s INT "$process"
end
exits_with 130
err_has 'stopping at once'

# The job file may ask for no grace.
start job.json --set /job/batch=60s --set /job/stop/graceful=false --log-level debug
await 20 test -s err
kill -s INT "$process"
end
exits_with 0
err_has 'stopping at once'
err_lacks 'finishing the last batch'

# --for and --batches end by themselves.
weir run job.json --for 1s
exits_with 0
err_has 'stopped: '
weir run job.json --batches 2
exits_with 0
err_has 'stopped: 2 batches in '

# A sink that cannot write fails the batches, not the process; the exit code says so.
weir run job.json --batches 2 --set /sinks/screen/type=files \
    --set /sinks/screen/with/prefix=/proc/weir/none
exits_with 1
err_has ', 2 failed; '
err_has 'ERROR'
