//! Signing: `timestamp + key + window + (query | body)`, HMAC-SHA256 in hex.

use aurora_model::Nanos;
use aurora_wire::{Auth, Call, Keys, Signed, Urgency};

/// How long after its time stamp a request is still taken, in milliseconds.
///
/// An order that comes late must not be placed, so placing and amending end with their patience.
pub(crate) fn window_ms(urgency: Urgency, patience: Nanos) -> i64 {
    match urgency {
        Urgency::Place | Urgency::Amend => patience.millis().clamp(1, 5_000),
        _ => 5_000,
    }
}

/// Adds key, time, window and signature as headers.
pub(crate) fn sign(keys: Option<&Keys>, at: Nanos, call: &Call) -> Signed {
    let target = match call.query.as_str() {
        "" => call.path.to_owned(),
        query => format!("{}?{query}", call.path),
    };
    let mut headers = Vec::new();
    if !call.body.is_empty() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    if let (Auth::Signed | Auth::Key, Some(keys)) = (call.auth, keys) {
        let (stamp, window) =
            (at.millis().to_string(), window_ms(call.urgency, call.patience).to_string());
        let payload = if call.body.is_empty() { &call.query } else { &call.body };
        let parts = [stamp.as_bytes(), keys.key.as_bytes(), window.as_bytes(), payload.as_bytes()];
        let signature = keys.secret.hex(&parts);
        headers.push(("x-bapi-api-key", keys.key.clone()));
        headers.push(("x-bapi-timestamp", stamp));
        headers.push(("x-bapi-recv-window", window));
        headers.push(("x-bapi-sign", signature));
    }
    Signed { target, headers, body: call.body.clone() }
}

/// How long a login frame may travel.
const LOGIN_WINDOW: Nanos = Nanos(10_000_000_000);

/// The frame that logs a private or trade connection in: key, expiry, and the signature over both.
pub(crate) fn login(keys: &Keys, at: Nanos) -> String {
    let expires = (at + LOGIN_WINDOW).millis();
    let signature = login_signature(keys, expires);
    format!(r#"{{"op":"auth","args":["{}",{expires},"{signature}"]}}"#, keys.key)
}

/// The signature a login with that expiry (milliseconds) must carry.
pub fn login_signature(keys: &Keys, expires_ms: i64) -> String {
    keys.secret.hex(&[b"GET/realtime", expires_ms.to_string().as_bytes()])
}
