//! What can be listened to, and where.

use aurora_matching::Exchange;
use aurora_model::InstrumentNo;

use crate::bybit::interval::Interval;

/// One of the WebSocket addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// `/v5/public/linear`.
    Linear,
    /// `/v5/public/spot`, `inverse`, `option`: nothing is listed there.
    Elsewhere,
    /// `/v5/public/misc/status`.
    Status,
    /// `/v5/private`.
    Private,
    /// `/v5/trade`.
    Trade,
}

impl Address {
    pub(super) fn of(path: &str) -> Option<Address> {
        Some(match path {
            "/v5/public/linear" => Address::Linear,
            "/v5/public/spot" | "/v5/public/inverse" | "/v5/public/option" => Address::Elsewhere,
            "/v5/public/misc/status" => Address::Status,
            "/v5/private" => Address::Private,
            "/v5/trade" => Address::Trade,
            _ => return None,
        })
    }
}

/// How many levels a book topic shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Depth {
    One,
    Fifty,
    TwoHundred,
    Thousand,
}

impl Depth {
    pub(super) const ALL: [Depth; 4] =
        [Depth::One, Depth::Fifty, Depth::TwoHundred, Depth::Thousand];

    /// Levels a side.
    pub(super) const fn levels(self) -> usize {
        match self {
            Depth::One => 1,
            Depth::Fifty => 50,
            Depth::TwoHundred => 200,
            Depth::Thousand => 1_000,
        }
    }

    /// The shortest time between two pushes, in milliseconds.
    pub(super) const fn every_ms(self) -> i64 {
        match self {
            Depth::One => 10,
            Depth::Fifty => 20,
            Depth::TwoHundred => 100,
            Depth::Thousand => 200,
        }
    }

    fn named(name: &str) -> Option<Depth> {
        Depth::ALL.into_iter().find(|depth| depth.levels().to_string() == name)
    }
}

/// A public topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PublicTopic {
    Book(Depth, InstrumentNo),
    Trades(InstrumentNo),
    Ticker(InstrumentNo),
    Candles(Interval, InstrumentNo),
    Liquidations(InstrumentNo),
}

impl PublicTopic {
    /// The topic of that name; `None` when there is none, or its instrument is not listed.
    pub(super) fn named(exchange: &Exchange, name: &str) -> Option<PublicTopic> {
        let (kind, rest) = name.split_once('.')?;
        let instrument = |symbol: &str| exchange.instrument_no(symbol);
        Some(match kind {
            "orderbook" => {
                let (depth, symbol) = rest.split_once('.')?;
                PublicTopic::Book(Depth::named(depth)?, instrument(symbol)?)
            }
            "kline" => {
                let (interval, symbol) = rest.split_once('.')?;
                PublicTopic::Candles(Interval::named(interval)?, instrument(symbol)?)
            }
            "publicTrade" => PublicTopic::Trades(instrument(rest)?),
            "tickers" => PublicTopic::Ticker(instrument(rest)?),
            "allLiquidation" => PublicTopic::Liquidations(instrument(rest)?),
            _ => return None,
        })
    }
}

/// Kinds of private topics; each may end in a category.
const PRIVATE: [&str; 6] = ["order", "execution", "execution.fast", "position", "wallet", "greeks"];

/// The topic of the venue's state.
pub(super) const STATUS: &str = "system.status";

/// The topic whose heartbeat keeps the orders.
pub(super) const DEAD_MAN: &str = "dcp.future";

/// Whether there is such a private topic.
pub(super) fn is_private(name: &str) -> bool {
    let bare = ["linear", "inverse", "spot", "option"]
        .iter()
        .find_map(|category| name.strip_suffix(category)?.strip_suffix('.'))
        .unwrap_or(name);
    PRIVATE.contains(&bare) || matches!(name, DEAD_MAN | "dcp.spot" | "dcp.option")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_topics_may_end_in_a_category() {
        for name in
            ["order", "order.linear", "execution.fast", "execution.fast.linear", "dcp.future"]
        {
            assert!(is_private(name), "{name}");
        }
        for name in ["", "orders", "order.", "order.swap", "dcp", "orderbook.1.BTCUSDT"] {
            assert!(!is_private(name), "{name}");
        }
    }
}
