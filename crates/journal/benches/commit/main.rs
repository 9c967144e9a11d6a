//! Commits a second beside the disk's own speed: `cargo bench -p aurora-journal --bench commit [FOLDER]`.
//!
//! Everything is asked in the same run, by turns: the journal, and what a commit cannot avoid, one write
//! of the same size and one fdatasync on a file whose blocks were all written before, the kindest case
//! there is. A ratio near one means that framing, CRC and hash chain cost nothing that can be seen.
//! SQLite (WAL, `synchronous=FULL`) does the same work in its own way.

mod busy;
mod callers;
mod sqlite;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aurora_journal::{Chain, Durable, Journal, JournalThread};

/// One record.
const PAYLOAD: &[u8] = &[b'x'; 256];
/// A record as the journal frames it.
const RECORD_BYTES: usize = PAYLOAD.len() + 37;
const ROUNDS: usize = 100;
const COMMITS_PER_ROUND: usize = 20;

fn main() {
    // Cargo passes `--bench`; a folder chooses the disk.
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let folder = folder.map_or_else(|| PathBuf::from("."), PathBuf::from);
    let dir = tempfile::tempdir_in(folder).expect("a folder to write to");
    compare(dir.path(), 1, 0.9);
    compare(dir.path(), 64, 0.8);
    callers::compare(dir.path(), 64);
    flood(dir.path());
    busy::compare(dir.path());
    in_memory();
}

/// Rounds of the journal, of the bare disk and, one record a commit, of SQLite, by turns.
fn compare(dir: &Path, batch: usize, target: f64) {
    let mut journal = journal(&dir.join(format!("one-{batch}")));
    let raw = prepared(dir, &format!("raw-{batch}"), ROUNDS * COMMITS_PER_ROUND * batch);
    let (bytes, mut at) = (vec![7; batch * RECORD_BYTES], 0);
    let mut table = (batch == 1).then(|| sqlite::Table::create(&dir.join("table.db")));
    let (mut ours, mut disks, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.extend((0..COMMITS_PER_ROUND).map(|_| {
            timed(|| {
                for _ in 0..batch {
                    journal.append(1, PAYLOAD).unwrap();
                }
                journal.commit().unwrap();
            })
        }));
        disks.extend((0..COMMITS_PER_ROUND).map(|_| {
            timed(|| {
                raw.write_all_at(&bytes, at).unwrap();
                raw.sync_data().unwrap();
                at += bytes.len() as u64;
            })
        }));
        if let Some(table) = &mut table {
            theirs.extend((0..COMMITS_PER_ROUND).map(|_| timed(|| table.insert(PAYLOAD))));
        }
    }
    let (ours, disks) = (Figures::of(ours), Figures::of(disks));
    print(&format!("{batch:>3} a commit, journal"), &ours, batch);
    print(&format!("{batch:>3} a commit, bare disk"), &disks, batch);
    verdict("journal / bare disk", &ours, &disks, target);
    if table.is_some() {
        let theirs = Figures::of(theirs);
        print("  1 a commit, SQLite WAL FULL", &theirs, 1);
        verdict("journal / SQLite", &ours, &theirs, 1.0);
    }
}

/// A journal as the desk has it: a thread prepares the next segment.
fn journal(dir: &Path) -> Journal {
    let (mut journal, _) = Journal::open(dir, &mut |_| ()).unwrap();
    journal.prepare_ahead().unwrap();
    journal
}

/// A file with room for so many records, every block of it written before, in pieces as the journal does:
/// after one large write every fdatasync would take longer.
fn prepared(dir: &Path, name: &str, records: usize) -> File {
    let file = File::create(dir.join(name)).unwrap();
    let zeros = [0; 1 << 16];
    for at in (0..records * RECORD_BYTES).step_by(zeros.len()) {
        file.write_all_at(&zeros, at as u64).unwrap();
    }
    file.sync_all().unwrap();
    file
}

/// Everything as fast as the sender can, grouped by the thread.
fn flood(dir: &Path) {
    let journal = journal(&dir.join("flood"));
    let (told, hear) = crossbeam_channel::unbounded();
    let mut thread =
        JournalThread::spawn(journal, move |commit| told.send(commit.unwrap()).unwrap()).unwrap();
    let records = 200_000;
    let start = Instant::now();
    for _ in 0..records {
        thread.append(1, PAYLOAD).unwrap();
        thread.request_commit().unwrap();
    }
    thread.join().unwrap();
    let took = start.elapsed();
    let commits: Vec<Durable> = hear.iter().collect();
    tell(&format!(
        "flood through the thread: {:.0} records/s, {:.0} a commit\n",
        f64::from(records) / took.as_secs_f64(),
        f64::from(records) / commits.len() as f64
    ));
}

/// What a record costs before it meets the disk.
fn in_memory() {
    let (mut chain, mut bytes) = (Chain::default(), Vec::new());
    let records = 1_000_000;
    let took = timed(|| {
        for _ in 0..records {
            bytes.clear();
            chain.append(&mut bytes, (1, 0), PAYLOAD);
        }
    });
    tell(&format!(
        "framing, CRC and hash: {:.0} ns a record\n",
        took.as_nanos() as f64 / f64::from(records)
    ));
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

struct Figures {
    commits: usize,
    total: Duration,
    median: Duration,
    p99: Duration,
}

impl Figures {
    fn of(mut took: Vec<Duration>) -> Figures {
        took.sort_unstable();
        let at = |share: usize| took[(took.len() - 1) * share / 100];
        Figures { commits: took.len(), total: took.iter().sum(), median: at(50), p99: at(99) }
    }
}

fn print(what: &str, figures: &Figures, batch: usize) {
    let rate = (figures.commits * batch) as f64 / figures.total.as_secs_f64();
    tell(&format!(
        "{what}: {rate:.0} records/s, median {:?}, p99 {:?}\n",
        figures.median, figures.p99
    ));
}

/// How fast the first is beside the second, by the total and by the median commit.
fn verdict(what: &str, ours: &Figures, theirs: &Figures, target: f64) {
    let ratio = |their: Duration, our: Duration| their.as_secs_f64() / our.as_secs_f64();
    let by_total = ratio(theirs.total, ours.total);
    let by_median = ratio(theirs.median, ours.median);
    tell(&format!(
        "    {what}: {by_total:.2}, by the median commit {by_median:.2} (target {target})\n"
    ));
}

fn tell(line: &str) {
    use std::io::Write;
    std::io::stdout().write_all(line.as_bytes()).expect("a place to print to");
}
