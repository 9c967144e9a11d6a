//! The gate is a function of its calls.

use aurora_gate::Outcome;
use aurora_gate::{CheckRequest, Compat, Gate, GateConfig, Market, NoStopwatch, PosttradeEvent};
use aurora_model::Nanos;
use proptest::prelude::*;

/// One request with anything a bot might send; lists are shared by TRAP and SPRT.
#[derive(Clone, Debug)]
struct Any {
    symbol: u8,
    is_buy: bool,
    numbers: [Option<f64>; 12],
    list: Option<Vec<f64>>,
    report: Option<(Outcome, bool)>,
    wait_ms: i64,
}

fn any_call() -> impl Strategy<Value = Any> {
    let number = prop_oneof![
        Just(None),
        (-50.0..50.0).prop_map(Some),
        prop_oneof![Just(0.0), Just(-0.0), Just(f64::MAX), Just(f64::MIN), Just(5e-324)]
            .prop_map(Some),
    ];
    let outcome = prop_oneof![Just(Outcome::Success), Just(Outcome::Failed), Just(Outcome::Other)];
    let list = proptest::option::of(prop::collection::vec(-9.0..9.0, 0..12));
    (
        0..9_u8,
        any::<bool>(),
        prop::array::uniform12(number),
        list,
        proptest::option::of((outcome, any::<bool>())),
        0..90_000_i64,
    )
        .prop_map(|(symbol, is_buy, numbers, list, report, wait_ms)| Any {
            symbol,
            is_buy,
            numbers,
            list,
            report,
            wait_ms,
        })
}

fn call(gate: &mut Gate, now: Nanos, any: &Any) {
    let symbol = ["A", "b", "X:C", "D", "", "ß", "E", "F", "G"][usize::from(any.symbol)];
    let side = Some(if any.is_buy { "buy" } else { "SELL" });
    let [
        latency_ms,
        slip_bps_est,
        a_bps,
        b_bps,
        spread_bps,
        score,
        trades,
        obi,
        tfi,
        pnl,
        open,
        vol,
    ] = any.numbers;
    let list = any.list.as_deref();
    let request = CheckRequest {
        symbol: Some(symbol),
        side,
        qty: a_bps,
        base_notional: b_bps,
        market: Market {
            latency_ms,
            slip_bps_est,
            a_bps,
            b_bps,
            spread_bps,
            score,
            trap_cancel_deltas: list,
            trap_add_deltas: list,
            trap_trades_cnt: trades,
            obi_sign: obi,
            tfi_sign: tfi,
            sprt_samples: list,
            pnl_today_pct: pnl,
            open_positions: open,
            vol_std_bps: vol,
            ..Market::default()
        },
        ..CheckRequest::default()
    };
    gate.check(now, &request, &mut NoStopwatch);
    if let Some((outcome, closes)) = any.report {
        let symbol = Some(symbol);
        gate.posttrade(
            now,
            &PosttradeEvent { symbol, side, outcome, closes, ..PosttradeEvent::default() },
        );
    }
}

proptest! {
    #[test]
    fn the_same_calls_give_the_same_verdicts(
        calls in prop::collection::vec(any_call(), 1..300),
        is_strict in any::<bool>(),
    ) {
        let compat = if is_strict { Compat::Strict } else { Compat::Reference };
        let mut config = GateConfig { compat, max_symbols: 4, ..GateConfig::default() };
        config.sprt.enabled = true;
        config.churn.cooldown_after_close_ms = 60_000;
        config.churn.min_open_interval_ms = 20_000;
        config.health.max_samples = 50;
        config.quotas.trades_per_minute = Some(3);
        let mut gate = Gate::new(config).unwrap();
        let mut now = Nanos(0);
        let mut twin = gate.clone();
        for (at, any) in calls.iter().enumerate() {
            now = now + Nanos::from_millis(any.wait_ms);
            call(&mut gate, now, any);
            call(&mut twin, now, any);
            prop_assert_eq!(gate.last(), twin.last());
            let decision = gate.last();
            prop_assert_eq!(decision.allow, decision.reason.code == aurora_model::ReasonCode::Ok);
            prop_assert!((0.0..=1.0).contains(&decision.risk_scale));
            if at % 50 == 0 {
                twin = gate.clone();
            }
        }
    }
}
