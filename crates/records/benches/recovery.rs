//! How long a start takes after a day of a million records: `cargo bench -p aurora-records --bench recovery [RECORDS]`.
//!
//! Orders that are decided, sent, taken and filled, with a checkpoint every ten thousand records. The whole
//! journal, then the newest snapshot and the rest; both must come to the same state hash.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use aurora_book::{Continuity, FeatureParams};
use aurora_engine::brakes::{BrakeLimits, BudgetLimits};
use aurora_engine::guard::Limits;
use aurora_engine::{Engine, MarketSettings, Record, Settings, Stamped, state_hash};
use aurora_exec::{Deadlines, Purpose};
use aurora_gate::{GateConfig, NoStopwatch};
use aurora_journal::{Chain, Journal, Reader, Snapshot, Snapshots};
use aurora_model::{
    ClientOrderId, Fill, Instrument, InstrumentNo, Liquidity, Lots, Nanos, Notional, OrderIntent,
    OrderNo, Payoff, ReportKind, Side, Ticks, TimeInForce, VenueReport,
};

const BEGIN: Nanos = Nanos(1_700_000_000_000_000_000);
const TARGET: Duration = Duration::from_secs(5);
const ROUNDS: usize = 3;

fn main() {
    let records = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir_in(".").expect("a folder to write to");
    let journal = folder.path().join("journal");
    write(&journal, records);
    let mut hashes = Vec::new();
    for (name, with_snapshot) in [("the whole journal", false), ("a snapshot and the rest", true)] {
        let mut took = Vec::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let (engine, applied) = recover(&journal, with_snapshot);
            took.push((start.elapsed(), applied));
            hashes.push(state_hash(&engine.state()));
        }
        took.sort_unstable();
        let (middle, applied) = took[ROUNDS / 2];
        tell(&format!(
            "{name}: {records} records read and checked, {applied} applied in {middle:.2?} (median of {ROUNDS}, target {TARGET:?})\n"
        ));
    }
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "different states");
    tell(&format!("state hash {:02x?}, the same every time\n", hashes[0]));
}

/// What a start does.
fn recover(journal: &Path, with_snapshot: bool) -> (Engine<NoStopwatch>, u64) {
    let newest = || {
        let snapshots = Snapshots::of(journal, 1);
        snapshots.read(*snapshots.list().unwrap().last().unwrap()).unwrap().unwrap()
    };
    let (mut engine, from) = match with_snapshot.then(newest) {
        Some(snapshot) => {
            assert_eq!(state_hash(&snapshot.state), snapshot.state_hash);
            (engine().restored(&snapshot.state).unwrap(), snapshot.after.seq.0)
        }
        None => (engine(), 0),
    };
    let mut applied = 0;
    for record in Reader::open(journal).unwrap() {
        let record = record.unwrap();
        if from < record.seq.0 {
            let stamped = aurora_records::decode(&record.payload).unwrap();
            engine.replay(record.seq.0, &stamped).unwrap();
            applied += 1;
        }
    }
    (engine, applied)
}

/// Writes the day, and a snapshot after nine tenths of it.
fn write(folder: &Path, records: u64) {
    let (mut journal, _) = Journal::open(folder, &mut |_| ()).unwrap();
    let (mut engine, mut seq) = (engine(), 0);
    let mut take = |record: Record, engine: &mut Engine<NoStopwatch>| {
        seq += 1;
        let at = BEGIN + Nanos(i64::try_from(seq).unwrap() * 86_000_000);
        let stamped = Stamped { at, record };
        journal
            .append(aurora_records::kind_byte(&stamped.record), &aurora_records::encode(&stamped))
            .unwrap();
        engine.replay(seq, &stamped).unwrap();
        if seq.is_multiple_of(1_000) {
            journal.commit().unwrap();
        }
        if seq == records / 10 * 9 {
            journal.commit().unwrap();
            let after = Chain { seq: journal.durable(), head: journal.head_hash() };
            let state = engine.state();
            let snapshot = Snapshot { after, state_hash: state_hash(&state), state };
            Snapshots::of(folder, 1).write(&snapshot).unwrap();
        }
        seq
    };
    let mut seq = take(Record::Epoch { epoch: 1 }, &mut engine);
    for no in 1.. {
        for record in order(no) {
            seq = take(record, &mut engine);
        }
        if no.is_multiple_of(2_500) {
            seq = take(Record::Checkpoint { fingerprint: engine.fingerprint() }, &mut engine);
        }
        if records <= seq {
            break;
        }
    }
    journal.close().unwrap();
}

/// The life of one order; buys and sells by turns.
fn order(no: u64) -> [Record; 4] {
    let id = ClientOrderId::new(0, 1, OrderNo(no));
    let side = if no.is_multiple_of(2) { Side::Sell } else { Side::Buy };
    let limit = Ticks(1_000 + i64::try_from(no % 40).unwrap());
    let (instrument, qty) = (InstrumentNo(0), Lots(3));
    let time_in_force = TimeInForce::PostOnly;
    let intent = OrderIntent { instrument, side, limit, qty, time_in_force, reduce_only: false };
    let report = |kind| Record::Report(VenueReport { venue_at: BEGIN, kind });
    let fill = Fill {
        trade_id: u128::from(no) * 3,
        instrument,
        order: id,
        side,
        price: limit,
        qty,
        fee: money("0.6"),
        liquidity: Liquidity::Maker,
        at: BEGIN,
    };
    [
        Record::Intent { id, intent, purpose: Purpose::Entry, decision: no.into() },
        Record::Sent { id },
        report(ReportKind::Ack { id, venue_id: no }),
        report(ReportKind::Fill(fill)),
    ]
}

fn engine() -> Engine<NoStopwatch> {
    let one = money("1").decimal();
    let instrument = Instrument {
        id: "PAPER:PERP:BTC-USDT".parse().unwrap(),
        symbol: "BTCUSDT".into(),
        payoff: Payoff::Linear,
        tick: one,
        lot: one,
        multiplier: one,
        min_notional: money("5"),
        maker_fee: money("0.0002").decimal(),
        taker_fee: money("0.0005").decimal(),
    };
    let market = MarketSettings {
        instrument,
        continuity: Continuity::None,
        features: FeatureParams::default(),
        strategy: None,
    };
    let cash = BTreeMap::from([("USDT".to_owned(), money("1000000"))]);
    Engine::new(settings(), vec![market], GateConfig::default(), cash, NoStopwatch).unwrap()
}

fn settings() -> Settings {
    Settings {
        account: 0,
        seed: 1,
        mode: "paper",
        tick: Nanos::SECOND,
        quiet: Nanos::SECOND,
        stale_after: Nanos::SECOND,
        deadlines: Deadlines::default(),
        limits: Limits {
            order_notional: None,
            position_notional: None,
            exposure: None,
            price_band_bps: 100.0,
            orders_per_minute: 100,
            live_orders: 10,
        },
        brakes: BrakeLimits {
            day_notional: None,
            month_notional: None,
            day_loss: None,
            month_loss: None,
            cancels_per_minute: 100,
            flips_per_minute: 100,
            repeats_per_minute: 100,
            quarantine: Nanos::SECOND * 60,
            duplicate_within: Nanos(0),
            collar_bps: 100.0,
            budget: BudgetLimits::default(),
        },
        day_loss: None,
        capital: money("1000000"),
        dead_man: None,
        auto_run: true,
        wallets: None,
        checkpoint_every: Nanos::SECOND * 60,
    }
}

fn money(text: &str) -> Notional {
    text.parse().unwrap()
}

fn tell(line: &str) {
    std::io::stdout().write_all(line.as_bytes()).expect("a place to print to");
}
