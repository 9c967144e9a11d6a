//! The rows of the order logs, and the details of the events beside them.

use aurora_gate::{Decision, Outcome};
use aurora_journal::jsonl::{LogName, json};

use super::encode;
use super::posttrade::Report;
use super::recorder::{Recorder, Subject};

pub(super) fn decision_details(
    decision: &Decision,
    mode: Option<&str>,
    seen: &[u8],
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(if decision.allow {
        b"{\"decision\":\"EXECUTE\",\"reason\":"
    } else {
        b"{\"decision\":\"NO_OP\",\"reason\":"
    });
    encode::reason(out, &decision.reason);
    out.extend_from_slice(b",\"reasons\":[");
    encode::reasons(&decision.reasons, out);
    out.extend_from_slice(b"],\"mode\":");
    json::string_or_null(out, mode);
    out.extend_from_slice(b",\"observability\":");
    encode::logged(seen, decision, out);
    out.push(b'}');
}

pub(super) fn order_details(report: &Report, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"status\":");
    json::string_or_null(out, report.status().as_deref());
    out.extend_from_slice(b",\"filled\":");
    json::number_or_null(out, report.filled());
    out.extend_from_slice(b",\"average\":");
    json::number_or_null(out, report.average());
    if report.outcome() == Outcome::Failed {
        out.extend_from_slice(b",\"code\":");
        json::string_or_null(out, report.error_code().as_deref());
        out.extend_from_slice(b",\"reason\":");
        json::string_or_null(out, report.reason().as_deref());
    }
    out.push(b'}');
}

/// The fields every row of an order log begins with; the object is left open.
fn row_head(recorder: &Recorder, ts_ns: i64, subject: &Subject<'_>) -> Vec<u8> {
    let mut row = Vec::with_capacity(256);
    row.extend_from_slice(b"{\"ts_ns\":");
    json::integer(&mut row, ts_ns);
    row.extend_from_slice(b",\"run_id\":");
    json::string(&mut row, recorder.run_id());
    for (name, value) in [
        ("cid", subject.cid),
        ("oid", subject.oid),
        ("symbol", subject.symbol),
        ("side", subject.side),
    ] {
        field(&mut row, name, |out| json::string_or_null(out, value));
    }
    field(&mut row, "qty", |out| json::number_or_null(out, subject.qty));
    field(&mut row, "price", |out| json::number_or_null(out, subject.price));
    row
}

fn field(row: &mut Vec<u8>, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
    row.push(b',');
    json::string(row, name);
    row.push(b':');
    write(row);
}

pub(super) fn denied_row(
    recorder: &mut Recorder,
    ts_ns: i64,
    subject: &Subject<'_>,
    decision: &Decision,
    seen: &[u8],
) {
    let mut row = row_head(recorder, ts_ns, subject);
    field(&mut row, "reason", |out| encode::reason(out, &decision.reason));
    row.extend_from_slice(b",\"reasons\":[");
    encode::reasons(&decision.reasons, &mut row);
    row.push(b']');
    field(&mut row, "risk_scale", |out| json::number(out, decision.risk_scale));
    field(&mut row, "max_qty", |out| json::number(out, decision.max_qty));
    field(&mut row, "observability", |out| encode::logged(seen, decision, out));
    row.extend_from_slice(b"}\n");
    recorder.rows(LogName::Denied).extend_from_slice(&row);
}

pub(super) fn success_row(
    recorder: &mut Recorder,
    ts_ns: i64,
    subject: &Subject<'_>,
    report: &Report,
) {
    let mut row = row_head(recorder, ts_ns, subject);
    for (name, value) in [
        ("filled_qty", report.filled()),
        ("avg_price", report.average()),
        ("fee", report.fee()),
        ("latency_ms", report.latency_ms()),
    ] {
        field(&mut row, name, |out| json::number_or_null(out, value));
    }
    field(&mut row, "status", |out| json::string_or_null(out, report.status().as_deref()));
    row.extend_from_slice(b"}\n");
    recorder.rows(LogName::Success).extend_from_slice(&row);
}

pub(super) fn failed_row(
    recorder: &mut Recorder,
    ts_ns: i64,
    subject: &Subject<'_>,
    report: &Report,
) {
    let mut row = row_head(recorder, ts_ns, subject);
    field(&mut row, "reason", |out| json::string_or_null(out, report.reason().as_deref()));
    field(&mut row, "code", |out| json::string(out, "VENUE_REJECT"));
    field(&mut row, "venue_code", |out| {
        json::string_or_null(out, report.error_code().as_deref());
    });
    field(&mut row, "retry", |out| json::number_or_null(out, report.retry()));
    row.extend_from_slice(b"}\n");
    recorder.rows(LogName::Failed).extend_from_slice(&row);
}
