//! One candle topic: the running candle every second it changed, and each one once more when it is over.

use aurora_matching::exchange::{Candle, Listing};
use aurora_model::Nanos;
use serde_json::{Value, json};

use crate::bybit::interval::Interval;
use crate::bybit::rows::Counted;

/// The shortest time between two pushes.
pub(super) const EVERY: Nanos = Nanos::from_millis(1_000);

/// A candle topic as its listeners know it.
#[derive(Clone, Debug)]
pub(super) struct CandleTopic {
    name: String,
    pub(super) interval: Interval,
    last: Option<Candle>,
    sent_at: Nanos,
}

impl CandleTopic {
    pub(super) fn new(interval: Interval, symbol: &str) -> CandleTopic {
        let name = format!("kline.{}.{symbol}", interval.name());
        CandleTopic { name, interval, last: None, sent_at: Nanos(0) }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_due(&self, now: Nanos, every: Nanos) -> bool {
        every <= now - self.sent_at
    }

    /// What is to be pushed, from the newest candles, oldest first.
    pub(super) fn push(
        &mut self,
        listing: &Listing,
        candles: &[Candle],
        now: Nanos,
    ) -> Option<String> {
        self.sent_at = now;
        let newest = candles.last()?;
        if self.last.as_ref() == Some(newest) {
            return None;
        }
        let since = self.last.map_or(newest.open_at, |last| last.open_at);
        let rows: Vec<Value> = candles
            .iter()
            .filter(|candle| since <= candle.open_at)
            .map(|candle| self.row(listing, candle, newest.open_at, now))
            .collect();
        self.last = Some(*newest);
        let ts = now.millis();
        Some(json!({ "topic": self.name, "type": "snapshot", "ts": ts, "data": rows }).to_string())
    }

    fn row(&self, listing: &Listing, candle: &Candle, newest: Nanos, now: Nanos) -> Value {
        let end = candle.open_at + self.interval.span();
        json!({
            "start": candle.open_at.millis(),
            "end": end.millis() - 1,
            "interval": self.interval.name(),
            "open": listing.price(candle.open),
            "close": listing.price(candle.close),
            "high": listing.price(candle.high),
            "low": listing.price(candle.low),
            "volume": listing.qty(candle.volume),
            "turnover": candle.turnover.decimal().normalize().to_string(),
            "confirm": candle.is_closed || candle.open_at < newest,
            "timestamp": now.millis(),
        })
    }
}
