#!/bin/sh
# Fills the corpora with the samples, one value a file, without spaces; sessions get them three at a time.
set -eu
cd "$(dirname "$0")"
samples="${AURORA_SHARED:-../../../../shared}/venues/samples/okx"
mkdir -p corpus/decode corpus/market corpus/account
for file in "$samples"/*.json; do
    name="$(basename "$file" .json)"
    case "$name" in replay_*|signature_*) continue ;; esac
    tr -d '\n' < "$file" | sed 's/^ *//; s/  */ /g' > "corpus/decode/$name"
    { printf '\000'; cat "corpus/decode/$name"; printf '\377\001'; cat "corpus/decode/$name"; } > "corpus/market/$name"
    { printf '\000'; cat "corpus/decode/$name"; printf '\377\003\000\377\001'; cat "corpus/decode/$name"; } > "corpus/account/$name"
done
echo "seeded $(ls corpus/decode | wc -l) samples"
