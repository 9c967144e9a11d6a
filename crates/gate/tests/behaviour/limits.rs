//! Risk caps, spread and governance.

use aurora_gate::config::GovernanceConfig;
use aurora_gate::{Compat, GateConfig};
use expect_test::expect;

use crate::scenario::{check, waterfall};

#[test]
fn the_first_risk_cap_that_trips_denies() {
    check(
        GateConfig::default(),
        "
        check BTC/USDT buy pnl=-9.99 open=9
        check BTC/USDT buy pnl=-10 open=10
        check BTC/USDT buy open=10
        check BTC/USDT buy pnl=10
        ",
        &expect![[r#"
            check BTC/USDT buy pnl=-9.99 open=9                → ok
            check BTC/USDT buy pnl=-10 open=10                 → risk_dd_day_cap [risk_dd_day_cap]
            check BTC/USDT buy open=10                         → risk_max_concurrent [risk_max_concurrent]
            check BTC/USDT buy pnl=10                          → ok
        "#]],
    );
}

#[test]
fn a_notional_that_vanishes_by_scaling_is_denied() {
    let mut config = GateConfig::default();
    config.risk.size_scale = 1e-300;
    check(
        config.clone(),
        "
        check BTC/USDT buy base_notional=1e-300
        check BTC/USDT buy notional=1e-300
        check BTC/USDT buy base_notional=100
        ",
        &expect![[r#"
            check BTC/USDT buy base_notional=1e-300            → risk_notional_too_small [risk_notional_too_small]
            check BTC/USDT buy notional=1e-300                 → risk_notional_too_small [risk_notional_too_small]
            check BTC/USDT buy base_notional=100               → ok
        "#]],
    );
    // The recorded gate did not read `notional`.
    config.compat = Compat::Reference;
    check(
        config,
        "check BTC/USDT buy notional=1e-300",
        &expect![[r#"
        check BTC/USDT buy notional=1e-300                 → ok
    "#]],
    );
}

#[test]
fn a_wide_spread_is_the_reason_even_over_an_earlier_one() {
    check(
        GateConfig::default(),
        "
        check BTC/USDT buy spread=100 pnl=-10
        check BTC/USDT buy spread=100.05 pnl=-10
        check BTC/USDT buy spread=100.25
        ",
        &expect![[r#"
            check BTC/USDT buy spread=100 pnl=-10              → risk_dd_day_cap [risk_dd_day_cap]
            check BTC/USDT buy spread=100.05 pnl=-10           → spread_bps_too_wide:100.0 [risk_dd_day_cap] · SPREAD_GUARD_TRIP
            check BTC/USDT buy spread=100.25                   → spread_bps_too_wide:100.2 · SPREAD_GUARD_TRIP
        "#]],
    );
}

#[test]
fn governance_asks_its_limits_in_order() {
    let mut config = GateConfig::default();
    config.risk.dd_day_pct = 100.0;
    config.risk.max_concurrent = 10_000;
    config.latency_ms_limit = 10_000.0;
    config.health.guard_ms = 10_000.0;
    config.kill_switch.max_denied_rate_pct = 100.0;
    config.governance.cvar_limit = Some(-5.0);
    let everything = "
        check BTC/USDT buy abnormal=1 pnl=-11 cvar=-6 spread=81 latency=501 vol=301 open=999
        check BTC/USDT buy pnl=-11 cvar=-6 spread=81 latency=501 vol=301 open=999
        check BTC/USDT buy pnl=-10 cvar=-6 spread=81 latency=501 vol=301 open=999
        check BTC/USDT buy cvar=-5 spread=81 latency=501 vol=301 open=999
        check BTC/USDT buy spread=80 latency=501 vol=301 open=999
        check BTC/USDT buy latency=500 vol=301 open=999
        check BTC/USDT buy vol=300 open=999
        check BTC/USDT buy open=998
    ";
    check(
        config.clone(),
        everything,
        &expect![[r#"
            check BTC/USDT buy abnormal=1 pnl=-11 cvar=-6 spread=81 latency=501 vol=301 open=999 → DQ_EVENT.ABNORMAL_SPREAD [DQ_EVENT.ABNORMAL_SPREAD] · DQ_EVENT.ABNORMAL_SPREAD
            check BTC/USDT buy pnl=-11 cvar=-6 spread=81 latency=501 vol=301 open=999 → RISK.DENY.DRAWDOWN [RISK.DENY.DRAWDOWN, daily_dd] · RISK.DENY.DRAWDOWN
            check BTC/USDT buy pnl=-10 cvar=-6 spread=81 latency=501 vol=301 open=999 → RISK.DENY.CVAR [RISK.DENY.CVAR] · RISK.DENY.CVAR
            check BTC/USDT buy cvar=-5 spread=81 latency=501 vol=301 open=999 → SPREAD_GUARD_TRIP [SPREAD_GUARD_TRIP, spread_limit] · SPREAD_GUARD_TRIP
            check BTC/USDT buy spread=80 latency=501 vol=301 open=999 → LATENCY_GUARD_TRIP [LATENCY_GUARD_TRIP] · LATENCY_GUARD_TRIP
            check BTC/USDT buy latency=500 vol=301 open=999    → VOLATILITY_GUARD_TRIP [VOLATILITY_GUARD_TRIP] · VOLATILITY_GUARD_TRIP
            check BTC/USDT buy vol=300 open=999                → RISK.DENY.POS_LIMIT [RISK.DENY.POS_LIMIT, pos_limit] · RISK.DENY.POS_LIMIT
            check BTC/USDT buy open=998                        → ok
        "#]],
    );
    config.compat = Compat::Reference;
    check(
        config,
        everything,
        &expect![[r#"
        check BTC/USDT buy abnormal=1 pnl=-11 cvar=-6 spread=81 latency=501 vol=301 open=999 → DQ_EVENT.ABNORMAL_SPREAD [DQ_EVENT.ABNORMAL_SPREAD]
        check BTC/USDT buy pnl=-11 cvar=-6 spread=81 latency=501 vol=301 open=999 → RISK.DENY.DRAWDOWN [RISK.DENY.DRAWDOWN, daily_dd]
        check BTC/USDT buy pnl=-10 cvar=-6 spread=81 latency=501 vol=301 open=999 → RISK.DENY.CVAR [RISK.DENY.CVAR]
        check BTC/USDT buy cvar=-5 spread=81 latency=501 vol=301 open=999 → SPREAD_GUARD_TRIP [SPREAD_GUARD_TRIP, spread_limit]
        check BTC/USDT buy spread=80 latency=501 vol=301 open=999 → LATENCY_GUARD_TRIP [LATENCY_GUARD_TRIP]
        check BTC/USDT buy latency=500 vol=301 open=999    → VOLATILITY_GUARD_TRIP [VOLATILITY_GUARD_TRIP]
        check BTC/USDT buy vol=300 open=999                → RISK.DENY.POS_LIMIT [RISK.DENY.POS_LIMIT, pos_limit]
        check BTC/USDT buy open=998                        → ok
    "#]],
    );
}

#[test]
fn a_reject_storm_or_a_broken_book_halts_for_a_while() {
    check(
        GateConfig::default(),
        "
        check BTC/USDT buy orders=10 rejects=4
        check BTC/USDT buy orders=0 rejects=0
        check BTC/USDT buy orders=10 rejects=5
        +59s
        check ETH/USDT buy
        +1s
        check ETH/USDT buy
        check ETH/USDT buy crossed=1
        reset
        check ETH/USDT buy
        check ETH/USDT buy stale=1
        ",
        &expect![[r#"
            check BTC/USDT buy orders=10 rejects=4             → ok
            check BTC/USDT buy orders=0 rejects=0              → ok
            check BTC/USDT buy orders=10 rejects=5             → AURORA.HALT [AURORA.HALT, killswitch_active] wait 60000 ms · AURORA.HALT
            check ETH/USDT buy                                 → AURORA.HALT [AURORA.HALT, killswitch_active] wait 1000 ms · AURORA.HALT
            check ETH/USDT buy                                 → ok
            check ETH/USDT buy crossed=1                       → AURORA.HALT [AURORA.HALT, killswitch_active] wait 60000 ms · AURORA.HALT
            reset                                              → OPS.RESET
            check ETH/USDT buy                                 → ok
            check ETH/USDT buy stale=1                         → AURORA.HALT [AURORA.HALT, killswitch_active] wait 60000 ms · AURORA.HALT
        "#]],
    );
}

#[test]
fn the_production_set_is_far_stricter() {
    let governance = GovernanceConfig::production();
    check(
        GateConfig { governance, ..GateConfig::default() },
        "
        check BTC/USDT buy spread=8
        check BTC/USDT buy spread=8.1
        check BTC/USDT buy vol=61
        check BTC/USDT buy pnl=-5.1
        check BTC/USDT buy cvar=-10.1
        ",
        &expect![[r#"
            check BTC/USDT buy spread=8                        → ok
            check BTC/USDT buy spread=8.1                      → SPREAD_GUARD_TRIP [SPREAD_GUARD_TRIP, spread_limit] · SPREAD_GUARD_TRIP
            check BTC/USDT buy vol=61                          → VOLATILITY_GUARD_TRIP [VOLATILITY_GUARD_TRIP] · VOLATILITY_GUARD_TRIP
            check BTC/USDT buy pnl=-5.1                        → RISK.DENY.DRAWDOWN [RISK.DENY.DRAWDOWN, daily_dd] · RISK.DENY.DRAWDOWN
            check BTC/USDT buy cvar=-10.1                      → RISK.DENY.CVAR [RISK.DENY.CVAR] · RISK.DENY.CVAR
        "#]],
    );
}

#[test]
fn the_waterfall_names_what_tripped() {
    waterfall(
        GateConfig::default(),
        "check BTC/USDT buy open=12 spread=90",
        &expect![[r#"
            anti_churn      pass        —        — ms
            latency         pass     0.00    30.00 ms
            health          pass     0.00    30.00 ms
            trap            skip        —        — z
            expected_return pass    12.05     2.00 bps
            slippage        pass     0.50     6.00 bps
            risk            deny    12.00    10.00 positions
            sprt            off         —        — llr
            spread          pass    90.00   100.00 bps
            governance      skip        —        — 
        "#]],
    );
    waterfall(
        GateConfig::default(),
        "check BTC/USDT buy spread=90",
        &expect![[r#"
            anti_churn      pass        —        — ms
            latency         pass     0.00    30.00 ms
            health          pass     0.00    30.00 ms
            trap            skip        —        — z
            expected_return pass    12.05     2.00 bps
            slippage        pass     0.50     6.00 bps
            risk            pass     0.00    10.00 positions
            sprt            off         —        — llr
            spread          pass    90.00   100.00 bps
            governance      deny    90.00    80.00 bps
        "#]],
    );
}
