//! Market data: how a book begins, is lost, and begins anew.

mod common;

use aurora_model::{MarketKind, Nanos};
use aurora_okx::Okx;
use aurora_okx::market::{MarketConfig, MarketSession};
use aurora_wire::{Answer, Input, Link, Session};
use common::Desk;
use expect_test::{Expect, expect};

fn session(view: u8) -> Desk<MarketSession> {
    let endpoints = Okx::at("http://127.0.0.1:1", "ws://127.0.0.1:2");
    let rules = common::rules().into_iter().take(1).collect();
    let mut desk = Desk::new(MarketSession::new(MarketConfig { endpoints, rules, view }));
    desk.tell(Input::Start);
    desk
}

/// A session whose connection is open.
fn open() -> Desk<MarketSession> {
    let mut desk = session(0);
    desk.tell(Input::Opened(Link(0)));
    desk
}

fn book(action: &str, prev: i64, seq: i64, bid: i64, ask: i64) -> String {
    format!(
        r#"{{"arg":{{"channel":"books","instId":"BTC-USDT-SWAP"}},"action":"{action}","data":[{{"asks":[["{ask}","1","0","1"]],"bids":[["{bid}","2","0","1"]],"ts":"1795000000000","checksum":0,"prevSeqId":{prev},"seqId":{seq}}}]}}"#
    )
}

fn rest_book(seq: i64) -> String {
    format!(
        r#"{{"code":"0","msg":"","data":[{{"asks":[["60001","1","0","1"]],"bids":[["60000","2","0","1"]],"ts":"1795000000000","seqId":{seq}}}]}}"#
    )
}

fn trade(id: u64) -> String {
    format!(
        r#"{{"arg":{{"channel":"trades","instId":"BTC-USDT-SWAP"}},"data":[{{"instId":"BTC-USDT-SWAP","tradeId":"{id}","px":"60000.5","sz":"0.07","side":"sell","ts":"1795000000000","count":"1"}}]}}"#
    )
}

/// Market events and everything else, one line each.
fn story(desk: &Desk<MarketSession>) -> String {
    let mut story = String::new();
    for event in desk.out.market_events() {
        story += &match event.kind {
            MarketKind::Snapshot { last_id, levels } => {
                format!("snapshot {last_id}, {} levels\n", levels.len())
            }
            MarketKind::Diff { last_id, prev_id, levels, .. } => {
                format!("change {prev_id:?} to {last_id}, {} levels\n", levels.len())
            }
            MarketKind::Bbo { update_id, bid, ask } => {
                format!(
                    "touch {update_id}: {} x {} / {} x {}\n",
                    bid.0.0, bid.1.0, ask.0.0, ask.1.0
                )
            }
            MarketKind::Trade { id, aggressor, price, qty } => {
                format!("trade {id}: {} {} at {}\n", aggressor.word(), qty.0, price.0)
            }
        };
    }
    story + &desk.said()
}

fn check(desk: &Desk<MarketSession>, expected: &Expect) {
    expected.assert_eq(&story(desk));
}

#[test]
fn a_session_opens_and_subscribes() {
    let mut desk = session(0);
    check(
        &desk,
        &expect![[r#"
        call GET /system/status
        open 0 ws://127.0.0.1:2/ws/v5/public after 0 ms
    "#]],
    );
    desk.tell(Input::Opened(Link(0)));
    check(
        &desk,
        &expect![[r#"
        send 0 {"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"},{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"},{"channel":"trades","instId":"BTC-USDT-SWAP"}]}
        send 0 {"op":"subscribe","args":[{"channel":"status"},{"channel":"price-limit","instId":"BTC-USDT-SWAP"},{"channel":"mark-price","instId":"BTC-USDT-SWAP"},{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},{"channel":"open-interest","instId":"BTC-USDT-SWAP"},{"channel":"index-tickers","instId":"BTC-USDT"},{"channel":"instruments","instType":"SWAP"},{"channel":"liquidation-orders","instType":"SWAP"}]}
        note Up(Link(0))
    "#]],
    );
    let mut odd = session(1);
    odd.tell(Input::Opened(Link(0)));
    assert!(odd.said().contains("books5") && !odd.said().contains("bbo-tbt"));
}

#[test]
fn a_book_begins_with_the_sockets_snapshot() {
    let mut desk = open();
    check(
        desk.frame(0, &book("snapshot", -1, 10, 60_000, 60_001)),
        &expect![[r#"
        snapshot 10, 2 levels
        note Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
    check(
        desk.frame(0, &book("update", 10, 12, 60_000, 60_001)),
        &expect![[r#"
        change Some(10) to 12, 2 levels
    "#]],
    );
}

#[test]
fn a_book_begins_with_a_rest_snapshot_when_the_first_message_is_a_change() {
    let mut desk = open();
    check(
        desk.frame(0, &book("update", 8, 11, 60_000, 60_001)),
        &expect![[r#"
        call GET /market/books?instId=BTC-USDT-SWAP&sz=400
    "#]],
    );
    let call = desk.call("/market/books");
    desk.frame(0, &book("update", 11, 14, 60_000, 60_001));
    assert_eq!(story(&desk), "", "kept until the snapshot is here");
    check(
        desk.answer(&call, &rest_book(12)),
        &expect![[r#"
        snapshot 12, 2 levels
        change Some(11) to 14, 2 levels
        note Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
    check(
        desk.frame(0, &book("update", 14, 15, 60_000, 60_001)),
        &expect![[r#"
        change Some(14) to 15, 2 levels
    "#]],
    );
}

#[test]
fn a_rest_snapshot_older_than_the_changes_is_fetched_again() {
    let mut desk = open();
    desk.frame(0, &book("update", 8, 11, 60_000, 60_001));
    let call = desk.call("/market/books");
    assert_eq!(story(desk.answer(&call, &rest_book(7))), "");
    desk.pass(Nanos::SECOND);
    let call = desk.call("/market/books");
    check(
        desk.answer(&call, &rest_book(9)),
        &expect![[r#"
        snapshot 9, 2 levels
        change Some(8) to 11, 2 levels
        note Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
}

#[test]
fn a_quiet_market_without_a_snapshot_is_fetched() {
    let mut desk = open();
    desk.pass(Nanos::SECOND * 5);
    let call = desk.call("/market/books");
    check(
        desk.answer(&call, &rest_book(20)),
        &expect![[r#"
        snapshot 20, 2 levels
        note Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
    check(desk.frame(0, &book("update", 18, 20, 60_000, 60_001)), &expect![""]);
    check(
        desk.frame(0, &book("update", 20, 21, 60_000, 60_001)),
        &expect![[r#"
        change Some(20) to 21, 2 levels
    "#]],
    );
}

#[test]
fn a_gap_stops_the_book_until_a_new_snapshot() {
    let mut desk = open();
    desk.frame(0, &book("snapshot", -1, 10, 60_000, 60_001));
    check(
        desk.frame(0, &book("update", 11, 12, 60_000, 60_001)),
        &expect![[r#"
        send 0 {"op":"unsubscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]}
        note Gap(InstrumentNo(0), "prevSeqId 11 does not follow 10")
    "#]],
    );
    check(desk.frame(0, &book("update", 12, 13, 60_000, 60_001)), &expect![""]);
    desk.now = desk.now + Nanos::from_millis(40);
    check(
        desk.frame(0, r#"{"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"connId":"a4d3ae55"}"#),
        &expect![[r#"
            send 0 {"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]}
        "#]],
    );
    desk.frame(0, r#"{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"connId":"a4d3ae55"}"#);
    desk.now = desk.now + Nanos::from_millis(30);
    check(
        desk.frame(0, &book("snapshot", -1, 20, 60_000, 60_001)),
        &expect![[r#"
        snapshot 20, 2 levels
        note Synced(InstrumentNo(0), Nanos(70000000))
    "#]],
    );
}

#[test]
fn a_heartbeat_a_repeat_and_a_reset_are_no_gaps() {
    let mut desk = open();
    desk.frame(0, &book("snapshot", -1, 10, 60_000, 60_001));
    let heartbeat = r#"{"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[],"bids":[],"ts":"1795000000000","checksum":0,"prevSeqId":10,"seqId":10}]}"#;
    check(
        desk.frame(0, heartbeat),
        &expect![[r#"
        change Some(10) to 10, 0 levels
    "#]],
    );
    desk.frame(0, &book("update", 10, 15, 60_000, 60_001));
    check(desk.frame(0, &book("update", 10, 15, 60_000, 60_001)), &expect![""]);
    check(
        desk.frame(0, &book("update", 15, 3, 60_000, 60_001)),
        &expect![[r#"
        change Some(15) to 3, 2 levels
    "#]],
    );
    check(
        desk.frame(0, &book("update", 3, 9, 60_000, 60_001)),
        &expect![[r#"
        change Some(3) to 9, 2 levels
    "#]],
    );
}

#[test]
fn a_silent_connection_is_pinged_then_closed_then_opened_later_and_later() {
    let mut desk = open();
    desk.frame(0, &book("snapshot", -1, 10, 60_000, 60_001));
    check(
        desk.pass(Nanos::SECOND * 16),
        &expect![[r#"
        send 0 ping
    "#]],
    );
    desk.tell(Input::Frame(Link(0), b"pong"));
    check(
        desk.pass(Nanos::SECOND * 16),
        &expect![[r#"
        send 0 ping
    "#]],
    );
    check(
        desk.pass(Nanos::SECOND * 10),
        &expect![[r#"
        close 0
    "#]],
    );
    check(
        desk.tell(Input::Closed(Link(0), "we closed it")),
        &expect![[r#"
        open 0 ws://127.0.0.1:2/ws/v5/public after 250 ms
        note Down(Link(0), "we closed it")
        note Gap(InstrumentNo(0), "connection closed: we closed it")
    "#]],
    );
    check(
        desk.tell(Input::Closed(Link(0), "refused")),
        &expect![[r#"
        open 0 ws://127.0.0.1:2/ws/v5/public after 500 ms
    "#]],
    );
    desk.tell(Input::Opened(Link(0)));
    check(
        desk.frame(0, &book("snapshot", -1, 10, 60_000, 60_001)),
        &expect![[r#"
        snapshot 10, 2 levels
        note Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
}

#[test]
fn a_notice_of_an_upgrade_moves_to_another_connection_without_a_break() {
    let mut desk = open();
    desk.frame(0, &book("snapshot", -1, 10, 60_000, 60_001));
    desk.frame(0, &trade(100));
    check(
        desk.frame(0, r#"{"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade. Please reconnect.","connId":"a4d3ae55"}"#),
        &expect![[r#"
            open 1 ws://127.0.0.1:2/ws/v5/public after 0 ms
        "#]],
    );
    desk.tell(Input::Opened(Link(1)));
    desk.frame(0, &book("update", 10, 14, 60_000, 60_001));
    // The new one is behind: nothing is passed on until it has what the old one had.
    check(desk.frame(1, &book("snapshot", -1, 12, 60_000, 60_001)), &expect![""]);
    check(
        desk.frame(1, &book("update", 12, 16, 60_000, 60_001)),
        &expect![[r#"
        change Some(12) to 16, 2 levels
        close 0
    "#]],
    );
    assert_eq!(story(desk.frame(0, &book("update", 14, 17, 60_000, 60_001))), "");
    check(
        desk.frame(1, &trade(101)),
        &expect![[r#"
        trade 101: sell 7 at 600005
    "#]],
    );
    check(
        desk.tell(Input::Closed(Link(0), "we closed it")),
        &expect![[r#"
        note Down(Link(0), "we closed it")
    "#]],
    );
    check(
        desk.frame(1, &book("update", 16, 18, 60_000, 60_001)),
        &expect![[r#"
        change Some(16) to 18, 2 levels
    "#]],
    );
}

#[test]
fn a_trade_told_by_both_connections_is_passed_on_once() {
    let mut desk = open();
    desk.frame(0, &book("snapshot", -1, 10, 60_000, 60_001));
    desk.frame(0, r#"{"event":"notice","code":"64008","msg":"upgrade"}"#);
    desk.tell(Input::Opened(Link(1)));
    check(
        desk.frame(0, &trade(7)),
        &expect![[r#"
        trade 7: sell 7 at 600005
    "#]],
    );
    assert_eq!(story(desk.frame(1, &trade(7))), "");
    check(
        desk.frame(1, &trade(8)),
        &expect![[r#"
        trade 8: sell 7 at 600005
    "#]],
    );
    assert_eq!(story(desk.frame(0, &trade(8))), "");
}

#[test]
fn books_are_polled_while_no_socket_can_be_opened() {
    let mut desk = session(0);
    for _ in 0..3 {
        desk.tell(Input::Closed(Link(0), "connection refused"));
    }
    check(
        desk.pass(Nanos(1)),
        &expect![[r#"
        call GET /market/books?instId=BTC-USDT-SWAP&sz=400
    "#]],
    );
    let call = desk.call("/market/books");
    check(
        desk.answer(&call, &rest_book(5)),
        &expect![[r#"
        snapshot 5, 2 levels
    "#]],
    );
    desk.pass(Nanos::SECOND);
    let call = desk.call("/market/books");
    desk.tell(Input::Answer(call.no, Answer::Lost("timed out")));
    check(
        &desk,
        &expect![[r#"
        note Unreadable("book of BTC-USDT-SWAP: timed out")
    "#]],
    );
    desk.tell(Input::Opened(Link(0)));
    assert!(desk.pass(Nanos::SECOND * 3).calls("/market/books").is_empty());
}

#[test]
fn mark_funding_and_open_interest_are_told() {
    let mut desk = open();
    let push = |channel: &str, data: &str| {
        format!(
            r#"{{"arg":{{"channel":"{channel}","instId":"BTC-USDT-SWAP"}},"data":[{{"instId":"BTC-USDT-SWAP","instType":"SWAP",{data},"ts":"1795000000000"}}]}}"#
        )
    };
    desk.frame(0, &push("funding-rate", r#""fundingRate":"0.0001","fundingTime":"1795003200000""#));
    desk.frame(0, r#"{"arg":{"channel":"index-tickers","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","idxPx":"60001.5","ts":"1795000000000"}]}"#);
    check(
        desk.frame(0, &push("mark-price", r#""markPx":"60000.7""#)),
        &expect![[r#"
        note Mark { instrument: InstrumentNo(0), mark: 60000.7, index: Some(60001.5), funding_rate: Some(0.0001), funding_at: Some(Nanos(1795003200000000000)) }
    "#]],
    );
    check(
        desk.frame(0, &push("open-interest", r#""oi":"5000","oiCcy":"50""#)),
        &expect![[r#"
        note OpenInterest(InstrumentNo(0), 50)
    "#]],
    );
    check(
        desk.frame(0, r#"{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"instId":"BTC-USDT-SWAP","details":[{"side":"sell","posSide":"long","bkPx":"59000.07","sz":"0.5","ts":"1795000000000"}]}]}"#),
        &expect![[r#"
            note Liquidation(InstrumentNo(0), Sell, Ticks(590000), Lots(50))
        "#]],
    );
    check(
        desk.frame(0, r#"{"arg":{"channel":"instruments","instType":"SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","tickSz":"0.1","lotSz":"0.01","state":"suspend"}]}"#),
        &expect![[r#"
            note Status(InstrumentNo(0), Halted)
        "#]],
    );
    check(
        desk.frame(0, r#"{"arg":{"channel":"status"},"data":[{"title":"Trading account upgrade","state":"scheduled","begin":"1795100000000","end":"1795103600000"}]}"#),
        &expect![[r#"
            note Maintenance(Nanos(1795100000000000000), Nanos(1795103600000000000), "Trading account upgrade")
        "#]],
    );
}

#[test]
fn a_venue_that_never_confirms_is_left_without_spinning() {
    let mut desk = open();
    desk.frame(0, &book("snapshot", -1, 10, 60_000, 60_001));
    desk.frame(0, &book("update", 11, 12, 60_000, 60_001));
    desk.now = desk.session.wake_at();
    check(
        desk.tell(Input::Wake),
        &expect![[r#"
            close 0
        "#]],
    );
    assert!(desk.now < desk.session.wake_at());
}

#[test]
fn how_far_prices_may_go_is_told() {
    let mut desk = open();
    let limits = |enabled: bool| {
        format!(
            r#"{{"arg":{{"channel":"price-limit","instId":"BTC-USDT-SWAP"}},"data":[{{"instId":"BTC-USDT-SWAP","buyLmt":"61000.17","sellLmt":"59000.1","ts":"1795000000000","enabled":{enabled}}}]}}"#
        )
    };
    check(
        desk.frame(0, &limits(true)),
        &expect![[r#"
            note PriceLimits(InstrumentNo(0), PriceLimits { highest_buy: Ticks(610001), lowest_sell: Ticks(590001) })
        "#]],
    );
    check(
        desk.frame(0, &limits(false)),
        &expect![[r#"
            note PriceLimits(InstrumentNo(0), PriceLimits { highest_buy: Ticks(9223372036854775807), lowest_sell: Ticks(-9223372036854775808) })
        "#]],
    );
}
