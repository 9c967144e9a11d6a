//! How often an account may ask: so many requests a second per path, told in the answer's headers.

use std::collections::BTreeMap;

use aurora_matching::exchange::AccountNo;

/// Paths and what an account may ask of them within a second.
const RATES: [(&str, u32); 18] = [
    ("/v5/order/create", 10),
    ("/v5/order/amend", 10),
    ("/v5/order/cancel", 10),
    ("/v5/order/cancel-all", 10),
    ("/v5/order/create-batch", 10),
    ("/v5/order/amend-batch", 10),
    ("/v5/order/cancel-batch", 10),
    ("/v5/order/pre-check", 10),
    ("/v5/order/disconnected-cancel-all", 5),
    ("/v5/order/realtime", 50),
    ("/v5/order/history", 50),
    ("/v5/execution/list", 50),
    ("/v5/position/list", 50),
    ("/v5/position/set-leverage", 10),
    ("/v5/position/switch-mode", 10),
    ("/v5/position/switch-isolated", 10),
    ("/v5/position/trading-stop", 10),
    ("/v5/account/set-margin-mode", 5),
];

/// What every other private path allows.
const OTHER: u32 = 50;
const SECOND_MS: i64 = 1_000;

/// Requests a second on a private path, before the simulator's own factor.
pub(super) fn rate(path: &str) -> u32 {
    RATES.iter().find(|(known, _)| *known == path).map_or(OTHER, |(_, rate)| *rate)
}

/// What the headers of an answer say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// `X-Bapi-Limit`.
    pub(super) limit: u32,
    /// `X-Bapi-Limit-Status`: what is left in this second.
    pub(super) left: u32,
    /// `X-Bapi-Limit-Reset-Timestamp`: when the next second begins once nothing is left, else now.
    pub(super) reset_ms: i64,
    /// Whether the request may pass.
    pub(super) passes: bool,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began_ms: i64,
    used: u32,
}

/// The windows of every account and path.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    windows: BTreeMap<(AccountNo, &'static str), Window>,
    address: Option<Window>,
    sockets: Option<Window>,
}

/// What one IP address may ask within [`ADDRESS_SPAN_MS`]. Every client of the simulator is one address.
const ADDRESS_RATE: u32 = 600;
const ADDRESS_SPAN_MS: i64 = 5_000;

/// What one IP address may open in WebSockets within [`CONNECTS_SPAN_MS`].
const CONNECTS: u32 = 500;
const CONNECTS_SPAN_MS: i64 = 300_000;

impl Limits {
    /// Counts one WebSocket of the address; whether it may be opened.
    pub(super) fn admit_socket(&mut self, now_ms: i64) -> bool {
        admit(&mut self.sockets, (CONNECTS, CONNECTS_SPAN_MS), now_ms)
    }

    /// Counts one request of the address; whether it may pass.
    pub(super) fn admit_address(&mut self, now_ms: i64) -> bool {
        admit(&mut self.address, (ADDRESS_RATE, ADDRESS_SPAN_MS), now_ms)
    }

    /// Counts `cost` requests of an account on a path; nothing is counted when they do not fit.
    pub(super) fn charge(
        &mut self,
        account: AccountNo,
        path: &'static str,
        (limit, cost): (u32, u32),
        now_ms: i64,
    ) -> Standing {
        let fresh = Window { began_ms: now_ms, used: 0 };
        let window = self.windows.entry((account, path)).or_insert(fresh);
        if window.began_ms + SECOND_MS <= now_ms || now_ms < window.began_ms {
            *window = fresh;
        }
        let passes = window.used + cost <= limit;
        if passes {
            window.used += cost;
        }
        let left = limit - window.used.min(limit);
        let reset_ms = if left == 0 || !passes { window.began_ms + SECOND_MS } else { now_ms };
        Standing { limit, left, reset_ms, passes }
    }
}

/// Counts one more of at most so many within so long.
fn admit(window: &mut Option<Window>, (most, span_ms): (u32, i64), now_ms: i64) -> bool {
    let window = window.get_or_insert(Window { began_ms: now_ms, used: 0 });
    if window.began_ms + span_ms <= now_ms || now_ms < window.began_ms {
        *window = Window { began_ms: now_ms, used: 0 };
    }
    window.used = window.used.saturating_add(1);
    window.used <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_order_in_a_second_waits_for_the_next_one() {
        let mut limits = Limits::default();
        let mut ask = |at| limits.charge(AccountNo(1), "/v5/order/create", (10, 1), at);
        for used in 1..=10 {
            let standing = ask(5_000);
            assert!(standing.passes);
            assert_eq!(standing.left, 10 - used);
        }
        let late = ask(5_999);
        assert_eq!((late.passes, late.reset_ms), (false, 6_000));
        assert!(ask(6_000).passes);
    }

    #[test]
    fn a_batch_costs_as_many_as_it_has_orders() {
        let mut limits = Limits::default();
        assert!(limits.charge(AccountNo(1), "/v5/order/create-batch", (10, 8), 0).passes);
        assert!(!limits.charge(AccountNo(1), "/v5/order/create-batch", (10, 3), 0).passes);
        assert!(limits.charge(AccountNo(1), "/v5/order/create-batch", (10, 2), 0).passes);
        assert!(limits.charge(AccountNo(2), "/v5/order/create-batch", (10, 10), 0).passes);
    }

    #[test]
    fn an_address_is_turned_away_after_600_requests_in_five_seconds() {
        let mut limits = Limits::default();
        assert!((0..600).all(|_| limits.admit_address(1_000)));
        assert!(!limits.admit_address(5_999));
        assert!(limits.admit_address(6_000));
    }
}
