//! One instrument as the exchange lists it.

use aurora_model::{Instrument, Lots, Nanos, Notional};
use rust_decimal::Decimal;

/// An instrument with the exchange's rules for it. [`aurora_model::InstrumentNo`] is its place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Tick, lot, payoff, smallest notional and the fees of tier zero. Its class `SPOT` makes it a cash market.
    pub instrument: Instrument,
    /// How much base one contract of the venue's wire is (OKX `ctVal`); one where it counts in base. Only dialects
    /// read it.
    pub contract_value: Decimal,
    /// The smallest order.
    pub min_qty: Lots,
    /// The largest limit order.
    pub max_qty: Lots,
    /// The largest market order.
    pub max_market_qty: Lots,
    /// How far from the mark price a limit may be, and from the touch a market order may reach, as a fraction. A buy
    /// limit may be any distance below and a sell any distance above, as far as [`Listing::passive_band`].
    pub price_band: Decimal,
    /// How far a limit may be on its passive side; `None` is as far as it likes.
    pub passive_band: Option<Decimal>,
    /// The most open orders an account may have in it, parked ones included.
    pub max_open_orders: usize,
    /// The most leverage.
    pub max_leverage: u32,
    /// The maintenance margin, as a fraction of notional.
    pub maintenance_rate: Decimal,
    /// How often funding is settled; `None` on spot.
    pub funding_interval: Option<Nanos>,
    /// The most a funding rate may be, either way.
    pub funding_cap: Decimal,
    /// Whether it trades.
    pub status: ListingStatus,
    /// When it was listed.
    pub listed_at: Nanos,
}

impl Listing {
    /// The instrument with usual rules: 20 million lots at most, a 5% band, 200 orders, leverage to 125, 0.4%
    /// maintenance margin, funding every eight hours up to 2%.
    pub fn new(instrument: Instrument) -> Listing {
        let is_spot = instrument.id.class == "SPOT";
        Listing {
            contract_value: Decimal::ONE,
            min_qty: Lots(1),
            max_qty: Lots(20_000_000),
            max_market_qty: Lots(5_000_000),
            price_band: Decimal::new(5, 2),
            passive_band: None,
            max_open_orders: 200,
            max_leverage: if is_spot { 1 } else { 125 },
            maintenance_rate: Decimal::new(4, 3),
            funding_interval: (!is_spot).then_some(Nanos::SECOND * 28_800),
            funding_cap: Decimal::new(2, 2),
            status: ListingStatus::Trading,
            listed_at: Nanos(0),
            instrument,
        }
    }

    /// Whether it is traded for cash.
    pub fn is_spot(&self) -> bool {
        self.instrument.id.class == "SPOT"
    }

    /// The smallest notional.
    pub fn min_notional(&self) -> Notional {
        self.instrument.min_notional
    }
}

/// Whether an instrument trades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListingStatus {
    /// Everything works.
    #[default]
    Trading,
    /// Announced; nothing works yet.
    PreLaunch,
    /// Orders may be cancelled, nothing else.
    Halt,
    /// Being delisted: orders may be cancelled, positions only reduced.
    Settling,
    /// Gone: nothing works, nothing is left.
    Closed,
}

impl ListingStatus {
    /// Whether orders may meet: trading, or only to reduce.
    pub const fn is_open(self) -> bool {
        matches!(self, ListingStatus::Trading | ListingStatus::Settling)
    }
}
