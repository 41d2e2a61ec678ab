#!/usr/bin/env bash
# Makes the toolchain image of every folder of runner-images/ that has a Dockerfile, as
# warmbox-<language>:<hash of the folder> and :latest. A folder that has not changed costs nothing.
#   scripts/images.sh [--roots] [--fresh] [language...]
# --roots: unpacks them to target/roots/<language>/ for the embedded engine; works without Docker.
# --fresh: makes them anew, with the packages of today.
# With a registry in reach it is a plain `docker build`. Without, mmdebstrap makes the base with all
# packages in it, once for all folders with the same packages, and `finish` in the same Dockerfile
# finds nothing left to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly me=images work=target/images roots=target/roots
readonly log=$work/setup.log
. scripts/lib.sh

# The one that the server asks, whatever context the CLI has.
export DOCKER_HOST="${DOCKER_HOST:-unix:///var/run/docker.sock}"
export BUILDX_BUILDER=default BUILDX_NO_DEFAULT_ATTESTATIONS=1
with_docker() { [[ $docker == yes ]]; }

readonly run="$$ $EPOCHSECONDS"
want_roots=no fresh=no languages=()
for word in "$@"; do
  case $word in
  --roots) want_roots=yes ;;
  --fresh) fresh=yes ;;
  -*) stop "unknown option $word; there are --roots and --fresh" ;;
  *)
    [[ -f runner-images/$word/Dockerfile ]] || stop "there is no runner-images/$word/Dockerfile"
    languages+=("$word")
    ;;
  esac
done
if [[ ${#languages[@]} -eq 0 ]]; then
  for file in runner-images/*/Dockerfile; do
    file=${file%/Dockerfile}
    languages+=("${file##*/}")
  done
fi

docker=no
if command -v docker >/dev/null && timeout 10 docker version >/dev/null 2>&1; then
  docker=yes
elif [[ $want_roots == no ]]; then
  stop "no Docker daemon answers at $DOCKER_HOST: scripts/docker.sh mends that or says what is wrong"
fi

# What goes into an image; what the server brings itself does not.
hash_of() {
  (
    cd "runner-images/$1"
    find . -type f ! -path './support/*' ! -name language.toml -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  ) | sha256sum | cut -c 1-12
}
image_of() { echo "warmbox-$1:${hash[$1]}"; }
has_image() { docker image inspect "$1" >/dev/null 2>&1; }
base_of() { sed -n 's/^ARG BASE=//p' "runner-images/$1/Dockerfile" | head -n 1; }
# debian:trixie-slim -> trixie; nothing where the base is not Debian or the folder does not list packages.
suite_of() {
  [[ ! -f runner-images/$1/packages ]] || base_of "$1" | sed -n 's/^debian:\([a-z]*\)\(-slim\)\{0,1\}$/\1/p'
}
# Only what the bare tree is made of: a word in the Dockerfile does not make it anew, and C++ shares C's.
bare_of() {
  local folder=runner-images/$1
  echo "warmbox-base:$({ suite_of "$1" && cat "$folder"/{packages,finish}; } 2>/dev/null | sha256sum | cut -c 1-12)"
}

# ---- the steps of one language; they run as jobs of their own, with the log as output

# Where in the bar the step begins and ends, and its name.
step() {
  echo "$2 $3 ${*:4}" >"$work/$1.step"
  echo "==> ${*:4}"
}

# bootstrap LANGUAGE TAR SCRIPT...: Debian with the packages, and what these scripts of the folder do to it.
bootstrap() {
  local language=$1 tar=$2 from="$PWD/runner-images/$1" here=/tmp/toolchain hooks=() sources file script
  # What its Dockerfile copies.
  sources="'$from/packages'"
  for file in "$from"/{finish,further,*.cpp}; do [[ ! -f $file ]] || sources+=" '$file'"; done
  hooks=(--customize-hook="mkdir \"\$1$here\"" --customize-hook="copy-in $sources $here")
  for script in "${@:3}"; do
    [[ ! -f $from/$script ]] || hooks+=(--customize-hook="chroot \"\$1\" sh $here/$script")
  done
  hooks+=(--customize-hook="rm -r \"\$1$here\"")
  # The machine's own name and resolver are nobody's business; the empty files are places to mount on.
  # shellcheck disable=SC2016 # the hook's own words
  hooks+=(--customize-hook='for name in hosts hostname resolv.conf; do : >"$1/etc/$name"; done')
  # With the variable, times in the tree would differ from those in Python's compiled files.
  TMPDIR=${TMPDIR:-/var/tmp} env -u SOURCE_DATE_EPOCH mmdebstrap --verbose --variant=apt --dpkgopt=force-unsafe-io \
    --include="$(sed 's/#.*//' "$from/packages" | xargs | tr ' ' ,)" \
    --aptopt='Acquire::Retries "3"' --aptopt='Acquire::http::Timeout "30"' \
    "${hooks[@]}" "$(suite_of "$language")" "$tar"
}

# The image of that name with Debian, the packages and what `finish` does. Languages that share it wait for the
# first of them; `made` holds the number of the run that made it, so that --fresh makes it once.
make_bare() {
  local language=$1 bare=$2 tar="$PWD/$work/$1.tar" made="$work/${2//:/-}.made"
  step "$language" 0 0 waiting for the packages
  exec 8>"$work/${bare//:/-}.lock"
  flock 8
  if ! has_image "$bare" || [[ $fresh == yes && "$(cat "$made" 2>/dev/null)" != "$run" ]]; then
    step "$language" 0 80 installing packages
    bootstrap "$language" "$tar" finish
    step "$language" 80 90 importing
    docker import "$tar" "$bare"
    rm -f "$tar"
    echo "$run" >"$made"
  fi
  exec 8>&-
}

build() {
  local language=$1 options=(--tag "$(image_of "$1")")
  if [[ ${way[$language]} == bare ]]; then
    local bare
    bare=$(bare_of "$language")
    make_bare "$language" "$bare"
    step "$language" 90 100 building
    options+=(--build-arg "BASE=$bare" --network none)
  else
    step "$language" 0 100 building
    # The host's network, because a daemon without a bridge has no other.
    options+=(--network host)
  fi
  [[ $fresh == no ]] || options+=(--no-cache)
  docker build "${options[@]}" "runner-images/$language"
  docker tag "$(image_of "$language")" "warmbox-$language:latest"
}

unpack() {
  local language=$1 tree=".trees/$1/${hash[$1]}.$$" new="$roots/.trees/$1/new" container old
  # No devices: an ordinary user may not make them, and the engine brings its own.
  local untar=(tar -x -C "$new" --numeric-owner --anchored --exclude='./dev/*' --exclude='dev/*' --exclude=.dockerenv)
  rm -rf "$new"
  mkdir -p "$new"
  if with_docker; then
    step "$language" 90 100 unpacking
    container=$(docker create "$(image_of "$language")" true)
    docker export "$container" | "${untar[@]}"
    docker rm "$container"
  else
    step "$language" 0 90 installing packages
    bootstrap "$language" "$PWD/$work/$language.tar" finish further
    step "$language" 90 100 unpacking
    "${untar[@]}" -f "$work/$language.tar"
    rm -f "$work/$language.tar"
  fi
  mv "$new" "$roots/$tree"
  # One rename shows the new tree. The one before stays for runners that still stand on it.
  old=$(readlink "$roots/$language" || true)
  ln -sfn "$tree" "$roots/.trees/$language/link"
  mv -fT "$roots/.trees/$language/link" "$roots/$language"
  find "$roots/.trees/$language" -mindepth 1 -maxdepth 1 ! -name "${tree##*/}" ! -name "${old##*/}" -exec rm -rf {} +
}

make_one() {
  set -e
  if with_docker && [[ ${image_needed[$1]} == yes ]]; then build "$1"; fi
  if [[ $want_roots == yes ]]; then unpack "$1"; fi
}

# ---- what there is to do

# True when the image is here or could be fetched. A registry that has said nothing in ten seconds is none.
fetch_base() {
  ! has_image "$1" || return 0
  local answer="$work/pull.log" job tenth
  say "looking for $1 in a registry"
  : >"$answer"
  timeout 900 docker pull "$1" >"$answer" 2>&1 </dev/null &
  job=$!
  for tenth in {1..100}; do
    if grep -q 'Pulling from' "$answer" || ! kill -0 "$job" 2>/dev/null; then break; fi
    [[ $tenth -lt 100 ]] || kill "$job"
    sleep 0.1
  done
  wait "$job"
}

need_mmdebstrap() {
  local missing=()
  command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
  [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || missing+=(debian-archive-keyring)
  [[ ${#missing[@]} -gt 0 ]] || return 0
  { command -v apt-get >/dev/null && may_be_root; } ||
    stop "neither a registry nor ${missing[*]}: \`sudo apt-get install ${missing[*]}\`"
  install_packages "${missing[@]}" || stop "apt-get could not install ${missing[*]}: see $log"
}

mkdir -p "$work" "$roots/.trees"
exec 9>"$work/lock"
if ! flock -n 9; then
  say 'another one is at it; waiting'
  flock 9
fi

declare -A hash way image_needed
todo=()
for language in "${languages[@]}"; do
  hash[$language]=$(hash_of "$language")
  image_needed[$language]=no
  if with_docker && { [[ $fresh == yes ]] || ! has_image "$(image_of "$language")"; }; then
    image_needed[$language]=yes
  elif with_docker; then
    docker tag "$(image_of "$language")" "warmbox-$language:latest"
  fi
  if [[ $want_roots == yes && ($fresh == yes || ! -d $roots/$language/usr ||
    "$(readlink "$roots/$language")" != ".trees/$language/${hash[$language]}."*) ]] ||
    [[ ${image_needed[$language]} == yes ]]; then
    todo+=("$language")
  elif [[ $want_roots == yes ]]; then
    say "$language: $roots/$language is up to date"
  else
    say "$language: $(image_of "$language") is up to date"
  fi
done
[[ ${#todo[@]} -gt 0 ]] || exit 0

: >"$log"
declare -A found
for language in "${todo[@]}"; do
  way[$language]=registry
  base=$(base_of "$language")
  if with_docker && [[ ${image_needed[$language]} == no || -z $base ]]; then continue; fi
  if with_docker && [[ -z ${found[$base]:-} ]]; then
    found[$base]=yes
    fetch_base "$base" || found[$base]=no
  fi
  if [[ ${found[$base]:-no} == no ]]; then
    [[ -n "$(suite_of "$language")" ]] ||
      stop "runner-images/$language needs ${base:-its base image} from a registry (only a Debian base with a file \`packages\` can do without)"
    ! with_docker || say "$language: no registry gives $base; Debian itself will be installed"
    need_mmdebstrap
    way[$language]=bare
  fi
done

# ---- all at once, with a line for each that shows how far it is

# Hundredths: apt's own lines against the numbers that it announced, within the step's share of the bar.
# The first of mmdebstrap's two installations is the smaller part.
percent() {
  local from to text
  read -r from to text <"$work/$1.step"
  awk -v from="$from" -v to="$to" -v parts="$([[ $text == installing* ]] && echo 2 || echo 1)" '
    /[0-9]+ newly installed/ { part++; lines = 0; sub(/.*upgraded, /, ""); total = 3 * $1 }
    /^(#[0-9]+ [0-9.]+ )?(Get:|Unpacking |Setting up )/ { lines++ }
    END {
      done = total ? lines / total : 0
      if (done > 1) done = 1
      if (parts == 2) done = part < 2 ? 0.3 * done : 0.3 + 0.7 * done
      if (from >= 80) done = 0 # importing and unpacking tell nothing
      printf "%d", from + (to - from) * done
    }' "$work/$1.log"
}

bar() {
  local full=$(($2 / 4)) from to text
  read -r from to text <"$work/$1.step"
  printf '\r\033[K%s: %-10s [%-25s] %3d %% %4d s  %s\n' "$me" "$1" \
    "$(printf '%*s' "$full" '' | tr ' ' '#')" "$2" "$((SECONDS - start))" "$text"
}

show() {
  local language text up=0
  for language in "${!job[@]}"; do
    if [[ -t 1 ]]; then
      bar "$language" "$(percent "$language")"
      up=$((up + 1))
    else
      read -r _ _ text <"$work/$language.step"
      [[ $text == starting || ${shown[$language]:-} == "$text" ]] || say "$language: $text (log: $work/$language.log)"
      shown[$language]=$text
    fi
  done
  [[ $up -eq 0 ]] || lines_up=$up
}
wipe() {
  [[ $lines_up -eq 0 ]] || printf '\033[%dA\r\033[J' "$lines_up"
  lines_up=0
}

finish() {
  local language=$1 result=0
  wait "${job[$language]}" || result=$?
  unset "job[$language]"
  if [[ $result -ne 0 ]]; then
    failed+=("$language")
    say "$language: failed after $((SECONDS - start)) s; the end of $work/$language.log:" >&2
    tail -n 20 "$work/$language.log" | sed 's/^/    /' >&2
  elif [[ $want_roots == yes ]]; then
    say "$language: $roots/$language, $(du -sm "$roots/$language/" | cut -f 1) MB, in $((SECONDS - start)) s"
  else
    say "$language: $(image_of "$language"), $(docker image inspect -f '{{.Size}}' "$(image_of "$language")" |
      awk '{ printf "%d MB", $1 / 1e6 }'), in $((SECONDS - start)) s"
  fi
}

# Job control gives each a process group, which is what can be ended as a whole.
# shellcheck disable=SC2317 # called by the trap
interrupted() {
  for language in "${!job[@]}"; do kill -- "-${job[$language]}" 2>/dev/null || true; done
  wait
  stop 'interrupted'
}

declare -A job shown
failed=() lines_up=0 start=$SECONDS
trap interrupted INT TERM
set -m
for language in "${todo[@]}"; do
  step "$language" 0 0 starting >/dev/null
  make_one "$language" >"$work/$language.log" 2>&1 </dev/null &
  job[$language]=$!
done
set +m
while [[ ${#job[@]} -gt 0 ]]; do
  wipe
  for language in "${!job[@]}"; do
    kill -0 "${job[$language]}" 2>/dev/null || finish "$language"
  done
  show
  sleep 0.3
done
[[ ${#failed[@]} -eq 0 ]] || stop "failed: ${failed[*]}"
