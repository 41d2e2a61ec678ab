#!/usr/bin/env bash
# Looks at everything in deploy/ without a cluster, a Prometheus or a server: Kubernetes' manifests by their schemas
# (an unknown field fails), kustomization, compose file, alert rules, dashboard, seccomp profile, systemd's units and
# shell scripts. A tool that is not installed is named and passed over, but for the schemas: in CI (CI is set) they
# must be had.
#   scripts/validate-deploy.sh [--metrics FILE]   FILE: the text of /metrics of a server that has answered, cut and
#                                                 refused something; rules and dashboard may name only what is in it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly me=validate-deploy log=target/validate-deploy.log
mkdir -p target
. scripts/lib.sh
# Of the same numbering as Kubernetes: the second number is the version whose schemas it brings.
readonly validator=kubernetes-validate==1.34.1 kubernetes=1.34
readonly venv=target/tools/validate-deploy-${validator#*==}
failed=0
bad() { failed=1 && echo "$me: FAILED: $*" >&2; }

metrics=''
case ${1:-} in
  '') ;;
  --metrics) metrics=${2:?--metrics needs a file} ;;
  *) echo "usage: scripts/validate-deploy.sh [--metrics FILE]" >&2 && exit 2 ;;
esac

# Kept between runs, and made anew where a try was broken off.
have_validator() { "$venv/bin/python" -c 'import kubernetes_validate, yaml' 2>/dev/null; }
get_validator() {
  have_validator && return
  rm -rf "$venv"
  mkdir -p "$(dirname "$venv")"
  say "installing $validator into $venv"
  make_venv "$venv" && timeout 45 "$venv/bin/pip" install --quiet --disable-pip-version-check "$validator" && have_validator
}

if get_validator; then
  "$venv/bin/python" scripts/validate_deploy.py "$kubernetes" "$metrics" || bad 'see the lines above'
elif [[ -n ${CI:-} ]]; then
  bad "$validator cannot be installed (python3, its module venv and pip's package index are needed)"
else
  say "passed over: manifests, rules, dashboard, profile ($validator cannot be installed; in CI this fails)"
fi

# Debian has it in a package with a service; we want the one program of it. apt-get needs no rights for that.
get_promtool() {
  command -v promtool >/dev/null && return
  local kept=$PWD/target/tools/promtool folder
  if [[ ! -x $kept/promtool ]]; then
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return
    have_lists || { may_be_root && progress 'apt-get update' apt update; } || return
    folder=$(mktemp -d)
    (cd "$folder" && timeout 120 apt-get -q download prometheus && dpkg-deb -x prometheus_*.deb .) >>"$log" 2>&1 \
      && mkdir -p "$kept" && mv "$folder/usr/bin/promtool" "$kept/"
    rm -rf "$folder"
  fi
  export PATH=$PATH:$kept
  command -v promtool >/dev/null
}
get_promtool || [[ -z ${CI:-} ]] || bad 'promtool cannot be had (package prometheus), and CI does not pass it over'

check() { # check TOOL WHAT COMMAND...
  local tool=$1 what=$2 output
  shift 2
  if ! command -v "$tool" >/dev/null; then say "passed over: $what ($tool is not installed)" && return; fi
  # A word from any of these is one too many.
  if output=$(timeout 30 "$@" 2>&1) && [[ -z $output ]]; then say "ok: $what"; else
    bad "$what: $output"
  fi
}

# The program need not be installed where the units are looked at.
# shellcheck disable=SC2317 # called by `check`
verify_units() {
  local folder
  folder=$(mktemp -d)
  cp deploy/systemd/warmbox.service deploy/systemd/warmbox.socket "$folder"
  sed -i "s|^ExecStart=/usr/local/bin/warmbox|ExecStart=$(command -v true)|" "$folder/warmbox.service"
  # An older one does not know all of it.
  if [[ $(systemctl --version | awk 'NR == 1 { print int($2) }') -ge 257 ]]; then
    install -D -m 0644 deploy/systemd/since-257.conf "$folder/warmbox.service.d/since-257.conf"
  fi
  local said result=0
  said=$(systemd-analyze verify "$folder/warmbox.service" "$folder/warmbox.socket" 2>&1) || result=$?
  rm -r "$folder"
  # It ends well with warnings, and warns of this machine's other units too.
  if [[ $result -ne 0 || $said == *warmbox* ]]; then echo "$said"; fi
}
export -f verify_units

# quietly COMMAND...: its words only where it fails
# shellcheck disable=SC2317 # called by `check`
quietly() {
  local output
  output=$("$@" 2>&1) || { echo "$output" && return 1; }
}
export -f quietly

check bash 'shell scripts, syntax' bash -n deploy/manage.sh scripts/validate-deploy.sh
check shellcheck 'shell scripts' shellcheck -x deploy/manage.sh scripts/validate-deploy.sh
check systemd-analyze 'systemd units' bash -c verify_units
check kubectl 'kustomization' bash -c 'quietly kubectl kustomize deploy/kubernetes'
check promtool 'alert rules' bash -c 'quietly promtool check rules deploy/prometheus/alerts.yml'
check promtool 'alert rules, tests' bash -c 'quietly promtool test rules deploy/prometheus/alerts_test.yml'

[[ $failed -eq 0 ]] && say 'passed'
exit "$failed"
