//! One record: `length u32 · kind u8 · seq u64 · previous hash 16 · payload · place u32 · CRC32C u32`, little endian.
//!
//! The place tells what was durable when the record was written: everything but the `place` records right
//! before it, which share its commit. So records behind a hole say whether the hole may be there. The
//! first format has no place. The hash covers the same bytes in both: it does not depend on how records
//! were grouped into commits.

use std::fmt;

use aurora_planted::{Bug, active};

/// The largest payload.
pub const MAX_PAYLOAD_BYTES: usize = 16 << 20;

const LEAD_BYTES: usize = 4 + 1 + 8 + 16;
const PLACE_BYTES: usize = 4;
const CRC_BYTES: usize = 4;

/// How a segment's records are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Format 1.
    WithoutPlace,
    /// Format 2.
    WithPlace,
}

impl Layout {
    const fn tail_bytes(self) -> usize {
        match self {
            Layout::WithoutPlace => CRC_BYTES,
            Layout::WithPlace => PLACE_BYTES + CRC_BYTES,
        }
    }
}

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
    /// Appends the next record's bytes to `out`; `place` earlier ones share its commit. The payload is at
    /// most [`MAX_PAYLOAD_BYTES`] long.
    pub fn append(&mut self, out: &mut Vec<u8>, (kind, place): (u8, u32), payload: &[u8]) -> Seq {
        let length = u32::try_from(payload.len()).expect("a payload is at most 16 MiB long");
        let start = out.len();
        self.seq = self.seq.next();
        out.reserve(LEAD_BYTES + payload.len() + Layout::WithPlace.tail_bytes());
        out.extend_from_slice(&length.to_le_bytes());
        out.push(kind);
        out.extend_from_slice(&self.seq.0.to_le_bytes());
        out.extend_from_slice(&self.head.0);
        out.extend_from_slice(payload);
        self.head = hash(&out[start..]);
        out.extend_from_slice(&place.to_le_bytes());
        let crc = crc32c::crc32c(&out[start..]);
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
    /// How many records before it share its commit; `None` where the format does not tell.
    pub(crate) place: Option<u32>,
    /// The bytes that were hashed: all but place and CRC.
    hashed: &'a [u8],
}

impl Frame<'_> {
    pub(crate) fn hash(&self) -> ChainHash {
        hash(self.hashed)
    }

    /// How many bytes it takes in the file.
    pub(crate) fn bytes(&self) -> usize {
        let layout = self.place.map_or(Layout::WithoutPlace, |_| Layout::WithPlace);
        self.hashed.len() + layout.tail_bytes()
    }

    /// Whether that record was certainly durable when this one was written.
    fn vouches_for(&self, seq: Seq) -> bool {
        self.place.is_none_or(|place| seq.0.saturating_add(place.into()) < self.seq.0)
    }
}

/// The record the bytes begin with; `None` when they do not begin with a whole, unhurt one.
pub(crate) fn decode(bytes: &[u8], layout: Layout) -> Option<Frame<'_>> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (kind, rest) = rest.split_first()?;
    let (seq, rest) = rest.split_first_chunk::<8>()?;
    let (previous, rest) = rest.split_first_chunk::<16>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if MAX_PAYLOAD_BYTES < length {
        return None;
    }
    let (payload, rest) = rest.split_at_checked(length)?;
    let (place, rest) = match layout {
        Layout::WithoutPlace => (None, rest),
        Layout::WithPlace => {
            let (place, rest) = rest.split_first_chunk::<PLACE_BYTES>()?;
            (Some(u32::from_le_bytes(*place)), rest)
        }
    };
    let (crc, rest) = rest.split_first_chunk::<CRC_BYTES>()?;
    let checked = &bytes[..bytes.len() - rest.len() - CRC_BYTES];
    let is_whole = crc32c::crc32c(checked) == u32::from_le_bytes(*crc);
    (is_whole || active(Bug::TornTailKept)).then_some(Frame {
        kind: *kind,
        seq: Seq(u64::from_le_bytes(*seq)),
        previous: ChainHash(*previous),
        payload,
        place,
        hashed: &bytes[..LEAD_BYTES + length],
    })
}

/// Whether record `missing`, which is not where the bytes begin, was durable once: a whole record anywhere
/// in them says so. It tells a torn tail from damage.
pub(crate) fn was_durable(missing: Seq, bytes: &[u8], layout: Layout) -> bool {
    records_in(bytes, missing, layout).any(|frame| frame.vouches_for(missing))
}

/// Whether a whole record of any format, numbered so or later, begins anywhere in the bytes.
pub(crate) fn is_there_a_record(from: Seq, bytes: &[u8]) -> bool {
    [Layout::WithoutPlace, Layout::WithPlace]
        .into_iter()
        .any(|layout| records_in(bytes, from, layout).next().is_some())
}

fn records_in(bytes: &[u8], from: Seq, layout: Layout) -> impl Iterator<Item = Frame<'_>> {
    let shortest = LEAD_BYTES + layout.tail_bytes();
    let last = from.0.saturating_add((bytes.len() / shortest) as u64);
    bytes.windows(shortest).enumerate().filter_map(move |(at, window)| {
        // The number is looked at first: it is wrong almost everywhere, and a CRC at every byte is slow.
        let seq = window[5..13].try_into().map_or(0, u64::from_le_bytes);
        (from.0..=last).contains(&seq).then(|| decode(&bytes[at..], layout)).flatten()
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

    const LAYOUT: Layout = Layout::WithPlace;

    #[test]
    fn a_record_reads_back_as_written_and_any_flipped_bit_shows() {
        let (mut chain, mut bytes) = (Chain::default(), Vec::new());
        chain.append(&mut bytes, (7, 3), b"{\"a\":1}");
        let frame = decode(&bytes, LAYOUT).unwrap();
        assert_eq!((frame.kind, frame.seq, frame.payload), (7, Seq(1), &b"{\"a\":1}"[..]));
        assert_eq!((frame.bytes(), frame.hash()), (bytes.len(), chain.head));
        assert_eq!(frame.place, Some(3));
        for bit in 0..bytes.len() * 8 {
            let mut hurt = bytes.clone();
            hurt[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&hurt, LAYOUT), None, "bit {bit}");
        }
    }

    #[test]
    fn the_hash_depends_on_every_record_before_and_not_on_the_commits() {
        let run = |payloads: &[&[u8]], place| {
            let mut chain = Chain::default();
            for payload in payloads {
                chain.append(&mut Vec::new(), (1, place), payload);
            }
            chain.head
        };
        assert_eq!(run(&[b"a", b"b"], 0), run(&[b"a", b"b"], 7));
        assert_ne!(run(&[b"a", b"b"], 0), run(&[b"x", b"b"], 0));
        assert_ne!(run(&[b"ab"], 0), run(&[b"a", b"b"], 0));
    }

    #[test]
    fn zeros_are_no_record() {
        assert_eq!(decode(&[0; 4096], LAYOUT), None);
        assert!(!was_durable(Seq(1), &[0; 4096], LAYOUT));
    }

    #[test]
    fn a_record_behind_a_hole_vouches_for_the_commits_before_its_own() {
        // As many bytes as the records that are missing.
        let mut bytes = vec![0; 200];
        let mut chain = Chain { seq: Seq(9), head: ChainHash::default() };
        // The third of its commit: records 8 and 9 may have been lost with it, 7 may not.
        chain.append(&mut bytes, (1, 2), b"ten");
        let durable = [6, 7, 8, 9, 10].map(|seq| was_durable(Seq(seq), &bytes, LAYOUT));
        assert_eq!(durable, [true, true, false, false, false]);
    }
}
