//! Reading a journal back: every record checked, the end told from damage.
//!
//! A segment that another follows ends where the follower's header says it begins. What lies behind that is
//! not part of the journal: a torn tail that was cut at a restart, or the late writes of a writer that
//! was already replaced. The newest segment ends at the first bytes that are no record. When a whole
//! record lies anywhere behind them, it is not the end but damage, and reading stops with an error.
//! (A power cut in the middle of one commit of many pages can look the same, because pages reach the disk in
//! any order; nothing in it was durable, but that cannot be proved from the file, so it is an error too.)

mod verify;

use std::fs;
use std::path::{Path, PathBuf};

pub use verify::{Report, SegmentReport, verify};

use crate::segment::{
    Chain, ChainHash, Frame, HEADER_BYTES, Header, JournalError, SegmentName, Seq, VERSION,
    contains_record, decode, list,
};

/// A record as it was appended, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub seq: Seq,
    /// What kind of record; the journal gives it no meaning.
    pub kind: u8,
    /// What was appended.
    pub payload: Vec<u8>,
    /// The chain up to and including it.
    pub hash: ChainHash,
    /// Which start wrote it.
    pub epoch: u32,
    /// The first byte of it in its segment file.
    pub offset: u64,
}

/// Reads every record of a folder, oldest first; after an error it yields nothing more.
///
/// A journal that is being written can be read too: the end is then where the writer was.
#[derive(Debug)]
pub struct Reader {
    dir: PathBuf,
    names: std::vec::IntoIter<SegmentName>,
    /// Headers of the segments that have a whole one, oldest first.
    headers: Vec<Header>,
    current: Option<Segment>,
    chain: Chain,
    done: Vec<SegmentReport>,
    is_over: bool,
}

/// The segment being read.
#[derive(Debug)]
struct Segment {
    path: PathBuf,
    bytes: Vec<u8>,
    /// The next record begins here.
    at: usize,
    /// Where the next segment takes over; `None` for the newest.
    until: Option<Chain>,
    was_read_again: bool,
    report: SegmentReport,
}

/// What comes next in a segment.
enum Next {
    Record(Record),
    End,
}

impl Reader {
    /// Begins at the first record of the folder. A folder that does not exist is an empty journal.
    ///
    /// # Errors
    /// When the folder cannot be read, or a newer Aurora wrote it.
    pub fn open(dir: &Path) -> Result<Reader, JournalError> {
        let names = list(dir)?;
        let mut headers = Vec::new();
        for name in &names {
            let path = dir.join(name.to_string());
            let Some(header) = read_header(&path)? else { continue };
            if header.version != VERSION {
                return Err(JournalError::Version { path, version: header.version });
            }
            headers.push(header);
        }
        Ok(Reader {
            dir: dir.to_owned(),
            names: names.into_iter(),
            headers,
            current: None,
            chain: Chain::default(),
            done: Vec::new(),
            is_over: false,
        })
    }

    /// The number and hash of the last record read.
    pub const fn reached(&self) -> Chain {
        self.chain
    }

    /// The segments read to their end so far.
    pub fn segments(&self) -> &[SegmentReport] {
        &self.done
    }

    fn next_record(&mut self) -> Result<Option<Record>, JournalError> {
        loop {
            if let Some(segment) = &mut self.current {
                match segment.next(&mut self.chain)? {
                    Next::Record(record) => return Ok(Some(record)),
                    Next::End => self.done.extend(self.current.take().map(|ended| ended.report)),
                }
                continue;
            }
            let Some(name) = self.names.next() else { return Ok(None) };
            self.current = Some(self.begin(name)?);
        }
    }

    /// Opens a segment and checks that it continues the chain.
    fn begin(&self, name: SegmentName) -> Result<Segment, JournalError> {
        let path = self.dir.join(name.to_string());
        let bytes = fs::read(&path).map_err(JournalError::io("read", &path))?;
        let until =
            self.headers.iter().find(|header| name < header.name).map(|header| header.start);
        let report = SegmentReport::new(&path, name, self.chain);
        let mut segment = Segment { path, bytes, at: 0, until, was_read_again: false, report };
        let Some(header) = Header::decode(&segment.bytes) else {
            // Its writer died while making it: no record was ever in it. `next` finds out if one was.
            return Ok(segment);
        };
        if header.name != name {
            return Err(segment.damaged(&self.chain, "the header belongs to another file"));
        }
        if header.start != self.chain {
            let what = "it does not follow the segment before it, or that one is missing";
            return Err(segment.damaged(&self.chain, what));
        }
        segment.at = HEADER_BYTES;
        segment.report.reached(self.chain.seq, segment.at);
        Ok(segment)
    }
}

impl Iterator for Reader {
    type Item = Result<Record, JournalError>;

    fn next(&mut self) -> Option<Result<Record, JournalError>> {
        if self.is_over {
            return None;
        }
        let next = self.next_record().transpose();
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}

impl Segment {
    fn next(&mut self, chain: &mut Chain) -> Result<Next, JournalError> {
        if self.until.is_some_and(|until| until.seq <= chain.seq) {
            return self.handed_over(chain);
        }
        loop {
            // Zero is where the header is unreadable: there is no record to begin with.
            let found = if self.at == 0 { None } else { decode(&self.bytes[self.at..]) };
            match found {
                Some(frame) if chain.continues_with(&frame) => {
                    let record = record(&frame, self.report.epoch, self.at);
                    *chain = Chain { seq: record.seq, head: record.hash };
                    self.at += frame.bytes();
                    self.report.reached(chain.seq, self.at);
                    self.was_read_again = false;
                    return Ok(Next::Record(record));
                }
                Some(_) => {
                    return Err(self.damaged(chain, "the record does not continue the chain"));
                }
                // Perhaps a live writer was in the middle of it: look once more.
                None if !self.was_read_again && used(&self.bytes[self.at..]) != 0 => {
                    self.read_again()?;
                }
                None => return self.end(chain),
            }
        }
    }

    /// The next segment begins here; what is left in this one is not part of the journal.
    fn handed_over(&mut self, chain: &Chain) -> Result<Next, JournalError> {
        if self.until != Some(*chain) {
            return Err(self.damaged(chain, "the next segment continues other records than these"));
        }
        self.report.cut_bytes = used(&self.bytes[self.at..]);
        Ok(Next::End)
    }

    /// No record here: the end, a torn tail, or damage.
    fn end(&mut self, chain: &Chain) -> Result<Next, JournalError> {
        let rest = &self.bytes[self.at..];
        let leftover = used(rest);
        if self.until.is_some() {
            let what = match leftover {
                0 => "the record is not there, but the next segment begins after it",
                _ => "the record does not match its checksum",
            };
            return Err(self.damaged(chain, what));
        }
        if leftover != 0 && contains_record(rest, chain.seq.next()) {
            return Err(self.damaged(chain, "the record does not match its checksum"));
        }
        self.report.torn_bytes = leftover;
        self.report.is_newest = true;
        Ok(Next::End)
    }

    fn read_again(&mut self) -> Result<(), JournalError> {
        self.was_read_again = true;
        let bytes = fs::read(&self.path).map_err(JournalError::io("read", &self.path))?;
        if self.at <= bytes.len() {
            self.bytes = bytes;
        }
        Ok(())
    }

    fn damaged(&self, chain: &Chain, what: &'static str) -> JournalError {
        let (path, offset) = (self.path.clone(), self.at as u64);
        JournalError::Damaged { path, offset, seq: chain.seq.next(), what }
    }
}

fn record(frame: &Frame<'_>, epoch: u32, at: usize) -> Record {
    Record {
        seq: frame.seq,
        kind: frame.kind,
        payload: frame.payload.to_vec(),
        hash: frame.hash(),
        epoch,
        offset: at as u64,
    }
}

/// How many bytes there are before the zeros that fill the file.
fn used(bytes: &[u8]) -> u64 {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1)
}

fn read_header(path: &Path) -> Result<Option<Header>, JournalError> {
    use std::io::Read;
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    fs::File::open(path)
        .and_then(|file| file.take(HEADER_BYTES as u64).read_to_end(&mut bytes))
        .map_err(JournalError::io("read", path))?;
    Ok(Header::decode(&bytes))
}

#[cfg(test)]
mod tests;
