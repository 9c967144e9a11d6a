//! An instrument's rules as a venue publishes them.

use aurora_model::{
    Instrument, InstrumentNo, Lots, Nanos, Notional, OrderIntent, Side, Ticks, TimeInForce,
    VenueRefusal, VenueState,
};
use rust_decimal::Decimal;

/// Whether an instrument trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolStatus {
    /// Orders are taken.
    Trading,
    /// Only cancels are taken.
    CancelOnly,
    /// Only post-only orders are taken.
    PostOnly,
    /// Nothing is taken for now.
    Halted,
    /// Listed, not yet trading.
    Upcoming,
    /// Delisted or delivered.
    Closed,
}

impl From<SymbolStatus> for VenueState {
    fn from(status: SymbolStatus) -> VenueState {
        match status {
            SymbolStatus::Trading => VenueState::Normal,
            SymbolStatus::PostOnly => VenueState::PostOnlyWindow,
            SymbolStatus::CancelOnly => VenueState::CancelOnly,
            SymbolStatus::Halted | SymbolStatus::Upcoming | SymbolStatus::Closed => {
                VenueState::Maintenance
            }
        }
    }
}

/// How far from the mark price an order may be, as fractions of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// A buy's limit must not be above `mark × up`.
    pub up: Decimal,
    /// A sell's limit must not be below `mark × down`.
    pub down: Decimal,
}

/// How far a price may go right now, told by the venue itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceLimits {
    /// The highest limit of a buy.
    pub highest_buy: Ticks,
    /// The lowest limit of a sell.
    pub lowest_sell: Ticks,
}

impl PriceLimits {
    /// Whether the venue would refuse the order's limit.
    pub fn forbid(self, intent: &OrderIntent) -> bool {
        match intent.side {
            Side::Buy => self.highest_buy < intent.limit,
            Side::Sell => intent.limit < self.lowest_sell,
        }
    }
}

/// One instrument's rules, complete enough to refuse a bad order before it costs a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Its place in the desk's list.
    pub no: InstrumentNo,
    /// Name, tick and lot; the lot is in base, whatever the venue counts in.
    pub instrument: Instrument,
    /// The lot as the venue writes it: contracts on OKX swaps, base elsewhere.
    pub wire_lot: Decimal,
    /// The venue's numeric code of the instrument, where it has one.
    pub code: Option<u64>,
    /// The smallest order.
    pub min_qty: Lots,
    /// The largest limit order.
    pub max_qty: Lots,
    /// The largest market order.
    pub max_market_qty: Lots,
    /// How far from the mark an order may be.
    pub band: Option<Band>,
    /// The most open orders at a time.
    pub max_open_orders: Option<u32>,
    /// The highest leverage.
    pub max_leverage: u32,
    /// How often funding is paid.
    pub funding_every: Option<Nanos>,
    /// Whether it trades.
    pub status: SymbolStatus,
}

impl Rules {
    /// Why the venue would refuse the order; `None` when nothing here speaks against it. `mark` is the mark price,
    /// where known; market orders are not checked against the band.
    pub fn refusal(&self, intent: &OrderIntent, mark: Option<Ticks>) -> Option<VenueRefusal> {
        match self.status {
            SymbolStatus::Trading => {}
            SymbolStatus::PostOnly if intent.time_in_force == TimeInForce::PostOnly => {}
            _ => return Some(VenueRefusal::Halted),
        }
        if intent.qty < self.min_qty || self.max_qty < intent.qty || intent.limit.0 <= 0 {
            return Some(VenueRefusal::BadIncrement);
        }
        let worth = self.instrument.notional(intent.limit, intent.qty);
        if !intent.reduce_only && worth < self.instrument.min_notional {
            return Some(VenueRefusal::BelowMinNotional);
        }
        let (band, mark) = (self.band?, mark?);
        let (limit, mark) = (Decimal::from(intent.limit.0), Decimal::from(mark.0));
        let outside = match intent.side {
            Side::Buy => mark * band.up < limit,
            Side::Sell => limit < mark * band.down,
        };
        outside.then_some(VenueRefusal::OutsideBand)
    }

    /// A number that changes when a rule does; what `/api/md/meta` calls the rule version.
    pub fn version(&self) -> String {
        let text = format!("{self:?}");
        let sum = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        format!("{sum:016x}")
    }

    /// A quantity as the venue writes it.
    pub fn wire_qty(&self, lots: Lots) -> Decimal {
        (self.wire_lot * Decimal::from(lots.0)).normalize()
    }

    /// A price as the venue writes it.
    pub fn wire_price(&self, ticks: Ticks) -> Decimal {
        (self.instrument.tick * Decimal::from(ticks.0)).normalize()
    }

    /// The smallest order by worth.
    pub fn min_notional(&self) -> Notional {
        self.instrument.min_notional
    }
}
