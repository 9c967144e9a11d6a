//! The high-water mark: a file beside the journal's folder that remembers what was durable in it.
//!
//! An older copy of a journal looks whole: every record checks, the chain holds. Only something outside of
//! it can tell. `data/journal` has its mark in `data/journal.mark`: two slots, written by turns after each
//! commit, so that one is always whole. The mark itself is synced only at starts, new segments and the
//! end; after a power cut it may lag behind the journal, never run ahead of it.

use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{Disk, DiskFile};
use crate::segment::{Chain, ChainHash, JournalError, Seq};

const MAGIC: &[u8; 8] = b"AURORAM\n";
const SLOT_BYTES: usize = 64;
/// A sector of its own each.
const SLOTS_AT: [u64; 2] = [0, 512];
/// Zero in marks of before there was such a byte: those of journals.
const IS_COPY_AT: usize = 12;
const CRC_AT: usize = SLOT_BYTES - 4;

/// What was durable once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The newest start.
    pub(crate) epoch: u32,
    /// The last record and its hash.
    pub(crate) chain: Chain,
    /// The folder is a copy: what its records say was durable was so on another disk.
    pub(crate) is_copy: bool,
    /// Counts the writes of the mark.
    turn: u64,
}

/// Where the mark of that journal is.
pub(crate) fn path(dir: &Path) -> PathBuf {
    let known = if dir.file_name().is_some() { None } else { std::path::absolute(dir).ok() };
    let dir = known.as_deref().unwrap_or(dir);
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".mark");
    dir.with_file_name(name)
}

/// The mark of that journal; `None` when it has none, or none that can be read.
pub(crate) fn read(disk: &dyn Disk, dir: &Path) -> Result<Option<Mark>, JournalError> {
    let path = path(dir);
    match disk.read(&path, SLOTS_AT[1] + SLOT_BYTES as u64) {
        Ok(bytes) => Ok(newest(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(JournalError::io("read", &path)(error)),
    }
}

fn newest(bytes: &[u8]) -> Option<Mark> {
    let slot = |at: u64| Mark::decode(bytes.get(usize::try_from(at).ok()?..)?);
    SLOTS_AT.into_iter().filter_map(slot).max_by_key(|mark| (mark.epoch, mark.turn))
}

/// The mark while the journal is written.
#[derive(Debug)]
pub(crate) struct MarkFile {
    file: Box<dyn DiskFile>,
    path: PathBuf,
    mark: Mark,
}

impl MarkFile {
    /// Opens the mark, or makes it, and writes where the journal stands now.
    pub(crate) fn open(
        disk: &dyn Disk,
        dir: &Path,
        at: (u32, Chain),
    ) -> Result<MarkFile, JournalError> {
        MarkFile::begin(disk, dir, at, false)
    }

    /// The same for a copy of a journal.
    pub(crate) fn open_of_copy(
        disk: &dyn Disk,
        dir: &Path,
        at: (u32, Chain),
    ) -> Result<MarkFile, JournalError> {
        MarkFile::begin(disk, dir, at, true)
    }

    fn begin(
        disk: &dyn Disk,
        dir: &Path,
        (epoch, chain): (u32, Chain),
        is_copy: bool,
    ) -> Result<MarkFile, JournalError> {
        let path = path(dir);
        let turn = read(disk, dir)?.map_or(0, |mark| mark.turn);
        let file = match disk.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => disk.create(&path),
            opened => opened,
        };
        let file = file.map_err(JournalError::io("create", &path))?;
        let mut mark = MarkFile { file, path, mark: Mark { epoch, chain, is_copy, turn } };
        // Both slots: from now on the file never grows, so a full disk cannot refuse it.
        mark.write(chain)?;
        mark.write(chain)?;
        mark.sync()?;
        let above = mark.path.parent().filter(|above| !above.as_os_str().is_empty());
        let above = above.unwrap_or(Path::new("."));
        disk.sync_dir(above).map_err(JournalError::io("sync", above))?;
        Ok(mark)
    }

    /// Everything up to there is durable. One small write, no sync.
    pub(crate) fn write(&mut self, chain: Chain) -> Result<(), JournalError> {
        self.mark.chain = chain;
        self.mark.turn += 1;
        let at = SLOTS_AT[usize::from(self.mark.turn.is_multiple_of(2))];
        let written = self.file.write_at(&self.mark.encode(), at);
        written.map_err(JournalError::io("write to", &self.path))
    }

    pub(crate) fn sync(&self) -> Result<(), JournalError> {
        self.file.sync().map_err(JournalError::io("sync", &self.path))
    }
}

impl Mark {
    fn encode(&self) -> [u8; SLOT_BYTES] {
        let mut bytes = [0; SLOT_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&self.epoch.to_le_bytes());
        bytes[IS_COPY_AT] = u8::from(self.is_copy);
        bytes[16..24].copy_from_slice(&self.turn.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.chain.seq.0.to_le_bytes());
        bytes[32..48].copy_from_slice(&self.chain.head.0);
        let crc = crc32c::crc32c(&bytes[..CRC_AT]);
        bytes[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Mark> {
        let bytes = bytes.first_chunk::<SLOT_BYTES>()?;
        let crc = crc32c::crc32c(&bytes[..CRC_AT]).to_le_bytes();
        if &bytes[..8] != MAGIC || bytes[CRC_AT..] != crc {
            return None;
        }
        let u64_at = |at: usize| Some(u64::from_le_bytes(*bytes[at..].first_chunk()?));
        Some(Mark {
            epoch: u32::from_le_bytes(*bytes[8..].first_chunk()?),
            is_copy: bytes[IS_COPY_AT] == 1,
            turn: u64_at(16)?,
            chain: Chain { seq: Seq(u64_at(24)?), head: ChainHash(*bytes[32..].first_chunk()?) },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemoryDisk;

    #[test]
    fn the_newest_whole_slot_counts() {
        let (disk, dir) = (MemoryDisk::new(), Path::new("/data/journal"));
        assert_eq!(read(&disk, dir).unwrap(), None);
        let chain = |seq| Chain { seq: Seq(seq), head: ChainHash([3; 16]) };
        let mut file = MarkFile::open(&disk, dir, (4, chain(10))).unwrap();
        file.write(chain(11)).unwrap();
        let mark = read(&disk, dir).unwrap().unwrap();
        assert_eq!((mark.epoch, mark.chain), (4, chain(11)));
        // The slot written last is torn.
        let path = path(dir);
        for at in SLOTS_AT {
            let mut bytes = disk.read(&path, u64::MAX).unwrap();
            bytes[usize::try_from(at).unwrap() + 30] ^= 1;
            let left = newest(&bytes).unwrap().chain;
            assert!([chain(10), chain(11)].contains(&left));
        }
        assert_eq!(newest(&[0; 600]), None);
    }

    #[test]
    fn the_mark_of_a_copy_says_so_until_a_writer_opens_it() {
        let (disk, dir) = (MemoryDisk::new(), Path::new("/data/journal"));
        let chain = Chain { seq: Seq(1), head: ChainHash([3; 16]) };
        MarkFile::open_of_copy(&disk, dir, (4, chain)).unwrap().write(chain).unwrap();
        assert!(read(&disk, dir).unwrap().unwrap().is_copy);
        MarkFile::open(&disk, dir, (5, chain)).unwrap();
        assert!(!read(&disk, dir).unwrap().unwrap().is_copy);
    }

    #[test]
    fn every_journal_has_its_own_mark_beside_it() {
        assert_eq!(path(Path::new("data/journal/")), Path::new("data/journal.mark"));
        assert!(path(Path::new(".")).is_absolute());
    }
}
