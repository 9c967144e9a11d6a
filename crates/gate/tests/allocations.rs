//! A decision that allows allocates nothing once its symbol is known.

use aurora_gate::{CheckRequest, Compat, Gate, GateConfig, Market, NoStopwatch};
use aurora_model::Nanos;

#[test]
fn allowing_an_order_allocates_nothing() {
    for compat in [Compat::Strict, Compat::Reference] {
        let mut config = GateConfig { compat, ..GateConfig::default() };
        config.sprt.enabled = true;
        config.health.max_samples = 20_000;
        config.quotas.trades_per_minute = Some(20);
        let mut gate = Gate::new(config).unwrap();
        let mut allowed = 0;
        let mut run = |from: i64, to: i64| {
            for at in from..to {
                // Latencies in an order that splits and joins chunks all over the window.
                let latency_ms = (at.wrapping_mul(7_919) % 25_013) as f64 / 1000.0;
                let request = request(latency_ms);
                let now = Nanos(at * 1_000_000);
                allowed += u32::from(gate.check(now, &request, &mut NoStopwatch).allow);
            }
        };
        run(0, 100);
        let counted = allocation_counter::measure(|| run(100, 100_000));
        assert_eq!(counted.count_total, 0, "{compat:?}");
        assert_eq!(allowed, 100_000, "{compat:?}");
    }
}

fn request(latency_ms: f64) -> CheckRequest<'static> {
    CheckRequest {
        symbol: Some("BINANCE:sol/usdt"),
        side: Some("buy"),
        qty: Some(1.0),
        base_notional: Some(150.0),
        fees_bps: Some(1.0),
        market: Market {
            latency_ms: Some(latency_ms),
            slip_bps_est: Some(0.5),
            a_bps: Some(4.0),
            b_bps: Some(20.0),
            spread_bps: Some(2.0),
            score: Some(0.5),
            trap_cancel_deltas: Some(&[0.5, 0.2, -1.0, 0.4, 0.1]),
            trap_add_deltas: Some(&[2.5, 0.2, 1.0, 0.4, 0.1]),
            trap_trades_cnt: Some(5.0),
            obi_sign: Some(1.0),
            tfi_sign: Some(1.0),
            sprt_samples: Some(&[0.4, 0.6, 0.3, 0.7]),
            ..Market::default()
        },
        ..CheckRequest::default()
    }
}
