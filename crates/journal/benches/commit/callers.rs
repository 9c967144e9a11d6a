//! Many callers, each waiting for its own record: the journal beside a bare group commit.
//!
//! The bare one is the least there can be: a lock, a buffer, and whoever finds nobody at the disk goes
//! there with everything; no framing, no numbers, no chain.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use aurora_journal::SharedJournal;

use crate::{PAYLOAD, RECORD_BYTES, prepared, tell};

const ROUNDS: usize = 15;
const RECORDS_PER_CALLER: usize = 100;

pub(crate) fn compare(dir: &Path, callers: usize) {
    let journal = SharedJournal::new(crate::journal(&dir.join("callers")));
    let records = callers * RECORDS_PER_CALLER;
    let bare = Bare::new(prepared(dir, "callers-raw", ROUNDS * records));
    let one = [7; RECORD_BYTES];
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(round(callers, || {
            journal.record(1, PAYLOAD).unwrap();
        }));
        theirs.push(round(callers, || bare.record(&one)));
    }
    let rate =
        |took: &[Duration]| (records * ROUNDS) as f64 / took.iter().sum::<Duration>().as_secs_f64();
    tell(&format!("{callers} callers, journal: {:.0} records/s\n", rate(&ours)));
    tell(&format!("{callers} callers, bare group commit: {:.0} records/s\n", rate(&theirs)));
    ours.sort_unstable();
    theirs.sort_unstable();
    tell(&format!(
        "    journal / bare group commit: {:.2}, by the median round {:.2} (target 0.9)\n",
        rate(&ours) / rate(&theirs),
        theirs[ROUNDS / 2].as_secs_f64() / ours[ROUNDS / 2].as_secs_f64(),
    ));
}

/// Every caller records its share; how long until the last is done.
fn round(callers: usize, record: impl Fn() + Sync) -> Duration {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| (0..RECORDS_PER_CALLER).for_each(|_| record()));
        }
    });
    start.elapsed()
}

struct Bare {
    file: File,
    state: Mutex<State>,
    is_back: Condvar,
}

#[derive(Default)]
struct State {
    gathered: Vec<u8>,
    spare: Vec<u8>,
    is_at_the_disk: bool,
    taken: u64,
    durable: u64,
    end: u64,
}

impl Bare {
    fn new(file: File) -> Bare {
        Bare { file, state: Mutex::default(), is_back: Condvar::new() }
    }

    fn record(&self, bytes: &[u8]) {
        let mut state = self.state.lock().unwrap();
        state.gathered.extend_from_slice(bytes);
        state.taken += 1;
        let ours = state.taken;
        while state.durable < ours {
            if state.is_at_the_disk {
                state = self.is_back.wait(state).unwrap();
                continue;
            }
            state.is_at_the_disk = true;
            let spare = std::mem::take(&mut state.spare);
            let mut batch = std::mem::replace(&mut state.gathered, spare);
            let (taken, end) = (state.taken, state.end);
            drop(state);
            self.file.write_all_at(&batch, end).unwrap();
            self.file.sync_data().unwrap();
            state = self.state.lock().unwrap();
            state.end += batch.len() as u64;
            state.durable = taken;
            batch.clear();
            state.spare = batch;
            state.is_at_the_disk = false;
            self.is_back.notify_all();
        }
    }
}
