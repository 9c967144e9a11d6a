use super::*;
use expect_test::expect;

#[test]
fn each_wrong_order_has_its_code() {
    let mut stage = Stage::new();
    let good = [
        ("instId", SWAP),
        ("tdMode", "cross"),
        ("side", "buy"),
        ("ordType", "limit"),
        ("sz", "1"),
        ("px", "59000"),
    ];
    let changes: [&[(&str, &str)]; 24] = [
        &[("instId", "NO-SUCH")],
        &[("instId", "")],
        &[("tdMode", "cash")],
        &[("tdMode", "")],
        &[("side", "hold")],
        &[("ordType", "iceberg")],
        &[("posSide", "long")],
        &[("px", "59000.05")],
        &[("px", "")],
        &[("px", "-1")],
        &[("px", "many")],
        &[("px", "70000")],
        &[("sz", "0")],
        &[("sz", "")],
        &[("sz", "0.015")],
        &[("sz", "1000000")],
        &[("sz", "999999999")],
        &[("clOrdId", "a-b")],
        &[("tag", "seventeenletters1")],
        &[("stpMode", "cancel_none")],
        &[("stpMode", "cancel_both"), ("ordType", "fok")],
        &[("reduceOnly", "true")],
        &[("reduceOnly", "maybe")],
        &[("instId", "BTC-USDT"), ("tdMode", "cash"), ("sz", "0.000001")],
    ];
    let mut table = String::new();
    for change in changes {
        let mut order: serde_json::Map<String, Value> =
            good.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect();
        order.extend(change.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))));
        let (status, answer) =
            stage.signed("POST", "/api/v5/trade/order", &Value::from(order).to_string());
        assert_eq!((status, answer["code"].as_str()), (200, Some("1")), "{answer}");
        let item = &answer["data"][0];
        let what: Vec<String> =
            change.iter().map(|(key, value)| format!("{key}={value}")).collect();
        table += &format!("{:44} {}\n", what.join(" "), brief(item, &["sCode", "sMsg", "ordId"]));
    }
    expect![[r#"
        instId=NO-SUCH                               sCode=51001 sMsg=Instrument ID, Instrument ID code or Spread ID doesn't exist. ordId=
        instId=                                      sCode=50014 sMsg=Parameter instId can not be empty. ordId=
        tdMode=cash                                  sCode=51000 sMsg=Parameter tdMode error ordId=
        tdMode=                                      sCode=50014 sMsg=Parameter tdMode can not be empty. ordId=
        side=hold                                    sCode=51000 sMsg=Parameter side error ordId=
        ordType=iceberg                              sCode=51000 sMsg=Parameter ordType error ordId=
        posSide=long                                 sCode=51000 sMsg=Parameter posSide error ordId=
        px=59000.05                                  sCode=51000 sMsg=Parameter px error ordId=
        px=                                          sCode=51204 sMsg=The price for the limit order cannot be empty. ordId=
        px=-1                                        sCode=51000 sMsg=Parameter px error ordId=
        px=many                                      sCode=51000 sMsg=Parameter px error ordId=
        px=70000                                     sCode=51137 sMsg=The highest price limit for buy orders is 63000.1. ordId=
        sz=0                                         sCode=51000 sMsg=Parameter sz error ordId=
        sz=                                          sCode=50014 sMsg=Parameter sz can not be empty. ordId=
        sz=0.015                                     sCode=51121 sMsg=Order quantity must be a multiple of the lot size. ordId=
        sz=1000000                                   sCode=51008 sMsg=Order failed. Insufficient USDT margin in account ordId=
        sz=999999999                                 sCode=51101 sMsg=Order failed, the sz of the current order can’t be more than 100000000 (contracts). ordId=
        clOrdId=a-b                                  sCode=51000 sMsg=Parameter clOrdId error ordId=
        tag=seventeenletters1                        sCode=51000 sMsg=Parameter tag error ordId=
        stpMode=cancel_none                          sCode=51000 sMsg=Parameter stpMode error ordId=
        stpMode=cancel_both ordType=fok              sCode=54036 sMsg=You can't place fill or kill orders when self-trade prevention is set to both maker and taker orders. ordId=
        reduceOnly=true                              sCode=51169 sMsg=Order failed because you don't have any positions in this direction for this contract to reduce or close. ordId=
        reduceOnly=maybe                             sCode=51000 sMsg=Parameter reduceOnly error ordId=
        instId=BTC-USDT tdMode=cash sz=0.000001      sCode=51020 sMsg=Your order should meet or exceed the minimum order amount. ordId=
    "#]].assert_eq(&table);
}

#[test]
fn what_is_not_there_cannot_be_cancelled_amended_or_asked_about() {
    let mut stage = Stage::new();
    let ids = format!(r#"{{"instId":"{SWAP}","ordId":"5"}}"#);
    let amend = format!(r#"{{"instId":"{SWAP}","ordId":"5","newSz":"2"}}"#);
    let mut code = |method: &str, path: &str, body: &str| {
        let (_, answer) = stage.signed(method, &format!("/api/v5/trade/{path}"), body);
        answer["data"][0]["sCode"].as_str().unwrap_or(answer["code"].as_str().unwrap()).to_owned()
    };
    assert_eq!(code("POST", "cancel-order", &ids), "51400");
    assert_eq!(code("POST", "cancel-order", &format!(r#"{{"instId":"{SWAP}"}}"#)), "51003");
    assert_eq!(code("POST", "amend-order", &amend), "51503");
    assert_eq!(code("POST", "amend-order", &ids), "51500");
    assert_eq!(code("GET", &format!("order?instId={SWAP}&ordId=5"), ""), "51603");
    assert_eq!(code("POST", "cancel-order", "{broken"), "50002");
    assert_eq!(code("POST", "cancel-order", ""), "50000");
}

#[test]
fn the_envelope_tells_all_none_or_some() {
    let mut stage = Stage::new();
    let order = |px: &str| {
        format!(
            r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"{px}"}}"#
        )
    };
    let mut batch = |orders: &[String]| {
        let body = format!("[{}]", orders.join(","));
        let (status, answer) = stage.signed("POST", "/api/v5/trade/batch-orders", &body);
        (status, brief(&answer, &["code", "msg"]), answer["data"].as_array().unwrap().len())
    };
    let (good, bad) = (order("59000"), order("59000.05"));
    assert_eq!(batch(&[good.clone(), good.clone()]), (200, "code=0 msg=".into(), 2));
    assert_eq!(
        batch(&[bad.clone(), bad.clone()]),
        (200, "code=1 msg=All operations failed".into(), 2)
    );
    let some = "code=2 msg=Bulk operation partially succeeded.";
    assert_eq!(batch(&[bad, good.clone()]), (200, some.into(), 2));
    let most = "code=51111 msg=Maximum 20 orders can be placed in bulk.";
    assert_eq!(batch(&vec![good; 21]), (200, most.into(), 0));
}

#[test]
fn a_known_path_by_the_wrong_method_and_an_unknown_path() {
    let mut stage = Stage::new();
    let mut status = |method: &str, target: &str| stage.request(method, target, &[], "").0;
    assert_eq!(status("POST", "/api/v5/public/time"), 405);
    assert_eq!(status("GET", "/api/v5/public/nothing"), 404);
    assert_eq!(status("GET", "/"), 404);
}

#[test]
fn the_61st_cancel_in_two_seconds_meets_a_429() {
    let mut stage = Stage::new();
    let body = format!(r#"{{"instId":"{SWAP}","ordId":"5"}}"#);
    let mut cancel = || stage.signed("POST", "/api/v5/trade/cancel-order", &body);
    assert!((0..60).all(|_| cancel().0 == 200));
    let (status, answer) = cancel();
    assert_eq!((status, answer["code"].as_str()), (429, Some("50011")));
    stage.pass(2_000);
    assert_eq!(stage.signed("POST", "/api/v5/trade/cancel-order", &body).0, 200);
}

#[test]
fn a_request_after_its_own_deadline_does_nothing() {
    let mut stage = Stage::new();
    let deadline = (stage.now.millis() - 1).to_string();
    let order = format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"59000"}}"#
    );
    let socket = stage.open("private");
    stage.login(socket);
    stage.say(
        socket,
        &format!(r#"{{"id":"1","op":"order","expTime":"{deadline}","args":[{order}]}}"#),
    );
    assert_eq!(stage.heard(socket)[0]["data"][0]["sCode"], "50036");
    assert!(stage.rows("/api/v5/trade/orders-pending").is_empty());
}

#[test]
fn an_attached_stop_is_refused_rather_than_forgotten() {
    let mut stage = Stage::new();
    for (attached, want) in
        [("null", "0"), ("[]", "0"), (r#""""#, "0"), (r#"[{"slTriggerPx":"1"}]"#, "51000")]
    {
        let order = format!(
            r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"59000","attachAlgoOrds":{attached}}}"#
        );
        let (_, answer) = stage.signed("POST", "/api/v5/trade/order", &order);
        assert_eq!(answer["data"][0]["sCode"], want, "{answer}");
    }
}
