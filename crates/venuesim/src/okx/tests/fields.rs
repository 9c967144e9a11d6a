use super::*;

/// Every field of a recorded row is in ours, as the same kind of JSON value.
fn covers(ours: &Value, recorded: &Value, what: &str) {
    for (name, value) in recorded.as_object().unwrap() {
        let same_kind = std::mem::discriminant(&ours[name]) == std::mem::discriminant(value);
        // Recordings of several years: these were dropped or renamed.
        let is_gone = ["clSpotInUse", "maxSpotInUse", "spotInUse", "uplLib"].contains(&&**name);
        assert!(same_kind || is_gone, "{what}: {name} is {} here, {value} there", ours[name]);
    }
}

fn recorded(name: &str) -> Option<Value> {
    let sample = sample(name)?;
    Some(sample.get("data").map_or(sample.clone(), |data| data[0].clone()))
}

#[test]
fn rest_rows_have_every_field_recorded_ones_have() {
    let mut stage = Stage::new();
    stage.place(&format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"59000"}}"#
    ));
    let taken = stage.place(&format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"market","sz":"1"}}"#
    ));
    let paths = [
        ("public/instruments?instType=SWAP", "nt_http_get_instruments_swap"),
        ("public/instruments?instType=SPOT", "nt_http_get_instruments_spot"),
        ("trade/orders-pending", "nt_http_get_orders_pending"),
        (&*format!("trade/order?instId={SWAP}&ordId={taken}"), "ccxt_rest_fetch_order"),
        ("trade/fills", "ccxt_rest_fetch_my_trades"),
        ("account/positions", "nt_http_get_positions"),
        ("account/balance", "ccxt_rest_fetch_balance"),
        ("account/trade-fee?instType=SPOT", "nt_http_get_trade_fee_response"),
        ("market/ticker?instId=BTC-USDT", "ccxt_rest_fetch_ticker"),
        ("market/trades?instId=BTC-USDT", "ccxt_rest_fetch_trades"),
        ("public/funding-rate?instId=BTC-USDT-SWAP", "ccxt_rest_fetch_funding_rate"),
        ("public/mark-price?instType=SWAP&instId=BTC-USDT-SWAP", "ccxt_rest_fetch_mark_price"),
        ("market/index-tickers?instId=BTC-USDT", "nt_http_get_index_price"),
    ];
    for (path, name) in paths {
        let Some(recorded) = recorded(name) else { return };
        let rows = stage.rows(&format!("/api/v5/{path}"));
        covers(&rows[0], &recorded, name);
    }
    let balance = stage.rows("/api/v5/account/balance");
    covers(
        &balance[0]["details"][0],
        &sample("nt_http_balance_detail_old_fields").unwrap(),
        "balance detail",
    );
}

#[test]
fn pushes_have_every_field_recorded_ones_have() {
    let mut stage = Stage::new();
    let (public, private) = (stage.open("public"), stage.open("private"));
    stage.login(private);
    stage.say(
        private,
        r#"{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"},{"channel":"account"},{"channel":"positions","instType":"ANY"}]}"#,
    );
    stage.say(
        public,
        r#"{"op":"subscribe","args":[{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"},{"channel":"tickers","instId":"BTC-USDT-SWAP"},{"channel":"instruments","instType":"SWAP"},{"channel":"books","instId":"BTC-USDT-SWAP"},{"channel":"trades","instId":"BTC-USDT-SWAP"}]}"#,
    );
    stage.place(&format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"market","sz":"1"}}"#
    ));
    stage.pass(200);
    let mut heard = stage.heard(public);
    heard.extend(stage.heard(private));
    let pairs = [
        ("orders", "nt_ws_orders"),
        ("account", "ccxt_ws_handle_balance"),
        ("positions", "ccxt_ws_handle_positions"),
        ("bbo-tbt", "nt_ws_bbo_tbt"),
        ("tickers", "nt_ws_tickers"),
        ("instruments", "nt_ws_instruments"),
        ("trades", "nt_ws_trades"),
    ];
    for (channel, name) in pairs {
        let Some(recorded) = sample(name) else { return };
        let of_channel =
            |push: &&Value| push["arg"]["channel"] == channel && push["data"][0].is_object();
        let push =
            heard.iter().rfind(of_channel).unwrap_or_else(|| panic!("no {channel} in {heard:?}"));
        covers(&push["data"][0], &recorded["data"][0], name);
        if channel == "account" {
            covers(push, &recorded, "the frame");
            covers(&push["data"][0]["details"][0], &recorded["data"][0]["details"][0], "details");
        }
    }
    let update = heard.iter().rfind(|push| push["action"] == "update").unwrap();
    covers(&update["data"][0], &sample("nt_ws_books_update").unwrap()["data"][0], "books");
}
