//! An account on its stage: what it is asked, and what the venue says.

use aurora_model::InstrumentNo;
use aurora_okx::Okx;
use aurora_okx::account::{AccountConfig, AccountSession};
use aurora_wire::{Ask, AskNo, Call, Input, Link, Stp};
use expect_test::Expect;

use crate::common::{Desk, buy, id};

pub(crate) const SWAP: InstrumentNo = InstrumentNo(0);

pub(crate) fn session(use_trade_socket: bool) -> Desk<AccountSession> {
    let endpoints = Okx::at("http://127.0.0.1:1", "ws://127.0.0.1:2");
    let rules = crate::common::rules();
    let stp = Stp::CancelMaker;
    Desk::new(AccountSession::new(AccountConfig {
        endpoints,
        rules,
        account: 7,
        stp,
        use_trade_socket,
    }))
}

pub(crate) const NOTHING: &str = r#"{"code":"0","msg":"","data":[]}"#;

pub(crate) const LOGIN: &str = r#"{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}"#;

pub(crate) fn confirm(desk: &mut Desk<AccountSession>, link: u8) {
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
pub(crate) fn verify(desk: &mut Desk<AccountSession>) {
    let config = desk.call("/account/config");
    desk.answer(&config, r#"{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"net_mode","perm":"read_only,trade"}]}"#);
    for path in ["/orders-pending", "/trade/fills", "/account/positions"] {
        let call = desk.call(path);
        desk.answer(&call, NOTHING);
    }
}

/// A session that is logged in and verified.
pub(crate) fn ready(use_trade_socket: bool) -> Desk<AccountSession> {
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
    // It asks for its fees now; nobody answers.
    desk.tell(Input::Wake);
    desk
}

pub(crate) fn done(no: u64, code: u32) -> String {
    let words = if code == 0 { "" } else { "because" };
    format!(
        r#"{{"clOrdId":"{}","ordId":"{}","sCode":"{code}","sMsg":"{words}","tag":"","ts":"1795000000100"}}"#,
        id(no),
        9000 + no
    )
}

pub(crate) fn answer(code: u32, items: &[String]) -> String {
    format!(r#"{{"code":"{code}","msg":"","data":[{}]}}"#, items.join(","))
}

/// One order as the venue tells it.
pub(crate) struct Told {
    pub(crate) no: u64,
    pub(crate) state: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) filled: &'static str,
    /// Trade id, quantity, fee.
    pub(crate) fill: (&'static str, &'static str, &'static str),
    pub(crate) source: &'static str,
    pub(crate) px: &'static str,
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
    pub(crate) fn item(&self) -> String {
        let Told { no, state, kind, filled, fill: (trade, qty, fee), source, px } = self;
        let fill_px = if trade.is_empty() { "" } else { "60000" };
        format!(
            r#"{{"instType":"SWAP","instId":"BTC-USDT-SWAP","ordId":"{}","clOrdId":"{}","side":"buy","posSide":"net","ordType":"{kind}","px":"{px}","sz":"0.05","accFillSz":"{filled}","state":"{state}","tradeId":"{trade}","fillPx":"{fill_px}","fillSz":"{qty}","fillFee":"{fee}","fillFeeCcy":"USDT","fillTime":"1795000000200","execType":"M","cancelSource":"{source}","category":"normal","reduceOnly":"false","uTime":"1795000000200"}}"#,
            9000 + no,
            id(*no)
        )
    }

    pub(crate) fn push(&self) -> String {
        format!(
            r#"{{"arg":{{"channel":"orders","instType":"ANY","uid":"1"}},"data":[{}]}}"#,
            self.item()
        )
    }
}

pub(crate) fn fill_row(no: u64, trade: &str, qty: &str) -> String {
    format!(
        r#"{{"instType":"SWAP","instId":"BTC-USDT-SWAP","tradeId":"{trade}","ordId":"{}","clOrdId":"{}","billId":"7{trade}","fillPx":"60000","fillSz":"{qty}","side":"buy","posSide":"net","execType":"M","feeCcy":"USDT","fee":"-0.06","ts":"1795000000201","fillTime":"1795000000200"}}"#,
        9000 + no,
        id(no)
    )
}

pub(crate) fn check(desk: &Desk<AccountSession>, expected: &Expect) {
    expected.assert_eq(&desk.said());
}

/// Asks for a plain order, and gives the call it became.
pub(crate) fn place(desk: &mut Desk<AccountSession>, no: u64) -> Call {
    desk.tell(Input::Ask(AskNo(no), &Ask::Place(buy(no, 600_000, 5))));
    desk.call("/trade/order")
}
