//! What the wallet holds, and what moved it.

use aurora_model::Nanos;
use aurora_wire::{Ask, AskNo, Input, Note};
use expect_test::expect;

use crate::stage::*;

const WALLET: &str = r#"{"code":"0","msg":"","data":[{"uTime":"1","details":[{"ccy":"USDT","cashBal":"100.5","availBal":"90"}]}]}"#;

fn bill(id: usize, kind: &str, symbol: &str, change: &str) -> String {
    format!(
        r#"{{"billId":"{id}","type":"{kind}","subType":"173","ts":"1795000000100","ccy":"USDT","balChg":"{change}","instId":"{symbol}"}}"#
    )
}

#[test]
fn a_statement_is_told_whole_and_page_by_page() {
    let mut desk = ready(false);
    let since = Nanos::SECOND * 1_794_000_000;
    desk.tell(Input::Ask(AskNo(7), &Ask::Statement { since }));
    let asked = desk.calls("/account/bills");
    let queries: Vec<&str> = asked.iter().map(|call| call.query.as_str()).collect();
    let begin = "begin=1794000000000&limit=100";
    assert_eq!(queries, [format!("type=8&{begin}"), format!("type=1&{begin}")]);
    let wallet = desk.call("/account/balance");
    desk.answer(&wallet, WALLET);
    let page: Vec<String> =
        (0..100).map(|n| bill(1_000 - n, "8", "BTC-USDT-SWAP", "-0.01")).collect();
    desk.answer(&asked[0], &answer(0, &page));
    let more = desk.call("/account/bills");
    assert_eq!(more.query, "type=8&begin=1794000000000&after=901&limit=100");
    desk.answer(&more, &answer(0, &[bill(900, "8", "DOGE-USDT-SWAP", "0.02")]));
    desk.answer(&asked[1], &answer(0, &[bill(5, "1", "", "25")]));
    let [Note::Statement(statement), Note::Answered(AskNo(7), Ok(()))] = &desk.out.notes[..] else {
        panic!("{:?}", desk.out.notes)
    };
    assert_eq!(statement.moves.len(), 102);
    let tell = |row: &aurora_model::Move| format!("{:?} {}", row.kind, row.amount);
    let mut told: Vec<String> = statement.moves.iter().map(tell).collect();
    told.sort();
    told.dedup();
    expect![[r#"
        [
            "Funding(None) 0.02",
            "Funding(Some(InstrumentNo(0))) -0.01",
            "Transfer 25",
        ]
    "#]]
    .assert_debug_eq(&told);
    assert_eq!(statement.wallets, [("USDT".to_owned(), "100.5".parse().unwrap())]);
}

#[test]
fn half_a_statement_is_none() {
    let mut desk = ready(false);
    desk.tell(Input::Ask(AskNo(7), &Ask::Statement { since: Nanos(0) }));
    let asked = desk.calls("/account/bills");
    let wallet = desk.call("/account/balance");
    desk.answer(&wallet, WALLET);
    desk.answer(&asked[0], NOTHING);
    desk.answer(&asked[1], r#"{"code":"50011","msg":"Too Many Requests","data":[]}"#);
    let [Note::Answered(AskNo(7), Err(why))] = &desk.out.notes[..] else {
        panic!("{:?}", desk.out.notes)
    };
    assert!(why.contains("50011"), "{why}");
}
