//! What venues say their wallets hold, against the books.

mod common;

use std::collections::BTreeMap;

use aurora_ledger::{Ledger, WalletGap};
use aurora_model::{Fill, Instrument, Move, MoveKind, Nanos, Notional, Side, Statement, Venue};
use common::{INVERSE, LINEAR, fill, inverse, ledger, linear};

const USDM: Venue = Venue::BinanceUsdm;
const HOUR: i64 = 3_600 * Nanos::SECOND.0;

fn money(text: &str) -> Notional {
    text.parse().unwrap()
}

fn told(at: i64, total: &str, moves: Vec<Move>) -> Statement {
    Statement { at: Nanos(at), wallets: vec![("USDT".into(), money(total))], moves }
}

fn row(id: u128, at: i64, amount: &str, kind: MoveKind) -> Move {
    Move { id, at: Nanos(at), asset: "USDT".into(), amount: money(amount), kind }
}

fn funding(id: u128, at: i64, amount: &str) -> Move {
    row(id, at, amount, MoveKind::Funding(Some(LINEAR)))
}

fn expected(ledger: &Ledger) -> String {
    ledger.wallet_expected(USDM, "USDT").unwrap().to_string()
}

fn bought(trade_id: u64, side: Side, price: i64, fee: &str, at: i64) -> Fill {
    Fill { fee: money(fee), at: Nanos(at), ..fill(LINEAR, trade_id, side, 1_000, price) }
}

/// A ledger whose wallet began with 5,000 an hour after the epoch, one position open.
fn begun() -> Ledger {
    let mut ledger = ledger();
    ledger.apply_fill(&bought(1, Side::Buy, 1_000, "0.04", 1)).unwrap();
    ledger.apply_statement(USDM, &told(HOUR, "5000", vec![]), false).unwrap();
    ledger
}

#[test]
fn a_wallet_holds_what_was_told_and_what_was_earned_since() {
    let mut ledger = begun();
    assert_eq!(expected(&ledger), "5000", "what was earned before is in it");
    ledger.apply_fill(&bought(2, Side::Sell, 1_050, "0.05", 2 * HOUR)).unwrap();
    assert_eq!(expected(&ledger), "5004.95");
    let gap = ledger.wallet_gap(USDM, "USDT", money("5004.90")).unwrap();
    let worth = Some(money("0.05"));
    let wanted =
        WalletGap { expected: money("5004.95"), gap: money("-0.05"), worth, unsettled: false };
    assert_eq!(gap, wanted);
    assert_eq!(ledger.wallet_gap(Venue::Okx, "USDT", money("1")), None, "nothing settles there");
}

#[test]
fn funding_is_profit_and_a_transfer_is_not_and_each_row_counts_once() {
    let mut ledger = begun();
    let net = ledger.net();
    let moves = vec![
        funding(7, 2 * HOUR, "-1.25"),
        row(7, 2 * HOUR + 1, "100", MoveKind::Transfer),
        funding(6, HOUR, "9"),
        funding(5, HOUR - 1, "9"),
    ];
    for at in [3 * HOUR, 4 * HOUR, 20 * HOUR] {
        ledger.apply_statement(USDM, &told(at, "5098.75", moves.clone()), false).unwrap();
        assert_eq!(expected(&ledger), "5098.75", "rows of before the start are in it");
        assert_eq!(ledger.net() - net, money("-1.25"));
        assert_eq!(ledger.pnl().funding, money("-1.25"));
        assert_eq!(ledger.check(), Ok(()));
    }
    let late = vec![funding(8, 2 * HOUR, "0.5")];
    ledger.apply_statement(USDM, &told(24 * HOUR, "5099.25", late), false).unwrap();
    assert_eq!(expected(&ledger), "5099.25", "a row that is told late counts");
    ledger.apply_statement(USDM, &told(90 * HOUR, "5099.25", moves), false).unwrap();
    assert_eq!(expected(&ledger), "5099.25", "one that is too old is taken for known");
}

#[test]
fn only_news_of_a_statement_is_kept() {
    let mut ledger = begun();
    let rows = vec![funding(7, 2 * HOUR, "-1")];
    ledger.apply_statement(USDM, &told(3 * HOUR, "4999", rows), false).unwrap();
    let mut statement = told(4 * HOUR, "4998", vec![]);
    statement.wallets.push(("BNB".into(), money("3")));
    statement.moves = vec![funding(7, 2 * HOUR, "-1"), funding(9, 3 * HOUR, "-1")];
    let mut bnb = funding(10, 3 * HOUR, "3");
    bnb.asset = "BNB".into();
    statement.moves.push(bnb);
    let wanted = told(4 * HOUR, "4998", vec![funding(9, 3 * HOUR, "-1")]);
    assert_eq!(ledger.news_of_statement(USDM, &statement), wanted);
    statement.wallets.clear();
    let empty = told(4 * HOUR, "0", vec![funding(9, 3 * HOUR, "-1")]);
    assert_eq!(ledger.news_of_statement(USDM, &statement), empty, "what is not told is not held");
}

#[test]
fn a_person_may_start_a_wallet_anew() {
    let mut ledger = begun();
    ledger.apply_statement(USDM, &told(3 * HOUR, "4000", vec![]), false).unwrap();
    assert_eq!(expected(&ledger), "5000");
    ledger.apply_statement(USDM, &told(3 * HOUR, "4000", vec![]), true).unwrap();
    assert_eq!(expected(&ledger), "4000");
    let row = vec![funding(7, 3 * HOUR, "-1")];
    ledger.apply_statement(USDM, &told(4 * HOUR, "4000", row), false).unwrap();
    assert_eq!(expected(&ledger), "4000", "it was in what the person saw");
}

#[test]
fn fills_in_another_order_leave_a_wallet_open_until_the_position_is_flat() {
    let mut ledger = begun();
    ledger.apply_fill(&bought(2, Side::Buy, 1_200, "0", 30)).unwrap();
    let gap = |ledger: &Ledger| ledger.wallet_gap(USDM, "USDT", money("5001")).unwrap();
    assert!(!gap(&ledger).unsettled);
    ledger.apply_fill(&bought(3, Side::Sell, 1_100, "0", 20)).unwrap();
    assert!(gap(&ledger).unsettled);
    ledger.apply_fill(&bought(4, Side::Sell, 1_100, "0", 40)).unwrap();
    assert!(!gap(&ledger).unsettled, "flat: order makes no difference any more");
    ledger.apply_fill(&bought(5, Side::Sell, 1_100, "0", 50)).unwrap();
    assert!(!gap(&ledger).unsettled);
}

#[test]
fn a_coin_is_worth_what_its_contract_is_marked_at() {
    let mut ledger = ledger();
    let coin = |at, total: &str| Statement {
        at: Nanos(at),
        wallets: vec![("BTC".into(), money(total))],
        moves: vec![],
    };
    ledger
        .apply_statement(Venue::BinanceCoinm, &coin(HOUR, "2.0000000000000000000004"), false)
        .unwrap();
    let gap = |ledger: &Ledger| ledger.wallet_gap(Venue::BinanceCoinm, "BTC", money("2.001"));
    assert_eq!(gap(&ledger).unwrap().worth, None);
    ledger.mark(INVERSE, 1_000_000).unwrap();
    assert_eq!(gap(&ledger).unwrap().worth, Some(money("50")));
}

#[test]
fn an_asset_that_spot_trading_moves_is_not_compared() {
    let spot = Instrument { id: "BINANCEUSDM:SPOT:ETH-USDT".parse().unwrap(), ..linear() };
    let ledger = Ledger::new(vec![linear(), inverse(), spot], BTreeMap::new()).unwrap();
    assert_eq!(ledger.wallets().collect::<Vec<_>>(), [(Venue::BinanceCoinm, "BTC")]);
}

#[test]
fn what_was_told_outlives_a_snapshot() {
    let mut before = begun();
    let rows = vec![funding(7, 2 * HOUR, "-1")];
    before.apply_statement(USDM, &told(3 * HOUR, "4999", rows.clone()), false).unwrap();
    let mut state = Vec::new();
    before.save_state(&mut state);
    let mut after = ledger();
    after.load_state(&mut &state[..]).unwrap();
    assert_eq!(format!("{after:?}"), format!("{before:?}"));
    after.apply_statement(USDM, &told(4 * HOUR, "4999", rows), false).unwrap();
    assert_eq!(expected(&after), "4999");
}
