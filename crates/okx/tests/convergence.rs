//! Private frames out of order and told twice: no fill counts twice, and every order ends where it ended.

mod common;

use aurora_exec::{Change, Deadlines, Orders, Purpose};
use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Nanos, OrderIntent, OrderState, ReportKind, TimeInForce,
};
use aurora_okx::Okx;
use aurora_okx::account::{AccountConfig, AccountSession};
use aurora_wire::{Action, Answer, Headers, Input, Link, Stp};
use common::{Desk, id, intent};
use proptest::prelude::*;

/// How one order goes at the venue: fills in lots, and whether what is left is cancelled.
#[derive(Clone, Debug)]
struct Life {
    fills: Vec<i64>,
    cancels: bool,
}

impl Life {
    fn filled(&self) -> i64 {
        self.fills.iter().sum()
    }

    fn is_whole(&self) -> bool {
        self.filled() == QTY
    }

    fn end(&self) -> OrderState {
        match (self.is_whole(), self.cancels) {
            (true, _) => OrderState::Fill,
            (false, true) => OrderState::Cancel,
            (false, false) if self.fills.is_empty() => OrderState::Ack,
            (false, false) => OrderState::Partial,
        }
    }

    /// The frames in the order in which the venue sends them.
    fn frames(&self, no: u64) -> Vec<String> {
        let mut frames = vec![frame(no, "live", 0, None)];
        let mut filled = 0;
        for (n, qty) in self.fills.iter().enumerate() {
            filled += qty;
            let state = if filled == QTY { "filled" } else { "partially_filled" };
            frames.push(frame(no, state, filled, Some((trade(no, n), *qty))));
        }
        if self.cancels && !self.is_whole() {
            let last = self.fills.last().map(|qty| (trade(no, self.fills.len() - 1), *qty));
            frames.push(frame(no, "canceled", filled, last));
        }
        frames
    }
}

const QTY: i64 = 10;

fn trade(no: u64, n: usize) -> u64 {
    no * 100 + u64::try_from(n).unwrap()
}

fn contracts(lots: i64) -> String {
    format!("{}.{:02}", lots / 100, lots % 100)
}

fn frame(no: u64, state: &str, filled: i64, fill: Option<(u64, i64)>) -> String {
    let (trade, px, qty, fee) = match fill {
        Some((trade, qty)) => (trade.to_string(), "60000", contracts(qty), "-0.01"),
        None => (String::new(), "", String::new(), ""),
    };
    format!(
        r#"{{"arg":{{"channel":"orders","instType":"ANY"}},"data":[{{"instId":"BTC-USDT-SWAP","ordId":"{}","clOrdId":"{}","side":"buy","ordType":"limit","px":"60000","sz":"{}","accFillSz":"{}","state":"{state}","tradeId":"{trade}","fillPx":"{px}","fillSz":"{qty}","fillFee":"{fee}","fillFeeCcy":"USDT","fillTime":"1795000000200","execType":"M","cancelSource":"1","uTime":"1795000000200"}}]}}"#,
        9000 + no,
        id(no),
        contracts(QTY),
        contracts(filled),
    )
}

fn row(no: u64, trade: u64, qty: i64) -> String {
    format!(
        r#"{{"instId":"BTC-USDT-SWAP","tradeId":"{trade}","ordId":"{}","clOrdId":"{}","billId":"{trade}","fillPx":"60000","fillSz":"{}","side":"buy","execType":"M","feeCcy":"USDT","fee":"-0.01","ts":"1795000000200"}}"#,
        9000 + no,
        id(no),
        contracts(qty),
    )
}

/// The venue's answer to a question about an order's fills.
fn fills_of(lives: &[Life], query: &str) -> String {
    let asked = (1..).zip(lives).find(|(no, _)| query.contains(&format!("ordId={}", 9000 + no)));
    let rows: Vec<_> = asked
        .map(|(no, life)| {
            let rows = life.fills.iter().enumerate();
            rows.map(|(n, qty)| row(no, trade(no, n), *qty)).collect()
        })
        .unwrap_or_default();
    format!(r#"{{"code":"0","msg":"","data":[{}]}}"#, rows.join(","))
}

/// A desk's order manager and the fills it booked.
struct Books {
    orders: Orders,
    booked: Vec<Fill>,
}

impl Books {
    fn new(count: u64) -> Books {
        let mut orders = Orders::new(7, 1, Deadlines::default());
        for no in 1..=count {
            let intent: OrderIntent = intent(600_000, QTY, TimeInForce::Gtc);
            let made: ClientOrderId = orders.prepare(Nanos(0), intent, Purpose::Entry);
            assert_eq!(made, id(no));
            orders.sent(made, Nanos(0)).unwrap();
        }
        Books { orders, booked: Vec::new() }
    }

    fn take(&mut self, desk: &Desk<AccountSession>) {
        for report in &desk.out.reports {
            if matches!(report.kind, ReportKind::Order { .. } | ReportKind::Account { .. }) {
                continue;
            }
            if let Change::Fill(fill) = self.orders.on_report(desk.now, report).unwrap() {
                self.orders.booked(&fill, desk.now).unwrap();
                self.booked.push(fill);
            }
        }
    }
}

fn life() -> impl Strategy<Value = Life> {
    (proptest::collection::vec(1..5_i64, 0..4), any::<bool>()).prop_map(|(mut fills, cancels)| {
        while QTY < fills.iter().sum::<i64>() {
            fills.pop();
        }
        Life { fills, cancels }
    })
}

proptest! {
    #[test]
    fn repeats_and_disorder_change_nothing(
        lives in proptest::collection::vec(life(), 1..5),
        order in proptest::collection::vec(any::<u16>(), 60),
        repeats in proptest::collection::vec(0..3_usize, 60),
    ) {
        let endpoints = Okx::at("http://127.0.0.1:1", "ws://127.0.0.1:2");
        let rules = common::rules();
        let config = AccountConfig { endpoints, rules, account: 7, stp: Stp::Default, use_trade_socket: false };
        let mut desk = Desk::new(AccountSession::new(config));
        desk.tell(Input::Start).tell(Input::Opened(Link(0)));
        let mut frames: Vec<String> = (1..).zip(&lives).flat_map(|(no, life)| life.frames(no)).collect();
        for n in (1..frames.len()).rev() {
            frames.swap(n, usize::from(order[n % order.len()]) % (n + 1));
        }
        let repeated: Vec<String> = frames.iter().enumerate()
            .flat_map(|(n, frame)| std::iter::repeat_n(frame.clone(), 1 + repeats[n % repeats.len()]))
            .collect();
        let count = u64::try_from(lives.len()).unwrap();
        let mut books = Books::new(count);
        for frame in repeated.iter().chain(&frames) {
            desk.frame(0, frame);
            loop {
                books.take(&desk);
                let asked: Vec<_> = desk.out.actions.iter().filter_map(|action| match action {
                    Action::Call(call) if call.path.ends_with("/trade/fills") => Some(call.clone()),
                    _ => None,
                }).collect();
                let Some(call) = asked.first() else { break };
                let body = fills_of(&lives, &call.query);
                let answer = Answer::Got { status: 200, headers: Headers::default(), body: body.as_bytes() };
                desk.tell(Input::Answer(call.no, answer));
            }
        }
        let mut ids: Vec<_> = books.booked.iter().map(|fill| fill.trade_id).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), books.booked.len(), "a fill counted twice");
        for (no, life) in (1..).zip(&lives) {
            let order = books.orders.get(id(no)).unwrap();
            prop_assert_eq!(order.filled.0, life.filled());
            prop_assert_eq!(order.state, life.end());
            prop_assert_eq!(order.intent.instrument, InstrumentNo(0));
        }
    }
}
