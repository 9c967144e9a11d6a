//! For any fills, in any order, told any number of times: the books are exact.

mod common;

use aurora_ledger::{Booked, Ledger};
use aurora_model::{Fill, InstrumentNo, Lots, Notional, Payoff, Side};
use common::{INVERSE, LINEAR, fill, inverse, ledger, linear};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn any_fill() -> impl Strategy<Value = Fill> {
    let qty = prop_oneof![1..5i64, 1..100_000i64];
    let price = prop_oneof![599_000..601_000i64, 1..2_000_000i64];
    let fee = -1_000_000_000i64..1_000_000_000;
    let trade_id = prop_oneof![1..40u64, any::<u64>()];
    (any::<bool>(), trade_id, any::<bool>(), qty, price, fee).prop_map(
        |(is_linear, trade_id, is_buy, qty, price, fee)| {
            let instrument = if is_linear { LINEAR } else { INVERSE };
            let side = if is_buy { Side::Buy } else { Side::Sell };
            let fee = Notional::new(Decimal::new(fee, 12));
            Fill { fee, ..fill(instrument, trade_id, side, qty, price) }
        },
    )
}

/// Cash + value of what is held − start, straight from the fills, in decimals.
fn expected_equity_change(fills: &[Fill], no: InstrumentNo, mark: i64) -> Decimal {
    let rules = if no == LINEAR { linear() } else { inverse() };
    let value = |lots: i64, half_ticks: i64| {
        let price = rules.tick * Decimal::from(half_ticks) / Decimal::TWO;
        let qty = rules.lot * rules.multiplier * Decimal::from(lots);
        match rules.payoff {
            Payoff::Linear => qty * price,
            Payoff::Inverse => -(qty / price).round_dp(8),
        }
    };
    let of_it = fills.iter().filter(|fill| fill.instrument == no);
    let (flow, position) = of_it.fold((Decimal::ZERO, 0), |(flow, position), fill| {
        let sign = fill.side.sign();
        let paid = value(fill.qty.0, 2 * fill.price.0) * Decimal::from(sign);
        (flow - paid - fill.fee.decimal(), position + sign * fill.qty.0)
    });
    flow + value(i64::abs(position), mark) * Decimal::from(position.signum())
}

fn equity_change(ledger: &Ledger, currency: &str, start: &str) -> Decimal {
    let equity = ledger.equity();
    let purse = equity.iter().find(|purse| purse.currency == currency).unwrap();
    (purse.equity - start.parse().unwrap()).decimal()
}

/// The first of each trade id, as the venue would list them.
fn distinct(fills: &[Fill]) -> Vec<Fill> {
    let mut kept: Vec<Fill> = Vec::new();
    for fill in fills {
        let same = |old: &Fill| (old.instrument, old.trade_id) == (fill.instrument, fill.trade_id);
        if !kept.iter().any(same) {
            kept.push(*fill);
        }
    }
    kept
}

proptest! {
    #[test]
    fn every_fill_is_booked_once_and_the_books_are_exact(
        fills in prop::collection::vec(any_fill(), 0..120),
        mark in 1..4_000_000i64,
    ) {
        let mut ledger = ledger();
        for fill in &fills {
            ledger.apply_fill(fill).unwrap();
            prop_assert_eq!(ledger.check(), Ok(()));
            ledger.mark(fill.instrument, mark).unwrap();
            prop_assert_eq!(ledger.check(), Ok(()));
        }
        let distinct = distinct(&fills);
        ledger.mark(LINEAR, mark).unwrap();
        ledger.mark(INVERSE, mark).unwrap();
        prop_assert_eq!(ledger.counters().fills, distinct.len() as u64);
        prop_assert_eq!(ledger.counters().duplicates, (fills.len() - distinct.len()) as u64);
        for no in [LINEAR, INVERSE] {
            let held = distinct.iter().filter(|fill| fill.instrument == no);
            let held: i64 = held.map(|fill| fill.side.sign() * fill.qty.0).sum();
            prop_assert_eq!(ledger.position(no), Lots(held));
        }
        prop_assert_eq!(
            equity_change(&ledger, "USDT", "100000"), expected_equity_change(&distinct, LINEAR, mark)
        );
        prop_assert_eq!(
            equity_change(&ledger, "BTC", "1.5"), expected_equity_change(&distinct, INVERSE, mark)
        );
    }

    #[test]
    fn the_order_of_arrival_and_repetition_change_no_total(
        (fills, shuffled) in prop::collection::vec(any_fill(), 1..60)
            .prop_map(|fills| distinct(&fills))
            .prop_flat_map(|fills| {
                let twice: Vec<Fill> = fills.iter().chain(&fills).copied().collect();
                (Just(fills), Just(twice).prop_shuffle())
            }),
        mark in 1..4_000_000i64,
    ) {
        let run = |fills: &[Fill]| {
            let mut ledger = ledger();
            for fill in fills {
                ledger.apply_fill(fill).unwrap();
            }
            ledger.mark(LINEAR, mark).unwrap();
            ledger.mark(INVERSE, mark).unwrap();
            ledger
        };
        let (once, twice) = (run(&fills), run(&shuffled));
        let positions = |ledger: &Ledger| ledger.positions().map(|held| held.qty).collect::<Vec<_>>();
        let equities = |ledger: &Ledger| ledger.equity().iter().map(|e| e.equity).collect::<Vec<_>>();
        prop_assert_eq!(positions(&once), positions(&twice));
        prop_assert_eq!(equities(&once), equities(&twice));
        prop_assert_eq!(twice.check(), Ok(()));
        prop_assert_eq!(twice.counters().duplicates, fills.len() as u64);
    }
}

#[test]
fn half_a_million_fills_add_up_to_the_last_decimal() {
    let mut ledger = ledger();
    let (mut realized, mut fees) = (Decimal::ZERO, Decimal::ZERO);
    for trade_id in 1..=500_000u64 {
        // A walk that goes long and short by turns, with prices that never divide evenly.
        let step = i64::try_from(trade_id).unwrap();
        let side = if (step / 7) % 2 == 0 { Side::Buy } else { Side::Sell };
        let mut fill = fill(LINEAR, trade_id, side, 1 + step % 11, 600_000 + (step * 7919) % 1009);
        fill.fee = Notional::new(Decimal::new(step % 997, 9));
        let Booked::New(booking) = ledger.apply_fill(&fill).unwrap() else { panic!("{trade_id}") };
        realized += booking.realized.decimal();
        fees += fill.fee.decimal();
    }
    assert_eq!(ledger.check(), Ok(()));
    assert_eq!(ledger.pnl().realized.decimal(), realized);
    assert_eq!(ledger.cash("USDT").decimal(), Decimal::from(100_000) + realized - fees);
}
