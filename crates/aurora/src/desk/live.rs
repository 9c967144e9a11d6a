//! The desk on venues behind sockets: time is the wall clock, the market and the reports come by themselves.

use std::time::{Duration, Instant};

use anyhow::Result;
use aurora_engine::{Command, Reconciliation};
use aurora_model::{Nanos, TradingState, TransitionCause};
use aurora_signer::Scope;
use crossbeam_channel::TryRecvError;

use super::alerts::{Kind, Trouble};
use super::calendar::Calendars;
use super::counterparty::Counterparty;
use super::lines::{Lines, News, emptied};
use super::runner::{Desk, NAP, Outcome};
use super::signing::is_other_build;
use super::source::Source;
use super::world::World;

/// How often a start that waits for its venues says so.
const SAY_EVERY: Nanos = Nanos(5_000_000_000);

/// Runs until told to stop; then cancels what is open and closes the books.
///
/// `history` is the market up to now, where somebody has it: books, features and charts fill, nothing is decided.
pub(crate) fn run(mut desk: Desk, history: Option<Source>) -> Result<Outcome> {
    if let Some(mut history) = history {
        while let Some(event) = history.next()? {
            if desk.begins_at <= event.received_at {
                break;
            }
            desk.world.warm(&event)?;
        }
    }
    desk.connect()?;
    let started = Instant::now();
    if !desk.stopping() {
        desk.begin(desk.clock.now())?;
    }
    while !desk.stopping() {
        let now = desk.clock.now();
        desk.world.turn(now)?;
        desk.world.advance(now)?;
        desk.news(now)?;
        desk.look(now)?;
        desk.note_first_fill();
        if desk.market_time <= now - desk.began_at {
            break;
        }
        desk.hear(desk.world.next_at())?;
    }
    desk.finish(started.elapsed())
}

impl Desk {
    /// Waits until every account is compared and every book whole.
    fn connect(&mut self) -> Result<()> {
        let lines = |world: &World| world.counterparty.lines().is_some_and(|l| l.are_ready());
        let mut told_at = self.clock.now();
        while !self.stopping() && !lines(&self.world) {
            let now = self.clock.now();
            if SAY_EVERY <= now - told_at {
                told_at = now;
                let missing = self.world.counterparty.lines().map(Lines::missing);
                for venue in missing.unwrap_or_default() {
                    self.world.alert(now, venue);
                }
            }
            self.news(now)?;
            self.look(now)?;
            self.hear(now + Nanos::SECOND)?;
        }
        Ok(())
    }

    /// Takes everything the lines have brought.
    pub(crate) fn news(&mut self, now: Nanos) -> Result<()> {
        self.read_calendars(now);
        loop {
            let World { counterparty, engine, .. } = &mut self.world;
            let Counterparty::Lines(lines) = counterparty else { return Ok(()) };
            lines.chase(now);
            let live = || {
                let open = engine.orders().live();
                open.map(|order| (order.id, order.intent.instrument)).collect()
            };
            let Some(news) = lines.take(now, &live) else { return Ok(()) };
            self.on_news(now, news)?;
        }
    }

    fn read_calendars(&mut self, now: Nanos) {
        let Some(news) = self.calendars.as_ref().and_then(Calendars::news) else { return };
        if let Counterparty::Lines(lines) = &self.world.counterparty {
            lines.calendar(&news.windows);
        }
        for fault in news.faults {
            self.world
                .alert(now, Trouble { venue: None, kind: Kind::CalendarUnread, detail: fault });
        }
    }

    fn on_news(&mut self, now: Nanos, news: News) -> Result<()> {
        let begun = self.began_at.0 != i64::MIN;
        match news {
            News::Market(line, batch) => {
                for event in batch.events() {
                    if begun {
                        self.world.market(&event)?;
                    } else {
                        self.world.warm(&event)?;
                    }
                }
                if let Counterparty::Lines(lines) = &self.world.counterparty {
                    lines.recycle(line, batch);
                }
            }
            // What a session compares before the start comes again with the desk's own sweep.
            News::Reports(_) if !begun => {}
            News::Reports(reports) => {
                for report in reports {
                    self.world.report(now, &report)?;
                }
            }
            News::Takes(changes) => {
                for (instrument, state) in changes {
                    self.world.venue_state(now, instrument, state)?;
                }
            }
            News::Lost(no) if begun => self.world.market(&emptied(no, now))?,
            News::Lost(no) => self.world.warm(&emptied(no, now))?,
            News::Alert(trouble) => self.world.alert(now, trouble),
            News::Stands(venue, standing) => self.world.venue_stands(now, venue, standing),
            News::Refused(trouble) => {
                // Somebody else leads by now: this node comes to rest at once.
                if let (Kind::NotSigned(told), Some(lead)) = (&trouble.kind, &self.world.lead)
                    && let Scope::Epoch(highest) = told.scope
                {
                    lead.was_refused(highest);
                }
                if let Kind::NotSigned(told) = &trouble.kind
                    && is_other_build(told)
                {
                    self.world.builds(now, Err(told.en.clone()))?;
                }
                let hold = Command::Hold(TransitionCause::Venue, trouble.log_line());
                self.world.alert(now, trouble);
                let status = self.world.engine.status();
                let is_held = (status.state, status.cause);
                // Each further refusal is an alert; as a stop of its own it would stand in the journal every second.
                if is_held != (TradingState::Hold, TransitionCause::Venue) {
                    // A killed desk stays killed.
                    drop(self.world.command(now, hold)?);
                }
            }
            News::Statement(venue, statement) => {
                self.world.statement(now, venue, &statement)?;
            }
            News::Keys => {
                if let Some(keys) = self.world.counterparty.lines().map(Lines::keys) {
                    self.world.keys(now, keys)?;
                }
            }
            News::Clock if begun => self.world.clock(now)?,
            News::Clock => {}
            News::Nothing => {}
        }
        Ok(())
    }

    /// Sleeps until somebody has something to say, at the latest at that moment.
    fn hear(&mut self, until: Nanos) -> Result<()> {
        let ahead = (until - self.clock.now()).0.max(0);
        let nap = Duration::from_nanos(u64::try_from(ahead).unwrap_or(0)).min(NAP);
        // The other node's word comes by no channel.
        let is_waiting = self.world.store.waits_for_the_other();
        let nap = if is_waiting { nap.min(Duration::from_millis(1)) } else { nap };
        if let Counterparty::Lines(lines) = &self.world.counterparty {
            lines.wait(nap, (self.world.store.commits(), &self.asks));
        }
        // Before anything is let out: it may be from before the process stood still.
        self.world.turn(self.clock.now())?;
        while let Ok(commit) = self.world.store.commits().try_recv() {
            let records = self.world.committed(commit)?;
            self.world.durable(self.clock.now(), records)?;
        }
        if let Some(records) = self.world.store.newly_on_both() {
            self.world.durable(self.clock.now(), records)?;
        }
        match self.asks.try_recv() {
            Ok(ask) => self.answer(self.clock.now(), ask)?,
            // Nobody can ask any more, and must not wake us all the time.
            Err(TryRecvError::Disconnected) => self.asks = crossbeam_channel::never(),
            Err(TryRecvError::Empty) => {}
        }
        Ok(())
    }

    /// Lets the venues confirm their cancels until nothing is open any more, and every fill on its way is booked.
    pub(crate) fn last_words_of_lines(&mut self, until: Nanos) -> Result<()> {
        let open = |world: &World| {
            world.engine.orders().live_count() > 0
                || *world.engine.reconciliation() == Reconciliation::Awaited
        };
        while open(&self.world) && self.clock.now() < until {
            let now = self.clock.now();
            self.world.advance(now)?;
            self.news(now)?;
            self.hear(self.world.next_at().min(until))?;
        }
        Ok(())
    }
}
