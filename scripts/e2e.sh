#!/usr/bin/env bash
# Walks the console in headless Chromium against a running desk.
# AURORA_BIN names the binary to start; without it the debug build is made and used.
# What is given is handed to the walker: scripts/e2e.sh --shots docs/img
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

if ! find_chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Debian's chromium for the browser tests"
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null || true
fi
if ! chromium=$(find_chromium); then
  echo "The browser tests need Chromium: install Debian's package chromium (apt install chromium)" >&2
  [ "${CI:-}" = true ] && exit 1
  echo "Skipped: the console in headless Chromium"
  exit 0
fi

if [ -z "${AURORA_BIN:-}" ]; then
  cargo build -p aurora
  AURORA_BIN=${CARGO_TARGET_DIR:-$root/target}/debug/aurora
fi
AURORA_BIN=$(realpath "$AURORA_BIN")

folder=$(mktemp -d)
exec 3< <(cd "$folder" && exec "$AURORA_BIN" run --config "$root/scripts/patient.yaml" --listen 127.0.0.1:0 2>errors)
desk=$!
finish() {
  kill -TERM "$desk" 2>/dev/null || true
  # The pipe ends when the desk has.
  cat <&3 >/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

url=
while [ -z "$url" ] && IFS= read -r -t 30 line <&3; do
  case $line in *http://*) url=http://${line#*http://} ;; esac
done
if [ -z "$url" ]; then
  echo "aurora run did not say where it listens:" >&2
  cat "$folder/errors" >&2
  exit 1
fi

npm --prefix web run e2e -- --url "$url" --chromium "$chromium" "$@"
