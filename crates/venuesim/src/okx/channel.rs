//! The channels: what each is called, which address serves it, and whether it wants a login.

use aurora_model::Nanos;
use serde::Deserialize;

use super::ask::Text;
use super::code::{Answer, Refusal};

/// One of the three addresses under `/ws/v5/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Public,
    Private,
    Business,
}

impl Address {
    /// The address a path names, whatever its query (`?brokerId=9999` in the demo).
    pub(crate) fn of(path: &str) -> Option<Address> {
        match path.split('?').next()?.trim_end_matches('/') {
            "/ws/v5/public" => Some(Address::Public),
            "/ws/v5/private" => Some(Address::Private),
            "/ws/v5/business" => Some(Address::Business),
            _ => None,
        }
    }
}

/// How much of a book a channel shows, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BookKind {
    /// `books`: 400 levels, a snapshot and then changes, every 100 ms.
    Books,
    /// `books5`: five levels, whole, every 100 ms.
    Books5,
    /// `bbo-tbt`: the touch, whole, every 10 ms.
    Bbo,
    /// `books-l2-tbt`: 400 levels, a snapshot and then changes, every 10 ms; login.
    L2Tbt,
    /// `books50-l2-tbt`: 50 levels likewise; login.
    L2Tbt50,
}

impl BookKind {
    /// How many levels a side.
    pub(crate) const fn depth(self) -> usize {
        match self {
            BookKind::Books | BookKind::L2Tbt => 400,
            BookKind::L2Tbt50 => 50,
            BookKind::Books5 => 5,
            BookKind::Bbo => 1,
        }
    }

    /// The shortest time between two pushes.
    pub(crate) const fn every(self) -> Nanos {
        match self {
            BookKind::Books | BookKind::Books5 => Nanos::from_millis(100),
            BookKind::Bbo | BookKind::L2Tbt | BookKind::L2Tbt50 => Nanos::from_millis(10),
        }
    }

    /// A snapshot and then changes, rather than the whole each time.
    pub(crate) const fn is_incremental(self) -> bool {
        matches!(self, BookKind::Books | BookKind::L2Tbt | BookKind::L2Tbt50)
    }
}

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Book(BookKind),
    Trades,
    TradesAll,
    Tickers,
    IndexTickers,
    /// Candles this wide.
    Candle(Bar),
    MarkPrice,
    FundingRate,
    OpenInterest,
    PriceLimit,
    Status,
    Instruments,
    LiquidationOrders,
    Orders,
    OrdersAlgo,
    Fills,
    Account,
    Positions,
    BalanceAndPosition,
}

impl Channel {
    /// The channel of that name.
    pub(crate) fn named(name: &str) -> Option<Channel> {
        if let Some(bar) = name.strip_prefix("candle") {
            return Bar::named(bar).map(Channel::Candle);
        }
        Some(match name {
            "books" => Channel::Book(BookKind::Books),
            "books5" => Channel::Book(BookKind::Books5),
            "bbo-tbt" => Channel::Book(BookKind::Bbo),
            "books-l2-tbt" => Channel::Book(BookKind::L2Tbt),
            "books50-l2-tbt" => Channel::Book(BookKind::L2Tbt50),
            "trades" => Channel::Trades,
            "trades-all" => Channel::TradesAll,
            "tickers" => Channel::Tickers,
            "index-tickers" => Channel::IndexTickers,
            "mark-price" => Channel::MarkPrice,
            "funding-rate" => Channel::FundingRate,
            "open-interest" => Channel::OpenInterest,
            "price-limit" => Channel::PriceLimit,
            "status" => Channel::Status,
            "instruments" => Channel::Instruments,
            "liquidation-orders" => Channel::LiquidationOrders,
            "orders" => Channel::Orders,
            "orders-algo" => Channel::OrdersAlgo,
            "fills" => Channel::Fills,
            "account" => Channel::Account,
            "positions" => Channel::Positions,
            "balance_and_position" => Channel::BalanceAndPosition,
            _ => return None,
        })
    }

    /// The name of a private channel, as the count of its connections gives it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Channel::Orders => "orders",
            Channel::OrdersAlgo => "orders-algo",
            Channel::Fills => "fills",
            Channel::Account => "account",
            Channel::Positions => "positions",
            Channel::BalanceAndPosition => "balance_and_position",
            _ => "",
        }
    }

    /// The address that serves it.
    pub(crate) const fn address(self) -> Address {
        match self {
            Channel::Candle(_) | Channel::TradesAll | Channel::OrdersAlgo => Address::Business,
            Channel::Orders
            | Channel::Fills
            | Channel::Account
            | Channel::Positions
            | Channel::BalanceAndPosition => Address::Private,
            _ => Address::Public,
        }
    }

    /// It shows one account's own affairs.
    pub(crate) const fn is_private(self) -> bool {
        matches!(self.address(), Address::Private) || matches!(self, Channel::OrdersAlgo)
    }

    /// It wants a login: what is private, and the tick-by-tick books.
    pub(crate) const fn wants_login(self) -> bool {
        self.is_private() || matches!(self, Channel::Book(BookKind::L2Tbt | BookKind::L2Tbt50))
    }

    /// Subscribers name one instrument.
    pub(crate) const fn is_per_instrument(self) -> bool {
        !self.is_private()
            && !matches!(self, Channel::Status | Channel::Instruments | Channel::LiquidationOrders)
    }

    /// Checks that the channel is asked for at the right door.
    pub(crate) fn check(self, at: Address, logged_in: bool) -> Answer<()> {
        match (self.address(), at) {
            (right, at) if right == at => {}
            (Address::Business, _) => return Err(Refusal::of(64001)),
            (_, Address::Business) => return Err(Refusal::of(64002)),
            _ => {
                return Err(Refusal::saying(
                    60008,
                    "The current WebSocket endpoint does not support subscribing to this channel. Please check the WebSocket URL",
                ));
            }
        }
        if self.wants_login() && !logged_in { Err(Refusal::of(60011)) } else { Ok(()) }
    }
}

/// How wide a candle is. Those from six hours on begin by Hong Kong time unless they say `utc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    /// The width in milliseconds.
    pub(crate) width_ms: i64,
    /// What to add to a time before rounding it down, in milliseconds.
    pub(crate) shift_ms: i64,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Bar {
    /// The width of that name: `1m`, `4H`, `1Dutc`.
    pub(crate) fn named(name: &str) -> Option<Bar> {
        let (plain, utc) = match name.strip_suffix("utc") {
            Some(plain) => (plain, true),
            None => (name, false),
        };
        let unit = plain.chars().last()?;
        let count: i64 = plain.strip_suffix(unit)?.parse().ok()?;
        let width_ms = match (unit, count) {
            ('m', 1 | 3 | 5 | 15 | 30) => count * MINUTE,
            ('H', 1 | 2 | 4 | 6 | 12) => count * HOUR,
            ('D', 1 | 2 | 3 | 5) => count * DAY,
            ('W', 1) => 7 * DAY,
            _ => return None,
        };
        if utc && width_ms < 6 * HOUR {
            return None;
        }
        // The epoch was a Thursday; weeks begin on Monday.
        let monday = if unit == 'W' { 3 * DAY } else { 0 };
        let hong_kong = if utc || width_ms < 6 * HOUR { 0 } else { 8 * HOUR };
        Some(Bar { width_ms, shift_ms: monday + hong_kong })
    }

    /// When the candle that holds this moment began, in milliseconds.
    pub(crate) const fn start(self, at_ms: i64) -> i64 {
        (at_ms + self.shift_ms).div_euclid(self.width_ms) * self.width_ms - self.shift_ms
    }
}

/// One thing in the list of a subscribe or unsubscribe.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TopicArg<'a> {
    #[serde(borrow)]
    pub(crate) channel: Text<'a>,
    pub(crate) inst_id: Text<'a>,
    pub(crate) inst_type: Text<'a>,
    pub(crate) inst_family: Text<'a>,
    pub(crate) ccy: Text<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_opens_only_at_its_own_door() {
        for (name, at, logged_in, want) in [
            ("books", Address::Public, false, None),
            ("books", Address::Business, false, Some(64002)),
            ("candle1m", Address::Business, false, None),
            ("candle1Dutc", Address::Public, false, Some(64001)),
            ("books-l2-tbt", Address::Public, false, Some(60011)),
            ("books-l2-tbt", Address::Public, true, None),
            ("orders", Address::Private, false, Some(60011)),
            ("orders", Address::Public, true, Some(60008)),
            ("orders-algo", Address::Business, true, None),
            ("orders-algo", Address::Private, true, Some(64001)),
        ] {
            let channel = Channel::named(name).unwrap();
            assert_eq!(channel.check(at, logged_in).err().map(|no| no.code), want, "{name} {at:?}");
        }
    }

    #[test]
    fn an_unknown_channel_is_none() {
        for name in ["", "book", "candle", "candle7m", "candle1mutc", "candle99999999999999999999m"]
        {
            assert_eq!(Channel::named(name), None, "{name}");
        }
    }

    #[test]
    fn a_day_begins_at_eight_in_the_morning_of_hong_kong_unless_it_says_utc() {
        // 2026-11-21T14:00:00Z, a Saturday.
        let at_ms = 1_795_269_600_000;
        let hours_before = |name| (at_ms - Bar::named(name).unwrap().start(at_ms)) / HOUR;
        assert_eq!(["1H", "4H", "1D", "1Dutc"].map(hours_before), [0, 2, 22, 14]);
        assert_eq!(["1Wutc", "1W"].map(hours_before), [5 * 24 + 14, 5 * 24 + 22]);
        assert_eq!(Address::of("/ws/v5/private?brokerId=9999"), Some(Address::Private));
    }
}
