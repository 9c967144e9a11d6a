//! Intents, and what a venue tells of them, in the words of the journal.

use aurora_model::{
    Fill, InstrumentNo, Liquidity, Lots, Nanos, Notional, OrderIntent, ReportKind, Side, Ticks,
    TimeInForce, VenueOrder, VenueRefusal,
};
use serde::{Deserialize, Serialize};

use crate::{RecordError, Result, read, unknown};

#[derive(Serialize, Deserialize)]
pub(super) struct WireIntent {
    instrument: u16,
    side: String,
    limit: i64,
    qty: i64,
    tif: String,
    reduce_only: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub(super) enum WireReport {
    Ack { id: String, venue_id: u64 },
    Reject { id: String, refusal: String },
    Fill(WireFill),
    Canceled { id: String, filled: i64 },
    Expired { id: String, filled: i64 },
    CancelRejected { id: String },
    Order { id: String, found: Option<WireOrder> },
    Account { open: Vec<WireOrder>, fills: Vec<WireFill>, positions: Vec<(u16, i64)> },
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireFill {
    /// Text: JSON numbers of this width do not survive every reader.
    trade_id: String,
    instrument: u16,
    order: String,
    side: String,
    price: i64,
    qty: i64,
    fee: String,
    maker: bool,
    traded_at: i64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireOrder {
    id: String,
    venue_id: u64,
    #[serde(flatten)]
    intent: WireIntent,
    filled: i64,
    open: bool,
}

impl From<&ReportKind> for WireReport {
    fn from(kind: &ReportKind) -> WireReport {
        match kind {
            ReportKind::Ack { id, venue_id } => {
                WireReport::Ack { id: id.to_string(), venue_id: *venue_id }
            }
            ReportKind::Reject { id, refusal } => {
                WireReport::Reject { id: id.to_string(), refusal: refusal.code().to_owned() }
            }
            ReportKind::Fill(fill) => WireReport::Fill(fill.into()),
            ReportKind::Canceled { id, filled } => {
                WireReport::Canceled { id: id.to_string(), filled: filled.0 }
            }
            ReportKind::Expired { id, filled } => {
                WireReport::Expired { id: id.to_string(), filled: filled.0 }
            }
            ReportKind::CancelRejected { id } => WireReport::CancelRejected { id: id.to_string() },
            ReportKind::Order { id, found } => {
                WireReport::Order { id: id.to_string(), found: found.as_ref().map(Into::into) }
            }
            ReportKind::Account { open, fills, positions } => WireReport::Account {
                open: open.iter().map(Into::into).collect(),
                fills: fills.iter().map(Into::into).collect(),
                positions: positions
                    .iter()
                    .map(|(instrument, lots)| (instrument.0, lots.0))
                    .collect(),
            },
        }
    }
}

impl TryFrom<WireReport> for ReportKind {
    type Error = RecordError;
    fn try_from(wire: WireReport) -> Result<ReportKind> {
        Ok(match wire {
            WireReport::Ack { id, venue_id } => {
                ReportKind::Ack { id: read("order id", &id)?, venue_id }
            }
            WireReport::Reject { id, refusal } => {
                ReportKind::Reject { id: read("order id", &id)?, refusal: refusal_of(&refusal)? }
            }
            WireReport::Fill(fill) => ReportKind::Fill(fill.try_into()?),
            WireReport::Canceled { id, filled } => {
                ReportKind::Canceled { id: read("order id", &id)?, filled: Lots(filled) }
            }
            WireReport::Expired { id, filled } => {
                ReportKind::Expired { id: read("order id", &id)?, filled: Lots(filled) }
            }
            WireReport::CancelRejected { id } => {
                ReportKind::CancelRejected { id: read("order id", &id)? }
            }
            WireReport::Order { id, found } => ReportKind::Order {
                id: read("order id", &id)?,
                found: found.map(TryInto::try_into).transpose()?,
            },
            WireReport::Account { open, fills, positions } => ReportKind::Account {
                open: open.into_iter().map(TryInto::try_into).collect::<Result<_>>()?,
                fills: fills.into_iter().map(TryInto::try_into).collect::<Result<_>>()?,
                positions: positions
                    .into_iter()
                    .map(|(no, lots)| (InstrumentNo(no), Lots(lots)))
                    .collect(),
            },
        })
    }
}

impl From<&OrderIntent> for WireIntent {
    fn from(intent: &OrderIntent) -> WireIntent {
        WireIntent {
            instrument: intent.instrument.0,
            side: intent.side.word().to_owned(),
            limit: intent.limit.0,
            qty: intent.qty.0,
            tif: intent.time_in_force.word().to_owned(),
            reduce_only: intent.reduce_only,
        }
    }
}

impl TryFrom<WireIntent> for OrderIntent {
    type Error = RecordError;
    fn try_from(wire: WireIntent) -> Result<OrderIntent> {
        Ok(OrderIntent {
            instrument: InstrumentNo(wire.instrument),
            side: side_of(&wire.side)?,
            limit: Ticks(wire.limit),
            qty: Lots(wire.qty),
            time_in_force: tif_of(&wire.tif)?,
            reduce_only: wire.reduce_only,
        })
    }
}

impl From<&Fill> for WireFill {
    fn from(fill: &Fill) -> WireFill {
        WireFill {
            trade_id: fill.trade_id.to_string(),
            instrument: fill.instrument.0,
            order: fill.order.to_string(),
            side: fill.side.word().to_owned(),
            price: fill.price.0,
            qty: fill.qty.0,
            fee: fill.fee.to_string(),
            maker: fill.liquidity == Liquidity::Maker,
            traded_at: fill.at.0,
        }
    }
}

impl TryFrom<WireFill> for Fill {
    type Error = RecordError;
    fn try_from(wire: WireFill) -> Result<Fill> {
        Ok(Fill {
            trade_id: read("trade id", &wire.trade_id)?,
            instrument: InstrumentNo(wire.instrument),
            order: read("order id", &wire.order)?,
            side: side_of(&wire.side)?,
            price: Ticks(wire.price),
            qty: Lots(wire.qty),
            fee: read::<Notional>("fee", &wire.fee)?,
            liquidity: if wire.maker { Liquidity::Maker } else { Liquidity::Taker },
            at: Nanos(wire.traded_at),
        })
    }
}

impl From<&VenueOrder> for WireOrder {
    fn from(order: &VenueOrder) -> WireOrder {
        WireOrder {
            id: order.id.to_string(),
            venue_id: order.venue_id,
            intent: (&order.intent).into(),
            filled: order.filled.0,
            open: order.is_open,
        }
    }
}

impl TryFrom<WireOrder> for VenueOrder {
    type Error = RecordError;
    fn try_from(wire: WireOrder) -> Result<VenueOrder> {
        Ok(VenueOrder {
            id: read("order id", &wire.id)?,
            venue_id: wire.venue_id,
            intent: wire.intent.try_into()?,
            filled: Lots(wire.filled),
            is_open: wire.open,
        })
    }
}

fn side_of(word: &str) -> Result<Side> {
    [Side::Buy, Side::Sell]
        .into_iter()
        .find(|s| s.word() == word)
        .ok_or_else(|| unknown("side", word))
}

fn tif_of(word: &str) -> Result<TimeInForce> {
    use TimeInForce::{Fok, Gtc, Ioc, PostOnly};
    let all = [Gtc, Ioc, Fok, PostOnly];
    all.into_iter().find(|t| t.word() == word).ok_or_else(|| unknown("time in force", word))
}

fn refusal_of(code: &str) -> Result<VenueRefusal> {
    VenueRefusal::ALL
        .into_iter()
        .find(|refusal| refusal.code() == code)
        .ok_or_else(|| unknown("venue refusal", code))
}
