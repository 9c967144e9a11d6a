//! Instrument rules, from `/v5/market/instruments-info`.

use aurora_model::{
    Instrument, InstrumentId, InstrumentNo, Lots, Nanos, Notional, Payoff, Qty, Venue,
};
use aurora_wire::{Band, DecodeError, Rules, RulesPage, SymbolStatus};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::rest::{Envelope, Num, Text, parse};

/// What an account without a fee tier pays, as fractions: maker, taker.
const FEES: (Decimal, Decimal) =
    (Decimal::from_parts(2, 0, 0, false, 4), Decimal::from_parts(55, 0, 0, false, 5));
/// The smallest order by worth, in quote, where the rules do not tell it.
const MIN_NOTIONAL: Decimal = Decimal::from_parts(5, 0, 0, false, 0);
/// Open orders of one instrument.
const MAX_OPEN_ORDERS: u32 = 500;

#[derive(Deserialize)]
struct WireInstrument<'a> {
    #[serde(borrow)]
    symbol: Text<'a>,
    #[serde(borrow, default, rename = "contractType")]
    contract_type: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow, rename = "baseCoin")]
    base: Text<'a>,
    #[serde(borrow, rename = "quoteCoin")]
    quote: Text<'a>,
    #[serde(rename = "priceFilter")]
    price: WirePrice,
    #[serde(rename = "lotSizeFilter")]
    lot: WireLot,
    #[serde(default, rename = "leverageFilter")]
    leverage: WireLeverage,
    #[serde(default, rename = "riskParameters")]
    risk: WireRisk,
    /// Minutes.
    #[serde(borrow, default, rename = "fundingInterval")]
    funding_interval: Text<'a>,
    #[serde(borrow, default, rename = "symbolId")]
    symbol_id: Text<'a>,
}

#[derive(Deserialize)]
struct WirePrice {
    #[serde(rename = "tickSize")]
    tick: Num,
}

#[derive(Deserialize)]
struct WireLot {
    #[serde(default, rename = "qtyStep")]
    step: Num,
    #[serde(default, rename = "minOrderQty")]
    min: Num,
    #[serde(default, rename = "maxOrderQty")]
    max: Num,
    #[serde(default, rename = "maxMktOrderQty")]
    max_market: Num,
    #[serde(default, rename = "minNotionalValue")]
    min_notional: Num,
}

#[derive(Default, Deserialize)]
struct WireRisk {
    /// How far a limit may be from the mark at most, as a fraction. (The venue has a narrower `X` too, which counts
    /// only while the index agrees; its own answer settles what lies between.)
    #[serde(default, rename = "priceLimitRatioY")]
    ratio: Num,
}

#[derive(Default, Deserialize)]
struct WireLeverage {
    #[serde(default, rename = "maxLeverage")]
    max: Num,
}

/// Reads a page; instruments nobody wants are left out.
pub(crate) fn read(
    body: &[u8],
    wanted: &[(InstrumentNo, InstrumentId)],
) -> Result<RulesPage, DecodeError> {
    let envelope = Envelope::read(body)?;
    if envelope.code != 0 {
        return Err(DecodeError::Unexpected { at: 0, wanted: "retCode 0" });
    }
    let list = envelope.list()?;
    let wire: Vec<WireInstrument<'_>> = parse(list.items.as_bytes(), "a list of instruments")?;
    let mut rules = Vec::new();
    for instrument in &wire {
        if let Some((no, id)) = wanted.iter().find(|(_, id)| instrument.is(id)) {
            rules.push(instrument.rules(*no, id)?);
        }
    }
    Ok(RulesPage { rules, next: list.next.map(str::to_owned) })
}

impl WireInstrument<'_> {
    fn is(&self, id: &InstrumentId) -> bool {
        id.venue == Venue::Bybit
            && id.class == "PERP"
            && self.contract_type.0 == "LinearPerpetual"
            && (id.base.as_str(), id.quote.as_str()) == (self.base.0, self.quote.0)
    }

    fn rules(&self, no: InstrumentNo, id: &InstrumentId) -> Result<Rules, DecodeError> {
        let above_zero = |number: Num, field| match number.some(field)? {
            value if value <= Decimal::ZERO => Err(DecodeError::Missing { field }),
            value => Ok(value),
        };
        let tick = above_zero(self.price.tick, "tickSize")?;
        let lot = above_zero(self.lot.step, "qtyStep")?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if self.symbol.0.is_empty() || !self.symbol.0.bytes().all(is_plain) {
            return Err(DecodeError::Missing { field: "symbol" });
        }
        let instrument = Instrument {
            id: id.clone(),
            symbol: self.symbol.0.to_owned(),
            payoff: Payoff::Linear,
            tick,
            lot,
            multiplier: Decimal::ONE,
            min_notional: Notional::new(self.lot.min_notional.0.unwrap_or(MIN_NOTIONAL)),
            maker_fee: FEES.0,
            taker_fee: FEES.1,
        };
        let lots = |number: Num, field| Ok(instrument.lots_floor(Qty::new(number.some(field)?)));
        let max_qty = lots(self.lot.max, "maxOrderQty")?;
        let max_market_qty = match self.lot.max_market.0 {
            Some(_) => lots(self.lot.max_market, "maxMktOrderQty")?,
            None => max_qty,
        };
        let minutes: Option<i64> = self.funding_interval.0.parse().ok();
        Ok(Rules {
            no,
            wire_lot: lot,
            code: self.symbol_id.0.parse().ok(),
            min_qty: lots(self.lot.min, "minOrderQty")?.max(Lots(1)),
            max_qty,
            max_market_qty,
            band: self.risk.band(),
            max_open_orders: Some(MAX_OPEN_ORDERS),
            max_leverage: max_leverage(self.leverage.max.0),
            funding_every: minutes.map(|minutes| Nanos::SECOND * 60 * minutes),
            status: match self.status.0 {
                "Trading" => SymbolStatus::Trading,
                "PreLaunch" => SymbolStatus::Upcoming,
                "Settling" | "Delivering" => SymbolStatus::Halted,
                _ => SymbolStatus::Closed,
            },
            instrument,
        })
    }
}

impl WireRisk {
    fn band(&self) -> Option<Band> {
        let ratio = self.ratio.0.filter(|ratio| Decimal::ZERO < *ratio)?;
        Some(Band { up: Decimal::ONE + ratio, down: (Decimal::ONE - ratio).max(Decimal::ZERO) })
    }
}

/// Whole times of leverage, rounded down; one where nothing is told.
fn max_leverage(max: Option<Decimal>) -> u32 {
    let whole = max.unwrap_or(Decimal::ONE).trunc().normalize();
    u32::try_from(whole.mantissa()).ok().filter(|_| whole.scale() == 0).unwrap_or(1).max(1)
}
