//! Any script at the market session: what it passes on is always an unbroken chain.
//!
//! `cargo fuzz run market fuzz/corpus/market fuzz/seeds/market`
#![no_main]

mod world;

use aurora_binance::market::{MarketConfig, MarketSession};
use aurora_model::MarketKind;
use aurora_wire::Note;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let view = bytes.first().copied().unwrap_or_default() & 1;
    let rules = vec![world::rules(0, "BTCUSDT"), world::rules(1, "BNBUSDT")];
    let config = MarketConfig { endpoints: world::endpoints(), rules, view };
    let mut world = world::World::new(MarketSession::new(config));
    let mut last = [None; 2];
    for (op, frame) in world::steps(bytes) {
        world.step(op, frame);
        for event in world.out.market_events() {
            let last = &mut last[event.instrument.index()];
            match event.kind {
                MarketKind::Snapshot { last_id, .. } => *last = Some(last_id),
                MarketKind::Diff { first_id, last_id, prev_id, .. } => {
                    let before: u64 = last.expect("a snapshot comes first");
                    let bridges = first_id <= before && before <= last_id;
                    assert!(prev_id == Some(before) || bridges, "{last_id} after {before}");
                    *last = Some(last_id);
                }
                _ => {}
            }
        }
        for note in &world.out.notes {
            if let Note::Gap(no, _) = note
                && !world.out.notes.iter().any(|note| matches!(note, Note::Synced(..)))
            {
                last[no.index()] = None;
            }
        }
    }
});
