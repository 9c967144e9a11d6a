//! Several views of one market: a quorum by freshness, quarantine, and failover.
//!
//! Every view is a session of its own, with its own connection and its own books. Per instrument one view leads,
//! and its stream is what the desk sees. A view that falls behind the median of the views (by the venue's own time
//! stamps), or goes silent while others speak, is quarantined and not trusted until it was well for a while. When
//! the leader fails, the next one's whole book is handed on as a snapshot, so the desk never mixes two streams.

mod feed;
#[cfg(test)]
mod tests;

use aurora_model::{InstrumentNo, Level, MarketEvent, MarketKind, Nanos, Side};

use crate::line::MarketBatch;
use feed::Feed;

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

/// What happened among the views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewEvent {
    /// A view is not trusted for now; so far behind.
    Quarantined {
        /// Which view.
        view: u8,
        /// Of which instrument.
        instrument: InstrumentNo,
        /// How far behind the others it was.
        behind: Nanos,
    },
    /// It is trusted again.
    Released {
        /// Which view.
        view: u8,
        /// Of which instrument.
        instrument: InstrumentNo,
    },
    /// Another view leads.
    Failover {
        /// Of which instrument.
        instrument: InstrumentNo,
        /// Who led.
        from: u8,
        /// Who leads.
        to: u8,
    },
    /// No view has news of it: what the desk has is stale. A snapshot follows when there is news again.
    Stale(InstrumentNo),
    /// News came again, so long after.
    Fresh(InstrumentNo, Nanos),
}

/// How a view of an instrument stands, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewStatus {
    /// Which view.
    pub view: u8,
    /// Of which instrument.
    pub instrument: InstrumentNo,
    /// It leads.
    pub leads: bool,
    /// Its book is whole.
    pub is_whole: bool,
    /// It is quarantined.
    pub quarantined: bool,
    /// How long ago it last spoke; `None` when it never did.
    pub age: Option<Nanos>,
    /// Smoothed delay between the venue's stamp and our receiving it (`feed_lag_ms`); includes the clocks' offset.
    pub lag: Nanos,
}

/// Counters since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewCounts {
    /// `quarantine_events_total`
    pub quarantines: u64,
    /// `protocol_failover_total`
    pub failovers: u64,
    /// Trades that came twice and were dropped.
    pub repeated_trades: u64,
    /// Events dropped because the desk lagged; a snapshot followed.
    pub coalesced: u64,
}

#[derive(Debug)]
struct Quorum {
    feeds: Vec<Feed>,
    leader: Option<u8>,
    /// The desk's copy follows the leader; else a snapshot is owed.
    desk_follows: bool,
    stale_since: Option<Nanos>,
    trades: [u64; RECENT_TRADES],
    next_trade: usize,
}

/// A view must be behind for so long to be quarantined.
const ILL_FOR: Nanos = Nanos(200_000_000);

/// How many trade ids are remembered, per instrument.
const RECENT_TRADES: usize = 64;

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
            quorums[instrument.index()] = Some(Quorum {
                feeds: (0..views).map(|_| Feed::new()).collect(),
                leader: None,
                desk_follows: false,
                stale_since: None,
                trades: [u64::MAX; RECENT_TRADES],
                next_trade: 0,
            });
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
        if let MarketKind::Trade { id, .. } = event.kind {
            if quorum.trades.contains(&id) {
                self.counts.repeated_trades += 1;
                return;
            }
            quorum.trades[quorum.next_trade] = id;
            quorum.next_trade = (quorum.next_trade + 1) % RECENT_TRADES;
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

impl Quorum {
    fn judge(
        &mut self,
        at: Nanos,
        instrument: InstrumentNo,
        config: &ViewsConfig,
        counts: &mut ViewCounts,
        out: &mut Vec<ViewEvent>,
    ) {
        let newest_word = self.feeds.iter().map(|feed| feed.heard_at).max().unwrap_or(Nanos(0));
        if let Some(median) = self.median() {
            for (view, feed) in (0_u8..).zip(&mut self.feeds) {
                let behind = median - feed.shown_at;
                let silent = newest_word - feed.heard_at;
                let is_ill = config.lag < behind || config.silence < silent;
                let since = is_ill.then(|| *feed.ill_since.get_or_insert(at));
                feed.ill_since = since;
                // The same news never reaches two views at the same moment: only what lasts counts.
                let lasts = since.is_some_and(|since| ILL_FOR <= at - since);
                match (is_ill, feed.quarantined) {
                    (true, None) if feed.is_whole && lasts => {
                        feed.quarantined = Some(at);
                        feed.well_since = None;
                        counts.quarantines += 1;
                        let behind = behind.max(silent);
                        out.push(ViewEvent::Quarantined { view, instrument, behind });
                    }
                    (true, _) => feed.well_since = None,
                    (false, Some(_)) => {
                        let since = *feed.well_since.get_or_insert(at);
                        if config.probation <= at - since {
                            feed.quarantined = None;
                            out.push(ViewEvent::Released { view, instrument });
                        }
                    }
                    (false, None) => {}
                }
            }
        }
        self.elect(instrument, counts, out);
        self.judge_staleness(at, instrument, config, out);
    }

    /// The median of what the views have shown; with an even number the fresher of the two in the middle, so that
    /// of two views the one behind is found.
    fn median(&self) -> Option<Nanos> {
        let whole = self.feeds.iter().filter(|feed| feed.is_whole);
        let mut shown: Vec<Nanos> = whole.map(|feed| feed.shown_at).collect();
        shown.sort_unstable();
        (1 < shown.len()).then(|| shown[shown.len() / 2])
    }

    fn elect(
        &mut self,
        instrument: InstrumentNo,
        counts: &mut ViewCounts,
        out: &mut Vec<ViewEvent>,
    ) {
        let Some(leader) = self.leader else { return };
        if self.feeds[usize::from(leader)].may_lead() {
            return;
        }
        let able = (0_u8..).zip(&self.feeds).filter(|(_, feed)| feed.may_lead());
        // Without a healthy one the leader stays: its own session is at work on it.
        let Some((next, _)) = able.max_by_key(|(view, feed)| (feed.shown_at, 255 - view)) else {
            return;
        };
        counts.failovers += 1;
        self.leader = Some(next);
        self.desk_follows = false;
        out.push(ViewEvent::Failover { instrument, from: leader, to: next });
    }

    fn judge_staleness(
        &mut self,
        at: Nanos,
        instrument: InstrumentNo,
        config: &ViewsConfig,
        out: &mut Vec<ViewEvent>,
    ) {
        let Some(leader) = self.leader else { return };
        let feed = &self.feeds[usize::from(leader)];
        let is_stale = !feed.is_whole || config.stale < at - feed.heard_at;
        match (is_stale, self.stale_since) {
            (true, None) => {
                self.stale_since = Some(at);
                // The desk is told to forget its copy: a whole book follows when there is news again.
                self.desk_follows = false;
                out.push(ViewEvent::Stale(instrument));
            }
            (false, Some(since)) => {
                self.stale_since = None;
                out.push(ViewEvent::Fresh(instrument, at - since));
            }
            _ => {}
        }
    }
}
