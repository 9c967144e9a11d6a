//! What a start finds in the folder: where the chain, the tree and the roots stand.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use crate::AuditError;
use crate::entry::Written;
use crate::key::AuditKey;
use crate::lines;
use crate::root::{self, LastRoot};
use crate::tree::{GENESIS, Hash, Peaks, hex, leaf};

/// The signed roots.
pub(crate) const ROOTS: &str = "roots.jsonl";
/// The public half of the key, in hex and an end of line.
pub(crate) const PUBLIC: &str = "key.pub";
const RECORDS: &str = "jsonl";

/// Where the writer goes on.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) peaks: Peaks,
    pub(crate) head: Hash,
    pub(crate) last: LastRoot,
    /// Every whole line of the roots' file, with its ends.
    pub(crate) roots: Vec<u8>,
    /// The journal record that was audited last.
    pub(crate) journal: Option<u64>,
    /// The run that wrote it.
    pub(crate) epoch: Option<u32>,
    /// What the newest start wrote about itself.
    pub(crate) previous: Option<Box<RawValue>>,
    /// Bytes of an unfinished line that were moved aside.
    pub(crate) torn_bytes: usize,
}

/// The file whose first record has that number.
pub(crate) fn file_of(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}.{RECORDS}"))
}

/// Reads the newest part of the folder: what the last root does not cover, and what belongs to it.
pub(crate) fn read(folder: &Path, key: &AuditKey) -> Result<Found, AuditError> {
    let roots_path = folder.join(ROOTS);
    let mut roots = lines::read(&roots_path)?;
    let (root_lines, end) = root::whole(key, &roots);
    let (last, peaks, head) = match root_lines.last() {
        None => (LastRoot::NONE, Peaks::default(), GENESIS),
        Some(line) => root::read(key, line).ok_or_else(|| {
            AuditError::damaged(&roots_path, "its last root is not one of this key")
        })?,
    };
    roots.truncate(end);
    let files = files(folder)?;
    let (journal, epoch, previous) = (None, None, None);
    let mut found = Found { peaks, head, last, roots, journal, epoch, previous, torn_bytes: 0 };
    let newer = files.iter().rposition(|(first, _)| *first <= last.size.max(1)).unwrap_or(0);
    if 0 < last.size && files.get(newer).is_none_or(|(first, _)| last.size < *first) {
        let detail = format!("the last root covers {} records, they are not there", last.size);
        return Err(AuditError::damaged(folder, detail));
    }
    for (at, (first, path)) in files.iter().enumerate().skip(newer) {
        found.take(path, *first, at + 1 == files.len())?;
    }
    for (_, path) in files[..newer].iter().rev() {
        if found.journal.is_none() || found.previous.is_none() {
            found.look_back(&lines::read(path)?);
        }
    }
    Ok(found)
}

impl Found {
    /// What older lines tell and newer ones did not.
    fn look_back(&mut self, bytes: &[u8]) {
        let (lines, _) = lines::whole(bytes);
        let told = lines.iter().filter_map(|line| serde_json::from_slice::<Written>(line).ok());
        let (mut journal, mut epoch, mut previous) = (None, None, None);
        for written in told {
            journal = written.journal.or(journal);
            epoch = written.epoch().or(epoch);
            previous = written.start().or(previous);
        }
        self.journal = self.journal.or(journal);
        self.epoch = self.epoch.or(epoch);
        self.previous = self.previous.take().or(previous);
    }

    /// Takes a file up. In the newest one the first line behind the last root that does not follow ends it: a power
    /// cut may have left any sectors of what was not synced. What was signed was synced: all of it must be there.
    fn take(&mut self, path: &Path, first: u64, is_newest: bool) -> Result<(), AuditError> {
        let bytes = lines::read(path)?;
        let (mut signed, mut good) = (0, 0);
        let mut seen = None;
        for line in lines::whole(&bytes).0 {
            let written: Option<Written> = serde_json::from_slice(line).ok();
            let follows = |written: &Written| {
                written.seq == self.peaks.size() + 1 && written.prev == hex(&self.head)
            };
            let is_signed = |written: &Written| written.seq <= self.last.size;
            let Some(written) = written.filter(|w| follows(w) || is_signed(w)) else { break };
            let hash = leaf(line);
            if !is_signed(&written) {
                self.peaks.push(hash);
                self.head = hash;
            }
            good += line.len() + 1;
            if is_signed(&written) {
                signed = good;
            }
            seen = Some((written.seq, hash));
            self.journal = written.journal.or(self.journal);
            self.epoch = written.epoch().or(self.epoch);
            self.previous = written.start().or(self.previous.take());
        }
        // A first record that cannot be read reaches as little as one that is gone.
        let reached = seen.map_or(first.saturating_sub(1), |(seq, _)| seq);
        if reached < self.last.size {
            return Err(AuditError::damaged(path, "records that were signed are gone or edited"));
        }
        if seen.is_some_and(|(seq, hash)| seq == self.last.size && hash != self.head) {
            let detail = "its last record is not the one that was signed";
            return Err(AuditError::damaged(path, detail));
        }
        if good < bytes.len() && !is_newest {
            let detail =
                "a record does not follow the one before it, and another file comes after it";
            return Err(AuditError::damaged(path, detail));
        }
        self.torn_bytes = bytes.len() - good;
        keep(path, &bytes, (signed, good))
    }
}

/// Leaves the good bytes of a file, durable; the rest goes into a file beside it. A file without any record goes.
/// Only the signed ones are known to be on the disk.
fn keep(path: &Path, bytes: &[u8], (signed, good): (usize, usize)) -> Result<(), AuditError> {
    if good < bytes.len() {
        let beside = path.with_extension("torn");
        fs::write(&beside, &bytes[good..]).map_err(AuditError::io("write", &beside))?;
    }
    if good == 0 {
        return fs::remove_file(path).map_err(AuditError::io("remove", path));
    }
    lines::write_again(path, &bytes[..good], signed)
}

/// Files of records by the number of their first, oldest first.
fn files(folder: &Path) -> Result<Vec<(u64, PathBuf)>, AuditError> {
    let listed = fs::read_dir(folder).map_err(AuditError::io("list", folder))?;
    let mut files = Vec::new();
    for entry in listed {
        let path = entry.map_err(AuditError::io("list", folder))?.path();
        let first = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        if let Some(first) = first
            && path == file_of(folder, first)
        {
            files.push((first, path));
        }
    }
    files.sort();
    Ok(files)
}
