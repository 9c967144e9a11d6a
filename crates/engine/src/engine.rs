//! The engine: every input goes through [`Engine::apply`].

use std::collections::{BTreeMap, VecDeque};

use aurora_exec::{Chase, Deadlines, Orders};
use aurora_gate::{Gate, GateConfig, Stopwatch};
use aurora_ledger::Ledger;
use aurora_model::{
    ClientOrderId, InstrumentNo, Nanos, Notional, TradingState, TransitionCause, Venue,
};
use aurora_signal::Wish;

use crate::EngineError;
use crate::brakes::{BrakeLimits, Budget, Turnover};
use crate::effect::Effects;
use crate::fingerprint::{self, Fingerprint};
use crate::guard::Limits;
use crate::input::{Audit, Input};
use crate::market::{Market, MarketSettings};
use crate::reconcile::Reconciliation;
use crate::record::{Record, Stamped};
use crate::state::{Refusal, Status};
use crate::wallets::{WalletPolicy, Wallets};
use crate::watch::Watched;

/// What the engine is built from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Our number for the trading account, part of every order id.
    pub account: u16,
    /// Seeds the decision ids.
    pub seed: u64,
    /// `account.mode` in what the gate is asked: `paper`, `testnet`, `prod`.
    pub mode: &'static str,
    /// The least time between two questions to one strategy.
    pub tick: Nanos,
    /// No new entry in an instrument for so long after one was denied or refused.
    pub quiet: Nanos,
    /// A book older than this is stale.
    pub stale_after: Nanos,
    /// How long orders and cancels may stay unanswered.
    pub deadlines: Deadlines,
    /// The desk's own limits.
    pub limits: Limits,
    /// Kill caps and breakers.
    pub brakes: BrakeLimits,
    /// The day's loss at which the desk holds, above zero; `None` is not configured.
    pub day_loss: Option<Notional>,
    /// Cash at the start, in the reporting currency: what percentages are of.
    pub capital: Notional,
    /// Venues cancel everything of ours that is open when the desk falls silent for so long; `None` is off.
    pub dead_man: Option<Nanos>,
    /// RUN by itself once every check passes after a start.
    pub auto_run: bool,
    /// How the venues' wallets are compared with our books; `None` where the venue keeps none.
    pub wallets: Option<WalletPolicy>,
    /// A fingerprint goes into the journal this often.
    pub checkpoint_every: Nanos,
}

/// The deterministic core of the desk.
#[derive(Debug)]
pub struct Engine<W> {
    pub(crate) settings: Settings,
    pub(crate) markets: Vec<Market>,
    pub(crate) gate: Gate,
    pub(crate) orders: Orders,
    pub(crate) ledger: Ledger,
    pub(crate) turnover: Turnover,
    pub(crate) budget: Budget,
    pub(crate) status: Status,
    /// The run has begun. Before that the market is history and the state that of the journal's last run.
    pub(crate) started: bool,
    pub(crate) reconciliation: Reconciliation,
    pub(crate) wallets: Wallets,
    pub(crate) audit: Audit,
    pub(crate) watched: Watched,
    /// Records given out in this run, and how many of them are on disk.
    pub(crate) records: u64,
    pub(crate) durable: u64,
    /// Orders written down and waiting for their record to be durable.
    pub(crate) waiting: VecDeque<(u64, ClientOrderId)>,
    /// When orders left, within the last minute.
    pub(crate) sent: VecDeque<Nanos>,
    /// How the last orders fared at each venue: true is refused for what was asked.
    pub(crate) outcomes: BTreeMap<Venue, VecDeque<bool>>,
    pub(crate) decisions: u64,
    pub(crate) last_fill_at: Nanos,
    /// When a difference from the venue's account is looked at again, and how long that is after the last time.
    pub(crate) sweep_again_at: Nanos,
    pub(crate) sweep_wait: Nanos,
    /// From when the fills of the last sweep were asked for.
    pub(crate) swept_from: Nanos,
    pub(crate) day: i64,
    pub(crate) timer_at: Nanos,
    pub(crate) checkpoint_at: Nanos,
    /// When the venues' dead-man switches are armed again; `None` while they are not armed.
    pub(crate) rearm_at: Option<Nanos>,
    pub(crate) stopwatch: W,
    pub(crate) wishes: Vec<Wish>,
    pub(crate) chases: Vec<Chase>,
}

impl<W: Stopwatch> Engine<W> {
    /// An engine in HOLD that knows nothing yet: replay its journal into it, then start it.
    ///
    /// # Errors
    /// [`EngineError`] for a gate or an instrument list that cannot work.
    pub fn new(
        settings: Settings,
        markets: Vec<MarketSettings>,
        gate: GateConfig,
        cash: BTreeMap<String, Notional>,
        stopwatch: W,
    ) -> Result<Engine<W>, EngineError> {
        let instruments = markets.iter().map(|m| m.instrument.clone()).collect();
        let number = |place: usize| {
            InstrumentNo(u16::try_from(place).expect("fewer than 65,536 instruments"))
        };
        let markets =
            markets.into_iter().enumerate().map(|(at, m)| Market::new(number(at), m)).collect();
        let hold = Status {
            state: TradingState::Hold,
            cause: TransitionCause::Start,
            reason: String::new(),
            since: Nanos(0),
        };
        Ok(Engine {
            gate: Gate::new(gate)?,
            orders: Orders::new(settings.account, 0, settings.deadlines),
            ledger: Ledger::new(instruments, cash)?,
            turnover: Turnover::default(),
            budget: Budget::default(),
            markets,
            status: hold,
            started: false,
            reconciliation: Reconciliation::Awaited,
            wallets: Wallets::default(),
            audit: Audit::Written,
            watched: Watched::default(),
            records: 0,
            durable: 0,
            waiting: VecDeque::new(),
            sent: VecDeque::new(),
            outcomes: BTreeMap::new(),
            decisions: 0,
            last_fill_at: Nanos(0),
            sweep_again_at: Nanos(i64::MIN),
            sweep_wait: Nanos(0),
            swept_from: Nanos(0),
            day: i64::MIN,
            timer_at: Nanos(i64::MIN),
            checkpoint_at: Nanos(i64::MIN),
            rearm_at: None,
            stopwatch,
            wishes: Vec::with_capacity(8),
            chases: Vec::new(),
            settings,
        })
    }

    /// Takes one input at its time; what is to be done about it goes into `effects`.
    ///
    /// # Errors
    /// [`Refusal`] for a command that cannot be carried out; nothing has changed then.
    pub fn apply(
        &mut self,
        at: Nanos,
        input: &Input<'_>,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        match input {
            Input::Market(event) => self.on_market(at, event, effects),
            Input::Report(report) => {
                let news = self.news_of(report);
                let report = news.as_ref().unwrap_or(report);
                self.record(at, Record::Report(report.clone()), effects);
                self.on_report(at, report, effects);
            }
            Input::Venue { instrument, state } => self.on_venue(at, *instrument, *state, effects),
            Input::Clock { uncertainty } => self.on_clock(at, *uncertainty, effects),
            Input::Durable { records } => self.on_durable(at, *records, effects),
            Input::Timer => self.on_timer(at, effects),
            Input::Command(command) => return self.on_command(at, command, effects),
            Input::Watch(watch) => self.on_watch(at, watch, effects),
            Input::Statement(venue, statement) => {
                self.on_statement(at, *venue, statement, effects);
            }
            Input::Audit(audit) => self.audit = *audit,
        }
        Ok(())
    }

    /// When the engine next wants [`Input::Timer`].
    pub fn next_timer(&self) -> Nanos {
        self.timer_at
    }

    /// Writes down; what a replay has to say is in the journal already.
    pub(crate) fn record(&mut self, at: Nanos, record: Record, effects: &mut Effects) {
        if !self.started {
            return;
        }
        self.records += 1;
        effects.records.push(Stamped { at, record });
    }

    /// The state and why.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Every instrument, in the order of its number.
    pub fn markets(&self) -> &[Market] {
        &self.markets
    }

    /// Our orders.
    pub fn orders(&self) -> &Orders {
        &self.orders
    }

    /// Positions and money.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The gate.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// How reconciliation with the venue stands.
    pub fn reconciliation(&self) -> &Reconciliation {
        &self.reconciliation
    }

    /// What it was built from.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether what is decided is written down.
    pub fn audit(&self) -> Audit {
        self.audit
    }

    /// A short proof of where the engine stands.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint::of(&self.orders, &self.ledger, self.status.state)
    }
}
