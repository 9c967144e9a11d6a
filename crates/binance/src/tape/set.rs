//! Several files as one stream of events, in the order they were received.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use aurora_model::{Instrument, InstrumentNo, Level, MarketEvent, Nanos};

use crate::rules::Market;
use crate::tape::error::TapeError;
use crate::tape::reader::TapeReader;
use crate::tape::survey::{Survey, survey};

/// How a recorder's wrong clock is put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockShift {
    /// Each file by as much as makes its smallest latency zero.
    #[default]
    Auto,
    /// Every file by this much.
    Fixed(Nanos),
}

/// Files played side by side. Files of one instrument follow each other, oldest first.
#[derive(Debug)]
pub struct TapeSet {
    tracks: Vec<Track>,
    /// The track whose event was given out last, and must move on.
    given: Option<usize>,
    skips_damaged: bool,
    skipped: u64,
}

/// One instrument's files.
#[derive(Debug)]
pub struct Track {
    /// The instrument, with the finest steps any of its files needs.
    pub instrument: Instrument,
    /// Its market.
    pub market: Market,
    /// Its files in the order they are played, each with the shift of its clock.
    pub files: Vec<(Survey, Nanos)>,
    no: InstrumentNo,
    waiting: VecDeque<(PathBuf, Nanos)>,
    reader: Option<TapeReader>,
    levels: Vec<Level>,
    /// The next event, its levels in the buffer above.
    head: Option<MarketEvent<'static>>,
    last_at: Nanos,
}

impl TapeSet {
    /// Surveys the files, groups them by instrument, and stands before the first event.
    ///
    /// Each file is read once for this, some 300 MB of frames a second.
    ///
    /// # Errors
    /// When a file cannot be read or is no recording of Binance frames.
    pub fn open(paths: &[PathBuf], shift: ClockShift) -> Result<TapeSet, TapeError> {
        if paths.is_empty() {
            return Err(TapeError::NoFiles);
        }
        let surveys = paths.iter().map(|path| survey(path)).collect::<Result<Vec<_>, _>>()?;
        let mut set = TapeSet { tracks: Vec::new(), given: None, skips_damaged: false, skipped: 0 };
        for survey in surveys {
            set.add(survey, shift)?;
        }
        for track in &mut set.tracks {
            track.rewind();
        }
        Ok(set)
    }

    /// Damaged lines are passed over and counted from now on, instead of ending the play.
    pub fn skip_damaged(&mut self) {
        self.skips_damaged = true;
    }

    /// How many damaged lines were passed over.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// One for each instrument; the place is the event's [`InstrumentNo`].
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// The next event of all files; `None` when all are at their end.
    ///
    /// # Errors
    /// When a file breaks off, or on a damaged line unless those are skipped.
    pub fn next_event(&mut self) -> Result<Option<MarketEvent<'_>>, TapeError> {
        match self.given.take() {
            Some(given) => self.advance(given)?,
            None => {
                for place in 0..self.tracks.len() {
                    if self.tracks[place].head.is_none() {
                        self.advance(place)?;
                    }
                }
            }
        }
        let heads = self.tracks.iter().enumerate();
        let heads = heads.filter_map(|(place, track)| Some((track.head?.received_at, place)));
        let Some((_, first)) = heads.min() else { return Ok(None) };
        self.given = Some(first);
        let track = &mut self.tracks[first];
        let head = track.head.take().expect("the first of those that have a head");
        Ok(Some(head.with_levels(&track.levels)))
    }

    fn add(&mut self, survey: Survey, shift: ClockShift) -> Result<(), TapeError> {
        let shift = match shift {
            ClockShift::Auto => survey.shift,
            ClockShift::Fixed(shift) => shift,
        };
        let instrument = survey.instrument();
        match self.tracks.iter_mut().find(|track| track.instrument.id == instrument.id) {
            Some(track) => track.files.push((survey, shift)),
            None => {
                let no = u16::try_from(self.tracks.len()).map_err(|_| TapeError::TooMany)?;
                self.tracks.push(Track::new(InstrumentNo(no), instrument, survey, shift));
            }
        }
        Ok(())
    }

    fn advance(&mut self, place: usize) -> Result<(), TapeError> {
        loop {
            match self.tracks[place].advance() {
                Err(error) if self.skips_damaged && error.is_one_line() => self.skipped += 1,
                done => return done,
            }
        }
    }
}

impl Track {
    fn new(no: InstrumentNo, instrument: Instrument, survey: Survey, shift: Nanos) -> Track {
        Track {
            instrument,
            market: survey.market,
            files: vec![(survey, shift)],
            no,
            waiting: VecDeque::new(),
            reader: None,
            levels: Vec::with_capacity(2048),
            head: None,
            last_at: Nanos(i64::MIN),
        }
    }

    /// The first receive time, on the shifted clock.
    pub fn starts_at(&self) -> Nanos {
        let starts = self.files.iter().map(|(survey, shift)| survey.received.0 + *shift);
        starts.min().unwrap_or_default()
    }

    /// Puts the files in order and agrees on the finest steps.
    fn rewind(&mut self) {
        self.files.sort_by_key(|(survey, shift)| survey.received.0 + *shift);
        let finest = self.files.iter().map(|file| file.0.precision).reduce(|a, b| a.or(b));
        let finest = finest.unwrap_or_default();
        self.instrument = finest.instrument(self.market, &self.instrument.symbol);
        self.waiting =
            self.files.iter().map(|(survey, shift)| (survey.path.clone(), *shift)).collect();
    }

    /// Reads the next event into the head, opening the next file when one is over.
    fn advance(&mut self) -> Result<(), TapeError> {
        self.head = None;
        loop {
            let Some(reader) = &mut self.reader else {
                let Some((path, shift)) = self.waiting.pop_front() else { return Ok(()) };
                self.reader = Some(self.open(&path, shift)?);
                continue;
            };
            if let Some(mut head) = reader.next_head(&mut self.levels)? {
                // Two files with clocks of their own may overlap by a little; time does not run back.
                self.last_at = self.last_at.max(head.received_at);
                head.received_at = self.last_at;
                self.head = Some(head);
                return Ok(());
            }
            self.reader = None;
        }
    }

    fn open(&self, path: &Path, shift: Nanos) -> Result<TapeReader, TapeError> {
        TapeReader::open(path, self.no, &self.instrument, shift)
    }
}
