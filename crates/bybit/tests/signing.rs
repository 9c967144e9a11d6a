//! What real clients signed is signed again, byte for byte.

mod common;

use aurora_bybit::{Bybit, login_signature};
use aurora_model::Nanos;
use aurora_wire::{Auth, Call, CallNo, Cost, Keys, Method, Protocol, Urgency};
use common::sample_files;
use serde_json::Value;

fn keys() -> Keys {
    Keys::new("testkey", "testsecret", "testpass")
}

fn call(method: &str, target: &str, body: &str) -> Call {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Call {
        no: CallNo(0),
        method: if method == "GET" { Method::Get } else { Method::Post },
        path: path.to_owned().leak(),
        query: query.to_owned(),
        body: body.to_owned(),
        auth: Auth::Signed,
        urgency: Urgency::Read,
        costs: [Cost::default(); 3],
        instrument: None,
        patience: Nanos::SECOND,
    }
}

#[test]
fn every_captured_request_is_signed_again_byte_for_byte() {
    let (mut right, mut wrong, mut public) = (0, 0, 0);
    for (name, text) in sample_files() {
        let sample: Value = serde_json::from_str(&text).unwrap();
        let Some(target) = sample.get("target").and_then(Value::as_str) else { continue };
        let header = |wanted: &str| {
            let headers = sample["headers"].as_object().unwrap();
            headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, v)| v.as_str().unwrap().to_owned())
        };
        let Some(stamp) = header("X-BAPI-TIMESTAMP") else {
            public += 1;
            continue;
        };
        let method = sample["method"].as_str().unwrap();
        let call = call(method, target, sample["body"].as_str().unwrap());
        let at = Nanos::from_millis(stamp.parse().unwrap());
        let signed = Bybit.sign(Some(&keys()), at, &call);
        assert_eq!(signed.target, target, "{name}");
        let ours = |wanted: &str| {
            signed.headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone())
        };
        for name in ["x-bapi-api-key", "x-bapi-timestamp", "x-bapi-recv-window"] {
            assert_eq!(ours(name), header(name), "{name}");
        }
        if name.ends_with("WRONG_SECRET") {
            wrong += 1;
            assert_ne!(ours("x-bapi-sign"), header("x-bapi-sign"), "{name} must be refused");
        } else {
            right += 1;
            assert_eq!(ours("x-bapi-sign"), header("x-bapi-sign"), "{name}");
        }
    }
    if common::samples().is_some() {
        assert_eq!((right, wrong, public), (11, 1, 6));
    }
}

#[test]
fn every_captured_login_is_signed_again() {
    let mut logins = 0;
    for (name, text) in sample_files() {
        let sample: Value = serde_json::from_str(&text).unwrap();
        let Some(frame) = sample.get("frame").and_then(Value::as_str) else { continue };
        let frame: Value = serde_json::from_str(frame).unwrap();
        if frame["op"] != "auth" {
            continue;
        }
        logins += 1;
        let expires = match &frame["args"][1] {
            Value::String(text) => text.parse().unwrap(),
            number => number.as_i64().unwrap(),
        };
        assert_eq!(frame["args"][2], login_signature(&keys(), expires), "{name}");
        // Our own frame, ten seconds before it expires, carries the same signature.
        let at = Nanos::from_millis(expires - 10_000);
        let ours: Value = serde_json::from_str(&Bybit.login(&keys(), at)).unwrap();
        assert_eq!((&ours["op"], &ours["args"][2]), (&frame["op"], &frame["args"][2]), "{name}");
    }
    if common::samples().is_some() {
        assert_eq!(logins, 2);
    }
}

#[test]
fn the_worked_examples_hold() {
    for (name, text) in sample_files() {
        if name != "signature_vectors" {
            continue;
        }
        let vectors: Value = serde_json::from_str(&text).unwrap();
        for vector in vectors.as_array().unwrap() {
            let text = |field: &str| vector[field].as_str().unwrap();
            let keys = Keys::new(text("key"), text("secret"), "");
            let payload = text("payload");
            let signature = match vector.get("timestamp").and_then(Value::as_str) {
                None => login_signature(&keys, payload["GET/realtime".len()..].parse().unwrap()),
                Some(stamp) => {
                    let rest = payload.strip_prefix(stamp).unwrap();
                    let rest = rest.strip_prefix("testkey5000").unwrap();
                    let call = match rest.starts_with('{') {
                        true => call("POST", "/v5/order/create", rest),
                        false => call("GET", &format!("/v5/order/realtime?{rest}"), ""),
                    };
                    let at = Nanos::from_millis(stamp.parse().unwrap());
                    let signed = Bybit.sign(Some(&keys), at, &call);
                    signed.headers.into_iter().find(|h| h.0 == "x-bapi-sign").unwrap().1
                }
            };
            assert_eq!(signature, text("signature"), "{}", text("note"));
        }
    }
}

#[test]
fn an_order_may_not_come_later_than_its_patience() {
    let late = Call { urgency: Urgency::Place, ..call("POST", "/v5/order/create", "{}") };
    let signed = Bybit.sign(Some(&keys()), Nanos::SECOND, &late);
    assert!(signed.headers.contains(&("x-bapi-recv-window", "1000".to_owned())));
}
