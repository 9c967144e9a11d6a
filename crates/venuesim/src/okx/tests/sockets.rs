use super::*;
use expect_test::expect;

fn lines(heard: &[Value]) -> String {
    heard.iter().map(|frame| format!("{frame}\n")).collect()
}

#[test]
fn subscribing_is_answered_argument_by_argument() {
    let mut stage = Stage::new();
    let socket = stage.open("public");
    stage.say(
        socket,
        r#"{"id":"s1","op":"subscribe","args":[{"channel":"status"},{"channel":"nothing"},{"channel":"books","instId":"NO-SUCH"},{"channel":"candle1m","instId":"BTC-USDT"},{"channel":"orders","instType":"ANY"},{"channel":"books-l2-tbt","instId":"BTC-USDT"},{"channel":"tickers","instId":"BTC-USDT","instType":"MOON"}]}"#,
    );
    stage.say(socket, r#"{"op":"unsubscribe","args":[{"channel":"status"}]}"#);
    stage.say(socket, r#"{"op":"dance","args":[]}"#);
    stage.say(socket, r#"{"op":"subscribe"}"#);
    stage.say(socket, "{not json");
    stage.say(socket, "ping");
    expect![[r#"
        {"arg":{"channel":"status"},"connId":"00000001","event":"subscribe","id":"s1"}
        {"code":"60018","connId":"00000001","event":"error","id":"s1","msg":"Wrong URL or channel:nothing doesn't exist. Please use the correct URL, channel and parameters referring to API document."}
        {"code":"60018","connId":"00000001","event":"error","id":"s1","msg":"Wrong URL or channel:books,instId:NO-SUCH doesn't exist. Please use the correct URL, channel and parameters referring to API document."}
        {"code":"64001","connId":"00000001","event":"error","id":"s1","msg":"This channel has been migrated to the '/business' URL. Please subscribe using the new URL."}
        {"code":"60008","connId":"00000001","event":"error","id":"s1","msg":"The current WebSocket endpoint does not support subscribing to this channel. Please check the WebSocket URL"}
        {"code":"60011","connId":"00000001","event":"error","id":"s1","msg":"Please log in"}
        {"code":"60033","connId":"00000001","event":"error","id":"s1","msg":"Parameter instType error."}
        {"arg":{"channel":"status"},"connId":"00000001","event":"unsubscribe"}
        {"code":"60019","connId":"00000001","event":"error","msg":"Invalid op: dance"}
        {"code":"60013","connId":"00000001","event":"error","msg":"Invalid args"}
        {"code":"60012","connId":"00000001","event":"error","msg":"Invalid request: {not json"}
        "pong"
    "#]].assert_eq(&lines(&stage.heard(socket)));
}

#[test]
fn thirty_silent_seconds_cut_a_socket_and_a_ping_saves_it() {
    let mut stage = Stage::new();
    let (silent, pinging) = (stage.open("public"), stage.open("public"));
    let listening = stage.open("public");
    stage.say(
        listening,
        &format!(
            r#"{{"op":"subscribe","args":[{{"channel":"open-interest","instId":"{SWAP}"}}]}}"#
        ),
    );
    for _ in 0..3 {
        stage.pass(11_000);
        stage.say(pinging, "ping");
    }
    assert_eq!(stage.heard(silent), [Value::from(4004)]);
    assert_eq!(stage.heard(pinging), ["pong", "pong", "pong"]);
    assert!(stage.heard(listening).iter().all(Value::is_object), "pushes are traffic too");
}

#[test]
fn maintenance_is_announced_by_status_and_notice_before_sockets_close() {
    let mut stage = Stage::new();
    let socket = stage.open("public");
    stage.say(socket, r#"{"op":"subscribe","args":[{"channel":"status"}]}"#);
    stage.exchange.set_maintenance(true);
    stage.pass(100);
    let heard = stage.heard(socket);
    assert_eq!(heard[1]["data"][0]["state"], "ongoing");
    assert_eq!((&heard[2]["event"], &heard[2]["code"]), (&"notice".into(), &"64008".into()));
    assert_eq!(stage.rows("/api/v5/system/status")[0]["state"], "ongoing");
    let order = format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"59000"}}"#
    );
    let (_, refused) = stage.signed("POST", "/api/v5/trade/order", &order);
    assert_eq!(refused["data"][0]["sCode"], "50001");
    stage.pass(7_000);
    assert_eq!(stage.heard(socket), [Value::from(1001)]);
}

#[test]
fn an_expired_session_is_closed_with_its_reason() {
    let mut stage = Stage::new();
    let (public, private) = (stage.open("public"), stage.open("private"));
    stage.login(private);
    stage.faults.expires_sessions = true;
    stage.pass(20);
    assert_eq!(stage.heard(private), [Value::from(4007)]);
    assert!(stage.heard(public).is_empty());
}

#[test]
fn the_481st_request_of_an_hour_is_one_too_many() {
    let mut stage = Stage::new();
    let socket = stage.open("public");
    let frame = r#"{"op":"unsubscribe","args":[{"channel":"status"}]}"#;
    for _ in 0..480 {
        stage.say(socket, frame);
    }
    assert!(stage.heard(socket).iter().all(|answer| answer["event"] == "unsubscribe"));
    stage.say(socket, frame);
    assert_eq!(stage.heard(socket)[0]["code"], "60014");
}

#[test]
fn candles_are_pushed_as_they_move_and_once_more_when_they_close() {
    let mut stage = Stage::new();
    let socket = stage.open("business");
    stage.say(
        socket,
        &format!(r#"{{"op":"subscribe","args":[{{"channel":"candle1m","instId":"{SWAP}"}}]}}"#),
    );
    stage.pass(500);
    let trade = |id, price| MarketKind::Trade {
        id,
        aggressor: Side::Buy,
        price: Ticks(price),
        qty: Lots(100),
    };
    stage.market(InstrumentNo(0), trade(2, BEST_BID + 3));
    stage.pass(500);
    // The minute of the start ends fourteen seconds in.
    stage.pass(15_000);
    stage.market(InstrumentNo(0), trade(3, BEST_BID + 1));
    stage.pass(500);
    let rows: Vec<Value> =
        stage.heard(socket).iter().skip(1).map(|push| push["data"][0].clone()).collect();
    let shown: Vec<String> = rows
        .iter()
        .map(|row| {
            let cell = |n: usize| row[n].as_str().unwrap();
            format!("{} close={} vol={} confirm={}", cell(0), cell(4), cell(5), cell(8))
        })
        .collect();
    expect![[r#"
        1795253100000 close=60000 vol=1 confirm=0
        1795253100000 close=60000.3 vol=2 confirm=0
        1795253100000 close=60000.3 vol=2 confirm=1
        1795253160000 close=60000.3 vol=0 confirm=0
        1795253160000 close=60000.1 vol=1 confirm=0"#]]
    .assert_eq(&shown.join("\n"));
}
