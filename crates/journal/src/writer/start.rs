//! The start of a writer: take the folder, replay it, settle what was left behind, begin a new epoch.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_planted::{Bug, active};

use super::ahead::Ahead;
use super::file::SegmentFile;
use super::{Journal, Options, reserve};
use crate::disk::{Disk, Lock, is_no_space};
use crate::mark::MarkFile;
use crate::reader::{Reader, Record, SegmentReport};
use crate::segment::{Chain, ChainHash, Header, JournalError, SegmentName, Seq};

/// What [`Journal::open`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The epoch of this start: [`Options::first_epoch`] in a new folder, at least one more at every start.
    pub epoch: u32,
    /// How many records were replayed.
    pub records: u64,
    /// How many bytes of an unfinished commit were cut off and kept in a `.torn` file.
    pub torn_bytes: u64,
    /// The last record's number; zero when there is none.
    pub last_seq: Seq,
    /// The chain up to it.
    pub head: ChainHash,
    /// The disk is full: only vital records are taken.
    pub is_full: bool,
}

pub(super) fn open(
    disk: Arc<dyn Disk>,
    dir: &Path,
    options: Options,
    replay: &mut dyn FnMut(Record),
) -> Result<(Journal, Recovered), JournalError> {
    let lock = lock(&*disk, dir)?;
    let (reader, unvouched) = read(&disk, dir, replay)?;
    let (newest, given) = (reader.last_epoch(), options.first_epoch);
    if options.exact_epoch && given <= newest && !active(Bug::OldEpochOpens) {
        return Err(JournalError::Epoch { dir: dir.to_owned(), given, newest });
    }
    settle_all(&*disk, &reader, unvouched)?;
    let chain = reader.reached();
    let epoch = (newest + 1).max(given);
    let header = Header::new(SegmentName { epoch, index: 1 }, chain);
    let newest = reader.segments().last().filter(|_| active(Bug::SegmentShared));
    let (segment, had_room) = match newest {
        Some(newest) => (SegmentFile::go_on(&*disk, newest)?, true),
        None => begin(&*disk, dir, header, options)?,
    };
    let is_full = !(reserve::keep(&*disk, dir, options.full_disk_bytes)? && had_room);
    let mark = MarkFile::open(&*disk, dir, (epoch, chain))?;
    let ahead = Ahead::new(Arc::clone(&disk), dir, (epoch, options));
    let Chain { seq: last_seq, head } = chain;
    let torn_bytes = reader.segments().iter().map(|segment| segment.torn_bytes).sum();
    let recovered = Recovered { epoch, records: last_seq.0, torn_bytes, last_seq, head, is_full };
    let journal = Journal {
        disk,
        dir: dir.to_owned(),
        options,
        segment,
        mark,
        ahead,
        chain,
        written: chain,
        durable: last_seq,
        pending: Vec::new(),
        undurable: 0,
        is_full,
        stopped: None,
        _lock: lock,
    };
    Ok((journal, recovered))
}

/// Reads every record of a folder, and makes sure that what was read stays: whoever goes on behind it vouches for it.
pub(crate) fn read_and_settle(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    replay: &mut dyn FnMut(Record),
) -> Result<Reader, JournalError> {
    let (reader, unvouched) = read(disk, dir, replay)?;
    settle_all(&**disk, &reader, unvouched)?;
    Ok(reader)
}

/// The first record that nobody is known to have been told of, and where it is in its file.
type Unvouched = Option<(Seq, u64)>;

fn read(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    replay: &mut dyn FnMut(Record),
) -> Result<(Reader, Unvouched), JournalError> {
    let mut reader = Reader::open_on(Arc::clone(disk), dir)?;
    let marked = reader.marked().unwrap_or_default();
    let mut unvouched = None;
    for record in reader.by_ref() {
        let record = record?;
        if marked < record.seq {
            unvouched.get_or_insert((record.seq, record.offset));
        }
        replay(record);
    }
    Ok((reader, unvouched))
}

fn settle_all(disk: &dyn Disk, reader: &Reader, unvouched: Unvouched) -> Result<(), JournalError> {
    let mut newest = reader.segments().iter().filter(|segment| segment.is_newest);
    newest.try_for_each(|newest| settle(disk, newest, unvouched))
}

/// The first segment of the epoch, out of the reserve when the disk is full.
fn begin(
    disk: &dyn Disk,
    dir: &Path,
    header: Header,
    options: Options,
) -> Result<(SegmentFile, bool), JournalError> {
    match SegmentFile::create(disk, dir, header, options.reserve_bytes) {
        Err(full) if full.is_no_space() => {
            Ok((SegmentFile::create_from(disk, &reserve::path(dir), header)?, false))
        }
        begun => Ok((begun?, true)),
    }
}

/// Makes the folder ours, creating it if need be.
pub(crate) fn lock(disk: &dyn Disk, dir: &Path) -> Result<Lock, JournalError> {
    disk.create_dir(dir).map_err(JournalError::io("create", dir))?;
    let path = dir.join("LOCK");
    let held = disk.lock(&path).map_err(JournalError::io("lock", &path))?;
    held.ok_or_else(|| JournalError::Locked { dir: dir.to_owned() })
}

/// Makes sure that what was just replayed stays, and keeps the torn tail for a person to look at.
fn settle(
    disk: &dyn Disk,
    newest: &SegmentReport,
    unvouched: Unvouched,
) -> Result<(), JournalError> {
    let path = &newest.path;
    let from = match unvouched {
        Some((seq, offset)) if newest.first_seq <= seq => offset,
        Some(_) => 0,
        None => newest.bytes,
    };
    let kept = write_again(disk, path, from, newest.bytes);
    kept.map_err(JournalError::io("sync", path))?;
    if newest.torn_bytes == 0 {
        return Ok(());
    }
    match keep_torn(disk, newest) {
        Ok(_) => Ok(()),
        // The segment itself still has those bytes.
        Err(full) if is_no_space(&full) => Ok(()),
        Err(error) => Err(JournalError::io("write", &torn_path(path))(error)),
    }
}

/// Makes what is readable from there on durable.
///
/// After a kill the bytes may be only in the page cache. After a failed sync they are there too, and no later sync
/// writes them: the system takes them for written. So they are written once more.
fn write_again(disk: &dyn Disk, path: &Path, from: u64, to: u64) -> io::Result<()> {
    let file = disk.open(path)?;
    if from < to && !active(Bug::UnsyncedTailTrusted) {
        let bytes = disk.read(path, to)?;
        let begin = usize::try_from(from).map_or(bytes.len(), |from| from.min(bytes.len()));
        file.write_at(&bytes[begin..], from)?;
    }
    file.sync()
}

/// Where a torn tail is kept.
pub(super) fn torn_path(segment: &Path) -> PathBuf {
    let mut path = segment.to_owned().into_os_string();
    path.push(".torn");
    PathBuf::from(path)
}

/// Copies the bytes behind the last record to a file of their own.
pub(crate) fn keep_torn(disk: &dyn Disk, segment: &SegmentReport) -> io::Result<PathBuf> {
    let end = segment.bytes + segment.torn_bytes;
    let bytes = disk.read(&segment.path, end)?;
    let from = usize::try_from(segment.bytes).map_or(bytes.len(), |from| from.min(bytes.len()));
    let path = torn_path(&segment.path);
    // From a start that died on the way: it was about the same bytes.
    drop(disk.remove(&path));
    let file = disk.create(&path)?;
    file.write_at(&bytes[from..], 0)?;
    file.sync()?;
    disk.sync_dir(path.parent().unwrap_or(Path::new(".")))?;
    Ok(path)
}
