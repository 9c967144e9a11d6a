//! Decoding to the model, validated and in fixed point, against sonic-rs into typed structs with the same
//! conversion. Messages are the shared samples; the long ones are made of the recorded books' own levels.

use std::hint::black_box;

use aurora_binance::account::{AccountConfig, AccountSession};
use aurora_binance::{Decoder, default_instrument, stream};
use aurora_model::{ClientOrderId, InstrumentNo, Level, Lots, Nanos, OrderNo, Side, Ticks};
use aurora_testkit::shared;
use aurora_wire::{
    Action, Answer, Endpoints, Headers, Input, Link, Output, Rules, Session, Stp, SymbolStatus,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rust_decimal::Decimal;
use serde::Deserialize;

/// As `sonic-rs` would be used: borrowed strings, every field typed.
#[derive(Deserialize)]
#[allow(dead_code, reason = "read by the parser, as a client would have it")]
struct Depth<'a> {
    e: &'a str,
    #[serde(rename = "E")]
    event_time: u64,
    #[serde(rename = "T")]
    time: u64,
    s: &'a str,
    #[serde(rename = "U")]
    first: u64,
    u: u64,
    pu: u64,
    #[serde(borrow)]
    b: Vec<(&'a str, &'a str)>,
    #[serde(borrow)]
    a: Vec<(&'a str, &'a str)>,
}

/// Fixed point by hand, as the fastest clients do: digits, then the missing zeros.
fn steps(text: &str, decimals: usize) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut value: i64 = whole.parse().ok()?;
    for n in 0..decimals {
        let digit = fraction.as_bytes().get(n).map_or(0, |byte| byte - b'0');
        value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    fraction.bytes().skip(decimals).all(|byte| byte == b'0').then_some(value)
}

fn by_sonic(frame: &[u8], levels: &mut Vec<Level>) -> Option<(u64, u64, u64)> {
    let depth: Depth<'_> = sonic_rs::from_slice(frame).ok()?;
    levels.clear();
    for (side, list) in [(Side::Buy, &depth.b), (Side::Sell, &depth.a)] {
        for (price, qty) in list {
            let (price, qty) = (Ticks(steps(price, 5)?), Lots(steps(qty, 0)?));
            levels.push(Level { side, price, qty });
        }
    }
    Some((depth.first, depth.u, depth.pu))
}

fn sample(name: &str) -> Option<Vec<u8>> {
    shared::text(&format!("venues/samples/binance/{name}.json")).map(String::into_bytes)
}

/// Without spaces, as on the wire.
fn compact(bytes: &[u8]) -> Vec<u8> {
    let value: serde_json::Value = serde_json::from_slice(bytes).expect("a sample is JSON");
    serde_json::to_vec(&value).expect("and can be written again")
}

/// Recorded diffs, joined until the message has so many bytes.
fn diff(bytes: usize) -> Option<Vec<u8>> {
    let tape: serde_json::Value =
        serde_json::from_slice(&sample("replay_depth_CTKUSDT")?).expect("a sample is JSON");
    let mut levels = [String::new(), String::new()];
    for diff in tape["diffs"].as_array()? {
        for (text, side) in levels.iter_mut().zip(["b", "a"]) {
            for level in diff[side].as_array()? {
                if !text.is_empty() {
                    text.push(',');
                }
                text.push_str(&level.to_string());
            }
        }
        if bytes <= levels[0].len() + levels[1].len() + 150 {
            break;
        }
    }
    let [b, a] = levels;
    Some(format!(
        r#"{{"e":"depthUpdate","E":1626992741203,"T":1626992741156,"s":"CTKUSDT","U":600859602414,"u":600859603788,"pu":600859587990,"b":[{b}],"a":[{a}]}}"#
    ).into_bytes())
}

fn decode(criterion: &mut Criterion) {
    let mut instrument = default_instrument(aurora_binance::Market::UsdM, "CTKUSDT", 5, 0);
    instrument.tick = Decimal::new(1, 5);
    instrument.lot = Decimal::ONE;
    let decoder = Decoder::new(&instrument).expect("steps above zero");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for bytes in [500, 1000, 2300] {
        let Some(frame) = diff(bytes) else { continue };
        let mut group = criterion.benchmark_group(format!("book diff {} bytes", frame.len()));
        group.throughput(Throughput::Bytes(frame.len() as u64));
        decoder.decode(&frame, &mut ours).expect("a diff");
        by_sonic(&frame, &mut theirs).expect("a diff");
        assert_eq!(ours, theirs);
        group.bench_function("ours", |bench| {
            bench.iter(|| black_box(decoder.decode(black_box(&frame), &mut ours)).is_ok());
        });
        group.bench_function("sonic-rs", |bench| {
            bench.iter(|| black_box(by_sonic(black_box(&frame), &mut theirs)).is_some());
        });
        group.finish();
    }
    let fine = default_instrument(aurora_binance::Market::UsdM, "X", 8, 8);
    let fine = Decoder::new(&fine).expect("steps above zero").with_agg_trades();
    let mut levels = Vec::new();
    for name in ["nt_market_data_json_trade_stream", "nt_market_data_json_agg_trade_stream"] {
        let Some(frame) = sample(name).map(|bytes| compact(&bytes)) else { continue };
        assert!(fine.decode(&frame, &mut levels).expect("a trade").is_some());
        criterion.bench_function(&format!("trade {} bytes", frame.len()), |bench| {
            bench.iter(|| black_box(fine.decode(black_box(&frame), &mut levels)).is_ok());
        });
    }
    for name in ["nt_user_data_json_order_update_trade_partial", "ccxt_ws_handle_order_update"] {
        let Some(frame) = sample(name).map(|bytes| compact(&bytes)) else { continue };
        criterion.bench_function(&format!("order update {} bytes", frame.len()), |bench| {
            bench.iter(|| black_box(stream::user(black_box(&frame))).is_ok());
        });
    }
}

/// From the frame to the reports, as the desk gets them.
fn order_update(criterion: &mut Criterion) {
    let frame = format!(
        r#"{{"e":"ORDER_TRADE_UPDATE","E":1700000000600,"T":1700000000599,"o":{{"s":"BTCUSDT","c":"{}","S":"BUY","o":"LIMIT","f":"GTC","q":"0.002","p":"61800.10","ap":"61800.10","sp":"0","x":"TRADE","X":"PARTIALLY_FILLED","i":8886774,"l":"0.001","z":"0.001","L":"61800.10","n":"0.01236002","N":"USDT","T":1700000000599,"t":TRADE,"b":"0","a":"123.60020","m":true,"R":false,"wt":"CONTRACT_PRICE","ot":"LIMIT","ps":"BOTH","cp":false,"rp":"0","pP":false,"si":0,"ss":0,"V":"EXPIRE_MAKER","pm":"NONE","gtd":0}}}}"#,
        ClientOrderId::new(1, 1, OrderNo(1))
    );
    let frames: Vec<String> = (0..4096)
        .map(|n| frame.replace("TRADE,", &format!("{},", 5_266_583_935_u64 + n)))
        .collect();
    let mut session = AccountSession::new(config());
    let mut out = Output::default();
    session.on(Nanos(0), Input::Start, &mut out);
    let key = Answer::Got { status: 200, headers: Headers(&[]), body: br#"{"listenKey":"K"}"# };
    let asked = out.actions.iter().find_map(|action| match action {
        Action::Call(call) if call.path.ends_with("listenKey") => Some(call.no),
        _ => None,
    });
    session.on(Nanos(0), Input::Answer(asked.expect("a key is asked for"), key), &mut out);
    session.on(Nanos(0), Input::Opened(Link(0)), &mut out);
    let mut next = frames.iter().cycle();
    criterion.bench_function(
        &format!("order update to report {} bytes", frames[0].len()),
        |bench| {
            bench.iter(|| {
                out.clear();
                let frame = next.next().expect("a cycle has no end").as_bytes();
                session.on(Nanos(0), Input::Frame(Link(0), black_box(frame)), &mut out);
                black_box(out.reports.len())
            });
        },
    );
}

fn config() -> AccountConfig {
    let instrument = default_instrument(aurora_binance::Market::UsdM, "BTCUSDT", 2, 3);
    let rules = Rules {
        no: InstrumentNo(0),
        wire_lot: instrument.lot,
        instrument,
        code: None,
        min_qty: Lots(1),
        max_qty: Lots(1_000_000),
        max_market_qty: Lots(1_000_000),
        band: None,
        max_open_orders: None,
        max_leverage: 125,
        funding_every: None,
        status: SymbolStatus::Trading,
    };
    let nowhere = String::new;
    let endpoints = Endpoints {
        rest: nowhere(),
        public: nowhere(),
        private: nowhere(),
        trade: nowhere(),
        business: nowhere(),
        headers: Vec::new(),
    };
    let (stp, use_trade_socket) = (Stp::Default, false);
    AccountConfig { endpoints, rules: vec![rules], account: 1, stp, use_trade_socket }
}

criterion_group!(benches, decode, order_update);
criterion_main!(benches);
