//! A decision as JSON: the answer, and the same observability again in the logs.

use std::io::Write;
use std::ops::Range;

use aurora_gate::decision::{ChurnDenial, RiskTrip, RiskView};
use aurora_gate::{CheckRequest, Decision, GateTrace};
use aurora_journal::jsonl::json;
use aurora_model::Side;
use aurora_model::reason::{Lang, Reason};

/// Appends the answer to a check; returns where its observability lies in `out`, from the opening brace
/// to before the per-gate timings: what the logs repeat (the metrics have the timings).
pub(super) fn answer(
    decision: &Decision,
    request: &CheckRequest<'_>,
    id: &[u8; 36],
    out: &mut Vec<u8>,
) -> Range<usize> {
    out.extend_from_slice(b"{\"allow\":");
    json::boolean(out, decision.allow);
    out.extend_from_slice(b",\"max_qty\":");
    json::number(out, decision.max_qty);
    out.extend_from_slice(b",\"risk_scale\":");
    json::number(out, decision.risk_scale);
    out.extend_from_slice(b",\"cooldown_ms\":");
    json::integer(out, decision.cooldown_ms);
    out.extend_from_slice(b",\"reason\":");
    reason(out, &decision.reason);
    out.extend_from_slice(b",\"hard_gate\":");
    json::boolean(out, decision.hard_gate);
    out.extend_from_slice(b",\"quotas\":{\"trades_pm_left\":");
    json::integer(out, decision.quotas.trades_pm_left);
    out.extend_from_slice(b",\"symbol_exposure_left_usdt\":");
    json::number(out, decision.quotas.symbol_exposure_left_usdt);
    out.extend_from_slice(b"},\"observability\":");
    let start = out.len();
    match &decision.churn {
        Some(churn) => churn_observability(decision, churn, out),
        None => observability(decision, request, out),
    }
    out.extend_from_slice(b",\"decision_id\":\"");
    out.extend_from_slice(id);
    out.push(b'"');
    let end = out.len();
    out.extend_from_slice(b",\"gates\":[");
    gates(&decision.gates, out);
    out.extend_from_slice(b"]}");
    if !decision.allow {
        reason_text(&decision.reason, out);
    }
    out.push(b'}');
    start..end
}

/// A denial for that reason instead of the allow that `body` holds.
///
/// Used when the decision could not be written down. The places are unmistakable: inside a string
/// every quote is escaped.
pub(super) fn revoke(body: &[u8], code: Reason) -> Vec<u8> {
    let code_text = code.to_string();
    let mut out = Vec::with_capacity(body.len() + 256);
    let mut rest = body;
    for (from, to) in [
        ("\"allow\":true", "\"allow\":false".to_owned()),
        ("\"reason\":\"ok\"", format!("\"reason\":\"{code_text}\"")),
        ("\"gate_state\":\"PASS\"", "\"gate_state\":\"BLOCK\"".to_owned()),
        ("\"reasons\":[\"", format!("\"reasons\":[\"{code_text}\",\"")),
        ("\"reasons\":[]", format!("\"reasons\":[\"{code_text}\"]")),
    ] {
        let Some(at) = find(rest, from.as_bytes()) else { continue };
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to.as_bytes());
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest.strip_suffix(b"}").unwrap_or(rest));
    reason_text(&code, &mut out);
    out.push(b'}');
    out
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|w| w == what)
}

/// Appends the observability as the logs have it: what [`answer`] wrote, and the time it all took.
pub(super) fn logged(seen: &[u8], decision: &Decision, out: &mut Vec<u8>) {
    out.extend_from_slice(seen);
    out.extend_from_slice(b",\"took_ns\":");
    json::integer(out, decision.gates.iter().map(|trace| trace.ns).sum::<u64>());
    out.push(b'}');
}

/// Everything up to and with `reasons`; the brace is left open.
fn observability(decision: &Decision, request: &CheckRequest<'_>, out: &mut Vec<u8>) {
    let market = &request.market;
    out.extend_from_slice(if decision.allow {
        b"{\"gate_state\":\"PASS\",\"spread_bps\":"
    } else {
        b"{\"gate_state\":\"BLOCK\",\"spread_bps\":"
    });
    json::number(out, market.spread());
    out.extend_from_slice(b",\"mode\":");
    json::string_or_null(out, request.mode);
    out.extend_from_slice(b",\"latency_ms\":");
    json::number(out, market.latency());
    out.extend_from_slice(b",\"slip_bps_est\":");
    json::number(out, market.slip());
    out.extend_from_slice(b",\"a_bps\":");
    json::number(out, market.a_bps.unwrap_or(0.0));
    out.extend_from_slice(b",\"b_bps\":");
    json::number(out, market.b_bps.unwrap_or(0.0));
    out.extend_from_slice(b",\"score\":");
    json::number(out, market.signal());
    out.extend_from_slice(b",\"risk\":");
    match &decision.risk {
        Some(view) => risk(view, out),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"trap\":");
    match &decision.trap {
        Some(trap) => {
            out.extend_from_slice(b"{\"trap_z\":");
            json::number(out, trap.z);
            out.extend_from_slice(b",\"cancel_rate\":");
            json::number(out, trap.cancel_rate);
            out.extend_from_slice(b",\"repl_rate\":");
            json::number(out, trap.repl_rate);
            out.extend_from_slice(b",\"n_trades\":");
            count(out, trap.n_trades);
            out.extend_from_slice(b",\"trap_score\":");
            json::number(out, trap.score);
            out.push(b'}');
        }
        None => out.extend_from_slice(b"null"),
    }
    sprt_and_expected_return(decision, out);
    out.extend_from_slice(b",\"reasons\":[");
    reasons(&decision.reasons, out);
    out.push(b']');
}

fn sprt_and_expected_return(decision: &Decision, out: &mut Vec<u8>) {
    match &decision.sprt {
        Some(sprt) => {
            out.extend_from_slice(b",\"sprt\":{\"decision\":\"");
            out.extend_from_slice(sprt.outcome.word().as_bytes());
            out.extend_from_slice(b"\",\"llr\":");
            json::number(out, sprt.llr);
            out.extend_from_slice(b",\"n_obs\":");
            json::integer(out, sprt.n_obs);
            out.push(b'}');
        }
        None => out.extend_from_slice(b",\"sprt\":{\"decision\":null,\"llr\":null,\"n_obs\":null}"),
    }
    if let Some(view) = &decision.expected_return {
        out.extend_from_slice(b",\"p\":");
        json::number(out, view.p);
        out.extend_from_slice(b",\"e_pi_bps\":");
        json::number(out, view.e_bps);
        if let Some((low, high)) = view.icp {
            out.extend_from_slice(b",\"icp\":[");
            json::number(out, low);
            out.push(b',');
            json::number(out, high);
            out.push(b']');
        }
    }
}

fn churn_observability(decision: &Decision, churn: &ChurnDenial, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"reasons\":[");
    reasons(&decision.reasons, out);
    out.push(b']');
    match *churn {
        ChurnDenial::Cooldown { remaining_ms } => {
            out.extend_from_slice(b",\"cooldown_remaining_ms\":");
            json::integer(out, remaining_ms);
        }
        ChurnDenial::RateLimit { left_ms } => {
            out.extend_from_slice(b",\"rate_limit_ms_left\":");
            json::integer(out, left_ms);
        }
        ChurnDenial::Position { side, since } => {
            out.extend_from_slice(b",\"position\":{\"side\":\"");
            out.extend_from_slice(match side {
                Side::Buy => b"buy".as_slice(),
                Side::Sell => b"sell",
            });
            out.extend_from_slice(b"\",\"since\":");
            json::integer(out, since.millis());
            out.push(b'}');
        }
    }
}

fn risk(view: &RiskView, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"cfg\":{\"dd_day_pct\":");
    json::number(out, view.cfg.dd_day_pct);
    out.extend_from_slice(b",\"max_concurrent\":");
    json::integer(out, view.cfg.max_concurrent);
    out.extend_from_slice(b",\"size_scale\":");
    json::number(out, view.cfg.size_scale);
    out.extend_from_slice(b"},\"ctx\":{\"size_scale\":");
    json::number(out, view.cfg.size_scale);
    out.extend_from_slice(b",\"base_notional\":");
    json::number(out, view.base_notional);
    out.extend_from_slice(b",\"scaled_notional\":");
    json::number(out, view.scaled_notional);
    match view.tripped {
        Some(RiskTrip::DayLoss { cap_pct, used_pct, pnl_today_pct }) => {
            out.extend_from_slice(b",\"dd_cap_pct\":");
            json::number(out, cap_pct);
            out.extend_from_slice(b",\"dd_used_pct\":");
            json::number(out, used_pct);
            out.extend_from_slice(b",\"pnl_today_pct\":");
            json::number(out, pnl_today_pct);
        }
        Some(RiskTrip::MaxConcurrent { open_positions, max_concurrent }) => {
            out.extend_from_slice(b",\"open_positions\":");
            count(out, open_positions);
            out.extend_from_slice(b",\"max_concurrent\":");
            json::integer(out, max_concurrent);
        }
        Some(RiskTrip::SizeScaleZero | RiskTrip::NotionalTooSmall) | None => {}
    }
    out.extend_from_slice(b"}}");
}

fn gates(traces: &[GateTrace], out: &mut Vec<u8>) {
    for (i, trace) in traces.iter().enumerate() {
        if i != 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"gate\":\"");
        out.extend_from_slice(trace.gate.name().as_bytes());
        out.extend_from_slice(b"\",\"verdict\":\"");
        out.extend_from_slice(trace.verdict.word().as_bytes());
        out.extend_from_slice(b"\",\"ns\":");
        json::integer(out, trace.ns);
        out.push(b'}');
    }
}

/// A list of reasons, without its brackets.
pub(super) fn reasons(reasons: &[Reason], out: &mut Vec<u8>) {
    for (i, one) in reasons.iter().enumerate() {
        if i != 0 {
            out.push(b',');
        }
        reason(out, one);
    }
}

/// A reason in the contract's spelling; it never needs escapes.
pub(super) fn reason(out: &mut Vec<u8>, reason: &Reason) {
    out.push(b'"');
    write!(out, "{reason}").expect("writing to memory");
    out.push(b'"');
}

fn reason_text(reason: &Reason, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"reason_text\":{\"ru\":");
    json::string(out, &reason.text(Lang::Ru));
    out.extend_from_slice(b",\"en\":");
    json::string(out, &reason.text(Lang::En));
    out.push(b'}');
}

/// A count that came as an f64: whole numbers without a decimal point.
fn count(out: &mut Vec<u8>, value: f64) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and small just before"
    )]
    if value.fract() == 0.0 && value.abs() < 1e15 {
        json::integer(out, value as i64);
    } else {
        json::number(out, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_model::reason::ReasonCode;

    #[test]
    fn a_revoked_allow_is_a_denial_in_every_place_and_texts_inside_stay() {
        let mode = "\"allow\":true";
        let mut text = Vec::new();
        json::string(&mut text, mode);
        let body = format!(
            r#"{{"allow":true,"reason":"ok","observability":{{"gate_state":"PASS","mode":{},"reasons":[]}}}}"#,
            String::from_utf8(text).unwrap()
        );
        let denial = revoke(body.as_bytes(), Reason::new(ReasonCode::AuditUnavailable));
        let denial: serde_json::Value = serde_json::from_slice(&denial).unwrap();
        assert_eq!(denial["allow"], false);
        assert_eq!(denial["reason"], "audit_unavailable");
        assert_eq!(denial["observability"]["gate_state"], "BLOCK");
        assert_eq!(denial["observability"]["mode"], mode);
        assert_eq!(denial["observability"]["reasons"][0], "audit_unavailable");
        assert!(denial["reason_text"]["en"].as_str().unwrap().starts_with("Denied"));
    }
}
