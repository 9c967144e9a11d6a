//! One file as market events.

use std::path::Path;

use aurora_model::{Instrument, InstrumentNo, Level, MarketEvent, Nanos};

use crate::decode::Decoder;
use crate::tape::error::TapeError;
use crate::tape::lines::Lines;

/// Plays one file, a line at a time.
#[derive(Debug)]
pub struct TapeReader {
    lines: Lines,
    decoder: Decoder,
    symbol: Vec<u8>,
    instrument: InstrumentNo,
    shift: Nanos,
}

impl TapeReader {
    /// Opens a file of that instrument's frames. `shift` is added to every receive time.
    ///
    /// # Panics
    /// When the instrument's tick or lot is not above zero.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(
        path: &Path,
        no: InstrumentNo,
        instrument: &Instrument,
        shift: Nanos,
    ) -> Result<TapeReader, TapeError> {
        let decoder = Decoder::new(instrument).expect("an instrument has a tick and a lot");
        let symbol = instrument.symbol.clone().into_bytes();
        Ok(TapeReader { lines: Lines::open(path)?, decoder, symbol, instrument: no, shift })
    }

    /// The next event; `None` at the end. Frames of other symbols and streams we have no use for are
    /// passed over. `levels` is overwritten; keep it from call to call and nothing is allocated.
    ///
    /// # Errors
    /// On a damaged line. After [`TapeError::is_one_line`] the next call goes on behind it.
    pub fn next_event<'a>(
        &mut self,
        levels: &'a mut Vec<Level>,
    ) -> Result<Option<MarketEvent<'a>>, TapeError> {
        let Some(head) = self.next_head(levels)? else { return Ok(None) };
        Ok(Some(head.with_levels(levels)))
    }

    /// The same, with the levels left in the buffer.
    pub(crate) fn next_head(
        &mut self,
        levels: &mut Vec<Level>,
    ) -> Result<Option<MarketEvent<'static>>, TapeError> {
        while let Some(line) = self.lines.next()? {
            let received_at = line.received_at;
            match self.decoder.decode_head(line.frame, levels) {
                Ok(Some(head)) if is_ours(head.symbol, &self.symbol) => {
                    return Ok(Some(MarketEvent {
                        instrument: self.instrument,
                        exchange_at: head.exchange_at,
                        received_at: received_at + self.shift,
                        kind: head.kind.with_levels(&[]),
                    }));
                }
                Ok(_) => {}
                Err(source) => {
                    let (path, line) = (self.lines.path().into(), self.lines.line_no());
                    return Err(TapeError::Frame { path, line, source });
                }
            }
        }
        Ok(None)
    }

    /// The line the last event came from, from one.
    pub fn line_no(&self) -> u64 {
        self.lines.line_no()
    }
}

/// A snapshot of spot, and every one before 2024, does not name its symbol.
fn is_ours(symbol: &[u8], ours: &[u8]) -> bool {
    symbol.is_empty() || symbol == ours
}
