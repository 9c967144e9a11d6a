//! The risk-budget governor: entries stop when a budget is spent, and come back step by step.
//!
//! It looks at the desk's net result (realized − fees + funding + unrealized) at every checkpoint, and the engine takes a
//! checkpoint as soon as a budget would be spent: marks stand in the journal there, so a replay judges the same.
//! A spent budget locks entries for a cool-down; then everything is counted anew from where the desk stands,
//! and entries go at a quarter of their size, at a half, and at last whole, a cool-down each.

use std::collections::VecDeque;

use aurora_model::{Lots, Nanos, Notional, saved};

const HOUR: Nanos = Nanos(3_600_000_000_000);
const DAY: Nanos = Nanos(24 * HOUR.0);
/// Results over less than this say too little.
const SPAN: Nanos = Nanos(60_000_000_000);
/// So many of the last results are kept, and so many are needed before they are judged.
const KEPT: usize = 500;
const FEWEST: usize = 60;

/// What the result may do before entries stop. In the reporting currency, above zero; `None` is not configured.
#[derive(Clone, Copy, Debug, Default)]
pub struct BudgetLimits {
    /// Loss since the UTC hour began.
    pub hour_loss: Option<Notional>,
    /// Loss since the UTC day began; meant to be below the loss that holds the desk.
    pub day_loss: Option<Notional>,
    /// How far the result may be below the best it has been.
    pub drawdown: Option<Notional>,
    /// Value at risk: the loss that 19 of 20 hours stay within, judged by the last results of a minute or more.
    pub var95: Option<Notional>,
    /// How long entries stop, and how long each step of the way back takes.
    pub cooldown: Nanos,
}

/// A spent budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spent {
    pub(crate) what: &'static str,
    pub(crate) value: f64,
    pub(crate) limit: f64,
}

/// How much of a budget is spent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetView {
    /// Its name: `hour_loss`, `day_loss`, `drawdown` or `var95`.
    pub name: &'static str,
    /// What was measured, in the reporting currency; below zero is a profit.
    pub value: f64,
    /// The budget; `None` is not configured.
    pub limit: Option<f64>,
}

/// The result since a stretch of the clock began.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    no: i64,
    began_at: Notional,
}

saved!(Bucket { no, began_at });

impl Bucket {
    fn see(&mut self, at: Nanos, length: Nanos, net: Notional) {
        let no = at.0.div_euclid(length.0);
        if no != self.no {
            *self = Bucket { no, began_at: net };
        }
    }

    /// What was lost in it; nothing yet when it is another one.
    fn loss(&self, at: Nanos, length: Nanos, net: Notional) -> Notional {
        let same = at.0.div_euclid(length.0) == self.no;
        if same { self.began_at - net } else { Notional::ZERO }
    }
}

/// Entries are locked since then.
#[derive(Clone, Copy, Debug)]
struct Lock {
    since: Nanos,
    value: f64,
    limit: f64,
    /// Everything was counted anew after the first cool-down.
    anew: bool,
}

saved!(Lock { since, value, limit, anew });

/// What the governor knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Budget {
    hour: Bucket,
    day: Bucket,
    peak: Notional,
    /// When and where the result was last taken.
    last: Option<(Nanos, Notional)>,
    /// Results of the last spans in which it moved, scaled to an hour.
    results: VecDeque<f64>,
    lock: Option<Lock>,
}

saved!(Budget { hour, day, peak, last, results, lock });

impl Budget {
    /// Takes the result at a checkpoint; the budget that it spends locks entries.
    pub(crate) fn see(&mut self, at: Nanos, net: Notional, limits: &BudgetLimits) -> Option<Spent> {
        self.hour.see(at, HOUR, net);
        self.day.see(at, DAY, net);
        self.peak = self.peak.max(net);
        self.sample(at, net);
        if let Some(lock) = &mut self.lock {
            let over = at - lock.since;
            if limits.cooldown <= over && !lock.anew {
                lock.anew = true;
                (self.hour.began_at, self.day.began_at, self.peak) = (net, net, net);
                self.results.clear();
            }
            if limits.cooldown * 3 <= over {
                self.lock = None;
            }
        }
        let spent = self.spent(at, net, limits)?;
        let (value, limit) = (spent.value, spent.limit);
        self.lock = Some(Lock { since: at, value, limit, anew: false });
        Some(spent)
    }

    /// The budget that this result would spend; `None` while entries are locked already.
    pub(crate) fn spent(&self, at: Nanos, net: Notional, limits: &BudgetLimits) -> Option<Spent> {
        if self.locked(at, limits).is_some() {
            return None;
        }
        let exact = [
            ("the hour's loss", self.hour.loss(at, HOUR, net), limits.hour_loss),
            ("the day's loss", self.day.loss(at, DAY, net), limits.day_loss),
            ("the drawdown", self.peak - net, limits.drawdown),
        ];
        let exact = exact.into_iter().find_map(|(what, value, limit)| {
            let limit = limit.filter(|limit| *limit <= value)?;
            Some(Spent { what, value: value.to_f64(), limit: limit.to_f64() })
        });
        exact.or_else(|| {
            let (value, limit) = (self.var95()?, limits.var95?.to_f64());
            (limit <= value).then_some(Spent { what: "the value at risk", value, limit })
        })
    }

    /// What was spent, while entries are locked.
    pub(crate) fn locked(&self, at: Nanos, limits: &BudgetLimits) -> Option<(f64, f64)> {
        let lock = self.lock.filter(|lock| at - lock.since < limits.cooldown)?;
        Some((lock.value, lock.limit))
    }

    /// How much of an entry may go now: all of it but on the way back from a lock.
    pub(crate) fn share_of(&self, at: Nanos, qty: Lots, limits: &BudgetLimits) -> Lots {
        match self.lock.map(|lock| at - lock.since) {
            Some(over) if over < limits.cooldown * 2 => Lots(qty.0 / 4),
            Some(over) if over < limits.cooldown * 3 => Lots(qty.0 / 2),
            _ => qty,
        }
    }

    /// The end of the lock, while there is one.
    pub(crate) fn locked_until(&self, at: Nanos, limits: &BudgetLimits) -> Option<Nanos> {
        let until = self.lock?.since + limits.cooldown;
        (at < until).then_some(until)
    }

    /// Every budget and how much of it is spent.
    pub(crate) fn view(&self, at: Nanos, net: Notional, limits: &BudgetLimits) -> [BudgetView; 4] {
        let view = |name, value, limit: Option<Notional>| BudgetView {
            name,
            value,
            limit: limit.map(Notional::to_f64),
        };
        [
            view("hour_loss", self.hour.loss(at, HOUR, net).to_f64(), limits.hour_loss),
            view("day_loss", self.day.loss(at, DAY, net).to_f64(), limits.day_loss),
            view("drawdown", (self.peak - net).to_f64(), limits.drawdown),
            view("var95", self.var95().unwrap_or(0.0), limits.var95),
        ]
    }

    /// A new run begins; the clock may have been set back in between.
    pub(crate) fn begin_epoch(&mut self, at: Nanos) {
        if let Some(lock) = &mut self.lock {
            lock.since = lock.since.min(at);
        }
        // What passed while the desk was away is no result of a minute.
        self.last = None;
    }

    fn sample(&mut self, at: Nanos, net: Notional) {
        let Some((then, before)) = self.last else {
            self.last = Some((at, net));
            return;
        };
        let span = at - then;
        if span < SPAN {
            return;
        }
        self.last = Some((at, net));
        if net == before {
            return;
        }
        if self.results.len() == KEPT {
            self.results.pop_front();
        }
        // Square root of time: Basel Committee, "Amendment to the capital accord", 1996, B.4(c).
        let scale = (HOUR.0 as f64 / span.0 as f64).sqrt();
        self.results.push_back((net - before).to_f64() * scale);
    }

    /// By historical simulation: of the last results, the loss that one in twenty reaches. Above zero is a loss.
    fn var95(&self) -> Option<f64> {
        if self.results.len() < FEWEST {
            return None;
        }
        let mut results: Vec<f64> = self.results.iter().copied().collect();
        let (_, fifth, _) = results.select_nth_unstable_by(self.results.len() / 20, f64::total_cmp);
        Some(-*fifth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Nanos = SPAN;

    fn money(text: &str) -> Notional {
        text.parse().unwrap()
    }

    fn limits() -> BudgetLimits {
        BudgetLimits {
            hour_loss: None,
            day_loss: None,
            drawdown: None,
            var95: None,
            cooldown: MINUTE * 10,
        }
    }

    /// Minutes from the beginning of an hour and a day.
    fn at(minute: i64) -> Nanos {
        DAY * 20_000 + MINUTE * minute
    }

    #[test]
    fn an_hours_loss_locks_and_another_hour_counts_anew() {
        let limits = BudgetLimits { hour_loss: Some(money("10")), ..limits() };
        let mut budget = Budget::default();
        assert_eq!(budget.see(at(0), money("100"), &limits), None);
        assert_eq!(budget.see(at(59), money("91"), &limits), None);
        assert_eq!(budget.see(at(60), money("85"), &limits), None, "a new hour begins at 85");
        assert_eq!(budget.spent(at(61), money("75.01"), &limits), None);
        let spent = budget.see(at(61), money("75"), &limits).unwrap();
        assert_eq!((spent.value, spent.limit), (10.0, 10.0));
        assert_eq!(budget.locked(at(70), &limits), Some((10.0, 10.0)));
        assert_eq!(budget.see(at(70), money("60"), &limits), None, "locked is locked");
    }

    #[test]
    fn entries_come_back_by_a_quarter_a_half_and_whole_from_where_the_desk_stands() {
        let limits = BudgetLimits { drawdown: Some(money("10")), ..limits() };
        let mut budget = Budget::default();
        budget.see(at(0), money("50"), &limits);
        assert!(budget.see(at(1), money("40"), &limits).is_some());
        let share = |budget: &Budget, minute| budget.share_of(at(minute), Lots(100), &limits).0;
        assert!(budget.locked(at(10), &limits).is_some());
        assert_eq!(budget.locked(at(11), &limits), None);
        // The drawdown is as deep as it was, and counts from here.
        assert_eq!(budget.see(at(11), money("40"), &limits), None);
        assert_eq!([share(&budget, 11), share(&budget, 21), share(&budget, 31)], [25, 50, 100]);
        assert_eq!(budget.see(at(12), money("30.01"), &limits), None);
        assert!(budget.see(at(13), money("30"), &limits).is_some(), "and locks again");
        assert_eq!(budget.see(at(50), money("30"), &limits), None);
        assert_eq!(share(&budget, 50), 100);
    }

    #[test]
    fn value_at_risk_is_the_twentieth_of_the_results_and_needs_an_hour_of_them() {
        let limits = BudgetLimits { var95: Some(money("60")), ..limits() };
        let mut budget = Budget::default();
        let mut net = Notional::ZERO;
        let mut minute = 0;
        let mut pass = |budget: &mut Budget, change: &str| {
            net += money(change);
            minute += 1;
            budget.see(at(minute), net, &limits)
        };
        pass(&mut budget, "0");
        // 57 of 60 win one; three lose eight: the fourth worst of 60 is still a gain.
        for _ in 0..57 {
            assert_eq!(pass(&mut budget, "1"), None);
        }
        for _ in 0..3 {
            assert_eq!(pass(&mut budget, "-8"), None);
        }
        assert!(budget.var95().unwrap() < 0.0);
        let spent = pass(&mut budget, "-8").unwrap();
        assert_eq!(spent.what, "the value at risk");
        assert!((spent.value - 8.0 * 60f64.sqrt()).abs() < 1e-9, "{}", spent.value);
    }
}
