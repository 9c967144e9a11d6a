//! Request weight and order counts, as the venue's headers tell them.

use std::collections::BTreeMap;

use aurora_matching::exchange::AccountNo;
use aurora_model::Nanos;

use super::code::ApiError;

/// Weight a minute and address.
pub(super) const WEIGHT_1M: u32 = 2_400;
/// Orders in ten seconds and account.
pub(super) const ORDERS_10S: u32 = 300;
/// Orders a minute and account.
pub(super) const ORDERS_1M: u32 = 1_200;

/// Who goes on after so many 429 is banned.
const PATIENCE: u32 = 100;
const BAN: Nanos = Nanos(120 * Nanos::SECOND.0);
const MINUTE: Nanos = Nanos(60 * Nanos::SECOND.0);
const TEN_SECONDS: Nanos = Nanos(10 * Nanos::SECOND.0);

/// What is used in the running window.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    no: i64,
    used: u32,
}

impl Window {
    /// Adds to the running window, and says what is used in it.
    fn add(&mut self, now: Nanos, length: Nanos, cost: u32) -> u32 {
        let no = now.0 / length.0;
        if self.no != no {
            *self = Window { no, used: 0 };
        }
        self.used += cost;
        self.used
    }

    fn used(self, now: Nanos, length: Nanos) -> u32 {
        if self.no == now.0 / length.0 { self.used } else { 0 }
    }
}

/// Seconds until the running window ends.
fn rest(now: Nanos, length: Nanos) -> i64 {
    (length.0 - now.0 % length.0) / Nanos::SECOND.0 + 1
}

/// The counters of one server.
#[derive(Debug, Default)]
pub(super) struct Limits {
    weight: Window,
    refused: u32,
    banned_until: Nanos,
    orders: BTreeMap<AccountNo, (Window, Window)>,
}

/// A refusal with its `Retry-After`.
#[derive(Debug)]
pub(super) struct Over {
    pub(super) error: ApiError,
    pub(super) retry_after_s: i64,
}

impl Limits {
    /// Counts a request's weight.
    pub(super) fn weigh(&mut self, now: Nanos, weight: u32, refuses: bool) -> Result<(), Over> {
        let used = self.weight.add(now, MINUTE, weight);
        if !refuses {
            return Ok(());
        }
        if now < self.banned_until {
            return Err(banned(self.banned_until, now));
        }
        if used <= WEIGHT_1M {
            self.refused = 0;
            return Ok(());
        }
        self.refused += 1;
        if PATIENCE < self.refused {
            self.banned_until = now + BAN;
            return Err(banned(self.banned_until, now));
        }
        Err(too_many(rest(now, MINUTE)))
    }

    /// Counts orders of an account: so many in ten seconds, so many in a minute.
    pub(super) fn order(
        &mut self,
        now: Nanos,
        account: AccountNo,
        (in_10s, in_1m): (u32, u32),
        refuses: bool,
    ) -> Result<(), Over> {
        let (short, long) = self.orders.entry(account).or_default();
        let short_used = short.add(now, TEN_SECONDS, in_10s);
        let long_used = long.add(now, MINUTE, in_1m);
        for (used, most, word, length) in [
            (short_used, ORDERS_10S, "TEN_SECONDS", TEN_SECONDS),
            (long_used, ORDERS_1M, "MINUTE", MINUTE),
        ] {
            if refuses && most < used {
                let msg =
                    format!("Too many new orders; current limit is {most} orders per {word}.");
                let error = ApiError::new(-1015, msg);
                return Err(Over { error, retry_after_s: rest(now, length) });
            }
        }
        Ok(())
    }

    pub(super) fn used_weight(&self, now: Nanos) -> u32 {
        self.weight.used(now, MINUTE)
    }

    /// In ten seconds, in a minute.
    pub(super) fn used_orders(&self, now: Nanos, account: AccountNo) -> (u32, u32) {
        let (short, long) = self.orders.get(&account).copied().unwrap_or_default();
        (short.used(now, TEN_SECONDS), long.used(now, MINUTE))
    }
}

/// 429.
pub(super) fn too_many(retry_after_s: i64) -> Over {
    let msg = format!(
        "Too many requests; current limit of IP(127.0.0.1) is {WEIGHT_1M} requests per minute. Please use the websocket for live updates to avoid polling the API."
    );
    Over { error: ApiError::new(-1003, msg), retry_after_s }
}

/// 418.
pub(super) fn banned(until: Nanos, now: Nanos) -> Over {
    let msg = format!(
        "Way too many requests; IP(127.0.0.1) banned until {}. Please use the websocket for live updates to avoid bans.",
        until.millis()
    );
    let error = ApiError { status: 418, ..ApiError::new(-1003, msg) };
    Over { error, retry_after_s: (until - now).0 / Nanos::SECOND.0 + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weight_runs_out_and_comes_back() {
        let mut limits = Limits::default();
        let now = Nanos(0);
        assert!(limits.weigh(now, WEIGHT_1M, true).is_ok());
        let over = limits.weigh(now, 1, true).unwrap_err();
        assert_eq!((over.error.status, over.retry_after_s), (429, 61));
        assert!(limits.weigh(MINUTE, 1, true).is_ok());
    }

    #[test]
    fn whoever_does_not_listen_is_banned() {
        let mut limits = Limits::default();
        let last = (0..=PATIENCE + 1).map(|_| limits.weigh(Nanos(0), WEIGHT_1M + 1, true)).last();
        assert_eq!(last.unwrap().unwrap_err().error.status, 418);
        assert_eq!(limits.weigh(MINUTE, 1, true).unwrap_err().error.status, 418);
        assert!(limits.weigh(BAN, 1, true).is_ok());
    }
}
