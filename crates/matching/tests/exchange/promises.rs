//! Whatever accounts and the market do, in any order: money and contracts are conserved, nothing fills more than it
//! asked, reduce-only never flips, and a restart brings everything back.

use std::collections::BTreeMap;

use aurora_matching::exchange::*;
use aurora_model::{InstrumentNo, Lots, Nanos, Notional, Ticks};
use proptest::prelude::*;

use crate::scenario::{Stage, asset, listings};

fn lines() -> impl Strategy<Value = String> {
    let account = 1..4_u32;
    let side = prop::sample::select(vec!["buy", "sell"]);
    let price = 90..111_i64;
    let qty = prop_oneof![4 => 1..60_i64, 1 => 60..900_i64];
    let words = prop::sample::select(vec![
        "",
        "ioc",
        "fok",
        "post",
        "reduce",
        "reduce ioc",
        "gtd=5",
        "stp=maker",
        "stp=taker",
        "stp=both",
        "rises=103",
        "falls=97",
        "falls=96 reduce",
        "spot",
        "spot ioc",
    ]);
    let id = prop::sample::select(vec!["a", "b", "c", "d", "e"]);
    let order = (account.clone(), side.clone(), qty.clone(), price.clone(), words, id.clone())
        .prop_map(|(account, side, qty, price, words, id)| {
            format!("{account} {side} {qty} @ {price} {words} id={id}")
        });
    let market = (
        account.clone(),
        side.clone(),
        qty.clone(),
        prop::sample::select(vec!["", "reduce", "spot"]),
    )
        .prop_map(|(account, side, qty, words)| format!("{account} {side} {qty} @ market {words}"));
    let amend = (account.clone(), id.clone(), price.clone(), qty.clone()).prop_map(
        |(account, id, price, qty)| format!("{account} amend {id} price={price} qty={qty}"),
    );
    let shrink = (account.clone(), id.clone(), qty.clone())
        .prop_map(|(account, id, qty)| format!("{account} amend {id} qty={qty}"));
    let cancel = (account.clone(), id).prop_map(|(account, id)| format!("{account} cancel {id}"));
    let level = (prop::sample::select(vec!["bid", "ask"]), 0..10_i64, 0..40_i64, prop::bool::ANY)
        .prop_map(|(side, away, qty, spot)| {
            let price = if side == "bid" { 100 - away } else { 101 + away };
            format!("level {side} {price} {qty} {}", if spot { "spot" } else { "" })
        });
    let trade =
        (side, price, qty).prop_map(|(side, price, qty)| format!("trade {side} {qty} @ {price}"));
    let other = (
        account,
        prop::sample::select(vec![
            "cancel all",
            "leverage 100",
            "leverage 3",
            "isolated",
            "hedge",
            "transfer 100",
            "transfer -9900",
            "transfer -3000",
            "margin 5",
            "dead-man in=7",
            "sell all @ market",
        ]),
    )
        .prop_map(|(account, words)| format!("{account} {words}"));
    let world = prop::sample::select(vec![
        "tick 1000",
        "tick 3",
        "tick 28800000",
        "book 80x30 79x30 | 81x30 82x30",
        "book 120x40 | 121x40",
        "book 100x40 99x40 | 101x40 102x40",
        "status halt",
        "status trading",
    ])
    .prop_map(str::to_owned);
    prop_oneof![6 => order, 3 => market, 1 => amend, 1 => shrink, 1 => cancel, 3 => level, 3 => trade, 1 => other, 2 => world]
}

/// What must hold after every line.
fn check(stage: &Stage, money: &[Notional; 2]) {
    let exchange = &stage.exchange;
    assert_eq!([asset("USDT"), asset("BTC")].map(|asset| exchange.total(asset)), *money);
    for account in exchange.accounts() {
        for order in exchange.open_orders(account, None) {
            assert!(order.filled < order.qty || order.close_position, "{order:?}");
        }
        for balance in exchange.balances(account) {
            assert!(Notional::ZERO <= balance.locked, "{balance:?}");
        }
    }
    for no in [InstrumentNo(0), InstrumentNo(1)] {
        if let (Some((bid, _)), Some((ask, _))) = exchange.touch(no) {
            let public_crossed = ask <= bid;
            assert!(
                !public_crossed
                    || stage.exchange.listing(no).unwrap().status != ListingStatus::Trading
                    || exchange.accounts().iter().all(|a| exchange
                        .open_orders(*a, Some(no))
                        .iter()
                        .all(|o| o.status == OrderStatus::Parked
                            || o.limit().is_none_or(|p| p != bid && p != ask))),
                "the book is crossed with an order of ours in it: {bid:?} {ask:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_promises_hold(lines in prop::collection::vec(lines(), 1..120)) {
        let mut stage = Stage::new(ExchangeConfig { closed_orders: 20, fills: 30, ..ExchangeConfig::default() });
        let mut facts: Vec<ExchangeFact> = Vec::new();
        let mut money = [Notional::ZERO; 2];
        for line in ["book 100x40 99x40 | 101x40 102x40", "book 100x40 99x40 | 101x40 102x40 spot"]
            .into_iter()
            .chain(lines.iter().map(String::as_str))
        {
            let before = stage.exchange.clone();
            let events = stage.play_and_keep(line);
            for event in &events {
                facts.extend(ExchangeFact::of(event));
                if let EventKind::Balance(change) = event.kind
                    && matches!(change.reason, ChangeReason::Opened | ChangeReason::Transfer)
                {
                    money[usize::from(change.asset == asset("BTC"))] += change.change;
                }
            }
            check(&stage, &money);
            check_reduce_only(&before, &stage.exchange, &events);
        }
        let texts: Vec<String> = facts.iter().map(ExchangeFact::encode).collect();
        let read: Vec<ExchangeFact> =
            texts.iter().map(|text| ExchangeFact::parse(text).unwrap()).collect();
        prop_assert_eq!(&read, &facts);
        let config = stage.exchange.config().clone();
        let at = stage.exchange.now();
        let restored =
            Exchange::restore(config.clone(), listings(), read, at, &mut Vec::new()).unwrap();
        prop_assert_eq!(differing(&restored, &stage.exchange), Vec::<String>::new());
        prop_assert_eq!(restored.fingerprint(), stage.exchange.fingerprint());
        let again =
            Exchange::restore(config, listings(), restored.facts(), at, &mut Vec::new()).unwrap();
        prop_assert_eq!(differing(&again, &restored), Vec::<String>::new());
        prop_assert_eq!(again.total(asset("USDT")), money[0]);
    }
}

fn differing(a: &Exchange, b: &Exchange) -> Vec<String> {
    let lines = |exchange: &Exchange| -> Vec<String> {
        exchange.facts().iter().map(ExchangeFact::encode).collect()
    };
    let (a, b) = (lines(a), lines(b));
    let missing = a.iter().filter(|line| !b.contains(line)).map(|line| format!("+ {line}"));
    let more = b.iter().filter(|line| !a.contains(line)).map(|line| format!("- {line}"));
    missing.chain(more).collect()
}

/// No fill of a reduce-only order moves a position away from zero or across it.
fn check_reduce_only(before: &Exchange, after: &Exchange, events: &[ExchangeEvent]) {
    let mut held: BTreeMap<(AccountNo, PositionSide), i64> = BTreeMap::new();
    for account in before.accounts() {
        for position in before.positions(account) {
            held.insert((account, position.position_side), position.lots.0);
        }
    }
    for event in events {
        let EventKind::Fill(fill) = event.kind else { continue };
        if fill.instrument != InstrumentNo(0) {
            continue;
        }
        let lots = held.entry((fill.account, fill.position_side)).or_default();
        let now = *lots + fill.side.sign() * fill.qty.0;
        let order = after.order(fill.account, OrderRef::Id(fill.order));
        if order.is_some_and(|order| order.reduce_only) {
            assert!(now.abs() < lots.abs() && now * *lots >= 0, "{lots} became {now}: {fill:?}");
        }
        *lots = now;
    }
}

#[test]
fn a_fact_that_was_cut_short_is_refused() {
    let mut stage = Stage::new(ExchangeConfig::default());
    let mut facts = Vec::new();
    for line in ["book 100x40 | 101x40", "1 buy 5 @ 100 id=%a", "1 buy 5 @ market"] {
        facts.extend(stage.play_and_keep(line).iter().filter_map(ExchangeFact::of));
    }
    for fact in facts {
        let text = fact.encode();
        for end in 0..text.len() {
            assert!(ExchangeFact::parse(&text[..end]).is_err(), "{}", &text[..end]);
        }
    }
}

#[test]
fn a_restart_may_cancel_what_was_open() {
    let config = ExchangeConfig { cancel_on_restart: true, ..ExchangeConfig::default() };
    let mut stage = Stage::new(config.clone());
    let mut facts = Vec::new();
    for line in ["book 100x40 | 101x40", "1 buy 5 @ 100 id=a"] {
        facts.extend(stage.play_and_keep(line).iter().filter_map(ExchangeFact::of));
    }
    let mut out = Vec::new();
    let restored = Exchange::restore(config, listings(), facts, Nanos::SECOND, &mut out).unwrap();
    let order =
        restored.order(AccountNo(1), OrderRef::Client(ClientId::new("a").unwrap())).unwrap();
    assert_eq!(order.cause, OrderCause::Closed(CloseCause::Restart));
    assert_eq!((order.limit(), order.left()), (Some(Ticks(100)), Lots(5)));
    assert_eq!(out.len(), 1);
}
