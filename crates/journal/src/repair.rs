//! Tidying a journal that nobody writes: a torn tail goes into a file beside its segment, and nothing is lost.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{Disk, SystemDisk};
use crate::reader::Reader;
use crate::segment::{JournalError, Seq};
use crate::writer::{keep_torn, lock};

/// What [`repair`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The last record, the same as before.
    pub last_seq: Seq,
    /// What was cut off; `None` when there was nothing to do.
    pub cut: Option<Cut>,
}

/// A torn tail that was moved out of its segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The segment it was cut from.
    pub segment: PathBuf,
    /// How many bytes.
    pub bytes: u64,
    /// Where they are now.
    pub kept: PathBuf,
}

/// Cuts a torn tail off and keeps it in a `.torn` file.
///
/// # Errors
/// When the journal is in use, damaged or an older copy (nothing is changed then), or the disk refuses.
pub fn repair(dir: &Path) -> Result<Repaired, JournalError> {
    repair_on(&(Arc::new(SystemDisk) as Arc<dyn Disk>), dir)
}

/// [`repair`] on another disk than this machine's.
///
/// # Errors
/// As [`repair`].
pub fn repair_on(disk: &Arc<dyn Disk>, dir: &Path) -> Result<Repaired, JournalError> {
    let _lock = lock(&**disk, dir)?;
    let mut reader = Reader::open_on(Arc::clone(disk), dir)?;
    reader.by_ref().try_for_each(|record| record.map(drop))?;
    let torn = reader.segments().iter().find(|segment| 0 < segment.torn_bytes);
    let cut = torn.map(|segment| {
        let (path, bytes) = (segment.path.clone(), segment.torn_bytes);
        let kept =
            keep_torn(&**disk, segment).map_err(JournalError::io("keep the tail of", &path))?;
        let file = disk.open(&path).map_err(JournalError::io("open", &path))?;
        let done = file.set_len(segment.bytes).and_then(|()| file.sync());
        done.map_err(JournalError::io("cut", &path))?;
        Ok(Cut { segment: path, bytes, kept })
    });
    Ok(Repaired { last_seq: reader.reached().seq, cut: cut.transpose()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemoryDisk;
    use crate::{Journal, Options, verify_on};

    const DIR: &str = "/data/journal";
    const SEGMENT: &str = "/data/journal/0000000001-0000000001.seg";

    /// Three records, with so many bytes changed at the end of the segment.
    fn journal(hurt: impl FnOnce(&mut Vec<u8>)) -> MemoryDisk {
        let disk = MemoryDisk::new();
        let options = Options {
            segment_bytes: 1 << 20,
            reserve_bytes: 1,
            full_disk_bytes: 0,
            first_epoch: 1,
            exact_epoch: false,
        };
        let on = Arc::new(disk.clone());
        let (mut journal, _) = Journal::open_on(on, Path::new(DIR), options, &mut |_| ()).unwrap();
        for payload in ["one", "two", "three"] {
            journal.append(1, payload.as_bytes()).unwrap();
            journal.commit().unwrap();
        }
        drop(journal);
        let mut bytes = disk.read(Path::new(SEGMENT), u64::MAX).unwrap();
        hurt(&mut bytes);
        disk.put(Path::new(SEGMENT), bytes);
        disk
    }

    #[test]
    fn a_torn_tail_is_moved_aside_once() {
        let disk = journal(|bytes| bytes.extend(b"half a rec"));
        let on: Arc<dyn Disk> = Arc::new(disk.clone());
        let done = repair_on(&on, Path::new(DIR)).unwrap();
        let cut = done.cut.unwrap();
        assert_eq!((done.last_seq, cut.bytes), (Seq(3), 10));
        assert_eq!(disk.read(&cut.kept, u64::MAX).unwrap(), b"half a rec");
        let report = verify_on(Arc::clone(&on), Path::new(DIR)).unwrap();
        assert!(report.damage.is_none() && report.torn_bytes == 0);
        assert_eq!(repair_on(&on, Path::new(DIR)).unwrap().cut, None);
    }

    #[test]
    fn damage_is_left_as_it_is() {
        let disk = journal(|bytes| bytes[100] ^= 1);
        let before = disk.read(Path::new(SEGMENT), u64::MAX).unwrap();
        let on: Arc<dyn Disk> = Arc::new(disk.clone());
        let refused = repair_on(&on, Path::new(DIR));
        assert!(matches!(refused, Err(JournalError::Damaged { .. })));
        assert_eq!(disk.read(Path::new(SEGMENT), u64::MAX).unwrap(), before);
        assert_eq!(disk.list(Path::new(DIR)).unwrap().len(), 1);
    }
}
