//! One rule: what goes wrong, where, and when.

use aurora_model::{Nanos, Notional, Venue};
use rust_decimal::Decimal;
use serde_json::Value;

/// One rule of a scenario. `docs/guide/faults.md` shows them all.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Only on that venue.
    pub venue: Option<Venue>,
    /// What it is about.
    pub place: Place,
    /// When it strikes.
    pub when: When,
    /// What happens.
    pub what: What,
    /// As it was written, for the list.
    pub text: Value,
}

/// What a rule is about; what is not named matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The HTTP method.
    pub method: Option<String>,
    /// How the path begins.
    pub path: Option<String>,
    /// What the request does: `place`, `amend`, `cancel`, `query_order`, `private`, `public`, `subscribe`, `session`.
    pub action: Option<String>,
    /// How the operation of a frame begins.
    pub operation: Option<String>,
    /// What the name of a channel contains.
    pub topic: Option<String>,
    /// The venue's name of the instrument.
    pub symbol: Option<String>,
    /// How the client order id begins.
    pub client_id: Option<String>,
}

/// When a rule strikes, among the things it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct When {
    /// Only this one, counted from 1.
    pub nth: Option<u64>,
    /// Every so many.
    pub every: Option<u64>,
    /// With this probability.
    pub probability: Option<f64>,
    /// Not before so long after the rule was set.
    pub from: Nanos,
    /// Not after that.
    pub to: Option<Nanos>,
    /// At most so often.
    pub times: Option<u64>,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Nothing is done for so long; then all goes on.
    Delay(Nanos),
    /// It is done, and answered so much later.
    DelayAnswer(Nanos),
    /// It is done, and never answered: the connection breaks (REST), or nothing comes (WebSocket).
    DropAnswer,
    /// It is not done, and never answered.
    DropRequest,
    /// 429.
    RateLimited {
        /// For how long.
        retry_after_s: u32,
    },
    /// 418.
    Banned {
        /// For how long.
        retry_after_s: u32,
    },
    /// A server error.
    ServerError {
        /// 500 to 599.
        status: u16,
        /// Whether the venue's JSON comes with it.
        with_body: bool,
        /// Whether the request was done before.
        executed: bool,
    },
    /// The venue's code for "we do not know what became of it".
    Unknown {
        /// Whether the request was done.
        executed: bool,
    },
    /// An order is not found by queries for so long after it was placed.
    NotFound {
        /// How long.
        lag: Nanos,
    },
    /// Requests are refused as out of the clock window.
    ClockOff,
    /// A stream message is left out.
    Gap,
    /// A stream message comes twice.
    Duplicate,
    /// A stream message comes after the next one.
    Reorder,
    /// The socket is closed without a word instead of sending.
    Disconnect,
    /// Nothing more is sent, and nothing more is heard; the connection stays.
    HalfOpen,
    /// A book snapshot, by REST or stream, is wrong.
    CorruptSnapshot {
        /// Cut in the middle, or bids and asks changed about.
        truncated: bool,
    },
    /// Every listen key and login expires.
    ExpireSession,
    /// The venue's book service restarts: snapshots again, numbered from the beginning (Bybit `u == 1`).
    RestartBooks,
    /// The venue is under maintenance.
    Maintenance,
    /// Trading of the place's symbol is halted.
    Halt,
    /// The place's symbol is delisted.
    Delist,
    /// The place's symbol has a coarser tick.
    TickSize {
        /// So many of its own ticks.
        multiple: i64,
    },
    /// An account is shown more money than it has.
    WrongBalance {
        /// Which.
        account: u32,
        /// Which currency.
        asset: String,
        /// How much more.
        by: Notional,
    },
    /// An account is taken over.
    Liquidate {
        /// Which.
        account: u32,
    },
    /// The venue's clock is wrong.
    ClockSkew(Nanos),
    /// The next funding rate of the place's symbol.
    FundingRate(Decimal),
    /// Funding of the place's symbol is paid at once, at that rate.
    PayFunding(Decimal),
    /// Every key may withdraw, by what the venue tells of it.
    KeyMayWithdraw,
    /// An order is taken under a client id that is taken already.
    ReusedIds,
}

/// Every kind of fault, by the word in scenario files.
pub const KINDS: [&str; 29] = [
    "delay",
    "delay_answer",
    "drop_answer",
    "drop_request",
    "rate_limited",
    "banned",
    "server_error",
    "unknown",
    "not_found",
    "clock_off",
    "gap",
    "duplicate",
    "reorder",
    "disconnect",
    "half_open",
    "corrupt_snapshot",
    "expire_session",
    "restart_books",
    "maintenance",
    "halt",
    "delist",
    "tick_size",
    "wrong_balance",
    "liquidate",
    "clock_skew",
    "funding_rate",
    "pay_funding",
    "key_may_withdraw",
    "reused_ids",
];

/// Which part of the server a rule works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Realm {
    Requests,
    Streams,
    /// Both: a snapshot comes by either.
    Snapshots,
    Exchange,
}

impl What {
    pub(crate) const fn realm(&self) -> Realm {
        match self {
            What::Delay(_)
            | What::DelayAnswer(_)
            | What::DropAnswer
            | What::DropRequest
            | What::RateLimited { .. }
            | What::Banned { .. }
            | What::ServerError { .. }
            | What::Unknown { .. }
            | What::NotFound { .. }
            | What::ClockOff => Realm::Requests,
            What::Gap | What::Duplicate | What::Reorder | What::Disconnect | What::HalfOpen => {
                Realm::Streams
            }
            What::CorruptSnapshot { .. } => Realm::Snapshots,
            What::ExpireSession
            | What::RestartBooks
            | What::Maintenance
            | What::Halt
            | What::Delist
            | What::TickSize { .. }
            | What::WrongBalance { .. }
            | What::Liquidate { .. }
            | What::ClockSkew(_)
            | What::FundingRate(_)
            | What::PayFunding(_)
            | What::KeyMayWithdraw
            | What::ReusedIds => Realm::Exchange,
        }
    }
}
