#!/usr/bin/env bash
# The end-to-end tests of the playground: `web/e2e/run.sh target/debug/enact`. Pictures go to `web/e2e/out`.
set -euo pipefail
cd "$(dirname "$0")/../.."
enact="$(realpath "${1:-target/debug/enact}")"
log="$(mktemp)"
"$enact" serve policies --addr 127.0.0.1:0 --reload 0 2>"$log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$log"' EXIT
for _ in $(seq 300); do
    ENACT_URL="$(sed -n 's/^listening on \(.*\)$/\1\//p' "$log")"
    [ -n "$ENACT_URL" ] && break
    kill -0 "$server" || { cat "$log" >&2; exit 1; }
    sleep 0.1
done
export ENACT_URL
cd web
node --test --test-reporter=spec e2e/*.test.mjs
