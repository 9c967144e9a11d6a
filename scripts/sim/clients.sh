#!/usr/bin/env bash
# Foreign clients trade on the simulated venues: ccxt and the venues' own connectors, at pinned versions.
# Needs target/release/aurora, or AURORA_SIM="… sim serve". With `--nautilus` NautilusTrader's nodes as well.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=${AURORA_CLIENTS_VENV:-target/clients-venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q ccxt==4.5.90 binance-futures-connector==4.2.0 python-okx==0.4.4 pybit==5.17.0
fi
scripts=(ccxt_binance ccxt_okx ccxt_bybit connector_binance connector_okx connector_bybit)
if [ "${1:-}" = --nautilus ]; then
  "$venv/bin/pip" install -q nautilus_trader==1.221.0
  scripts+=(nautilus_binance nautilus_okx nautilus_bybit)
fi
failed=0
for script in "${scripts[@]}"; do
  log=$(mktemp)
  if "$venv/bin/python" "scripts/sim/$script.py" >"$log" 2>&1; then
    tail -1 "$log"
  else
    failed=1
    grep -aE '^FAIL' "$log" || tail -20 "$log"
    tail -1 "$log"
  fi
  rm -f "$log"
done
exit $failed
