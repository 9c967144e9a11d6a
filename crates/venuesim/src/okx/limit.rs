//! How often who may ask: the venue counts by address, by user, or by user and instrument.

use std::collections::BTreeMap;

use aurora_matching::exchange::AccountNo;
use aurora_model::{InstrumentNo, Nanos};

/// What requests are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everybody together: on loopback there is one address.
    Address,
    /// Each account.
    User,
    /// Each account and instrument.
    UserInstrument,
}

/// At most so many in so long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) most: u32,
    pub(crate) per: Nanos,
    pub(crate) by: Scope,
}

/// Orders of one account over all instruments: placed or amended, in two seconds.
const ORDERS: Rule = Rule { most: 1000, per: Nanos(2 * Nanos::SECOND.0), by: Scope::User };

/// The place of [`ORDERS`] among the routes.
const ORDERS_PLACE: usize = usize::MAX;

/// What is counted together.
type Key = (usize, Option<AccountNo>, Option<InstrumentNo>);

/// The windows that are open.
#[derive(Debug, Default)]
pub(crate) struct Limits(BTreeMap<Key, Window>);

#[derive(Clone, Copy, Debug)]
struct Window {
    began: Nanos,
    used: u32,
}

impl Limits {
    /// Counts `weight` requests of a route; `false` when they are too many, and then nothing is counted.
    pub(crate) fn count(
        &mut self,
        (route, rule): (usize, Rule),
        account: AccountNo,
        instrument: Option<InstrumentNo>,
        weight: u32,
        now: Nanos,
    ) -> bool {
        let key = match rule.by {
            Scope::Address => (route, None, None),
            Scope::User => (route, Some(account), None),
            Scope::UserInstrument => (route, Some(account), instrument),
        };
        let window = self.0.entry(key).or_insert(Window { began: now, used: 0 });
        if rule.per <= now - window.began {
            *window = Window { began: now, used: 0 };
        }
        if rule.most < window.used + weight {
            return false;
        }
        window.used += weight;
        true
    }

    /// Counts one order of an account against the total over all instruments.
    pub(crate) fn count_order(&mut self, account: AccountNo, now: Nanos) -> bool {
        self.count((ORDERS_PLACE, ORDERS), account, None, 1, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_61st_order_in_two_seconds_is_too_many_and_the_next_instrument_counts_anew() {
        let rule = Rule { most: 60, per: Nanos::SECOND * 2, by: Scope::UserInstrument };
        let mut limits = Limits::default();
        let mut ask = |no, at: i64| {
            limits.count((0, rule), AccountNo(1), Some(InstrumentNo(no)), 1, Nanos::from_millis(at))
        };
        assert!((0..60).all(|at| ask(0, at)));
        assert!(!ask(0, 1999));
        assert!(ask(1, 1999));
        assert!(ask(0, 2000));
    }

    #[test]
    fn a_batch_weighs_as_many_as_it_has() {
        let rule = Rule { most: 300, per: Nanos::SECOND * 2, by: Scope::UserInstrument };
        let mut limits = Limits::default();
        let mut batch = || limits.count((0, rule), AccountNo(1), None, 20, Nanos(0));
        assert_eq!((0..16).filter(|_| batch()).count(), 15);
    }
}
