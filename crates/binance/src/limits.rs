//! Binance's limits, what its headers say about them, and how it pushes back.

use aurora_model::Nanos;
use aurora_wire::{Cost, Headers, Limit, LimitNo, Pushback, Scope, Usage};

/// Request weight a minute, counted by address.
const WEIGHT: LimitNo = LimitNo(0);
const ORDERS_10S: LimitNo = LimitNo(1);
const ORDERS_1M: LimitNo = LimitNo(2);

/// The table; the venue's own `rateLimits` may raise or lower it.
pub(crate) const LIMITS: [Limit; 3] = [
    Limit { name: "weight 1m", capacity: 2400, per: Nanos(60_000_000_000), scope: Scope::Ip },
    Limit { name: "orders 10s", capacity: 300, per: Nanos(10_000_000_000), scope: Scope::Account },
    Limit { name: "orders 1m", capacity: 1200, per: Nanos(60_000_000_000), scope: Scope::Account },
];

const HEADERS: [(&str, LimitNo); 3] = [
    ("x-mbx-used-weight-1m", WEIGHT),
    ("x-mbx-order-count-10s", ORDERS_10S),
    ("x-mbx-order-count-1m", ORDERS_1M),
];

/// So much weight and so many orders on the two order counters.
pub(crate) const fn costs(weight: u32, orders_10s: u32, orders_1m: u32) -> [Cost; 3] {
    [
        Cost { limit: WEIGHT, units: weight },
        Cost { limit: ORDERS_10S, units: orders_10s },
        Cost { limit: ORDERS_1M, units: orders_1m },
    ]
}

pub(crate) fn usage(headers: Headers<'_>, out: &mut Vec<Usage>) {
    for (name, limit) in HEADERS {
        if let Some(used) = headers.get(name).and_then(|text| text.trim().parse().ok()) {
            out.push(Usage { limit, used, capacity: None, resets_at: None });
        }
    }
}

/// 429 asks to wait, 418 is a ban. Without `Retry-After` a minute, and two for a ban: the shortest there is.
pub(crate) fn pushback(status: u16, headers: Headers<'_>, body: &[u8]) -> Option<Pushback> {
    let ban = status == 418;
    let code = serde_json::from_slice::<crate::Refusal>(body).map_or(0, |refusal| refusal.code);
    if status != 429 && !ban && code != -1003 && code != -1015 {
        return None;
    }
    let told = headers.get("retry-after").and_then(|text| text.trim().parse::<i64>().ok());
    let default = match (ban, code) {
        (true, _) => 120,
        // Too many orders: the ten-second window.
        (false, -1015) => 10,
        (false, _) => 60,
    };
    let seconds = told.unwrap_or(default).clamp(1, 3 * 86_400);
    let limit = (code == -1015).then_some(ORDERS_10S);
    Some(Pushback { limit, pause: Nanos::SECOND * seconds, ban })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_tell_what_is_used() {
        let mut out = Vec::new();
        let headers = [("X-MBX-USED-WEIGHT-1M", "17"), ("x-mbx-order-count-10s", "3"), ("a", "b")];
        usage(Headers(&headers), &mut out);
        let told: Vec<_> = out.iter().map(|usage| (usage.limit.0, usage.used)).collect();
        assert_eq!(told, [(0, 17), (1, 3)]);
    }

    #[test]
    fn a_ban_lasts_as_long_as_it_says() {
        let told = [("Retry-After", "300")];
        let ban = pushback(418, Headers(&told), b"").unwrap();
        assert_eq!((ban.ban, ban.pause, ban.limit), (true, Nanos::SECOND * 300, None));
        assert_eq!(pushback(429, Headers(&[]), b"").unwrap().pause, Nanos::SECOND * 60);
        let orders = pushback(400, Headers(&[]), br#"{"code":-1015,"msg":""}"#).unwrap();
        assert_eq!((orders.limit, orders.ban), (Some(ORDERS_10S), false));
        assert_eq!(pushback(200, Headers(&[]), b"{}"), None);
        assert_eq!(pushback(400, Headers(&[]), br#"{"code":-2019,"msg":""}"#), None);
    }
}
