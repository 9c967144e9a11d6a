//! One decision in process, every gate asked, TRAP and SPRT inputs present.

use std::hint::black_box;

use aurora_gate::{CheckRequest, Compat, Gate, GateConfig, Market, NoStopwatch};
use aurora_model::Nanos;
use criterion::{Criterion, criterion_group, criterion_main};

const SYMBOLS: [&str; 6] =
    ["BTC/USDT", "ETH/USDT", "BINANCE:SOL/USDT", "xrp/usdt", "ADA/USDT", "DOGE/USDT"];

/// Ten thousand requests that differ in everything a gate looks at; most are allowed.
fn requests() -> Vec<Numbers> {
    let mut seed = 7_u64;
    let mut draw = move |least: f64, most: f64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        least + (most - least) * (seed >> 11) as f64 / (1_u64 << 53) as f64
    };
    let numbers = |_| Numbers {
        latency_ms: draw(1.0, 25.0),
        cancels: [0; 5].map(|_| draw(-1.0, 2.0)),
        adds: [0; 5].map(|_| draw(1.0, 5.0)),
        samples: [0; 8].map(|_| draw(-0.1, 0.5)),
        score: draw(0.2, 0.9),
    };
    (0..10_000).map(numbers).collect()
}

struct Numbers {
    latency_ms: f64,
    cancels: [f64; 5],
    adds: [f64; 5],
    samples: [f64; 8],
    score: f64,
}

impl Numbers {
    fn request(&self, symbol: &'static str) -> CheckRequest<'_> {
        CheckRequest {
            mode: Some("paper"),
            symbol: Some(symbol),
            side: Some("buy"),
            qty: Some(0.5),
            price: Some(61_800.0),
            base_notional: Some(30_900.0),
            fees_bps: Some(1.0),
            market: Market {
                latency_ms: Some(self.latency_ms),
                slip_bps_est: Some(0.5),
                a_bps: Some(4.0),
                b_bps: Some(18.0),
                spread_bps: Some(2.0),
                score: Some(self.score),
                trap_cancel_deltas: Some(&self.cancels),
                trap_add_deltas: Some(&self.adds),
                trap_trades_cnt: Some(7.0),
                obi_sign: Some(1.0),
                tfi_sign: Some(1.0),
                sprt_samples: Some(&self.samples),
                pnl_today_pct: Some(-0.4),
                open_positions: Some(1.0),
                ..Market::default()
            },
            ..CheckRequest::default()
        }
    }
}

fn decision(criterion: &mut Criterion) {
    let requests = requests();
    for (name, compat) in [("strict", Compat::Strict), ("reference", Compat::Reference)] {
        let mut config = GateConfig { compat, ..GateConfig::default() };
        config.sprt.enabled = true;
        config.trap.z_threshold = 3.9;
        config.kill_switch.max_denied_rate_pct = 100.0;
        config.quotas.trades_per_minute = Some(20);
        let mut gate = Gate::new(config).expect("the configuration is sound");
        let (mut now, mut at) = (Nanos(1_800_000_000_000_000_000), 0_usize);
        let mut decide = |gate: &mut Gate| {
            // A hundred and fifty thousand a second.
            now = now + Nanos(6_667);
            at += 1;
            let request = requests[at % requests.len()].request(SYMBOLS[at % SYMBOLS.len()]);
            gate.check(now, black_box(&request), &mut NoStopwatch).allow
        };
        // The latency window is full before the measurement begins.
        let warm = 200_000;
        let allowed = (0..warm).filter(|_| decide(&mut gate)).count();
        assert!(warm * 9 / 10 < allowed, "only {allowed} of {warm} allowed");
        criterion.bench_function(name, |bench| bench.iter(|| black_box(decide(&mut gate))));
    }
}

criterion_group!(benches, decision);
criterion_main!(benches);
