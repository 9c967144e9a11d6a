//! Cut off or damaged, nothing panics, and nothing half-read is passed on.

mod common;

use aurora_okx::account::{AccountConfig, AccountSession};
use aurora_okx::decode::rest::{self, Done, FillRow, InstrumentRow, Position, Wallet};
use aurora_okx::decode::{self, Steps};
use aurora_okx::frame::{self, Frame};
use aurora_okx::market::{MarketConfig, MarketSession};
use aurora_okx::{Okx, rules};
use aurora_wire::{Answer, Ask, AskNo, Headers, Input, Link, Output, Protocol, Session, Stp};
use common::Desk;

/// Every reader there is, on the same bytes.
fn read(bytes: &[u8], steps: &Steps) {
    if let Ok(Frame::Push(push)) = frame::read(bytes) {
        let mut levels = Vec::new();
        let _ = push.one(|scanner| decode::book(scanner, steps, &mut levels));
        let _ = push.one(|scanner| decode::raw_levels(scanner, |_| {}));
        let _ = push.each(|scanner| decode::trade(scanner, steps).map(drop));
        let _ = push.each(|scanner| decode::order(scanner).map(drop));
    }
    let _ = rest::read::<Done>(bytes);
    let _ = rest::read::<FillRow>(bytes);
    let _ = rest::read::<Position>(bytes);
    let _ = rest::read::<Wallet>(bytes);
    for row in rest::read::<InstrumentRow>(bytes).unwrap_or_default() {
        let id = "OKX:PERP:BTC-USDT".parse().unwrap();
        let _ = rules::rules(aurora_model::InstrumentNo(0), &id, &row);
    }
    for order in
        rest::good_data(bytes).and_then(|data| Ok(decode::orders(data)?)).unwrap_or_default()
    {
        let _ = order.newest_fill(steps);
        let _ = (order.px.ticks(&steps.tick), order.sz.lots(&steps.lot), order.fee.decimal());
    }
    let _ = Okx.pushback(429, Headers::default(), bytes);
}

fn market() -> Desk<MarketSession> {
    let endpoints = Okx::at("http://127.0.0.1:1", "ws://127.0.0.1:2");
    let rules = common::rules();
    let mut desk = Desk::new(MarketSession::new(MarketConfig { endpoints, rules, view: 0 }));
    desk.tell(Input::Start).tell(Input::Opened(Link(0)));
    desk
}

fn account() -> Desk<AccountSession> {
    let endpoints = Okx::at("http://127.0.0.1:1", "ws://127.0.0.1:2");
    let config = AccountConfig {
        endpoints,
        rules: common::rules(),
        account: 7,
        stp: Stp::Default,
        use_trade_socket: true,
    };
    let mut desk = Desk::new(AccountSession::new(config));
    desk.tell(Input::Start).tell(Input::Opened(Link(0)));
    desk.frame(0, r#"{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}"#);
    desk
}

/// The bytes as a frame, and as the answer to whatever is asked.
fn converse<S: Session>(desk: &mut Desk<S>, bytes: &[u8]) {
    desk.tell(Input::Frame(Link(0), bytes));
    desk.tell(Input::Ask(AskNo(1), &Ask::Place(common::buy(1, 600_000, 5))));
    desk.more(Input::Ask(AskNo(2), &Ask::Query(common::id(1), aurora_model::InstrumentNo(0))));
    desk.more(Input::Ask(AskNo(3), &Ask::CancelAll(None)));
    let calls = desk.calls("");
    for call in calls {
        let answer = Answer::Got { status: 200, headers: Headers::default(), body: bytes };
        desk.tell(Input::Answer(call.no, answer));
    }
}

#[test]
fn no_sample_cut_off_anywhere_panics() {
    let steps = Steps::of(&common::rules()[0]).unwrap();
    for (name, text) in common::all() {
        let bytes = text.as_bytes();
        // The recordings are long: every byte of their first message is enough.
        for end in 0..bytes.len().min(6_000) {
            read(&bytes[..end], &steps);
        }
        if !name.starts_with("replay_") {
            let (mut market, mut account) = (market(), account());
            for end in (0..bytes.len()).step_by(29) {
                converse(&mut market, &bytes[..end]);
                converse(&mut account, &bytes[..end]);
            }
        }
    }
}

#[test]
fn no_flipped_byte_panics() {
    let steps = Steps::of(&common::rules()[0]).unwrap();
    for (name, text) in common::all() {
        let mut bytes = text.into_bytes();
        for at in 0..bytes.len().min(4_000) {
            for flip in [0x01, 0x10, 0x80, 0xff] {
                bytes[at] ^= flip;
                read(&bytes, &steps);
                bytes[at] ^= flip;
            }
        }
        if !name.starts_with("replay_") {
            let (mut market, mut account) = (market(), account());
            for at in (0..bytes.len()).step_by(23) {
                bytes[at] ^= 0x14;
                converse(&mut market, &bytes);
                converse(&mut account, &bytes);
                bytes[at] ^= 0x14;
            }
        }
    }
}

#[test]
fn a_book_frame_that_is_cut_off_passes_nothing_on() {
    let snapshot = r#"{"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"snapshot","data":[{"asks":[["60000.1","1","0","1"]],"bids":[["60000","2","0","1"]],"ts":"1795000000000","checksum":0,"prevSeqId":-1,"seqId":5}]}"#;
    for end in 0..snapshot.len() {
        let mut desk = market();
        desk.tell(Input::Frame(Link(0), &snapshot.as_bytes()[..end]));
        assert_eq!(desk.out.market_events().count(), 0, "{end}");
    }
    let mut desk = market();
    desk.frame(0, snapshot);
    assert_eq!(desk.out.market_events().count(), 1);
    let _: &Output = &desk.out;
}
