//! Trades, tickers, liquidations, maintenance.

use expect_test::expect;

use crate::stage::*;

#[test]
fn trades_liquidations_and_tickers_are_told() {
    let mut talk = open();
    talk.frame(0, r#"{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,"s":"BTCUSDT","S":"Buy","v":"0.001","p":"16578.50","L":"PlusTick","i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false},{"T":1672304486866,"s":"BTCUSDT","S":"Sell","v":"4","p":"16578.40","i":"x","BT":true}]}"#);
    talk.frame(0, r#"{"topic":"allLiquidation.BTCUSDT","type":"snapshot","ts":1,"data":[{"T":1,"s":"BTCUSDT","S":"Sell","v":"2","p":"60000.5"}]}"#);
    talk.frame(0, r#"{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","markPrice":"60000.01","indexPrice":"60001.02","openInterest":"5.5","fundingRate":"-0.0001","nextFundingTime":"1700006400000"},"cs":1,"ts":1}"#);
    talk.frame(0, r#"{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","bid1Price":"60000"},"cs":2,"ts":2}"#);
    talk.frame(0, r#"{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","markPrice":"60000.03"},"cs":3,"ts":3}"#);
    check(
        &mut talk,
        &expect![[r#"
        trade buy 1 @ 165785
        Liquidation(InstrumentNo(0), Buy, Ticks(600005), Lots(2000))
        Mark { instrument: InstrumentNo(0), mark: 60000.01, index: Some(60001.02), funding_rate: Some(-0.0001), funding_at: Some(Nanos(1700006400000000000)) }
        OpenInterest(InstrumentNo(0), 5.5)
        Mark { instrument: InstrumentNo(0), mark: 60000.03, index: Some(60001.02), funding_rate: Some(-0.0001), funding_at: Some(Nanos(1700006400000000000)) }
    "#]],
    );
}

#[test]
fn planned_maintenance_is_told() {
    let mut talk = session(0);
    let call = talk.call("/v5/system/status");
    talk.told();
    talk.answer(call.no, r#"{"retCode":0,"retMsg":"OK","result":{"list":[{"id":"a","title":"upgrade","state":"scheduled","begin":"1700001000000","end":"1700002000000","product":[1,2]},{"id":"b","title":"old","state":"completed","begin":"1","end":"2","product":[1]},{"id":"c","title":"options","state":"scheduled","begin":"1700001000000","end":"1700002000000","product":[4]}]},"retExtInfo":{},"time":1}"#);
    check(
        &mut talk,
        &expect![[r#"
        Maintenance(Nanos(1700001000000000000), Nanos(1700002000000000000), "upgrade")
    "#]],
    );
}
