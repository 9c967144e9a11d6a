//! What a file holds, told by reading it once.

use std::path::{Path, PathBuf};

use aurora_book::DiffIds;
use aurora_model::{Instrument, Level, Nanos};

use crate::decode::exchange_at;
use crate::precision::Precision;
use crate::rules::Market;
use crate::tape::error::TapeError;
use crate::tape::lines::Lines;
use crate::wire::{self, Frame, Stream};

/// Damaged lines and gaps beyond so many are counted, not listed.
const LISTED: usize = 20;

/// What one file holds.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The file.
    pub path: PathBuf,
    /// Which market its frames come from.
    pub market: Market,
    /// The venue's name of its instrument.
    pub symbol: String,
    /// Lines, damaged ones included.
    pub lines: u64,
    /// Diffs of the book.
    pub diffs: u64,
    /// Levels in those diffs and in snapshots.
    pub levels: u64,
    /// Best bids and asks.
    pub quotes: u64,
    /// Public trades.
    pub trades: u64,
    /// Whole books.
    pub snapshots: u64,
    /// Mark prices; not played.
    pub mark_prices: u64,
    /// Frames of other streams or other symbols; not played.
    pub others: u64,
    /// Receive time of the first and the last frame, by the recorder's clock.
    pub received: (Nanos, Nanos),
    /// The earliest time the venue gives for a diff, trade or snapshot; zero when none has a time.
    pub starts_at: Nanos,
    /// What must be added to the recorder's clock so that the smallest latency is zero; zero when no
    /// diff or trade has a time.
    pub shift: Nanos,
    /// Places where a diff does not follow the one before it.
    pub gaps: Vec<Gap>,
    /// How many gaps there are in all.
    pub gap_count: u64,
    /// Lines that cannot be read, each with what is wrong.
    pub damaged: Vec<(u64, String)>,
    /// How many damaged lines there are in all.
    pub damaged_count: u64,
    /// First and last update id of the diffs: a later file continues an earlier one when they join.
    pub first_diff: Option<DiffIds>,
    /// Last update id of the diffs.
    pub last_diff: Option<DiffIds>,
    pub(crate) precision: Precision,
}

/// A diff that does not follow the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The line of the diff, from one.
    pub line: u64,
    /// The last update before it.
    pub have: u64,
    /// The update it builds on.
    pub found: u64,
    /// When it was received, by the recorder's clock.
    pub received_at: Nanos,
}

impl Survey {
    /// Levels, quotes and trades: what counts as one event each.
    pub fn events(&self) -> u64 {
        self.levels + self.quotes + self.trades
    }

    /// The instrument by itself; files of one instrument are played with the finest steps of all.
    pub fn instrument(&self) -> Instrument {
        self.precision.instrument(self.market, &self.symbol)
    }
}

/// Reads the file once and says what it holds.
///
/// The clock shift is taken from diffs, trades and snapshots, by the matching engine's time (`T`) where
/// it is given, else by the time of sending (`E`): the streams a book and a tape of trades are made of.
///
/// # Errors
/// When the file cannot be read or holds no frame of Binance. Damaged lines are listed, not errors.
pub fn survey(path: &Path) -> Result<Survey, TapeError> {
    let mut lines = Lines::open(path)?;
    let mut count = Count::new(path);
    let mut levels = Vec::with_capacity(2048);
    loop {
        let read = lines
            .next()
            .map(|line| line.map(|line| (line.received_at, count.frame(line.frame, &mut levels))));
        let line_no = lines.line_no();
        if line_no == 1 {
            count.first_line = lines.last_begins();
        }
        match read {
            Ok(None) => break,
            Ok(Some((received_at, Ok(seen)))) => count.note(line_no, received_at, &seen, &levels),
            Ok(Some((_, Err(error)))) => count.damage(line_no, error.to_string()),
            Err(error) if error.is_one_line() => {
                count.damage(line_no, "not `<receive time> <JSON frame>`".to_owned());
            }
            Err(error) => return Err(error),
        }
    }
    count.survey.lines = lines.line_no();
    count.finish()
}

/// The survey while it is being taken.
struct Count {
    survey: Survey,
    market: Option<Market>,
    first_line: String,
    shift: Option<Nanos>,
}

/// What is kept of a frame after its bytes are gone.
struct Seen {
    stream: Stream,
    exchange_at: Nanos,
    diff: Option<DiffIds>,
}

impl Count {
    fn new(path: &Path) -> Count {
        let survey = Survey {
            path: path.into(),
            market: Market::Spot,
            symbol: String::new(),
            lines: 0,
            diffs: 0,
            levels: 0,
            quotes: 0,
            trades: 0,
            snapshots: 0,
            mark_prices: 0,
            others: 0,
            received: (Nanos(0), Nanos(0)),
            starts_at: Nanos(0),
            shift: Nanos(0),
            gaps: Vec::new(),
            gap_count: 0,
            damaged: Vec::new(),
            damaged_count: 0,
            first_diff: None,
            last_diff: None,
            precision: Precision::default(),
        };
        Count { survey, market: None, first_line: String::new(), shift: None }
    }

    fn frame(
        &mut self,
        bytes: &[u8],
        levels: &mut Vec<Level>,
    ) -> Result<Seen, aurora_wire::DecodeError> {
        let mut precision = self.survey.precision;
        let frame = wire::read(bytes, &mut precision, levels)?;
        let is_ours = self.is_ours(&frame);
        if is_ours {
            self.survey.precision = precision;
            self.market = self.market.or_else(|| Market::of(&frame));
        }
        let ids = frame.first_id.zip(frame.last_id).filter(|_| frame.stream == Stream::Depth);
        Ok(Seen {
            stream: if is_ours { frame.stream } else { Stream::Other },
            exchange_at: exchange_at(&frame),
            diff: ids.map(|(first, last)| DiffIds { first, last, prev: frame.prev_id }),
        })
    }

    /// The first symbol named is the file's.
    fn is_ours(&mut self, frame: &Frame<'_>) -> bool {
        if self.survey.symbol.is_empty() && !frame.symbol.is_empty() {
            self.survey.symbol = String::from_utf8_lossy(frame.symbol).into_owned();
        }
        frame.symbol.is_empty() || frame.symbol == self.survey.symbol.as_bytes()
    }

    fn note(&mut self, line: u64, received_at: Nanos, seen: &Seen, levels: &[Level]) {
        let survey = &mut self.survey;
        if survey.received.0 == Nanos(0) {
            survey.received.0 = received_at;
        }
        survey.received.1 = survey.received.1.max(received_at);
        match seen.stream {
            Stream::Depth => survey.diffs += 1,
            Stream::BookTicker => survey.quotes += 1,
            Stream::Trade => survey.trades += 1,
            Stream::Snapshot => survey.snapshots += 1,
            Stream::MarkPrice => survey.mark_prices += 1,
            Stream::AggTrade | Stream::Other => survey.others += 1,
        }
        if !matches!(seen.stream, Stream::Depth | Stream::Trade | Stream::Snapshot) {
            return;
        }
        survey.levels += levels.len() as u64;
        if seen.exchange_at != Nanos(0) {
            if survey.starts_at == Nanos(0) || seen.exchange_at < survey.starts_at {
                survey.starts_at = seen.exchange_at;
            }
            let ahead = seen.exchange_at - received_at;
            self.shift = Some(self.shift.map_or(ahead, |shift| shift.max(ahead)));
        }
        if let Some(diff) = seen.diff {
            self.note_diff(line, received_at, diff);
        }
    }

    fn note_diff(&mut self, line: u64, received_at: Nanos, diff: DiffIds) {
        let survey = &mut self.survey;
        survey.first_diff.get_or_insert(diff);
        let rule = self.market.unwrap_or(Market::Spot).continuity();
        if let Some(last) = survey.last_diff
            && !rule.is_repeat(last.last, diff)
            && !rule.follows(last.last, diff)
        {
            let found = diff.prev.unwrap_or(diff.first.saturating_sub(1));
            survey.gap_count += 1;
            if survey.gaps.len() < LISTED {
                survey.gaps.push(Gap { line, have: last.last, found, received_at });
            }
        }
        survey.last_diff = Some(diff);
    }

    fn damage(&mut self, line: u64, what: String) {
        self.survey.damaged_count += 1;
        if self.survey.damaged.len() < LISTED {
            self.survey.damaged.push((line, what));
        }
    }

    fn finish(mut self) -> Result<Survey, TapeError> {
        let played = self.survey.diffs + self.survey.quotes + self.survey.trades;
        let Some(market) = self.market.filter(|_| 0 < played) else {
            return Err(match self.first_line {
                begins if begins.is_empty() => TapeError::Empty { path: self.survey.path },
                begins => TapeError::NotBinance { path: self.survey.path, begins },
            });
        };
        self.survey.market = market;
        self.survey.shift = self.shift.unwrap_or_default();
        Ok(self.survey)
    }
}
