//! Between a desk and the network: what a venue line does, as far as the desk depends on it.
//!
//! A model of its own of what `aurora_venue::Line` and the desk's lines promise: a call is signed and sent once, a lost
//! answer is no answer, a sweep is asked again until it is answered, a new connection compares the account, and
//! a second path tells the fills that the stream left out.

use aurora_authority::{Operation, Terms};
use aurora_engine::Input;
use aurora_model::{
    InstrumentNo, Nanos, OrderIntent, ReportKind, TradingState, Venue, VenueRefusal, VenueReport,
    VenueRequest, VenueState,
};

use crate::desk::{Desk, Died};
use crate::net::{Call, Why};
use crate::setup;
use crate::venue::{Answer, Ask};
use crate::world::{BEGIN, Event, NodeEvent, World};

/// A question about the account is asked again after so long.
const ASK_AGAIN: Nanos = Nanos::from_millis(3_000);
/// A stream that says nothing for so long is opened anew.
const SILENT_FOR: Nanos = Nanos::from_millis(2_500);
/// The second path looks so often, and so far back.
const SECOND_PATH: Nanos = Nanos::from_millis(1_500);
const LOOK_BACK: Nanos = Nanos::from_millis(12_000);

/// What a line knows.
#[derive(Debug)]
pub(crate) struct Line {
    /// Counts connections; pushes of an earlier one are lost.
    pub(crate) link: u32,
    /// The stream delivers. False for a dead one that nobody has noticed.
    pub(crate) is_heard: bool,
    pub(crate) deaf_since: Nanos,
    /// Connected, and the account was compared since.
    pub(crate) is_ready: bool,
    /// The second path tells every fill since then.
    began_at: Nanos,
    compare_asked: Option<Nanos>,
    /// Fills up to here were compared.
    compared_to: Nanos,
    /// The desk's own question about the account: since when, and when it was asked.
    sweep: Option<(Nanos, Nanos)>,
    /// When the last push comes that is on its way.
    pub(crate) pushed_at: Nanos,
    /// Nothing may leave any more.
    pub(crate) is_stopped: bool,
}

impl Line {
    pub(crate) fn new(at: Nanos) -> Line {
        Line {
            link: 1,
            is_heard: true,
            deaf_since: Nanos(0),
            is_ready: false,
            compare_asked: None,
            began_at: at - LOOK_BACK,
            compared_to: at - LOOK_BACK,
            sweep: None,
            pushed_at: Nanos(0),
            is_stopped: false,
        }
    }
}

impl World {
    /// The first connection: the desk's own sweep compares the account.
    pub(crate) fn connected(&mut self, n: usize, desk: &mut Desk) -> Result<(), Died> {
        self.set_ready(n, desk, true)?;
        self.watch_again(n, desk);
        Ok(())
    }

    fn watch_again(&mut self, n: usize, desk: &Desk) {
        let (node, life, term) = (self.nodes[n].no, self.nodes[n].life, desk.term);
        self.after(SECOND_PATH, Event::Node { node, life, term, event: NodeEvent::Watch });
    }

    fn set_ready(&mut self, n: usize, desk: &mut Desk, is_ready: bool) -> Result<(), Died> {
        desk.line.is_ready = is_ready;
        let state = if is_ready { VenueState::Normal } else { VenueState::Quarantine };
        for market in 0..self.options.markets {
            let instrument = InstrumentNo(market);
            self.apply(n, desk, &Input::Venue { instrument, state })?;
        }
        Ok(())
    }

    /// A request of the engine leaves, or is refused on the way.
    pub(crate) fn submit(
        &mut self,
        n: usize,
        desk: &mut Desk,
        request: VenueRequest,
    ) -> Result<(), Died> {
        let ask = match request {
            VenueRequest::Place { id, intent } => return self.place(n, desk, id, intent),
            VenueRequest::Cancel { id, .. } => {
                if let Some(at) = self.venue.open(id) {
                    self.venue.orders[at].is_leaving = true;
                }
                Ask::Cancel(id)
            }
            VenueRequest::CancelAll => Ask::CancelAll,
            VenueRequest::Query { id, .. } => Ask::Query(id),
            VenueRequest::Sweep { since } => {
                desk.line.sweep = Some((since, self.now));
                Ask::Account { since }
            }
            VenueRequest::DeadMan { after } => Ask::DeadMan(after),
            VenueRequest::Statement { .. } => return Ok(()),
        };
        self.crash_point(n)?;
        self.ask(n, desk, Why::Desk, ask);
        Ok(())
    }

    fn ask(&mut self, n: usize, desk: &Desk, why: Why, ask: Ask) {
        let venue = Venue::Paper;
        let operation = match ask {
            Ask::Cancel(..) => Operation::Cancel(venue),
            Ask::CancelAll => Operation::CancelAll(venue),
            Ask::DeadMan(after) => Operation::DeadMan { venue, is_armed: after.is_some() },
            _ => Operation::Read(venue),
        };
        let is_signed =
            !self.signer.is_away && self.signer.judge(self.now, desk.epoch, &operation).is_ok();
        if !is_signed {
            self.told_stale(n, desk.epoch);
        } else {
            let (node, life, term) = (self.nodes[n].no, self.nodes[n].life, desk.term);
            let epoch = desk.epoch;
            self.call(Call { node, life, term, sent_at: self.now, epoch, why, ask });
        }
    }

    fn place(
        &mut self,
        n: usize,
        desk: &mut Desk,
        id: aurora_model::ClientOrderId,
        intent: OrderIntent,
    ) -> Result<(), Died> {
        self.crash_point(n)?;
        let may_send = self.nodes[n].machine.as_ref().and_then(|m| m.may_send(self.now - BEGIN));
        let refused = desk.line.is_stopped || may_send != Some(desk.epoch) || self.signer.is_away;
        let instrument = &setup::instruments()[intent.instrument.index()];
        let operation = Operation::Place {
            terms: Terms {
                venue: Venue::Paper,
                symbol: &instrument.symbol,
                id: Some(id),
                qty: intent.qty.0.into(),
                price: Some(intent.limit.0.into()),
            },
            side: intent.side,
            reduce_only: intent.reduce_only,
        };
        let refused = refused || self.signer.judge(self.now, desk.epoch, &operation).is_err();
        if refused {
            self.told_stale(n, desk.epoch);
            self.trace.say(self.now, || format!("node {n}: {id} is not signed"));
            let kind = ReportKind::Reject { id, refusal: VenueRefusal::NotSent };
            let soon = Nanos::from_millis(1);
            let (node, life, term) = (self.nodes[n].no, self.nodes[n].life, desk.term);
            let report = VenueReport { venue_at: self.now, kind };
            let event = NodeEvent::Push(desk.line.link, Box::new(report));
            self.after(soon, Event::Node { node, life, term, event });
            return Ok(());
        }
        self.crash_point(n)?;
        self.sends(desk, id, &intent);
        // The measured offset of the venue's clock is off by some.
        let stamped = self.now + self.draws.millis(-120, 120);
        let (node, life, term) = (self.nodes[n].no, self.nodes[n].life, desk.term);
        let ask = Ask::Place { id, intent, stamped };
        let (epoch, sent_at) = (desk.epoch, self.now);
        self.call(Call { node, life, term, sent_at, epoch, why: Why::Desk, ask });
        self.crash_point(n)
    }

    pub(crate) fn line_event(
        &mut self,
        n: usize,
        desk: &mut Desk,
        event: NodeEvent,
    ) -> Result<(), Died> {
        match event {
            NodeEvent::Push(link, report) if link == desk.line.link && desk.has_begun => {
                self.report(n, desk, &report)
            }
            NodeEvent::Answer(answered) if desk.has_begun => {
                let (call, answer) = *answered;
                self.answered(n, desk, &call, answer)
            }
            NodeEvent::Watch => self.watch(n, desk),
            NodeEvent::Compare => {
                self.compare(n, desk);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn report(&mut self, n: usize, desk: &mut Desk, report: &VenueReport) -> Result<(), Died> {
        self.apply(n, desk, &Input::Report(report)).map(drop)
    }

    fn answered(
        &mut self,
        n: usize,
        desk: &mut Desk,
        call: &Call,
        answer: Answer,
    ) -> Result<(), Died> {
        match answer {
            Answer::Report(kind @ ReportKind::Account { .. }) => self.account(n, desk, call, kind),
            Answer::Report(kind) => self.report(n, desk, &VenueReport { venue_at: self.now, kind }),
            Answer::Fills(fills) => {
                for fill in fills {
                    let kind = ReportKind::Fill(fill);
                    // The line knows which it has told; the desk is told the others.
                    if !self.is_booked(desk.term, &fill) {
                        self.report(n, desk, &VenueReport { venue_at: fill.at, kind })?;
                    }
                }
                Ok(())
            }
            Answer::Done | Answer::Busy => Ok(()),
        }
    }

    /// A whole account: an answer to the desk's sweep, or what a new connection compares.
    fn account(
        &mut self,
        n: usize,
        desk: &mut Desk,
        call: &Call,
        kind: ReportKind,
    ) -> Result<(), Died> {
        let venue_at = self.now;
        if let Why::Compare(link) = call.why {
            if link != desk.line.link || desk.line.is_ready {
                return Ok(());
            }
            desk.line.compare_asked = None;
            desk.line.compared_to = call.sent_at - Nanos::SECOND;
            self.set_ready(n, desk, true)?;
        }
        if desk.line.sweep.take().is_some() {
            let report = VenueReport { venue_at, kind };
            self.report(n, desk, &report)?;
            // One that differs may be asked for once more before it counts.
            if desk.line.sweep.is_none() {
                self.agrees(desk, &report);
            }
            return Ok(());
        }
        if call.why == Why::Desk {
            return Ok(());
        }
        let ReportKind::Account { open, fills, .. } = kind else { return Ok(()) };
        let live: Vec<_> = desk.engine.orders().live().map(|order| order.id).collect();
        for id in live {
            if open.iter().all(|order| order.id != id) {
                self.ask(n, desk, Why::Desk, Ask::Query(id));
            }
        }
        for fill in fills {
            let kind = ReportKind::Fill(fill);
            self.report(n, desk, &VenueReport { venue_at, kind })?;
        }
        for order in open {
            let kind = ReportKind::Order { id: order.id, found: Some(order) };
            self.report(n, desk, &VenueReport { venue_at, kind })?;
        }
        Ok(())
    }

    /// What a line does because time passes.
    fn watch(&mut self, n: usize, desk: &mut Desk) -> Result<(), Died> {
        self.watch_again(n, desk);
        if !desk.has_begun {
            return Ok(());
        }
        if let Some((since, asked_at)) = desk.line.sweep
            && ASK_AGAIN <= self.now - asked_at
        {
            desk.line.sweep = Some((since, self.now));
            self.ask(n, desk, Why::Desk, Ask::Account { since });
        }
        if let Some(asked_at) = desk.line.compare_asked
            && ASK_AGAIN <= self.now - asked_at
        {
            self.compare(n, desk);
        }
        if !desk.line.is_heard && SILENT_FOR <= self.now - desk.line.deaf_since {
            return self.reconnect(n, desk);
        }
        let since = desk.line.began_at;
        self.ask(n, desk, Why::DropCopy, Ask::Fills { since });
        Ok(())
    }

    /// The private stream is gone and opened anew.
    pub(crate) fn reconnect(&mut self, n: usize, desk: &mut Desk) -> Result<(), Died> {
        desk.line.link += 1;
        (desk.line.is_heard, desk.line.pushed_at) = (true, Nanos(0));
        self.set_ready(n, desk, false)?;
        self.trace.say(self.now, || format!("node {n}: opens its private stream anew"));
        let (node, life, term) = (self.nodes[n].no, self.nodes[n].life, desk.term);
        let soon = self.draws.millis(20, 400);
        desk.line.compare_asked = Some(self.now + soon);
        self.after(soon, Event::Node { node, life, term, event: NodeEvent::Compare });
        Ok(())
    }

    fn compare(&mut self, n: usize, desk: &mut Desk) {
        if desk.line.is_ready || self.now < self.venue.away_until {
            return;
        }
        desk.line.compare_asked = Some(self.now);
        let since = desk.line.compared_to;
        self.ask(n, desk, Why::Compare(desk.line.link), Ask::Account { since });
    }

    /// Whether that state of the desk lets orders out.
    pub(crate) fn may_open(desk: &Desk) -> bool {
        desk.engine.status().state == TradingState::Run
    }
}
