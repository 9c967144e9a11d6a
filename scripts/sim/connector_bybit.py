"""pybit, Bybit's own connector, against the simulated Bybit: HTTP, WebSocket and WebSocketTrading.

    python scripts/sim/connector_bybit.py
"""

import functools
import queue
import time

import harness
import pybit._websocket_stream
import pybit._websocket_trading
import pybit.unified_trading
from pybit.exceptions import InvalidRequestError

SYMBOL = "BTCUSDT"
BTC = {"category": "linear", "symbol": SYMBOL}
checks = harness.Checks("pybit on Bybit")


class Client:
    """One HTTP session and one socket of each kind, pointed at the simulator."""

    def __init__(self, sim):
        public = sim.ws + "/v5/public/{CHANNEL_TYPE}"
        pybit.unified_trading.PUBLIC_WSS = public
        pybit.unified_trading.PRIVATE_WSS = sim.ws + "/v5/private"
        pybit._websocket_trading.TRADE_WSS = sim.ws + "/v5/trade"
        self.keys = {"api_key": harness.KEY, "api_secret": harness.SECRET}
        self.http = self.session(sim)
        self.linear = pybit.unified_trading.WebSocket("linear", testnet=False)
        self.private = pybit.unified_trading.WebSocket("private", testnet=False, **self.keys)
        self.trade = pybit.unified_trading.WebSocketTrading(testnet=False, **self.keys)

    def session(self, sim, **keys):
        session = pybit.unified_trading.HTTP(**{**self.keys, **keys}, max_retries=1, retry_delay=0)
        session.endpoint = sim.rest
        return session

    def close(self):
        for socket in (self.linear, self.private, self.trade):
            socket.exit()

    def bid(self, percent=3):
        best = float(self.http.get_orderbook(**BTC, limit=1)["result"]["b"][0][0])
        return f"{best * (1 - percent / 100):.1f}"

    def limit(self, **fields):
        order = {**BTC, "side": "Buy", "orderType": "Limit", "qty": "0.002", "price": self.bid()}
        return {**order, "orderLinkId": harness.link("pyb-"), **fields}


def result(answer):
    assert answer["retCode"] == 0, answer
    return answer["result"]


def refused(code, call, *args, **fields):
    try:
        call(*args, **fields)
    except InvalidRequestError as problem:
        assert problem.status_code == code, problem
        return str(code)
    raise AssertionError(f"{code} was expected")


class Inbox(queue.Queue):
    """What a stream's callback was given."""

    def until(self, test, seconds=5):
        deadline = time.monotonic() + seconds
        while True:
            message = self.get(timeout=max(deadline - time.monotonic(), 0.001))
            if found := test(message):
                return found


@checks.add("server time and status")
def _(sim):
    http = sim.client.http
    assert abs(int(result(http.get_server_time())["timeSecond"]) - time.time()) < 2
    assert result(http.get_system_status())["list"] == []


@checks.add("instruments, page by page")
def _(sim):
    http, names, cursor = sim.client.http, [], ""
    while True:
        page = result(http.get_instruments_info(category="linear", limit=1, cursor=cursor))
        names += [row["symbol"] for row in page["list"]]
        cursor = page["nextPageCursor"]
        if not cursor:
            break
    assert {"BTCUSDT", "ETHUSDT", "SOLUSDT"} <= set(names) and len(names) == len(set(names)), names
    for category in ("spot", "inverse", "option"):
        assert result(http.get_instruments_info(category=category))["list"] == []


@checks.add("book, candles, trades, tickers")
def _(sim):
    http = sim.client.http
    assert len(result(http.get_orderbook(**BTC, limit=200))["b"]) == 200
    for read in (http.get_kline, http.get_mark_price_kline):
        assert harness.until(lambda: result(read(**BTC, interval="1"))["list"])
    assert harness.until(lambda: result(http.get_public_trade_history(**BTC, limit=5))["list"])
    assert result(http.get_tickers(category="linear"))["list"][0]["markPrice"]


@checks.add("funding, open interest, limits, ratio")
def _(sim):
    http = sim.client.http
    result(http.get_funding_rate_history(**BTC))
    assert result(http.get_open_interest(**BTC, intervalTime="5min"))["list"]
    assert result(http.get_risk_limit(**BTC))["list"][0]["maxLeverage"] == "100.00"
    limits = result(http.get_price_limit(symbol=SYMBOL))
    assert float(limits["sellLmt"]) < float(limits["buyLmt"]), limits
    assert result(http.get_long_short_ratio(**BTC, period="5min"))["list"]


@checks.add("account, wallet, fees, key")
def _(sim):
    http = sim.client.http
    assert result(http.get_account_info())["unifiedMarginStatus"] == 6
    wallet = result(http.get_wallet_balance(accountType="UNIFIED"))["list"][0]
    assert float(wallet["totalEquity"]) > 0 and wallet["coin"][0]["coin"] == "USDT"
    assert result(http.get_fee_rates(category="linear"))["list"]
    assert result(http.get_api_key_information())["uta"] == 1
    result(http.get_transaction_log())


@checks.add("wrong secret, unknown key")
def _(sim):
    refused(10004, sim.client.session(sim, api_secret="wrong").get_account_info)
    refused(10003, sim.client.session(sim, api_key="nobody").get_account_info)


@checks.add("leverage, margin mode, position mode")
def _(sim):
    http = sim.client.http
    http.set_leverage(**BTC, buyLeverage="7", sellLeverage="7")
    refused(110043, http.set_leverage, **BTC, buyLeverage="7", sellLeverage="7")
    http.set_margin_mode(setMarginMode="ISOLATED_MARGIN")
    http.set_margin_mode(setMarginMode="REGULAR_MARGIN")
    http.switch_position_mode(**BTC, mode=3)
    refused(110025, http.switch_position_mode, **BTC, mode=3)
    http.switch_position_mode(**BTC, mode=0)


@checks.add("place, find, amend, cancel")
def _(sim):
    http, order = sim.client.http, sim.client.limit(timeInForce="PostOnly")
    placed = result(http.place_order(**order))
    assert placed["orderLinkId"] == order["orderLinkId"]
    found = result(http.get_open_orders(**BTC, orderId=placed["orderId"]))["list"][0]
    assert (found["orderStatus"], found["timeInForce"]) == ("New", "PostOnly"), found
    http.amend_order(**BTC, orderId=placed["orderId"], qty="0.003")
    found = result(http.get_open_orders(**BTC, orderLinkId=order["orderLinkId"]))["list"][0]
    assert found["qty"] == "0.003" and found["leavesQty"] == "0.003", found
    http.cancel_order(**BTC, orderLinkId=order["orderLinkId"])
    found = result(http.get_open_orders(**BTC, orderId=placed["orderId"]))["list"][0]
    assert found["orderStatus"] == "Cancelled" and found["cancelType"] == "CancelByUser", found
    refused(110001, http.cancel_order, **BTC, orderId=placed["orderId"])
    refused(110072, http.place_order, **order)


@checks.add("market order, executions, position, closed with zero quantity")
def _(sim):
    http = sim.client.http
    market = {**BTC, "orderType": "Market"}
    placed = result(http.place_order(**market, side="Buy", qty="0.01"))
    fills = result(http.get_executions(**BTC, orderId=placed["orderId"]))["list"]
    assert abs(sum(float(fill["execQty"]) for fill in fills) - 0.01) < 1e-9, fills
    position = result(http.get_positions(**BTC))["list"][0]
    assert (position["side"], position["size"]) == ("Buy", "0.010"), position
    http.set_trading_stop(**BTC, stopLoss=sim.client.bid(5), positionIdx=0)
    stop = result(http.get_positions(**BTC))["list"][0]["stopLoss"]
    refused(34040, http.set_trading_stop, **BTC, stopLoss=stop, positionIdx=0)
    http.place_order(**market, side="Sell", qty="0", reduceOnly=True, closeOnTrigger=True)
    position = result(http.get_positions(**BTC))["list"][0]
    assert (position["side"], float(position["size"])) == ("", 0), position
    refused(110017, http.place_order, **market, side="Sell", qty="0.01", reduceOnly=True)
    assert result(http.get_closed_pnl(**BTC))["list"]
    assert result(http.get_order_history(**BTC, orderId=placed["orderId"]))["list"][0]["orderStatus"] == "Filled"


@checks.add("pre-check, batch, cancel-all")
def _(sim):
    http = sim.client.http
    assert result(http.pre_check_order(**sim.client.limit()))["postImrE4"] >= 0
    orders = [{k: v for k, v in sim.client.limit(price=sim.client.bid(3 + n)).items() if k != "category"} for n in range(3)]
    orders[2]["orderLinkId"] = orders[1]["orderLinkId"]
    answer = http.place_batch_order(category="linear", request=orders)
    codes = [item["code"] for item in answer["retExtInfo"]["list"]]
    assert codes == [0, 0, 110072], answer
    ids = [row["orderId"] for row in result(answer)["list"] if row["orderId"]]
    changes = [{"symbol": SYMBOL, "orderId": id, "qty": "0.004"} for id in ids]
    assert {item["code"] for item in http.amend_batch_order(category="linear", request=changes)["retExtInfo"]["list"]} == {0}
    http.cancel_batch_order(category="linear", request=[{"symbol": SYMBOL, "orderId": ids[0]}])
    gone = result(http.cancel_all_orders(category="linear", settleCoin="USDT"))["list"]
    assert [row["orderId"] for row in gone] == ids[1:], gone


@checks.add("streams: book, trades, ticker, candles")
def _(sim):
    linear, inbox = sim.client.linear, Inbox()
    linear.orderbook_stream(50, SYMBOL, inbox.put)
    linear.orderbook_stream(1, SYMBOL, inbox.put)
    linear.trade_stream(SYMBOL, inbox.put)
    linear.ticker_stream(SYMBOL, inbox.put)
    linear.kline_stream(1, SYMBOL, inbox.put)
    for topic in ("orderbook.50", "orderbook.1", "publicTrade", "tickers", "kline"):
        inbox.until(lambda message: message["topic"].startswith(topic + "."), 20)


@checks.add("the merged book stays sorted and uncrossed")
def _(sim):
    inbox = Inbox()
    sim.client.linear.orderbook_stream(200, "ETHUSDT", inbox.put)
    for _ in range(30):
        data = inbox.get(timeout=5)["data"]
        bid, ask = max(float(level[0]) for level in data["b"]), min(float(level[0]) for level in data["a"])
        assert bid < ask and len(data["b"]) == len(data["a"]) == 200, (bid, ask, len(data["b"]))


@checks.add("private streams: order, execution, position, wallet")
def _(sim):
    client, inbox = sim.client, Inbox()
    private = client.private
    for listen in (private.order_stream, private.execution_stream, private.fast_execution_stream, private.position_stream, private.wallet_stream):
        listen(inbox.put)
    time.sleep(0.5)
    placed = result(client.http.place_order(**BTC, side="Buy", orderType="Market", qty="0.01"))
    seen = {}
    while {"order", "execution", "execution.fast", "position", "wallet"} - set(seen):
        message = inbox.get(timeout=5)
        seen[message["topic"]] = message["data"][-1]
    assert seen["execution"]["orderId"] == placed["orderId"] and float(seen["execution"]["execFee"]) > 0
    assert seen["position"]["size"] == "0.010", seen["position"]
    client.http.place_order(**BTC, side="Sell", orderType="Market", qty="0.01", reduceOnly=True)


@checks.add("trade socket: place, amend, cancel, batch, refusals")
def _(sim):
    client, inbox = sim.client, Inbox()
    send = lambda call, **fields: (call(inbox.put, **fields, error_callback=inbox.put), inbox.get(timeout=5))[1]
    order = client.limit()
    placed = send(client.trade.place_order, **order)
    assert placed["retCode"] == 0 and placed["data"]["orderLinkId"] == order["orderLinkId"], placed
    assert placed["header"]["X-Bapi-Limit"] == "10", placed
    twice = send(client.trade.place_order, **order)
    assert twice["retCode"] == 110072, twice
    changed = send(client.trade.amend_order, **BTC, orderId=placed["data"]["orderId"], qty="0.003")
    assert changed["retCode"] == 0, changed
    gone = send(client.trade.cancel_order, **BTC, orderId=placed["data"]["orderId"])
    assert gone["retCode"] == 0, gone
    orders = [{k: v for k, v in client.limit().items() if k != "category"} for _ in range(2)]
    batch = send(client.trade.place_batch_order, category="linear", request=orders)
    assert [item["code"] for item in batch["retExtInfo"]["list"]] == [0, 0], batch
    ids = [{"symbol": SYMBOL, "orderId": row["orderId"]} for row in batch["data"]["list"]]
    batch = send(client.trade.cancel_batch_order, category="linear", request=ids)
    assert [item["code"] for item in batch["retExtInfo"]["list"]] == [0, 0], batch


@checks.add("cancel on disconnect: the watching socket goes")
def _(sim):
    client = sim.client
    client.http.set_dcp(product="DERIVATIVES", timeWindow=3)
    guard = pybit.unified_trading.WebSocket("private", testnet=False, **client.keys)
    guard.subscribe("dcp.future", print, symbol="future")
    time.sleep(0.3)
    placed = result(client.http.place_order(**client.limit()))
    guard.exit()
    find = functools.partial(client.http.get_open_orders, **BTC, orderId=placed["orderId"])
    time.sleep(1.5)
    assert result(find())["list"][0]["orderStatus"] == "New"
    time.sleep(2.5)
    found = result(find())["list"][0]
    assert found["cancelType"] == "CancelByDCP", found


@checks.add("the venue restarts its books: u is 1 and the snapshot is whole")
def _(sim):
    inbox = Inbox()
    sim.client.linear.orderbook_stream(50, "SOLUSDT", inbox.put)
    inbox.get(timeout=5)
    sim.fault(what="restart_books")
    message = inbox.until(lambda message: message["data"]["u"] < 5 and message)
    assert len(message["data"]["b"]) == 50


if __name__ == "__main__":
    harness.main("bybit", checks, setup=Client, teardown=lambda sim: sim.client.close())
