"""python-okx, the venue's own connector, REST and WebSocket, against the simulated OKX.

    python scripts/sim/connector_okx.py

Its WebSocket factory always asks for TLS; that one method is replaced here, everything else is the connector's own.
"""

import asyncio
import json
import time

import harness
import websockets
from okx.Account import AccountAPI
from okx.Funding import FundingAPI
from okx.MarketData import MarketAPI
from okx.PublicData import PublicAPI
from okx.Status import StatusAPI
from okx.Trade import TradeAPI
from okx.websocket.WebSocketFactory import WebSocketFactory
from okx.websocket.WsPrivateAsync import WsPrivateAsync
from okx.websocket.WsPublicAsync import WsPublicAsync

SWAP, SPOT = "BTC-USDT-SWAP", "BTC-USDT"
checks = harness.Checks("python-okx on OKX")


async def connect_without_tls(self):
    self.websocket = await websockets.connect(self.url)
    return self.websocket


WebSocketFactory.connect = connect_without_tls


class Client:
    """Every part of the connector's REST side, pointed at the simulator."""

    def __init__(self, sim):
        keys = (harness.KEY, harness.SECRET, harness.PASSPHRASE)
        private = {"flag": "0", "domain": sim.rest}
        self.account = AccountAPI(*keys, **private)
        self.trade = TradeAPI(*keys, **private)
        self.funding = FundingAPI(*keys, **private)
        self.public = PublicAPI(flag="0", domain=sim.rest)
        self.market = MarketAPI(flag="0", domain=sim.rest)
        self.status = StatusAPI(flag="0", domain=sim.rest)

    def bid(self, inst=SWAP, percent=3):
        best = float(good(self.market.get_orderbook(inst, "1"))[0]["bids"][0][0])
        return str(round(best * (1 - percent / 100), 1))

    def above(self, inst=SWAP, percent=3):
        return self.bid(inst, -percent)

    def rest_one(self, inst=SWAP, sz="1", **params):
        mode = "cross" if inst.endswith("SWAP") else "cash"
        return good(self.trade.place_order(inst, mode, "buy", "post_only", sz, px=self.bid(inst), **params))[0]["ordId"]


def good(answer):
    assert answer["code"] == "0", answer
    return answer["data"]


def bad(answer, code):
    item = answer["data"][0]["sCode"] if answer["code"] in ("1", "2") else answer["code"]
    assert item == str(code), answer
    return code


@checks.add("time, status, instruments")
def _(sim):
    assert abs(int(good(sim.client.public.get_system_time())[0]["ts"]) - time.time() * 1e3) < 1_000
    assert good(sim.client.status.status()) == []
    swap = {one["instId"]: one for one in good(sim.client.public.get_instruments("SWAP"))}[SWAP]
    assert (swap["ctVal"], swap["lotSz"], swap["tickSz"], swap["state"]) == ("0.01", "0.01", "0.1", "live"), swap
    assert len(good(sim.client.public.get_instruments("SPOT"))) == 3
    assert good(sim.client.public.get_instruments("FUTURES")) == []
    assert good(sim.client.account.get_instruments("SWAP"))


@checks.add("market data")
def _(sim):
    market = sim.client.market
    book = good(market.get_orderbook(SWAP, "400"))[0]
    assert len(book["bids"]) > 50 and len(book["asks"][0]) == 4 and isinstance(book["seqId"], int), book["seqId"]
    assert good(market.get_ticker(SWAP))[0]["bidPx"] and len(good(market.get_tickers("SPOT"))) == 3
    assert good(market.get_index_tickers(instId=SPOT))[0]["idxPx"]
    assert good(market.get_candlesticks(SWAP, bar="1m"))
    good(market.get_history_candlesticks(SPOT, bar="1H"))
    good(market.get_mark_price_candlesticks(SWAP))
    good(market.get_index_candlesticks(SPOT))
    good(market.get_trades(SWAP))
    good(market.get_history_trades(SWAP))
    good(market.get_volume())


@checks.add("funding, mark, open interest, limits, tiers")
def _(sim):
    public = sim.client.public
    assert good(public.get_funding_rate(SWAP))[0]["fundingTime"]
    good(public.funding_rate_history(SWAP))
    assert good(public.get_mark_price("SWAP", instId=SWAP))[0]["markPx"]
    assert good(public.get_open_interest("SWAP", instId=SWAP))
    assert good(public.get_price_limit(SWAP))[0]["enabled"]
    assert good(public.get_position_tiers("SWAP", "cross", instFamily="BTC-USDT"))[0]["maxLever"] == "100"
    assert good(public.get_convert_contract_coin(instId=SWAP, sz="0.5"))[0]["sz"] == "50"
    assert "BTC-USDT" in good(public.get_underlying("SWAP"))[0]


@checks.add("account: config, balance, leverage, fees, sizes")
def _(sim):
    account = sim.client.account
    assert good(account.get_account_config())[0]["posMode"] == "net_mode"
    assert good(account.get_account_balance("USDT"))[0]["details"][0]["ccy"] == "USDT"
    assert good(account.set_leverage("5", "cross", instId=SWAP))[0]["lever"] == "5"
    assert good(account.get_leverage("cross", instId=SWAP))[0]["lever"] == "5"
    assert good(account.get_fee_rates("SWAP"))[0]["taker"] == "-0.0005"
    assert float(good(account.get_max_order_size(SWAP, "cross"))[0]["maxBuy"]) > 0
    assert float(good(account.get_max_avail_size(SPOT, "cash"))[0]["availBuy"]) > 0
    good(account.get_position_risk())
    good(account.get_account_bills())
    assert good(sim.client.funding.get_currencies())
    good(sim.client.funding.get_balances())


@checks.add("position mode is refused with orders open")
def _(sim):
    account, order = sim.client.account, sim.client.rest_one()
    bad(account.set_position_mode("long_short_mode"), 59000)
    good(sim.client.trade.cancel_order(SWAP, order))
    assert good(account.set_position_mode("long_short_mode"))[0]["posMode"] == "long_short_mode"
    good(account.set_position_mode("net_mode"))


for inst, sz in ((SWAP, "1"), (SPOT, "0.01")):

    @checks.add(f"order: place, query, amend, cancel, {inst}")
    def _(sim, inst=inst, sz=sz):
        trade, client_id = sim.client.trade, harness.link("sec")
        order = sim.client.rest_one(inst, sz, clOrdId=client_id)
        assert good(trade.get_order(inst, clOrdId=client_id))[0]["state"] == "live"
        assert good(trade.amend_order(inst, ordId=order, newPx=sim.client.bid(inst, 4), reqId="r1"))[0]["reqId"] == "r1"
        assert order in {one["ordId"] for one in good(trade.get_order_list(instId=inst))}
        good(trade.cancel_order(inst, ordId=order))
        assert good(trade.get_order(inst, order))[0]["state"] == "canceled"
        history = good(trade.get_orders_history("SWAP" if inst == SWAP else "SPOT", instId=inst))
        assert order in {one["ordId"] for one in history}
        good(trade.get_orders_history_archive("SWAP"))


@checks.add("market orders, fills and positions")
def _(sim):
    trade = sim.client.trade
    order = good(trade.place_order(SWAP, "cross", "buy", "market", "2"))[0]["ordId"]
    assert good(trade.get_order(SWAP, order))[0]["state"] == "filled"
    fills = good(trade.get_fills("SWAP", ordId=order))
    assert sum(float(fill["fillSz"]) for fill in fills) == 2 and float(fills[0]["fee"]) < 0, fills
    assert good(trade.get_fills_history("SWAP", ordId=order)) == fills
    position = good(sim.client.account.get_positions(instId=SWAP))[0]
    assert (position["pos"], position["posSide"], position["mgnMode"]) == ("2", "net", "cross"), position
    good(trade.close_positions(SWAP, "cross"))
    assert good(sim.client.account.get_positions(instId=SWAP)) == []
    spot = good(trade.place_order(SPOT, "cash", "buy", "market", "500"))[0]["ordId"]
    row = good(trade.get_order(SPOT, spot))[0]
    assert (row["sz"], row["tgtCcy"], row["state"]) == ("500", "quote_ccy", "filled"), row
    good(sim.client.account.get_positions_history())


@checks.add("batches")
def _(sim):
    trade, px = sim.client.trade, sim.client.bid()
    one = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "limit", "sz": "1", "px": px}
    orders = [placed["ordId"] for placed in good(trade.place_multiple_orders([one, one, one]))]
    good(trade.amend_multiple_orders([{"instId": SWAP, "ordId": order, "newSz": "2"} for order in orders]))
    good(trade.cancel_multiple_orders([{"instId": SWAP, "ordId": order} for order in orders]))
    answer = trade.place_multiple_orders([{**one, "sz": "0"}, one])
    assert answer["code"] == "2" and [item["sCode"] for item in answer["data"]] == ["51000", "0"], answer
    good(trade.cancel_order(SWAP, answer["data"][1]["ordId"]))
    bad(trade.place_multiple_orders([one] * 21), 51111)


@checks.add("refusals have the venue's codes")
def _(sim):
    trade, px = sim.client.trade, sim.client.bid()

    def place(inst=SWAP, mode="cross", side="buy", kind="limit", sz="1", px=px, **more):
        return trade.place_order(inst, mode, side, kind, sz, px=px, **more)

    bad(place(inst="NO-SUCH"), 51001)
    bad(place(mode="cash"), 51000)
    bad(place(kind="iceberg"), 51000)
    bad(place(px="50000.05"), 51000)
    bad(place(px=""), 51204)
    bad(place(sz="0.005"), 51121)
    bad(place(sz="1000000"), 51008)
    bad(place(px=sim.client.above(percent=30)), 51137)
    bad(place(clOrdId="a-b"), 51000)
    bad(place(posSide="long"), 51000)
    bad(place(kind="fok", stpMode="cancel_both"), 54036)
    bad(trade.place_order(SWAP, "cross", "sell", "market", "1", reduceOnly="true"), 51169)
    bad(trade.cancel_order(SWAP, "1"), 51400)
    bad(trade.cancel_order(SWAP), 51003)
    bad(trade.amend_order(SWAP, ordId="1", newSz="1"), 51503)
    bad(trade.amend_order(SWAP, ordId="1"), 51500)
    bad(trade.get_order(SWAP, "1"), 51603)
    client_id = harness.link("sec")
    order = sim.client.rest_one(clOrdId=client_id)
    bad(place(clOrdId=client_id), 51016)
    good(trade.cancel_order(SWAP, order))
    bad(place(clOrdId=client_id), 51016)
    wrong = AccountAPI(harness.KEY, "wrong", harness.PASSPHRASE, flag="0", domain=sim.rest)
    bad(wrong.get_account_config(), 50113)


@checks.add("conditional orders")
def _(sim):
    trade = sim.client.trade
    good(trade.place_order(SWAP, "cross", "buy", "market", "1"))
    far = {"tpTriggerPx": sim.client.above(percent=20), "tpOrdPx": "-1"}
    stop = {"slTriggerPx": sim.client.bid(percent=20), "slOrdPx": "-1"}
    oco = good(trade.place_algo_order(SWAP, "cross", "sell", "oco", "1", reduceOnly="true", **far, **stop))[0]["algoId"]
    row = good(trade.order_algos_list("oco"))[0]
    assert (row["algoId"], row["state"], row["slTriggerPx"]) == (oco, "live", stop["slTriggerPx"]), row
    good(trade.cancel_algo_order([{"instId": SWAP, "algoId": oco}]))
    assert good(trade.order_algos_list("oco")) == []
    near = {**far, "slTriggerPx": sim.client.above(percent=1), "slOrdPx": "-1"}
    oco = good(trade.place_algo_order(SWAP, "cross", "sell", "oco", "1", reduceOnly="true", **near))[0]["algoId"]
    for _ in range(50):
        if good(trade.get_algo_order_details(oco))[0]["state"] == "effective":
            break
        time.sleep(0.05)
    row = good(trade.get_algo_order_details(oco))[0]
    assert (row["state"], row["actualSide"]) == ("effective", "sl"), row
    assert good(sim.client.account.get_positions(instId=SWAP)) == []
    assert good(trade.order_algos_list("oco")) == []


class Listener:
    """What a socket of the connector hears."""

    def __init__(self):
        self.heard, self.fresh = [], asyncio.Event()

    def __call__(self, message):
        self.heard.append(json.loads(message) if message != "pong" else message)
        self.fresh.set()

    async def until(self, wanted, seconds=10):
        deadline = time.monotonic() + seconds
        while True:
            for message in self.heard:
                if wanted(message):
                    return message
            self.fresh.clear()
            await asyncio.wait_for(self.fresh.wait(), deadline - time.monotonic())


def pushes(channel):
    return lambda message: isinstance(message, dict) and message.get("arg", {}).get("channel") == channel and "data" in message


@checks.add("public socket: subscribe, push, unsubscribe, ping")
async def _(sim):
    socket, heard = WsPublicAsync(sim.ws + "/ws/v5/public"), Listener()
    await socket.start()
    args = [{"channel": name, "instId": SWAP} for name in ("books", "trades", "tickers", "bbo-tbt", "mark-price", "funding-rate", "open-interest", "price-limit")]
    await socket.subscribe(args, heard, id="s1")
    for arg in args:
        await heard.until(lambda m: m.get("event") == "subscribe" and m["arg"] == arg and m["id"] == "s1")
        await heard.until(pushes(arg["channel"]))
    books = [m for m in heard.heard if pushes("books")(m)]
    assert books[0]["action"] == "snapshot" and books[0]["data"][0]["prevSeqId"] == -1
    await heard.until(lambda m: pushes("books")(m) and m["action"] == "update")
    await asyncio.sleep(1)
    rows = [m["data"][0] for m in heard.heard if pushes("books")(m)]
    assert all(b["prevSeqId"] == a["seqId"] for a, b in zip(rows, rows[1:])) and {row["checksum"] for row in rows[1:]} == {0}
    await socket.unsubscribe(args[:1], heard)
    await heard.until(lambda m: m.get("event") == "unsubscribe")
    await socket.websocket.send("ping")
    await heard.until(lambda m: m == "pong")
    await socket.stop()
    return f"{len(rows)} book pushes"


@checks.add("business socket: candles")
async def _(sim):
    socket, heard = WsPublicAsync(sim.ws + "/ws/v5/business"), Listener()
    await socket.start()
    await socket.subscribe([{"channel": "candle1m", "instId": SWAP}], heard)
    candle = (await heard.until(pushes("candle1m")))["data"][0]
    assert len(candle) == 9, candle
    await socket.subscribe([{"channel": "books", "instId": SWAP}], heard)
    assert (await heard.until(lambda m: m.get("event") == "error"))["code"] == "64002"
    await socket.stop()


@checks.add("private socket: login, orders, account, positions, trading")
async def _(sim):
    keys = {"apiKey": harness.KEY, "passphrase": harness.PASSPHRASE, "secretKey": harness.SECRET}
    socket, heard = WsPrivateAsync(**keys, url=sim.ws + "/ws/v5/private"), Listener()
    await socket.start()
    channels = [{"channel": "orders", "instType": "ANY"}, {"channel": "positions", "instType": "ANY"}, {"channel": "account"}, {"channel": "balance_and_position"}, {"channel": "fills"}]
    await socket.subscribe(channels, heard)
    await heard.until(lambda m: m.get("event") == "login" and m["code"] == "0")
    await heard.until(lambda m: m.get("event") == "channel-conn-count" and m["channel"] == "orders")
    for opened in ("positions", "account", "balance_and_position"):
        await heard.until(pushes(opened))
    px, client_id = await asyncio.to_thread(sim.client.bid), harness.link("sec")
    order = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "post_only", "sz": "1", "px": px, "clOrdId": client_id}
    await socket.place_order([order], id="1")
    ack = await heard.until(lambda m: m.get("id") == "1" and m["op"] == "order")
    assert ack["data"][0]["sCode"] == "0", ack
    mine = lambda state: lambda m: pushes("orders")(m) and m["data"][0]["clOrdId"] == client_id and m["data"][0]["state"] == state
    await heard.until(mine("live"))
    await socket.amend_order([{"instId": SWAP, "clOrdId": client_id, "newSz": "2", "reqId": "r7"}], id="2")
    await heard.until(lambda m: pushes("orders")(m) and m["data"][0]["reqId"] == "r7" and m["data"][0]["amendResult"] == "0")
    await socket.cancel_order([{"instId": SWAP, "clOrdId": client_id}], id="3")
    assert (await heard.until(mine("canceled")))["data"][0]["cancelSource"] == "1"
    crossing = {**order, "px": await asyncio.to_thread(sim.client.above), "clOrdId": harness.link("sec")}
    await socket.place_order([crossing], id="4")
    assert (await heard.until(lambda m: m.get("id") == "4"))["code"] == "0"
    await heard.until(lambda m: pushes("orders")(m) and m["data"][0]["cancelSource"] == "31")
    await socket.batch_orders([{**order, "ordType": "market", "px": "", "clOrdId": harness.link("sec")}], id="5")
    filled = await heard.until(lambda m: pushes("orders")(m) and m["data"][0]["state"] == "filled")
    assert filled["data"][0]["fillSz"] and filled["data"][0]["tradeId"], filled
    await heard.until(pushes("fills"))
    await heard.until(lambda m: pushes("positions")(m) and m["data"] and m["data"][0]["pos"] == "1")
    await heard.until(lambda m: pushes("balance_and_position")(m) and m["data"][0]["eventType"] == "filled")
    await socket.place_order([{**order, "px": "1.05"}], id="6")
    refused = await heard.until(lambda m: m.get("id") == "6")
    assert (refused["code"], refused["data"][0]["sCode"]) == ("1", "51000"), refused
    await asyncio.to_thread(lambda: good(sim.client.trade.close_positions(SWAP, "cross")))
    await heard.until(lambda m: pushes("positions")(m) and m["data"] and m["data"][0]["pos"] == "0")
    await socket.stop()


@checks.add("private channels want a login")
async def _(sim):
    socket, heard = WsPublicAsync(sim.ws + "/ws/v5/private"), Listener()
    await socket.start()
    await socket.subscribe([{"channel": "orders", "instType": "ANY"}], heard)
    assert (await heard.until(lambda m: m.get("event") == "error"))["code"] == "60011"
    await socket.stop()


if __name__ == "__main__":
    harness.main("okx", checks, setup=Client)
