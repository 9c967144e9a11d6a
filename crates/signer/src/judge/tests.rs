use aurora_authority::{BuildId, Caps, Listed, Policy};
use aurora_binance::Binance;
use aurora_bybit::Bybit;
use aurora_model::{ClientOrderId, Lang, Notional, OrderNo};
use aurora_okx::Okx;
use expect_test::{Expect, expect};

use super::*;
use crate::PATHS;

const EPOCH: u32 = 3;
const NOW: Nanos = Nanos(1_700_000_000_000_000_000);

fn policy() -> Policy {
    let listed = |venue, symbol: &str, unit: &str| Listed {
        venue,
        symbol: symbol.to_owned(),
        unit: unit.parse().unwrap(),
        max_qty: "1".parse().unwrap(),
        enforces_reduce_only: true,
    };
    Policy {
        build: BuildId("build".to_owned()),
        account: 0,
        listed: vec![
            listed(Venue::BinanceUsdm, "BTCUSDT", "1"),
            listed(Venue::Okx, "BTC-USDT-SWAP", "0.01"),
            listed(Venue::Bybit, "BTCUSDT", "1"),
        ],
        caps: Caps {
            order_notional: Notional::new("10000".parse().unwrap()),
            window: Nanos::SECOND,
            placements: 1000,
            window_notional: Notional::new("10000000".parse().unwrap()),
        },
    }
}

/// A judge for a desk that trades in epoch 3.
fn judge(file: Option<StateFile>) -> Judge {
    let keys = || Keys::new("key", "secret", "pass");
    let mut ring = KeyRing::new();
    ring.insert(Venue::BinanceUsdm, (Arc::new(Binance), keys()));
    ring.insert(Venue::Okx, (Arc::new(Okx), keys()));
    ring.insert(Venue::Bybit, (Arc::new(Bybit), keys()));
    let mut judge = Judge::new(Authority::new(policy(), Remembered::NOTHING), ring, file);
    judge.change(|authority| authority.raise(EPOCH)).unwrap();
    judge.change(|authority| authority.release(EPOCH)).unwrap();
    judge
}

fn path_of(text: &str) -> u16 {
    let wanted = |row: &SignedPath| format!("{row:?}") == text;
    let at = PATHS.into_iter().flatten().position(wanted);
    u16::try_from(at.unwrap_or_else(|| panic!("{text} is in the table"))).unwrap()
}

fn ask<'a>(path: &str, query: &'a str, body: &'a str) -> Request<'a> {
    let (path, patience) = (path_of(path), Nanos::SECOND);
    Request { epoch: EPOCH, path, venue_at: NOW, patience, query, body }
}

/// Each line `path | query | body`, with `ID` for an id of ours; what came of it beneath.
fn check(lines: &[(&str, &str, &str)], want: &Expect) {
    let id = ClientOrderId::new(0, EPOCH, OrderNo(1)).to_string();
    let mut told = String::new();
    for (path, query, body) in lines {
        let (query, body) = (query.replace("ID", &id), body.replace("ID", &id));
        let verdict = match judge(None).sign(NOW, &ask(path, &query, &body)) {
            Ok(_) => "signed".to_owned(),
            Err(why) => why.to_string(),
        };
        told += &format!("{path} {query}{body}\n    {verdict}\n").replace(&id, "ID");
    }
    want.assert_eq(&told);
}

#[test]
fn a_binance_order_is_judged_by_what_its_bytes_say() {
    const PLACE: &str = "BINANCEUSDM POST /fapi/v1/order";
    check(
        &[
            (
                PLACE,
                "",
                "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=60000&newClientOrderId=ID&recvWindow=2000",
            ),
            (
                PLACE,
                "",
                "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.2&price=60000&newClientOrderId=ID&recvWindow=2000",
            ),
            (
                PLACE,
                "",
                "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1&price=1&newClientOrderId=ID&recvWindow=2000",
            ),
            (
                PLACE,
                "",
                "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.1&reduceOnly=true&newClientOrderId=ID&recvWindow=2000",
            ),
            (
                PLACE,
                "",
                "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.1&quantity=9&price=60000&newClientOrderId=ID&recvWindow=2000",
            ),
            (
                PLACE,
                "",
                "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1e3&price=60000&newClientOrderId=ID&recvWindow=2000",
            ),
            (
                PLACE,
                "",
                "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.1&price=60000&newClientOrderId=ID&amount=5",
            ),
            (
                PLACE,
                "symbol=BTCUSDT",
                "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.1&price=60000&newClientOrderId=ID&recvWindow=2000",
            ),
            (
                PLACE,
                "",
                "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.1&price=60000&newClientOrderId=ID&recvWindow=60000",
            ),
            (
                PLACE,
                "",
                "symbol=BTCUSDT&side=BUY&type=STOP&quantity=0.1&price=60000&newClientOrderId=ID&recvWindow=2000",
            ),
            (
                PLACE,
                "",
                "symbol=DOGEUSDT&side=BUY&type=LIMIT&quantity=0.1&price=60000&newClientOrderId=ID&recvWindow=2000",
            ),
            (
                PLACE,
                "",
                "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.1&price=60000&newClientOrderId=web_1&recvWindow=2000",
            ),
            (
                "BINANCEUSDM POST /fapi/v1/batchOrders",
                "",
                "batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22side%22%3A%22BUY%22%2C%22type%22%3A%22LIMIT%22%2C%22quantity%22%3A%220.1%22%2C%22price%22%3A%2260000%22%2C%22newClientOrderId%22%3A%22ID%22%7D%5D&recvWindow=2000",
            ),
            (
                "BINANCEUSDM POST /fapi/v1/batchOrders",
                "",
                "batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22coin%22%3A%22BTC%22%7D%5D&recvWindow=2000",
            ),
            ("BINANCEUSDM GET /fapi/v3/account", "coin=USDT&address=0x1&amount=5", ""),
            ("BINANCEUSDM GET /fapi/v3/account", "recvWindow=5000", ""),
        ],
        &expect![[r#"
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=60000&newClientOrderId=ID&recvWindow=2000
                signed
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.2&price=60000&newClientOrderId=ID&recvWindow=2000
                SIGNER_NOTIONAL_CAP: Not signed: the order is worth 12000.0, the cap is 10000
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1&price=1&newClientOrderId=ID&recvWindow=2000
                SIGNER_UNPRICED: Not signed: the order has no price, so its worth cannot be told. Use a limit order
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.1&reduceOnly=true&newClientOrderId=ID&recvWindow=2000
                signed
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.1&quantity=9&price=60000&newClientOrderId=ID&recvWindow=2000
                SIGNER_UNREADABLE: Not signed: the path does not allow "quantity"
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1e3&price=60000&newClientOrderId=ID&recvWindow=2000
                SIGNER_UNREADABLE: Not signed: the path does not allow "quantity"
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.1&price=60000&newClientOrderId=ID&amount=5
                SIGNER_UNREADABLE: Not signed: the path does not allow "amount"
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDTsymbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.1&price=60000&newClientOrderId=ID&recvWindow=2000
                SIGNER_UNREADABLE: Not signed: the path does not allow "symbol=BTCUSDT"
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.1&price=60000&newClientOrderId=ID&recvWindow=60000
                SIGNER_UNREADABLE: Not signed: the path does not allow "recvWindow"
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDT&side=BUY&type=STOP&quantity=0.1&price=60000&newClientOrderId=ID&recvWindow=2000
                SIGNER_UNREADABLE: Not signed: the path does not allow "type"
            BINANCEUSDM POST /fapi/v1/order symbol=DOGEUSDT&side=BUY&type=LIMIT&quantity=0.1&price=60000&newClientOrderId=ID&recvWindow=2000
                SIGNER_UNLISTED_SYMBOL: Not signed: the instrument is not on the signer's list
            BINANCEUSDM POST /fapi/v1/order symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.1&price=60000&newClientOrderId=web_1&recvWindow=2000
                SIGNER_FOREIGN_ID: Not signed: the order has no id of ours
            BINANCEUSDM POST /fapi/v1/batchOrders batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22side%22%3A%22BUY%22%2C%22type%22%3A%22LIMIT%22%2C%22quantity%22%3A%220.1%22%2C%22price%22%3A%2260000%22%2C%22newClientOrderId%22%3A%22ID%22%7D%5D&recvWindow=2000
                signed
            BINANCEUSDM POST /fapi/v1/batchOrders batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22coin%22%3A%22BTC%22%7D%5D&recvWindow=2000
                SIGNER_UNREADABLE: Not signed: the path does not allow "unknown field `coin`, expected one of `s"
            BINANCEUSDM GET /fapi/v3/account coin=USDT&address=0x1&amount=5
                SIGNER_UNREADABLE: Not signed: the path does not allow "coin"
            BINANCEUSDM GET /fapi/v3/account recvWindow=5000
                signed
        "#]],
    );
}

#[test]
fn an_okx_order_in_contracts_is_judged_in_base() {
    const PLACE: &str = "OKX POST /api/v5/trade/order";
    check(
        &[
            (
                PLACE,
                "",
                r#"{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"16","px":"60000","clOrdId":"ID"}"#,
            ),
            (
                PLACE,
                "",
                r#"{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"17","px":"60000","clOrdId":"ID"}"#,
            ),
            (
                PLACE,
                "",
                r#"{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"101","px":"1","clOrdId":"ID"}"#,
            ),
            (
                PLACE,
                "",
                r#"{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"sell","ordType":"market","sz":"16","clOrdId":"ID","reduceOnly":true}"#,
            ),
            (
                PLACE,
                "",
                r#"{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","sz":"999","px":"60000","clOrdId":"ID"}"#,
            ),
            (
                PLACE,
                "",
                r#"{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"60000","clOrdId":"ID","toAddr":"x"}"#,
            ),
            (
                PLACE,
                "",
                r#"{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"60000","clOrdId":"ID"} {}"#,
            ),
            (
                "OKX POST /api/v5/trade/order-algo",
                "",
                r#"{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"sell","ordType":"conditional","closeFraction":"1","algoClOrdId":"ID","slTriggerPx":"50000","slTriggerPxType":"mark","slOrdPx":"-1"}"#,
            ),
            (
                "OKX POST /api/v5/trade/order-algo",
                "",
                r#"{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"trigger","sz":"1","algoClOrdId":"ID","triggerPx":"50000","triggerPxType":"mark","orderPx":"-1"}"#,
            ),
        ],
        &expect![[r#"
            OKX POST /api/v5/trade/order {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"16","px":"60000","clOrdId":"ID"}
                signed
            OKX POST /api/v5/trade/order {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"17","px":"60000","clOrdId":"ID"}
                SIGNER_NOTIONAL_CAP: Not signed: the order is worth 10200.00, the cap is 10000
            OKX POST /api/v5/trade/order {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"101","px":"1","clOrdId":"ID"}
                SIGNER_QTY_CAP: Not signed: quantity 1.01 is over the cap of 1
            OKX POST /api/v5/trade/order {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"sell","ordType":"market","sz":"16","clOrdId":"ID","reduceOnly":true}
                signed
            OKX POST /api/v5/trade/order {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","sz":"999","px":"60000","clOrdId":"ID"}
                SIGNER_UNREADABLE: Not signed: the path does not allow "duplicate field `sz` at line 1 column 87"
            OKX POST /api/v5/trade/order {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"60000","clOrdId":"ID","toAddr":"x"}
                SIGNER_UNREADABLE: Not signed: the path does not allow "unknown field `toAddr`, expected one of "
            OKX POST /api/v5/trade/order {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"60000","clOrdId":"ID"} {}
                SIGNER_UNREADABLE: Not signed: the path does not allow "trailing characters at line 1 column 129"
            OKX POST /api/v5/trade/order-algo {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"sell","ordType":"conditional","closeFraction":"1","algoClOrdId":"ID","slTriggerPx":"50000","slTriggerPxType":"mark","slOrdPx":"-1"}
                signed
            OKX POST /api/v5/trade/order-algo {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"trigger","sz":"1","algoClOrdId":"ID","triggerPx":"50000","triggerPxType":"mark","orderPx":"-1"}
                SIGNER_UNPRICED: Not signed: the order has no price, so its worth cannot be told. Use a limit order
        "#]],
    );
}

#[test]
fn a_bybit_query_never_passes_for_a_body() {
    const PLACE: &str = "BYBIT POST /v5/order/create";
    check(
        &[
            (
                PLACE,
                "",
                r#"{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.1","price":"60000","timeInForce":"GTC","orderLinkId":"ID","positionIdx":0,"smpType":"CancelTaker"}"#,
            ),
            (
                PLACE,
                "",
                r#"{"category":"spot","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.1","price":"60000","orderLinkId":"ID","positionIdx":0}"#,
            ),
            (
                PLACE,
                "",
                r#"{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.1","price":"60000","orderLinkId":"ID","positionIdx":0,"closeOnTrigger":true}"#,
            ),
            (
                "BYBIT POST /v5/order/create-batch",
                "",
                r#"{"category":"linear","request":[{"symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"2","price":"1","orderLinkId":"ID","positionIdx":0}]}"#,
            ),
            (
                "BYBIT GET /v5/account/info",
                r#"{"coin":"USDT","chain":"ETH","address":"0x1","amount":"5"}"#,
                "",
            ),
            ("BYBIT GET /v5/account/info", "", r#"{"coin":"USDT"}"#),
            (
                "BYBIT GET /v5/position/list",
                "category=linear&settleCoin=USDT&limit=200&cursor=a%3Ab%2C1",
                "",
            ),
            ("BYBIT POST /v5/order/cancel-all", "", r#"{"category":"linear","settleCoin":"USDT"}"#),
        ],
        &expect![[r#"
            BYBIT POST /v5/order/create {"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.1","price":"60000","timeInForce":"GTC","orderLinkId":"ID","positionIdx":0,"smpType":"CancelTaker"}
                signed
            BYBIT POST /v5/order/create {"category":"spot","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.1","price":"60000","orderLinkId":"ID","positionIdx":0}
                SIGNER_UNREADABLE: Not signed: the path does not allow "category"
            BYBIT POST /v5/order/create {"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.1","price":"60000","orderLinkId":"ID","positionIdx":0,"closeOnTrigger":true}
                SIGNER_UNREADABLE: Not signed: the path does not allow "closeOnTrigger"
            BYBIT POST /v5/order/create-batch {"category":"linear","request":[{"symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"2","price":"1","orderLinkId":"ID","positionIdx":0}]}
                SIGNER_QTY_CAP: Not signed: quantity 2 is over the cap of 1
            BYBIT GET /v5/account/info {"coin":"USDT","chain":"ETH","address":"0x1","amount":"5"}
                SIGNER_UNREADABLE: Not signed: the path does not allow "{\"coin\":\"USDT\",\"chain\":\"ETH\",\"address\":\""
            BYBIT GET /v5/account/info {"coin":"USDT"}
                SIGNER_UNREADABLE: Not signed: the path does not allow "{\"coin\":\"USDT\"}"
            BYBIT GET /v5/position/list category=linear&settleCoin=USDT&limit=200&cursor=a%3Ab%2C1
                signed
            BYBIT POST /v5/order/cancel-all {"category":"linear","settleCoin":"USDT"}
                signed
        "#]],
    );
}

#[test]
fn money_has_no_name_in_any_row() {
    let needed_to_move_money = [
        "amount",
        "asset",
        "coin_address",
        "address",
        "toAddr",
        "dest",
        "network",
        "chain",
        "withdrawOrderId",
        "fromAccountType",
        "toAccountType",
        "fromAsset",
        "toAsset",
        "quoteId",
        "ccy",
        "amt",
        "from",
        "to",
        "subAcct",
        "subMemberId",
        "fromMemberId",
        "toMemberId",
        "email",
        "transferId",
        "fromCoin",
        "toCoin",
        "requestAmount",
        "permissions",
        "ip",
    ];
    for row in PATHS.into_iter().flatten() {
        for name in row.names {
            assert!(!needed_to_move_money.contains(name), "{row:?} lists {name}");
        }
    }
}

#[test]
fn a_signature_is_good_now_and_not_later() {
    let read = ask("BYBIT GET /v5/account/info", "", "");
    for (apart, want) in [(5_000, true), (-5_000, true), (5_001, false), (-5_001, false)] {
        let request = Request { venue_at: NOW + Nanos::from_millis(apart), ..read };
        let signed = judge(None).sign(NOW, &request);
        assert_eq!(signed.is_ok(), want, "{apart} ms");
    }
    let request = Request { venue_at: NOW + Nanos::SECOND * 3600, ..read };
    let why = judge(None).sign(NOW, &request).unwrap_err();
    assert_eq!(
        why.text(Lang::Ru),
        "Не подписано: время запроса и часы подписанта расходятся на 3600000 мс"
    );
}

#[test]
fn what_a_desk_signs_itself_and_what_a_signer_signs_for_it_are_the_same_bytes() {
    let query = "recvWindow=5000";
    let mut judge = judge(None);
    let row = path(path_of("BINANCEUSDM GET /fapi/v1/openOrders")).unwrap();
    let call = Call {
        no: CallNo(7),
        method: row.method,
        path: row.path,
        query: query.to_owned(),
        body: String::new(),
        auth: row.auth,
        urgency: row.urgency,
        costs: [Cost { limit: LimitNo(0), units: 0 }; 3],
        instrument: None,
        patience: Nanos::SECOND,
    };
    let here = judge.sign_call((NOW, NOW), (EPOCH, Venue::BinanceUsdm), &call).unwrap();
    let away = judge.sign(NOW, &ask("BINANCEUSDM GET /fapi/v1/openOrders", query, "")).unwrap();
    assert_eq!(here, away);
    assert_eq!(here, Binance.sign(Some(&Keys::new("key", "secret", "")), NOW, &call));
}

#[test]
fn a_disk_that_fails_kills_but_still_lets_cancels_out() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = StateFile::open(folder.path()).unwrap();
    let mut judge = judge(Some(file));
    std::fs::remove_dir_all(folder.path()).unwrap();
    assert_eq!(judge.change(|authority| authority.raise(4)), Err(NotSigned::State));
    let cancel = r#"{"category":"linear","settleCoin":"USDT"}"#;
    let request = Request { epoch: 4, ..ask("BYBIT POST /v5/order/cancel-all", "", cancel) };
    assert!(judge.sign(NOW, &request).is_ok());
    assert!(judge.authority().remembered().is_killed);
    assert_eq!(judge.change(|authority| authority.raise(5)), Err(NotSigned::State));
}

#[test]
fn the_new_epoch_is_on_disk_before_the_answer_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = StateFile::open(folder.path()).unwrap();
    drop(judge(Some(file)));
    let (_, remembered) = StateFile::open(folder.path()).unwrap();
    assert_eq!((remembered.epoch, remembered.hold), (EPOCH, None));
}

#[test]
fn the_signer_itself_cancels_in_whatever_epoch_and_places_in_none() {
    use aurora_bybit::encode;
    let keys = KeyRing::from([(
        Venue::Bybit,
        (Arc::new(Bybit) as Arc<dyn Protocol>, Keys::new("key", "secret", "")),
    )]);
    // No desk has ever raised an epoch here.
    let judge = Judge::new(Authority::new(policy(), Remembered::NOTHING), keys, None);
    let sign = |call: &Call| judge.sign_own((NOW, NOW), Venue::Bybit, call);
    let cancel = encode::cancel_all(CallNo(0), encode::Which::Settle("USDT"));
    assert!(sign(&cancel).is_ok());
    assert!(judge.login_own((NOW, NOW), Venue::Bybit).is_ok());
    let leverage = encode::set_leverage(CallNo(0), "BTCUSDT", 5);
    assert!(matches!(sign(&leverage), Err(NotSigned::Refused(Refusal::Killed))));
}

#[test]
fn what_leaves_an_order_is_good_for_three_seconds_at_most() {
    let id = ClientOrderId::new(0, EPOCH, OrderNo(1));
    let order = format!(
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=60000&newClientOrderId={id}"
    );
    let signed = |path: &str, ahead: i64, query: &str, body: &str| {
        let venue_at = Nanos(NOW.0.saturating_add(ahead));
        let patience = Nanos::SECOND * 5;
        judge(None).sign(NOW, &Request { venue_at, patience, ..ask(path, query, body) })
    };
    let second = Nanos::SECOND.0;
    let place = |ahead, window: &str| {
        signed("BINANCEUSDM POST /fapi/v1/order", ahead, "", &format!("{order}{window}"))
    };
    assert!(place(0, "&recvWindow=2000").is_ok());
    assert!(place(second, "&recvWindow=2000").is_ok());
    assert!(matches!(place(0, "&recvWindow=2001"), Err(NotSigned::Unreadable(_))));
    assert!(place(0, "").is_err(), "the venue's own window is five seconds");
    for ahead in [second + 1, i64::MAX, i64::MIN] {
        let refused = place(ahead, "&recvWindow=2000");
        assert!(matches!(refused, Err(NotSigned::Clock(_))), "{ahead}");
    }
    // What leaves none may take its time.
    let orders = "recvWindow=5000";
    assert!(signed("BINANCEUSDM GET /fapi/v1/openOrders", 5 * second, orders, "").is_ok());
    // Bybit's window is made here, of the patience.
    let order = format!(
        r#"{{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.1","price":"60000","orderLinkId":"{id}","positionIdx":0}}"#
    );
    let signed = signed("BYBIT POST /v5/order/create", 0, "", &order).unwrap();
    assert!(signed.headers.contains(&("x-bapi-recv-window", "2000".to_owned())));
}
