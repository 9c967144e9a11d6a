//! Writing snapshots where nobody waits for them.

use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Sender, TrySendError, bounded};

use super::{Snapshot, Snapshots};
use crate::segment::JournalError;

/// A thread that writes snapshots one after another.
#[derive(Debug)]
pub struct SnapshotThread {
    offers: Option<Sender<Snapshot>>,
    thread: Option<JoinHandle<()>>,
}

impl SnapshotThread {
    /// Starts the thread. `on_written` is called there after every snapshot, written or not.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(
        snapshots: Snapshots,
        mut on_written: impl FnMut(Result<PathBuf, JournalError>) + Send + 'static,
    ) -> std::io::Result<SnapshotThread> {
        let (offers, inbox) = bounded::<Snapshot>(1);
        let work = move || inbox.iter().for_each(|snapshot| on_written(snapshots.write(&snapshot)));
        let thread = thread::Builder::new().name("snapshots".into()).spawn(work)?;
        Ok(SnapshotThread { offers: Some(offers), thread: Some(thread) })
    }

    /// Hands a snapshot over and never waits: `false` when one is still waiting to be written, or the
    /// thread is gone; the next one will do.
    pub fn offer(&self, snapshot: Snapshot) -> bool {
        let sent = self.offers.as_ref().map(|offers| offers.try_send(snapshot));
        match sent {
            Some(Ok(())) => true,
            Some(Err(TrySendError::Full(_) | TrySendError::Disconnected(_))) | None => false,
        }
    }
}

/// What was handed over is still written.
impl Drop for SnapshotThread {
    fn drop(&mut self) {
        self.offers = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            drop(thread.join());
        }
    }
}
