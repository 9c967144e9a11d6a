//! Bybit's limits: one for the address, one for each path of an account.

use aurora_model::Nanos;
use aurora_wire::{Call, Cost, Headers, Limit, LimitNo, Pushback, Scope, Usage};

/// A path's place in [`LIMITS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Path {
    /// Counted over the address only.
    Public = 0,
    /// `/v5/order/create`
    Create,
    /// `/v5/order/amend`
    Amend,
    /// `/v5/order/cancel`
    Cancel,
    /// `/v5/order/cancel-all`
    CancelAll,
    /// `/v5/order/create-batch`, counted by order
    CreateBatch,
    /// `/v5/order/amend-batch`, counted by order
    AmendBatch,
    /// `/v5/order/cancel-batch`, counted by order
    CancelBatch,
    /// `/v5/order/realtime`
    Realtime,
    /// `/v5/order/history`
    History,
    /// `/v5/execution/list`
    Executions,
    /// `/v5/position/list`
    Positions,
    /// `/v5/account/*` and `/v5/user/*`, reading
    Account,
    /// Leverage, position mode, margin mode
    Settings,
    /// `/v5/order/disconnected-cancel-all`
    DeadMan,
    /// `/v5/order/pre-check`
    PreCheck,
}

const fn per_second(name: &'static str, capacity: u32) -> Limit {
    Limit { name, capacity, per: Nanos::SECOND, scope: Scope::Account }
}

/// Every limit; [`Path`] is the place in the list.
pub const LIMITS: &[Limit] = &[
    Limit { name: "requests 5s", capacity: 600, per: Nanos(5_000_000_000), scope: Scope::Ip },
    per_second("create 1s", 10),
    per_second("amend 1s", 10),
    per_second("cancel 1s", 10),
    per_second("cancel-all 1s", 10),
    per_second("create-batch 1s", 10),
    per_second("amend-batch 1s", 10),
    per_second("cancel-batch 1s", 10),
    per_second("realtime 1s", 50),
    per_second("history 1s", 50),
    per_second("executions 1s", 50),
    per_second("positions 1s", 50),
    per_second("account 1s", 50),
    per_second("settings 1s", 10),
    per_second("dead-man 1s", 5),
    per_second("pre-check 1s", 10),
];

/// What a call costs: one of the address's requests and so many of the path's units.
pub(crate) const fn costs(path: Path, units: u32) -> [Cost; 3] {
    let address = Cost { limit: LimitNo(0), units: 1 };
    let none = Cost { limit: LimitNo(0), units: 0 };
    match path {
        Path::Public => [address, none, none],
        path => [address, Cost { limit: LimitNo(path as u8), units }, none],
    }
}

/// The limit of the call's own path, which is what the answer's headers are about.
fn own_limit(call: &Call) -> Option<LimitNo> {
    call.costs
        .iter()
        .find(|cost| cost.limit != LimitNo(0) && cost.units != 0)
        .map(|cost| cost.limit)
}

/// `X-Bapi-Limit`, `-Status` (what is left) and `-Reset-Timestamp` of an answer.
pub(crate) fn usage(call: &Call, headers: Headers<'_>, out: &mut Vec<Usage>) {
    let number = |name| headers.get(name).and_then(|text| text.trim().parse::<u32>().ok());
    let Some(limit) = own_limit(call) else { return };
    let (Some(capacity), Some(left)) = (number("X-Bapi-Limit"), number("X-Bapi-Limit-Status"))
    else {
        return;
    };
    out.push(Usage {
        limit,
        used: capacity.saturating_sub(left),
        capacity: Some(capacity),
        resets_at: reset_at(headers).map(Nanos::from_millis),
    });
}

fn reset_at(headers: Headers<'_>) -> Option<i64> {
    headers.get("X-Bapi-Limit-Reset-Timestamp")?.trim().parse().ok()
}

/// 403 is the address limit: silence for ten minutes. 10006 and its kin end with the window.
pub(crate) fn pushback(
    call: Option<&Call>,
    status: u16,
    headers: Headers<'_>,
    body: &[u8],
) -> Option<Pushback> {
    if status == 403 {
        return Some(Pushback { limit: None, pause: Nanos::SECOND * 600, ban: true });
    }
    if status == 429 {
        return Some(Pushback { limit: None, pause: Nanos::SECOND, ban: false });
    }
    let head = crate::rest::Envelope::read(body).ok()?;
    match head.code {
        10006 => {
            let left = reset_at(headers).zip(head.time).map(|(reset, now)| reset - now);
            let pause = Nanos::from_millis(left.unwrap_or(1_000).clamp(50, 5_000));
            Some(Pushback { limit: call.and_then(own_limit), pause, ban: false })
        }
        10018 => Some(Pushback { limit: None, pause: Nanos::SECOND * 600, ban: true }),
        10403 | 10429 => Some(Pushback { limit: None, pause: Nanos::SECOND, ban: false }),
        _ => None,
    }
}
