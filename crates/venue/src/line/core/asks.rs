//! What the desk asks, and what we ask ourselves.

use aurora_model::{Nanos, ReportKind, VenueRefusal, VenueReport};
use aurora_wire::{Ask, AskNo, Input, Note};

use super::{Cause, Core, Effect, FromVenue, LineCommand, LineEvent, Source};
use crate::lifecycle::{Passed, Surroundings};

impl Core {
    pub(super) fn ask(&mut self, at: Nanos, no: AskNo, ask: Ask, effects: &mut Vec<Effect>) {
        let Some(account) = self.account() else {
            self.refuse_without_account(at, no, &ask);
            return;
        };
        let passed = self.lifecycle.pass(at, no, ask, &surroundings!(self));
        self.pass_on(at, account, passed, effects);
    }

    /// Hands on what the lifecycle let through, and tells about what it did not.
    pub(super) fn pass_on(
        &mut self,
        at: Nanos,
        account: usize,
        passed: Passed,
        effects: &mut Vec<Effect>,
    ) {
        for (id, refusal, why) in passed.refused {
            self.outbox.push_back(FromVenue::Report(VenueReport {
                venue_at: self.offset.venue_time(at),
                kind: ReportKind::Reject { id, refusal },
            }));
            self.event(LineEvent::NotSent(id, why));
        }
        for note in passed.notes {
            self.outbox.push_back(FromVenue::Note(Source::Account, note));
        }
        for (no, ask) in passed.asks {
            match &ask {
                Ask::Place(placement) => self.echo.asked(placement.id),
                Ask::PlaceMany(placements) => {
                    placements.iter().for_each(|placement| self.echo.asked(placement.id));
                }
                _ => {}
            }
            self.tell(at, account, Input::Ask(no, &ask), effects);
        }
    }

    pub(super) fn refuse_without_account(&mut self, at: Nanos, no: AskNo, ask: &Ask) {
        let why = "this line has no account: it only watches the market".to_owned();
        let ids: Vec<_> = match ask {
            Ask::Place(placement) => vec![placement.id],
            Ask::PlaceMany(placements) => placements.iter().map(|placement| placement.id).collect(),
            _ => Vec::new(),
        };
        for id in ids {
            let kind = ReportKind::Reject { id, refusal: VenueRefusal::NotSent };
            self.outbox.push_back(FromVenue::Report(VenueReport { venue_at: at, kind }));
        }
        self.outbox.push_back(FromVenue::Note(Source::Account, Note::Answered(no, Err(why))));
    }

    pub(super) fn command(&mut self, at: Nanos, command: LineCommand, effects: &mut Vec<Effect>) {
        match command {
            LineCommand::Calendar(windows) => {
                let venue = self.protocol.venue();
                let ours = windows.into_iter().filter(|window| window.venue == venue);
                self.calendar.replace(ours.collect());
                self.judge_at = at;
            }
            LineCommand::Operator(instrument, state) => {
                self.set_state(instrument, Cause::Operator, state);
            }
            LineCommand::Position(instrument, lots) => self.lifecycle.position(instrument, lots),
            LineCommand::Replace(no, old, new) => {
                let Some(account) = self.account() else {
                    self.refuse_without_account(at, no, &Ask::Place(new));
                    return;
                };
                let passed = self.lifecycle.replace(at, no, old, new);
                self.pass_on(at, account, passed, effects);
            }
        }
    }

    /// New orders of replaced ones leave when their cancels are confirmed.
    pub(super) fn follow_up(&mut self, at: Nanos, effects: &mut Vec<Effect>) {
        if !self.lifecycle.has_follow_ups(at) {
            return;
        }
        let Some(account) = self.account() else { return };
        let passed = self.lifecycle.follow_ups(at, &surroundings!(self));
        self.pass_on(at, account, passed, effects);
    }

    pub(super) fn ask_ourselves(&mut self, at: Nanos, ask: &Ask, effects: &mut Vec<Effect>) {
        let Some(account) = self.account() else { return };
        let no = self.own_ask();
        self.tell(at, account, Input::Ask(no, ask), effects);
    }

    pub(super) fn own_ask(&mut self) -> AskNo {
        self.next_own_ask += 1;
        AskNo(self.next_own_ask)
    }
}
