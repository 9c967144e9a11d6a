//! One instrument, a strategy that does as it is told, and a journal in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aurora_book::{Continuity, FeatureParams};
use aurora_engine::brakes::{BrakeLimits, BudgetLimits};
use aurora_engine::guard::Limits;
use aurora_engine::{
    Command, Effects, Engine, Input, MarketSettings, Notice, Record, Refusal, Settings, Stamped,
};
use aurora_exec::{Deadlines, Order};
use aurora_gate::{GateConfig, NoStopwatch};
use aurora_model::{
    ClientOrderId, Fill, Instrument, InstrumentNo, Level, Liquidity, Lots, MarketEvent, MarketKind,
    Nanos, Notional, OrderIntent, Payoff, ReportKind, Side, Ticks, TimeInForce, VenueReport,
    VenueRequest, VenueState,
};
use aurora_signal::{ExitReason, Facts, Purpose, Strategy, Wish};

const BEGIN: Nanos = Nanos(1_700_000_000_000_000_000);
const STEP: Nanos = Nanos(100_000_000);

/// Wishes for what it was told to, once.
#[derive(Clone, Debug, Default)]
struct Puppet(Arc<Mutex<Vec<Wish>>>);

impl Strategy for Puppet {
    fn on_tick(&mut self, _: &Facts<'_>, wishes: &mut Vec<Wish>) {
        wishes.append(&mut self.0.lock().unwrap());
    }
}

pub(crate) struct Stage {
    pub(crate) engine: Engine<NoStopwatch>,
    pub(crate) journal: Vec<Stamped>,
    settings: Settings,
    wishes: Puppet,
    requests: Vec<VenueRequest>,
    denials: Vec<String>,
    alerts: Vec<&'static str>,
    records: u64,
    at: Nanos,
    update: u64,
}

impl Stage {
    /// An engine that knows nothing.
    pub(crate) fn empty() -> Stage {
        Stage::within(settings())
    }

    fn within(settings: Settings) -> Stage {
        let wishes = Puppet::default();
        let market = MarketSettings {
            instrument: instrument(),
            continuity: Continuity::BinanceFutures,
            features: FeatureParams::default(),
            strategy: Some(Box::new(wishes.clone())),
        };
        let cash = BTreeMap::from([("USDT".to_owned(), money("100000"))]);
        let engine =
            Engine::new(settings.clone(), vec![market], permissive_gate(), cash, NoStopwatch)
                .unwrap();
        let (journal, requests, denials) = (Vec::new(), Vec::new(), Vec::new());
        Stage {
            engine,
            journal,
            settings,
            wishes,
            requests,
            denials,
            alerts: Vec::new(),
            records: 0,
            at: BEGIN,
            update: 0,
        }
    }

    /// An engine in RUN: started, reconciled, its book whole.
    pub(crate) fn running() -> Stage {
        Stage::running_within(|_| {})
    }

    /// The same with other brakes.
    pub(crate) fn running_within(set: impl FnOnce(&mut BrakeLimits)) -> Stage {
        Stage::running_with(|settings| set(&mut settings.brakes))
    }

    /// As running, and no position may be worth more.
    pub(crate) fn running_with_position_cap(cap: &str) -> Stage {
        Stage::running_with(|settings| settings.limits.position_notional = Some(money(cap)))
    }

    /// As running, with other settings.
    pub(crate) fn running_with(set: impl FnOnce(&mut Settings)) -> Stage {
        let mut settings = settings();
        set(&mut settings);
        Stage::started(settings)
    }

    fn started(settings: Settings) -> Stage {
        let mut stage = Stage::within(settings);
        stage.command(Command::Start { epoch: 1 }).unwrap();
        stage.warm_up();
        stage.requests.clear();
        stage
    }

    /// The same desk in its next process, with the journal of this one.
    pub(crate) fn restarted(&self) -> Stage {
        let mut stage = self.replayed();
        stage.begin(2);
        stage
    }

    /// A run begins.
    pub(crate) fn begin(&mut self, epoch: u32) {
        self.command(Command::Start { epoch }).unwrap();
    }

    /// An engine with the journal of this one, not started yet.
    pub(crate) fn replayed(&self) -> Stage {
        let mut stage = Stage::within(self.settings.clone());
        for (no, stamped) in self.journal.iter().enumerate() {
            stage.engine.replay(no as u64 + 1, stamped).unwrap();
        }
        stage.at = self.at + STEP;
        stage
    }

    /// The same by a state saved after so many records, and the rest of them.
    pub(crate) fn replayed_from_snapshot(&self, cut: usize) -> Stage {
        let mut stage = Stage::within(self.settings.clone());
        for (no, stamped) in self.journal.iter().enumerate().take(cut) {
            stage.engine.replay(no as u64 + 1, stamped).unwrap();
        }
        let state = stage.engine.state();
        let mut stage = Stage::within(self.settings.clone());
        stage.engine = stage.engine.restored(&state).unwrap();
        for (no, stamped) in self.journal.iter().enumerate().skip(cut) {
            stage.engine.replay(no as u64 + 1, stamped).unwrap();
        }
        stage.at = self.at + STEP;
        stage
    }

    /// A snapshot, the venue's word that nothing is open, and the time to take it in.
    pub(crate) fn warm_up(&mut self) {
        self.whole_book();
        let position = self.engine.ledger().position(self.no());
        let positions = if position == Lots::ZERO { vec![] } else { vec![(self.no(), position)] };
        self.report(ReportKind::Account { open: vec![], fills: vec![], positions });
        self.apply(&Input::Timer);
    }

    /// A snapshot of the book.
    pub(crate) fn whole_book(&mut self) {
        let levels = touch(1_000, 1_001);
        self.update += 1;
        let kind = MarketKind::Snapshot { last_id: self.update, levels: &levels };
        self.event(kind);
    }

    pub(crate) fn no(&self) -> InstrumentNo {
        InstrumentNo(0)
    }

    /// The strategy will wish for this order at its next question.
    pub(crate) fn wish(&mut self, side: Side, limit: i64, qty: i64) {
        self.wish_for(Purpose::Entry, side, limit, qty);
    }

    /// The same for an order the gates are not asked about.
    pub(crate) fn wish_exit(&mut self, side: Side, limit: i64, qty: i64) {
        self.wish_for(Purpose::Exit(ExitReason::Target), side, limit, qty);
    }

    /// The same for one that may only shrink the position.
    pub(crate) fn wish_reducing(&mut self, side: Side, limit: i64, qty: i64) {
        let intent = OrderIntent { reduce_only: true, ..self.intent(side, limit, qty) };
        self.wish_of(Purpose::Exit(ExitReason::Target), intent);
    }

    fn wish_for(&mut self, purpose: Purpose, side: Side, limit: i64, qty: i64) {
        self.wish_of(purpose, self.intent(side, limit, qty));
    }

    fn intent(&self, side: Side, limit: i64, qty: i64) -> OrderIntent {
        OrderIntent {
            instrument: self.no(),
            side,
            limit: Ticks(limit),
            qty: Lots(qty),
            time_in_force: TimeInForce::Gtc,
            reduce_only: false,
        }
    }

    fn wish_of(&mut self, purpose: Purpose, intent: OrderIntent) {
        self.wishes.0.lock().unwrap().push(Wish::Place {
            intent,
            purpose,
            a_bps: 10.0,
            b_bps: 50.0,
            score: 0.9,
            probability: 0.9,
        });
    }

    /// An order of ours that the venue has acknowledged.
    pub(crate) fn rest(&mut self, side: Side, limit: i64, qty: i64) -> ClientOrderId {
        self.wish(side, limit, qty);
        self.market(1_000, 1_001);
        self.all_durable();
        let id = self.order().id;
        self.report(ReportKind::Ack { id, venue_id: 1 });
        id
    }

    /// The touch moves there; a tenth of a second passes.
    pub(crate) fn market(&mut self, bid: i64, ask: i64) {
        let before = self.engine.markets()[0].book.touch().unwrap();
        let gone = [(Side::Buy, before.bid), (Side::Sell, before.ask)];
        let gone = gone.map(|(side, price)| Level { side, price, qty: Lots::ZERO });
        let levels = [&gone[..], &touch(bid, ask)].concat();
        self.update += 1;
        let (first_id, last_id, prev_id) = (self.update, self.update, Some(self.update - 1));
        self.event(MarketKind::Diff { first_id, last_id, prev_id, levels: &levels });
    }

    fn event(&mut self, kind: MarketKind<'_>) {
        let (instrument, at) = (self.no(), self.at + STEP);
        self.apply(&Input::Market(MarketEvent {
            instrument,
            exchange_at: at,
            received_at: at,
            kind,
        }));
    }

    pub(crate) fn report(&mut self, kind: ReportKind) {
        let report = VenueReport { venue_at: self.at, kind };
        self.apply(&Input::Report(&report));
    }

    pub(crate) fn now(&self) -> Nanos {
        self.at
    }

    /// Nothing happens for so long.
    pub(crate) fn pass(&mut self, span: Nanos) {
        self.at = self.at + span;
    }

    /// Nothing happens until a second after midnight, UTC.
    pub(crate) fn pass_to_next_day(&mut self) {
        const DAY: i64 = 86_400 * Nanos::SECOND.0;
        self.at = Nanos((self.at.0.div_euclid(DAY) + 1) * DAY) + Nanos::SECOND;
    }

    pub(crate) fn venue(&mut self, state: VenueState) {
        self.apply(&Input::Venue { instrument: self.no(), state });
    }

    /// The strategy will wish to cancel that order at its next question.
    pub(crate) fn take_back(&mut self, id: ClientOrderId) {
        self.wishes.0.lock().unwrap().push(Wish::Cancel { id });
    }

    pub(crate) fn hold(&mut self) {
        self.command(Command::Hold(aurora_model::TransitionCause::Operator, "test".into()))
            .unwrap();
    }

    pub(crate) fn durable(&mut self, records: u64) {
        self.apply(&Input::Durable { records });
    }

    pub(crate) fn all_durable(&mut self) {
        self.durable(self.records);
    }

    pub(crate) fn apply(&mut self, input: &Input<'_>) {
        self.at = self.at + STEP;
        let mut effects = Effects::default();
        self.engine.apply(self.at, input, &mut effects).unwrap();
        self.take(effects);
    }

    pub(crate) fn command(&mut self, command: Command) -> Result<(), Refusal> {
        let mut effects = Effects::default();
        let outcome = self.engine.apply(self.at, &Input::Command(command), &mut effects);
        self.take(effects);
        outcome
    }

    fn take(&mut self, effects: Effects) {
        self.records += effects.records.len() as u64;
        self.journal.extend(effects.records);
        self.requests.extend(effects.requests);
        for notice in effects.notices {
            if let Notice::Alert { code, .. } = &notice {
                self.alerts.push(code.code());
            }
            if let Notice::Decided(judgement) = notice
                && let Some(denial) = judgement.denial
            {
                self.denials.push(denial.code.code().to_owned());
            }
        }
    }

    /// The number of the newest record of that kind.
    pub(crate) fn last_record(&self, is: impl Fn(&Record) -> bool) -> u64 {
        self.journal.iter().rposition(|stamped| is(&stamped.record)).unwrap() as u64 + 1
    }

    pub(crate) fn requests(&self) -> &[VenueRequest] {
        &self.requests
    }

    /// The orders that left.
    pub(crate) fn sent(&self) -> Vec<VenueRequest> {
        let places =
            self.requests.iter().filter(|request| matches!(request, VenueRequest::Place { .. }));
        places.copied().collect()
    }

    pub(crate) fn queries(&self) -> usize {
        self.requests.iter().filter(|request| matches!(request, VenueRequest::Query { .. })).count()
    }

    pub(crate) fn alerts(&self) -> &[&'static str] {
        &self.alerts
    }

    pub(crate) fn denials(&self) -> &[String] {
        &self.denials
    }

    /// The one order that was written down.
    pub(crate) fn order(&self) -> &Order {
        let id = self.journal.iter().find_map(|stamped| match stamped.record {
            Record::Intent { id, .. } => Some(id),
            _ => None,
        });
        self.engine.orders().get(id.expect("an order was written down")).unwrap()
    }
}

pub(crate) fn fill_of(
    order: ClientOrderId,
    trade_id: u64,
    side: Side,
    price: i64,
    qty: i64,
) -> Fill {
    Fill {
        trade_id: trade_id.into(),
        instrument: InstrumentNo(0),
        order,
        side,
        price: Ticks(price),
        qty: Lots(qty),
        fee: Notional::ZERO,
        liquidity: Liquidity::Maker,
        at: BEGIN,
    }
}

fn touch(bid: i64, ask: i64) -> [Level; 2] {
    let level = |side, price| Level { side, price: Ticks(price), qty: Lots(100) };
    [level(Side::Buy, bid), level(Side::Sell, ask)]
}

fn money(text: &str) -> Notional {
    text.parse().unwrap()
}

/// Ticks and lots of one, so that numbers here read as money.
fn instrument() -> Instrument {
    let one = money("1").decimal();
    Instrument {
        id: "PAPER:PERP:BTC-USDT".parse().unwrap(),
        symbol: "BTCUSDT".into(),
        payoff: Payoff::Linear,
        tick: one,
        lot: one,
        multiplier: one,
        min_notional: money("5"),
        maker_fee: money("0.0002").decimal(),
        taker_fee: money("0.0005").decimal(),
    }
}

fn settings() -> Settings {
    Settings {
        account: 0,
        seed: 1,
        mode: "paper",
        tick: STEP,
        quiet: Nanos(0),
        stale_after: Nanos::SECOND,
        deadlines: Deadlines::default(),
        limits: Limits {
            order_notional: Some(money("10000")),
            position_notional: None,
            exposure: None,
            price_band_bps: 100.0,
            orders_per_minute: 100,
            live_orders: 10,
        },
        brakes: BrakeLimits {
            day_notional: None,
            month_notional: None,
            day_loss: None,
            month_loss: None,
            cancels_per_minute: 100,
            flips_per_minute: 100,
            repeats_per_minute: 100,
            quarantine: Nanos::SECOND * 60,
            duplicate_within: Nanos(0),
            collar_bps: 100.0,
            budget: BudgetLimits::default(),
        },
        day_loss: Some(money("50")),
        capital: money("100000"),
        dead_man: Some(Nanos::SECOND * 30),
        auto_run: true,
        wallets: None,
        checkpoint_every: Nanos::SECOND * 3_600,
    }
}

/// A gate that looks at everything and minds nothing the stories do not tell of.
fn permissive_gate() -> GateConfig {
    let mut gate = GateConfig::default();
    gate.trap.enabled = false;
    gate.latency_ms_limit = 1e6;
    gate
}
