//! One append-only log file that rotates and survives a disk that comes and goes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::Sender;
use rustix::fs::{FlockOperation, flock};

use super::LogError;
use super::housekeeping::{Chore, Settle};

const DAY_NS: i64 = 86_400_000_000_000;
/// After so many bytes the page cache is asked to let them go.
const SETTLE_BYTES: u64 = 4 << 20;
/// How far back a torn last line is looked for.
const TORN_SEARCH: u64 = 1 << 20;

/// A file that takes whole lines, all of a batch or none of it.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    /// `None` after a failed write: the next append opens it anew.
    file: Option<File>,
    was_open: bool,
    len: u64,
    day: i64,
    max_bytes: u64,
    rotations: u32,
    chores: Sender<Chore>,
    /// Up to here the page cache was asked to let go.
    settled: u64,
    settling: Arc<AtomicBool>,
}

impl LogFile {
    /// Opens or makes the file; what there is to tidy is told to `chores`.
    ///
    /// A file that cannot be opened now is tried again by each append, which says so.
    ///
    /// # Errors
    /// [`LogError::Taken`] when another process holds it.
    pub fn open(path: PathBuf, max_bytes: u64, chores: Sender<Chore>) -> Result<LogFile, LogError> {
        let mut log = LogFile {
            path,
            file: None,
            was_open: false,
            len: 0,
            day: 0,
            max_bytes,
            rotations: 0,
            chores,
            settled: 0,
            settling: Arc::default(),
        };
        match log.reopen() {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                Err(LogError::Taken { path: log.path })
            }
            _ => Ok(log),
        }
    }

    /// Appends whole lines; on failure none of them stay in the file.
    ///
    /// # Errors
    /// What the system said; the next call tries to open the file again.
    pub fn append(&mut self, lines: &[u8], now_ns: i64) -> io::Result<()> {
        self.reopen_if_lost()?;
        self.rotate_if_due(lines.len() as u64, now_ns)?;
        let Some(file) = &mut self.file else {
            return Err(io::Error::other("the file is not open"));
        };
        if let Err(problem) = file.write_all(lines) {
            // Best effort: a device file cannot be cut, and has nothing to cut.
            drop(file.set_len(self.len));
            self.file = None;
            return Err(problem);
        }
        self.len += lines.len() as u64;
        self.settle();
        Ok(())
    }

    /// Once in so many bytes: what is written leaves the page cache.
    fn settle(&mut self) {
        if self.len - self.settled < SETTLE_BYTES || self.settling.load(Ordering::Relaxed) {
            return;
        }
        // Without a second handle the bytes stay where they are; nothing is lost by that.
        let Some(Ok(file)) = self.file.as_ref().map(File::try_clone) else { return };
        self.settling.store(true, Ordering::Relaxed);
        let (from, len) = (self.settled, self.len - self.settled);
        let busy = Arc::clone(&self.settling);
        drop(self.chores.send(Chore::Settle(Settle { file, from, len, busy })));
        self.settled = self.len;
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn reopen_if_lost(&mut self) -> io::Result<()> {
        let is_there = match &self.file {
            // A deleted file still takes writes, and keeps none of them.
            Some(file) => file.metadata()?.nlink() != 0,
            None => false,
        };
        if is_there { Ok(()) } else { self.reopen() }
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.file = None;
        // A folder that is deleted later stays deleted until somebody looks into it.
        if !self.was_open
            && let Some(folder) = self.path.parent()
        {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(&self.path)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        let found = file.metadata()?;
        self.len = if found.is_file() { cut_torn_line(&mut file, found.len())? } else { 0 };
        self.settled = self.len;
        self.day = found.mtime().saturating_mul(1_000_000_000).div_euclid(DAY_NS);
        self.file = Some(file);
        self.was_open = true;
        Ok(())
    }

    fn rotate_if_due(&mut self, more: u64, now_ns: i64) -> io::Result<()> {
        let today = now_ns.div_euclid(DAY_NS);
        if self.len == 0 {
            self.day = today;
            return Ok(());
        }
        if self.day == today && self.len + more <= self.max_bytes {
            return Ok(());
        }
        self.rotations += 1;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let stamp = super::run_id(now_ns);
        let aside = self.path.with_file_name(format!("{name}.{stamp}-{:04}", self.rotations));
        // A name that exists (two starts within a second) waits for the next batch.
        if aside.exists() || aside.with_added_extension("gz").exists() {
            return Ok(());
        }
        std::fs::rename(&self.path, &aside)?;
        self.reopen()?;
        self.day = today;
        // The housekeeper may be gone at shutdown; the next start finds the file.
        drop(self.chores.send(Chore::Rotated(aside)));
        Ok(())
    }
}

/// Cuts a last line that has no end: nobody was ever answered on the strength of it.
fn cut_torn_line(file: &mut File, len: u64) -> io::Result<u64> {
    let from = len.saturating_sub(TORN_SEARCH);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.read_to_end(&mut tail)?;
    let whole = match tail.iter().rposition(|&b| b == b'\n') {
        Some(at) => from + at as u64 + 1,
        None => from,
    };
    if whole < len {
        file.set_len(whole)?;
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path, max_bytes: u64) -> (LogFile, crossbeam_channel::Receiver<Chore>) {
        let (tx, rx) = crossbeam_channel::unbounded();
        (LogFile::open(path.to_owned(), max_bytes, tx).unwrap(), rx)
    }

    fn rotated_of(chores: &crossbeam_channel::Receiver<Chore>) -> impl Iterator<Item = PathBuf> {
        chores.try_iter().filter_map(|chore| match chore {
            Chore::Rotated(path) => Some(path),
            Chore::Settle(_) => None,
        })
    }

    #[test]
    fn one_stretch_at_a_time_leaves_the_page_cache() {
        let dir = tempfile::tempdir().unwrap();
        let (mut log, chores) = open(&dir.path().join("orders.jsonl"), 1 << 30);
        let lines = "x".repeat(1 << 20) + "\n";
        let mut stretches = || {
            for _ in 0..5 {
                log.append(lines.as_bytes(), 0).unwrap();
            }
            let settles = chores.try_iter().filter_map(|chore| match chore {
                Chore::Settle(settle) => Some((settle.from, settle.len)),
                Chore::Rotated(_) => None,
            });
            settles.collect::<Vec<_>>()
        };
        let four = 4 * lines.len() as u64;
        assert_eq!(stretches(), [(0, four)]);
        assert_eq!(stretches(), [], "the first is still under way");
    }

    #[test]
    fn it_rotates_by_size_and_by_day_and_loses_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("aurora_events.jsonl");
        let (mut log, chores) = open(&path, 10);
        let now = 20_000 * DAY_NS;
        log.append(b"1234\n", now).unwrap();
        log.append(b"5678\n", now).unwrap();
        log.append(b"9\n", now).unwrap();
        log.append(b"10\n", now + DAY_NS).unwrap();
        let parts: Vec<String> =
            rotated_of(&chores).map(|p| std::fs::read_to_string(p).unwrap()).collect();
        assert_eq!(parts, ["1234\n5678\n", "9\n"]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "10\n");
    }

    #[test]
    fn a_line_torn_by_a_crash_is_cut_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("orders.jsonl");
        std::fs::write(&path, "{\"a\":1}\n{\"b\":").unwrap();
        let (mut log, _rx) = open(&path, 1000);
        let now = log.day * DAY_NS;
        log.append(b"{\"c\":2}\n", now).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"a\":1}\n{\"c\":2}\n");
    }

    #[test]
    fn a_full_disk_is_an_error_and_room_again_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("orders.jsonl");
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
        let (mut log, _rx) = open(&path, 1000);
        assert_eq!(log.append(b"x\n", 0).unwrap_err().kind(), io::ErrorKind::StorageFull);
        std::fs::remove_file(&path).unwrap();
        log.append(b"y\n", 0).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "y\n");
    }

    #[test]
    fn a_deleted_folder_is_an_error_not_silence() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("s");
        std::fs::create_dir(&folder).unwrap();
        let (mut log, _rx) = open(&folder.join("orders.jsonl"), 1000);
        log.append(b"x\n", 0).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(log.append(b"y\n", 0).unwrap_err().kind(), io::ErrorKind::NotFound);
        std::fs::create_dir(&folder).unwrap();
        log.append(b"z\n", 0).unwrap();
        assert_eq!(std::fs::read_to_string(log.path()).unwrap(), "z\n");
    }

    #[test]
    fn two_writers_of_one_file_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("orders.jsonl");
        let (_first, _rx) = open(&path, 1000);
        let (tx, _rx2) = crossbeam_channel::unbounded();
        let second = LogFile::open(path, 1000, tx).unwrap_err();
        assert!(second.to_string().contains("another process"), "{second}");
    }
}
