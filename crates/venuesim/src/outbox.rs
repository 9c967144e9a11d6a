//! What waits to be written to one connection.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use bytes::Bytes;
use tokio::sync::Notify;

/// More than this unread, and the client is too slow for the stream.
const MOST_WAITING: usize = 8 << 20;

/// One connection's queue. One writer task empties it; everything runs on one thread.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: RefCell<VecDeque<Bytes>>,
    bytes: Cell<usize>,
    is_closing: Cell<bool>,
    is_mute: Cell<bool>,
    wake: Notify,
    ended: Notify,
}

/// The queue is over its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooSlow;

impl Outbox {
    /// Puts bytes at the end of the queue.
    pub(crate) fn push(&self, bytes: Bytes) -> Result<(), TooSlow> {
        if self.is_closing.get() || self.is_mute.get() {
            return Ok(());
        }
        if MOST_WAITING < self.bytes.get() + bytes.len() {
            return Err(TooSlow);
        }
        self.bytes.set(self.bytes.get() + bytes.len());
        self.waiting.borrow_mut().push_back(bytes);
        self.wake.notify_one();
        Ok(())
    }

    /// Says a last word and closes once all is written.
    pub(crate) fn close(&self, last: Option<Bytes>) {
        if let Some(last) = last.filter(|_| !self.is_closing.get() && !self.is_mute.get()) {
            self.waiting.borrow_mut().push_back(last);
        }
        self.is_closing.set(true);
        self.wake.notify_one();
        self.ended.notify_one();
    }

    /// Closes at once; what waits is forgotten.
    pub(crate) fn abort(&self) {
        self.waiting.borrow_mut().clear();
        self.is_closing.set(true);
        self.wake.notify_one();
        self.ended.notify_one();
    }

    /// The client reads too slowly: what it has not read is dropped, but for the reason.
    pub(crate) fn overflow(&self, reason: Bytes) {
        // A frame that is half written must be finished, so only whole waiting frames go.
        self.waiting.borrow_mut().clear();
        self.close(Some(reason));
    }

    /// Says nothing any more, and leaves the connection open: a half-open peer.
    pub(crate) fn mute(&self) {
        self.waiting.borrow_mut().clear();
        self.bytes.set(0);
        self.is_mute.set(true);
    }

    /// Where the queue ends now.
    pub(crate) fn mark(&self) -> usize {
        self.waiting.borrow().len()
    }

    /// Forgets what was put there after the mark. Nothing may have been awaited in between.
    pub(crate) fn forget_after(&self, mark: usize) {
        self.waiting.borrow_mut().truncate(mark);
    }

    /// Comes back when the connection is to be closed by our side.
    pub(crate) async fn closed(&self) {
        while !self.is_closing.get() {
            self.ended.notified().await;
        }
    }

    pub(crate) fn is_mute(&self) -> bool {
        self.is_mute.get()
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.is_closing.get()
    }

    /// What is to be written next, all of it; `None` when the connection is to be closed.
    pub(crate) async fn take(&self, into: &mut VecDeque<Bytes>) -> Option<()> {
        loop {
            std::mem::swap(&mut *self.waiting.borrow_mut(), into);
            if !into.is_empty() {
                self.bytes.set(0);
                return Some(());
            }
            if self.is_closing.get() {
                return None;
            }
            self.wake.notified().await;
        }
    }
}
