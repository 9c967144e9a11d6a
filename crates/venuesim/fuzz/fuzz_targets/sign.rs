//! Signatures of the first account, as each venue wants them.

use aurora_model::{Nanos, Venue};
use aurora_venuesim::Request;
use aurora_wire::Hmac;

/// A request with its signature.
pub fn signed(
    venue: Venue,
    now: Nanos,
    method: &str,
    target: &str,
    body: &str,
    act: impl FnOnce(&Request<'_>),
) {
    let (hmac, millis) = (Hmac::new(b"testsecret"), now.millis().to_string());
    let whole = body.as_bytes();
    match venue {
        Venue::Okx => {
            let at = iso(now);
            let sign = hmac.base64(&[at.as_bytes(), method.as_bytes(), target.as_bytes(), whole]);
            let headers = [
                ("OK-ACCESS-KEY", "testkey"),
                ("OK-ACCESS-PASSPHRASE", "testpass"),
                ("OK-ACCESS-TIMESTAMP", &at),
                ("OK-ACCESS-SIGN", &sign),
            ];
            act(&Request { method, target, headers: &headers, body: whole });
        }
        Venue::Bybit => {
            let query = target.split_once('?').map_or("", |(_, query)| query);
            let payload = if method == "GET" { query.as_bytes() } else { whole };
            let sign = hmac.hex(&[millis.as_bytes(), b"testkey", b"5000", payload]);
            let headers = [
                ("X-BAPI-API-KEY", "testkey"),
                ("X-BAPI-TIMESTAMP", &millis),
                ("X-BAPI-RECV-WINDOW", "5000"),
                ("X-BAPI-SIGN", &sign),
            ];
            act(&Request { method, target, headers: &headers, body: whole });
        }
        _ => {
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let query = format!("{query}&timestamp={millis}");
            let sign = hmac.hex(&[query.as_bytes(), whole]);
            let target = format!("{path}?{query}&signature={sign}");
            let headers = [("X-MBX-APIKEY", "testkey")];
            act(&Request { method, target: &target, headers: &headers, body: whole });
        }
    }
}

/// The frame that logs a socket in.
pub fn login(venue: Venue, now: Nanos) -> String {
    let hmac = Hmac::new(b"testsecret");
    if venue == Venue::Okx {
        let at = (now.millis() / 1000).to_string();
        let sign = hmac.base64(&[at.as_bytes(), b"GET/users/self/verify"]);
        return format!(
            r#"{{"op":"login","args":[{{"apiKey":"testkey","passphrase":"testpass","timestamp":"{at}","sign":"{sign}"}}]}}"#
        );
    }
    let until = (now.millis() + 10_000).to_string();
    let sign = hmac.hex(&[b"GET/realtime", until.as_bytes()]);
    format!(r#"{{"op":"auth","args":["testkey",{until},"{sign}"]}}"#)
}

fn iso(now: Nanos) -> String {
    jiff::Timestamp::from_millisecond(now.millis()).expect("a moment of today").to_string()
}
