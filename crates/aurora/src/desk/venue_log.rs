//! The paper venue's memory: one line a fact, each with its checksum, so that the venue survives a
//! kill of the whole process as a real one would.
//!
//! A fact is handed to the system before the report about it is delivered. It is not synced to disk:
//! the venue is to outlive this process, not the machine.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use aurora_matching::VenueFact;

/// The open log.
pub(crate) struct VenueLog {
    file: File,
    line: String,
}

impl VenueLog {
    /// Reads every fact of the log, cuts a last line that a crash left unfinished, and opens it for more.
    pub(crate) fn open(path: &Path) -> Result<(VenueLog, Vec<VenueFact>)> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(other) => return Err(other).with_context(|| path.display().to_string()),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let facts = facts(&text[..whole])
            .with_context(|| format!("paper venue's log {}", path.display()))?;
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        if whole < text.len() {
            file.set_len(whole as u64)?;
        }
        Ok((VenueLog { file, line: String::new() }, facts))
    }

    /// Writes facts, all in one call.
    pub(crate) fn write(&mut self, facts: &[VenueFact]) -> Result<()> {
        if facts.is_empty() {
            return Ok(());
        }
        self.line.clear();
        for fact in facts {
            let line = fact.encode();
            self.line.push_str(&format!("{:08x} {line}\n", crc32c::crc32c(line.as_bytes())));
        }
        self.file.write_all(self.line.as_bytes()).context("the paper venue's log cannot be written")
    }
}

/// The facts of a log, which every test may read to know the venue's side of the story.
pub(crate) fn facts(text: &str) -> Result<Vec<VenueFact>> {
    let mut facts = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let (crc, fact) =
            line.split_once(' ').with_context(|| format!("line {} has no checksum", number + 1))?;
        if u32::from_str_radix(crc, 16).ok() != Some(crc32c::crc32c(fact.as_bytes())) {
            bail!(
                "line {} is damaged: move the file aside to begin a new paper account",
                number + 1
            );
        }
        facts.push(VenueFact::parse(fact)?);
    }
    Ok(facts)
}
