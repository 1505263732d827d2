#!/usr/bin/env bash
# The end-to-end tests of the playground: `web/e2e/run.sh target/debug/enact`. Pictures go to `web/e2e/out`.
set -euo pipefail
cd "$(dirname "$0")/../.."
enact="$(realpath "${1:-target/debug/enact}")"
scratch="$(mktemp -d)"
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# Serves a folder, and sets `url` once it answers.
serve() {
    local log="$scratch/log-${#servers[@]}"
    "$enact" serve "$1" --addr 127.0.0.1:0 --reload "$2" 2>"$log" &
    local server=$!
    servers+=("$server")
    for _ in $(seq 300); do
        url="$(sed -n 's/^listening on \(.*\)$/\1\//p' "$log")"
        [ -n "$url" ] && return
        kill -0 "$server" || { cat "$log" >&2; exit 1; }
        sleep 0.1
    done
    echo "nothing listens: $log" >&2
    exit 1
}

serve policies 0
export ENACT_URL="$url"
# Another one, whose policies a test changes.
export ENACT_RELOADED="$scratch/policies"
cp -r policies "$ENACT_RELOADED"
serve "$ENACT_RELOADED" 1
export ENACT_RELOADED_URL="$url"
cd web
node --test --test-reporter=spec e2e/*.test.mjs
