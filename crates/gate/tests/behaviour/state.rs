//! What outlasts one order: anti-churn, quotas, the kill switch, operators.

use aurora_gate::{Compat, GateConfig, GateId};
use expect_test::expect;

use crate::scenario::check;

#[test]
fn after_a_close_the_symbol_rests() {
    let mut config = GateConfig::default();
    config.churn.cooldown_after_close_ms = 1000;
    check(
        config,
        "
        fill BINANCE:btc/usdt buy
        close BTC/USDT
        +400ms
        check btc/usdt buy
        check ETH/USDT buy
        +600ms
        check BTC/USDT buy
        ",
        &expect![[r#"
            close BTC/USDT                                     → AURORA.COOL_OFF
            check btc/usdt buy                                 → cooldown_after_close_active [cooldown_after_close_active] wait 600 ms · COOLDOWN.ACTIVE
            check ETH/USDT buy                                 → ok
            check BTC/USDT buy                                 → ok
        "#]],
    );
}

#[test]
fn entries_keep_their_pace() {
    let mut config = GateConfig::default();
    config.churn.min_open_interval_ms = 500;
    check(
        config,
        "
        check BTC/USDT buy
        +499ms
        check BTC/USDT buy
        +1ms
        check BTC/USDT buy latency=99
        check BTC/USDT buy
        ",
        &expect![[r#"
            check BTC/USDT buy                                 → ok
            check BTC/USDT buy                                 → open_rate_limit [open_rate_limit] wait 1 ms · OPEN.RATE_LIMIT
            check BTC/USDT buy latency=99                      → latency_guard [latency_guard_exceeded:99.0>30.0] · HEALTH.LATENCY_HIGH HEALTH.LATENCY_P95_HIGH
            check BTC/USDT buy                                 → latency_halt [latency_halt] hard · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
        "#]],
    );
}

#[test]
fn a_position_is_not_turned_and_a_young_one_says_how_long() {
    let mut config = GateConfig::default();
    config.churn.min_position_hold_ms = 2000;
    check(
        config,
        "
        fill BTC/USDT long
        +500ms
        check BTC/USDT sell
        check BTC/USDT buy
        +1500ms
        check BTC/USDT SHORT
        reject BTC/USDT
        check BTC/USDT sell
        close BTC/USDT
        check BTC/USDT sell
        ",
        &expect![[r#"
            check BTC/USDT sell                                → position_min_hold_active [position_min_hold_active] wait 1500 ms · POSITION.MIN_HOLD
            check BTC/USDT buy                                 → ok
            check BTC/USDT SHORT                               → opposite_side_block [opposite_side_block] · POSITION.OPPOSITE_BLOCK
            check BTC/USDT sell                                → opposite_side_block [opposite_side_block] · POSITION.OPPOSITE_BLOCK
            check BTC/USDT sell                                → ok
        "#]],
    );
}

#[test]
fn in_reference_anti_churn_raises_no_event_and_tells_no_wait() {
    let mut config = GateConfig { compat: Compat::Reference, ..GateConfig::default() };
    config.churn.min_position_hold_ms = 2000;
    check(
        config,
        "
        fill BTC/USDT buy
        check BTC/USDT sell
        ",
        &expect![[r#"
            check BTC/USDT sell                                → position_min_hold_active [position_min_hold_active]
        "#]],
    );
}

#[test]
fn quotas_count_entries_and_exposure() {
    let mut config = GateConfig::default();
    config.quotas.trades_per_minute = Some(2);
    config.quotas.symbol_exposure = Some(150.0);
    check(
        config,
        "
        check BTC/USDT buy
        fill BTC/USDT buy
        +30s
        check BTC/USDT buy
        check BTC/USDT buy latency=99
        +31s
        check BTC/USDT buy
        close BTC/USDT
        check BTC/USDT buy
        check ETH/USDT buy
        ",
        &expect![[r#"
            check BTC/USDT buy                                 → ok left 1, 150
            check BTC/USDT buy                                 → ok left 0, 50
            check BTC/USDT buy latency=99                      → latency_guard [latency_guard_exceeded:99.0>30.0] left 0, 50 · HEALTH.LATENCY_HIGH HEALTH.LATENCY_P95_HIGH
            check BTC/USDT buy                                 → latency_halt [latency_halt] hard left 1, 50 · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
            check BTC/USDT buy                                 → latency_halt [latency_halt] hard left 1, 150 · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
            check ETH/USDT buy                                 → latency_halt [latency_halt] hard left 2, 150 · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
        "#]],
    );
}

#[test]
fn too_many_denials_trip_the_kill_switch_until_an_operator_resets() {
    let mut config = GateConfig::default();
    config.kill_switch.window_trades = 3;
    check(
        config,
        "
        check BTC/USDT buy
        check BTC/USDT buy spread=101
        check BTC/USDT buy spread=101
        check BTC/USDT buy
        check BTC/USDT buy spread=101
        +600s
        check BTC/USDT buy
        reset
        check BTC/USDT buy
        ",
        &expect![[r#"
            check BTC/USDT buy                                 → ok
            check BTC/USDT buy spread=101                      → spread_bps_too_wide:101.0 · SPREAD_GUARD_TRIP
            check BTC/USDT buy spread=101                      → spread_bps_too_wide:101.0 · SPREAD_GUARD_TRIP AURORA.HALT
            check BTC/USDT buy                                 → AURORA.HALT [AURORA.HALT, killswitch_active] hard · AURORA.HALT
            check BTC/USDT buy spread=101                      → spread_bps_too_wide:101.0 · SPREAD_GUARD_TRIP
            check BTC/USDT buy                                 → AURORA.HALT [AURORA.HALT, killswitch_active] hard · AURORA.HALT
            reset                                              → OPS.RESET
            check BTC/USDT buy                                 → ok
        "#]],
    );
}

#[test]
fn too_many_rejects_trip_the_kill_switch() {
    let mut config = GateConfig::default();
    config.kill_switch.window_trades = 4;
    check(
        config,
        "
        fill BTC/USDT buy
        reject BTC/USDT
        fill BTC/USDT buy
        check BTC/USDT buy
        reject BTC/USDT
        check BTC/USDT buy
        ",
        &expect![[r#"
            check BTC/USDT buy                                 → ok
            reject BTC/USDT                                    → AURORA.HALT
            check BTC/USDT buy                                 → AURORA.HALT [AURORA.HALT, killswitch_active] hard · AURORA.HALT
        "#]],
    );
}

#[test]
fn in_reference_there_is_no_kill_switch_window() {
    let mut config = GateConfig { compat: Compat::Reference, ..GateConfig::default() };
    config.kill_switch.window_trades = 1;
    check(
        config,
        "
        reject BTC/USDT
        check BTC/USDT buy spread=101
        check BTC/USDT buy
        ",
        &expect![[r#"
            check BTC/USDT buy spread=101                      → spread_bps_too_wide:101.0 · SPREAD_GUARD_TRIP
            check BTC/USDT buy                                 → ok
        "#]],
    );
}

#[test]
fn a_disarmed_gate_denies_even_without_the_health_gate_in_its_order() {
    let order = vec![GateId::Spread, GateId::Governance];
    check(
        GateConfig { order, ..GateConfig::default() },
        "
        disarm
        check BTC/USDT buy
        reset
        check BTC/USDT buy
        arm
        check BTC/USDT buy
        ",
        &expect![[r#"
            disarm                                             → AURORA.ARM_STATE
            check BTC/USDT buy                                 → latency_disarmed [latency_disarmed] hard · AURORA.ESCALATION
            reset                                              → OPS.RESET
            check BTC/USDT buy                                 → latency_disarmed [latency_disarmed] hard · AURORA.ESCALATION
            arm                                                → AURORA.ARM_STATE
            check BTC/USDT buy                                 → ok
        "#]],
    );
}

#[test]
fn operators_move_the_risk_caps() {
    check(
        GateConfig::default(),
        "
        risk scale=7
        check BTC/USDT buy open=9
        risk positions=9
        check BTC/USDT buy open=9
        risk scale=-1
        check BTC/USDT buy
        ",
        &expect![[r#"
            risk scale=7                                       → RISK.UPDATE
            check BTC/USDT buy open=9                          → ok
            risk positions=9                                   → RISK.UPDATE
            check BTC/USDT buy open=9                          → risk_max_concurrent [risk_max_concurrent]
            risk scale=-1                                      → RISK.UPDATE
            check BTC/USDT buy                                 → risk_size_scale_zero [risk_size_scale_zero]
        "#]],
    );
}
