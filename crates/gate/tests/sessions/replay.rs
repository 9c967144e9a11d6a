//! One recorded session against a gate of its own.

use aurora_gate::config::OrderProfile;
use aurora_gate::{
    CheckRequest, Compat, Gate, GateConfig, Market, NoStopwatch, Outcome, PosttradeEvent,
    RiskUpdate,
};
use aurora_model::{EventCode, Nanos};
use serde_json::{Value, json};

use crate::wire;

pub(crate) struct Session {
    gate: Gate,
    now: Nanos,
    events: Vec<EventCode>,
    pub(crate) denied: u64,
}

impl Session {
    pub(crate) fn start(config: &Value) -> Session {
        let gate = Gate::new(read_config(config)).unwrap();
        Session { gate, now: Nanos(1_800_000_000_000_000_000), events: Vec::new(), denied: 0 }
    }

    /// Makes one call and returns what the bots would get.
    pub(crate) fn call(&mut self, step: &Value) -> Value {
        self.now = self.now + Nanos::from_millis(3);
        let body = &step["body"];
        match step["call"].as_str().unwrap() {
            "POST /pretrade/check" => self.check(body),
            "POST /posttrade/log" => self.posttrade(body),
            "POST /ops/reset" => self.log(|gate, now| gate.reset(now).to_vec()),
            "POST /aurora/arm" => self.log(|gate, now| gate.arm(now).to_vec()),
            "POST /aurora/disarm" => self.log(|gate, now| gate.disarm(now).to_vec()),
            "POST /risk/set" => {
                let update = RiskUpdate {
                    dd_day_pct: body["dd_day_pct"].as_f64(),
                    max_concurrent: body["max_concurrent"].as_i64(),
                    size_scale: body["size_scale"].as_f64(),
                };
                self.log(|gate, _| gate.risk_set(&update).to_vec());
                json!({"status": "ok", "risk": wire::limits(&self.gate.risk_snapshot())})
            }
            other => panic!("no such call: {other}"),
        }
    }

    pub(crate) fn count(&self, code: EventCode) -> u64 {
        self.events.iter().filter(|event| **event == code).count() as u64
    }

    fn check(&mut self, body: &Value) -> Value {
        let (order, market) = (&body["order"], &body["market"]);
        let floats = |name: &str| -> Option<Vec<f64>> {
            market[name].as_array().map(|list| list.iter().map(|x| x.as_f64().unwrap()).collect())
        };
        let number = |name: &str| market[name].as_f64();
        let (cancels, adds) = (floats("trap_cancel_deltas"), floats("trap_add_deltas"));
        let samples = floats("sprt_samples");
        let request = CheckRequest {
            mode: body["account"]["mode"].as_str(),
            symbol: order["symbol"].as_str(),
            side: order["side"].as_str(),
            qty: order["qty"].as_f64(),
            price: order["price"].as_f64(),
            base_notional: order["base_notional"].as_f64(),
            notional: order["notional"].as_f64(),
            fees_bps: body["fees_bps"].as_f64(),
            market: Market {
                latency_ms: number("latency_ms"),
                slip_bps_est: number("slip_bps_est"),
                a_bps: number("a_bps"),
                b_bps: number("b_bps"),
                spread_bps: number("spread_bps"),
                score: number("score"),
                trap_cancel_deltas: cancels.as_deref(),
                trap_add_deltas: adds.as_deref(),
                trap_trades_cnt: number("trap_trades_cnt"),
                obi_sign: number("obi_sign"),
                tfi_sign: number("tfi_sign"),
                sprt_samples: samples.as_deref(),
                pnl_today_pct: number("pnl_today_pct"),
                open_positions: number("open_positions"),
                vol_std_bps: number("vol_std_bps"),
                cvar_hist: number("cvar_hist"),
                ..Market::default()
            },
        };
        let decision = self.gate.check(self.now, &request, &mut NoStopwatch);
        self.events.extend(decision.events.iter().map(|event| event.code));
        self.denied += u64::from(!decision.allow);
        wire::answer(decision, &request)
    }

    fn posttrade(&mut self, body: &Value) -> Value {
        let fallback = &body["response"];
        let either = |name: &str| [&body[name], &fallback[name]].into_iter().find(|v| !v.is_null());
        let has_error =
            ["error", "error_code", "error_msg"].iter().any(|name| !body[*name].is_null());
        let status = either("status").and_then(Value::as_str);
        let report = PosttradeEvent {
            symbol: body["symbol"].as_str(),
            side: body["side"].as_str(),
            outcome: Outcome::classify(has_error, status, either("filled").and_then(Value::as_f64)),
            closes: body["action"] == "close"
                || body["close"] == true
                || body["reduceOnly"] == true,
            ..PosttradeEvent::default()
        };
        self.log(|gate, now| gate.posttrade(now, &report).to_vec())
    }

    fn log(&mut self, call: impl FnOnce(&mut Gate, Nanos) -> Vec<aurora_gate::GateEvent>) -> Value {
        let events = call(&mut self.gate, self.now);
        self.events.extend(events.iter().map(|event| event.code));
        json!({"status": "ok"})
    }
}

/// The configuration of a session, by the contract's keys.
fn read_config(config: &Value) -> GateConfig {
    let mut gate = GateConfig { compat: Compat::Reference, ..GateConfig::default() };
    let set = |to: &mut f64, section: &str, key: &str| {
        if let Some(value) = config[section][key].as_f64() {
            *to = value;
        }
    };
    let whole = |section: &str, key: &str| config[section][key].as_i64();
    set(&mut gate.health.guard_ms, "aurora", "latency_guard_ms");
    set(&mut gate.health.window_s, "aurora", "latency_window_sec");
    set(&mut gate.health.cooloff_base_s, "aurora", "cooloff_base_sec");
    if let Some(repeats) = whole("aurora", "halt_threshold_repeats") {
        gate.health.halt_repeats = u32::try_from(repeats).unwrap();
    }
    gate.churn.min_open_interval_ms = whole("aurora", "min_open_interval_ms").unwrap_or(0);
    gate.churn.cooldown_after_close_ms = whole("aurora", "cooldown_after_close_ms").unwrap_or(0);
    gate.churn.min_position_hold_ms = whole("aurora", "min_position_hold_ms").unwrap_or(0);
    set(&mut gate.spread_bps_limit, "guards", "spread_bps_limit");
    set(&mut gate.latency_ms_limit, "guards", "latency_ms_limit");
    gate.trap.enabled = config["guards"]["trap_guard_enabled"].as_bool().unwrap_or(true);
    set(&mut gate.pi_min_bps, "risk", "pi_min_bps");
    set(&mut gate.risk.dd_day_pct, "risk", "dd_day_pct");
    set(&mut gate.risk.size_scale, "risk", "size_scale");
    gate.risk.max_concurrent = whole("risk", "max_concurrent").unwrap_or(10);
    set(&mut gate.slip_eta, "slippage", "eta_fraction_of_b");
    set(&mut gate.trap.window_s, "trap", "window_s");
    set(&mut gate.trap.z_threshold, "trap", "z_threshold");
    set(&mut gate.trap.cancel_pctl, "trap", "cancel_pctl");
    set(&mut gate.trap.score_threshold, "trap", "score_threshold");
    gate.sprt.enabled = config["sprt"]["enabled"].as_bool().unwrap_or(false);
    set(&mut gate.sprt.sigma, "sprt", "sigma");
    set(&mut gate.sprt.accept, "sprt", "A");
    set(&mut gate.sprt.reject, "sprt", "B");
    gate.sprt.max_obs = usize::try_from(whole("sprt", "max_obs").unwrap_or(10)).unwrap();
    gate.sprt.alpha = config["sprt"]["alpha"].as_f64();
    gate.sprt.beta = config["sprt"]["beta"].as_f64();
    if config["pretrade"]["order_profile"] == "slip_before_er" {
        gate.order_profile = OrderProfile::SlipBeforeEr;
    }
    set(&mut gate.governance.daily_dd_limit_pct, "gates", "daily_dd_limit_pct");
    set(&mut gate.governance.spread_bps_limit, "gates", "spread_bps_limit");
    set(&mut gate.governance.max_concurrent_positions, "gates", "max_concurrent_positions");
    gate
}
