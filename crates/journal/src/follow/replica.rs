//! Writing a copy of a journal, everything proved before it is written.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_planted::{Bug, active};

use super::piece::Piece;
use super::tail::Position;
use crate::disk::{Disk, DiskFile, Lock, SystemDisk};
use crate::mark::MarkFile;
use crate::reader::{Reader, Record, SegmentReport};
use crate::segment::{Chain, HEADER_BYTES, Header, JournalError, Layout, SegmentName, Seq, decode};
use crate::writer::{lock, read_and_settle};

/// A copy of a journal that grows. The folder is ours as long as the value is.
#[derive(Debug)]
pub struct Replica {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    file: Option<File>,
    chain: Chain,
    mark: Option<MarkFile>,
    is_synced: bool,
    _lock: Guard,
}

/// Held, not looked at.
struct Guard(#[expect(dead_code, reason = "it is held, not read")] Lock);

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guard")
    }
}

#[derive(Debug)]
struct File {
    file: Box<dyn DiskFile>,
    path: PathBuf,
    name: SegmentName,
    layout: Layout,
    end: u64,
}

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It continues the copy; its records were given out.
    Continued,
    /// It begins before the copy's end: the records from there on are no part of the journal any more. Open
    /// the replica anew and begin again with what is given out then.
    Rewound,
    /// It was here already.
    Known,
}

impl Replica {
    /// Takes up the copy in that folder, or begins one, and gives out its records from the first on.
    ///
    /// # Errors
    /// When the folder is in use or cannot be read, or the copy is damaged.
    pub fn open(dir: &Path, on_record: &mut dyn FnMut(Record)) -> Result<Replica, JournalError> {
        Replica::open_on(Arc::new(SystemDisk), dir, on_record)
    }

    /// [`Replica::open`] on another disk than this machine's.
    ///
    /// # Errors
    /// As [`Replica::open`].
    pub fn open_on(
        disk: Arc<dyn Disk>,
        dir: &Path,
        on_record: &mut dyn FnMut(Record),
    ) -> Result<Replica, JournalError> {
        let held = Guard(lock(&*disk, dir)?);
        let reader = read_and_settle(&disk, dir, on_record)?;
        // A segment may have been made right before the process ended, its name not durable yet.
        disk.sync_dir(dir).map_err(JournalError::io("sync", dir))?;
        let chain = reader.reached();
        // One without a header was never begun, and is begun anew when its turn comes.
        let is_newest = |segment: &&SegmentReport| segment.is_newest && segment.bytes != 0;
        let newest = reader.segments().iter().rev().find(is_newest).cloned();
        let mut replica = Replica {
            disk,
            dir: dir.to_owned(),
            file: None,
            chain,
            mark: None,
            is_synced: true,
            _lock: held,
        };
        if let Some(newest) = newest {
            let name = SegmentName { epoch: newest.epoch, index: newest.index };
            let start = replica.disk.read(&newest.path, HEADER_BYTES as u64);
            let start = start.map_err(JournalError::io("read", &newest.path))?;
            let header = Header::decode(&start).expect("the reader has just read it");
            replica.file = Some(replica.resume(header, newest.bytes)?);
            replica.mark = Some(MarkFile::open_of_copy(&*replica.disk, dir, (name.epoch, chain))?);
        }
        Ok(replica)
    }

    /// Where the copy ends; `None` when it has nothing yet.
    pub fn position(&self) -> Option<Position> {
        self.file.as_ref().map(|file| Position { name: file.name, at: file.end, chain: self.chain })
    }

    /// The last record's number.
    pub const fn last_seq(&self) -> Seq {
        self.chain.seq
    }

    /// Proves a piece, writes it and gives out its records. Not durable before [`Replica::sync`].
    ///
    /// # Errors
    /// [`JournalError::Damaged`] for a piece that does not continue the copy, and what the disk says.
    pub fn take(
        &mut self,
        piece: &Piece,
        on_record: &mut dyn FnMut(Record),
    ) -> Result<Taken, JournalError> {
        if self.file.as_ref().is_some_and(|file| {
            (piece.name, piece.at + piece.bytes.len() as u64) <= (file.name, file.end)
        }) {
            return Ok(Taken::Known);
        }
        let mut bytes = &piece.bytes[..];
        if piece.at == 0 {
            let header = Header::decode(bytes).filter(|header| header.name == piece.name);
            let header = header.ok_or_else(|| self.refused(piece, "its header is damaged"))?;
            bytes = &bytes[HEADER_BYTES..];
            if header.start.seq < self.chain.seq {
                self.may_go_back(piece, header)?;
                self.begin(header, header.start)?;
                return Ok(Taken::Rewound);
            }
            if header.start != self.chain {
                return Err(self.refused(piece, "its segment does not continue the copy"));
            }
            self.begin(header, self.chain)?;
        }
        let misplaced = |file: &File| {
            let at = piece.at + (piece.bytes.len() - bytes.len()) as u64;
            (file.name, file.end) != (piece.name, at)
        };
        if self.file.as_ref().is_none_or(misplaced) {
            return Err(self.refused(piece, "it does not begin where the copy ends"));
        }
        let records = self.proved(piece, bytes)?;
        self.append(bytes, piece.end)?;
        records.into_iter().for_each(on_record);
        Ok(Taken::Continued)
    }

    /// A newer start may have gone on from before the copy's end, if it went on from what is here.
    fn may_go_back(&self, piece: &Piece, header: Header) -> Result<(), JournalError> {
        if self.file.as_ref().is_none_or(|file| header.name.epoch <= file.name.epoch) {
            return Err(self.refused(piece, "it begins before the copy's end, and is not newer"));
        }
        let mut at_start = Chain::default();
        for record in Reader::open_on(Arc::clone(&self.disk), &self.dir)? {
            if at_start.seq == header.start.seq {
                break;
            }
            let record = record?;
            at_start = Chain { seq: record.seq, head: record.hash };
        }
        if at_start != header.start && !active(Bug::CopyGoesBackBlindly) {
            let what =
                "the copy has parted from this journal: set the copy aside and begin a new one";
            return Err(self.refused(piece, what));
        }
        Ok(())
    }

    /// Makes everything taken durable.
    ///
    /// # Errors
    /// What the disk says; then nobody knows what it holds before it is opened anew.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        if self.is_synced {
            return Ok(());
        }
        if let Some(file) = self.file.as_ref().filter(|_| !active(Bug::CopyNotSynced)) {
            file.file.sync().map_err(JournalError::io("sync", &file.path))?;
        }
        if let Some(mark) = &mut self.mark {
            mark.write(self.chain)?;
        }
        self.is_synced = true;
        Ok(())
    }

    /// Every record of the bytes, if they are whole records that continue the copy and nothing else.
    fn proved(&self, piece: &Piece, bytes: &[u8]) -> Result<Vec<Record>, JournalError> {
        let Some(file) = &self.file else { return Ok(Vec::new()) };
        let (mut chain, mut at, mut records) = (self.chain, 0, Vec::new());
        while at < bytes.len() {
            let frame = decode(&bytes[at..], file.layout)
                .ok_or_else(|| self.refused(piece, "a record does not match its checksum"))?;
            if !chain.continues_with(&frame) {
                return Err(self.refused(piece, "a record does not continue the chain"));
            }
            chain = Chain { seq: frame.seq, head: frame.hash() };
            records.push(Record {
                seq: frame.seq,
                kind: frame.kind,
                payload: frame.payload.to_vec(),
                hash: chain.head,
                epoch: file.name.epoch,
                offset: file.end + at as u64,
            });
            at += frame.bytes();
        }
        if chain != piece.end {
            return Err(self.refused(piece, "it does not end where it says"));
        }
        Ok(records)
    }

    fn append(&mut self, bytes: &[u8], end: Chain) -> Result<(), JournalError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let written = file.file.write_at(bytes, file.end);
        written.map_err(JournalError::io("write to", &file.path))?;
        file.end += bytes.len() as u64;
        self.chain = end;
        self.is_synced = false;
        Ok(())
    }

    /// Begins a segment's copy; the one before is durable first.
    fn begin(&mut self, header: Header, chain: Chain) -> Result<(), JournalError> {
        self.sync()?;
        // The mark first: it may lag behind the copy, never run ahead of it.
        self.mark =
            Some(MarkFile::open_of_copy(&*self.disk, &self.dir, (header.name.epoch, chain))?);
        let path = self.dir.join(header.name.to_string());
        let file = match self.disk.create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.disk.open(&path),
            created => created,
        };
        let file = file.map_err(JournalError::io("create", &path))?;
        file.write_at(&header.encode(), 0).map_err(JournalError::io("write to", &path))?;
        file.sync().map_err(JournalError::io("sync", &path))?;
        self.disk.sync_dir(&self.dir).map_err(JournalError::io("sync", &self.dir))?;
        drop(file);
        self.file = Some(self.resume(header, HEADER_BYTES as u64)?);
        self.chain = chain;
        Ok(())
    }

    /// Goes on behind the last whole record of a file; what was there of a later one is cut off.
    fn resume(&self, header: Header, end: u64) -> Result<File, JournalError> {
        let path = self.dir.join(header.name.to_string());
        let version = header.version;
        let layout =
            header.layout().ok_or_else(|| JournalError::Version { path: path.clone(), version })?;
        let file = self.disk.open(&path).map_err(JournalError::io("open", &path))?;
        file.set_len(end).map_err(JournalError::io("cut", &path))?;
        Ok(File { file, path, name: header.name, layout, end })
    }

    fn refused(&self, piece: &Piece, what: &'static str) -> JournalError {
        JournalError::Damaged {
            path: self.dir.join(piece.name.to_string()),
            offset: piece.at,
            seq: self.chain.seq.next(),
            what,
        }
    }
}
