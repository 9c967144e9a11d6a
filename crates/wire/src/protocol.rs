//! A venue's fixed facts: limits, what it can do, how it is signed for.

use aurora_model::{InstrumentId, InstrumentNo, Nanos, Venue};

use crate::ask::Stp;
use crate::call::{Call, Headers, Keys, Signed};
use crate::error::DecodeError;
use crate::fate::Fate;
use crate::limit::{Limit, Pushback, Usage};
use crate::rules::Rules;

/// Where a venue is: URL bases without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// `https://…` (or `http://` to loopback).
    pub rest: String,
    /// `wss://…` (or `ws://` to loopback) for market data.
    pub public: String,
    /// The same for the account.
    pub private: String,
    /// The same for order entry, where it is a socket of its own.
    pub trade: String,
    /// OKX: the socket of candles and algo orders.
    pub business: String,
    /// Headers every request carries (OKX demo).
    pub headers: Vec<(&'static str, String)>,
}

/// What the venue does with a post-only order that would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrossingPostOnly {
    /// Refuses it at entry.
    Refused,
    /// Acknowledges it, then cancels it.
    AckedThenCanceled,
}

/// How long a client order id is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientIds {
    /// Only while the order is open.
    WhileOpen,
    /// As long as the venue remembers.
    Remembered,
}

/// What one cancel-all request covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelAllScope {
    /// One instrument.
    Instrument,
    /// Everything that settles in one currency.
    SettleCurrency,
    /// There is none: open orders are listed and cancelled in batches.
    Listed,
}

/// The venue's dead-man switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadMan {
    /// Armed by request with a time-out between these, per instrument or for the account.
    Timer {
        /// Shortest.
        min: Nanos,
        /// Longest.
        max: Nanos,
        /// One request an instrument.
        per_instrument: bool,
    },
    /// Fires when the private connection is lost for the window.
    OnDisconnect {
        /// Shortest window.
        min: Nanos,
        /// Longest window.
        max: Nanos,
    },
    /// Not available here.
    None,
}

/// What a venue can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Open orders can be given new terms.
    pub amend: bool,
    /// The most orders in one batch: new, amended, cancelled; zero where there is none.
    pub batch: [u16; 3],
    /// One cancel-all covers what.
    pub cancel_all: CancelAllScope,
    /// The dead-man switch.
    pub dead_man: DeadMan,
    /// Self-trade modes and the venue's word for each; the first is what we send by default.
    pub stp: &'static [(Stp, &'static str)],
    /// Orders can carry their own end.
    pub good_until: bool,
    /// Triggers that close a position.
    pub close_on_trigger: bool,
    /// Post-only that would take.
    pub crossing_post_only: CrossingPostOnly,
    /// How long ids are taken.
    pub client_ids: ClientIds,
    /// Fills come on a second stream too.
    pub fill_stream: bool,
}

/// One page of instrument rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesPage {
    /// Those that were wanted.
    pub rules: Vec<Rules>,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// A venue's fixed facts and pure functions. Everything that changes is in a [`crate::Session`].
pub trait Protocol: std::fmt::Debug + Send + Sync {
    /// Which venue.
    fn venue(&self) -> Venue;

    /// Its limits; [`crate::LimitNo`] is the place in the list.
    fn limits(&self) -> &'static [Limit];

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Adds key, time and signature. `at` is the venue's time (our clock plus the measured offset).
    fn sign(&self, keys: Option<&Keys>, at: Nanos, call: &Call) -> Signed;

    /// The frame that logs a connection in.
    fn login(&self, keys: &Keys, at: Nanos) -> String;

    /// What the headers of an answer say about limits.
    fn usage(&self, headers: Headers<'_>, out: &mut Vec<Usage>);

    /// Whether the answer tells us to stop sending for a while.
    fn pushback(&self, status: u16, headers: Headers<'_>, body: &[u8]) -> Option<Pushback>;

    /// The same, knowing which call was answered; for venues whose headers do not name the limit they are about.
    fn usage_of(&self, _call: &Call, headers: Headers<'_>, out: &mut Vec<Usage>) {
        self.usage(headers, out);
    }

    /// The same as [`Protocol::pushback`], knowing which call was answered.
    fn pushback_of(
        &self,
        _call: &Call,
        status: u16,
        headers: Headers<'_>,
        body: &[u8],
    ) -> Option<Pushback> {
        self.pushback(status, headers, body)
    }

    /// The fate a code of this venue spells; unlisted codes are [`Fate::Unknown`].
    fn fate(&self, code: i64) -> Fate;

    /// The call for instrument rules; `page` is the cursor of [`RulesPage::next`].
    fn rules_call(&self, page: Option<&str>) -> Vec<Call>;

    /// Reads the answer to it; instruments nobody wants are left out.
    ///
    /// # Errors
    /// [`DecodeError`] when it cannot be read.
    fn read_rules(
        &self,
        body: &[u8],
        wanted: &[(InstrumentNo, InstrumentId)],
    ) -> Result<RulesPage, DecodeError>;
}
