//! What is looked at because time passes.

use aurora_model::{Nanos, ReportKind, VenueReport};
use aurora_wire::{Ask, Input};

use super::{
    Cause, Core, Effect, FromVenue, JUDGE_EVERY, LineEvent, LineStatus, Owner, VenueState,
};
use crate::drop_copy::Finding;
use crate::views::ViewEvent;

impl Core {
    /// What is looked at because time passes.
    pub(super) fn watch(&mut self, at: Nanos, effects: &mut Vec<Effect>) {
        if self.drop_copy.wake_at() <= at {
            self.compare_paths(at);
        }
        if let Some((heart, silence)) = self.heartbeat.missed(at) {
            let cancels = self.heartbeat.cancels() && self.account().is_some();
            if cancels {
                self.ask_ourselves(at, &Ask::CancelAll(None), effects);
            }
            self.event(LineEvent::HeartbeatMissed(heart, silence, cancels));
        }
        if let Some(id) = self.echo.overdue(at) {
            let why = format!("order {id} was taken and the private stream says nothing of it");
            self.drop_private(&why, effects);
        }
        if self.lifecycle.wake_at() <= at
            && let Some(account) = self.account()
        {
            let due = self.lifecycle.due(at);
            for ask in due {
                let no = self.own_ask();
                self.tell(at, account, Input::Ask(no, &ask), effects);
            }
        }
        if self.judge_at <= at {
            self.judge_at = at + JUDGE_EVERY;
            self.judge(at);
        }
        if self.rules_at <= at {
            self.rules_at = at + self.settings.rules_every.unwrap_or(Nanos(i64::MAX / 2));
            for call in self.protocol.rules_call(None) {
                self.submit(at, Owner::Rules, call);
            }
        }
        if self.status_at <= at {
            self.status_at = at + self.settings.status_every;
            let status = self.status(at);
            self.outbox.push_back(FromVenue::Status(Box::new(status)));
        }
    }

    pub(super) fn compare_paths(&mut self, at: Nanos) {
        let mut findings = Vec::new();
        self.drop_copy.overdue(at, &mut findings);
        for finding in findings {
            if let Finding::MissedByFirst(fill) = finding {
                let report = VenueReport { venue_at: fill.at, kind: ReportKind::Fill(fill) };
                self.lifecycle.report(&report);
                self.outbox.push_back(FromVenue::Report(report));
            }
            self.event(LineEvent::DropCopy(finding));
        }
    }

    pub(super) fn judge(&mut self, at: Nanos) {
        let mut events = std::mem::take(&mut self.view_events);
        self.views.judge(at, &mut events);
        for event in events.drain(..) {
            match event {
                ViewEvent::Stale(instrument) => {
                    self.set_state(Some(instrument), Cause::Market, VenueState::CancelOnly);
                }
                ViewEvent::Fresh(instrument, _) => {
                    self.set_state(Some(instrument), Cause::Market, VenueState::Normal);
                }
                _ => {}
            }
            self.event(LineEvent::View(event));
        }
        self.view_events = events;
        if !self.desk_lags {
            self.views.catch_up(at, &mut self.batch);
        }
        let limits = match self.governor.paused_until(at) {
            Some(_) if self.governor.is_banned(at) => VenueState::CancelOnly,
            Some(_) => VenueState::Degraded,
            None => VenueState::Normal,
        };
        self.set_state(None, Cause::Limits, limits);
        self.judge_calendar(at);
    }

    pub(super) fn judge_calendar(&mut self, at: Nanos) {
        let mut alerts = Vec::new();
        self.calendar.alerts(at, &mut alerts);
        for alert in alerts {
            self.event(LineEvent::Maintenance(alert));
        }
        let state = |is_off| if is_off { VenueState::Maintenance } else { VenueState::Normal };
        self.set_state(None, Cause::Calendar, state(self.calendar.is_off(at, None)));
        let symbols = self.rules.iter().map(|rules| (rules.no, &rules.instrument.symbol));
        let off: Vec<_> =
            symbols.map(|(no, symbol)| (no, self.calendar.is_off(at, Some(symbol)))).collect();
        for (instrument, is_off) in off {
            self.set_state(Some(instrument), Cause::Calendar, state(is_off));
        }
    }

    pub(super) fn status(&mut self, at: Nanos) -> LineStatus {
        LineStatus {
            venue: self.protocol.venue(),
            at,
            state: self.states.venue(),
            causes: self.states.causes().collect(),
            governor: self.governor.snapshot(at),
            views: self.views.status(at),
            view_counts: self.views.counts(),
            drop_copy: self.drop_copy.counts(),
            lifecycle: self.lifecycle.counts(),
            heartbeat_misses: self.heartbeat.misses(),
            clock_offset: self.offset.nanos(),
            account_ready: self.account_ready,
            links: u32::try_from(self.sockets.values().filter(|open| open.since.is_some()).count())
                .unwrap_or(u32::MAX),
            frames: self.frames,
            calls: self.under_way,
            backlog: self.backlog,
            windows: self.calendar.ahead(at).cloned().collect(),
        }
    }
}
