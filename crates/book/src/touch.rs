//! The best bid and ask, and what follows from the two alone.

use aurora_model::{Bps, Lots, Side, Ticks};

/// The best bid and ask with what rests there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Best bid.
    pub bid: Ticks,
    /// What rests at the best bid.
    pub bid_qty: Lots,
    /// Best ask.
    pub ask: Ticks,
    /// What rests at the best ask.
    pub ask_qty: Lots,
}

impl Touch {
    /// The price on that side.
    pub const fn price(&self, side: Side) -> Ticks {
        match side {
            Side::Buy => self.bid,
            Side::Sell => self.ask,
        }
    }

    /// What rests on that side.
    pub const fn qty(&self, side: Side) -> Lots {
        match side {
            Side::Buy => self.bid_qty,
            Side::Sell => self.ask_qty,
        }
    }

    /// Halfway between bid and ask, in ticks.
    pub fn mid(&self) -> f64 {
        (self.bid.0 + self.ask.0) as f64 / 2.0
    }

    /// Ask minus bid; zero when locked, below zero when crossed.
    pub fn spread(&self) -> Ticks {
        self.ask - self.bid
    }

    /// The spread over the mid.
    pub fn spread_bps(&self) -> Bps {
        Bps(self.spread().0 as f64 / self.mid() * 1e4)
    }

    /// The mid weighted by the opposite sizes, in ticks: it leans to the side that is about to give way.
    ///
    /// `(bid·ask_qty + ask·bid_qty) / (bid_qty + ask_qty)`; Gatheral and Oomen (2010), "Zero-intelligence
    /// realized variance estimation", eq. 2.
    pub fn microprice(&self) -> f64 {
        let (bid_qty, ask_qty) = (self.bid_qty.0 as f64, self.ask_qty.0 as f64);
        (self.bid.0 as f64 * ask_qty + self.ask.0 as f64 * bid_qty) / (bid_qty + ask_qty)
    }

    /// The bid is above the ask: the book is wrong, or two messages behind.
    pub fn is_crossed(&self) -> bool {
        self.ask < self.bid
    }

    /// Bid and ask are the same price.
    pub fn is_locked(&self) -> bool {
        self.ask == self.bid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(bid: i64, bid_qty: i64, ask: i64, ask_qty: i64) -> Touch {
        Touch { bid: Ticks(bid), bid_qty: Lots(bid_qty), ask: Ticks(ask), ask_qty: Lots(ask_qty) }
    }

    #[test]
    fn the_microprice_leans_away_from_the_heavy_side() {
        let touch = touch(100, 3, 102, 1);
        assert!((touch.mid() - 101.0).abs() < 1e-12);
        assert!((touch.microprice() - 101.5).abs() < 1e-12);
        assert!((touch.spread_bps().0 - 2.0 / 101.0 * 1e4).abs() < 1e-9);
    }

    #[test]
    fn locked_is_not_crossed() {
        assert!(touch(100, 1, 100, 1).is_locked());
        assert!(!touch(100, 1, 100, 1).is_crossed());
        assert!(touch(101, 1, 100, 1).is_crossed());
    }
}
