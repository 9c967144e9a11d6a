//! Our open orders and positions as far as this side of the wire knows them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Lots, OrderIntent, ReportKind, Side, Ticks, TimeInForce,
    VenueOrder,
};
use aurora_wire::Placement;

/// One order of ours that may be at the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnOrder {
    /// What was asked, with later amends in it.
    pub intent: OrderIntent,
    /// It waits for a price: it is no order yet.
    pub waits_for_trigger: bool,
    /// How much of it has filled.
    pub filled: Lots,
    /// The venue has acknowledged it.
    pub acked: bool,
    /// A cancel is under way.
    pub canceling: bool,
    /// An amend is under way.
    pub amending: bool,
}

impl OwnOrder {
    /// What may still fill.
    pub fn remaining(&self) -> Lots {
        self.intent.qty - self.filled
    }
}

/// Trade ids remembered, so that a fill told twice moves a position once.
const REMEMBERED: usize = 4096;

/// A position as it was last told, and what fills have moved since. A fill may be in what was told already: venues
/// send both, in either order.
#[derive(Clone, Copy, Debug, Default)]
struct Position {
    told: Lots,
    moved: Lots,
}

/// Our open orders and positions.
#[derive(Debug, Default)]
pub struct OwnOrders {
    open: BTreeMap<ClientOrderId, OwnOrder>,
    positions: BTreeMap<InstrumentNo, Position>,
    /// The venue has told us every position at least once.
    knows_positions: bool,
    seen: BTreeSet<(InstrumentNo, u128)>,
    seen_order: VecDeque<(InstrumentNo, u128)>,
}

impl OwnOrders {
    /// A new order is about to leave.
    pub fn placed(&mut self, placement: &Placement) {
        let order = OwnOrder {
            intent: placement.intent,
            waits_for_trigger: placement.trigger.is_some(),
            filled: Lots::ZERO,
            acked: false,
            canceling: false,
            amending: false,
        };
        self.open.insert(placement.id, order);
    }

    /// One order, if it may be open.
    pub fn get(&self, id: ClientOrderId) -> Option<&OwnOrder> {
        self.open.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: ClientOrderId) -> Option<&mut OwnOrder> {
        self.open.get_mut(&id)
    }

    /// Everything, or everything of an instrument, is being cancelled.
    pub(super) fn cancel_all(&mut self, instrument: Option<InstrumentNo>) {
        let all = self.open.values_mut();
        let those = all.filter(|own| instrument.is_none_or(|no| no == own.intent.instrument));
        those.for_each(|own| own.canceling = true);
    }

    /// How many may be open.
    pub fn count(&self, instrument: InstrumentNo) -> usize {
        self.of(instrument).count()
    }

    /// The position, plus long; `None` while the venue has not told.
    pub fn position(&self, instrument: InstrumentNo) -> Option<Lots> {
        self.held(instrument).map(|position| position.told + position.moved)
    }

    /// The most an order of that side can take off the position, as far as we know; `None` while the venue has not
    /// told.
    pub fn reducible(&self, instrument: InstrumentNo, side: Side) -> Option<Lots> {
        let Position { told, moved } = self.held(instrument)?;
        let off = |position: Lots| Lots((-side.sign() * position.0).max(0));
        Some(off(told).max(off(told + moved)))
    }

    /// Sets a position by the venue's or the desk's own count.
    pub fn set_position(&mut self, instrument: InstrumentNo, told: Lots) {
        self.positions.insert(instrument, Position { told, moved: Lots::ZERO });
    }

    fn held(&self, instrument: InstrumentNo) -> Option<Position> {
        let known = self.positions.get(&instrument).copied();
        known.or_else(|| self.knows_positions.then(Position::default))
    }

    /// An order of ours on the other side that this one would trade with.
    pub fn crossing(&self, placement: &Placement) -> Option<ClientOrderId> {
        let intent = placement.intent;
        let crosses = |limit: Ticks| {
            placement.market
                || match intent.side {
                    Side::Buy => limit <= intent.limit,
                    Side::Sell => intent.limit <= limit,
                }
        };
        let own = self.open.iter().find(|(_, own)| {
            own.intent.instrument == intent.instrument
                && own.intent.side != intent.side
                && rests(own)
                && crosses(own.intent.limit)
        });
        own.map(|(id, _)| *id)
    }

    /// How much open reduce-only orders of that side may still take off, cancels under way left out.
    pub fn reducing(&self, instrument: InstrumentNo, side: Side) -> Lots {
        let reducing = self.of(instrument).filter(|own| {
            own.intent.reduce_only
                && own.intent.side == side
                && !own.canceling
                && !own.waits_for_trigger
        });
        Lots(reducing.map(|own| own.remaining().0).sum())
    }

    /// Takes in what the venue says.
    pub fn report(&mut self, kind: &ReportKind) {
        match kind {
            ReportKind::Ack { id, .. } => {
                if let Some(own) = self.open.get_mut(id) {
                    own.acked = true;
                }
            }
            ReportKind::Fill(fill) => self.fill(fill),
            ReportKind::Reject { id, .. }
            | ReportKind::Canceled { id, .. }
            | ReportKind::Expired { id, .. } => {
                self.open.remove(id);
            }
            ReportKind::CancelRejected { id } => {
                if let Some(own) = self.open.get_mut(id) {
                    own.canceling = false;
                }
            }
            ReportKind::Order { id, found: None } => {
                self.open.remove(id);
            }
            ReportKind::Order { found: Some(order), .. } => self.found(order),
            ReportKind::Account { open, fills, positions } => {
                // What has left and is not acknowledged may have missed the venue's list.
                self.open.retain(|id, own| !own.acked || open.iter().any(|order| order.id == *id));
                open.iter().for_each(|order| self.found(order));
                for fill in fills {
                    self.is_new(fill);
                }
                self.positions.clear();
                positions
                    .iter()
                    .for_each(|(instrument, lots)| self.set_position(*instrument, *lots));
                self.knows_positions = true;
            }
        }
    }

    fn fill(&mut self, fill: &Fill) {
        if !self.is_new(fill) {
            return;
        }
        if let Some(mut position) = self.held(fill.instrument) {
            position.moved = Lots(position.moved.0 + fill.side.sign() * fill.qty.0);
            self.positions.insert(fill.instrument, position);
        }
        if let Some(own) = self.open.get_mut(&fill.order) {
            own.acked = true;
            own.filled += fill.qty;
            if own.intent.qty <= own.filled {
                self.open.remove(&fill.order);
            }
        }
    }

    /// Whether the fill is seen for the first time; it is remembered.
    fn is_new(&mut self, fill: &Fill) -> bool {
        let key = (fill.instrument, fill.trade_id);
        if !self.seen.insert(key) {
            return false;
        }
        self.seen_order.push_back(key);
        if REMEMBERED < self.seen_order.len()
            && let Some(oldest) = self.seen_order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }

    fn found(&mut self, order: &VenueOrder) {
        if !order.is_open {
            self.open.remove(&order.id);
            return;
        }
        let own = self.open.entry(order.id).or_insert(OwnOrder {
            intent: order.intent,
            waits_for_trigger: false,
            filled: order.filled,
            acked: true,
            canceling: false,
            amending: false,
        });
        own.acked = true;
        own.filled = own.filled.max(order.filled);
    }

    fn of(&self, instrument: InstrumentNo) -> impl Iterator<Item = &OwnOrder> {
        self.open.values().filter(move |own| own.intent.instrument == instrument)
    }
}

/// Whether the order may stand in the book.
fn rests(own: &OwnOrder) -> bool {
    !own.waits_for_trigger
        && matches!(own.intent.time_in_force, TimeInForce::Gtc | TimeInForce::PostOnly)
}
