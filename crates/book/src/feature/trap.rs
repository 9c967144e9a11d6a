//! Inputs of the gate's TRAP check: what is withdrawn and what is added near the touch.
//!
//! Between two diffs the best levels are compared price by price. What a level lost is a cancel, except
//! as much of it as was traded on that side meanwhile; what it gained is an add. A level that only slid
//! out of sight because better ones came was not cancelled, and one that slid into sight was not added.

use aurora_model::{Lots, Nanos, Side, Ticks};

use crate::book::Book;
use crate::feature::window::Window;

/// How many levels of each side are watched.
pub const TRAP_LEVELS: usize = 5;

/// What the gate's TRAP check wants to know, summed over the window and both sides, by level from the
/// touch outward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrapInputs {
    /// Lots withdrawn.
    pub cancel: [Lots; TRAP_LEVELS],
    /// Lots added.
    pub add: [Lots; TRAP_LEVELS],
    /// Public trades in the same window.
    pub trades: u32,
}

type Top = [(Ticks, Lots); TRAP_LEVELS];

/// Watches the best levels of a book.
#[derive(Clone, Debug)]
pub(crate) struct Trap {
    sides: [Watched; 2],
    cancel: [Window<i64>; TRAP_LEVELS],
    add: [Window<i64>; TRAP_LEVELS],
    trades: Window<u32>,
}

/// One side as it was after the last diff, and what was traded away there since.
#[derive(Clone, Debug)]
struct Watched {
    side: Side,
    top: Top,
    len: usize,
    traded: i64,
}

impl Trap {
    pub(crate) fn new(span: Nanos) -> Trap {
        let watched = |side| Watched { side, top: Top::default(), len: 0, traded: 0 };
        Trap {
            sides: [Side::Buy, Side::Sell].map(watched),
            cancel: [Window::new(span); TRAP_LEVELS],
            add: [Window::new(span); TRAP_LEVELS],
            trades: Window::new(span),
        }
    }

    pub(crate) fn on_trade(&mut self, at: Nanos, aggressor: Side, qty: Lots) {
        self.trades.add(at, 1);
        // A buyer takes from the asks.
        let resting = if aggressor == Side::Buy { 1 } else { 0 };
        self.sides[resting].traded += qty.0;
    }

    pub(crate) fn on_levels(&mut self, at: Nanos, book: &Book) {
        let Trap { sides, cancel, add, .. } = self;
        for watched in sides {
            watched.compare(book, |level, change| match change {
                1.. => add[level].add(at, change),
                ..0 => cancel[level].add(at, -change),
                0 => {}
            });
        }
    }

    /// A snapshot came: what differs from before was neither added nor cancelled just now.
    pub(crate) fn start_over(&mut self) {
        for watched in &mut self.sides {
            watched.len = 0;
            watched.traded = 0;
        }
    }

    pub(crate) fn inputs(&self, now: Nanos) -> TrapInputs {
        TrapInputs {
            cancel: std::array::from_fn(|level| Lots(self.cancel[level].sum(now))),
            add: std::array::from_fn(|level| Lots(self.add[level].sum(now))),
            trades: self.trades.sum(now),
        }
    }
}

impl Watched {
    /// Tells `changed(level, lots)` for each level that gained (above zero) or was withdrawn (below).
    fn compare(&mut self, book: &Book, mut changed: impl FnMut(usize, i64)) {
        let mut now = Top::default();
        let len = book.top(self.side, &mut now);
        let before = std::mem::replace(&mut self.top, now);
        let before = &before[..std::mem::replace(&mut self.len, len)];
        let mut traded = std::mem::take(&mut self.traded);
        for (level, &(price, was)) in before.iter().enumerate() {
            // Not among the best any more: it may still be there, further out.
            let shown = now[..len].iter().find(|l| l.0 == price);
            let is = shown.map_or_else(|| book.qty_at(self.side, price), |l| l.1);
            let change = is.0 - was.0;
            let by_trades = traded.min(-change).max(0);
            traded -= by_trades;
            changed(level, change + by_trades);
        }
        let Some(&(worst, _)) = before.last() else { return };
        for (level, &(price, qty)) in now[..len].iter().enumerate() {
            let in_sight = 0 < (price.0 - worst.0) * self.side.sign();
            if in_sight && before.iter().all(|l| l.0 != price) {
                changed(level, qty.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::continuity::Continuity;
    use aurora_model::{InstrumentNo, Level, MarketEvent, MarketKind};

    fn set(book: &mut Book, bids: &[(i64, i64)]) {
        let level = |&(price, qty)| Level { side: Side::Buy, price: Ticks(price), qty: Lots(qty) };
        let levels: Vec<Level> = bids.iter().map(level).collect();
        book.apply(&MarketEvent {
            instrument: InstrumentNo(0),
            exchange_at: Nanos(0),
            received_at: Nanos(0),
            kind: MarketKind::Diff { first_id: 1, last_id: 1, prev_id: None, levels: &levels },
        });
    }

    fn watched(first: &[(i64, i64)]) -> (Book, Trap) {
        let mut book = Book::new(Continuity::None);
        let mut trap = Trap::new(Nanos::SECOND);
        set(&mut book, first);
        trap.on_levels(Nanos(0), &book);
        (book, trap)
    }

    #[test]
    fn a_wall_that_is_pulled_is_a_cancel_at_its_level() {
        let (mut book, mut trap) = watched(&[(100, 5), (99, 500), (98, 5)]);
        set(&mut book, &[(99, 0), (98, 9)]);
        trap.on_levels(Nanos(1), &book);
        let inputs = trap.inputs(Nanos(1));
        assert_eq!(inputs.cancel, [0, 500, 0, 0, 0].map(Lots));
        assert_eq!(inputs.add, [0, 0, 4, 0, 0].map(Lots));
    }

    #[test]
    fn what_was_traded_away_was_not_cancelled() {
        let (mut book, mut trap) = watched(&[(100, 5), (99, 50)]);
        trap.on_trade(Nanos(1), Side::Sell, Lots(7));
        set(&mut book, &[(100, 0), (99, 40)]);
        trap.on_levels(Nanos(1), &book);
        let inputs = trap.inputs(Nanos(1));
        assert_eq!(inputs.cancel, [0, 8, 0, 0, 0].map(Lots));
        assert_eq!(inputs.trades, 1);
    }

    #[test]
    fn sliding_out_of_sight_and_back_is_no_cancel_and_no_add() {
        let (mut book, mut trap) = watched(&[(100, 1), (99, 1), (98, 1), (97, 1), (96, 1)]);
        set(&mut book, &[(101, 3)]);
        trap.on_levels(Nanos(1), &book);
        set(&mut book, &[(101, 0)]);
        trap.on_levels(Nanos(2), &book);
        let inputs = trap.inputs(Nanos(2));
        assert_eq!(inputs.cancel, [3, 0, 0, 0, 0].map(Lots));
        assert_eq!(inputs.add, [3, 0, 0, 0, 0].map(Lots));
    }
}
