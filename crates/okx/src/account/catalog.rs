//! The instruments an account trades, by number and by the venue's name.

use aurora_model::{ClientOrderId, Lots, Notional, OrderNo, Ticks};
use aurora_model::{Fill, InstrumentNo, Liquidity, Nanos, OrderIntent, TimeInForce, VenueOrder};
use aurora_wire::{DecodeError, Rules, trade_id};
use rust_decimal::Decimal;

use crate::decode::rest::FillRow;
use crate::decode::{NewestFill, OrderUpdate, Steps};
use crate::rules::whole_lots;
use crate::wire::{self, OrdType, State};

/// One instrument.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) rules: Rules,
    pub(super) steps: Steps,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalog(Vec<Entry>);

impl Catalog {
    /// Those whose steps can be read with.
    pub(super) fn new(rules: Vec<Rules>) -> Catalog {
        let entry = |rules: Rules| Some(Entry { steps: Steps::of(&rules)?, rules });
        Catalog(rules.into_iter().filter_map(entry).collect())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }

    pub(super) fn by_no(&self, no: InstrumentNo) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.rules.no == no)
    }

    pub(super) fn by_symbol(&self, symbol: &[u8]) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.rules.instrument.symbol.as_bytes() == symbol)
    }
}

/// The id of a fill that belongs to no order of ours.
pub(super) fn nobody() -> ClientOrderId {
    ClientOrderId::new(0, 0, OrderNo(0))
}

/// Our id in a text of the venue; `None` for somebody else's.
pub(super) fn our_id(text: &[u8], account: u16) -> Option<ClientOrderId> {
    let id: ClientOrderId = std::str::from_utf8(text).ok()?.parse().ok()?;
    (id.account() == account).then_some(id)
}

/// Our id of an order: its own client id, or that of the conditional order it came from.
pub(super) fn own_order(update: &OrderUpdate<'_>, account: u16) -> Option<ClientOrderId> {
    our_id(update.cl_ord_id, account).or_else(|| our_id(update.algo_cl_ord_id, account))
}

impl Entry {
    /// An order as we know orders.
    pub(super) fn order(
        &self,
        id: ClientOrderId,
        update: &OrderUpdate<'_>,
    ) -> Result<VenueOrder, DecodeError> {
        let limit = update.px.ticks(&self.steps.tick)?;
        Ok(VenueOrder {
            id,
            venue_id: update.ord_id,
            intent: OrderIntent {
                instrument: self.rules.no,
                side: update.side,
                // A market order has none.
                limit: limit.unwrap_or(Ticks(0)),
                qty: update.sz.lots(&self.steps.lot)?,
                time_in_force: time_in_force(update.ord_type),
                reduce_only: update.reduce_only,
            },
            filled: update.acc_fill_sz.lots(&self.steps.lot)?,
            is_open: matches!(update.state, State::Live | State::Partial),
        })
    }

    /// The newest fill of an update as we know fills, its fee given apart.
    pub(super) fn fill(
        &self,
        order: ClientOrderId,
        update: &OrderUpdate<'_>,
        newest: &NewestFill,
        fee: Decimal,
    ) -> Fill {
        let ccy = std::str::from_utf8(update.newest_fee_ccy()).unwrap_or_default();
        Fill {
            trade_id: newest.trade_id,
            instrument: self.rules.no,
            order,
            side: update.side,
            price: newest.price,
            qty: newest.qty,
            fee: self.fee(fee, ccy, newest.price),
            liquidity: newest.liquidity,
            at: newest.at,
        }
    }

    /// A fill from the list as we know fills.
    pub(super) fn fill_of_row(
        &self,
        order: ClientOrderId,
        row: &FillRow,
    ) -> Result<Fill, DecodeError> {
        let missing = |field| DecodeError::Missing { field };
        let not_whole = |step| DecodeError::NotWhole { at: 0, step };
        let price = row.fill_px.ok_or(missing("fillPx"))?;
        let qty = row.fill_sz.ok_or(missing("fillSz"))?;
        let price = whole_lots(price, self.rules.instrument.tick).ok_or(not_whole("tick"))?;
        let qty = whole_lots(qty, self.rules.wire_lot).ok_or(not_whole("lot"))?;
        let (price, at) = (Ticks(price.0), row.at());
        let millis = u64::try_from(at.millis()).unwrap_or_default();
        Ok(Fill {
            trade_id: trade_id(row.trade_id.as_bytes(), millis),
            instrument: self.rules.no,
            order,
            side: wire::side(row.side.as_bytes()).ok_or(missing("side"))?,
            price,
            qty: Lots(qty.0),
            fee: self.fee(row.fee.unwrap_or_default(), &row.fee_ccy, price),
            liquidity: if row.exec_type == "M" { Liquidity::Maker } else { Liquidity::Taker },
            at,
        })
    }

    /// A fee in the settle currency, above zero is paid. Spot buys pay in base, which is turned into quote at the
    /// price of the fill.
    fn fee(&self, fee: Decimal, ccy: &str, price: Ticks) -> Notional {
        let instrument = &self.rules.instrument;
        let is_in_base = ccy == instrument.id.base && ccy != instrument.settle_currency();
        let paid = match is_in_base {
            true => -fee * instrument.tick * Decimal::from(price.0),
            false => -fee,
        };
        Notional::new(paid.normalize())
    }
}

fn time_in_force(kind: OrdType) -> TimeInForce {
    match kind {
        OrdType::PostOnly => TimeInForce::PostOnly,
        OrdType::Fok => TimeInForce::Fok,
        OrdType::Ioc | OrdType::Market => TimeInForce::Ioc,
        OrdType::Limit | OrdType::Other => TimeInForce::Gtc,
    }
}

/// Why a cancelled order ended: by somebody's cancel, or by its own terms.
pub(super) fn ended_by_its_terms(update: &OrderUpdate<'_>) -> bool {
    let by_terms = matches!(update.ord_type, OrdType::PostOnly | OrdType::Ioc | OrdType::Fok);
    by_terms && update.cancel_source != b"1"
}

/// When, for an event without a time of its own.
pub(super) fn or(at: Nanos, other: Nanos) -> Nanos {
    if at.0 == 0 { other } else { at }
}
