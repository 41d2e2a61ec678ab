# warmbox: `make run` builds and serves, `make test` passes all tests. Nothing else is needed.
# Each target sets up what it needs; no step by hand.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# One cargo at a time: they would only wait for each other's lock.
.NOTPARALLEL:

# A cargo that was installed a minute ago is not on this shell's PATH yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
export CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))

RELEASE := $(CARGO_TARGET_DIR)/release
# Asked only when it is needed: `make help` works without Rust.
HOST_TRIPLE = $(shell rustc -vV | sed -n 's/^host: //p')
# The tests take this copy: `cargo test --workspace` builds a dynamic one at $(RELEASE).
SUPERVISOR = $(CARGO_TARGET_DIR)/$(HOST_TRIPLE)/release/warmbox-supervisor

# Every supervisor looks for it beside itself.
LIBRARY = libwarmbox_prepared.so

WEAKENED = $(CARGO_TARGET_DIR)/weakened/$(HOST_TRIPLE)/release/warmbox-supervisor

.PHONY: help run build server supervisor weakened setup docker images roots test contract fuzz check fmt bench micro soak smoke programs

help: ## Show this help
	@echo 'warmbox: runs untrusted C++, C, Python, JavaScript and Bash over HTTP, in warm sandboxes'
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null \
	  || sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1  \2/p' Makefile

run: build ## Set up, build and serve on http://127.0.0.1:5001 (WARMBOX_HOST, WARMBOX_PORT)
	@exec '$(RELEASE)/warmbox' serve

build: supervisor server ## Set up and build the server and its supervisor

setup: ## Install what is missing, or name it
	@scripts/setup.sh

# Static, because it is PID 1 in sandboxes that hold no libraries of ours.
supervisor: setup
	@echo '==> building the supervisor (static)'
	@RUSTFLAGS='-C target-feature=+crt-static' \
	  cargo build --release --locked -p warmbox-supervisor --target '$(HOST_TRIPLE)'
	@echo '==> building the library of prepared interpreters'
	@cargo build --release --locked -p warmbox-prepared
# Moved into place, so that a running supervisor keeps its file.
	@cmp -s '$(SUPERVISOR)' '$(RELEASE)/warmbox-supervisor' || { \
	  cp '$(SUPERVISOR)' '$(RELEASE)/warmbox-supervisor.new'; \
	  mv -f '$(RELEASE)/warmbox-supervisor.new' '$(RELEASE)/warmbox-supervisor'; }
	@cp '$(RELEASE)/$(LIBRARY)' '$(dir $(SUPERVISOR))$(LIBRARY)'

server: setup
	@echo '==> building the server'
	@cargo build --release --locked

# For the tests alone, and never where a server looks for one: a supervisor that can leave out a wall.
weakened: setup
	@echo '==> building the weakened supervisor (for tests)'
	@RUSTFLAGS='-C target-feature=+crt-static' CARGO_TARGET_DIR='$(CARGO_TARGET_DIR)/weakened' \
	  cargo build --release --locked -p warmbox-supervisor --features weakened --target '$(HOST_TRIPLE)'

docker: ## Install and start Docker where none answers (DOCKER_HOST)
	@scripts/docker.sh

# The toolchains by script, then the server's own layer on each, by the server.
images: build docker ## Make the images that the Docker engine starts from
	@scripts/images.sh
	@'$(RELEASE)/warmbox' images

roots: ## Unpack the same toolchains to target/roots for the embedded engine (no Docker needed)
	@scripts/images.sh --roots

test: build weakened docker images roots ## Set up, build, make the images and run every test (with Docker)
	@scripts/docker.sh --with-crun
	@echo '==> fuzzing, briefly'
	@scripts/fuzz.sh 10
	@echo '==> running the tests'
	@WARMBOX_SUPERVISOR='$(SUPERVISOR)' WARMBOX_WEAKENED='$(WEAKENED)' WARMBOX_TEST_ROOTS='$(CURDIR)/target/roots' \
	  cargo test --release --locked --workspace --no-fail-fast
	@echo '==> running the test of the feature otel'
	@cargo test --locked --features otel --test otel

contract: build roots ## Hold a server to its own description, /openapi.json (needs pip's package index once)
	@WARMBOX_SUPERVISOR='$(SUPERVISOR)' scripts/contract.sh

fuzz: setup ## Fuzz the link, requests and file names, 20 s each (SECONDS=600)
	@scripts/fuzz.sh $(or $(SECONDS),20)

check: ## Formatting, lints, shell scripts, deploy/, and `unsafe` only where it belongs
	@cargo fmt --version >/dev/null && cargo clippy --version >/dev/null \
	  || { echo 'make check needs them: rustup component add rustfmt clippy' >&2; exit 1; }
	@echo '==> formatting'
	@cargo fmt --all --check && cargo fmt --manifest-path fuzz/Cargo.toml --check
	@echo '==> lints'
	@cargo clippy --locked --workspace --all-targets -- -D warnings
	@cargo clippy --locked --features otel -- -D warnings
	@echo '==> shell scripts'
	@for script in scripts/*.sh .ci/run; do bash -n "$$script"; done
	@for script in runner-images/*/finish runner-images/*/further; do sh -n "$$script"; done
	@if command -v shellcheck >/dev/null; then shellcheck -x scripts/*.sh .ci/run runner-images/*/finish runner-images/*/further; \
	  else echo 'shellcheck is not installed: only the syntax was looked at'; fi
	@echo '==> deploy/'
	@scripts/validate-deploy.sh
	@echo '==> unsafe only in crates/supervisor and crates/prepared'
	@! grep -rnE --include='*.rs' '\bunsafe[[:space:]]*(\{|fn\b|impl\b|trait\b|extern\b|\(|$$)' \
	  src tests benches crates/protocol fuzz/examples fuzz/fuzz_targets | grep -vE ':[0-9]+:[[:space:]]*//'

fmt: ## Format the code
	@cargo fmt --all && cargo fmt --manifest-path fuzz/Cargo.toml

bench: build images roots ## Measure beside bare processes and other sandboxes, write docs/performance.md (ARGS=--quick: two minutes)
	@WARMBOX_SUPERVISOR='$(SUPERVISOR)' cargo bench --locked --bench compare -- $(ARGS)

micro: setup ## Measure codec, pool and output ring by themselves (criterion)
	@cargo bench --locked --bench micro -- $(ARGS)

soak: build images ## 10,000 runs on each engine; fails where anything has grown (ARGS=--attacks: 5,000 attacks; ARGS=--faults: half an hour of faults, as root)
	@WARMBOX_SUPERVISOR='$(SUPERVISOR)' cargo bench --locked --bench soak -- $(ARGS)

smoke: ## Build the server's own image and prove it: docker run, docker-compose
	@scripts/smoke.sh

programs: build roots ## Run HumanEval, libstdc++'s and CPython's tests through the API, as root (ARGS='--only HumanEval', ARGS=--write)
	@WARMBOX_SUPERVISOR='$(SUPERVISOR)' WARMBOX_TEST_ROOTS='$(CURDIR)/target/roots' scripts/programs.sh $(ARGS)
