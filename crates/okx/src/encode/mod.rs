//! Calls and socket operations, exactly as they go on the wire.

mod json;
mod orders;
mod reads;
mod settings;
mod socket;

pub(crate) use json::Json;
pub(crate) use orders::is_spot;
pub use orders::{
    STP, Terms, Which, amend, amends, cancel, cancels, cancels_listed, order, orders, trigger,
    trigger_cancel,
};
pub use reads::{
    balance, bills, book, candles, config, fills, fills_of, funding, funding_history, history,
    instruments, mark_price, open_interest, pending, pending_triggers, positions, price_limit,
    query, query_by_venue_id, status, time, trade_fee, trades,
};
pub use settings::{dead_man, leverage, position_mode};
pub use socket::{Topic, op_amend, op_cancel, op_order, subscribe, unsubscribe};

use aurora_model::InstrumentNo;
use aurora_wire::{Call, CallNo};

use crate::limits::Endpoint;

/// A call to an endpoint; its number is given by the session that sends it.
fn call(endpoint: Endpoint, query: String, body: String) -> Call {
    many(endpoint, query, body, 1, None)
}

fn many(
    endpoint: Endpoint,
    query: String,
    body: String,
    units: usize,
    instrument: Option<InstrumentNo>,
) -> Call {
    Call {
        no: CallNo(0),
        method: endpoint.method,
        path: endpoint.path,
        query,
        body,
        auth: endpoint.auth,
        urgency: endpoint.urgency,
        costs: endpoint.costs(u32::try_from(units).unwrap_or(u32::MAX)),
        instrument,
        patience: endpoint.patience,
    }
}
