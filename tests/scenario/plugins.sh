#!/usr/bin/env bash
# Plugins that cannot be trusted or loaded: each is refused by name, with a reason, and without a
# crash. Good ones are listed and explained.
. "$(dirname "$0")/scenario.sh"

# job TYPE: a job file that names this plugin.
job()
{
    cat >job.json <<END
{
  "version": 1,
  "plugins": { "path": ["plugins"] },
  "sources": { "in": { "type": "$1", "with": { "batches": [["a"]] } } },
  "sinks": { "screen": { "from": "in", "type": "console" } }
}
END
}

# refuses TYPE REASON...: at the type's place, by every command that would load it.
refuses()
{
    local type=$1 command
    shift
    job "$type"
    for command in check run graph; do
        weir "$command" job.json
        exits_with 78
        err_has "job.json:4:32: error[E210]: cannot load the plugin \"$type\": "
        for reason in "$@"; do
            err_has "$reason"
        done
    done
}

mkdir plugins
chmod 755 plugins
queue=$PLUGINS/queue.so
[ -f "$queue" ] || fail 'the queue plugin is built'

refuses absent 'there is no absent.so; looked in ./plugins,'
refuses ../etc/passwd "cannot be a plugin's name"

install -m 644 "$FIXTURES/foreign.so" plugins/foreign.so
refuses foreign 'it speaks plugin ABI 9.4, this weir ' ' speaks 1.0'

install -m 644 "$FIXTURES/nothing.so" plugins/nothing.so
refuses nothing 'weir_plugin'

echo 'these are notes' >plugins/notes.so
chmod 644 plugins/notes.so
refuses notes 'plugins/notes.so'

: >plugins/empty.so
chmod 644 plugins/empty.so
refuses empty 'plugins/empty.so'

mkdir plugins/folder.so
refuses folder 'plugins/folder.so'

ln -s nowhere.so plugins/dangling.so
refuses dangling 'plugins/dangling.so'

head -c 2000 "$queue" >plugins/short.so
chmod 644 plugins/short.so
refuses short 'plugins/short.so'

install -m 666 "$queue" plugins/open.so
refuses open 'plugins/open.so' 'writ'

# A good one under a name that it does not bring.
install -m 644 "$queue" plugins/kettle.so
refuses kettle 'brings no receiver "kettle", but "queue"'

# In a folder that others can write to, even a good one is refused.
mkdir -m 777 shared
chmod 777 shared
install -m 644 "$queue" shared/queue.so
job queue
weir check job.json --plugin-path "$work/shared"
exits_with 78
err_has 'shared'

# From the flag, the job file and the environment, in this order.
weir check job.json
exits_with 0
mkdir -m 755 other
install -m 644 "$queue" other/queue.so
for place in flag file environment; do
    sed 's/"plugins": .*//' job.json >bare.json
    case $place in
    flag) "$WEIR" plugins info queue --plugin-path "$work/other" >out ;;
    file) install -m 644 "$queue" plugins/queue.so && weir check job.json && out_has 'queue' ;;
    environment) WEIR_PLUGIN_PATH=$work/other "$WEIR" plugins info queue >out ;;
    esac
    [ "$place" = file ] || out_has "$work/other/queue.so"
done

weir plugins list
exits_with 0
for type in files queue socket; do
    grep -qE "^$type +source +[0-9.]+ +[A-Z]" out || fail "$type is listed"
done
grep -qE '^console +sink +built in' out || fail 'console is listed'

weir plugins list --plugin-path "$work/plugins"
exits_with 1
err_has 'weir: foreign: '
out_has 'socket'

weir plugins info socket
exits_with 0
grep -qE '^socket  source  [0-9.]+  abi 1\.0  Apache-2\.0  /.*/socket\.so$' out || fail 'its head'
grep -qE '^  port +int 0\.\.65535 +required +' out || fail 'its port'

weir plugins info sokcet
exits_with 1
err_has 'there is no sokcet.so'
