//! What became of a request, by REST or on the trade socket.

use aurora_model::{ClientOrderId, VenueRefusal};
use aurora_wire::{Answer, Fate};

use crate::decode::Reply;
use crate::errors;
use crate::rest::{self, BatchItem, Envelope};

/// What became of a request.
#[derive(Clone, Debug)]
pub(crate) enum Outcome<'a> {
    /// The venue took it; what it said.
    Taken { result: &'a str, ext: &'a str },
    /// The venue did not, or nobody knows: the fate of what was asked, and the code and words.
    Not(Fate, String),
    /// Not a byte left.
    NotSent(String),
}

/// The clock is off: the code that says so.
pub(crate) const BAD_CLOCK: &str = "10002";

impl<'a> Outcome<'a> {
    /// Of a REST call.
    pub(crate) fn of(answer: Answer<'a>) -> Outcome<'a> {
        match answer {
            Answer::NotSent(why) => Outcome::NotSent(why.to_owned()),
            Answer::Lost(why) => Outcome::Not(Fate::Unknown, why.to_owned()),
            Answer::Got { status, body, .. } => Outcome::of_body(status, body),
        }
    }

    fn of_body(status: u16, body: &'a [u8]) -> Outcome<'a> {
        if let Some(fate) = errors::fate_of_status(status) {
            return Outcome::Not(fate, format!("HTTP {status}"));
        }
        match Envelope::read(body) {
            Ok(answer) => Outcome::of_code(answer.code, answer.message, answer.result, answer.ext),
            Err(error) => Outcome::Not(Fate::Unknown, format!("unreadable answer: {error}")),
        }
    }

    /// Of a request on the trade socket.
    pub(crate) fn of_reply(reply: &Reply<'a>) -> Outcome<'a> {
        let (data, ext) = (reply.data.unwrap_or("{}"), reply.ext.unwrap_or("{}"));
        Outcome::of_code(reply.code, reply.message, data, ext)
    }

    fn of_code(code: i64, message: &str, result: &'a str, ext: &'a str) -> Outcome<'a> {
        match code {
            0 => Outcome::Taken { result, ext },
            code => Outcome::Not(errors::fate(code), format!("{code} {message}")),
        }
    }

    /// What it says of the request as a whole: done (also when there was nothing to change), or why not.
    pub(crate) fn settled(self) -> Result<(), String> {
        match self {
            Outcome::Taken { .. } | Outcome::Not(Fate::Done, _) => Ok(()),
            Outcome::Not(_, words) | Outcome::NotSent(words) => Err(words),
        }
    }

    /// The answer's `result`, or why there is none.
    pub(crate) fn result(&self) -> Result<&'a str, String> {
        match self {
            Outcome::Taken { result, .. } => Ok(result),
            Outcome::Not(_, words) | Outcome::NotSent(words) => Err(words.clone()),
        }
    }

    /// Whether the key or the account is refused.
    pub(crate) fn halts(&self) -> Option<&str> {
        match self {
            Outcome::Not(Fate::NotPlaced(VenueRefusal::NotAllowed), words) => Some(words),
            _ => None,
        }
    }

    /// Whether our clock is off.
    pub(crate) fn blames_clock(&self) -> bool {
        matches!(self, Outcome::Not(_, words) if words.starts_with(BAD_CLOCK))
    }
}

/// What became of one order of a request.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// Taken; its fate comes by the stream.
    Taken,
    /// Not, or nobody knows.
    Not(Fate, String),
    /// Not a byte left.
    NotSent(String),
}

impl Outcome<'_> {
    /// The fate of each order of a request, in the request's order. The code of a batch says nothing about its
    /// items; a batch refused as a whole is refused for each.
    pub(crate) fn items(&self, ids: &[ClientOrderId], is_batch: bool) -> Vec<Item> {
        let all = |item: Item| vec![item; ids.len()];
        match self {
            Outcome::NotSent(why) => all(Item::NotSent(why.clone())),
            Outcome::Not(fate, words) => all(Item::Not(*fate, words.clone())),
            Outcome::Taken { .. } if !is_batch => all(Item::Taken),
            Outcome::Taken { result, ext } => match rest::read_batch(result, ext) {
                Ok(told) if told.len() == ids.len() => {
                    ids.iter().zip(&told).map(|(id, item)| of_item(*id, item)).collect()
                }
                Ok(told) => all(Item::Not(
                    Fate::Unknown,
                    format!("{} orders asked, {} answered", ids.len(), told.len()),
                )),
                Err(error) => all(Item::Not(Fate::Unknown, format!("unreadable answer: {error}"))),
            },
        }
    }
}

fn of_item(id: ClientOrderId, item: &BatchItem) -> Item {
    if !item.link_id.is_empty() && item.link_id != id.as_str() {
        return Item::Not(Fate::Unknown, format!("the answer is about {}", item.link_id));
    }
    match item.code {
        0 => Item::Taken,
        code => Item::Not(errors::fate(code), format!("{code} {}", item.message)),
    }
}
