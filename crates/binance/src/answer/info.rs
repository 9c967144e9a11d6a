//! `exchangeInfo`: every instrument's rules.

use aurora_model::{Instrument, InstrumentId, InstrumentNo, Lots, Nanos, Notional, Payoff, Venue};
use aurora_wire::{Band, DecodeError, Rules, SymbolStatus};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;

use super::number::maybe_exact;

/// The highest leverage the venue gives anybody; what an account may use at its size only `leverageBracket` tells.
const MAX_LEVERAGE: u32 = 125;
/// What `fundingInfo` does not list is paid every eight hours.
const FUNDING_EVERY: Nanos = Nanos(8 * 3600 * 1_000_000_000);

/// The answer, its instruments and limits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeInfo {
    /// Milliseconds.
    #[serde(default)]
    pub server_time: i64,
    rate_limits: Vec<RateLimit>,
    symbols: Vec<Symbol>,
}

/// One of the venue's limits as it tells them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RateLimit {
    /// `REQUEST_WEIGHT` or `ORDERS`.
    pub rate_limit_type: String,
    /// `SECOND`, `MINUTE`, `HOUR` or `DAY`.
    pub interval: String,
    /// So many of them.
    pub interval_num: u32,
    /// So many units within.
    pub limit: u32,
}

impl RateLimit {
    /// The window's length in seconds.
    pub fn seconds(&self) -> u32 {
        let unit = match self.interval.as_str() {
            "SECOND" => 1,
            "MINUTE" => 60,
            "HOUR" => 3600,
            _ => 86_400,
        };
        unit * self.interval_num
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Symbol {
    symbol: String,
    #[serde(default)]
    contract_type: String,
    /// COIN-M calls it `contractStatus`.
    #[serde(alias = "contractStatus")]
    status: String,
    base_asset: String,
    quote_asset: String,
    filters: Vec<Filter>,
}

/// One filter; the fields of all kinds side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    filter_type: String,
    #[serde(default, deserialize_with = "maybe_exact")]
    tick_size: Option<Decimal>,
    #[serde(default, deserialize_with = "maybe_exact")]
    step_size: Option<Decimal>,
    #[serde(default, deserialize_with = "maybe_exact")]
    min_qty: Option<Decimal>,
    #[serde(default, deserialize_with = "maybe_exact")]
    max_qty: Option<Decimal>,
    #[serde(default, deserialize_with = "maybe_exact")]
    notional: Option<Decimal>,
    #[serde(default, deserialize_with = "maybe_exact")]
    multiplier_up: Option<Decimal>,
    #[serde(default, deserialize_with = "maybe_exact")]
    multiplier_down: Option<Decimal>,
    #[serde(default)]
    limit: Option<u32>,
}

impl ExchangeInfo {
    /// The venue's names of all instruments.
    pub fn symbols(&self) -> impl Iterator<Item = &str> {
        self.symbols.iter().map(|symbol| symbol.symbol.as_str())
    }

    /// The venue's limits now.
    pub fn limits(&self) -> &[RateLimit] {
        &self.rate_limits
    }

    /// The rules of those that are wanted and listed.
    ///
    /// # Errors
    /// When a wanted instrument lacks a filter that orders cannot do without.
    pub fn rules(
        &self,
        wanted: &[(InstrumentNo, InstrumentId)],
    ) -> Result<Vec<Rules>, DecodeError> {
        let named = |id: &InstrumentId| self.symbols.iter().find(|symbol| symbol.is(id));
        wanted.iter().filter_map(|(no, id)| named(id).map(|symbol| symbol.rules(*no, id))).collect()
    }
}

impl Symbol {
    fn is(&self, id: &InstrumentId) -> bool {
        id.venue == Venue::BinanceUsdm
            && id.class == "PERP"
            && matches!(self.contract_type.as_str(), "PERPETUAL" | "TRADIFI_PERPETUAL")
            && id.base == self.base_asset
            && id.quote == self.quote_asset
    }

    fn rules(&self, no: InstrumentNo, id: &InstrumentId) -> Result<Rules, DecodeError> {
        let missing = |field| DecodeError::Missing { field };
        let filter = |kind| self.filters.iter().find(|filter| filter.filter_type == kind);
        let lots = filter("LOT_SIZE").ok_or(missing("LOT_SIZE"))?;
        let market = filter("MARKET_LOT_SIZE").unwrap_or(lots);
        let above_zero = |step: Option<Decimal>| step.filter(|step| Decimal::ZERO < *step);
        let tick = filter("PRICE_FILTER").and_then(|filter| above_zero(filter.tick_size));
        let tick = tick.ok_or(missing("tickSize"))?.normalize();
        let lot = above_zero(lots.step_size).ok_or(missing("stepSize"))?.normalize();
        let steps =
            |qty: Option<Decimal>| qty.and_then(|qty| (qty / lot).floor().to_i64()).map(Lots);
        let max_qty = steps(lots.max_qty).ok_or(missing("maxQty"))?;
        let min_notional = filter("MIN_NOTIONAL").and_then(|filter| filter.notional);
        let band = filter("PERCENT_PRICE").and_then(|filter| {
            Some(Band { up: filter.multiplier_up?, down: filter.multiplier_down? })
        });
        Ok(Rules {
            no,
            instrument: Instrument {
                id: id.clone(),
                symbol: self.symbol.clone(),
                payoff: Payoff::Linear,
                tick,
                lot,
                multiplier: Decimal::ONE,
                min_notional: Notional::new(min_notional.unwrap_or_default()),
                // The lowest tier's; the account's own come from `commissionRate`.
                maker_fee: Decimal::new(2, 4),
                taker_fee: Decimal::new(5, 4),
            },
            wire_lot: lot,
            code: None,
            min_qty: steps(lots.min_qty).unwrap_or(Lots(1)),
            max_qty,
            max_market_qty: steps(market.max_qty).unwrap_or(max_qty),
            band,
            max_open_orders: filter("MAX_NUM_ORDERS").and_then(|filter| filter.limit),
            max_leverage: MAX_LEVERAGE,
            funding_every: Some(FUNDING_EVERY),
            status: symbol_status(&self.status),
        })
    }
}

/// A word we do not know halts the instrument: nothing is sent where nothing is known.
pub(crate) fn symbol_status(word: &str) -> SymbolStatus {
    match word {
        "TRADING" => SymbolStatus::Trading,
        "PENDING_TRADING" => SymbolStatus::Upcoming,
        "CLOSE" | "DELIVERED" | "SETTLED" => SymbolStatus::Closed,
        _ => SymbolStatus::Halted,
    }
}
