//! Which of Binance's markets a frame comes from, and the rules of its instruments.

use aurora_book::Continuity;
use aurora_model::{Instrument, InstrumentId, Notional, Payoff, Venue};
use rust_decimal::Decimal;

use crate::precision::Precision;
use crate::wire::{Frame, Stream};

/// One of Binance's three markets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Market {
    /// Futures paid in a stable coin.
    UsdM,
    /// Futures paid in the coin itself.
    CoinM,
    /// Spot.
    Spot,
}

impl Market {
    /// The venue it is for us.
    pub const fn venue(self) -> Venue {
        match self {
            Market::UsdM => Venue::BinanceUsdm,
            Market::CoinM => Venue::BinanceCoinm,
            Market::Spot => Venue::BinanceSpot,
        }
    }

    /// How its diffs follow each other.
    pub const fn continuity(self) -> Continuity {
        match self {
            Market::UsdM | Market::CoinM => Continuity::BinanceFutures,
            Market::Spot => Continuity::BinanceSpot,
        }
    }

    /// The market a frame comes from, told by its fields; `None` when they do not tell.
    ///
    /// Only futures have `pu` in a diff, `e` in a book ticker and `X` in a trade. COIN-M names the pair
    /// (`ps`); newer frames of both futures markets do, and then say which in `st`.
    pub(crate) fn of(frame: &Frame<'_>) -> Option<Market> {
        let is_futures = match frame.stream {
            Stream::Depth => frame.prev_id.is_some(),
            Stream::BookTicker => frame.names_event,
            Stream::Trade => !frame.trade_kind.is_empty(),
            Stream::Snapshot | Stream::AggTrade | Stream::MarkPrice | Stream::Other => return None,
        };
        Some(match (is_futures, frame.contract_kind, is_coin_symbol(frame.symbol)) {
            (false, ..) => Market::Spot,
            (true, 1, _) => Market::UsdM,
            (true, 2, _) => Market::CoinM,
            // Trades of COIN-M do not name the pair, but only its symbols are quoted in plain USD.
            (true, _, true) => Market::CoinM,
            (true, _, false) if frame.names_pair => Market::CoinM,
            (true, _, false) => Market::UsdM,
        })
    }
}

/// `BTCUSD_PERP`, `BTCUSD_240927`: perpetuals have a suffix in COIN-M only, and only it is paid in USD.
fn is_coin_symbol(symbol: &[u8]) -> bool {
    let mut parts = symbol.split(|byte| *byte == b'_');
    let (pair, suffix) = (parts.next().unwrap_or_default(), parts.next());
    suffix.is_some_and(|suffix| suffix == b"PERP" || pair.ends_with(b"USD"))
}

/// Currencies instruments are priced in, longer names first.
const QUOTES: [&str; 16] = [
    "FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USDP", "DAI", "TRY", "EUR", "BRL", "JPY", "GBP",
    "BTC", "ETH", "BNB", "USD",
];

/// The rules we know by heart; live ones come from the venue. Tick and lot as of August 2024.
struct Known {
    market: Market,
    symbol: &'static str,
    tick: &'static str,
    lot: &'static str,
    multiplier: i64,
    min_notional: i64,
}

const KNOWN: &[Known] = &[
    known(Market::UsdM, "BTCUSDT", "0.1", "0.001", 1, 100),
    known(Market::UsdM, "ETHUSDT", "0.01", "0.001", 1, 20),
    known(Market::CoinM, "BTCUSD_PERP", "0.1", "1", 100, 0),
    known(Market::CoinM, "ETHUSD_PERP", "0.01", "1", 10, 0),
    known(Market::Spot, "BTCUSDT", "0.01", "0.00001", 1, 5),
    known(Market::Spot, "ETHUSDT", "0.01", "0.0001", 1, 5),
];

const fn known(
    market: Market,
    symbol: &'static str,
    tick: &'static str,
    lot: &'static str,
    multiplier: i64,
    min_notional: i64,
) -> Known {
    Known { market, symbol, tick, lot, multiplier, min_notional }
}

/// The instrument's rules as far as they can be known without asking the venue.
///
/// Tick and lot are the known ones, or finer when the recording needs it; for a symbol we do not know,
/// as fine as the recording. Fees are the venue's for the lowest tier.
pub fn default_instrument(
    market: Market,
    symbol: &str,
    price_decimals: u32,
    qty_decimals: u32,
) -> Instrument {
    let known = KNOWN.iter().find(|known| known.market == market && known.symbol == symbol);
    let step = |known: Option<&str>, decimals: u32| {
        let finest = Decimal::new(1, decimals.min(18));
        let known = known.and_then(|step| step.parse::<Decimal>().ok());
        known.filter(|known| known.scale() >= decimals).unwrap_or(finest)
    };
    let coin_multiplier = if symbol.starts_with("BTC") { 100 } else { 10 };
    let (maker, taker) = match market {
        Market::UsdM | Market::CoinM => (Decimal::new(2, 4), Decimal::new(5, 4)),
        Market::Spot => (Decimal::new(1, 3), Decimal::new(1, 3)),
    };
    Instrument {
        id: instrument_id(market, symbol),
        symbol: symbol.to_owned(),
        payoff: if market == Market::CoinM { Payoff::Inverse } else { Payoff::Linear },
        tick: step(known.map(|known| known.tick), price_decimals),
        lot: step(known.map(|known| known.lot), qty_decimals),
        multiplier: Decimal::from(match (market, known) {
            (_, Some(known)) => known.multiplier,
            (Market::CoinM, None) => coin_multiplier,
            (_, None) => 1,
        }),
        min_notional: Notional::new(Decimal::from(known.map_or(5, |known| known.min_notional))),
        maker_fee: maker,
        taker_fee: taker,
    }
}

impl Precision {
    pub(crate) fn instrument(self, market: Market, symbol: &str) -> Instrument {
        default_instrument(market, symbol, self.price, self.qty)
    }
}

/// `BTCUSDT` on USD-M is `BINANCEUSDM:PERP:BTC-USDT`, `BTCUSD_PERP` is
/// `BINANCECOINM:PERP:BTC-USD:INVERSE`, `BTCUSDT_240927` is `BINANCEUSDM:FUT:BTC-USDT:240927`.
fn instrument_id(market: Market, symbol: &str) -> InstrumentId {
    let (pair, suffix) = symbol.split_once('_').unwrap_or((symbol, "PERP"));
    let is_quote = |quote: &&str| quote.len() < pair.len() && pair.ends_with(*quote);
    let quote = match market {
        Market::CoinM => "USD",
        Market::UsdM | Market::Spot => QUOTES.into_iter().find(is_quote).unwrap_or("USDT"),
    };
    let base = pair.strip_suffix(quote).unwrap_or(pair);
    let (class, kind) = match (market, suffix) {
        (Market::Spot, _) => ("SPOT", None),
        (Market::UsdM, "PERP") => ("PERP", None),
        (Market::CoinM, "PERP") => ("PERP", Some("INVERSE")),
        (_, expiry) => ("FUT", Some(expiry)),
    };
    InstrumentId {
        venue: market.venue(),
        class: class.to_owned(),
        base: base.to_owned(),
        quote: quote.to_owned(),
        kind: kind.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_ticker_in_three_markets_is_three_instruments() {
        for (market, symbol, want) in [
            (Market::UsdM, "BTCUSDT", "BINANCEUSDM:PERP:BTC-USDT"),
            (Market::Spot, "BTCUSDT", "BINANCESPOT:SPOT:BTC-USDT"),
            (Market::CoinM, "BTCUSD_PERP", "BINANCECOINM:PERP:BTC-USD:INVERSE"),
            (Market::CoinM, "BNBUSD_PERP", "BINANCECOINM:PERP:BNB-USD:INVERSE"),
            (Market::UsdM, "BTCUSDT_240927", "BINANCEUSDM:FUT:BTC-USDT:240927"),
            (Market::Spot, "ETHBTC", "BINANCESPOT:SPOT:ETH-BTC"),
        ] {
            assert_eq!(instrument_id(market, symbol).to_string(), want);
        }
    }

    #[test]
    fn a_recording_finer_than_the_known_steps_wins() {
        let steps = |price, qty| {
            let instrument = default_instrument(Market::UsdM, "BTCUSDT", price, qty);
            (instrument.tick.to_string(), instrument.lot.to_string())
        };
        assert_eq!(steps(0, 2), ("0.1".into(), "0.001".into()));
        assert_eq!(steps(2, 3), ("0.01".into(), "0.001".into()));
        let unknown = default_instrument(Market::Spot, "PEPEUSDT", 8, 0);
        assert_eq!(
            (unknown.tick.to_string(), unknown.lot.to_string()),
            ("0.00000001".into(), "1".into())
        );
    }

    #[test]
    fn a_coin_contract_has_a_face_value() {
        let contract = default_instrument(Market::CoinM, "BTCUSD_PERP", 1, 0);
        assert_eq!((contract.payoff, contract.multiplier), (Payoff::Inverse, Decimal::from(100)));
    }
}
