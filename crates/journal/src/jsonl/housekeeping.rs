//! The broom: gzips what was rotated and removes what is too old, in quiet moments.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::log::LogName;

/// More bytes a second than this and the machine has better things to do than to compress.
const QUIET_BYTES_PER_SECOND: f64 = 2e6;
/// So many bytes waiting are compressed even when it is never quiet.
const BACKLOG_LIMIT: u64 = 20 << 30;
const LOOK_EVERY: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How much is compressed between two looks at how busy it is.
const CHUNK: u64 = 256 << 10;

/// Something for the housekeeper to do.
#[derive(Debug)]
pub enum Chore {
    /// This file was rotated: compress it in a quiet moment.
    Rotated(PathBuf),
    /// These bytes will not be read soon: bring them to disk and give their memory back.
    Settle(Settle),
}

/// A stretch of a log that is to leave the page cache.
///
/// A busy gate writes tens of megabytes of log a second. Left alone each of them takes a fresh page of
/// memory, which costs the writer more than the copy itself, and crowds out what others have cached.
#[derive(Debug)]
pub struct Settle {
    /// The log, opened a second time.
    pub file: File,
    /// Where the stretch begins.
    pub from: u64,
    /// How long it is.
    pub len: u64,
    /// Cleared when it is done: one stretch of a log at a time.
    pub busy: Arc<AtomicBool>,
}

impl Settle {
    fn run(self) {
        // Both are favours: a disk that refuses is noticed by the next write.
        drop(self.file.sync_data());
        if let Some(len) = NonZeroU64::new(self.len) {
            let advice = rustix::fs::Advice::DontNeed;
            rustix::fs::fadvise(&self.file, self.from, Some(len), advice).ok();
        }
        self.busy.store(false, Ordering::Relaxed);
    }
}

/// A thread that tidies one session folder.
#[derive(Debug)]
pub struct Housekeeper {
    chores: Option<Sender<Chore>>,
    written: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Housekeeper {
    /// Starts it; what an earlier run left behind is tidied too.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(folder: &Path, retention_days: u32) -> io::Result<Housekeeper> {
        let (chores, waiting) = unbounded();
        for left in rotated_in(folder) {
            drop(chores.send(Chore::Rotated(left)));
        }
        let written = Arc::new(AtomicU64::new(0));
        let broom = Broom {
            folder: folder.to_owned(),
            retention: Duration::from_secs(u64::from(retention_days) * 86_400),
            pace: Pace::new(Arc::clone(&written)),
            waiting: Vec::new(),
        };
        let thread = std::thread::Builder::new()
            .name("log-housekeeping".into())
            .spawn(move || broom.run(&waiting))?;
        Ok(Housekeeper { chores: Some(chores), written, thread: Some(thread) })
    }

    /// Where it is told what to do.
    pub fn chores(&self) -> Sender<Chore> {
        self.chores.clone().expect("kept until drop")
    }

    /// The count of bytes written, by which it knows how busy the process is.
    pub fn written(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.written)
    }
}

impl Drop for Housekeeper {
    fn drop(&mut self) {
        self.chores = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has already been printed; the logs themselves are whole.
            drop(thread.join());
        }
    }
}

struct Broom {
    folder: PathBuf,
    retention: Duration,
    pace: Pace,
    waiting: Vec<PathBuf>,
}

/// How busy the process is, by the bytes its logs take.
struct Pace {
    written: Arc<AtomicU64>,
    seen: u64,
    since: Instant,
    was_quiet: bool,
}

impl Pace {
    fn new(written: Arc<AtomicU64>) -> Pace {
        Pace { written, seen: 0, since: Instant::now(), was_quiet: false }
    }

    /// Judged anew when the last look is long enough ago to tell.
    fn is_quiet(&mut self) -> bool {
        let elapsed = self.since.elapsed();
        if LOOK_AGAIN <= elapsed {
            let written = self.written.load(Ordering::Relaxed);
            let rate = written.wrapping_sub(self.seen) as f64 / elapsed.as_secs_f64();
            self.was_quiet = rate < QUIET_BYTES_PER_SECOND;
            (self.seen, self.since) = (written, Instant::now());
        }
        self.was_quiet
    }
}

impl Broom {
    /// Until every sender is gone: files still waiting then are left to the next start.
    fn run(mut self, chores: &Receiver<Chore>) {
        // Only the priority of this thread; without the right to lower it the work is the same.
        rustix::process::nice(19).ok();
        let mut looks = 0u32;
        while self.rest(chores, LOOK_EVERY) {
            if looks.is_multiple_of(600) {
                self.remove_old(SystemTime::now());
            }
            looks = looks.wrapping_add(1);
            if self.may_work() && !self.waiting.is_empty() {
                let path = self.waiting.remove(0);
                // What cannot be compressed now stays readable as it is and is tried at the next start.
                drop(gzip(&path, || self.stand_aside(chores)));
            }
        }
    }

    /// Waits so long, collecting what is rotated meanwhile; false when it is time to stop.
    fn rest(&mut self, chores: &Receiver<Chore>, time: Duration) -> bool {
        let until = Instant::now() + time;
        loop {
            match chores.recv_deadline(until) {
                Ok(Chore::Rotated(path)) => self.waiting.push(path),
                Ok(Chore::Settle(stretch)) => stretch.run(),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    fn may_work(&mut self) -> bool {
        self.pace.is_quiet() || BACKLOG_LIMIT < backlog(&self.waiting)
    }

    /// In the middle of a file: lets trading go first; false when it is time to stop.
    fn stand_aside(&mut self, chores: &Receiver<Chore>) -> bool {
        while !self.may_work() {
            if !self.rest(chores, LOOK_EVERY) {
                return false;
            }
        }
        self.rest(chores, Duration::ZERO)
    }

    fn remove_old(&self, now: SystemTime) {
        for path in aside_in(&self.folder) {
            let written = std::fs::metadata(&path).and_then(|m| m.modified());
            let age = written.ok().and_then(|at| now.duration_since(at).ok());
            if age.is_some_and(|age| self.retention < age) {
                // Tried again at the next look.
                drop(std::fs::remove_file(path));
            }
        }
    }
}

fn backlog(waiting: &[PathBuf]) -> u64 {
    waiting.iter().filter_map(|p| std::fs::metadata(p).ok()).map(|m| m.len()).sum()
}

/// Rotated files, gzipped or not: `aurora_events.jsonl.20261121-110000-0001[.gz]`.
fn aside_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            LogName::ALL.iter().any(|log| {
                name.strip_prefix(log.file_name()).is_some_and(|rest| rest.starts_with('.'))
            })
        })
        .collect();
    found.sort();
    found
}

fn rotated_in(folder: &Path) -> Vec<PathBuf> {
    let is_plain = |p: &PathBuf| p.extension().is_none_or(|e| e != "gz" && e != "part");
    aside_in(folder).into_iter().filter(is_plain).collect()
}

/// Replaces `path` by `path.gz`; a crash in between leaves one of the two whole.
///
/// Between two chunks `may_go_on` may wait; when it says no, nothing has changed.
pub(super) fn gzip(path: &Path, mut may_go_on: impl FnMut() -> bool) -> io::Result<PathBuf> {
    let packed = path.with_added_extension("gz");
    let part = path.with_added_extension("part");
    let mut from = BufReader::with_capacity(1 << 16, File::open(path)?);
    let to = BufWriter::with_capacity(1 << 16, File::create(&part)?);
    let mut encoder = GzEncoder::new(to, Compression::new(3));
    while io::copy(&mut from.by_ref().take(CHUNK), &mut encoder)? != 0 {
        if !may_go_on() {
            std::fs::remove_file(&part)?;
            return Err(io::ErrorKind::Interrupted.into());
        }
    }
    let to = encoder.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    to.sync_all()?;
    std::fs::rename(&part, &packed)?;
    std::fs::remove_file(path)?;
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broom(folder: &Path) -> Broom {
        Broom {
            folder: folder.to_owned(),
            retention: Duration::from_secs(7 * 86_400),
            pace: Pace::new(Arc::default()),
            waiting: Vec::new(),
        }
    }

    #[test]
    fn what_is_older_than_the_retention_leaves_and_the_live_file_stays() {
        let dir = tempfile::tempdir().unwrap();
        let names = [
            "aurora_events.jsonl",
            "aurora_events.jsonl.20261101-000000-0001.gz",
            "orders.jsonl.20261101-000000-0001",
            "notes.txt",
        ];
        for name in names {
            std::fs::write(dir.path().join(name), "x\n").unwrap();
        }
        let left = || {
            let mut left: Vec<String> = std::fs::read_dir(dir.path())
                .unwrap()
                .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
                .collect();
            left.sort();
            left
        };
        let day = Duration::from_secs(86_400);
        broom(dir.path()).remove_old(SystemTime::now() + 6 * day);
        assert_eq!(left().len(), 4);
        broom(dir.path()).remove_old(SystemTime::now() + 8 * day);
        assert_eq!(left(), ["aurora_events.jsonl", "notes.txt"]);
    }

    #[test]
    fn gzip_replaces_the_file_by_its_packed_self() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("orders.jsonl.20261101-000000-0001");
        std::fs::write(&path, "{\"a\":1}\n".repeat(1000)).unwrap();
        let packed = gzip(&path, || true).unwrap();
        assert!(!path.exists());
        let mut text = String::new();
        let mut reader = flate2::read::GzDecoder::new(File::open(packed).unwrap());
        io::Read::read_to_string(&mut reader, &mut text).unwrap();
        assert_eq!(text.len(), 8000);
    }

    #[test]
    fn gzip_that_must_stop_leaves_the_file_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("orders.jsonl.20261101-000000-0001");
        std::fs::write(&path, "x\n").unwrap();
        assert!(gzip(&path, || false).is_err());
        let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(left.len(), 1);
        assert!(path.exists());
    }
}
