//! A file of whole lines that only grows; a write that failed is written again at the same place.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::AuditError;
use crate::error::SYNC;

/// The open file.
#[derive(Debug)]
pub(crate) struct Lines {
    file: File,
    path: PathBuf,
    /// Bytes of it that are known to be written.
    written: u64,
    waiting: Vec<u8>,
}

impl Lines {
    /// A new file; its name must be free.
    pub(crate) fn create(path: &Path) -> Result<Lines, AuditError> {
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        Lines::of(path, file.map_err(AuditError::io("create", path))?, 0)
    }

    /// A file that may be there already, behind its first `written` bytes; what is behind them is cut off.
    pub(crate) fn go_on(path: &Path, written: u64) -> Result<Lines, AuditError> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.map_err(AuditError::io("open", path))?;
        let is_longer = file.metadata().map(|now| now.len() != written);
        if is_longer.map_err(AuditError::io("look at", path))? {
            file.set_len(written).map_err(AuditError::io("cut", path))?;
        }
        Lines::of(path, file, written)
    }

    fn of(path: &Path, file: File, written: u64) -> Result<Lines, AuditError> {
        sync_above(path)?;
        Ok(Lines { file, path: path.to_owned(), written, waiting: Vec::new() })
    }

    /// One line more, without its end; it waits for [`Lines::flush`].
    pub(crate) fn push(&mut self, line: &[u8]) {
        self.waiting.extend_from_slice(line);
        self.waiting.push(b'\n');
    }

    /// Hands what waits to the system. After an error it still waits, and may be tried again.
    pub(crate) fn flush(&mut self) -> Result<(), AuditError> {
        self.file
            .write_all_at(&self.waiting, self.written)
            .map_err(AuditError::io("write", &self.path))?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// Waits for the disk. An error is final: what the disk has is not known any more.
    pub(crate) fn sync(&mut self) -> Result<(), AuditError> {
        self.file.sync_data().map_err(AuditError::io(SYNC, &self.path))
    }

    /// Whether the file under its name is still this one, and not another that took its place.
    pub(crate) fn is_in_place(&self) -> bool {
        let (ours, there) = (self.file.metadata(), std::fs::metadata(&self.path));
        ours.is_ok_and(|ours| {
            there.is_ok_and(|it| (ours.dev(), ours.ino()) == (it.dev(), it.ino()))
        })
    }

    /// How long the file is, with what waits.
    pub(crate) fn len(&self) -> u64 {
        self.written + self.waiting.len() as u64
    }
}

/// Makes a file these bytes, durable; those before `from` are known to be on the disk.
///
/// After a failed sync the rest is readable too, but no later sync writes it: the system takes it for written. So it
/// is written once more.
pub(crate) fn write_again(path: &Path, bytes: &[u8], from: usize) -> Result<(), AuditError> {
    let file = OpenOptions::new().write(true).open(path).map_err(AuditError::io("open", path))?;
    let written = file.write_all_at(&bytes[from..], from as u64).and_then(|()| {
        if file.metadata()?.len() != bytes.len() as u64 {
            file.set_len(bytes.len() as u64)?;
        }
        file.sync_all()
    });
    written.map_err(AuditError::io("write", path))
}

/// Makes the names in the folder around that path durable: a power cut must leave them too.
pub(crate) fn sync_above(path: &Path) -> Result<(), AuditError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(AuditError::io(SYNC, folder))
}

/// Writes a small file so that a power cut leaves all of it or nothing.
pub(crate) fn replace(path: &Path, mode: u32, text: &str) -> Result<(), AuditError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let beside = path.with_extension("new");
    let made = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&beside);
    made.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    })
    .map_err(AuditError::io("write", path))?;
    sync_above(path)
}

/// The bytes of a file; nothing where there is none.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, AuditError> {
    match std::fs::read(path) {
        Err(none) if none.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(AuditError::io("read", path)),
    }
}

/// The whole lines in there, and how many bytes they are.
pub(crate) fn whole(bytes: &[u8]) -> (Vec<&[u8]>, usize) {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let lines = bytes[..end].split_inclusive(|byte| *byte == b'\n');
    (lines.map(|line| &line[..line.len() - 1]).collect(), end)
}
