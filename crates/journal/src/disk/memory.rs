//! A disk in memory that loses what a real one may lose, and fails when it is told to.
//!
//! The model is the least a file system promises. Written bytes are on the disk after a sync of their file;
//! until then a power cut keeps or loses each 512-byte sector on its own, and the length likewise. A name
//! made, changed or removed is on the disk after a sync of its folder. After a failed sync the bytes it was
//! for stay readable and are never written again, as Linux does it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Disk, DiskFile, Lock};

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// How a call that changes something fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which call, counted from one over the disk's life ([`MemoryDisk::calls`]).
    pub call: u64,
    /// The error; of a write, the first half is still done.
    pub error: io::ErrorKind,
    /// Every later call fails too.
    pub lasts: bool,
}

/// A disk in memory; clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk(Arc<Mutex<Platter>>);

#[derive(Debug, Default)]
struct Platter {
    files: Vec<Bytes>,
    /// What programs see.
    names: BTreeMap<PathBuf, usize>,
    /// What a power cut leaves of the names, whatever happens.
    kept_names: BTreeMap<PathBuf, usize>,
    waiting: Vec<Naming>,
    locks: BTreeSet<PathBuf>,
    calls: u64,
    fault: Option<Fault>,
    /// All files together may have so many bytes.
    room: Option<u64>,
    /// Syncs say yes and do nothing.
    lies: bool,
}

/// A change of names that is not on the disk yet.
#[derive(Clone, Debug)]
enum Naming {
    Made(PathBuf, usize),
    Renamed(PathBuf, PathBuf, usize),
    Removed(PathBuf),
}

/// The bytes of one file.
#[derive(Clone, Debug, Default)]
struct Bytes {
    /// What programs see.
    now: Vec<u8>,
    /// What is on the disk.
    kept: Vec<u8>,
    /// What is on its way there.
    waiting: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl MemoryDisk {
    /// An empty disk.
    pub fn new() -> MemoryDisk {
        MemoryDisk::default()
    }

    /// How many calls have changed something, or tried to.
    pub fn calls(&self) -> u64 {
        self.platter().calls
    }

    /// Lets a call to come fail; `None` lets all succeed.
    pub fn fail(&self, fault: Option<Fault>) {
        self.platter().fault = fault;
    }

    /// How many bytes all files may have together; `None` for no limit.
    pub fn set_room(&self, bytes: Option<u64>) {
        self.platter().room = bytes;
    }

    /// From now on every sync succeeds and does nothing, as on a disk that lies.
    pub fn lie(&self) {
        self.platter().lies = true;
    }

    /// Puts a file there, on the disk at once; one of that name is overwritten.
    pub fn put(&self, path: &Path, bytes: Vec<u8>) {
        let mut platter = self.platter();
        let known = platter.names.get(path).copied();
        let file = known.unwrap_or(platter.files.len());
        let file_bytes = Bytes { kept: bytes.clone(), now: bytes, waiting: Vec::new() };
        match known {
            Some(file) => platter.files[file] = file_bytes,
            None => platter.files.push(file_bytes),
        }
        platter.names.insert(path.to_owned(), file);
        platter.kept_names.insert(path.to_owned(), file);
    }

    /// The disk as it is found after a power cut now. `below(n)` draws a number below `n`; the same draws give the same disk.
    pub fn power_cut(&self, below: &mut dyn FnMut(u64) -> u64) -> MemoryDisk {
        let platter = self.platter();
        let mut names = platter.kept_names.clone();
        for naming in &platter.waiting {
            if below(2) == 0 {
                naming.apply(&mut names);
            }
        }
        let files = platter.files.iter().map(|file| file.after_power_cut(below)).collect();
        let found = Platter { files, kept_names: names.clone(), names, ..Platter::default() };
        MemoryDisk(Arc::new(Mutex::new(found)))
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        self.platter().names.get(path).copied().ok_or(io::ErrorKind::NotFound.into())
    }

    fn rename_as(&self, naming: Naming) {
        let mut platter = self.platter();
        naming.apply(&mut platter.names);
        platter.waiting.push(naming);
    }
}

impl Platter {
    /// Counts a call; an error when it is to fail.
    fn call(&mut self) -> io::Result<()> {
        self.calls += 1;
        match self.fault {
            Some(fault) if fault.call == self.calls => Err(fault.error.into()),
            Some(fault) if fault.lasts && fault.call < self.calls => Err(fault.error.into()),
            _ => Ok(()),
        }
    }

    fn has_room_for(&self, more: usize) -> io::Result<()> {
        let used: usize = self.names.values().map(|file| self.files[*file].now.len()).sum();
        match self.room {
            Some(room) if 0 < more && room < (used + more) as u64 => {
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => Ok(()),
        }
    }
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Naming::Made(path, file) => drop(names.insert(path.clone(), *file)),
            Naming::Renamed(from, to, file) => {
                names.remove(from);
                names.insert(to.clone(), *file);
            }
            Naming::Removed(path) => drop(names.remove(path)),
        }
    }

    fn is_in(&self, dir: &Path) -> bool {
        match self {
            Naming::Made(path, _) | Naming::Renamed(_, path, _) | Naming::Removed(path) => {
                path.parent() == Some(dir)
            }
        }
    }
}

impl Bytes {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.now);
        self.waiting.push(change);
    }

    fn after_power_cut(&self, below: &mut dyn FnMut(u64) -> u64) -> Bytes {
        // The length first: that of any moment since the last sync.
        let mut versions = vec![self.kept.clone()];
        for change in &self.waiting {
            let mut next = versions.last().cloned().unwrap_or_default();
            change.apply(&mut next);
            versions.push(next);
        }
        let mut draw = || usize::try_from(below(versions.len() as u64)).unwrap_or(0);
        let mut found = vec![0; versions[draw()].len()];
        for (at, sector) in found.chunks_mut(SECTOR).enumerate() {
            let version = &versions[draw()];
            let from = version.len().min(at * SECTOR);
            let to = version.len().min(from + sector.len());
            sector[..to - from].copy_from_slice(&version[from..to]);
        }
        Bytes { now: found.clone(), kept: found, waiting: Vec::new() }
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Write(at, new) => {
                bytes.resize(bytes.len().max(at + new.len()), 0);
                bytes[*at..at + new.len()].copy_from_slice(new);
            }
            Change::Length(length) => bytes.resize(*length, 0),
        }
    }
}

impl Disk for MemoryDisk {
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let platter = self.platter();
        let here = platter.names.keys().filter(|path| path.parent() == Some(dir));
        let names = here.filter_map(|path| path.file_name()?.to_str());
        Ok(names.map(str::to_owned).collect())
    }

    fn read(&self, path: &Path, at_most: u64) -> io::Result<Vec<u8>> {
        let file = self.file(path)?;
        let bytes = &self.platter().files[file].now;
        let length = usize::try_from(at_most).map_or(bytes.len(), |most| most.min(bytes.len()));
        Ok(bytes[..length].to_vec())
    }

    fn create_dir(&self, _: &Path) -> io::Result<()> {
        self.platter().call()
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.platter().call()?;
        if self.file(path).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let mut platter = self.platter();
        platter.files.push(Bytes::default());
        let file = platter.files.len() - 1;
        drop(platter);
        self.rename_as(Naming::Made(path.to_owned(), file));
        Ok(Box::new(MemoryFile { disk: self.clone(), file }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(MemoryFile { disk: self.clone(), file: self.file(path)? }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.platter().call()?;
        let file = self.file(from)?;
        self.rename_as(Naming::Renamed(from.to_owned(), to.to_owned(), file));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.platter().call()?;
        self.file(path)?;
        self.rename_as(Naming::Removed(path.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut platter = self.platter();
        platter.call()?;
        let (here, elsewhere): (Vec<_>, _) =
            std::mem::take(&mut platter.waiting).into_iter().partition(|naming| naming.is_in(dir));
        platter.waiting = elsewhere;
        for naming in here {
            naming.apply(&mut platter.kept_names);
        }
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        let is_ours = self.platter().locks.insert(path.to_owned());
        let held = Held { disk: self.clone(), path: path.to_owned() };
        Ok(is_ours.then(|| Box::new(held) as Lock))
    }
}

struct Held {
    disk: MemoryDisk,
    path: PathBuf,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.disk.platter().locks.remove(&self.path);
    }
}

#[derive(Debug)]
struct MemoryFile {
    disk: MemoryDisk,
    file: usize,
}

impl MemoryFile {
    fn lengthen(&self, bytes: u64) -> io::Result<()> {
        let length = usize::try_from(bytes).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut platter = self.disk.platter();
        let more = length.saturating_sub(platter.files[self.file].now.len());
        platter.has_room_for(more)?;
        platter.files[self.file].change(Change::Length(length));
        Ok(())
    }
}

impl DiskFile for MemoryFile {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let at = usize::try_from(at).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut platter = self.disk.platter();
        let failed = platter.call().and_then(|()| {
            let length = platter.files[self.file].now.len();
            platter.has_room_for((at + bytes.len()).saturating_sub(length))
        });
        let written = if failed.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        if failed.is_ok() || at + written.len() <= platter.files[self.file].now.len() {
            platter.files[self.file].change(Change::Write(at, written.to_vec()));
        }
        failed
    }

    fn allocate(&self, bytes: u64) -> io::Result<()> {
        self.disk.platter().call()?;
        self.lengthen(bytes)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.platter().files[self.file].now.len() as u64)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.disk.platter().call()?;
        self.lengthen(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        let mut platter = self.disk.platter();
        let called = platter.call();
        if platter.lies {
            return called;
        }
        let file = &mut platter.files[self.file];
        let waiting = std::mem::take(&mut file.waiting);
        if called.is_ok() {
            for change in &waiting {
                change.apply(&mut file.kept);
            }
        }
        called
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk() -> (MemoryDisk, Box<dyn DiskFile>) {
        let disk = MemoryDisk::new();
        let file = disk.create(Path::new("/d/f")).unwrap();
        disk.sync_dir(Path::new("/d")).unwrap();
        (disk, file)
    }

    fn found(disk: &MemoryDisk, draw: u64) -> Vec<u8> {
        disk.power_cut(&mut |below| draw % below).read(Path::new("/d/f"), u64::MAX).unwrap()
    }

    #[test]
    fn a_power_cut_keeps_what_was_synced_and_any_sectors_of_the_rest() {
        let (disk, file) = disk();
        file.write_at(&[1; 1024], 0).unwrap();
        file.sync().unwrap();
        file.write_at(&[2; 1024], 0).unwrap();
        assert_eq!(found(&disk, 0), [1; 1024]);
        assert_eq!(found(&disk, 1), [2; 1024]);
        let mut draws = [0, 1, 0].into_iter();
        let mixed = disk.power_cut(&mut |_| draws.next().unwrap());
        let mixed = mixed.read(Path::new("/d/f"), u64::MAX).unwrap();
        assert_eq!((mixed[0], mixed[1023]), (2, 1));
    }

    #[test]
    fn what_a_failed_sync_was_for_is_readable_and_never_durable() {
        let (disk, file) = disk();
        file.write_at(&[3; 10], 0).unwrap();
        let call = disk.calls() + 1;
        disk.fail(Some(Fault { call, error: io::ErrorKind::Other, lasts: false }));
        assert!(file.sync().is_err());
        file.sync().unwrap();
        assert_eq!(disk.read(Path::new("/d/f"), u64::MAX).unwrap(), [3; 10]);
        assert_eq!(found(&disk, 1), Vec::<u8>::new());
    }

    #[test]
    fn a_name_is_durable_after_its_folder_was_synced() {
        let (disk, _) = disk();
        disk.rename(Path::new("/d/f"), Path::new("/d/g")).unwrap();
        let names = |disk: &MemoryDisk| disk.list(Path::new("/d")).unwrap();
        assert_eq!(names(&disk.power_cut(&mut |below| 1 % below)), ["f"]);
        assert_eq!(names(&disk.power_cut(&mut |_| 0)), ["g"]);
        disk.sync_dir(Path::new("/d")).unwrap();
        assert_eq!(names(&disk.power_cut(&mut |below| 1 % below)), ["g"]);
    }

    #[test]
    fn a_full_disk_takes_nothing_more_and_still_writes_over_what_it_has() {
        let (disk, file) = disk();
        disk.set_room(Some(100));
        file.allocate(80).unwrap();
        let full = file.write_at(&[1; 30], 80).unwrap_err();
        assert!(super::super::is_no_space(&full));
        file.write_at(&[1; 80], 0).unwrap();
    }
}
