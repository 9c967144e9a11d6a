//! WebSocket frames (RFC 6455), server side: whole messages in, one frame out.

use super::head::MAX_BODY;

/// Why a connection is closed; the code goes into the close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// The client said goodbye.
    Normal = 1000,
    /// The client broke the protocol.
    Protocol = 1002,
    /// A message is over 64 KiB.
    TooBig = 1009,
}

/// What the next bytes are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Not a whole frame yet.
    Partial,
    /// A frame of so many bytes that needs no answer: part of a message, or a pong.
    Skip(usize),
    /// The end of a message, which is in the inbox now.
    Message(usize),
    /// A ping; its payload is to be sent back.
    Ping(usize, Vec<u8>),
    /// The end.
    Close(Close),
}

/// Puts messages together that come in parts.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// The message so far, unmasked.
    pub(super) message: Vec<u8>,
    in_parts: bool,
}

impl Inbox {
    /// Reads one frame at the start of `bytes`.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Frame {
        let [first, second, ..] = *bytes else { return Frame::Partial };
        let (is_last, opcode) = (first & 0x80 != 0, first & 0x0f);
        let is_control = opcode & 0x08 != 0;
        // No extensions were agreed on, and a client masks every frame.
        if first & 0x70 != 0 || second & 0x80 == 0 {
            return Frame::Close(Close::Protocol);
        }
        let (len, mask_at) = match second & 0x7f {
            126 => {
                let Some(&[high, low]) = bytes.get(2..4) else { return Frame::Partial };
                (usize::from(u16::from_be_bytes([high, low])), 4)
            }
            127 => return Frame::Close(Close::TooBig),
            short => (usize::from(short), 2),
        };
        if is_control && (125 < len || !is_last) {
            return Frame::Close(Close::Protocol);
        }
        let end = mask_at + 4 + len;
        let Some(frame) = bytes.get(..end) else { return Frame::Partial };
        let (mask, payload) = frame[mask_at..].split_at(4);
        let mask = [mask[0], mask[1], mask[2], mask[3]];
        match opcode {
            0 if !self.in_parts => Frame::Close(Close::Protocol),
            0..=2 => self.part(opcode, is_last, payload, mask, end),
            8 => Frame::Close(Close::Normal),
            9 => {
                let mut echo = Vec::with_capacity(len);
                unmask(payload, mask, &mut echo);
                Frame::Ping(end, echo)
            }
            10 => Frame::Skip(end),
            _ => Frame::Close(Close::Protocol),
        }
    }

    fn part(
        &mut self,
        opcode: u8,
        is_last: bool,
        payload: &[u8],
        mask: [u8; 4],
        end: usize,
    ) -> Frame {
        if opcode != 0 {
            if self.in_parts {
                return Frame::Close(Close::Protocol);
            }
            self.message.clear();
        }
        if MAX_BODY < self.message.len() + payload.len() {
            return Frame::Close(Close::TooBig);
        }
        unmask(payload, mask, &mut self.message);
        self.in_parts = !is_last;
        if is_last { Frame::Message(end) } else { Frame::Skip(end) }
    }
}

/// Appends an unfragmented text frame.
pub(super) fn text(out: &mut Vec<u8>, payload: &[u8]) {
    frame(out, 1, payload);
}

/// Appends a ping without payload.
pub(super) fn ping(out: &mut Vec<u8>) {
    frame(out, 9, b"");
}

/// Appends the answer to a ping.
pub(super) fn pong(out: &mut Vec<u8>, payload: &[u8]) {
    frame(out, 10, payload);
}

/// Appends a close frame.
pub(super) fn close(out: &mut Vec<u8>, why: Close) {
    frame(out, 8, &(why as u16).to_be_bytes());
}

fn frame(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(0x80 | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(len), _) if len < 126 => out.push(len),
        (_, Ok(len)) => {
            out.push(126);
            out.extend_from_slice(&len.to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
}

fn unmask(payload: &[u8], mask: [u8; 4], out: &mut Vec<u8>) {
    let from = out.len();
    out.extend_from_slice(payload);
    // Eight bytes at a time where there are eight: the compiler widens this further.
    let wide = u64::from_ne_bytes([
        mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3],
    ]);
    let mut chunks = out[from..].chunks_exact_mut(8);
    for chunk in &mut chunks {
        let plain = u64::from_ne_bytes(chunk.try_into().expect("eight bytes")) ^ wide;
        chunk.copy_from_slice(&plain.to_ne_bytes());
    }
    for (byte, key) in chunks.into_remainder().iter_mut().zip(mask.into_iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A client's frame.
    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![first];
        match payload.len() {
            len @ 0..126 => out.push(0x80 | u8::try_from(len).unwrap()),
            len => {
                out.push(0x80 | 126);
                out.extend_from_slice(&u16::try_from(len).unwrap().to_be_bytes());
            }
        }
        let mask = [7, 99, 201, 13];
        out.extend_from_slice(&mask);
        out.extend(payload.iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m));
        out
    }

    #[test]
    fn a_message_in_parts_with_a_ping_between_arrives_whole() {
        let mut inbox = Inbox::default();
        let first = masked(0x01, b"{\"a\"");
        assert_eq!(inbox.read(&first), Frame::Skip(first.len()));
        let ping = masked(0x89, b"hi");
        assert_eq!(inbox.read(&ping), Frame::Ping(ping.len(), b"hi".to_vec()));
        let last = masked(0x80, b":1}");
        assert_eq!(inbox.read(&last), Frame::Message(last.len()));
        assert_eq!(inbox.message, b"{\"a\":1}");
    }

    #[test]
    fn what_breaks_the_protocol_ends_the_connection() {
        for (bytes, want) in [
            (vec![0x81, 0x02, b'h', b'i'], Close::Protocol),
            (vec![0xf1, 0x80], Close::Protocol),
            (masked(0x80, b"x"), Close::Protocol),
            (masked(0x83, b"x"), Close::Protocol),
            (masked(0x09, b"x"), Close::Protocol),
            (vec![0x81, 0xff, 0, 0], Close::TooBig),
            (masked(0x88, b""), Close::Normal),
        ] {
            assert_eq!(Inbox::default().read(&bytes), Frame::Close(want), "{bytes:x?}");
        }
        let mut inbox = Inbox::default();
        let part = |first| masked(first, &vec![b'x'; 40_000]);
        assert_eq!(inbox.read(&part(0x01)), Frame::Skip(part(0x01).len()));
        assert_eq!(inbox.read(&part(0x80)), Frame::Close(Close::TooBig));
    }

    proptest! {
        #[test]
        fn a_message_survives_the_mask(payload in prop::collection::vec(any::<u8>(), 0..1000)) {
            let mut inbox = Inbox::default();
            let frame = masked(0x81, &payload);
            for cut in [0, 1, frame.len() - 1] {
                prop_assert_eq!(inbox.read(&frame[..cut]), Frame::Partial);
            }
            prop_assert_eq!(inbox.read(&frame), Frame::Message(frame.len()));
            prop_assert_eq!(&inbox.message, &payload);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            Inbox::default().read(&bytes);
        }
    }
}
