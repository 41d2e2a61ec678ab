#!/usr/bin/env bash
# Makes sure that a Docker daemon answers at DOCKER_HOST (default: the system's socket). Where none
# does, it installs one (Debian or Ubuntu, as root or with passwordless sudo) and starts it: through
# the machine's init, or by itself where there is none. A daemon that runs is left as it is.
# --with-crun: and that this OCI runtime is installed, which the tests need.
# WARMBOX_DOCKERD_OPTIONS: words for a dockerd that we start, such as `--data-root /big/docker`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly me=docker log=target/docker.log
. scripts/lib.sh

readonly system_socket=unix:///var/run/docker.sock
export DOCKER_HOST="${DOCKER_HOST:-$system_socket}"
readonly daemon_log=/var/log/warmbox-dockerd.log seconds=60
# Made for the machine by us only, so that nobody's own is ever changed.
readonly daemon_file=/etc/docker/daemon.json
with_crun=no
[[ ${1:-} != --with-crun ]] || with_crun=yes

# Sets `answer`: the server's version, or why there is none.
answers() {
  local words result=0
  words=$(timeout 10 docker version --format '{{.Server.Version}}' 2>&1) || result=$?
  answer=${words##*$'\n'}
  [[ -n $answer ]] || answer='no answer within 10 s'
  return "$result"
}

# A second runtime for whoever wants it (WARMBOX_DOCKER_RUNTIME=crun).
crun_path() { PATH="$PATH:/usr/sbin:/usr/bin" command -v crun; }

# The tests start daemons of their own, and prove the walls with this runtime as well.
need_crun() {
  [[ $with_crun == yes ]] && ! crun_path >/dev/null || return 0
  mkdir -p "${log%/*}"
  if ! may_be_root || ! command -v apt-get >/dev/null || ! install_packages crun; then
    stop "the tests need the OCI runtime crun: install it by your system's own means (Debian and Ubuntu: \`sudo apt-get install crun\`)"
  fi
}

if command -v docker >/dev/null && answers; then
  need_crun
  exit 0
fi
command -v docker >/dev/null || answer='the docker command is not installed'

# Stops where a daemon runs and we may not use it.
need_access() {
  [[ $answer == *'permission denied'* ]] || return 0
  # The socket of a daemon that is gone refuses us as well; root can tell.
  if may_be_root && ! "${as_root[@]}" env "DOCKER_HOST=$DOCKER_HOST" timeout 10 docker version >/dev/null 2>&1; then
    return 0
  fi
  stop "$DOCKER_HOST is not ours to use: \`sudo usermod -aG docker $(id -un)\` and log in again (members of that group are as powerful as root), or run this as root"
}

need_access
# Starting a second daemon because a remote or foreign one is down would be no help.
if [[ $DOCKER_HOST != "$system_socket" && -z ${WARMBOX_DOCKERD_OPTIONS:-} ]]; then
  stop "DOCKER_HOST is $DOCKER_HOST, and: $answer; start that daemon, or unset DOCKER_HOST to use this machine's own"
fi
if [[ -z ${WARMBOX_DOCKERD_OPTIONS:-} ]]; then
  # A rootless or a desktop's daemon: the CLI knows it, but the server and we go by DOCKER_HOST alone.
  elsewhere=$(env -u DOCKER_HOST docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || true)
  if [[ -n $elsewhere && $elsewhere != "$system_socket" ]] &&
    DOCKER_HOST=$elsewhere timeout 10 docker version >/dev/null 2>&1; then
    stop "a Docker daemon answers at $elsewhere: \`export DOCKER_HOST=$elsewhere\`, then run this again"
  fi
fi

if ! may_be_root; then
  stop "no Docker daemon: $answer. Install and start one (Debian and Ubuntu: \`sudo apt-get install docker.io\`), or set DOCKER_HOST. Only the tests of the Docker engine, \`make images\` and that engine need it: \`make run\` does not"
fi


has_init() { [[ -d /run/systemd/system || ("$(cat /proc/1/comm)" == init && -x /etc/init.d/docker) ]]; }

# Before the packages, because installing them starts the daemon where an init runs.
write_daemon_file() {
  [[ ! -e $daemon_file ]] || return 0
  "${as_root[@]}" mkdir -p "${daemon_file%/*}"
  echo '{"runtimes": {"crun": {"path": "/usr/bin/crun"}}}' | "${as_root[@]}" tee "$daemon_file" >/dev/null
  say "wrote $daemon_file: crun as a second runtime"
}

install() {
  command -v apt-get >/dev/null ||
    stop "no Docker daemon: $answer. Install Docker by your system's own means and start it"
  mkdir -p "${log%/*}"
  : >"$log"
  # crun first and by itself: the daemon reads of it when it starts, and can do without.
  if crun_path >/dev/null || install_packages crun; then
    [[ ! -d /run/systemd/system ]] || write_daemon_file
  fi
  have_lists || progress 'apt-get update' apt update || true
  local packages=(docker.io iptables ca-certificates)
  # Newer Debians keep the client in a package of its own.
  ! apt-cache show docker-cli >/dev/null 2>&1 || packages+=(docker-cli)
  install_packages "${packages[@]}" || stop "apt-get could not install Docker: see $log"
  hash -r
}

# /run is not emptied by every restart, and a number in it may be anybody's by now.
forget_stale() {
  local file=$1 name=$2 pid
  pid=$("${as_root[@]}" cat "$file" 2>/dev/null) || return 0
  [[ "$(cat "/proc/$pid/comm" 2>/dev/null)" == "$name" ]] || "${as_root[@]}" rm -f "$file"
}

# Sets `dockerd_job`. In a session of its own, so that it outlives make and the terminal.
launch() {
  say "starting dockerd $* (log: $daemon_log)"
  # shellcheck disable=SC2016 # the inner shell's own words
  (cd / && exec setsid "${as_root[@]}" sh -c 'log=$1; shift; exec "$@" >>"$log" 2>&1' sh \
    "$daemon_log" dockerd "$@") </dev/null >/dev/null 2>&1 &
  dockerd_job=$!
}

# True when the daemon answers; false when it has ended or is too slow.
await() {
  local end=$((SECONDS + seconds))
  while ! answers; do
    need_access
    [[ $SECONDS -lt $end ]] || return 1
    [[ -z ${1:-} ]] || kill -0 "$1" 2>/dev/null || "${as_root[@]}" kill -0 "$1" 2>/dev/null || return 1
    sleep 0.2
  done
}

start_by_init() {
  if [[ -d /run/systemd/system ]]; then
    say 'starting docker through systemd'
    "${as_root[@]}" systemctl start docker || return 1
  else
    say 'starting docker through its init script'
    "${as_root[@]}" service docker start || return 1
  fi
  await
}

start_ourselves() {
  local options=() given=() reason tries before
  read -ra given <<<"${WARMBOX_DOCKERD_OPTIONS:-}"
  [[ $DOCKER_HOST == "$system_socket" ]] || options+=(-H "$DOCKER_HOST")
  if crun_path >/dev/null && ! grep -qs '"runtimes"' "$daemon_file"; then
    options+=(--add-runtime "crun=$(crun_path)")
  fi
  # Who may become root without a password gains nothing by it; a group of several would.
  [[ $EUID -eq 0 || "$(id -gn)" != "$(id -un)" ]] || options+=(--group "$(id -gn)")
  forget_stale /var/run/docker.pid dockerd
  forget_stale /var/run/docker/containerd/containerd.pid containerd
  if ! grep -qE ' cgroup2? ' /proc/mounts; then
    say 'mounting cgroup version 2: none is mounted'
    "${as_root[@]}" mount -t cgroup2 none /sys/fs/cgroup || true
  fi
  for tries in 1 2 3; do
    before=$("${as_root[@]}" cat "$daemon_log" 2>/dev/null | wc -l)
    launch "${options[@]}" "${given[@]}"
    ! await "$dockerd_job" || return 0
    # A dockerd that hangs must not stand in the way of the next one.
    "${as_root[@]}" kill "$dockerd_job" 2>/dev/null || true
    wait "$dockerd_job" 2>/dev/null || true
    reason=$("${as_root[@]}" tail -n "+$((before + 1))" "$daemon_log" | tail -n 1)
    say "dockerd did not come up (try $tries): ${reason:-it neither answered nor said why in $seconds s}"
    [[ $reason == *'failed to start'* ]] || return 1
    case $reason in
    *graphdriver* | *'storage driver'* | *overlay* | *snapshotter*)
      say 'trying without overlay: images take more disk, and containers start more slowly'
      options+=(--storage-driver vfs)
      ;;
    *'network controller'* | *iptables* | *bridge* | *nftables*)
      say 'trying without a bridge: sandboxes have no network anyway'
      options+=(--bridge none --iptables=false --ip6tables=false)
      ;;
    *) return 1 ;;
    esac
  done
  return 1
}

say "no daemon yet: $answer"
if ! command -v docker >/dev/null || ! PATH="$PATH:/usr/sbin" command -v dockerd >/dev/null; then
  install
fi
export PATH="$PATH:/usr/sbin:/sbin"
started=no
if answers; then
  started=yes # the package's own doing
elif [[ -z ${WARMBOX_DOCKERD_OPTIONS:-} ]] && has_init && start_by_init; then
  started=yes
elif start_ourselves; then
  started=yes
fi
[[ $started == yes ]] ||
  stop "the Docker daemon does not come up: $answer; its own words are in $daemon_log or \`journalctl -u docker\`"

# shellcheck disable=SC2016 # Docker's own words
readonly facts='{{.ServerVersion}}, storage {{.Driver}}, runtimes{{range $name, $_ := .Runtimes}} {{$name}}{{end}}'
say "Docker answers at $DOCKER_HOST: $(docker info --format "$facts")"
[[ "$(docker info --format '{{.Driver}}')" != vfs ]] ||
  say 'storage is vfs, which copies whole images: containers start slowly, and disk goes fast'
need_crun
