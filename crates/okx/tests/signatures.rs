//! What other clients signed is signed the same here, byte for byte.

mod common;

use aurora_model::Nanos;
use aurora_okx::{Okx, encode, sign};
use aurora_wire::{Auth, Call, Keys, Method, Protocol};
use serde_json::Value;

fn keys() -> Keys {
    Keys::new("testkey", "testsecret", "testpass")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

fn call(method: &str, target: &str, body: &str, auth: Auth) -> Call {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let method = if method == "GET" { Method::Get } else { Method::Post };
    Call {
        method,
        path: Box::leak(path.to_owned().into_boxed_str()),
        query: query.to_owned(),
        body: body.to_owned(),
        auth,
        ..encode::time()
    }
}

fn moment(time: &str) -> Nanos {
    let time: jiff::Timestamp = time.parse().unwrap();
    Nanos::from_millis(time.as_millisecond())
}

#[test]
fn every_captured_request_is_signed_alike() {
    let captures = common::all().into_iter().filter(|(name, _)| name.starts_with("capture_"));
    let (mut signed, mut open) = (0, 0);
    for (name, text_of) in captures {
        let capture: Value = serde_json::from_str(&text_of).unwrap();
        if capture["method"].is_null() {
            continue;
        }
        let (method, target, body) =
            (text(&capture, "method"), text(&capture, "target"), text(&capture, "body"));
        let headers = capture["headers"].as_object().unwrap();
        let header = |name: &str| {
            headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, v)| v.as_str().unwrap())
        };
        let Some(time) = header("ok-access-timestamp") else {
            let ours = Okx.sign(None, Nanos(0), &call(method, target, body, Auth::Public));
            assert_eq!((ours.target.as_str(), ours.body.as_str()), (target, body), "{name}");
            assert!(ours.headers.is_empty(), "{name}: nothing to sign");
            open += 1;
            continue;
        };
        let ours = Okx.sign(Some(&keys()), moment(time), &call(method, target, body, Auth::Signed));
        assert_eq!((ours.target.as_str(), ours.body.as_str()), (target, body), "{name}");
        for (key, value) in ours.headers.iter().filter(|(key, _)| key.starts_with("ok-")) {
            let same = header(key) == Some(value.as_str());
            let wanted = !name.contains("WRONG_SECRET") || key != &"ok-access-sign";
            assert_eq!(same, wanted, "{name}: {key}");
        }
        signed += 1;
    }
    if common::samples().is_some() {
        assert_eq!((signed, open), (10, 7));
    }
}

#[test]
fn captured_logins_and_subscriptions_are_written_alike() {
    let Some(capture) = common::sample("capture_ccxt_wsframe_login") else { return };
    let frame = text(&capture, "frame");
    assert_eq!(Okx.login(&keys(), Nanos::SECOND * 1_795_253_149), frame);
    let trades = encode::Topic::of("trades", "BTC-USDT-SWAP");
    let orders =
        encode::Topic { inst_type: Some("SWAP"), ..encode::Topic::of("orders", "BTC-USDT-SWAP") };
    for (name, topic) in
        [("capture_ccxt_wsframe_subscribe_2", trades), ("capture_ccxt_wsframe_subscribe_3", orders)]
    {
        let capture = common::sample(name).unwrap();
        assert_eq!(encode::subscribe(&[topic]), text(&capture, "frame"));
    }
}

#[test]
fn the_worked_examples_hold() {
    let Some(vectors) = common::sample("signature_vectors") else { return };
    for vector in vectors.as_array().unwrap() {
        let keys =
            Keys::new(text(vector, "key"), text(vector, "secret"), text(vector, "passphrase"));
        let parts = ["timestamp", "method", "request_path", "body"].map(|key| text(vector, key));
        assert_eq!(parts.concat(), text(vector, "prehash"));
        assert_eq!(keys.secret.base64(&parts.map(str::as_bytes)), text(vector, "signature"));
        let [time, method, path, body] = parts;
        if let Ok(seconds) = time.parse::<i64>() {
            let frame = sign::login(&keys, Nanos::SECOND * seconds);
            assert!(frame.contains(text(vector, "signature")), "{frame}");
        } else {
            let signed =
                sign::sign(Some(&keys), moment(time), &call(method, path, body, Auth::Signed));
            let sign = signed.headers.iter().find(|(key, _)| *key == "ok-access-sign").unwrap();
            assert_eq!(sign.1, text(vector, "signature"));
        }
    }
}

/// The second captured login was made with another secret to see it refused.
#[test]
fn a_login_with_a_wrong_secret_is_refused() {
    for (name, is_right) in
        [("capture_ccxt_wsframe_login", true), ("capture_ccxt_wsframe_login_2", false)]
    {
        let Some(capture) = common::sample(name) else { return };
        let login: Value = serde_json::from_str(text(&capture, "frame")).unwrap();
        let (time, sign) = (text(&login["args"][0], "timestamp"), text(&login["args"][0], "sign"));
        let parts: [&[u8]; 3] = [time.as_bytes(), b"GET", b"/users/self/verify"];
        assert_eq!(keys().secret.verify(&parts, sign), is_right, "{name}");
    }
}

#[test]
fn a_wrong_secret_is_refused() {
    let parts: [&[u8]; 4] = [b"2023-11-14T22:13:20.000Z", b"GET", b"/api/v5/account/balance", b""];
    let wrong = Keys::new("testkey", "testsecreT", "testpass").secret.base64(&parts);
    assert!(!keys().secret.verify(&parts, &wrong));
    assert!(keys().secret.verify(&parts, &keys().secret.base64(&parts)));
}
