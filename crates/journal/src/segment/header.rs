//! The first 64 bytes of a segment: which file it is, and where in the chain it begins.

use super::folder::SegmentName;
use super::record::{Chain, ChainHash, Layout, Seq};

/// The format this code writes; it reads every one before it too.
pub(crate) const VERSION: u16 = 2;
pub(crate) const HEADER_BYTES: usize = 64;
const MAGIC: &[u8; 8] = b"AURORAJ\n";
const CRC_AT: usize = HEADER_BYTES - 4;

/// What a segment's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) version: u16,
    pub(crate) name: SegmentName,
    /// Everything before the segment's first record.
    pub(crate) start: Chain,
}

impl Header {
    /// Of a new segment.
    pub(crate) const fn new(name: SegmentName, start: Chain) -> Header {
        Header { version: VERSION, name, start }
    }

    /// How its records are laid out; `None` for a format of the future.
    pub(crate) const fn layout(&self) -> Option<Layout> {
        match self.version {
            1 => Some(Layout::WithoutPlace),
            2 => Some(Layout::WithPlace),
            _ => None,
        }
    }

    pub(crate) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..10].copy_from_slice(&self.version.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.name.epoch.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.name.index.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.start.seq.next().0.to_le_bytes());
        bytes[28..44].copy_from_slice(&self.start.head.0);
        let crc = crc32c::crc32c(&bytes[..CRC_AT]);
        bytes[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// `None` when the bytes do not begin with a whole, unhurt header.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Header> {
        let bytes = bytes.first_chunk::<HEADER_BYTES>()?;
        let crc = crc32c::crc32c(&bytes[..CRC_AT]).to_le_bytes();
        if &bytes[..8] != MAGIC || bytes[CRC_AT..] != crc {
            return None;
        }
        let u32_at = |at: usize| Some(u32::from_le_bytes(bytes[at..].first_chunk().copied()?));
        let first_seq = u64::from_le_bytes(bytes[20..].first_chunk().copied()?);
        Some(Header {
            version: u16::from_le_bytes(bytes[8..].first_chunk().copied()?),
            name: SegmentName { epoch: u32_at(12)?, index: u32_at(16)? },
            start: Chain {
                seq: Seq(first_seq.checked_sub(1)?),
                head: ChainHash(bytes[28..].first_chunk().copied()?),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_as_written_and_any_flipped_bit_shows() {
        let header = Header {
            version: VERSION,
            name: SegmentName { epoch: 3, index: 14 },
            start: Chain { seq: Seq(159), head: ChainHash([26; 16]) },
        };
        let bytes = header.encode();
        assert_eq!(Header::decode(&bytes), Some(header));
        for bit in 0..bytes.len() * 8 {
            let mut hurt = bytes;
            hurt[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::decode(&hurt), None, "bit {bit}");
        }
    }
}
