//! One view of one instrument: its own book, and how fresh it is.

use aurora_book::{Book, Continuity};
use aurora_model::{MarketEvent, MarketKind, Nanos};

/// What a view has shown of an instrument.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) book: Book,
    /// The session vouches for the book: a snapshot came and no gap since.
    pub(super) is_whole: bool,
    /// The newest time stamp of the venue, or ours where it gives none.
    pub(super) shown_at: Nanos,
    /// When anything last came.
    pub(super) heard_at: Nanos,
    /// Behind or silent since; what lasts is quarantined.
    pub(super) ill_since: Option<Nanos>,
    /// Quarantined since.
    pub(super) quarantined: Option<Nanos>,
    /// In quarantine: well since.
    pub(super) well_since: Option<Nanos>,
    /// Smoothed delay between the venue's stamp and our receiving it.
    pub(super) lag: Nanos,
}

impl Feed {
    pub(super) fn new() -> Feed {
        Feed {
            // The session has proved continuity already; here the events are only applied.
            book: Book::new(Continuity::None),
            is_whole: false,
            shown_at: Nanos(0),
            heard_at: Nanos(i64::MIN / 2),
            ill_since: None,
            quarantined: None,
            well_since: None,
            lag: Nanos(0),
        }
    }

    pub(super) fn take(&mut self, at: Nanos, event: &MarketEvent<'_>) {
        match event.kind {
            MarketKind::Snapshot { .. } => {
                self.is_whole = true;
                self.book.apply(event);
            }
            MarketKind::Diff { .. } if !self.is_whole => {}
            _ => {
                self.book.apply(event);
            }
        }
        let stamp = if event.exchange_at == Nanos(0) { at } else { event.exchange_at };
        self.shown_at = self.shown_at.max(stamp);
        self.heard_at = at;
        if event.exchange_at != Nanos(0) {
            let lag = at - event.exchange_at;
            self.lag = Nanos(self.lag.0 + (lag.0 - self.lag.0) / 8);
        }
    }

    /// The book is gone: the connection ended or a gap was found.
    pub(super) fn lost(&mut self) {
        self.is_whole = false;
    }

    pub(super) fn may_lead(&self) -> bool {
        self.is_whole && self.quarantined.is_none()
    }
}
