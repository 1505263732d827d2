#!/usr/bin/env bash
# Every figure of docs/scale.md and of the engines in benches/README.md: bash tests/scale/full.sh [FOLDER]. Takes hours.
# A million rows on DuckDB and on a Spark cluster of two workers, one of which is killed; a hundred thousand on the others.
set -euo pipefail
cd "$(dirname "$0")/../.."
work="${1:-$(mktemp -d)}"
mkdir -p "$work"

cargo build --release --locked --example sql_rows
export SQL_ROWS="${CARGO_TARGET_DIR:-target}/release/examples/sql_rows"
python3 -m venv "$work/engines"
"$work/engines/bin/pip" install -q duckdb==2.0.1 datafusion==55.0.0 pyarrow==26.0.1 pyspark==4.0.1
run=("$work/engines/bin/python" tests/scale/run.py)

"$SQL_ROWS" draw poe_work_permit 1000000 1 "$work/million"
"${run[@]}" "$work/million" duckdb
"$SQL_ROWS" draw flagpoling 1000000 1 "$work/spark"
"${run[@]}" "$work/spark" spark --partitions 1,4,64 --kill
"$SQL_ROWS" draw flagpoling 100000 1 "$work/hundred_thousand"
for engine in datafusion postgres; do
    "${run[@]}" "$work/hundred_thousand" "$engine"
done
bash benches/peers/run.sh "$work/peers"
