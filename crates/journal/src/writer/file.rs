//! One segment file while it is written: reserved ahead, appended, synced.
//!
//! Space is reserved by writing zeros, not by `fallocate`: over blocks that were written before, an
//! fdatasync has no file metadata to write. On ext4 that takes a third off a large commit, and a commit
//! does not wait behind the file system's own journal while other programs write.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::segment::{HEADER_BYTES, Header, JournalError, SegmentName, sync_folder};

/// The file the journal appends to.
#[derive(Debug)]
pub(super) struct SegmentFile {
    pub(super) file: File,
    path: PathBuf,
    name: SegmentName,
    /// The next write goes here.
    end: u64,
    /// Zeros were written up to here.
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

    /// One write, one fdatasync; now and then also the zeros of the next reserve.
    pub(super) fn append(&mut self, bytes: &[u8], reserve: u64) -> Result<(), JournalError> {
        self.write(bytes, reserve)?;
        self.file.sync_data().map_err(JournalError::io("sync", &self.path))
    }

    /// One write; the system has it, the disk will.
    pub(super) fn write(&mut self, bytes: &[u8], reserve: u64) -> Result<(), JournalError> {
        let failed_to = |action| JournalError::io(action, &self.path);
        let end = self.end + bytes.len() as u64;
        self.file.write_all_at(bytes, self.end).map_err(failed_to("write to"))?;
        let mut reserved = self.reserved;
        if reserved < end {
            reserved = end.next_multiple_of(reserve.max(1));
            let zeros = vec![0; usize::try_from(reserved - end).unwrap_or(0)];
            self.file.write_all_at(&zeros, end).map_err(failed_to("reserve space in"))?;
        }
        (self.end, self.reserved) = (end, reserved);
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

const _: () = assert!(HEADER_BYTES == 64, "records begin at byte 64 in every file there is");
