# Aurora. `make run` starts the paper desk, `make test` tests everything.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check torture conformance clients bench fuzz web docs clean

FUZZ_RUNS ?= 100000
FUZZ_CRATES ?= binance okx bybit venuesim
# One target of each crate, such as decode; empty is every target.
FUZZ_TARGET ?=
# Which tortures (all when empty), and how many points each (its own full number when empty).
TORTURES ?=
POINTS ?=
# Handed to `aurora run`: make run ARGS="--speed 10"
ARGS ?=
WEB_SOURCES := $(shell find web/src web/public web/index.html web/*.config.* web/tsconfig*.json -type f 2>/dev/null)

help:
	@echo "make run     build everything and start the paper desk on http://127.0.0.1:8000"
	@echo "make test    every test: Rust, web, and the console in headless Chromium"
	@echo "make check   formatting, clippy, web checks"
	@echo "make conformance  the scenarios against the simulated venues, through the adapters"
	@echo "make clients      ccxt and the venues' own connectors against the simulated venues"
	@echo "make torture      the release binary killed, starved and cut off, then compared with the venues"
	@echo "make bench   benchmarks of the hot paths"
	@echo "make fuzz    every fuzz target for FUZZ_RUNS executions each; needs a nightly compiler"
	@echo "make web     build the console"
	@echo "make docs    write the generated reference pages and the API docs"
	@echo "make clean   remove what was built; journals and logs stay"

run: web
	cargo run --release -p aurora -- run $(ARGS)

# nextest runs no doc tests; without it cargo runs everything itself.
test: web
	if cargo nextest --version >/dev/null 2>&1; then
	  cargo nextest run --workspace
	  cargo test --workspace --doc
	else
	  cargo test --workspace
	fi
	npm --prefix web test
	scripts/e2e.sh

check: web/node_modules/.package-lock.json
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	npm --prefix web run check

# The release binary under fault; needs root and strace fuse3 libfaketime nftables iproute2.
torture:
	cargo build --release -p aurora -p aurora-torture
	release="$${CARGO_TARGET_DIR:-target}/release"
	"$$release/aurora-torture" --aurora "$$release/aurora" $(if $(POINTS),--points $(POINTS)) $(TORTURES)

conformance:
	cargo run --release -p aurora -- conformance run

clients:
	cargo build --release -p aurora
	scripts/sim/clients.sh

bench:
	cargo bench --workspace
	cargo build --release -p aurora -p aurora-bench
	release="$${CARGO_TARGET_DIR:-target}/release"
	"$$release/aurora-bench" gate --aurora "$$release/aurora"
	tapes="$${AURORA_SHARED:-../shared}/data/crypto_l2/binance_ws_raw"
	if [ -d "$$tapes" ]; then
	  echo "the whole desk on six recorded tapes, as fast as one core allows:"
	  taskset -c 0 "$$release/aurora" run --headless --speed max --data "$$(mktemp -d)" --tape "$$tapes"/*_20240808.raw.zst
	fi

# What cargo-fuzz would do, without the address sanitizer. A crash leaves its input in the crate's fuzz/artifacts.
fuzz:
	if ! cargo +nightly --version >/dev/null 2>&1; then
	  echo "fuzzing needs a nightly compiler: rustup toolchain install nightly" >&2
	  exit 1
	fi
	host="$$(rustc +nightly -vV | sed -n 's/^host: //p')"
	samples="$$(realpath -m "$${AURORA_SHARED:-../shared}")/venues/samples"
	export CARGO_TARGET_DIR="$$PWD/target/fuzz"
	export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
	  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
	  -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1 -Cdebug-assertions"
	for crate in $(FUZZ_CRATES); do
	  cd "$(CURDIR)/crates/$$crate/fuzz"
	  cargo +nightly build --release --target "$$host"
	  targets="$(FUZZ_TARGET)"
	  for target in $${targets:-$$(sed -n '/^\[\[bin\]\]/{n;s/^name = "\(.*\)"/\1/p}' Cargo.toml)}; do
	    mkdir -p "corpus/$$target" artifacts
	    folders=("corpus/$$target")
	    for seeds in seeds "$$samples/$$crate"; do if [ -d "$$seeds" ]; then folders+=("$$seeds"); fi; done
	    echo "fuzzing $$crate: $$target"
	    "$$CARGO_TARGET_DIR/$$host/release/$$target" "$${folders[@]}" -runs=$(FUZZ_RUNS) -max_len=3000 \
	      -verbosity=0 -print_final_stats=1 -artifact_prefix=artifacts/
	  done
	done

web: web/dist/index.html

docs:
	cargo run -p aurora -- config reference --out docs/reference/config.md
	UPDATE_EXPECT=1 cargo test -p aurora-model --test reference
	cargo doc --workspace --no-deps

clean:
	cargo clean
	rm -rf web/dist web/node_modules

web/node_modules/.package-lock.json: web/package-lock.json
	npm --prefix web ci --ignore-scripts --no-audit --no-fund
	touch "$@"

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	npm --prefix web run build
	touch "$@"

# Each recipe is one shell, so that `if` may span lines.
.ONESHELL:
