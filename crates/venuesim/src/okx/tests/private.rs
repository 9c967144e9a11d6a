use super::*;
use expect_test::expect;

const ORDER: [&str; 9] = [
    "state",
    "sz",
    "accFillSz",
    "fillSz",
    "fillPx",
    "execType",
    "cancelSource",
    "reqId",
    "amendResult",
];

fn told(heard: &[Value]) -> String {
    let mut story = String::new();
    for frame in heard {
        let pushed = frame["arg"]["channel"].as_str().filter(|_| frame["event"].is_null());
        let channel = pushed.unwrap_or_default();
        let row = &frame["data"][0];
        story += &match channel {
            "orders" => format!("orders     {}\n", brief(row, &ORDER)),
            "fills" => {
                format!("fills      {}\n", brief(row, &["fillSz", "fillPx", "side", "execType"]))
            }
            "positions" => {
                format!(
                    "positions  {} {}\n",
                    frame["eventType"],
                    brief(row, &["pos", "avgPx", "lever", "tradeId"])
                )
            }
            "account" => format!(
                "account    {} {} currencies\n",
                frame["eventType"],
                row["details"].as_array().unwrap().len()
            ),
            "balance_and_position" => format!(
                "both       {} balances={} positions={} trades={}\n",
                row["eventType"],
                row["balData"].as_array().unwrap().len(),
                row["posData"].as_array().unwrap().len(),
                row["trades"].as_array().unwrap().len(),
            ),
            _ => format!("{}\n", event(frame)),
        };
    }
    story
}

fn event(frame: &Value) -> String {
    let known = ["event", "op", "id", "code", "channel", "connCount"];
    let there: Vec<&str> = known.into_iter().filter(|field| !frame[*field].is_null()).collect();
    let item = brief(&frame["data"][0], &["sCode"]).replace("sCode=?", "");
    format!("{} {item}", brief(frame, &there)).trim_end().to_owned()
}

#[test]
fn an_account_hears_of_everything_it_does() {
    let mut stage = Stage::new();
    let socket = stage.open("private");
    stage.login(socket);
    stage.say(
        socket,
        r#"{"op":"subscribe","args":[{"channel":"orders","instType":"SWAP"},{"channel":"fills"},{"channel":"positions","instType":"ANY"},{"channel":"account"},{"channel":"balance_and_position"}]}"#,
    );
    let mut story = told(&stage.heard(socket));
    let order = |id: &str, extra: &str| {
        format!(
            r#"{{"id":"{id}","op":"order","args":[{{"instId":"{SWAP}","tdMode":"cross","side":"buy",{extra}}}]}}"#
        )
    };
    let mut act = |text: &str| {
        stage.say(socket, text);
        stage.pass(20);
        story += &format!("--\n{}", told(&stage.heard(socket)));
    };
    act(&order("1", r#""ordType":"limit","sz":"1","px":"59000","clOrdId":"a""#));
    act(&format!(
        r#"{{"id":"2","op":"amend-order","args":[{{"instId":"{SWAP}","clOrdId":"a","newSz":"2","reqId":"r9"}}]}}"#
    ));
    act(&format!(
        r#"{{"id":"3","op":"cancel-order","args":[{{"instId":"{SWAP}","clOrdId":"a"}}]}}"#
    ));
    act(&order("4", r#""ordType":"post_only","sz":"1","px":"60001""#));
    act(&order("5", r#""ordType":"market","sz":"12""#));
    act(&order("6", r#""ordType":"limit","sz":"1","px":"59000.05""#));
    act(r#"{"id":"7","op":"mass-cancel","args":[{"instType":"OPTION","instFamily":"BTC-USD"}]}"#);
    expect![[r#"
        event=subscribe
        event=channel-conn-count channel=orders connCount=1
        event=subscribe
        event=channel-conn-count channel=fills connCount=1
        event=subscribe
        event=channel-conn-count channel=positions connCount=1
        positions  "snapshot" pos=? avgPx=? lever=? tradeId=?
        event=subscribe
        event=channel-conn-count channel=account connCount=1
        account    "snapshot" 4 currencies
        event=subscribe
        event=channel-conn-count channel=balance_and_position connCount=1
        both       "snapshot" balances=4 positions=0 trades=0
        --
        op=order id=1 code=0 sCode=0
        orders     state=live sz=1 accFillSz=0 fillSz=0 fillPx= execType= cancelSource= reqId= amendResult=
        account    "event_update" 4 currencies
        --
        op=amend-order id=2 code=0 sCode=0
        orders     state=live sz=2 accFillSz=0 fillSz=0 fillPx= execType= cancelSource= reqId=r9 amendResult=0
        account    "event_update" 4 currencies
        --
        op=cancel-order id=3 code=0 sCode=0
        orders     state=canceled sz=2 accFillSz=0 fillSz=0 fillPx= execType= cancelSource=1 reqId= amendResult=
        account    "event_update" 4 currencies
        --
        op=order id=4 code=0 sCode=0
        orders     state=live sz=1 accFillSz=0 fillSz=0 fillPx= execType= cancelSource= reqId= amendResult=
        orders     state=canceled sz=1 accFillSz=0 fillSz=0 fillPx= execType= cancelSource=31 reqId= amendResult=
        account    "event_update" 4 currencies
        --
        op=order id=5 code=0 sCode=0
        orders     state=live sz=12 accFillSz=0 fillSz=0 fillPx= execType= cancelSource= reqId= amendResult=
        fills      fillSz=10 fillPx=60000.1 side=buy execType=T
        orders     state=partially_filled sz=12 accFillSz=10 fillSz=10 fillPx=60000.1 execType=T cancelSource= reqId= amendResult=
        fills      fillSz=2 fillPx=60000.2 side=buy execType=T
        orders     state=filled sz=12 accFillSz=12 fillSz=2 fillPx=60000.2 execType=T cancelSource= reqId= amendResult=
        positions  "event_update" pos=12 avgPx=60000.12 lever=3 tradeId=1795253145000003
        account    "event_update" 4 currencies
        both       "filled" balances=1 positions=1 trades=2
        --
        op=order id=6 code=1 sCode=51000
        --
        op=mass-cancel id=7 code=51010
    "#]].assert_eq(&story);
}

#[test]
fn others_hear_nothing_of_it() {
    let mut stage = Stage::new();
    let socket = stage.open("private");
    let at = (stage.now.millis() / 1000).to_string();
    let sign = Hmac::new(b"testsecret2").base64(&[at.as_bytes(), b"GET/users/self/verify"]);
    stage.say(
        socket,
        &format!(
            r#"{{"op":"login","args":[{{"apiKey":"testkey2","passphrase":"testpass2","timestamp":"{at}","sign":"{sign}"}}]}}"#
        ),
    );
    stage.say(socket, r#"{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]}"#);
    assert_eq!(stage.heard(socket).len(), 3);
    stage.place(&format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"market","sz":"1"}}"#
    ));
    stage.pass(100);
    assert!(stage.heard(socket).is_empty());
}

#[test]
fn trading_over_a_socket_wants_the_private_address_and_a_login() {
    let mut stage = Stage::new();
    for (path, login, code) in
        [("public", false, "60028"), ("private", false, "60011"), ("private", true, "60013")]
    {
        let socket = stage.open(path);
        if login {
            stage.login(socket);
        }
        stage.say(socket, r#"{"id":"1","op":"cancel-order","args":[{},{}]}"#);
        let heard = stage.heard(socket);
        assert_eq!(
            (&heard[0]["code"], &heard[0]["op"]),
            (&code.into(), &"cancel-order".into()),
            "{heard:?}"
        );
    }
}

#[test]
fn a_stop_loss_waits_unseen_and_goes_off() {
    let mut stage = Stage::new();
    stage.place(&format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"market","sz":"1"}}"#
    ));
    let body = format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"sell","ordType":"oco","sz":"1","reduceOnly":"true","slTriggerPx":"59990","slOrdPx":"-1","tpTriggerPx":"62000","tpOrdPx":"62000"}}"#
    );
    let (_, answer) = stage.signed("POST", "/api/v5/trade/order-algo", &body);
    assert_eq!(answer["data"][0]["sCode"], "0", "{answer}");
    assert!(stage.rows("/api/v5/trade/orders-pending").is_empty());
    assert_eq!(stage.rows("/api/v5/trade/orders-algo-pending?ordType=oco").len(), 1);
    let (price, qty) = (Ticks(599_800), Lots(100));
    stage.market(InstrumentNo(0), MarketKind::Trade { id: 2, aggressor: Side::Sell, price, qty });
    stage.pass(100);
    assert!(stage.rows("/api/v5/account/positions").is_empty());
    assert!(stage.rows("/api/v5/trade/orders-algo-pending?ordType=oco").is_empty());
    let done = stage.rows("/api/v5/trade/orders-algo-history?ordType=oco&state=effective");
    assert_eq!(brief(&done[0], &["state", "actualSide"]), "state=effective actualSide=sl");
}
