//! What the sockets say besides book and trades: our orders, the account, marks, replies.

mod account;
mod algo;
mod order;
mod public;
mod reply;

use aurora_wire::DecodeError;
use aurora_wire::scan::{OBJECT, Scanner};

pub use account::{AccountUpdate, MarginCall, StreamBalance, StreamPosition};
pub use algo::{AlgoUpdate, TriggerReject};
pub use order::{Execution, OrderUpdate};
pub use public::{ContractInfo, Liquidation, Mark, PublicEvent, public};
pub use reply::{Reply, reply, result};

/// One event of the private stream.
#[derive(Clone, Debug, PartialEq)]
pub enum UserEvent<'a> {
    /// Something happened to an order.
    Order(OrderUpdate<'a>),
    /// A fill in short form, ahead of the long one with the same trade id; it names no fee.
    TradeLite(OrderUpdate<'a>),
    /// Balances and positions that changed.
    Account(AccountUpdate),
    /// A conditional order moved.
    Algo(AlgoUpdate),
    /// A triggered conditional order was refused.
    TriggerReject(TriggerReject),
    /// Margin runs out.
    MarginCall(MarginCall),
    /// Leverage or position mode changed.
    Config,
    /// The listen key is dead: a new one is needed.
    KeyExpired,
    /// Nothing we have a use for.
    Other,
}

/// Reads an event of the private stream, with or without the envelope `{"stream":…,"data":…}`.
///
/// # Errors
/// When the frame is cut off, mangled, or lacks a field its event cannot do without.
pub fn user(frame: &[u8]) -> Result<UserEvent<'_>, DecodeError> {
    let data = payload(frame)?;
    Ok(match event(data)? {
        Some(b"ORDER_TRADE_UPDATE") => UserEvent::Order(OrderUpdate::read(data)?),
        Some(b"TRADE_LITE") => UserEvent::TradeLite(OrderUpdate::read_lite(data)?),
        Some(b"ACCOUNT_UPDATE") => UserEvent::Account(account::read(data)?),
        Some(b"ALGO_UPDATE") => UserEvent::Algo(algo::read(data)?),
        Some(b"CONDITIONAL_ORDER_TRIGGER_REJECT") => {
            UserEvent::TriggerReject(algo::read_reject(data)?)
        }
        Some(b"MARGIN_CALL") => UserEvent::MarginCall(account::read_margin_call(data)?),
        Some(b"listenKeyExpired" | b"eventStreamTerminated") => {
            whole(data)?;
            UserEvent::KeyExpired
        }
        Some(b"ACCOUNT_CONFIG_UPDATE") => {
            whole(data)?;
            UserEvent::Config
        }
        _ => {
            whole(data)?;
            UserEvent::Other
        }
    })
}

/// What is inside the envelope, or the frame itself when there is none.
pub(crate) fn payload(frame: &[u8]) -> Result<&[u8], DecodeError> {
    let mut scanner = Scanner::new(frame);
    if scanner.peek()? == b'[' {
        return Ok(frame);
    }
    let mut data = None;
    let mut more = scanner.open(OBJECT)?;
    while more {
        let key = scanner.key()?;
        if key != b"stream" && key != b"data" {
            return Ok(frame);
        }
        scanner.peek()?;
        let from = scanner.at();
        scanner.skip()?;
        if key == b"data" {
            data = Some(&frame[from..scanner.at()]);
        }
        more = scanner.more(OBJECT)?;
    }
    scanner.end()?;
    Ok(data.unwrap_or(frame))
}

/// The word under `e`; `None` when there is none.
pub(crate) fn event(data: &[u8]) -> Result<Option<&[u8]>, DecodeError> {
    let mut scanner = Scanner::new(data);
    if scanner.peek()? == b'[' {
        return Ok(None);
    }
    let mut more = scanner.open(OBJECT)?;
    while more {
        if scanner.key()? == b"e" {
            return scanner.string().map(Some);
        }
        scanner.skip()?;
        more = scanner.more(OBJECT)?;
    }
    Ok(None)
}

/// Refuses what is not one whole JSON value.
pub(crate) fn whole(data: &[u8]) -> Result<(), DecodeError> {
    let mut scanner = Scanner::new(data);
    scanner.skip()?;
    scanner.end()
}
