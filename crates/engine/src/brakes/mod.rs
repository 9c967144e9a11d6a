//! Brakes outside every strategy: absolute caps that kill the desk, and breakers of an order flow gone wild.

mod breaker;
mod budget;
mod turnover;

use aurora_gate::Stopwatch;
use aurora_model::{Nanos, Notional, TradingState, TransitionCause};

pub(crate) use breaker::{Breaker, forget_older};
pub(crate) use budget::Budget;
pub use budget::{BudgetLimits, BudgetView};
pub(crate) use turnover::Turnover;

use budget::Spent;

use crate::alert::AlertCode;
use crate::effect::{Effects, Notice};
use crate::engine::Engine;

/// What the brakes allow. Amounts are in the reporting currency, above zero; `None` is not configured.
#[derive(Clone, Copy, Debug)]
pub struct BrakeLimits {
    /// What may be traded in a UTC day, before the desk is killed.
    pub day_notional: Option<Notional>,
    /// What may be traded in a UTC month.
    pub month_notional: Option<Notional>,
    /// The day's loss that kills the desk.
    pub day_loss: Option<Notional>,
    /// The month's loss that kills it.
    pub month_loss: Option<Notional>,
    /// Cancels of one instrument's orders in a sliding minute; more of them quarantine its entries.
    pub cancels_per_minute: u32,
    /// How often the position may change its side in a sliding minute; more of it does the same.
    pub flips_per_minute: u32,
    /// Orders that filled one after the other on one side within a minute; more of them hold the desk.
    pub repeats_per_minute: u32,
    /// How long a quarantined instrument takes no entry.
    pub quarantine: Nanos,
    /// An entry equal to the one before it within so long is a duplicate.
    pub duplicate_within: Nanos,
    /// How far an entry's price may be from the last minute's mean mid, on the side that costs, in bps.
    pub collar_bps: f64,
    /// The governor's budgets.
    pub budget: BudgetLimits,
}

impl<W: Stopwatch> Engine<W> {
    /// Stops the desk when a cap or a breaker that only a person may release is broken.
    pub(crate) fn brake(&mut self, at: Nanos, effects: &mut Effects) {
        if let Some(reason) = self.broken_cap() {
            return self.go(at, TradingState::Killed, TransitionCause::KillCap, reason, effects);
        }
        let limit = self.settings.brakes.repeats_per_minute;
        let wild = self.markets.iter().find(|market| limit < market.breaker.repeats(at));
        if let Some(market) = wild {
            let side = market.breaker.repeated_side();
            let reason = format!(
                "{}: more than {limit} {side} orders in a row filled within a minute",
                market.instrument.id
            );
            self.go(at, TradingState::Hold, TransitionCause::Runaway, reason, effects);
        }
    }

    /// Takes a checkpoint as soon as a budget is spent, so that what spent it is written down.
    pub(crate) fn watch_budget(&mut self, at: Nanos, effects: &mut Effects) {
        let limits = &self.settings.brakes.budget;
        if self.budget.spent(at, self.ledger.net(), limits).is_some() {
            self.checkpoint(at, effects);
        }
    }

    /// The governor looks at the result: at every checkpoint, live and in a replay.
    pub(crate) fn see_budget(&mut self, at: Nanos, effects: &mut Effects) {
        let limits = &self.settings.brakes.budget;
        let Some(Spent { what, value, limit }) = self.budget.see(at, self.ledger.net(), limits)
        else {
            return;
        };
        let minutes = limits.cooldown.0 / 60_000_000_000;
        let detail = format!(
            "{what} of {value:.2} has spent its budget of {limit:.2}: no entries for {minutes} min"
        );
        effects.notices.push(Notice::Alert { code: AlertCode::BudgetLocked, detail });
    }

    /// Every risk budget and how much of it is spent, and until when entries are locked.
    pub fn budgets(&self, at: Nanos) -> ([BudgetView; 4], Option<Nanos>) {
        let limits = &self.settings.brakes.budget;
        let view = self.budget.view(at, self.ledger.net(), limits);
        (view, self.budget.locked_until(at, limits))
    }

    /// Which kill cap is broken, in words.
    pub(crate) fn broken_cap(&self) -> Option<String> {
        let limits = &self.settings.brakes;
        let (traded, net) = (&self.turnover, self.ledger.net());
        let caps = [
            ("the day's turnover", traded.day, limits.day_notional),
            ("the month's turnover", traded.month, limits.month_notional),
            ("the day's loss", -self.ledger.day_pnl(), limits.day_loss),
            ("the month's loss", traded.month_began_at - net, limits.month_loss),
        ];
        let broken = caps.into_iter().find(|(_, value, cap)| cap.is_some_and(|cap| cap <= *value));
        broken.map(|(what, value, cap)| {
            format!("{what} of {value} has reached its kill cap of {}", cap.unwrap_or_default())
        })
    }
}
