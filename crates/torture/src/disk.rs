//! A filesystem in memory that forgets at a power cut what was not synced.
//!
//! What a program sees and what the disk has are kept apart. A sync of a file carries its bytes over, a sync of a folder
//! its names. At the cut every sector that was written and not synced is kept or lost by chance, and so is every
//! name; nothing that was synced changes. That is the least a disk promises: no order among what was not synced.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result};
use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags,
    Generation, INodeNo, LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate,
    ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request,
    TimeOrNow, WriteFlags,
};
use rustix::process::{Pid, Signal, kill_process};

/// What a disk writes as one.
const SECTOR: usize = 512;
/// Nothing is remembered by the system: what it was told may be gone after a cut.
const NOW: Duration = Duration::ZERO;

/// The disk; it outlives its mounts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    nodes: BTreeMap<u64, Node>,
    /// Writes and syncs until the power fails; `None` is never.
    left: Option<u32>,
    /// Who dies with the machine.
    victim: Option<Pid>,
    is_dark: bool,
    chance: u64,
}

#[derive(Debug)]
enum Node {
    File(Bytes),
    Folder { seen: BTreeMap<String, u64>, kept: BTreeMap<String, u64> },
}

/// A file as it is seen, and as the disk has it.
#[derive(Debug, Default)]
struct Bytes {
    seen: Vec<u8>,
    kept: Vec<u8>,
    /// Ranges that were written since the last sync.
    dirty: Vec<(usize, usize)>,
}

impl Default for State {
    fn default() -> State {
        let root = Node::Folder { seen: BTreeMap::new(), kept: BTreeMap::new() };
        State {
            nodes: BTreeMap::from([(1, root)]),
            left: None,
            victim: None,
            is_dark: false,
            chance: 1,
        }
    }
}

impl Disk {
    /// Mounts it; the mount ends when the answer is dropped.
    pub(crate) fn mount(&self, at: &Path) -> Result<BackgroundSession> {
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("torture".into())];
        fuser::spawn_mount(self.clone(), at, &config).with_context(|| {
            format!("cannot mount at {}: /dev/fuse and the package fuse3 are needed", at.display())
        })
    }

    /// The power fails at the `left`-th write or sync from now on, and that process with it.
    pub(crate) fn cut_after(&self, left: u32, victim: u32) -> Result<()> {
        let mut state = self.state();
        state.victim = Pid::from_raw(i32::try_from(victim)?);
        state.left = Some(left);
        Ok(())
    }

    /// Whether the power has failed.
    pub(crate) fn is_dark(&self) -> bool {
        self.state().is_dark
    }

    /// The power is back: only what was kept is there. How many bytes were lost.
    pub(crate) fn light_up(&self, seed: u64) -> usize {
        let mut state = self.state();
        state.chance = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        (state.left, state.victim, state.is_dark) = (None, None, false);
        let mut nodes = std::mem::take(&mut state.nodes);
        let lost = nodes.values_mut().map(|node| node.forget(&mut state.chance)).sum();
        state.nodes = nodes;
        lost
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Heads or tails: xorshift.
fn heads(chance: &mut u64) -> bool {
    *chance ^= *chance << 13;
    *chance ^= *chance >> 7;
    *chance ^= *chance << 17;
    *chance & 1 == 0
}

impl Node {
    fn forget(&mut self, chance: &mut u64) -> usize {
        match self {
            Node::File(bytes) => bytes.forget(chance),
            Node::Folder { seen, kept } => {
                let names: Vec<String> = seen.keys().chain(kept.keys()).cloned().collect();
                for name in names {
                    if seen.get(&name) != kept.get(&name) && heads(chance) {
                        match seen.get(&name) {
                            Some(no) => kept.insert(name, *no),
                            None => kept.remove(&name),
                        };
                    }
                }
                seen.clone_from(kept);
                0
            }
        }
    }
}

impl Bytes {
    fn write(&mut self, at: usize, data: &[u8]) {
        let end = at + data.len();
        if self.seen.len() < end {
            self.seen.resize(end, 0);
        }
        self.seen[at..end].copy_from_slice(data);
        self.dirty.push((at, end));
    }

    fn sync(&mut self) {
        self.kept.resize(self.seen.len(), 0);
        for (from, to) in std::mem::take(&mut self.dirty) {
            let to = to.min(self.seen.len());
            if from < to {
                self.kept[from..to].copy_from_slice(&self.seen[from..to]);
            }
        }
    }

    fn forget(&mut self, chance: &mut u64) -> usize {
        let mut lost = 0;
        if self.kept.len() < self.seen.len() && heads(chance) {
            // The new length is there, its bytes are zeros until they are there too.
            self.kept.resize(self.seen.len(), 0);
        }
        for (from, to) in std::mem::take(&mut self.dirty) {
            let mut at = from;
            while at < to {
                let end = ((at / SECTOR + 1) * SECTOR).min(to);
                let there = end.min(self.kept.len()).min(self.seen.len());
                if at < there && heads(chance) {
                    self.kept[at..there].copy_from_slice(&self.seen[at..there]);
                } else {
                    lost += end - at;
                }
                at = end;
            }
        }
        self.seen.clone_from(&self.kept);
        lost
    }
}

impl State {
    /// A write or a sync: the power may fail here. `false` from then on.
    fn works(&mut self) -> bool {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
            if *left == 0 && !self.is_dark {
                self.is_dark = true;
                if let Some(pid) = self.victim {
                    // It may have ended by itself in this moment.
                    let _ = kill_process(pid, Signal::KILL);
                }
            }
        }
        !self.is_dark
    }

    fn child(&self, parent: INodeNo, name: &OsStr) -> Option<u64> {
        match self.nodes.get(&parent.0)? {
            Node::Folder { seen, .. } => seen.get(name.to_str()?).copied(),
            Node::File(_) => None,
        }
    }

    fn names(&mut self, parent: INodeNo) -> Option<&mut BTreeMap<String, u64>> {
        match self.nodes.get_mut(&parent.0)? {
            Node::Folder { seen, .. } => Some(seen),
            Node::File(_) => None,
        }
    }

    fn bytes(&mut self, no: INodeNo) -> Option<&mut Bytes> {
        match self.nodes.get_mut(&no.0)? {
            Node::File(bytes) => Some(bytes),
            Node::Folder { .. } => None,
        }
    }

    fn make(&mut self, parent: INodeNo, name: &OsStr, node: Node) -> Option<FileAttr> {
        let no = self.nodes.keys().next_back().copied().unwrap_or(1) + 1;
        self.names(parent)?.insert(name.to_str()?.to_owned(), no);
        self.nodes.insert(no, node);
        self.attr(no)
    }

    fn attr(&self, no: u64) -> Option<FileAttr> {
        let (kind, size, perm) = match self.nodes.get(&no)? {
            Node::File(bytes) => (FileType::RegularFile, bytes.seen.len() as u64, 0o600),
            Node::Folder { .. } => (FileType::Directory, 0, 0o700),
        };
        let (uid, gid) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
        Some(FileAttr {
            ino: INodeNo(no),
            size,
            blocks: size.div_ceil(512),
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind,
            perm,
            nlink: 1,
            uid,
            gid,
            rdev: 0,
            blksize: 4_096,
            flags: 0,
        })
    }
}

impl Filesystem for Disk {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let state = self.state();
        match state.child(parent, name).and_then(|no| state.attr(no)) {
            Some(attr) => reply.entry(&NOW, &attr, Generation(0)),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, no: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.state().attr(no.0) {
            Some(attr) => reply.attr(&NOW, &attr),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        no: INodeNo,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<std::time::SystemTime>,
        _: Option<FileHandle>,
        _: Option<std::time::SystemTime>,
        _: Option<std::time::SystemTime>,
        _: Option<std::time::SystemTime>,
        _: Option<fuser::BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut state = self.state();
        if let (Some(size), Some(bytes)) = (size, state.bytes(no)) {
            bytes.seen.resize(usize::try_from(size).unwrap_or(usize::MAX), 0);
        }
        match state.attr(no.0) {
            Some(attr) => reply.attr(&NOW, &attr),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn mkdir(&self, _: &Request, parent: INodeNo, name: &OsStr, _: u32, _: u32, reply: ReplyEntry) {
        let node = Node::Folder { seen: BTreeMap::new(), kept: BTreeMap::new() };
        match self.state().make(parent, name, node) {
            Some(attr) => reply.entry(&NOW, &attr, Generation(0)),
            None => reply.error(Errno::EIO),
        }
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        _: u32,
        _: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        let mut state = self.state();
        match state.make(parent, name, Node::File(Bytes::default())) {
            Some(attr) => reply.created(
                &NOW,
                &attr,
                Generation(0),
                FileHandle(0),
                FopenFlags::FOPEN_DIRECT_IO,
            ),
            None => reply.error(Errno::EIO),
        }
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        no: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let mut state = self.state();
        let Some(bytes) = state.bytes(no) else { return reply.error(Errno::ENOENT) };
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.seen.len());
        let to = (from + size as usize).min(bytes.seen.len());
        reply.data(&bytes.seen[from..to]);
    }

    fn write(
        &self,
        _: &Request,
        no: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut state = self.state();
        if !state.works() {
            return reply.error(Errno::EIO);
        }
        let Some(bytes) = state.bytes(no) else { return reply.error(Errno::ENOENT) };
        bytes.write(usize::try_from(offset).unwrap_or(usize::MAX), data);
        reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX));
    }

    fn fallocate(
        &self,
        _: &Request,
        no: INodeNo,
        _: FileHandle,
        offset: u64,
        length: u64,
        _: i32,
        reply: ReplyEmpty,
    ) {
        let mut state = self.state();
        let Some(bytes) = state.bytes(no) else { return reply.error(Errno::ENOENT) };
        let end = usize::try_from(offset + length).unwrap_or(usize::MAX);
        if bytes.seen.len() < end {
            bytes.seen.resize(end, 0);
        }
        reply.ok();
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, no: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let mut state = self.state();
        if !state.works() {
            return reply.error(Errno::EIO);
        }
        if let Some(bytes) = state.bytes(no) {
            bytes.sync();
        }
        reply.ok();
    }

    fn fsyncdir(&self, _: &Request, no: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let mut state = self.state();
        if !state.works() {
            return reply.error(Errno::EIO);
        }
        if let Some(Node::Folder { seen, kept }) = state.nodes.get_mut(&no.0) {
            kept.clone_from(seen);
        }
        reply.ok();
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let mut state = self.state();
        match state.names(parent).and_then(|names| names.remove(name.to_str()?)) {
            Some(_) => reply.ok(),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        to: INodeNo,
        new: &OsStr,
        _: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let mut state = self.state();
        let moved = state.names(parent).and_then(|names| names.remove(name.to_str()?));
        let put = moved.and_then(|no| Some((state.names(to)?, new.to_str()?, no)));
        match put {
            Some((names, new, no)) => {
                names.insert(new.to_owned(), no);
                reply.ok();
            }
            None => reply.error(Errno::ENOENT),
        }
    }

    fn readdir(
        &self,
        _: &Request,
        no: INodeNo,
        _: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let mut state = self.state();
        let Some(names) = state.names(no).cloned() else { return reply.error(Errno::ENOENT) };
        for (at, (name, no)) in names.iter().enumerate().skip(usize::try_from(offset).unwrap_or(0))
        {
            let kind = match state.nodes.get(no) {
                Some(Node::Folder { .. }) => FileType::Directory,
                _ => FileType::RegularFile,
            };
            if reply.add(INodeNo(*no), at as u64 + 1, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        reply.statfs(1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 4_096, 255, 4_096);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_keeps_what_was_synced_and_may_lose_the_rest() {
        let mut lost_something = false;
        for seed in 0..50 {
            let mut bytes = Bytes::default();
            bytes.write(0, &[1; 2_000]);
            bytes.sync();
            bytes.write(1_000, &[2; 5_000]);
            let mut chance = seed * 77 + 1;
            lost_something |= 0 < bytes.forget(&mut chance);
            assert!(bytes.seen[..1_000].iter().all(|byte| *byte == 1));
            assert!(bytes.seen[1_000..2_000].iter().all(|byte| [1, 2].contains(byte)));
            assert_eq!(bytes.seen, bytes.kept);
        }
        assert!(lost_something);
    }
}
