#!/usr/bin/env bash
# The simulated world in CI: two processes live through the same seeds and must leave the same bytes, many seeds
# must break no invariant, and every planted bug must be caught by some seed.
#   scripts/world.sh AURORA [seeds] [seeds with a planted bug]
set -euo pipefail
cd "$(dirname "$0")/.."
aurora=$1 seeds=${2:-10000} bites=${3:-12000}
threads=$(nproc)
left=$(mktemp -d)
trap 'rm -rf "$left"' EXIT
"$aurora" simulate --seeds 1..100 --out "$left/a" >/dev/null
"$aurora" simulate --seeds 1..100 --out "$left/b" >/dev/null
diff -r "$left/a" "$left/b"
echo "determinism: 100 seeds, two processes, $(find "$left/a" -type f | wc -l) files byte-identical"
"$aurora" simulate --seeds "1..$seeds" --threads "$threads"
# The little binary alone: planting bugs in all of Aurora would build all of it again.
cargo build --release -p aurora-world --bin world --features planted
"${CARGO_TARGET_DIR:-target}/release/world" --teeth --seeds "1..$bites" --threads "$threads"
