//! `/posttrade/log`: what a bot reports about an order, read leniently and kept as it came.

use std::borrow::Cow;

use aurora_gate::{Outcome, PosttradeEvent};
use aurora_journal::jsonl::json;
use serde_json::{Map, Value};

use super::malformed::{Malformed, Problem};
use super::recorder::Subject;

/// A report, with the gaps filled from the exchange's own answer.
#[derive(Debug)]
pub(super) struct Report {
    fields: Map<String, Value>,
}

/// What a bot says happened, where it says so in `event`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Submit,
    Ack,
    CancelRequest,
    CancelAck,
    Expire,
    Reject,
}

impl Report {
    pub(super) fn read(body: &[u8]) -> Result<Report, Malformed> {
        let value: Value = serde_json::from_slice(body).map_err(|fault| {
            // serde_json counts lines and columns; one line is what bots send.
            whole(Problem::NotJson(fault.column()))
        })?;
        match value {
            Value::Object(fields) => Ok(Report { fields }),
            _ => Err(whole(Problem::NotObject)),
        }
    }

    pub(super) fn symbol(&self) -> Option<Cow<'_, str>> {
        self.text(&["symbol"], &["symbol"])
    }

    pub(super) fn side(&self) -> Option<Cow<'_, str>> {
        self.text(&["side"], &["side"])
    }

    pub(super) fn order_type(&self) -> Option<Cow<'_, str>> {
        self.text(&["order_type", "type"], &["type"])
    }

    /// Our id of the order.
    pub(super) fn cid(&self) -> Option<Cow<'_, str>> {
        let ours = &["cid", "client_order_id", "clientOrderId", "client_id", "req_id"];
        self.text(ours, &["clientOrderId", "clOrdId", "orderLinkId", "client_order_id"])
    }

    /// The venue's id of the order.
    pub(super) fn oid(&self) -> Option<Cow<'_, str>> {
        self.text(&["oid", "order_id", "orderId", "id"], &["id", "orderId", "ordId", "order_id"])
    }

    pub(super) fn qty(&self) -> Option<f64> {
        self.number(&["qty", "amount", "quantity"], &["amount", "origQty", "sz", "qty"])
    }

    pub(super) fn price(&self) -> Option<f64> {
        self.number(&["price"], &["price", "px"])
    }

    pub(super) fn filled(&self) -> Option<f64> {
        let venue = &["filled", "executedQty", "cumExecQty", "accFillSz", "filled_qty"];
        self.number(&["filled", "filled_qty"], venue)
    }

    pub(super) fn average(&self) -> Option<f64> {
        self.number(
            &["average", "avg_price"],
            &["average", "avgPrice", "avgPx", "filled_avg_price"],
        )
    }

    pub(super) fn fee(&self) -> Option<f64> {
        let cost = |value: &Value| match value {
            Value::Object(fee) => fee.get("cost").and_then(as_number),
            other => as_number(other),
        };
        self.fields.get("fee").and_then(cost).or_else(|| self.response()?.get("fee").and_then(cost))
    }

    pub(super) fn latency_ms(&self) -> Option<f64> {
        self.number(&["latency_ms"], &[])
    }

    pub(super) fn status(&self) -> Option<Cow<'_, str>> {
        self.text(&["status"], &["status", "state", "orderStatus"])
    }

    pub(super) fn error_code(&self) -> Option<Cow<'_, str>> {
        self.text(&["error_code", "code"], &[])
    }

    pub(super) fn reason(&self) -> Option<Cow<'_, str>> {
        self.text(&["error_msg", "error", "reason"], &[])
    }

    pub(super) fn retry(&self) -> Option<f64> {
        self.number(&["retry", "retries"], &[])
    }

    /// What the bot says happened; `None` leaves it to status and quantities.
    pub(super) fn told(&self) -> Option<Told> {
        let word = self.text(&["event"], &[])?;
        let word = word.trim().to_ascii_uppercase().replace('_', ".");
        Some(match word.strip_prefix("ORDER.").unwrap_or(&word) {
            "SUBMIT" | "SUBMITTED" => Told::Submit,
            "ACK" => Told::Ack,
            "CANCEL.REQUEST" => Told::CancelRequest,
            "CANCEL" | "CANCEL.ACK" | "CANCELED" => Told::CancelAck,
            "EXPIRE" | "EXPIRED" => Told::Expire,
            "REJECT" | "ERROR" => Told::Reject,
            _ => return None,
        })
    }

    pub(super) fn outcome(&self) -> Outcome {
        let has_error = ["error", "error_code", "error_msg"]
            .iter()
            .any(|key| self.fields.get(*key).is_some_and(is_said));
        let is_refused = has_error || self.told() == Some(Told::Reject);
        Outcome::classify(is_refused, self.status().as_deref(), self.filled())
    }

    /// Whether a success left something open: `ORDER.PARTIAL` rather than `ORDER.FILL`.
    pub(super) fn is_partial(&self) -> bool {
        match (self.filled(), self.qty()) {
            (Some(filled), Some(qty)) => filled < qty,
            _ => self.status().is_some_and(|status| {
                let status = status.trim();
                status.eq_ignore_ascii_case("partially_filled")
                    || status.eq_ignore_ascii_case("partial")
            }),
        }
    }

    pub(super) fn closes(&self) -> bool {
        let is_true = |key: &str| match self.fields.get(key) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            Some(Value::Number(number)) => number.as_f64() == Some(1.0),
            _ => false,
        };
        let action = self.text(&["action"], &[]);
        action.is_some_and(|action| action.trim().eq_ignore_ascii_case("close"))
            || ["close", "reduceOnly", "reduce_only"].into_iter().any(is_true)
    }

    /// What the gate takes from it.
    pub(super) fn event<'a>(&self, subject: &Subject<'a>) -> PosttradeEvent<'a> {
        let price = self.average().or(subject.price);
        PosttradeEvent {
            symbol: subject.symbol,
            side: subject.side,
            outcome: self.outcome(),
            closes: self.closes(),
            notional: self.filled().zip(price).map(|(filled, price)| filled * price),
            order_id: subject.oid.or(subject.cid),
        }
    }

    /// A text of the report, else of the exchange's answer, else of the raw reply under `info`.
    fn text(&self, ours: &[&str], venue: &[&str]) -> Option<Cow<'_, str>> {
        self.find(ours, venue, as_text)
    }

    fn number(&self, ours: &[&str], venue: &[&str]) -> Option<f64> {
        self.find(ours, venue, as_number)
    }

    fn find<'a, T>(
        &'a self,
        ours: &[&str],
        venue: &[&str],
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let within = |object: &'a Map<String, Value>, keys: &[&str]| {
            keys.iter().find_map(|key| object.get(*key).and_then(&read))
        };
        within(&self.fields, ours).or_else(|| {
            let response = self.response()?;
            within(response, venue).or_else(|| within(response.get("info")?.as_object()?, venue))
        })
    }

    fn response(&self) -> Option<&Map<String, Value>> {
        self.fields.get("response")?.as_object()
    }
}

/// Appends the report as it came, on one line, with the time it was received.
pub(super) fn raw_line(body: &[u8], ts_server_ms: i64, out: &mut Vec<u8>) {
    let end = body.iter().rposition(|b| *b == b'}').unwrap_or(body.len());
    let kept = body[..end].trim_ascii();
    // Outside of strings a line end is only space, and inside of them it cannot be.
    out.extend(kept.iter().map(|b| if matches!(b, b'\n' | b'\r') { b' ' } else { *b }));
    if kept != b"{" {
        out.push(b',');
    }
    out.extend_from_slice(b"\"ts_server\":");
    json::integer(out, ts_server_ms);
    out.extend_from_slice(b"}\n");
}

/// Whether an error field says that there was one.
fn is_said(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    }
}

fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|v: &f64| v.is_finite()),
        _ => None,
    }
}

fn whole(problem: Problem) -> Malformed {
    Malformed { field: "body".into(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(body: &str) -> String {
        let report = Report::read(body.as_bytes()).unwrap();
        let partial = if report.is_partial() { " partial" } else { "" };
        let closes = if report.closes() { " closes" } else { "" };
        let oid = report.oid().unwrap_or_default();
        format!("{:?}{partial}{closes} {oid}", report.outcome()).trim().to_owned()
    }

    #[test]
    fn a_report_is_read_as_a_trader_would() {
        for (body, want) in [
            (r#"{"status":"filled","filled":0.5,"qty":0.5,"order_id":"o1"}"#, "Success o1"),
            (r#"{"status":"partially_filled","filled":0.3,"qty":0.6,"id":7}"#, "Success partial 7"),
            (r#"{"error_code":"51008","status":"rejected"}"#, "Failed"),
            (r#"{"error":"","error_code":null,"error_msg":false,"status":"open"}"#, "Other"),
            (r#"{"action":"close","status":"closed","filled":1,"qty":1}"#, "Success closes"),
            (r#"{"reduceOnly":true,"filled":"1.0","qty":"1"}"#, "Success closes"),
            (
                r#"{"qty":2,"response":{"id":"x1","status":"open","info":{"executedQty":"1.5"}}}"#,
                "Success partial x1",
            ),
            (r#"{"response":{"info":{"status":"FILLED","orderId":12}}}"#, "Success 12"),
            (r#"{"event":"REJECT"}"#, "Failed"),
        ] {
            assert_eq!(outcome(body), want, "{body}");
        }
    }

    #[test]
    fn what_came_is_kept_on_one_line_with_the_time_it_came() {
        for (body, want) in [
            ("{}", "{\"ts_server\":5}\n"),
            (
                " {\"b\": 1.50,\r\n \"a\": \"}\"} \n",
                "{\"b\": 1.50,   \"a\": \"}\",\"ts_server\":5}\n",
            ),
        ] {
            let mut line = Vec::new();
            raw_line(body.as_bytes(), 5, &mut line);
            assert_eq!(String::from_utf8(line.clone()).unwrap(), want);
            assert!(serde_json::from_slice::<Value>(&line).is_ok());
        }
    }

    #[test]
    fn only_an_object_is_a_report() {
        for body in ["", "[]", "3", "{\"a\":", "null"] {
            assert!(Report::read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
