//! Recorded book updates through [`Book`] and through two plain sorted maps, in the same run.
//!
//! Frames are decoded beforehand. After each message both read their best bid and ask. Without the
//! recordings there is nothing to measure and the bench says so.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use aurora_binance::tape::{ClockShift, TapeSet};
use aurora_book::Book;
use aurora_model::{Level, MarketEvent, MarketKind, Side};
use aurora_testkit::shared;
use criterion::{Criterion, Throughput};

const FILES: [&str; 6] = [
    "usdm_btcusdt_20240808",
    "usdm_ethusdt_20240808",
    "spot_btcusdt_20240808",
    "spot_ethusdt_20240808",
    "cm_btcusd_perp_20240808",
    "cm_ethusd_perp_20240808",
];

/// One tape's book messages, decoded.
struct Recorded {
    name: &'static str,
    continuity: aurora_book::Continuity,
    messages: Vec<(MarketEvent<'static>, Vec<Level>)>,
    levels: usize,
}

impl Recorded {
    fn read(folder: &std::path::Path, name: &'static str) -> Recorded {
        let path = folder.join(format!("{name}.raw.zst"));
        let mut set = TapeSet::open(&[path], ClockShift::Auto).expect("a recorded tape");
        let continuity = set.tracks()[0].market.continuity();
        let (mut messages, mut count) = (Vec::new(), 0);
        while let Some(event) = set.next_event().expect("a whole tape") {
            if matches!(event.kind, MarketKind::Bbo { .. } | MarketKind::Trade { .. }) {
                continue;
            }
            let levels = event.kind.levels();
            count += levels.len();
            messages.push((event.with_levels(&[]), levels.to_vec()));
        }
        Recorded { name, continuity, messages, levels: count }
    }

    fn through_the_book(&self, book: &mut Book) {
        for (head, levels) in &self.messages {
            book.apply(&head.with_levels(levels));
            black_box(book.touch());
        }
    }

    fn through_maps(&self) -> [BTreeMap<i64, i64>; 2] {
        let mut sides = [BTreeMap::new(), BTreeMap::new()];
        for (_, levels) in &self.messages {
            for level in levels {
                let side = &mut sides[usize::from(level.side == Side::Sell)];
                match level.qty.0 {
                    0 => side.remove(&level.price.0),
                    qty => side.insert(level.price.0, qty),
                };
            }
            black_box((sides[0].last_key_value(), sides[1].first_key_value()));
        }
        sides
    }
}

fn main() {
    let Some(folder) = shared::path("data/crypto_l2/binance_ws_raw") else { return };
    let tapes: Vec<Recorded> = FILES.iter().map(|name| Recorded::read(&folder, name)).collect();
    let mut criterion = Criterion::default().configure_from_args();
    for tape in &tapes {
        let mut group = criterion.benchmark_group(format!("book/{}", tape.name));
        group.throughput(Throughput::Elements(tape.levels as u64));
        group.sample_size(20).measurement_time(Duration::from_secs(2));
        group.bench_function("aurora", |b| {
            b.iter_batched(
                || Book::new(tape.continuity),
                |mut book| {
                    tape.through_the_book(&mut book);
                    book
                },
                criterion::BatchSize::LargeInput,
            );
        });
        group.bench_function("btreemap", |b| b.iter(|| tape.through_maps()));
        group.finish();
    }
    criterion.final_summary();
    compare(&tapes);
}

/// The two taking turns, so that a busy machine slows both alike; the best of nine turns each.
fn compare(tapes: &[Recorded]) {
    let (mut book_sum, mut map_sum) = (Duration::ZERO, Duration::ZERO);
    for tape in tapes {
        let (mut book_best, mut map_best) = (Duration::MAX, Duration::MAX);
        for _ in 0..9 {
            let mut book = Book::new(tape.continuity);
            let start = Instant::now();
            tape.through_the_book(&mut book);
            book_best = book_best.min(start.elapsed());
            let start = Instant::now();
            black_box(tape.through_maps());
            map_best = map_best.min(start.elapsed());
        }
        report(tape.name, tape.levels, book_best, map_best);
        book_sum += book_best;
        map_sum += map_best;
    }
    report("all six", tapes.iter().map(|tape| tape.levels).sum(), book_sum, map_sum);
}

fn report(name: &str, levels: usize, book: Duration, map: Duration) {
    let ns = |time: Duration| time.as_secs_f64() * 1e9 / levels as f64;
    let ratio = map.as_secs_f64() / book.as_secs_f64();
    eprintln!(
        "{name}: {:.1} ns a level, BTreeMap {:.1} ns, {ratio:.1} times faster",
        ns(book),
        ns(map)
    );
}
