//! What real clients sent, byte for byte: it is accepted, and what was signed with a wrong secret is not.

use aurora_model::{InstrumentNo, Nanos};
use aurora_testkit::shared;
use serde_json::Value;

use super::code::ApiError;
use super::params::Params;
use super::route::{self, Guard};
use super::{auth, channel, subject};
use crate::account::Accounts;
use crate::dialect::Ask;
use crate::request::Request;

/// The recordings by name; none where the shared data is missing.
fn captures() -> Vec<(String, Value)> {
    let files = shared::json_files("venues/samples/binance").unwrap_or_default().into_iter();
    let captures = files.filter(|(name, _)| name.starts_with("capture_"));
    captures.map(|(name, text)| (name, serde_json::from_str(&text).unwrap())).collect()
}

/// Hands the recorded request to `check`, with the moment it was sent.
fn replay<R>(sample: &Value, check: impl FnOnce(&Request<'_>, &Params<'_>, Nanos) -> R) -> R {
    let text = |name: &str| sample[name].as_str().unwrap_or_default();
    let headers: Vec<(&str, &str)> = sample["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
        .collect();
    let request = Request {
        method: text("method"),
        target: text("target"),
        headers: &headers,
        body: text("body").as_bytes(),
    };
    let params = Params::form(request.query(), text("body"));
    let at: i64 = params.number("timestamp").unwrap().unwrap_or_default();
    check(&request, &params, Nanos::from_millis(at + 50))
}

fn judged(sample: &Value) -> Result<(), ApiError> {
    let accounts = Accounts::standard(1);
    replay(sample, |request, params, now| {
        auth::by_signature(&accounts, request, params, now).map(drop)
    })
}

#[test]
fn signed_requests_are_verified_byte_for_byte() {
    let mut seen = 0;
    for (name, sample) in captures() {
        let is_signed = replay(&sample, |_, params, _| params.has("signature"));
        if !is_signed {
            continue;
        }
        seen += 1;
        let wrong = name.ends_with("_WRONG_SECRET");
        match judged(&sample) {
            Ok(()) => assert!(!wrong, "{name} was accepted"),
            Err(error) => assert!(wrong && error.code == -1022, "{name}: {error:?}"),
        }
    }
    assert!(seen == 0 || 8 < seen, "{seen} signed requests");
}

#[test]
fn a_changed_byte_breaks_the_signature() {
    for (name, sample) in captures() {
        let changed = sample.to_string().replace("BTCUSDT", "ETHUSDT");
        if !changed.contains("ETHUSDT") || !changed.contains("signature=") {
            continue;
        }
        let changed: Value = serde_json::from_str(&changed).unwrap();
        assert_eq!(judged(&changed).unwrap_err().code, -1022, "{name}");
    }
}

#[test]
fn every_recorded_request_has_a_route() {
    for (name, sample) in captures() {
        if sample["method"].is_null() {
            continue;
        }
        replay(&sample, |request, params, _| {
            let route = route::find(request.method, request.path());
            let route = route.unwrap_or_else(|| panic!("{name} has no route"));
            assert_eq!(route.guard == Guard::Signed, params.has("signature"), "{name}");
            subject::of(&Ask::Rest(request));
        });
    }
}

#[test]
fn every_recorded_subscription_is_understood() {
    let no_of = |symbol: &str| (symbol == "BTCUSDT").then_some(InstrumentNo(0));
    for (name, sample) in captures() {
        let Some(frame) = sample["frame"].as_str() else { continue };
        let frame: Value = serde_json::from_str(frame).unwrap();
        for stream in frame["params"].as_array().unwrap() {
            let stream = stream.as_str().unwrap();
            assert!(channel::parse(stream, no_of).is_some(), "{name}: {stream}");
        }
    }
}
