//! The contract's JSON, written the plain way.

use aurora_gate::config::RiskLimits;
use aurora_gate::decision::{RiskTrip, RiskView};
use aurora_gate::{CheckRequest, Decision};
use serde_json::{Map, Value, json};

pub(crate) fn limits(limits: &RiskLimits) -> Value {
    json!({
        "dd_day_pct": limits.dd_day_pct,
        "max_concurrent": limits.max_concurrent,
        "size_scale": limits.size_scale,
    })
}

pub(crate) fn answer(decision: &Decision, request: &CheckRequest<'_>) -> Value {
    json!({
        "allow": decision.allow,
        "max_qty": decision.max_qty,
        "reason": decision.reason.to_string(),
        "risk_scale": decision.risk_scale,
        "cooldown_ms": decision.cooldown_ms,
        "hard_gate": decision.hard_gate,
        "observability": observability(decision, request),
    })
}

fn observability(decision: &Decision, request: &CheckRequest<'_>) -> Value {
    let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
    if decision.churn.is_some() {
        return json!({ "reasons": reasons });
    }
    let market = &request.market;
    let trap = decision.trap.map(|trap| {
        json!({
            "trap_z": trap.z,
            "cancel_rate": trap.cancel_rate,
            "repl_rate": trap.repl_rate,
            "n_trades": trap.n_trades,
            "trap_score": trap.score,
        })
    });
    let sprt = decision.sprt;
    json!({
        "gate_state": if decision.allow { "PASS" } else { "BLOCK" },
        "spread_bps": market.spread(),
        "mode": request.mode,
        "latency_ms": market.latency(),
        "slip_bps_est": market.slip(),
        "a_bps": market.a_bps.unwrap_or(0.0),
        "b_bps": market.b_bps.unwrap_or(0.0),
        "score": market.signal(),
        "risk": decision.risk.map(|view| risk(&view)),
        "trap": trap,
        "sprt": {
            "decision": sprt.map(|view| view.outcome.word()),
            "llr": sprt.map(|view| view.llr),
            "n_obs": sprt.map(|view| view.n_obs),
        },
        "reasons": reasons,
    })
}

fn risk(view: &RiskView) -> Value {
    let mut ctx = Map::new();
    ctx.insert("size_scale".into(), json!(view.cfg.size_scale));
    ctx.insert("base_notional".into(), json!(view.base_notional));
    ctx.insert("scaled_notional".into(), json!(view.scaled_notional));
    match view.tripped {
        Some(RiskTrip::DayLoss { cap_pct, used_pct, pnl_today_pct }) => {
            ctx.insert("dd_cap_pct".into(), json!(cap_pct));
            ctx.insert("dd_used_pct".into(), json!(used_pct));
            ctx.insert("pnl_today_pct".into(), json!(pnl_today_pct));
        }
        Some(RiskTrip::MaxConcurrent { open_positions, max_concurrent }) => {
            ctx.insert("open_positions".into(), json!(open_positions));
            ctx.insert("max_concurrent".into(), json!(max_concurrent));
        }
        Some(RiskTrip::SizeScaleZero | RiskTrip::NotionalTooSmall) | None => {}
    }
    json!({ "cfg": limits(&view.cfg), "ctx": ctx })
}

/// Whether the answer says everything that was expected: texts exactly, numbers to 1e-9.
pub(crate) fn contains(answer: &Value, expected: &Value) -> bool {
    match (answer, expected) {
        (Value::Object(answer), Value::Object(expected)) => expected
            .iter()
            .all(|(key, want)| answer.get(key).is_some_and(|got| contains(got, want))),
        (Value::Array(answer), Value::Array(expected)) => {
            answer.len() == expected.len()
                && answer.iter().zip(expected).all(|(got, want)| contains(got, want))
        }
        (Value::Number(answer), Value::Number(expected)) => {
            let (got, want) = (answer.as_f64().unwrap(), expected.as_f64().unwrap());
            (got - want).abs() <= 1e-9 * want.abs()
        }
        _ => answer == expected,
    }
}
