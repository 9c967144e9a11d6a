//! The request everyone is asked, 613 bytes, and the answer of the peer, 172 bytes.

use serde::{Deserialize, Serialize};

pub(crate) const REQUEST: &str = r#"{"account":{"mode":"live","equity_usd":125000.5,"day_pnl_pct":-0.0123,"open_positions":3,"exposure_usd":48210.75},"order":{"client_id":"aur-20261121-000123","symbol":"BTCUSDT","side":"buy","type":"limit","qty":"0.1500","price":"67321.50","tif":"GTC","reduce_only":false,"base_notional":10098.22},"market":{"venue":"binance-um","ts_ns":1763712000123456789,"latency_ms":4.2,"slip_bps_est":0.8,"a_bps":2.1,"b_bps":7.4,"score":0.42,"spread_bps":1.6,"mid":67321.75,"vol_bps_1m":6.2,"trap_cancel_deltas":[0.1,0.2,-0.1,0.3],"trap_add_deltas":[0.2,0.1,0.0,0.4],"trap_trades_cnt":17,"obi":0.12,"tfi":-0.05},"fees_bps":0.4}"#;

/// What the peer reads of a request: everything, as the yardstick in `bench` does.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured, not to be used")]
struct Request<'a> {
    #[serde(borrow)]
    account: Account<'a>,
    #[serde(borrow)]
    order: Order<'a>,
    #[serde(borrow)]
    market: Market<'a>,
    fees_bps: f64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured, not to be used")]
struct Account<'a> {
    mode: &'a str,
    equity_usd: f64,
    day_pnl_pct: f64,
    open_positions: u32,
    exposure_usd: f64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured, not to be used")]
struct Order<'a> {
    client_id: &'a str,
    symbol: &'a str,
    side: &'a str,
    r#type: &'a str,
    qty: &'a str,
    price: &'a str,
    tif: &'a str,
    reduce_only: bool,
    base_notional: f64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured, not to be used")]
struct Market<'a> {
    venue: &'a str,
    ts_ns: u64,
    latency_ms: f64,
    slip_bps_est: f64,
    a_bps: f64,
    b_bps: f64,
    score: f64,
    spread_bps: f64,
    mid: f64,
    vol_bps_1m: f64,
    trap_cancel_deltas: Vec<f64>,
    trap_add_deltas: Vec<f64>,
    trap_trades_cnt: u32,
    obi: f64,
    tfi: f64,
}

#[derive(Serialize)]
struct Answer {
    allow: bool,
    reason: &'static str,
    risk_scale: f64,
    max_qty: f64,
    cooldown_ms: u32,
    observability: Observability,
}

#[derive(Serialize)]
struct Observability {
    spread_bps: f64,
    latency_ms: f64,
    e_pi_bps: f64,
    trap_z: f64,
}

/// Reads the request and answers something of the right size; no gate, nothing written down.
pub(crate) fn answer(body: &[u8]) -> Vec<u8> {
    let Ok(request) = serde_json::from_slice::<Request<'_>>(body) else {
        return b"{\"allow\":false,\"reason\":\"BAD_REQUEST\"}".to_vec();
    };
    let market = &request.market;
    let answer = Answer {
        allow: market.spread_bps < 5.0,
        reason: "OK",
        risk_scale: 1.0,
        max_qty: request.order.base_notional / 67321.75,
        cooldown_ms: 0,
        observability: Observability {
            spread_bps: market.spread_bps,
            latency_ms: market.latency_ms,
            e_pi_bps: market.score * 2.5,
            trap_z: 0.31,
        },
    };
    serde_json::to_vec(&answer).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_and_answer_have_the_sizes_of_the_yardstick() {
        assert_eq!(REQUEST.len(), 613);
        let answer = answer(REQUEST.as_bytes());
        assert!((160..=180).contains(&answer.len()), "{}", answer.len());
    }
}
