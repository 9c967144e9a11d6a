//! A strategy that never rests: entries, exits and cancels by chance, so that orders really flow.

use aurora_model::{Lots, OrderIntent, Side, Ticks, TimeInForce};
use aurora_signal::{ExitReason, Facts, Purpose, Strategy, Wish};

use crate::draws::Draws;

/// Wishes by chance, from a stream of its own.
#[derive(Debug)]
pub(crate) struct Restless {
    draws: Draws,
    /// In a thousand ticks.
    eager: u16,
}

impl Restless {
    pub(crate) fn new(draws: Draws, eager: u16) -> Restless {
        Restless { draws, eager }
    }

    fn place(&mut self, facts: &Facts<'_>, side: Side, reduce: Option<Lots>) -> Option<Wish> {
        let touch = facts.touch?;
        let takes = self.draws.chance(400);
        let price = touch.price(if takes { side.opposite() } else { side });
        let away = if takes { 0 } else { self.draws.between(0, 1) };
        let kinds = match takes {
            true => [TimeInForce::Ioc, TimeInForce::Gtc],
            false => [TimeInForce::Gtc, TimeInForce::PostOnly],
        };
        let qty = reduce.unwrap_or_else(|| Lots(self.draws.between(1, 9)));
        Some(Wish::Place {
            intent: OrderIntent {
                instrument: facts.instrument,
                side,
                limit: Ticks(price.0 - away * side.sign()),
                qty,
                time_in_force: self.draws.pick(&kinds),
                reduce_only: reduce.is_some(),
            },
            purpose: match reduce {
                Some(_) => Purpose::Exit(ExitReason::Target),
                None => Purpose::Entry,
            },
            a_bps: 10.0,
            b_bps: 50.0,
            score: 0.9,
            probability: 0.9,
        })
    }
}

impl Strategy for Restless {
    fn on_tick(&mut self, facts: &Facts<'_>, wishes: &mut Vec<Wish>) {
        if !self.draws.chance(self.eager) {
            return;
        }
        let open = facts.open_orders;
        match self.draws.below(10) {
            0..4 => {
                let side = if self.draws.chance(500) { Side::Buy } else { Side::Sell };
                wishes.extend(self.place(facts, side, None));
            }
            4..7 if facts.position.0 != 0 => {
                let side = if 0 < facts.position.0 { Side::Sell } else { Side::Buy };
                wishes.extend(self.place(facts, side, Some(facts.position.abs())));
            }
            _ if !open.is_empty() => {
                let id = open[self.draws.place(open.len())].id;
                wishes.push(Wish::Cancel { id });
            }
            _ => {
                let side = if self.draws.chance(500) { Side::Buy } else { Side::Sell };
                wishes.extend(self.place(facts, side, None));
            }
        }
    }
}
