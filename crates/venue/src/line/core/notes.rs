//! What sessions report and note, and what the line makes of it.

use aurora_model::{InstrumentNo, Nanos, ReportKind, Ticks, VenueReport};
use aurora_wire::{LostOrder, Note};
use rust_decimal::prelude::ToPrimitive;

use super::{Cause, Core, FromVenue, LineEvent, Source, VenueState};
use crate::maintenance::Window;

impl Core {
    pub(super) fn report(&mut self, at: Nanos, report: VenueReport) {
        match &report.kind {
            ReportKind::Fill(fill) => {
                if let Some(finding) = self.drop_copy.first(at, fill) {
                    self.event(LineEvent::DropCopy(finding));
                }
            }
            ReportKind::Account { fills, .. } => {
                fills.iter().for_each(|fill| self.drop_copy.known(fill));
            }
            ReportKind::Reject { id, .. } => self.echo.settled(*id),
            _ => {}
        }
        self.lifecycle.report(&report);
        self.outbox.push_back(FromVenue::Report(report));
    }

    pub(super) fn note(&mut self, at: Nanos, talk: usize, source: Source, note: Note) {
        match &note {
            Note::Up(link) => {
                self.talks[talk].up.insert(*link);
                if source == Source::Account {
                    self.heartbeat.account_up();
                }
            }
            Note::Down(link, _) => {
                let was_up = self.talks[talk].up.remove(link);
                let is_dark = was_up && self.talks[talk].up.is_empty();
                match source {
                    Source::Account if is_dark => self.account_lost(at),
                    Source::View(view) if is_dark => {
                        self.views.lost_all(view);
                        // What was told may be out of date before another view tells it.
                        self.limits.clear();
                        self.judge_at = at;
                    }
                    _ => {}
                }
            }
            // Another connection of the account may still be up.
            Note::AccountLost => self.account_lost(at),
            Note::AccountReady => {
                self.account_ready = true;
                self.echo.all_settled();
                self.heartbeat.account_up();
                self.set_state(None, Cause::Account, VenueState::Normal);
                self.set_state(None, Cause::Refused, VenueState::Normal);
            }
            Note::Gap(instrument, _) => {
                if let Source::View(view) = source {
                    self.views.lost(view, *instrument);
                    self.judge_at = at;
                }
            }
            Note::Clock { offset, round_trip } => self.offset.measured(*offset, *round_trip),
            Note::Mark { instrument, .. }
            | Note::OpenInterest(instrument, _)
            | Note::Liquidation(instrument, ..)
            | Note::PriceLimits(instrument, _)
                if !self.leads(source, *instrument) =>
            {
                return;
            }
            Note::Mark { instrument, mark, .. } => {
                let rules = self.rules.iter().find(|rules| rules.no == *instrument);
                let ticks = rules.and_then(|rules| (mark / rules.instrument.tick).round().to_i64());
                if let Some(ticks) = ticks {
                    self.marks.insert(*instrument, Ticks(ticks));
                }
            }
            Note::PriceLimits(instrument, limits) => {
                self.limits.insert(*instrument, *limits);
            }
            Note::Fees(instrument, maker, taker) => {
                self.fees.insert(*instrument, (*maker, *taker));
                let known = self.rules.iter().find(|rules| rules.no == *instrument);
                if let Some(rules) = known.cloned() {
                    self.take_rules(rules);
                }
            }
            Note::Status(instrument, status) => {
                self.set_state(Some(*instrument), Cause::Status, (*status).into());
                if let Some(rules) = self.rules.iter_mut().find(|rules| rules.no == *instrument) {
                    rules.status = *status;
                }
            }
            Note::Maintenance(from, to, title) => {
                self.calendar.announced(Window {
                    venue: self.protocol.venue(),
                    symbols: Vec::new(),
                    from: *from,
                    to: *to,
                    title: title.clone(),
                    source: "the venue".to_owned(),
                });
                self.judge_at = at;
            }
            Note::DropCopy(fill) => {
                if let Some(finding) = self.drop_copy.second(at, fill) {
                    self.event(LineEvent::DropCopy(finding));
                }
                return;
            }
            Note::Refused(_) => {
                self.set_state(None, Cause::Refused, VenueState::Quarantine);
            }
            // Whether it arrived at all is asked elsewhere.
            Note::Lost(id, LostOrder::Place, _) => self.echo.settled(*id),
            Note::AmendRefused(id, _) | Note::Lost(id, LostOrder::Amend, _) => {
                self.lifecycle.not_amended(*id);
            }
            Note::Amended(id, limit, qty) => self.lifecycle.amended(*id, *limit, *qty),
            Note::Position(instrument, lots, _) => self.lifecycle.position(*instrument, *lots),
            _ => {}
        }
        self.outbox.push_back(FromVenue::Note(source, note));
    }

    fn account_lost(&mut self, at: Nanos) {
        self.heartbeat.account_down(at);
        self.account_ready = false;
        self.echo.all_settled();
        self.set_state(None, Cause::Account, VenueState::Quarantine);
    }

    /// Notes about an instrument come from every view; the leader's are the ones that count.
    pub(super) fn leads(&self, source: Source, instrument: InstrumentNo) -> bool {
        match (source, self.views.leader(instrument)) {
            (Source::View(view), Some(leader)) => view == leader,
            _ => true,
        }
    }
}
