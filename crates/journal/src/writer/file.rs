//! One segment file while it is written: reserved ahead, appended, synced.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

use crate::segment::{HEADER_BYTES, Header, JournalError, SegmentName, sync_folder};

/// The file the journal appends to.
#[derive(Debug)]
pub(super) struct SegmentFile {
    pub(super) file: File,
    path: PathBuf,
    name: SegmentName,
    /// The next write goes here.
    end: u64,
    /// Space up to here is ours; it reads as zeros.
    reserved: u64,
}

impl SegmentFile {
    /// A new file with its header durable. That it did not exist before is what fences an older writer off.
    pub(super) fn create(
        dir: &Path,
        header: Header,
        reserve: u64,
    ) -> Result<SegmentFile, JournalError> {
        let path = dir.join(header.name.to_string());
        let file = File::options().write(true).create_new(true).open(&path);
        let file = file.map_err(JournalError::io("create", &path))?;
        let mut segment = SegmentFile { file, path, name: header.name, end: 0, reserved: 0 };
        segment.append(&header.encode(), reserve)?;
        segment.file.sync_all().map_err(JournalError::io("sync", &segment.path))?;
        sync_folder(dir)?;
        Ok(segment)
    }

    /// One write, one fdatasync.
    pub(super) fn append(&mut self, bytes: &[u8], reserve: u64) -> Result<(), JournalError> {
        let end = self.end + bytes.len() as u64;
        if self.reserved < end {
            let more = (end - self.reserved).next_multiple_of(reserve.max(1));
            reserve_space(&self.file, self.reserved, more)
                .map_err(JournalError::io("reserve space in", &self.path))?;
            self.reserved += more;
        }
        self.file
            .write_all_at(bytes, self.end)
            .map_err(JournalError::io("write to", &self.path))?;
        self.file.sync_data().map_err(JournalError::io("sync", &self.path))?;
        self.end = end;
        Ok(())
    }

    /// Gives back what was reserved and not used.
    pub(super) fn finish(&mut self) -> Result<(), JournalError> {
        self.file
            .set_len(self.end)
            .and_then(|()| self.file.sync_all())
            .map_err(JournalError::io("close", &self.path))?;
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

/// A file system that cannot reserve still works; its commits are slower.
fn reserve_space(file: &File, from: u64, bytes: u64) -> io::Result<()> {
    match fallocate(file, FallocateFlags::empty(), from, bytes) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        result => Ok(result?),
    }
}

const _: () = assert!(HEADER_BYTES == 64, "records begin at byte 64 in every file there is");
