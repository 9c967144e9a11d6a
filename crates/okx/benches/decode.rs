//! Frames to our own words, and the same with sonic-rs into typed structs plus fixed-point conversion.
//!
//! Book changes of 0.5 to 2.3 KB come from the recordings in the shared samples, renumbered as the venue sends them
//! today; without the recordings there is nothing to measure and the bench says so.

use std::hint::black_box;
use std::time::{Duration, Instant};

use aurora_model::{InstrumentNo, Level, Lots, Side, Ticks};
use aurora_okx::decode::rest::InstrumentRow;
use aurora_okx::decode::{self, Steps};
use aurora_okx::frame::{self, Frame};
use aurora_okx::rules;
use aurora_testkit::shared;
use criterion::{Criterion, Throughput};
use rust_decimal::Decimal;
use serde::Deserialize;

fn sample(name: &str) -> serde_json::Value {
    let text = shared::text(&format!("venues/samples/okx/{name}.json")).expect("a sample");
    serde_json::from_str(&text).expect("JSON")
}

/// Recorded changes as they would come today: sequence numbers in place of checksums.
fn book_changes() -> Vec<String> {
    let recording = sample("replay_books_BTC-USDT");
    let messages = recording["messages"].as_array().expect("messages").iter().enumerate().skip(1);
    let frames = messages.map(|(n, message)| {
        let data = &message["data"][0];
        let (asks, bids, ts) = (&data["asks"], &data["bids"], &data["ts"]);
        format!(
            r#"{{"arg":{{"channel":"books","instId":"BTC-USDT"}},"action":"update","data":[{{"asks":{asks},"bids":{bids},"ts":{ts},"checksum":0,"prevSeqId":{},"seqId":{}}}]}}"#,
            1_234_567_000 + n,
            1_234_567_001 + n,
        )
    });
    frames.filter(|frame| (500..2300).contains(&frame.len())).collect()
}

fn steps(tick: &str, lot: &str) -> Steps {
    let row: InstrumentRow = serde_json::from_value(serde_json::json!({
        "instType": "SPOT", "instId": "BTC-USDT", "tickSz": tick, "lotSz": lot, "state": "live"
    }))
    .expect("a row");
    let id = rules::instrument_id(&row).expect("an id");
    Steps::of(&rules::rules(InstrumentNo(0), &id, &row).expect("rules")).expect("steps")
}

mod peer {
    //! The usual way: typed structs, then fixed point.
    use super::{Decimal, Deserialize, Level, Lots, Side, Ticks};

    #[derive(Deserialize)]
    pub(super) struct Push<'a> {
        #[serde(borrow)]
        pub(super) arg: Arg<'a>,
        pub(super) action: &'a str,
        #[serde(borrow)]
        pub(super) data: Vec<Book<'a>>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Arg<'a> {
        pub(super) channel: &'a str,
        pub(super) inst_id: &'a str,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Book<'a> {
        #[serde(borrow)]
        pub(super) asks: Vec<[&'a str; 4]>,
        #[serde(borrow)]
        pub(super) bids: Vec<[&'a str; 4]>,
        pub(super) ts: &'a str,
        #[allow(dead_code, reason = "read like the others")]
        pub(super) checksum: i64,
        pub(super) prev_seq_id: i64,
        pub(super) seq_id: i64,
    }

    /// A decimal text in steps of `10^-decimals`, checked.
    pub(super) fn fixed(text: &str, decimals: usize) -> Option<i64> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let mut value: i64 = whole.parse().ok()?;
        let part = part.trim_end_matches('0');
        if decimals < part.len() {
            return None;
        }
        for n in 0..decimals {
            let digit = part.as_bytes().get(n).map_or(0, |byte| i64::from(byte.wrapping_sub(b'0')));
            if !(0..=9).contains(&digit) {
                return None;
            }
            value = value.checked_mul(10)?.checked_add(digit)?;
        }
        Some(value)
    }

    pub(super) fn decode(frame: &str, levels: &mut Vec<Level>) -> Option<(u64, u64, i64)> {
        levels.clear();
        let push: Push<'_> = sonic_rs::from_str(frame).ok()?;
        if push.arg.channel != "books" || push.arg.inst_id != "BTC-USDT" || push.action != "update"
        {
            return None;
        }
        let book = push.data.first()?;
        for (side, rows) in [(Side::Buy, &book.bids), (Side::Sell, &book.asks)] {
            for [price, qty, ..] in rows {
                let (price, qty) = (Ticks(fixed(price, 1)?), Lots(fixed(qty, 8)?));
                if price.0 <= 0 {
                    return None;
                }
                levels.push(Level { side, price, qty });
            }
        }
        let (prev, seq) = (u64::try_from(book.prev_seq_id).ok()?, u64::try_from(book.seq_id).ok()?);
        Some((prev, seq, book.ts.parse().ok()?))
    }

    /// The same with exact decimals in place of fixed point, for comparison.
    pub(super) fn decimals(frame: &str) -> Option<usize> {
        let push: Push<'_> = sonic_rs::from_str(frame).ok()?;
        let book = push.data.first()?;
        let rows = book.bids.iter().chain(&book.asks);
        rows.map(|[price, qty, ..]| price.parse::<Decimal>().ok().zip(qty.parse::<Decimal>().ok()))
            .collect::<Option<Vec<_>>>()
            .map(|levels| levels.len())
    }
}

fn decode_book(frame: &[u8], steps: &Steps, levels: &mut Vec<Level>) -> decode::BookHead {
    levels.clear();
    let Ok(Frame::Push(push)) = frame::read(frame) else { panic!("a push") };
    push.one(|scanner| decode::book(scanner, steps, levels)).expect("a book")
}

fn main() {
    if shared::path("venues/samples/okx").is_none() {
        return;
    }
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    books(&mut criterion);
    singles(&mut criterion);
    criterion.final_summary();
}

/// How much longer the second takes, each at its best of many turns taken in alternation: what else runs on the machine
/// slows both, and neither at its best.
fn best_ratio(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> f64 {
    let (mut best, mut other) = (Duration::MAX, Duration::MAX);
    for _ in 0..2_000 {
        let begin = Instant::now();
        ours();
        let between = Instant::now();
        theirs();
        best = best.min(between - begin);
        other = other.min(between.elapsed());
    }
    other.as_secs_f64() / best.as_secs_f64()
}

fn say(words: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), words.as_bytes());
}

fn books(criterion: &mut Criterion) {
    let frames = book_changes();
    let steps = steps("0.1", "0.00000001");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for frame in &frames {
        let head = decode_book(frame.as_bytes(), &steps, &mut ours);
        let (prev, seq, at) = peer::decode(frame, &mut theirs).expect("a book");
        assert_eq!((head.prev, head.seq, head.at.millis()), (Some(prev), Some(seq), at));
        assert_eq!(ours, theirs, "both read the same");
    }
    let ratio = best_ratio(
        || {
            for frame in &frames {
                black_box(decode_book(black_box(frame.as_bytes()), &steps, &mut ours));
            }
        },
        || {
            for frame in &frames {
                black_box(peer::decode(black_box(frame), &mut theirs));
            }
        },
    );
    say(&format!(
        "book changes: {} frames, {ratio:.2} times sonic-rs and fixed point\n",
        frames.len()
    ));
    let bytes: usize = frames.iter().map(String::len).sum();
    let mut group = criterion.benchmark_group("book changes");
    group.throughput(Throughput::Bytes(u64::try_from(bytes).expect("fits")));
    group.bench_function("aurora", |bench| {
        bench.iter(|| {
            for frame in &frames {
                black_box(decode_book(black_box(frame.as_bytes()), &steps, &mut ours));
            }
        });
    });
    group.bench_function("sonic-rs and fixed point", |bench| {
        bench.iter(|| {
            for frame in &frames {
                black_box(peer::decode(black_box(frame), &mut theirs));
            }
        });
    });
    group.bench_function("sonic-rs and decimals", |bench| {
        bench.iter(|| {
            for frame in &frames {
                black_box(peer::decimals(black_box(frame)));
            }
        });
    });
    group.finish();
}

fn singles(criterion: &mut Criterion) {
    let fine = steps("0.1", "0.00000001");
    let trade = sample("nt_ws_trades").to_string();
    let order = sample("nt_ws_orders").to_string();
    let best_trade = best(|| decode_trade(black_box(trade.as_bytes()), &fine));
    let best_order = best(|| decode_order(black_box(order.as_bytes()), &fine));
    say(&format!("at best: trade {best_trade:.0} ns, order update {best_order:.0} ns\n"));
    criterion.bench_function("trade", |bench| {
        bench.iter(|| decode_trade(black_box(trade.as_bytes()), &fine));
    });
    criterion.bench_function("order update", |bench| {
        bench.iter(|| decode_order(black_box(order.as_bytes()), &fine));
    });
}

fn decode_trade(frame: &[u8], steps: &Steps) {
    let Ok(Frame::Push(push)) = frame::read(frame) else { panic!("a push") };
    push.each(|scanner| {
        black_box(decode::trade(scanner, steps)?);
        Ok(())
    })
    .expect("a trade");
}

/// The order and its newest fill in ticks and lots, its fee exactly.
fn decode_order(frame: &[u8], steps: &Steps) {
    let Ok(Frame::Push(push)) = frame::read(frame) else { panic!("a push") };
    push.one(|scanner| {
        let order = decode::order(scanner)?;
        let (px, fill) = (order.px.ticks(&steps.tick)?, order.newest_fill(steps)?);
        let (sz, filled) = (order.sz.lots(&steps.lot)?, order.acc_fill_sz.lots(&steps.lot)?);
        black_box((order.ord_id, order.state, fill, px, sz, filled, order.fee.decimal()?));
        Ok(())
    })
    .expect("an order");
}

/// Nanoseconds one takes in the best of many runs of a hundred.
fn best(mut one: impl FnMut()) -> f64 {
    let run = |_| {
        let begin = Instant::now();
        (0..100).for_each(|_| one());
        begin.elapsed()
    };
    let best = (0..5_000).map(run).min().unwrap_or_default();
    best.as_secs_f64() * 1e7
}
