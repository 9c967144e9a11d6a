//! The exchange's memory: one line a fact, each with its checksum, so that a venue survives a kill of the process.
//!
//! Facts are handed to the system before anybody is told. They are not synced to disk: the venue is to outlive
//! this process, not the machine.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aurora_matching::exchange::{ExchangeEvent, ExchangeFact, RestoreError};

/// Why a venue's facts cannot be taken up.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// The file cannot be read or written.
    #[error("cannot open {}", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line is not what was written.
    #[error("line {line} of {} is damaged: move the file aside to begin anew", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// The facts contradict the listings.
    #[error("the facts do not fit this venue")]
    Restore(#[from] RestoreError),
}

/// The open log.
#[derive(Debug)]
pub(crate) struct FactLog {
    file: File,
    lines: String,
}

impl FactLog {
    /// Reads every fact, cuts a last line that a crash left unfinished, and opens the file for more.
    pub(crate) fn open(path: &Path) -> Result<(FactLog, Vec<ExchangeFact>), FactsError> {
        let failed = |source| FactsError::Open { path: path.to_owned(), source };
        let text = match std::fs::read_to_string(path) {
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(failed)?,
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let facts = text[..whole].lines().enumerate().map(|(place, line)| {
            fact(line).ok_or_else(|| FactsError::Damaged { path: path.to_owned(), line: place + 1 })
        });
        let facts = facts.collect::<Result<Vec<_>, _>>()?;
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
        if whole < text.len() {
            file.set_len(whole as u64).map_err(failed)?;
        }
        Ok((FactLog { file, lines: String::new() }, facts))
    }

    /// Writes what the events leave, all in one call.
    ///
    /// # Panics
    /// When the file cannot be written: a venue that forgets what it said must not go on.
    pub(crate) fn write(&mut self, events: &[ExchangeEvent]) {
        use std::fmt::Write as _;
        self.lines.clear();
        for fact in events.iter().filter_map(ExchangeFact::of) {
            let line = fact.encode();
            writeln!(self.lines, "{:08x} {line}", crc32c::crc32c(line.as_bytes()))
                .expect("a String takes all");
        }
        if !self.lines.is_empty() {
            self.file.write_all(self.lines.as_bytes()).expect("the venue's facts can be written");
        }
    }
}

fn fact(line: &str) -> Option<ExchangeFact> {
    let (crc, text) = line.split_once(' ')?;
    let is_whole = u32::from_str_radix(crc, 16).ok() == Some(crc32c::crc32c(text.as_bytes()));
    ExchangeFact::parse(text).ok().filter(|_| is_whole)
}
