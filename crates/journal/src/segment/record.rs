//! One record: `length u32 · kind u8 · seq u64 · previous hash 16 · payload · CRC32C u32`, little endian.

use std::fmt;

/// The largest payload.
pub const MAX_PAYLOAD_BYTES: usize = 16 << 20;

const LEAD_BYTES: usize = 4 + 1 + 8 + 16;
const CRC_BYTES: usize = 4;

/// A record's number: counts up from one over the whole journal, without gaps. Zero is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

impl Seq {
    pub(crate) const fn next(self) -> Seq {
        Seq(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// BLAKE3 of a record, cut to 16 bytes. Each record holds the hash of the one before it, so the last
/// hash stands for the whole journal: two runs with the same one wrote the same records.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ChainHash(pub [u8; 16]);

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The end of a chain, and the only way to make the next record. Alone it is a journal without a disk:
/// enough to compare two runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// The last record's number.
    pub seq: Seq,
    /// The last record's hash.
    pub head: ChainHash,
}

impl Chain {
    /// Appends the next record's bytes to `out`. The payload is at most [`MAX_PAYLOAD_BYTES`] long.
    pub fn append(&mut self, out: &mut Vec<u8>, kind: u8, payload: &[u8]) -> Seq {
        let length = u32::try_from(payload.len()).expect("a payload is at most 16 MiB long");
        let start = out.len();
        self.seq = self.seq.next();
        out.reserve(LEAD_BYTES + payload.len() + CRC_BYTES);
        out.extend_from_slice(&length.to_le_bytes());
        out.push(kind);
        out.extend_from_slice(&self.seq.0.to_le_bytes());
        out.extend_from_slice(&self.head.0);
        out.extend_from_slice(payload);
        let record = &out[start..];
        let crc = crc32c::crc32c(record);
        self.head = hash(record);
        out.extend_from_slice(&crc.to_le_bytes());
        self.seq
    }

    /// Whether the record is the next one.
    pub(crate) fn continues_with(&self, frame: &Frame<'_>) -> bool {
        frame.seq == self.seq.next() && frame.previous == self.head
    }
}

/// A record as found in a file, its CRC checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) kind: u8,
    pub(crate) seq: Seq,
    pub(crate) previous: ChainHash,
    pub(crate) payload: &'a [u8],
    /// The bytes that were hashed: all but the CRC.
    hashed: &'a [u8],
}

impl Frame<'_> {
    pub(crate) fn hash(&self) -> ChainHash {
        hash(self.hashed)
    }

    /// How many bytes it takes in the file.
    pub(crate) const fn bytes(&self) -> usize {
        self.hashed.len() + CRC_BYTES
    }
}

/// The record the bytes begin with; `None` when they do not begin with a whole, unhurt one.
pub(crate) fn decode(bytes: &[u8]) -> Option<Frame<'_>> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (kind, rest) = rest.split_first()?;
    let (seq, rest) = rest.split_first_chunk::<8>()?;
    let (previous, rest) = rest.split_first_chunk::<16>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if MAX_PAYLOAD_BYTES < length {
        return None;
    }
    let (payload, rest) = rest.split_at_checked(length)?;
    let (crc, _) = rest.split_first_chunk::<CRC_BYTES>()?;
    let hashed = &bytes[..LEAD_BYTES + length];
    (crc32c::crc32c(hashed) == u32::from_le_bytes(*crc)).then_some(Frame {
        kind: *kind,
        seq: Seq(u64::from_le_bytes(*seq)),
        previous: ChainHash(*previous),
        payload,
        hashed,
    })
}

/// Whether a whole record numbered `from` or later begins anywhere in the bytes. It tells a torn tail,
/// which has none, from damage in the middle.
pub(crate) fn contains_record(bytes: &[u8], from: Seq) -> bool {
    let shortest = LEAD_BYTES + CRC_BYTES;
    let last = from.0.saturating_add((bytes.len() / shortest) as u64);
    // The number is looked at first: it is wrong almost everywhere, and a CRC at every byte is slow.
    bytes.windows(shortest).enumerate().any(|(at, window)| {
        let seq = window[5..13].try_into().map_or(0, u64::from_le_bytes);
        (from.0..=last).contains(&seq) && decode(&bytes[at..]).is_some()
    })
}

fn hash(record: &[u8]) -> ChainHash {
    let mut cut = [0; 16];
    cut.copy_from_slice(&blake3::hash(record).as_bytes()[..16]);
    ChainHash(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_as_written_and_any_flipped_bit_shows() {
        let (mut chain, mut bytes) = (Chain::default(), Vec::new());
        chain.append(&mut bytes, 7, b"{\"a\":1}");
        let frame = decode(&bytes).unwrap();
        assert_eq!((frame.kind, frame.seq, frame.payload), (7, Seq(1), &b"{\"a\":1}"[..]));
        assert_eq!((frame.bytes(), frame.hash()), (bytes.len(), chain.head));
        for bit in 0..bytes.len() * 8 {
            let mut hurt = bytes.clone();
            hurt[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&hurt), None, "bit {bit}");
        }
    }

    #[test]
    fn the_hash_depends_on_every_record_before() {
        let run = |payloads: &[&[u8]]| {
            let mut chain = Chain::default();
            for payload in payloads {
                chain.append(&mut Vec::new(), 1, payload);
            }
            chain.head
        };
        assert_eq!(run(&[b"a", b"b"]), run(&[b"a", b"b"]));
        assert_ne!(run(&[b"a", b"b"]), run(&[b"x", b"b"]));
        assert_ne!(run(&[b"ab"]), run(&[b"a", b"b"]));
    }

    #[test]
    fn zeros_are_no_record() {
        assert_eq!(decode(&[0; 4096]), None);
        assert!(!contains_record(&[0; 4096], Seq(1)));
    }
}
