//! What crosses the socket, byte by byte.
//!
//! A frame is a length (`u32`, little endian, capped) and that many bytes: the asker's number (`u64`), a kind, and the
//! kind's fields in order. Texts are a length (`u32`) and UTF-8. Nothing is optional and nothing may follow; what does
//! not decode ends the connection.

use aurora_authority::{HoldCause, Remembered};
use aurora_model::{Nanos, Venue};
use aurora_wire::Signed;

use crate::fault::{Scope, Told};
use crate::judge::Request;

/// The version of this language; both sides must speak the same.
pub const PROTOCOL: u16 = 3;
/// The longest frame, either way. A batch of twenty orders is a tenth of it.
pub const MAX_FRAME: usize = 64 << 10;

/// Header names a signature may bring.
const HEADERS: [&str; 11] = [
    "content-type",
    "x-mbx-apikey",
    "ok-access-key",
    "ok-access-sign",
    "ok-access-timestamp",
    "ok-access-passphrase",
    "exptime",
    "x-bapi-api-key",
    "x-bapi-timestamp",
    "x-bapi-recv-window",
    "x-bapi-sign",
];

/// A frame that is none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// It ends too early.
    #[error("the frame ends within {0}")]
    Short(&'static str),
    /// Something there has no meaning.
    #[error("the frame's {0} has no meaning")]
    Meaningless(&'static str),
    /// Something follows.
    #[error("{0} bytes follow the frame's end")]
    Trailing(usize),
}

/// What is asked of a signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask<'a> {
    /// Who asks; everything but [`Ask::Kill`] and [`Ask::Status`] needs it first.
    Hello {
        /// [`PROTOCOL`].
        protocol: u16,
        /// The desk's build.
        build: &'a str,
        /// The account in its order ids.
        account: u16,
    },
    /// How everything stands.
    Status,
    /// Begin a new epoch.
    Raise(u32),
    /// The desk of that epoch trades.
    Release(u32),
    /// Sign only what takes risk off: the desk of that epoch does not trade, or a person said so (zero).
    Hold(u32),
    /// Sign nothing but cancels and reads, and cancel everything.
    Kill,
    /// End what a person or the breaker began.
    Rearm,
    /// Sign a call.
    Sign(Request<'a>),
    /// The frame that logs a private connection in.
    Login {
        /// The asker's epoch.
        epoch: u32,
        /// Where.
        venue: Venue,
        /// The venue's time that is signed.
        venue_at: Nanos,
    },
}

/// How a signer stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it remembers.
    pub remembered: Remembered,
    /// The account it has keys of.
    pub account: u16,
    /// Where it has keys.
    pub venues: Vec<Venue>,
    /// The last order was signed at least so long ago, whoever asked for it.
    pub order_ago: Nanos,
}

/// What a signer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done; how everything stands now.
    Standing(Standing),
    /// The call, signed.
    Signed(Signed),
    /// The login frame.
    Login(String),
    /// Nothing was done, and why.
    Refused(Told),
}

/// Writes a whole frame, length included.
pub fn encode(no: u64, write: &impl Encode) -> Vec<u8> {
    let mut out = vec![0; 4];
    out.extend(no.to_le_bytes());
    write.encode(&mut out);
    let len = u32::try_from(out.len() - 4).expect("frames are a few kilobytes");
    out[..4].copy_from_slice(&len.to_le_bytes());
    out
}

/// Reads a frame without its length: the asker's number, and what it says.
///
/// # Errors
/// [`CodecError`] for anything that [`encode`] would not write.
pub fn decode<'a, T: Decode<'a>>(frame: &'a [u8]) -> Result<(u64, T), CodecError> {
    let mut reader = Reader(frame);
    let no = u64::from_le_bytes(reader.array("number")?);
    let read = T::decode(&mut reader)?;
    if reader.0.is_empty() { Ok((no, read)) } else { Err(CodecError::Trailing(reader.0.len())) }
}

/// What can be written into a frame.
pub trait Encode {
    /// Adds its bytes.
    fn encode(&self, out: &mut Vec<u8>);
}

/// What can be read from a frame.
pub trait Decode<'a>: Sized {
    /// Takes its bytes.
    ///
    /// # Errors
    /// [`CodecError`].
    fn decode(reader: &mut Reader<'a>) -> Result<Self, CodecError>;
}

/// What is left of a frame.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(CodecError::Short(what))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], CodecError> {
        Ok(self.take(N, what)?.try_into().expect("so many were taken"))
    }

    fn byte(&mut self, what: &'static str) -> Result<u8, CodecError> {
        Ok(self.array::<1>(what)?[0])
    }

    fn u16(&mut self, what: &'static str) -> Result<u16, CodecError> {
        Ok(u16::from_le_bytes(self.array(what)?))
    }

    fn u32(&mut self, what: &'static str) -> Result<u32, CodecError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    fn nanos(&mut self, what: &'static str) -> Result<Nanos, CodecError> {
        Ok(Nanos(i64::from_le_bytes(self.array(what)?)))
    }

    fn text(&mut self, what: &'static str) -> Result<&'a str, CodecError> {
        let len = usize::try_from(self.u32(what)?).map_err(|_| CodecError::Short(what))?;
        std::str::from_utf8(self.take(len, what)?).map_err(|_| CodecError::Meaningless(what))
    }

    fn owned(&mut self, what: &'static str) -> Result<String, CodecError> {
        Ok(self.text(what)?.to_owned())
    }

    fn venue(&mut self) -> Result<Venue, CodecError> {
        let no = usize::from(self.byte("venue")?);
        Venue::ALL.get(no).copied().ok_or(CodecError::Meaningless("venue"))
    }

    fn flag(&mut self, what: &'static str) -> Result<bool, CodecError> {
        match self.byte(what)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CodecError::Meaningless(what)),
        }
    }
}

fn put(out: &mut Vec<u8>, text: &str) {
    let len = u32::try_from(text.len()).expect("texts are a few kilobytes");
    out.extend(len.to_le_bytes());
    out.extend(text.as_bytes());
}

fn venue_no(venue: Venue) -> u8 {
    let at = Venue::ALL.into_iter().position(|one| one == venue).expect("every venue is listed");
    u8::try_from(at).expect("a handful of venues")
}

impl Encode for Ask<'_> {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Ask::Hello { protocol, build, account } => {
                out.push(1);
                out.extend(protocol.to_le_bytes());
                put(out, build);
                out.extend(account.to_le_bytes());
            }
            Ask::Status => out.push(2),
            Ask::Raise(epoch) => {
                out.push(3);
                out.extend(epoch.to_le_bytes());
            }
            Ask::Release(epoch) => {
                out.push(4);
                out.extend(epoch.to_le_bytes());
            }
            Ask::Hold(epoch) => {
                out.push(5);
                out.extend(epoch.to_le_bytes());
            }
            Ask::Kill => out.push(6),
            Ask::Rearm => out.push(7),
            Ask::Sign(request) => {
                out.push(8);
                out.extend(request.epoch.to_le_bytes());
                out.extend(request.path.to_le_bytes());
                out.extend(request.venue_at.0.to_le_bytes());
                out.extend(request.patience.0.to_le_bytes());
                put(out, request.query);
                put(out, request.body);
            }
            Ask::Login { epoch, venue, venue_at } => {
                out.push(9);
                out.extend(epoch.to_le_bytes());
                out.push(venue_no(*venue));
                out.extend(venue_at.0.to_le_bytes());
            }
        }
    }
}

impl<'a> Decode<'a> for Ask<'a> {
    fn decode(from: &mut Reader<'a>) -> Result<Ask<'a>, CodecError> {
        Ok(match from.byte("kind")? {
            1 => Ask::Hello {
                protocol: from.u16("protocol")?,
                build: from.text("build")?,
                account: from.u16("account")?,
            },
            2 => Ask::Status,
            3 => Ask::Raise(from.u32("epoch")?),
            4 => Ask::Release(from.u32("epoch")?),
            5 => Ask::Hold(from.u32("epoch")?),
            6 => Ask::Kill,
            7 => Ask::Rearm,
            8 => Ask::Sign(Request {
                epoch: from.u32("epoch")?,
                path: from.u16("path")?,
                venue_at: from.nanos("time")?,
                patience: from.nanos("patience")?,
                query: from.text("query")?,
                body: from.text("body")?,
            }),
            9 => Ask::Login {
                epoch: from.u32("epoch")?,
                venue: from.venue()?,
                venue_at: from.nanos("time")?,
            },
            _ => return Err(CodecError::Meaningless("kind")),
        })
    }
}

impl Encode for Answer {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Answer::Standing(Standing { remembered, account, venues, order_ago }) => {
                out.push(1);
                out.extend(remembered.epoch.to_le_bytes());
                let hold = remembered.hold.map_or(0, |cause| {
                    let at = HoldCause::ALL.into_iter().position(|one| one == cause);
                    at.map_or(0, |at| at + 1)
                });
                out.push(u8::try_from(hold).expect("a handful of causes"));
                out.push(u8::from(remembered.is_killed));
                out.extend(account.to_le_bytes());
                out.push(u8::try_from(venues.len()).expect("a handful of venues"));
                out.extend(venues.iter().copied().map(venue_no));
                out.extend(order_ago.0.to_le_bytes());
            }
            Answer::Signed(signed) => {
                out.push(2);
                put(out, &signed.target);
                put(out, &signed.body);
                out.push(u8::try_from(signed.headers.len()).expect("a handful of headers"));
                for (name, value) in &signed.headers {
                    let at = HEADERS.iter().position(|known| known == name);
                    let at = at.expect("every venue's headers are listed");
                    out.push(u8::try_from(at).expect("a handful of headers"));
                    put(out, value);
                }
            }
            Answer::Login(frame) => {
                out.push(3);
                put(out, frame);
            }
            Answer::Refused(told) => {
                out.push(4);
                put(out, &told.code);
                put(out, &told.ru);
                put(out, &told.en);
                match told.scope {
                    Scope::Order => out.push(1),
                    Scope::Desk => out.push(2),
                    Scope::Epoch(highest) => {
                        out.push(3);
                        out.extend(highest.to_le_bytes());
                    }
                }
            }
        }
    }
}

impl<'a> Decode<'a> for Answer {
    fn decode(from: &mut Reader<'a>) -> Result<Answer, CodecError> {
        Ok(match from.byte("kind")? {
            1 => {
                let epoch = from.u32("epoch")?;
                let hold = match usize::from(from.byte("hold")?) {
                    0 => None,
                    no => {
                        let cause = HoldCause::ALL.get(no - 1).copied();
                        Some(cause.ok_or(CodecError::Meaningless("hold"))?)
                    }
                };
                let is_killed = from.flag("killed")?;
                let account = from.u16("account")?;
                let count = from.byte("venues")?;
                let venues = (0..count).map(|_| from.venue()).collect::<Result<_, _>>()?;
                let remembered = Remembered { epoch, hold, is_killed };
                let order_ago = from.nanos("order ago")?;
                Answer::Standing(Standing { remembered, account, venues, order_ago })
            }
            2 => {
                let (target, body) = (from.owned("target")?, from.owned("body")?);
                let count = from.byte("headers")?;
                let mut headers = Vec::with_capacity(usize::from(count));
                for _ in 0..count {
                    let name = HEADERS.get(usize::from(from.byte("header")?)).copied();
                    let name = name.ok_or(CodecError::Meaningless("header"))?;
                    headers.push((name, from.owned("header")?));
                }
                Answer::Signed(Signed { target, headers, body })
            }
            3 => Answer::Login(from.owned("login")?),
            4 => Answer::Refused(Told {
                code: from.owned("code")?,
                ru: from.owned("text")?,
                en: from.owned("text")?,
                scope: match from.byte("scope")? {
                    1 => Scope::Order,
                    2 => Scope::Desk,
                    3 => Scope::Epoch(from.u32("epoch")?),
                    _ => return Err(CodecError::Meaningless("scope")),
                },
            }),
            _ => return Err(CodecError::Meaningless("kind")),
        })
    }
}

#[cfg(test)]
mod tests;
