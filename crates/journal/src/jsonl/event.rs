//! One event, one line of `aurora_events.jsonl`.

use super::json;

/// What happened, borrowed from whoever knows it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Event<'a> {
    /// The event code, upper-case; `ORDER_X` is written as `ORDER.X`.
    pub code: &'a str,
    /// What it was about.
    pub symbol: Option<&'a str>,
    /// Our id of the order.
    pub cid: Option<&'a str>,
    /// The venue's id of the order.
    pub oid: Option<&'a str>,
    /// `buy` or `sell`, as the caller spelled it.
    pub side: Option<&'a str>,
    /// `limit`, `market`, …
    pub order_type: Option<&'a str>,
    /// In quote.
    pub price: Option<f64>,
    /// In base.
    pub qty: Option<f64>,
    /// The position it belongs to.
    pub position_id: Option<&'a str>,
    /// A JSON object, already encoded; empty for `{}`.
    pub details: &'a [u8],
    /// Which part of Aurora says so.
    pub src: &'a str,
}

/// Numbers events on one time line and writes them as JSON.
#[derive(Clone, Debug)]
pub struct EventEncoder {
    run_id: String,
    last_ts_ns: i64,
}

impl EventEncoder {
    /// For a run that began at `run_id` (see [`super::run_id`]).
    pub fn new(run_id: String) -> EventEncoder {
        EventEncoder { run_id, last_ts_ns: 0 }
    }

    /// The run the events belong to.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// A time stamp strictly after every one given before, `now_ns` when it can be.
    ///
    /// It makes (event_code, cid, oid, ts_ns) unique.
    pub fn stamp(&mut self, now_ns: i64) -> i64 {
        self.last_ts_ns = now_ns.max(self.last_ts_ns + 1);
        self.last_ts_ns
    }

    /// Appends the event as one line and returns its time stamp.
    pub fn encode(&mut self, now_ns: i64, event: &Event<'_>, out: &mut Vec<u8>) -> i64 {
        let ts_ns = self.stamp(now_ns);
        out.extend_from_slice(b"{\"ts_ns\":");
        json::integer(out, ts_ns);
        out.extend_from_slice(b",\"run_id\":\"");
        out.extend_from_slice(self.run_id.as_bytes());
        out.extend_from_slice(b"\",\"event_code\":\"");
        match event.code.strip_prefix("ORDER_") {
            Some(rest) => {
                out.extend_from_slice(b"ORDER.");
                out.extend_from_slice(rest.as_bytes());
            }
            None => out.extend_from_slice(event.code.as_bytes()),
        }
        out.extend_from_slice(b"\",\"symbol\":");
        json::string_or_null(out, event.symbol);
        out.extend_from_slice(b",\"cid\":");
        json::string_or_null(out, event.cid);
        out.extend_from_slice(b",\"oid\":");
        json::string_or_null(out, event.oid);
        out.extend_from_slice(b",\"side\":");
        json::string_or_null(out, event.side);
        out.extend_from_slice(b",\"order_type\":");
        json::string_or_null(out, event.order_type);
        out.extend_from_slice(b",\"price\":");
        json::number_or_null(out, event.price);
        out.extend_from_slice(b",\"qty\":");
        json::number_or_null(out, event.qty);
        out.extend_from_slice(b",\"position_id\":");
        json::string_or_null(out, event.position_id);
        out.extend_from_slice(b",\"details\":");
        out.extend_from_slice(if event.details.is_empty() { b"{}" } else { event.details });
        out.extend_from_slice(b",\"src\":\"");
        out.extend_from_slice(event.src.as_bytes());
        out.extend_from_slice(b"\"}\n");
        ts_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(encoder: &mut EventEncoder, now_ns: i64, code: &str) -> serde_json::Value {
        let mut line = Vec::new();
        let event = Event { code, symbol: Some("BTC/USDT"), src: "gate", ..Event::default() };
        encoder.encode(now_ns, &event, &mut line);
        assert_eq!(line.last(), Some(&b'\n'));
        serde_json::from_slice(&line).unwrap()
    }

    #[test]
    fn time_stamps_only_grow_even_when_the_clock_does_not() {
        let mut encoder = EventEncoder::new("20261121-110000".into());
        let stamps: Vec<i64> = [100, 100, 90, 200]
            .into_iter()
            .map(|now| encode(&mut encoder, now, "OPS.RESET")["ts_ns"].as_i64().unwrap())
            .collect();
        assert_eq!(stamps, [100, 101, 102, 200]);
    }

    #[test]
    fn only_the_order_prefix_is_respelled() {
        let mut encoder = EventEncoder::new("20261121-110000".into());
        for (code, want) in [
            ("ORDER_FILL", "ORDER.FILL"),
            ("SPREAD_GUARD_TRIP", "SPREAD_GUARD_TRIP"),
            ("POLICY.DECISION", "POLICY.DECISION"),
        ] {
            assert_eq!(encode(&mut encoder, 1, code)["event_code"], want);
        }
    }

    #[test]
    fn a_record_has_every_field_of_the_contract() {
        let record = encode(&mut EventEncoder::new("20261121-110000".into()), 7, "OPS.RESET");
        expect_test::expect![[r#"{"cid":null,"details":{},"event_code":"OPS.RESET","oid":null,"order_type":null,"position_id":null,"price":null,"qty":null,"run_id":"20261121-110000","side":null,"src":"gate","symbol":"BTC/USDT","ts_ns":7}"#]]
        .assert_eq(&record.to_string());
    }
}
