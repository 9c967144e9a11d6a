//! What the desk shows and logs. It listens; nothing depends on it.

mod balances;
mod chart;
mod counts;
pub(crate) mod decisions;
mod fates;
mod health;
mod logs;
mod orders;
mod pnl;
pub(crate) mod show;
mod view;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::desk::alerts::{Alerts, Kind, Standing, Trouble};
use crate::desk::counterparty::Counterparty;
use crate::venues::VenueName;
use aurora_api::console::wire::{Mark, StateChange, Text};
use aurora_engine::{AlertCode, Engine, Notice, Reconciliation, Stamped, WalletState};
use aurora_gate::Stopwatch;
use aurora_model::{ClientOrderId, Fill, Instrument, InstrumentNo, MarketEvent, MarketKind, Nanos};
use aurora_records::Traces;

pub(crate) use balances::recon_balances;
use chart::Chart;
use counts::Counts;
use decisions::Decisions;
pub(crate) use logs::DeskLogs;
use orders::Orders;
use pnl::Curve;
use show::Show;
pub(crate) use view::{Outside, Setting};

/// How many orders' fates are remembered.
pub(crate) const KEPT_FATES: usize = 1_000;

/// Everything the console and the logs are fed from.
pub(crate) struct Observer {
    shows: Vec<Show>,
    orders: Orders,
    traces: Traces,
    touched: Vec<ClientOrderId>,
    /// The last record that is on disk.
    durable: u64,
    decisions: Decisions,
    charts: Vec<Chart>,
    curve: Curve,
    counts: Counts,
    history: VecDeque<StateChange>,
    alerts: Alerts,
    logs: Option<DeskLogs>,
    /// Why the audit or its mirror is not written.
    /// What lasts until it is over.
    problems: Vec<(Kind, String)>,
    pub(crate) fills: u64,
}

impl Observer {
    pub(crate) fn new(instruments: &[Instrument], logs: Option<DeskLogs>) -> Observer {
        Observer {
            shows: instruments.iter().map(Show::new).collect(),
            orders: Orders::default(),
            traces: Traces::new(KEPT_FATES),
            touched: Vec::new(),
            durable: 0,
            decisions: Decisions::default(),
            charts: instruments.iter().map(|_| Chart::default()).collect(),
            curve: Curve::default(),
            counts: Counts::default(),
            history: VecDeque::new(),
            alerts: Alerts::default(),
            logs,
            problems: Vec::new(),
            fills: 0,
        }
    }

    /// With what the journal told of orders before this run.
    pub(crate) fn remembering(mut self, traces: Traces) -> Observer {
        self.traces = traces;
        self
    }

    /// Under limits of that version: it goes with every decision.
    pub(crate) fn under(mut self, policy: Arc<str>) -> Observer {
        if let Some(logs) = &mut self.logs {
            logs.policy = policy.clone();
        }
        self.decisions.policy = policy;
        self
    }

    /// A market event, for the charts.
    pub(crate) fn market(&mut self, event: &MarketEvent<'_>) {
        if let MarketKind::Trade { price, qty, .. } = event.kind {
            let rules = &self.shows[event.instrument.index()].rules;
            let qty = qty.0 as f64 * aurora_model::number::decimal_to_f64(rules.lot);
            self.charts[event.instrument.index()].trade(
                event.received_at,
                chart::number(rules, price),
                qty,
            );
        }
    }

    /// A record was appended to the journal.
    pub(crate) fn record(&mut self, seq: u64, stamped: &Stamped) {
        self.orders.record(seq, stamped, &self.shows);
        self.traces.take(seq, stamped, &mut self.touched);
        self.touched.clear();
    }

    /// Everything up to that record is on disk.
    pub(crate) fn durable(&mut self, at: Nanos, seq: u64) {
        self.orders.durable(at, seq);
        self.durable = seq;
    }

    /// The engine has something to show.
    pub(crate) fn notice<W: Stopwatch>(&mut self, at: Nanos, notice: Notice, engine: &Engine<W>) {
        if let Some(logs) = &mut self.logs {
            logs.notice(at, &notice, engine, &self.shows);
        }
        match notice {
            Notice::Decided(judgement) => {
                let show = &self.shows[judgement.instrument.index()];
                self.counts.decided(&judgement);
                self.decisions.take(*judgement, show);
            }
            Notice::Order(id) => {
                if let Some(order) = engine.orders().get(id) {
                    let show = &self.shows[order.intent.instrument.index()];
                    let step = self.orders.refresh(order, show);
                    self.counts.order(show.venue, step);
                }
            }
            Notice::Filled(fill, booking) => {
                self.fills += 1;
                let show = &self.shows[fill.instrument.index()];
                self.orders.filled(at, &fill, &booking, show);
                let entry = booking.closed.0 == 0;
                self.charts[fill.instrument.index()].mark(mark(&fill, entry, show));
            }
            Notice::State { from, to, cause, reason } => {
                if self.history.len() == 200 {
                    self.history.pop_back();
                }
                self.history.push_front(StateChange {
                    t_ms: show::millis(at),
                    from: from.code(),
                    to: to.code(),
                    cause: cause.code(),
                    reason: (!reason.is_empty()).then_some(reason),
                });
            }
            Notice::Alert { code, detail } => {
                let kind = Kind::Desk(code);
                self.alerts.raise(at, Trouble { venue: None, kind, detail });
            }
        }
    }

    /// Something around the engine is wrong.
    pub(crate) fn alert(&mut self, at: Nanos, trouble: Trouble) {
        if let Some(logs) = &mut self.logs {
            logs.trouble(at, &trouble);
        }
        self.alerts.raise(at, trouble);
    }

    /// How the audit stands: an alert begins with a problem and ends without.
    pub(crate) fn audit_stands(&mut self, at: Nanos, problem: Option<String>) {
        self.stands(at, Kind::AuditUnwritten, problem);
    }

    /// How the SQL table of the orders stands.
    pub(crate) fn projection_stands(&mut self, at: Nanos, problem: Option<String>) {
        self.stands(at, Kind::ProjectionUnwritten, problem);
    }

    fn stands(&mut self, at: Nanos, kind: Kind, problem: Option<String>) {
        let known = self.problems.iter().position(|(of, _)| *of == kind);
        if known.map(|place| &self.problems[place].1) == problem.as_ref() {
            return;
        }
        if let Some(place) = known {
            self.problems.swap_remove(place);
        }
        if let Some(detail) = problem {
            self.problems.push((kind.clone(), detail.clone()));
            self.alert(at, Trouble { venue: None, kind, detail });
            return;
        }
        self.end_alerts(at, |alerts, ended| alerts.over(at, &kind, ended));
    }

    /// Lets alerts end, and writes down those that did.
    fn end_alerts(&mut self, at: Nanos, end: impl FnOnce(&mut Alerts, &mut dyn FnMut(&Trouble))) {
        let logs = &mut self.logs;
        end(&mut self.alerts, &mut |trouble| {
            if let Some(logs) = logs {
                logs.recovered(at, trouble);
            }
        });
    }

    /// A venue told how it stands: alerts end by it.
    pub(crate) fn venue_stands(&mut self, at: Nanos, venue: VenueName, standing: Standing) {
        self.end_alerts(at, |alerts, ended| alerts.venue_stands(at, venue, standing, ended));
    }

    /// Samples what changes without a notice: queue places, the profit curve, charts without trades.
    pub(crate) fn sample<W: Stopwatch>(
        &mut self,
        at: Nanos,
        engine: &Engine<W>,
        venue: &Counterparty,
    ) {
        for order in engine.orders().live() {
            let show = &self.shows[order.intent.instrument.index()];
            self.orders.queue(at, order.id, venue.queue(order.id), show);
        }
        self.curve.point(at, &engine.ledger().pnl());
        if *engine.reconciliation() == Reconciliation::Agreed {
            self.end_alerts(at, |alerts, ended| alerts.reconciled(at, ended));
        }
        if engine.wallets(at).iter().all(|wallet| wallet.state == WalletState::Agreed) {
            let kind = Kind::Desk(AlertCode::BalanceMismatch);
            self.end_alerts(at, |alerts, ended| alerts.over(at, &kind, ended));
        }
        if engine.markets().iter().all(|market| market.held.is_none()) {
            self.end_alerts(at, |alerts, ended| alerts.released(at, ended));
        }
        for market in engine.markets() {
            self.quote(market.no, at, engine);
        }
    }

    /// The chart goes on at the mid where nothing traded.
    pub(crate) fn quote<W: Stopwatch>(&mut self, no: InstrumentNo, at: Nanos, engine: &Engine<W>) {
        let market = &engine.markets()[no.index()];
        let chart = &mut self.charts[no.index()];
        if chart.wants_quote(at)
            && let Some(touch) = market.book.touch()
        {
            chart.quote(at, market.instrument.price_f64(touch.mid()));
        }
    }

    /// Writes the logs that wait. False: the audit log does not take them.
    pub(crate) fn commit_logs(&mut self, wall: Nanos) -> bool {
        self.logs.as_mut().is_none_or(|logs| logs.commit(wall))
    }
}

fn mark(fill: &Fill, entry: bool, show: &Show) -> Mark {
    Mark {
        t_ms: show::millis(fill.at),
        side: fill.side.word(),
        price: show.price(fill.price),
        qty: show.qty(fill.qty),
        id: fill.order.to_string(),
        kind: if entry { "entry" } else { "exit" },
    }
}

/// A text that is the same in both languages: values, names.
fn same(text: impl Into<String>) -> Text {
    let text = text.into();
    Text::new(text.clone(), text)
}
