#!/usr/bin/env bash
# Installs warmbox on this machine and runs it as a service: by systemd where that is process 1, else in the
# background with a pid file. `deploy/manage.sh help` tells the rest; docs/deployment.md tells why.
set -euo pipefail

readonly me=manage.sh
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly prefix=${PREFIX:-/usr/local} root=${DESTDIR:-} user=warmbox
readonly config_dir=/etc/warmbox
# In systemd's own search path whatever the prefix is; /etc stays free for what the administrator changes or masks.
readonly unit_dir=/usr/local/lib/systemd/system
readonly service=warmbox.service socket=warmbox.socket
# Longer than WARMBOX_START_TIMEOUT (120 s) and SHUTDOWN_TIMEOUT (30 s) with the 10 s in which runners vanish.
readonly start_seconds=${START_SECONDS:-130} stop_seconds=${STOP_SECONDS:-45}
readonly newer=257 drop_in=warmbox.service.d/since-257.conf
readonly programs=(warmbox warmbox-supervisor) library=libwarmbox_prepared.so

say() { echo "$me: $*"; }
stop_here() {
  local code=1
  if [[ $1 == --code ]]; then code=$2 && shift 2; fi
  echo "$me: $*" >&2
  exit "$code"
}

usage() {
  cat <<TEXT
usage: deploy/manage.sh COMMAND [OPTION]

  install [--from DIR]   copy programs, units and an example of the settings; make the user $user
                         (DIR: where the programs were built [target/release])
  uninstall [--purge]    stop it and take away what install copied; --purge: settings, state, cache and user as well
  start                  start it, and wait until it can run programs
  stop                   let running work finish, then end it
  restart                under systemd the port stays open meanwhile, and nobody is turned away
  reload                 read keys, token, certificates, log filter and guards again
  status                 exit code 0: it runs and is ready, 1: it runs and is not ready, 3: it does not run
  logs [-f] [-n LINES]   the last lines of its log [50], and with -f those to come
  help                   this text

variables: PREFIX [/usr/local], DESTDIR (install only: a folder to build a package in), START_SECONDS [130],
           STOP_SECONDS [45]; without systemd: WARMBOX_RUN_DIR (pid file and log)
           [/var/lib/warmbox/run for root, else ~/.local/state/warmbox]
exit codes: 0 done, 1 it failed, 2 wrong arguments, 3 not running
TEXT
}

wrong() { stop_here --code 2 "$* (see: deploy/manage.sh help)"; }
no_more() { [[ $# -eq 0 ]] || wrong "unknown argument: $1"; }
need_root() { [[ $EUID -eq 0 ]] || stop_here "$1 needs root: sudo deploy/manage.sh $1"; }

# Process 1 makes this folder; see sd_booted(3).
has_systemd() { [[ -d /run/systemd/system ]]; }
by_systemd() { has_systemd && [[ -e $unit_dir/$service ]]; }
# No call to systemd may hang us: its own deadlines are shorter.
systemd() { timeout --kill-after=5 "$((start_seconds + 60))" systemctl "$@"; }

# The first number of its first line: systemd 257 (257.13-1).
systemd_version() { systemctl --version | awk 'NR == 1 { print int($2) }'; }

# The units that there are to start and stop: a socket unit that was masked is done without.
find_units() {
  units=("$socket" "$service")
  [[ $(systemctl is-enabled "$socket" 2>/dev/null) != masked* ]] || units=("$service")
}

meaning() {
  case $1 in
    0) echo 'an asked-for stop' ;;
    2) echo 'the command line or the configuration is wrong' ;;
    3) echo 'the port is taken or not ours alone' ;;
    4) echo 'no engine, or nothing could run in time' ;;
    5) echo 'an asked-for stop that cut off running work' ;;
    126 | 127) echo 'the program cannot be started' ;;
    *) echo 'see the lines above' ;;
  esac
}

# ---- install and uninstall

put() { # put MODE FROM TO: whole or not at all, and a running program keeps its file
  install -d "$(dirname "$root$3")"
  install -m "$1" "$2" "$root$3.new"
  mv -f "$root$3.new" "$root$3"
  say "installed $root$3"
}

put_unit() {
  local text
  text=$(sed "s|/usr/local/bin/warmbox|$prefix/bin/warmbox|" "$here/systemd/$1")
  put 0644 <(echo "$text") "$unit_dir/$1"
}

# The first id of a block that nobody in /etc/subuid or /etc/subgid has; at least 2,000,000, far from users' own.
free_range() {
  cat /etc/subuid /etc/subgid 2>/dev/null |
    awk -F: 'BEGIN { end = 2000000 } $2 + $3 > end { end = $2 + $3 } END { print int((end + 65535) / 65536) * 65536 }'
}

make_user() {
  getent group "$user" >/dev/null || groupadd --system "$user"
  getent passwd "$user" >/dev/null ||
    useradd --system --gid "$user" --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
  if ! grep -q "^$user:" /etc/subuid 2>/dev/null || ! grep -q "^$user:" /etc/subgid 2>/dev/null; then
    local first
    first=$(free_range)
    # The server takes a range that is the same in both files.
    usermod --add-subuids "$first-$((first + 65535))" --add-subgids "$first-$((first + 65535))" "$user"
    say "user $user has the subordinate ids $first to $((first + 65535))"
  fi
  if ! command -v newuidmap >/dev/null || ! command -v newgidmap >/dev/null; then
    say 'newuidmap is missing: all runs will share one uid until it is there (apt-get install uidmap)' >&2
  fi
}

# One program in a sandbox: tells whether server and supervisor are of one build, and whether this machine will do.
try_programs() {
  local folder said
  folder=$(mktemp -d)
  echo 'print("it works")' >"$folder/main.py"
  said=$(timeout 60 "$1/warmbox" run --engine embedded "$folder/main.py" 2>&1 </dev/null) || true
  rm -r "$folder"
  [[ $said == *'it works'* ]] || stop_here "nothing was installed, because a program could not be run: $said"
}

install_all() {
  local from=$here/../target/release program
  while [[ $# -gt 0 ]]; do
    case $1 in
      --from) [[ -n ${2:-} ]] || wrong '--from needs a folder'; from=$2 && shift 2 ;;
      *) no_more "$@" ;;
    esac
  done
  [[ -n $root ]] || need_root install
  for program in groupadd useradd usermod getent; do
    [[ -n $root ]] || command -v "$program" >/dev/null || stop_here "$program is not installed (apt-get install passwd)"
  done
  for program in "${programs[@]}"; do
    [[ -x $from/$program ]] || stop_here "$from/$program is not there: make build"
  done
  "$from/warmbox" --version | grep -q '^warmbox [0-9]' || stop_here "$from/warmbox does not run on this machine"
  [[ -n $root ]] || try_programs "$from"

  for program in "${programs[@]}"; do put 0755 "$from/$program" "$prefix/bin/$program"; done
  if [[ -e $from/$library ]]; then
    put 0755 "$from/$library" "$prefix/bin/$library"
  else
    say "$from/$library is not there: Python starts more slowly without it" >&2
  fi
  put_unit "$service"
  put_unit "$socket"
  # In a package (DESTDIR) it is the packager's to decide: the machine that builds it is not the one it runs on.
  if [[ -z $root ]] && has_systemd && [[ $(systemd_version) -ge $newer ]]; then
    put 0644 "$here/systemd/since-257.conf" "$unit_dir/$drop_in"
  fi
  put 0644 "$here/warmbox.env" "$config_dir/warmbox.env.example"
  # What somebody wrote stays as it is.
  [[ -e $root$config_dir/warmbox.env ]] || put 0640 "$here/warmbox.env" "$config_dir/warmbox.env"
  [[ -z $root ]] || return 0

  make_user
  chgrp "$user" "$config_dir/warmbox.env"
  if has_systemd; then
    systemd daemon-reload
    systemd enable --quiet "$service" "$socket"
  fi
  say 'installed. Next: deploy/manage.sh start (or restart, if an older one runs)'
}

uninstall_all() {
  local purge='' file
  if [[ ${1:-} == --purge ]]; then purge=yes && shift; fi
  no_more "$@"
  need_root uninstall
  stop_it
  if by_systemd; then systemd disable --quiet "$service" "$socket"; fi
  for file in "$unit_dir/$service" "$unit_dir/$socket" "$unit_dir/$drop_in" "$config_dir/warmbox.env.example" \
    "$prefix/bin/warmbox" "$prefix/bin/warmbox-supervisor" "$prefix/bin/$library"; do
    rm -f "$file"
  done
  rmdir --ignore-fail-on-non-empty "$unit_dir/${drop_in%/*}" 2>/dev/null || true
  if has_systemd; then systemd daemon-reload; fi
  if [[ -n $purge ]]; then
    rm -rf "$config_dir" /var/lib/warmbox /var/cache/warmbox
    if getent passwd "$user" >/dev/null; then userdel "$user"; fi
    say 'removed, with its settings, state, cache and user'
  else
    say "removed; $config_dir, /var/lib/warmbox, /var/cache/warmbox and the user $user are still there (--purge)"
  fi
}

# ---- without systemd

run_dir() {
  if [[ -n ${WARMBOX_RUN_DIR:-} ]]; then
    echo "$WARMBOX_RUN_DIR"
  elif [[ $EUID -eq 0 ]]; then
    echo /var/lib/warmbox/run
  else
    echo "${XDG_STATE_HOME:-$HOME/.local/state}/warmbox"
  fi
}

# A pid alone may be somebody else's by now; with the time of its start (proc_pid_stat(5), field 22) it is not.
started_at() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The second field may hold spaces. A process that has ended and was not waited for does not run.
  [[ ${stat##*) } != Z* ]] || return 1
  awk '{ print $20 }' <<<"${stat##*) }"
}

# Sets `pid` to the server that this script started; fails where it does not run.
find_pid() {
  local since
  { read -r pid since <"$(run_dir)/warmbox.pid"; } 2>/dev/null || return 1
  [[ $pid =~ ^[1-9][0-9]*$ && -n $since && $(started_at "$pid") == "$since" ]]
}

# The file as systemd reads it: NAME=value, comments, quotes around a whole value. It is never executed.
load_settings() {
  local line name value
  [[ -e $config_dir/warmbox.env ]] || return 0
  [[ -r $config_dir/warmbox.env ]] || stop_here "$config_dir/warmbox.env cannot be read by $(id -un)"
  while IFS= read -r line || [[ -n $line ]]; do
    [[ -n ${line//[[:space:]]/} && ! $line =~ ^[[:space:]]*[#\;] ]] || continue
    [[ $line =~ ^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || stop_here "warmbox.env: no NAME=value: $line"
    name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    if [[ $value =~ ^\"(.*)\"[[:space:]]*$ || $value =~ ^\'(.*)\'[[:space:]]*$ ]]; then value=${BASH_REMATCH[1]}; fi
    export "$name=$value"
  done <"$config_dir/warmbox.env"
}

program_path() {
  local path
  for path in "$prefix/bin/warmbox" "$here/../target/release/warmbox"; do
    if [[ -x $path ]]; then echo "$path" && return; fi
  done
  stop_here "$prefix/bin/warmbox is not there: deploy/manage.sh install"
}

is_ready() { timeout 5 "$program" health "${health_url[@]}" >/dev/null 2>&1; }
why_not_ready() { timeout 5 "$program" health "${health_url[@]}" 2>&1 || true; }

# Where `warmbox health` asks; it takes WARMBOX_PORT by itself, and knows nothing of the address and of TLS.
find_health_url() {
  health_url=()
  local host=${WARMBOX_HOST:-127.0.0.1} scheme=http
  [[ -z ${WARMBOX_TLS_CERT:-} ]] || scheme=https
  case $host in
    0.0.0.0) host=127.0.0.1 ;;
    :: | *:*) host="[${host/#%::/::1}]" ;;
  esac
  health_url=(--url "$scheme://$host:${WARMBOX_PORT:-5001}")
}

# Without the lines about questions whether it is ready, which are ours.
last_lines() {
  echo "$me: the last lines of its log ($1):" >&2
  if [[ $1 == journal ]]; then
    timeout 10 journalctl --unit "$service" --no-pager --lines 200 --output cat 2>&1
  else
    tail -n 2000 "$1" 2>&1
  fi | { grep -vE 'path(":|=)"/(readyz|livez)"' || true; } | tail -n 20 | sed 's/^/    /' >&2
}

start_in_background() {
  local dir pid program end code=0 as=()
  dir=$(run_dir)
  mkdir -p "$dir"
  # Two starts at once would both find no server.
  exec 9>"$dir/lock"
  flock --wait 10 9 || stop_here "another $me holds $dir/lock"
  if find_pid; then say "it runs already (pid $pid)" && return 0; fi
  program=$(program_path)
  load_settings
  find_health_url
  if [[ $EUID -eq 0 ]] && getent passwd "$user" >/dev/null; then
    as=(setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all)
    install -d -o "$user" -g "$user" -m 0700 /var/lib/warmbox/state /var/cache/warmbox
    export WARMBOX_STATE_DIR=${WARMBOX_STATE_DIR-/var/lib/warmbox/state}
    export WARMBOX_CACHE_DIR=${WARMBOX_CACHE_DIR-/var/cache/warmbox}
  fi
  # It would answer in the place of ours, which could not have the port.
  [[ $(why_not_ready) == *'no answer from'* ]] || stop_here "another server answers at ${health_url[1]} already"
  # Whatever root's is: with 077 the folders of a sandbox would be closed to the uid that its program has.
  umask 022
  # A session of its own, so that the end of this terminal is not its end. Opened as who we are, written as who it is.
  setsid nohup "${as[@]}" "$program" serve >>"$dir/warmbox.log" 2>&1 </dev/null 9>&- &
  pid=$!
  echo "$pid $(started_at "$pid")" >"$dir/warmbox.pid"
  end=$((SECONDS + start_seconds))
  while ! is_ready; do
    if ! started_at "$pid" >/dev/null; then
      wait "$pid" || code=$?
      rm -f "$dir/warmbox.pid"
      last_lines "$dir/warmbox.log"
      stop_here "it ended by itself with exit code $code: $(meaning "$code")"
    fi
    if [[ $SECONDS -ge $end ]]; then
      last_lines "$dir/warmbox.log"
      stop_here "it runs (pid $pid) and was not ready within $start_seconds s: $(why_not_ready)"
    fi
    sleep 0.5
  done
  disown "$pid"
  say "started (pid $pid), ready at ${health_url[1]}, log in $dir/warmbox.log"
}

stop_in_background() {
  local pid end
  if ! find_pid; then say 'it does not run' && return 0; fi
  kill -TERM "$pid" || stop_here "pid $pid belongs to another user: sudo deploy/manage.sh stop"
  end=$((SECONDS + stop_seconds))
  while started_at "$pid" >/dev/null; do
    if [[ $SECONDS -ge $end ]]; then
      kill -KILL "$pid"
      rm -f "$(run_dir)/warmbox.pid"
      last_lines "$(run_dir)/warmbox.log"
      stop_here "it had not ended within $stop_seconds s and was killed"
    fi
    sleep 0.1
  done
  rm -f "$(run_dir)/warmbox.pid"
  say 'stopped'
}

# ---- commands

explain_failure() {
  local result code
  last_lines journal
  result=$(systemctl show --property Result --value "$service")
  code=$(systemctl show --property ExecMainStatus --value "$service")
  stop_here "$1: result $result, exit code $code ($(meaning "$code"))"
}

# systemd counts failures; a person who starts it by hand begins anew.
start_it() {
  if by_systemd; then
    need_root start
    find_units
    systemd reset-failed "${units[@]}" 2>/dev/null || true
    systemd start "${units[@]}" || explain_failure 'it did not start'
    say "started: $(systemctl show --property StatusText --value "$service")"
  else
    start_in_background
  fi
}

# The socket too: else the next connection would start the service again.
stop_it() {
  if by_systemd; then
    need_root stop
    find_units
    systemd stop "${units[@]}" || explain_failure 'it did not stop'
    say 'stopped'
  else
    stop_in_background
  fi
}

restart_it() {
  if by_systemd; then
    need_root restart
    find_units
    systemd reset-failed "${units[@]}" 2>/dev/null || true
    # All but the last: the port, where systemd holds it.
    [[ ${#units[@]} -eq 1 ]] || systemd start "$socket" || explain_failure 'the port could not be opened'
    systemd restart "$service" || explain_failure 'it did not start again'
    say 'restarted'
  else
    stop_in_background
    start_in_background
  fi
}

reload_it() {
  local pid
  if by_systemd; then
    need_root reload
    systemd reload "$service" || stop_here 'it does not run, or was not reloaded: deploy/manage.sh status'
  else
    find_pid || stop_here --code 3 'it does not run'
    kill -HUP "$pid"
  fi
  say 'told to reload; its log says what changed (deploy/manage.sh logs)'
}

status_of_it() {
  local pid program health_url
  if by_systemd; then
    timeout 10 systemctl --no-pager --lines 5 status "$service" "$socket" || true
    systemctl is-active --quiet "$service" || exit 3
    return 0
  fi
  find_pid || stop_here --code 3 'it does not run'
  program=$(program_path)
  load_settings
  find_health_url
  is_ready || stop_here "it runs (pid $pid) and is not ready: $(why_not_ready)"
  say "it runs (pid $pid) and is ready at ${health_url[1]}"
}

logs_of_it() {
  local follow=() lines=50
  while [[ $# -gt 0 ]]; do
    case $1 in
      -f) follow=(-f) && shift ;;
      -n) [[ ${2:-} =~ ^[0-9]+$ ]] || wrong '-n needs a number'; lines=$2 && shift 2 ;;
      *) no_more "$@" ;;
    esac
  done
  if by_systemd; then
    exec journalctl --unit "$service" --no-pager --lines "$lines" "${follow[@]}"
  fi
  [[ -e $(run_dir)/warmbox.log ]] || stop_here "there is no log: $(run_dir)/warmbox.log"
  exec tail -n "$lines" "${follow[@]}" "$(run_dir)/warmbox.log"
}

for seconds in "$start_seconds" "$stop_seconds"; do
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || wrong "START_SECONDS and STOP_SECONDS are whole seconds, not $seconds"
done
[[ $prefix == /* ]] || wrong "PREFIX must begin with /: $prefix"
command=${1:-}
[[ -n $command ]] || { usage >&2 && exit 2; }
shift
case $command in
  install) install_all "$@" ;;
  uninstall) uninstall_all "$@" ;;
  start) no_more "$@" && start_it ;;
  stop) no_more "$@" && stop_it ;;
  restart) no_more "$@" && restart_it ;;
  reload) no_more "$@" && reload_it ;;
  status) no_more "$@" && status_of_it ;;
  logs) logs_of_it "$@" ;;
  help | --help | -h) usage ;;
  *) wrong "unknown command: $command" ;;
esac
