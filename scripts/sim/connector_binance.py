"""The venue's own Python connector (binance-futures-connector), REST and WebSocket, against the simulated Binance.

    python scripts/sim/connector_binance.py
"""

import json
import queue
import time

import harness
from binance.error import ClientError, ServerError
from binance.um_futures import UMFutures
from binance.websocket.um_futures.websocket_client import UMFuturesWebsocketClient

SYMBOL = "BTCUSDT"
checks = harness.Checks("binance-futures-connector on Binance USD-M")


class Client:
    def __init__(self, sim):
        self.public = UMFutures(base_url=sim.rest)
        self.rest = UMFutures(key=harness.KEY, secret=harness.SECRET, base_url=sim.rest, show_limit_usage=False)

    def bid(self, percent=3, decimals=1):
        best = float(self.public.book_ticker(SYMBOL)["bidPrice"])
        return f"{best * (1 - percent / 100):.{decimals}f}"

    def place(self, **over):
        order = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTX", "quantity": "0.004", "price": self.bid()}
        return self.rest.new_order(**{**order, **over})


def refused(code, call):
    try:
        call()
    except ClientError as problem:
        assert problem.error_code == code, problem
        return str(code)
    raise AssertionError(f"{code} was expected")


class Socket:
    """One stream socket whose messages are waited for."""

    def __init__(self, sim, **options):
        self.seen = queue.Queue()
        self.client = UMFuturesWebsocketClient(
            stream_url=sim.ws, on_message=lambda _, text: self.seen.put(json.loads(text)), **options)

    def until(self, test, seconds=8):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                message = self.seen.get(timeout=0.2)
            except queue.Empty:
                continue
            if test(message):
                return message
        raise AssertionError("the message did not come")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop()


@checks.add("ping, time, exchange info")
def _(sim):
    public = sim.client.public
    assert public.ping() == {}
    assert abs(public.time()["serverTime"] - time.time() * 1e3) < 1_000
    info = public.exchange_info()
    assert SYMBOL in {row["symbol"] for row in info["symbols"]} and info["rateLimits"]


@checks.add("depth, trades, aggregate trades, history")
def _(sim):
    public = sim.client.public
    depth = public.depth(SYMBOL, limit=20)
    assert len(depth["bids"]) == 20 and depth["lastUpdateId"]
    assert public.trades(SYMBOL, limit=5) and public.agg_trades(SYMBOL, limit=5)
    assert sim.client.rest.historical_trades(SYMBOL, limit=5)
    refused(-4021, lambda: public.depth(SYMBOL, limit=7))


@checks.add("candles of every kind")
def _(sim):
    public = sim.client.public
    assert len(public.klines(SYMBOL, "1m", limit=2)[-1]) == 12
    assert public.continuous_klines(SYMBOL, "PERPETUAL", "1m")
    assert public.mark_price_klines(SYMBOL, "1m") and public.index_price_klines(SYMBOL, "1m")
    refused(-1120, lambda: public.klines(SYMBOL, "7m"))


@checks.add("prices, funding, open interest")
def _(sim):
    public = sim.client.public
    assert public.mark_price(SYMBOL)["markPrice"] and len(public.mark_price()) == 3
    public.funding_rate(SYMBOL)
    # The connector asks for fundingRate under this name; the path itself is asked for here.
    public.funding_info()
    assert public.query("/fapi/v1/fundingInfo")[0]["fundingIntervalHours"] == 8
    assert public.ticker_24hr_price_change(SYMBOL)["lastPrice"]
    assert public.ticker_price(SYMBOL)["price"] and public.book_ticker(SYMBOL)["bidPrice"]
    assert public.open_interest(SYMBOL)["openInterest"]
    assert public.open_interest_hist(SYMBOL, "5m")


@checks.add("account, balance, positions, settings")
def _(sim):
    rest = sim.client.rest
    assert float(rest.account()["totalWalletBalance"]) > 0
    assert rest.balance()[0]["asset"] == "USDT"
    assert isinstance(rest.get_position_risk(), list)
    assert rest.leverage_brackets(symbol=SYMBOL) and rest.commission_rate(symbol=SYMBOL)["takerCommissionRate"]
    assert rest.futures_account_configuration()["canTrade"] and rest.symbol_configuration(symbol=SYMBOL)
    assert rest.query_user_rate_limit()[0]["rateLimitType"] == "ORDERS"
    assert rest.get_position_mode() == {"dualSidePosition": False}
    assert rest.get_multi_asset_mode() == {"multiAssetsMargin": False}
    refused(-4059, lambda: rest.change_position_mode(dualSidePosition="false"))
    refused(-4046, lambda: rest.change_margin_type(symbol=SYMBOL, marginType="CROSSED"))
    assert rest.change_leverage(symbol=SYMBOL, leverage=11)["leverage"] == 11
    rest.change_leverage(symbol=SYMBOL, leverage=20)
    rest.get_income_history()


@checks.add("order: test, place, query, modify, cancel")
def _(sim):
    rest = sim.client.rest
    tested = rest.new_order_test(
        symbol=SYMBOL, side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.004", price=sim.client.bid())
    assert tested["status"] == "NEW", tested
    mine = harness.link("off")
    order = sim.client.place(newClientOrderId=mine)
    assert order["status"] == "NEW" and order["clientOrderId"] == mine, order
    assert rest.query_order(SYMBOL, origClientOrderId=mine)["orderId"] == order["orderId"]
    assert rest.get_open_orders(SYMBOL, orderId=order["orderId"])["status"] == "NEW"
    assert [each["orderId"] for each in rest.get_orders(symbol=SYMBOL)] == [order["orderId"]]
    changed = rest.modify_order(
        SYMBOL, "BUY", "0.005", sim.client.bid(4), orderId=order["orderId"])
    assert changed["origQty"] == "0.005" and changed["orderId"] == order["orderId"], changed
    assert rest.cancel_order(SYMBOL, orderId=order["orderId"])["status"] == "CANCELED"
    assert rest.get_all_orders(SYMBOL)[-1]["status"] == "CANCELED"


@checks.add("batch, cancel batch, cancel all, dead-man switch")
def _(sim):
    rest = sim.client.rest
    one = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.004"}
    placed = rest.new_batch_order([{**one, "price": sim.client.bid()}, {**one, "price": sim.client.bid(4)},
                                   {**one, "price": "1.05"}])
    assert placed[0]["status"] == placed[1]["status"] == "NEW" and placed[2]["code"] < 0, placed
    gone = rest.cancel_batch_order(SYMBOL, [placed[0]["orderId"]], [])
    assert gone[0]["status"] == "CANCELED", gone
    assert rest.cancel_open_orders(SYMBOL)["code"] == 200
    assert rest.countdown_cancel_order(SYMBOL, 0)["countdownTime"] == "0"


@checks.add("market order and its trades")
def _(sim):
    rest = sim.client.rest
    order = rest.new_order(symbol=SYMBOL, side="BUY", type="MARKET", quantity="0.01", newOrderRespType="RESULT")
    assert order["status"] == "FILLED" and float(order["avgPrice"]) > 0, order
    trades = rest.get_account_trades(SYMBOL, orderId=order["orderId"])
    assert abs(sum(float(trade["qty"]) for trade in trades) - 0.01) < 1e-9, trades
    held = [row for row in rest.get_position_risk(symbol=SYMBOL) if float(row["positionAmt"])]
    assert held[0]["positionAmt"] == "0.010", held
    rest.new_order(symbol=SYMBOL, side="SELL", type="MARKET", quantity="0.01", reduceOnly="true")


@checks.add("refusals have the venue's codes")
def _(sim):
    rest = sim.client.rest
    refused(-5022, lambda: sim.client.place(price=sim.client.bid(-1)))
    refused(-2019, lambda: sim.client.place(quantity="500"))
    refused(-4014, lambda: sim.client.place(price=sim.client.bid() + "5"))
    refused(-1111, lambda: sim.client.place(quantity="0.0041"))
    refused(-1121, lambda: sim.client.place(symbol="NOTHING"))
    refused(-1117, lambda: sim.client.place(side="HOLD"))
    refused(-1116, lambda: sim.client.place(type="WISH"))
    refused(-1115, lambda: sim.client.place(timeInForce="NEVER"))
    refused(-1100, lambda: sim.client.place(newClientOrderId="a b"))
    refused(-4015, lambda: sim.client.place(newClientOrderId="a" * 37))
    refused(-2022, lambda: rest.new_order(symbol=SYMBOL, side="SELL", type="MARKET", quantity="0.01", reduceOnly="true"))
    refused(-2011, lambda: rest.cancel_order(SYMBOL, orderId=1))
    refused(-2013, lambda: rest.query_order(SYMBOL, orderId=1))


@checks.add("wrong secret, wrong key, old time")
def _(sim):
    refused(-1022, UMFutures(key=harness.KEY, secret="wrong", base_url=sim.rest).balance)
    refused(-2015, UMFutures(key="nobody", secret="wrong", base_url=sim.rest).balance)
    refused(-1021, lambda: sim.client.rest.sign_request(
        "GET", "/fapi/v2/balance", {"recvWindow": 1}) if sim.fault(what="clock_skew", ms=5_000) else None)


@checks.add("fault: 5xx without a body")
def _(sim):
    sim.fault(what="server_error", status=502, where={"path": "/fapi/v1/time"})
    try:
        sim.client.public.time()
    except (ServerError, ClientError) as problem:
        assert problem.status_code == 502, problem
        return
    raise AssertionError("502 was expected")


@checks.add("listen key: the same while it lives, gone when closed")
def _(sim):
    rest = sim.client.rest
    key = rest.new_listen_key()["listenKey"]
    assert rest.new_listen_key()["listenKey"] == key
    rest.renew_listen_key(key)
    rest.close_listen_key(key)
    return refused(-1125, lambda: rest.renew_listen_key(key))


@checks.add("streams: depth, trades, touch, mark, candle, ticker")
def _(sim):
    for subscribe, event in [
        (lambda ws: ws.diff_book_depth(SYMBOL, speed=100), "depthUpdate"),
        (lambda ws: ws.partial_book_depth(SYMBOL, level=5, speed=100), "depthUpdate"),
        (lambda ws: ws.agg_trade(SYMBOL), "aggTrade"),
        (lambda ws: ws.book_ticker(SYMBOL), "bookTicker"),
        (lambda ws: ws.mark_price(SYMBOL, speed=1), "markPriceUpdate"),
        (lambda ws: ws.kline(SYMBOL, "1m"), "kline"),
        (lambda ws: ws.ticker(SYMBOL), "24hrTicker"),
        (lambda ws: ws.mini_ticker(SYMBOL), "24hrMiniTicker"),
    ]:
        with Socket(sim) as socket:
            subscribe(socket.client)
            assert socket.until(lambda m: m.get("e") == event)["s"] == SYMBOL


@checks.add("combined streams are wrapped")
def _(sim):
    with Socket(sim, is_combined=True) as socket:
        socket.client.diff_book_depth(SYMBOL, speed=100)
        message = socket.until(lambda m: "stream" in m)
        assert message["stream"] == "btcusdt@depth@100ms" and message["data"]["e"] == "depthUpdate"


@checks.add("diffs follow each other without a gap, from the snapshot on")
def _(sim):
    with Socket(sim) as socket:
        socket.client.diff_book_depth(SYMBOL, speed=100)
        diffs = [socket.until(lambda m: m.get("e") == "depthUpdate")]
        time.sleep(0.3)
        snapshot = sim.client.public.depth(SYMBOL, limit=1000)["lastUpdateId"]
        for _ in range(20):
            diffs.append(socket.until(lambda m: m.get("e") == "depthUpdate"))
        assert all(b["pu"] == a["u"] for a, b in zip(diffs, diffs[1:]))
        assert any(diff["U"] <= snapshot <= diff["u"] for diff in diffs), (snapshot, diffs[0]["U"], diffs[-1]["u"])


@checks.add("user stream: order, fill, account, settings")
def _(sim):
    rest = sim.client.rest
    key = rest.new_listen_key()["listenKey"]
    with Socket(sim) as socket:
        socket.client.user_data(key)
        time.sleep(0.5)
        order = sim.client.place()
        event = socket.until(lambda m: m.get("e") == "ORDER_TRADE_UPDATE")
        assert event["o"]["x"] == "NEW" and event["o"]["i"] == order["orderId"], event
        rest.cancel_order(SYMBOL, orderId=order["orderId"])
        assert socket.until(lambda m: m.get("e") == "ORDER_TRADE_UPDATE")["o"]["X"] == "CANCELED"
        rest.new_order(symbol=SYMBOL, side="BUY", type="MARKET", quantity="0.004")
        lite = socket.until(lambda m: m.get("e") == "TRADE_LITE")
        full = socket.until(lambda m: m.get("e") == "ORDER_TRADE_UPDATE" and m["o"]["x"] == "TRADE")
        assert lite["t"] == full["o"]["t"] and float(full["o"]["n"]) > 0, full
        account = socket.until(lambda m: m.get("e") == "ACCOUNT_UPDATE")
        assert account["a"]["m"] == "ORDER" and account["a"]["P"][0]["s"] == SYMBOL, account
        rest.change_leverage(symbol=SYMBOL, leverage=15)
        assert socket.until(lambda m: m.get("e") == "ACCOUNT_CONFIG_UPDATE")["ac"]["l"] == 15
        rest.new_order(symbol=SYMBOL, side="SELL", type="MARKET", quantity="0.004", reduceOnly="true")
        sim.fault(what="expire_session")
        assert socket.until(lambda m: m.get("e") == "listenKeyExpired")["listenKey"] == key


if __name__ == "__main__":
    harness.main("binance", checks, Client)
