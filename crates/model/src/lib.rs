//! Words of the trade: what every other crate speaks in.
//!
//! No I/O, no clock, no floats for money. Prices and quantities on the hot path are integers in the
//! instrument's own tick and lot; [`Instrument`] converts at the edges and refuses what does not divide.

pub mod event;
pub mod instrument;
pub mod market;
pub mod number;
pub mod order;
pub mod reason;
pub mod report;
pub mod saved;
pub mod state;
pub mod statement;

pub use event::EventCode;
pub use instrument::{Instrument, InstrumentId, InstrumentNo, Payoff, Venue};
pub use market::{Level, MarketEvent, MarketKind};
pub use number::{Bps, Lots, Nanos, Notional, Price, Qty, Ticks};
pub use order::{
    ClientOrderId, Fill, Liquidity, OrderEvent, OrderIntent, OrderNo, OrderState, Side, TimeInForce,
};
pub use reason::{Lang, Reason, ReasonCode};
pub use report::{ReportKind, VenueOrder, VenueRefusal, VenueReport, VenueRequest};
pub use state::{TradingState, TransitionCause, VenueState};
pub use statement::{Move, MoveKind, Statement};
