//! What the wallet holds, and what moved it.

use aurora_model::Nanos;
use aurora_wire::{Ask, AskNo, Note};

use crate::stage::*;

const LOG: &str = "/v5/account/transaction-log";

fn page(next: &str, rows: &[&str]) -> String {
    let rows = rows.join(",");
    format!(
        r#"{{"retCode":0,"retMsg":"OK","result":{{"nextPageCursor":"{next}","list":[{rows}]}},"retExtInfo":{{}},"time":1}}"#
    )
}

const FUNDING: &str = r#"{"id":"592324_BTCUSDT_1","symbol":"BTCUSDT","category":"linear","type":"SETTLEMENT","transactionTime":"1700000000123","currency":"USDT","funding":"-0.25","fee":"0","cashFlow":"0","change":"-0.25"}"#;
const DEPOSIT: &str = r#"{"id":"592324__2","symbol":"","category":"","type":"TRANSFER_IN","transactionTime":"1700000000124","currency":"USDT","funding":"","fee":"","cashFlow":"40","change":"40"}"#;

#[test]
fn a_statement_is_told_whole_and_page_by_page() {
    let mut talk = ready();
    ask(&mut talk, &Ask::Statement { since: Nanos::SECOND * 1_699_990_000 });
    let wallet = talk.call("/v5/account/wallet-balance");
    let [funding, incoming, outgoing] = [(); 3].map(|()| talk.call(LOG));
    assert_eq!(
        funding.query,
        "accountType=UNIFIED&type=SETTLEMENT&startTime=1699990000000&endTime=1700000000008&limit=50"
    );
    talk.answer(
        wallet.no,
        &answer_list(&[r#"{"coin":[{"coin":"USDT","walletBalance":"1000.5"}]}"#.to_owned()]),
    );
    talk.answer(funding.no, &page("21963%3A1", &[FUNDING]));
    let more = talk.call(LOG);
    assert!(more.query.ends_with("&limit=50&cursor=21963%3A1"), "{}", more.query);
    talk.answer(more.no, &page("21963%3A1", &[]));
    talk.answer(incoming.no, &page("", &[DEPOSIT]));
    assert!(talk.out.notes.is_empty(), "one call has no answer yet");
    talk.answer(outgoing.no, &page("", &[]));
    let [Note::Statement(statement), Note::Answered(AskNo(1), Ok(()))] = &talk.out.notes[..] else {
        panic!("{:?}", talk.out.notes)
    };
    let tell = |row: &aurora_model::Move| format!("{:?} {}", row.kind, row.amount);
    let told: Vec<String> = statement.moves.iter().map(tell).collect();
    assert_eq!(told, ["Funding(Some(InstrumentNo(0))) -0.25", "Transfer 40"]);
    assert_eq!(statement.wallets, [("USDT".to_owned(), "1000.5".parse().unwrap())]);
}

#[test]
fn half_a_statement_is_none() {
    let mut talk = ready();
    ask(&mut talk, &Ask::Statement { since: Nanos(0) });
    let calls = talk.calls();
    for (place, call) in calls.iter().enumerate() {
        talk.answer(call.no, &if place == 1 { code(10_006) } else { page("", &[]) });
    }
    let [Note::Answered(AskNo(1), Err(why))] = &talk.out.notes[..] else {
        panic!("{:?}", talk.out.notes)
    };
    assert!(why.contains("words"), "{why}");
}
