//! What a venue's words are to the server: requests and frames in, answers and frames out.
//!
//! A dialect is sans-IO. The server parses HTTP and WebSocket, judges faults, keeps sockets and subscriptions; the
//! dialect knows paths, parameters, signatures, error codes and channels.

use aurora_matching::exchange::{AccountNo, Command, Exchange, ExchangeEvent, Outcome, Refusal};
use aurora_model::{InstrumentNo, Nanos};

use crate::account::Accounts;
use crate::fault::Faults;
use crate::request::{Request, Response};
use crate::socket::{SocketId, Sockets};

/// One venue's protocol.
///
/// After every call the server hands the events in [`World::events`] to [`Dialect::event`], one by one, and every
/// instrument whose book moved to [`Dialect::book`]. Answers leave after the facts are written down.
pub trait Dialect {
    /// What a request or frame is about, for the faults and the log. Cheap, and without side effects.
    fn subject(&self, ask: &Ask<'_>) -> Subject;

    /// Answers one REST request.
    fn handle(&mut self, world: &mut World<'_>, request: &Request<'_>) -> Response;

    /// What the venue answers when the server, not the exchange, says no.
    fn deny(&self, now: Nanos, request: &Request<'_>, denial: Denial) -> Response;

    /// A client wants to upgrade; `request` is the upgrade request.
    ///
    /// # Errors
    /// The answer instead of the upgrade.
    fn open(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        request: &Request<'_>,
    ) -> Result<(), Response>;

    /// A text frame came. Answers go through [`Sockets::reply`].
    fn text(&mut self, world: &mut World<'_>, socket: SocketId, text: &str);

    /// What the venue answers to a frame the server says no to.
    fn deny_text(&mut self, world: &mut World<'_>, socket: SocketId, text: &str, denial: Denial);

    /// The socket is gone; its subscriptions already are.
    fn closed(&mut self, world: &mut World<'_>, socket: SocketId);

    /// Something happened on the exchange.
    fn event(&mut self, world: &mut World<'_>, event: &ExchangeEvent);

    /// The instrument's book moved.
    fn book(&mut self, world: &mut World<'_>, instrument: InstrumentNo);

    /// A few milliseconds have passed.
    fn tick(&mut self, world: &mut World<'_>);
}

/// What a dialect may look at and act on while it is called.
#[derive(Debug)]
pub struct World<'a> {
    /// UTC, on the exchange's clock.
    pub now: Nanos,
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Open sockets and who listens to what.
    pub sockets: &'a mut Sockets,
    /// Who may trade.
    pub accounts: &'a Accounts,
    /// What goes wrong on purpose.
    pub faults: &'a mut Faults,
    /// What has happened and was not told yet.
    pub events: &'a mut Vec<ExchangeEvent>,
    /// How the server was started.
    pub terms: &'a Terms,
}

impl World<'_> {
    /// Does a command of an account, now.
    ///
    /// # Errors
    /// What the exchange says against it.
    pub fn apply(&mut self, account: AccountNo, command: &Command) -> Result<Outcome, Refusal> {
        self.exchange.apply(self.now, account, command, self.events)
    }

    /// The time as the venue tells it: `now`, wrong by what a clock-skew fault says.
    pub fn told_now(&self) -> Nanos {
        self.now + self.faults.clock_skew()
    }
}

/// What holds for one server from start to end.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Whether rate limits refuse; they are counted and told either way.
    pub limits: bool,
    /// How many times faster than real the market runs; book channels push as many times more often.
    pub pace: u32,
    /// Whether incremental book channels open with a snapshot where the venue has announced to stop that (OKX).
    pub book_snapshot: bool,
    /// How long the answer to a frame waits, where a dialect's clients want that.
    pub ack_delay: Nanos,
}

impl Terms {
    /// A channel's push interval at this pace.
    pub fn interval(&self, real: Nanos) -> Nanos {
        Nanos(real.0 / i64::from(self.pace.max(1)))
    }
}

/// What came.
#[derive(Clone, Copy, Debug)]
pub enum Ask<'a> {
    /// A REST request.
    Rest(&'a Request<'a>),
    /// A WebSocket text frame.
    Text(&'a str),
}

/// What a request or frame is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// What it does.
    pub action: Action,
    /// The venue's name of the instrument, where there is one.
    pub symbol: Option<String>,
    /// Client order ids in it: one for an order, several for a batch.
    pub client_ids: Vec<String>,
    /// The operation of a frame (`order.place`, `subscribe`); empty for REST, where the path says it.
    pub operation: String,
}

/// What a request or frame does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Places one or more orders.
    Place,
    /// Changes orders.
    Amend,
    /// Cancels orders.
    Cancel,
    /// Asks about one order by an id.
    QueryOrder,
    /// Reads something else of an account.
    Private,
    /// Reads something public.
    #[default]
    Public,
    /// Subscribes or unsubscribes.
    Subscribe,
    /// Logs in, or asks for or extends a listen key.
    Session,
}

impl Action {
    /// The word in scenario files and in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Action::Place => "place",
            Action::Amend => "amend",
            Action::Cancel => "cancel",
            Action::QueryOrder => "query_order",
            Action::Private => "private",
            Action::Public => "public",
            Action::Subscribe => "subscribe",
            Action::Session => "session",
        }
    }
}

/// Why the server says no by itself, on a fault's behalf. The dialect finds the venue's words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// Too many requests: 429.
    RateLimited {
        /// For how long.
        retry_after_s: u32,
    },
    /// Banned for too many requests: 418 where the venue has it.
    Banned {
        /// For how long.
        retry_after_s: u32,
    },
    /// A server error with that HTTP status; on a socket the venue's nearest code.
    ServerError {
        /// 500 to 599.
        status: u16,
        /// Whether the venue's JSON is in the body, or nothing.
        with_body: bool,
    },
    /// The code by which the venue says it does not know what became of the request.
    UnknownOutcome,
    /// The order is not found (yet).
    NotFound,
    /// The venue is under maintenance.
    Maintenance,
    /// The request's time is outside of the venue's window.
    ClockOff,
}
