#!/usr/bin/env bash
# Builds the images of docker-compose.yml and proves the server's against the Docker daemon, twice: started
# with `docker run`, and as the compose file says (where a compose is installed). Each time: it becomes healthy,
# the README's requests have the README's answers, its process is nobody's root, `docker stop` ends it in time
# with exit code 0, and none of its runners is left. Anything else is an exit code of 1, and what was seen.
#   COMPOSE='docker-compose'  which one to use [default: `docker compose`, else docker-compose]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly me=smoke log=target/smoke.log
. scripts/lib.sh
mkdir -p "${log%/*}"
: >"$log"

readonly start_seconds=180 stop_seconds=45 request_seconds=90
# Ours alone, so that nothing of another deployment is counted or removed.
readonly ours="smoke-$$"
export WARMBOX_OWNER=$ours WARMBOX_PUBLISH=127.0.0.1:0
container=''

ours_left() { docker ps --all --quiet --filter "label=dev.warmbox.owner=$ours"; }

clean_up() {
  if [[ -n $container ]]; then docker rm --force "$container" >/dev/null 2>&1 || true; fi
  if [[ ${#compose[@]} -gt 0 ]]; then "${compose[@]}" --project-name "$ours" down >>"$log" 2>&1 || true; fi
  ours_left | xargs -r docker rm --force >/dev/null 2>&1 || true
}

fail() {
  {
    echo "$me: failed: $*"
    if [[ -n $container ]]; then
      echo "$me: the container's state: $(docker inspect --format '{{json .State}}' "$container" 2>&1)"
      echo "$me: the end of its log:"
      docker logs --tail 30 "$container" 2>&1 | sed 's/^/    /'
    fi
    echo "$me: more may be in $log"
  } >&2
  exit 1
}

find_compose() {
  compose=()
  if [[ -n ${COMPOSE:-} ]]; then
    read -ra compose <<<"$COMPOSE"
  elif docker compose version >/dev/null 2>&1; then
    compose=(docker compose)
  elif command -v docker-compose >/dev/null; then
    compose=(docker-compose)
  fi
}

# The socket that is mounted, and its group as a container sees it.
find_socket() {
  export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
  [[ $DOCKER_HOST == unix://* ]] || stop "DOCKER_HOST is $DOCKER_HOST: only a unix:// socket can be mounted"
  export DOCKER_SOCKET=${DOCKER_HOST#unix://}
  if [[ -z ${DOCKER_GID:-} ]]; then
    DOCKER_GID=$(stat -Lc %g "$DOCKER_SOCKET")
    # A rootless daemon shows its user's own group as 0.
    if docker info --format '{{.SecurityOptions}}' | grep -q rootless; then DOCKER_GID=0; fi
  fi
  export DOCKER_GID
}

build_each() {
  local language base
  for language in "${languages[@]}"; do
    base=${language^^}_BASE
    progress "building warmbox-$language" \
      docker build --build-arg BASE="${!base}" --tag "warmbox-$language" "runner-images/$language" || return
  done
  progress 'building warmbox' docker build --build-arg BASE --build-arg RUST --tag warmbox .
}

build() {
  if [[ ${#compose[@]} -gt 0 ]]; then
    progress "${compose[*]} build" "${compose[@]}" --project-name "$ours" build
  else
    build_each
  fi || fail "the build failed; its last words: $(tail -n 20 "$log")"
}

start_with_run() {
  container=$(docker run --detach --name "$ours" --publish "$WARMBOX_PUBLISH:5001" --env WARMBOX_OWNER \
    --volume "$DOCKER_SOCKET:/var/run/docker.sock" --group-add "$DOCKER_GID" \
    --read-only --cap-drop ALL --security-opt no-new-privileges --health-interval 1s warmbox)
}
stop_with_run() { docker stop --time "$stop_seconds" "$container"; }

start_with_compose() {
  "${compose[@]}" --project-name "$ours" up --detach >>"$log" 2>&1 || fail "${compose[*]} up: $(tail -n 5 "$log")"
  container=$("${compose[@]}" --project-name "$ours" ps --quiet warmbox)
}
# With the grace period of the file.
stop_with_compose() { "${compose[@]}" --project-name "$ours" stop; }

state() { docker inspect --format "$1" "$container"; }

await_health() {
  local end=$((SECONDS + start_seconds)) start=$SECONDS seen
  while seen=$(state '{{.State.Status}} {{.RestartCount}} {{.State.Health.Status}}'); [[ $seen != 'running 0 healthy' ]]; do
    [[ $seen == 'running 0 '* ]] || fail "it did not stay up: $seen"
    [[ $seen != *unhealthy && $SECONDS -lt $end ]] ||
      fail "not healthy within $((SECONDS - start)) s: $seen; its check says: $(state '{{json .State.Health.Log}}')"
    sleep 0.2
  done
  say "healthy after $((SECONDS - start)) s"
}

# ask LANGUAGE TYPE BODY STATUS STDOUT: the answer must have these two.
ask() {
  local answer
  answer=$(curl -sS --max-time "$request_seconds" "http://$address/execute/$1" -H "content-type: $2" --data-binary "$3") ||
    fail "$1: no answer from $address"
  python3 - "$answer" "$4" "$5" <<'PYTHON' || fail "$1: expected status $4 and stdout $(printf %q "$5"), got: $answer"
import json, sys
answer = json.loads(sys.argv[1])
sys.exit([answer.get("status"), answer.get("stdout")] != sys.argv[2:])
PYTHON
  say "$1: status $4, stdout $(printf %q "$5")"
}

# The README's, and a line of each other language.
ask_all() {
  ask python application/json '{"code": "name = input()\nprint(\"hello\", name)", "stdin": "Ada"}' ok $'hello Ada\n'
  local program=$'#include <iostream>\nint main() {\n  std::cout << "hello\\n"'
  ask cpp text/plain "$program"$'\n}' compile_error ''
  ask cpp text/plain "$program"$';\n}' ok $'hello\n'
  ask c text/plain $'#include <stdio.h>\nint main(void) { puts("hello"); }' ok $'hello\n'
  ask javascript text/plain 'console.log("hello")' ok $'hello\n'
  ask bash text/plain 'echo hello' ok $'hello\n'
}

check_rights() {
  local rights
  rights=$(docker exec "$container" sed -nE 's/^(Uid|CapEff|CapBnd|NoNewPrivs):\s+/\1 /p' /proc/1/status | tr '\t\n' '  ')
  [[ $rights =~ ^Uid\ 10001\ 10001\ 10001\ 10001\ CapEff\ 0+\ CapBnd\ 0+\ NoNewPrivs\ 1\ $ ]] ||
    fail "the server's process has rights that it should not have: $rights"
  say "not root: $rights"
}

check_stop() {
  local start=$SECONDS end runners
  runners=$(ours_left | wc -l)
  [[ $runners -ge 2 ]] || fail "$runners containers with our owner's label before the stop: nothing could be seen to go"
  "$1" >>"$log" 2>&1
  [[ $((SECONDS - start)) -lt $stop_seconds ]] || fail "it took $((SECONDS - start)) s to stop: it was killed"
  [[ "$(state '{{.State.Status}} {{.State.ExitCode}}')" == 'exited 0' ]] || fail 'it did not end with exit code 0'
  end=$((SECONDS + 5))
  while [[ -n "$(ours_left)" ]]; do
    [[ $SECONDS -lt $end ]] || fail "runners were left behind: $(ours_left | tr '\n' ' ')"
    sleep 0.2
  done
  say "stopped in $((SECONDS - start)) s with exit code 0, and its $runners runners are gone"
}

prove() {
  say "started with $1"
  address=$(docker port "$container" 5001/tcp | head -n 1)
  await_health
  ask_all
  check_rights
  check_stop "$2"
  docker rm "$container" >/dev/null
  container=''
}

languages=()
for file in runner-images/*/Dockerfile; do
  file=${file%/Dockerfile}
  languages+=("${file##*/}")
done
scripts/docker.sh
find_compose
find_socket
words=$(scripts/base-images.sh)
eval "$words"
trap clean_up EXIT
trap 'exit 1' INT TERM
build
start_with_run
prove 'docker run' stop_with_run
if [[ ${#compose[@]} -gt 0 ]]; then
  start_with_compose
  prove "${compose[*]}" stop_with_compose
  say "passed: with docker run, and with ${compose[*]}"
else
  say 'passed: with docker run; no compose is installed, so docker-compose.yml was not tried'
fi
