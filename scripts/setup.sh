#!/usr/bin/env bash
# Finds what building and running warmbox needs and is not here; installs it where it may (root or
# passwordless sudo on Debian and Ubuntu), else names it. Asks nothing and changes nothing else.
# Stops only for what is essential: without numpy and matplotlib the service runs without pictures, without
# Node.js it leaves JavaScript out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly me=setup target="${CARGO_TARGET_DIR:-target}"
readonly log="$target/setup.log" tried="$target/setup.tried"
. scripts/lib.sh

# Sandboxes see the host's /usr and nothing of anybody's home, so that is where we look.
readonly sandbox_path=/usr/local/bin:/usr/bin:/bin

in_sandbox_path() { PATH="$sandbox_path" command -v "$1" >/dev/null; }
sandbox_python() { PATH="$sandbox_path" command -v python3; }
# Looks for the package without importing it: 20 ms instead of a second.
python_has() {
  "$(sandbox_python)" -I -c \
    'import importlib.util as u, sys; sys.exit(any(u.find_spec(name) is None for name in sys.argv[1:]))' \
    "$@" 2>/dev/null
}

# What is missing, as Debian names it. `essential`: cannot build or run; `optional`: runs with less.
look() {
  essential=() optional=()
  in_sandbox_path g++ || essential+=(g++)
  command -v make >/dev/null || essential+=(make)
  in_sandbox_path python3 || essential+=(python3)
  # gcc answers with a path when it has the file, and with the bare name when it has not.
  [[ "$(gcc -print-file-name=libc.a 2>/dev/null)" == */* ]] || essential+=(libc6-dev)
  pip_line=''
  if ! in_sandbox_path python3; then
    optional+=(python3-numpy python3-matplotlib)
  elif ! python_has numpy matplotlib; then
    if [[ "$(sandbox_python)" == /usr/local/* ]]; then
      # It does not see the distribution's packages.
      pip_line="$(sandbox_python) -m pip install numpy matplotlib"
    else
      python_has numpy || optional+=(python3-numpy)
      python_has matplotlib || optional+=(python3-matplotlib)
    fi
  fi
  in_sandbox_path node || optional+=(nodejs)
  if [[ $EUID -ne 0 ]] && ! command -v newuidmap >/dev/null; then
    optional+=(uidmap)
  fi
}

need_rust() {
  local oldest found
  PATH="$PATH:${HOME:-/root}/.cargo/bin"
  command -v cargo >/dev/null ||
    stop "no cargo: install Rust with \`curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y\`, then run this again"
  oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
  found=$(rustc --version | cut -d ' ' -f 2)
  [[ "$(printf '%s\n' "$oldest" "$found" | sort -V | head -n 1)" == "$oldest" ]] ||
    stop "Rust $found is too old, $oldest or newer is needed: rustup update stable"
}

# The names of the same things where there is no apt.
other_names() {
  if command -v dnf >/dev/null; then
    echo 'dnf install gcc-c++ make python3 glibc-static python3-numpy python3-matplotlib nodejs shadow-utils'
  elif command -v pacman >/dev/null; then
    echo 'pacman -S --needed gcc make python python-numpy python-matplotlib nodejs shadow'
  elif command -v zypper >/dev/null; then
    echo 'zypper install gcc-c++ make python3 glibc-devel-static python3-numpy python3-matplotlib nodejs shadow'
  elif command -v apk >/dev/null; then
    echo 'apk add g++ make python3 musl-dev py3-numpy py3-matplotlib nodejs bash shadow-uidmap'
  else
    echo "install by your system's own means: a C++ compiler, make, python3, a static libc (libc.a), numpy, matplotlib, Node.js, newuidmap"
  fi
}

# Says what is still missing, and stops when it is essential.
verdict() {
  if [[ ${#optional[@]} -gt 0 ]]; then
    say "warning: without ${optional[*]} the service runs with less (no pictures from Python without numpy and matplotlib; no JavaScript without nodejs; one uid for all runs without uidmap); to mend: $1"
  fi
  if [[ -n $pip_line ]]; then
    say "warning: without numpy and matplotlib Python makes no pictures; to mend: $pip_line"
  fi
  if [[ ${#essential[@]} -gt 0 ]]; then
    stop "missing and essential: ${essential[*]}; to mend: $1"
  fi
}

need_rust
look
missing=("${essential[@]}" "${optional[@]}")
if [[ ${#missing[@]} -eq 0 ]]; then
  verdict ''
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  verdict "$(other_names)"
  exit 0
fi
readonly by_hand="sudo apt-get install --no-install-recommends ${missing[*]}"
if ! may_be_root; then
  verdict "$by_hand"
  exit 0
fi

# Tried in vain today: a machine without a way out should not wait for it at every start.
if [[ ${#essential[@]} -eq 0 && "$(cat "$tried" 2>/dev/null)" == "$(date +%F) ${optional[*]}" ]]; then
  verdict "$by_hand"
  exit 0
fi

mkdir -p "$target"
: >"$log"
say "installing by apt-get: ${missing[*]} (log: $log)"
# Together first; when that fails, what is essential must not fail with what is not.
if ! install_packages "${missing[@]}" && [[ ${#essential[@]} -gt 0 && ${#optional[@]} -gt 0 ]]; then
  install_packages "${essential[@]}" || true
fi
look
if [[ ${#optional[@]} -gt 0 ]]; then
  echo "$(date +%F) ${optional[*]}" >"$tried"
fi
verdict "$by_hand"
