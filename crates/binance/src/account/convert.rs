//! The venue's orders and fills as ours.

use aurora_model::{
    ClientOrderId, Fill, Liquidity, Nanos, Notional, OrderIntent, OrderNo, Side, TimeInForce,
    VenueOrder,
};
use rust_decimal::Decimal;

use crate::answer::{Algo, Order, Trade};
use crate::symbols::Symbol;

/// The order of a fill that is none of ours: means nothing.
pub(super) fn nobody() -> ClientOrderId {
    ClientOrderId::new(0, 0, OrderNo(0))
}

pub(super) fn side(word: &str) -> Option<Side> {
    match word {
        "BUY" => Some(Side::Buy),
        "SELL" => Some(Side::Sell),
        _ => None,
    }
}

/// A word we do not know rests until cancelled: the most that can be owed.
fn time_in_force(word: &str) -> TimeInForce {
    match word {
        "IOC" => TimeInForce::Ioc,
        "FOK" => TimeInForce::Fok,
        "GTX" => TimeInForce::PostOnly,
        _ => TimeInForce::Gtc,
    }
}

/// `None` when a number lies between two steps or a word is unknown.
pub(super) fn order(symbol: &Symbol, id: ClientOrderId, order: &Order) -> Option<VenueOrder> {
    Some(VenueOrder {
        id,
        venue_id: order.order_id,
        intent: OrderIntent {
            instrument: symbol.rules.no,
            side: side(&order.side)?,
            limit: symbol.ticks(order.price)?,
            qty: symbol.lots(order.orig_qty)?,
            time_in_force: time_in_force(&order.time_in_force),
            reduce_only: order.reduce_only,
        },
        filled: symbol.lots(order.executed_qty)?,
        is_open: order.status.is_open(),
    })
}

/// A conditional order; once triggered it is not open as such.
pub(super) fn algo(symbol: &Symbol, id: ClientOrderId, algo: &Algo) -> Option<VenueOrder> {
    Some(VenueOrder {
        id,
        venue_id: algo.algo_id,
        intent: OrderIntent {
            instrument: symbol.rules.no,
            side: side(&algo.side)?,
            limit: symbol.ticks(algo.price.unwrap_or(Decimal::ZERO))?,
            qty: symbol.lots(algo.quantity.unwrap_or(Decimal::ZERO))?,
            time_in_force: TimeInForce::Gtc,
            reduce_only: false,
        },
        filled: aurora_model::Lots::ZERO,
        is_open: algo.is_waiting(),
    })
}

/// A fee in another currency than the settle currency counts as zero here.
pub(super) fn fill(symbol: &Symbol, id: ClientOrderId, trade: &Trade) -> Option<Fill> {
    let in_settle = trade.commission_asset == symbol.rules.instrument.settle_currency();
    let fee = if in_settle { trade.commission } else { Decimal::ZERO };
    Some(Fill {
        trade_id: u128::from(trade.id),
        instrument: symbol.rules.no,
        order: id,
        side: side(&trade.side)?,
        price: symbol.ticks(trade.price)?,
        qty: symbol.lots(trade.qty)?,
        fee: Notional::new(fee),
        liquidity: if trade.maker { Liquidity::Maker } else { Liquidity::Taker },
        at: Nanos::from_millis(trade.time),
    })
}
