//! What operators and probes ask: health, readiness, metrics, and the levers.

use aurora_gate::{HealthState, RiskUpdate};
use aurora_journal::jsonl::json;
use aurora_model::{EventCode, Nanos};
use serde_json::Value;

use super::call::{Audit, Op, Reply};
use super::errors::{self, Fault};
use super::malformed::{Malformed, Problem};
use super::recorder::Subject;
use super::service::GateService;
use super::token::{NotOperator, NotRotated};

/// The longest cool-off an operator may ask for: a week.
const MAX_COOLOFF_S: f64 = 7.0 * 86_400.0;

impl GateService {
    pub(super) fn health(&mut self, out: &mut Vec<u8>) -> Reply {
        let now = self.clock.now();
        let problem = self.recorder.problem();
        out.extend_from_slice(b"{\"status\":");
        json::string(out, if problem.is_some() { "red" } else { "ok" });
        out.extend_from_slice(b",\"version\":");
        json::string(out, env!("CARGO_PKG_VERSION"));
        out.extend_from_slice(b",\"ts\":");
        json::string(out, &iso(now));
        out.extend_from_slice(b",\"reasons\":[");
        if let Some(problem) = problem {
            out.extend_from_slice(b"{\"code\":\"audit_unavailable\",\"detail\":");
            json::string(out, problem);
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
        Reply::new(200, Audit::None)
    }

    pub(super) fn metrics(
        &mut self,
        token: Option<&str>,
        only_latency: bool,
        out: &mut Vec<u8>,
    ) -> Reply {
        if self.metrics_need_token
            && let Err(fault) = self.operator(token)
        {
            return refuse(fault, out);
        }
        let gauges = self.gauges();
        let text = self.metrics.render(gauges);
        if only_latency {
            let is_latency = |line: &&str| line.contains("latency");
            for line in text.lines().filter(is_latency) {
                out.extend_from_slice(line.as_bytes());
                out.push(b'\n');
            }
        } else {
            out.extend_from_slice(text.as_bytes());
        }
        Reply::new(200, Audit::None)
    }

    pub(super) fn ops(&mut self, op: Op<'_>, token: Option<&str>, out: &mut Vec<u8>) -> Reply {
        if let Err(fault) = self.operator(token) {
            return refuse(fault, out);
        }
        let now = self.clock.now();
        match op {
            Op::Liveness => {
                out.extend_from_slice(b"{\"ok\":true}");
                Reply::new(200, Audit::None)
            }
            Op::Readiness => self.readiness(now, out),
            Op::Cooloff(secs) => self.cooloff(now, secs, out),
            Op::Reset => {
                let raised = self.gate.reset(now);
                self.recorder.gate_events(now, raised, &Subject::default());
                self.state(now, out)
            }
            Op::Arm(word) => self.arm(now, word, out),
            Op::RotateToken(body) => self.rotate(now, body, out),
            Op::RiskSnapshot => self.risk(out),
            Op::RiskSet(body) => self.risk_set(now, body, out),
        }
    }

    fn operator(&mut self, token: Option<&str>) -> Result<(), Fault> {
        self.token.check(token).map_err(|refusal| {
            self.metrics.auth_fail += 1;
            match refusal {
                NotOperator::Missing => Fault::Unauthorized,
                NotOperator::Wrong => Fault::Forbidden,
            }
        })
    }

    fn readiness(&mut self, now: Nanos, out: &mut Vec<u8>) -> Reply {
        let health = self.gate.health(now);
        let is_halted = health.governance_halt
            || matches!(health.state, HealthState::Halt | HealthState::Disarmed);
        let is_red = self.recorder.problem().is_some();
        out.extend_from_slice(b"{\"config_loaded\":true,\"last_event_ts\":");
        match self.recorder.last_event() {
            Some(at) => json::integer(out, at.millis()),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"halt\":");
        json::boolean(out, is_halted);
        out.extend_from_slice(b",\"models_loaded\":true,\"state\":");
        json::string(out, health.state.word());
        out.extend_from_slice(b",\"audit_log\":");
        json::string(out, if is_red { "red" } else { "green" });
        out.push(b'}');
        Reply::new(if is_halted || is_red { 503 } else { 200 }, Audit::None)
    }

    fn cooloff(&mut self, now: Nanos, secs: &str, out: &mut Vec<u8>) -> Reply {
        let secs = secs.parse().ok().filter(|s| (0.0..=MAX_COOLOFF_S).contains(s));
        let Some(secs) = secs else {
            errors::error(
                out,
                "BAD_SECONDS",
                "нужно число секунд от 0 до 604800",
                "give a number of seconds between 0 and 604800",
                b"{\"field\":\"sec\"}",
            );
            return Reply::new(422, Audit::None);
        };
        let until = self.gate.cooloff(now, secs);
        self.recorder.event(now, EventCode::CoolOff, &Subject::default(), |details| {
            details.extend_from_slice(b"{\"by\":\"operator\",\"sec\":");
            json::number(details, secs);
            details.push(b'}');
        });
        out.extend_from_slice(b"{\"status\":\"ok\",\"until\":");
        json::number(out, until.seconds());
        out.extend_from_slice(b",\"until_ms\":");
        json::integer(out, until.millis());
        out.push(b'}');
        Reply::new(200, Audit::Denial)
    }

    fn arm(&mut self, now: Nanos, word: &str, out: &mut Vec<u8>) -> Reply {
        let raised = match word {
            "arm" => self.gate.arm(now),
            "disarm" => self.gate.disarm(now),
            _ => {
                errors::error(
                    out,
                    "BAD_ACTION",
                    "действие бывает только arm или disarm",
                    "the action is arm or disarm",
                    b"{\"field\":\"action\"}",
                );
                return Reply::new(400, Audit::None);
            }
        };
        self.recorder.gate_events(now, raised, &Subject::default());
        self.state(now, out)
    }

    /// Answers with the state the gate is in now.
    fn state(&mut self, now: Nanos, out: &mut Vec<u8>) -> Reply {
        let health = self.gate.health(now);
        out.extend_from_slice(b"{\"status\":\"ok\",\"state\":");
        json::string(out, health.state.word());
        out.extend_from_slice(b",\"armed\":");
        json::boolean(out, health.state != HealthState::Disarmed);
        out.push(b'}');
        Reply::new(200, Audit::Denial)
    }

    fn rotate(&mut self, now: Nanos, body: &[u8], out: &mut Vec<u8>) -> Reply {
        let new = serde_json::from_slice(body).ok().and_then(|value: Value| {
            value.get("new_token").and_then(Value::as_str).map(str::to_owned)
        });
        let mask = match self.token.rotate(new.as_deref().unwrap_or_default(), now) {
            Ok(mask) => mask,
            Err(NotRotated::Short) => {
                errors::error(
                    out,
                    "BAD_TOKEN",
                    "new_token короче 24 печатных символов",
                    "new_token must have at least 24 printable characters",
                    b"{\"field\":\"new_token\"}",
                );
                return Reply::new(400, Audit::None);
            }
            Err(NotRotated::TooSoon) => {
                errors::error(
                    out,
                    "TOO_SOON",
                    "токен уже меняли меньше 30 секунд назад",
                    "the token was rotated less than 30 seconds ago",
                    b"{}",
                );
                return Reply::new(429, Audit::None);
            }
        };
        self.metrics.rotations += 1;
        self.recorder.event(now, EventCode::OpsTokenRotate, &Subject::default(), |details| {
            details.extend_from_slice(b"{\"token\":");
            json::string(details, &mask);
            details.push(b'}');
        });
        out.extend_from_slice(b"{\"status\":\"ok\"}");
        Reply::new(200, Audit::Denial)
    }

    fn risk(&mut self, out: &mut Vec<u8>) -> Reply {
        let limits = self.gate.risk_snapshot();
        out.extend_from_slice(b"{\"status\":\"ok\",\"risk\":{\"dd_day_pct\":");
        json::number(out, limits.dd_day_pct);
        out.extend_from_slice(b",\"max_concurrent\":");
        json::integer(out, limits.max_concurrent);
        out.extend_from_slice(b",\"size_scale\":");
        json::number(out, limits.size_scale);
        out.extend_from_slice(b"}}");
        Reply::new(200, Audit::Denial)
    }

    fn risk_set(&mut self, now: Nanos, body: &[u8], out: &mut Vec<u8>) -> Reply {
        let update = match read_update(body) {
            Ok(update) => update,
            Err(problem) => {
                errors::malformed(&problem, out);
                return Reply::new(422, Audit::None);
            }
        };
        let raised = self.gate.risk_set(&update);
        self.recorder.gate_events(now, raised, &Subject::default());
        self.risk(out)
    }
}

fn read_update(body: &[u8]) -> Result<RiskUpdate, Malformed> {
    let refuse = |field: &str, problem| Malformed { field: field.into(), problem };
    let value: Value = serde_json::from_slice(body)
        .map_err(|fault| refuse("body", Problem::NotJson(fault.column())))?;
    let fields = value.as_object().ok_or_else(|| refuse("body", Problem::NotObject))?;
    let number = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64().filter(|v| v.is_finite() && 0.0 <= *v) {
            Some(value) => Ok(Some(value)),
            None if name == "size_scale" && value.as_f64().is_some() => Ok(Some(0.0)),
            None => Err(refuse(name, Problem::NotCap)),
        },
    };
    Ok(RiskUpdate {
        dd_day_pct: number("dd_day_pct")?,
        max_concurrent: match number("max_concurrent")? {
            #[expect(clippy::cast_possible_truncation, reason = "clipped to what an i64 holds")]
            Some(cap) if cap.fract() == 0.0 => Some(cap.min(1e15) as i64),
            Some(_) => return Err(refuse("max_concurrent", Problem::NotCap)),
            None => None,
        },
        size_scale: number("size_scale")?,
    })
}

fn refuse(fault: Fault, out: &mut Vec<u8>) -> Reply {
    out.extend_from_slice(&fault.body());
    Reply::new(fault.status(), Audit::None)
}

fn iso(at: Nanos) -> String {
    let at = jiff::Timestamp::from_nanosecond(i128::from(at.0)).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
