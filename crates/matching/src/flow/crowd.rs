//! Who sends market orders: a few large orders being worked in pieces, and noise.
//!
//! Lillo, Mike and Farmer (2005, "Theory for long memory in supply and demand"): the signs of trades stay alike
//! for long because large orders, with sizes that have a power-law tail, are split into pieces.

use aurora_model::Side;

use super::chance::{Chance, whole};

const WORKED: usize = 3;
const NOISE: f64 = 0.2;
const TAIL: f64 = 1.55;
const FEWEST_PIECES: f64 = 4.0;
const MOST_PIECES: f64 = 1_500.0;
/// How fast what everyone expects follows what came.
const LEARNING: f64 = 0.05;

#[derive(Clone, Debug)]
pub(super) struct Crowd {
    worked: [(Side, i64); WORKED],
    expected: f64,
}

impl Crowd {
    pub(super) fn new(chance: &mut Chance) -> Crowd {
        Crowd { worked: [(); WORKED].map(|()| large_order(chance)), expected: 0.0 }
    }

    /// The side of the next market order, and its surprise: the sign less what its forerunners led to expect.
    /// Only the surprise moves the fair price, else the price would drift where everyone sees it coming.
    pub(super) fn next(&mut self, chance: &mut Chance) -> (Side, f64) {
        let side = if chance.happens(NOISE) { any_side(chance) } else { self.next_piece(chance) };
        let sign = side.sign() as f64;
        let surprise = sign - self.expected;
        self.expected += LEARNING * surprise;
        (side, surprise)
    }

    fn next_piece(&mut self, chance: &mut Chance) -> Side {
        let which = usize::try_from(chance.below(WORKED as i64)).expect("an index");
        let order = &mut self.worked[which];
        let side = order.0;
        order.1 -= 1;
        if order.1 <= 0 {
            *order = large_order(chance);
        }
        side
    }
}

fn large_order(chance: &mut Chance) -> (Side, i64) {
    let pieces = (FEWEST_PIECES * chance.pareto(TAIL)).min(MOST_PIECES);
    (any_side(chance), whole(pieces))
}

fn any_side(chance: &mut Chance) -> Side {
    if chance.happens(0.5) { Side::Buy } else { Side::Sell }
}
