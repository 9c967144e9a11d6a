//! The reader of check requests, held against serde_json.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn check(body: &str) -> String {
    let mut lists = Lists::default();
    match Check::read(body.as_bytes(), &mut lists) {
        Ok(check) => format!("{:?}", check.request(&lists)),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn a_fault_is_named_by_its_field() {
    let with = |market: &str| format!(r#"{{"account":{{}},"order":{{}},"market":{market}}}"#);
    for (body, want) in [
        ("", "body: not valid JSON at byte 0: send one JSON object, at most 32 levels deep"),
        ("[]", "body: must be an object"),
        ("{}", "account: missing: this object is required"),
        (r#"{"account":{},"order":{}}"#, "market: missing: this object is required"),
        (r#"{"account":7}"#, "account: must be an object"),
        (r#"{"account":{"mode":1}}"#, "account.mode: must be a string"),
        (&with(r#"{"latency_ms":"fast"}"#), "market.latency_ms: must be a finite number"),
        (&with(r#"{"latency_ms":true}"#), "market.latency_ms: must be a finite number"),
        (&with(r#"{"latency_ms":NaN}"#), "market.latency_ms: must be a finite number"),
        (&with(r#"{"latency_ms":-Infinity}"#), "market.latency_ms: must be a finite number"),
        (&with(r#"{"latency_ms":1e999}"#), "market.latency_ms: must be a finite number"),
        (&with(r#"{"sprt_samples":[1,null]}"#), "market.sprt_samples[1]: must be a finite number"),
        (&with(r#"{"sprt_samples":3}"#), "market.sprt_samples: must be a list of finite numbers"),
        (&with(r#"{"dq":{"stale_book":"yes"}}"#), "market.dq.stale_book: must be true or false"),
        (&with(r#"{"recent_stats":[]}"#), "market.recent_stats: must be an object"),
    ] {
        assert_eq!(check(body), want, "{body}");
    }
}

#[test]
fn a_bomb_of_brackets_is_refused_before_it_is_deep() {
    let body = format!(r#"{{"x":{}"#, "[".repeat(60_000));
    assert!(check(&body).contains("at most 32 levels"), "{}", check(&body));
}

#[test]
fn the_last_of_two_equal_keys_counts_even_for_whole_objects() {
    let mut lists = Lists::default();
    let body = br#"{"account":{"mode":"a"},"account":{},"order":{"qty":1,"qty":"2.50"},"market":
        {"score":1,"sprt_samples":[1]},"market":{"spread_bps":3}}"#;
    let check = Check::read(body, &mut lists).unwrap();
    let request = check.request(&lists);
    assert_eq!((request.mode, request.qty), (None, Some(2.5)));
    let market = Market { spread_bps: Some(3.0), ..Market::default() };
    assert_eq!(request.market, market);
}

#[test]
fn escapes_are_read_in_keys_and_values() {
    let mut lists = Lists::default();
    let body = br#"{"account":{"m\u006fde":"p\u0061per \ud83d\ude00"},"order":{},"market":{}}"#;
    let check = Check::read(body, &mut lists).unwrap();
    assert_eq!(check.request(&lists).mode, Some("paper 😀"));
}

/// What serde_json makes of the same body.
fn reference(body: &Value) -> Vec<Option<f64>> {
    let number = |value: &Value| match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    let (order, market) = (&body["order"], &body["market"]);
    let mut values = vec![number(&body["fees_bps"]), number(&order["qty"])];
    for key in ["latency_ms", "score", "spread_bps", "trap_trades_cnt"] {
        values.push(number(&market[key]));
    }
    for list in ["trap_cancel_deltas", "trap_add_deltas", "sprt_samples"] {
        values.push(market[list].as_array().map(|list| list.len() as f64));
        values.extend(market[list].as_array().into_iter().flatten().map(number));
    }
    values
}

fn ours(body: &[u8]) -> Vec<Option<f64>> {
    let mut lists = Lists::default();
    let check = Check::read(body, &mut lists).unwrap();
    let request = check.request(&lists);
    let market = request.market;
    let mut values = vec![request.fees_bps, request.qty, market.latency_ms, market.score];
    values.extend([market.spread_bps, market.trap_trades_cnt]);
    for list in [market.trap_cancel_deltas, market.trap_add_deltas, market.sprt_samples] {
        values.push(list.map(|list| list.len() as f64));
        values.extend(list.into_iter().flatten().copied().map(Some));
    }
    values
}

fn any_number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |v| v.is_finite()).prop_map(|v| json!(v)),
        (-1e6..1e6f64).prop_map(|v| json!((v * 1e4).round() / 1e4)),
        any::<i64>().prop_map(|v| json!(v)),
        Just(Value::Null),
        (0..100_000i64).prop_map(|v| json!(format!("{}.{:04}", v / 7, v % 7))),
    ]
}

fn any_list() -> impl Strategy<Value = Value> {
    let number = any_number().prop_filter("a number", |v| !v.is_null());
    prop_oneof![prop::collection::vec(number, 0..6).prop_map(Value::from), Just(Value::Null)]
}

prop_compose! {
    fn any_request()(
        numbers in prop::collection::vec(any_number(), 6),
        lists in prop::collection::vec(any_list(), 3),
        text in ".{0,12}",
        extra in prop_oneof![Just(json!([{"a": [1, "x", null]}])), any_number()],
    ) -> Value {
        json!({
            "fees_bps": numbers[0], "req_id": text, &text: extra,
            "account": {"mode": text, "equity_usd": 1e5},
            "order": {"symbol": text, "qty": numbers[1], "tif": "GTC"},
            "market": {
                "latency_ms": numbers[2], "score": numbers[3], "spread_bps": numbers[4],
                "trap_trades_cnt": numbers[5], "trap_cancel_deltas": lists[0],
                "trap_add_deltas": lists[1], "sprt_samples": lists[2], "dq": {"stale_book": true},
            },
        })
    }
}

proptest! {
    #[test]
    fn it_reads_what_serde_json_reads(request in any_request(), pretty in any::<bool>()) {
        let body = if pretty { serde_json::to_vec_pretty(&request) } else { serde_json::to_vec(&request) };
        let body = body.unwrap();
        prop_assert_eq!(ours(&body), reference(&request));
        let mut lists = Lists::default();
        let check = Check::read(&body, &mut lists).unwrap();
        prop_assert_eq!(check.req_id.as_deref(), request["req_id"].as_str());
        prop_assert!(check.request(&lists).market.stale_book);
    }

    #[test]
    fn no_bytes_make_it_panic_and_it_accepts_only_json(
        request in any_request(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut body = serde_json::to_vec(&request).unwrap();
        let at = at.index(body.len());
        body[at] = byte;
        if cut {
            body.truncate(at);
        }
        if Check::read(&body, &mut Lists::default()).is_ok() {
            prop_assert!(serde_json::from_slice::<Value>(&body).is_ok());
        }
    }

    #[test]
    fn a_number_is_the_nearest_f64(text in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?") {
        let mut scan = Scan::new(&text);
        prop_assert_eq!(scan.kind(), Ok(Kind::Number));
        let want: f64 = text.parse().unwrap();
        prop_assert_eq!(scan.number().unwrap(), want.is_finite().then_some(want));
        prop_assert!(scan.end().is_ok());
    }
}
