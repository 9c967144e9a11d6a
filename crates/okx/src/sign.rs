//! How OKX wants requests and logins signed: base64 of HMAC-SHA256 over time, method, path and body.

use aurora_model::Nanos;
use aurora_wire::{Auth, Call, Keys, Signed, Urgency};

use crate::encode::Json;

/// How long after it is signed the venue may still take an order; later it is void (`expTime`).
pub const ORDER_DEADLINE: Nanos = Nanos::SECOND;

/// A moment as the headers want it: `2023-11-14T22:13:20.123Z`.
pub fn timestamp(at: Nanos) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

/// Adds time, signature and key to a call.
pub fn sign(keys: Option<&Keys>, at: Nanos, call: &Call) -> Signed {
    let mut target = call.path.to_owned();
    if !call.query.is_empty() {
        target.push('?');
        target += &call.query;
    }
    let mut headers = Vec::with_capacity(7);
    if !call.body.is_empty() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    if let (Some(keys), Auth::Key | Auth::Signed) = (keys, call.auth) {
        let time = timestamp(at);
        let parts = [time.as_str(), call.method.word(), &target, &call.body].map(str::as_bytes);
        headers.push(("ok-access-key", keys.key.clone()));
        headers.push(("ok-access-sign", keys.secret.base64(&parts)));
        headers.push(("ok-access-timestamp", time));
        headers.push(("ok-access-passphrase", keys.passphrase.clone()));
        if matches!(call.urgency, Urgency::Place | Urgency::Amend) {
            headers.push(("exptime", (at + ORDER_DEADLINE).millis().to_string()));
        }
    }
    Signed { target, headers, body: call.body.clone() }
}

/// The frame that logs a socket in.
pub fn login(keys: &Keys, at: Nanos) -> String {
    let seconds = at.0.div_euclid(Nanos::SECOND.0).to_string();
    let sign = keys.secret.base64(&[seconds.as_bytes(), b"GET", b"/users/self/verify"]);
    let mut args = Json::object();
    args.text("apiKey", &keys.key)
        .text("passphrase", &keys.passphrase)
        .text("timestamp", &seconds)
        .text("sign", &sign);
    format!(r#"{{"op":"login","args":[{}]}}"#, args.close())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds_even_when_they_are_zero() {
        assert_eq!(timestamp(Nanos::from_millis(1_700_000_000_123)), "2023-11-14T22:13:20.123Z");
        assert_eq!(timestamp(Nanos::SECOND * 1_700_000_000), "2023-11-14T22:13:20.000Z");
    }
}
