"""NautilusTrader's Bybit adapter (1.221), by base-URL override, against the simulated Bybit.

    python scripts/sim/nautilus_bybit.py        # needs nautilus_trader installed

A node with one strategy: it listens to book, quotes and trades, places, amends, cancels, trades at market, and
closes. Each step is a check; the next begins when the venue's events have ended the one before.
"""

import argparse
import asyncio
import sys
import time
from decimal import Decimal

import harness
from nautilus_trader.adapters.bybit import factories
from nautilus_trader.adapters.bybit.common.enums import BybitProductType
from nautilus_trader.adapters.bybit.config import BybitDataClientConfig, BybitExecClientConfig
from nautilus_trader.config import InstrumentProviderConfig, LoggingConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import BookType, OrderSide, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId, TraderId
from nautilus_trader.trading.strategy import Strategy

BTC = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")


class Steps(Strategy):
    """Every step appends its name to `done` once the venue has confirmed it."""

    def __init__(self):
        super().__init__()
        self.done, self.begun = [], time.monotonic()
        self.seen, self.order = set(), None

    def on_start(self):
        self.instrument = self.cache.instrument(BTC)
        assert self.instrument is not None, "the instrument was not loaded"
        self.finish("instruments loaded")
        self.subscribe_order_book_deltas(BTC, BookType.L2_MBP, depth=50)  # its default, 500, is no depth any more
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
            BTC, OrderSide.BUY, self.instrument.make_qty(0.002), price, TimeInForce.GTC, post_only=True
        )
        self.submit_order(self.order)

    def on_order_accepted(self, _):
        if self.order.has_price:
            self.finish("post-only order accepted")
            self.modify_order(self.order, quantity=self.instrument.make_qty(0.003))

    def on_order_updated(self, event):
        if self.order.has_price and event.quantity == self.instrument.make_qty(0.003):
            self.finish("order amended")
            self.cancel_order(self.order)

    def on_order_canceled(self, _):
        self.finish("order cancelled")
        self.order = self.order_factory.market(BTC, OrderSide.BUY, self.instrument.make_qty(0.01))
        self.submit_order(self.order)

    def on_order_filled(self, event):
        if self.order.is_closed:
            self.finish(f"market {event.order_side.name.lower()} filled")

    def on_position_opened(self, position):
        assert position.quantity == Decimal("0.01") or not self.order.is_closed, position

    def on_position_event(self, _):
        if self.portfolio.is_net_long(BTC) and self.order.is_closed:
            self.finish("position opened")
            self.order = self.order_factory.market(
                BTC, OrderSide.SELL, self.instrument.make_qty(0.01), reduce_only=True
            )
            self.submit_order(self.order)
        elif self.portfolio.is_flat(BTC) and self.order.side == OrderSide.SELL:
            self.finish("position closed")
            self.stop()

    def on_order_rejected(self, event):
        self.finish(f"REJECTED: {event.reason}")

    on_order_denied = on_order_modify_rejected = on_order_cancel_rejected = on_order_rejected


WANTED = [
    "instruments loaded", "book heard", "quotes heard", "trades heard", "post-only order accepted", "order amended",
    "order cancelled", "market buy filled", "position opened", "market sell filled", "position closed",
]  # fmt: skip


def node(sim):
    """The public stream has no setting of its own: its address is replaced where the factory takes it."""
    factories.get_ws_base_url_public = lambda product_type, **_: f"{sim.ws}/v5/public/{product_type.value}"
    common = {
        "api_key": harness.KEY,
        "api_secret": harness.SECRET,
        "base_url_http": sim.rest,
        "product_types": [BybitProductType.LINEAR],
        "instrument_provider": InstrumentProviderConfig(load_all=True),
    }
    config = TradingNodeConfig(
        trader_id=TraderId("SIM-001"),
        logging=LoggingConfig(log_level="WARNING"),
        data_clients={"BYBIT": BybitDataClientConfig(**common)},
        exec_clients={
            "BYBIT": BybitExecClientConfig(
                **common,
                base_url_ws_private=f"{sim.ws}/v5/private",
                base_url_ws_trade=f"{sim.ws}/v5/trade",
                use_ws_trade_api=ARGS.trade_socket,
            )
        },
        timeout_connection=20,
        timeout_reconciliation=10,
        timeout_portfolio=10,
        timeout_disconnection=3,
        timeout_post_stop=0.5,
    )
    node = TradingNode(config=config)
    node.add_data_client_factory("BYBIT", factories.BybitLiveDataClientFactory)
    node.add_exec_client_factory("BYBIT", factories.BybitLiveExecClientFactory)
    node.build()
    return node


async def run(sim):
    steps, trader = Steps(), node(sim)
    trader.trader.add_strategy(steps)
    running = asyncio.ensure_future(trader.run_async())
    deadline = time.monotonic() + 45
    while not running.done() and len(steps.done) < len(WANTED) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    await trader.stop_async()
    return steps.done


def main():
    sim = harness.Sim.start("bybit")
    try:
        done = asyncio.run(run(sim))
    finally:
        sim.stop()
    for step, seconds in done:
        print(f"{'PASS' if step in WANTED else 'FAIL'}  {step:<58} {seconds * 1e3:8.0f} ms")
    missing = [step for step in WANTED if step not in [name for name, _ in done]]
    for step in missing:
        print(f"FAIL  {step:<58}")
    print(f"\nNautilusTrader on Bybit: {len(WANTED)} checks, {len(missing)} failed")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trade-socket", action="store_true", help="send orders over the trade socket")
    ARGS = parser.parse_args()
    main()
