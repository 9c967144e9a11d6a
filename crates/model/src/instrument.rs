//! What can be traded: canonical ids, ticks and lots, and how a contract pays.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::number::{Lots, Notional, Price, Qty, Ticks};

/// Where an instrument trades. One venue is one matching engine with one rule book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Venue {
    /// Binance USD-M futures.
    BinanceUsdm,
    /// Binance COIN-M futures.
    BinanceCoinm,
    /// Binance spot.
    BinanceSpot,
    /// OKX v5.
    Okx,
    /// Bybit v5.
    Bybit,
    /// Alpaca (US equities).
    Alpaca,
    /// The built-in paper venue with a generated market.
    Paper,
}

impl Venue {
    /// Every venue, in a fixed order.
    pub const ALL: [Venue; 7] = [
        Venue::BinanceUsdm,
        Venue::BinanceCoinm,
        Venue::BinanceSpot,
        Venue::Okx,
        Venue::Bybit,
        Venue::Alpaca,
        Venue::Paper,
    ];

    /// The word used in canonical ids.
    pub const fn code(self) -> &'static str {
        match self {
            Venue::BinanceUsdm => "BINANCEUSDM",
            Venue::BinanceCoinm => "BINANCECOINM",
            Venue::BinanceSpot => "BINANCESPOT",
            Venue::Okx => "OKX",
            Venue::Bybit => "BYBIT",
            Venue::Alpaca => "ALPACA",
            Venue::Paper => "PAPER",
        }
    }
}

/// A canonical id `VENUE:TYPE:BASE-QUOTE[:KIND]`, for example `BINANCEUSDM:PERP:BTC-USDT`.
///
/// The same ticker on two venues is two ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstrumentId {
    /// Where it trades.
    pub venue: Venue,
    /// `SPOT`, `PERP`, `FUT`, `STOCK`: upper-case letters and digits.
    pub class: String,
    /// What is bought.
    pub base: String,
    /// What it is priced in.
    pub quote: String,
    /// What tells two contracts of one pair apart: `LINEAR`, `INVERSE`, an expiry.
    pub kind: Option<String>,
}

/// Why a text is not a canonical instrument id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstrumentIdError {
    /// The parts between the colons are not three or four.
    #[error(
        "instrument id {0:?} must look like VENUE:TYPE:BASE-QUOTE or VENUE:TYPE:BASE-QUOTE:KIND"
    )]
    Shape(String),
    /// The first part names no venue we know.
    #[error(
        "instrument id {id:?}: unknown venue {venue:?}; known: BINANCEUSDM, BINANCECOINM, BINANCESPOT, OKX, BYBIT, ALPACA, PAPER"
    )]
    Venue {
        /// The whole text.
        id: String,
        /// The part that names no venue.
        venue: String,
    },
    /// A part is empty or has something other than upper-case letters, digits, `.` and `_`.
    #[error("instrument id {id:?}: {part:?} must be upper-case letters and digits")]
    Part {
        /// The whole text.
        id: String,
        /// The offending part.
        part: String,
    },
}

impl FromStr for InstrumentId {
    type Err = InstrumentIdError;

    fn from_str(text: &str) -> Result<InstrumentId, InstrumentIdError> {
        let shape = || InstrumentIdError::Shape(text.to_owned());
        let parts: Vec<&str> = text.split(':').collect();
        let (venue, class, pair, kind) = match parts[..] {
            [venue, class, pair] => (venue, class, pair, None),
            [venue, class, pair, kind] => (venue, class, pair, Some(kind)),
            _ => return Err(shape()),
        };
        let (base, quote) = pair.split_once('-').ok_or_else(shape)?;
        for part in [class, base, quote].into_iter().chain(kind) {
            let legal =
                |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'.' || b == b'_';
            if part.is_empty() || !part.bytes().all(legal) {
                return Err(InstrumentIdError::Part { id: text.to_owned(), part: part.to_owned() });
            }
        }
        let venue = Venue::ALL.into_iter().find(|v| v.code() == venue).ok_or_else(|| {
            InstrumentIdError::Venue { id: text.to_owned(), venue: venue.to_owned() }
        })?;
        let [class, base, quote] = [class, base, quote].map(str::to_owned);
        Ok(InstrumentId { venue, class, base, quote, kind: kind.map(str::to_owned) })
    }
}

impl fmt::Display for InstrumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}-{}", self.venue.code(), self.class, self.base, self.quote)?;
        match &self.kind {
            Some(kind) => write!(f, ":{kind}"),
            None => Ok(()),
        }
    }
}

/// An instrument's place in the desk's list; what the hot path uses instead of the id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstrumentNo(pub u16);

impl InstrumentNo {
    /// For indexing a `Vec` that has one place per instrument.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a position in the instrument turns a price change into money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payoff {
    /// Quantity in base; profit in quote, `qty × (exit − entry)`.
    Linear,
    /// Quantity in contracts worth `multiplier` of quote each; profit in base,
    /// `qty × multiplier × (1/entry − 1/exit)`.
    Inverse,
}

/// One instrument's trading rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// The canonical id.
    pub id: InstrumentId,
    /// The venue's own name for it, for example `BTCUSDT`.
    pub symbol: String,
    /// How it pays.
    pub payoff: Payoff,
    /// The smallest price step, in quote.
    pub tick: Decimal,
    /// The smallest quantity step, in base or contracts.
    pub lot: Decimal,
    /// Quote value of one contract for [`Payoff::Inverse`]; one for [`Payoff::Linear`].
    pub multiplier: Decimal,
    /// The smallest order the venue takes, in quote.
    pub min_notional: Notional,
    /// What the venue charges a resting order, as a fraction of notional; below zero is a rebate.
    pub maker_fee: Decimal,
    /// What the venue charges an order that takes, as a fraction of notional.
    pub taker_fee: Decimal,
}

impl Instrument {
    /// The currency profit, fees and margin are counted in.
    pub fn settle_currency(&self) -> &str {
        match self.payoff {
            Payoff::Linear => &self.id.quote,
            Payoff::Inverse => &self.id.base,
        }
    }

    /// The price so many ticks stand for; `None` at zero and below.
    pub fn price(&self, ticks: Ticks) -> Option<Price> {
        Price::new(self.tick * Decimal::from(ticks.0))
    }

    /// The price in ticks; `None` when it is not a whole number of them.
    pub fn ticks(&self, price: Price) -> Option<Ticks> {
        whole(price.decimal(), self.tick).map(Ticks)
    }

    /// The quantity so many lots stand for.
    pub fn qty(&self, lots: Lots) -> Qty {
        Qty::new(self.lot * Decimal::from(lots.0))
    }

    /// The quantity in lots; `None` when it is not a whole number of them.
    pub fn lots(&self, qty: Qty) -> Option<Lots> {
        whole(qty.decimal(), self.lot).map(Lots)
    }

    /// The largest whole number of lots not above the quantity, toward zero.
    pub fn lots_floor(&self, qty: Qty) -> Lots {
        let steps = (qty.decimal() / self.lot).trunc();
        Lots(i64::try_from(steps.mantissa() / 10i128.pow(steps.scale())).unwrap_or(0))
    }

    /// What so many lots are worth at that price, in quote, without sign.
    pub fn notional(&self, price: Ticks, lots: Lots) -> Notional {
        let qty = self.lot * Decimal::from(lots.0.abs());
        match self.payoff {
            Payoff::Linear => Notional::new(self.tick * Decimal::from(price.0) * qty),
            Payoff::Inverse => Notional::new(qty * self.multiplier),
        }
    }

    /// The price of a (possibly fractional) number of ticks, as a statistic.
    pub fn price_f64(&self, ticks: f64) -> f64 {
        ticks * crate::number::decimal_to_f64(self.tick)
    }

    /// How many decimals the tick has; what prices are shown with.
    pub fn price_decimals(&self) -> u32 {
        self.tick.normalize().scale()
    }

    /// How many decimals the lot has; what quantities are shown with.
    pub fn qty_decimals(&self) -> u32 {
        self.lot.normalize().scale()
    }
}

/// `value / step` when that is a whole number that fits.
fn whole(value: Decimal, step: Decimal) -> Option<i64> {
    let steps = value.checked_div(step)?.normalize();
    if steps.scale() != 0 || steps * step != value {
        return None;
    }
    i64::try_from(steps.mantissa()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn btc() -> Instrument {
        Instrument {
            id: "BINANCEUSDM:PERP:BTC-USDT".parse().unwrap(),
            symbol: "BTCUSDT".into(),
            payoff: Payoff::Linear,
            tick: "0.10".parse().unwrap(),
            lot: "0.001".parse().unwrap(),
            multiplier: Decimal::ONE,
            min_notional: "5".parse().unwrap(),
            maker_fee: "0.0002".parse().unwrap(),
            taker_fee: "0.0005".parse().unwrap(),
        }
    }

    #[test]
    fn an_id_survives_the_round_trip() {
        for text in
            ["BINANCEUSDM:PERP:BTC-USDT", "OKX:PERP:BTC-USDT:LINEAR", "ALPACA:STOCK:BRK.B-USD"]
        {
            assert_eq!(text.parse::<InstrumentId>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_bad_id_says_what_is_wrong() {
        for (text, want) in [
            ("BTCUSDT", "must look like"),
            ("BINANCEUSDM:PERP:BTCUSDT", "must look like"),
            ("KRAKEN:PERP:BTC-USDT", "unknown venue \"KRAKEN\""),
            ("OKX:PERP:btc-USDT", "\"btc\" must be upper-case"),
            ("OKX:PERP:-USDT", "\"\" must be upper-case"),
        ] {
            let message = text.parse::<InstrumentId>().unwrap_err().to_string();
            assert!(message.contains(want), "{message}");
        }
    }

    #[test]
    fn a_price_off_the_tick_is_refused_not_rounded() {
        let btc = btc();
        let price = |text: &str| Price::new(text.parse().unwrap()).unwrap();
        assert_eq!(btc.ticks(price("61800.10")), Some(Ticks(618_001)));
        assert_eq!(btc.ticks(price("61800.15")), None);
        assert_eq!(btc.price(Ticks(618_001)), Some(price("61800.10")));
        assert_eq!(btc.price(Ticks(0)), None);
    }

    #[test]
    fn lots_round_toward_zero_only_when_asked() {
        let btc = btc();
        let qty = |text: &str| Qty::new(text.parse().unwrap());
        assert_eq!(btc.lots(qty("0.0015")), None);
        assert_eq!(btc.lots_floor(qty("0.0015")), Lots(1));
        assert_eq!(btc.lots_floor(qty("-0.0015")), Lots(-1));
        assert_eq!(btc.lots(qty("-2")), Some(Lots(-2000)));
    }

    #[test]
    fn an_inverse_contract_is_worth_its_face_at_any_price() {
        let coin = Instrument {
            payoff: Payoff::Inverse,
            lot: Decimal::ONE,
            multiplier: Decimal::from(100),
            ..btc()
        };
        assert_eq!(coin.notional(Ticks(1), Lots(-3)).to_string(), "300");
        assert_eq!(coin.settle_currency(), "BTC");
    }
}
