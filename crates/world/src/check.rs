//! What must hold after every step, whatever happens.

use std::collections::BTreeMap;

use aurora_engine::{Audit, Engine, Notice, Reconciliation, Record};
use aurora_exec::Order;
use aurora_gate::NoStopwatch;
use aurora_journal::{JournalError, Seq};
use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Lots, Nanos, OrderIntent, OrderState, ReportKind, Side,
    TradingState, TransitionCause, VenueReport,
};

use crate::desk::Desk;
use crate::net::Call;
use crate::recovery::Files;
use crate::setup::{ORDERS_PER_MINUTE, POSITION_CAP, STALE_AFTER};
use crate::venue::Ask;
use crate::world::{BEGIN, World};

/// A check that failed.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub(crate) invariant: &'static str,
    /// How long after the beginning.
    pub(crate) at: Nanos,
    pub(crate) detail: String,
}

/// What the world itself knows of an order of ours.
#[derive(Clone, Copy, Debug, Default)]
struct Fate {
    is_durable: bool,
    /// How often it left a node, and how often the venue took it.
    sent: u32,
    taken: u32,
}

/// Everything that is watched.
#[derive(Debug)]
pub(crate) struct Checks {
    pub(crate) violation: Option<Violation>,
    pub(crate) files: Files,
    /// A leader was replaced that had acted on what its follower did not have: its orders are nobody's.
    pub(crate) is_lossy: bool,
    fates: BTreeMap<ClientOrderId, Fate>,
    /// When orders left, newest last.
    sent: Vec<Nanos>,
    /// A person has stopped the desk, and the record of it is this one of that desk.
    pub(crate) stop: Option<(u32, Seq)>,
    is_stopped: bool,
    /// Which trades a desk has booked.
    pub(crate) booked: (u32, Vec<bool>),
    /// Allowed decisions and written intents of the newest desk.
    pub(crate) decided: u64,
    pub(crate) intents: u64,
}

impl Checks {
    pub(crate) fn new() -> Checks {
        Checks {
            violation: None,
            files: Files::default(),
            is_lossy: false,
            fates: BTreeMap::new(),
            sent: Vec::new(),
            stop: None,
            is_stopped: false,
            booked: (0, Vec::new()),
            decided: 0,
            intents: 0,
        }
    }

    pub(crate) fn fail(&mut self, at: Nanos, invariant: &'static str, detail: String) {
        let at = at - BEGIN;
        self.violation.get_or_insert(Violation { invariant, at, detail });
    }

    /// A disk of the world is never damaged before its tail: a refusal to start is a false alarm.
    pub(crate) fn refused_to_start(&mut self, at: Nanos, refused: &JournalError) {
        self.fail(at, "I11", format!("the journal does not open: {refused}"));
    }

    pub(crate) fn cannot_replay(&mut self, at: Nanos, fault: &str) {
        self.fail(at, "I12", format!("the journal does not replay: {fault}"));
    }

    /// By the clock of a process that begins, everything that was is longer ago.
    pub(crate) fn clock_went_on(&mut self, span: Nanos) {
        self.sent.iter_mut().for_each(|sent| *sent = *sent - span);
    }

    /// People have looked: the desk may trade again.
    pub(crate) fn let_go(&mut self) {
        (self.stop, self.is_stopped) = (None, false);
    }
}

impl World {
    /// Whether that desk has booked the fill.
    pub(crate) fn is_booked(&self, term: u32, fill: &Fill) -> bool {
        let at = self.venue.place_of(fill.instrument, fill.trade_id);
        let booked = &self.checks.booked;
        booked.0 == term && at.is_some_and(|at| booked.1.get(at) == Some(&true))
    }

    pub(crate) fn fail(&mut self, invariant: &'static str, detail: String) {
        self.trace.say(self.now, || format!("VIOLATION {invariant}: {detail}"));
        self.checks.fail(self.now, invariant, detail);
    }

    /// A record was appended.
    pub(crate) fn written(&mut self, desk: &Desk, record: &Record) {
        let checks = &mut self.checks;
        checks.files.known.insert(desk.journal.head_hash().0);
        if checks.files.writer != desk.term {
            return;
        }
        checks.files.heads.push(desk.journal.head_hash());
        match record {
            Record::Intent { .. } => checks.intents += 1,
            Record::State { to, cause, .. }
                if *to != TradingState::Run && *cause == TransitionCause::Operator =>
            {
                checks.stop = Some((desk.term, desk.journal.last_seq()));
            }
            Record::Report(report) => self.told(desk, report),
            _ => {}
        }
    }

    /// I6: what the desk was told, counted apart from the ledger.
    fn told(&mut self, desk: &Desk, report: &aurora_model::VenueReport) {
        use aurora_model::ReportKind as R;
        match &report.kind {
            R::Fill(fill) => self.booked(desk.term, fill),
            R::Account { fills, .. } => fills.iter().for_each(|fill| self.booked(desk.term, fill)),
            _ => {}
        }
    }

    pub(crate) fn booked(&mut self, term: u32, fill: &Fill) {
        let at = self.venue.place_of(fill.instrument, fill.trade_id);
        let Some(at) = at.filter(|at| self.venue.trades[*at] == *fill) else {
            return self.fail("I7", format!("the venue knows no such fill: {fill:?}"));
        };
        let booked = &mut self.checks.booked;
        if booked.0 != term {
            return;
        }
        if booked.1.len() <= at {
            booked.1.resize(at + 1, false);
        }
        booked.1[at] = true;
    }

    /// Everything up to there is on every disk it belongs on: it may be acted on.
    pub(crate) fn released(&mut self, n: usize, desk: &mut Desk) {
        let seq = desk.released;
        while let Some((_, id)) = desk.intents.pop_front_if(|(intent, _)| *intent <= seq) {
            self.checks.fates.entry(id).or_default().is_durable = true;
        }
        if self.checks.files.writer != desk.term {
            return;
        }
        let at = usize::try_from(seq.0 - desk.base).unwrap_or(0);
        if let Some(head) = at.checked_sub(1).and_then(|at| desk.heads.get(at)) {
            self.checks.files.released = (seq, *head);
        }
        // What the other node cannot know it cannot keep.
        let kept = match self.may_lose() {
            true => seq.min(self.nodes[n].shipped.last_seq()),
            false => seq,
        };
        if let Some((term, stop)) = self.checks.stop
            && term == desk.term
            && stop <= kept
        {
            self.checks.is_stopped = true;
        }
    }

    /// An order leaves a node: I1, I4, I10, I16.
    pub(crate) fn sends(&mut self, desk: &Desk, id: ClientOrderId, intent: &OrderIntent) {
        self.counts.orders += 1;
        let fate = self.checks.fates.entry(id).or_default();
        fate.sent += 1;
        let Fate { sent, is_durable, .. } = *fate;
        if 1 < sent {
            self.fail("I1", format!("{id} leaves for the {sent}th time"));
        }
        if !is_durable {
            self.fail("I2", format!("{id} leaves before its intent is durable"));
        }
        if !World::may_open(desk) || self.checks.is_stopped {
            let state = desk.engine.status();
            self.fail("I4", format!("{id} leaves in {} ({:?})", state.state.code(), state.cause));
        }
        if self.signer.epoch() != desk.epoch || id.epoch() != desk.epoch {
            let (ours, highest) = (desk.epoch, self.signer.epoch());
            self.fail("I3", format!("{id} is signed for epoch {ours}, the highest is {highest}"));
        }
        self.within_caps(desk, id, intent);
        let now = self.now;
        let sent = &mut self.checks.sent;
        sent.push(now);
        let minute = sent.iter().rev().take_while(|at| now - **at < Nanos::SECOND * 60).count();
        // What closes a position is not held up by it.
        if (ORDERS_PER_MINUTE as usize) < minute && !intent.reduce_only && !self.checks.is_lossy {
            self.fail("I16", format!("{minute} orders within a minute"));
        }
    }

    /// I10: with everything that may still fill, as the venue knows it, the position stays within its cap.
    fn within_caps(&mut self, desk: &Desk, id: ClientOrderId, intent: &OrderIntent) {
        // Nobody can count with what the venue does against its own word.
        let is_unknown = self.venue.overfilled != 0 || self.venue.told_late != 0;
        if intent.reduce_only || is_unknown || self.checks.is_lossy {
            return;
        }
        let no = intent.instrument;
        let sign = intent.side.sign();
        let held = self.venue.position[no.index()] * sign;
        let open = self.venue.pending(no, intent.side);
        let Some(touch) = desk.engine.markets()[no.index()].book.touch() else { return };
        let after = held + open + intent.qty.0;
        let worth = after * touch.price(intent.side).0;
        // The price may have moved a little between the decision and the fsync.
        if POSITION_CAP * 102 / 100 < worth {
            self.fail("I10", format!("{id}: the position could become worth {worth}"));
        }
    }

    /// The venue took an order: I1, I2, I3, I5.
    pub(crate) fn accepted(&mut self, call: &Call) {
        let Ask::Place { id, .. } = call.ask else { return };
        let fate = self.checks.fates.entry(id).or_default();
        fate.taken += 1;
        let Fate { taken, is_durable, .. } = *fate;
        if 1 < taken {
            self.fail("I1", format!("the venue takes {id} for the {taken}th time"));
        }
        if !is_durable {
            self.fail("I2", format!("the venue takes {id}, whose intent is not durable"));
        }
        if call.epoch < self.signer.epoch() && self.signer.raised_at < call.sent_at {
            self.fail("I3", format!("{id} was signed for epoch {} after the raise", call.epoch));
        }
        let desks = || self.nodes.iter().filter_map(|node| node.desk.as_ref());
        let newer = desks().find(|desk| call.epoch < desk.epoch && World::may_open(desk));
        let newer = newer.map(|desk| desk.epoch);
        let dead = desks().filter(|desk| desk.epoch == self.signer.epoch()).any(|desk| {
            desk.engine.orders().get(id).is_some_and(|order| order.state == OrderState::Reject)
        });
        if let Some(epoch) = newer {
            self.fail("I3", format!("{id} is taken while epoch {epoch} trades"));
        }
        if dead {
            self.fail("I5", format!("{id} was given up, and the venue takes it"));
        }
    }

    /// A desk did something: I5 to I8, I13, I15, I17.
    pub(crate) fn looked(&mut self, desk: &Desk, at: Nanos, notices: &[Notice]) {
        for notice in notices {
            self.counts.checks += 1;
            match notice {
                Notice::Order(id) => self.order_moved(desk, *id),
                Notice::Filled(fill, _) => self.filled(desk, fill),
                Notice::Decided(judgement) => self.decided(desk, at, judgement),
                Notice::State { to: TradingState::Run, cause, .. } => self.runs(desk, at, *cause),
                Notice::State { .. } | Notice::Alert { .. } => {}
            }
        }
    }

    /// I4: nobody leaves HOLD but by the checks, and not while a person has stopped the desk.
    fn runs(&mut self, desk: &Desk, at: Nanos, cause: TransitionCause) {
        // What a replaced leader believes of itself lets nothing out.
        if desk.epoch < self.signer.epoch() {
            return;
        }
        let failed = desk.engine.checks(at).into_iter().find(|(_, ok)| !ok);
        let agrees = *desk.engine.reconciliation() == Reconciliation::Agreed;
        if failed.is_some() || !agrees {
            let detail = format!("RUN though {failed:?}, {:?}", desk.engine.reconciliation());
            self.fail("I4", detail);
        }
        if cause != TransitionCause::Operator && self.checks.is_stopped {
            self.fail("I4", format!("RUN by {cause:?} though a person has stopped the desk"));
        }
    }

    fn order_moved(&mut self, desk: &Desk, id: ClientOrderId) {
        let Some(order) = desk.engine.orders().get(id) else { return };
        let is_current = desk.epoch == self.signer.epoch();
        if order.state == OrderState::Reject && is_current && self.venue.all(id).next().is_some() {
            self.fail("I5", format!("{id} is given up, and the venue has taken it"));
        }
        if is_current {
            self.covers(desk, order.intent.instrument);
        }
    }

    /// I10: what the desk counts with is never less than what the venue may still make of it.
    fn covers(&mut self, desk: &Desk, no: InstrumentNo) {
        if self.venue.overfilled != 0 || self.venue.told_late != 0 || self.checks.is_lossy {
            return;
        }
        for side in [Side::Buy, Side::Sell] {
            let ours = desk.engine.ledger().position(no).0 * side.sign()
                + desk.engine.orders().pending(no, side).0;
            let theirs =
                self.venue.position[no.index()] * side.sign() + self.venue.pending(no, side);
            if ours < theirs {
                let side = side.word();
                self.fail(
                    "I10",
                    format!("{side}: the desk counts with {ours}, the venue {theirs}"),
                );
            }
        }
    }

    fn filled(&mut self, desk: &Desk, fill: &Fill) {
        self.counts.fills += 1;
        if let Err(violation) = desk.engine.ledger().check() {
            self.fail("I17", violation.to_string());
        }
        let over = desk.engine.orders().get(fill.order).filter(|o| o.intent.qty < o.filled);
        if let Some(order) = over.filter(|_| World::may_open(desk)) {
            let (id, filled) = (order.id, order.filled.0);
            self.fail("I8", format!("{id} has filled {filled} and the desk trades on"));
        }
        if self.checks.booked.0 == desk.term {
            self.position_is_told(&desk.engine, fill.instrument);
        }
    }

    /// I6, I7: the position is the sum of what was told, each once.
    pub(crate) fn position_is_told(&mut self, engine: &Engine<NoStopwatch>, no: InstrumentNo) {
        let told = self.venue.trades.iter().zip(&self.checks.booked.1).filter(|told| *told.1);
        let here = told.filter(|(fill, _)| fill.instrument == no);
        let sum: i64 = here.map(|(fill, _)| fill.qty.0 * fill.side.sign()).sum();
        let ours = engine.ledger().position(no).0;
        // Fills of orders that nobody has written down are booked by a person.
        if sum != ours && !self.checks.is_lossy {
            self.fail("I6", format!("position {ours}, the fills told so far make {sum}"));
        }
    }

    fn decided(&mut self, desk: &Desk, at: Nanos, judgement: &aurora_engine::Judgement) {
        if judgement.denial.is_some() == judgement.order.is_some() {
            self.fail("I13", format!("a decision is neither denied nor an order: {judgement:?}"));
        }
        if judgement.order.is_none() {
            return;
        }
        self.checks.decided += u64::from(self.checks.files.writer == desk.term);
        if self.checks.files.writer == desk.term && self.checks.decided != self.checks.intents {
            let (decided, intents) = (self.checks.decided, self.checks.intents);
            self.fail("I13", format!("{decided} decisions let out {intents} intents"));
        }
        let feed = desk.feeds[judgement.instrument.index()];
        if desk.engine.audit() != Audit::Written && judgement.purpose == aurora_exec::Purpose::Entry
        {
            self.fail("I13", "an entry though nothing can be audited: the disk is full".to_owned());
        }
        let is_entry = judgement.purpose == aurora_exec::Purpose::Entry;
        if is_entry && (feed.has_gap || STALE_AFTER < at - feed.heard_at) {
            self.fail("I15", format!("an entry on a stale book: {feed:?} at {at:?}"));
        }
        self.exits_fit(desk, judgement.order);
    }

    /// I7: a desk that says it agrees with an account holds what the account told.
    pub(crate) fn agrees(&mut self, desk: &Desk, account: &VenueReport) {
        let ReportKind::Account { positions, .. } = &account.kind else { return };
        if *desk.engine.reconciliation() != Reconciliation::Agreed {
            return;
        }
        for market in desk.engine.markets() {
            let ours = desk.engine.ledger().position(market.no);
            let told = positions.iter().find(|(no, _)| *no == market.no);
            let theirs = told.map_or(Lots::ZERO, |(_, held)| *held);
            if ours != theirs {
                let detail = format!("it agrees with {}, and holds {}", theirs.0, ours.0);
                self.fail("I7", detail);
            }
        }
    }

    /// I9: with one more order that closes a position, they are together never more than it is.
    fn exits_fit(&mut self, desk: &Desk, made: Option<ClientOrderId>) {
        let Some(made) = made.and_then(|id| desk.engine.orders().get(id)) else { return };
        let like = |order: &&Order| {
            let (one, other) = (&order.intent, &made.intent);
            (one.instrument, one.side, one.reduce_only) == (other.instrument, other.side, true)
        };
        if !made.intent.reduce_only {
            return;
        }
        let asked: i64 = desk.engine.orders().live().filter(like).map(|order| order.left().0).sum();
        let position = desk.engine.ledger().position(made.intent.instrument).0;
        let held = -position * made.intent.side.sign();
        if held < asked {
            self.fail("I9", format!("exits of {asked} lots are out for a position of {position}"));
        }
    }
}
