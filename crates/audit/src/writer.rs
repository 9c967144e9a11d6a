//! Writing records, and signing what is written.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use crate::entry::Entry;
use crate::folder::{self, Found, PUBLIC, ROOTS};
use crate::key::AuditKey;
use crate::lines::Lines;
use crate::mirror::Mirror;
use crate::root::{self, LastRoot, Why};
use crate::tree::{Hash, Peaks, leaf, sha256};
use crate::{ANCHOR_EVERY_NS, ANCHOR_RECORDS, AuditError};

/// A file of records ends near this size, in bytes.
const FILE_BYTES: u64 = 64 << 20;
const HOUR_NS: i64 = 3_600_000_000_000;

/// Where the audit is kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The records and their roots.
    pub folder: PathBuf,
    /// The signing key; made at the first start.
    pub key: PathBuf,
    /// A second folder for the roots, best on another disk or machine.
    pub mirror: Option<PathBuf>,
}

/// What a start found.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Records of the runs before.
    pub records: u64,
    /// The journal record that was audited last; 0 is none.
    pub journal: u64,
    /// The newest run of the journal that is told of; 0 is none.
    pub epoch: u32,
    /// What the last run's start wrote about itself.
    pub previous: Option<Box<RawValue>>,
    /// Bytes of an unfinished record that were moved into a `.torn` file.
    pub torn_bytes: usize,
    /// The public key, 64 hex digits.
    pub public_key: String,
}

/// The open audit.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    key: AuditKey,
    peaks: Peaks,
    head: Hash,
    last: LastRoot,
    /// Made with its first record.
    records: Option<Lines>,
    roots: Lines,
    mirror: Option<Mirror>,
    mirror_problem: Option<AuditError>,
    is_first: bool,
}

impl Writer {
    /// Takes the folder up where the last run left it; a run never writes into another's file.
    ///
    /// # Errors
    /// [`AuditError::Damaged`] and [`AuditError::Mirror`] when what is there was edited; else I/O.
    pub fn open(settings: &Settings) -> Result<(Writer, Opened), AuditError> {
        let folder = &settings.folder;
        fs::create_dir_all(folder).map_err(AuditError::io("create", folder))?;
        crate::lines::sync_above(folder)?;
        let key = AuditKey::load_or_create(&settings.key)?;
        let public = format!("{}\n", key.public());
        keep_public(folder, &public)?;
        let Found { peaks, head, last, roots, journal, epoch, previous, torn_bytes } =
            folder::read(folder, &key)?;
        let own: Vec<&[u8]> = crate::lines::whole(&roots).0;
        if let Some(newest) = own.last() {
            let signed = roots.len() - newest.len() - 1;
            crate::lines::write_again(&folder.join(ROOTS), &roots, signed)?;
        }
        let mirror = settings.mirror.as_ref().map(|at| Mirror::open(at, &key, &own));
        let mirror = mirror.transpose()?;
        let opened = Opened {
            records: peaks.size(),
            journal: journal.unwrap_or(0),
            epoch: epoch.unwrap_or(0),
            previous,
            torn_bytes,
            public_key: key.public(),
        };
        let roots = Lines::go_on(&folder.join(ROOTS), roots.len() as u64)?;
        let writer = Writer {
            folder: folder.clone(),
            key,
            peaks,
            head,
            last,
            records: None,
            roots,
            mirror,
            mirror_problem: None,
            is_first: true,
        };
        Ok((writer, opened))
    }

    /// Gives a record its place; it waits for [`Writer::flush`].
    ///
    /// # Errors
    /// When a new file cannot be made; the record has no place then.
    pub fn append(&mut self, entry: &Entry) -> Result<u64, AuditError> {
        let seq = self.peaks.size() + 1;
        if self.records.as_ref().is_some_and(|file| FILE_BYTES <= file.len()) {
            self.flush()?;
            self.sync()?;
            self.records = None;
        }
        let file = match &mut self.records {
            Some(file) => file,
            none => none.insert(Lines::create(&folder::file_of(&self.folder, seq))?),
        };
        let line = entry.line(seq, &self.head);
        self.head = leaf(&line);
        self.peaks.push(self.head);
        file.push(&line);
        Ok(seq)
    }

    /// Hands what waits to the system: from here on it outlives this process.
    ///
    /// # Errors
    /// I/O; nothing is lost, try again.
    pub fn flush(&mut self) -> Result<(), AuditError> {
        self.records.as_mut().map_or(Ok(()), Lines::flush)?;
        self.roots.flush()
    }

    /// Waits for the disk.
    ///
    /// # Errors
    /// I/O, and final: what the disk has is not known any more.
    pub fn sync(&mut self) -> Result<(), AuditError> {
        self.records.as_mut().map_or(Ok(()), Lines::sync)
    }

    /// Why a root is due at that moment, if one is.
    pub fn due(&self, now: i64) -> Option<Why> {
        let fresh = self.peaks.size() - self.last.size;
        if 0 < fresh && self.is_first {
            return Some(Why::Start);
        }
        if ANCHOR_RECORDS <= fresh {
            return Some(Why::Records);
        }
        let new_hour = self.last.at.div_euclid(HOUR_NS) < now.div_euclid(HOUR_NS);
        if 0 < self.last.n && new_hour {
            return Some(Why::Hour);
        }
        // A clock that was set back says nothing of how old the last one is.
        let old = now < self.last.at || ANCHOR_EVERY_NS <= now.saturating_sub(self.last.at);
        (0 < fresh && old).then_some(Why::Time)
    }

    /// Makes everything durable, then signs it and mirrors the root.
    ///
    /// # Errors
    /// I/O on the folder; tried again, it signs one root more. A mirror that fails is kept in
    /// [`Writer::mirror_problem`] and caught up with the next root.
    pub fn anchor(&mut self, now: i64, why: Why) -> Result<(), AuditError> {
        self.flush()?;
        self.sync()?;
        let line = root::sign(&self.key, (now, why), (&self.peaks, &self.head), &self.last);
        self.last =
            LastRoot { n: self.last.n + 1, size: self.peaks.size(), at: now, hash: sha256(&line) };
        self.is_first = false;
        self.roots.push(&line);
        if let Some(mirror) = &mut self.mirror {
            mirror.push(&line);
        }
        self.roots.flush()?;
        self.roots.sync()?;
        let own = self.folder.join(ROOTS);
        self.mirror_problem =
            self.mirror.as_mut().and_then(|mirror| mirror.flush(&own, &self.key).err());
        Ok(())
    }

    /// Why the mirror lacks the newest roots, if it does.
    pub fn mirror_problem(&self) -> Option<&AuditError> {
        self.mirror_problem.as_ref()
    }

    /// How many records there are.
    pub fn records(&self) -> u64 {
        self.peaks.size()
    }

    /// How many of them the last root covers.
    pub fn anchored(&self) -> u64 {
        self.last.size
    }
}

/// The public key stands beside the records; another one there is another folder's.
fn keep_public(folder: &Path, public: &str) -> Result<(), AuditError> {
    let path = folder.join(PUBLIC);
    let found = crate::lines::read(&path)?;
    if found.is_empty() {
        return crate::lines::replace(&path, 0o644, public);
    }
    if found != public.as_bytes() {
        let detail = "it is not the public half of `audit.key`: name the key it was begun with";
        return Err(AuditError::damaged(&path, detail));
    }
    Ok(())
}
