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
    /// The last journal record that was audited.
    pub(crate) journal: u64,
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
    let (root_lines, end) = lines::whole(&roots);
    let (last, peaks, head) = match root_lines.last() {
        None => (LastRoot::NONE, Peaks::default(), GENESIS),
        Some(line) => root::read(key, line).ok_or_else(|| {
            AuditError::damaged(&roots_path, "its last root is not one of this key")
        })?,
    };
    roots.truncate(end);
    let files = files(folder)?;
    let torn_bytes = match files.last() {
        Some((_, newest)) => cut_torn(newest)?,
        None => 0,
    };
    let mut found = Found { peaks, head, last, roots, journal: 0, previous: None, torn_bytes };
    let newer = files.iter().rposition(|(first, _)| *first <= last.size.max(1)).unwrap_or(0);
    for (_, path) in &files[newer..] {
        found.take(path)?;
    }
    if files.is_empty() && 0 < last.size {
        let detail = format!("the last root covers {} records, they are not there", last.size);
        return Err(AuditError::damaged(folder, detail));
    }
    for (_, path) in files[..newer].iter().rev() {
        if found.journal == 0 || found.previous.is_none() {
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
        let (mut journal, mut previous) = (0, None);
        for written in told {
            journal = journal.max(written.journal.unwrap_or(0));
            previous = written.start().or(previous);
        }
        self.journal = self.journal.max(journal);
        self.previous = self.previous.take().or(previous);
    }

    fn take(&mut self, path: &Path) -> Result<(), AuditError> {
        let bytes = lines::read(path)?;
        let (records, _) = lines::whole(&bytes);
        let mut seen = None;
        for line in records {
            let written: Written = serde_json::from_slice(line)
                .map_err(|_| AuditError::damaged(path, "a line is no record"))?;
            let hash = leaf(line);
            if written.seq == self.peaks.size() + 1 && written.prev == hex(&self.head) {
                self.peaks.push(hash);
                self.head = hash;
            } else if self.last.size < written.seq {
                let detail = format!("record {} does not follow the one before it", written.seq);
                return Err(AuditError::damaged(path, detail));
            }
            seen = Some((written.seq, hash));
            self.journal = self.journal.max(written.journal.unwrap_or(0));
            self.previous = written.start().or(self.previous.take());
        }
        match seen {
            Some((seq, hash)) if seq == self.last.size && hash != self.head => {
                Err(AuditError::damaged(path, "its last record is not the one that was signed"))
            }
            Some((seq, _)) if seq < self.last.size => {
                Err(AuditError::damaged(path, "records that were signed are gone from its end"))
            }
            _ => Ok(()),
        }
    }
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

/// Moves an unfinished last line into a file beside it; a file without any record goes.
fn cut_torn(path: &Path) -> Result<usize, AuditError> {
    let bytes = lines::read(path)?;
    let (_, end) = lines::whole(&bytes);
    let torn = &bytes[end..];
    if !torn.is_empty() {
        let beside = path.with_extension("torn");
        fs::write(&beside, torn).map_err(AuditError::io("write", &beside))?;
    }
    if end == 0 {
        fs::remove_file(path).map_err(AuditError::io("remove", path))?;
    } else if !torn.is_empty() {
        let file = fs::OpenOptions::new().write(true).open(path);
        let cut = file.and_then(|file| file.set_len(end as u64).and_then(|()| file.sync_all()));
        cut.map_err(AuditError::io("cut", path))?;
    }
    Ok(torn.len())
}
