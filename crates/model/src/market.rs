//! What a market says: book levels and public trades, already in ticks and lots.

use crate::instrument::InstrumentNo;
use crate::number::{Lots, Nanos, Ticks};
use crate::order::Side;

/// One price level as the venue now shows it. A quantity of zero deletes the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// `Buy` is a bid, `Sell` an ask.
    pub side: Side,
    /// The level's price.
    pub price: Ticks,
    /// The whole quantity now resting there, never below zero.
    pub qty: Lots,
}

/// One message from a market-data stream, borrowed from the decoder's buffers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarketEvent<'a> {
    /// Which instrument it is about.
    pub instrument: InstrumentNo,
    /// The venue's own time stamp (zero when the stream has none).
    pub exchange_at: Nanos,
    /// When it reached us, on the desk's time line; what events are ordered by.
    pub received_at: Nanos,
    /// What it says.
    pub kind: MarketKind<'a>,
}

/// What a market message says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MarketKind<'a> {
    /// Levels that changed, valid only in unbroken sequence.
    Diff {
        /// First update id in this message.
        first_id: u64,
        /// Last update id in this message.
        last_id: u64,
        /// Last id of the message before it, where the venue says so.
        prev_id: Option<u64>,
        /// The changed levels, bids before asks.
        levels: &'a [Level],
    },
    /// The whole book (to some depth) at one moment.
    Snapshot {
        /// The last update id the snapshot includes.
        last_id: u64,
        /// Every level, bids before asks, best first.
        levels: &'a [Level],
    },
    /// The best bid and ask from a stream of their own, ahead of the diffs.
    Bbo {
        /// Update id the touch belongs to.
        update_id: u64,
        /// Best bid and what rests there.
        bid: (Ticks, Lots),
        /// Best ask and what rests there.
        ask: (Ticks, Lots),
    },
    /// A public trade.
    Trade {
        /// The venue's trade id.
        id: u64,
        /// Who took: `Buy` lifted an ask.
        aggressor: Side,
        /// Its price.
        price: Ticks,
        /// Its size.
        qty: Lots,
    },
}

impl<'a> MarketEvent<'a> {
    /// The same with other levels: see [`MarketKind::with_levels`].
    #[inline]
    pub const fn with_levels<'b>(&self, levels: &'b [Level]) -> MarketEvent<'b> {
        let MarketEvent { instrument, exchange_at, received_at, kind } = *self;
        MarketEvent { instrument, exchange_at, received_at, kind: kind.with_levels(levels) }
    }
}

impl<'a> MarketKind<'a> {
    /// How many events it counts as: one a level, one a trade, one a touch.
    pub const fn event_count(&self) -> usize {
        match self {
            MarketKind::Diff { levels, .. } | MarketKind::Snapshot { levels, .. } => levels.len(),
            MarketKind::Bbo { .. } | MarketKind::Trade { .. } => 1,
        }
    }

    /// The levels it brings; a touch and a trade have none.
    #[inline]
    pub const fn levels(&self) -> &'a [Level] {
        match self {
            MarketKind::Diff { levels, .. } | MarketKind::Snapshot { levels, .. } => levels,
            MarketKind::Bbo { .. } | MarketKind::Trade { .. } => &[],
        }
    }

    /// The same with other levels, which a touch and a trade leave aside. With `&[]` it borrows nothing, so it can be
    /// kept while its levels stay in a buffer.
    #[inline]
    pub const fn with_levels<'b>(&self, levels: &'b [Level]) -> MarketKind<'b> {
        match *self {
            MarketKind::Diff { first_id, last_id, prev_id, .. } => {
                MarketKind::Diff { first_id, last_id, prev_id, levels }
            }
            MarketKind::Snapshot { last_id, .. } => MarketKind::Snapshot { last_id, levels },
            MarketKind::Bbo { update_id, bid, ask } => MarketKind::Bbo { update_id, bid, ask },
            MarketKind::Trade { id, aggressor, price, qty } => {
                MarketKind::Trade { id, aggressor, price, qty }
            }
        }
    }
}
