#!/usr/bin/env bash
# Asks a server for all that its description (/openapi.json) says can be asked, right and wrong, and holds every
# answer to it: statuses, headers, fields, refusals. Schemathesis makes the requests; tests/schemathesis.toml says
# what is to be expected where the description cannot. It needs pip's package index once.
#   scripts/contract.sh [MORE OPTIONS OF SCHEMATHESIS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly me=contract log=target/contract.log
mkdir -p target
: >"$log"
. scripts/lib.sh

readonly tool=schemathesis==4.32.5 warmbox=${CARGO_TARGET_DIR:-target}/release/warmbox
readonly venv=$PWD/target/tools/${tool/==/-}
have_tool() { "$venv/bin/schemathesis" --version >/dev/null 2>&1; }
if ! have_tool; then
  rm -rf "$venv"
  mkdir -p "${venv%/*}"
  python3 -m venv "$venv" >>"$log" 2>&1 \
    || { may_be_root && install_packages python3-venv && python3 -m venv --clear "$venv" >>"$log" 2>&1; } \
    || stop "python3 has no module venv (see $log)"
  if ! { progress "installing $tool" timeout 300 "$venv/bin/pip" install --quiet --disable-pip-version-check "$tool" \
    && have_tool; }; then
    [[ -z ${CI:-} ]] || stop "$tool cannot be installed (see $log), and CI does not pass it over"
    say "passed over: $tool cannot be installed (see $log; in CI this fails)"
    exit 0
  fi
fi

state=$(mktemp -d)
server=''
clean_up() {
  if [[ -n $server ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" || true
  fi
  rm -rf "$state"
}
trap clean_up EXIT

# Nobody is told of it: the command that stops the server is there, and refused.
head -c 32 /dev/urandom | base64 >"$state/admin" && chmod 600 "$state/admin"
"$warmbox" serve --engine embedded --port 0 --supervisor "${WARMBOX_SUPERVISOR:-${warmbox%/*}/warmbox-supervisor}" \
  --roots-dir target/roots --languages python --min-idle 2 --cache-dir '' --state-dir "$state/state" \
  --jobs-dir "$state/jobs" --blobs-dir "$state/blobs" --admin-token-file "$state/admin" --limit wall_ms=2000 >"$state/ready" 2>>"$log" &
server=$!
address=''
for _ in $(seq 300); do
  address=$(sed -n 's/.* is ready at \(http[^ ]*\) .*/\1/p' "$state/ready")
  [[ -z $address ]] || break
  kill -0 "$server" 2>/dev/null || stop "the server did not start (see $log)"
  sleep 0.2
done
[[ -n $address ]] || stop "the server was not ready within 60 s (see $log)"

# The seed makes every run the same one.
timeout 540 "$venv/bin/schemathesis" --config-file tests/schemathesis.toml run "$address/openapi.json" \
  --seed 1 --no-color "$@"
