"""NautilusTrader's OKX adapter (1.221), by base-URL override, against the simulated OKX.

    python scripts/sim/nautilus_okx.py        # needs nautilus_trader installed

A node with one strategy: it listens to book, quotes and trades, places, amends, cancels, trades at market, and
closes. Each step is a check; the next begins when the venue's events have ended the one before, but for the amend:
the adapter takes its push for a second acceptance and drops it.
"""

import argparse
import asyncio
import os
import sys
import time
from datetime import timedelta
from decimal import Decimal

import harness
from nautilus_trader.adapters.okx import OKXDataClientConfig, OKXExecClientConfig
from nautilus_trader.adapters.okx import OKXLiveDataClientFactory, OKXLiveExecClientFactory
from nautilus_trader.config import InstrumentProviderConfig, LoggingConfig, StrategyConfig, TradingNodeConfig
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import BookType, OrderSide, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId, TraderId
from nautilus_trader.trading.strategy import Strategy

BTC = InstrumentId.from_str("BTC-USDT-SWAP.OKX")


class Steps(Strategy):
    """Every step appends its name to `done` once the venue has confirmed it."""

    def __init__(self, sim):
        # The venue refuses client ids with hyphens.
        super().__init__(StrategyConfig(use_hyphens_in_client_order_ids=False))
        self.sim = sim
        self.done, self.begun = [], time.monotonic()
        self.seen, self.order, self.is_amending = set(), None, False

    def on_start(self):
        self.instrument = self.cache.instrument(BTC)
        assert self.instrument is not None, "the instrument was not loaded"
        self.finish("instruments loaded")
        self.subscribe_order_book_deltas(BTC, BookType.L2_MBP)
        self.subscribe_quote_ticks(BTC)
        self.subscribe_trade_ticks(BTC)

    def finish(self, step):
        now = time.monotonic()
        self.done.append((step, now - self.begun))
        self.begun = now

    def market_data(self, kind):
        if kind in self.seen:
            return
        self.seen.add(kind)
        self.finish(f"{kind} heard")
        if self.seen == {"book", "quotes", "trades"}:
            self.place()

    def on_order_book_deltas(self, _):
        self.market_data("book")

    def on_quote_tick(self, tick):
        self.quote = tick
        self.market_data("quotes")

    def on_trade_tick(self, _):
        self.market_data("trades")

    def place(self):
        price = self.instrument.make_price(float(self.quote.bid_price) * 0.97)
        self.order = self.order_factory.limit(
            BTC, OrderSide.BUY, self.instrument.make_qty(2), price, TimeInForce.GTC, post_only=True
        )
        self.submit_order(self.order)

    def on_order_accepted(self, _):
        if self.order.has_price and not self.is_amending:
            self.is_amending = True
            self.finish("post-only order accepted")
            self.modify_order(self.order, quantity=self.instrument.make_qty(3))
            # Adapter 1.221 takes the push of an amended order for a second acceptance and drops it, so the venue is
            # asked instead.
            self.clock.set_time_alert("amended", self.clock.utc_now() + timedelta(seconds=1), self.ask_size)

    def ask_size(self, _):
        mine = [one for one in self.sim.orders() if one["client_id"] == self.order.client_order_id.value]
        if [Decimal(one["qty"]) for one in mine] == [Decimal("0.03")]:
            self.finish("order amended, by the venue's word")
        self.cancel_order(self.order)

    def on_order_canceled(self, _):
        self.finish("order cancelled")
        self.order = self.order_factory.market(BTC, OrderSide.BUY, self.instrument.make_qty(10))
        self.submit_order(self.order)

    def on_order_filled(self, event):
        if self.order.is_closed:
            self.finish(f"market {event.order_side.name.lower()} filled")

    def on_position_event(self, _):
        if self.portfolio.is_net_long(BTC) and self.order.is_closed:
            self.finish("position opened")
            self.order = self.order_factory.market(BTC, OrderSide.SELL, self.instrument.make_qty(10), reduce_only=True)
            self.submit_order(self.order)
        elif self.portfolio.is_flat(BTC) and self.order.side == OrderSide.SELL:
            self.finish("position closed")
            self.stop()

    def on_order_rejected(self, event):
        self.finish(f"REJECTED: {event.reason}")

    on_order_denied = on_order_modify_rejected = on_order_cancel_rejected = on_order_rejected


WANTED = [
    "instruments loaded", "book heard", "quotes heard", "trades heard", "post-only order accepted", "order amended, by the venue's word",
    "order cancelled", "market buy filled", "position opened", "market sell filled", "position closed",
]  # fmt: skip


def node(sim):
    """The business stream has no setting of its own: its address is replaced where the adapter asks for it."""
    nautilus_pyo3.get_okx_ws_url_business = lambda _is_demo: f"{sim.ws}/ws/v5/business"
    # The adapter's private stream takes its keys from the environment alone.
    names = ("OKX_API_KEY", "OKX_API_SECRET", "OKX_API_PASSPHRASE")
    os.environ.update(zip(names, (harness.KEY, harness.SECRET, harness.PASSPHRASE)))
    common = {
        "api_key": harness.KEY,
        "api_secret": harness.SECRET,
        "api_passphrase": harness.PASSPHRASE,
        "base_url_http": sim.rest,
        "instrument_types": (nautilus_pyo3.OKXInstrumentType.SWAP,),
        "contract_types": (nautilus_pyo3.OKXContractType.LINEAR,),
        "instrument_provider": InstrumentProviderConfig(load_all=True),
    }
    config = TradingNodeConfig(
        trader_id=TraderId("SIM-001"),
        logging=LoggingConfig(log_level=ARGS.log),
        data_clients={"OKX": OKXDataClientConfig(**common, base_url_ws=f"{sim.ws}/ws/v5/public")},
        exec_clients={
            "OKX": OKXExecClientConfig(
                **common,
                base_url_ws=f"{sim.ws}/ws/v5/private",
                margin_mode=nautilus_pyo3.OKXMarginMode.CROSS,
            )
        },
        timeout_connection=20,
        timeout_reconciliation=10,
        timeout_portfolio=10,
        timeout_disconnection=3,
        timeout_post_stop=0.5,
    )
    node = TradingNode(config=config)
    node.add_data_client_factory("OKX", OKXLiveDataClientFactory)
    node.add_exec_client_factory("OKX", OKXLiveExecClientFactory)
    node.build()
    return node


async def run(sim):
    """The steps that were done, until all were or the time is over."""
    steps, built = Steps(sim), node(sim)
    built.trader.add_strategy(steps)
    running = asyncio.ensure_future(built.run_async())
    deadline = time.monotonic() + ARGS.limit
    while not running.done() and len(steps.done) < len(WANTED) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    await built.stop_async()
    return steps.done


def main():
    sim = harness.Sim("okx", ARGS.rest, ARGS.ws) if ARGS.rest else harness.Sim.start("okx")
    try:
        done = asyncio.run(run(sim))
    finally:
        sim.stop()
    names = [name for name, _ in done]
    for name, spent in done:
        print(f"{'PASS' if name in WANTED else 'FAIL'}  {name:<58} {spent * 1e3:8.0f} ms")
    missing = [name for name in WANTED if name not in names]
    for name in missing:
        print(f"FAIL  {name:<58} not reached")
    failed = len(missing) + len([name for name in names if name not in WANTED])
    print(f"\nNautilusTrader on OKX: {len(WANTED)} checks, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rest")
    parser.add_argument("--ws")
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--log", default="WARNING")
    ARGS = parser.parse_args()
    main()
