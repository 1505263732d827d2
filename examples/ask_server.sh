#!/usr/bin/env bash
# What a program asks `enact serve`, with curl: decide, explain, the next question, a table of applicants, who is affected by an
# edit. Start the server in another terminal, `enact serve`, then: bash examples/ask_server.sh [URL].
set -euo pipefail
cd "$(dirname "$0")/.."
url="${1:-http://127.0.0.1:8080}"
facts="$(cat policies/flagpoling/facts/returning_worker.json)"

ask() { # PATH KIND BODY
    curl --fail-with-body --silent --show-error "$url$1" --header "Content-Type: $2" --data-binary "$3"
}

printf '# One decision, on one line\n'
ask /v1/decide application/json '{"policy": "flagpoling", "on": "2024-12-24", "decisions": ["flagpoling_bar_applies"],
    "detail": "value", "facts": '"$facts"'}'

printf '\n# Why, for people\n'
ask /v1/explain application/json '{"policy": "flagpoling", "on": "2024-12-24", "decisions": ["flagpoling_bar_applies"],
    "format": "text", "facts": '"$facts"'}'

printf '\n# What to ask somebody next of whom nothing is known\n'
ask /v1/next-question application/json '{"policy": "flagpoling", "on": "2024-12-24",
    "decision": "flagpoling_bar_applies", "facts": {}}'

printf '\n# Many applicants, one a line, answered in their order while they come\n'
ask '/v1/batch?policy=flagpoling&on=2024-12-24&decisions=flagpoling_bar_applies' application/jsonl \
    '{"id": "a", "cbsa_appointment_booked_before": true}
{"id": "b", "held_temporary_resident_status_in_canada": false}
'

printf '\n# Who is affected by the version of 2024-12-24\n'
ask /v1/diff application/json '{"old": "flagpoling@2024-05-30", "new": "flagpoling@2024-12-24", "format": "text"}'
