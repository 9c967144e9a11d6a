//! What this session knows of our orders: enough to find a missing fill, a fee, or the end of an amend.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aurora_model::{ClientOrderId, InstrumentNo, Lots, Nanos, OrderIntent};
use rust_decimal::Decimal;

/// Ended orders remembered for what comes late.
const ENDED_KEPT: usize = 8_192;
/// Fills remembered to drop repeats.
const FILLS_KEPT: usize = 32_768;

/// One order of ours.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Its acknowledgement was reported.
    pub(super) acked: bool,
    /// Its end was reported.
    pub(super) ended: bool,
    /// The venue's id.
    pub(super) venue_id: u64,
    /// Distinct fills reported.
    pub(super) filled: Lots,
    /// Their fees as the venue signs them.
    pub(super) fees: Decimal,
    /// Its fills are being fetched.
    pub(super) fetching: bool,
    /// An amend that the venue took and has not yet done.
    pub(super) amend: Option<OrderIntent>,
    /// It is a conditional order: the venue's id of that, zero while unknown.
    pub(super) algo: Option<u64>,
    /// The order it placed when it fired; zero before.
    pub(super) fired: u64,
    /// Its instrument, of a conditional order.
    pub(super) instrument: InstrumentNo,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderBook {
    all: BTreeMap<ClientOrderId, Known>,
    ended: VecDeque<ClientOrderId>,
    fills: Seen,
}

impl OrderBook {
    pub(super) fn get(&mut self, id: ClientOrderId) -> &mut Known {
        self.all.entry(id).or_default()
    }

    pub(super) fn known(&self, id: ClientOrderId) -> Option<&Known> {
        self.all.get(&id)
    }

    /// Marks an order as ended; the oldest of the ended are forgotten. False when it was already.
    pub(super) fn end(&mut self, id: ClientOrderId) -> bool {
        let order = self.get(id);
        if std::mem::replace(&mut order.ended, true) {
            return false;
        }
        self.ended.push_back(id);
        if ENDED_KEPT < self.ended.len()
            && let Some(oldest) = self.ended.pop_front()
        {
            self.all.remove(&oldest);
        }
        true
    }

    /// Counts a fill; false when it was counted before.
    pub(super) fn fill(
        &mut self,
        id: ClientOrderId,
        instrument: InstrumentNo,
        trade_id: u128,
        qty: Lots,
    ) -> bool {
        let is_new = self.fills.insert(instrument, trade_id);
        if is_new {
            self.get(id).filled += qty;
        }
        is_new
    }

    /// Conditional orders that have neither ended nor fired.
    pub(super) fn open_triggers(&self) -> Vec<(ClientOrderId, InstrumentNo)> {
        let is_open = |order: &Known| order.algo.is_some() && !order.ended && order.fired == 0;
        let open = self.all.iter().filter(|(_, order)| is_open(order));
        open.map(|(id, order)| (*id, order.instrument)).collect()
    }

    /// The conditional order that placed that order.
    pub(super) fn fired_by(&self, ord_id: u64) -> Option<ClientOrderId> {
        let fired = |order: &Known| order.fired == ord_id && ord_id != 0;
        self.all.iter().find(|(_, order)| fired(order)).map(|(id, _)| *id)
    }

    pub(super) fn has_fill(&self, instrument: InstrumentNo, trade_id: u128) -> bool {
        self.fills.contains(instrument, trade_id)
    }
}

/// The newest fills, by instrument and trade id.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    set: BTreeSet<(InstrumentNo, u128)>,
    order: VecDeque<(InstrumentNo, u128)>,
}

impl Seen {
    /// False when it was there.
    pub(super) fn insert(&mut self, instrument: InstrumentNo, trade_id: u128) -> bool {
        let is_new = self.set.insert((instrument, trade_id));
        if is_new {
            self.order.push_back((instrument, trade_id));
            if FILLS_KEPT < self.order.len()
                && let Some(oldest) = self.order.pop_front()
            {
                self.set.remove(&oldest);
            }
        }
        is_new
    }

    fn contains(&self, instrument: InstrumentNo, trade_id: u128) -> bool {
        self.set.contains(&(instrument, trade_id))
    }
}

/// A moment and what is to be done then.
#[derive(Clone, Debug)]
pub(super) struct Agenda<T>(Vec<(Nanos, T)>);

impl<T> Default for Agenda<T> {
    fn default() -> Agenda<T> {
        Agenda(Vec::new())
    }
}

impl<T> Agenda<T> {
    pub(super) fn put(&mut self, at: Nanos, what: T) {
        self.0.push((at, what));
    }

    /// What is due, in the order it was put.
    pub(super) fn due(&mut self, at: Nanos) -> Vec<T> {
        let (due, later) =
            std::mem::take(&mut self.0).into_iter().partition(|(when, _)| *when <= at);
        self.0 = later;
        let due: Vec<(Nanos, T)> = due;
        due.into_iter().map(|(_, what)| what).collect()
    }

    pub(super) fn wake_at(&self) -> Nanos {
        self.0.iter().map(|(when, _)| *when).min().unwrap_or(Nanos(i64::MAX))
    }
}
