//! A market on its stage, and what is said of it.

use aurora_bybit::market::{MarketConfig, MarketSession};
use aurora_wire::{Input, Link};
use expect_test::Expect;

use crate::common::{Talk, btc, endpoints};

pub(crate) fn session(view: u8) -> Talk<MarketSession> {
    let config = MarketConfig { endpoints: endpoints(), rules: btc(), view };
    Talk::new(MarketSession::new(config))
}

/// Open, subscribed, and everything said so far forgotten.
pub(crate) fn open() -> Talk<MarketSession> {
    let mut talk = session(1);
    talk.say(Input::Opened(Link(0)));
    talk.frame(0, SUBSCRIBED);
    talk.out.clear();
    talk
}

pub(crate) const SUBSCRIBED: &str =
    r#"{"success":true,"ret_msg":"","conn_id":"c","req_id":"1","op":"subscribe"}"#;

pub(crate) fn snapshot(u: u64) -> String {
    format!(
        r#"{{"topic":"orderbook.200.BTCUSDT","type":"snapshot","ts":1700000000000,"data":{{"s":"BTCUSDT","b":[["60000.0","1.5"],["59999.9","2"]],"a":[["60000.1","0.7"]],"u":{u},"seq":{}}},"cts":1699999999999}}"#,
        u * 10
    )
}

pub(crate) fn delta(u: u64) -> String {
    format!(
        r#"{{"topic":"orderbook.200.BTCUSDT","type":"delta","ts":1700000000000,"data":{{"s":"BTCUSDT","b":[["60000.0","0"]],"a":[["60000.2","3"]],"u":{u},"seq":{}}},"cts":1699999999999}}"#,
        u * 10
    )
}

pub(crate) fn check(talk: &mut Talk<MarketSession>, expected: &Expect) {
    expected.assert_eq(&talk.told());
}

/// These frames come, one after the other.
pub(crate) fn hear(talk: &mut Talk<MarketSession>, frames: &[String]) {
    frames.iter().for_each(|frame| talk.frame(0, frame));
}
