//! A small language for days at the gate: one call a line, the answers beneath.
//!
//! `check SYMBOL SIDE key=value…` asks about an order that is good but for the given fields; `+5s` and `+20ms`
//! let time pass; `fill`, `close` and `reject` report; the rest are operator calls.

use std::fmt::Write;

use aurora_gate::{
    CheckRequest, Gate, GateConfig, Market, NoStopwatch, Outcome, PosttradeEvent, RecentStats,
    RiskUpdate,
};
use aurora_model::Nanos;
use expect_test::Expect;

pub(crate) fn check(config: GateConfig, scenario: &str, expected: &Expect) {
    let mut day = Day { gate: Gate::new(config).unwrap(), now: Nanos::SECOND };
    let mut story = String::new();
    for line in scenario.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let answer = day.call(line);
        if !answer.is_empty() {
            writeln!(story, "{line:50} → {answer}").unwrap();
        }
    }
    expected.assert_eq(&story);
}

/// The lines of one decision's waterfall.
pub(crate) fn waterfall(config: GateConfig, line: &str, expected: &Expect) {
    let mut day = Day { gate: Gate::new(config).unwrap(), now: Nanos::SECOND };
    day.call(line);
    let mut lines = String::new();
    for gate in &day.gate.last().gates {
        let number = |value: Option<f64>| value.map_or("—".into(), |value| format!("{value:.2}"));
        let (value, limit) = (number(gate.value), number(gate.limit));
        let verdict = gate.verdict.word();
        writeln!(lines, "{:15} {verdict:4} {value:>8} {limit:>8} {}", gate.gate, gate.unit)
            .unwrap();
    }
    expected.assert_eq(&lines);
}

struct Day {
    gate: Gate,
    now: Nanos,
}

impl Day {
    fn call(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["check", symbol, side, ref fields @ ..] => self.check(symbol, side, fields),
            ["fill", symbol, side] => self.report(symbol, side, Outcome::Success, false),
            ["close", symbol] => self.report(symbol, "sell", Outcome::Success, true),
            ["reject", symbol] => self.report(symbol, "buy", Outcome::Failed, false),
            ["reset"] => events(self.gate.reset(self.now)),
            ["arm"] => events(self.gate.arm(self.now)),
            ["disarm"] => events(self.gate.disarm(self.now)),
            ["cooloff", secs] => {
                let until = self.gate.cooloff(self.now, secs.parse().unwrap());
                format!("until {} ms", until.millis())
            }
            ["risk", ref fields @ ..] => {
                let fields = Fields(fields);
                events(self.gate.risk_set(&RiskUpdate {
                    dd_day_pct: fields.get("dd"),
                    max_concurrent: fields.text("positions").map(|n| n.parse().unwrap()),
                    size_scale: fields.get("scale"),
                }))
            }
            [span] if span.starts_with('+') => {
                self.now = self.now + read_span(span);
                String::new()
            }
            _ => panic!("no such line: {line}"),
        }
    }

    fn check(&mut self, symbol: &str, side: &str, fields: &[&str]) -> String {
        let fields = Fields(fields);
        let (cancels, adds) = (fields.list("cancels"), fields.list("adds"));
        let samples = fields.list("samples");
        let total = fields.get("orders");
        let request = CheckRequest {
            symbol: Some(symbol),
            side: Some(side),
            qty: Some(1.0),
            base_notional: fields.get("base_notional"),
            notional: fields.get("notional"),
            fees_bps: fields.get("fees").or(Some(1.0)),
            market: Market {
                latency_ms: fields.get("latency"),
                slip_bps_est: fields.get("slip").or(Some(0.5)),
                a_bps: fields.get("a").or(Some(4.0)),
                b_bps: fields.get("b").or(Some(20.0)),
                spread_bps: fields.get("spread").or(Some(1.0)),
                score: fields.get("score").or(Some(0.5)),
                trap_cancel_deltas: cancels.as_deref(),
                trap_add_deltas: adds.as_deref(),
                trap_trades_cnt: fields.get("trades"),
                obi_sign: fields.get("obi"),
                tfi_sign: fields.get("tfi"),
                sprt_samples: samples.as_deref(),
                pnl_today_pct: fields.get("pnl"),
                open_positions: fields.get("open"),
                stale_book: fields.get("stale").is_some(),
                crossed_book: fields.get("crossed").is_some(),
                abnormal_spread: fields.get("abnormal").is_some(),
                vol_std_bps: fields.get("vol"),
                cvar_hist: fields.get("cvar"),
                recent_stats: total.map(|total| RecentStats {
                    total,
                    rejects: fields.get("rejects").unwrap_or(0.0),
                }),
            },
            ..CheckRequest::default()
        };
        let decision = self.gate.check(self.now, &request, &mut NoStopwatch);
        let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        let mut answer = decision.reason.to_string();
        assert_eq!(decision.allow, answer == "ok");
        if !reasons.is_empty() {
            write!(answer, " [{}]", reasons.join(", ")).unwrap();
        }
        if decision.cooldown_ms != 0 {
            write!(answer, " wait {} ms", decision.cooldown_ms).unwrap();
        }
        if decision.hard_gate {
            answer += " hard";
        }
        let quotas = decision.quotas;
        if quotas != aurora_gate::decision::Quotas::UNLIMITED {
            let (trades, exposure) = (quotas.trades_pm_left, quotas.symbol_exposure_left_usdt);
            write!(answer, " left {trades}, {exposure}").unwrap();
        }
        let raised = events(&decision.events);
        if raised.is_empty() { answer } else { format!("{answer} · {raised}") }
    }

    fn report(&mut self, symbol: &str, side: &str, outcome: Outcome, closes: bool) -> String {
        let report = PosttradeEvent {
            symbol: Some(symbol),
            side: Some(side),
            outcome,
            closes,
            notional: Some(100.0),
            ..PosttradeEvent::default()
        };
        events(self.gate.posttrade(self.now, &report))
    }
}

fn events(events: &[aurora_gate::GateEvent]) -> String {
    let codes: Vec<&str> = events.iter().map(|event| event.code.as_str()).collect();
    codes.join(" ")
}

/// The `key=value` words of a line.
struct Fields<'a>(&'a [&'a str]);

impl Fields<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.0.iter().find_map(|field| field.strip_prefix(key)?.strip_prefix('='))
    }

    fn get(&self, key: &str) -> Option<f64> {
        self.text(key).map(|text| text.parse().unwrap())
    }

    fn list(&self, key: &str) -> Option<Vec<f64>> {
        let numbers = |text: &str| text.split(',').map(|x| x.parse().unwrap()).collect();
        self.text(key).map(|text| if text == "none" { Vec::new() } else { numbers(text) })
    }
}

fn read_span(text: &str) -> Nanos {
    let text = text.trim_start_matches('+');
    match text.strip_suffix("ms") {
        Some(millis) => Nanos::from_millis(millis.parse().unwrap()),
        None => Nanos::from_millis(text.trim_end_matches('s').parse::<i64>().unwrap() * 1000),
    }
}
