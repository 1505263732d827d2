#!/usr/bin/env bash
# SQL held to the interpreter on real engines: DuckDB with many rows, the others with fewer. What is not here is skipped, and counted.
# Spark takes a minute or two to start, and its package is large: ENACT_SCALE_SPARK=1 runs it too.
set -euo pipefail
cd "$(dirname "$0")/../.."

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
rows="${CARGO_TARGET_DIR:-target}/debug/examples/sql_rows"
export SQL_ROWS="$rows"
cargo build --locked --example sql_rows

# Versions are pinned: an engine that is renewed is compared before it is trusted.
if ! { python3 -m venv "$work/venv" && "$work/venv/bin/pip" install -q duckdb==2.0.1 datafusion==55.0.0 pyarrow==26.0.1; }; then
    echo "SKIPPED all engines: their packages could not be installed"
    exit 0
fi
skipped=0
run() { # FOLDER ENGINE …
    local code=0
    "$work/venv/bin/python" tests/scale/run.py "$@" || code=$?
    if [ "$code" = 3 ]; then skipped=$((skipped + 1)); elif [ "$code" != 0 ]; then exit "$code"; fi
}

"$rows" draw flagpoling 100000 1 "$work/many"
run "$work/many" duckdb
for policy in $("$rows" policies) tests/scale/policies/dates; do
    "$rows" draw "$policy" 1000 2 "$work/few/$(basename "$policy")"
done
"$rows" random 30 200 3 "$work/random"
for engine in duckdb datafusion postgres; do
    run "$work/few" "$engine"
done
run "$work/random" duckdb
if [ "${ENACT_SCALE_SPARK:-0}" = 1 ]; then
    "$work/venv/bin/pip" install -q pyspark==4.0.1 || true
    "$rows" draw flagpoling 20000 4 "$work/spark"
    run "$work/spark" spark --partitions 4
else
    echo "SKIPPED spark: ENACT_SCALE_SPARK=1 runs it"
    skipped=$((skipped + 1))
fi
echo "engines skipped: $skipped"
