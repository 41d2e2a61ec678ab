#!/usr/bin/env bash
# Prints the images that the Dockerfiles start from, as `export BASE=… RUST=… PYTHON_BASE=… CPP_BASE=…` and so
# on for each folder of runner-images/, for
#   eval "$(scripts/base-images.sh)" && docker-compose up --build
# What the environment names stays; where a registry answers, that is all. Where none does, substitutes are
# made here, once, from Debian's packages, this machine's own Rust and the crates of Cargo.lock. They are for
# tests, and are never published.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly me=base-images log=target/base-images.log
. scripts/lib.sh
mkdir -p "${log%/*}"
# Standard output is for the answer alone.
exec 3>&1 1>&2

has_image() { docker image inspect "$1" >/dev/null 2>&1; }
# A registry that does not answer must not hang us.
is_had() { has_image "$1" || timeout 300 docker pull --quiet "$1" >>"$log" 2>&1; }

debian() { mmdebstrap --quiet --variant=minbase "$@" trixie -; }

import_base() { debian | docker import - "$1"; }

# The compiler in /usr/local, and crates enough to need no network.
import_rust() {
  local scratch sysroot result=0
  sysroot=$(rustc --print sysroot)
  scratch=$(mktemp -d)
  CARGO_HOME="$scratch/cargo" cargo fetch --quiet --locked --target "$(rustc -vV | sed -n 's/^host: //p')" &&
    debian --include=gcc,libc6-dev --customize-hook="copy-in '$sysroot/bin' '$sysroot/lib' '$scratch/cargo' /usr/local" |
    docker import --change 'ENV CARGO_HOME=/usr/local/cargo CARGO_NET_OFFLINE=true' - "$1" || result=$?
  rm -rf "$scratch"
  return "$result"
}

substitute() {
  has_image "$2" && return
  command -v mmdebstrap >/dev/null || { may_be_root && install_packages mmdebstrap debian-archive-keyring; } ||
    stop 'no registry answers, and mmdebstrap, which makes substitutes, is not here: sudo apt-get install mmdebstrap'
  progress "no registry answers: making $2" "$1" "$2" || {
    # What came of half a tree must not be found next time.
    docker rmi "$2" >/dev/null 2>&1 || true
    stop "$2 could not be made: see $log"
  }
}

# Another compiler, other crates or another recipe make another image.
rust_substitute() {
  local content
  content=$({ rustc -vV && cat Cargo.lock && declare -f debian import_rust; } | sha256sum)
  echo "warmbox-offline-rust:${content:0:12}"
}

# python -> PYTHON_BASE, as in docker-compose.yml.
variable_of() { echo "${1^^}_BASE"; }

# The language's image under the name that stays: its Dockerfile finds nothing left to do in it.
with_all() {
  docker image inspect --format '{{range .RepoTags}}{{println .}}{{end}}' "warmbox-$1:latest" |
    grep -vx "warmbox-$1:latest" | head -n 1
}

: >"$log"
debian=debian:trixie-slim
languages=() variables=(BASE)
for file in runner-images/*/Dockerfile; do
  file=${file%/Dockerfile}
  languages+=("${file##*/}")
  variables+=("$(variable_of "${file##*/}")")
done
missing=()
for variable in "${variables[@]}"; do [[ -n ${!variable:-} ]] || missing+=("$variable"); done
if [[ ${#missing[@]} -eq 0 ]]; then
  : # Nothing to look for.
elif is_had "$debian"; then
  for variable in "${missing[@]}"; do printf -v "$variable" %s "$debian"; done
else
  if [[ -z ${BASE:-} ]]; then
    BASE=warmbox-offline-base:trixie
    substitute import_base "$BASE"
  fi
  scripts/images.sh "${languages[@]}"
  for language in "${languages[@]}"; do
    variable=$(variable_of "$language")
    [[ -n ${!variable:-} ]] || printf -v "$variable" %s "$(with_all "$language")"
  done
fi
if [[ -z ${RUST:-} ]]; then
  RUST=rust:1-trixie
  if ! is_had "$RUST"; then
    RUST=$(rust_substitute)
    substitute import_rust "$RUST"
  fi
fi
{
  printf 'export'
  for variable in RUST "${variables[@]}"; do printf ' %s=%q' "$variable" "${!variable}"; done
  echo
} >&3
