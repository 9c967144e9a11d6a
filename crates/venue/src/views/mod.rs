//! Several views of one market: a quorum by freshness, quarantine, and failover.
//!
//! Every view is a session of its own, with its own connection and its own books. Per instrument one view leads,
//! and its stream is what the desk sees. A view that falls behind the median of the views (by the venue's own time
//! stamps), or goes silent while others speak, is quarantined and not trusted until it was well for a while. When
//! the leader fails, the next one's whole book is handed on as a snapshot, so the desk never mixes two streams.

mod feed;
mod quorum;
mod status;
#[cfg(test)]
mod tests;

use aurora_model::{InstrumentNo, Level, MarketEvent, MarketKind, Nanos, Side};

use crate::line::MarketBatch;
use quorum::Quorum;
pub use status::{ViewCounts, ViewEvent, ViewStatus};

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewsConfig {
    /// A view further behind the median than this is quarantined.
    pub lag: Nanos,
    /// A view silent for so long while another speaks is quarantined.
    pub silence: Nanos,
    /// A quarantined view must be well for so long to be trusted again.
    pub probation: Nanos,
    /// A book without news for so long is stale.
    pub stale: Nanos,
}

impl Default for ViewsConfig {
    fn default() -> ViewsConfig {
        ViewsConfig {
            lag: Nanos::from_millis(750),
            silence: Nanos::from_millis(1_000),
            probation: Nanos::from_millis(5_000),
            stale: Nanos::from_millis(1_200),
        }
    }
}

/// All views of a venue's instruments.
#[derive(Debug)]
pub struct Views {
    config: ViewsConfig,
    quorums: Vec<Option<Quorum>>,
    views: u8,
    counts: ViewCounts,
    levels: Vec<Level>,
}

impl Views {
    /// So many views of those instruments, nothing shown yet.
    pub fn new(
        config: ViewsConfig,
        views: u8,
        instruments: impl IntoIterator<Item = InstrumentNo>,
    ) -> Views {
        let mut quorums = Vec::new();
        for instrument in instruments {
            quorums.resize_with(quorums.len().max(instrument.index() + 1), || None);
            quorums[instrument.index()] = Some(Quorum::new(views));
        }
        let counts = ViewCounts::default();
        Views { config, quorums, views, counts, levels: Vec::new() }
    }

    /// Takes a view's event in. What the desk should see goes to `out`; `desk_lags` keeps it back, and
    /// [`Views::catch_up`] makes up for it later.
    pub fn market(
        &mut self,
        at: Nanos,
        view: u8,
        event: &MarketEvent<'_>,
        desk_lags: bool,
        out: &mut MarketBatch,
    ) {
        let Some(Some(quorum)) = self.quorums.get_mut(event.instrument.index()) else { return };
        let Some(feed) = quorum.feeds.get_mut(usize::from(view)) else { return };
        feed.take(at, event);
        if matches!(event.kind, MarketKind::Diff { .. }) && !feed.is_whole {
            return;
        }
        let is_snapshot = matches!(event.kind, MarketKind::Snapshot { .. });
        if quorum.leader.is_none() && quorum.feeds[usize::from(view)].may_lead() {
            quorum.leader = Some(view);
            quorum.desk_follows = is_snapshot && !desk_lags;
        }
        if quorum.leader != Some(view) {
            return;
        }
        if let MarketKind::Trade { id, .. } = event.kind
            && quorum.is_repeated(id)
        {
            self.counts.repeated_trades += 1;
            return;
        }
        if desk_lags {
            self.counts.coalesced += 1;
            if !matches!(event.kind, MarketKind::Trade { .. } | MarketKind::Bbo { .. }) {
                quorum.desk_follows = false;
            }
        } else if is_snapshot {
            quorum.desk_follows = true;
            out.push(event);
        } else if quorum.desk_follows || !matches!(event.kind, MarketKind::Diff { .. }) {
            out.push(event);
        }
    }

    /// The book of a view's instrument is not whole any more.
    pub fn lost(&mut self, view: u8, instrument: InstrumentNo) {
        if let Some(Some(quorum)) = self.quorums.get_mut(instrument.index())
            && let Some(feed) = quorum.feeds.get_mut(usize::from(view))
        {
            feed.lost();
        }
    }

    /// A view's market connection is gone, and with it all its books.
    pub fn lost_all(&mut self, view: u8) {
        for quorum in self.quorums.iter_mut().flatten() {
            if let Some(feed) = quorum.feeds.get_mut(usize::from(view)) {
                feed.lost();
            }
        }
    }

    /// Judges the views: quarantine, failover, staleness. Call it a few times per [`ViewsConfig::lag`], and after
    /// [`Views::lost`].
    pub fn judge(&mut self, at: Nanos, out: &mut Vec<ViewEvent>) {
        let Views { config, quorums, counts, .. } = self;
        for (no, quorum) in quorums.iter_mut().enumerate() {
            let Some(quorum) = quorum else { continue };
            let no = u16::try_from(no).expect("an instrument's number fits");
            quorum.judge(at, InstrumentNo(no), config, counts, out);
        }
    }

    /// Hands on a whole book wherever the desk's copy no longer follows its leader.
    pub fn catch_up(&mut self, at: Nanos, out: &mut MarketBatch) {
        for (no, quorum) in self.quorums.iter_mut().enumerate() {
            let Some(quorum) = quorum else { continue };
            let Some(leader) = quorum.leader.filter(|_| !quorum.desk_follows) else { continue };
            let feed = &quorum.feeds[usize::from(leader)];
            if !feed.is_whole || quorum.stale_since.is_some() {
                continue;
            }
            let no = u16::try_from(no).expect("an instrument's number fits");
            self.levels.clear();
            for side in [Side::Buy, Side::Sell] {
                let levels = feed.book.levels(side);
                self.levels.extend(levels.map(|(price, qty)| Level { side, price, qty }));
            }
            out.push(&MarketEvent {
                instrument: InstrumentNo(no),
                exchange_at: feed.book.exchange_at(),
                received_at: at,
                kind: MarketKind::Snapshot { last_id: feed.book.last_id(), levels: &self.levels },
            });
            quorum.desk_follows = true;
        }
    }

    /// How many views there are.
    pub fn count(&self) -> u8 {
        self.views
    }

    /// The leading view of an instrument, if any leads.
    pub fn leader(&self, instrument: InstrumentNo) -> Option<u8> {
        self.quorum(instrument)?.leader
    }

    /// Whether the desk's book of the instrument is whole and has news.
    pub fn is_trusted(&self, instrument: InstrumentNo) -> bool {
        self.quorum(instrument).is_some_and(|quorum| {
            quorum.stale_since.is_none()
                && quorum.leader.is_some_and(|leader| quorum.feeds[usize::from(leader)].is_whole)
        })
    }

    /// How old the leader's book of the instrument is; `None` when there is none.
    pub fn age(&self, at: Nanos, instrument: InstrumentNo) -> Option<Nanos> {
        let quorum = self.quorum(instrument)?;
        let feed = &quorum.feeds[usize::from(quorum.leader?)];
        feed.is_whole.then(|| at - feed.heard_at)
    }

    /// When any view last spoke of anything; `None` before the first word.
    pub fn heard_at(&self) -> Option<Nanos> {
        let heard = self.quorums.iter().flatten().flat_map(|q| &q.feeds).map(|feed| feed.heard_at);
        heard.max().filter(|at| Nanos(i64::MIN / 2) < *at)
    }

    /// Counters since the start.
    pub fn counts(&self) -> ViewCounts {
        self.counts
    }

    /// How every view of every instrument stands.
    pub fn status(&self, at: Nanos) -> Vec<ViewStatus> {
        let mut status = Vec::new();
        for (no, quorum) in self.quorums.iter().enumerate() {
            let Some(quorum) = quorum else { continue };
            for (view, feed) in (0..self.views).zip(&quorum.feeds) {
                let spoke = Nanos(i64::MIN / 2) < feed.heard_at;
                status.push(ViewStatus {
                    view,
                    instrument: InstrumentNo(u16::try_from(no).unwrap_or(u16::MAX)),
                    leads: quorum.leader == Some(view),
                    is_whole: feed.is_whole,
                    quarantined: feed.quarantined.is_some(),
                    age: spoke.then(|| at - feed.heard_at),
                    lag: feed.lag,
                });
            }
        }
        status
    }

    fn quorum(&self, instrument: InstrumentNo) -> Option<&Quorum> {
        self.quorums.get(instrument.index())?.as_ref()
    }
}
