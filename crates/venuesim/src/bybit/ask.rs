//! Reading what a client asks for: a new order, an amend, a cancel.
//!
//! Here Bybit's words become the exchange's; whatever the exchange then refuses is put into words by
//! [`refused`](super::refused).

use aurora_matching::Exchange;
use aurora_matching::exchange::{
    AmendOrder, ClientId, Life, Listing, OrderId, OrderKind, OrderQty, OrderRef, PlaceOrder,
    PositionSide, StpMode, Trigger, TriggerBy, TriggerWhen,
};
use aurora_model::{InstrumentNo, Lots, Price, Qty, Side, Ticks};
use rust_decimal::Decimal;

use super::code::{CATEGORY, PRICE_TICK, QTY, Refusal, SYMBOL, TRUNCATED_TO_ZERO};
use super::ids;
use super::params::Params;

/// A new order, with what Bybit lets one attach to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placement {
    pub(super) order: PlaceOrder,
    /// Take-profit and stop-loss for the position it opens.
    pub(super) stops: Stops,
}

/// The prices at which a position is to be closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stops {
    pub(super) take_profit: Change,
    pub(super) stop_loss: Change,
    pub(super) take_profit_by: TriggerBy,
    pub(super) stop_loss_by: TriggerBy,
}

/// What is to become of one stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Change {
    /// It stays as it is.
    #[default]
    Keep,
    /// It goes.
    Remove,
    /// It is there, at this price.
    At(Ticks),
}

impl Stops {
    /// Whether something is to change.
    pub(super) fn ask_something(&self) -> bool {
        self.take_profit != Change::Keep || self.stop_loss != Change::Keep
    }

    /// Reads `takeProfit`, `stopLoss` and which prices they look at.
    pub(super) fn read(params: &Params, listing: &Listing) -> Result<Stops, Refusal> {
        let change = |name: &str| -> Result<Change, Refusal> {
            match params.decimal(name)? {
                None => Ok(Change::Keep),
                Some(price) if price.is_zero() => Ok(Change::Remove),
                Some(price) => ticks(listing, price).map(Change::At),
            }
        };
        Ok(Stops {
            take_profit: change("takeProfit")?,
            stop_loss: change("stopLoss")?,
            take_profit_by: trigger_by(params, "tpTriggerBy")?,
            stop_loss_by: trigger_by(params, "slTriggerBy")?,
        })
    }
}

/// Refuses every category but the one that trades here.
pub(super) fn linear(params: &Params) -> Result<(), Refusal> {
    match params.required("category")?.as_ref() {
        "linear" => Ok(()),
        _ => Err(CATEGORY),
    }
}

/// The instrument the request names, which it has to.
pub(super) fn instrument<'a>(
    exchange: &'a Exchange,
    params: &Params,
) -> Result<(InstrumentNo, &'a Listing), Refusal> {
    let symbol = params.required("symbol")?;
    let no = exchange.instrument_no(&symbol).ok_or(SYMBOL)?;
    Ok((no, exchange.listing(no).ok_or(SYMBOL)?))
}

/// The instrument the request names, if it names one.
pub(super) fn maybe_instrument(
    exchange: &Exchange,
    params: &Params,
) -> Result<Option<InstrumentNo>, Refusal> {
    match params.text("symbol") {
        None => Ok(None),
        Some(symbol) => exchange.instrument_no(&symbol).map(Some).ok_or(SYMBOL),
    }
}

/// A new order.
pub(super) fn place(exchange: &Exchange, params: &Params) -> Result<Placement, Refusal> {
    linear(params)?;
    let (instrument, listing) = instrument(exchange, params)?;
    let side = match params.required("side")?.as_ref() {
        "Buy" => Side::Buy,
        "Sell" => Side::Sell,
        other => return Err(Refusal::params(format!("side {other:?} is neither Buy nor Sell"))),
    };
    let kind = match params.required("orderType")?.as_ref() {
        "Limit" => {
            let price = params.decimal("price")?.ok_or_else(|| Refusal::missing("price"))?;
            OrderKind::Limit(ticks(listing, price)?)
        }
        "Market" => OrderKind::Market,
        other => {
            let what = format!("orderType {other:?} is neither Market nor Limit");
            return Err(Refusal::params(what));
        }
    };
    let order = PlaceOrder {
        instrument,
        client_id: client_id(params)?,
        side,
        kind,
        qty: quantity(params, listing)?,
        life: match kind {
            OrderKind::Limit(_) => life(params)?,
            // A market order never rests, whatever it says.
            OrderKind::Market => Life::Ioc,
        },
        reduce_only: params.flag("reduceOnly"),
        position_side: position_side(params)?,
        stp: stp(params)?,
        trigger: trigger(params, listing)?,
        margin: None,
    };
    Ok(Placement { order, stops: Stops::read(params, listing)? })
}

/// A change of an open order.
pub(super) fn amend(
    exchange: &Exchange,
    params: &Params,
) -> Result<(InstrumentNo, AmendOrder), Refusal> {
    linear(params)?;
    let (instrument, listing) = instrument(exchange, params)?;
    let price = |name| match params.decimal(name)? {
        Some(price) => ticks(listing, price).map(Some),
        None => Ok(None),
    };
    let qty = params.decimal("qty")?.map(|qty| lots(listing, qty)).transpose()?;
    let amend = AmendOrder {
        order: order_ref(params)?,
        price: price("price")?,
        qty,
        trigger_price: price("triggerPrice")?,
        cancel_on_refusal: false,
    };
    if amend.price.is_none() && amend.qty.is_none() && amend.trigger_price.is_none() {
        return Err(Refusal::params("nothing to amend: qty, price or triggerPrice is wanted"));
    }
    Ok((instrument, amend))
}

/// An order to take back.
pub(super) fn cancel(
    exchange: &Exchange,
    params: &Params,
) -> Result<(InstrumentNo, OrderRef), Refusal> {
    linear(params)?;
    let (instrument, _) = instrument(exchange, params)?;
    Ok((instrument, order_ref(params)?))
}

/// The order meant; the exchange's id wins over the client's. An id that was never given names nothing.
pub(super) fn order_ref(params: &Params) -> Result<OrderRef, Refusal> {
    if let Some(id) = params.text("orderId") {
        return Ok(OrderRef::Id(OrderId(ids::order_no(&id).unwrap_or(u64::MAX))));
    }
    let wanted = params.text("orderLinkId");
    let wanted = wanted.ok_or_else(|| Refusal::missing("orderId or orderLinkId"))?;
    ClientId::new(&wanted).map(OrderRef::Client).map_err(|_| link_id_shape())
}

/// A price in ticks.
pub(super) fn ticks(listing: &Listing, price: Decimal) -> Result<Ticks, Refusal> {
    let price = Price::new(price).ok_or_else(|| Refusal::params("price must be above zero"))?;
    listing.instrument.ticks(price).ok_or(PRICE_TICK)
}

/// A quantity above zero in lots.
fn lots(listing: &Listing, qty: Decimal) -> Result<Lots, Refusal> {
    if qty <= Decimal::ZERO {
        return Err(QTY);
    }
    if qty < listing.instrument.lot {
        return Err(TRUNCATED_TO_ZERO);
    }
    listing.instrument.lots(Qty::new(qty)).ok_or(QTY)
}

/// Zero with reduce-only and close-on-trigger means the whole position.
fn quantity(params: &Params, listing: &Listing) -> Result<OrderQty, Refusal> {
    let qty = params.decimal("qty")?.ok_or_else(|| Refusal::missing("qty"))?;
    if qty.is_zero() && params.flag("reduceOnly") && params.flag("closeOnTrigger") {
        return Ok(OrderQty::ClosePosition);
    }
    lots(listing, qty).map(OrderQty::Lots)
}

/// At most 36 letters, digits, dashes and underscores; empty when there is none.
fn client_id(params: &Params) -> Result<ClientId, Refusal> {
    let Some(text) = params.text("orderLinkId") else { return Ok(ClientId::EMPTY) };
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !text.bytes().all(legal) {
        return Err(link_id_shape());
    }
    ClientId::new(&text).map_err(|_| link_id_shape())
}

fn link_id_shape() -> Refusal {
    Refusal::params("orderLinkId must be at most 36 letters, digits, dashes and underscores")
}

fn life(params: &Params) -> Result<Life, Refusal> {
    let Some(word) = params.text("timeInForce") else { return Ok(Life::Gtc) };
    match word.as_ref() {
        "GTC" | "GoodTillCancel" => Ok(Life::Gtc),
        "IOC" | "ImmediateOrCancel" => Ok(Life::Ioc),
        "FOK" | "FillOrKill" => Ok(Life::Fok),
        "PostOnly" | "RPI" => Ok(Life::PostOnly),
        other => Err(Refusal::params(format!("timeInForce {other:?} is unknown"))),
    }
}

/// Which position `positionIdx` means.
pub(super) fn position_side(params: &Params) -> Result<PositionSide, Refusal> {
    match params.number::<u8>("positionIdx")? {
        None | Some(0) => Ok(PositionSide::Net),
        Some(1) => Ok(PositionSide::Long),
        Some(2) => Ok(PositionSide::Short),
        Some(_) => Err(Refusal::params("positionIdx must be 0, 1 or 2")),
    }
}

fn stp(params: &Params) -> Result<StpMode, Refusal> {
    let Some(word) = params.text("smpType") else { return Ok(StpMode::None) };
    match word.as_ref() {
        "None" => Ok(StpMode::None),
        "CancelMaker" => Ok(StpMode::CancelMaker),
        "CancelTaker" => Ok(StpMode::CancelTaker),
        "CancelBoth" => Ok(StpMode::CancelBoth),
        other => Err(Refusal::params(format!("smpType {other:?} is unknown"))),
    }
}

fn trigger(params: &Params, listing: &Listing) -> Result<Option<Trigger>, Refusal> {
    let Some(price) = params.decimal("triggerPrice")?.filter(|price| !price.is_zero()) else {
        return Ok(None);
    };
    let when = match params.number::<u8>("triggerDirection")? {
        Some(1) => TriggerWhen::Rises,
        Some(2) => TriggerWhen::Falls,
        _ => return Err(Refusal::params("triggerDirection invalid: 1 rises, 2 falls")),
    };
    Ok(Some(Trigger {
        price: ticks(listing, price)?,
        by: trigger_by(params, "triggerBy")?,
        when,
        close_on_trigger: params.flag("closeOnTrigger"),
        is_take_profit: false,
    }))
}

fn trigger_by(params: &Params, name: &str) -> Result<TriggerBy, Refusal> {
    let Some(word) = params.text(name) else { return Ok(TriggerBy::Last) };
    match word.as_ref() {
        "LastPrice" => Ok(TriggerBy::Last),
        "MarkPrice" => Ok(TriggerBy::Mark),
        "IndexPrice" => Ok(TriggerBy::Index),
        other => Err(Refusal::params(format!("{name} {other:?} is unknown"))),
    }
}
