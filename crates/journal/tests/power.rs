//! Power cuts at any moment and any failing call: what was acknowledged is there, and nothing else is made up.

use std::io;
use std::path::Path;
use std::sync::Arc;

use aurora_journal::disk::{Fault, MemoryDisk};
use aurora_journal::{Journal, JournalError, Options, Recovered};

const DIR: &str = "/data/journal";

/// How many seeds; more are asked for with `AURORA_SEEDS`.
fn seeds() -> u64 {
    std::env::var("AURORA_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

/// A fixed stream of numbers (Steele, Lea, Flood: SplitMix64, 2014).
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n.max(1)
    }

    fn payload(&mut self) -> Vec<u8> {
        let most = if self.below(8) == 0 { 1500 } else { 60 };
        let length = self.below(most);
        (0..length).map(|_| u8::try_from(self.below(256)).unwrap()).collect()
    }
}

/// Opens the journal and returns what it replayed.
fn open(
    disk: &MemoryDisk,
    options: Options,
) -> Result<(Journal, Recovered, Vec<Vec<u8>>), JournalError> {
    let mut told = Vec::new();
    let disk = Arc::new(disk.clone());
    let mut replay = |record: aurora_journal::Record| told.push(record.payload);
    let (journal, recovered) = Journal::open_on(disk, Path::new(DIR), options, &mut replay)?;
    Ok((journal, recovered, told))
}

/// One machine through several lives, each ended by a power cut.
struct Machine {
    draws: Draws,
    disk: MemoryDisk,
    options: Options,
    /// Everything appended so far that may be in the journal.
    history: Vec<Vec<u8>>,
    /// So many of them were acknowledged.
    acked: usize,
    /// Whether the disk lies about its syncs.
    is_lied_to: bool,
    cuts: u64,
    torn: u64,
}

impl Machine {
    fn new(seed: u64) -> Machine {
        let mut draws = Draws(seed);
        let options = Options {
            segment_bytes: 1000 + draws.below(8000),
            reserve_bytes: [1, 512, 4096][usize::try_from(draws.below(3)).unwrap()],
            full_disk_bytes: draws.below(2) * 4096,
            first_epoch: 1,
            exact_epoch: false,
        };
        let (disk, history) = (MemoryDisk::new(), Vec::new());
        let is_lied_to = false;
        Machine { draws, disk, options, history, acked: 0, is_lied_to, cuts: 0, torn: 0 }
    }

    /// Works until the power is gone, then finds the disk as it was left. What is wrong, where something is.
    fn live(&mut self) -> Result<(), String> {
        let call = self.disk.calls() + 1 + self.draws.below(60);
        self.disk.fail(Some(Fault { call, error: io::ErrorKind::Other, lasts: true }));
        if self.is_lied_to {
            self.disk.lie();
        }
        if let Some(journal) = self.start()? {
            self.work(journal);
        }
        let draws = &mut self.draws;
        self.disk = self.disk.power_cut(&mut |n| draws.below(n));
        self.cuts += 1;
        Ok(())
    }

    /// Everything acknowledged must come back, and behind it only what was really appended. `None` when the
    /// power is gone before the start is through.
    fn start(&mut self) -> Result<Option<Journal>, String> {
        let (journal, recovered, told) = match open(&self.disk, self.options) {
            Ok(opened) => opened,
            Err(JournalError::Io { .. }) => return Ok(None),
            Err(refused) => return Err(format!("a power cut was taken for damage: {refused}")),
        };
        if told.len() < self.acked {
            return Err(format!("lost: only {} of {} came back", told.len(), self.acked));
        }
        if !self.history.starts_with(&told) {
            return Err("replayed what was never appended".into());
        }
        self.torn += u64::from(0 < recovered.torn_bytes);
        self.history = told;
        self.acked = self.history.len();
        Ok(Some(journal))
    }

    /// Several lives, and a last start that nothing disturbs.
    fn live_and_die(&mut self, lives: usize) -> Result<(), String> {
        (0..lives).try_for_each(|_| self.live())?;
        self.disk.fail(None);
        self.start()?.map(drop).ok_or_else(|| "the last start failed".into())
    }

    fn work(&mut self, mut journal: Journal) {
        loop {
            for _ in 0..=self.draws.below(12) {
                let payload = self.draws.payload();
                if journal.append_vital(1, &payload).is_err() {
                    return;
                }
                self.history.push(payload);
            }
            // The thread that prepares the next segment, as far as it got.
            for _ in 0..self.draws.below(5) {
                journal.prepare();
            }
            if self.draws.below(4) == 0 {
                if journal.hand_over().is_err() {
                    return;
                }
            } else if journal.commit().is_ok() {
                self.acked = self.history.len();
            } else {
                return;
            }
        }
    }
}

#[test]
fn no_acknowledged_record_is_lost_in_a_power_cut_and_none_stops_the_next_start() {
    let (mut cuts, mut torn, mut acked) = (0, 0, 0);
    for seed in 0..seeds() {
        let mut machine = Machine::new(seed);
        machine.live_and_die(6).unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
        (cuts, torn) = (cuts + machine.cuts, torn + machine.torn);
        acked += machine.acked;
    }
    assert!(cuts / 20 < torn, "{torn} torn tails of {cuts} cuts: the cuts are too kind");
    eprintln!("{cuts} power cuts, {torn} torn tails, {acked} records acknowledged, 0 lost");
}

#[test]
fn a_disk_that_lies_about_its_syncs_is_found_out() {
    let found = |seed: &u64| {
        let mut machine = Machine::new(*seed);
        machine.is_lied_to = true;
        machine.live_and_die(6).is_err()
    };
    let caught = (0..100).filter(found).count();
    assert!(90 < caught, "{caught} of 100 seeds notice");
}

/// What one failing call did to a short life.
#[derive(Default)]
struct Struck {
    was_reached: bool,
    stopped: bool,
    acked_after: u64,
}

/// A life of 30 commits in which one call fails, with the next segment prepared or not; then a power cut and a start on a healthy disk.
fn strike(fault: Fault, is_prepared: bool, draws: &mut Draws) -> Struck {
    let options = Options {
        segment_bytes: 1500,
        reserve_bytes: 512,
        full_disk_bytes: 2048,
        first_epoch: 1,
        exact_epoch: false,
    };
    let disk = MemoryDisk::new();
    disk.fail(Some(fault));
    let (mut struck, mut acked) = (Struck::default(), Vec::new());
    if let Ok((mut journal, ..)) = open(&disk, options) {
        for n in 0..30u8 {
            let payload = vec![n; 40 + usize::from(n)];
            if is_prepared {
                while journal.prepare() {}
            }
            let taken = journal.append(1, &payload).or_else(|refused| match refused {
                JournalError::Full { .. } => journal.append_vital(1, &payload),
                other => Err(other),
            });
            let is_acked = taken.and_then(|_| journal.commit()).is_ok();
            struck.acked_after += u64::from(struck.stopped && is_acked);
            struck.stopped |= !is_acked;
            if is_acked {
                acked.push(payload);
            }
            assert_eq!(journal.durable().0, acked.len() as u64, "{fault:?}");
        }
    }
    struck.was_reached = fault.call <= disk.calls();
    disk.fail(None);
    let disk = disk.power_cut(&mut |n| draws.below(n));
    let (.., told) = open(&disk, options).unwrap_or_else(|refused| panic!("{fault:?}: {refused}"));
    assert!(told.starts_with(&acked), "{fault:?}: {} of {} came back", told.len(), acked.len());
    struck
}

#[test]
fn after_any_call_that_fails_nothing_is_acknowledged_that_the_disk_does_not_have() {
    let (mut calls, mut stopped) = (0, 0);
    for error in [io::ErrorKind::Other, io::ErrorKind::StorageFull] {
        for (lasts, is_prepared) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut draws = Draws(7);
            for call in 1.. {
                let struck = strike(Fault { call, error, lasts }, is_prepared, &mut draws);
                if !struck.was_reached {
                    break;
                }
                assert_eq!(struck.acked_after, 0, "{error:?} at call {call}");
                calls += 1;
                stopped += u64::from(struck.stopped);
            }
        }
    }
    assert!(200 < calls && calls / 2 < stopped, "{calls} calls failed, {stopped} lives stopped");
    eprintln!("{calls} failing calls, {stopped} stopped the journal, 0 acknowledged after");
}

#[test]
fn what_a_failed_sync_left_readable_survives_a_restart_and_then_a_power_cut() {
    let options = Options { full_disk_bytes: 0, ..Options::default() };
    let disk = MemoryDisk::new();
    let (mut journal, ..) = open(&disk, options).unwrap();
    journal.append(1, b"one").unwrap();
    journal.commit().unwrap();
    // The commit's write succeeds, its sync does not.
    let call = disk.calls() + 2;
    disk.fail(Some(Fault { call, error: io::ErrorKind::Other, lasts: false }));
    journal.append(1, b"two").unwrap();
    assert!(journal.commit().is_err());
    drop(journal);
    // The restart reads both, acts on both, and goes on.
    let (mut journal, _, told) = open(&disk, options).unwrap();
    assert_eq!(told, [b"one".to_vec(), b"two".to_vec()]);
    journal.append(1, b"three").unwrap();
    journal.commit().unwrap();
    drop(journal);
    let cut = disk.power_cut(&mut |_| 0);
    let (.., told) = open(&cut, options).unwrap();
    assert_eq!(told.len(), 3, "what was acted on is still there");
}
