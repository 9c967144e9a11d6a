//! The desk's loop body: market, venue, journal and engine on one time line.
//!
//! Everything that happens has a moment, and moments are taken in order. Whether time is the wall clock
//! or a tape as fast as the processor allows, the same code runs; only the waiting differs.

use std::time::{Instant, SystemTime};

use anyhow::Result;
use aurora_api::console::View;
use aurora_engine::{
    Audit, Command, Effects, Engine, Input, Notice, Record, Refusal, Stamped, Watch,
};
use aurora_model::{InstrumentNo, MarketEvent, Nanos, Statement, Venue, VenueReport, VenueState};
use aurora_projection::Feed;

use super::alerts::{Standing, Trouble};
use super::audit::DeskAudit;
use super::counterparty::{Counterparty, Step};
use super::lines::Lines;
use super::observer::{Observer, Outside, Setting};
use super::stopwatch::Monotonic;
use super::store::{Commit, JournalWork, Store};
use super::watchdog::Watchdog;
use crate::ha::Lead;
use crate::venues::VenueName;

/// Engine, venue and journal, and what lies between them.
pub(crate) struct World {
    pub(crate) engine: Engine<Monotonic>,
    pub(crate) counterparty: Counterparty,
    pub(crate) store: Store,
    pub(crate) audit: DeskAudit,
    pub(crate) observer: Observer,
    /// What may leave, for a node that has others.
    pub(crate) lead: Option<Lead>,
    /// Where time is real.
    pub(crate) watchdog: Option<Watchdog>,
    /// Fills the SQL table, where one is wanted.
    pub(crate) projection: Option<Feed>,
    effects: Effects,
    /// The numbers of the records in the effects.
    written: Vec<u64>,
    now: Nanos,
    /// How many market events were taken, and how many messages they came in.
    pub(crate) events: u64,
    pub(crate) messages: u64,
}

/// What a world is put together from.
pub(crate) struct WorldParts {
    pub(crate) engine: Engine<Monotonic>,
    pub(crate) counterparty: Counterparty,
    pub(crate) store: Store,
    pub(crate) audit: DeskAudit,
    pub(crate) observer: Observer,
    pub(crate) lead: Option<Lead>,
    pub(crate) watchdog: Option<Watchdog>,
    pub(crate) projection: Option<Feed>,
}

impl World {
    pub(crate) fn new(parts: WorldParts) -> World {
        let WorldParts { engine, counterparty, store, audit, observer, lead, watchdog, projection } =
            parts;
        World {
            engine,
            counterparty,
            store,
            audit,
            observer,
            lead,
            watchdog,
            projection,
            effects: Effects::default(),
            written: Vec::new(),
            now: Nanos(i64::MIN),
            events: 0,
            messages: 0,
        }
    }

    /// What the console is shown before the first market event.
    pub(crate) fn first_view(&mut self, wall: Nanos, setting: &Setting) -> View {
        let outside =
            Outside { now: wall, wall, market_ended: false, journal: JournalWork::default() };
        self.observer.view(&outside, setting, &self.engine, &self.counterparty).before_the_start()
    }

    /// The newest moment that has happened.
    pub(crate) fn now(&self) -> Nanos {
        self.now
    }

    /// When something is due next besides the market.
    pub(crate) fn next_at(&self) -> Nanos {
        self.counterparty.next_at().into_iter().fold(self.engine.next_timer(), Nanos::min)
    }

    /// Lets everything happen that is due at `to` or before.
    pub(crate) fn advance(&mut self, to: Nanos) -> Result<()> {
        loop {
            let next = self.next_at();
            if to < next {
                break;
            }
            let at = next.max(self.now);
            self.now = at;
            match self.counterparty.step(at)? {
                Step::Report(report) => self.apply(at, &Input::Report(&report))?,
                Step::Moved => {}
                Step::Idle => self.apply(at, &Input::Timer)?,
            }
        }
        self.now = self.now.max(to);
        Ok(())
    }

    /// Takes one market event, after everything that was due before it.
    pub(crate) fn market(&mut self, event: &MarketEvent<'_>) -> Result<()> {
        let at = event.received_at.max(self.now);
        if self.next_at() <= at {
            self.advance(at)?;
        }
        self.now = at;
        self.messages += 1;
        self.events += event.kind.event_count() as u64;
        self.counterparty.on_market(event)?;
        self.observer.market(event);
        self.apply(at, &Input::Market(*event))
    }

    /// Takes a market event of the time before the run: books, features and charts fill, nothing is decided.
    pub(crate) fn warm(&mut self, event: &MarketEvent<'_>) -> Result<()> {
        let at = event.received_at;
        self.now = at;
        self.counterparty.on_market(event)?;
        self.observer.market(event);
        self.apply(at, &Input::Market(*event))?;
        self.observer.quote(event.instrument, at, &self.engine);
        Ok(())
    }

    /// Takes a venue's report that came by itself.
    pub(crate) fn report(&mut self, at: Nanos, report: &VenueReport) -> Result<()> {
        let at = at.max(self.now);
        self.advance(at)?;
        self.apply(at, &Input::Report(report))
    }

    /// Tells a person something that is no decision.
    pub(crate) fn alert(&mut self, at: Nanos, trouble: Trouble) {
        self.observer.alert(at, trouble);
    }

    /// A venue told how it stands: alerts end by it.
    pub(crate) fn venue_stands(&mut self, at: Nanos, venue: VenueName, standing: Standing) {
        self.observer.venue_stands(at, venue, standing);
    }

    /// Takes an operator's or the platform's command.
    pub(crate) fn command(&mut self, at: Nanos, command: Command) -> Result<Result<(), Refusal>> {
        let at = at.max(self.now);
        self.now = at;
        if matches!(command, Command::Resume(_))
            && let Some(same) = self.counterparty.lines().map(Lines::same_build)
        {
            self.builds(at, same)?;
        }
        self.effects.clear();
        let outcome = self.engine.apply(at, &Input::Command(command), &mut self.effects);
        self.carry_out(at)?;
        Ok(outcome)
    }

    /// The journal thread says that so many of this run's records are on disk.
    pub(crate) fn durable(&mut self, at: Nanos, records: u64) -> Result<()> {
        let at = at.max(self.now);
        self.now = at;
        self.on_disk(at, records)?;
        self.apply(at, &Input::Durable { records })
    }

    /// With virtual time the disk is waited for where a person depends on it.
    pub(crate) fn commit_now(&mut self) -> Result<()> {
        match self.store.commit_inline()? {
            Some(records) => self.durable(self.now, records),
            None => Ok(()),
        }
    }

    fn on_disk(&mut self, at: Nanos, records: u64) -> Result<()> {
        let last = records + self.store.base();
        self.observer.durable(at, last);
        if let Some(projection) = &self.projection {
            projection.durable(last);
        }
        self.audit.durable(last)
    }

    /// What a venue takes has changed.
    pub(crate) fn venue_state(
        &mut self,
        at: Nanos,
        instrument: InstrumentNo,
        state: VenueState,
    ) -> Result<()> {
        let at = at.max(self.now);
        self.apply(at, &Input::Venue { instrument, state })
    }

    /// A venue told its wallets.
    pub(crate) fn statement(
        &mut self,
        at: Nanos,
        venue: Venue,
        statement: &Statement,
    ) -> Result<()> {
        let at = at.max(self.now);
        self.apply(at, &Input::Statement(venue, statement))
    }

    /// Tells the engine how well the venues' clocks are known, where they are measured.
    pub(crate) fn clock(&mut self, at: Nanos) -> Result<()> {
        let measured = self.counterparty.lines().and_then(Lines::clock_uncertainty);
        let Some(uncertainty) = measured else { return Ok(()) };
        let at = at.max(self.now);
        self.apply(at, &Input::Clock { uncertainty })
    }

    /// A turn of the loop, before anything else in it: what the desk finds out about itself.
    pub(crate) fn turn(&mut self, at: Nanos) -> Result<()> {
        let Some(watchdog) = &mut self.watchdog else { return Ok(()) };
        for watch in watchdog.turn((Instant::now(), SystemTime::now())).into_iter().flatten() {
            self.apply(at.max(self.now), &Input::Watch(watch))?;
        }
        Ok(())
    }

    /// Whether every process of the desk is of one build.
    /// What the keys of the desk may do.
    pub(crate) fn keys(&mut self, at: Nanos, fine: Result<(), String>) -> Result<()> {
        self.apply(at.max(self.now), &Input::Watch(Watch::Keys(fine)))
    }

    pub(crate) fn builds(&mut self, at: Nanos, same: Result<(), String>) -> Result<()> {
        self.apply(at.max(self.now), &Input::Watch(Watch::Builds(same)))
    }

    /// What lasts is measured now and then.
    pub(crate) fn measure(&mut self, at: Nanos) -> Result<()> {
        let Some(watchdog) = &mut self.watchdog else { return Ok(()) };
        let skew = self.counterparty.lines().and_then(Lines::clock_skew);
        let skew = skew.map(|worst| watchdog.skew(worst));
        let disk = watchdog.disk(Instant::now());
        for watch in skew.into_iter().chain([disk]) {
            self.apply(at.max(self.now), &Input::Watch(watch))?;
        }
        Ok(())
    }

    /// The journal thread's word about a commit: how many of this run's records are on disk.
    pub(crate) fn committed(&mut self, commit: Commit) -> Result<u64> {
        if let (Some(watchdog), Ok(durable)) = (&mut self.watchdog, &commit) {
            let took = Nanos(i64::try_from(durable.took_ns).unwrap_or(i64::MAX));
            watchdog.committed(Instant::now(), took);
        }
        self.store.on_commit(commit)
    }

    pub(crate) fn audit(&mut self, at: Nanos, audit: Audit) -> Result<()> {
        let at = at.max(self.now);
        self.apply(at, &Input::Audit(audit))
    }

    fn apply(&mut self, at: Nanos, input: &Input<'_>) -> Result<()> {
        self.effects.clear();
        if self.engine.apply(at, input, &mut self.effects).is_err() {
            unreachable!("only commands are refused");
        }
        if self.effects.records.is_empty()
            && self.effects.requests.is_empty()
            && self.effects.notices.is_empty()
        {
            return Ok(());
        }
        self.carry_out(at)
    }

    /// Writes the records down, sends the requests, then shows what happened. What watches comes last: no order
    /// waits for it.
    fn carry_out(&mut self, at: Nanos) -> Result<()> {
        let intents = self.write_down()?;
        self.counterparty.stands(self.engine.status().state);
        self.send(at);
        self.show(at)?;
        self.effects.clear();
        // With virtual time the disk is waited for where an order depends on it.
        let committed = if intents { self.store.commit_inline()? } else { None };
        if let Some(records) = committed {
            self.on_disk(at, records)?;
            let durable = Input::Durable { records };
            if self.engine.apply(at, &durable, &mut self.effects).is_err() {
                unreachable!("only commands are refused");
            }
            self.carry_out(at)?;
        }
        Ok(())
    }

    /// Appends the records, and has a journal on a thread of its own begin with them at once. True: orders among
    /// them wait to be durable.
    fn write_down(&mut self) -> Result<bool> {
        self.written.clear();
        for stamped in &self.effects.records {
            self.written.push(self.store.append(stamped)?);
        }
        self.store.begin_commit()?;
        let is_intent = |stamped: &Stamped| matches!(stamped.record, Record::Intent { .. });
        Ok(self.effects.records.iter().any(is_intent))
    }

    fn send(&mut self, at: Nanos) {
        for request in self.effects.requests.drain(..) {
            // What may not leave is dropped: its fate is asked about as if its answer had been lost.
            let is_fresh =
                self.watchdog.as_ref().is_none_or(|dog| dog.lets(Instant::now(), &request));
            if is_fresh && self.lead.as_ref().is_none_or(|lead| lead.lets(&request)) {
                self.counterparty.submit(at, request);
            }
        }
    }

    fn show(&mut self, at: Nanos) -> Result<()> {
        for (seq, stamped) in self.written.iter().zip(&self.effects.records) {
            self.audit.record(*seq, stamped);
            self.observer.record(*seq, stamped);
            if let Some(projection) = &self.projection {
                projection.record(*seq, stamped);
            }
        }
        for notice in self.effects.notices.drain(..) {
            if let Notice::Decided(judgement) = &notice {
                self.audit.decided(judgement)?;
            }
            self.observer.notice(at, notice, &self.engine);
        }
        Ok(())
    }
}
