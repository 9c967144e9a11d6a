//! A market on its stage, and what is said of it.

use aurora_model::MarketKind;
use aurora_okx::Okx;
use aurora_okx::market::{MarketConfig, MarketSession};
use aurora_wire::{Input, Link};
use expect_test::Expect;

use crate::common::Desk;

pub(crate) fn session(view: u8) -> Desk<MarketSession> {
    let endpoints = Okx::at("http://127.0.0.1:1", "ws://127.0.0.1:2");
    let rules = crate::common::rules().into_iter().take(1).collect();
    let mut desk = Desk::new(MarketSession::new(MarketConfig { endpoints, rules, view }));
    desk.tell(Input::Start);
    desk
}

/// A session whose connection is open.
pub(crate) fn open() -> Desk<MarketSession> {
    let mut desk = session(0);
    desk.tell(Input::Opened(Link(0)));
    desk
}

/// A session with a whole book, at sequence number ten.
pub(crate) fn whole() -> Desk<MarketSession> {
    let mut desk = open();
    desk.frame(0, &snapshot(10));
    desk
}

pub(crate) fn snapshot(seq: i64) -> String {
    book("snapshot", -1, seq)
}

pub(crate) fn change(prev: i64, seq: i64) -> String {
    book("update", prev, seq)
}

fn book(action: &str, prev: i64, seq: i64) -> String {
    format!(
        r#"{{"arg":{{"channel":"books","instId":"BTC-USDT-SWAP"}},"action":"{action}","data":[{{"asks":[["60001","1","0","1"]],"bids":[["60000","2","0","1"]],"ts":"1795000000000","checksum":0,"prevSeqId":{prev},"seqId":{seq}}}]}}"#
    )
}

pub(crate) fn rest_book(seq: i64) -> String {
    format!(
        r#"{{"code":"0","msg":"","data":[{{"asks":[["60001","1","0","1"]],"bids":[["60000","2","0","1"]],"ts":"1795000000000","seqId":{seq}}}]}}"#
    )
}

pub(crate) fn trade(id: u64) -> String {
    format!(
        r#"{{"arg":{{"channel":"trades","instId":"BTC-USDT-SWAP"}},"data":[{{"instId":"BTC-USDT-SWAP","tradeId":"{id}","px":"60000.5","sz":"0.07","side":"sell","ts":"1795000000000","count":"1"}}]}}"#
    )
}

/// Market events and everything else, one line each.
pub(crate) fn story(desk: &Desk<MarketSession>) -> String {
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

pub(crate) fn check(desk: &Desk<MarketSession>, expected: &Expect) {
    expected.assert_eq(&story(desk));
}
