//! The gate as a service: requests in, answers out, everything written down first.
//!
//! One thread owns it; there are no locks. Answers are collected with [`GateService::call`] and may
//! leave only after [`GateService::commit`] said that the log has them.

use aurora_gate::{CheckRequest, Gate, GateConfig, GateConfigError, Outcome};
use aurora_journal::jsonl::{LogName, SessionLog, json, run_id};
use aurora_model::reason::{Reason, ReasonCode};
use aurora_model::{EventCode, Nanos};

use super::ack::{AckTracker, Sent};
use super::call::{Audit, Call, Reply};
use super::clock::Clock;
use super::decode::{Check, Lists};
use super::ids::DecisionIds;
use super::malformed::Malformed;
use super::metrics::{Gauges, Metrics};
use super::posttrade::{self, Report, Told};
use super::recorder::{Recorder, Subject};
use super::token::{OpsToken, TokenSource};
use super::{encode, errors, rows};

/// What a gate service is made of.
#[derive(Debug)]
pub struct ServiceParts {
    /// The gate's configuration.
    pub config: GateConfig,
    /// Where decisions are written.
    pub log: SessionLog,
    /// Who may operate.
    pub token: OpsToken,
    /// An order without an acknowledgement for so long is expired.
    pub ack_ttl: Nanos,
    /// Whether `/metrics` asks for the operator token.
    pub metrics_need_token: bool,
    /// Where the configuration came from, for the log.
    pub config_source: String,
}

/// The gate with its log, its counters and its operators.
#[derive(Debug)]
pub struct GateService {
    pub(super) gate: Gate,
    pub(super) clock: Clock,
    pub(super) recorder: Recorder,
    pub(super) metrics: Metrics,
    pub(super) token: OpsToken,
    pub(super) metrics_need_token: bool,
    pub(super) connections: usize,
    lists: Lists,
    ids: DecisionIds,
    acks: AckTracker,
}

impl GateService {
    /// A service ready for its first request; the log already says which configuration it runs.
    ///
    /// # Errors
    /// When the configuration makes no gate.
    pub fn new(parts: ServiceParts) -> Result<GateService, GateConfigError> {
        let mut clock = Clock::start();
        let now = clock.now();
        let mut service = GateService {
            gate: Gate::new(parts.config)?,
            clock,
            recorder: Recorder::new(parts.log, run_id(now.0)),
            metrics: Metrics::new(),
            token: parts.token,
            metrics_need_token: parts.metrics_need_token,
            connections: 0,
            lists: Lists::default(),
            ids: DecisionIds::new(),
            acks: AckTracker::new(parts.ack_ttl),
        };
        service.announce(now, &parts.config_source);
        Ok(service)
    }

    fn announce(&mut self, now: Nanos, config_source: &str) {
        let nobody = Subject::default();
        self.recorder.event(now, EventCode::ConfigSwitched, &nobody, |out| {
            out.extend_from_slice(b"{\"config\":");
            json::string(out, config_source);
            out.push(b'}');
        });
        if self.token.source() == Some(TokenSource::EnvAlias) {
            self.recorder.event(now, EventCode::OpsTokenAliasUsed, &nobody, |out| {
                out.extend_from_slice(b"{\"alias\":\"AURORA_OPS_TOKEN\",\"use\":\"OPS_TOKEN\"}");
            });
        }
        // A log that fails already is probed again by `tick`, and denies until it takes this.
        drop(self.recorder.commit(now, &mut self.metrics));
    }

    /// Answers one request; the body is appended to `out`.
    pub fn call(&mut self, call: &Call<'_>, out: &mut Vec<u8>) -> Reply {
        match call {
            Call::Check(body) => self.check(body, out),
            Call::Posttrade(body) => self.posttrade(body, out),
            Call::Ops { op, token } => self.ops(*op, *token, out),
            Call::Health => self.health(out),
            Call::Metrics { token, only_latency } => self.metrics(*token, *only_latency, out),
        }
    }

    /// Writes down everything since the last commit.
    ///
    /// Returns false when the log did not take it: then every answer with [`Audit::Allow`] must be
    /// replaced by [`GateService::denial`], and every [`Audit::Record`] by a 503.
    pub fn commit(&mut self) -> bool {
        let now = self.clock.now();
        self.recorder.commit(now, &mut self.metrics).is_ok()
    }

    /// The denial that replaces an allow that could not be written down.
    pub fn denial(&mut self, allowed: &[u8]) -> Vec<u8> {
        self.metrics.audit_denied += 1;
        encode::revoke(allowed, Reason::new(ReasonCode::AuditUnavailable))
    }

    /// What time alone brings: expired orders, and a log that works again.
    pub fn tick(&mut self) {
        let now = self.clock.now();
        while let Some((cid, sent)) = self.acks.expire(now) {
            let subject = Subject {
                cid: Some(&cid),
                symbol: sent.symbol.as_deref(),
                side: sent.side.as_deref(),
                ..Subject::default()
            };
            self.recorder.event(now, EventCode::OrderExpire, &subject, |out| {
                out.extend_from_slice(b"{\"reason\":\"ack_timeout\",\"waited_ms\":");
                json::integer(out, (now - sent.at).millis());
                out.push(b'}');
            });
        }
        self.recorder.probe(now, &mut self.metrics);
        drop(self.recorder.commit(now, &mut self.metrics));
    }

    /// Why the log cannot be written, while it cannot.
    pub fn log_problem(&self) -> Option<&str> {
        self.recorder.problem()
    }

    /// How many connections are open, for the gauge.
    pub fn set_connections(&mut self, connections: usize) {
        self.connections = connections;
    }

    fn check(&mut self, body: &[u8], out: &mut Vec<u8>) -> Reply {
        let mut lists = std::mem::take(&mut self.lists);
        let reply = match Check::read(body, &mut lists) {
            Ok(check) => self.decide(&check.request(&lists), check.req_id.as_deref(), out),
            Err(problem) => self.malformed(&problem, out),
        };
        self.lists = lists;
        reply
    }

    fn decide(
        &mut self,
        request: &CheckRequest<'_>,
        req_id: Option<&str>,
        out: &mut Vec<u8>,
    ) -> Reply {
        let (now, mut timer) = self.clock.now_and_timer();
        let decision = self.gate.check(now, request, &mut timer);
        let id = self.ids.next(now.0);
        let observability = encode::answer(decision, request, &id, out);
        self.metrics.timings(decision);
        let subject = Subject {
            symbol: request.symbol,
            cid: req_id,
            side: request.side,
            price: request.price,
            qty: request.qty,
            ..Subject::default()
        };
        self.recorder.gate_events(now, &decision.events, &subject);
        let seen = &out[observability];
        let ts_ns = self.recorder.event(now, EventCode::PolicyDecision, &subject, |details| {
            rows::decision_details(decision, request.mode, seen, details);
        });
        if decision.allow {
            self.recorder.waiting().allowed += 1;
            return Reply::new(200, Audit::Allow);
        }
        self.recorder.waiting().denied += 1;
        rows::denied_row(&mut self.recorder, ts_ns, &subject, decision, seen);
        Reply::new(200, Audit::Denial)
    }

    fn posttrade(&mut self, body: &[u8], out: &mut Vec<u8>) -> Reply {
        let report = match Report::read(body) {
            Ok(report) => report,
            Err(problem) => return self.malformed(&problem, out),
        };
        let now = self.clock.now();
        let (symbol, side) = (report.symbol(), report.side());
        let (cid, oid, order_type) = (report.cid(), report.oid(), report.order_type());
        let subject = Subject {
            symbol: symbol.as_deref(),
            cid: cid.as_deref(),
            oid: oid.as_deref(),
            side: side.as_deref(),
            order_type: order_type.as_deref(),
            price: report.price(),
            qty: report.qty(),
        };
        posttrade::raw_line(body, now.millis(), self.recorder.rows(LogName::Orders));
        let ts_ns = self.recorder.event(now, EventCode::PosttradeLog, &subject, |details| {
            details.extend_from_slice(b"{\"status\":");
            json::string_or_null(details, report.status().as_deref());
            details.push(b'}');
        });
        self.order_event(now, &report, &subject);
        match report.outcome() {
            Outcome::Success => {
                self.recorder.waiting().success += 1;
                rows::success_row(&mut self.recorder, ts_ns, &subject, &report);
            }
            Outcome::Failed => {
                self.recorder.waiting().rejected += 1;
                rows::failed_row(&mut self.recorder, ts_ns, &subject, &report);
            }
            Outcome::Other => {}
        }
        let event = report.event(&subject);
        let raised = self.gate.posttrade(now, &event);
        self.recorder.gate_events(now, raised, &subject);
        out.extend_from_slice(b"{\"status\":\"ok\"}");
        Reply::new(200, Audit::Record)
    }

    /// The ORDER.* event a report stands for, and what the ACK tracker learns from it.
    fn order_event(&mut self, now: Nanos, report: &Report, subject: &Subject<'_>) {
        let code = match (report.outcome(), report.told()) {
            (Outcome::Failed, _) => Some(EventCode::OrderReject),
            (Outcome::Success, _) if report.is_partial() => Some(EventCode::OrderPartial),
            (Outcome::Success, _) => Some(EventCode::OrderFill),
            (Outcome::Other, Some(Told::Submit)) => Some(EventCode::OrderSubmit),
            (Outcome::Other, Some(Told::Ack)) => Some(EventCode::OrderAck),
            (Outcome::Other, Some(Told::CancelRequest)) => Some(EventCode::OrderCancelRequest),
            (Outcome::Other, Some(Told::CancelAck)) => Some(EventCode::OrderCancelAck),
            (Outcome::Other, Some(Told::Expire)) => Some(EventCode::OrderExpire),
            (Outcome::Other, Some(Told::Reject) | None) => None,
        };
        let key = subject.cid.or(subject.oid);
        if code == Some(EventCode::OrderSubmit) {
            if let Some(key) = key {
                let own = |text: Option<&str>| text.map(str::to_owned);
                let sent = Sent { at: now, symbol: own(subject.symbol), side: own(subject.side) };
                self.acks.submitted(key, sent);
            }
        } else if code != Some(EventCode::OrderCancelRequest) {
            for key in [subject.cid, subject.oid].into_iter().flatten() {
                self.acks.answered(key, now);
            }
        }
        if let Some(code) = code {
            self.recorder.event(now, code, subject, |details| rows::order_details(report, details));
        }
    }

    fn malformed(&mut self, problem: &Malformed, out: &mut Vec<u8>) -> Reply {
        self.metrics.malformed += 1;
        errors::malformed(problem, out);
        Reply::new(422, Audit::None)
    }

    /// Counts a request that never became one: not even its head could be read.
    pub fn count_malformed(&mut self) {
        self.metrics.malformed += 1;
    }

    pub(super) fn gauges(&mut self) -> Gauges {
        let health = self.gate.health(self.clock.now());
        Gauges {
            is_red: self.recorder.problem().is_some(),
            is_halted: health.state != aurora_gate::HealthState::Normal || health.governance_halt,
            latency_p95_ms: health.p95_ms,
            acks_waiting: self.acks.len(),
            connections: self.connections,
        }
    }
}
