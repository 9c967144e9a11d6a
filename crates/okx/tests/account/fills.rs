//! Fills and their fees, whoever tells them.

use aurora_model::Nanos;
use expect_test::expect;

use crate::common::id;
use crate::stage::*;

#[test]
fn a_missing_fill_is_fetched_and_a_repeat_counts_once() {
    let mut desk = ready(false);
    let second = Told {
        state: "partially_filled",
        filled: "0.03",
        fill: ("502", "0.01", "-0.06"),
        ..Told::default()
    };
    check(
        desk.frame(0, &second.push()),
        &expect![[r#"
        call GET /trade/fills?instId=BTC-USDT-SWAP&ordId=9001&limit=100
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Fill(Fill { trade_id: 502, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(1), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
    let fills = desk.call("/trade/fills");
    assert_eq!(desk.frame(0, &second.push()).said().trim(), "");
    check(
        desk.answer(&fills, &answer(0, &[fill_row(1, "502", "0.01"), fill_row(1, "501", "0.02")])),
        &expect![[r#"
            report Fill(Fill { trade_id: 501, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) })
        "#]],
    );
}

#[test]
fn a_fee_told_only_in_total_is_taken_apart() {
    let mut desk = ready(false);
    let totals = |filled: &'static str, fill, total: &str| {
        let told = Told { state: "partially_filled", filled, fill, ..Told::default() };
        told.push().replace(r#""fillFee":"""#, &format!(r#""fee":"{total}","feeCcy":"USDT""#))
    };
    desk.frame(0, &totals("0.02", ("601", "0.02", ""), "-0.12"));
    check(
        &desk,
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Fill(Fill { trade_id: 601, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.12), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
    check(
        desk.frame(0, &totals("0.03", ("602", "0.01", ""), "-0.15")),
        &expect![[r#"
        report Fill(Fill { trade_id: 602, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(1), fee: Notional(0.03), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
}

#[test]
fn a_spot_fee_in_base_is_told_in_quote() {
    let mut desk = ready(false);
    let spot = Told {
        state: "filled",
        filled: "0.05",
        fill: ("7", "0.05", "-0.00005"),
        ..Told::default()
    };
    let push = spot
        .push()
        .replace("BTC-USDT-SWAP", "BTC-USDT")
        .replace(r#""fillFeeCcy":"USDT""#, r#""fillFeeCcy":"BTC""#);
    check(
        desk.frame(0, &push),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Fill(Fill { trade_id: 7, instrument: InstrumentNo(1), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(5000000), fee: Notional(3), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
}

#[test]
fn a_liquidation_and_a_strangers_order_are_foreign() {
    let mut desk = ready(false);
    let liquidation =
        Told { state: "filled", filled: "0.05", fill: ("9", "0.05", "-0.2"), ..Told::default() };
    let push = liquidation.push().replace(id(1).as_str(), "").replace("normal", "full_liquidation");
    check(
        desk.frame(0, &push),
        &expect![[r#"
        note ForeignFill("", Fill { trade_id: 9, instrument: InstrumentNo(0), order: A00000000000000062, side: Buy, price: Ticks(600000), qty: Lots(5), fee: Notional(0.2), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
    check(
        desk.frame(0, &Told::default().push().replace(id(1).as_str(), "byHand1")),
        &expect![[r#"
        note ForeignOrder("byHand1", "9001")
    "#]],
    );
}

#[test]
fn fills_are_read_a_second_time_on_another_path() {
    let mut desk = ready(false);
    desk.pass(Nanos::SECOND * 30);
    let call = desk.calls("/trade/fills").pop().unwrap();
    check(
        desk.answer(&call, &answer(0, &[fill_row(1, "502", "0.01")])),
        &expect![[r#"
        note DropCopy(Fill { trade_id: 502, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(1), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) })
    "#]],
    );
}
