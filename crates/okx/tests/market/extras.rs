//! Everything besides books and trades.

use expect_test::expect;

use crate::stage::*;

#[test]
fn mark_funding_and_open_interest_are_told() {
    let mut desk = open();
    let push = |channel: &str, data: &str| {
        format!(
            r#"{{"arg":{{"channel":"{channel}","instId":"BTC-USDT-SWAP"}},"data":[{{"instId":"BTC-USDT-SWAP","instType":"SWAP",{data},"ts":"1795000000000"}}]}}"#
        )
    };
    desk.frame(0, &push("funding-rate", r#""fundingRate":"0.0001","fundingTime":"1795003200000""#));
    desk.frame(0, r#"{"arg":{"channel":"index-tickers","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","idxPx":"60001.5","ts":"1795000000000"}]}"#);
    check(
        desk.frame(0, &push("mark-price", r#""markPx":"60000.7""#)),
        &expect![[r#"
        note Mark { instrument: InstrumentNo(0), mark: 60000.7, index: Some(60001.5), funding_rate: Some(0.0001), funding_at: Some(Nanos(1795003200000000000)) }
    "#]],
    );
    check(
        desk.frame(0, &push("open-interest", r#""oi":"5000","oiCcy":"50""#)),
        &expect![[r#"
        note OpenInterest(InstrumentNo(0), 50)
    "#]],
    );
    check(
        desk.frame(0, r#"{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"instId":"BTC-USDT-SWAP","details":[{"side":"sell","posSide":"long","bkPx":"59000.07","sz":"0.5","ts":"1795000000000"}]}]}"#),
        &expect![[r#"
            note Liquidation(InstrumentNo(0), Sell, Ticks(590000), Lots(50))
        "#]],
    );
    check(
        desk.frame(0, r#"{"arg":{"channel":"instruments","instType":"SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","tickSz":"0.1","lotSz":"0.01","state":"suspend"}]}"#),
        &expect![[r#"
            note Status(InstrumentNo(0), Halted)
        "#]],
    );
    check(
        desk.frame(0, r#"{"arg":{"channel":"status"},"data":[{"title":"Trading account upgrade","state":"scheduled","begin":"1795100000000","end":"1795103600000"}]}"#),
        &expect![[r#"
            note Maintenance(Nanos(1795100000000000000), Nanos(1795103600000000000), "Trading account upgrade")
        "#]],
    );
}

#[test]
fn how_far_prices_may_go_is_told() {
    let mut desk = open();
    let limits = |enabled: bool| {
        format!(
            r#"{{"arg":{{"channel":"price-limit","instId":"BTC-USDT-SWAP"}},"data":[{{"instId":"BTC-USDT-SWAP","buyLmt":"61000.17","sellLmt":"59000.1","ts":"1795000000000","enabled":{enabled}}}]}}"#
        )
    };
    check(
        desk.frame(0, &limits(true)),
        &expect![[r#"
            note PriceLimits(InstrumentNo(0), PriceLimits { highest_buy: Ticks(610001), lowest_sell: Ticks(590001) })
        "#]],
    );
    check(
        desk.frame(0, &limits(false)),
        &expect![[r#"
            note PriceLimits(InstrumentNo(0), PriceLimits { highest_buy: Ticks(9223372036854775807), lowest_sell: Ticks(-9223372036854775808) })
        "#]],
    );
}
