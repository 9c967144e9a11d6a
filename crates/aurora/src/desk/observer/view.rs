//! One moment of the desk, as the console's streams show it.

use crate::desk::counterparty::Counterparty;
use crate::desk::lines::Lines;
use crate::desk::store::JournalWork;
use aurora_api::console::wire::{
    Alert, BudgetRow, Check, Exposure, ExposureItem, Frame, Ladder, Notch, OrderLife, PnlSums,
    PositionRow, RiskBudget, Slo, Text,
};
use aurora_api::console::{InstrumentView, View};
use aurora_engine::{Audit, BudgetView, Engine};
use aurora_exec::Order;
use aurora_gate::Stopwatch;
use aurora_ledger::Position;
use aurora_model::{ClientOrderId, Lots, Nanos, Notional, Side, Ticks, TradingState};
use std::collections::BTreeSet;

use super::Observer;
use super::health::{Around, health};
use super::show;

const DEPTH: usize = 25;

/// What does not change while the desk runs.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) profile: String,
    pub(crate) market: &'static str,
    pub(crate) speed: serde_json::Value,
    pub(crate) currency: &'static str,
    pub(crate) cycle_limit_ms: f64,
    /// Where the strategy takes profit and gives up, in bps of the entry.
    pub(crate) target_bps: f64,
    pub(crate) stop_bps: f64,
}

/// What changes outside the engine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outside {
    pub(crate) now: Nanos,
    pub(crate) wall: Nanos,
    pub(crate) market_ended: bool,
    pub(crate) journal: JournalWork,
}

impl Observer {
    pub(crate) fn view<W: Stopwatch>(
        &mut self,
        outside: &Outside,
        setting: &Setting,
        engine: &Engine<W>,
        venue: &Counterparty,
    ) -> View {
        let now = outside.now;
        let (age, slowest) = self.slowest(now, engine);
        let cycle_p95_ms = self.orders.cycle_p95();
        let around = Around {
            journal_lag: outside.journal.lag,
            data_age_ms: age,
            stale_ms: show::millis(engine.settings().stale_after),
            cycle_p95_ms,
            cycle_limit_ms: setting.cycle_limit_ms,
        };
        View {
            frame: self.frame(outside, setting, engine, (&around, slowest)),
            instruments: (0..self.shows.len())
                .map(|at| self.instrument(at, now, engine, venue))
                .collect(),
            orders: self.orders.newest(200),
            positions: self.positions(setting, engine),
            pnl_points: self.curve.points(),
            pnl: self.sums(engine),
            exposure: self.exposure(engine),
            risk_budget: risk_budget(now, setting, engine),
            decisions: self.decisions.newest(200),
            decisions_total: self.decisions.total,
            gate: self.decisions.summary(now, outside.wall),
            health: health(now, engine, &around),
            venues: venue.lines().map(Lines::views).unwrap_or_default(),
            meta: venue.lines().map(Lines::meta).unwrap_or_default(),
            maintenance: venue.lines().map(Lines::windows).unwrap_or_default(),
            tally: self.counts.shown(outside, &self.shows, engine),
        }
    }

    fn frame<W: Stopwatch>(
        &self,
        outside: &Outside,
        setting: &Setting,
        engine: &Engine<W>,
        (around, slowest): (&Around, Option<String>),
    ) -> Frame {
        let status = engine.status();
        let limit = engine.settings().day_loss;
        Frame {
            profile: setting.profile.clone(),
            state: status.state.code(),
            cause: status.cause.code(),
            reason: (!status.reason.is_empty()).then(|| status.reason.clone()),
            since_ms: show::millis(status.since),
            checks: engine
                .checks(outside.now)
                .into_iter()
                .map(|(check, ok)| Check {
                    id: check.id(),
                    ok,
                    text: Text::new(check.text().0, check.text().1),
                })
                .collect(),
            pnl_day: show::signed(engine.ledger().pnl().day, 2),
            pnl_day_limit: limit.map(show::money),
            currency: setting.currency.to_owned(),
            exposure: show::money(engine.ledger().exposure().gross),
            exposure_limit: engine.settings().limits.exposure.map(show::money),
            slo: Slo {
                name: "order_cycle_ms_p95",
                value: around.cycle_p95_ms,
                limit: setting.cycle_limit_ms,
                budget_left: self.budget_left(setting.cycle_limit_ms),
            },
            data_age_ms: around.data_age_ms,
            data_age_instrument: slowest,
            working_orders: engine.orders().live_count(),
            working_venues: self.working_venues(engine),
            alerts: self.alerts(outside.now, engine),
            now_ms: show::millis(outside.now),
            wall_ms: show::millis(outside.wall),
            speed: setting.speed.clone(),
            market: setting.market,
            market_ended: outside.market_ended,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// What is wrong now: the worst first, and of those the newest.
    fn alerts<W: Stopwatch>(&self, now: Nanos, engine: &Engine<W>) -> Vec<Alert> {
        let status = engine.status();
        let since_ms = show::millis(status.since);
        let stopped = match status.state {
            TradingState::Run => None,
            TradingState::Hold => {
                Some(("warn", "HOLD", "Удержание: новых заявок нет", "HOLD: no new orders"))
            }
            TradingState::Killed => {
                Some(("critical", "KILLED", "Торговля остановлена аварийно", "Trading is killed"))
            }
        };
        let stopped = stopped.map(|(severity, code, ru, en)| {
            let why = if status.reason.is_empty() {
                String::new()
            } else {
                format!(" — {}", status.reason)
            };
            let text = Text::new(format!("{ru}{why}"), format!("{en}{why}"));
            standing_alert(severity, code, text, since_ms, "/system")
        });
        let audit = (engine.audit() == Audit::Unwritten).then(|| {
            let text = Text::new(
                "Журнал событий не пишется: новые риски закрыты, освободите место на диске",
                "The event log cannot be written: no new risk, free some disk space",
            );
            standing_alert("critical", "AUDIT_UNAVAILABLE", text, since_ms, "/system")
        });
        let full = (engine.audit() == Audit::JournalFull).then(|| {
            let text = Text::new(
                "Диск журнала полон: входов нет, HOLD и снятие заявок записываются; освободите место",
                "The journal's disk is full: no entries, HOLD and cancels are still written; free some space",
            );
            standing_alert("critical", "JOURNAL_FULL", text, since_ms, "/system")
        });
        let doubt = engine.orders().in_doubt_count();
        let doubt = (doubt > 0).then(|| {
            let text = Text::new(
                format!("Судьба заявок неизвестна: {doubt}, спрашиваем площадку"),
                format!("The fate of {doubt} orders is unknown, asking the venue"),
            );
            standing_alert("error", "IN_DOUBT", text, since_ms, "/orders")
        });
        let noted = self.alerts.standing(now);
        let mut all: Vec<Alert> =
            audit.or(full).into_iter().chain(doubt).chain(stopped).chain(noted).collect();
        all.sort_by_key(|alert| rank(alert.severity));
        all
    }

    /// Every alert that is remembered, newest first, also those that are over.
    pub(crate) fn alert_history(&self, now: Nanos) -> Vec<Alert> {
        self.alerts.history(now)
    }

    /// Age of the slowest traded feed, and whose it is.
    fn slowest<W: Stopwatch>(&self, now: Nanos, engine: &Engine<W>) -> (f64, Option<String>) {
        let ages = engine
            .markets()
            .iter()
            .filter_map(|market| Some((market.book.age(now)?, market.instrument.id.to_string())));
        match ages.max_by_key(|(age, _)| *age) {
            Some((age, id)) => (show::millis(age), Some(id)),
            None => (0.0, None),
        }
    }

    /// How many venues have open orders of ours.
    fn working_venues<W: Stopwatch>(&self, engine: &Engine<W>) -> usize {
        let of = |order: &Order| self.shows[order.intent.instrument.index()].rules.id.venue;
        engine.orders().live().map(of).collect::<BTreeSet<_>>().len()
    }

    /// One minus the share of slow cycles over the half percent that is allowed.
    fn budget_left(&self, limit: f64) -> f64 {
        if self.orders.cycles.is_empty() {
            return 1.0;
        }
        let slow = self.orders.cycles.iter().filter(|cycle| limit < **cycle).count();
        (1.0 - slow as f64 / self.orders.cycles.len() as f64 / 0.005).max(0.0)
    }

    fn instrument<W: Stopwatch>(
        &mut self,
        at: usize,
        now: Nanos,
        engine: &Engine<W>,
        venue: &Counterparty,
    ) -> InstrumentView {
        let (show, market) = (&self.shows[at], &engine.markets()[at]);
        let chart = &mut self.charts[at];
        let book = &market.book;
        let touch = book.touch();
        let flags = book.flags(now, engine.settings().stale_after);
        let named = [
            (flags.crossed, "crossed"),
            (flags.locked, "locked"),
            (flags.stale, "stale"),
            (flags.unsynced, "unsynced"),
        ];
        let features = touch.map(|_| market.features.values(now, book));
        let side = |side: Side| {
            let mut levels = [(Ticks(0), Lots(0)); DEPTH];
            let found = book.top(side, &mut levels);
            levels[..found]
                .iter()
                .map(|(price, qty)| (show.price(*price), show.qty(*qty)))
                .collect()
        };
        let ours = engine.orders().live().filter(|order| order.intent.instrument == market.no).map(
            |order| {
                let queue = venue.queue(order.id);
                Notch {
                    id: order.id.to_string(),
                    side: order.intent.side.word(),
                    price: show.price(order.intent.limit),
                    qty: show.qty(order.intent.qty),
                    left: show.qty(order.left()),
                    ahead: queue.map(|queue| show.qty(queue.ahead)),
                    behind: queue.map(|queue| show.qty(queue.behind)),
                }
            },
        );
        let ladder = Ladder {
            instrument: show.id.to_string(),
            bids: side(Side::Buy),
            asks: side(Side::Sell),
            last: book.last_trade().map(|(_, price, _)| show.price(price)),
            mid: touch.map(|touch| show.fine_price(touch.mid())),
            micro: touch.map(|touch| show.fine_price(touch.microprice())),
            spread: touch.map(|touch| show.price(touch.spread())),
            spread_bps: touch.map(|touch| touch.spread_bps().0),
            obi: features.map(|features| features.obi),
            tfi: features.map(|features| features.tfi),
            age_ms: book.age(now).map_or(0.0, show::millis),
            flags: named.into_iter().filter(|(set, _)| *set).map(|(_, name)| name).collect(),
            ours: ours.collect(),
        };
        InstrumentView {
            id: show.id.clone(),
            ladder,
            bars: chart.bars(),
            marks: chart.marks(),
            marks_total: chart.marks_total,
        }
    }

    fn positions<W: Stopwatch>(&self, setting: &Setting, engine: &Engine<W>) -> Vec<PositionRow> {
        let held = engine.ledger().positions().filter(|position| position.qty != Lots::ZERO);
        held.map(|position| self.position(setting, &position)).collect()
    }

    fn position(&self, setting: &Setting, position: &Position) -> PositionRow {
        let show = &self.shows[position.instrument.index()];
        let sign = if position.qty.0 < 0 { -1.0 } else { 1.0 };
        let decimals = show.rules.price_decimals() as usize;
        let at = |bps: f64| {
            let entry = aurora_model::number::decimal_to_f64(position.average_entry?.decimal());
            Some(format!("{:.decimals$}", entry * (1.0 + sign * bps / 1e4)))
        };
        PositionRow {
            instrument: show.id.to_string(),
            qty: show.signed_qty(position.qty),
            avg_price: position
                .average_entry
                .map(|price| format!("{:.*}", decimals + 1, price.decimal())),
            mark: position.mark.map(|price| format!("{:.*}", decimals + 1, price.decimal())),
            unrealized: show::signed(position.unrealized, 4),
            realized: show::signed(position.realized, 4),
            fees: format!("{:.4}", position.fees.decimal()),
            notional: show::signed(position.notional, 2),
            settle: show.rules.settle_currency().to_owned(),
            target: at(setting.target_bps),
            stop: at(-setting.stop_bps),
        }
    }

    fn sums<W: Stopwatch>(&self, engine: &Engine<W>) -> PnlSums {
        let pnl = engine.ledger().pnl();
        let decisions = self.decisions.total;
        PnlSums {
            net: show::signed(pnl.net, 2),
            realized: show::signed(pnl.realized, 2),
            unrealized: show::signed(pnl.unrealized, 2),
            fees: show::signed(-pnl.fees, 2),
            funding: (pnl.funding != Notional::ZERO).then(|| show::signed(pnl.funding, 2)),
            max_drawdown: show::signed(-pnl.max_drawdown, 2),
            fills: engine.ledger().counters().fills,
            orders: self.orders.total,
            denied: self.decisions.denied,
            allow_rate: (decisions > 0).then(|| self.decisions.allowed as f64 / decisions as f64),
        }
    }

    fn exposure<W: Stopwatch>(&self, engine: &Engine<W>) -> Exposure {
        let limits = engine.settings().limits;
        let items = engine.ledger().positions().filter(|position| position.qty != Lots::ZERO);
        Exposure {
            total: show::money(engine.ledger().exposure().gross),
            limit: limits.exposure.map(show::money),
            items: items
                .map(|position| ExposureItem {
                    instrument: self.shows[position.instrument.index()].id.to_string(),
                    net: show::signed(position.notional, 2),
                    gross: show::money(position.notional.abs()),
                    limit: limits.position_notional.map(show::money),
                })
                .collect(),
        }
    }

    /// The life of one order.
    pub(crate) fn life(&self, now: Nanos, id: &str) -> Option<OrderLife> {
        let id: ClientOrderId = id.parse().ok()?;
        let life = self.orders.life(id, &self.decisions)?;
        Some(OrderLife { exactly_once: self.exactly_once(now, id), ..life })
    }

    /// One decision in full.
    pub(crate) fn decision(&self, id: &str) -> Option<aurora_api::console::wire::DecisionFull> {
        self.decisions.full(id)
    }

    /// The state's history, newest first.
    pub(crate) fn history(&self) -> Vec<aurora_api::console::wire::StateChange> {
        self.history.iter().cloned().collect()
    }

    /// Orders, fills and denials, for the closing summary.
    pub(crate) fn totals(&self) -> (u64, u64, u64) {
        (self.orders.total, self.fills, self.decisions.denied)
    }
}

fn risk_budget<W: Stopwatch>(now: Nanos, setting: &Setting, engine: &Engine<W>) -> RiskBudget {
    let (budgets, locked_until) = engine.budgets(now);
    let row = |BudgetView { name, value, limit }| BudgetRow { name, value, limit };
    RiskBudget {
        items: budgets.map(row).to_vec(),
        locked_until_ms: locked_until.map(show::millis),
        currency: setting.currency.to_owned(),
    }
}

/// An alert that stands as long as the state behind it.
fn standing_alert(
    severity: &'static str,
    code: &'static str,
    text: Text,
    since_ms: f64,
    link: &str,
) -> Alert {
    Alert {
        severity,
        code,
        text,
        detail: None,
        since_ms,
        until_ms: None,
        count: 1,
        link: link.to_owned(),
    }
}

fn rank(severity: &str) -> u8 {
    match severity {
        "critical" => 0,
        "error" => 1,
        "warn" => 2,
        _ => 3,
    }
}
