//! Stories of the market session.

mod support;

use aurora_binance::market::{MarketConfig, MarketSession};
use aurora_model::{MarketKind, Nanos};
use aurora_wire::{Action, Answer, Input, Link, Method, Note};
use proptest::prelude::*;
use support::{Desk, endpoints, rules, second};

const DEPTH: &str = "/fapi/v1/depth";
const SUBSCRIBED: &str = r#"{"result":null,"id":1}"#;

fn session(view: u8) -> Desk<MarketSession> {
    let rules = vec![rules(0, "BTCUSDT", "0.1", "0.001")];
    Desk::start(MarketSession::new(MarketConfig { endpoints: endpoints(), rules, view }))
}

fn diff(prev: u64, first: u64, last: u64) -> String {
    format!(
        r#"{{"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":{first},"u":{last},"pu":{prev},"b":[["100.1","{last}"]],"a":[]}}"#
    )
}

fn trade(id: u64) -> String {
    format!(
        r#"{{"e":"trade","E":1,"T":1,"s":"BTCUSDT","t":{id},"p":"100.1","q":"0.001","X":"MARKET","m":true}}"#
    )
}

fn snapshot(last: u64) -> String {
    format!(
        r#"{{"lastUpdateId":{last},"E":1,"T":1,"bids":[["100.1","1"]],"asks":[["100.2","1"]]}}"#
    )
}

/// Update ids and trade ids that were passed on, in order.
fn passed(desk: &Desk<MarketSession>) -> Vec<String> {
    desk.out
        .market_events()
        .map(|event| match event.kind {
            MarketKind::Diff { last_id, .. } => format!("diff {last_id}"),
            MarketKind::Snapshot { last_id, .. } => format!("snapshot {last_id}"),
            MarketKind::Bbo { update_id, .. } => format!("touch {update_id}"),
            MarketKind::Trade { id, .. } => format!("trade {id}"),
        })
        .collect()
}

fn gaps(desk: &Desk<MarketSession>) -> usize {
    desk.out.notes.iter().filter(|note| matches!(note, Note::Gap(..))).count()
}

/// A session whose book is whole as of update 100.
fn live(view: u8) -> Desk<MarketSession> {
    let mut desk = session(view);
    desk.say(Input::Opened(Link(0)));
    if view == 0 {
        desk.frame(0, SUBSCRIBED);
    }
    desk.answer(Method::Get, DEPTH, 200, &snapshot(100));
    assert_eq!(passed(&desk), ["snapshot 100"]);
    desk
}

#[test]
fn a_snapshot_older_than_the_stream_is_asked_for_again() {
    let mut desk = session(0);
    desk.say(Input::Opened(Link(0)));
    desk.frame(0, SUBSCRIBED);
    desk.frame(0, &diff(109, 110, 112));
    desk.answer(Method::Get, DEPTH, 200, &snapshot(100));
    assert_eq!(passed(&desk), [""; 0]);
    desk.answer(Method::Get, DEPTH, 200, &snapshot(111));
    assert_eq!(passed(&desk), ["snapshot 111", "diff 112"]);
    desk.frame(0, &diff(112, 113, 115));
    assert_eq!(passed(&desk), ["diff 115"]);
}

#[test]
fn a_gap_stops_the_book_until_it_is_whole_again() {
    let mut desk = live(0);
    desk.frame(0, &diff(99, 99, 101));
    assert_eq!(passed(&desk), ["diff 101"]);
    desk.at = desk.at + second(20);
    desk.frame(0, &diff(105, 106, 107));
    assert_eq!((passed(&desk).len(), gaps(&desk)), (0, 1));
    desk.at = desk.at + second(2);
    desk.frame(0, &diff(107, 108, 109));
    assert_eq!((passed(&desk).len(), gaps(&desk)), (0, 0));
    desk.answer(Method::Get, DEPTH, 200, &snapshot(108));
    assert_eq!(passed(&desk), ["snapshot 108", "diff 109"]);
    assert!(
        desk.out
            .notes
            .iter()
            .any(|note| matches!(note, Note::Synced(_, took) if *took == second(2)))
    );
}

#[test]
fn a_crossed_or_damaged_snapshot_is_never_passed_on() {
    for body in [
        r#"{"lastUpdateId":100,"bids":[["100.3","1"]],"asks":[["100.2","1"]]}"#,
        r#"{"lastUpdateId":100,"bids":[["100.0","1"],["100.1","1"]],"asks":[]}"#,
        r#"{"lastUpdateId":100,"bids":[["100.0","1"#,
        r#"{"lastUpdateId":100,"bids":[["100.05","1"]],"asks":[]}"#,
    ] {
        let mut desk = session(0);
        desk.say(Input::Opened(Link(0)));
        desk.frame(0, SUBSCRIBED);
        desk.answer(Method::Get, DEPTH, 200, body);
        assert_eq!(passed(&desk).len(), 0, "{body}");
        assert!(desk.paths().contains(&DEPTH), "asked for again after {body}");
    }
}

#[test]
fn a_lost_connection_is_a_gap_and_the_next_one_joins_anew() {
    let mut desk = live(0);
    desk.say(Input::Closed(Link(0), "reset"));
    assert_eq!(gaps(&desk), 1);
    assert_eq!(desk.opens(), [(0, "ws://127.0.0.1:1/public/ws".to_owned(), 250)]);
    desk.say(Input::Opened(Link(0)));
    desk.frame(0, SUBSCRIBED);
    desk.frame(0, &diff(200, 201, 202));
    desk.answer(Method::Get, DEPTH, 200, &snapshot(202));
    assert_eq!(passed(&desk), ["snapshot 202", "diff 202"]);
}

#[test]
fn without_a_socket_books_are_polled_every_second() {
    let mut desk = live(0);
    desk.say(Input::Closed(Link(0), "refused"));
    desk.calls.clear();
    desk.pass(second(7));
    assert_eq!(desk.paths().iter().filter(|path| **path == DEPTH).count(), 3);
    desk.answer(Method::Get, DEPTH, 200, &snapshot(300));
    assert_eq!(passed(&desk), ["snapshot 300"]);
    desk.say(Input::Opened(Link(0)));
    desk.frame(0, SUBSCRIBED);
    desk.calls.clear();
    desk.pass(second(3));
    assert!(!desk.paths().contains(&DEPTH));
}

#[test]
fn a_silent_stream_is_asked_and_then_given_up() {
    let mut desk = live(0);
    desk.pass(second(14));
    assert!(desk.out.actions.iter().all(|action| !matches!(action, Action::Send(..))));
    desk.pass(second(2));
    assert!(desk.out.actions.iter().any(|action| matches!(action, Action::Send(Link(0), _))));
    desk.pass(second(10));
    assert!(desk.closes(0));
    desk.say(Input::Closed(Link(0), "by us"));
    assert_eq!((gaps(&desk), desk.opens().len()), (1, 1));
}

/// Keeps the stream in use talking for so long.
fn talk(desk: &mut Desk<MarketSession>, span: Nanos, mut last: u64) -> u64 {
    let until = desk.at + span;
    while desk.at < until {
        desk.pass(second(10));
        let link = desk.opens().first().map(|open| open.0);
        last += 1;
        let said = desk.out.actions.clone();
        desk.frame(0, &diff(last - 1, last, last));
        if link.is_some() {
            desk.out.actions = said;
            return last;
        }
    }
    last
}

#[test]
fn a_day_old_connection_is_replaced_without_losing_or_doubling_anything() {
    let mut desk = live(0);
    desk.frame(0, &diff(100, 101, 101));
    let last = talk(&mut desk, second(86_400), 101);
    assert_eq!(desk.opens(), [(1, "ws://127.0.0.1:1/public/ws".to_owned(), 0)]);
    desk.say(Input::Opened(Link(1)));
    desk.frame(1, SUBSCRIBED);
    assert!(!desk.closes(0));
    // The new one runs ahead: nothing of it is passed on until the old one has caught up with its beginning.
    desk.frame(0, &trade(5));
    assert_eq!(passed(&desk), ["trade 5"]);
    desk.frame(1, &trade(6));
    desk.frame(1, &diff(last + 1, last + 2, last + 2));
    desk.frame(1, &trade(7));
    assert_eq!(passed(&desk).len(), 0);
    assert!(!desk.closes(0));
    desk.frame(0, &diff(last, last + 1, last + 1));
    desk.frame(0, &trade(6));
    assert_eq!(passed(&desk), ["trade 6"]);
    desk.frame(1, &diff(last + 2, last + 3, last + 3));
    assert!(desk.closes(0));
    let want = [format!("diff {}", last + 2), "trade 7".into(), format!("diff {}", last + 3)];
    assert_eq!(passed(&desk), want);
    desk.frame(0, &trade(8));
    assert_eq!(passed(&desk).len(), 0, "the old one is no longer read");
    desk.say(Input::Closed(Link(0), "by us"));
    assert_eq!((gaps(&desk), desk.opens().len()), (0, 0));
    desk.frame(1, &trade(8));
    assert_eq!(passed(&desk), ["trade 8"]);
}

#[test]
fn the_spare_covers_for_a_connection_that_dies_during_the_change() {
    let mut desk = live(0);
    desk.frame(0, &diff(100, 101, 101));
    let last = talk(&mut desk, second(86_400), 101);
    desk.say(Input::Opened(Link(1)));
    desk.frame(1, SUBSCRIBED);
    desk.frame(1, &diff(last + 1, last + 2, last + 2));
    desk.frame(0, &diff(last, last + 1, last + 1));
    desk.say(Input::Closed(Link(0), "reset"));
    assert_eq!(gaps(&desk), 0);
    assert_eq!(passed(&desk), [format!("diff {}", last + 2)]);
}

#[test]
fn odd_views_name_their_streams_in_the_url() {
    let desk = session(1);
    let urls: Vec<String> = desk.opens().into_iter().map(|open| open.1).collect();
    assert_eq!(
        urls,
        [
            "ws://127.0.0.1:1/public/stream?streams=btcusdt@depth@100ms/btcusdt@bookTicker",
            "ws://127.0.0.1:1/market/stream?streams=btcusdt@markPrice@1s/btcusdt@forceOrder/btcusdt@aggTrade",
        ]
    );
    let mut desk = live(1);
    let wrapped = format!(r#"{{"stream":"btcusdt@depth@100ms","data":{}}}"#, diff(100, 101, 102));
    desk.frame(0, &wrapped);
    assert_eq!(passed(&desk), ["diff 102"]);
    desk.say(Input::Opened(Link(2)));
    desk.frame(2, r#"{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1,"a":9,"s":"BTCUSDT","p":"100.1","q":"0.002","f":1,"l":2,"T":1,"m":false}}"#);
    assert_eq!(passed(&desk), ["trade 9"]);
}

#[test]
fn marks_liquidations_and_states_become_notes() {
    let mut desk = live(0);
    desk.say(Input::Opened(Link(2)));
    desk.frame(2, SUBSCRIBED);
    for (frame, want) in [
        (
            r#"{"e":"markPriceUpdate","E":1,"s":"BTCUSDT","p":"100.12","i":"100.1","r":"0.0001","T":5}"#,
            "Mark",
        ),
        (
            r#"{"e":"forceOrder","E":1,"o":{"s":"BTCUSDT","S":"SELL","q":"0.014","p":"99","ap":"99.17","X":"FILLED","T":1}}"#,
            "Liquidation(InstrumentNo(0), Sell, Ticks(991), Lots(14))",
        ),
        (
            r#"{"e":"contractInfo","E":1,"s":"BTCUSDT","cs":"SETTLING"}"#,
            "Status(InstrumentNo(0), Halted)",
        ),
    ] {
        desk.frame(2, frame);
        let said = format!("{:?}", desk.out.notes);
        assert!(said.contains(want), "{said}");
    }
    let call = desk.call(Method::Get, "/fapi/v1/openInterest");
    desk.got(&call, 200, r#"{"symbol":"BTCUSDT","openInterest":"10659.509","time":1}"#);
    assert!(format!("{:?}", desk.out.notes).contains("10659.509"));
}

#[test]
fn an_unanswered_snapshot_is_asked_for_again_later_and_later() {
    let mut desk = session(0);
    desk.say(Input::Opened(Link(0)));
    desk.frame(0, SUBSCRIBED);
    let mut waits = Vec::new();
    for _ in 0..4 {
        let call = desk.call(Method::Get, DEPTH);
        let asked_at = desk.at;
        desk.say(Input::Answer(call.no, Answer::Lost("timed out")));
        while !desk.paths().contains(&DEPTH) {
            desk.pass(Nanos::MILLI * 50);
        }
        waits.push((desk.at - asked_at).millis());
    }
    assert_eq!(waits, [0, 250, 500, 1000]);
}

proptest! {
    /// However frames are doubled, swapped or dropped, what is passed on is an unbroken chain.
    #[test]
    fn what_is_passed_on_is_always_an_unbroken_chain(
        order in proptest::collection::vec((0..40_u64, any::<bool>()), 1..120),
    ) {
        let mut desk = live(0);
        let mut last = Some(100);
        for (n, answers) in order {
            let frame = diff(100 + n, 101 + n, 101 + n);
            desk.frame(0, &frame);
            check(&desk, &mut last)?;
            if answers && desk.paths().contains(&DEPTH) {
                desk.answer(Method::Get, DEPTH, 200, &snapshot(101 + n));
                check(&desk, &mut last)?;
            }
            desk.pass(Nanos::MILLI * 100);
        }
    }
}

fn check(desk: &Desk<MarketSession>, last: &mut Option<u64>) -> Result<(), TestCaseError> {
    for event in desk.out.market_events() {
        match event.kind {
            MarketKind::Snapshot { last_id, .. } => *last = Some(last_id),
            MarketKind::Diff { first_id, last_id, prev_id, .. } => {
                let before = last.expect("a snapshot comes first");
                let joins = prev_id == Some(before) || (first_id <= before && before <= last_id);
                prop_assert!(joins, "{last_id} after {before}");
                *last = Some(last_id);
            }
            _ => {}
        }
    }
    if gaps(desk) != 0 {
        *last = None;
    }
    Ok(())
}
