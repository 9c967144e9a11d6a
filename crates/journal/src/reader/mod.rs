//! Reading a journal back: every record checked, the end told from damage.
//!
//! A segment that another follows ends where the follower's header says it begins. What lies behind that is
//! not part of the journal: a torn tail that was cut at a restart, or the late writes of a writer that
//! was already replaced. The newest segment ends at the first bytes that are no record. That is damage
//! when the record that should be there was durable once: a whole record of a later commit lies behind
//! it, or the mark beside the folder knows it. Otherwise it is the torn tail of a last commit, of which a
//! power cut may have kept any sectors; nobody was told that it had succeeded.
//! (Records of format 1 do not tell their commit: any whole one behind the end is damage.)

mod verify;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_planted::{Bug, active};
pub use verify::{Report, SegmentReport, verify, verify_on};

use crate::disk::{Disk, SystemDisk};
use crate::mark::{self, Mark};
use crate::segment::{
    Chain, ChainHash, Frame, HEADER_BYTES, Header, JournalError, Layout, SegmentName, Seq, decode,
    is_there_a_record, list, was_durable,
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
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    /// What must be there at least.
    mark: Option<Mark>,
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
    /// `None` when the header cannot be read: then no record is part of the journal.
    layout: Option<Layout>,
    /// The next record begins here.
    at: usize,
    /// Where the next segment takes over; `None` for the newest.
    until: Option<Chain>,
    /// What the mark says was durable.
    marked: Seq,
    /// What the records say was durable was so on another disk.
    is_copy: bool,
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
        Reader::open_on(Arc::new(SystemDisk), dir)
    }

    /// [`Reader::open`] on another disk than this machine's.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open_on(disk: Arc<dyn Disk>, dir: &Path) -> Result<Reader, JournalError> {
        // Before the segments: a writer that goes on meanwhile may be ahead of its mark, never behind.
        let mark = mark::read(&*disk, dir)?;
        let names = list(&*disk, dir)?;
        let mut headers = Vec::new();
        for name in &names {
            let path = dir.join(name.to_string());
            let start = disk.read(&path, HEADER_BYTES as u64);
            let start = start.map_err(JournalError::io("read", &path))?;
            let Some(header) = Header::decode(&start) else { continue };
            if header.layout().is_none() {
                return Err(JournalError::Version { path, version: header.version });
            }
            headers.push(header);
        }
        // Nor are the segments that a writer began after it was replaced.
        let late = late_segments(&headers);
        headers.retain(|header| !late.contains(&header.name));
        let names: Vec<SegmentName> =
            names.into_iter().filter(|name| !late.contains(name)).collect();
        // A writer that was replaced while it slept may have marked what it wrote after its successor had begun.
        let is_late = |mark: &Mark| {
            let successor = headers.iter().find(|header| mark.epoch < header.name.epoch);
            successor.is_some_and(|header| header.start.seq < mark.chain.seq)
        };
        let mark = mark.filter(|mark| !is_late(mark));
        Ok(Reader {
            disk,
            dir: dir.to_owned(),
            mark,
            names: names.into_iter(),
            headers,
            current: None,
            chain: Chain::default(),
            done: Vec::new(),
            is_over: false,
        })
    }

    /// Begins at the segment that holds that record, before the first record is read. What lies before the
    /// segment is not looked at.
    pub fn skip_to(&mut self, seq: Seq) {
        let begins_before = |header: &&Header| header.start.seq < seq;
        if let Some(header) = self.headers.iter().rev().find(begins_before) {
            let names = self.names.as_slice().iter().copied();
            self.names = names.filter(|name| header.name <= *name).collect::<Vec<_>>().into_iter();
            self.chain = header.start;
        }
    }

    /// The last record before the first start that is newer than that one; `None` when there is no newer one.
    pub fn before_newer_than(&self, epoch: u32) -> Option<Seq> {
        let newer = self.headers.iter().find(|header| epoch < header.name.epoch);
        newer.map(|header| header.start.seq)
    }

    /// The number and hash of the last record read.
    pub const fn reached(&self) -> Chain {
        self.chain
    }

    /// The segments read to their end so far.
    pub fn segments(&self) -> &[SegmentReport] {
        &self.done
    }

    /// The last record that was durable once, by the mark beside the folder; `None` without a mark.
    pub fn marked(&self) -> Option<Seq> {
        self.mark.map(|mark| mark.chain.seq)
    }

    /// The newest start that left a trace, after reading to the end; zero when there was none.
    pub(crate) fn last_epoch(&self) -> u32 {
        let known = self.mark.map_or(0, |mark| mark.epoch);
        self.done.iter().map(|segment| segment.epoch).fold(known, u32::max)
    }

    fn next_record(&mut self) -> Result<Option<Record>, JournalError> {
        loop {
            if let Some(segment) = &mut self.current {
                match segment.next(&*self.disk, &mut self.chain)? {
                    Next::Record(record) => {
                        self.agrees_with_the_mark("it holds another record of that number")?;
                        return Ok(Some(record));
                    }
                    Next::End => self.done.extend(self.current.take().map(|ended| ended.report)),
                }
                continue;
            }
            let Some(name) = self.names.next() else {
                return self.is_all_there().map(|()| None);
            };
            self.current = Some(self.begin(name)?);
        }
    }

    /// At the marked record: whether it is the one the mark means.
    fn agrees_with_the_mark(&self, what: &'static str) -> Result<(), JournalError> {
        match self.mark {
            Some(mark) if mark.chain.seq == self.chain.seq && mark.chain != self.chain => {
                Err(self.older(mark, what))
            }
            _ => Ok(()),
        }
    }

    fn is_all_there(&self) -> Result<(), JournalError> {
        match self.mark {
            Some(mark) if self.chain.seq < mark.chain.seq => {
                Err(self.older(mark, "an older copy was put back, or its end is lost"))
            }
            _ => Ok(()),
        }
    }

    fn older(&self, mark: Mark, what: &'static str) -> JournalError {
        JournalError::Older {
            dir: self.dir.clone(),
            mark: mark::path(&self.dir),
            last: self.chain.seq,
            marked: mark.chain.seq,
            what,
        }
    }

    /// Opens a segment and checks that it continues the chain.
    fn begin(&self, name: SegmentName) -> Result<Segment, JournalError> {
        let path = self.dir.join(name.to_string());
        let bytes = self.disk.read(&path, u64::MAX).map_err(JournalError::io("read", &path))?;
        let until =
            self.headers.iter().find(|header| name < header.name).map(|header| header.start);
        let report = SegmentReport::new(&path, name, self.chain);
        let marked = self.mark.map_or(Seq(0), |mark| mark.chain.seq);
        let is_copy = self.mark.is_some_and(|mark| mark.is_copy);
        let header = Header::decode(&bytes);
        let layout = header.and_then(|header| header.layout());
        let was_read_again = false;
        let mut segment =
            Segment { path, bytes, layout, at: 0, until, marked, is_copy, was_read_again, report };
        let Some(header) = header else {
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

/// Segments that begin where a later epoch had already taken over; headers come oldest first.
fn late_segments(headers: &[Header]) -> Vec<SegmentName> {
    let mut late = Vec::new();
    // Where the first of all newer epochs begins, and the same with the epoch at hand.
    let (mut newer, mut newest, mut epoch) = (Seq(u64::MAX), Seq(u64::MAX), u32::MAX);
    for header in headers.iter().rev() {
        if header.name.epoch != epoch {
            (newer, epoch) = (newest, header.name.epoch);
        }
        newest = newest.min(header.start.seq);
        if newer < header.start.seq {
            late.push(header.name);
        }
    }
    late
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
    fn next(&mut self, disk: &dyn Disk, chain: &mut Chain) -> Result<Next, JournalError> {
        let until = self.until.filter(|_| !active(Bug::LateWritesRead));
        if until.is_some_and(|until| until.seq <= chain.seq) {
            return self.handed_over(chain);
        }
        loop {
            let found = self.layout.and_then(|layout| decode(&self.bytes[self.at..], layout));
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
                    self.read_again(disk)?;
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
        self.report.cut_bytes = used(&self.bytes[self.at..]) as u64;
        Ok(Next::End)
    }

    /// No record here: the end, a torn tail, or damage.
    fn end(&mut self, chain: &Chain) -> Result<Next, JournalError> {
        let rest = &self.bytes[self.at..];
        let rest = &rest[..used(rest)];
        if self.until.is_some() {
            let what = match rest {
                [] => "the record is not there, but the next segment begins after it",
                _ => "the record does not match its checksum",
            };
            return Err(self.damaged(chain, what));
        }
        let missing = chain.seq.next();
        let was_there = match self.layout {
            Some(_) if missing <= self.marked => true,
            Some(layout) => !self.is_copy && was_durable(missing, rest, layout),
            // The header was durable before the first record.
            None => is_there_a_record(missing, rest),
        };
        if !rest.is_empty() && was_there {
            let what = match self.layout {
                Some(_) => "the record does not match its checksum",
                None => "the header does not match its checksum",
            };
            return Err(self.damaged(chain, what));
        }
        self.report.torn_bytes = rest.len() as u64;
        self.report.is_newest = true;
        Ok(Next::End)
    }

    fn read_again(&mut self, disk: &dyn Disk) -> Result<(), JournalError> {
        self.was_read_again = true;
        let bytes = disk.read(&self.path, u64::MAX);
        let bytes = bytes.map_err(JournalError::io("read", &self.path))?;
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
fn used(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests;
