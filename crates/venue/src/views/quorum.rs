//! The views of one instrument: which is well, which leads, and whether any has news.

use aurora_model::{InstrumentNo, Nanos};

use super::ViewsConfig;
use super::feed::Feed;
use super::status::{ViewCounts, ViewEvent};

/// A view must be behind for so long to be quarantined.
const ILL_FOR: Nanos = Nanos(200_000_000);

/// How many trade ids are remembered, per instrument.
const RECENT_TRADES: usize = 64;

/// The views of one instrument.
#[derive(Debug)]
pub(super) struct Quorum {
    pub(super) feeds: Vec<Feed>,
    pub(super) leader: Option<u8>,
    /// The desk's copy follows the leader; else a snapshot is owed.
    pub(super) desk_follows: bool,
    pub(super) stale_since: Option<Nanos>,
    trades: [u64; RECENT_TRADES],
    next_trade: usize,
}

impl Quorum {
    pub(super) fn new(views: u8) -> Quorum {
        Quorum {
            feeds: (0..views).map(|_| Feed::new()).collect(),
            leader: None,
            desk_follows: false,
            stale_since: None,
            trades: [u64::MAX; RECENT_TRADES],
            next_trade: 0,
        }
    }

    /// Whether a trade was told before; it is remembered.
    pub(super) fn is_repeated(&mut self, trade: u64) -> bool {
        if self.trades.contains(&trade) {
            return true;
        }
        self.trades[self.next_trade] = trade;
        self.next_trade = (self.next_trade + 1) % RECENT_TRADES;
        false
    }

    /// Quarantine, failover, staleness.
    pub(super) fn judge(
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
