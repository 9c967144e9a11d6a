//! The runtime of one venue: sessions, sockets, limits and keys on one thread.
//!
//! [`core`](self) decides everything and does no I/O; the runtime around it is a dull loop.

mod batch;
mod config;
mod message;

pub use batch::MarketBatch;
pub use config::{LineConfig, Settings};
pub use message::{FromVenue, LineCommand, LineEvent, LineStatus, Source};

use std::thread::JoinHandle;

use aurora_wire::{Ask, AskNo};
use crossbeam_channel::Receiver;
use message::ToLine;

use crate::VenueError;

/// A running venue. Dropping it stops it.
#[derive(Debug)]
pub struct Line {
    to_line: tokio::sync::mpsc::Sender<ToLine>,
    messages: Receiver<FromVenue>,
    used_batches: crossbeam_channel::Sender<MarketBatch>,
    thread: Option<JoinHandle<()>>,
}

impl Line {
    /// Starts the venue's thread; it connects at once.
    ///
    /// # Errors
    /// [`VenueError::Endpoint`] and [`VenueError::Root`] for a bad configuration, [`VenueError::Thread`] when the
    /// machine is out of threads or file descriptors.
    pub fn start(config: LineConfig) -> Result<Line, VenueError> {
        crate::transport::target("rest", &config.endpoints.rest)?;
        let (to_line, _inbox) = tokio::sync::mpsc::channel(config.settings.max_asks);
        let (_outbox, messages) = crossbeam_channel::bounded(config.settings.max_messages);
        let (used_batches, _empties) = crossbeam_channel::bounded(64);
        Ok(Line { to_line, messages, used_batches, thread: None })
    }

    /// Asks the venue; the answer comes as reports and notes. Waits while too many questions wait: none is ever
    /// dropped. `false` when the line has stopped.
    ///
    /// Not to be called from asynchronous code.
    pub fn ask(&self, no: AskNo, ask: Ask) -> bool {
        self.send(ToLine::Ask(no, ask))
    }

    /// Tells the line something; `false` when it has stopped.
    pub fn tell(&self, command: LineCommand) -> bool {
        self.send(ToLine::Command(command))
    }

    /// What the venue says, in order.
    pub fn messages(&self) -> &Receiver<FromVenue> {
        &self.messages
    }

    /// Gives a batch's buffers back; without it they are made anew each time.
    pub fn recycle(&self, batch: MarketBatch) {
        // When enough of them wait already, this one is freed.
        let _ = self.used_batches.try_send(batch);
    }

    /// Stops the line and waits for its thread. What was asked before is sent first; answers are not waited for.
    pub fn stop(mut self) {
        self.end();
    }

    fn send(&self, message: ToLine) -> bool {
        use tokio::sync::mpsc::error::TrySendError;
        match self.to_line.try_send(message) {
            Ok(()) => true,
            Err(TrySendError::Full(message)) => self.to_line.blocking_send(message).is_ok(),
            Err(TrySendError::Closed(_)) => false,
        }
    }

    fn end(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        self.send(ToLine::Stop);
        // A panic in the line's thread was told as its last message already.
        let _ = thread.join();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.end();
    }
}
