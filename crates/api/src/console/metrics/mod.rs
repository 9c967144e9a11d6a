//! What Prometheus sees of the desk: the view the console shows, as text, version 0.0.4.
//!
//! The names are listed in `docs/reference/metrics.md`.

mod histogram;
mod page;

use std::collections::BTreeMap;

pub use histogram::{BOUNDS_MS, Histogram};

use super::venues::{LimitView, VenueCounts, VenueView};
use super::view::View;
use page::Page;

/// What the desk counts besides what the console shows; all since the start.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// From deciding an order to the venue's answer, by venue.
    pub cycles: BTreeMap<&'static str, Histogram>,
    /// How often each check began to keep the desk in HOLD.
    pub blocked: BTreeMap<&'static str, u64>,
    /// Orders that came into a state, by venue and state.
    pub steps: BTreeMap<(&'static str, &'static str), u64>,
    /// Orders that may still fill, by venue.
    pub inflight: BTreeMap<&'static str, u64>,
    /// The desk's own orders that were denied, by reason code.
    pub denied: BTreeMap<&'static str, u64>,
    /// Fills told again and not booked twice.
    pub repeated_fills: u64,
    /// The account and the journal differ now.
    pub recon_mismatch: bool,
    /// Every wallet that is compared, by venue and currency: whether it differs now.
    pub balances: Vec<(&'static str, String, bool)>,
    /// Journal records written, and how many of them are not known to be on disk.
    pub records: (u64, u64),
    /// What the journal's commits took.
    pub commits: Histogram,
}

/// The desk's part of `/metrics`.
pub fn render(view: &View) -> String {
    let mut page = Page::default();
    desk(&mut page, view);
    orders(&mut page, &view.tally);
    venues(&mut page, view);
    page.text()
}

fn desk(page: &mut Page, view: &View) {
    let tally = &*view.tally;
    page.gauge("aurora_trading_state", "1 for the state the desk is in");
    for state in ["RUN", "HOLD", "KILLED"] {
        page.value(&[("state", state)], u8::from(view.frame.state == state));
    }
    page.gauge("data_staleness_ms", "Age of each book");
    for instrument in &view.instruments {
        page.value(&[("symbol", &instrument.id)], instrument.ladder.age_ms);
    }
    page.gauge("recon_mismatch", "1 while the venue's account differs from the journal");
    page.value(&[], u8::from(tally.recon_mismatch));
    page.gauge("balance_mismatch", "1 while a venue's balance differs from our books");
    for (venue, currency, differs) in &tally.balances {
        page.value(&[("venue", venue), ("currency", currency)], u8::from(*differs));
    }
    page.gauge("aurora_alerts", "Alerts that stand now");
    page.value(&[], view.frame.alerts.len());
    page.counter("startup_block_events_total", "Checks that began to keep the desk in HOLD");
    for (check, count) in &tally.blocked {
        page.value(&[("check", check)], count);
    }
    page.counter("aurora_journal_records_total", "Records appended to the journal");
    page.value(&[], tally.records.0);
    page.gauge("aurora_journal_waiting", "Records not known to be on disk yet");
    page.value(&[], tally.records.1);
    page.histogram("aurora_journal_commit_ms", "What a commit to disk takes");
    page.distribution(&[], &tally.commits);
}

fn orders(page: &mut Page, tally: &Tally) {
    page.histogram("order_cycle_ms", "From deciding an order to the venue's answer");
    for (venue, cycles) in &tally.cycles {
        page.distribution(&[("venue", venue)], cycles);
    }
    page.counter("aurora_desk_orders_total", "The desk's orders that came into a state");
    for ((venue, state), count) in &tally.steps {
        page.value(&[("venue", venue), ("state", state)], count);
    }
    page.gauge("orders_inflight", "The desk's orders that may still fill");
    for (venue, count) in &tally.inflight {
        page.value(&[("venue", venue)], count);
    }
    page.counter("aurora_desk_denied_total", "The desk's own orders that were denied");
    for (reason, count) in &tally.denied {
        page.value(&[("reason", reason)], count);
    }
    page.counter("duplicate_suppressed_total", "Fills told again and not booked twice");
    page.value(&[], tally.repeated_fills);
}

fn venues(page: &mut Page, view: &View) {
    let all = &*view.venues;
    let named = |page: &mut Page, value: &dyn Fn(&VenueView) -> f64| {
        for venue in all {
            page.value(&[("venue", &venue.id)], value(venue));
        }
    };
    page.gauge("venue_health", "1 works, 0.5 works badly, 0 takes no new orders");
    named(page, &|venue| match venue.state {
        "NORMAL" => 1.0,
        "DEGRADED" | "POST_ONLY" => 0.5,
        _ => 0.0,
    });
    page.gauge("aurora_venue_account_ready", "1 while the private connection is up and compared");
    named(page, &|venue| f64::from(u8::from(venue.account_ready)));
    page.gauge("clock_skew_ms", "The venue's clock minus ours");
    for venue in all {
        if let Some(offset) = venue.clock_offset_ms {
            page.value(&[("venue", &venue.id)], offset);
        }
    }
    for (name, help, count) in COUNTERS {
        page.counter(name, help);
        for venue in all {
            page.value(&[("venue", &venue.id)], count(&venue.counts));
        }
    }
    page.gauge("feed_lag_ms", "From the venue's time stamp to our receiving it");
    for venue in all {
        for feed in &venue.views {
            if let Some(lag) = feed.lag_ms {
                page.value(&[("venue", &venue.id), ("view", &feed.no.to_string())], lag);
            }
        }
    }
    for (name, help, value) in LIMITS {
        page.gauge(name, help);
        for venue in all {
            for limit in &venue.limits {
                page.value(&[("venue", &venue.id), ("limit", &limit.name)], value(limit));
            }
        }
    }
    page.histogram("exec_place_latency_ms", "From handing an order over to the venue's answer");
    for venue in all {
        page.distribution(&[("venue", &venue.id), ("type", "limit")], &venue.order_times);
    }
    page.histogram("state_resync_time_ms", "From a found gap to a whole book");
    for venue in all {
        page.distribution(&[("venue", &venue.id)], &venue.resync_times);
    }
}

type LimitValue = fn(&LimitView) -> f64;

/// What is told of each limit.
const LIMITS: [(&str, &str, LimitValue); 2] = [
    ("aurora_venue_limit_used", "Units of a limit used in its window", |limit| limit.used),
    ("aurora_venue_limit_capacity", "Units a limit's window has", |limit| limit.capacity),
];

type Count = fn(&VenueCounts) -> u64;

/// What is counted by venue.
const COUNTERS: [(&str, &str, Count); 13] = [
    ("ws_reconnects_total", "Connections lost and opened again", |c| c.reconnects),
    ("ws_errors_total", "Frames and answers that could not be read", |c| c.unreadable),
    ("rate_limit_hits_total", "Answers that asked for a pause", |c| c.pushbacks),
    ("exec_timeouts_total", "Requests about orders whose answer was lost", |c| c.lost),
    ("quarantine_events_total", "Views put into quarantine", |c| c.quarantines),
    ("protocol_failover_total", "Changes of the leading view", |c| c.failovers),
    ("stp_blocked_self_match_total", "Orders that would have met ours", |c| c.self_matches),
    ("hb_miss_total", "Silences that cancelled everything", |c| c.heartbeat_misses),
    ("aurora_venue_gaps_total", "Gaps found in books", |c| c.gaps),
    ("aurora_venue_calls_total", "Requests sent", |c| c.calls),
    ("aurora_venue_throttled_total", "Requests that waited for room", |c| c.throttled),
    ("aurora_venue_fills_compared_total", "Fills seen on both paths", |c| c.fills_compared),
    ("aurora_venue_fills_mismatched_total", "Fills seen on one path", |c| c.fills_mismatched),
];
