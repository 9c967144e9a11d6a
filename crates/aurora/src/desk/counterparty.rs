//! Who the desk trades with: the paper venue in this process, in virtual time, or venues behind sockets.

use std::collections::VecDeque;

use anyhow::{Context, Result};
use aurora_journal::LineLog;
use aurora_matching::{PaperVenue, Queue, VenueFact, VenueOutput};
use aurora_model::{ClientOrderId, MarketEvent, Nanos, TradingState, VenueReport, VenueRequest};

use super::lines::Lines;

/// What happened when the counterparty was let go on to a moment.
pub(crate) enum Step {
    /// It has something to tell the desk.
    Report(VenueReport),
    /// Something moved on its side.
    Moved,
    /// Nothing is due there.
    Idle,
}

/// The other side of every order.
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
pub(crate) enum Counterparty {
    /// The paper venue in this process.
    Inside(Inside),
    /// Venues behind sockets.
    Lines(Lines),
}

impl Counterparty {
    /// Sends a request on its way.
    pub(crate) fn submit(&mut self, at: Nanos, request: VenueRequest) {
        match self {
            Counterparty::Inside(inside) => inside.venue.submit(at, request),
            Counterparty::Lines(lines) => lines.submit(at, request),
        }
    }

    /// The desk's state may have changed: who signs for it must know first.
    pub(crate) fn stands(&mut self, state: TradingState) {
        match self {
            Counterparty::Inside(_) => {}
            Counterparty::Lines(lines) => lines.stands(state),
        }
    }

    /// When something is due there; `None` when it comes by itself.
    pub(crate) fn next_at(&self) -> Option<Nanos> {
        match self {
            Counterparty::Inside(inside) => inside.next_at(),
            Counterparty::Lines(_) => None,
        }
    }

    /// Takes the next thing due at `at` or before.
    pub(crate) fn step(&mut self, at: Nanos) -> Result<Step> {
        match self {
            Counterparty::Inside(inside) => inside.step(at),
            Counterparty::Lines(_) => Ok(Step::Idle),
        }
    }

    /// Shows it the market, where it lives in ours.
    pub(crate) fn on_market(&mut self, event: &MarketEvent<'_>) -> Result<()> {
        match self {
            Counterparty::Inside(inside) => inside.on_market(event),
            Counterparty::Lines(_) => Ok(()),
        }
    }

    /// Where a resting order stands in its queue, where that is known.
    pub(crate) fn queue(&self, id: ClientOrderId) -> Option<Queue> {
        match self {
            Counterparty::Inside(inside) => inside.venue.queue(id),
            Counterparty::Lines(_) => None,
        }
    }

    /// The venues behind sockets, where they are.
    pub(crate) fn lines(&self) -> Option<&Lines> {
        match self {
            Counterparty::Inside(_) => None,
            Counterparty::Lines(lines) => Some(lines),
        }
    }
}

/// The paper venue, its memory, and its reports on their way.
pub(crate) struct Inside {
    venue: PaperVenue,
    log: LineLog,
    output: VenueOutput,
    /// Reports on their way to the desk; moments never go back.
    inbox: VecDeque<(Nanos, VenueReport)>,
}

impl Inside {
    pub(crate) fn new(venue: PaperVenue, log: LineLog) -> Inside {
        Inside { venue, log, output: VenueOutput::default(), inbox: VecDeque::new() }
    }

    fn next_at(&self) -> Option<Nanos> {
        let report = self.inbox.front().map(|(at, _)| *at);
        [report, self.venue.next_at()].into_iter().flatten().min()
    }

    fn step(&mut self, at: Nanos) -> Result<Step> {
        if self.venue.next_at().is_some_and(|due| due <= at) {
            self.venue.advance(at, &mut self.output);
            self.take_output()?;
            return Ok(Step::Moved);
        }
        let due = self.inbox.front().is_some_and(|(due, _)| *due <= at);
        let report = if due { self.inbox.pop_front() } else { None };
        Ok(report.map_or(Step::Idle, |(_, report)| Step::Report(report)))
    }

    fn on_market(&mut self, event: &MarketEvent<'_>) -> Result<()> {
        self.venue.on_market(event, &mut self.output);
        if self.output.facts.is_empty() && self.output.reports.is_empty() {
            return Ok(());
        }
        self.take_output()
    }

    /// What the venue wrote down and says: facts first, then the reports may travel.
    fn take_output(&mut self) -> Result<()> {
        let facts = self.output.facts.iter().map(VenueFact::encode);
        self.log.write(facts).context("the paper venue's log cannot be written")?;
        self.output.facts.clear();
        self.inbox.extend(self.output.reports.drain(..));
        Ok(())
    }
}
