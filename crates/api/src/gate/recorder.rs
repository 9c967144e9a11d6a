//! What the gate writes down, and the counters that follow it.
//!
//! Lines and counts wait until [`Recorder::commit`]: a counter moves only when its line is in the file.

use aurora_gate::{Detail, GateEvent};
use aurora_journal::jsonl::{Event, EventEncoder, LogError, LogName, RateLimit, SessionLog, json};
use aurora_model::{EventCode, Nanos};

use super::metrics::Metrics;

/// The logs with everything that waits for them.
#[derive(Debug)]
pub(super) struct Recorder {
    log: SessionLog,
    encoder: EventEncoder,
    limit: RateLimit,
    waiting: Waiting,
    details: Vec<u8>,
    last_event: Option<Nanos>,
    failing: Option<Failing>,
}

/// Counts that move with the next commit.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    events: Vec<EventCode>,
    pub(super) allowed: u64,
    pub(super) denied: u64,
    pub(super) success: u64,
    pub(super) rejected: u64,
}

/// The log does not take lines.
#[derive(Debug)]
struct Failing {
    since: Nanos,
    lost: u64,
    why: String,
}

/// Who an event is about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Subject<'a> {
    pub(super) symbol: Option<&'a str>,
    pub(super) cid: Option<&'a str>,
    pub(super) oid: Option<&'a str>,
    pub(super) side: Option<&'a str>,
    pub(super) order_type: Option<&'a str>,
    pub(super) price: Option<f64>,
    pub(super) qty: Option<f64>,
}

impl Recorder {
    pub(super) fn new(log: SessionLog, run_id: String) -> Recorder {
        Recorder {
            log,
            encoder: EventEncoder::new(run_id),
            limit: RateLimit::default(),
            waiting: Waiting::default(),
            details: Vec::with_capacity(4096),
            last_event: None,
            failing: None,
        }
    }

    /// Writes one event whose details `fill` appends (a JSON object); its time stamp.
    pub(super) fn event(
        &mut self,
        now: Nanos,
        code: EventCode,
        subject: &Subject<'_>,
        fill: impl FnOnce(&mut Vec<u8>),
    ) -> i64 {
        if code.is_health() && !self.limit.allows(code.as_str(), now.0) {
            return now.0;
        }
        self.details.clear();
        fill(&mut self.details);
        let event = Event {
            code: code.as_str(),
            symbol: subject.symbol,
            cid: subject.cid,
            oid: subject.oid,
            side: subject.side,
            order_type: subject.order_type,
            price: subject.price,
            qty: subject.qty,
            position_id: None,
            details: &self.details,
            src: "gate",
        };
        self.waiting.events.push(code);
        self.encoder.encode(now.0, &event, self.log.lines(LogName::Events))
    }

    /// Writes what the gate raised.
    pub(super) fn gate_events(&mut self, now: Nanos, events: &[GateEvent], subject: &Subject<'_>) {
        for event in events {
            self.event(now, event.code, subject, |out| details(event, out));
        }
    }

    /// The lines waiting for one of the order logs.
    pub(super) fn rows(&mut self, name: LogName) -> &mut Vec<u8> {
        self.log.lines(name)
    }

    pub(super) fn waiting(&mut self) -> &mut Waiting {
        &mut self.waiting
    }

    pub(super) fn run_id(&self) -> &str {
        self.encoder.run_id()
    }

    /// When the last event was written.
    pub(super) fn last_event(&self) -> Option<Nanos> {
        self.last_event
    }

    /// Why the log does not take lines, while it does not.
    pub(super) fn problem(&self) -> Option<&str> {
        self.failing.as_ref().map(|failing| failing.why.as_str())
    }

    /// Writes what waits. On failure it is gone, and whoever was to rely on it must be told no.
    pub(super) fn commit(&mut self, now: Nanos, metrics: &mut Metrics) -> Result<(), LogError> {
        if self.log.is_empty() {
            return Ok(());
        }
        if let Some(failing) = self.failing.take() {
            self.retry(now, &failing, metrics)
        } else {
            self.write(now, metrics)
        }
    }

    /// While the log fails: one more attempt, so that it recovers without anybody asking.
    pub(super) fn probe(&mut self, now: Nanos, metrics: &mut Metrics) {
        if let Some(failing) = self.failing.take() {
            // The outcome is kept in `failing`.
            drop(self.retry(now, &failing, metrics));
        }
    }

    fn retry(
        &mut self,
        now: Nanos,
        failing: &Failing,
        metrics: &mut Metrics,
    ) -> Result<(), LogError> {
        let (lost, since) = (failing.lost, failing.since);
        self.event(now, EventCode::ComponentRecovered, &Subject::default(), |out| {
            out.extend_from_slice(b"{\"component\":\"audit_log\",\"lost_events\":");
            json::integer(out, lost);
            out.extend_from_slice(b",\"down_ms\":");
            json::integer(out, (now - since).millis());
            out.push(b'}');
        });
        let outcome = self.write(now, metrics);
        if let Some(still) = &mut self.failing {
            // The announcement itself was lost too, and is none of theirs.
            still.lost = (still.lost + lost).saturating_sub(1);
            still.since = since;
        }
        outcome
    }

    fn write(&mut self, now: Nanos, metrics: &mut Metrics) -> Result<(), LogError> {
        let outcome = self.log.commit(now.0);
        let waiting = &mut self.waiting;
        match &outcome {
            Ok(()) => {
                for code in &waiting.events {
                    metrics.event(*code);
                }
                metrics.allowed += waiting.allowed;
                metrics.denied += waiting.denied;
                metrics.success += waiting.success;
                metrics.rejected += waiting.rejected;
                self.last_event = Some(now);
            }
            Err(problem) => {
                metrics.audit_failures += 1;
                let why = problem.to_string();
                let lost = waiting.events.len() as u64;
                self.failing = Some(Failing { since: now, lost, why });
            }
        }
        waiting.events.clear();
        (waiting.allowed, waiting.denied, waiting.success, waiting.rejected) = (0, 0, 0, 0);
        outcome
    }
}

fn details(event: &GateEvent, out: &mut Vec<u8>) {
    out.push(b'{');
    for (i, (name, value)) in event.details.iter().enumerate() {
        if i != 0 {
            out.push(b',');
        }
        json::string(out, name);
        out.push(b':');
        match value {
            Detail::Number(number) => json::number(out, number),
            Detail::Whole(whole) => json::integer(out, whole),
            Detail::Word(word) => json::string(out, word),
        }
    }
    out.push(b'}');
}
