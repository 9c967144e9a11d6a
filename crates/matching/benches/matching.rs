//! What a market event costs: to generate, and to show the paper venue.

use std::hint::black_box;

use aurora_matching::{GeneratedMarket, InstrumentSpec, PaperVenue, VenueConfig, VenueOutput};
use aurora_model::{
    ClientOrderId, InstrumentNo, Level, Lots, MarketEvent, Nanos, OrderIntent, OrderNo, Side,
    Ticks, TimeInForce, VenueRequest,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const START: Nanos = Nanos(1_700_000_000_000_000_000);
const MESSAGES: usize = 100_000;

/// Events kept whole, levels in one arena.
struct Tape {
    levels: Vec<Level>,
    messages: Vec<(MarketEvent<'static>, std::ops::Range<usize>)>,
    events: u64,
}

impl Tape {
    fn record() -> Tape {
        let mut market = GeneratedMarket::new(1, START, InstrumentSpec::standard());
        let mut tape = Tape { levels: Vec::new(), messages: Vec::new(), events: 0 };
        for _ in 0..MESSAGES {
            let event = market.next_event();
            tape.events += event.kind.event_count() as u64;
            let from = tape.levels.len();
            tape.levels.extend_from_slice(event.kind.levels());
            let event = event.with_levels(&[]);
            tape.messages.push((event, from..tape.levels.len()));
        }
        tape
    }

    fn play(&self, venue: &mut PaperVenue, out: &mut VenueOutput) {
        for (event, range) in &self.messages {
            venue.on_market(&event.with_levels(&self.levels[range.clone()]), out);
        }
    }
}

fn venue() -> PaperVenue {
    let instruments = InstrumentSpec::standard().into_iter().map(|spec| spec.instrument).collect();
    PaperVenue::new(instruments, VenueConfig::default())
}

/// Twenty bids in each instrument, too far below to trade.
fn send_orders(venue: &mut PaperVenue) {
    let limits = InstrumentSpec::standard().into_iter().map(|spec| spec.start_price);
    for (instrument, limit) in (0..).map(InstrumentNo).zip(limits) {
        for place in 0..20 {
            let limit = Ticks(limit.0 - 600 - place);
            let id = ClientOrderId::new(
                0,
                1,
                OrderNo(limit.0.unsigned_abs() << 8 | u64::from(instrument.0)),
            );
            let (side, qty, time_in_force) = (Side::Buy, Lots(1_000), TimeInForce::PostOnly);
            let intent =
                OrderIntent { instrument, side, limit, qty, time_in_force, reduce_only: false };
            venue.submit(START, VenueRequest::Place { id, intent });
        }
    }
}

fn bench(c: &mut Criterion) {
    let tape = Tape::record();
    let mut group = c.benchmark_group("matching");
    group.throughput(Throughput::Elements(tape.events));
    group.sample_size(20);
    group.bench_function("generate", |b| {
        b.iter(|| {
            let mut market = GeneratedMarket::new(1, START, InstrumentSpec::standard());
            for _ in 0..MESSAGES {
                black_box(market.next_event());
            }
        });
    });
    for (name, with_orders) in [("venue without orders", false), ("venue with 60 orders", true)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut venue = venue();
                if with_orders {
                    send_orders(&mut venue);
                }
                let mut out = VenueOutput::default();
                tape.play(&mut venue, &mut out);
                black_box((venue, out));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
