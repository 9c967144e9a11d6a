//! What every desk of the world is built from: instruments, limits, a permissive gate.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aurora_authority::{BuildId, Caps, Listed, Policy};
use aurora_book::{Continuity, FeatureParams};
use aurora_engine::brakes::{BrakeLimits, BudgetLimits};
use aurora_engine::guard::Limits;
use aurora_engine::{Engine, MarketSettings, Settings};
use aurora_exec::Deadlines;
use aurora_gate::{GateConfig, NoStopwatch};
use aurora_journal::Options;
use aurora_model::{Instrument, Nanos, Notional, Payoff, Venue};
use aurora_signal::Strategy;
use rust_decimal::Decimal;

/// Our number for the account.
pub(crate) const ACCOUNT: u16 = 7;
/// The least time between two questions to the strategy.
pub(crate) const TICK: Nanos = Nanos::from_millis(100);
/// A book older than this is stale.
pub(crate) const STALE_AFTER: Nanos = Nanos::from_millis(1_000);
/// The most one instrument's position may be worth with everything that may still fill.
pub(crate) const POSITION_CAP: i64 = 15_000;
/// How many orders may leave in a minute.
pub(crate) const ORDERS_PER_MINUTE: u32 = 40;
/// Cash at the start.
pub(crate) const CASH: i64 = 1_000_000;
/// The venue's dead-man switch.
const DEAD_MAN: Nanos = Nanos::from_millis(10_000);

fn money(amount: i64) -> Notional {
    Notional::new(Decimal::from(amount))
}

/// Ticks and lots of one, so that numbers read as money.
fn instrument(no: u16) -> Instrument {
    let names = [("PAPER:PERP:BTC-USDT", "BTCUSDT"), ("PAPER:PERP:ETH-USDT", "ETHUSDT")];
    let (id, symbol) = names[usize::from(no)];
    Instrument {
        id: id.parse().expect("a canonical id"),
        symbol: symbol.to_owned(),
        payoff: Payoff::Linear,
        tick: Decimal::ONE,
        lot: Decimal::ONE,
        multiplier: Decimal::ONE,
        min_notional: money(5),
        maker_fee: Decimal::new(2, 4),
        taker_fee: Decimal::new(5, 4),
    }
}

/// The instruments of the world, in the order of their numbers.
pub(crate) fn instruments() -> &'static [Instrument; 2] {
    static BOTH: OnceLock<[Instrument; 2]> = OnceLock::new();
    BOTH.get_or_init(|| [instrument(0), instrument(1)])
}

/// The engine's settings.
fn settings(seed: u64) -> Settings {
    Settings {
        account: ACCOUNT,
        seed,
        mode: "paper",
        tick: TICK,
        quiet: Nanos(0),
        stale_after: STALE_AFTER,
        deadlines: Deadlines::default(),
        limits: Limits {
            order_notional: Some(money(12_000)),
            position_notional: Some(money(POSITION_CAP)),
            exposure: Some(money(50_000)),
            price_band_bps: 100.0,
            orders_per_minute: ORDERS_PER_MINUTE,
            live_orders: 12,
        },
        brakes: BrakeLimits {
            day_notional: None,
            month_notional: None,
            day_loss: None,
            month_loss: None,
            cancels_per_minute: 200,
            flips_per_minute: 200,
            repeats_per_minute: 200,
            quarantine: Nanos::SECOND * 5,
            duplicate_within: Nanos(0),
            collar_bps: 500.0,
            budget: BudgetLimits::default(),
        },
        day_loss: None,
        capital: money(CASH),
        dead_man: Some(DEAD_MAN),
        auto_run: true,
        wallets: None,
        checkpoint_every: Nanos::SECOND * 4,
    }
}

/// A gate that looks at everything and minds nothing.
fn gate() -> GateConfig {
    let mut gate = GateConfig { latency_ms_limit: 1e9, ..GateConfig::default() };
    gate.trap.enabled = false;
    gate.health.guard_ms = 1e9;
    gate.health.max_samples = 64;
    gate.governance.latency_ms_limit = 1e9;
    gate.governance.reject_storm_pct = 1.0;
    gate.kill_switch.max_reject_rate_pct = 100.0;
    gate.kill_switch.max_denied_rate_pct = 100.0;
    gate
}

/// An engine that knows nothing yet.
pub(crate) fn engine(
    seed: u64,
    markets: u16,
    mut strategy: impl FnMut() -> Option<Box<dyn Strategy>>,
) -> Engine<NoStopwatch> {
    let markets = (0..markets).map(|no| MarketSettings {
        instrument: instruments()[usize::from(no)].clone(),
        continuity: Continuity::BinanceFutures,
        features: FeatureParams::default(),
        strategy: strategy(),
    });
    let cash = BTreeMap::from([("USDT".to_owned(), money(CASH))]);
    Engine::new(settings(seed), markets.collect(), gate(), cash, NoStopwatch)
        .expect("the world's settings are sound")
}

/// Segments so small that worlds change them.
pub(crate) fn journal(epoch: u32) -> Options {
    Options {
        segment_bytes: 12_000,
        reserve_bytes: 2_048,
        full_disk_bytes: 8_192,
        first_epoch: epoch,
        exact_epoch: true,
    }
}

/// What the signer goes by.
pub(crate) fn policy() -> Policy {
    let listed = instruments().iter().map(|instrument| Listed {
        venue: Venue::Paper,
        symbol: instrument.symbol.clone(),
        unit: Decimal::ONE,
        max_qty: Decimal::from(60),
        enforces_reduce_only: true,
    });
    Policy {
        build: BuildId("world".to_owned()),
        account: ACCOUNT,
        listed: listed.collect(),
        caps: Caps {
            order_notional: money(60_000),
            window: Nanos::SECOND * 60,
            placements: 1_000,
            window_notional: money(100_000_000),
        },
    }
}
