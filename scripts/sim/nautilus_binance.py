"""NautilusTrader's Binance adapter (live node, base-URL override) against the simulated Binance.

    python scripts/sim/nautilus_binance.py          # with nautilus_trader installed

A strategy subscribes to book, quotes and trades, places a post-only bid, changes it, cancels it, buys and sells at
market; what it was told is compared with what the venue knows.
"""

import asyncio
import time
from decimal import Decimal

import harness
from nautilus_trader.adapters.binance import BINANCE, BinanceAccountType, BinanceDataClientConfig, BinanceExecClientConfig
from nautilus_trader.adapters.binance import BinanceLiveDataClientFactory, BinanceLiveExecClientFactory
from nautilus_trader.config import InstrumentProviderConfig, LiveExecEngineConfig, LoggingConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import BookType, OrderSide, OrderStatus, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId, TraderId
from nautilus_trader.trading.strategy import Strategy

BTC = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
checks = harness.Checks("NautilusTrader on Binance USD-M")


class Watcher(Strategy):
    """Counts what it hears, and trades when told to."""

    def __init__(self):
        super().__init__()
        self.quotes, self.trades, self.deltas, self.fills, self.events = 0, 0, 0, [], []

    def on_start(self):
        self.instrument = self.cache.instrument(BTC)
        self.subscribe_quote_ticks(BTC)
        self.subscribe_trade_ticks(BTC)
        self.subscribe_order_book_deltas(BTC, book_type=BookType.L2_MBP)

    def on_quote_tick(self, tick):
        self.quotes += 1
        self.quote = tick

    def on_trade_tick(self, tick):
        self.trades += 1

    def on_order_book_deltas(self, deltas):
        self.deltas += 1

    def on_order_filled(self, event):
        self.fills.append(event)

    def on_event(self, event):
        self.events.append(type(event).__name__)


class Client:
    """A live node on the simulator."""

    def __init__(self, sim):
        common = dict(
            api_key=harness.KEY, api_secret=harness.SECRET, account_type=BinanceAccountType.USDT_FUTURES,
            base_url_http=sim.rest, base_url_ws=sim.ws,
            instrument_provider=InstrumentProviderConfig(load_all=True))
        self.node = TradingNode(config=TradingNodeConfig(
            trader_id=TraderId("SIM-001"),
            logging=LoggingConfig(log_level="ERROR"),
            exec_engine=LiveExecEngineConfig(reconciliation=True),
            data_clients={BINANCE: BinanceDataClientConfig(**common)},
            exec_clients={BINANCE: BinanceExecClientConfig(**common)},
            timeout_connection=20.0, timeout_reconciliation=10.0, timeout_portfolio=10.0,
            timeout_disconnection=5.0, timeout_post_stop=1.0,
        ), loop=asyncio.get_event_loop())
        self.strategy = Watcher()
        self.node.trader.add_strategy(self.strategy)
        self.node.add_data_client_factory(BINANCE, BinanceLiveDataClientFactory)
        self.node.add_exec_client_factory(BINANCE, BinanceLiveExecClientFactory)
        self.node.build()
        self.task = asyncio.ensure_future(self.node.run_async())

    async def until(self, test, tell=lambda: '', seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := test():
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(f"it did not come about {tell()}")

    async def close(self):
        await self.node.stop_async()
        self.task.cancel()


def bid(strategy, percent):
    price = float(strategy.quote.bid_price) * (1 - percent / 100)
    return strategy.instrument.make_price(round(price, 1))


@checks.add("connects, loads instruments, reconciles, starts")
async def _(sim):
    await sim.client.until(lambda: sim.client.strategy.is_running)
    assert sim.client.strategy.instrument.price_increment == Decimal("0.10")


@checks.add("hears quotes, trades and book changes")
async def _(sim):
    strategy = sim.client.strategy
    heard = lambda: {'quotes': strategy.quotes, 'trades': strategy.trades, 'book messages': strategy.deltas}
    await sim.client.until(lambda: min(heard().values()) > 10, heard)
    book = strategy.cache.order_book(BTC)
    assert book.best_bid_price() < book.best_ask_price(), (book.best_bid_price(), book.best_ask_price())
    return ", ".join(f"{count} {name}" for name, count in heard().items())


@checks.add("knows its account")
async def _(sim):
    account = await sim.client.until(lambda: sim.client.node.portfolio.account(BTC.venue))
    assert account.balance_total(USDT).as_double() > 50_000
    return str(account.balance_total(USDT))


@checks.add("post-only bid: accepted, changed, canceled")
async def _(sim):
    strategy = sim.client.strategy
    order = strategy.order_factory.limit(
        BTC, OrderSide.BUY, strategy.instrument.make_qty(0.004), bid(strategy, 3),
        time_in_force=TimeInForce.GTC, post_only=True)
    strategy.submit_order(order)
    await sim.client.until(lambda: order.status == OrderStatus.ACCEPTED)
    strategy.modify_order(order, quantity=strategy.instrument.make_qty(0.005), price=bid(strategy, 4))
    await sim.client.until(lambda: order.quantity == strategy.instrument.make_qty(0.005))
    strategy.cancel_order(order)
    await sim.client.until(lambda: order.status == OrderStatus.CANCELED)
    assert sim.log()["client_ids"][order.client_order_id.value]["placed"] == 1


@checks.add("a post-only bid that crosses is rejected")
async def _(sim):
    strategy = sim.client.strategy
    order = strategy.order_factory.limit(
        BTC, OrderSide.BUY, strategy.instrument.make_qty(0.004), bid(strategy, -1), post_only=True)
    strategy.submit_order(order)
    await sim.client.until(lambda: order.status == OrderStatus.REJECTED)


@checks.add("market orders fill, the position is the venue's")
async def _(sim):
    strategy, portfolio = sim.client.strategy, sim.client.node.portfolio
    buy = strategy.order_factory.market(BTC, OrderSide.BUY, strategy.instrument.make_qty(0.01))
    strategy.submit_order(buy)
    await sim.client.until(lambda: buy.status == OrderStatus.FILLED)
    await sim.client.until(lambda: portfolio.net_position(BTC) == Decimal("0.010"))
    held = sim.get("/sim/positions")
    assert [row["qty"] for row in held] == ["0.010"], held
    sell = strategy.order_factory.market(BTC, OrderSide.SELL, strategy.instrument.make_qty(0.01), reduce_only=True)
    strategy.submit_order(sell)
    await sim.client.until(lambda: sell.status == OrderStatus.FILLED and portfolio.is_flat(BTC))
    ours = {fill.trade_id.value for fill in strategy.fills}
    truth = {str(fill["trade_id"]) for fill in sim.fills()}
    assert ours == truth, (ours, truth)
    return f"{len(ours)} fills, each heard once"


if __name__ == "__main__":
    harness.main("binance", checks, Client, lambda sim: sim.client.close())
