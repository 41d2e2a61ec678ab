#!/bin/sh
# Waits until its input ends, which it does when a test has no more use for its Docker daemon, and
# also when the test was killed; then ends the daemon and removes all that is its: containers,
# processes, mounts, cgroups, and at last its folder.
set -u
folder=$1
name=${folder##*/}
# What is looked for by this name is killed.
case $name in
warmbox-dockerd-?*) ;;
*) echo "not a folder of a test: $folder" >&2 && exit 2 ;;
esac
cat >/dev/null

# Its processes carry the folder in their command lines, servers of a killed test in DOCKER_HOST. One
# that ended is not found, nor are others.
pids() { # NAME: as in /proc/PID/comm, which has 15 letters
  grep -lF "$folder/" /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null |
    while read -r file; do
      case $(cat "${file%/*}/comm" 2>/dev/null) in
      "$1"*) file=${file%/*} && echo "${file#/proc/}" ;;
      esac
    done
}

end() { # NAME SIGNAL TENTHS
  # shellcheck disable=SC2046 # one word each
  kill "-$2" $(pids "$1") 2>/dev/null
  # shellcheck disable=SC2046
  kill -CONT $(pids "$1") 2>/dev/null
  tenths=$3
  while [ -n "$(pids "$1")" ] && [ "$tenths" -gt 0 ]; do
    tenths=$((tenths - 1))
    sleep 0.1
  done
}

cgroups() { find /sys/fs/cgroup -depth -type d -path "*/$name*" 2>/dev/null; }

end warmbox KILL 20
# Containers first: else the daemon would wait for them.
for _ in 1 2 3; do
  # shellcheck disable=SC2046
  kill -KILL $(cgroups | sed 's|$|/cgroup.procs|' | xargs -r cat 2>/dev/null | sort -u) 2>/dev/null
done
end dockerd TERM 100
end dockerd KILL 20
shim_sockets=$(find "$folder" -name address -path '*/moby/*' -exec cat {} + 2>/dev/null | sed 's|unix://|\n|g')
end containerd-shim KILL 20
end containerd TERM 20
end containerd KILL 20
for socket in $shim_sockets; do
  case $socket in /run/containerd/s/*) rm -f "$socket" ;; esac
done
tries=50
until
  cut -d ' ' -f 5 /proc/self/mountinfo | grep -F "$folder/" | sort -r | xargs -r umount -l 2>/dev/null
  cgroups | xargs -r rmdir 2>/dev/null
  rm -rf "$folder" 2>/dev/null
  [ ! -e "$folder" ] && [ -z "$(cgroups)" ]
do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "$folder cannot be removed" >&2 && exit 1; }
  sleep 0.1
done
