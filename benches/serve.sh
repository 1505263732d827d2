#!/usr/bin/env bash
# Decisions a second over HTTP: one worker thread of the server on one core, `wrk` on another, connections kept alive.
# Usage: bash benches/serve.sh [SECONDS]. Needs a release build, `wrk`, `taskset` and two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-10}"
port=8471
enact="${ENACT:-${CARGO_TARGET_DIR:-target}/release/enact}"
folder="$(mktemp -d)"
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT

TOKIO_WORKER_THREADS=1 taskset -c 0 "$enact" serve -q --reload 0 --jobs 1 --addr "127.0.0.1:$port" &
server=$!
until curl -sf "http://127.0.0.1:$port/healthz" >"$folder/up"; do
    kill -0 "$server"
    sleep 0.2
done
facts="$(tr -d '\n' <policies/flagpoling/facts/returning_worker.json)"

# Ticks of the processor that the server took so far: other work on the machine does not count.
ticks() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }

ask() {
    cat >"$folder/ask.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[{"policy":"flagpoling","on":"2025-03-01","decisions":["flagpoling_bar_applies"],"detail":"$1","facts":$facts}]]
LUA
    printf '\n== detail %s\n' "$1"
    before="$(ticks)"
    taskset -c 1 wrk -t1 -c16 "-d${seconds}s" --latency -s "$folder/ask.lua" "http://127.0.0.1:$port/v1/decide" | tee "$folder/out"
    awk -v ticks="$(($(ticks) - before))" -v hz="$(getconf CLK_TCK)" \
        '/requests in/ { printf "%.0f a second of processor time of the server\n", $1 * hz / ticks }' "$folder/out"
}
ask value
ask full
