//! A saved state and the rest of the journal are as good as the whole journal.

use aurora_engine::{Command, StateError, state_hash};
use aurora_model::{
    InstrumentNo, Lots, Nanos, ReportKind, Side, TransitionCause, VenueOrder, VenueRefusal,
};

use crate::stage::{Stage, fill_of};

/// A fixed stream of numbers (Steele, Lea, Flood: SplitMix64, 2014).
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n.max(1)
    }

    fn small(&mut self, n: u64) -> i64 {
        i64::try_from(self.below(n)).unwrap()
    }
}

/// One step of a desk's life, by chance: wishes, answers of all kinds, silence, stops.
fn step(stage: &mut Stage, draws: &mut Draws, trade: &mut u64) {
    let side = if draws.below(2) == 0 { Side::Buy } else { Side::Sell };
    let live: Vec<_> = stage.engine.orders().live().map(|o| (o.id, o.intent, o.filled)).collect();
    let pick = live.get(usize::try_from(draws.below(live.len() as u64)).unwrap()).copied();
    match (draws.below(14), pick) {
        (0..=2, _) => stage.wish(side, 995 + draws.small(10), 1 + draws.small(9)),
        (3, Some((id, ..))) => stage.report(ReportKind::Ack { id, venue_id: draws.below(99) }),
        (4..=5, Some((id, intent, filled))) => {
            *trade += 1 + draws.below(2);
            let qty = 1 + draws.small(u64::try_from((intent.qty - filled).0).unwrap());
            let fill = fill_of(id, *trade, intent.side, intent.limit.0, qty.min(intent.qty.0));
            stage.report(ReportKind::Fill(fill));
            if draws.below(4) == 0 {
                stage.report(ReportKind::Fill(fill));
            }
        }
        (6, Some((id, _, filled))) => stage.report(ReportKind::Canceled { id, filled }),
        (7, Some((id, ..))) => {
            stage.report(ReportKind::Reject { id, refusal: VenueRefusal::WouldTake })
        }
        (8, Some((id, intent, filled))) => {
            let found = VenueOrder { id, venue_id: 7, intent, filled, is_open: true };
            let found = (draws.below(2) == 0).then_some(found);
            stage.report(ReportKind::Order { id, found });
        }
        (9, _) => stage.pass(Nanos(draws.small(3_000_000_000))),
        (10, _) if draws.below(3) == 0 => {
            let cause = TransitionCause::Operator;
            drop(stage.command(Command::Hold(cause, "a person's word".into())));
        }
        (11, _) => drop(stage.command(Command::Resume("go on".into()))),
        (12, _) if draws.below(20) == 0 => stage.pass(Nanos::SECOND * 86_400),
        (12, _) => drop(stage.command(Command::Checkpoint)),
        _ => stage.apply(&aurora_engine::Input::Timer),
    }
    if draws.below(3) == 0 {
        stage.market(998 + draws.small(4), 1_003 + draws.small(3));
    }
    if draws.below(4) != 0 {
        stage.all_durable();
    }
}

fn life(stage: &mut Stage, draws: &mut Draws, steps: usize) {
    let mut trade = draws.below(1 << 40);
    for _ in 0..steps {
        step(stage, draws, &mut trade);
    }
}

/// Everything there is in an engine but the gate's last events, which only its next call looks at.
fn everything(stage: &Stage) -> String {
    let text = format!("{:?}", stage.engine);
    let (before, events) = text.split_once("events: [").unwrap();
    let mut depth = 1;
    let end = events.find(|c| {
        depth += match c {
            '[' => 1,
            ']' => -1,
            _ => 0,
        };
        depth == 0
    });
    format!("{before}{}", &events[end.unwrap()..])
}

#[test]
fn a_snapshot_at_any_record_and_the_rest_are_the_whole_replay_and_go_on_the_same() {
    let (mut fills, mut rejects, mut positions) = (0, 0, 0);
    for seed in 0..20 {
        let mut draws = Draws(seed);
        let mut stage = Stage::running();
        life(&mut stage, &mut draws, 150);
        let whole = stage.replayed();
        fills += whole.engine.ledger().counters().fills;
        positions += u64::from(whole.engine.ledger().position(InstrumentNo(0)) != Lots::ZERO);
        rejects += stage.journal.iter().filter(|r| format!("{r:?}").contains("Reject")).count();
        let records = stage.journal.len();
        for cut in (0..=records).step_by(1 + records / 12) {
            let restored = stage.replayed_from_snapshot(cut);
            assert_eq!(everything(&restored), everything(&whole), "seed {seed}, cut at {cut}");
            assert_eq!(restored.engine.state(), whole.engine.state());
            assert_eq!(restored.engine.fingerprint(), whole.engine.fingerprint());
            if cut % 3 == 0 {
                goes_on_the_same(restored, stage.replayed(), seed);
            }
        }
    }
    assert!(100 < fills && 50 < rejects && 5 < positions, "{fills} {rejects} {positions}");
}

/// Both begin a run and live through the same: they write and ask the same.
fn goes_on_the_same(mut one: Stage, mut other: Stage, seed: u64) {
    for stage in [&mut one, &mut other] {
        stage.command(Command::Start { epoch: 2 }).unwrap();
        stage.warm_up();
        life(stage, &mut Draws(seed ^ 0xABCD), 60);
    }
    assert_eq!(one.journal, other.journal);
    assert_eq!(format!("{:?}", one.requests()), format!("{:?}", other.requests()));
    assert_eq!(everything(&one), everything(&other));
}

#[test]
fn bytes_that_are_no_state_are_refused_or_mean_exactly_what_they_say() {
    let mut draws = Draws(1);
    let mut stage = Stage::running();
    life(&mut stage, &mut draws, 120);
    let state = stage.replayed().engine.state();
    for length in 0..state.len() {
        let cut = Stage::empty().engine.restored(&state[..length]);
        assert!(cut.is_err(), "cut to {length} of {}", state.len());
    }
    let mut taken = 0;
    for _ in 0..4_000 {
        let mut hurt = state.clone();
        for _ in 0..=draws.below(3) {
            let at = usize::try_from(draws.below(hurt.len() as u64)).unwrap();
            hurt[at] = u8::try_from(draws.below(256)).unwrap();
        }
        if let Ok(engine) = Stage::empty().engine.restored(&hurt) {
            assert_eq!(state_hash(&engine.state()), state_hash(&hurt));
            taken += 1;
        }
    }
    assert!(taken < 4_000, "a number may be another number; the file's own hash tells that");
}

#[test]
fn a_state_of_another_version_or_configuration_says_so() {
    let mut state = Stage::running().replayed().engine.state();
    let other = Stage::running_with_position_cap("7").replayed();
    assert_eq!(other.engine.restored(&state).err(), Some(StateError::Configuration));
    state[0] += 1;
    assert_eq!(Stage::empty().engine.restored(&state).err(), Some(StateError::Version(4)));
}
