//! Requests that real clients sent: re-signed byte for byte, and those signed with another secret refused.

mod support;

use aurora_binance::{Binance, is_signed, signature};
use aurora_model::Nanos;
use aurora_wire::{Auth, Call, CallNo, Hmac, Keys, Method, Protocol, Urgency};
use serde_json::Value;
use support::samples;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// The parameters without time and signature, the time, and whether the time came last.
fn unsigned(params: &str) -> (String, i64, bool) {
    let (params, _) = params.rsplit_once("&signature=").unwrap();
    let time = params.split('&').find_map(|one| one.strip_prefix("timestamp=")).unwrap();
    let rest: Vec<&str> = params.split('&').filter(|one| !one.starts_with("timestamp=")).collect();
    (rest.join("&"), time.parse().unwrap(), params.ends_with(&format!("&timestamp={time}")))
}

#[test]
fn every_captured_request_is_signed_again_byte_for_byte() {
    let Some(samples) = samples() else { return };
    let secret = Hmac::new(b"testsecret");
    let (mut signed, mut refused, mut rebuilt) = (0, 0, 0);
    for (name, body) in samples.iter().filter(|(name, _)| name.starts_with("capture_")) {
        let capture: Value = serde_json::from_slice(body).unwrap();
        let target = text(&capture, "target");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let form = text(&capture, "body");
        if !query.contains("signature=") && !form.contains("signature=") {
            continue;
        }
        let wants = capture["signature_valid"].as_bool().unwrap();
        assert_eq!(is_signed(&secret, query, form), wants, "{name}");
        if !wants {
            assert!(name.contains("WRONG_SECRET"));
            refused += 1;
            continue;
        }
        let in_query = query.contains("signature=");
        let (params, other) = if in_query { (query, form) } else { (form, query) };
        let (without, told) = params.rsplit_once("&signature=").unwrap();
        let again = match in_query {
            true => signature(&secret, without, other),
            false => signature(&secret, other, without),
        };
        assert_eq!(again, told, "{name}");
        signed += 1;

        // Clients that put the time last sign exactly as our own calls do.
        let (rest, time, is_last) = unsigned(params);
        let method = match text(&capture, "method") {
            "GET" => Method::Get,
            "DELETE" => Method::Delete,
            "POST" => Method::Post,
            _ => Method::Put,
        };
        let ours_in_query = matches!(method, Method::Get | Method::Delete);
        if is_last && ours_in_query == in_query {
            let call = call(method, path, rest);
            let keys = Keys::new("testkey", "testsecret", "");
            let again = Binance.sign(Some(&keys), Nanos::from_millis(time), &call);
            assert_eq!((again.target.as_str(), again.body.as_str()), (target, form), "{name}");
            rebuilt += 1;
        }
    }
    assert_eq!((signed, refused), (9, 1));
    assert!(0 < rebuilt);
}

fn call(method: Method, path: &str, query: String) -> Call {
    let path = ["/fapi/v1/order", "/fapi/v3/balance"].into_iter().find(|known| *known == path);
    Call {
        no: CallNo(1),
        method,
        path: path.unwrap(),
        query,
        body: String::new(),
        auth: Auth::Signed,
        urgency: Urgency::Read,
        costs: Default::default(),
        instrument: None,
        patience: Nanos::SECOND,
    }
}

#[test]
fn the_worked_vectors_come_out() {
    let Some(samples) = samples() else { return };
    let (_, body) = samples.iter().find(|(name, _)| name == "signature_vectors").unwrap();
    let vectors: Vec<Value> = serde_json::from_slice(body).unwrap();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let secret = Hmac::new(text(&vector, "secret").as_bytes());
        let want = text(&vector, "signature");
        let (query, form) = match text(&vector, "query") {
            "" => (text(&vector, "payload"), ""),
            query => (query, text(&vector, "body")),
        };
        assert_eq!(signature(&secret, query, form), want, "{}", vector["note"]);
        assert!(is_signed(&secret, query, &format!("{form}&signature={want}")) || form.is_empty());
    }
}

#[test]
fn captured_frames_are_subscriptions() {
    let Some(samples) = samples() else { return };
    let mut seen = 0;
    for (name, body) in samples.iter().filter(|(name, _)| name.contains("wsframe")) {
        let capture: Value = serde_json::from_slice(body).unwrap();
        let frame: Value = serde_json::from_str(text(&capture, "frame")).unwrap();
        assert_eq!(frame["method"], "SUBSCRIBE", "{name}");
        assert!(frame["params"][0].as_str().unwrap().starts_with("btcusdt@"), "{name}");
        seen += 1;
    }
    assert_eq!(seen, 4);
}
