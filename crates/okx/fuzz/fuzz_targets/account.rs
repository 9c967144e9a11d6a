//! An account session fed anything: it never panics, and no client id leaves in two placing requests.
#![no_main]

use aurora_model::{
    ClientOrderId, InstrumentNo, Lots, Nanos, OrderIntent, OrderNo, Side, Ticks, TimeInForce,
};
use aurora_okx::account::{AccountConfig, AccountSession};
use aurora_wire::{
    Action, Answer, Ask, AskNo, Headers, Input, Link, Output, Placement, Session, Stp,
};
use libfuzzer_sys::fuzz_target;

#[path = "shared.rs"]
mod shared;

fn placement(no: u64) -> Placement {
    let intent = OrderIntent {
        instrument: InstrumentNo(0),
        side: Side::Buy,
        limit: Ticks(600_000),
        qty: Lots(5),
        time_in_force: TimeInForce::Gtc,
        reduce_only: false,
    };
    Placement::limit(ClientOrderId::new(7, 1, OrderNo(no)), intent)
}

fuzz_target!(|data: &[u8]| {
    let config = AccountConfig {
        endpoints: shared::endpoints(),
        rules: shared::instruments(),
        account: 7,
        stp: Stp::Default,
        use_trade_socket: data.first().is_some_and(|byte| byte & 0x40 != 0),
    };
    let mut session = AccountSession::new(config);
    let (mut out, mut at) = (Output::default(), Nanos(1_795_000_000_000_000_000));
    let (mut calls, mut asked, mut placed) = (Vec::new(), 0_u64, Vec::new());
    session.on(at, Input::Start, &mut out);
    session.on(at, Input::Opened(Link(0)), &mut out);
    for (kind, bytes) in shared::events(data) {
        at = at + Nanos::from_millis(i64::from(kind) * 7);
        out.clear();
        let link = Link(kind >> 4 & 3);
        match kind & 7 {
            0 | 4 => session.on(at, Input::Frame(link, bytes), &mut out),
            1 => match calls.pop() {
                Some(no) => {
                    let answer = Answer::Got { status: 200, headers: Headers::default(), body: bytes };
                    session.on(at, Input::Answer(no, answer), &mut out);
                }
                None => session.on(at, Input::Wake, &mut out),
            },
            2 => session.on(at, Input::Closed(link, "gone"), &mut out),
            3 => {
                asked += 1;
                let first = placement(asked);
                let ask = match bytes.first().copied().unwrap_or_default() % 5 {
                    0 => Ask::Place(first),
                    1 => Ask::Cancel(first.id, InstrumentNo(0)),
                    2 => Ask::Query(placement(1).id, InstrumentNo(0)),
                    3 => Ask::CancelAll(None),
                    _ => Ask::Sweep { since: Nanos(0) },
                };
                session.on(at, Input::Ask(AskNo(asked), &ask), &mut out);
            }
            5 => session.on(at, Input::Opened(link), &mut out),
            _ => {
                at = at.max(Nanos(session.wake_at().0.min(at.0 + 100_000_000_000)));
                session.on(at, Input::Wake, &mut out);
                assert!(at < session.wake_at(), "a wake that leaves its timer standing");
            }
        }
        for action in &out.actions {
            let sent = match action {
                Action::Call(call) => {
                    calls.push(call.no);
                    (call.path == "/api/v5/trade/order").then_some(&call.body).filter(|body| !body.is_empty())
                }
                Action::Send(_, frame) => frame.contains(r#""op":"order""#).then_some(frame),
                _ => None,
            };
            if let Some(text) = sent {
                let id = text.split("\"clOrdId\":\"").nth(1).map(|rest| rest[..18].to_owned());
                assert!(!placed.contains(&id), "sent twice: {id:?}");
                placed.push(id);
            }
        }
    }
});
