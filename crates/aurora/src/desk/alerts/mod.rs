//! What a person should know: what is wrong now, and what lately was.
//!
//! Each alert stands until its cause is over. The same trouble again is counted, not listed again.

mod trouble;
mod words;

pub(crate) use trouble::{Kind, Lasts, Trouble};

use std::collections::VecDeque;

use aurora_api::console::wire::Alert;
use aurora_engine::AlertCode;
use aurora_model::Nanos;

use crate::desk::observer::show::millis;
use crate::venues::VenueName;

/// How many are remembered.
const KEPT: usize = 64;
/// The same trouble within so long after it was over is counted on.
const AGAIN: Nanos = Nanos(600_000_000_000);

/// One trouble, from its beginning to its end.
#[derive(Clone, Debug)]
struct Entry {
    trouble: Trouble,
    since: Nanos,
    /// When it will be, or was, over.
    until: Option<Nanos>,
    count: u64,
}

impl Entry {
    fn stands(&self, now: Nanos) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// How a venue stands, as far as alerts end by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Every session has a connection.
    pub(crate) linked: bool,
    /// The market and the account are heard.
    pub(crate) heard: bool,
    /// It asks for no pause.
    pub(crate) unpaused: bool,
    /// The key and the account are accepted.
    pub(crate) accepted: bool,
    /// The account is compared and every book whole.
    pub(crate) ready: bool,
}

/// All alerts, newest first.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    all: VecDeque<Entry>,
}

impl Alerts {
    /// Something is wrong.
    pub(crate) fn raise(&mut self, at: Nanos, trouble: Trouble) {
        let until = match trouble.lasts(at) {
            Lasts::UntilOver => None,
            Lasts::Until(until) => Some(until),
            Lasts::For(span) => Some(at + span),
        };
        let known = self.all.iter().position(|entry| {
            entry.trouble.is_same(&trouble) && entry.until.is_none_or(|until| at < until + AGAIN)
        });
        let entry = match known.and_then(|place| self.all.remove(place)) {
            Some(known) => Entry {
                since: if known.stands(at) { known.since } else { at },
                count: known.count + 1,
                trouble,
                until,
            },
            None => Entry { trouble, since: at, until, count: 1 },
        };
        if self.all.len() == KEPT {
            let over = self.all.iter().rposition(|entry| !entry.stands(at));
            self.all.remove(over.unwrap_or(KEPT - 1));
        }
        self.all.push_front(entry);
    }

    /// A venue told how it stands: what is over by that, ends.
    pub(crate) fn venue_stands(
        &mut self,
        at: Nanos,
        venue: VenueName,
        standing: Standing,
        mut ended: impl FnMut(&Trouble),
    ) {
        self.end(at, &mut ended, |trouble| {
            trouble.venue == Some(venue)
                && match trouble.kind {
                    Kind::LinkDown => standing.linked,
                    Kind::Silent(..) => standing.heard,
                    Kind::Pushback(_) | Kind::Ban(_) => standing.unpaused,
                    Kind::Refused => standing.accepted,
                    Kind::NotReady => standing.ready,
                    _ => false,
                }
        });
    }

    /// The account and the journal agree again.
    pub(crate) fn reconciled(&mut self, at: Nanos, mut ended: impl FnMut(&Trouble)) {
        self.end(at, &mut ended, |trouble| trouble.kind == Kind::Desk(AlertCode::Mismatch));
    }

    /// A person has let every instrument go on.
    pub(crate) fn released(&mut self, at: Nanos, mut ended: impl FnMut(&Trouble)) {
        let is_held =
            |kind: &Kind| matches!(kind, Kind::Desk(AlertCode::Unresolved | AlertCode::DeadLive));
        self.end(at, &mut ended, |trouble| is_held(&trouble.kind));
    }

    /// A trouble of the desk's own is over.
    pub(crate) fn over(&mut self, at: Nanos, kind: &Kind, mut ended: impl FnMut(&Trouble)) {
        self.end(at, &mut ended, |trouble| trouble.kind == *kind);
    }

    fn end(
        &mut self,
        at: Nanos,
        ended: &mut impl FnMut(&Trouble),
        is_over: impl Fn(&Trouble) -> bool,
    ) {
        for entry in self.all.iter_mut().filter(|entry| entry.stands(at)) {
            if is_over(&entry.trouble) {
                entry.until = Some(at);
                ended(&entry.trouble);
            }
        }
    }

    /// What stands now, newest first.
    pub(crate) fn standing(&self, now: Nanos) -> impl Iterator<Item = Alert> {
        self.all.iter().filter(move |entry| entry.stands(now)).map(move |entry| shown(entry, now))
    }

    /// All that is remembered, newest first.
    pub(crate) fn history(&self, now: Nanos) -> Vec<Alert> {
        self.all.iter().map(|entry| shown(entry, now)).collect()
    }
}

fn shown(entry: &Entry, now: Nanos) -> Alert {
    let Trouble { venue, detail, .. } = &entry.trouble;
    Alert {
        severity: entry.trouble.severity(),
        code: entry.trouble.code(),
        text: entry.trouble.text(if entry.stands(now) { now } else { entry.since }),
        detail: (!detail.is_empty()).then(|| detail.clone()),
        since_ms: millis(entry.since),
        until_ms: (!entry.stands(now)).then(|| entry.until.map(millis)).flatten(),
        count: entry.count,
        link: match (venue, &entry.trouble.kind) {
            (Some(venue), _) => format!("/venues?id={}", venue.word()),
            (None, Kind::Desk(AlertCode::BalanceMismatch)) => String::from("/venues"),
            (None, _) => String::from("/system"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind) -> Trouble {
        Trouble { venue: Some(VenueName::Okx), kind, detail: String::new() }
    }

    fn at(seconds: i64) -> Nanos {
        Nanos::SECOND * seconds
    }

    /// What stands, as `code×count since`.
    fn standing(alerts: &Alerts, now: Nanos) -> String {
        let told = alerts.standing(now).map(|alert| {
            format!("{}×{} since {} s", alert.code, alert.count, alert.since_ms / 1e3)
        });
        told.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_link_that_is_back_ends_its_alert_and_stays_in_the_history() {
        let mut alerts = Alerts::default();
        alerts.raise(at(10), of(Kind::LinkDown));
        let mut ended = Vec::new();
        let down = Standing { heard: true, ..Standing::default() };
        alerts.venue_stands(at(11), VenueName::Okx, down, |_| unreachable!("it is still down"));
        let up = Standing { linked: true, ..down };
        alerts.venue_stands(at(11), VenueName::Bybit, up, |_| unreachable!("another venue"));
        assert_eq!(standing(&alerts, at(12)), "VENUE_LINK_DOWN×1 since 10 s");
        alerts.venue_stands(at(13), VenueName::Okx, up, |trouble| ended.push(trouble.code()));
        assert_eq!((standing(&alerts, at(13)), ended), (String::new(), vec!["VENUE_LINK_DOWN"]));
        assert_eq!(alerts.history(at(20))[0].until_ms, Some(13e3));
    }

    #[test]
    fn a_pause_ends_by_itself_or_before_by_the_venues_word() {
        let mut alerts = Alerts::default();
        alerts.raise(at(10), of(Kind::Pushback(at(5))));
        assert_eq!(standing(&alerts, at(14)), "VENUE_PUSHBACK×1 since 10 s");
        assert_eq!(standing(&alerts, at(15)), "");
        alerts.raise(at(20), of(Kind::Pushback(at(5))));
        let unpaused = Standing { unpaused: true, ..Standing::default() };
        alerts.venue_stands(at(21), VenueName::Okx, unpaused, |_| {});
        assert_eq!(standing(&alerts, at(21)), "");
    }

    #[test]
    fn a_planned_stop_is_over_when_its_window_is() {
        let mut alerts = Alerts::default();
        alerts.raise(at(0), of(Kind::Maintenance(at(3600), at(7200))));
        alerts.raise(at(60), of(Kind::Maintenance(at(3600), at(7200))));
        assert_eq!(standing(&alerts, at(7199)), "MAINTENANCE×2 since 0 s");
        assert_eq!(standing(&alerts, at(7200)), "");
    }

    #[test]
    fn the_same_again_is_counted_and_another_instrument_is_another_alert() {
        let mut alerts = Alerts::default();
        let rules = |id: &str| of(Kind::RulesChanged(id.into()));
        alerts.raise(at(1), of(Kind::Unreadable));
        alerts.raise(at(2), rules("A"));
        alerts.raise(at(3), of(Kind::Unreadable));
        alerts.raise(at(4), rules("B"));
        assert_eq!(
            standing(&alerts, at(4)),
            "RULES_CHANGED×1 since 4 s, VENUE_UNREADABLE×2 since 1 s, RULES_CHANGED×1 since 2 s"
        );
        // Over for five minutes, then again: counted on, since now.
        alerts.raise(at(363), of(Kind::Unreadable));
        assert!(standing(&alerts, at(363)).starts_with("VENUE_UNREADABLE×3 since 363 s"));
        // Long forgotten.
        alerts.raise(at(2000), of(Kind::Unreadable));
        assert!(standing(&alerts, at(2000)).starts_with("VENUE_UNREADABLE×1 since 2000 s"));
    }

    #[test]
    fn the_list_is_bounded_and_forgets_what_is_over_first() {
        let mut alerts = Alerts::default();
        alerts.raise(at(0), of(Kind::LinkDown));
        for n in 0..200 {
            alerts.raise(at(1000 * n), of(Kind::RulesChanged(n.to_string())));
        }
        assert_eq!(alerts.history(at(200_000)).len(), KEPT);
        assert_eq!(standing(&alerts, at(300_000)), "VENUE_LINK_DOWN×1 since 0 s");
    }
}
