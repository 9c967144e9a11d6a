//! The reserve: a file of blocks set aside, so that a full disk still takes HOLD and cancels.
//!
//! When the disk has no room for another piece of a segment, the reserve becomes the next segment: its
//! blocks are ours, only its name changes. A start on a full disk works the same way. From then on
//! ordinary records are refused until there is room for a new reserve.

use std::path::{Path, PathBuf};

use super::file::sync_dir;
use crate::disk::{Disk, is_no_space};
use crate::segment::JournalError;

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("RESERVE")
}

/// Makes sure that the reserve is there; `false` when the disk has no room for it.
pub(super) fn keep(disk: &dyn Disk, dir: &Path, bytes: u64) -> Result<bool, JournalError> {
    let path = path(dir);
    if bytes == 0 || disk.open(&path).is_ok() {
        return Ok(true);
    }
    let unfinished = dir.join("RESERVE.new");
    // From a start that died on the way.
    drop(disk.remove(&unfinished));
    let made = disk.create(&unfinished).and_then(|file| {
        file.allocate(bytes)?;
        file.sync()
    });
    match made.and_then(|()| disk.rename(&unfinished, &path)) {
        Ok(()) => sync_dir(disk, dir).map(|()| true),
        Err(error) if is_no_space(&error) => {
            drop(disk.remove(&unfinished));
            Ok(false)
        }
        Err(error) => Err(JournalError::io("reserve space in", &path)(error)),
    }
}
