# shellcheck shell=bash
# What the scripts beside this file share: words, progress, and apt-get where it may be used.
# The caller sets `me`, the word before each line, and `log`, the file that takes other programs' output.
: "${me:?}" "${log:?}"

say() { echo "$me: $*"; }
stop() {
  echo "$me: $*" >&2
  exit 1
}

# Runs a command with its output in the log, and shows that it is alive: a counter on a terminal,
# two lines elsewhere. Gives back the command's own result.
progress() {
  local what=$1 start=$SECONDS result=0
  shift
  "$@" >>"$log" 2>&1 </dev/null &
  local job=$!
  if [[ -t 1 ]]; then
    while kill -0 "$job" 2>/dev/null; do
      printf '\r%s: %s ... %d s ' "$me" "$what" "$((SECONDS - start))"
      sleep 1
    done
    printf '\r'
  else
    say "$what ..."
  fi
  wait "$job" || result=$?
  if [[ $result -eq 0 ]]; then
    say "$what: done in $((SECONDS - start)) s"
  else
    say "$what: failed after $((SECONDS - start)) s (see $log)"
  fi
  return "$result"
}

# Sets `as_root`, the words before a command that only root may run; fails where there are none.
may_be_root() {
  as_root=()
  [[ $EUID -ne 0 ]] || return 0
  command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
  as_root=(sudo -n)
}

# A mirror that hangs must not hang us; the lock's timeout waits for another apt.
apt() {
  "${as_root[@]}" timeout --kill-after=10 900 env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o DPkg::Lock::Timeout=120 -o Acquire::http::Timeout=20 -o Acquire::Retries=1 "$@"
}
have_lists() { compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; }

# The lists are fetched only when there are none, or when an install with the old ones failed.
install_packages() {
  local updated=no
  if ! have_lists; then
    progress 'apt-get update' apt update || true
    updated=yes
  fi
  progress "apt-get install $*" apt install --no-install-recommends "$@" && return
  [[ $updated == no ]] || return 1
  progress 'apt-get update' apt update || true
  progress "apt-get install $*" apt install --no-install-recommends "$@"
}

# make_venv FOLDER: Debian has the module in a package of its own.
make_venv() {
  python3 -m venv "$1" >>"$log" 2>&1 && return
  may_be_root && install_packages python3-venv && python3 -m venv --clear "$1" >>"$log" 2>&1
}

readonly server_ready_seconds=60 server_stop_seconds=45
server='' address=''

# start_server OUTPUT BINARY WORDS...: the embedded engine on a free port, what it says in the file OUTPUT. Sets
# `server`, its pid, and `address`, once it is ready.
start_server() {
  local output=$1 binary=$2 end=$((SECONDS + server_ready_seconds)) supervisor=()
  shift 2
  if [[ -n ${WARMBOX_SUPERVISOR:-} ]]; then supervisor=(--supervisor "$WARMBOX_SUPERVISOR"); fi
  "$binary" serve --engine embedded --port 0 "${supervisor[@]}" "$@" >"$output" 2>&1 </dev/null &
  server=$!
  until [[ -n $address ]] && curl -sf --max-time 5 "http://$address/readyz" >/dev/null; do
    kill -0 "$server" 2>/dev/null || stop "the server has ended: $(tail -n 5 "$output")"
    [[ $SECONDS -lt $end ]] || stop "the server is not ready after $server_ready_seconds s: see $output"
    sleep 0.2
    address=$(sed -n 's/.*listening.* address=\([0-9.]*:[0-9]*\).*/\1/p' "$output" | head -n 1)
  done
}

# Ends the server that `start_server` started, if it did.
stop_server() {
  local turn
  [[ -n $server ]] || return 0
  kill "$server" 2>/dev/null || true
  for ((turn = 0; turn < server_stop_seconds * 5; turn++)); do
    kill -0 "$server" 2>/dev/null || return 0
    sleep 0.2
  done
  say "the server did not stop within $server_stop_seconds s" >&2
  kill -KILL "$server" 2>/dev/null || true
}
