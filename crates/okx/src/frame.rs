//! The envelope around everything OKX says, on a socket or in an answer.
//!
//! `{"arg":{…},"action":…,"data":[…]}` is a push, everything else is an event, the answer to an operation or the
//! body of a REST answer. A push is left standing at its data, so the hot channels are read in one pass.

use aurora_wire::DecodeError;
use aurora_wire::scan::{ARRAY, OBJECT, Scanner};

use crate::wire::Channel;

/// One message, told apart.
#[derive(Clone, Debug)]
pub enum Frame<'a> {
    /// The answer to our text `ping`.
    Pong,
    /// Data of a channel we subscribed to.
    Push(Push<'a>),
    /// Anything else.
    Envelope(Envelope<'a>),
}

/// Which subscription a push or event is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arg<'a> {
    /// The channel's name; empty when there is no `arg`.
    pub channel: &'a [u8],
    /// Which instrument.
    pub inst_id: &'a [u8],
    /// Which kind of instrument.
    pub inst_type: &'a [u8],
}

/// An event, the answer to an operation, or a REST answer. Texts are as on the wire, escapes included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// `login`, `subscribe`, `unsubscribe`, `error`, `notice`, `channel-conn-count`.
    pub event: &'a [u8],
    /// `order`, `batch-orders`, `cancel-order` …
    pub op: &'a [u8],
    /// What we called the operation.
    pub id: &'a [u8],
    /// Zero is good; 1 and 2 mean that the items tell.
    pub code: Option<i64>,
    /// The venue's words.
    pub msg: &'a [u8],
    /// Which subscription.
    pub arg: Arg<'a>,
    /// `snapshot` or `update`.
    pub action: &'a [u8],
    /// The data, a JSON value of its own.
    pub data: Option<&'a [u8]>,
}

/// Data of a channel, not yet read.
#[derive(Clone, Debug)]
pub struct Push<'a> {
    /// Which channel.
    pub channel: Channel,
    /// Which subscription.
    pub arg: Arg<'a>,
    /// `snapshot` or `update`, empty where the channel has neither.
    pub action: &'a [u8],
    data: Scanner<'a>,
    bytes: &'a [u8],
    /// The frame was read to its end before the data was.
    is_read: bool,
}

/// Tells a frame apart. The data of a push is not looked at yet.
///
/// # Errors
/// [`DecodeError`] when it is cut off or mangled.
pub fn read(bytes: &[u8]) -> Result<Frame<'_>, DecodeError> {
    if bytes == b"pong" {
        return Ok(Frame::Pong);
    }
    let mut scanner = Scanner::new(bytes);
    let mut envelope = Envelope::default();
    let mut more = scanner.open(OBJECT)?;
    while more {
        match scanner.key()? {
            b"arg" => envelope.arg = arg(&mut scanner)?,
            b"data" if !envelope.arg.channel.is_empty() => {
                let channel = Channel::of(envelope.arg.channel);
                // A book's action may still follow, and says how to read its data.
                if channel != Channel::Books || !envelope.action.is_empty() {
                    return Ok(Frame::Push(envelope.push(channel, bytes, scanner)));
                }
                envelope.data = Some(slice(bytes, &mut scanner)?);
            }
            key => envelope.field(key, bytes, &mut scanner)?,
        }
        more = scanner.more(OBJECT)?;
    }
    scanner.end()?;
    match envelope.data {
        Some(data) if !envelope.arg.channel.is_empty() && envelope.event.is_empty() => {
            let push = envelope.push(Channel::of(envelope.arg.channel), data, Scanner::new(data));
            Ok(Frame::Push(Push { is_read: true, ..push }))
        }
        _ => Ok(Frame::Envelope(envelope)),
    }
}

/// Reads the body of a REST answer, or an answer to an operation.
///
/// # Errors
/// [`DecodeError`] when it is cut off or mangled, or is a push.
pub fn read_envelope(bytes: &[u8]) -> Result<Envelope<'_>, DecodeError> {
    match read(bytes)? {
        Frame::Envelope(envelope) => Ok(envelope),
        _ => Err(DecodeError::Missing { field: "code" }),
    }
}

impl<'a> Envelope<'a> {
    fn push(&self, channel: Channel, bytes: &'a [u8], data: Scanner<'a>) -> Push<'a> {
        Push { channel, arg: self.arg, action: self.action, data, bytes, is_read: false }
    }

    fn field(
        &mut self,
        key: &[u8],
        bytes: &'a [u8],
        scanner: &mut Scanner<'a>,
    ) -> Result<(), DecodeError> {
        match key {
            b"event" => self.event = scanner.string()?,
            b"op" => self.op = scanner.string()?,
            b"id" => self.id = scanner.string()?,
            b"msg" => self.msg = scanner.string()?,
            b"action" => self.action = scanner.string()?,
            b"code" => self.code = Some(int(scanner)?),
            b"data" => self.data = Some(slice(bytes, scanner)?),
            _ => scanner.skip()?,
        }
        Ok(())
    }

    /// The venue's words as text.
    pub fn words(&self) -> String {
        let words = String::from_utf8_lossy(self.msg);
        format!("{} {}", self.code.unwrap_or_default(), words.trim()).trim_end().to_owned()
    }
}

impl<'a> Push<'a> {
    /// Whether the data is a whole picture, not a change.
    pub fn is_snapshot(&self) -> bool {
        self.action == b"snapshot"
    }

    /// Reads every element of the data with the closure, then the rest of the frame.
    ///
    /// # Errors
    /// [`DecodeError`] when something is cut off or mangled, and the closure's.
    #[inline]
    pub fn each(
        &self,
        mut element: impl FnMut(&mut Scanner<'a>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut scanner = self.data.clone();
        let mut more = scanner.open(ARRAY)?;
        while more {
            element(&mut scanner)?;
            more = scanner.more(ARRAY)?;
        }
        self.tail(&mut scanner)
    }

    /// Reads the only element of the data with the closure, then the rest of the frame.
    ///
    /// # Errors
    /// [`DecodeError`] when something is cut off or mangled or there is not exactly one, and the closure's.
    #[inline]
    pub fn one<T>(
        &self,
        element: impl FnOnce(&mut Scanner<'a>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut scanner = self.data.clone();
        scanner.expect(b'[', "'['")?;
        let value = element(&mut scanner)?;
        scanner.expect(b']', "']' after the only element")?;
        self.tail(&mut scanner)?;
        Ok(value)
    }

    /// The data as a JSON value of its own.
    ///
    /// # Errors
    /// [`DecodeError`] when the frame is cut off or mangled.
    pub fn data(&self) -> Result<&'a [u8], DecodeError> {
        let mut scanner = self.data.clone();
        let data = slice(self.bytes, &mut scanner)?;
        self.tail(&mut scanner)?;
        Ok(data)
    }

    fn tail(&self, scanner: &mut Scanner<'a>) -> Result<(), DecodeError> {
        while !self.is_read && scanner.more(OBJECT)? {
            scanner.key()?;
            scanner.skip()?;
        }
        scanner.end()
    }
}

fn arg<'a>(scanner: &mut Scanner<'a>) -> Result<Arg<'a>, DecodeError> {
    let mut arg = Arg::default();
    let mut more = scanner.open(OBJECT)?;
    while more {
        match scanner.key()? {
            b"channel" => arg.channel = scanner.string()?,
            b"instId" => arg.inst_id = scanner.string()?,
            b"instType" => arg.inst_type = scanner.string()?,
            _ => scanner.skip()?,
        }
        more = scanner.more(OBJECT)?;
    }
    Ok(arg)
}

/// The value here, stepped over.
pub(crate) fn slice<'a>(
    bytes: &'a [u8],
    scanner: &mut Scanner<'a>,
) -> Result<&'a [u8], DecodeError> {
    scanner.peek()?;
    let from = scanner.at();
    scanner.skip()?;
    Ok(&bytes[from..scanner.at()])
}

/// A whole number, with or without sign and quotes.
#[inline]
pub(crate) fn int(scanner: &mut Scanner<'_>) -> Result<i64, DecodeError> {
    let is_quoted = scanner.peek()? == b'"';
    if is_quoted {
        scanner.bump();
    }
    let at = scanner.at();
    let is_negative = scanner.byte()? == b'-';
    if is_negative {
        scanner.bump();
    }
    let value = i64::try_from(scanner.uint()?).map_err(|_| DecodeError::TooLarge { at })?;
    if is_quoted {
        scanner.expect(b'"', "'\"'")?;
    }
    Ok(if is_negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_told_apart_whatever_the_order_of_its_fields() {
        let push = br#"{"data":[1,2],"action":"update","arg":{"channel":"books","instId":"X"}}"#;
        let Ok(Frame::Push(push)) = read(push) else { panic!("a push") };
        assert_eq!((push.channel, push.is_snapshot()), (Channel::Books, false));
        assert_eq!(push.data(), Ok(&b"[1,2]"[..]));
        assert!(matches!(read(b"pong"), Ok(Frame::Pong)));
        let answer = read_envelope(br#"{"code":"50011","msg":"Too Many Requests"}"#).unwrap();
        assert_eq!(
            (answer.code, answer.words().as_str()),
            (Some(50011), "50011 Too Many Requests")
        );
    }

    #[test]
    fn what_follows_the_frame_is_an_error() {
        assert!(read(br#"{"event":"login","code":"0"} x"#).is_err());
        let push = br#"{"arg":{"channel":"trades"},"data":[]}}"#;
        let Ok(Frame::Push(push)) = read(push) else { panic!("a push") };
        assert!(push.data().is_err());
    }

    #[test]
    fn numbers_come_with_sign_and_in_quotes() {
        for (text, want) in [("-1 ", -1), ("\"50011\"", 50011), ("830931827,", 830_931_827)] {
            assert_eq!(int(&mut Scanner::new(text.as_bytes())), Ok(want));
        }
        assert!(int(&mut Scanner::new(b"\"12")).is_err());
    }
}
