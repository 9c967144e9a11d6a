//! The health page: each part of the desk with its colour and one line.

use aurora_api::console::wire::{Component, Health, Text};
use aurora_engine::{Engine, StartCheck};
use aurora_gate::Stopwatch;
use aurora_model::{Nanos, TradingState};

use super::show;

/// Whether the parts around the engine work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) journal_lag: u64,
    pub(crate) data_age_ms: f64,
    pub(crate) stale_ms: f64,
    pub(crate) cycle_p95_ms: f64,
    pub(crate) cycle_limit_ms: f64,
}

pub(super) fn health<W: Stopwatch>(now: Nanos, engine: &Engine<W>, around: &Around) -> Health {
    let since = show::millis(engine.status().since);
    let card = |id, group, status, title: (&str, &str), text: Text| Component {
        id,
        group,
        status,
        title: Text::new(title.0, title.1),
        text,
        since_ms: since,
    };
    let state = engine.status();
    let mut components = vec![
        card(
            "trading_state",
            "P0",
            match state.state {
                TradingState::Run => "GREEN",
                TradingState::Hold => "YELLOW",
                TradingState::Killed => "RED",
            },
            ("Торговля", "Trading"),
            match state.state {
                TradingState::Run => Text::new("новые заявки разрешены", "new orders may leave"),
                TradingState::Hold => Text::new(
                    "новых заявок нет, открытые сняты",
                    "no new orders, open ones cancelled",
                ),
                TradingState::Killed => {
                    Text::new("остановлена до повторного взвода", "stopped until re-armed")
                }
            },
        ),
        card(
            "journal_outbox",
            "P0",
            if around.journal_lag < 10_000 { "GREEN" } else { "RED" },
            ("Журнал заявок", "Order journal"),
            Text::new(
                format!("ждут диска: {} записей", around.journal_lag),
                format!("{} records wait for the disk", around.journal_lag),
            ),
        ),
    ];
    for (check, ok) in engine.checks(now) {
        let (ru, en) = check.text();
        let (id, group) = match check {
            StartCheck::Books => ("market_data", "P0"),
            StartCheck::Reconciled => ("recon", "P0"),
            StartCheck::Balances => ("balances", "P0"),
            StartCheck::NoDoubt => ("orders_in_doubt", "P0"),
            StartCheck::Ledger => ("ledger", "P0"),
            StartCheck::Audit => ("audit_log", "P0"),
            StartCheck::DayLoss => ("day_loss", "P0"),
            StartCheck::KillCaps => ("kill_caps", "P0"),
            StartCheck::Clocks => ("clocks", "P0"),
            StartCheck::Disk => ("disk", "P0"),
            StartCheck::Keys => ("keys", "P0"),
            StartCheck::Builds => ("builds", "P0"),
        };
        let text = if ok {
            Text::new("в порядке", "in order")
        } else {
            Text::new("не выполнено", "does not hold")
        };
        components.push(card(id, group, if ok { "GREEN" } else { "RED" }, (ru, en), text));
    }
    let slow = |value: f64, limit: f64| {
        if value <= limit {
            "GREEN"
        } else if value <= 3.0 * limit {
            "YELLOW"
        } else {
            "RED"
        }
    };
    components.push(card(
        "data_age",
        "P1",
        slow(around.data_age_ms, around.stale_ms),
        ("Возраст данных", "Age of data"),
        Text::new(
            format!("{:.0} мс, предел {:.0} мс", around.data_age_ms, around.stale_ms),
            format!("{:.0} ms, limit {:.0} ms", around.data_age_ms, around.stale_ms),
        ),
    ));
    components.push(card(
        "order_cycle",
        "P1",
        slow(around.cycle_p95_ms, around.cycle_limit_ms),
        ("Цикл заявки, p95", "Order cycle, p95"),
        Text::new(
            show::comma(&format!(
                "{:.1} мс, цель {:.0} мс",
                around.cycle_p95_ms, around.cycle_limit_ms
            )),
            format!("{:.1} ms, objective {:.0} ms", around.cycle_p95_ms, around.cycle_limit_ms),
        ),
    ));
    for market in engine.markets().iter().filter(|m| m.gaps > 0) {
        components.push(card(
            "feed_gaps",
            "P1",
            "YELLOW",
            ("Разрывы потока", "Feed gaps"),
            super::same(format!("{}: {}", market.instrument.id, market.gaps)),
        ));
    }
    let weight = |status: &str| match status {
        "GREEN" => 1.0,
        "YELLOW" => 0.5,
        _ => 0.0,
    };
    let score: f64 = components.iter().map(|c| weight(c.status)).sum();
    Health { score_pct: (1000.0 * score / components.len() as f64).round() / 10.0, components }
}
