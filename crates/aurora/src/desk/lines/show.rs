//! Lines as the console shows them: made anew where something changed, shared until then.

use std::collections::BTreeMap;
use std::sync::Arc;

use aurora_api::console::venues::{
    FeedView, LimitView, MetaRow, PenaltyView, VenueCounts, VenueView, WindowRow,
};
use aurora_api::console::wire::Text;
use aurora_model::Nanos;
use aurora_venue::line::LineStatus;
use aurora_venue::maintenance::Window;
use aurora_venue::state::Cause;
use aurora_wire::{DeadMan, Rules, SymbolStatus};

use super::{Lines, VenueLine};

/// What the console was given last.
pub(super) struct Shown {
    venues: Arc<Vec<VenueView>>,
    meta: Arc<Vec<MetaRow>>,
    windows: Arc<Vec<WindowRow>>,
}

impl Shown {
    pub(super) fn new(lines: &[VenueLine]) -> Shown {
        let mut shown =
            Shown { venues: Arc::default(), meta: Arc::default(), windows: Arc::default() };
        shown.venues = Arc::new(lines.iter().map(VenueLine::view).collect());
        shown.rules(lines);
        shown
    }

    /// A line said how it stands.
    pub(super) fn line(&mut self, lines: &[VenueLine], line: usize) {
        Arc::make_mut(&mut self.venues)[line] = lines[line].view();
    }

    /// Some instrument's rules changed.
    pub(super) fn rules(&mut self, lines: &[VenueLine]) {
        self.meta = Arc::new(lines.iter().flat_map(|line| line.rules.iter().map(meta)).collect());
    }

    /// Planned stops came, went or are nearer.
    pub(super) fn windows(&mut self, lines: &[VenueLine]) {
        let known = lines.iter().filter_map(|line| Some((line, line.status.as_ref()?)));
        let rows = known.flat_map(|(line, status)| {
            status.windows.iter().map(|window| window_row(line, window, window.from - status.at))
        });
        self.windows = Arc::new(rows.collect());
    }
}

impl Lines {
    /// The venues page.
    pub(crate) fn views(&self) -> Arc<Vec<VenueView>> {
        self.shown.venues.clone()
    }

    /// Every instrument's rules.
    pub(crate) fn meta(&self) -> Arc<Vec<MetaRow>> {
        self.shown.meta.clone()
    }

    /// Planned stops.
    pub(crate) fn windows(&self) -> Arc<Vec<WindowRow>> {
        self.shown.windows.clone()
    }

    /// Whether that line has told of planned stops.
    pub(super) fn has_windows(&self, line: usize) -> bool {
        self.lines[line].status.as_ref().is_some_and(|status| !status.windows.is_empty())
    }
}

fn window_row(line: &VenueLine, window: &Window, ahead: Nanos) -> WindowRow {
    WindowRow {
        venue: line.name.word().to_owned(),
        from: utc(window.from),
        to: utc(window.to),
        kind: window.title.clone(),
        source: window.source.clone(),
        action: "route_off",
        alerted_24h: ahead <= Nanos::SECOND * 86_400,
        alerted_1h: ahead <= Nanos::SECOND * 3_600,
    }
}

impl VenueLine {
    fn view(&self) -> VenueView {
        let capabilities = self.name.protocol().capabilities();
        let view = VenueView {
            id: self.name.word().to_owned(),
            host: self.host.clone(),
            state: "DOWN",
            account_ready: self.account_ready,
            round_trip_ms: self.round_trip.map(millis),
            order_ms: self.order_ms.percentiles(),
            resync_ms: self.resync_ms.percentiles(),
            order_times: self.order_ms.all,
            resync_times: self.resync_ms.all,
            dead_man: match capabilities.dead_man {
                DeadMan::Timer { .. } => "timer",
                DeadMan::OnDisconnect { .. } => "disconnect",
                DeadMan::None => "none",
            },
            dead_man_until_ms: self.dead_man_until.map(millis),
            stp: capabilities.stp.first().map_or("", |(_, word)| word).to_owned(),
            ..VenueView::default()
        };
        match (&self.stopped, &self.status) {
            (Some(why), _) => VenueView { why: Text::new(why.clone(), why.clone()), ..view },
            (None, None) => {
                VenueView { why: Text::new("подключаемся", "connecting"), ..view }
            }
            (None, Some(status)) => self.with_status(view, status),
        }
    }

    fn with_status(&self, view: VenueView, status: &LineStatus) -> VenueView {
        let governor = &status.governor;
        let limits = governor.limits.iter().map(|limit| LimitView {
            name: limit.name.to_owned(),
            used: limit.used.into(),
            capacity: limit.capacity.into(),
            reserved: limit.reserved.into(),
            per_s: limit.per.seconds(),
        });
        // Limits counted by instrument come several times; the fullest stands for all.
        let mut fullest: BTreeMap<String, LimitView> = BTreeMap::new();
        for limit in limits {
            let kept = fullest.entry(limit.name.clone()).or_insert_with(|| limit.clone());
            if kept.used * limit.capacity < limit.used * kept.capacity {
                *kept = limit;
            }
        }
        let penalties = governor.penalties.iter().map(|penalty| PenaltyView {
            path: penalty.path.to_owned(),
            until_ms: millis(penalty.until),
        });
        let (state, cause) = status.summary(self.rules.len());
        VenueView {
            state: state.code(),
            why: cause.map(|(_, cause)| why(cause)).unwrap_or_default(),
            views: feeds(status),
            clock_offset_ms: self.round_trip.map(|_| millis(status.clock_offset)),
            limits: fullest.into_values().collect(),
            waiting: governor.waiting.map(|count| count as usize),
            paused_until_ms: governor.paused_until.map(millis),
            banned: governor.banned,
            penalties: penalties.collect(),
            counts: VenueCounts {
                calls: governor.sent.iter().sum(),
                throttled: governor.throttled.iter().sum(),
                not_sent: governor.refused.iter().sum(),
                lost: self.lost,
                pushbacks: governor.pushbacks,
                gaps: self.gaps,
                failovers: status.view_counts.failovers,
                quarantines: status.view_counts.quarantines,
                reconnects: self.reconnects,
                fills_compared: status.drop_copy.matched,
                fills_mismatched: status.drop_copy.mismatches(),
                self_matches: status.lifecycle.stp_blocked_self_match,
                heartbeat_misses: status.heartbeat_misses,
                unreadable: self.unreadable,
            },
            ..view
        }
    }
}

/// One row a view: over its instruments, the worst.
fn feeds(status: &LineStatus) -> Vec<FeedView> {
    let mut feeds: BTreeMap<u8, FeedView> = BTreeMap::new();
    for view in &status.views {
        let feed = feeds
            .entry(view.view)
            .or_insert_with(|| FeedView { no: view.view.into(), ..FeedView::default() });
        let older = |old: Option<f64>, new: Option<f64>| match (old, new) {
            (Some(old), Some(new)) => Some(old.max(new)),
            (old, new) => old.or(new),
        };
        feed.leader |= view.leads;
        feed.quarantined |= view.quarantined;
        feed.age_ms = older(feed.age_ms, view.age.map(millis));
        feed.lag_ms = older(feed.lag_ms, Some(millis(view.lag)));
    }
    feeds.into_values().collect()
}

fn why(cause: Cause) -> Text {
    let (ru, en) = match cause {
        Cause::Status => ("площадка остановила инструмент", "the venue stopped an instrument"),
        Cause::Calendar => ("плановая остановка", "planned maintenance"),
        Cause::Limits => ("площадка просит паузу", "the venue pushes back"),
        Cause::Account => ("счёт не готов", "the account is not ready"),
        Cause::Market => ("нет целого и свежего стакана", "no book is whole and fresh"),
        Cause::Refused => ("ключ или счёт отклонён", "the key or the account is refused"),
        Cause::Operator => ("так решил оператор", "an operator said so"),
    };
    Text::new(ru, en)
}

fn meta(rules: &Rules) -> MetaRow {
    let instrument = &rules.instrument;
    MetaRow {
        uid: instrument.id.to_string(),
        tick: instrument.tick.normalize().to_string(),
        lot: instrument.lot.normalize().to_string(),
        min_notional: instrument.min_notional.to_string(),
        multiplier: (instrument.lot / rules.wire_lot).normalize().to_string(),
        maker_fee: instrument.maker_fee.normalize().to_string(),
        taker_fee: instrument.taker_fee.normalize().to_string(),
        funding_schedule: rules
            .funding_every
            .map(|every| format!("{}h", every.0 / 3_600_000_000_000)),
        aliases: vec![instrument.symbol.clone()],
        status: match rules.status {
            SymbolStatus::Trading => "TRADING",
            SymbolStatus::CancelOnly => "CANCEL_ONLY",
            SymbolStatus::PostOnly => "POST_ONLY",
            SymbolStatus::Halted => "HALTED",
            SymbolStatus::Upcoming => "UPCOMING",
            SymbolStatus::Closed => "CLOSED",
        },
        rule_version: rules.version(),
    }
}

fn millis(nanos: Nanos) -> f64 {
    nanos.0 as f64 / 1e6
}

fn utc(at: Nanos) -> String {
    jiff::Timestamp::from_nanosecond(at.0.into())
        .map_or_else(|_| at.0.to_string(), |at| at.to_string())
}
