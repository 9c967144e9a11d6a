//! What the journal asks of a disk: few calls, each with a promise about power cuts.
//!
//! [`SystemDisk`] is the file system. [`MemoryDisk`] keeps the same promises and no others: what was not
//! synced may be lost sector by sector when its power is cut, and any call can be made to fail.

mod memory;
mod system;

use std::any::Any;
use std::fmt::Debug;
use std::io;
use std::path::Path;

pub use memory::{Fault, MemoryDisk};
pub use system::SystemDisk;

/// A place for files.
pub trait Disk: Debug + Send + Sync {
    /// The names in a folder, in any order.
    ///
    /// # Errors
    /// Also when there is no such folder ([`io::ErrorKind::NotFound`]).
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// A file from its beginning, at most so many bytes of it.
    ///
    /// # Errors
    /// What the system says.
    fn read(&self, path: &Path, at_most: u64) -> io::Result<Vec<u8>>;

    /// A part of a file: from that byte on, at most so many; nothing when the file ends before it.
    ///
    /// # Errors
    /// What the system says.
    fn read_from(&self, path: &Path, from: u64, at_most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = self.read(path, from.saturating_add(at_most))?;
        let from = usize::try_from(from).map_or(bytes.len(), |from| from.min(bytes.len()));
        bytes.drain(..from);
        Ok(bytes)
    }

    /// Makes a folder and those above it, unless they are there; durable when it returns.
    ///
    /// # Errors
    /// What the system says.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// Makes a file that is not there yet. Its name is durable after [`Disk::sync_dir`].
    ///
    /// # Errors
    /// Also when there is such a file ([`io::ErrorKind::AlreadyExists`]).
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file for writing.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name in the same folder, whole or not at all; a file of that name is replaced.
    /// Durable after [`Disk::sync_dir`].
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the folder's list of names durable.
    ///
    /// # Errors
    /// What the system says.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Takes a lock that ends with the value or with the process; `None` when somebody has it.
    ///
    /// # Errors
    /// What the system says.
    fn lock(&self, path: &Path) -> io::Result<Option<Lock>>;
}

/// Held as long as the value is.
pub type Lock = Box<dyn Any + Send>;

/// A file opened for writing. Reading goes by [`Disk::read`].
pub trait DiskFile: Debug + Send {
    /// Writes all of the bytes there.
    ///
    /// # Errors
    /// What the system says; any part may have been written then.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;

    /// Makes the file so long and its blocks ours, so that writing inside it cannot fail for want of space.
    ///
    /// # Errors
    /// What the system says.
    fn allocate(&self, bytes: u64) -> io::Result<()>;

    /// How long it is.
    ///
    /// # Errors
    /// What the system says.
    fn length(&self) -> io::Result<u64>;

    /// Cuts the file, or lengthens it with zeros that are not yet on any disk.
    ///
    /// # Errors
    /// What the system says.
    fn set_len(&self, bytes: u64) -> io::Result<()>;

    /// Makes what was written durable, and the length with it; not the name.
    ///
    /// # Errors
    /// After an error nobody knows what the disk holds, and asking again proves nothing: the system may
    /// have thrown the bytes away.
    fn sync(&self) -> io::Result<()>;
}

/// Whether the disk, or what we may use of it, is full.
pub(crate) fn is_no_space(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}
