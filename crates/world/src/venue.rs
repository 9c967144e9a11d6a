//! The venue: takes, refuses, fills and ends orders by chance, and remembers everything it did.
//!
//! It is written apart from the paper venue and the simulators on purpose: it must not agree with them by accident.
//! It has no book. A client id may come again once its order is closed, as on Binance: whoever sends twice trades twice.

use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Liquidity, Lots, Nanos, Notional, OrderIntent, ReportKind,
    Side, TimeInForce, VenueOrder, VenueRefusal, VenueReport,
};
use rust_decimal::Decimal;

use crate::draws::Draws;

/// How much older than the venue's clock an order may be.
pub(crate) const WINDOW: Nanos = Nanos::from_millis(2_000);
/// How far from the future it may be.
const AHEAD: Nanos = Nanos::SECOND;

/// Something the venue is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ask {
    Place {
        id: ClientOrderId,
        intent: OrderIntent,
        /// The venue's time as the sender knew it.
        stamped: Nanos,
    },
    Cancel(ClientOrderId),
    CancelAll,
    Query(ClientOrderId),
    Account {
        since: Nanos,
    },
    Fills {
        since: Nanos,
    },
    DeadMan(Option<Nanos>),
}

/// What it answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Report(ReportKind),
    Fills(Vec<Fill>),
    Done,
    /// Too many requests, or away: nothing was looked at.
    Busy,
}

/// An order the venue took.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) id: ClientOrderId,
    pub(crate) intent: OrderIntent,
    pub(crate) venue_id: u64,
    pub(crate) at: Nanos,
    pub(crate) filled: Lots,
    pub(crate) ended_at: Option<Nanos>,
    /// A cancel is on its way and the venue knows nothing of it.
    pub(crate) is_leaving: bool,
}

impl Taken {
    pub(crate) fn left(&self) -> Lots {
        if self.ended_at.is_none() { self.intent.qty - self.filled } else { Lots::ZERO }
    }
}

/// The venue.
#[derive(Debug, Default)]
pub(crate) struct Venue {
    pub(crate) orders: Vec<Taken>,
    pub(crate) trades: Vec<Fill>,
    pub(crate) position: [i64; 2],
    pub(crate) dead_man: Option<Nanos>,
    /// Nothing is heard before.
    pub(crate) away_until: Nanos,
    /// Nothing new is taken before.
    pub(crate) closed_until: Nanos,
    /// Nothing but "too many" is said before.
    pub(crate) banned_until: Nanos,
    pub(crate) refusals: u16,
    /// What every stream is told, in order.
    pub(crate) pushes: Vec<VenueReport>,
    pub(crate) late: u64,
    /// In a thousand fills: those that are larger than what was asked for.
    pub(crate) overfills: u16,
    pub(crate) overfilled: u64,
    /// In a thousand cancels: those that crossed a fill which is told after them.
    pub(crate) crossings: u16,
    pub(crate) told_late: u64,
    /// Nobody trades any more.
    pub(crate) is_idle: bool,
}

impl Venue {
    /// Does what it is asked.
    pub(crate) fn take(&mut self, now: Nanos, ask: &Ask, draws: &mut Draws) -> Answer {
        if now < self.banned_until {
            return match ask {
                Ask::Place { id, .. } => refused(*id, VenueRefusal::RateLimited),
                _ => Answer::Busy,
            };
        }
        match *ask {
            Ask::Place { id, intent, stamped } => self.place(now, id, intent, stamped, draws),
            Ask::Cancel(id) => match self.open(id) {
                Some(at) => {
                    let filled = self.orders[at].filled;
                    self.end(now, at, false);
                    self.cross(now, at, draws);
                    Answer::Report(ReportKind::Canceled { id, filled })
                }
                None => Answer::Report(ReportKind::CancelRejected { id }),
            },
            Ask::CancelAll => {
                self.cancel_all(now);
                Answer::Done
            }
            Ask::DeadMan(after) => {
                self.dead_man = after.map(|after| now + after);
                Answer::Done
            }
            Ask::Query(..) | Ask::Account { .. } | Ask::Fills { .. } => {
                unreachable!("questions are answered by `tell`")
            }
        }
    }

    fn place(
        &mut self,
        now: Nanos,
        id: ClientOrderId,
        intent: OrderIntent,
        stamped: Nanos,
        draws: &mut Draws,
    ) -> Answer {
        if now + AHEAD <= stamped || WINDOW < now - stamped {
            self.late += 1;
            return refused(id, VenueRefusal::Late);
        }
        if now < self.closed_until {
            return refused(id, VenueRefusal::Halted);
        }
        if self.open(id).is_some() {
            return refused(id, VenueRefusal::DuplicateId);
        }
        let held = self.position[intent.instrument.index()] * intent.side.sign();
        let mut qty = intent.qty;
        if intent.reduce_only {
            if 0 <= held {
                return refused(id, VenueRefusal::WouldNotReduce);
            }
            qty = Lots(qty.0.min(-held));
        }
        if draws.chance(self.refusals) {
            let judged = [VenueRefusal::InsufficientMargin, VenueRefusal::WouldTake];
            return refused(id, draws.pick(&judged));
        }
        let venue_id = self.orders.len() as u64 + 1;
        let (filled, ended_at) = (Lots::ZERO, None);
        let taken = Taken { id, intent, venue_id, at: now, filled, ended_at, is_leaving: false };
        self.orders.push(taken);
        let place = self.orders.len() - 1;
        self.push(now, ReportKind::Ack { id, venue_id });
        if matches!(intent.time_in_force, TimeInForce::Ioc | TimeInForce::Fok) {
            let take = if draws.chance(800) { qty.0 } else { draws.between(0, qty.0) };
            if 0 < take {
                self.fill(now, place, Lots(take), Liquidity::Taker);
            }
            if self.orders[place].ended_at.is_none() {
                self.end(now, place, true);
            }
        }
        Answer::Report(ReportKind::Ack { id, venue_id })
    }

    /// Lets one open order trade, by chance; which one it was.
    pub(crate) fn trade(&mut self, now: Nanos, draws: &mut Draws) -> Option<usize> {
        let open = self.orders.iter().rposition(|order| order.ended_at.is_none())?;
        // Mostly the newest: the older ones rest.
        let at = if draws.chance(700) { open } else { draws.place(open + 1) };
        let left = self.orders[at].left();
        if left.0 <= 0 {
            return None;
        }
        let qty = if draws.chance(500) { left } else { Lots(draws.between(1, left.0)) };
        let intent = self.orders[at].intent;
        if intent.reduce_only {
            let held = self.position[intent.instrument.index()] * intent.side.sign();
            if 0 <= held {
                self.end(now, at, true);
                return None;
            }
            self.fill(now, at, Lots(qty.0.min(-held)), Liquidity::Maker);
        } else {
            let is_over = qty == left && draws.chance(self.overfills);
            self.overfilled += u64::from(is_over);
            self.fill(now, at, if is_over { qty + Lots(1) } else { qty }, Liquidity::Maker);
        }
        Some(at)
    }

    fn fill(&mut self, now: Nanos, at: usize, qty: Lots, liquidity: Liquidity) {
        let OrderIntent { instrument, side, limit: price, .. } = self.orders[at].intent;
        let trade_id = self.next_trade_id(instrument);
        let order = &mut self.orders[at];
        order.filled += qty;
        if order.intent.qty <= order.filled {
            order.ended_at = Some(now);
        }
        self.position[instrument.index()] += qty.0 * side.sign();
        let rate = if liquidity == Liquidity::Maker { 2 } else { 5 };
        let fill = Fill {
            trade_id,
            instrument,
            order: order.id,
            side,
            price,
            qty,
            fee: Notional::new(Decimal::new(price.0 * qty.0 * rate, 4)),
            liquidity,
            at: now,
        };
        self.trades.push(fill);
        self.push(now, ReportKind::Fill(fill));
    }

    fn end(&mut self, now: Nanos, at: usize, is_expiry: bool) {
        let order = &mut self.orders[at];
        order.ended_at = Some(now);
        let (id, filled) = (order.id, order.filled);
        self.push(
            now,
            match is_expiry {
                true => ReportKind::Expired { id, filled },
                false => ReportKind::Canceled { id, filled },
            },
        );
    }

    /// A fill that was on its way when the cancel came: told after it, and real.
    fn cross(&mut self, now: Nanos, at: usize, draws: &mut Draws) {
        let (intent, filled) = (self.orders[at].intent, self.orders[at].filled);
        if !draws.chance(self.crossings) || intent.reduce_only || intent.qty <= filled {
            return;
        }
        self.told_late += 1;
        let qty = Lots(draws.between(1, (intent.qty - filled).0));
        self.fill(now, at, qty, Liquidity::Maker);
        self.orders[at].ended_at = Some(now);
    }

    pub(crate) fn cancel_all(&mut self, now: Nanos) {
        for at in 0..self.orders.len() {
            if self.orders[at].ended_at.is_none() {
                self.end(now, at, false);
            }
        }
    }

    /// The order that is open under that id.
    pub(crate) fn open(&self, id: ClientOrderId) -> Option<usize> {
        self.orders.iter().rposition(|order| order.id == id && order.ended_at.is_none())
    }

    /// Everything that was ever taken under that id.
    pub(crate) fn all(&self, id: ClientOrderId) -> impl Iterator<Item = &Taken> {
        self.orders.iter().filter(move |order| order.id == id)
    }

    /// What is open and would trade on that side.
    pub(crate) fn pending(&self, instrument: InstrumentNo, side: Side) -> i64 {
        let here = self
            .orders
            .iter()
            .filter(|order| order.intent.instrument == instrument && order.intent.side == side);
        here.map(|order| order.left().0).sum()
    }

    fn push(&mut self, now: Nanos, kind: ReportKind) {
        self.pushes.push(VenueReport { venue_at: now, kind });
    }

    /// An order as it was at a moment.
    pub(crate) fn order_at(&self, id: ClientOrderId, moment: Nanos) -> Option<VenueOrder> {
        let order = self.orders.iter().rev().find(|order| order.id == id && order.at <= moment)?;
        Some(self.seen(order, moment))
    }

    fn seen(&self, order: &Taken, moment: Nanos) -> VenueOrder {
        let filled = match self.trades.last() {
            Some(last) if moment < last.at => self
                .trades
                .iter()
                .filter(|fill| fill.order == order.id && fill.at <= moment)
                .fold(Lots::ZERO, |sum, fill| sum + fill.qty),
            _ => order.filled,
        };
        VenueOrder {
            id: order.id,
            venue_id: order.venue_id,
            intent: order.intent,
            filled,
            is_open: order.ended_at.is_none_or(|ended| moment < ended),
        }
    }

    /// Open orders at one moment, fills up to another, positions of a third.
    pub(crate) fn account_at(&self, since: Nanos, moments: [Nanos; 3]) -> ReportKind {
        let [orders, fills, positions] = moments;
        let open = self.orders.iter().filter(|order| order.at <= orders);
        let open = open.map(|order| self.seen(order, orders)).filter(|order| order.is_open);
        let fills = self.fills_at(since, fills);
        let mut sums = [0i64; 2];
        for fill in self.trades.iter().filter(|fill| fill.at <= positions) {
            sums[fill.instrument.index()] += fill.qty.0 * fill.side.sign();
        }
        let positions = (0..).map(InstrumentNo).zip(sums).filter(|(_, lots)| *lots != 0);
        ReportKind::Account {
            open: open.collect(),
            fills,
            positions: positions.map(|(no, lots)| (no, Lots(lots))).collect(),
        }
    }

    /// The fills from a moment up to another.
    pub(crate) fn fills_at(&self, since: Nanos, moment: Nanos) -> Vec<Fill> {
        let told = self.trades.iter().filter(|fill| since <= fill.at && fill.at <= moment);
        told.copied().collect()
    }

    /// The place of a trade among all there were; ids are unique within an instrument.
    pub(crate) fn place_of(&self, instrument: InstrumentNo, id: u128) -> Option<usize> {
        let is_it = |fill: &Fill| fill.trade_id == id && fill.instrument == instrument;
        self.trades.iter().rposition(is_it)
    }

    /// Ids have holes, for others trade there too; every instrument counts for itself.
    fn next_trade_id(&self, instrument: InstrumentNo) -> u128 {
        let here = self.trades.iter().filter(|fill| fill.instrument == instrument).count();
        (here as u128 + 1) * 7
    }
}

fn refused(id: ClientOrderId, refusal: VenueRefusal) -> Answer {
    Answer::Report(ReportKind::Reject { id, refusal })
}
