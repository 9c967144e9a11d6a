//! One REST call, before and after signing.

use aurora_model::{InstrumentNo, Nanos};

use crate::limit::Cost;
use crate::sign::Hmac;

/// A call's number within its session, counted up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallNo(pub u64);

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Changes.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// What the call needs of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Nothing.
    Public,
    /// The key in a header.
    Key,
    /// The key and a signature.
    Signed,
}

/// Who goes first when the limits are tight; smaller goes first. Cancels also have a share of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Takes risk off: cancels, dead-man switches.
    Cancel,
    /// Finds out what became of an order, or keeps a session alive.
    Resolve,
    /// Moves an order.
    Amend,
    /// A new order.
    Place,
    /// Everything else: snapshots, sweeps, settings.
    Read,
}

/// How long a new or moved order waits for room and its answer. What waited longer is not sent at all; with the
/// deadline a request carries itself this bounds when a venue may still take it.
pub const ORDER_PATIENCE: Nanos = Nanos::SECOND;
/// The same for cancels and questions about orders: no answer to one is older than that when it is heard.
pub const RESOLVE_PATIENCE: Nanos = Nanos(2_000_000_000);

impl Urgency {
    /// How long a call of that urgency waits for room and its answer; `read` is what a venue's reads may take.
    pub const fn patience(self, read: Nanos) -> Nanos {
        match self {
            Urgency::Place | Urgency::Amend => ORDER_PATIENCE,
            Urgency::Cancel | Urgency::Resolve => RESOLVE_PATIENCE,
            Urgency::Read => read,
        }
    }
}

/// A REST call as the codec wrote it; keys and time are added when it is signed, at the moment of sending.
///
/// It is sent once. Whoever wants it again makes a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number.
    pub no: CallNo,
    /// The method.
    pub method: Method,
    /// The path, without host and query.
    pub path: &'static str,
    /// The query as it goes on the wire, without `?`.
    pub query: String,
    /// The body as it goes on the wire.
    pub body: String,
    /// What it needs of the key.
    pub auth: Auth,
    /// Who goes first.
    pub urgency: Urgency,
    /// What it costs.
    pub costs: [Cost; 3],
    /// For limits counted by instrument.
    pub instrument: Option<InstrumentNo>,
    /// How long the answer is waited for; also how long it may wait for room before it is not sent at all.
    pub patience: Nanos,
}

/// A call ready for the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Path and query.
    pub target: String,
    /// Header names, lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// An account's key at a venue. Printing it shows the key's first letters only.
#[derive(Clone)]
pub struct Keys {
    /// The public part.
    pub key: String,
    /// The secret, ready to sign.
    pub secret: Hmac,
    /// What OKX wants besides.
    pub passphrase: String,
}

impl Keys {
    /// Keys from their texts.
    pub fn new(key: &str, secret: &str, passphrase: &str) -> Keys {
        Keys {
            key: key.to_owned(),
            secret: Hmac::new(secret.as_bytes()),
            passphrase: passphrase.to_owned(),
        }
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({}…)", self.key.chars().take(4).collect::<String>())
    }
}

/// An answer's headers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a>(pub &'a [(&'a str, &'a str)]);

impl<'a> Headers<'a> {
    /// The value under a name, whatever its case.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}
