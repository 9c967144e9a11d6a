//! An account on its stage: what it is asked, and what the venue says.

use aurora_bybit::account::{AccountConfig, AccountSession};
use aurora_model::InstrumentNo;
use aurora_wire::{Answer, Ask, AskNo, Input, Link, Stp};
use expect_test::Expect;

use crate::common::{Talk, btc, endpoints, id, placement};

pub(crate) const OK: &str =
    r#"{"retCode":0,"retMsg":"OK","result":{"list":[]},"retExtInfo":{},"time":1}"#;

pub(crate) const LOGGED_IN: &str = r#"{"success":true,"ret_msg":"","op":"auth","conn_id":"c"}"#;

pub(crate) const BTC: InstrumentNo = InstrumentNo(0);

pub(crate) fn session(use_trade_socket: bool) -> Talk<AccountSession> {
    Talk::new(AccountSession::new(AccountConfig {
        endpoints: endpoints(),
        rules: btc(),
        account: 0,
        stp: Stp::Default,
        use_trade_socket,
    }))
}

/// Logs in, subscribes and lets the comparison find nothing.
pub(crate) fn log_in(talk: &mut Talk<AccountSession>) {
    talk.say(Input::Opened(Link(0)));
    talk.frame(0, LOGGED_IN);
    let sent: Vec<String> = talk
        .out
        .actions
        .iter()
        .filter_map(|action| match action {
            aurora_wire::Action::Send(_, frame) => Some(frame.clone()),
            _ => None,
        })
        .collect();
    let main = sent.iter().find(|frame| frame.contains(r#""wallet""#)).unwrap();
    let main: serde_json::Value = serde_json::from_str(main).unwrap();
    let req = main["req_id"].as_str().unwrap();
    talk.frame(
        0,
        &format!(
            r#"{{"success":true,"ret_msg":"","conn_id":"c","req_id":"{req}","op":"subscribe"}}"#
        ),
    );
    for path in ["/v5/position/list", "/v5/execution/list", "/v5/order/realtime"] {
        let call = talk.call(path);
        talk.answer(call.no, OK);
    }
}

pub(crate) fn ready() -> Talk<AccountSession> {
    let mut talk = session(false);
    log_in(&mut talk);
    // It asks for its fees now; nobody answers.
    talk.wake();
    talk.out.clear();
    talk
}

pub(crate) fn check(talk: &mut Talk<AccountSession>, expected: &Expect) {
    expected.assert_eq(&talk.told());
}

pub(crate) fn ask(talk: &mut Talk<AccountSession>, ask: &Ask) {
    talk.say(Input::Ask(AskNo(1), ask));
}

pub(crate) fn place(talk: &mut Talk<AccountSession>, no: u64) -> aurora_wire::CallNo {
    ask(talk, &Ask::Place(placement(no)));
    talk.call("/v5/order/create").no
}

pub(crate) fn row(no: u64, status: &str, filled: &str, reason: &str, link: Option<&str>) -> String {
    let link = link.map_or(id(no).to_string(), str::to_owned);
    format!(
        r#"{{"category":"linear","symbol":"BTCUSDT","orderId":"v-{no}","orderLinkId":"{link}","side":"Buy","orderType":"Limit","price":"60000","qty":"0.010","cumExecQty":"{filled}","leavesQty":"","timeInForce":"PostOnly","orderStatus":"{status}","cancelType":"UNKNOWN","rejectReason":"{reason}","reduceOnly":false,"positionIdx":0,"createdTime":"1700000000000","updatedTime":"1700000000001"}}"#
    )
}

pub(crate) fn order(no: u64, status: &str, filled: &str, reason: &str) -> String {
    format!(
        r#"{{"id":"x","topic":"order","creationTime":1700000000002,"data":[{}]}}"#,
        row(no, status, filled, reason, None)
    )
}

pub(crate) fn fill_row(no: u64, exec: &str, qty: &str) -> String {
    format!(
        r#"{{"category":"linear","symbol":"BTCUSDT","execFee":"0.12","execId":"{exec}","execPrice":"60000","execQty":"{qty}","execType":"Trade","feeCurrency":"","isMaker":true,"orderId":"v-{no}","orderLinkId":"{}","side":"Buy","execTime":"1700000000001"}}"#,
        id(no)
    )
}

pub(crate) fn fill(no: u64, exec: &str, qty: &str) -> String {
    let row = fill_row(no, exec, qty);
    format!(r#"{{"id":"y","topic":"execution","creationTime":1700000000002,"data":[{row}]}}"#)
}

pub(crate) fn answer_list(rows: &[String]) -> String {
    format!(
        r#"{{"retCode":0,"retMsg":"OK","result":{{"category":"linear","nextPageCursor":"","list":[{}]}},"retExtInfo":{{}},"time":1}}"#,
        rows.join(",")
    )
}

pub(crate) fn code(code: i64) -> String {
    format!(r#"{{"retCode":{code},"retMsg":"words","result":{{}},"retExtInfo":{{}},"time":1}}"#)
}

pub(crate) fn got(status: u16, body: &str) -> Answer<'static> {
    let (headers, body) = (aurora_wire::Headers(&[]), body.to_owned().leak().as_bytes());
    Answer::Got { status, headers, body }
}

/// The private connection is open again, logged in and subscribed; nothing is compared yet.
pub(crate) fn reopen(talk: &mut Talk<AccountSession>) {
    talk.say(Input::Opened(Link(0)));
    talk.frame(0, LOGGED_IN);
    talk.frame(0, r#"{"success":true,"ret_msg":"","conn_id":"c","req_id":"","op":"subscribe"}"#);
}
