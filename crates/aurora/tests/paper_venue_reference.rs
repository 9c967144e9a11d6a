//! The paper venue beside another simulator's record of the same quoter in the same recorded market.
//!
//! The quoter: each second, where no bid of ours is open, one post-only bid five ticks under the mid; likewise an
//! ask above it; nothing is ever cancelled. The record was made by hftbacktest from diffs and trades, with 10 ms
//! each way, its most careful queue, and whole fills only. So the touch stream is left out here, the venue sees
//! each event at the exchange's time and the desk at its own, and our orders are one lot: a fill is a whole fill.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use aurora_binance::tape::{ClockShift, TapeSet};
use aurora_book::Book;
use aurora_matching::{PaperVenue, QueueModel, VenueConfig, VenueOutput};
use aurora_model::{
    ClientOrderId, InstrumentNo, Level, Lots, MarketEvent, MarketKind, Nanos, Notional,
    OrderIntent, OrderNo, Side, Ticks, TimeInForce, VenueRequest,
};
use aurora_testkit::shared;

#[test]
fn a_quoter_has_the_recorded_fills_in_every_second() {
    let Some(data) = shared::path("data") else { return };
    for (name, shift_ns) in [("usdm_btcusdt", 1_272_156_851), ("usdm_ethusdt", 1_272_228_703)] {
        let record = format!("refs/hftbacktest/{name}_20240808_mm_record.csv");
        let rows = rows(&data.join(record));
        let tape = format!("crypto_l2/binance_ws_raw/{name}_20240808.raw.zst");
        let tape = Tape::read(data.join(tape), Nanos(shift_ns));
        let times: Vec<Nanos> = rows.iter().map(|row| row.at).collect();
        let quoted = quote(&tape, &times);
        assert_eq!(rows.len(), 344, "{name}");
        for (row, found) in rows.iter().zip(quoted) {
            assert_eq!(found, *row, "{name}");
        }
    }
}

/// What is known at the end of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    at: Nanos,
    position: i64,
    fills: usize,
}

fn rows(record: &Path) -> Vec<Row> {
    let text = fs::read_to_string(record).expect("the record can be read");
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |at: usize| fields[at].parse::<i64>().expect("a whole number");
        Row {
            at: Nanos(number(0)),
            position: number(2),
            fills: usize::try_from(number(5)).unwrap(),
        }
    };
    text.lines().skip(1).map(row).collect()
}

/// Plays the tape with the quoter in it and says where it stands at those times.
fn quote(tape: &Tape, times: &[Nanos]) -> Vec<Row> {
    let config = VenueConfig {
        order_latency: Nanos::from_millis(10),
        report_latency: Nanos::from_millis(10),
        jitter: Nanos(0),
        queue: QueueModel::RiskAverse,
        ..VenueConfig::default()
    };
    let mut venue = PaperVenue::new(vec![tape.instrument.clone()], config);
    let mut book = Book::new(tape.continuity);
    let mut out = VenueOutput::default();
    let mut rows = Vec::new();
    let mut orders = 0;
    for (at, seen_by, which) in tape.by_time() {
        while let Some(second) = times.get(rows.len()).filter(|second| **second < at) {
            venue.advance(*second, &mut out);
            place_what_is_missing(&mut venue, &book, *second, &mut orders);
            let position = venue.positions().first().map_or(0, |(_, lots)| lots.0);
            rows.push(Row {
                at: *second,
                position,
                fills: venue.fills_since(Nanos(i64::MIN)).len(),
            });
        }
        match seen_by {
            SeenBy::Venue => venue.on_market(&tape.event(which, at), &mut out),
            SeenBy::Desk => drop(book.apply(&tape.event(which, at))),
        }
    }
    rows
}

fn place_what_is_missing(venue: &mut PaperVenue, book: &Book, at: Nanos, orders: &mut u64) {
    let Some(touch) = book.touch() else { return };
    let mid = f64::midpoint(touch.bid.0 as f64, touch.ask.0 as f64);
    for side in [Side::Buy, Side::Sell] {
        if venue.open_orders().any(|order| order.intent.side == side) {
            continue;
        }
        *orders += 1;
        let limit = (mid - 5.0 * side.sign() as f64).round_ties_even();
        #[expect(clippy::cast_possible_truncation, reason = "a price in ticks")]
        let intent = OrderIntent {
            instrument: InstrumentNo(0),
            side,
            limit: Ticks(limit as i64),
            qty: Lots(1),
            time_in_force: TimeInForce::PostOnly,
            reduce_only: false,
        };
        let id = ClientOrderId::new(0, 1, OrderNo(*orders));
        venue.submit(at, VenueRequest::Place { id, intent });
    }
}

/// Who an event reaches; the venue sees it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SeenBy {
    Venue,
    Desk,
}

/// Diffs and trades of one tape, whole in memory.
struct Tape {
    instrument: aurora_model::Instrument,
    continuity: aurora_book::Continuity,
    levels: Vec<Level>,
    events: Vec<(MarketEvent<'static>, Range<usize>)>,
}

impl Tape {
    fn read(path: PathBuf, shift: Nanos) -> Tape {
        let mut set = TapeSet::open(&[path], ClockShift::Fixed(shift)).expect("a tape");
        let track = &set.tracks()[0];
        // One lot is below what the venue would take.
        let instrument =
            aurora_model::Instrument { min_notional: Notional::ZERO, ..track.instrument.clone() };
        let continuity = track.market.continuity();
        let mut tape = Tape { instrument, continuity, levels: Vec::new(), events: Vec::new() };
        while let Some(event) = set.next_event().expect("whole frames") {
            let from = tape.levels.len();
            if matches!(event.kind, MarketKind::Bbo { .. }) {
                continue;
            }
            tape.levels.extend_from_slice(event.kind.levels());
            let event = event.with_levels(&[]);
            tape.events.push((event, from..tape.levels.len()));
        }
        tape
    }

    /// Every event twice: when the exchange made it, and when it reached the desk.
    fn by_time(&self) -> Vec<(Nanos, SeenBy, usize)> {
        let mut all = Vec::new();
        for (which, (event, _)) in self.events.iter().enumerate() {
            // A snapshot came by REST and has no time of the exchange.
            let made_at = Some(event.exchange_at).filter(|at| at.0 != 0);
            all.push((made_at.unwrap_or(event.received_at), SeenBy::Venue, which));
            all.push((event.received_at, SeenBy::Desk, which));
        }
        all.sort();
        all
    }

    fn event(&self, which: usize, at: Nanos) -> MarketEvent<'_> {
        let (event, range) = &self.events[which];
        MarketEvent { received_at: at, ..event.with_levels(&self.levels[range.clone()]) }
    }
}
