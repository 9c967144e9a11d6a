use super::*;

const FIELDS: [&str; 7] = ["state", "sz", "px", "accFillSz", "avgPx", "cancelSource", "ordType"];

fn order(extra: &str) -> String {
    format!(r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy",{extra}}}"#)
}

impl Stage {
    fn asked(&mut self, order: &str) -> Value {
        self.rows(&format!("/api/v5/trade/order?instId={SWAP}&ordId={order}")).remove(0)
    }
}

#[test]
fn a_crossing_post_only_order_is_acknowledged_and_then_cancelled() {
    let mut stage = Stage::new();
    let id = stage.place(&order(r#""ordType":"post_only","sz":"1","px":"60001""#));
    let row = stage.asked(&id);
    assert_eq!(
        brief(&row, &["state", "cancelSource", "accFillSz"]),
        "state=canceled cancelSource=31 accFillSz=0"
    );
}

#[test]
fn ioc_and_fok_take_what_is_there_or_nothing() {
    let mut stage = Stage::new();
    // Ten contracts rest at each of the twenty prices from 60000.1.
    for (extra, want) in [
        (
            r#""ordType":"ioc","sz":"15","px":"60000.1""#,
            "state=canceled accFillSz=10 cancelSource=14",
        ),
        (r#""ordType":"ioc","sz":"15","px":"50000""#, "state=canceled accFillSz=0 cancelSource=14"),
        (
            r#""ordType":"fok","sz":"25","px":"60000.3""#,
            "state=canceled accFillSz=0 cancelSource=13",
        ),
        (r#""ordType":"fok","sz":"15","px":"60000.3""#, "state=filled accFillSz=15 cancelSource="),
    ] {
        let id = stage.place(&order(extra));
        let row = stage.asked(&id);
        assert_eq!(brief(&row, &["state", "accFillSz", "cancelSource"]), want, "{extra}");
    }
}

#[test]
fn a_duplicate_client_id_is_refused_even_after_the_first_has_closed() {
    let mut stage = Stage::new();
    let body = order(r#""ordType":"limit","sz":"1","px":"59000","clOrdId":"one""#);
    let id = stage.place(&body);
    let again = |stage: &mut Stage| {
        let (_, answer) = stage.signed("POST", "/api/v5/trade/order", &body);
        answer["data"][0]["sCode"].as_str().unwrap().to_owned()
    };
    assert_eq!(again(&mut stage), "51016");
    let cancel = format!(r#"{{"instId":"{SWAP}","clOrdId":"one"}}"#);
    stage.signed("POST", "/api/v5/trade/cancel-order", &cancel);
    assert_eq!(brief(&stage.asked(&id), &["state", "clOrdId"]), "state=canceled clOrdId=one");
    assert_eq!(again(&mut stage), "51016");
}

#[test]
fn a_spot_market_buy_counts_in_quote_unless_it_says_base() {
    let mut stage = Stage::new();
    for (target, size, want) in [
        ("", "600.001", "sz=600.001 tgtCcy=quote_ccy accFillSz=0.01 state=filled"),
        ("base_ccy", "0.02", "sz=0.02 tgtCcy=base_ccy accFillSz=0.02 state=filled"),
    ] {
        let body = format!(
            r#"{{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"market","sz":"{size}","tgtCcy":"{target}"}}"#
        );
        let id = stage.place(&body);
        let row = stage.rows(&format!("/api/v5/trade/order?instId=BTC-USDT&ordId={id}")).remove(0);
        assert_eq!(brief(&row, &["sz", "tgtCcy", "accFillSz", "state"]), want);
        assert_eq!(row["feeCcy"], "BTC", "a spot buy pays its fee in what it bought");
    }
}

#[test]
fn an_order_may_name_its_instrument_by_code() {
    let mut stage = Stage::new();
    let rows = stage.rows("/api/v5/public/instruments?instType=SWAP");
    let code = &rows[0]["instIdCode"];
    let id = stage.place(&format!(
        r#"{{"instIdCode":{code},"tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"59000"}}"#
    ));
    assert_eq!(stage.asked(&id)["instId"], SWAP);
}

#[test]
fn an_amend_keeps_the_id_and_a_post_only_order_may_not_be_made_to_take() {
    let mut stage = Stage::new();
    let id = stage.place(&order(r#""ordType":"post_only","sz":"1","px":"59000""#));
    let amend = |stage: &mut Stage, change: &str| {
        let body = format!(r#"{{"instId":"{SWAP}","ordId":"{id}",{change}}}"#);
        let (_, answer) = stage.signed("POST", "/api/v5/trade/amend-order", &body);
        answer["data"][0]["sCode"].as_str().unwrap().to_owned()
    };
    assert_eq!(amend(&mut stage, r#""newSz":"2.5","newPx":"59001""#), "0");
    assert_eq!(
        brief(&stage.asked(&id), &FIELDS),
        "state=live sz=2.5 px=59001 accFillSz=0 avgPx= cancelSource= ordType=post_only"
    );
    assert_eq!(amend(&mut stage, r#""newPx":"60100""#), "51511");
    assert_eq!(amend(&mut stage, r#""newPx":"59001.05""#), "51000");
    assert_eq!(amend(&mut stage, r#""newSz":"2.555""#), "51121");
    assert_eq!(brief(&stage.asked(&id), &["state", "px"]), "state=live px=59001");
}

#[test]
fn reduce_only_reduces_and_nothing_else() {
    let mut stage = Stage::new();
    let sell = format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"sell","ordType":"market","sz":"5","reduceOnly":"true"}}"#
    );
    let code = |stage: &mut Stage, body: &str| {
        let (_, answer) = stage.signed("POST", "/api/v5/trade/order", body);
        answer["data"][0]["sCode"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(&mut stage, &sell), "51169");
    stage.place(&order(r#""ordType":"market","sz":"3""#));
    let same_way = order(r#""ordType":"market","sz":"1","reduceOnly":true"#);
    assert_eq!(code(&mut stage, &same_way), "51170");
    assert_eq!(code(&mut stage, &sell), "0");
    assert!(stage.rows("/api/v5/account/positions").is_empty(), "it never turns a position around");
}

#[test]
fn the_dead_man_switch_fires_unless_it_is_disarmed() {
    let mut stage = Stage::new();
    let id = stage.place(&order(r#""ordType":"limit","sz":"1","px":"59000""#));
    let arm = |stage: &mut Stage, seconds: &str| {
        let body = format!(r#"{{"timeOut":"{seconds}"}}"#);
        stage.signed("POST", "/api/v5/trade/cancel-all-after", &body).1["code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(arm(&mut stage, "10"), "0");
    stage.pass(9_000);
    assert_eq!(arm(&mut stage, "0"), "0");
    stage.pass(5_000);
    assert_eq!(stage.asked(&id)["state"], "live");
    assert_eq!(arm(&mut stage, "9"), "51000");
    assert_eq!(arm(&mut stage, "10"), "0");
    stage.pass(11_000);
    assert_eq!(
        brief(&stage.asked(&id), &["state", "cancelSource"]),
        "state=canceled cancelSource=20"
    );
}

#[test]
fn hedge_mode_holds_a_long_and_a_short() {
    let mut stage = Stage::new();
    stage.signed("POST", "/api/v5/account/set-position-mode", r#"{"posMode":"long_short_mode"}"#);
    for (side, pos_side) in [("buy", "long"), ("sell", "short")] {
        stage.place(&format!(
            r#"{{"instId":"{SWAP}","tdMode":"cross","side":"{side}","posSide":"{pos_side}","ordType":"market","sz":"2"}}"#
        ));
    }
    let rows = stage.rows("/api/v5/account/positions");
    let sides: Vec<String> =
        rows.iter().map(|row| brief(row, &["posSide", "pos", "availPos"])).collect();
    assert_eq!(sides, ["posSide=long pos=2 availPos=2", "posSide=short pos=2 availPos=2"]);
    let (_, answer) =
        stage.signed("POST", "/api/v5/account/set-position-mode", r#"{"posMode":"net_mode"}"#);
    assert_eq!(answer["code"], "59000");
}
