//! Reading a journal while another process writes it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::piece::Piece;
use crate::disk::{Disk, SystemDisk};
use crate::segment::{
    Chain, ChainHash, HEADER_BYTES, Header, JournalError, Layout, SegmentName, Seq, decode, list,
};

/// What is read at once; a longer record is read by itself.
const READ_BYTES: u64 = 256 << 10;
const LONGEST_BYTES: u64 = crate::segment::MAX_PAYLOAD_BYTES as u64 + 256;

/// Where a copy of the journal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub(super) name: SegmentName,
    /// Behind the last record in that file.
    pub(super) at: u64,
    pub(super) chain: Chain,
}

impl Position {
    /// How many bytes it travels as.
    pub const BYTES: usize = 4 + 4 + 8 + 8 + 16;

    /// The last record's number.
    pub const fn last_seq(&self) -> Seq {
        self.chain.seq
    }

    /// Which start wrote the last segment.
    pub const fn epoch(&self) -> u32 {
        self.name.epoch
    }

    /// As it travels.
    pub fn encode(&self) -> [u8; Position::BYTES] {
        let mut out = [0; Position::BYTES];
        out[..4].copy_from_slice(&self.name.epoch.to_le_bytes());
        out[4..8].copy_from_slice(&self.name.index.to_le_bytes());
        out[8..16].copy_from_slice(&self.at.to_le_bytes());
        out[16..24].copy_from_slice(&self.chain.seq.0.to_le_bytes());
        out[24..].copy_from_slice(&self.chain.head.0);
        out
    }

    /// Reads what [`Position::encode`] wrote; `None` for a copy that has nothing yet.
    pub fn decode(bytes: &[u8; Position::BYTES]) -> Option<Position> {
        let u64_at = |at: usize| Some(u64::from_le_bytes(*bytes[at..].first_chunk()?));
        let u32_at = |at: usize| Some(u32::from_le_bytes(*bytes[at..].first_chunk()?));
        let name = SegmentName { epoch: u32_at(0)?, index: u32_at(4)? };
        let chain = Chain { seq: Seq(u64_at(16)?), head: ChainHash(*bytes[24..].first_chunk()?) };
        (name.epoch != 0).then_some(Position { name, at: u64_at(8)?, chain })
    }
}

/// Reads a journal that grows, piece by piece. It takes no lock and writes nothing.
#[derive(Debug)]
pub struct Tail {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    here: Option<Here>,
    /// Where the copy ends, until the first segment is chosen.
    from: Option<Position>,
    /// The segment ended here, and a later one begins further on: seen once, perhaps between two writes.
    was_short: bool,
}

#[derive(Clone, Copy, Debug)]
struct Here {
    name: SegmentName,
    layout: Layout,
    at: u64,
    chain: Chain,
}

impl Tail {
    /// Begins where a copy ends; with `None` at the first record.
    pub fn open(dir: &Path, from: Option<Position>) -> Tail {
        Tail::open_on(Arc::new(SystemDisk), dir, from)
    }

    /// [`Tail::open`] on another disk than this machine's.
    pub fn open_on(disk: Arc<dyn Disk>, dir: &Path, from: Option<Position>) -> Tail {
        Tail { disk, dir: dir.to_owned(), here: None, from, was_short: false }
    }

    /// What comes next; `None` when nothing has been written since. `poll`, not `next`: there may be more later.
    ///
    /// # Errors
    /// When the folder cannot be read, is of a newer format, or is damaged; and when the copy and this journal
    /// have parted.
    pub fn poll(&mut self) -> Result<Option<Piece>, JournalError> {
        let Some(here) = self.here else { return self.begin() };
        if let Some(piece) = self.read(here)? {
            self.was_short = false;
            return Ok(Some(piece));
        }
        self.follow(here)
    }

    fn begin(&mut self) -> Result<Option<Piece>, JournalError> {
        let names = list(&*self.disk, &self.dir)?;
        let Some(from) = self.from else {
            let Some(first) = self.begun(names.iter().copied())? else { return Ok(None) };
            return self.enter(first.name);
        };
        let later = names.iter().copied().filter(|name| from.name < *name);
        if let Some(header) = self.begun(later)?
            && (header.start.seq < from.chain.seq || !names.contains(&from.name))
        {
            if from.chain.seq < header.start.seq {
                return Err(self.parted(from));
            }
            return self.enter(header.name);
        }
        if !names.contains(&from.name) {
            // The copy is newer than this journal: nothing to be had here, yet.
            return Ok(None);
        }
        let Some(header) = self.header(from.name)? else { return Ok(None) };
        let layout = self.layout(&header)?;
        self.here = Some(Here { name: from.name, layout, at: from.at, chain: from.chain });
        self.poll()
    }

    /// Goes to the beginning of a segment; its header and what is behind it are the piece.
    fn enter(&mut self, name: SegmentName) -> Result<Option<Piece>, JournalError> {
        let Some(header) = self.header(name)? else { return Ok(None) };
        let layout = self.layout(&header)?;
        let here = Here { name, layout, at: HEADER_BYTES as u64, chain: header.start };
        let mut bytes = header_bytes(&*self.disk, &self.path(name))?;
        let more = self.read(here)?;
        if more.is_none() {
            self.here = Some(here);
        }
        let end = more.as_ref().map_or(header.start, |more| more.end);
        bytes.extend(more.map(|more| more.bytes).unwrap_or_default());
        Ok(Some(Piece { name, at: 0, bytes, end }))
    }

    /// Whole records from here on.
    fn read(&mut self, here: Here) -> Result<Option<Piece>, JournalError> {
        let path = self.path(here.name);
        let read = |most| {
            let bytes = self.disk.read_from(&path, here.at, most);
            bytes.map_err(JournalError::io("read", &path))
        };
        let mut bytes = read(READ_BYTES)?;
        let (mut used, mut chain) = whole(&bytes, here);
        if used == 0 && bytes.len() as u64 == READ_BYTES && bytes.iter().any(|byte| *byte != 0) {
            bytes = read(LONGEST_BYTES)?;
            (used, chain) = whole(&bytes, here);
        }
        if used == 0 {
            return Ok(None);
        }
        bytes.truncate(used);
        self.here = Some(Here { at: here.at + used as u64, chain, ..here });
        Ok(Some(Piece { name: here.name, at: here.at, bytes, end: chain }))
    }

    /// Nothing more here: perhaps another segment has taken over.
    fn follow(&mut self, here: Here) -> Result<Option<Piece>, JournalError> {
        let names = list(&*self.disk, &self.dir)?;
        let later = names.into_iter().filter(|name| here.name < *name);
        let Some(header) = self.begun(later)? else { return Ok(None) };
        if header.start.seq <= here.chain.seq {
            self.was_short = false;
            return self.enter(header.name);
        }
        // Records and the next segment may have come between our two looks.
        if !std::mem::replace(&mut self.was_short, true) {
            return Ok(None);
        }
        Err(JournalError::Damaged {
            path: self.path(here.name),
            offset: here.at,
            seq: here.chain.seq.next(),
            what: "the record is not there, but the next segment begins after it",
        })
    }

    /// The first of them with a header. One that its writer never came to begin stays empty for ever.
    fn begun(
        &self,
        names: impl IntoIterator<Item = SegmentName>,
    ) -> Result<Option<Header>, JournalError> {
        for name in names {
            if let Some(header) = self.header(name)? {
                return Ok(Some(header));
            }
        }
        Ok(None)
    }

    fn header(&self, name: SegmentName) -> Result<Option<Header>, JournalError> {
        let bytes = header_bytes(&*self.disk, &self.path(name))?;
        Ok(Header::decode(&bytes).filter(|header| header.name == name))
    }

    fn layout(&self, header: &Header) -> Result<Layout, JournalError> {
        let (path, version) = (self.path(header.name), header.version);
        header.layout().ok_or(JournalError::Version { path, version })
    }

    fn path(&self, name: SegmentName) -> PathBuf {
        self.dir.join(name.to_string())
    }

    fn parted(&self, from: Position) -> JournalError {
        JournalError::Damaged {
            path: self.path(from.name),
            offset: from.at,
            seq: from.chain.seq.next(),
            what: "the copy ends where this journal never was: set the copy aside and begin a new one",
        }
    }
}

fn header_bytes(disk: &dyn Disk, path: &Path) -> Result<Vec<u8>, JournalError> {
    disk.read(path, HEADER_BYTES as u64).map_err(JournalError::io("read", path))
}

/// How many of the bytes are whole records that continue the chain, and the chain behind them.
fn whole(bytes: &[u8], here: Here) -> (usize, Chain) {
    let (mut used, mut chain) = (0, here.chain);
    while let Some(frame) = decode(&bytes[used..], here.layout) {
        if !chain.continues_with(&frame) {
            break;
        }
        chain = Chain { seq: frame.seq, head: frame.hash() };
        used += frame.bytes();
    }
    (used, chain)
}
