"""ccxt, REST and WebSocket, against the simulated Binance USD-M.

    python scripts/sim/ccxt_binance.py                      # starts the simulator
    python scripts/sim/ccxt_binance.py --rest http://127.0.0.1:8010 --ws ws://127.0.0.1:8010
"""

import asyncio
import time

import ccxt
import ccxt.pro
import harness
from harness import link, refused, until

SYMBOL, OTHER = "BTC/USDT:USDT", "ETH/USDT:USDT"
checks = harness.Checks("ccxt on Binance USD-M")


def point(exchange, sim):
    """Every host of the client becomes the simulator."""
    for name, url in exchange.urls["api"].items():
        if isinstance(url, str):
            exchange.urls["api"][name] = sim.rest + "/" + url.split("/", 3)[3]
    ws = exchange.urls["api"].get("ws", {})
    for name, url in ws.items():
        if isinstance(url, str):
            ws[name] = sim.ws + "/" + url.split("/", 3)[3]
    for name, url in ws.get("ws-api", {}).items():
        ws["ws-api"][name] = sim.ws + "/" + url.split("/", 3)[3]
    return exchange


def client(kind, sim, **options):
    keys = {"apiKey": harness.KEY, "secret": harness.SECRET}
    return point(kind({**keys, "enableRateLimit": False, **options}), sim)


class Client:
    """A REST client, a streaming one, and prices far enough from the market to rest."""

    def __init__(self, sim):
        self.rest = client(ccxt.binanceusdm, sim)
        self.rest.options["warnOnFetchOpenOrdersWithoutSymbol"] = False
        self.rest.load_markets()
        self.ws = client(ccxt.pro.binanceusdm, sim)

    def bid(self, symbol=SYMBOL, percent=3):
        book = self.rest.fetch_order_book(symbol, 5)
        return float(self.rest.price_to_precision(symbol, book["bids"][0][0] * (1 - percent / 100)))

    def above(self, symbol=SYMBOL, percent=3):
        book = self.rest.fetch_order_book(symbol, 5)
        return float(self.rest.price_to_precision(symbol, book["asks"][0][0] * (1 + percent / 100)))

    def rest_one(self, amount=0.004, symbol=SYMBOL, **params):
        """A post-only bid below the market."""
        price = self.bid(symbol)
        return self.rest.create_order(symbol, "limit", "buy", amount, price, {"postOnly": True, **params})

    def flat(self):
        for symbol in (SYMBOL, OTHER):
            self.rest.cancel_all_orders(symbol)
        for position in self.rest.fetch_positions():
            if position["contracts"]:
                side = "sell" if position["side"] == "long" else "buy"
                self.rest.create_order(position["symbol"], "market", side, position["contracts"], None, {"reduceOnly": True})

    async def close(self):
        await self.ws.close()


@checks.add("markets")
def _(sim):
    markets = sim.client.rest.markets
    assert {"BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"} <= set(markets), list(markets)
    btc = markets[SYMBOL]
    assert btc["swap"] and btc["linear"] and btc["active"] and btc["contractSize"] == 1, btc
    assert (btc["precision"]["price"], btc["precision"]["amount"]) == (0.1, 0.001), btc["precision"]
    assert btc["limits"]["cost"]["min"] == 5, btc["limits"]
    return f"{len(markets)} markets"


@checks.add("markets of the all-round client too")
def _(sim):
    every = client(ccxt.binance, sim, options={"defaultType": "future"})
    assert SYMBOL in every.load_markets()


@checks.add("status")
def _(sim):
    assert sim.client.rest.fetch_status()["status"] == "ok"


@checks.add("time")
def _(sim):
    assert abs(sim.client.rest.fetch_time() - time.time() * 1e3) < 1_000


@checks.add("ticker")
def _(sim):
    ticker = until(lambda: sim.client.rest.fetch_ticker(SYMBOL))
    assert ticker["last"] and ticker["symbol"] == SYMBOL, ticker
    best = sim.client.rest.fetch_bids_asks([SYMBOL])[SYMBOL]
    assert best["bid"] < best["ask"], best


@checks.add("tickers, last prices")
def _(sim):
    assert SYMBOL in sim.client.rest.fetch_tickers([SYMBOL])
    assert sim.client.rest.fetch_last_prices([SYMBOL])[SYMBOL]["price"]


@checks.add("book")
def _(sim):
    for limit in (5, 10, 20, 50, 100, 500, 1000):
        book = sim.client.rest.fetch_order_book(SYMBOL, limit)
        bids, asks = book["bids"], book["asks"]
        assert 0 < len(bids) <= limit and bids[0][0] < asks[0][0], (limit, len(bids))
        assert bids == sorted(bids, reverse=True) and asks == sorted(asks)
        assert book["nonce"]


@checks.add("OHLCV")
def _(sim):
    candles = until(lambda: sim.client.rest.fetch_ohlcv(SYMBOL, "1m", limit=5))
    assert candles and len(candles[-1]) == 6 and candles == sorted(candles), candles
    for width in ("3m", "5m", "1h", "4h", "1d", "1w"):
        assert sim.client.rest.fetch_ohlcv(SYMBOL, width), width
    assert sim.client.rest.fetch_mark_ohlcv(SYMBOL, "1m")
    assert sim.client.rest.fetch_index_ohlcv(SYMBOL, "1m")


@checks.add("trades")
def _(sim):
    trades = until(lambda: sim.client.rest.fetch_trades(SYMBOL, limit=20))
    assert trades and {trade["side"] for trade in trades} <= {"buy", "sell"}
    assert len({trade["id"] for trade in trades}) == len(trades)
    public = sim.client.rest.fetch_trades(SYMBOL, limit=20, params={"fetchTradesMethod": "fapiPublicGetTrades"})
    assert public and public[-1]["price"], public[-1:]


@checks.add("mark price, funding rate, interval, history")
def _(sim):
    rest = sim.client.rest
    rate = until(lambda: rest.fetch_funding_rate(SYMBOL))
    assert rate["markPrice"] and rate["indexPrice"] and rate["fundingTimestamp"] > time.time() * 1e3, rate
    assert SYMBOL in rest.fetch_funding_rates()
    assert rest.fetch_funding_intervals()[SYMBOL]["interval"] == "8h"
    rest.fetch_funding_rate_history(SYMBOL)
    rest.fetch_funding_history(SYMBOL)
    assert rest.fetch_mark_price(SYMBOL)["markPrice"]


@checks.add("open interest")
def _(sim):
    assert sim.client.rest.fetch_open_interest(SYMBOL)["openInterestAmount"] is not None
    assert sim.client.rest.fetch_open_interest_history(SYMBOL, "5m")


@checks.add("balance")
def _(sim):
    balance = sim.client.rest.fetch_balance()
    assert balance["USDT"]["total"] > 50_000 and balance["USDT"]["free"] > 0, balance["USDT"]
    return f"{balance['USDT']['total']} USDT"


@checks.add("leverage, margin mode, tiers, fees, position mode")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    rest.set_leverage(7, SYMBOL)
    assert rest.fetch_leverages([SYMBOL])[SYMBOL]["longLeverage"] == 7
    rest.set_leverage(20, SYMBOL)
    rest.set_margin_mode("isolated", OTHER)
    assert rest.fetch_margin_modes([OTHER])[OTHER]["marginMode"] == "isolated"
    rest.set_margin_mode("cross", OTHER)
    assert rest.fetch_leverage_tiers([SYMBOL])[SYMBOL][0]["maxLeverage"] == 125
    assert rest.fetch_trading_fee(SYMBOL)["taker"] == 0.0005
    assert rest.fetch_position_mode()["hedged"] is False
    rest.set_position_mode(True)
    assert rest.fetch_position_mode()["hedged"] is True
    rest.set_position_mode(False)
    refused(ccxt.BadRequest, lambda: rest.set_leverage(1000, SYMBOL))


@checks.add("post-only rests; open orders; amend; cancel")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    order = sim.client.rest_one(clientOrderId=(mine := link()))
    assert order["status"] == "open" and order["postOnly"] and order["clientOrderId"] == mine, order
    assert [each["id"] for each in rest.fetch_open_orders(SYMBOL)] == [order["id"]]
    assert rest.fetch_open_orders()[0]["id"] == order["id"]
    price = order["price"] - 10
    amended = rest.edit_order(order["id"], SYMBOL, "limit", "buy", 0.005, price)
    assert (amended["id"], amended["amount"], amended["price"]) == (order["id"], 0.005, price), amended
    by_client = rest.fetch_order(None, SYMBOL, {"origClientOrderId": mine})
    assert by_client["id"] == order["id"] and by_client["price"] == price, by_client
    assert rest.fetch_open_order(order["id"], SYMBOL)["amount"] == 0.005
    assert rest.cancel_order(order["id"], SYMBOL)["status"] == "canceled"
    assert rest.fetch_order(order["id"], SYMBOL)["status"] == "canceled"
    assert rest.fetch_open_orders(SYMBOL) == []
    assert order["id"] in {each["id"] for each in rest.fetch_orders(SYMBOL)}
    assert order["id"] in {each["id"] for each in rest.fetch_canceled_orders(SYMBOL)}


@checks.add("market order, my trades, position, close")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    order = rest.create_order(SYMBOL, "market", "buy", 0.01)
    assert order["status"] == "closed" and order["filled"] == 0.01 and order["average"], order
    trades = rest.fetch_my_trades(SYMBOL, params={"orderId": order["id"]})
    assert abs(sum(trade["amount"] for trade in trades) - 0.01) < 1e-9 and trades[0]["fee"]["cost"] > 0, trades
    again = rest.fetch_my_trades(SYMBOL, params={"fromId": trades[0]["id"]})
    assert again[0]["id"] == trades[0]["id"]
    position = rest.fetch_positions([SYMBOL])[0]
    assert position["contracts"] == 0.01 and position["side"] == "long" and position["entryPrice"], position
    assert position["liquidationPrice"] is None or position["liquidationPrice"] >= 0
    v2 = rest.fetch_positions([SYMBOL], {"useV2": True})
    assert v2[0]["contracts"] == 0.01, v2
    assert rest.fetch_account_positions([SYMBOL])[0]["contracts"] == 0.01
    rest.create_order(SYMBOL, "market", "sell", 0.01, None, {"reduceOnly": True})
    assert not [each for each in rest.fetch_positions([SYMBOL]) if each["contracts"]]
    truth = [fill for fill in sim.fills() if str(fill["order_id"]) == order["id"]]
    assert len(truth) == len(trades)


@checks.add("acknowledgement only: NEW without a price")
def _(sim):
    order = sim.client.rest.create_order(SYMBOL, "market", "buy", 0.001, None, {"newOrderRespType": "ACK"})
    assert order["info"]["status"] == "NEW" and float(order["info"]["avgPrice"]) == 0, order["info"]
    assert until(lambda: sim.client.rest.fetch_order(order["id"], SYMBOL)["status"] == "closed")
    sim.client.flat()


@checks.add("post-only that crosses is refused: -5022")
def _(sim):
    price = sim.client.above(percent=1)
    before = len(sim.orders())
    make = lambda: sim.client.rest.create_order(SYMBOL, "limit", "buy", 0.004, price, {"postOnly": True})
    code = refused(ccxt.ExchangeError, make, -5022)
    assert len(sim.orders()) == before
    return code


@checks.add("amending a post-only order across the market cancels it")
def _(sim):
    rest = sim.client.rest
    order = sim.client.rest_one()
    try:
        rest.edit_order(order["id"], SYMBOL, "limit", "buy", 0.004, sim.client.above(percent=1))
    except ccxt.ExchangeError:
        pass
    assert rest.fetch_order(order["id"], SYMBOL)["status"] in ("canceled", "expired")


@checks.add("IOC expires, FOK is refused: -5021")
def _(sim):
    rest = sim.client.rest
    price = sim.client.bid()
    ioc = rest.create_order(SYMBOL, "limit", "buy", 0.004, price, {"timeInForce": "IOC"})
    assert ioc["status"] == "expired" and ioc["filled"] == 0, ioc
    fok = lambda: rest.create_order(SYMBOL, "limit", "buy", 0.004, price, {"timeInForce": "FOK"})
    return refused(ccxt.ExchangeError, fok, -5021)


@checks.add("good till date")
def _(sim):
    rest = sim.client.rest
    until_ms = int(time.time() + 700) * 1000
    params = {"timeInForce": "GTD", "goodTillDate": until_ms}
    order = rest.create_order(SYMBOL, "limit", "buy", 0.004, sim.client.bid(), params)
    assert str(order["info"]["goodTillDate"]) == str(until_ms), order["info"]
    rest.cancel_order(order["id"], SYMBOL)
    soon = {"timeInForce": "GTD", "goodTillDate": int(time.time() + 60) * 1000}
    return refused(ccxt.ExchangeError, lambda: rest.create_order(SYMBOL, "limit", "buy", 0.004, sim.client.bid(), soon), -5040)


@checks.add("price match: queue and opponent")
def _(sim):
    rest = sim.client.rest
    order = rest.create_order(SYMBOL, "limit", "buy", 0.004, None, {"priceMatch": "QUEUE_20", "timeInForce": "GTX"})
    assert order["price"] > 0 and order["status"] == "open", order
    rest.cancel_order(order["id"], SYMBOL)
    taken = rest.create_order(SYMBOL, "limit", "buy", 0.002, None, {"priceMatch": "OPPONENT", "timeInForce": "IOC"})
    assert taken["filled"] > 0, taken
    sim.client.flat()


@checks.add("hedge mode: two positions")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    rest.set_position_mode(True)
    try:
        rest.create_order(SYMBOL, "market", "buy", 0.003, None, {"positionSide": "LONG"})
        rest.create_order(SYMBOL, "market", "sell", 0.002, None, {"positionSide": "SHORT"})
        held = {position["side"]: position["contracts"] for position in rest.fetch_positions([SYMBOL])}
        assert held == {"long": 0.003, "short": 0.002}, held
        wrong = lambda: rest.create_order(SYMBOL, "market", "buy", 0.003)
        refused(ccxt.ExchangeError, wrong, -4061)
        rest.create_order(SYMBOL, "market", "sell", 0.003, None, {"positionSide": "LONG"})
        rest.create_order(SYMBOL, "market", "buy", 0.002, None, {"positionSide": "SHORT"})
    finally:
        rest.set_position_mode(False)


@checks.add("isolated margin is added and taken")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    rest.set_margin_mode("isolated", OTHER)
    try:
        rest.create_order(OTHER, "market", "buy", 0.5)
        collateral = lambda: rest.fetch_positions([OTHER])[0]["collateral"]
        before = collateral()
        rest.add_margin(OTHER, 25)
        assert collateral() > before + 20
        rest.reduce_margin(OTHER, 20)
    finally:
        sim.client.flat()
        rest.set_margin_mode("cross", OTHER)


@checks.add("reduce-only with nothing to reduce: -2022")
def _(sim):
    sim.client.flat()
    make = lambda: sim.client.rest.create_order(SYMBOL, "market", "sell", 0.004, None, {"reduceOnly": True})
    return refused(ccxt.ExchangeError, make, -2022)


@checks.add("bad signature: -1022")
def _(sim):
    wrong = client(ccxt.binanceusdm, sim, secret="wrong")
    wrong.markets = sim.client.rest.markets
    return refused(ccxt.AuthenticationError, wrong.fetch_balance, -1022)


@checks.add("bad key: -2015; old time: -1021")
def _(sim):
    wrong = client(ccxt.binanceusdm, sim, apiKey="nobody")
    refused(ccxt.AuthenticationError, wrong.fetch_balance, -2015)
    late = client(ccxt.binanceusdm, sim)
    late.options["timeDifference"] = 120_000
    late.nonce = lambda: late.milliseconds() - 120_000
    return refused(ccxt.InvalidNonce, late.fetch_balance, -1021)


@checks.add("duplicate client id: -4116; free again once closed")
def _(sim):
    rest = sim.client.rest
    mine = link()
    first = sim.client.rest_one(clientOrderId=mine)
    refused(ccxt.ExchangeError, lambda: sim.client.rest_one(clientOrderId=mine), -4116)
    rest.cancel_order(first["id"], SYMBOL)
    second = sim.client.rest_one(clientOrderId=mine)
    assert second["id"] != first["id"]
    rest.cancel_order(second["id"], SYMBOL)


@checks.add("insufficient margin: -2019")
def _(sim):
    make = lambda: sim.client.rest.create_order(SYMBOL, "limit", "buy", 500, sim.client.bid())
    # ccxt knows the futures' codes by the real host's name only.
    return refused(ccxt.ExchangeError, make, -2019)


@checks.add("off-tick price: -4014; too precise: -1111")
def _(sim):
    rest = sim.client.rest
    price = str(sim.client.bid() - 0.05)
    send = lambda price, qty="0.004": rest.fapiprivate_post_order(
        {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": qty, "price": price})
    price = f"{sim.client.bid():.1f}" + "5"
    refused(ccxt.ExchangeError, lambda: send(price), -4014)
    refused(ccxt.ExchangeError, lambda: send(price + "001"), -1111)
    return refused(ccxt.ExchangeError, lambda: send(f"{sim.client.bid():.1f}", "0.0045"), -1111)


@checks.add("too small -4164, unknown symbol -1121, no quantity -1102")
def _(sim):
    rest = sim.client.rest
    send = lambda **over: rest.fapiprivate_post_order({
        "symbol": "ETHUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.001",
        "price": f"{sim.client.bid(OTHER):.2f}", **over})
    refused(ccxt.ExchangeError, send, -4164)
    refused(ccxt.ExchangeError, lambda: send(symbol="XYZUSDT"), -1121)
    refused(ccxt.ExchangeError, lambda: send(type="STOP_MARKET"), -4120)
    return refused(ccxt.ExchangeError, lambda: send(quantity=""), -1102)


@checks.add("a price far off the market: -4016")
def _(sim):
    make = lambda: sim.client.rest.create_order(SYMBOL, "limit", "buy", 0.004, sim.client.above(percent=30))
    return refused(ccxt.ExchangeError, make, -4016)


@checks.add("cancel -2011 and query -2013 of what is not there")
def _(sim):
    rest = sim.client.rest
    refused(ccxt.OrderNotFound, lambda: rest.cancel_order("1", SYMBOL), -2011)
    return refused(ccxt.OrderNotFound, lambda: rest.fetch_order("1", SYMBOL), -2013)


@checks.add("batch: place, amend, partly refused, cancel")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    price = sim.client.bid()
    one = lambda step, **over: {
        "symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.004, "price": price - step, **over}
    placed = rest.create_orders([one(0), one(1), one(2)])
    assert [order["status"] for order in placed] == ["open"] * 3, placed
    edits = [{"id": order["id"], "symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.005,
              "price": order["price"] - 5} for order in placed[:2]]
    edited = rest.edit_orders(edits)
    assert [order["amount"] for order in edited] == [0.005, 0.005], edited
    mixed = rest.fapiprivate_post_batchorders({"batchOrders": [
        {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.004", "price": f"{price - 3:.1f}"},
        {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTX", "quantity": "0.004", "price": f"{price * 1.045:.1f}"}]})
    assert "orderId" in mixed[0] and str(mixed[1]["code"]) == "-5022", mixed
    gone = rest.cancel_orders([order["id"] for order in placed], SYMBOL)
    assert [order["status"] for order in gone] == ["canceled"] * 3, gone
    assert len(rest.fetch_open_orders(SYMBOL)) == 1


@checks.add("cancel-all")
def _(sim):
    for _ in range(3):
        sim.client.rest_one()
    sim.client.rest.cancel_all_orders(SYMBOL)
    assert sim.client.rest.fetch_open_orders(SYMBOL) == []


@checks.add("self-trade prevention expires the maker")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    book = rest.fetch_order_book(SYMBOL, 5)
    inside = book["asks"][0][0]
    maker = rest.create_order(SYMBOL, "limit", "sell", 0.002, inside, {"timeInForce": "GTX"})
    taker = rest.create_order(SYMBOL, "limit", "buy", 0.002, inside + 200, {"selfTradePreventionMode": "EXPIRE_BOTH"})
    fills = [fill for fill in sim.fills() if str(fill["order_id"]) in (maker["id"], taker["id"])]
    sides = {(fill["trade_id"], fill["side"]) for fill in fills}
    assert len({trade for trade, _ in sides}) == len(sides), "the account traded with itself"
    sim.client.flat()


@checks.add("dead-man switch: cancels, and is disarmed by zero")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    order = sim.client.rest_one()
    rest.fapiprivate_post_countdowncancelall({"symbol": "BTCUSDT", "countdownTime": 60_000})
    rest.fapiprivate_post_countdowncancelall({"symbol": "BTCUSDT", "countdownTime": 0})
    rest.fapiprivate_post_countdowncancelall({"symbol": "BTCUSDT", "countdownTime": 300})
    began = time.monotonic()
    assert until(lambda: rest.fetch_order(order["id"], SYMBOL)["status"] == "canceled")
    return f"after {time.monotonic() - began:.2f} s"


@checks.add("stop order: placed, listed, canceled")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    stop = rest.create_order(SYMBOL, "market", "buy", 0.004, None, {"stopLossPrice": sim.client.above()})
    open_stops = rest.fetch_open_orders(SYMBOL, params={"stop": True})
    assert [each["id"] for each in open_stops] == [stop["id"]], open_stops
    rest.cancel_order(stop["id"], SYMBOL, {"stop": True})
    assert rest.fetch_open_orders(SYMBOL, params={"stop": True}) == []


@checks.add("a stop goes off")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    last = rest.fetch_ticker(SYMBOL)["last"]
    for trigger in ({"stopLossPrice": round(last + 2, 1)}, {"takeProfitPrice": round(last - 2, 1)}):
        rest.create_order(SYMBOL, "market", "buy", 0.002, None, trigger)
    # The truth costs no weight, however often it is asked for.
    assert until(lambda: sim.get("/sim/positions"), 20)
    sim.client.flat()
    rest.cancel_all_orders(SYMBOL, {"stop": True})


@checks.add("income")
def _(sim):
    rows = sim.client.rest.fetch_ledger(params={"type": "future"})
    assert {row["info"]["incomeType"] for row in rows} >= {"COMMISSION"}, rows[:2]


@checks.add("used weight and order counts in the headers")
def _(sim):
    sim.client.rest_one()
    headers = {name.lower(): value for name, value in sim.client.rest.last_response_headers.items()}
    assert int(headers["x-mbx-order-count-10s"]) >= 1 and int(headers["x-mbx-used-weight-1m"]) >= 0, headers
    sim.client.flat()


@checks.add("watch book: snapshot and changes without a gap")
async def _(sim):
    ws = sim.client.ws
    first = (await ws.watch_order_book(SYMBOL, 50))["nonce"]
    for _ in range(20):
        book = await ws.watch_order_book(SYMBOL, 50)
        assert book["bids"][0][0] < book["asks"][0][0], (book["bids"][0], book["asks"][0])
    assert book["nonce"] > first


@checks.add("watch trades")
async def _(sim):
    trades = await sim.client.ws.watch_trades(SYMBOL)
    assert trades and trades[-1]["price"] and trades[-1]["side"] in ("buy", "sell"), trades


@checks.add("watch ticker, best price, mark price, candles")
async def _(sim):
    ws = sim.client.ws
    assert (await ws.watch_ticker(SYMBOL))["last"]
    best = (await ws.watch_bids_asks([SYMBOL]))[SYMBOL]
    assert best["bid"] < best["ask"], best
    assert (await ws.watch_mark_price(SYMBOL))["markPrice"]
    assert len((await ws.watch_ohlcv(SYMBOL, "1m"))[-1]) == 6


@checks.add("watch all tickers")
async def _(sim):
    tickers = await sim.client.ws.watch_tickers()
    assert tickers


@checks.add("watch orders: live, amended, filled, canceled")
async def _(sim):
    ws, rest = sim.client.ws, sim.client.rest
    sim.client.flat()
    watching = asyncio.ensure_future(ws.watch_orders(SYMBOL))
    await asyncio.sleep(0.5)
    order = sim.client.rest_one()
    seen = await asyncio.wait_for(watching, 5)
    assert seen[-1]["id"] == order["id"] and seen[-1]["status"] == "open", seen
    watching = asyncio.ensure_future(ws.watch_orders(SYMBOL))
    rest.edit_order(order["id"], SYMBOL, "limit", "buy", 0.005, order["price"] - 5)
    seen = await asyncio.wait_for(watching, 5)
    assert seen[-1]["amount"] == 0.005, seen
    watching = asyncio.ensure_future(ws.watch_orders(SYMBOL))
    rest.cancel_order(order["id"], SYMBOL)
    seen = await asyncio.wait_for(watching, 5)
    assert seen[-1]["status"] == "canceled", seen


@checks.add("watch my trades, balance, positions")
async def _(sim):
    ws, rest = sim.client.ws, sim.client.rest
    trades = asyncio.ensure_future(ws.watch_my_trades(SYMBOL))
    positions = asyncio.ensure_future(ws.watch_positions([SYMBOL]))
    balance = asyncio.ensure_future(ws.watch_balance())
    await asyncio.sleep(1)
    order = rest.create_order(SYMBOL, "market", "buy", 0.003)
    got = await asyncio.wait_for(trades, 5)
    assert got[-1]["order"] == order["id"] and got[-1]["fee"]["cost"] > 0, got
    assert (await asyncio.wait_for(balance, 5))["USDT"]["total"] > 0
    assert await asyncio.wait_for(positions, 5)
    sim.client.flat()


@checks.add("trade over the socket: place, amend, query, cancel")
async def _(sim):
    ws = sim.client.ws
    price = sim.client.bid()
    order = await ws.create_order_ws(SYMBOL, "limit", "buy", 0.004, price, {"timeInForce": "GTX"})
    assert order["status"] == "open", order
    edited = await ws.edit_order_ws(order["id"], SYMBOL, "limit", "buy", 0.005, price - 5)
    assert edited["amount"] == 0.005, edited
    gone = await ws.cancel_order_ws(order["id"], SYMBOL)
    assert gone["status"] == "canceled", gone
    balance = await ws.fetch_balance_ws({"type": "future"})
    assert balance["USDT"]["total"] > 0
    assert await ws.fetch_positions_ws([SYMBOL]) is not None


@checks.add("a refusal over the socket")
async def _(sim):
    price = sim.client.above(percent=1)
    try:
        await sim.client.ws.create_order_ws(SYMBOL, "limit", "buy", 0.004, price, {"timeInForce": "GTX"})
    except ccxt.ExchangeError as problem:
        assert "-5022" in str(problem), problem
        return
    raise AssertionError("a crossing post-only order was taken")


@checks.add("fault: the answer is lost, the order is not, and goes once")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    sim.fault(what="drop_answer", where={"action": "place"}, when={"nth": 1})
    mine = link()
    refused(ccxt.NetworkError, lambda: sim.client.rest_one(clientOrderId=mine))
    found = rest.fetch_order(None, SYMBOL, {"origClientOrderId": mine})
    assert found["status"] == "open", found
    assert sim.log()["client_ids"][mine]["placed"] == 1
    rest.cancel_order(found["id"], SYMBOL)


@checks.add("fault: 429 with Retry-After, 418, 503 unknown")
def _(sim):
    rest = sim.client.rest
    sim.fault(what="rate_limited", where={"action": "place"}, when={"nth": 1}, retry_after_s=3)
    refused((ccxt.RateLimitExceeded, ccxt.DDoSProtection), lambda: sim.client.rest_one(), -1003)
    assert {k.lower(): v for k, v in rest.last_response_headers.items()}["retry-after"] == "3"
    sim.clear_faults()
    sim.fault(what="banned", where={"action": "place"}, when={"nth": 1})
    refused(ccxt.DDoSProtection, lambda: sim.client.rest_one())
    sim.clear_faults()
    sim.fault(what="unknown", where={"action": "place"}, when={"nth": 1})
    mine = link()
    refused(ccxt.BaseError, lambda: sim.client.rest_one(clientOrderId=mine), -1007)
    assert rest.fetch_order(None, SYMBOL, {"origClientOrderId": mine})["status"] == "open"
    sim.client.flat()


@checks.add("fault: not found for a while, then found")
def _(sim):
    rest = sim.client.rest
    sim.fault(what="not_found", lag_ms=400)
    mine = link()
    sim.client.rest_one(clientOrderId=mine)
    ask = lambda: rest.fetch_order(None, SYMBOL, {"origClientOrderId": mine})
    refused(ccxt.OrderNotFound, ask, -2013)
    time.sleep(0.5)
    assert ask()["status"] == "open"
    sim.client.flat()


@checks.add("fault: halt, tick size, maintenance, wrong balance, and back")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    sim.fault(what="halt", where={"symbol": "BTCUSDT"})
    info = lambda: next(row for row in rest.fapipublic_get_exchangeinfo()["symbols"] if row["symbol"] == "BTCUSDT")
    assert info()["status"] == "BREAK"
    refused(ccxt.ExchangeError, lambda: sim.client.rest_one(), -4140)
    sim.clear_faults()
    assert info()["status"] == "TRADING"
    sim.fault(what="tick_size", where={"symbol": "BTCUSDT"}, multiple=10)
    assert float(info()["filters"][0]["tickSize"]) == 1.0, info()["filters"][0]
    price = f"{sim.client.bid():.0f}.1"
    refused(ccxt.ExchangeError, lambda: rest.fapiprivate_post_order({
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.004", "price": price}), -4014)
    sim.clear_faults()
    sim.fault(what="maintenance")
    assert rest.fetch_status()["status"] == "maintenance"
    refused(ccxt.BaseError, rest.fetch_balance)
    sim.clear_faults()
    before = rest.fetch_balance()["USDT"]["total"]
    sim.fault(what="wrong_balance", by="1000")
    assert abs(rest.fetch_balance()["USDT"]["total"] - before - 1000) < 1
    sim.clear_faults()
    assert abs(rest.fetch_balance()["USDT"]["total"] - before) < 1


@checks.add("fault: a gap in the book is noticed and mended")
async def _(sim):
    fresh = client(ccxt.pro.binanceusdm, sim)
    try:
        await fresh.watch_order_book(SYMBOL, 50)
        sim.fault(what="gap", where={"topic": "btcusdt@depth"}, when={"times": 4})
        noticed = False
        for _ in range(40):
            try:
                book = await asyncio.wait_for(fresh.watch_order_book(SYMBOL, 50), 5)
                assert book["bids"][0][0] < book["asks"][0][0]
            except ccxt.ChecksumError:
                noticed = True
                break
        assert noticed, "the gap went unnoticed"
    finally:
        await fresh.close()


@checks.add("fault: liquidation is told on the user stream")
async def _(sim):
    second = {"apiKey": "testkey2", "secret": "testsecret2"}
    ws, rest = client(ccxt.pro.binanceusdm, sim, **second), client(ccxt.binanceusdm, sim, **second)
    try:
        rest.load_markets()
        watching = asyncio.ensure_future(ws.watch_orders(SYMBOL))
        await asyncio.sleep(0.7)
        rest.create_order(SYMBOL, "market", "buy", 0.01)
        await asyncio.wait_for(watching, 5)
        sim.fault(what="liquidate", account=2)
        for _ in range(10):
            seen = await asyncio.wait_for(ws.watch_orders(SYMBOL), 5)
            if seen[-1]["clientOrderId"].startswith("autoclose-"):
                break
        assert seen[-1]["clientOrderId"].startswith("autoclose-"), seen[-1]
        assert not [each for each in rest.fetch_positions([SYMBOL]) if each["contracts"]]
    finally:
        await ws.close()


if __name__ == "__main__":
    harness.main("binance", checks, Client, lambda sim: sim.client.close())
