//! Order flow imbalance: what came and went at the touch.

use aurora_model::Nanos;

use crate::feature::window::Window;
use crate::touch::Touch;

/// Order flow imbalance over a window.
///
/// Cont, Kukanov and Stoikov (2014), "The price impact of order book events", eq. 4: each change of the
/// touch contributes `e = 1{Pb ≥ Pb′} qb − 1{Pb ≤ Pb′} qb′ − 1{Pa ≤ Pa′} qa + 1{Pa ≥ Pa′} qa′`, in lots.
#[derive(Clone, Debug)]
pub(crate) struct Ofi {
    before: Option<Touch>,
    net: Window<i64>,
    gross: Window<i64>,
}

impl Ofi {
    pub(crate) fn new(span: Nanos) -> Ofi {
        Ofi { before: None, net: Window::new(span), gross: Window::new(span) }
    }

    pub(crate) fn on_touch(&mut self, at: Nanos, touch: Touch) {
        let Some(before) = self.before.replace(touch) else { return };
        if before == touch {
            return;
        }
        let change = contribution(&before, &touch);
        self.net.add(at, change);
        self.gross.add(at, change.abs());
    }

    /// In lots; above zero, buyers came or sellers left.
    pub(crate) fn net(&self, now: Nanos) -> i64 {
        self.net.sum(now)
    }

    /// Net over gross, −1..1; zero while nothing moved.
    pub(crate) fn ratio(&self, now: Nanos) -> f64 {
        let gross = self.gross.sum(now);
        if gross == 0 { 0.0 } else { self.net.sum(now) as f64 / gross as f64 }
    }
}

fn contribution(before: &Touch, touch: &Touch) -> i64 {
    let mut change = 0;
    if before.bid <= touch.bid {
        change += touch.bid_qty.0;
    }
    if touch.bid <= before.bid {
        change -= before.bid_qty.0;
    }
    if touch.ask <= before.ask {
        change -= touch.ask_qty.0;
    }
    if before.ask <= touch.ask {
        change += before.ask_qty.0;
    }
    change
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_model::{Lots, Ticks};

    fn touch(bid: i64, bid_qty: i64, ask: i64, ask_qty: i64) -> Touch {
        Touch { bid: Ticks(bid), bid_qty: Lots(bid_qty), ask: Ticks(ask), ask_qty: Lots(ask_qty) }
    }

    #[test]
    fn the_cases_of_the_paper() {
        let before = touch(100, 10, 101, 20);
        for (after, want) in [
            (touch(100, 13, 101, 20), 3),
            (touch(100, 10, 101, 25), -5),
            (touch(101, 4, 102, 6), 4 + 20),
            (touch(99, 4, 100, 6), -10 - 6),
        ] {
            assert_eq!(contribution(&before, &after), want, "{after:?}");
        }
    }

    #[test]
    fn the_first_touch_has_nothing_to_differ_from() {
        let mut ofi = Ofi::new(Nanos::SECOND);
        ofi.on_touch(Nanos(1), touch(100, 10, 101, 20));
        assert_eq!(ofi.net(Nanos(1)), 0);
        ofi.on_touch(Nanos(2), touch(100, 15, 101, 20));
        ofi.on_touch(Nanos(3), touch(100, 15, 101, 25));
        assert_eq!(ofi.net(Nanos(3)), 0);
        ofi.on_touch(Nanos(4), touch(100, 25, 101, 25));
        assert!((ofi.ratio(Nanos(4)) - 0.5).abs() < 1e-12);
    }
}
