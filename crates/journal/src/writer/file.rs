//! One segment file while it is written: reserved ahead, appended, synced.
//!
//! Space is reserved by writing zeros, not by `fallocate`: over blocks that were written before, an
//! fdatasync has no file metadata to write. On ext4 that takes a third off a large commit, and a commit
//! does not wait behind the file system's own journal while other programs write. They are written in
//! small pieces: after one large write Linux keeps the file in large folios, and every later fdatasync of
//! a few bytes takes longer (measured on 6.18: 20 of 175 µs). The zeros come before the records, so a
//! full disk shows while nothing is at stake. Those of the next segment are written ahead, where no
//! commit waits for them (`ahead.rs`).

use std::io;
use std::path::{Path, PathBuf};

use aurora_planted::{Bug, active};

use crate::disk::{Disk, DiskFile};
use crate::reader::SegmentReport;
use crate::segment::{HEADER_BYTES, Header, JournalError, SegmentName};

static ZEROS: [u8; 1 << 16] = [0; 1 << 16];

/// A file of zeros, its blocks ours.
#[derive(Debug)]
pub(super) struct Blocks {
    pub(super) file: Box<dyn DiskFile>,
    pub(super) path: PathBuf,
    /// So many bytes of it.
    pub(super) reserved: u64,
}

/// The file the journal appends to.
#[derive(Debug)]
pub(super) struct SegmentFile {
    file: Box<dyn DiskFile>,
    path: PathBuf,
    name: SegmentName,
    /// The next write goes here.
    end: u64,
    /// The blocks up to here are ours.
    reserved: u64,
}

impl SegmentFile {
    /// A new file with its header durable. That it did not exist before is what fences an older writer off.
    pub(super) fn create(
        disk: &dyn Disk,
        dir: &Path,
        header: Header,
        piece: u64,
    ) -> Result<SegmentFile, JournalError> {
        let path = dir.join(header.name.to_string());
        let file = disk.create(&path).map_err(JournalError::io("create", &path))?;
        let mut segment = SegmentFile { file, path, name: header.name, end: 0, reserved: 0 };
        let begun = segment.extend(HEADER_BYTES as u64, piece).and_then(|()| segment.begin(header));
        if let Err(error) = begun {
            // The name is wanted again when the reserve takes its place.
            drop(disk.remove(&segment.path));
            return Err(error);
        }
        if !active(Bug::NameNotSynced) {
            sync_dir(disk, dir)?;
        }
        Ok(segment)
    }

    /// The same out of the reserve, whose blocks are ours already, for when the disk has no others.
    pub(super) fn create_from(
        disk: &dyn Disk,
        reserve: &Path,
        header: Header,
    ) -> Result<SegmentFile, JournalError> {
        let file = disk.open(reserve).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                JournalError::Full { dir: reserve.parent().unwrap_or(Path::new(".")).to_owned() }
            }
            _ => JournalError::io("open", reserve)(error),
        })?;
        let reserved = file.length().map_err(JournalError::io("read", reserve))?;
        SegmentFile::create_in(disk, Blocks { file, path: reserve.to_owned(), reserved }, header)
    }

    /// The same out of blocks that were prepared under another name.
    pub(super) fn create_in(
        disk: &dyn Disk,
        blocks: Blocks,
        header: Header,
    ) -> Result<SegmentFile, JournalError> {
        let Blocks { file, path: from, reserved } = blocks;
        let dir = from.parent().unwrap_or(Path::new("."));
        let path = dir.join(header.name.to_string());
        disk.create(&path).map_err(JournalError::io("create", &path))?;
        let mut segment = SegmentFile { file, path, name: header.name, end: 0, reserved };
        segment.begin(header)?;
        disk.rename(&from, &segment.path).map_err(JournalError::io("rename", &from))?;
        sync_dir(disk, dir)?;
        Ok(segment)
    }

    /// What no journal does: goes on in the file of an earlier epoch. For [`Bug::SegmentShared`] alone.
    pub(super) fn go_on(
        disk: &dyn Disk,
        newest: &SegmentReport,
    ) -> Result<SegmentFile, JournalError> {
        let path = newest.path.clone();
        let file = disk.open(&path).map_err(JournalError::io("open", &path))?;
        let name = SegmentName { epoch: newest.epoch, index: newest.index };
        Ok(SegmentFile { file, path, name, end: newest.bytes, reserved: newest.bytes })
    }

    fn begin(&mut self, header: Header) -> Result<(), JournalError> {
        self.write(&header.encode())?;
        self.sync()
    }

    /// Makes sure that so many more bytes fit; a disk that has no room for them says so here.
    pub(super) fn extend(&mut self, bytes: u64, piece: u64) -> Result<(), JournalError> {
        if self.has_room_for(bytes) {
            return Ok(());
        }
        let reserved = (self.end + bytes).next_multiple_of(piece.max(1));
        let written = write_zeros(&*self.file, &mut self.reserved, reserved);
        written.map_err(JournalError::io("reserve space in", &self.path))
    }

    /// Whether so many more bytes fit.
    pub(super) const fn has_room_for(&self, bytes: u64) -> bool {
        self.end + bytes <= self.reserved
    }

    /// One write; the system has it, the disk will after [`SegmentFile::sync`].
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        let written = self.file.write_at(bytes, self.end);
        written.map_err(JournalError::io("write to", &self.path))?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    pub(super) fn sync(&self) -> Result<(), JournalError> {
        if active(Bug::SyncSkipped) {
            return Ok(());
        }
        self.file.sync().map_err(JournalError::io("sync", &self.path))
    }

    /// Gives back what was reserved and not used.
    pub(super) fn finish(&mut self) -> Result<(), JournalError> {
        let cut = self.file.set_len(self.end).and_then(|()| self.file.sync());
        cut.map_err(JournalError::io("close", &self.path))?;
        self.reserved = self.end;
        Ok(())
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.end
    }

    pub(super) const fn name(&self) -> SegmentName {
        self.name
    }
}

/// Writes zeros from one place to another; `at` is where it got, also when the disk has no more room.
pub(super) fn write_zeros(file: &dyn DiskFile, at: &mut u64, to: u64) -> io::Result<()> {
    while *at < to {
        let left = usize::try_from(to - *at).unwrap_or(ZEROS.len());
        let zeros = &ZEROS[..left.min(ZEROS.len())];
        file.write_at(zeros, *at)?;
        *at += zeros.len() as u64;
    }
    Ok(())
}

pub(super) fn sync_dir(disk: &dyn Disk, dir: &Path) -> Result<(), JournalError> {
    disk.sync_dir(dir).map_err(JournalError::io("sync", dir))
}

const _: () = assert!(HEADER_BYTES == 64, "records begin at byte 64 in every file there is");
