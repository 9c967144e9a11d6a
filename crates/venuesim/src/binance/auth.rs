//! Who is asking: the key, the signature, the time.

use aurora_matching::exchange::AccountNo;
use aurora_model::Nanos;

use super::code::ApiError;
use super::params::Params;
use crate::account::Accounts;
use crate::request::Request;

/// How far a request's time may lie ahead.
const AHEAD_MS: i64 = 1_000;
const USUAL_WINDOW_MS: i64 = 5_000;
const MOST_WINDOW_MS: i64 = 60_000;

/// The account of the request's key, without a signature.
pub(super) fn by_key(accounts: &Accounts, key: Option<&str>) -> Result<AccountNo, ApiError> {
    let key = key.filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| ApiError::new(-2014, "API-key format invalid."))?;
    let account = accounts
        .by_key(key)
        .ok_or_else(|| ApiError::new(-2015, "Invalid API-key, IP, or permissions for action."))?;
    Ok(account.no)
}

/// The account of a signed REST request.
pub(super) fn by_signature(
    accounts: &Accounts,
    request: &Request<'_>,
    params: &Params<'_>,
    now: Nanos,
) -> Result<AccountNo, ApiError> {
    let key = request.header("x-mbx-apikey");
    let account = by_key(accounts, key)?;
    check_time(params, now)?;
    let signature = params.need("signature")?;
    let known = accounts.by_key(key.unwrap_or_default()).expect("by_key found it");
    let query = unsigned(request.query());
    let body = std::str::from_utf8(request.body).unwrap_or_default();
    let body = unsigned(body);
    let parts: Vec<&[u8]> = query.iter().chain(body.iter()).map(|part| part.as_bytes()).collect();
    check(known.hmac.verify(&parts, signature))?;
    Ok(account)
}

/// The account of a signed WebSocket request.
pub(super) fn by_frame(
    accounts: &Accounts,
    params: &Params<'_>,
    now: Nanos,
) -> Result<AccountNo, ApiError> {
    let key = params.get("apiKey");
    let account = by_key(accounts, key)?;
    check_time(params, now)?;
    let known = accounts.by_key(key.unwrap_or_default()).expect("by_key found it");
    let payload = params.sorted_payload();
    check(known.hmac.verify(&[payload.as_bytes()], params.need("signature")?))?;
    Ok(account)
}

/// Whether the request's time is near enough.
pub(super) fn check_time(params: &Params<'_>, now: Nanos) -> Result<(), ApiError> {
    params.need("timestamp")?;
    let at: i64 = params.number("timestamp")?.unwrap_or_default();
    let window = params.number("recvWindow")?.unwrap_or(USUAL_WINDOW_MS);
    if MOST_WINDOW_MS < window {
        return Err(ApiError::new(-1131, "recvWindow must be less than 60000."));
    }
    if now.millis() + AHEAD_MS < at {
        let msg = "Timestamp for this request was 1000ms ahead of the server's time.";
        return Err(ApiError::new(-1021, msg));
    }
    if window < now.millis().saturating_sub(at) {
        return Err(clock_off());
    }
    Ok(())
}

pub(super) fn clock_off() -> ApiError {
    ApiError::new(-1021, "Timestamp for this request is outside of the recvWindow.")
}

fn check(is_right: bool) -> Result<(), ApiError> {
    is_right
        .then_some(())
        .ok_or_else(|| ApiError::new(-1022, "Signature for this request is not valid."))
}

/// The text without its signature pair: what stood before it and what stood after.
fn unsigned(text: &str) -> [&str; 2] {
    let starts = |at: usize| at == 0 || text.as_bytes()[at - 1] == b'&';
    let Some(at) = text.match_indices("signature=").map(|(at, _)| at).find(|at| starts(*at)) else {
        return [text, ""];
    };
    let after = text[at..].find('&').map_or("", |end| &text[at + end..]);
    let before = text[..at].strip_suffix('&').unwrap_or(&text[..at]);
    let after = if before.is_empty() { after.strip_prefix('&').unwrap_or(after) } else { after };
    [before, after]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_before_all_time_is_outside_of_the_window() {
        let params = Params::form("timestamp=-9223372036854775808", "");
        assert_eq!(check_time(&params, Nanos::from_millis(1)), Err(clock_off()));
    }

    #[test]
    fn a_signature_is_left_out_wherever_it_stands() {
        for (text, want) in [
            ("a=1&signature=x", ["a=1", ""]),
            ("signature=x", ["", ""]),
            ("signature=x&a=1", ["", "a=1"]),
            ("a=1&signature=x&b=2", ["a=1", "&b=2"]),
            ("a=1&nosignature=x", ["a=1&nosignature=x", ""]),
        ] {
            assert_eq!(unsigned(text), want, "{text}");
        }
    }
}
