//! Instrument rules: contracts become base, the venue's names become ours.

use aurora_model::{Instrument, InstrumentId, InstrumentNo, Lots, Notional, Payoff, Venue};
use aurora_wire::{Rules, SymbolStatus};
use rust_decimal::Decimal;

use crate::decode::rest::InstrumentRow;

/// The venue's name of an instrument: `BTC-USDT-SWAP`, `BTC-USDT`, `BTC-USD-241227`.
pub fn symbol(id: &InstrumentId) -> String {
    let pair = format!("{}-{}", id.base, id.quote);
    match (id.class.as_str(), &id.kind) {
        ("PERP", _) => pair + "-SWAP",
        ("FUT", Some(expiry)) => format!("{pair}-{expiry}"),
        _ => pair,
    }
}

/// The venue's word for the kind of an instrument.
pub fn inst_type(id: &InstrumentId) -> &'static str {
    match id.class.as_str() {
        "PERP" => "SWAP",
        "FUT" => "FUTURES",
        _ => "SPOT",
    }
}

/// Our rules from the venue's; `None` when a size is missing, zero, or has too many digits.
///
/// A swap's lot is in contracts on the wire and in base with us: `ctVal × ctMult` of base a contract. An inverse
/// contract stays a contract, worth so much quote.
pub fn rules(no: InstrumentNo, id: &InstrumentId, row: &InstrumentRow) -> Option<Rules> {
    let (tick, wire_lot) = (positive(row.tick_sz)?, positive(row.lot_sz)?);
    let is_spot = row.inst_type == "SPOT";
    let face = match is_spot {
        true => Decimal::ONE,
        false => {
            positive(row.ct_val)?.checked_mul(positive(row.ct_mult).unwrap_or(Decimal::ONE))?
        }
    };
    let is_inverse = row.ct_type == "inverse";
    let (payoff, lot, multiplier) = match is_inverse {
        true => (Payoff::Inverse, wire_lot, face),
        false => (Payoff::Linear, wire_lot.checked_mul(face)?, Decimal::ONE),
    };
    let (maker_fee, taker_fee) = default_fees(is_spot);
    let max_qty = steps(row.max_lmt_sz, wire_lot).unwrap_or(Lots(i64::MAX));
    Some(Rules {
        no,
        instrument: Instrument {
            id: id.clone(),
            symbol: row.inst_id.clone(),
            payoff,
            tick: tick.normalize(),
            lot: lot.normalize(),
            multiplier: multiplier.normalize(),
            min_notional: Notional::ZERO,
            maker_fee,
            taker_fee,
        },
        wire_lot: wire_lot.normalize(),
        code: u64::try_from(row.inst_id_code).ok().filter(|code| *code != 0),
        min_qty: steps(row.min_sz, wire_lot).unwrap_or(Lots(1)),
        max_qty,
        // A spot pair's largest market order is told in dollars, which says nothing about lots.
        max_market_qty: match is_spot {
            true => max_qty,
            false => steps(row.max_mkt_sz, wire_lot).unwrap_or(max_qty),
        },
        band: None,
        max_open_orders: None,
        max_leverage: row.lever.and_then(|lever| u32::try_from(lever).ok()).unwrap_or(1),
        funding_every: None,
        status: status(&row.state),
    })
}

fn positive(value: Option<Decimal>) -> Option<Decimal> {
    value.filter(|value| Decimal::ZERO < *value)
}

/// What everybody pays at first; `account/trade-fee` tells what an account pays.
fn default_fees(is_spot: bool) -> (Decimal, Decimal) {
    match is_spot {
        true => (Decimal::new(8, 4), Decimal::new(10, 4)),
        false => (Decimal::new(2, 4), Decimal::new(5, 4)),
    }
}

/// Whether an instrument trades, by the venue's word.
pub fn status(state: &str) -> SymbolStatus {
    match state {
        "live" => SymbolStatus::Trading,
        "post_only" => SymbolStatus::PostOnly,
        "preopen" | "test" => SymbolStatus::Upcoming,
        "expired" => SymbolStatus::Closed,
        _ => SymbolStatus::Halted,
    }
}

/// So many lots, toward zero; beyond what fits it is as much as fits. `None` for no value.
fn steps(value: Option<Decimal>, lot: Decimal) -> Option<Lots> {
    let steps = value?.checked_div(lot)?.trunc();
    Some(Lots(i64::try_from(steps).unwrap_or(i64::MAX)))
}

/// A signed quantity on the wire in lots; `None` when it is no whole number of them.
pub(crate) fn whole_lots(value: Decimal, lot: Decimal) -> Option<Lots> {
    let steps = value.checked_div(lot)?;
    if !steps.is_integer() || steps.checked_mul(lot)? != value {
        return None;
    }
    i64::try_from(steps).ok().map(Lots)
}

/// The id an instrument of the venue has with us.
pub fn instrument_id(row: &InstrumentRow) -> Option<InstrumentId> {
    let mut parts = row.inst_id.split('-');
    let (base, quote) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let inverse = (row.ct_type == "inverse").then(|| "INVERSE".to_owned());
    let (class, kind) = match (row.inst_type.as_str(), parts.next()) {
        ("SPOT", None) => ("SPOT", None),
        ("SWAP", Some("SWAP")) => ("PERP", inverse),
        ("FUTURES", Some(expiry)) => ("FUT", Some(expiry.to_owned())),
        _ => return None,
    };
    Some(InstrumentId { venue: Venue::Okx, class: class.to_owned(), base, quote, kind })
}
