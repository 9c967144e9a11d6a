//! The account: login, orders, lost answers, and what is only true once the venue was asked.

mod common;

use aurora_model::{InstrumentNo, Nanos, TimeInForce};
use aurora_okx::Okx;
use aurora_okx::account::{AccountConfig, AccountSession};
use aurora_wire::{
    Amendment, Answer, Ask, AskNo, Input, Link, MarginMode, Placement, PriceTrigger, Stp,
};
use common::{Desk, buy, id, intent};
use expect_test::{Expect, expect};

const SWAP: InstrumentNo = InstrumentNo(0);

fn session(use_trade_socket: bool) -> Desk<AccountSession> {
    let endpoints = Okx::at("http://127.0.0.1:1", "ws://127.0.0.1:2");
    let rules = common::rules();
    let stp = Stp::CancelMaker;
    Desk::new(AccountSession::new(AccountConfig {
        endpoints,
        rules,
        account: 7,
        stp,
        use_trade_socket,
    }))
}

const NOTHING: &str = r#"{"code":"0","msg":"","data":[]}"#;
const LOGIN: &str = r#"{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}"#;

fn confirm(desk: &mut Desk<AccountSession>, link: u8) {
    for channel in ["orders", "account", "positions"] {
        desk.frame(
            link,
            &format!(
                r#"{{"event":"subscribe","arg":{{"channel":"{channel}"}},"connId":"a4d3ae55"}}"#
            ),
        );
    }
}

/// Answers the calls of a verification that finds nothing.
fn verify(desk: &mut Desk<AccountSession>) {
    let config = desk.call("/account/config");
    desk.answer(&config, r#"{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"net_mode","perm":"read_only,trade"}]}"#);
    for path in ["/orders-pending", "/trade/fills", "/account/positions"] {
        let call = desk.call(path);
        desk.answer(&call, NOTHING);
    }
}

/// A session that is logged in and verified.
fn ready(use_trade_socket: bool) -> Desk<AccountSession> {
    let mut desk = session(use_trade_socket);
    desk.tell(Input::Start);
    let time = desk.call("/public/time");
    desk.answer(
        &time,
        &format!(r#"{{"code":"0","msg":"","data":[{{"ts":"{}"}}]}}"#, desk.now.millis()),
    );
    desk.tell(Input::Opened(Link(0)));
    desk.frame(0, LOGIN);
    confirm(&mut desk, 0);
    verify(&mut desk);
    desk
}

fn done(no: u64, code: u32) -> String {
    let words = if code == 0 { "" } else { "because" };
    format!(
        r#"{{"clOrdId":"{}","ordId":"{}","sCode":"{code}","sMsg":"{words}","tag":"","ts":"1795000000100"}}"#,
        id(no),
        9000 + no
    )
}

fn answer(code: u32, items: &[String]) -> String {
    format!(r#"{{"code":"{code}","msg":"","data":[{}]}}"#, items.join(","))
}

/// One order as the venue tells it.
struct Told {
    no: u64,
    state: &'static str,
    kind: &'static str,
    filled: &'static str,
    /// Trade id, quantity, fee.
    fill: (&'static str, &'static str, &'static str),
    source: &'static str,
    px: &'static str,
}

impl Default for Told {
    fn default() -> Told {
        Told {
            no: 1,
            state: "live",
            kind: "limit",
            filled: "0",
            fill: ("", "", ""),
            source: "",
            px: "60000",
        }
    }
}

impl Told {
    fn item(&self) -> String {
        let Told { no, state, kind, filled, fill: (trade, qty, fee), source, px } = self;
        let fill_px = if trade.is_empty() { "" } else { "60000" };
        format!(
            r#"{{"instType":"SWAP","instId":"BTC-USDT-SWAP","ordId":"{}","clOrdId":"{}","side":"buy","posSide":"net","ordType":"{kind}","px":"{px}","sz":"0.05","accFillSz":"{filled}","state":"{state}","tradeId":"{trade}","fillPx":"{fill_px}","fillSz":"{qty}","fillFee":"{fee}","fillFeeCcy":"USDT","fillTime":"1795000000200","execType":"M","cancelSource":"{source}","category":"normal","reduceOnly":"false","uTime":"1795000000200"}}"#,
            9000 + no,
            id(*no)
        )
    }

    fn push(&self) -> String {
        format!(
            r#"{{"arg":{{"channel":"orders","instType":"ANY","uid":"1"}},"data":[{}]}}"#,
            self.item()
        )
    }
}

fn fill_row(no: u64, trade: &str, qty: &str) -> String {
    format!(
        r#"{{"instType":"SWAP","instId":"BTC-USDT-SWAP","tradeId":"{trade}","ordId":"{}","clOrdId":"{}","billId":"7{trade}","fillPx":"60000","fillSz":"{qty}","side":"buy","posSide":"net","execType":"M","feeCcy":"USDT","fee":"-0.06","ts":"1795000000201","fillTime":"1795000000200"}}"#,
        9000 + no,
        id(no)
    )
}

fn check(desk: &Desk<AccountSession>, expected: &Expect) {
    expected.assert_eq(&desk.said());
}

#[test]
fn an_account_is_ready_once_logged_in_and_compared() {
    let mut desk = session(false);
    check(
        desk.tell(Input::Start),
        &expect![[r#"
        call GET /public/time
        open 0 ws://127.0.0.1:2/ws/v5/private after 0 ms
    "#]],
    );
    let time = desk.call("/public/time");
    desk.now = desk.now + Nanos::from_millis(30);
    let venue = desk.now.millis() + 100;
    check(
        desk.answer(&time, &answer(0, &[format!(r#"{{"ts":"{venue}"}}"#)])),
        &expect![[r#"
        note Clock { offset: Nanos(115000000), round_trip: Nanos(30000000) }
    "#]],
    );
    check(
        desk.tell(Input::Opened(Link(0))),
        &expect![[r#"
        login 0
    "#]],
    );
    check(
        desk.frame(0, LOGIN),
        &expect![[r#"
        send 0 {"op":"subscribe","args":[{"channel":"orders","instType":"ANY"},{"channel":"account"},{"channel":"positions","instType":"ANY"}]}
    "#]],
    );
    confirm(&mut desk, 0);
    check(
        &desk,
        &expect![[r#"
        call GET /account/config
        note Up(Link(0))
    "#]],
    );
    let config = desk.call("/account/config");
    desk.answer(&config, r#"{"code":"0","msg":"","data":[{"posMode":"net_mode"}]}"#);
    let pending = desk.call("/orders-pending");
    let foreign = Told::default().item().replace(id(1).as_str(), "byHand1");
    check(
        desk.answer(&pending, &answer(0, &[Told::default().item(), foreign])),
        &expect![[r#"
        call GET /trade/fills?begin=1794999340000&limit=100
        note ForeignOrder("byHand1", "9001")
    "#]],
    );
    let fills = desk.call("/trade/fills");
    desk.answer(&fills, &answer(0, &[fill_row(1, "502", "0.01"), fill_row(1, "501", "0.02")]));
    let positions = desk.call("/account/positions");
    check(
        desk.answer(&positions, r#"{"code":"0","msg":"","data":[{"instId":"BTC-USDT-SWAP","posSide":"net","pos":"-0.03","avgPx":"60000"}]}"#),
        &expect![[r#"
            report Account { open: [VenueOrder { id: A0700001000000010K, venue_id: 9001, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(5), time_in_force: Gtc, reduce_only: false }, filled: Lots(0), is_open: true }], fills: [Fill { trade_id: 501, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) }, Fill { trade_id: 502, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(1), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) }], positions: [(InstrumentNo(0), Lots(-3))] }
            note AccountReady
        "#]],
    );
}

#[test]
fn a_failed_login_is_told_and_tried_again_later() {
    let mut desk = session(false);
    desk.tell(Input::Start).tell(Input::Opened(Link(0)));
    check(
        desk.frame(
            0,
            r#"{"event":"error","msg":"Invalid OK_ACCESS_KEY","code":"60005","connId":"a4d3ae55"}"#,
        ),
        &expect![[r#"
            close 0
            note Refused("60005 Invalid OK_ACCESS_KEY")
        "#]],
    );
    check(
        desk.tell(Input::Closed(Link(0), "we closed it")),
        &expect![[r#"
            open 0 ws://127.0.0.1:2/ws/v5/private after 250 ms
            note Down(Link(0), "we closed it")
        "#]],
    );
    desk.tell(Input::Opened(Link(0)));
    check(
        desk.frame(0, r#"{"event":"error","msg":"Timestamp request expired","code":"60006"}"#),
        &expect![[r#"
            call GET /public/time
            close 0
            note Unreadable("private login: 60006 Timestamp request expired")
        "#]],
    );
}

#[test]
fn an_acknowledgement_is_no_fate() {
    let mut desk = ready(false);
    let post_only = Placement::limit(id(1), intent(600_000, 5, TimeInForce::PostOnly));
    check(
        desk.tell(Input::Ask(AskNo(1), &Ask::Place(post_only))),
        &expect![[r#"
        call POST /trade/order {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"post_only","sz":"0.05","px":"60000","clOrdId":"A0700001000000010K","stpMode":"cancel_maker"}
    "#]],
    );
    let call = desk.call("/trade/order");
    check(
        desk.answer(&call, &answer(0, &[done(1, 0)])),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
    "#]],
    );
    let canceled = Told { state: "canceled", kind: "post_only", source: "31", ..Told::default() };
    check(
        desk.frame(0, &canceled.push()),
        &expect![[r#"
        report Expired { id: A0700001000000010K, filled: Lots(0) }
    "#]],
    );
    check(desk.frame(0, &canceled.push()), &expect![""]);
}

#[test]
fn what_the_stream_says_of_an_order_is_told_apart_from_the_answer() {
    let mut desk = ready(false);
    desk.tell(Input::Ask(AskNo(1), &Ask::Place(buy(1, 600_000, 5))));
    let call = desk.call("/trade/order");
    desk.answer(&call, &answer(0, &[done(1, 0)]));
    assert_eq!((&desk.out.placed[..], &desk.out.pushed[..]), (&[id(1)][..], &[][..]));
    // The acknowledgement is no news, and the stream spoke all the same.
    desk.frame(0, &Told::default().push());
    assert_eq!((desk.out.reports.len(), &desk.out.pushed[..]), (0, &[id(1)][..]));
}

#[test]
fn a_cancel_of_ours_is_a_cancel_whatever_the_kind() {
    let mut desk = ready(false);
    desk.tell(Input::Ask(AskNo(1), &Ask::Cancel(id(1), SWAP)));
    check(
        &desk,
        &expect![[r#"
        call POST /trade/cancel-order {"instId":"BTC-USDT-SWAP","clOrdId":"A0700001000000010K"}
    "#]],
    );
    let call = desk.call("/cancel-order");
    check(desk.answer(&call, &answer(0, &[done(1, 0)])), &expect![""]);
    let told = Told { state: "canceled", kind: "post_only", source: "1", ..Told::default() };
    check(
        desk.frame(0, &told.push()),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Canceled { id: A0700001000000010K, filled: Lots(0) }
    "#]],
    );
}

#[test]
fn a_cancel_that_finds_nothing_asks_what_became_of_the_order() {
    let mut desk = ready(false);
    desk.tell(Input::Ask(AskNo(1), &Ask::Cancel(id(1), SWAP)));
    let call = desk.call("/cancel-order");
    check(
        desk.answer(&call, &answer(1, &[done(1, 51402)])),
        &expect![[r#"
        call GET /trade/order?instId=BTC-USDT-SWAP&clOrdId=A0700001000000010K
    "#]],
    );
    let query = desk.call("/trade/order");
    let filled =
        Told { state: "filled", filled: "0.05", fill: ("503", "0.02", ""), ..Told::default() };
    // Three lots of it are not known yet: they are fetched before the answer is told.
    check(
        desk.answer(&query, &answer(0, &[filled.item()])),
        &expect![[r#"
        call GET /trade/fills?instId=BTC-USDT-SWAP&ordId=9001&limit=100
        report Ack { id: A0700001000000010K, venue_id: 9001 }
    "#]],
    );
    let fills = desk.call("/trade/fills");
    check(
        desk.answer(&fills, &answer(0, &[fill_row(1, "503", "0.02"), fill_row(1, "502", "0.03")])),
        &expect![[r#"
            report Fill(Fill { trade_id: 502, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(3), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) })
            report Fill(Fill { trade_id: 503, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) })
            report Order { id: A0700001000000010K, found: Some(VenueOrder { id: A0700001000000010K, venue_id: 9001, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(5), time_in_force: Gtc, reduce_only: false }, filled: Lots(5), is_open: false }) }
        "#]],
    );
    desk.tell(Input::Ask(AskNo(2), &Ask::Cancel(id(2), SWAP)));
    let call = desk.call("/cancel-order");
    assert_eq!(desk.answer(&call, &answer(1, &[done(2, 51410)])).said().trim(), "");
    check(
        desk.pass(Nanos::SECOND),
        &expect![[r#"
        call GET /trade/order?instId=BTC-USDT-SWAP&clOrdId=A0700001000000020L
    "#]],
    );
    let query = desk.call("/trade/order");
    check(
        desk.answer(&query, r#"{"code":"51603","msg":"Order does not exist","data":[]}"#),
        &expect![[r#"
            report Order { id: A0700001000000020L, found: None }
        "#]],
    );
}

#[test]
fn a_lost_answer_is_never_a_refusal() {
    let mut desk = ready(false);
    for (no, answer) in [
        (1, Answer::Lost("timed out")),
        (2, Answer::Got { status: 502, headers: Default::default(), body: b"<html>" }),
        (
            3,
            Answer::Got {
                status: 200,
                headers: Default::default(),
                body: br#"{"code":"50004","msg":"Endpoint request timeout","data":[]}"#,
            },
        ),
        (
            4,
            Answer::Got { status: 200, headers: Default::default(), body: b"{\"code\":\"0\",\"ms" },
        ),
        (5, Answer::NotSent("no room under the limits")),
        (
            6,
            Answer::Got {
                status: 429,
                headers: Default::default(),
                body: br#"{"code":"50011","msg":"Too Many Requests","data":[]}"#,
            },
        ),
    ] {
        desk.tell(Input::Ask(AskNo(no), &Ask::Place(buy(no, 600_000, 5))));
        let call = desk.call("/trade/order");
        desk.tell(Input::Answer(call.no, answer));
        if no == 1 {
            check(
                &desk,
                &expect![[r#"
                note Lost(A0700001000000010K, Place, "timed out")
            "#]],
            );
        }
        let is_lost = desk.out.reports.is_empty() && desk.said().contains("note Lost(");
        assert_eq!(is_lost, no < 5, "{}", desk.said());
    }
    check(
        &desk,
        &expect![[r#"
        report Reject { id: A0700001000000060P, refusal: RateLimited }
    "#]],
    );
}

#[test]
fn a_taken_id_means_that_the_first_order_stands() {
    let mut desk = ready(false);
    desk.tell(Input::Ask(AskNo(1), &Ask::Place(buy(1, 600_000, 5))));
    let call = desk.call("/trade/order");
    check(
        desk.answer(&call, &answer(1, &[done(1, 51016)])),
        &expect![[r#"
        call GET /trade/order?instId=BTC-USDT-SWAP&clOrdId=A0700001000000010K
    "#]],
    );
    let query = desk.call("/trade/order");
    check(
        desk.answer(&query, &answer(0, &[Told::default().item()])),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Order { id: A0700001000000010K, found: Some(VenueOrder { id: A0700001000000010K, venue_id: 9001, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(5), time_in_force: Gtc, reduce_only: false }, filled: Lots(0), is_open: true }) }
    "#]],
    );
}

#[test]
fn every_order_of_a_batch_has_its_own_fate() {
    let mut desk = ready(false);
    let batch = Ask::PlaceMany(vec![buy(1, 600_000, 5), buy(2, 600_001, 5), buy(3, 600_002, 5)]);
    check(
        desk.tell(Input::Ask(AskNo(1), &batch)),
        &expect![[r#"
        call POST /trade/batch-orders [{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"0.05","px":"60000","clOrdId":"A0700001000000010K","stpMode":"cancel_maker"},{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"0.05","px":"60000.1","clOrdId":"A0700001000000020L","stpMode":"cancel_maker"},{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"0.05","px":"60000.2","clOrdId":"A0700001000000030M","stpMode":"cancel_maker"}]
    "#]],
    );
    let call = desk.call("/batch-orders");
    let items = [done(1, 0), done(2, 51008), done(3, 59999)];
    check(
        desk.answer(&call, &answer(2, &items)),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Reject { id: A0700001000000020L, refusal: InsufficientMargin }
        note Lost(A0700001000000030M, Place, "59999 because")
    "#]],
    );
}

#[test]
fn an_order_of_a_refused_batch_is_refused_and_not_sent_again() {
    let mut desk = ready(false);
    let batch = Ask::PlaceMany(vec![buy(1, 600_000, 5), buy(2, 600_001, 5)]);
    desk.tell(Input::Ask(AskNo(1), &batch));
    let call = desk.call("/batch-orders");
    check(
        desk.answer_with(&call, 404, "not here"),
        &expect![[r#"
            report Reject { id: A0700001000000010K, refusal: Malformed }
            report Reject { id: A0700001000000020L, refusal: Malformed }
        "#]],
    );
    // A batch whose answer is lost is not sent again.
    desk.tell(Input::Ask(AskNo(2), &Ask::PlaceMany(vec![buy(3, 600_000, 5), buy(4, 600_001, 5)])));
    let call = desk.call("/batch-orders");
    check(
        desk.tell(Input::Answer(call.no, Answer::Lost("timed out"))),
        &expect![[r#"
        note Lost(A0700001000000030M, Place, "timed out")
        note Lost(A0700001000000040N, Place, "timed out")
    "#]],
    );
}

#[test]
fn forty_orders_are_two_batches_and_two_instruments_are_two_more() {
    let mut desk = ready(false);
    let mut orders: Vec<_> = (1..=40).map(|no| buy(no, 600_000, 5)).collect();
    for order in orders.iter_mut().take(3) {
        order.intent.instrument = InstrumentNo(2);
    }
    desk.tell(Input::Ask(AskNo(1), &Ask::PlaceMany(orders)));
    let sizes: Vec<_> =
        desk.calls("/batch-orders").iter().map(|call| call.costs[0].units).collect();
    assert_eq!(sizes, [3, 20, 17]);
}

#[test]
fn an_amend_is_done_when_the_order_says_so() {
    let mut desk = ready(false);
    let amendment = Amendment { id: id(1), intent: intent(600_010, 5, TimeInForce::Gtc) };
    check(
        desk.tell(Input::Ask(AskNo(1), &Ask::Amend(amendment))),
        &expect![[r#"
        call POST /trade/amend-order {"instId":"BTC-USDT-SWAP","clOrdId":"A0700001000000010K","newSz":"0.05","newPx":"60001"}
    "#]],
    );
    let call = desk.call("/amend-order");
    assert_eq!(desk.answer(&call, &answer(0, &[done(1, 0)])).said().trim(), "");
    check(
        desk.frame(0, &Told { px: "60001", ..Told::default() }.push()),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        note Amended(A0700001000000010K, Ticks(600010), Lots(5))
    "#]],
    );
    desk.tell(Input::Ask(AskNo(2), &Ask::Amend(amendment)));
    let call = desk.call("/amend-order");
    check(
        desk.answer(&call, &answer(1, &[done(1, 51511)])),
        &expect![[r#"
        call GET /trade/order?instId=BTC-USDT-SWAP&clOrdId=A0700001000000010K
        note AmendRefused(A0700001000000010K, "51511 because")
    "#]],
    );
}

#[test]
fn a_missing_fill_is_fetched_and_a_repeat_counts_once() {
    let mut desk = ready(false);
    let second = Told {
        state: "partially_filled",
        filled: "0.03",
        fill: ("502", "0.01", "-0.06"),
        ..Told::default()
    };
    check(
        desk.frame(0, &second.push()),
        &expect![[r#"
        call GET /trade/fills?instId=BTC-USDT-SWAP&ordId=9001&limit=100
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Fill(Fill { trade_id: 502, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(1), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
    let fills = desk.call("/trade/fills");
    assert_eq!(desk.frame(0, &second.push()).said().trim(), "");
    check(
        desk.answer(&fills, &answer(0, &[fill_row(1, "502", "0.01"), fill_row(1, "501", "0.02")])),
        &expect![[r#"
            report Fill(Fill { trade_id: 501, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) })
        "#]],
    );
}

#[test]
fn a_fee_told_only_in_total_is_taken_apart() {
    let mut desk = ready(false);
    let totals = |filled: &'static str, fill, total: &str| {
        let told = Told { state: "partially_filled", filled, fill, ..Told::default() };
        told.push().replace(r#""fillFee":"""#, &format!(r#""fee":"{total}","feeCcy":"USDT""#))
    };
    desk.frame(0, &totals("0.02", ("601", "0.02", ""), "-0.12"));
    check(
        &desk,
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Fill(Fill { trade_id: 601, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.12), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
    check(
        desk.frame(0, &totals("0.03", ("602", "0.01", ""), "-0.15")),
        &expect![[r#"
        report Fill(Fill { trade_id: 602, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(1), fee: Notional(0.03), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
}

#[test]
fn a_spot_fee_in_base_is_told_in_quote() {
    let mut desk = ready(false);
    let spot = Told {
        state: "filled",
        filled: "0.05",
        fill: ("7", "0.05", "-0.00005"),
        ..Told::default()
    };
    let push = spot
        .push()
        .replace("BTC-USDT-SWAP", "BTC-USDT")
        .replace(r#""fillFeeCcy":"USDT""#, r#""fillFeeCcy":"BTC""#);
    check(
        desk.frame(0, &push),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Fill(Fill { trade_id: 7, instrument: InstrumentNo(1), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(5000000), fee: Notional(3), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
}

#[test]
fn a_liquidation_and_a_strangers_order_are_foreign() {
    let mut desk = ready(false);
    let liquidation =
        Told { state: "filled", filled: "0.05", fill: ("9", "0.05", "-0.2"), ..Told::default() };
    let push = liquidation.push().replace(id(1).as_str(), "").replace("normal", "full_liquidation");
    check(
        desk.frame(0, &push),
        &expect![[r#"
        note ForeignFill("", Fill { trade_id: 9, instrument: InstrumentNo(0), order: A00000000000000062, side: Buy, price: Ticks(600000), qty: Lots(5), fee: Notional(0.2), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
    check(
        desk.frame(0, &Told::default().push().replace(id(1).as_str(), "byHand1")),
        &expect![[r#"
        note ForeignOrder("byHand1", "9001")
    "#]],
    );
}

#[test]
fn cancel_all_lists_and_cancels_in_batches() {
    let mut desk = ready(false);
    check(
        desk.tell(Input::Ask(AskNo(5), &Ask::CancelAll(Some(SWAP)))),
        &expect![[r#"
        call GET /trade/orders-pending?instId=BTC-USDT-SWAP&limit=100
    "#]],
    );
    let list = desk.call("/orders-pending");
    let two = [Told::default().item(), Told { no: 2, ..Told::default() }.item()];
    check(
        desk.answer(&list, &answer(0, &two)),
        &expect![[r#"
        call POST /trade/cancel-batch-orders [{"instId":"BTC-USDT-SWAP","ordId":"9001"},{"instId":"BTC-USDT-SWAP","ordId":"9002"}]
    "#]],
    );
    let call = desk.call("/cancel-batch-orders");
    check(
        desk.answer(&call, &answer(0, &[done(1, 0), done(2, 0)])),
        &expect![[r#"
        note Answered(AskNo(5), Ok(()))
    "#]],
    );
}

#[test]
fn a_lost_connection_is_verified_when_it_is_back() {
    let mut desk = ready(true);
    desk.tell(Input::Ask(AskNo(1), &Ask::Place(buy(1, 600_000, 5))));
    check(
        &desk,
        &expect![[r#"
        send 0 {"id":"1","op":"order","expTime":"1795000001000","args":[{"instIdCode":10459,"tdMode":"cross","side":"buy","ordType":"limit","sz":"0.05","px":"60000","clOrdId":"A0700001000000010K","stpMode":"cancel_maker"}]}
    "#]],
    );
    check(
        desk.tell(Input::Closed(Link(0), "reset by peer")),
        &expect![[r#"
            open 0 ws://127.0.0.1:2/ws/v5/private after 250 ms
            note Down(Link(0), "reset by peer")
            note Lost(A0700001000000010K, Place, "reset by peer")
            note AccountLost
        "#]],
    );
    // Meanwhile orders go by REST.
    desk.tell(Input::Ask(AskNo(2), &Ask::Place(buy(2, 600_000, 5))));
    assert_eq!(desk.calls("/trade/order").len(), 1);
    desk.tell(Input::Opened(Link(0)));
    desk.frame(0, LOGIN);
    confirm(&mut desk, 0);
    verify(&mut desk);
    check(
        &desk,
        &expect![[r#"
        report Account { open: [], fills: [], positions: [] }
        note AccountReady
    "#]],
    );
}

#[test]
fn orders_over_the_socket_are_answered_there() {
    let mut desk = ready(true);
    desk.tell(Input::Ask(AskNo(1), &Ask::Place(buy(1, 600_000, 5))));
    let reply = format!(
        r#"{{"id":"1","op":"order","code":"0","msg":"","data":[{}],"inTime":"1","outTime":"2"}}"#,
        done(1, 0)
    );
    check(
        desk.frame(0, &reply),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
    "#]],
    );
    desk.tell(Input::Ask(AskNo(2), &Ask::Cancel(id(1), SWAP)));
    check(
        &desk,
        &expect![[r#"
        send 0 {"id":"2","op":"cancel-order","args":[{"instIdCode":10459,"clOrdId":"A0700001000000010K"}]}
    "#]],
    );
    // No answer: what became of it is not known.
    check(
        desk.pass(Nanos::SECOND * 2),
        &expect![[r#"
        note Lost(A0700001000000010K, Cancel, "no answer over the socket")
    "#]],
    );
}

#[test]
fn a_notice_moves_the_account_to_another_connection() {
    let mut desk = ready(false);
    check(
        desk.frame(
            0,
            r#"{"event":"notice","code":"64008","msg":"The connection will soon be closed"}"#,
        ),
        &expect![[r#"
            open 1 ws://127.0.0.1:2/ws/v5/private after 0 ms
        "#]],
    );
    desk.tell(Input::Opened(Link(1)));
    desk.frame(1, LOGIN);
    confirm(&mut desk, 1);
    check(
        &desk,
        &expect![[r#"
        call GET /account/config
        note Up(Link(1))
    "#]],
    );
    verify(&mut desk);
    check(
        &desk,
        &expect![[r#"
        close 0
        report Account { open: [], fills: [], positions: [] }
        note AccountReady
    "#]],
    );
    let fill =
        Told { state: "filled", filled: "0.05", fill: ("11", "0.05", "-0.1"), ..Told::default() };
    desk.frame(0, &fill.push());
    assert_eq!(desk.out.reports.len(), 2, "ack and fill");
    assert_eq!(desk.frame(1, &fill.push()).out.reports.len(), 0, "told before");
    check(
        desk.tell(Input::Closed(Link(0), "we closed it")),
        &expect![[r#"
        note Down(Link(0), "we closed it")
    "#]],
    );
}

#[test]
fn settings_and_switches() {
    let mut desk = ready(false);
    check(
        desk.tell(Input::Ask(AskNo(1), &Ask::DeadMan(Some(Nanos::SECOND * 30)))),
        &expect![[r#"
        call POST /trade/cancel-all-after {"timeOut":"30"}
    "#]],
    );
    let call = desk.call("/cancel-all-after");
    check(desk.answer(&call, r#"{"code":"0","msg":"","data":[{"triggerTime":"1795000030000","ts":"1795000000000"}]}"#), &expect![[r#"
        note DeadMan(Some(Nanos(1795000030000000000)))
    "#]]);
    desk.tell(Input::Ask(AskNo(2), &Ask::DeadMan(None)));
    let call = desk.call("/cancel-all-after");
    check(
        desk.answer(
            &call,
            r#"{"code":"0","msg":"","data":[{"triggerTime":"0","ts":"1795000000000"}]}"#,
        ),
        &expect![[r#"
            note DeadMan(None)
        "#]],
    );
    check(
        desk.tell(Input::Ask(AskNo(3), &Ask::Margin(SWAP, MarginMode::Isolated))),
        &expect![[r#"
        note Answered(AskNo(3), Ok(()))
    "#]],
    );
    check(
        desk.tell(Input::Ask(AskNo(4), &Ask::Leverage(SWAP, 5))),
        &expect![[r#"
        call POST /account/set-leverage {"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"isolated"}
    "#]],
    );
    let call = desk.call("/set-leverage");
    check(
        desk.answer(
            &call,
            r#"{"code":"59102","msg":"Leverage exceeds the maximum leverage","data":[]}"#,
        ),
        &expect![[r#"
            note Answered(AskNo(4), Err("59102 Leverage exceeds the maximum leverage"))
        "#]],
    );
    check(
        desk.tell(Input::Ask(AskNo(5), &Ask::Hedge(true))),
        &expect![[r#"
        call POST /account/set-position-mode {"posMode":"long_short_mode"}
    "#]],
    );
    let call = desk.call("/set-position-mode");
    check(
        desk.answer(&call, r#"{"code":"0","msg":"","data":[{"posMode":"long_short_mode"}]}"#),
        &expect![[r#"
            note Answered(AskNo(5), Ok(()))
        "#]],
    );
    let mut close = buy(1, 600_000, 5);
    close.intent.reduce_only = true;
    check(
        desk.tell(Input::Ask(AskNo(6), &Ask::Place(close))),
        &expect![[r#"
        call POST /trade/order {"instId":"BTC-USDT-SWAP","tdMode":"isolated","side":"buy","posSide":"short","ordType":"limit","sz":"0.05","px":"60000","clOrdId":"A0700001000000010K","stpMode":"cancel_maker"}
    "#]],
    );
    desk.tell(Input::Ask(AskNo(7), &Ask::Balances));
    let call = desk.call("/account/balance");
    check(desk.answer(&call, r#"{"code":"0","msg":"","data":[{"uTime":"1","totalEq":"100","details":[{"ccy":"USDT","cashBal":"100.5","availBal":"90.25"}]}]}"#), &expect![[r#"
        note Balance("USDT", 100.5, 90.25)
        note Answered(AskNo(7), Ok(()))
    "#]]);
}

#[test]
fn conditional_orders_have_their_own_calls_and_socket() {
    let mut desk = ready(false);
    let trigger = PriceTrigger {
        price: aurora_model::Ticks(590_000),
        on_fall: true,
        by_mark: true,
        close_on_trigger: false,
    };
    let stop = Placement { trigger: Some(trigger), market: true, ..buy(1, 590_000, 5) };
    check(
        desk.tell(Input::Ask(AskNo(1), &Ask::Place(stop))),
        &expect![[r#"
        open 2 ws://127.0.0.1:2/ws/v5/business after 0 ms
        call POST /trade/order-algo {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"trigger","sz":"0.05","algoClOrdId":"A0700001000000010K","triggerPx":"59000","triggerPxType":"mark","orderPx":"-1"}
    "#]],
    );
    let call = desk.call("/order-algo");
    let taken = format!(
        r#"{{"code":"0","msg":"","data":[{{"algoId":"12345","algoClOrdId":"{}","sCode":"0","sMsg":""}}]}}"#,
        id(1)
    );
    check(
        desk.answer(&call, &taken),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 12345 }
    "#]],
    );
    check(
        desk.tell(Input::Ask(AskNo(2), &Ask::Cancel(id(1), SWAP))),
        &expect![[r#"
        call POST /trade/cancel-algos [{"instId":"BTC-USDT-SWAP","algoId":"12345"}]
    "#]],
    );
    let closing = PriceTrigger { close_on_trigger: true, ..trigger };
    let close = Placement { trigger: Some(closing), ..buy(2, 590_000, 5) };
    check(
        desk.tell(Input::Ask(AskNo(3), &Ask::Place(close))),
        &expect![[r#"
        call POST /trade/order-algo {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"conditional","closeFraction":"1","algoClOrdId":"A0700001000000020L","slTriggerPx":"59000","slTriggerPxType":"mark","slOrdPx":"-1"}
    "#]],
    );
}

#[test]
fn fills_are_read_a_second_time_on_another_path() {
    let mut desk = ready(false);
    desk.pass(Nanos::SECOND * 30);
    let call = desk.calls("/trade/fills").pop().unwrap();
    check(
        desk.answer(&call, &answer(0, &[fill_row(1, "502", "0.01")])),
        &expect![[r#"
        note DropCopy(Fill { trade_id: 502, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(1), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
}

#[test]
fn a_sweep_that_fails_is_answered_as_failed() {
    let mut desk = ready(false);
    desk.tell(Input::Ask(AskNo(9), &Ask::Sweep { since: Nanos::SECOND * 1_795_000_000 }));
    let call = desk.call("/orders-pending");
    check(
        desk.answer_with(&call, 401, r#"{"msg":"Invalid Sign","code":"50113"}"#),
        &expect![[r#"
        note Answered(AskNo(9), Err("50113 Invalid Sign"))
    "#]],
    );
}

#[test]
fn a_private_frame_that_cannot_be_read_is_made_up_for() {
    let mut desk = ready(false);
    check(
        desk.frame(
            0,
            r#"{"arg":{"channel":"orders","instType":"ANY"},"data":[{"instId":"BTC-USDT-SWAP","#,
        ),
        &expect![[r#"
            call GET /account/config
            note Unreadable("orders: frame ends early, after 79 bytes")
        "#]],
    );
}

#[test]
fn what_the_account_pays_is_asked_once_it_is_ready_and_again_after_a_failure() {
    let mut desk = ready(false);
    let calls = desk.pass(Nanos::MILLI).calls("/account/trade-fee");
    let [spot, swap] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!((&*spot.query, &*swap.query), ("instType=SPOT", "instType=SWAP"));
    let rates = r#"{"code":"0","msg":"","data":[{"instType":"SWAP","level":"Lv2","maker":"-0.0001","taker":"-0.0004","makerU":"0.00005","takerU":"-0.0003","ts":"1795000000100"}]}"#;
    check(
        desk.answer(swap, rates),
        &expect![[r#"
            note Fees(InstrumentNo(0), -0.00005, 0.0003)
            note Fees(InstrumentNo(1), -0.00005, 0.0003)
        "#]],
    );
    desk.tell(Input::Answer(spot.no, Answer::Lost("timed out")));
    assert_eq!(desk.pass(Nanos::SECOND * 61).calls("/account/trade-fee").len(), 2);
}
