#!/usr/bin/env bash
# Asks a server for all that its description (/openapi.json) says can be asked, right and wrong, and holds every
# answer to it: statuses, headers, fields, refusals. Schemathesis makes the requests; tests/schemathesis.toml says
# what is to be expected where the description cannot. It needs pip's package index once.
#   scripts/contract.sh [MORE OPTIONS OF SCHEMATHESIS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly me=contract log=target/contract.log
mkdir -p target
. scripts/lib.sh

readonly tool=schemathesis==4.32.5 warmbox=${CARGO_TARGET_DIR:-target}/release/warmbox
readonly venv=$PWD/target/tools/${tool/==/-}
have_tool() { "$venv/bin/schemathesis" --version >/dev/null 2>&1; }
if ! have_tool; then
  rm -rf "$venv"
  mkdir -p "${venv%/*}"
  make_venv "$venv" || stop "python3 has no module venv (see $log)"
  if ! { progress "installing $tool" timeout 300 "$venv/bin/pip" install --quiet --disable-pip-version-check "$tool" \
    && have_tool; }; then
    [[ -z ${CI:-} ]] || stop "$tool cannot be installed (see $log), and CI does not pass it over"
    say "passed over: $tool cannot be installed (see $log; in CI this fails)"
    exit 0
  fi
fi

state=$(mktemp -d)
clean_up() {
  stop_server
  rm -rf "$state"
}
trap clean_up EXIT

# Nobody is told of it: the command that stops the server is there, and refused.
head -c 32 /dev/urandom | base64 >"$state/admin" && chmod 600 "$state/admin"
start_server "$log" "$warmbox" --roots-dir target/roots --languages python --min-idle 2 --cache-dir '' \
  --state-dir "$state/state" --jobs-dir "$state/jobs" --blobs-dir "$state/blobs" --admin-token-file "$state/admin" \
  --limit wall_ms=2000

# The seed makes every run the same one.
timeout 540 "$venv/bin/schemathesis" --config-file tests/schemathesis.toml run "http://$address/openapi.json" \
  --seed 1 --no-color "$@"
