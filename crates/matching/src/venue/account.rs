//! What the venue knows about our account: every order it ever took, every fill, every position.

use std::collections::{BTreeMap, BTreeSet};

use aurora_model::{
    ClientOrderId, Fill, Instrument, InstrumentNo, Liquidity, Lots, Nanos, Notional, Side, Ticks,
    VenueOrder,
};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::fact::VenueFact;

/// One of the facts cannot be true of these instruments and the facts before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// The instrument list is not the one the facts were written under.
    #[error(
        "venue fact {fact:?} is about instrument number {no}, there are {count}: restore with the instrument list the facts were written under"
    )]
    Instrument {
        /// The fact as text.
        fact: String,
        /// Its instrument.
        no: u16,
        /// How many instruments there are.
        count: usize,
    },
    /// The order was never accepted, or was accepted twice, or filled beyond its quantity.
    #[error(
        "venue fact {fact:?} contradicts the facts before it: the venue log is damaged or mixed from two desks"
    )]
    Contradiction {
        /// The fact as text.
        fact: String,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) instruments: Vec<Instrument>,
    /// Every order ever taken, open or not: an id is used once, for ever.
    orders: BTreeMap<ClientOrderId, VenueOrder>,
    open: BTreeSet<ClientOrderId>,
    fills: Vec<Fill>,
    positions: Vec<Lots>,
    last_venue_id: u64,
}

impl Account {
    pub(crate) fn new(instruments: Vec<Instrument>) -> Account {
        let positions = vec![Lots::ZERO; instruments.len()];
        Account {
            instruments,
            orders: BTreeMap::new(),
            open: BTreeSet::new(),
            fills: Vec::new(),
            positions,
            last_venue_id: 0,
        }
    }

    pub(crate) fn order(&self, id: ClientOrderId) -> Option<&VenueOrder> {
        self.orders.get(&id)
    }

    pub(crate) fn open_orders(&self) -> impl Iterator<Item = &VenueOrder> {
        self.open.iter().map(|id| &self.orders[id])
    }

    pub(crate) fn position(&self, no: InstrumentNo) -> Lots {
        self.positions[no.index()]
    }

    pub(crate) fn positions(&self) -> Vec<(InstrumentNo, Lots)> {
        (0..)
            .map(InstrumentNo)
            .zip(self.positions.iter().copied())
            .filter(|(_, lots)| *lots != Lots::ZERO)
            .collect()
    }

    pub(crate) fn fills_since(&self, moment: Nanos) -> &[Fill] {
        &self.fills[self.fills.partition_point(|fill| fill.at < moment)..]
    }

    pub(crate) fn next_venue_id(&self) -> u64 {
        self.last_venue_id + 1
    }

    /// How much of what it still wants an order may fill: a reduce-only order never flips the position.
    pub(crate) fn fillable(&self, id: ClientOrderId) -> Lots {
        let order = &self.orders[&id];
        let rest = order.intent.qty - order.filled;
        if !order.is_open {
            Lots::ZERO
        } else if order.intent.reduce_only {
            rest.min(self.reducible(order.intent.instrument, order.intent.side))
        } else {
            rest
        }
    }

    /// How much an order of that side could shrink the position.
    pub(crate) fn reducible(&self, no: InstrumentNo, side: Side) -> Lots {
        Lots((-self.position(no).0 * side.sign()).max(0))
    }

    /// The next fill of an order, not yet booked.
    pub(crate) fn make_fill(
        &self,
        id: ClientOrderId,
        price: Ticks,
        qty: Lots,
        liquidity: Liquidity,
        at: Nanos,
    ) -> Fill {
        let intent = self.orders[&id].intent;
        Fill {
            trade_id: self.fills.last().map_or(0, |fill| fill.trade_id) + 1,
            instrument: intent.instrument,
            order: id,
            side: intent.side,
            price,
            qty,
            fee: fee(&self.instruments[intent.instrument.index()], price, qty, liquidity),
            liquidity,
            at,
        }
    }

    /// Makes the fact true. The one way anything changes here, so that what was written down is all there is.
    ///
    /// # Errors
    /// [`RestoreError`] when it cannot be true after the facts before it; nothing has changed then.
    pub(crate) fn book(&mut self, fact: &VenueFact) -> Result<(), RestoreError> {
        let contradiction = || RestoreError::Contradiction { fact: fact.encode() };
        match *fact {
            VenueFact::Accepted { id, venue_id, intent, .. } => {
                self.known(intent.instrument, fact)?;
                if venue_id <= self.last_venue_id || self.orders.contains_key(&id) {
                    return Err(contradiction());
                }
                let filled = Lots::ZERO;
                self.last_venue_id = venue_id;
                self.orders.insert(id, VenueOrder { id, venue_id, intent, filled, is_open: true });
                self.open.insert(id);
            }
            VenueFact::Filled(fill) => {
                self.known(fill.instrument, fact)?;
                let newest = self.fills.last().map_or(0, |fill| fill.trade_id);
                let order = self.orders.get_mut(&fill.order).ok_or_else(contradiction)?;
                let rest = order.intent.qty - order.filled;
                let fits = Lots::ZERO < fill.qty && fill.qty <= rest && newest < fill.trade_id;
                if !order.is_open || !fits {
                    return Err(contradiction());
                }
                order.filled += fill.qty;
                if order.filled == order.intent.qty {
                    order.is_open = false;
                    self.open.remove(&fill.order);
                }
                self.positions[fill.instrument.index()] += Lots(fill.side.sign() * fill.qty.0);
                self.fills.push(fill);
            }
            VenueFact::Canceled { id, .. } | VenueFact::Expired { id, .. } => {
                let order =
                    self.orders.get_mut(&id).filter(|o| o.is_open).ok_or_else(contradiction)?;
                order.is_open = false;
                self.open.remove(&id);
            }
        }
        Ok(())
    }

    fn known(&self, no: InstrumentNo, fact: &VenueFact) -> Result<(), RestoreError> {
        let count = self.instruments.len();
        if no.index() < count {
            return Ok(());
        }
        Err(RestoreError::Instrument { fact: fact.encode(), no: no.0, count })
    }
}

/// The venue's charge in the settle currency, to eight decimals, rounded away from us.
fn fee(instrument: &Instrument, price: Ticks, qty: Lots, liquidity: Liquidity) -> Notional {
    let rate = match liquidity {
        Liquidity::Maker => instrument.maker_fee,
        Liquidity::Taker => instrument.taker_fee,
    };
    let worth = instrument.notional(price, qty).decimal() * rate;
    let settled = match instrument.payoff {
        aurora_model::Payoff::Linear => worth,
        aurora_model::Payoff::Inverse => worth / (instrument.tick * Decimal::from(price.0)),
    };
    Notional::new(
        settled.round_dp_with_strategy(8, RoundingStrategy::ToPositiveInfinity).normalize(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_model::Payoff;

    #[test]
    fn a_fee_is_rounded_away_from_us_in_the_settle_currency() {
        let linear = Instrument {
            id: "PAPER:PERP:BTC-USDT".parse().unwrap(),
            symbol: "BTCUSDT".into(),
            payoff: Payoff::Linear,
            tick: "0.1".parse().unwrap(),
            lot: "0.001".parse().unwrap(),
            multiplier: Decimal::ONE,
            min_notional: Notional::ZERO,
            maker_fee: "-0.00005".parse().unwrap(),
            taker_fee: "0.00045678".parse().unwrap(),
        };
        let inverse = Instrument {
            payoff: Payoff::Inverse,
            lot: Decimal::ONE,
            multiplier: Decimal::from(100),
            ..linear.clone()
        };
        for (instrument, liquidity, want) in [
            (&linear, Liquidity::Taker, "0.02823216"),
            (&linear, Liquidity::Maker, "-0.00309034"),
            (&inverse, Liquidity::Taker, "0.00000074"),
            (&inverse, Liquidity::Maker, "-0.00000008"),
        ] {
            let fee = fee(instrument, Ticks(618_069), Lots(1), liquidity);
            assert_eq!(fee.to_string(), want);
        }
    }
}
