//! A run of bytes of one segment file, and how it travels.

use crate::segment::{Chain, ChainHash, SegmentName, Seq};

/// Everything of an encoded piece but its bytes.
const LEAD_BYTES: usize = 4 + 4 + 8 + 8 + 16;
/// More than this at once is no piece: a record and a bit.
const MOST_BYTES: usize = (16 << 20) + (1 << 20);

/// Whole records of one segment, or its header and whole records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub(super) name: SegmentName,
    /// Where in the file.
    pub(super) at: u64,
    pub(super) bytes: Vec<u8>,
    /// The chain after it.
    pub(super) end: Chain,
}

/// What came is no piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PieceError {
    /// It is shorter than it says it is, or than any piece.
    #[error("a piece of the journal came cut short")]
    Short,
    /// It is longer than any piece.
    #[error("a piece of the journal of {0} bytes is too long to be one")]
    Long(usize),
}

impl Piece {
    /// The last record's number after it.
    pub const fn last_seq(&self) -> Seq {
        self.end.seq
    }

    /// Which start wrote it.
    pub const fn epoch(&self) -> u32 {
        self.name.epoch
    }

    /// As it travels.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(LEAD_BYTES + self.bytes.len());
        out.extend_from_slice(&self.name.epoch.to_le_bytes());
        out.extend_from_slice(&self.name.index.to_le_bytes());
        out.extend_from_slice(&self.at.to_le_bytes());
        out.extend_from_slice(&self.end.seq.0.to_le_bytes());
        out.extend_from_slice(&self.end.head.0);
        out.extend_from_slice(&self.bytes);
        out
    }

    /// Reads what [`Piece::encode`] wrote. Nothing in it is believed before [`super::Replica::take`] has proved it.
    ///
    /// # Errors
    /// [`PieceError`].
    pub fn decode(bytes: &[u8]) -> Result<Piece, PieceError> {
        let (epoch, rest) = bytes.split_first_chunk().ok_or(PieceError::Short)?;
        let (index, rest) = rest.split_first_chunk().ok_or(PieceError::Short)?;
        let (at, rest) = rest.split_first_chunk().ok_or(PieceError::Short)?;
        let (seq, rest) = rest.split_first_chunk().ok_or(PieceError::Short)?;
        let (head, rest) = rest.split_first_chunk().ok_or(PieceError::Short)?;
        if rest.is_empty() {
            return Err(PieceError::Short);
        }
        if MOST_BYTES < rest.len() {
            return Err(PieceError::Long(rest.len()));
        }
        Ok(Piece {
            name: SegmentName {
                epoch: u32::from_le_bytes(*epoch),
                index: u32::from_le_bytes(*index),
            },
            at: u64::from_le_bytes(*at),
            bytes: rest.to_vec(),
            end: Chain { seq: Seq(u64::from_le_bytes(*seq)), head: ChainHash(*head) },
        })
    }
}
