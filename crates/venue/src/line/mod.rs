//! The runtime of one venue: sessions, sockets, limits and keys on one thread.
//!
//! The core decides everything and does no I/O; the runtime around it is a dull loop.

mod batch;
mod config;
mod core;
mod message;
mod runtime;
#[cfg(test)]
mod tests;

pub use batch::MarketBatch;
pub use config::{LineConfig, Settings};
pub use message::{FromVenue, LineCommand, LineEvent, LineStatus, Source};

use std::collections::VecDeque;
use std::thread::JoinHandle;

use aurora_wire::{Ask, AskNo};
use crossbeam_channel::Receiver;
use message::ToLine;
use runtime::{Ends, Runtime};

use crate::VenueError;
use crate::transport::{Dialer, target};

/// How many batches wait to be used again.
const SPARE_BATCHES: usize = 64;

/// A running venue. Dropping it stops it.
#[derive(Debug)]
pub struct Line {
    to_line: tokio::sync::mpsc::Sender<ToLine>,
    messages: Receiver<FromVenue>,
    used_batches: crossbeam_channel::Sender<MarketBatch>,
    thread: Option<JoinHandle<VecDeque<FromVenue>>>,
}

impl Line {
    /// Starts the venue's thread; it connects at once.
    ///
    /// # Errors
    /// [`VenueError::Endpoint`] and [`VenueError::Root`] for a bad configuration, [`VenueError::Thread`] when the
    /// machine is out of threads or file descriptors.
    pub fn start(config: LineConfig) -> Result<Line, VenueError> {
        check(&config)?;
        let (to_line, inbox) = tokio::sync::mpsc::channel(config.settings.max_asks.max(1));
        let (outbox, messages) = crossbeam_channel::bounded(config.settings.max_messages.max(4));
        let (used_batches, empties) = crossbeam_channel::bounded(SPARE_BATCHES);
        let ends = Ends { inbox, outbox, empties };
        let name = format!("venue {}", config.protocol.venue().code().to_lowercase());
        let reactor = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(VenueError::Thread)?;
        let thread = std::thread::Builder::new().name(name).spawn(move || {
            let _last_word = LastWord(ends.outbox.clone());
            let local = tokio::task::LocalSet::new();
            let run = async move {
                // Checked before the thread was started.
                let runtime = Runtime::new(config, ends).expect("the configuration was checked");
                runtime.run().await
            };
            local.block_on(&reactor, run)
        });
        let thread = Some(thread.map_err(VenueError::Thread)?);
        Ok(Line { to_line, messages, used_batches, thread })
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

    /// Stops the line and returns what it still had to say, the last being [`FromVenue::Stopped`].
    ///
    /// What was asked before is sent first, and its answers are waited for, though not longer than two seconds.
    pub fn stop(mut self) -> Vec<FromVenue> {
        let unsent = self.end();
        self.messages.try_iter().chain(unsent).collect()
    }

    fn send(&self, message: ToLine) -> bool {
        use tokio::sync::mpsc::error::TrySendError;
        match self.to_line.try_send(message) {
            Ok(()) => true,
            Err(TrySendError::Full(message)) => self.to_line.blocking_send(message).is_ok(),
            Err(TrySendError::Closed(_)) => false,
        }
    }

    fn end(&mut self) -> VecDeque<FromVenue> {
        let Some(thread) = self.thread.take() else { return VecDeque::new() };
        self.send(ToLine::Stop);
        // A panic in the line's thread was told as its last message already.
        thread.join().unwrap_or_default()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.end();
    }
}

/// Everything that can be wrong with a configuration, before a thread is started for it.
fn check(config: &LineConfig) -> Result<(), VenueError> {
    let at = &config.endpoints;
    target("rest", &at.rest)?;
    let sockets = [
        ("public", &at.public),
        ("private", &at.private),
        ("trade", &at.trade),
        ("business", &at.business),
    ];
    for (field, url) in sockets.into_iter().filter(|(_, url)| !url.is_empty()) {
        target(field, url)?;
    }
    Dialer::new(&config.settings.transport).map(|_| ())
}

/// Tells the desk when the thread ends in a panic.
struct LastWord(crossbeam_channel::Sender<FromVenue>);

impl Drop for LastWord {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let why = "the line's thread panicked: this is a bug of ours".to_owned();
            // The desk may be gone already.
            let _ = self.0.send_timeout(FromVenue::Stopped(why), std::time::Duration::from_secs(1));
        }
    }
}
