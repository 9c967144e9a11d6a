//! The shape of a session: what it is told, what it says.

use aurora_model::{ClientOrderId, Level, MarketEvent, Nanos, VenueReport};

use crate::ask::{Ask, AskNo};
use crate::call::{Call, CallNo, Headers};
use crate::note::Note;

/// Which of a session's connections; a session numbers its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link(pub u8);

/// What came of a call.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'a> {
    /// The venue answered.
    Got {
        /// HTTP status.
        status: u16,
        /// Headers.
        headers: Headers<'a>,
        /// The body, whole.
        body: &'a [u8],
    },
    /// Not a byte left: no connection, no room under the limits in time, or a stop. Why, in words.
    NotSent(&'a str),
    /// It may have arrived; the answer did not. Why, in words.
    Lost(&'a str),
}

/// What a session is told.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Begin. The first input, once.
    Start,
    /// A connection asked for is open.
    Opened(Link),
    /// A connection ended, or could not be opened. Why, in words.
    Closed(Link, &'a str),
    /// A text or binary frame, whole and inflated. Pings and pongs of the protocol itself are the transport's.
    Frame(Link, &'a [u8]),
    /// What came of a call.
    Answer(CallNo, Answer<'a>),
    /// The moment of [`Session::wake_at`] has come.
    Wake,
    /// The desk wants something of the venue.
    Ask(AskNo, &'a Ask),
}

/// What a session wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open a connection to that URL; at most after so long a wait (the transport adds its own jitter).
    Open(Link, String, Nanos),
    /// Send a text frame.
    Send(Link, String),
    /// Send the login frame; only the transport has the keys.
    Login(Link),
    /// Close a connection; [`Input::Closed`] follows.
    Close(Link),
    /// Make a call; exactly one [`Input::Answer`] follows.
    Call(Call),
}

/// What came out of a session. The caller owns it, empties it and hands it in again.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// To be done, in this order.
    pub actions: Vec<Action>,
    /// About our orders.
    pub reports: Vec<VenueReport>,
    /// Everything else.
    pub notes: Vec<Note>,
    /// New orders whose placing request was answered well and about which the private stream still owes a word.
    pub placed: Vec<ClientOrderId>,
    /// Our orders the private stream spoke of by itself, news or not; never because of an answer.
    pub pushed: Vec<ClientOrderId>,
    events: Vec<(MarketEvent<'static>, std::ops::Range<usize>)>,
    levels: Vec<Level>,
}

impl Output {
    /// Adds a market event; its levels are copied.
    pub fn market(&mut self, event: &MarketEvent<'_>) {
        let from = self.levels.len();
        self.levels.extend_from_slice(event.kind.levels());
        self.events.push((event.with_levels(&[]), from..self.levels.len()));
    }

    /// Adds an event whose levels the closure writes straight into the buffer; on an error nothing is added.
    ///
    /// # Errors
    /// The closure's.
    pub fn market_with<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<Level>) -> Result<Option<MarketEvent<'static>>, E>,
    ) -> Result<(), E> {
        let from = self.levels.len();
        match write(&mut self.levels) {
            Ok(Some(event)) => {
                self.events.push((event, from..self.levels.len()));
                Ok(())
            }
            Ok(None) => {
                self.levels.truncate(from);
                Ok(())
            }
            Err(error) => {
                self.levels.truncate(from);
                Err(error)
            }
        }
    }

    /// The market events, oldest first.
    pub fn market_events(&self) -> impl Iterator<Item = MarketEvent<'_>> {
        self.events.iter().map(|(event, range)| event.with_levels(&self.levels[range.clone()]))
    }

    /// Empties it, keeping its buffers.
    pub fn clear(&mut self) {
        self.actions.clear();
        self.reports.clear();
        self.notes.clear();
        self.placed.clear();
        self.pushed.clear();
        self.events.clear();
        self.levels.clear();
    }
}

/// A conversation with a venue, sans-IO: the same inputs at the same times give the same outputs.
///
/// `at` is our own clock in UTC; it never goes back between calls.
pub trait Session: Send {
    /// Takes one input and adds to the output.
    fn on(&mut self, at: Nanos, input: Input<'_>, out: &mut Output);

    /// When [`Input::Wake`] is wanted; `Nanos(i64::MAX)` for never.
    fn wake_at(&self) -> Nanos;
}
