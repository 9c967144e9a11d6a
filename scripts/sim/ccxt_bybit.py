"""ccxt, REST and WebSocket, against the simulated Bybit.

    python scripts/sim/ccxt_bybit.py                      # starts the simulator
    python scripts/sim/ccxt_bybit.py --rest http://127.0.0.1:8020 --ws ws://127.0.0.1:8020
"""

import asyncio
import time

import ccxt
import ccxt.pro
import harness
from harness import link, refused, until

SYMBOL = "BTC/USDT:USDT"
checks = harness.Checks("ccxt on Bybit")


def client(kind, sim, **options):
    exchange = kind({"apiKey": harness.KEY, "secret": harness.SECRET, "enableRateLimit": True, **options})
    exchange.options["defaultType"] = "swap"
    exchange.options["fetchMarkets"] = {"types": ["linear"]}
    exchange.urls["api"] = {name: sim.rest for name in exchange.urls["api"] if name != "ws"}
    if kind is ccxt.pro.bybit:
        public = {kind: f"{sim.ws}/v5/public/{kind}" for kind in ("linear", "inverse", "option")}
        private = f"{sim.ws}/v5/private"
        exchange.urls["api"]["ws"] = {
            "public": {"spot": f"{sim.ws}/v5/public/other", **public},
            "private": {
                "spot": {"unified": private, "nonUnified": private},
                "contract": private,
                "usdc": private,
                "trade": f"{sim.ws}/v5/trade",
            },
        }
    return exchange


class Client:
    """A REST client, a streaming one, and a price far enough below the market to rest."""

    def __init__(self, sim):
        self.rest = client(ccxt.bybit, sim)
        self.rest.load_markets()
        self.ws = client(ccxt.pro.bybit, sim)

    def order(self, id):
        """The order, open or closed."""
        return self.rest.fetch_order(id, SYMBOL, {"acknowledged": True})

    def closed(self, id):
        """The order, once it is closed."""
        return until(lambda: (order := self.order(id))["status"] != "open" and order)

    def bid(self, percent=3):
        book = self.rest.fetch_order_book(SYMBOL, 1)
        return float(self.rest.price_to_precision(SYMBOL, book["bids"][0][0] * (1 - percent / 100)))

    def flat(self):
        self.rest.cancel_all_orders(SYMBOL)
        for position in self.rest.fetch_positions([SYMBOL]):
            if position["contracts"]:
                side = "sell" if position["side"] == "long" else "buy"
                self.rest.create_order(SYMBOL, "market", side, position["contracts"], params={"reduceOnly": True})

    async def close(self):
        await self.ws.close()


@checks.add("markets")
def _(sim):
    markets = sim.client.rest.markets
    assert {"BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"} <= set(markets), list(markets)
    market = markets[SYMBOL]
    assert market["linear"] and market["active"] and market["precision"]["price"] == 0.1, market
    assert market["limits"]["cost"]["min"] == 5
    return f"{len(markets)} markets"


@checks.add("every market type loads")
def _(sim):
    exchange = client(ccxt.bybit, sim)
    exchange.options["fetchMarkets"] = {"types": ["spot", "linear", "inverse", "option"]}
    assert len(exchange.load_markets()) >= 3


@checks.add("currencies")
def _(sim):
    assert "USDT" in sim.client.rest.fetch_currencies()


@checks.add("status")
def _(sim):
    assert sim.client.rest.fetch_status()["status"] == "ok"


@checks.add("time")
def _(sim):
    assert abs(sim.client.rest.fetch_time() - time.time() * 1e3) < 1_000


@checks.add("ticker")
def _(sim):
    ticker = sim.client.rest.fetch_ticker(SYMBOL)
    assert ticker["bid"] < ticker["ask"] and ticker["last"] and ticker["markPrice"], ticker


@checks.add("tickers")
def _(sim):
    assert SYMBOL in sim.client.rest.fetch_tickers(["BTC/USDT:USDT", "ETH/USDT:USDT"])


@checks.add("book")
def _(sim):
    book = sim.client.rest.fetch_order_book(SYMBOL, 50)
    bids, asks = book["bids"], book["asks"]
    assert len(bids) == len(asks) == 50 and bids[0][0] < asks[0][0]
    assert bids == sorted(bids, reverse=True) and asks == sorted(asks)


@checks.add("OHLCV")
def _(sim):
    candles = until(lambda: sim.client.rest.fetch_ohlcv(SYMBOL, "1m", limit=5))
    assert candles and len(candles[-1]) == 6 and candles == sorted(candles), candles
    sim.client.rest.fetch_ohlcv(SYMBOL, "1h", params={"price": "mark"})


@checks.add("trades")
def _(sim):
    trades = until(lambda: sim.client.rest.fetch_trades(SYMBOL, limit=20))
    assert trades and {trade["side"] for trade in trades} <= {"buy", "sell"}
    assert len({trade["id"] for trade in trades}) == len(trades)


@checks.add("funding")
def _(sim):
    rate = sim.client.rest.fetch_funding_rate(SYMBOL)
    assert rate["fundingRate"] is not None and rate["fundingTimestamp"] > time.time() * 1e3, rate
    sim.client.rest.fetch_funding_rate_history(SYMBOL, limit=3)
    sim.client.rest.fetch_funding_rates([SYMBOL])
    return rate["fundingRate"]


@checks.add("leverage tiers")
def _(sim):
    tiers = sim.client.rest.fetch_market_leverage_tiers(SYMBOL)
    assert tiers[0]["maxLeverage"] == 100, tiers


@checks.add("long-short ratio")
def _(sim):
    assert sim.client.rest.fetch_long_short_ratio_history(SYMBOL, "1d")


@checks.add("trading fee")
def _(sim):
    fee = sim.client.rest.fetch_trading_fee(SYMBOL)
    assert (fee["maker"], fee["taker"]) == (0.0002, 0.00055), fee


@checks.add("balance")
def _(sim):
    balance = sim.client.rest.fetch_balance()
    assert balance["USDT"]["total"] > 0 and balance["USDT"]["free"] > 0, balance["USDT"]
    return f"{balance['USDT']['total']} USDT"


@checks.add("leverage")
def _(sim):
    rest = sim.client.rest
    for leverage in (7, 5):
        rest.set_leverage(leverage, SYMBOL)
        assert rest.fetch_leverage(SYMBOL)["longLeverage"] == leverage
    refused(ccxt.BadRequest, lambda: rest.set_leverage(5, SYMBOL), 110043)
    refused(ccxt.BadRequest, lambda: rest.set_leverage(101, SYMBOL), 110013)


@checks.add("margin mode")
def _(sim):
    rest = sim.client.rest
    rest.set_margin_mode("isolated")
    assert rest.fetch_margin_mode(SYMBOL)["marginMode"] == "isolated"
    rest.set_margin_mode("cross")
    assert rest.fetch_margin_mode(SYMBOL)["marginMode"] == "cross"


@checks.add("post-only rests")
def _(sim):
    rest, name = sim.client.rest, link()
    order = rest.create_order(
        SYMBOL, "limit", "buy", 0.002, sim.client.bid(), {"postOnly": True, "clientOrderId": name}
    )
    found = rest.fetch_open_order(order["id"], SYMBOL)
    assert (found["status"], found["clientOrderId"], found["timeInForce"]) == ("open", name, "PO"), found
    rest.cancel_order(order["id"], SYMBOL)


@checks.add("post-only that crosses: taken, then cancelled")
def _(sim):
    rest = sim.client.rest
    price = float(rest.price_to_precision(SYMBOL, rest.fetch_order_book(SYMBOL, 1)["asks"][0][0] * 1.01))
    order = rest.create_order(SYMBOL, "limit", "buy", 0.002, price, {"postOnly": True})
    found = sim.client.closed(order["id"])
    assert found["status"] == "canceled" and found["filled"] == 0, found
    assert found["info"]["rejectReason"] == "EC_PostOnlyWillTakeLiquidity", found["info"]


@checks.add("open orders")
def _(sim):
    rest = sim.client.rest
    placed = [rest.create_order(SYMBOL, "limit", "buy", 0.002, sim.client.bid(3 + n))["id"] for n in range(3)]
    found = {order["id"] for order in rest.fetch_open_orders(SYMBOL)}
    assert set(placed) <= found
    rest.cancel_all_orders(SYMBOL)
    assert not rest.fetch_open_orders(SYMBOL)


@checks.add("amend price and quantity")
def _(sim):
    rest = sim.client.rest
    order = rest.create_order(SYMBOL, "limit", "buy", 0.002, sim.client.bid(3))
    price = sim.client.bid(4)
    rest.edit_order(order["id"], SYMBOL, "limit", "buy", 0.003, price)
    found = rest.fetch_open_order(order["id"], SYMBOL)
    assert (found["amount"], found["price"]) == (0.003, price), found
    rest.cancel_order(order["id"], SYMBOL)


@checks.add("cancel, by either id, and once more")
def _(sim):
    rest, name = sim.client.rest, link()
    order = rest.create_order(SYMBOL, "limit", "buy", 0.002, sim.client.bid())
    rest.cancel_order(order["id"], SYMBOL)
    assert sim.client.closed(order["id"])["status"] == "canceled"
    refused(ccxt.OrderNotFound, lambda: rest.cancel_order(order["id"], SYMBOL), 110001)
    rest.create_order(SYMBOL, "limit", "buy", 0.002, sim.client.bid(), {"clientOrderId": name})
    rest.cancel_order(None, SYMBOL, {"orderLinkId": name})


@checks.add("market order")
def _(sim):
    rest = sim.client.rest
    order = rest.create_order(SYMBOL, "market", "buy", 0.01)
    found = until(lambda: rest.fetch_closed_order(order["id"], SYMBOL))
    assert found["status"] == "closed" and found["filled"] == 0.01 and found["average"] > 0, found
    assert found["fee"]["cost"] > 0 and found["fee"]["currency"] == "USDT", found["fee"]
    return f"{found['average']}"


@checks.add("positions")
def _(sim):
    rest = sim.client.rest
    position = rest.fetch_position(SYMBOL)
    assert position["side"] == "long" and position["contracts"] == 0.01 and position["entryPrice"] > 0, position
    assert position["leverage"] == 5 and position["initialMargin"] > 0 and position["maintenanceMargin"] > 0
    assert [p["symbol"] for p in rest.fetch_positions()] == [SYMBOL]
    assert rest.fetch_positions(["ETH/USDT:USDT"])[0]["contracts"] == 0


@checks.add("open interest holds at least our position")
def _(sim):
    interest = sim.client.rest.fetch_open_interest(SYMBOL)
    assert interest["openInterestAmount"] >= 0.01, interest
    assert sim.client.rest.fetch_open_interest_history(SYMBOL, "1h")


@checks.add("my trades")
def _(sim):
    rest = sim.client.rest
    trades = rest.fetch_my_trades(SYMBOL)
    assert sum(trade["amount"] for trade in trades) >= 0.01
    assert all(trade["fee"]["cost"] > 0 and trade["takerOrMaker"] for trade in trades), trades[-1]
    assert rest.fetch_order_trades(trades[-1]["order"], SYMBOL)


@checks.add("stop-loss and take-profit of a position")
def _(sim):
    rest = sim.client.rest
    price = sim.client.bid(0)
    stop, profit = sim.client.bid(2), sim.client.bid(-2)
    rest.create_order(
        SYMBOL, "market", "sell", None, None,
        {"tradingStopEndpoint": True, "stopLossPrice": stop, "takeProfitPrice": profit},
    )
    position = rest.fetch_position(SYMBOL)
    assert (position["stopLossPrice"], position["takeProfitPrice"]) == (stop, profit), (position, price)
    kinds = {order["info"]["stopOrderType"] for order in rest.fetch_open_orders(SYMBOL)}
    assert kinds == {"StopLoss", "TakeProfit"}, kinds


@checks.add("reduce-only closes, its stops go with it")
def _(sim):
    rest = sim.client.rest
    rest.create_order(SYMBOL, "market", "sell", 0.01, params={"reduceOnly": True})
    assert until(lambda: not rest.fetch_positions())
    assert until(lambda: not rest.fetch_open_orders(SYMBOL))
    refused(
        ccxt.InvalidOrder,
        lambda: rest.create_order(SYMBOL, "market", "sell", 0.01, params={"reduceOnly": True}),
        110017,
    )


@checks.add("closed positions")
def _(sim):
    closed = sim.client.rest.fetch_positions_history([SYMBOL])
    assert closed and closed[0]["side"] == "long", closed


@checks.add("ledger")
def _(sim):
    ledger = sim.client.rest.fetch_ledger()
    assert ledger and {entry["type"] for entry in ledger} <= {"trade", "fee", "settlement"}, ledger[0]


@checks.add("conditional order waits, and is taken back")
def _(sim):
    rest = sim.client.rest
    order = rest.create_order(
        SYMBOL, "market", "buy", 0.002, params={"triggerPrice": sim.client.bid(-3), "triggerDirection": "ascending"}
    )
    found = rest.fetch_open_order(order["id"], SYMBOL)
    assert found["info"]["orderStatus"] == "Untriggered" and found["triggerPrice"], found
    rest.cancel_order(order["id"], SYMBOL)
    assert sim.client.closed(order["id"])["info"]["orderStatus"] == "Deactivated"


@checks.add("IOC and FOK that find nothing")
def _(sim):
    rest = sim.client.rest
    for life in ("IOC", "FOK"):
        order = rest.create_order(SYMBOL, "limit", "buy", 0.002, sim.client.bid(3), {"timeInForce": life})
        found = sim.client.closed(order["id"])
        assert found["status"] == "canceled" and found["filled"] == 0, found


@checks.add("bad signature")
def _(sim):
    liar = client(ccxt.bybit, sim, secret="wrong")
    refused(ccxt.AuthenticationError, liar.fetch_balance, 10004)
    stranger = client(ccxt.bybit, sim, apiKey="nobody")
    refused(ccxt.AuthenticationError, stranger.fetch_balance, 10003)


@checks.add("a clock two seconds ahead")
def _(sim):
    early = client(ccxt.bybit, sim)
    early.options["timeDifference"] = -2_000
    refused(ccxt.InvalidNonce, early.fetch_balance, 10002)


@checks.add("duplicate id")
def _(sim):
    rest, name = sim.client.rest, link()
    place = lambda: rest.create_order(SYMBOL, "limit", "buy", 0.002, sim.client.bid(), {"clientOrderId": name})
    order = place()
    refused(ccxt.InvalidOrder, place, 110072)
    rest.cancel_order(order["id"], SYMBOL)
    refused(ccxt.InvalidOrder, place, 110072)


@checks.add("insufficient margin")
def _(sim):
    rest = sim.client.rest
    refused(ccxt.InsufficientFunds, lambda: rest.create_order(SYMBOL, "limit", "buy", 900, sim.client.bid()), 110007)


@checks.add("off-tick price, off-step and too small quantity")
def _(sim):
    rest, bid = sim.client.rest, sim.client.bid()
    raw = lambda **fields: rest.private_post_v5_order_create(
        {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", **fields}
    )
    refused(ccxt.BadRequest, lambda: raw(price=str(bid + 0.05), qty="0.002"), 10001)
    refused(ccxt.BadRequest, lambda: raw(price=str(bid), qty="0.0025"), 10001)
    refused(ccxt.InvalidOrder, lambda: raw(price=str(bid), qty="0.0001"), 110017)


@checks.add("below the smallest notional, beyond the price band")
def _(sim):
    rest = sim.client.rest
    sol = rest.fetch_order_book("SOL/USDT:USDT", 1)["bids"][0][0]
    price = float(rest.price_to_precision("SOL/USDT:USDT", sol * 0.97))
    refused(ccxt.InvalidOrder, lambda: rest.create_order("SOL/USDT:USDT", "limit", "buy", 0.01, price), 110094)
    above = sim.client.bid(-20)
    refused(ccxt.InvalidOrder, lambda: rest.create_order(SYMBOL, "limit", "buy", 0.002, above), 110003)


@checks.add("cancel-all")
def _(sim):
    rest = sim.client.rest
    for n in range(4):
        rest.create_order(SYMBOL, "limit", "buy", 0.002, sim.client.bid(3 + n))
    gone = rest.cancel_all_orders(SYMBOL)
    assert len(gone) == 4 and not rest.fetch_open_orders(SYMBOL)


@checks.add("batch: place, amend, cancel, each item its own fate")
def _(sim):
    rest, bid = sim.client.rest, sim.client.bid()
    time.sleep(1)
    order = lambda price, **params: {
        "symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.002, "price": price, "params": params
    }
    twice = link()
    placed = rest.create_orders(
        [order(bid), order(bid - 1, clientOrderId=twice), order(bid - 2, clientOrderId=twice)]
    )
    assert [o["status"] for o in placed][2] == "rejected", placed
    assert placed[2]["info"]["code"] == 110072, placed[2]
    ids = [o["id"] for o in placed[:2]]
    edited = rest.edit_orders(
        [{"id": id, "symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.003, "price": bid - 5} for id in ids]
    )
    assert [o["id"] for o in edited] == ids
    assert {o["amount"] for o in rest.fetch_open_orders(SYMBOL)} == {0.003}
    rest.cancel_orders(ids, SYMBOL)
    assert not rest.fetch_open_orders(SYMBOL)


@checks.add("hedge mode: two positions, both sides closed")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    rest.set_position_mode(True, SYMBOL)
    refused(ccxt.ExchangeError, lambda: rest.set_position_mode(True, SYMBOL), 110025)
    refused(ccxt.BadRequest, lambda: rest.create_order(SYMBOL, "market", "buy", 0.002), 10001)
    for side in ("buy", "sell"):
        rest.create_order(SYMBOL, "market", side, 0.002, params={"hedged": True})
    sides = {p["side"]: p["contracts"] for p in rest.fetch_positions([SYMBOL])}
    assert sides == {"long": 0.002, "short": 0.002}, sides
    for side in ("buy", "sell"):
        rest.create_order(SYMBOL, "market", side, 0.002, params={"hedged": True, "reduceOnly": True})
    rest.set_position_mode(False, SYMBOL)


@checks.add("rate limit: told in headers, refused above")
def _(sim):
    fast = client(ccxt.bybit, sim, enableRateLimit=False)
    fast.load_markets()
    fast.fetch_open_orders(SYMBOL)
    headers = {name.lower(): value for name, value in fast.last_response_headers.items()}
    assert headers["x-bapi-limit"] == "50", headers
    assert int(headers["x-bapi-limit-status"]) < 50 and int(headers["x-bapi-limit-reset-timestamp"]) > 0
    for _ in range(60):
        try:
            fast.private_post_v5_order_cancel({"category": "linear", "symbol": "BTCUSDT", "orderId": "x"})
        except ccxt.RateLimitExceeded:
            time.sleep(1)
            return
        except ccxt.OrderNotFound:
            pass
    raise AssertionError("60 cancels in a moment were all let through")


@checks.add("dead-man: the private socket falls silent")
async def _(sim):
    rest = sim.client.rest
    rest.cancel_all_orders_after(3_000)
    assert rest.private_get_v5_account_query_dcp_info()["result"]["dcpInfos"][0]["timeWindow"] == "3"
    guard = client(ccxt.pro.bybit, sim)
    url = guard.urls["api"]["ws"]["private"]["contract"]
    await guard.load_markets()
    await guard.authenticate(url)
    listening = asyncio.ensure_future(guard.watch_topics(url, ["dcp"], ["dcp.future"]))
    await asyncio.sleep(0.3)
    order = rest.create_order(SYMBOL, "limit", "buy", 0.002, sim.client.bid())
    listening.cancel()
    await guard.close()
    await asyncio.sleep(1.5)
    assert rest.fetch_open_order(order["id"], SYMBOL)
    await asyncio.sleep(2.5)
    gone = sim.client.closed(order["id"])
    assert gone["info"]["cancelType"] == "CancelByDCP", gone["info"]


@checks.add("watch book")
async def _(sim):
    ws = sim.client.ws
    for depth in (1, 50):
        for _ in range(10):
            book = await ws.watch_order_book(SYMBOL, depth)
            assert book["bids"][0][0] < book["asks"][0][0], book
    await ws.un_watch_order_book(SYMBOL)


@checks.add("watched book equals the fetched one")
async def _(sim):
    ws, near = sim.client.ws, 0
    for _ in range(20):
        watched = await ws.watch_order_book(SYMBOL, 200)
        fetched = sim.client.rest.fetch_order_book(SYMBOL, 1)
        near += abs(watched["bids"][0][0] - fetched["bids"][0][0]) < 30
    assert near >= 15, near


@checks.add("watch trades")
async def _(sim):
    trades = await sim.client.ws.watch_trades(SYMBOL)
    assert trades[-1]["price"] > 0 and trades[-1]["side"] in ("buy", "sell")


@checks.add("watch ticker")
async def _(sim):
    for _ in range(3):
        ticker = await sim.client.ws.watch_ticker(SYMBOL)
        assert ticker["bid"] and ticker["ask"] and ticker["last"], ticker


@checks.add("watch OHLCV")
async def _(sim):
    candles = await sim.client.ws.watch_ohlcv(SYMBOL, "1m")
    assert len(candles[-1]) == 6


@checks.add("watch orders: placed, amended, cancelled")
async def _(sim):
    ws, rest = sim.client.ws, sim.client.rest
    seen = []

    async def listen():
        while True:
            seen.extend((o["id"], o["status"], o["amount"]) for o in await ws.watch_orders(SYMBOL))

    task = asyncio.ensure_future(listen())
    await asyncio.sleep(0.5)
    order = await asyncio.to_thread(rest.create_order, SYMBOL, "limit", "buy", 0.002, sim.client.bid())
    await asyncio.to_thread(rest.edit_order, order["id"], SYMBOL, "limit", "buy", 0.003)
    await asyncio.to_thread(rest.cancel_order, order["id"], SYMBOL)
    await asyncio.sleep(0.5)
    task.cancel()
    mine = [(status, amount) for id, status, amount in seen if id == order["id"]]
    assert mine[0] == ("open", 0.002) and ("open", 0.003) in mine and mine[-1][0] == "canceled", mine


@checks.add("watch my trades, positions and balance")
async def _(sim):
    ws, rest = sim.client.ws, sim.client.rest
    await asyncio.to_thread(sim.client.flat)
    tasks = [
        asyncio.ensure_future(ws.watch_my_trades(SYMBOL)),
        asyncio.ensure_future(ws.watch_balance()),
    ]
    await asyncio.sleep(0.7)
    await asyncio.to_thread(rest.create_order, SYMBOL, "market", "buy", 0.004)
    trades, balance = await asyncio.wait_for(asyncio.gather(*tasks), 5)
    assert trades[0]["amount"] > 0 and trades[0]["fee"]["cost"] > 0, trades[0]
    assert balance["USDT"]["total"] > 0
    positions = await asyncio.wait_for(ws.watch_positions([SYMBOL]), 5)
    assert positions[0]["contracts"] == 0.004, positions
    await asyncio.to_thread(sim.client.flat)


@checks.add("orders over the trade socket: place, amend, cancel")
async def _(sim):
    ws, rest = sim.client.ws, sim.client.rest
    bid = await asyncio.to_thread(sim.client.bid)
    order = await ws.create_order_ws(SYMBOL, "limit", "buy", 0.002, bid)
    await ws.edit_order_ws(order["id"], SYMBOL, "limit", "buy", 0.003, bid)
    found = await asyncio.to_thread(rest.fetch_open_order, order["id"], SYMBOL)
    assert found["amount"] == 0.003
    await ws.cancel_order_ws(order["id"], SYMBOL)
    try:
        await ws.cancel_order_ws(order["id"], SYMBOL)
    except ccxt.OrderNotFound:
        return
    raise AssertionError("the second cancel was taken")


@checks.add("bad signature on the private socket")
async def _(sim):
    liar = client(ccxt.pro.bybit, sim, secret="wrong")
    try:
        await asyncio.wait_for(liar.authenticate(liar.urls["api"]["ws"]["private"]["contract"]), 5)
    except ccxt.AuthenticationError:
        return
    finally:
        await liar.close()
    raise AssertionError("a wrong signature was let in")


if __name__ == "__main__":
    harness.main("bybit", checks, setup=Client, teardown=lambda sim: sim.client.close())
