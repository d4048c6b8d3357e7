#!/usr/bin/env bash
# run_jobs.sh PYTHON WEIR CASES.json FOLDER AT_LEAST: makes job files of Spark's cases in the
# folder, and runs their tests.
set -eu

"$1" "$(dirname "$0")/make_jobs.py" "$3" "$4"
code=0
"$2" test "$4"/*.json >"$4/out" || code=$?
grep -v '^  ok \|\.json$' "$4/out" || true
passed=$(sed -n 's/^\([0-9]*\) passed.*/\1/p' "$4/out")
if [ "$code" != 0 ] || [ "${passed:-0}" -lt "$5" ]; then
    exit 1
fi
