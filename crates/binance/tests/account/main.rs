//! Stories of the account session.

mod orders;
mod session;
mod statement;
#[path = "../support/mod.rs"]
mod support;

use aurora_binance::account::{AccountConfig, AccountSession};
use aurora_model::{
    ClientOrderId, InstrumentNo, Lots, Nanos, OrderIntent, OrderNo, ReportKind, Side, Ticks,
    TimeInForce, VenueRefusal,
};
use aurora_wire::{
    Amendment, Answer, Ask, AskNo, Input, Link, LostOrder, Method, Note, ORDER_PATIENCE, Placement,
    PriceTrigger, Stp,
};
use rust_decimal::Decimal;
use support::{Desk, endpoints, rules, second};

const KEY: &str = "/fapi/v1/listenKey";
const ORDER: &str = "/fapi/v1/order";
const BATCH: &str = "/fapi/v1/batchOrders";
const TRADES: &str = "/fapi/v1/userTrades";
const TIME: &str = "/fapi/v1/time";
const OPEN: &str = "/fapi/v1/openOrders";
const POSITIONS: &str = "/fapi/v3/positionRisk";
const MODE: &str = "/fapi/v1/positionSide/dual";
const ALGOS: &str = "/fapi/v1/openAlgoOrders";

fn session() -> Desk<AccountSession> {
    let rules = vec![rules(0, "BTCUSDT", "0.1", "0.001"), rules(1, "ETHUSDT", "0.01", "0.001")];
    Desk::start(AccountSession::new(AccountConfig {
        endpoints: endpoints(),
        rules,
        account: 1,
        stp: Stp::Default,
        use_trade_socket: false,
    }))
}

fn id(no: u64) -> ClientOrderId {
    ClientOrderId::new(1, 1, OrderNo(no))
}

fn intent(side: Side, limit: i64, qty: i64) -> OrderIntent {
    OrderIntent {
        instrument: InstrumentNo(0),
        side,
        limit: Ticks(limit),
        qty: Lots(qty),
        time_in_force: TimeInForce::Gtc,
        reduce_only: false,
    }
}

fn placement(no: u64) -> Placement {
    Placement::limit(id(no), intent(Side::Buy, 1000, 2))
}

fn order(no: u64, venue: u64, status: &str, filled: &str) -> String {
    format!(
        r#"{{"symbol":"BTCUSDT","orderId":{venue},"clientOrderId":"{}","side":"BUY","type":"LIMIT","timeInForce":"GTC","status":"{status}","price":"100.0","origQty":"0.002","executedQty":"{filled}","reduceOnly":false,"updateTime":1700000000500}}"#,
        id(no)
    )
}

fn user_trade(trade: u64, order: u64) -> String {
    format!(
        r#"{{"symbol":"BTCUSDT","id":{trade},"orderId":{order},"side":"BUY","price":"100.0","qty":"0.001","commission":"0.00002","commissionAsset":"USDT","maker":true,"time":1700000000400}}"#
    )
}

fn update(no: u64, venue: u64, execution: &str, status: &str, trade: u64, filled: &str) -> String {
    let last = if trade == 0 { "0" } else { "0.001" };
    format!(
        r#"{{"e":"ORDER_TRADE_UPDATE","E":1700000000600,"T":1700000000599,"o":{{"s":"BTCUSDT","c":"{}","S":"BUY","o":"LIMIT","f":"GTC","q":"0.002","p":"100.0","ap":"0","sp":"0","x":"{execution}","X":"{status}","i":{venue},"l":"{last}","z":"{filled}","L":"100.0","n":"0.00002","N":"USDT","T":1,"t":{trade},"m":true,"R":false,"ps":"BOTH"}}}}"#,
        id(no)
    )
}

/// Answers everything a verification asks for: nothing is there.
fn answer_verification(desk: &mut Desk<AccountSession>) {
    desk.answer(Method::Get, OPEN, 200, "[]");
    desk.answer(Method::Get, POSITIONS, 200, "[]");
    desk.answer(Method::Get, ALGOS, 200, "[]");
    desk.answer(Method::Get, MODE, 200, r#"{"dualSidePosition":false}"#);
    desk.answer(Method::Get, TRADES, 200, "[]");
    desk.answer(Method::Get, TRADES, 200, "[]");
}

fn ready() -> Desk<AccountSession> {
    let mut desk = session();
    desk.answer(Method::Get, TIME, 200, r#"{"serverTime":1700000000000}"#);
    desk.answer(Method::Get, "/fapi/v3/balance", 200, "[]");
    desk.answer(Method::Post, KEY, 200, r#"{"listenKey":"K1"}"#);
    assert_eq!(desk.opens(), [(0, "ws://127.0.0.1:1/private/ws?listenKey=K1".to_owned(), 0)]);
    desk.say(Input::Opened(Link(0)));
    answer_verification(&mut desk);
    assert!(desk.out.notes.contains(&Note::AccountReady));
    assert!(matches!(desk.kinds()[..], [ReportKind::Account { .. }]));
    desk
}

fn place(desk: &mut Desk<AccountSession>, no: u64) {
    desk.say(Input::Ask(AskNo(no), &Ask::Place(placement(no))));
}

fn lost(desk: &Desk<AccountSession>, no: u64, what: LostOrder) -> bool {
    let is =
        |note: &Note| matches!(note, Note::Lost(have, kind, _) if *have == id(no) && *kind == what);
    desk.out.notes.iter().any(is)
}
