//! Latency and the p95 guard.

use aurora_gate::{Compat, GateConfig};
use expect_test::expect;

use crate::scenario::{check, waterfall};

fn guarded() -> GateConfig {
    let mut config = GateConfig { latency_ms_limit: 50.0, ..GateConfig::default() };
    config.health.cooloff_base_s = 10.0;
    config
}

#[test]
fn a_slow_request_is_denied_and_one_at_the_limit_is_not() {
    let mut config = guarded();
    config.health.guard_ms = 1000.0;
    check(
        config,
        "
        check BTC/USDT buy latency=50
        check BTC/USDT buy latency=50.01
        check BTC/USDT buy
        ",
        &expect![[r#"
            check BTC/USDT buy latency=50                      → ok
            check BTC/USDT buy latency=50.01                   → latency_guard [latency_guard_exceeded:50.0>50.0] · HEALTH.LATENCY_HIGH
            check BTC/USDT buy                                 → ok
        "#]],
    );
}

#[test]
fn a_high_p95_cools_off_and_a_second_warning_halts() {
    check(
        guarded(),
        "
        check BTC/USDT buy latency=40
        +1s
        check BTC/USDT buy latency=1
        reset
        check BTC/USDT buy latency=1
        ",
        &expect![[r#"
            check BTC/USDT buy latency=40                      → latency_cooloff [latency_cooloff] wait 10000 ms · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
            check BTC/USDT buy latency=1                       → latency_halt [latency_halt] hard · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
            reset                                              → OPS.RESET
            check BTC/USDT buy latency=1                       → latency_cooloff [latency_cooloff] wait 10000 ms · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
        "#]],
    );
}

#[test]
fn a_cooloff_ends_by_itself_and_a_later_warning_within_five_minutes_halts() {
    let mut config = guarded();
    config.health.window_s = 5.0;
    check(
        config,
        "
        check BTC/USDT buy latency=40
        +9s
        check BTC/USDT buy
        +1s
        check BTC/USDT buy
        +280s
        check BTC/USDT buy latency=45
        +600s
        check BTC/USDT buy
        ",
        &expect![[r#"
            check BTC/USDT buy latency=40                      → latency_cooloff [latency_cooloff] wait 10000 ms · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
            check BTC/USDT buy                                 → latency_cooloff [latency_cooloff] wait 1000 ms · AURORA.ESCALATION
            check BTC/USDT buy                                 → ok
            check BTC/USDT buy latency=45                      → latency_halt [latency_halt] hard · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
            check BTC/USDT buy                                 → latency_halt [latency_halt] hard · AURORA.ESCALATION
        "#]],
    );
}

#[test]
fn warnings_older_than_five_minutes_are_forgotten() {
    let mut config = guarded();
    config.health.window_s = 5.0;
    check(
        config,
        "
        check BTC/USDT buy latency=40
        +301s
        check BTC/USDT buy latency=45
        ",
        &expect![[r#"
            check BTC/USDT buy latency=40                      → latency_cooloff [latency_cooloff] wait 10000 ms · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
            check BTC/USDT buy latency=45                      → latency_cooloff [latency_cooloff] wait 10000 ms · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
        "#]],
    );
}

#[test]
fn an_operator_may_cool_off_and_a_warning_then_halts() {
    check(
        guarded(),
        "
        cooloff 5
        check BTC/USDT buy
        +5s
        check BTC/USDT buy
        cooloff 5
        check BTC/USDT buy latency=45
        ",
        &expect![[r#"
            cooloff 5                                          → until 6000 ms
            check BTC/USDT buy                                 → latency_cooloff [latency_cooloff] wait 5000 ms · AURORA.ESCALATION
            check BTC/USDT buy                                 → ok
            cooloff 5                                          → until 11000 ms
            check BTC/USDT buy latency=45                      → latency_halt [latency_halt] hard · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
        "#]],
    );
}

#[test]
fn in_reference_the_wait_and_the_hardness_are_not_told() {
    check(
        GateConfig { compat: Compat::Reference, ..guarded() },
        "
        check BTC/USDT buy latency=40
        check BTC/USDT buy latency=40
        ",
        &expect![[r#"
            check BTC/USDT buy latency=40                      → latency_cooloff [latency_cooloff] · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
            check BTC/USDT buy latency=40                      → latency_halt [latency_halt] · HEALTH.LATENCY_P95_HIGH AURORA.ESCALATION
        "#]],
    );
}

#[test]
fn the_p95_is_recorded_for_denied_orders_too() {
    waterfall(
        guarded(),
        "check BTC/USDT buy latency=60 cancels=1 adds=2 trades=1 samples=1,1",
        &expect![[r#"
            anti_churn      pass        —        — ms
            latency         deny    60.00    50.00 ms
            health          deny    60.00    30.00 ms
            trap            skip        —        — z
            expected_return pass    12.05     2.00 bps
            slippage        skip        —        — bps
            risk            skip        —        — scale
            sprt            off         —        — llr
            spread          pass     1.00   100.00 bps
            governance      skip        —        — 
        "#]],
    );
}

#[test]
fn the_waterfall_of_an_allowed_order() {
    let mut config = guarded();
    config.sprt.enabled = true;
    waterfall(
        config,
        "check BTC/USDT buy latency=6 cancels=1 adds=2 trades=1 samples=1,1",
        &expect![[r#"
            anti_churn      pass        —        — ms
            latency         pass     6.00    50.00 ms
            health          pass     6.00    30.00 ms
            trap            pass    -4.00     1.64 z
            expected_return pass    12.05     2.00 bps
            slippage        pass     0.50     6.00 bps
            risk            pass     0.00    10.00 positions
            sprt            pass     0.75     2.00 llr
            spread          pass     1.00   100.00 bps
            governance      pass        —        — 
        "#]],
    );
}
