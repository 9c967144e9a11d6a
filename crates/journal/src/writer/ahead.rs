//! The next segment, made ready before it is needed.
//!
//! Its zeros are written and synced in a file of their own, `NEXT-EPOCH`, so that a commit's fdatasync never has
//! them to write. They keep pace with the segment in use, a third ahead of it: a desk that writes little
//! prepares little, and each segment of an epoch has a third more room than the one before it, up to the
//! configured size. A step is a piece of zeros and one sync: smaller steps mean more syncs, and every one
//! of them stands in some commit's way. Between steps the file is as good as its length. Where there is
//! no thread, somebody may take the steps, or nobody: then commits reserve their own space.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Sender, TrySendError, bounded};

use super::file::{Blocks, write_zeros};
use super::{Options, Priority};
use crate::disk::{Disk, is_no_space};
use crate::segment::JournalError;

/// The writer's end.
#[derive(Debug)]
pub(super) struct Ahead {
    shared: Arc<Shared>,
    step: u64,
    /// A segment has no more bytes.
    most: u64,
    thread: Option<Helper>,
}

#[derive(Debug)]
struct Shared {
    /// So many bytes of the next segment are wanted by now.
    wanted: AtomicU64,
    /// So many of them are there.
    there: AtomicU64,
    next: Mutex<Next>,
}

#[derive(Debug)]
struct Helper {
    wake: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Next {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    blocks: Option<Blocks>,
    step: u64,
    failed: Option<JournalError>,
}

impl Ahead {
    /// Nothing is prepared yet; what an earlier start prepared is thrown away.
    ///
    /// Each epoch has a name of its own for it: a writer that was replaced while it slept must not take its
    /// successor's file for its own.
    pub(super) fn new(disk: Arc<dyn Disk>, dir: &Path, (epoch, options): (u32, Options)) -> Ahead {
        let names = disk.list(dir).unwrap_or_default();
        for left in names.iter().filter(|name| name.starts_with("NEXT")) {
            drop(disk.remove(&dir.join(left)));
        }
        let path = dir.join(format!("NEXT-{epoch:010}"));
        let step = options.reserve_bytes.max(1);
        let next = Next { disk, path, blocks: None, step, failed: None };
        let (wanted, there) = (AtomicU64::new(0), AtomicU64::new(0));
        let shared = Arc::new(Shared { wanted, there, next: Mutex::new(next) });
        Ahead { shared, step, most: options.segment_bytes.max(step), thread: None }
    }

    pub(super) fn start_thread(&mut self) -> io::Result<()> {
        let (wake, calls) = bounded(1);
        let shared = Arc::clone(&self.shared);
        let work = move || {
            Priority::step_back();
            calls.iter().for_each(|()| while shared.step() {});
        };
        let thread = thread::Builder::new().name("journal-ahead".into()).spawn(work)?;
        self.thread = Some(Helper { wake: Some(wake), thread: Some(thread) });
        Ok(())
    }

    /// The segment in use has so many bytes. Two atomics, and a call to the thread every step.
    pub(super) fn keep_pace(&self, used: u64) {
        // A third more than is used, in whole steps.
        let wanted = (used + used / 3).next_multiple_of(self.step).min(self.most);
        self.shared.wanted.store(wanted, Ordering::Relaxed);
        if let Some(helper) = &self.thread
            && self.shared.there.load(Ordering::Relaxed) < wanted
        {
            helper.call();
        }
    }

    /// One step of preparation; `false` when nothing is left to do.
    pub(super) fn step(&self) -> bool {
        self.shared.step()
    }

    /// What is prepared, when it is so much at least. A step that is being done is waited for.
    ///
    /// # Errors
    /// What went wrong while preparing, other than a full disk: it is the journal's disk.
    pub(super) fn take(&self, at_least: u64) -> Result<Option<Blocks>, JournalError> {
        if self.shared.there.load(Ordering::Relaxed) == 0 {
            return Ok(None);
        }
        let mut next = self.shared.lock();
        if let Some(failed) = next.failed.take() {
            return Err(failed);
        }
        let blocks = next.blocks.take_if(|blocks| at_least <= blocks.reserved);
        if blocks.is_some() {
            self.shared.wanted.store(0, Ordering::Relaxed);
            self.shared.there.store(0, Ordering::Relaxed);
        }
        Ok(blocks)
    }

    /// Ends the preparation and gives its blocks back.
    pub(super) fn give_up(&mut self) {
        self.shared.wanted.store(0, Ordering::Relaxed);
        self.thread = None;
        let mut next = self.shared.lock();
        if next.blocks.take().is_some() {
            // Otherwise the next start does it.
            drop(next.disk.remove(&next.path));
        }
    }
}

impl Shared {
    fn step(&self) -> bool {
        let mut next = self.lock();
        let wanted = self.wanted.load(Ordering::Relaxed);
        let done = next.step(wanted);
        let mut there = next.blocks.as_ref().map_or(0, |blocks| blocks.reserved);
        let is_more_to_do = done.is_ok() && there < wanted && next.failed.is_none();
        if let Err(error) = done
            && !is_no_space(&error)
        {
            next.failed = Some(JournalError::io("prepare", &next.path)(error));
        }
        if next.failed.is_some() {
            // So that the writer looks.
            there = u64::MAX;
        }
        self.there.store(there, Ordering::Relaxed);
        is_more_to_do
    }

    fn lock(&self) -> MutexGuard<'_, Next> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Next {
    /// One more piece of zeros, on the disk when it returns.
    fn step(&mut self, wanted: u64) -> io::Result<()> {
        if self.failed.is_some() || self.blocks.as_ref().map_or(0, |b| b.reserved) >= wanted {
            return Ok(());
        }
        let mut blocks = match self.blocks.take() {
            Some(blocks) => blocks,
            None => {
                let file = self.disk.create(&self.path)?;
                Blocks { file, path: self.path.clone(), reserved: 0 }
            }
        };
        let (from, mut at) = (blocks.reserved, blocks.reserved);
        let written = write_zeros(&*blocks.file, &mut at, wanted.min(from + self.step));
        let synced = blocks.file.sync();
        if synced.is_ok() {
            blocks.reserved = at;
        }
        self.blocks = Some(blocks);
        synced.and(written)
    }
}

impl Helper {
    fn call(&self) {
        if let Some(wake) = &self.wake {
            // Full: a call that already waits is as good.
            let _: Result<(), TrySendError<()>> = wake.try_send(());
        }
    }
}

/// Waits for the step that is being done.
impl Drop for Helper {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            drop(thread.join());
        }
    }
}
