//! Calls: handed out to be signed when the governor lets them go, and their answers.

use std::sync::Arc;

use aurora_model::Nanos;
use aurora_signer::Told;
use aurora_wire::{Answer, Call, Headers, Input, Note, Rules};

use super::{Cause, Core, Effect, FromVenue, Later, LineEvent, Owner, Source, Waiting};
use crate::governor::{Outcome, Ticket, Verdict, Want};
use crate::transport::Reply;

impl Core {
    pub(super) fn submit(&mut self, at: Nanos, owner: Owner, call: Call) {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.governor.submit(at, ticket, Want::from(&call));
        let until = at + call.patience;
        self.calls.insert(ticket, Waiting { owner, call: Arc::new(call), until });
    }

    pub(super) fn release_calls(&mut self, at: Nanos, effects: &mut Vec<Effect>) {
        let mut verdicts = std::mem::take(&mut self.verdicts);
        self.governor.poll(at, &mut verdicts);
        for verdict in verdicts.drain(..) {
            match verdict {
                Verdict::Send(ticket) => {
                    let waiting = self.calls.get(&ticket).expect("the governor knows only ours");
                    let venue_at = self.offset.venue_time(at);
                    let (call, patience) = (Arc::clone(&waiting.call), waiting.until - at);
                    self.under_way += 1;
                    effects.push(Effect::Call { ticket, call, venue_at, patience });
                }
                Verdict::Refuse(ticket, why) => {
                    let waiting = self.calls.remove(&ticket);
                    if let Some(Waiting { owner: Owner::Talk(talk, no), .. }) = waiting {
                        self.later.push_back((talk, Later::NotSent(no, why)));
                    }
                }
            }
        }
        self.verdicts = verdicts;
    }

    /// Nobody signed the call: not a byte of it left.
    pub(super) fn unsigned(
        &mut self,
        at: Nanos,
        ticket: Ticket,
        told: Told,
        effects: &mut Vec<Effect>,
    ) {
        let reply = Reply::NotSent(told.to_string());
        self.event(LineEvent::NotSigned(told));
        self.answered(at, ticket, &reply, effects);
    }

    pub(super) fn answered(
        &mut self,
        at: Nanos,
        ticket: Ticket,
        reply: &Reply,
        effects: &mut Vec<Effect>,
    ) {
        let Some(waiting) = self.calls.remove(&ticket) else { return };
        self.under_way -= 1;
        self.frames += 1;
        let Reply::Got { status, headers, body } = reply else {
            let (answer, outcome) = match reply {
                Reply::NotSent(why) => (Answer::NotSent(why), Outcome::NotSent),
                Reply::Lost(why) => (Answer::Lost(why), Outcome::Lost),
                Reply::Got { .. } => unreachable!("taken above"),
            };
            self.governor.answered(at, ticket, outcome, &[], None);
            if let Owner::Talk(talk, no) = waiting.owner {
                self.tell(at, talk, Input::Answer(no, answer), effects);
            }
            return;
        };
        let pairs: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let headers = Headers(&pairs);
        let mut usage = std::mem::take(&mut self.usage);
        usage.clear();
        self.protocol.usage_of(&waiting.call, headers, &mut usage);
        let offset = self.offset.nanos();
        for usage in &mut usage {
            usage.resets_at = usage.resets_at.map(|venue_at| venue_at - offset);
        }
        let pushback = self.protocol.pushback_of(&waiting.call, *status, headers, body);
        self.governor.answered(at, ticket, Outcome::Status(*status), &usage, pushback);
        self.usage = usage;
        if let Some(pushback) = pushback {
            self.event(LineEvent::PushedBack(pushback.pause, pushback.ban));
        }
        match waiting.owner {
            Owner::Talk(talk, no) => {
                let answer = Answer::Got { status: *status, headers, body };
                self.tell(at, talk, Input::Answer(no, answer), effects);
            }
            Owner::Rules => self.read_rules(at, *status, body),
        }
    }

    pub(super) fn read_rules(&mut self, at: Nanos, status: u16, body: &[u8]) {
        if status != 200 {
            return;
        }
        let wanted: Vec<_> =
            self.rules.iter().map(|rules| (rules.no, rules.instrument.id.clone())).collect();
        let page = match self.protocol.read_rules(body, &wanted) {
            Ok(page) => page,
            Err(error) => {
                let note = Note::Unreadable(format!("instrument rules: {error}"));
                self.outbox.push_back(FromVenue::Note(Source::Account, note));
                return;
            }
        };
        for rules in page.rules {
            self.take_rules(rules);
        }
        if let Some(next) = page.next {
            for call in self.protocol.rules_call(Some(&next)) {
                self.submit(at, Owner::Rules, call);
            }
        }
    }

    /// The published rules of an instrument, with what our account pays in place of the lowest tier's fees.
    pub(super) fn take_rules(&mut self, mut rules: Rules) {
        if let Some((maker, taker)) = self.fees.get(&rules.no) {
            (rules.instrument.maker_fee, rules.instrument.taker_fee) = (*maker, *taker);
        }
        let Some(known) = self.rules.iter_mut().find(|known| known.no == rules.no) else { return };
        if *known != rules {
            *known = rules.clone();
            self.set_state(Some(rules.no), Cause::Status, rules.status.into());
            self.event(LineEvent::Rules(Box::new(rules)));
        }
    }
}
