//! The exchange's memory: what it did, so that a venue survives a kill of the process.

use std::path::Path;

use aurora_journal::{LineLog, LineLogError};
use aurora_matching::exchange::{ExchangeEvent, ExchangeFact, RestoreError};

/// Why a venue's facts cannot be taken up.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// The file cannot be read or written, or is damaged.
    #[error(transparent)]
    Log(#[from] LineLogError),
    /// The facts contradict the listings.
    #[error("the facts do not fit this venue")]
    Restore(#[from] RestoreError),
}

/// The open log.
#[derive(Debug)]
pub(crate) struct FactLog(LineLog);

impl FactLog {
    /// Reads every fact, and opens the file for more.
    pub(crate) fn open(path: &Path) -> Result<(FactLog, Vec<ExchangeFact>), LineLogError> {
        let (log, facts) = LineLog::open(path, |line| ExchangeFact::parse(line).ok())?;
        Ok((FactLog(log), facts))
    }

    /// Writes what the events leave, all in one call.
    ///
    /// # Panics
    /// When the file cannot be written: a venue that forgets what it said must not go on.
    pub(crate) fn write(&mut self, events: &[ExchangeEvent]) {
        let facts = events.iter().filter_map(ExchangeFact::of);
        self.0.write(facts.map(|fact| fact.encode())).expect("the venue's facts can be written");
    }
}
