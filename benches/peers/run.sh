#!/usr/bin/env bash
# Every figure of the peers, side by side in one run on one core: bash benches/peers/run.sh [FOLDER]
# The folder holds builds, applicants and what is downloaded; a temporary one without it. Building takes long the first time.
set -euo pipefail
cd "$(dirname "$0")"
work="${1:-$(mktemp -d)}"
mkdir -p "$work"
export CARGO_TARGET_DIR="$work/target"
pin=()
command -v taskset >/dev/null && pin=(taskset -c 1)

cargo build --release --locked
peers="$work/target/release/peers"
"$peers" gen 10000 "$work/small"
"$peers" verify "$work/small"
for test in single json explain scale; do
    "${pin[@]}" "$peers" "$test" "$work/small"
done
"${pin[@]}" "$peers" load
"${pin[@]}" "$peers" batch 1000000

# The command itself, both cores, from CSV: rows a second and the most memory it took.
"$peers" gen 1000000 "$work/big"
(cd ../.. && cargo build --release --locked)
mkdir -p "$work/policies/poe"
# A blank cell of CSV states nothing, so what is spelt as nothing in JSON has a name in the table.
sed -e 's/ written ""//' policies/poe.enact >"$work/policies/poe/2000-01-01.enact"
awk -F, 'BEGIN { OFS = "," } NR > 1 { if ($3 == "") $3 = "nobody"; if ($9 == "") $9 = "no_agreement" } 1' \
    "$work/big/facts.csv" >"$work/big/stated.csv"
command -v /usr/bin/time >/dev/null && measure=(/usr/bin/time -f '%e s, %M KB at most') || measure=(time)
"${measure[@]}" "$work/target/release/enact" --policies "$work/policies" batch poe "$work/big/stated.csv" \
    -o "$work/answers.csv" -v

if python3 -m venv "$work/venv" && "$work/venv/bin/pip" -q install duckdb numpy pyarrow openfisca-core; then
    "${pin[@]}" "$work/venv/bin/python" scripts/batch.py "$work/big"
else
    echo "skipped: DuckDB, numpy, OpenFisca (pip could not install them)"
fi
