//! A disk of the world, as one machine sees it: the same files, locks that hold on that machine only.

use std::io;
use std::path::Path;
use std::sync::Arc;

use aurora_journal::disk::{Disk as Files, DiskFile, Lock, MemoryDisk};

/// Where the journal is.
pub(crate) const DIR: &str = "/data/journal";

/// Files that several machines may see.
pub(crate) type Disk = MemoryDisk;

/// The files as seen from one machine.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    disk: MemoryDisk,
    /// Which machine: locks of different machines do not know of each other.
    machine: u8,
}

impl Seen {
    pub(crate) fn from(machine: u8, disk: &MemoryDisk) -> Arc<Seen> {
        Arc::new(Seen { disk: disk.clone(), machine })
    }
}

impl Files for Seen {
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.disk.list(dir)
    }

    fn read(&self, path: &Path, at_most: u64) -> io::Result<Vec<u8>> {
        self.disk.read(path, at_most)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk.create_dir(dir)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.disk.create(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.disk.open(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk.sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        self.disk.lock(&path.with_extension(self.machine.to_string()))
    }
}

/// The newest epoch that left a file there; zero for none.
pub(crate) fn newest_epoch(disk: &MemoryDisk) -> u32 {
    let names = disk.list(Path::new(DIR)).unwrap_or_default();
    let epochs = names.iter().filter_map(|name| name.split_once('-')?.0.parse().ok());
    epochs.max().unwrap_or(0)
}
