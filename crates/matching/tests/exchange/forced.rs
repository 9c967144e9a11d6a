//! What happens to accounts without their asking: funding, liquidation, deleveraging, halts.

use aurora_matching::exchange::*;
use aurora_model::{InstrumentNo, Nanos};
use expect_test::expect;
use rust_decimal::Decimal;

use crate::scenario::{Stage, asset, check};

#[test]
fn an_account_whose_margin_is_used_up_is_taken_over() {
    check(
        "book 100x2000 | 101x2000
         1 leverage 100
         1 buy 1500 @ market id=entry
         1 buy 1 @ 95 id=rests
         show 1
         book 93x2000 | 94x2000
         tick 1000
         show 1",
        &expect![[r#"
            1: entry buy 0/1500 @ market: New by New
            print buy 1500 @ 101
            1: Trade buy 1500 @ 101 as Taker, fee 75.75 USDT, realized 0
            1: entry buy 1500/1500 @ market: Filled by Trade
            1: position Net 1500 at 101
            1: rests buy 0/1 @ 95: New by New
            1: wallet 9924.25, locked 0, unrealized -750, margin 1507.5 + 0.95, isolated 0, maintenance 603, available 7665.8
            print sell 1 @ 95
            1: Trade buy 1 @ 95 as Maker, fee 0.019 USDT, realized 0
            1: rests buy 1/1 @ 95: Filled by Trade
            1: position Net 1501 at 100.996
            1: liquidation, sell 1501, bankrupt at 94
            1: #3 sell 0/1501 @ market: New by New
            print sell 1501 @ 93
            1: Liquidation sell 1501 @ 93 as Taker, fee 69.7965 USDT, realized -12002
            1: #3 sell 1501/1501 @ market: Filled by Trade
            1: position Net 0 at 0
            1: -12071.7965 USDT liquidation
            1: 2147.5655 USDT insurance
            1: wallet 0, locked 0, unrealized 0, margin 0 + 0, isolated 0, maintenance 0, available 0
        "#]],
    );
}

#[test]
fn what_the_market_does_not_take_is_closed_against_those_who_gain() {
    check(
        "book 99x2000 | 101x2000
         1 leverage 100
         1 buy 1500 @ 100 id=long
         2 leverage 10
         2 sell 900 @ 100 id=short
         3 sell 600 @ 100 id=short
         book 92x300 | 93x2000
         tick 1000
         show 1",
        &expect![[r#"
            1: long buy 0/1500 @ 100: New by New
            2: short sell 0/900 @ 100: New by New
            print sell 900 @ 100
            1: Trade buy 900 @ 100 as Maker, fee 18 USDT, realized 0
            1: long buy 900/1500 @ 100: PartiallyFilled by Trade
            1: position Net 900 at 100
            2: Trade sell 900 @ 100 as Taker, fee 45 USDT, realized 0
            2: short sell 900/900 @ 100: Filled by Trade
            2: position Net -900 at 100
            3: short sell 0/600 @ 100: New by New
            print sell 600 @ 100
            1: Trade buy 600 @ 100 as Maker, fee 12 USDT, realized 0
            1: long buy 1500/1500 @ 100: Filled by Trade
            1: position Net 1500 at 100
            3: Trade sell 600 @ 100 as Taker, fee 30 USDT, realized 0
            3: short sell 600/600 @ 100: Filled by Trade
            3: position Net -600 at 100
            1: liquidation, sell 1500, bankrupt at 93
            1: #4 sell 0/1500 @ market: New by New
            print sell 300 @ 92
            1: Liquidation sell 300 @ 92 as Taker, fee 13.8 USDT, realized -2400
            1: #4 sell 300/1500 @ market: PartiallyFilled by Trade
            1: position Net 1200 at 100
            1: -2413.8 USDT liquidation
            1: #4 sell 300/1500 @ market: Canceled by Liquidation
            1: Adl sell 600 @ 93 as Taker, fee 0 USDT, realized -4200
            1: position Net 600 at 100
            1: -4200 USDT adl
            3: Adl buy 600 @ 93 as Taker, fee 0 USDT, realized 4200
            3: position Net 0 at 0
            3: 4200 USDT adl
            3: deleveraged by 600 at 93
            1: Adl sell 600 @ 93 as Taker, fee 0 USDT, realized -4200
            1: position Net 0 at 0
            1: -4200 USDT adl
            2: Adl buy 600 @ 93 as Taker, fee 0 USDT, realized 4200
            2: position Net -300 at 100
            2: 4200 USDT adl
            2: deleveraged by 600 at 93
            1: 843.8 USDT insurance
            1: wallet 0, locked 0, unrealized 0, margin 0 + 0, isolated 0, maintenance 0, available 0
        "#]],
    );
}

#[test]
fn an_isolated_liquidation_costs_no_more_than_its_margin() {
    check(
        "book 100x2000 | 101x2000
         1 isolated
         1 leverage 50
         1 buy 100 @ market
         show 1
         book 90x2000 | 91x2000
         tick 1000
         show 1",
        &expect![[r#"
            1: #1 buy 0/100 @ market: New by New
            print buy 100 @ 101
            1: Trade buy 100 @ 101 as Taker, fee 5.05 USDT, realized 0
            1: #1 buy 100/100 @ market: Filled by Trade
            1: position Net 100 at 101
            1: wallet 9994.95, locked 0, unrealized -50, margin 202 + 0, isolated 202, maintenance 0, available 9792.95
            1: liquidation, sell 100, bankrupt at 98
            1: #2 sell 0/100 @ market: New by New
            print sell 100 @ 90
            1: Liquidation sell 100 @ 90 as Taker, fee 4.5 USDT, realized -1100
            1: #2 sell 100/100 @ market: Filled by Trade
            1: position Net 0 at 0
            1: -1104.5 USDT liquidation
            1: 902.5 USDT insurance
            1: wallet 9792.95, locked 0, unrealized 0, margin 0 + 0, isolated 0, maintenance 0, available 9792.95
        "#]],
    );
}

#[test]
fn funding_is_paid_by_longs_to_shorts_at_the_mark_price() {
    let mut stage = Stage::new(ExchangeConfig::default());
    stage.play("book 99x2000 | 101x2000");
    stage.play("1 buy 10 @ 100");
    stage.play("2 sell 10 @ 100");
    stage.told.clear();
    stage.exchange.set_funding_rate(InstrumentNo(0), Some(Decimal::new(1, 3)));
    stage.play("tick 28800000");
    expect![[r#"
        funding 0.001 at 100
        1: -1 USDT funding
        2: 1 USDT funding
    "#]]
    .assert_eq(&stage.told);
    let paid = stage.exchange.funding_payments(AccountNo(1), Nanos(0));
    assert_eq!(paid.len(), 1);
    assert_eq!(stage.exchange.total(asset("USDT")), crate::scenario::money(20_000));
}

#[test]
fn a_halted_instrument_lets_orders_only_be_cancelled() {
    check(
        "book 100x50 | 101x50
         1 buy 2 @ market
         1 buy 2 @ 100 id=a
         1 buy 2 @ 99 id=b
         status halt
         1 buy 2 @ 98
         1 amend a price=98
         1 cancel a
         trade sell 99 @ 99
         status settling
         1 buy 2 @ 98
         1 sell 1 @ market reduce
         status closed
         1 buy 2 @ 98",
        &expect![[r#"
            1: #1 buy 0/2 @ market: New by New
            print buy 2 @ 101
            1: Trade buy 2 @ 101 as Taker, fee 0.101 USDT, realized 0
            1: #1 buy 2/2 @ market: Filled by Trade
            1: position Net 2 at 101
            1: a buy 0/2 @ 100: New by New
            1: b buy 0/2 @ 99: New by New
            listing Halt
            refused: the instrument does not trade now
            refused: the instrument does not trade now
            1: a buy 0/2 @ 100: Canceled by ByRequest
            listing Settling
            1: b buy 0/2 @ 99: Canceled by Halted
            refused: the instrument does not trade now
            1: #4 sell 0/1 @ market: New by New
            print sell 1 @ 100
            1: Trade sell 1 @ 100 as Taker, fee 0.05 USDT, realized -1
            1: #4 sell 1/1 @ market: Filled by Trade
            1: position Net 1 at 101
            listing Closed
            1: Settlement sell 1 @ 100 as Taker, fee 0 USDT, realized -1
            1: position Net 0 at 0
            1: -1 USDT adjustment
            refused: the instrument does not trade now
        "#]],
    );
}

#[test]
fn a_wider_tick_takes_away_what_is_off_it() {
    let mut stage = Stage::new(ExchangeConfig::default());
    stage.play("book 100x50 | 110x50");
    stage.play("1 buy 2 @ 102 id=off");
    stage.play("1 buy 2 @ 105 id=on");
    stage.told.clear();
    let mut out = Vec::new();
    stage.exchange.set_tick_multiple(Nanos::SECOND, InstrumentNo(0), 5, &mut out);
    let open = stage.exchange.open_orders(AccountNo(1), None);
    assert_eq!(open.len(), 1);
    stage.play("1 buy 2 @ 101");
    expect![[r#"
        refused: the price is not on the tick
    "#]]
    .assert_eq(&stage.told);
}
