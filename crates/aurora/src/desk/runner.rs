//! The desk's thread: waits for the next moment, takes it, and shows what became of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use aurora_api::console::wire::System;
use aurora_api::console::{Ask, View};
use aurora_engine::{Audit, Command};
use aurora_model::{Nanos, TransitionCause};
use aurora_projection::Feed;
use aurora_venue::Clock;
use crossbeam_channel::{Receiver, select};
use tokio::sync::watch;

use super::answers::Owed;
use super::calendar::Calendars;
use super::observer::{Outside, Setting};
use super::pace::{Pace, Speed};
use super::source::Source;
use super::world::World;
use crate::ha::Lead;

/// How often the console is shown the desk.
const SHOW_EVERY: Nanos = Nanos(100_000_000);
/// How often `kill.flag` is looked for.
const FLAG_EVERY: Nanos = Nanos(200_000_000);
/// The longest the thread sleeps.
pub(crate) const NAP: Duration = Duration::from_millis(20);
/// At full speed the rest of the world is looked at once in so many messages.
const LOOK_EVERY: u64 = 256;
/// How long the venue is given to confirm cancels when the desk stops.
const LAST_WORDS: Nanos = Nanos(2_000_000_000);

/// Everything of the desk but its market.
pub(crate) struct Desk {
    pub(crate) world: World,
    /// Maintenance calendars, where some are configured.
    pub(crate) calendars: Option<Calendars>,
    pub(crate) speed: Speed,
    pub(crate) clock: Clock,
    pub(crate) asks: Receiver<Ask>,
    /// Answers to people that wait for the disk.
    pub(crate) owed: Owed,
    pub(crate) view: watch::Sender<Arc<View>>,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) setting: Setting,
    pub(crate) system: System,
    pub(crate) kill_flag: PathBuf,
    pub(crate) shown_at: Nanos,
    pub(crate) flag_at: Nanos,
    pub(crate) market_ended: bool,
    /// How long to run, in market time.
    pub(crate) market_time: Nanos,
    /// The run's first moment in market time.
    pub(crate) began_at: Nanos,
    /// How long after it the first fill was booked.
    pub(crate) first_fill: Option<Nanos>,
    /// Market events before this moment are history: they fill books and charts.
    pub(crate) begins_at: Nanos,
}

/// What a desk is wired to.
pub(crate) struct Wiring {
    pub(crate) calendars: Option<Calendars>,
    pub(crate) speed: Speed,
    pub(crate) clock: Clock,
    pub(crate) asks: Receiver<Ask>,
    pub(crate) view: watch::Sender<Arc<View>>,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) setting: Setting,
    pub(crate) system: System,
    pub(crate) kill_flag: PathBuf,
    /// How long to run, in market time.
    pub(crate) market_time: Nanos,
    /// Market events before this moment are history.
    pub(crate) begins_at: Nanos,
}

/// What a run came to.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Outcome {
    pub(crate) journal_hash: String,
    pub(crate) fingerprint: String,
    pub(crate) events: u64,
    pub(crate) messages: u64,
    pub(crate) orders: u64,
    pub(crate) fills: u64,
    pub(crate) denied: u64,
    pub(crate) net: String,
    /// Market seconds from the start to the first fill.
    pub(crate) first_fill_s: Option<f64>,
    pub(crate) took_s: f64,
}

/// Runs until told to stop, or to the end of the tape; then cancels what is open and closes the books.
pub(crate) fn run(mut desk: Desk, mut source: Source, end_with_tape: bool) -> Result<Outcome> {
    let started = Instant::now();
    let mut pace: Option<Pace> = None;
    while !desk.stopping() {
        let Some(event) = source.next()? else { break };
        let at = event.received_at;
        if at < desk.begins_at {
            desk.world.warm(&event)?;
            continue;
        }
        let pace = match &pace {
            Some(pace) => pace,
            None => pace.insert(desk.begin(at)?),
        };
        if desk.market_time <= at - desk.began_at {
            desk.stop.store(true, Ordering::Relaxed);
            break;
        }
        if desk.speed != Speed::Max {
            desk.wait(pace, at)?;
        } else if desk.world.messages.is_multiple_of(LOOK_EVERY) {
            desk.look(at)?;
        }
        desk.world.market(&event)?;
        desk.note_first_fill();
    }
    let took = started.elapsed();
    if !desk.stopping() && !end_with_tape {
        desk.stay()?;
    }
    desk.finish(took)
}

impl Desk {
    /// A desk that has not begun.
    pub(crate) fn new(world: World, wiring: Wiring) -> Desk {
        let Wiring {
            calendars,
            speed,
            clock,
            asks,
            view,
            stop,
            setting,
            system,
            kill_flag,
            market_time,
            begins_at,
        } = wiring;
        Desk {
            world,
            calendars,
            speed,
            clock,
            asks,
            owed: Owed::default(),
            view,
            stop,
            setting,
            system,
            kill_flag,
            shown_at: Nanos(0),
            flag_at: Nanos(0),
            market_ended: false,
            market_time,
            began_at: Nanos(i64::MIN),
            first_fill: None,
            begins_at,
        }
    }

    pub(crate) fn note_first_fill(&mut self) {
        if self.first_fill.is_none() && self.world.observer.fills > 0 {
            self.first_fill = Some(self.world.now() - self.began_at);
        }
    }

    pub(crate) fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The market's first moment: the run begins.
    pub(crate) fn begin(&mut self, at: Nanos) -> Result<Pace> {
        self.began_at = at;
        let epoch = self.world.store.epoch();
        let began = self.world.command(at, Command::Start { epoch })?;
        assert!(began.is_ok(), "a start is never refused");
        self.world.clock(at)?;
        self.world.lead.as_ref().inspect(|lead| lead.begun());
        Ok(Pace::begin(self.speed, at, self.clock.now()))
    }

    /// Waits until the market's time is `at`; meanwhile everything else goes on.
    fn wait(&mut self, pace: &Pace, at: Nanos) -> Result<()> {
        loop {
            let wall = self.clock.now();
            let now = pace.market_at(wall).unwrap_or(at).min(at);
            self.world.turn(now)?;
            self.world.advance(now)?;
            self.look(now)?;
            if at <= now || self.stopping() {
                return Ok(());
            }
            let nap = pace.wait_for(self.world.next_at().min(at), wall).min(NAP);
            let clock = self.clock.clone();
            self.listen(nap, move || pace.market_at(clock.now()).unwrap_or(at).min(at))?;
        }
    }

    /// After the tape: time stands still, the console can still be looked at and asked.
    fn stay(&mut self) -> Result<()> {
        self.market_ended = true;
        let end = self.world.now();
        while !self.stopping() {
            self.look(end)?;
            self.listen(NAP, || end)?;
        }
        Ok(())
    }

    /// Sleeps until somebody wants something, at most so long.
    fn listen(&mut self, nap: Duration, now: impl Fn() -> Nanos) -> Result<()> {
        select! {
            recv(self.world.store.commits()) -> commit => {
                if let Ok(commit) = commit {
                    self.world.turn(now())?;
                    let records = self.world.committed(commit)?;
                    self.world.durable(now(), records)?;
                }
            }
            recv(self.asks) -> ask => {
                match ask {
                    Ok(ask) => self.answer(now(), ask)?,
                    // Nobody can ask any more: only the nap is left.
                    Err(_) => std::thread::sleep(nap),
                }
            }
            default(nap) => {}
        }
        Ok(())
    }

    /// Looks at the rest of the world: questions, `kill.flag`, logs, the console.
    pub(crate) fn look(&mut self, now: Nanos) -> Result<()> {
        while let Ok(ask) = self.asks.try_recv() {
            self.answer(now, ask)?;
        }
        self.owed.settle(Instant::now(), &self.world.store);
        let wall = self.clock.now();
        if self.world.lead.as_ref().is_some_and(Lead::is_to_hold) {
            let reason = String::from("the process stood still");
            // A killed desk stays killed.
            drop(self.world.command(now, Command::Hold(TransitionCause::Operator, reason))?);
        }
        if self.flag_at <= wall {
            self.flag_at = wall + FLAG_EVERY;
            self.kill_flag(now)?;
        }
        if self.shown_at <= wall {
            self.shown_at = wall + SHOW_EVERY;
            self.world.measure(now)?;
            let written = self.what_is_written(now, wall);
            if written != self.world.engine.audit() {
                self.world.audit(now, written)?;
            }
            self.show(now, wall);
        }
        Ok(())
    }

    /// Whether everything that must be written down is: what is not, is not risked.
    fn what_is_written(&mut self, now: Nanos, wall: Nanos) -> Audit {
        let World { observer, store, audit, projection, .. } = &mut self.world;
        observer.audit_stands(now, audit.problem());
        observer.projection_stands(now, projection.as_ref().and_then(Feed::problem));
        // Virtual time waits for the audit, wherever that is.
        let audited = audit.writes() && (self.speed == Speed::Max || !audit.lags());
        let logged = observer.commit_logs(wall);
        if store.is_full() {
            Audit::JournalFull
        } else if logged && audited {
            Audit::Written
        } else {
            Audit::Unwritten
        }
    }

    fn kill_flag(&mut self, now: Nanos) -> Result<()> {
        let killed = self.world.engine.status().state == aurora_model::TradingState::Killed;
        if !killed && self.kill_flag.exists() {
            let reason = format!("{} appeared", self.kill_flag.display());
            drop(self.world.command(now, Command::Kill(TransitionCause::KillFlag, reason))?);
        }
        Ok(())
    }

    pub(crate) fn show(&mut self, now: Nanos, wall: Nanos) {
        let World { engine, counterparty, observer, store, .. } = &mut self.world;
        observer.sample(now, engine, counterparty);
        let outside = Outside { now, wall, market_ended: self.market_ended, journal: store.work() };
        let view = observer.view(&outside, &self.setting, engine, counterparty);
        let view = if self.began_at.0 == i64::MIN { view.before_the_start() } else { view };
        self.view.send_replace(Arc::new(view));
    }

    /// HOLD, wait for the last words of the venue, write down where everything stands, close.
    pub(crate) fn finish(mut self, took: Duration) -> Result<Outcome> {
        let now = self.world.now();
        if now.0 != i64::MIN {
            if self.world.engine.status().state.may_open() {
                let reason = String::from("the process is stopping");
                drop(self.world.command(now, Command::Hold(TransitionCause::Shutdown, reason))?);
            }
            match self.world.counterparty.lines() {
                // Nothing may leave any more: there is no word to wait for.
                Some(_) if self.world.lead.as_ref().is_some_and(Lead::is_lost) => {}
                Some(_) => self.last_words_of_lines(self.clock.now() + LAST_WORDS)?,
                None => self.last_words(now + LAST_WORDS)?,
            }
            drop(self.world.command(self.world.now(), Command::Checkpoint)?);
        }
        self.world.observer.commit_logs(self.clock.now());
        let (orders, fills, denied) = self.world.observer.totals();
        let first_fill_s = self.first_fill.map(Nanos::seconds);
        let ended_at = self.clock.now();
        let World { engine, store, audit, events, messages, projection, .. } = self.world;
        let last = store.last();
        let journal_hash = store.close()?;
        self.owed.all_written();
        if let Some(projection) = projection {
            projection.finish(last);
        }
        audit.close(ended_at, last)?;
        Ok(Outcome {
            first_fill_s,
            fingerprint: engine.fingerprint().to_string(),
            net: engine.ledger().pnl().net.to_string(),
            journal_hash,
            events,
            messages,
            orders,
            fills,
            denied,
            took_s: took.as_secs_f64(),
        })
    }

    /// Lets the venue's time pass until nothing is open any more.
    fn last_words(&mut self, until: Nanos) -> Result<()> {
        while self.world.engine.orders().live_count() > 0 && self.world.now() < until {
            let next = self.world.next_at().min(until);
            self.world.advance(next)?;
        }
        Ok(())
    }
}
