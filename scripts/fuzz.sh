#!/usr/bin/env bash
# Builds the fuzz targets and gives each hostile input for a while: the committed inputs of fuzz/corpus/ first, then
# what libFuzzer makes of them, and of what it found before. A panic, a failed assertion, an abort, an input that takes
# more than 10 s or 2 GiB: the exit code is 1, and the input is shown and kept in fuzz/artifacts/.
#   scripts/fuzz.sh [SECONDS [TARGET...]]    [default: 20 seconds for each of frame, request, path]
# Any stable Rust will do. No sanitizer: what is fuzzed has no `unsafe` of its own, and with one cargo-fuzz asks for a
# nightly compiler. Debug assertions and overflow checks are on. cargo-fuzz is installed by cargo where it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR
readonly me=fuzz log="$CARGO_TARGET_DIR/fuzz.log" found="$CARGO_TARGET_DIR/fuzz-found" tools="$CARGO_TARGET_DIR/tools"
. scripts/lib.sh

readonly cargo_fuzz_version=0.13.2
# For this machine's own target: the one that cargo-fuzz would choose may be another (musl).
host=$(rustc -vV | sed -n 's/^host: //p')
readonly options=(--sanitizer none --target "$host" --codegen-units 16)
# After its time a target still has to write down what it found.
readonly grace_seconds=60

seconds=${1:-20}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || stop "$seconds is not a number of seconds; usage: scripts/fuzz.sh [SECONDS [TARGET...]]"
targets=("${@:2}")
if [[ ${#targets[@]} -eq 0 ]]; then targets=(frame request path); fi
for target in "${targets[@]}"; do
  [[ -f fuzz/fuzz_targets/$target.rs ]] || stop "there is no target $target; there are frame, request and path"
done

# What was seen, and the input as bytes: enough to mend it without this machine.
fail() {
  local target=$1 input
  {
    echo "$me: $target: failed; its last words:"
    tail -n 60 "$log" | sed 's/^/    /'
    for input in fuzz/artifacts/"$target"/*; do
      [[ $input -nt $started ]] || continue
      echo "$me: the input, in $input:"
      od -A d -t x1z -v "$input" | head -n 64 | sed 's/^/    /'
      echo "$me: again: cargo fuzz run ${options[*]} $target $input; as base64:"
      base64 "$input"
    done
  } >&2
  exit 1
}

# Its own numbers, from the statistics at the end.
stat() { sed -n "s/^stat::$1: *//p" "$log" | tail -n 1; }

run() {
  local target=$1 own=()
  if [[ -f fuzz/$target.dict ]]; then own=("-dict=fuzz/$target.dict"); fi
  mkdir -p "$found/$target"
  # libFuzzer adds what it finds to the first folder and only reads the others.
  timeout --kill-after=10 "$((seconds + grace_seconds))" \
    cargo fuzz run "${options[@]}" "$target" "$found/$target" "fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -timeout=10 -max_len=4096 -print_final_stats=1 "${own[@]}" >>"$log" 2>&1 </dev/null ||
    fail "$target"
  say "$target: $(stat number_of_executed_units) inputs in $seconds s, none of them fatal"
}

mkdir -p "$CARGO_TARGET_DIR"
: >"$log"
readonly started="$CARGO_TARGET_DIR/fuzz.started"
: >"$started"
PATH="$tools/bin:$PATH"
cargo fetch --quiet --locked --manifest-path fuzz/Cargo.toml ||
  stop 'fuzz/Cargo.lock does not fit: cargo update --workspace --manifest-path fuzz/Cargo.toml'
if ! cargo fuzz --version >/dev/null 2>&1; then
  progress "cargo install cargo-fuzz $cargo_fuzz_version" \
    cargo install cargo-fuzz --debug --locked --version "$cargo_fuzz_version" --root "$tools" ||
    stop "cargo-fuzz cannot be installed: $(tail -n 5 "$log")"
fi
progress 'building the targets' cargo fuzz build "${options[@]}" || stop "the build failed: $(tail -n 40 "$log")"
for target in "${targets[@]}"; do run "$target"; done
