//! One ticker topic: a snapshot, then the fields that changed.

use aurora_matching::Exchange;
use aurora_model::{InstrumentNo, Nanos};
use serde_json::{Map, Value, json};

use crate::bybit::rows::TickerRow;

/// The shortest time between two pushes.
pub(super) const EVERY: Nanos = Nanos::from_millis(100);

/// A ticker topic as its listeners know it.
#[derive(Clone, Debug, Default)]
pub(super) struct TickerTopic {
    seen: Map<String, Value>,
    sent_at: Nanos,
}

impl TickerTopic {
    /// Nobody listens any more: the next listener begins afresh.
    pub(super) fn rest(&mut self) {
        self.seen = Map::new();
    }

    pub(super) fn is_due(&self, now: Nanos, every: Nanos) -> bool {
        every <= now - self.sent_at
    }

    /// What a newcomer is shown: what the others last saw.
    pub(super) fn snapshot(&mut self, exchange: &Exchange, no: InstrumentNo, now: Nanos) -> String {
        if self.seen.is_empty() {
            self.seen = fields(exchange, no);
            self.sent_at = now;
        }
        message("snapshot", &self.seen, exchange, no, now)
    }

    /// What changed; `None` when nothing did.
    pub(super) fn push(
        &mut self,
        exchange: &Exchange,
        no: InstrumentNo,
        now: Nanos,
    ) -> Option<String> {
        self.sent_at = now;
        let new = fields(exchange, no);
        let is_new = |(name, value): &(&String, &Value)| self.seen.get(*name) != Some(*value);
        let mut changed: Map<String, Value> =
            new.iter().filter(is_new).map(|(name, value)| (name.clone(), value.clone())).collect();
        if changed.is_empty() {
            return None;
        }
        changed.insert("symbol".into(), new.get("symbol").cloned().unwrap_or_default());
        self.seen = new;
        Some(message("delta", &changed, exchange, no, now))
    }
}

fn fields(exchange: &Exchange, no: InstrumentNo) -> Map<String, Value> {
    match TickerRow::new(exchange, no).map(|row| json!(row)) {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn message(
    kind: &str,
    data: &Map<String, Value>,
    exchange: &Exchange,
    no: InstrumentNo,
    now: Nanos,
) -> String {
    let symbol = data.get("symbol").and_then(Value::as_str).unwrap_or_default();
    let topic = format!("tickers.{symbol}");
    let cs = exchange.book_id(no);
    json!({ "topic": topic, "type": kind, "data": data, "cs": cs, "ts": now.millis() }).to_string()
}
