//! The books after a few fills, told line by line.

mod common;

use aurora_ledger::{Booked, Ledger, LedgerError};
use aurora_model::{Fill, InstrumentNo, Notional, Side};
use common::{INVERSE, LINEAR, fill, ledger};
use expect_test::{Expect, expect};

/// Lines of `#TRADE buy|sell LOTS @ TICKS [fee AMOUNT]` and `mark HALF_TICKS`.
fn check(instrument: InstrumentNo, script: &str, expected: &Expect) {
    let mut ledger = ledger();
    let mut story = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let told = match line.strip_prefix("mark ") {
            Some(mark) => ledger.mark(instrument, mark.parse().unwrap()).map(|()| String::new()),
            None => ledger.apply_fill(&parse(instrument, line)).map(tell),
        };
        let told = told.unwrap_or_else(|refusal| format!(" {refusal}"));
        story += &format!("{line}:{told}\n{}", state(&ledger, instrument));
        assert_eq!(ledger.check(), Ok(()), "after {line}");
    }
    expected.assert_eq(&story);
}

fn parse(instrument: InstrumentNo, line: &str) -> Fill {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |at: usize| words[at].trim_start_matches('#').parse::<i64>().unwrap();
    let side = if words[1] == "buy" { Side::Buy } else { Side::Sell };
    let trade_id = u64::try_from(number(0)).unwrap();
    let fee = words.get(6).map_or(Notional::ZERO, |fee| fee.parse().unwrap());
    Fill { fee, ..fill(instrument, trade_id, side, number(2), number(4)) }
}

fn tell(booked: Booked) -> String {
    match booked {
        Booked::Duplicate => " duplicate".into(),
        Booked::New(b) => {
            format!(" closed {} opened {} realized {}", b.closed.0, b.opened.0, b.realized)
        }
    }
}

fn state(ledger: &Ledger, instrument: InstrumentNo) -> String {
    let Some(held) = ledger.positions().find(|held| held.instrument == instrument) else {
        return String::new();
    };
    let entry = held.average_entry.map_or("-".into(), |price| price.to_string());
    let equity = ledger.equity();
    let purse = if instrument == LINEAR { &equity[1] } else { &equity[0] };
    format!(
        "    {} lots at {entry}, cost {}, unrealized {}, {} {}\n",
        held.qty.0, held.open_cost, held.unrealized, purse.cash, purse.currency
    )
}

#[test]
fn a_partial_close_realizes_its_share_at_average_cost() {
    check(
        LINEAR,
        "#1 buy 2 @ 600000 fee 0.06
         #2 buy 1 @ 600300 fee 0.03
         mark 1201000
         #3 sell 1 @ 600500
         #4 sell 2 @ 600000",
        &expect![[r#"
            #1 buy 2 @ 600000 fee 0.06: closed 0 opened 2 realized 0
                2 lots at 60000, cost 120, unrealized 0, 99999.94 USDT
            #2 buy 1 @ 600300 fee 0.03: closed 0 opened 1 realized 0
                3 lots at 60010, cost 180.03, unrealized -0.03, 99999.91 USDT
            mark 1201000:
                3 lots at 60010, cost 180.03, unrealized 0.12, 99999.91 USDT
            #3 sell 1 @ 600500: closed 1 opened 0 realized 0.04
                2 lots at 60010, cost 120.02, unrealized 0.08, 99999.95 USDT
            #4 sell 2 @ 600000: closed 2 opened 0 realized -0.02
                0 lots at -, cost 0, unrealized 0, 99999.93 USDT
        "#]],
    );
}

#[test]
fn a_fill_that_flips_closes_all_and_opens_the_rest() {
    check(
        LINEAR,
        "#1 buy 1 @ 600000
         #2 sell 3 @ 600100
         #3 buy 5 @ 600000",
        &expect![[r#"
            #1 buy 1 @ 600000: closed 0 opened 1 realized 0
                1 lots at 60000, cost 60, unrealized 0, 100000 USDT
            #2 sell 3 @ 600100: closed 1 opened 2 realized 0.01
                -2 lots at 60010, cost 120.02, unrealized 0.02, 100000.01 USDT
            #3 buy 5 @ 600000: closed 2 opened 3 realized 0.02
                3 lots at 60000, cost 180, unrealized 0, 100000.03 USDT
        "#]],
    );
}

#[test]
fn a_share_that_does_not_divide_is_rounded_once_and_nothing_is_lost() {
    check(
        LINEAR,
        "#1 buy 2 @ 600000
         #2 buy 1 @ 600001
         #3 sell 1 @ 600000
         #4 sell 1 @ 600000
         #5 sell 1 @ 600000",
        &expect![[r#"
            #1 buy 2 @ 600000: closed 0 opened 2 realized 0
                2 lots at 60000, cost 120, unrealized 0, 100000 USDT
            #2 buy 1 @ 600001: closed 0 opened 1 realized 0
                3 lots at 60000.03333, cost 180.0001, unrealized -0.0001, 100000 USDT
            #3 sell 1 @ 600000: closed 1 opened 0 realized -0.00003333
                2 lots at 60000.03334, cost 120.00006667, unrealized -0.00006667, 99999.99996667 USDT
            #4 sell 1 @ 600000: closed 1 opened 0 realized -0.00003334
                1 lots at 60000.03333, cost 60.00003333, unrealized -0.00003333, 99999.99993333 USDT
            #5 sell 1 @ 600000: closed 1 opened 0 realized -0.00003333
                0 lots at -, cost 0, unrealized 0, 99999.9999 USDT
        "#]],
    );
}

#[test]
fn an_inverse_long_earns_base_as_the_price_rises() {
    check(
        INVERSE,
        "#1 buy 6 @ 500000 fee 0.0000024
         mark 1200000
         #2 sell 2 @ 600000
         #3 sell 10 @ 400000
         mark 1000000",
        &expect![[r#"
            #1 buy 6 @ 500000 fee 0.0000024: closed 0 opened 6 realized 0
                6 lots at 50000, cost 0.012, unrealized 0, 1.4999976 BTC
            mark 1200000:
                6 lots at 50000, cost 0.012, unrealized 0.002, 1.4999976 BTC
            #2 sell 2 @ 600000: closed 2 opened 0 realized 0.00066667
                4 lots at 50000, cost 0.008, unrealized 0.00133333, 1.50066427 BTC
            #3 sell 10 @ 400000: closed 4 opened 6 realized -0.002
                -6 lots at 40000, cost 0.015, unrealized -0.005, 1.49866427 BTC
            mark 1000000:
                -6 lots at 40000, cost 0.015, unrealized -0.003, 1.49866427 BTC
        "#]],
    );
}

#[test]
fn a_repeated_trade_is_booked_once_however_late() {
    check(
        LINEAR,
        "#900 buy 1 @ 600000
         #7 buy 1 @ 600000
         #900 buy 1 @ 600000
         #8 sell 2 @ 600000
         #7 buy 1 @ 600000",
        &expect![[r#"
            #900 buy 1 @ 600000: closed 0 opened 1 realized 0
                1 lots at 60000, cost 60, unrealized 0, 100000 USDT
            #7 buy 1 @ 600000: closed 0 opened 1 realized 0
                2 lots at 60000, cost 120, unrealized 0, 100000 USDT
            #900 buy 1 @ 600000: duplicate
                2 lots at 60000, cost 120, unrealized 0, 100000 USDT
            #8 sell 2 @ 600000: closed 2 opened 0 realized 0
                0 lots at -, cost 0, unrealized 0, 100000 USDT
            #7 buy 1 @ 600000: duplicate
                0 lots at -, cost 0, unrealized 0, 100000 USDT
        "#]],
    );
}

#[test]
fn a_fill_that_cannot_be_right_is_refused_and_changes_nothing() {
    check(
        LINEAR,
        "#1 buy 1 @ 600000
         #2 buy 0 @ 600000
         #2 buy 1 @ -5
         #2 buy 1 @ 600000 fee 0.0000000000000001
         #2 buy 9000000000000000000 @ 600000
         mark 0
         #2 buy 1 @ 600000",
        &expect![[r#"
            #1 buy 1 @ 600000: closed 0 opened 1 realized 0
                1 lots at 60000, cost 60, unrealized 0, 100000 USDT
            #2 buy 0 @ 600000: trade 2: price and quantity must be above zero, got 600000 ticks and 0 lots
                1 lots at 60000, cost 60, unrealized 0, 100000 USDT
            #2 buy 1 @ -5: trade 2: price and quantity must be above zero, got -5 ticks and 1 lots
                1 lots at 60000, cost 60, unrealized 0, 100000 USDT
            #2 buy 1 @ 600000 fee 0.0000000000000001: a fee of 0.0000000000000001 has more than 15 decimals or does not fit: round it before booking
                1 lots at 60000, cost 60, unrealized 0, 100000 USDT
            #2 buy 9000000000000000000 @ 600000: BTCUSDT: the amount leaves the exact range of ±79 trillion; nothing was booked
                1 lots at 60000, cost 60, unrealized 0, 100000 USDT
            mark 0: BTCUSDT: a mark must be above zero, got 0 half-ticks
                1 lots at 60000, cost 60, unrealized 0, 100000 USDT
            #2 buy 1 @ 600000: closed 0 opened 1 realized 0
                2 lots at 60000, cost 120, unrealized 0, 100000 USDT
        "#]],
    );
}

#[test]
fn profit_is_reported_in_one_currency_with_its_day_and_drawdown() {
    let mut ledger = ledger();
    let mut story = String::new();
    let mut tell = |what: &str, ledger: &Ledger| {
        let (pnl, stake) = (ledger.pnl(), ledger.exposure());
        story += &format!(
            "{what}: net {} day {} peak {} drawdown {} of {}, exposure net {} gross {}\n",
            pnl.net, pnl.day, pnl.peak, pnl.drawdown, pnl.max_drawdown, stake.net, stake.gross
        );
    };
    ledger.apply_fill(&fill(LINEAR, 1, Side::Buy, 1000, 600_000)).unwrap();
    ledger.apply_fill(&fill(INVERSE, 1, Side::Sell, 300, 600_000)).unwrap();
    tell("bought one, sold half", &ledger);
    ledger.mark(LINEAR, 1_220_000).unwrap();
    ledger.mark(INVERSE, 1_220_000).unwrap();
    tell("up a thousand", &ledger);
    ledger.start_day();
    ledger.mark(LINEAR, 1_210_000).unwrap();
    ledger.mark(INVERSE, 1_210_000).unwrap();
    tell("next day, half of it back", &ledger);
    expect![[r#"
        bought one, sold half: net 0 day 0 peak 0 drawdown 0 of 0, exposure net 30000 gross 90000
        up a thousand: net 500.00008 day 500.00008 peak 1000 drawdown 499.99992 of 499.99992, exposure net 31000 gross 91000
        next day, half of it back: net 250.000085 day -249.999995 peak 1000 drawdown 749.999915 of 999.99992, exposure net 30500 gross 90500
    "#]]
    .assert_eq(&story);
}

#[test]
fn the_quick_answers_agree_with_the_exact_ones() {
    let mut ledger = ledger();
    assert_eq!((ledger.held(LINEAR), ledger.average_entry_ticks(LINEAR)), (None, None));
    ledger.apply_fill(&fill(LINEAR, 1, Side::Buy, 2, 600_000)).unwrap();
    ledger.apply_fill(&fill(LINEAR, 2, Side::Buy, 1, 600_003)).unwrap();
    ledger.apply_fill(&fill(INVERSE, 1, Side::Sell, 5, 400_000)).unwrap();
    ledger.mark(LINEAR, 1_200_500).unwrap();
    for no in [LINEAR, INVERSE] {
        let held = ledger.held(no).unwrap();
        assert_eq!(
            ledger.positions().find(|position| position.instrument == no),
            Some(held.clone())
        );
        let exact = held.average_entry.unwrap().decimal() / common::linear().tick;
        let quick = ledger.average_entry_ticks(no).unwrap();
        assert!(
            (quick - exact.to_string().parse::<f64>().unwrap()).abs() < 1e-3,
            "{quick} {exact}"
        );
    }
    assert_eq!(ledger.open_positions(), 2);
    assert_eq!(ledger.day_pnl(), ledger.pnl().day);
    ledger.start_day();
    assert_eq!(ledger.day_pnl(), Notional::ZERO);
}

#[test]
fn a_quote_without_a_rate_is_refused_at_the_start() {
    let mut odd = common::linear();
    odd.id = "BINANCESPOT:SPOT:ETH-BTC".parse().unwrap();
    odd.symbol = "ETHBTC".into();
    let refused = Ledger::new(vec![odd], Default::default()).unwrap_err();
    assert!(matches!(refused, LedgerError::Unconvertible { .. }));
    expect!["ETHBTC: profit in BTC cannot be reported in USDT: quote it in one of USDT, USD, USDC, FDUSD, BUSD"]
        .assert_eq(&refused.to_string());
}
