//! TRAP, expected return, slippage and the sequential test.

use aurora_gate::config::OrderProfile;
use aurora_gate::{Calibrator, Compat, GateConfig, GateId};
use expect_test::expect;

use crate::scenario::check;

/// Walls that vanish while nothing is added, after a quiet start.
const BAIT: &str = "
    check BTC/USDT buy cancels=1 adds=1 trades=4
    check BTC/USDT buy cancels=1.1 adds=1 trades=4
    check BTC/USDT buy cancels=9,9,-5 adds=none trades=0
    check ETH/USDT buy cancels=9,9,-5 adds=none trades=0
    check BTC/USDT buy cancels=9 adds=none
";

#[test]
fn a_wall_that_vanishes_is_bait() {
    check(
        GateConfig::default(),
        BAIT,
        &expect![[r#"
        check BTC/USDT buy cancels=1 adds=1 trades=4       → ok
        check BTC/USDT buy cancels=1.1 adds=1 trades=4     → trap_guard [trap_guard:z=4.00] · POLICY.TRAP_BLOCK
        check BTC/USDT buy cancels=9,9,-5 adds=none trades=0 → trap_guard [trap_guard:z=4.00] · POLICY.TRAP_BLOCK
        check ETH/USDT buy cancels=9,9,-5 adds=none trades=0 → trap_guard [trap_guard:z=4.00] · POLICY.TRAP_BLOCK
        check BTC/USDT buy cancels=9 adds=none             → ok
    "#]],
    );
}

#[test]
fn in_reference_symbols_share_one_trap_window() {
    check(
        GateConfig { compat: Compat::Reference, ..GateConfig::default() },
        BAIT,
        &expect![[r#"
        check BTC/USDT buy cancels=1 adds=1 trades=4       → ok
        check BTC/USDT buy cancels=1.1 adds=1 trades=4     → trap_guard [trap_guard:z=4.00] · POLICY.TRAP_BLOCK
        check BTC/USDT buy cancels=9,9,-5 adds=none trades=0 → trap_guard [trap_guard:z=4.00] · POLICY.TRAP_BLOCK
        check ETH/USDT buy cancels=9,9,-5 adds=none trades=0 → ok
        check BTC/USDT buy cancels=9 adds=none             → ok
    "#]],
    );
}

#[test]
fn with_the_guard_off_trap_only_notes() {
    let mut config = GateConfig::default();
    config.trap.enabled = false;
    check(
        config,
        BAIT,
        &expect![[r#"
        check BTC/USDT buy cancels=1 adds=1 trades=4       → ok
        check BTC/USDT buy cancels=1.1 adds=1 trades=4     → ok [trap_guard:z=4.00]
        check BTC/USDT buy cancels=9,9,-5 adds=none trades=0 → ok [trap_guard:z=4.00]
        check ETH/USDT buy cancels=9,9,-5 adds=none trades=0 → ok [trap_guard:z=4.00]
        check BTC/USDT buy cancels=9 adds=none             → ok
    "#]],
    );
}

#[test]
fn when_book_and_flow_disagree_a_high_cancel_rate_is_enough() {
    check(
        GateConfig::default(),
        "
        check BTC/USDT buy cancels=1 adds=5 trades=4 obi=1 tfi=1
        check BTC/USDT buy cancels=1 adds=5 trades=4 obi=1 tfi=-1
        check BTC/USDT buy cancels=0.9 adds=5 trades=4 obi=0 tfi=-1
        check BTC/USDT buy cancels=0.9 adds=5 trades=4 tfi=-1
        ",
        &expect![[r#"
            check BTC/USDT buy cancels=1 adds=5 trades=4 obi=1 tfi=1 → ok
            check BTC/USDT buy cancels=1 adds=5 trades=4 obi=1 tfi=-1 → trap_guard [trap_guard:z=0.00] · POLICY.TRAP_BLOCK
            check BTC/USDT buy cancels=0.9 adds=5 trades=4 obi=0 tfi=-1 → ok
            check BTC/USDT buy cancels=0.9 adds=5 trades=4 tfi=-1 → ok
        "#]],
    );
}

#[test]
fn a_high_score_alone_denies() {
    let mut config = GateConfig::default();
    config.trap.z_threshold = 5.0;
    config.trap.score_threshold = 0.5;
    check(
        config,
        "
        check BTC/USDT buy cancels=9 adds=1 trades=4
        check BTC/USDT buy cancels=1 adds=9 trades=4
        ",
        &expect![[r#"
            check BTC/USDT buy cancels=9 adds=1 trades=4       → trap_guard_score [trap_guard_score:0.63>0.50] · POLICY.TRAP_GUARD
            check BTC/USDT buy cancels=1 adds=9 trades=4       → ok
        "#]],
    );
}

#[test]
fn an_order_must_be_worth_its_costs() {
    check(
        GateConfig::default(),
        "
        check BTC/USDT buy score=0 b=9
        check BTC/USDT buy score=0 b=11.0001
        check BTC/USDT buy score=0 b=11
        check BTC/USDT buy score=-1 latency=99
        ",
        &expect![[r#"
            check BTC/USDT buy score=0 b=9                     → expected_return_gate [expected_return_below_threshold]
            check BTC/USDT buy score=0 b=11.0001               → ok
            check BTC/USDT buy score=0 b=11                    → expected_return_gate [expected_return_below_threshold]
            check BTC/USDT buy score=-1 latency=99             → latency_guard [latency_guard_exceeded:99.0>30.0, expected_return_below_threshold] · HEALTH.LATENCY_HIGH HEALTH.LATENCY_P95_HIGH
        "#]],
    );
}

#[test]
fn slippage_may_take_a_part_of_the_gain_and_needs_one() {
    let order = vec![GateId::Slippage, GateId::Governance];
    check(
        GateConfig { order, ..GateConfig::default() },
        "
        check BTC/USDT buy slip=3 b=10
        check BTC/USDT buy slip=3.01 b=10
        check BTC/USDT buy slip=3.01 b=0
        ",
        &expect![[r#"
            check BTC/USDT buy slip=3 b=10                     → ok
            check BTC/USDT buy slip=3.01 b=10                  → slippage_guard [slippage_guard_exceeded:3.01>3.00]
            check BTC/USDT buy slip=3.01 b=0                   → ok [slippage_guard_skipped_no_b]
        "#]],
    );
}

#[test]
fn slip_before_er_swaps_the_two() {
    let scenario = "check BTC/USDT buy slip=19 b=20";
    check(
        GateConfig::default(),
        scenario,
        &expect![[r#"
        check BTC/USDT buy slip=19 b=20                    → expected_return_gate [expected_return_below_threshold]
    "#]],
    );
    let order_profile = OrderProfile::SlipBeforeEr;
    check(
        GateConfig { order_profile, ..GateConfig::default() },
        scenario,
        &expect![[r#"
        check BTC/USDT buy slip=19 b=20                    → slippage_guard [slippage_guard_exceeded:19.00>6.00, expected_return_below_threshold]
    "#]],
    );
}

#[test]
fn a_fitted_calibrator_replaces_platt() {
    let calibrator = Calibrator::fit(&[(0.0, false), (0.5, false), (1.0, true)]).unwrap();
    check(
        GateConfig { calibrator, ..GateConfig::default() },
        "
        check BTC/USDT buy score=0.5
        check BTC/USDT buy score=0.75
        check BTC/USDT buy score=7
        ",
        &expect![[r#"
            check BTC/USDT buy score=0.5                       → expected_return_gate [expected_return_below_threshold]
            check BTC/USDT buy score=0.75                      → ok
            check BTC/USDT buy score=7                         → ok
        "#]],
    );
}

#[test]
fn the_sequential_test_accepts_rejects_or_goes_on() {
    let mut config = GateConfig::default();
    config.sprt.enabled = true;
    config.sprt.max_obs = 3;
    check(
        config.clone(),
        "
        check BTC/USDT buy samples=5
        check BTC/USDT buy samples=-5
        check BTC/USDT buy samples=0.3
        check BTC/USDT buy samples=none
        check BTC/USDT buy samples=0.3,0.3,0.3,-99
        check BTC/USDT buy samples=0.2,0.2,0.2
        check BTC/USDT buy score=0 b=30 samples=1,1,1
        check BTC/USDT buy
        ",
        &expect![[r#"
            check BTC/USDT buy samples=5                       → ok [sprt_accept]
            check BTC/USDT buy samples=-5                      → sprt_reject [sprt_reject]
            check BTC/USDT buy samples=0.3                     → ok [sprt_continue]
            check BTC/USDT buy samples=none                    → ok [sprt_continue]
            check BTC/USDT buy samples=0.3,0.3,0.3,-99         → ok [sprt_accept]
            check BTC/USDT buy samples=0.2,0.2,0.2             → sprt_reject [sprt_reject]
            check BTC/USDT buy score=0 b=30 samples=1,1,1      → ok [sprt_accept]
            check BTC/USDT buy                                 → ok
        "#]],
    );
    config.sprt.alpha = Some(0.4);
    config.sprt.beta = Some(0.4);
    check(
        config,
        "check BTC/USDT buy samples=1.2",
        &expect![[r#"
        check BTC/USDT buy samples=1.2                     → ok [sprt_accept]
    "#]],
    );
}

#[test]
fn numbers_that_cancel_out_of_range_are_denied() {
    check(
        GateConfig::default(),
        "
        check BTC/USDT buy b=1e308 a=-1e308 slip=1e308 fees=1e308
        check ETH/USDT buy cancels=1e308,1e308 adds=1e308,1e308 trades=1
        ",
        &expect![[r#"
            check BTC/USDT buy b=1e308 a=-1e308 slip=1e308 fees=1e308 → expected_return_gate [expected_return_below_threshold]
            check ETH/USDT buy cancels=1e308,1e308 adds=1e308,1e308 trades=1 → trap_guard [trap_guard:z=4.00] · POLICY.TRAP_BLOCK
        "#]],
    );
}
