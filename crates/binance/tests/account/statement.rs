//! What the wallets hold, and what moved them.

use aurora_model::Nanos;
use aurora_wire::{Action, Call};

use super::*;

const INCOME: &str = "/fapi/v1/income";

fn row(kind: &str, symbol: &str, amount: &str, time: i64, id: u64) -> String {
    format!(
        r#"{{"symbol":"{symbol}","incomeType":"{kind}","income":"{amount}","asset":"USDT","info":"","time":{time},"tranId":{id},"tradeId":""}}"#
    )
}

fn asked(desk: &Desk<AccountSession>) -> Vec<Call> {
    let call = |action: &Action| match action {
        Action::Call(call) if call.path == INCOME => Some(call.clone()),
        _ => None,
    };
    desk.out.actions.iter().filter_map(call).collect()
}

#[test]
fn a_statement_is_told_whole_and_page_by_page() {
    let mut desk = ready();
    desk.say(Input::Ask(AskNo(7), &Ask::Statement { since: second(1_600_000_000) }));
    let queries: Vec<String> = asked(&desk).into_iter().map(|call| call.query).collect();
    let rest = "startTime=1600000000000&limit=1000&recvWindow=5000";
    let wanted = ["FUNDING_FEE", "TRANSFER"].map(|kind| format!("incomeType={kind}&{rest}"));
    assert_eq!(queries, wanted);
    let full: Vec<String> = (0..1_000)
        .map(|n| row("FUNDING_FEE", "BTCUSDT", "-0.01", 1_600_000_000_000 + n, n.unsigned_abs()))
        .collect();
    desk.answer(Method::Get, INCOME, 200, &format!("[{}]", full.join(",")));
    let again: Vec<Call> = asked(&desk);
    assert!(again.last().unwrap().query.contains("startTime=1600000000999&"), "{again:?}");
    // The transfers, then the second page: its first row was told before.
    desk.answer(
        Method::Get,
        INCOME,
        200,
        &format!("[{}]", row("TRANSFER", "", "25", 1_600_000_000_500, 3)),
    );
    let second_page = [
        row("FUNDING_FEE", "BTCUSDT", "-0.01", 1_600_000_000_999, 999),
        row("FUNDING_FEE", "DOGEUSDT", "0.02", 1_600_000_001_500, 1_000),
    ];
    desk.answer(Method::Get, INCOME, 200, &format!("[{}]", second_page.join(",")));
    assert!(!desk.out.notes.iter().any(|note| matches!(note, Note::Answered(..))));
    let wallet = r#"[{"asset":"USDT","balance":"1000.5","availableBalance":"900"}]"#;
    desk.answer(Method::Get, "/fapi/v3/balance", 200, wallet);
    let told = desk.out.notes.iter().find_map(|note| match note {
        Note::Statement(statement) => Some(statement),
        _ => None,
    });
    let statement = told.expect("a statement");
    let ids: std::collections::BTreeSet<u128> = statement.moves.iter().map(|row| row.id).collect();
    assert_eq!((statement.moves.len(), ids.len()), (1_003, 1_002), "told twice, one row");
    let tell = |row: &aurora_model::Move| format!("{:?} {}", row.kind, row.amount);
    let mut told: Vec<String> = statement.moves.iter().map(tell).collect();
    told.sort();
    told.dedup();
    let wanted = ["Funding(None) 0.02", "Funding(Some(InstrumentNo(0))) -0.01", "Transfer 25"];
    assert_eq!(told, wanted);
    assert_eq!(statement.wallets, [("USDT".to_owned(), "1000.5".parse().unwrap())]);
    assert!(Nanos(0) < statement.at);
}

#[test]
fn half_a_statement_is_none() {
    let mut desk = ready();
    desk.say(Input::Ask(AskNo(7), &Ask::Statement { since: Nanos(0) }));
    desk.answer(Method::Get, INCOME, 200, "[]");
    desk.answer(Method::Get, INCOME, 429, r#"{"code":-1003,"msg":"Too many requests."}"#);
    desk.answer(Method::Get, "/fapi/v3/balance", 200, "[]");
    let failed = |note: &Note| matches!(note, Note::Answered(AskNo(7), Err(_)));
    assert!(desk.out.notes.iter().any(failed), "{:?}", desk.out.notes);
    assert!(!desk.out.notes.iter().any(|note| matches!(note, Note::Statement(_))));
}
