//! The engine: every input goes through [`Engine::apply`].

use std::collections::{BTreeMap, VecDeque};

use aurora_exec::{Change, Chase, Deadlines, Orders};
use aurora_gate::{Gate, GateConfig, Outcome, PosttradeEvent, Stopwatch};
use aurora_ledger::{Booked, Ledger};
use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, MarketEvent, Nanos, Notional, OrderState, ReportKind,
    TradingState, TransitionCause, Venue, VenueRefusal, VenueReport, VenueRequest, VenueState,
};
use aurora_signal::Wish;

use crate::EngineError;
use crate::checks::{Checks, StartCheck};
use crate::effect::{Effects, Notice};
use crate::fingerprint::{self, Fingerprint};
use crate::guard::Limits;
use crate::input::{Command, Input};
use crate::market::{Market, MarketSettings};
use crate::reconcile::Reconciliation;
use crate::record::{Record, Stamped};

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
    /// The day's loss at which the desk holds, above zero; `None` is not configured.
    pub day_loss: Option<Notional>,
    /// Cash at the start, in the reporting currency: what percentages are of.
    pub capital: Notional,
    /// Venues cancel everything of ours that is open when the desk falls silent for so long; `None` is off.
    pub dead_man: Option<Nanos>,
    /// RUN by itself once every check passes after a start.
    pub auto_run: bool,
    /// A fingerprint goes into the journal this often.
    pub checkpoint_every: Nanos,
}

/// The state and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// HOLD, RUN or KILLED.
    pub state: TradingState,
    /// Why.
    pub cause: TransitionCause,
    /// In a person's words.
    pub reason: String,
    /// Since when.
    pub since: Nanos,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The state does not allow it.
    State {
        /// The state the desk is in.
        from: TradingState,
        /// The state that was wanted.
        to: TradingState,
    },
    /// A condition does not hold.
    Check(StartCheck),
}

/// How often the engine wants to be told the time.
const TIMER: Nanos = Nanos(50_000_000);
/// So many of the last orders at a venue count for the share that it refused.
const OUTCOMES: usize = 50;
const DAY: i64 = 86_400 * 1_000_000_000;
const MINUTE: Nanos = Nanos(60_000_000_000);

/// The deterministic core of the desk.
#[derive(Debug)]
pub struct Engine<W> {
    pub(crate) settings: Settings,
    pub(crate) markets: Vec<Market>,
    pub(crate) gate: Gate,
    pub(crate) orders: Orders,
    pub(crate) ledger: Ledger,
    pub(crate) status: Status,
    /// The run has begun. Before that the market is history and the state that of the journal's last run.
    started: bool,
    pub(crate) reconciliation: Reconciliation,
    pub(crate) audit_ok: bool,
    /// Records given out in this run, and how many of them are on disk.
    pub(crate) records: u64,
    durable: u64,
    /// Orders written down and waiting for their record to be durable.
    waiting: VecDeque<(u64, ClientOrderId)>,
    /// When orders left, within the last minute.
    pub(crate) sent: VecDeque<Nanos>,
    /// How the last orders fared at each venue: true is refused for what was asked.
    pub(crate) outcomes: BTreeMap<Venue, VecDeque<bool>>,
    pub(crate) decisions: u64,
    pub(crate) last_fill_at: Nanos,
    day: i64,
    timer_at: Nanos,
    checkpoint_at: Nanos,
    /// When the venues' dead-man switches are armed again; `None` while they are not armed.
    pub(crate) rearm_at: Option<Nanos>,
    pub(crate) stopwatch: W,
    pub(crate) wishes: Vec<Wish>,
    chases: Vec<Chase>,
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
            markets,
            status: hold,
            started: false,
            reconciliation: Reconciliation::Awaited,
            audit_ok: true,
            records: 0,
            durable: 0,
            waiting: VecDeque::new(),
            sent: VecDeque::new(),
            outcomes: BTreeMap::new(),
            decisions: 0,
            last_fill_at: Nanos(0),
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
                self.record(at, Record::Report((*report).clone()), effects);
                self.on_report(at, report, effects);
            }
            Input::Venue { instrument, state } => self.on_venue(at, *instrument, *state, effects),
            Input::Durable { records } => self.on_durable(at, *records, effects),
            Input::Timer => self.on_timer(at, effects),
            Input::Command(command) => return self.on_command(at, command, effects),
            Input::Audit { ok } => self.audit_ok = *ok,
        }
        Ok(())
    }

    /// When the engine next wants [`Input::Timer`].
    pub fn next_timer(&self) -> Nanos {
        self.timer_at
    }

    fn on_market(&mut self, at: Nanos, event: &MarketEvent<'_>, effects: &mut Effects) {
        let market = &mut self.markets[event.instrument.index()];
        market.on_event(event);
        if at - market.ticked_at < self.settings.tick {
            return;
        }
        market.ticked_at = at;
        let no = market.no;
        if !self.mark(no) {
            return;
        }
        if self.started && self.status.state.may_open() {
            self.day_loss(at, effects);
            self.tick(at, no, effects);
        }
    }

    /// Tells the ledger what the instrument is worth; false when nobody can tell.
    fn mark(&mut self, no: InstrumentNo) -> bool {
        let market = &mut self.markets[no.index()];
        let Some(half_ticks) = market.half_ticks() else { return false };
        if half_ticks == market.marked {
            return true;
        }
        market.marked = half_ticks;
        self.ledger.mark(no, half_ticks).is_ok()
    }

    fn day_loss(&mut self, at: Nanos, effects: &mut Effects) {
        if !self.day_loss_ok() {
            let loss = self.ledger.day_pnl();
            self.go(
                at,
                TradingState::Hold,
                TransitionCause::DayLoss,
                format!("day result {loss}"),
                effects,
            );
        }
    }

    fn day_loss_ok(&self) -> bool {
        self.settings.day_loss.is_none_or(|limit| -limit < self.ledger.day_pnl())
    }

    pub(crate) fn on_report(&mut self, at: Nanos, report: &VenueReport, effects: &mut Effects) {
        if let ReportKind::Account { open, fills, positions } = &report.kind {
            self.reconcile(at, open, fills, positions, effects);
            return;
        }
        match self.orders.on_report(at, report) {
            Ok(Change::None) => {}
            Ok(Change::Order(id, _)) => self.on_step(at, id, effects),
            Ok(Change::Fill(fill)) => self.book(at, &fill, effects),
            Err(fault) => self.go(
                at,
                TradingState::Hold,
                TransitionCause::Reconciliation,
                fault.to_string(),
                effects,
            ),
        }
    }

    /// An order took a step by the venue's word.
    fn on_step(&mut self, at: Nanos, id: ClientOrderId, effects: &mut Effects) {
        effects.notices.push(Notice::Order(id));
        let Some(order) = self.orders.get(id) else { return };
        let market = &mut self.markets[order.intent.instrument.index()];
        let refused = order.state == OrderState::Reject;
        let judged = order.refusal.is_none_or(VenueRefusal::judges_the_order);
        if refused {
            market.quiet_until = at + self.settings.quiet;
            if !judged {
                market.no_exit_until = at + self.settings.quiet;
            }
        }
        // A venue that is closed or pushes back says nothing about how well our orders are made.
        if order.state == OrderState::Ack || (refused && judged) {
            let outcomes = self.outcomes.entry(market.instrument.id.venue).or_default();
            if outcomes.len() == OUTCOMES {
                outcomes.pop_front();
            }
            outcomes.push_back(refused);
        }
    }

    /// The venue takes more or less than before; what rests where nothing is taken any more is taken back.
    fn on_venue(
        &mut self,
        at: Nanos,
        instrument: InstrumentNo,
        state: VenueState,
        effects: &mut Effects,
    ) {
        self.markets[instrument.index()].venue_state = state;
        if VenueState::Quarantine <= state {
            let here = self.orders.live().filter(|order| order.intent.instrument == instrument);
            let here: Vec<_> = here.map(|order| order.id).collect();
            for id in here {
                self.cancel(at, id, instrument, effects);
            }
        }
    }

    /// Books a fill once, however often it is told.
    pub(crate) fn book(&mut self, at: Nanos, fill: &Fill, effects: &mut Effects) {
        let booking = match self.ledger.apply_fill(fill) {
            Ok(Booked::New(booking)) => booking,
            Ok(Booked::Duplicate) => return,
            Err(fault) => {
                let reason = fault.to_string();
                return self.go(
                    at,
                    TradingState::Hold,
                    TransitionCause::Reconciliation,
                    reason,
                    effects,
                );
            }
        };
        self.last_fill_at = self.last_fill_at.max(fill.at);
        if let Err(fault) = self.orders.booked(fill, at) {
            let reason = fault.to_string();
            self.go(at, TradingState::Hold, TransitionCause::Reconciliation, reason, effects);
        }
        if let Err(violation) = self.ledger.check() {
            let reason = violation.to_string();
            self.go(at, TradingState::Hold, TransitionCause::Invariant, reason, effects);
        }
        let market = &self.markets[fill.instrument.index()];
        let filled = self.orders.get(fill.order).map_or(fill.qty, |order| order.filled);
        let worth = market.instrument.notional(fill.price, filled);
        let report = PosttradeEvent {
            symbol: Some(&market.instrument.symbol),
            order_id: Some(fill.order.as_str()),
            notional: Some(worth.to_f64()),
            side: Some(fill.side.word()),
            outcome: Outcome::Success,
            closes: booking.closed.0 != 0 && booking.position.0 == 0,
        };
        self.gate.posttrade(at, &report);
        effects.notices.push(Notice::Filled(*fill, booking));
        effects.notices.push(Notice::Order(fill.order));
    }

    /// Lets out the orders whose intents are on disk by now; if the desk stopped in between, takes them back.
    fn on_durable(&mut self, at: Nanos, records: u64, effects: &mut Effects) {
        self.durable = self.durable.max(records);
        while let Some((record, id)) = self.waiting.front().copied()
            && record <= self.durable
        {
            self.waiting.pop_front();
            if self.status.state.may_open() {
                self.send(at, id, effects);
            } else {
                self.withdraw(at, id, effects);
            }
        }
    }

    fn send(&mut self, at: Nanos, id: ClientOrderId, effects: &mut Effects) {
        if self.orders.sent(id, at).is_err() {
            return;
        }
        let intent = self.orders.get(id).expect("an order just sent is known").intent;
        self.record(at, Record::Sent { id }, effects);
        effects.requests.push(VenueRequest::Place { id, intent });
        effects.notices.push(Notice::Order(id));
        self.sent.push_back(at);
    }

    fn withdraw(&mut self, at: Nanos, id: ClientOrderId, effects: &mut Effects) {
        if self.orders.withdraw(id, at).is_ok() {
            self.record(at, Record::Withdrawn { id }, effects);
            effects.notices.push(Notice::Order(id));
        }
    }

    /// Writes an intent down; it leaves when the record is durable.
    pub(crate) fn await_durable(&mut self, id: ClientOrderId) {
        self.waiting.push_back((self.records, id));
    }

    fn on_timer(&mut self, at: Nanos, effects: &mut Effects) {
        self.timer_at = at + TIMER;
        while self.sent.front().is_some_and(|sent| MINUTE <= at - *sent) {
            self.sent.pop_front();
        }
        self.chase(at, effects);
        self.new_day(at, effects);
        if !self.status.state.may_open() {
            self.cancel_open(at, effects);
        }
        let waiting_to_run = self.status.state == TradingState::Hold
            && self.status.cause == TransitionCause::Start
            && self.settings.auto_run;
        if waiting_to_run && self.checks(at).iter().all(|(_, ok)| *ok) {
            self.go(at, TradingState::Run, TransitionCause::ChecksPassed, String::new(), effects);
        }
        self.hold_the_dead_man(at, effects);
        if self.checkpoint_at <= at {
            self.checkpoint(at, effects);
        }
    }

    fn chase(&mut self, at: Nanos, effects: &mut Effects) {
        let mut chases = std::mem::take(&mut self.chases);
        self.orders.overdue(at, &mut chases);
        for chase in chases.drain(..) {
            match chase {
                Chase::Doubt(id, _) => {
                    self.record(at, Record::Doubted { id }, effects);
                    effects.notices.push(Notice::Order(id));
                }
                Chase::Query(id, instrument) => {
                    effects.requests.push(VenueRequest::Query { id, instrument });
                }
                Chase::Cancel(id, instrument) => {
                    self.record(at, Record::CancelAsked { id }, effects);
                    effects.requests.push(VenueRequest::Cancel { id, instrument });
                }
            }
        }
        self.chases = chases;
    }

    fn new_day(&mut self, at: Nanos, effects: &mut Effects) {
        let day = at.0.div_euclid(DAY);
        if day == self.day {
            return;
        }
        let first = self.day == i64::MIN;
        self.day = day;
        if !first {
            self.record_marks(at, effects);
            self.record(at, Record::Day, effects);
            self.ledger.start_day();
        }
    }

    fn checkpoint(&mut self, at: Nanos, effects: &mut Effects) {
        self.checkpoint_at = at + self.settings.checkpoint_every;
        self.record_marks(at, effects);
        let fingerprint = self.fingerprint();
        self.record(at, Record::Checkpoint { fingerprint }, effects);
    }

    fn record_marks(&mut self, at: Nanos, effects: &mut Effects) {
        for place in 0..self.markets.len() {
            let Market { no, marked, .. } = self.markets[place];
            if marked != 0 && self.ledger.position(no).0 != 0 {
                self.record(at, Record::Mark { instrument: no, half_ticks: marked }, effects);
            }
        }
    }

    fn on_command(
        &mut self,
        at: Nanos,
        command: &Command,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        match command {
            Command::Start { epoch } => self.start(at, *epoch, effects),
            Command::Hold(cause, reason) => {
                if self.status.state == TradingState::Killed {
                    return Err(self.refuse(TradingState::Hold));
                }
                self.go(at, TradingState::Hold, *cause, reason.clone(), effects);
            }
            Command::Resume(reason) => {
                if self.status.state != TradingState::Hold {
                    return Err(self.refuse(TradingState::Run));
                }
                if let Some((check, _)) = self.checks(at).into_iter().find(|(_, ok)| !ok) {
                    return Err(Refusal::Check(check));
                }
                self.gate.reset(at);
                self.go(at, TradingState::Run, TransitionCause::Operator, reason.clone(), effects);
            }
            Command::Kill(cause, reason) => {
                self.go(at, TradingState::Killed, *cause, reason.clone(), effects);
            }
            Command::Rearm(reason) => {
                if self.status.state != TradingState::Killed {
                    return Err(self.refuse(TradingState::Hold));
                }
                self.go(at, TradingState::Hold, TransitionCause::Operator, reason.clone(), effects);
            }
            Command::Checkpoint => self.checkpoint(at, effects),
        }
        Ok(())
    }

    fn refuse(&self, to: TradingState) -> Refusal {
        Refusal::State { from: self.status.state, to }
    }

    /// Begins a run: HOLD, everything unanswered is in doubt, and the venue is asked about all of it.
    fn start(&mut self, at: Nanos, epoch: u32, effects: &mut Effects) {
        self.started = true;
        self.record(at, Record::Epoch { epoch }, effects);
        self.orders.begin_epoch(epoch, at);
        self.timer_at = at;
        self.checkpoint_at = at;
        // Whatever a person or a brake stopped stays stopped over a restart; a person lets it go.
        let stopped = match self.status.state {
            TradingState::Killed => true,
            TradingState::Hold => {
                !matches!(self.status.cause, TransitionCause::Start | TransitionCause::Shutdown)
            }
            TradingState::Run => false,
        };
        if stopped {
            let Status { state, cause, reason, .. } = self.status.clone();
            effects.notices.push(Notice::State { from: state, to: state, cause, reason });
        } else {
            self.set_state(at, TradingState::Hold, TransitionCause::Start, String::new(), effects);
        }
        self.reconciliation = Reconciliation::Awaited;
        effects.requests.push(VenueRequest::CancelAll);
        effects.requests.push(VenueRequest::Sweep { since: self.last_fill_at });
    }

    /// Moves to a state; stopping cancels everything that is open. Already there: the newer cause is kept.
    pub(crate) fn go(
        &mut self,
        at: Nanos,
        to: TradingState,
        cause: TransitionCause,
        reason: String,
        effects: &mut Effects,
    ) {
        let from = self.status.state;
        if from == TradingState::Killed && to != TradingState::Hold {
            return;
        }
        if from == TradingState::Killed && cause != TransitionCause::Operator {
            return;
        }
        let same = from == to && self.status.cause == cause && self.status.reason == reason;
        if !same {
            self.set_state(at, to, cause, reason, effects);
        }
        if !to.may_open() {
            self.cancel_open(at, effects);
        }
    }

    fn set_state(
        &mut self,
        at: Nanos,
        to: TradingState,
        cause: TransitionCause,
        reason: String,
        effects: &mut Effects,
    ) {
        let from = self.status.state;
        self.record(at, Record::State { from, to, cause, reason: reason.clone() }, effects);
        effects.notices.push(Notice::State { from, to, cause, reason: reason.clone() });
        self.status = Status { state: to, cause, reason, since: at };
    }

    /// Asks for the cancel of every order that may still fill, and withdraws what has not left.
    fn cancel_open(&mut self, at: Nanos, effects: &mut Effects) {
        while let Some((_, id)) = self.waiting.pop_front() {
            self.withdraw(at, id, effects);
        }
        let open: Vec<_> = self.orders.live().map(|o| (o.id, o.intent.instrument)).collect();
        for (id, instrument) in open {
            self.cancel(at, id, instrument, effects);
        }
    }

    pub(crate) fn cancel(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        instrument: InstrumentNo,
        effects: &mut Effects,
    ) {
        if self.orders.ask_cancel(id, at) {
            self.record(at, Record::CancelAsked { id }, effects);
            effects.requests.push(VenueRequest::Cancel { id, instrument });
            effects.notices.push(Notice::Order(id));
        }
    }

    pub(crate) fn record(&mut self, at: Nanos, record: Record, effects: &mut Effects) {
        self.records += 1;
        effects.records.push(Stamped { at, record });
    }

    /// What must hold before trading, with whether it does.
    pub fn checks(&self, at: Nanos) -> Checks {
        StartCheck::ALL.map(|check| (check, self.holds(check, at)))
    }

    fn holds(&self, check: StartCheck, at: Nanos) -> bool {
        match check {
            StartCheck::Books => {
                self.markets.iter().filter(|m| m.is_traded()).all(|m| self.book_ok(m, at))
            }
            StartCheck::Reconciled => self.reconciliation == Reconciliation::Agreed,
            StartCheck::NoDoubt => self.orders.in_doubt_count() == 0,
            StartCheck::Ledger => self.ledger.check().is_ok(),
            StartCheck::Audit => self.audit_ok,
            StartCheck::DayLoss => self.day_loss_ok(),
        }
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

    /// Whether the audit log takes records.
    pub fn audit_ok(&self) -> bool {
        self.audit_ok
    }

    /// A short proof of where the engine stands.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint::of(&self.orders, &self.ledger, self.status.state)
    }
}
