//! The desk's part of the session's JSONL logs.

use std::sync::Arc;

use anyhow::Result;
use aurora_engine::{Engine, Judgement, Notice};
use aurora_exec::Order;
use aurora_gate::Stopwatch;
use aurora_journal::jsonl::{Event, EventEncoder, LogName, LogRules, SessionDir, SessionLog};
use aurora_ledger::Booking;
use aurora_model::{EventCode, Fill, Nanos, OrderState};
use serde_json::json;

use super::decisions::{observability, uuid_text};
use super::show::Show;
use crate::desk::alerts::Trouble;

/// Events, fills, refusals and denials of the desk's own orders.
pub(crate) struct DeskLogs {
    log: SessionLog,
    encoder: EventEncoder,
    /// The version of the limits in force.
    pub(super) policy: Arc<str>,
}

impl DeskLogs {
    pub(crate) fn open(session: &SessionDir, rules: LogRules, run_id: String) -> Result<DeskLogs> {
        let (log, encoder) = (SessionLog::open(session, rules)?, EventEncoder::new(run_id));
        Ok(DeskLogs { log, encoder, policy: Arc::default() })
    }

    pub(crate) fn notice<W: Stopwatch>(
        &mut self,
        at: Nanos,
        notice: &Notice,
        engine: &Engine<W>,
        shows: &[Show],
    ) {
        match notice {
            Notice::Decided(judgement) => {
                self.decided(
                    at,
                    judgement,
                    &shows[judgement.instrument.index()],
                    engine.settings().mode,
                );
            }
            Notice::Order(id) => {
                if let Some(order) = engine.orders().get(*id) {
                    self.order(at, order, &shows[order.intent.instrument.index()]);
                }
            }
            Notice::Filled(fill, booking) => {
                self.filled(at, fill, booking, &shows[fill.instrument.index()], engine);
            }
            Notice::State { from, to, cause, reason } => {
                let details = json!({"from": from.code(), "to": to.code(), "cause": cause.code(), "reason": reason});
                self.event(at, EventCode::StateChanged.as_str(), None, None, &details);
            }
            Notice::Alert { code, detail } => {
                let details = json!({"code": code.code(), "detail": detail});
                self.event(at, EventCode::ComponentFailed.as_str(), None, None, &details);
            }
        }
    }

    /// Something around the engine is wrong.
    pub(crate) fn trouble(&mut self, at: Nanos, trouble: &Trouble) {
        let details = json!({"code": trouble.code(), "detail": trouble.log_line()});
        self.event(at, EventCode::ComponentFailed.as_str(), None, None, &details);
    }

    /// It is over.
    pub(crate) fn recovered(&mut self, at: Nanos, trouble: &Trouble) {
        let details = json!({"code": trouble.code(), "detail": trouble.log_line()});
        self.event(at, EventCode::ComponentRecovered.as_str(), None, None, &details);
    }

    fn decided(&mut self, at: Nanos, judgement: &Judgement, show: &Show, mode: &str) {
        let reason = judgement.denial.map_or_else(|| "ok".to_owned(), |reason| reason.to_string());
        let details = json!({
            "decision": if judgement.denial.is_none() { "EXECUTE" } else { "NO_OP" },
            "decision_id": uuid_text(judgement.id),
            "reason": reason,
            "policy": *self.policy,
            "mode": mode,
            "observability": observability(judgement),
        });
        let cid = judgement.order.map(|id| id.to_string());
        self.event(at, EventCode::PolicyDecision.as_str(), Some(show), cid.as_deref(), &details);
        if judgement.denial.is_some() {
            let row = json!({
                "ts_ns": at.0, "run_id": self.encoder.run_id(), "decision_id": uuid_text(judgement.id),
                "symbol": show.rules.symbol, "side": judgement.side.word(), "qty": show.qty(judgement.qty),
                "price": show.price(judgement.price), "reason": reason, "policy": *self.policy,
                "value": judgement.denial.map(|denial| denial.value), "limit": judgement.denial.map(|denial| denial.limit),
                "observability": observability(judgement),
            });
            self.row(LogName::Denied, &row);
        }
    }

    fn order(&mut self, at: Nanos, order: &Order, show: &Show) {
        let code = match order.state {
            OrderState::Submitted if order.cancel_asked_at == Some(at) => {
                EventCode::OrderCancelRequest
            }
            OrderState::Submitted => EventCode::OrderSubmit,
            OrderState::Ack | OrderState::Partial if order.cancel_asked_at == Some(at) => {
                EventCode::OrderCancelRequest
            }
            OrderState::Ack => EventCode::OrderAck,
            OrderState::Reject => EventCode::OrderReject,
            OrderState::Cancel => EventCode::OrderCancelAck,
            OrderState::Expire => EventCode::OrderExpire,
            // Fills have their own event.
            OrderState::Prepared | OrderState::InDoubt | OrderState::Partial | OrderState::Fill => {
                return;
            }
        };
        let details = json!({"state": order.state.code(), "filled": show.qty(order.filled)});
        self.event(at, code.as_str(), Some(show), Some(order.id.as_str()), &details);
        if let Some(refusal) = order.refusal {
            let row = json!({
                "ts_ns": at.0, "run_id": self.encoder.run_id(), "cid": order.id.as_str(), "symbol": show.rules.symbol,
                "side": order.intent.side.word(), "qty": show.qty(order.intent.qty),
                "price": show.price(order.intent.limit), "reason": refusal.code(), "code": refusal.code(),
            });
            self.row(LogName::Failed, &row);
        }
    }

    fn filled<W: Stopwatch>(
        &mut self,
        at: Nanos,
        fill: &Fill,
        booking: &Booking,
        show: &Show,
        engine: &Engine<W>,
    ) {
        let order = engine.orders().get(fill.order);
        let whole = order.is_none_or(|order| order.state == OrderState::Fill);
        let code = if whole { EventCode::OrderFill } else { EventCode::OrderPartial };
        let row = json!({
            "ts_ns": at.0, "run_id": self.encoder.run_id(), "cid": fill.order.as_str(), "symbol": show.rules.symbol,
            "trade_id": fill.trade_id.to_string(), "side": fill.side.word(), "qty": show.qty(fill.qty),
            "price": show.price(fill.price), "fee": fill.fee, "realized": booking.realized,
            "filled_qty": order.map(|order| show.qty(order.filled)),
        });
        self.event(at, code.as_str(), Some(show), Some(fill.order.as_str()), &row);
        self.row(LogName::Success, &row);
    }

    fn event(
        &mut self,
        at: Nanos,
        code: &str,
        show: Option<&Show>,
        cid: Option<&str>,
        details: &serde_json::Value,
    ) {
        let details = details.to_string();
        let event = Event {
            code,
            symbol: show.map(|show| show.rules.symbol.as_str()),
            cid,
            details: details.as_bytes(),
            src: "desk",
            ..Event::default()
        };
        self.encoder.encode(at.0, &event, self.log.lines(LogName::Events));
    }

    fn row(&mut self, log: LogName, row: &serde_json::Value) {
        let lines = self.log.lines(log);
        lines.extend_from_slice(row.to_string().as_bytes());
        lines.push(b'\n');
    }

    /// Writes what waits; false when the log does not take it.
    pub(crate) fn commit(&mut self, wall: Nanos) -> bool {
        self.log.is_empty() || self.log.commit(wall.0).is_ok()
    }
}
