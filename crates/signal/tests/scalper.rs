//! The scalper on a market of a few lines: what it sees, what it wishes.

use aurora_book::{FeatureValues, Flags, Touch};
use aurora_model::{
    ClientOrderId, Instrument, InstrumentNo, Lots, Nanos, Notional, OrderIntent, OrderNo, Payoff,
    Side, Ticks, TimeInForce,
};
use aurora_signal::{Facts, OpenOrder, Purpose, Scalper, ScalperParams, Strategy, Wish};
use expect_test::{Expect, expect};
use rust_decimal::Decimal;

fn rules() -> Instrument {
    Instrument {
        id: "BINANCEUSDM:PERP:BTC-USDT".parse().unwrap(),
        symbol: "BTCUSDT".into(),
        payoff: Payoff::Linear,
        tick: Decimal::new(1, 1),
        lot: Decimal::new(1, 3),
        multiplier: Decimal::ONE,
        min_notional: Notional::new(Decimal::from(100)),
        maker_fee: Decimal::new(2, 4),
        taker_fee: Decimal::new(5, 4),
    }
}

/// A desk that fills nothing by itself: the script says what became of orders.
struct Desk {
    rules: Instrument,
    scalper: Scalper,
    now: Nanos,
    touch: Touch,
    score: f64,
    flags: Flags,
    position: Lots,
    entry: Option<f64>,
    orders: Vec<OpenOrder>,
    placed: u64,
}

impl Desk {
    fn new(params: ScalperParams) -> Desk {
        let (bid, ask) = (Ticks(600_000), Ticks(600_001));
        Desk {
            rules: rules(),
            scalper: Scalper::new(params),
            now: Nanos::SECOND,
            touch: Touch { bid, bid_qty: Lots(5), ask, ask_qty: Lots(5) },
            score: 0.0,
            flags: Flags::default(),
            position: Lots(0),
            entry: None,
            orders: Vec::new(),
            placed: 0,
        }
    }

    /// `wait MS`, `score X`, `bid TICKS`, `fill` (the oldest order, whole), `gone` (all orders),
    /// `stale`; after each the strategy is asked once.
    fn step(&mut self, line: &str) -> String {
        let (word, value) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "wait" => self.now = self.now + Nanos::from_millis(value.parse().unwrap()),
            "score" => self.score = value.parse().unwrap(),
            "bid" => {
                self.touch.bid = Ticks(value.parse().unwrap());
                self.touch.ask = self.touch.bid + Ticks(1);
            }
            "fill" => self.fill(),
            "gone" => self.orders.clear(),
            "stale" => self.flags.stale = true,
            _ => panic!("{line}"),
        }
        let wishes = self.ask();
        let mut story = format!("{line}\n");
        for wish in &wishes {
            story += &format!("    {}\n", self.take(wish));
        }
        story
    }

    fn ask(&mut self) -> Vec<Wish> {
        let features = FeatureValues {
            obi: self.score,
            tfi: self.score,
            ofi_ratio: self.score,
            microprice_lean: self.score,
            ..FeatureValues::default()
        };
        let mut wishes = Vec::new();
        let facts = Facts {
            now: self.now,
            instrument: InstrumentNo(0),
            rules: &self.rules,
            touch: Some(self.touch),
            flags: self.flags,
            features: &features,
            position: self.position,
            entry: self.entry,
            open_orders: &self.orders,
            last_trade: None,
        };
        self.scalper.on_tick(&facts, &mut wishes);
        wishes
    }

    fn fill(&mut self) {
        let order = self.orders.remove(0).intent;
        self.position += Lots(order.qty.0 * order.side.sign());
        self.entry = (self.position != Lots(0)).then_some(order.limit.0 as f64);
    }

    /// Orders rest, cancels settle; told in words.
    fn take(&mut self, wish: &Wish) -> String {
        match *wish {
            Wish::Cancel { id } => {
                let order = self.orders.iter_mut().find(|order| order.id == id).unwrap();
                assert!(!order.is_settling, "a cancel is asked for once");
                order.is_settling = true;
                format!("cancel {} at {}", order.intent.side.word(), order.intent.limit.0)
            }
            Wish::Place { intent, purpose, score, probability, .. } => {
                self.placed += 1;
                self.orders.push(OpenOrder {
                    id: ClientOrderId::new(0, 1, OrderNo(self.placed)),
                    intent,
                    left: intent.qty,
                    placed_at: self.now,
                    is_settling: false,
                });
                let purpose = match purpose {
                    Purpose::Entry => "entry",
                    Purpose::Exit(reason) => reason.word(),
                };
                let OrderIntent { side, limit, qty, time_in_force, reduce_only, .. } = intent;
                assert_eq!(reduce_only, purpose != "entry");
                format!(
                    "{purpose}: {} {} at {} {} score {score:.2} p {probability:.2}",
                    side.word(),
                    qty.0,
                    limit.0,
                    time_in_force.word()
                )
            }
        }
    }
}

/// Fixed here, so that a change of defaults changes no story.
fn params() -> ScalperParams {
    ScalperParams {
        entry_score: 0.45,
        fade_score: 0.15,
        min_edge_bps: 2.5,
        take_edge_bps: 4.0,
        target_bps: 18.0,
        stop_bps: 10.0,
        trail_from_bps: 6.0,
        trail_bps: 4.0,
        max_hold: Nanos::from_millis(20_000),
        exit_patience: Nanos::from_millis(3_000),
        entry_rest: Nanos::from_millis(4_000),
        requote_ticks: 1,
        order_notional: Notional::new(Decimal::ONE_THOUSAND),
        ..ScalperParams::default()
    }
}

fn check(script: &[&str], expected: &Expect) {
    let mut desk = Desk::new(params());
    let story: String = script.iter().map(|line| desk.step(line)).collect();
    expected.assert_eq(&story);
}

#[test]
fn a_weak_signal_opens_nothing_and_a_strong_one_joins_the_bid() {
    check(
        &["score 0.4", "score -0.4", "score 0.6"],
        &expect![[r#"
            score 0.4
            score -0.4
            score 0.6
                entry: buy 16 at 600000 POST_ONLY score 0.60 p 0.77
        "#]],
    );
}

#[test]
fn a_sure_signal_takes() {
    check(
        &["score -0.95"],
        &expect![[r#"
        score -0.95
            entry: sell 16 at 600000 IOC score 0.95 p 0.87
    "#]],
    );
}

#[test]
fn a_resting_entry_is_withdrawn_when_its_reason_fades() {
    check(
        &["score 0.6", "score 0.2", "score 0.1", "wait 10", "gone"],
        &expect![[r#"
            score 0.6
                entry: buy 16 at 600000 POST_ONLY score 0.60 p 0.77
            score 0.2
            score 0.1
                cancel buy at 600000
            wait 10
            gone
        "#]],
    );
}

#[test]
fn a_resting_entry_is_withdrawn_when_the_price_runs_or_it_waited_enough() {
    check(
        &["score 0.6", "bid 600001", "bid 600002", "gone", "wait 250", "wait 4000"],
        &expect![[r#"
            score 0.6
                entry: buy 16 at 600000 POST_ONLY score 0.60 p 0.77
            bid 600001
            bid 600002
                cancel buy at 600000
            gone
            wait 250
                entry: buy 16 at 600002 POST_ONLY score 0.60 p 0.77
            wait 4000
                cancel buy at 600002
        "#]],
    );
}

#[test]
fn nothing_is_opened_on_a_stale_book_and_what_rests_is_withdrawn() {
    check(
        &["score 0.6", "stale", "gone", "wait 1000"],
        &expect![[r#"
        score 0.6
            entry: buy 16 at 600000 POST_ONLY score 0.60 p 0.77
        stale
            cancel buy at 600000
        gone
        wait 1000
    "#]],
    );
}

#[test]
fn a_filled_entry_rests_its_target_and_a_loss_stops_it() {
    check(
        &["score 0.6", "fill", "bid 599500", "bid 599400", "gone", "fill", "wait 999", "wait 1"],
        &expect![[r#"
            score 0.6
                entry: buy 16 at 600000 POST_ONLY score 0.60 p 0.77
            fill
                target: sell 16 at 601080 POST_ONLY score -0.60 p 0.23
            bid 599500
            bid 599400
                cancel sell at 601080
            gone
                stop: sell 16 at 599100 IOC score -0.60 p 0.23
            fill
            wait 999
            wait 1
                entry: buy 16 at 599400 POST_ONLY score 0.60 p 0.77
        "#]],
    );
}

#[test]
fn what_was_gained_is_not_given_back() {
    check(
        &["score -0.6", "fill", "bid 599600", "bid 599870", "gone", "wait 250", "fill"],
        &expect![[r#"
            score -0.6
                entry: sell 16 at 600001 POST_ONLY score 0.60 p 0.77
            fill
                target: buy 16 at 598920 POST_ONLY score -0.60 p 0.23
            bid 599600
            bid 599870
                cancel buy at 598920
            gone
                trailing: buy 16 at 600171 IOC score -0.60 p 0.23
            wait 250
            fill
        "#]],
    );
}

#[test]
fn a_held_position_leaves_patiently_then_at_once() {
    check(
        &[
            "score 0.6",
            "fill",
            "wait 20000",
            "gone",
            "wait 250",
            "bid 600005",
            "gone",
            "wait 3000",
            "gone",
            "wait 250",
        ],
        &expect![[r#"
            score 0.6
                entry: buy 16 at 600000 POST_ONLY score 0.60 p 0.77
            fill
                target: sell 16 at 601080 POST_ONLY score -0.60 p 0.23
            wait 20000
                cancel sell at 601080
            gone
                time: sell 16 at 600001 POST_ONLY score -0.60 p 0.23
            wait 250
            bid 600005
                cancel sell at 600001
            gone
                time: sell 16 at 600006 POST_ONLY score -0.60 p 0.23
            wait 3000
                cancel sell at 600006
            gone
                time: sell 16 at 599704 IOC score -0.60 p 0.23
            wait 250
        "#]],
    );
}

#[test]
fn an_order_below_the_smallest_is_not_wished_for() {
    let order_notional = Notional::new(Decimal::from(99));
    let mut desk = Desk::new(ScalperParams { order_notional, ..params() });
    desk.score = 0.6;
    assert_eq!(desk.ask(), []);
}

#[test]
fn the_order_is_worth_at_most_what_was_asked() {
    let mut desk = Desk::new(params());
    desk.score = 0.6;
    let [Wish::Place { intent, .. }] = desk.ask()[..] else { panic!("one entry") };
    assert_eq!((intent.qty, intent.side), (Lots(16), Side::Buy));
    assert_eq!(intent.time_in_force, TimeInForce::PostOnly);
}
