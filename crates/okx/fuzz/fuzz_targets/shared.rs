//! What the session targets share: instruments, and the input cut into events.
#![allow(dead_code, reason = "every target uses some of it")]

use aurora_model::{InstrumentId, InstrumentNo};
use aurora_okx::Okx;
use aurora_okx::decode::rest::InstrumentRow;
use aurora_okx::rules;
use aurora_wire::{Endpoints, Rules};

pub fn endpoints() -> Endpoints {
    Okx::at("http://127.0.0.1:1", "ws://127.0.0.1:2")
}

pub fn instruments() -> Vec<Rules> {
    let rows = [
        r#"{"instType":"SWAP","instId":"BTC-USDT-SWAP","ctType":"linear","ctVal":"0.01","lotSz":"0.01","tickSz":"0.1","state":"live"}"#,
        r#"{"instType":"SPOT","instId":"BTC-USDT","lotSz":"0.00000001","tickSz":"0.1","state":"live"}"#,
    ];
    rows.iter()
        .zip(0..)
        .map(|(row, no)| {
            let row: InstrumentRow = serde_json::from_str(row).expect("a row");
            let id: InstrumentId = rules::instrument_id(&row).expect("an id");
            rules::rules(InstrumentNo(no), &id, &row).expect("rules")
        })
        .collect()
}

/// Events: the first byte says which kind, the rest is its bytes.
pub fn events(data: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    data.split(|byte| *byte == 0xff).filter_map(|part| part.split_first()).map(|(kind, rest)| (*kind, rest))
}
