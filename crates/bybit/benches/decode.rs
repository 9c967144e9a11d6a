//! Frames to the model, and the same frames through sonic-rs into typed structs with prices made whole numbers,
//! in one run.
//!
//! The book message is the venue's own sample, its levels repeated at other prices to the length a busy market has.
//! Without the samples there is nothing to measure and the bench says so.

#[path = "../tests/common/mod.rs"]
mod common;

use std::fmt::Write as _;
use std::hint::black_box;

use aurora_bybit::decode::{Decoder, Scratch};
use aurora_model::{Level, Lots, Side, Ticks};
use aurora_testkit::shared;
use criterion::{Criterion, Throughput};
use serde::Deserialize;

/// The venue's words for a book message, as a typed struct.
#[derive(Deserialize)]
struct Frame<'a> {
    topic: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    ts: u64,
    #[serde(borrow)]
    data: Data<'a>,
    cts: u64,
}

#[derive(Deserialize)]
struct Data<'a> {
    s: &'a str,
    #[serde(borrow)]
    b: Vec<[&'a str; 2]>,
    #[serde(borrow)]
    a: Vec<[&'a str; 2]>,
    u: u64,
    seq: u64,
}

/// A decimal text as a whole number of steps of that many decimals; `None` when it is not one.
fn fixed(text: &str, decimals: u32) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let mut value = 0_i64;
    for byte in whole.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if 9 < digit {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    let mut missing = decimals;
    for byte in part.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if 9 < digit || (missing == 0 && digit != 0) {
            return None;
        }
        if 0 < missing {
            value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
            missing -= 1;
        }
    }
    value.checked_mul(10_i64.checked_pow(missing)?)
}

/// What the peer does with a book message.
fn through_sonic(frame: &str, levels: &mut Vec<Level>) -> Option<u64> {
    let frame: Frame<'_> = sonic_rs::from_str(frame).ok()?;
    levels.clear();
    for (side, rows) in [(Side::Buy, &frame.data.b), (Side::Sell, &frame.data.a)] {
        for [price, qty] in rows {
            let (price, qty) = (Ticks(fixed(price, 2)?), Lots(fixed(qty, 3)?));
            levels.push(Level { side, price, qty });
        }
    }
    black_box((frame.topic, frame.kind, frame.ts, frame.cts, frame.data.s, frame.data.seq));
    Some(frame.data.u)
}

/// The sample's levels over and over, each time a hundred further away, until there are so many.
fn longer(sample: &str, levels_a_side: usize) -> String {
    let frame: Frame<'_> = sonic_rs::from_str(sample).expect("a book sample");
    let side = |rows: &[[&str; 2]], way: i64| {
        let mut text = String::new();
        for (place, [price, qty]) in rows.iter().cycle().take(levels_a_side).enumerate() {
            let away = i64::try_from(place / rows.len()).expect("a short book") * 10_000 * way;
            let price = fixed(price, 2).expect("a price") + away;
            let comma = if text.is_empty() { "" } else { "," };
            write!(text, r#"{comma}["{}.{:02}","{qty}"]"#, price / 100, price % 100).expect("text");
        }
        text
    };
    format!(
        r#"{{"topic":"{}","type":"{}","ts":{},"data":{{"s":"{}","b":[{}],"a":[{}],"u":{},"seq":{}}},"cts":{}}}"#,
        frame.topic,
        frame.kind,
        frame.ts,
        frame.data.s,
        side(&frame.data.b, -1),
        side(&frame.data.a, 1),
        frame.data.u,
        frame.data.seq,
        frame.cts
    )
}

fn sample(name: &str) -> Option<String> {
    let text = shared::text(&format!("venues/samples/bybit/{name}.json"))?;
    Some(common::compact(&text))
}

fn books(criterion: &mut Criterion, decoder: &Decoder, sample: &str) {
    for levels_a_side in [12, 40] {
        let text = longer(sample, levels_a_side);
        let mut group = criterion.benchmark_group(format!("book of {} bytes", text.len()));
        group.throughput(Throughput::Bytes(text.len() as u64));
        let (mut scratch, mut levels) = (Scratch::default(), Vec::new());
        decoder.public(text.as_bytes(), &mut scratch).expect("a book");
        through_sonic(&text, &mut levels).expect("a book");
        assert_eq!(scratch.levels, levels, "both read the same");
        group.bench_function("ours", |bencher| {
            bencher.iter(|| {
                black_box(decoder.public(black_box(text.as_bytes()), &mut scratch)).is_ok()
            });
        });
        group.bench_function("sonic-rs", |bencher| {
            bencher.iter(|| black_box(through_sonic(black_box(&text), &mut levels)));
        });
        group.finish();
    }
}

fn main() {
    let names = [
        "docs_websocket_public_orderbook_2",
        "docs_websocket_public_trade_1",
        "nt_ws_account_order_filled",
        "nt_ws_account_execution",
    ];
    let [Some(book), Some(trade), Some(order), Some(fill)] = names.map(sample) else {
        return;
    };
    let mut criterion = Criterion::default().configure_from_args();
    let decoder = Decoder::new(&[common::rules(0, "BTC", "0.01", "0.001")]);
    books(&mut criterion, &decoder, &book);
    let mut scratch = Scratch::default();
    criterion.bench_function(&format!("trade of {} bytes", trade.len()), |bencher| {
        bencher
            .iter(|| black_box(decoder.public(black_box(trade.as_bytes()), &mut scratch)).is_ok());
    });
    for (what, text) in [("order update", &order), ("fill", &fill)] {
        criterion.bench_function(&format!("{what} of {} bytes", text.len()), |bencher| {
            bencher.iter(|| {
                let frame = black_box(text.as_bytes());
                black_box(decoder.private(
                    frame,
                    |order| {
                        black_box(&order);
                    },
                    |fill| {
                        black_box(&fill);
                    },
                ))
                .is_ok()
            });
        });
    }
    criterion.final_summary();
}
