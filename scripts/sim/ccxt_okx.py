"""ccxt, REST and WebSocket, against the simulated OKX: swap and spot.

    python scripts/sim/ccxt_okx.py                      # starts the simulator
    python scripts/sim/ccxt_okx.py --rest http://127.0.0.1:8010 --ws ws://127.0.0.1:8010
"""

import asyncio
import time

import ccxt
import ccxt.pro
import harness
from harness import link, refused, until

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
checks = harness.Checks("ccxt on OKX")


def client(kind, sim, **options):
    keys = {"apiKey": harness.KEY, "secret": harness.SECRET, "password": harness.PASSPHRASE}
    exchange = kind({**keys, "enableRateLimit": True, **options})
    exchange.urls["api"]["rest"] = sim.rest
    exchange.urls["api"]["ws"] = sim.ws + "/ws/v5"
    return exchange


class Client:
    """A REST client, a streaming one, and prices far enough from the market to rest."""

    def __init__(self, sim):
        self.rest = client(ccxt.okx, sim)
        self.rest.load_markets()
        self.ws = client(ccxt.pro.okx, sim)

    def bid(self, symbol=SWAP, percent=3):
        book = self.rest.fetch_order_book(symbol, 1)
        return float(self.rest.price_to_precision(symbol, book["bids"][0][0] * (1 - percent / 100)))

    def above(self, symbol=SWAP, percent=3):
        book = self.rest.fetch_order_book(symbol, 1)
        return float(self.rest.price_to_precision(symbol, book["asks"][0][0] * (1 + percent / 100)))

    def rest_one(self, symbol=SWAP, amount=1, **params):
        """A post-only bid below the market."""
        return self.rest.create_order(symbol, "limit", "buy", amount, self.bid(symbol), {"postOnly": True, **params})

    def flat(self):
        for symbol in (SWAP, SPOT):
            open_orders = [order["id"] for order in self.rest.fetch_open_orders(symbol)]
            for at in range(0, len(open_orders), 20):
                self.rest.cancel_orders(open_orders[at:at + 20], symbol)
        for position in self.rest.fetch_positions([SWAP]):
            if position["contracts"]:
                side = "sell" if position["side"] == "long" else "buy"
                self.rest.create_order(SWAP, "market", side, position["contracts"], params={"reduceOnly": True})

    async def close(self):
        await self.ws.close()


@checks.add("markets of every type")
def _(sim):
    markets = sim.client.rest.markets
    assert {"BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT", "BTC/USDT", "ETH/USDT", "SOL/USDT"} <= set(markets)
    swap, spot = markets[SWAP], markets[SPOT]
    assert swap["swap"] and swap["linear"] and swap["active"] and swap["contractSize"] == 0.01, swap
    assert swap["precision"] == {**swap["precision"], "price": 0.1, "amount": 0.01}
    assert spot["spot"] and spot["active"] and spot["limits"]["amount"]["min"] == 0.00001, spot
    return f"{len(markets)} markets"


@checks.add("currencies")
def _(sim):
    assert {"USDT", "BTC"} <= set(sim.client.rest.fetch_currencies())


@checks.add("status")
def _(sim):
    assert sim.client.rest.fetch_status()["status"] == "ok"


@checks.add("time")
def _(sim):
    assert abs(sim.client.rest.fetch_time() - time.time() * 1e3) < 1_000


@checks.add("account and position mode")
def _(sim):
    rest = sim.client.rest
    assert rest.fetch_accounts()[0]["type"] == "2"
    assert rest.fetch_position_mode()["hedged"] is False


for symbol in (SWAP, SPOT):
    kind = "swap" if symbol == SWAP else "spot"

    @checks.add(f"ticker, {kind}")
    def _(sim, symbol=symbol):
        ticker = until(lambda: (t := sim.client.rest.fetch_ticker(symbol))["last"] and t)
        assert ticker["bid"] < ticker["ask"] and ticker["symbol"] == symbol, ticker

    @checks.add(f"book, {kind}")
    def _(sim, symbol=symbol):
        book = sim.client.rest.fetch_order_book(symbol, 50)
        bids, asks = book["bids"], book["asks"]
        assert len(bids) == len(asks) == 50 and bids[0][0] < asks[0][0], (len(bids), len(asks))
        assert bids == sorted(bids, reverse=True) and asks == sorted(asks)

    @checks.add(f"OHLCV, {kind}")
    def _(sim, symbol=symbol):
        candles = until(lambda: sim.client.rest.fetch_ohlcv(symbol, "1m", limit=5))
        assert candles and len(candles[-1]) == 6 and candles == sorted(candles), candles
        for width in ("5m", "1h", "1d"):
            assert sim.client.rest.fetch_ohlcv(symbol, width), width

    @checks.add(f"trades, {kind}")
    def _(sim, symbol=symbol):
        trades = until(lambda: sim.client.rest.fetch_trades(symbol, limit=20))
        assert trades and {trade["side"] for trade in trades} <= {"buy", "sell"}
        assert len({trade["id"] for trade in trades}) == len(trades)


@checks.add("tickers")
def _(sim):
    assert SWAP in sim.client.rest.fetch_tickers(["BTC/USDT:USDT", "ETH/USDT:USDT"])
    assert SPOT in sim.client.rest.fetch_tickers(["BTC/USDT", "SOL/USDT"])


@checks.add("full book")
def _(sim):
    assert sim.client.rest.fetch_order_book(SWAP, 1000)["bids"]


@checks.add("mark and index candles")
def _(sim):
    rest = sim.client.rest
    rest.fetch_ohlcv(SWAP, "1m", limit=5, params={"price": "mark"})
    rest.fetch_ohlcv(SWAP, "1m", limit=5, params={"price": "index"})


@checks.add("candles since a moment")
def _(sim):
    now = sim.client.rest.milliseconds()
    candles = sim.client.rest.fetch_ohlcv(SWAP, "1m", since=now - 10 * 60_000)
    assert all(now - 11 * 60_000 < candle[0] <= now for candle in candles), candles


@checks.add("mark price")
def _(sim):
    assert 0 < sim.client.rest.fetch_mark_price(SWAP)["markPrice"]


@checks.add("funding rate and history")
def _(sim):
    rest = sim.client.rest
    funding = rest.fetch_funding_rate(SWAP)
    assert funding["interval"] == "8h" and rest.milliseconds() < funding["fundingTimestamp"], funding
    assert SWAP in rest.fetch_funding_rates([SWAP, "ETH/USDT:USDT"])
    rest.fetch_funding_rate_history(SWAP, limit=5)
    rest.fetch_funding_history(SWAP)


@checks.add("open interest")
def _(sim):
    interest = sim.client.rest.fetch_open_interest(SWAP)
    assert interest["openInterestAmount"] is not None and interest["symbol"] == SWAP, interest


@checks.add("leverage tiers")
def _(sim):
    tiers = sim.client.rest.fetch_market_leverage_tiers(SWAP)
    assert tiers[0]["maxLeverage"] == 100, tiers


@checks.add("trading fee")
def _(sim):
    rest = sim.client.rest
    assert (rest.fetch_trading_fee(SWAP)["taker"], rest.fetch_trading_fee(SPOT)["maker"]) == (0.0005, 0.0008)


@checks.add("balance")
def _(sim):
    balance = sim.client.rest.fetch_balance()
    assert balance["USDT"]["total"] > 0 and balance["BTC"]["free"] > 0, balance


@checks.add("leverage is set and read")
def _(sim):
    rest = sim.client.rest
    rest.set_leverage(7, SWAP, {"mgnMode": "cross"})
    assert rest.fetch_leverage(SWAP)["longLeverage"] == 7
    rest.set_leverage(5, SWAP, {"mgnMode": "cross"})
    return refused(ccxt.BaseError, lambda: rest.set_leverage(125, SWAP, {"mgnMode": "cross"}), 59102)


@checks.add("hedge mode there and back")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    rest.set_position_mode(True)
    assert rest.fetch_position_mode()["hedged"]
    rest.create_order(SWAP, "market", "buy", 1, params={"posSide": "long"})
    rest.create_order(SWAP, "market", "sell", 2, params={"posSide": "short"})
    sides = {p["side"]: p["contracts"] for p in rest.fetch_positions([SWAP])}
    assert sides == {"long": 1, "short": 2}, sides
    refused(ccxt.BadRequest, lambda: rest.create_order(SWAP, "market", "buy", 1), 51000)
    rest.close_position(SWAP, "long")
    rest.close_position(SWAP, "short")
    assert rest.fetch_positions([SWAP]) == []
    rest.set_position_mode(False)
    assert not rest.fetch_position_mode()["hedged"]


for symbol in (SWAP, SPOT):
    kind = "swap" if symbol == SWAP else "spot"
    amount = 1 if symbol == SWAP else 0.01

    @checks.add(f"post-only rests, amend, cancel, {kind}")
    def _(sim, symbol=symbol, amount=amount):
        rest, client_id = sim.client.rest, link()
        placed = sim.client.rest_one(symbol, amount, clientOrderId=client_id)
        found = rest.fetch_order(placed["id"], symbol)
        assert (found["status"], found["clientOrderId"], found["postOnly"]) == ("open", client_id, True), found
        assert placed["id"] in {order["id"] for order in rest.fetch_open_orders(symbol)}
        lower = sim.client.bid(symbol, 4)
        rest.edit_order(placed["id"], symbol, "limit", "buy", amount * 2, lower)
        found = rest.fetch_order(None, symbol, {"clientOrderId": client_id})
        assert (found["price"], found["amount"], found["id"]) == (lower, amount * 2, placed["id"]), found
        rest.cancel_order(placed["id"], symbol)
        found = rest.fetch_order(placed["id"], symbol)
        assert found["status"] == "canceled" and found["info"]["cancelSource"] == "1", found
        assert placed["id"] not in {order["id"] for order in rest.fetch_open_orders(symbol)}
        assert placed["id"] in {order["id"] for order in rest.fetch_canceled_orders(symbol)}

    @checks.add(f"market order and its trades, {kind}")
    def _(sim, symbol=symbol, amount=amount):
        rest = sim.client.rest
        placed = rest.create_order(symbol, "market", "buy", amount)
        found = rest.fetch_order(placed["id"], symbol)
        assert found["status"] == "closed" and found["filled"] == amount and found["average"], found
        trades = [trade for trade in rest.fetch_my_trades(symbol) if trade["order"] == placed["id"]]
        assert abs(sum(trade["amount"] for trade in trades) - amount) < 1e-9, trades
        assert all(trade["takerOrMaker"] == "taker" and trade["fee"]["cost"] > 0 for trade in trades), trades
        assert found["id"] in {order["id"] for order in rest.fetch_closed_orders(symbol)}
        rest.create_order(symbol, "market", "sell", amount if symbol == SWAP else 0.0099)

    @checks.add(f"post-only that crosses: acknowledged, then canceled, {kind}")
    def _(sim, symbol=symbol, amount=amount):
        rest = sim.client.rest
        placed = rest.create_order(symbol, "limit", "buy", amount, sim.client.above(symbol, 1), {"postOnly": True})
        found = rest.fetch_order(placed["id"], symbol)
        assert found["status"] == "canceled" and found["info"]["cancelSource"] == "31", found

    @checks.add(f"IOC and FOK without a match, {kind}")
    def _(sim, symbol=symbol, amount=amount):
        rest = sim.client.rest
        for life, source in (("IOC", "14"), ("FOK", "13")):
            placed = rest.create_order(symbol, "limit", "buy", amount, sim.client.bid(symbol), {"timeInForce": life})
            found = rest.fetch_order(placed["id"], symbol)
            assert found["status"] == "canceled" and found["info"]["cancelSource"] == source, found


@checks.add("spot market buy by cost")
def _(sim):
    rest = sim.client.rest
    placed = rest.create_market_buy_order_with_cost(SPOT, 1_000)
    found = rest.fetch_order(placed["id"], SPOT)
    assert found["status"] == "closed" and 990 < found["cost"] <= 1_000, found
    assert found["info"]["tgtCcy"] == "quote_ccy"


@checks.add("position opened, read, closed")
def _(sim):
    rest = sim.client.rest
    sim.client.flat()
    rest.create_order(SWAP, "market", "sell", 3)
    position = rest.fetch_position(SWAP)
    assert (position["side"], position["contracts"]) == ("short", 3), position
    assert position["entryPrice"] and position["liquidationPrice"] and position["leverage"] == 5, position
    rest.close_position(SWAP)
    assert rest.fetch_positions([SWAP]) == []
    assert rest.fetch_positions_history([SWAP])[0]["info"]["direction"] == "short"


@checks.add("isolated margin")
def _(sim):
    rest = sim.client.rest
    rest.create_order("SOL/USDT:USDT", "market", "buy", 10, params={"tdMode": "isolated"})
    position = rest.fetch_position("SOL/USDT:USDT")
    assert position["marginMode"] == "isolated" and position["collateral"] > 0, position
    rest.close_position("SOL/USDT:USDT", params={"marginMode": "isolated"})
    assert rest.fetch_positions(["SOL/USDT:USDT"]) == []


@checks.add("reduce-only with nothing to reduce is refused")
def _(sim):
    sim.client.flat()
    call = lambda: sim.client.rest.create_order(SWAP, "market", "sell", 1, params={"reduceOnly": True})
    return refused(ccxt.ExchangeError, call, 51169)


@checks.add("bad signature")
def _(sim):
    wrong = client(ccxt.okx, sim, secret="wrong")
    return refused(ccxt.AuthenticationError, wrong.private_get_account_balance, 50113)


@checks.add("bad key, bad passphrase, old timestamp")
def _(sim):
    refused(ccxt.AuthenticationError, client(ccxt.okx, sim, apiKey="nobody").private_get_account_config, 50111)
    refused(ccxt.AuthenticationError, client(ccxt.okx, sim, password="wrong").private_get_account_config, 50105)
    late = client(ccxt.okx, sim)
    late.options["timeDifference"] = 60_000
    return refused(ccxt.InvalidNonce, late.private_get_account_config, 50102)


@checks.add("duplicate client id, open and closed")
def _(sim):
    rest, client_id = sim.client.rest, link()
    placed = sim.client.rest_one(clientOrderId=client_id)
    refused(ccxt.InvalidOrder, lambda: sim.client.rest_one(clientOrderId=client_id), 51016)
    rest.cancel_order(placed["id"], SWAP)
    return refused(ccxt.InvalidOrder, lambda: sim.client.rest_one(clientOrderId=client_id), 51016)


@checks.add("client id with a hyphen")
def _(sim):
    return refused(ccxt.BadRequest, lambda: sim.client.rest_one(clientOrderId="a-b"), 51000)


@checks.add("insufficient margin, swap and spot")
def _(sim):
    rest = sim.client.rest
    price = sim.client.bid()
    refused(ccxt.InsufficientFunds, lambda: rest.create_order(SWAP, "limit", "buy", 1_000_000, price), 51008)
    return refused(ccxt.InsufficientFunds, lambda: rest.create_order(SPOT, "limit", "buy", 1_000, price), 51008)


@checks.add("off-tick price")
def _(sim):
    call = lambda: sim.client.rest.create_order(SWAP, "limit", "buy", 1, 1, {"px": "50000.05"})
    return refused(ccxt.BadRequest, call, 51000)


@checks.add("size off the lot, too small, unknown instrument")
def _(sim):
    rest = sim.client.rest
    order = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "limit", "px": "50000"}
    refused(ccxt.InvalidOrder, lambda: rest.private_post_trade_order({**order, "sz": "0.015"}), 51121)
    spot = {**order, "instId": "BTC-USDT", "tdMode": "cash"}
    refused(ccxt.InvalidOrder, lambda: rest.private_post_trade_order({**spot, "sz": "0.000001"}), 51020)
    return refused(ccxt.BadSymbol, lambda: rest.private_post_trade_order({**order, "instId": "NO-SUCH", "sz": "1"}), 51001)


@checks.add("a price too far above the market")
def _(sim):
    call = lambda: sim.client.rest.create_order(SWAP, "limit", "buy", 1, sim.client.above(percent=30))
    return refused(ccxt.InvalidOrder, call, 51137)


@checks.add("cancel, amend and query of what is not there")
def _(sim):
    rest = sim.client.rest
    refused(ccxt.OrderNotFound, lambda: rest.cancel_order("12345", SWAP), 51400)
    refused(ccxt.OrderNotFound, lambda: rest.edit_order("12345", SWAP, "limit", "buy", 1, 50_000), 51503)
    return refused(ccxt.OrderNotFound, lambda: rest.fetch_order("12345", SWAP), 51603)


@checks.add("an amend may not make a post-only order take")
def _(sim):
    placed = sim.client.rest_one()
    call = lambda: sim.client.rest.edit_order(placed["id"], SWAP, "limit", "buy", 1, sim.client.above(percent=1))
    code = refused(ccxt.ExchangeError, call, 51511)
    sim.client.rest.cancel_order(placed["id"], SWAP)
    return code


@checks.add("batch: place, amend, partly failed, cancel")
def _(sim):
    rest, price = sim.client.rest, sim.client.bid()
    order = {"symbol": SWAP, "type": "limit", "side": "buy", "amount": 1, "price": price}
    placed = rest.create_orders([order, {**order, "amount": 2}, {**order, "params": {"postOnly": True}}])
    ids = [one["id"] for one in placed]
    assert len(set(ids)) == 3, placed
    rest.edit_orders([{**order, "id": one, "amount": 4} for one in ids])
    assert [rest.fetch_order(one, SWAP)["amount"] for one in ids] == [4, 4, 4]
    mixed = rest.create_orders([order, {**order, "params": {"px": "1.05"}}])
    assert [one["status"] for one in mixed] == [None, "rejected"], mixed
    rest.cancel_orders([*ids, mixed[0]["id"]], SWAP)
    assert rest.fetch_open_orders(SWAP) == []


@checks.add("cancel-all: list and batch-cancel")
def _(sim):
    for _ in range(5):
        sim.client.rest_one()
    assert len(sim.client.rest.fetch_open_orders(SWAP)) == 5
    sim.client.flat()
    assert sim.client.rest.fetch_open_orders(SWAP) == []


@checks.add("self-trade prevention")
def _(sim):
    rest = sim.client.rest
    for _ in range(10):
        asks = rest.fetch_order_book("SOL/USDT", 5)["asks"]
        price, ahead = asks[0][:2]
        resting = rest.create_order("SOL/USDT", "limit", "sell", 1, price)
        taker = {"selfTradePrevention": "EXPIRE_MAKER", "timeInForce": "IOC"}
        rest.create_order("SOL/USDT", "limit", "buy", ahead * 1.5 + 5, price, taker)
        maker = rest.fetch_order(resting["id"], "SOL/USDT")
        if maker["info"]["cancelSource"] == "32":
            return
        if maker["status"] == "open":
            rest.cancel_order(resting["id"], "SOL/USDT")
    raise AssertionError(maker)


@checks.add("dead-man switch")
def _(sim):
    rest = sim.client.rest
    placed = sim.client.rest_one()
    answer = rest.cancel_all_orders_after(10_000)
    assert int(answer["data"][0]["triggerTime"]) > rest.milliseconds() + 8_000
    rest.cancel_all_orders_after(0)
    assert rest.fetch_order(placed["id"], SWAP)["status"] == "open"
    rest.cancel_all_orders_after(10_000)
    assert until(lambda: rest.fetch_order(placed["id"], SWAP)["status"] == "canceled", 13)
    assert rest.fetch_order(placed["id"], SWAP)["info"]["cancelSource"] == "20"


@checks.add("trigger order: placed, listed, canceled")
def _(sim):
    rest = sim.client.rest
    placed = rest.create_order(SWAP, "market", "sell", 1, params={"triggerPrice": sim.client.bid(percent=10)})
    found = rest.fetch_open_orders(SWAP, params={"trigger": True})
    assert [order["id"] for order in found] == [placed["id"]], found
    assert found[0]["status"] == "open" and rest.fetch_open_orders(SWAP) == []
    rest.cancel_order(placed["id"], SWAP, {"trigger": True})
    assert rest.fetch_open_orders(SWAP, params={"trigger": True}) == []


@checks.add("stop-loss and take-profit go off")
def _(sim):
    rest = sim.client.rest
    rest.create_order(SWAP, "market", "buy", 1)
    stop = rest.create_order(SWAP, "market", "sell", 1, params={"stopLossPrice": sim.client.above(percent=1), "reduceOnly": True})
    assert until(lambda: rest.fetch_positions([SWAP]) == [], 5)
    done = rest.fetch_order(stop["id"], SWAP, {"trigger": True})
    assert done["info"]["state"] == "effective" and done["info"]["ordId"], done


@checks.add("orders are limited by user and instrument")
def _(sim):
    quick = client(ccxt.okx, sim, enableRateLimit=False)
    quick.load_markets()
    time.sleep(2.1)

    def each():
        for _ in range(70):
            try:
                quick.private_post_trade_cancel_order({"instId": "ETH-USDT-SWAP", "ordId": "1"})
            except ccxt.OrderNotFound:
                pass

    code = refused(ccxt.RateLimitExceeded, each, 50011)
    time.sleep(2.1)
    return code


@checks.add("an order after its own deadline")
def _(sim):
    late = client(ccxt.okx, sim, headers={"expTime": "1700000000000"})
    late.load_markets()
    return refused(ccxt.ExchangeError, lambda: late.create_order(SWAP, "limit", "buy", 1, sim.client.bid()), 50036)


@checks.add("ledger")
def _(sim):
    assert any(entry["type"] == "trade" for entry in sim.client.rest.fetch_ledger())


for symbol in (SWAP, SPOT):
    kind = "swap" if symbol == SWAP else "spot"

    @checks.add(f"watch book: snapshot, then changes without a gap, {kind}")
    async def _(sim, symbol=symbol):
        ws = sim.client.ws
        seen = set()
        for _ in range(20):
            book = await ws.watch_order_book(symbol)
            assert book["bids"][0][0] < book["asks"][0][0], (book["bids"][0], book["asks"][0])
            seen.add(book["nonce"])
        await ws.un_watch_order_book(symbol)
        return f"{len(seen)} books"

    @checks.add(f"watch trades, {kind}")
    async def _(sim, symbol=symbol):
        trades = await sim.client.ws.watch_trades(symbol)
        assert trades[-1]["symbol"] == symbol and trades[-1]["amount"] > 0, trades

    @checks.add(f"watch ticker, {kind}")
    async def _(sim, symbol=symbol):
        ticker = await sim.client.ws.watch_ticker(symbol)
        assert ticker["symbol"] == symbol and ticker["bid"] and ticker["last"], ticker


@checks.add("watch five levels, the touch, and tick by tick")
async def _(sim):
    ws = sim.client.ws
    five = await ws.watch_order_book("ETH/USDT:USDT", 5)
    assert len(five["bids"]) == 5, five
    touch = await ws.watch_order_book("SOL/USDT:USDT", 1)
    assert len(touch["asks"]) == 1, touch
    await ws.watch_bids_asks([SWAP])
    fifty = client(ccxt.pro.okx, sim)
    try:
        book = await fifty.watch_order_book("ETH/USDT:USDT", 50)
        assert book["bids"][0][0] < book["asks"][0][0]
    finally:
        await fifty.close()


@checks.add("watched book equals the one asked for")
async def _(sim):
    ws = client(ccxt.pro.okx, sim)
    try:
        for _ in range(5):
            await ws.watch_order_book("SOL/USDT")
        for _ in range(50):
            book = await ws.watch_order_book("SOL/USDT")
            asked = sim.client.rest.public_get_market_books({"instId": "SOL-USDT", "sz": "20"})["data"][0]
            if int(asked["seqId"]) == book["nonce"]:
                want = [[float(level[0]), float(level[1])] for level in asked["bids"]]
                assert [list(level[:2]) for level in book["bids"][:20]] == want
                return f"at {asked['seqId']}"
        return "no common moment"
    finally:
        await ws.close()


@checks.add("watch candles")
async def _(sim):
    candles = await sim.client.ws.watch_ohlcv(SWAP, "1m")
    assert len(candles[-1]) == 6


@checks.add("watch mark price and funding rate")
async def _(sim):
    ws = sim.client.ws
    assert (await ws.watch_mark_price(SWAP))["markPrice"]
    assert (await ws.watch_funding_rate(SWAP))["fundingTimestamp"]


for symbol in (SWAP, SPOT):
    kind = "swap" if symbol == SWAP else "spot"
    amount = 1 if symbol == SWAP else 0.01

    @checks.add(f"watch orders: live, amended, canceled, {kind}")
    async def _(sim, symbol=symbol, amount=amount):
        ws, client_id = sim.client.ws, link()
        states = []

        async def watch():
            while "canceled" not in states:
                for order in await ws.watch_orders(symbol):
                    if order["clientOrderId"] == client_id:
                        states.append(order["status"] if order["amount"] == amount else "amended")

        watching = asyncio.create_task(watch())
        await asyncio.sleep(0.5)
        placed = await asyncio.to_thread(lambda: sim.client.rest_one(symbol, amount, clientOrderId=client_id))
        lower = await asyncio.to_thread(lambda: sim.client.bid(symbol, 4))
        await asyncio.to_thread(lambda: sim.client.rest.edit_order(placed["id"], symbol, "limit", "buy", amount * 2, lower))
        await asyncio.to_thread(lambda: sim.client.rest.edit_order(placed["id"], symbol, "limit", "buy", amount, lower))
        await asyncio.to_thread(lambda: sim.client.rest.cancel_order(placed["id"], symbol))
        await asyncio.wait_for(watching, 10)
        assert states[0] == "open" and "amended" in states, states


@checks.add("watch my trades, balance and positions")
async def _(sim):
    ws = sim.client.ws
    trades = asyncio.create_task(ws.watch_my_trades(SWAP))
    positions = asyncio.create_task(ws.watch_positions([SWAP]))
    balance = asyncio.create_task(ws.watch_balance())
    await asyncio.sleep(0.5)
    await asyncio.to_thread(lambda: sim.client.rest.create_order(SWAP, "market", "buy", 1))
    trade = (await asyncio.wait_for(trades, 10))[-1]
    assert trade["symbol"] == SWAP and trade["side"] == "buy" and trade["amount"] == 1, trade
    await asyncio.wait_for(positions, 10)
    assert (await asyncio.wait_for(balance, 10))["USDT"]["total"] > 0
    await asyncio.to_thread(sim.client.flat)


@checks.add("trade over the socket: place, amend, cancel, batch")
async def _(sim):
    ws = sim.client.ws
    price = await asyncio.to_thread(sim.client.bid)
    placed = await ws.create_order_ws(SWAP, "limit", "buy", 1, price, {"postOnly": True})
    await ws.edit_order_ws(placed["id"], SWAP, "limit", "buy", 2, price)
    found = await asyncio.to_thread(lambda: sim.client.rest.fetch_order(placed["id"], SWAP))
    assert found["amount"] == 2, found
    await ws.cancel_order_ws(placed["id"], SWAP)
    again = [await ws.create_order_ws(SWAP, "limit", "buy", 1, price) for _ in range(3)]
    await ws.cancel_orders_ws([one["id"] for one in again], SWAP)
    assert await asyncio.to_thread(lambda: sim.client.rest.fetch_open_orders(SWAP)) == []


@checks.add("a refusal over the socket")
async def _(sim):
    price = await asyncio.to_thread(sim.client.bid)
    try:
        await sim.client.ws.create_order_ws(SWAP, "limit", "buy", 1_000_000, price)
    except ccxt.InsufficientFunds as problem:
        assert "51008" in str(problem), problem
        return "51008"
    raise AssertionError("InsufficientFunds was expected")


@checks.add("a wrong login over the socket")
async def _(sim):
    wrong = client(ccxt.pro.okx, sim, secret="wrong")
    wrong.set_markets(sim.client.rest.markets, sim.client.rest.currencies)
    try:
        await wrong.watch_balance()
    except ccxt.BaseError as problem:
        assert "60007" in str(problem), problem
        return "60007"
    finally:
        await wrong.close()
    raise AssertionError("a refusal was expected")


if __name__ == "__main__":
    harness.main("okx", checks, setup=Client, teardown=lambda sim: sim.client.close())
