use aurora_model::{ClientOrderId, Lang, Notional, OrderNo, Side};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::policy::Caps;

const BINANCE: Venue = Venue::BinanceUsdm;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn policy() -> Policy {
    let listed = |venue, symbol: &str, unit: &str, enforces_reduce_only| Listed {
        venue,
        symbol: symbol.to_owned(),
        unit: dec(unit),
        max_qty: dec("1"),
        enforces_reduce_only,
    };
    Policy {
        build: BuildId("abc".to_owned()),
        account: 7,
        listed: vec![
            listed(BINANCE, "BTCUSDT", "1", true),
            listed(Venue::Okx, "BTC-USDT-SWAP", "0.01", true),
            listed(Venue::Okx, "BTC-USDT", "1", false),
        ],
        caps: Caps {
            order_notional: Notional::new(dec("10000")),
            window: Nanos::SECOND,
            placements: 4,
            window_notional: Notional::new(dec("25000")),
        },
    }
}

/// A desk that leads in epoch 3 and trades.
fn trading() -> Authority {
    let mut authority = Authority::new(policy(), Remembered::NOTHING);
    authority.raise(3).unwrap();
    authority.release(3).unwrap();
    authority
}

fn id(account: u16, epoch: u32) -> Option<ClientOrderId> {
    Some(ClientOrderId::new(account, epoch, OrderNo(1)))
}

fn terms(qty: &str, price: &str) -> Terms<'static> {
    let price = (price != "-").then(|| dec(price));
    Terms { venue: BINANCE, symbol: "BTCUSDT", id: id(7, 3), qty: dec(qty), price }
}

fn place(terms: Terms<'_>) -> Operation<'_> {
    Operation::Place { terms, side: Side::Buy, reduce_only: false }
}

fn reduce(terms: Terms<'_>) -> Operation<'_> {
    Operation::Place { terms, side: Side::Sell, reduce_only: true }
}

fn good() -> Operation<'static> {
    place(terms("0.1", "60000"))
}

/// What each name stands for is judged in epoch 3 at second zero; one line each.
fn check(authority: &Authority, asked: &[(&str, Operation<'_>)], want: &Expect) {
    let mut table = String::new();
    for (name, operation) in asked {
        let verdict = match authority.clone().judge(Nanos(0), 3, operation) {
            Ok(()) => "signed".to_owned(),
            Err(refusal) => refusal.to_string(),
        };
        table += &format!("{name}: {verdict}\n");
    }
    want.assert_eq(&table);
}

fn of_all_kinds() -> [(&'static str, Operation<'static>); 11] {
    [
        ("place", good()),
        ("amend", Operation::Amend(terms("0.1", "60000"))),
        ("reduce", reduce(terms("0.1", "60000"))),
        ("close", Operation::Close { venue: BINANCE, symbol: "BTCUSDT", id: id(7, 3) }),
        ("cancel", Operation::Cancel(BINANCE)),
        ("cancel all", Operation::CancelAll(BINANCE)),
        ("read", Operation::Read(BINANCE)),
        ("session", Operation::Session(BINANCE)),
        ("setting", Operation::Setting(BINANCE)),
        ("arm dead-man", Operation::DeadMan { venue: BINANCE, is_armed: true }),
        ("disarm dead-man", Operation::DeadMan { venue: BINANCE, is_armed: false }),
    ]
}

#[test]
fn a_desk_that_trades_has_everything_signed() {
    for (name, operation) in of_all_kinds() {
        assert_eq!(trading().judge(Nanos(0), 3, &operation), Ok(()), "{name}");
    }
}

#[test]
fn on_hold_only_what_takes_risk_off_is_signed() {
    let mut authority = trading();
    authority.hold(HoldCause::Operator);
    check(
        &authority,
        &of_all_kinds(),
        &expect![[r#"
            place: SIGNER_HOLD: Not signed: the signer is on HOLD (OPERATOR), only cancels and reductions pass
            amend: SIGNER_HOLD: Not signed: the signer is on HOLD (OPERATOR), only cancels and reductions pass
            reduce: signed
            close: signed
            cancel: signed
            cancel all: signed
            read: signed
            session: signed
            setting: signed
            arm dead-man: signed
            disarm dead-man: signed
        "#]],
    );
}

#[test]
fn killed_nothing_but_cancels_and_reads_is_signed() {
    let mut authority = trading();
    authority.kill();
    check(
        &authority,
        &of_all_kinds(),
        &expect![[r#"
            place: SIGNER_KILLED: Not signed: the signer is KILLED, only cancels and reads pass
            amend: SIGNER_KILLED: Not signed: the signer is KILLED, only cancels and reads pass
            reduce: SIGNER_KILLED: Not signed: the signer is KILLED, only cancels and reads pass
            close: SIGNER_KILLED: Not signed: the signer is KILLED, only cancels and reads pass
            cancel: signed
            cancel all: signed
            read: signed
            session: signed
            setting: SIGNER_KILLED: Not signed: the signer is KILLED, only cancels and reads pass
            arm dead-man: signed
            disarm dead-man: SIGNER_KILLED: Not signed: the signer is KILLED, only cancels and reads pass
        "#]],
    );
}

// Controls: C2, C3, C9, C28
#[test]
fn an_order_is_held_against_its_id_its_instrument_and_its_caps() {
    let order = |qty, price| terms(qty, price);
    let fine = || order("0.1", "60000");
    let spot = Terms { venue: Venue::Okx, symbol: "BTC-USDT", ..fine() };
    let mut held = trading();
    held.hold(HoldCause::Desk);
    check(
        &trading(),
        &[
            ("at the cap of worth", place(order("0.1", "100000"))),
            ("a cent over", place(order("0.1", "100000.1"))),
            ("at the cap of quantity", place(order("1", "10000"))),
            ("a lot over", place(order("1.001", "9000"))),
            ("beyond all numbers", place(order("1", "79228162514264337593543950335"))),
            ("nothing", place(order("0", "60000"))),
            ("below nothing", place(order("-0.1", "60000"))),
            ("free", place(order("0.1", "0"))),
            ("at any price", place(order("0.1", "-"))),
            ("closing at any price", reduce(order("0.1", "-"))),
            ("closing a lot over", reduce(order("1.001", "-"))),
            ("without an id", place(Terms { id: None, ..fine() })),
            ("of another account", place(Terms { id: id(8, 3), ..fine() })),
            ("of an older epoch", place(Terms { id: id(7, 2), ..fine() })),
            ("of a newer epoch", place(Terms { id: id(7, 4), ..fine() })),
            ("amends an older epoch's", Operation::Amend(Terms { id: id(7, 2), ..fine() })),
            ("amends a newer epoch's", Operation::Amend(Terms { id: id(7, 4), ..fine() })),
            ("unlisted", place(Terms { symbol: "DOGEUSDT", ..fine() })),
            ("listed elsewhere", place(Terms { venue: Venue::Bybit, ..fine() })),
        ],
        &expect![[r#"
            at the cap of worth: signed
            a cent over: SIGNER_NOTIONAL_CAP: Not signed: the order is worth 10000.01, the cap is 10000
            at the cap of quantity: signed
            a lot over: SIGNER_QTY_CAP: Not signed: quantity 1.001 is over the cap of 1
            beyond all numbers: SIGNER_NOTIONAL_CAP: Not signed: the order is worth 79228162514264337593543950335, the cap is 10000
            nothing: SIGNER_NOT_POSITIVE: Not signed: quantity or price is not above zero
            below nothing: SIGNER_NOT_POSITIVE: Not signed: quantity or price is not above zero
            free: SIGNER_NOT_POSITIVE: Not signed: quantity or price is not above zero
            at any price: SIGNER_UNPRICED: Not signed: the order has no price, so its worth cannot be told. Use a limit order
            closing at any price: signed
            closing a lot over: SIGNER_QTY_CAP: Not signed: quantity 1.001 is over the cap of 1
            without an id: SIGNER_FOREIGN_ID: Not signed: the order has no id of ours
            of another account: SIGNER_ID_ACCOUNT: Not signed: the order's id is of account 8, the keys are of 7
            of an older epoch: SIGNER_ID_EPOCH: Not signed: the order's id is of epoch 2, 3 holds
            of a newer epoch: SIGNER_ID_EPOCH: Not signed: the order's id is of epoch 4, 3 holds
            amends an older epoch's: signed
            amends a newer epoch's: SIGNER_ID_EPOCH: Not signed: the order's id is of epoch 4, 3 holds
            unlisted: SIGNER_UNLISTED_SYMBOL: Not signed: the instrument is not on the signer's list
            listed elsewhere: SIGNER_UNLISTED_SYMBOL: Not signed: the instrument is not on the signer's list
        "#]],
    );
    assert_eq!(
        held.judge(Nanos(0), 3, &reduce(spot)),
        Err(Refusal::Hold(HoldCause::Desk)),
        "spot ignores reduce-only"
    );
}

#[test]
fn whoever_was_replaced_has_nothing_signed_not_even_a_cancel() {
    let mut authority = trading();
    authority.raise(4).unwrap();
    for (name, operation) in of_all_kinds() {
        let refusal = Refusal::StaleEpoch { asked: 3, highest: 4 };
        assert_eq!(authority.judge(Nanos(0), 3, &operation), Err(refusal), "{name}");
        let refusal = Refusal::UnknownEpoch { asked: 5, highest: 4 };
        assert_eq!(authority.judge(Nanos(0), 5, &operation), Err(refusal), "{name}");
    }
}

#[test]
fn before_the_first_epoch_nobody_has_anything_signed() {
    let mut authority = Authority::new(policy(), Remembered::NOTHING);
    let refusal = Refusal::UnknownEpoch { asked: 0, highest: 0 };
    assert_eq!(authority.judge(Nanos(0), 0, &Operation::Read(BINANCE)), Err(refusal));
    assert_eq!(authority.raise(0), Err(Refusal::StaleEpoch { asked: 0, highest: 0 }));
}

#[test]
fn an_epoch_is_given_once_even_across_a_restart() {
    let mut authority = trading();
    assert_eq!(authority.raise(3), Err(Refusal::StaleEpoch { asked: 3, highest: 3 }));
    let mut restarted = Authority::new(policy(), authority.remembered());
    assert_eq!(restarted.remembered().hold, Some(HoldCause::Desk), "the desk must begin anew");
    assert_eq!(restarted.raise(3), Err(Refusal::StaleEpoch { asked: 3, highest: 3 }));
    assert_eq!(restarted.raise(9), Ok(()));
    assert_eq!(restarted.remembered().hold, Some(HoldCause::Desk));
}

// Controls: C4, C6, C28
#[test]
fn the_breaker_opens_on_count_and_only_a_person_closes_it() {
    let mut authority = trading();
    let small = place(terms("0.01", "60000"));
    for _ in 0..4 {
        assert_eq!(authority.judge(Nanos(0), 3, &small), Ok(()));
    }
    let refusal = Refusal::PlacementRate { placements: 5, cap: 4 };
    assert_eq!(authority.judge(Nanos(999_999_999), 3, &small), Err(refusal));
    let later = Nanos::SECOND * 60;
    assert_eq!(authority.judge(later, 3, &small), Err(Refusal::Hold(HoldCause::Breaker)));
    assert_eq!(authority.release(3), Err(Refusal::Hold(HoldCause::Breaker)));
    assert_eq!(authority.judge(later, 3, &reduce(terms("0.01", "60000"))), Ok(()));
    authority.rearm();
    assert_eq!(authority.judge(later, 3, &small), Err(Refusal::Hold(HoldCause::Desk)));
    authority.release(3).unwrap();
    assert_eq!(authority.judge(later, 3, &small), Ok(()));
}

// Controls: C4, C7
#[test]
fn the_window_slides_and_its_worth_is_capped() {
    let mut authority = trading();
    let nine = place(terms("0.1", "90000"));
    assert_eq!(authority.judge(Nanos(0), 3, &nine), Ok(()));
    assert_eq!(authority.judge(Nanos(500_000_000), 3, &nine), Ok(()));
    assert_eq!(authority.judge(Nanos::SECOND, 3, &nine), Ok(()), "the first is a second old");
    let refusal = Refusal::NotionalRate { notional: dec("27000.0"), cap: dec("25000") };
    assert_eq!(authority.judge(Nanos::SECOND, 3, &nine), Err(refusal));
}

// Controls: C12, C28
#[test]
fn a_killed_desk_stays_killed_until_a_person_rearms_it() {
    let mut authority = trading();
    authority.kill();
    assert_eq!(authority.release(3), Err(Refusal::Killed));
    authority.raise(4).unwrap();
    assert!(authority.remembered().is_killed);
    authority.rearm();
    assert_eq!(authority.release(4), Ok(()));
}

#[test]
fn only_a_desk_of_the_same_build_and_account_is_spoken_to() {
    let authority = trading();
    let build = |text: &str| BuildId(text.to_owned());
    assert_eq!(authority.admit(&build("abc"), 7), Ok(()));
    assert_eq!(authority.admit(&build("abd"), 7), Err(Refusal::OtherBuild));
    let refusal = Refusal::OtherAccount { asked: 8, ours: 7 };
    assert_eq!(authority.admit(&build("abc"), 8), Err(refusal));
    assert_eq!(
        refusal.text(Lang::Ru),
        "Не подписано: стол торгует счётом 8, подписант держит ключи счёта 7"
    );
}

#[derive(Clone, Debug)]
enum Step {
    Raise(u32),
    Hold(HoldCause),
    Release(u32),
    Kill,
    Rearm,
    Restart,
    Judge { after: i64, epoch: u32, kind: u8, id: (u16, u32), qty: u8, price: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    let judge =
        (0..900_000_000_i64, 0..6_u32, 0..10_u8, (7..9_u16, 0..6_u32), 0..=12_u8, 0..=120_000_u32);
    prop_oneof![
        1 => (0..6_u32).prop_map(Step::Raise),
        1 => (0..3_usize).prop_map(|no| Step::Hold(HoldCause::ALL[no])),
        3 => (0..6_u32).prop_map(Step::Release),
        1 => Just(Step::Kill),
        2 => Just(Step::Rearm),
        1 => Just(Step::Restart),
        12 => judge.prop_map(|(after, epoch, kind, id, qty, price)| Step::Judge { after, epoch, kind, id, qty, price }),
    ]
}

fn operation(kind: u8, terms: Terms<'_>) -> Operation<'_> {
    match kind {
        0..4 => place(terms),
        4 => Operation::Amend(terms),
        5 => reduce(terms),
        6 => Operation::Cancel(BINANCE),
        7 => Operation::CancelAll(BINANCE),
        8 => Operation::Read(BINANCE),
        _ => Operation::DeadMan { venue: BINANCE, is_armed: false },
    }
}

proptest! {
    #[test]
    fn whatever_happens_what_is_signed_keeps_every_rule(steps in prop::collection::vec(step(), 1..120)) {
        let caps = policy().caps;
        let mut authority = Authority::new(policy(), Remembered::NOTHING);
        let (mut now, mut highest, mut signed) = (Nanos(0), 0, Vec::new());
        for step in steps {
            let before = authority.remembered();
            match step {
                Step::Raise(epoch) => prop_assert_eq!(authority.raise(epoch).is_ok(), highest < epoch),
                Step::Hold(cause) => authority.hold(cause),
                Step::Release(epoch) => {
                    let ended = authority.release(epoch).is_ok();
                    prop_assert!(!ended || epoch == highest && !before.is_killed);
                    prop_assert!(!ended || before.hold <= Some(HoldCause::Desk));
                }
                Step::Kill => authority.kill(),
                Step::Rearm => authority.rearm(),
                Step::Restart => authority = Authority::new(policy(), before),
                Step::Judge { after, epoch, kind, id: (account, made_in), qty, price } => {
                    now = now + Nanos(after);
                    let (qty, price) = (Decimal::new(i64::from(qty), 1), Decimal::from(price));
                    let id = Some(ClientOrderId::new(account, made_in, OrderNo(1)));
                    let terms = Terms { venue: BINANCE, symbol: "BTCUSDT", id, qty, price: Some(price) };
                    let verdict = authority.judge(now, epoch, &operation(kind, terms));
                    let opened = matches!(
                        verdict,
                        Err(Refusal::PlacementRate { .. } | Refusal::NotionalRate { .. })
                    );
                    prop_assert_eq!(opened, authority.remembered() != before);
                    if verdict.is_ok() {
                        prop_assert_eq!(epoch, highest);
                        let may = if kind < 5 { !before.is_killed && before.hold.is_none() } else { kind != 5 && kind != 9 || !before.is_killed };
                        prop_assert!(may, "{before:?} {kind}");
                        if kind < 6 {
                            prop_assert_eq!(account, 7);
                            prop_assert!(made_in == highest || kind == 4 && made_in < highest);
                            prop_assert!(qty * price <= caps.order_notional.decimal());
                        }
                        if kind < 5 {
                            signed.push((now, qty * price));
                        }
                    }
                }
            }
            prop_assert!(highest <= authority.remembered().epoch);
            highest = authority.remembered().epoch;
            if matches!(step, Step::Restart) {
                signed.clear();
            }
            let lately = || signed.iter().filter(|(at, _)| now - *at < caps.window);
            prop_assert!(lately().count() <= caps.placements as usize);
            let worth: Decimal = lately().map(|(_, worth)| worth).sum();
            prop_assert!(worth <= caps.window_notional.decimal());
        }
    }
}
