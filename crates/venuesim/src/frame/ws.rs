//! RFC 6455 frames, the server's side: what it sends is not masked, what it gets must be.

use bytes::{BufMut, Bytes, BytesMut};

/// The most one message from a client may hold.
pub(crate) const MAX_MESSAGE: usize = 1 << 20;

/// What kind of frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    const fn of(bits: u8) -> Option<Opcode> {
        Some(match bits {
            0 => Opcode::Continuation,
            1 => Opcode::Text,
            2 => Opcode::Binary,
            8 => Opcode::Close,
            9 => Opcode::Ping,
            10 => Opcode::Pong,
            _ => return None,
        })
    }

    const fn bits(self) -> u8 {
        match self {
            Opcode::Continuation => 0,
            Opcode::Text => 1,
            Opcode::Binary => 2,
            Opcode::Close => 8,
            Opcode::Ping => 9,
            Opcode::Pong => 10,
        }
    }
}

/// A whole frame, ready to be written to any number of sockets.
pub(crate) fn encode(opcode: Opcode, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(payload.len() + 10);
    frame.put_u8(0x80 | opcode.bits());
    match payload.len() {
        len @ 0..126 => frame.put_u8(u8::try_from(len).expect("below 126")),
        len @ 126..=0xffff => {
            frame.put_u8(126);
            frame.put_u16(u16::try_from(len).expect("two bytes"));
        }
        len => {
            frame.put_u8(127);
            frame.put_u64(len as u64);
        }
    }
    frame.put_slice(payload);
    frame.freeze()
}

/// A close frame.
pub(crate) fn close(code: u16, reason: &str) -> Bytes {
    let mut payload = code.to_be_bytes().to_vec();
    payload.extend_from_slice(&reason.as_bytes()[..reason.floor_char_boundary(120)]);
    encode(Opcode::Close, &payload)
}

/// Why a client's bytes end the connection, as a close code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadFrame {
    /// 1002: not a legal client frame.
    Protocol(&'static str),
    /// 1007: a text that is not UTF-8.
    NotUtf8,
    /// 1009: too much.
    TooBig,
}

impl BadFrame {
    pub(crate) const fn close_code(self) -> (u16, &'static str) {
        match self {
            BadFrame::Protocol(reason) => (1002, reason),
            BadFrame::NotUtf8 => (1007, "a text frame is not UTF-8"),
            BadFrame::TooBig => (1009, "a message may have 1 MiB at most"),
        }
    }
}

/// What a client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close(Option<u16>),
}

/// Puts a client's messages together from its frames.
#[derive(Debug, Default)]
pub(crate) struct Assembler {
    started: Option<Opcode>,
    parts: Vec<u8>,
}

impl Assembler {
    /// Takes the next message out of `buffer`; `None` when it is not whole yet.
    pub(crate) fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Message>, BadFrame> {
        while let Some((is_last, opcode, payload)) = take_frame(buffer)? {
            match opcode {
                Opcode::Ping => return Ok(Some(Message::Ping(payload))),
                Opcode::Pong => return Ok(Some(Message::Pong)),
                Opcode::Close => return close_code(&payload).map(Some),
                Opcode::Text | Opcode::Binary if self.started.is_some() => {
                    return Err(BadFrame::Protocol("a new message began inside another"));
                }
                Opcode::Continuation if self.started.is_none() => {
                    return Err(BadFrame::Protocol("a continuation of nothing"));
                }
                Opcode::Text | Opcode::Binary => {
                    self.started = Some(opcode);
                    self.parts = payload;
                }
                Opcode::Continuation => {
                    if MAX_MESSAGE < self.parts.len() + payload.len() {
                        return Err(BadFrame::TooBig);
                    }
                    self.parts.extend_from_slice(&payload);
                }
            }
            if is_last {
                return self.finish().map(Some);
            }
        }
        Ok(None)
    }

    fn finish(&mut self) -> Result<Message, BadFrame> {
        let parts = std::mem::take(&mut self.parts);
        match self.started.take() {
            Some(Opcode::Text) => {
                String::from_utf8(parts).map(Message::Text).map_err(|_| BadFrame::NotUtf8)
            }
            _ => Ok(Message::Binary(parts)),
        }
    }
}

fn close_code(payload: &[u8]) -> Result<Message, BadFrame> {
    match payload {
        [] => Ok(Message::Close(None)),
        [_] => Err(BadFrame::Protocol("a close code has two bytes")),
        [high, low, ..] => Ok(Message::Close(Some(u16::from_be_bytes([*high, *low])))),
    }
}

/// One frame, unmasked: whether it ends its message, its opcode, its payload.
fn take_frame(buffer: &mut BytesMut) -> Result<Option<(bool, Opcode, Vec<u8>)>, BadFrame> {
    let Some(&[first, second]) = buffer.first_chunk::<2>() else { return Ok(None) };
    if first & 0x70 != 0 {
        return Err(BadFrame::Protocol("a reserved bit is set"));
    }
    let opcode = Opcode::of(first & 15).ok_or(BadFrame::Protocol("an unknown opcode"))?;
    let is_last = first & 0x80 != 0;
    if second & 0x80 == 0 {
        return Err(BadFrame::Protocol("a client's frame must be masked"));
    }
    let is_control = 8 <= opcode.bits();
    let short = usize::from(second & 127);
    if is_control && (125 < short || !is_last) {
        return Err(BadFrame::Protocol("a control frame must be short and whole"));
    }
    let Some((len, at)) = length(buffer, short) else { return Ok(None) };
    if MAX_MESSAGE < len {
        return Err(BadFrame::TooBig);
    }
    if buffer.len() < at + 4 + len {
        return Ok(None);
    }
    let frame = buffer.split_to(at + 4 + len);
    let (mask, payload) = frame[at..].split_at(4);
    let unmasked = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    Ok(Some((is_last, opcode, unmasked.collect())))
}

/// The payload's length and where the mask begins.
fn length(buffer: &[u8], short: usize) -> Option<(usize, usize)> {
    let rest = &buffer[2..];
    Some(match short {
        126 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), 4),
        127 => {
            let len = u64::from_be_bytes(*rest.first_chunk()?);
            (usize::try_from(len).unwrap_or(usize::MAX), 10)
        }
        short => (short, 2),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first, 0x80 | u8::try_from(payload.len()).unwrap(), 1, 2, 3, 4];
        frame.extend(payload.iter().zip([1, 2, 3, 4].iter().cycle()).map(|(a, b)| a ^ b));
        frame
    }

    fn messages(bytes: &[u8]) -> Result<Vec<Message>, BadFrame> {
        let mut assembler = Assembler::default();
        let mut buffer = BytesMut::new();
        let mut all = Vec::new();
        for byte in bytes {
            buffer.put_u8(*byte);
            all.extend(assembler.next(&mut buffer)?);
        }
        Ok(all)
    }

    #[test]
    fn a_message_in_pieces_with_a_ping_between_is_put_together() {
        let bytes = [masked(0x01, b"he"), masked(0x89, b"p"), masked(0x80, b"llo")].concat();
        let want = vec![Message::Ping(b"p".to_vec()), Message::Text("hello".into())];
        assert_eq!(messages(&bytes), Ok(want));
    }

    #[test]
    fn what_is_not_legal_ends_the_connection() {
        let unmasked = encode(Opcode::Text, b"x").to_vec();
        assert!(matches!(messages(&unmasked), Err(BadFrame::Protocol(_))));
        assert!(matches!(messages(&masked(0x80, b"x")), Err(BadFrame::Protocol(_))));
        assert!(matches!(messages(&masked(0xc1, b"x")), Err(BadFrame::Protocol(_))));
        assert_eq!(messages(&masked(0x81, &[0xff])), Err(BadFrame::NotUtf8));
        let huge = [0x81, 0xff, 0, 0, 0, 0, 0xff, 0, 0, 0];
        assert_eq!(messages(&huge), Err(BadFrame::TooBig));
    }

    #[test]
    fn a_length_is_told_in_the_shortest_form() {
        for (len, head) in [(125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            assert_eq!(encode(Opcode::Text, &vec![b'x'; len]).len(), len + head);
        }
    }
}
