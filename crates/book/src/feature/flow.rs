//! Trade flow: who is taking.

use aurora_model::{Lots, Nanos, Side};

use crate::feature::window::Window;

/// Taker volume by side over a window, and since the start.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    bought: Window<i64>,
    sold: Window<i64>,
    count: Window<u32>,
    cumulative: i64,
}

impl Flow {
    pub(crate) fn new(span: Nanos) -> Flow {
        let (bought, sold) = (Window::new(span), Window::new(span));
        Flow { bought, sold, count: Window::new(span), cumulative: 0 }
    }

    pub(crate) fn on_trade(&mut self, at: Nanos, aggressor: Side, qty: Lots) {
        match aggressor {
            Side::Buy => self.bought.add(at, qty.0),
            Side::Sell => self.sold.add(at, qty.0),
        }
        self.count.add(at, 1);
        self.cumulative += aggressor.sign() * qty.0;
    }

    /// Trade flow imbalance `(bought − sold) / (bought + sold)`, −1..1; zero without trades.
    pub(crate) fn imbalance(&self, now: Nanos) -> f64 {
        let (bought, sold) = (self.bought.sum(now), self.sold.sum(now));
        if bought + sold == 0 { 0.0 } else { (bought - sold) as f64 / (bought + sold) as f64 }
    }

    /// Volume delta over the window: bought minus sold.
    pub(crate) fn delta(&self, now: Nanos) -> Lots {
        Lots(self.bought.sum(now) - self.sold.sum(now))
    }

    /// Cumulative volume delta since the start.
    pub(crate) fn cumulative(&self) -> Lots {
        Lots(self.cumulative)
    }

    /// How many trades the window holds.
    pub(crate) fn count(&self, now: Nanos) -> u32 {
        self.count.sum(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_forgets_and_the_cumulative_does_not() {
        let mut flow = Flow::new(Nanos::SECOND);
        flow.on_trade(Nanos(0), Side::Buy, Lots(30));
        flow.on_trade(Nanos(1), Side::Sell, Lots(10));
        assert!((flow.imbalance(Nanos(1)) - 0.5).abs() < 1e-12);
        assert_eq!((flow.delta(Nanos(1)), flow.count(Nanos(1))), (Lots(20), 2));
        let later = Nanos(3 * Nanos::SECOND.0);
        flow.on_trade(later, Side::Sell, Lots(50));
        assert_eq!((flow.delta(later), flow.count(later)), (Lots(-50), 1));
        assert_eq!(flow.cumulative(), Lots(-30));
    }
}
