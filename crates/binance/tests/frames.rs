//! Frames in the shapes the three markets send, whole, cut and mangled.
//!
//! Shapes as recorded on 2023-04-05 and 2024-08-08; numbers are made up.

use aurora_binance::{DecodeError, Decoder, Market, default_instrument};
use aurora_model::Level;
use expect_test::{Expect, expect};
use proptest::prelude::*;

const USDM_DEPTH: &str = r#"{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":5123,"u":5190,"pu":5122,"b":[["58710.20","0.014"],["61510.90","0.000"]],"a":[["61800.30","3.615"]]}}"#;
const COINM_DEPTH: &str = r#"{"stream":"btcusd_perp@depth@0ms","data":{"e":"depthUpdate","E":1723161257440,"T":1723161257432,"s":"BTCUSD_PERP","ps":"BTCUSD","U":1007,"u":1019,"pu":1001,"b":[["61773.6","1001"]],"a":[]}}"#;
const SPOT_DEPTH: &str = r#"{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":5009,"u":5010,"b":[["61737.63000000","0.00000000"]],"a":[["61837.64000000","1.54698000"]]}}"#;
const USDM_TICKER: &str = r#"{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5139,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256313}}"#;
const SPOT_TICKER: &str = r#"{"u":36090,"s":"BTCUSDT","b":"28165.47000000","B":"7.98680000","a":"28165.48000000","A":"3.26888000"}"#;
const USDM_TRADE: &str = r#"{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256322,"T":1723161256322,"s":"BTCUSDT","t":5266583935,"p":"61800.30","q":"0.006","X":"MARKET","m":false}}"#;
const FUND_TRADE: &str = r#"{"stream":"btcusdt@trade","data":{"e":"trade","E":1680652874406,"T":1680652874400,"s":"BTCUSDT","t":3535191080,"p":"28722.50","q":"0.001","X":"INSURANCE_FUND","m":true}}"#;
const SPOT_TRADE: &str = r#"{"stream":"btcusdt@trade","data":{"e":"trade","E":1680652800000,"s":"BTCUSDT","t":3071245454,"p":"28165.47000000","q":"0.00056000","b":20720542158,"a":20720542592,"T":1680652799999,"m":true,"M":true}}"#;
const MARK_PRICE: &str = r#"{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1680652701000,"s":"BTCUSDT","p":"28147.27373413","P":"28142.15563565","i":"28159.75642857","r":"0.00002754","T":1680652800000}}"#;
const SNAPSHOT: &str = r#"{"lastUpdateId": 5152, "E": 1680652700590, "T": 1680652700580, "bids": [["28145.10", "3.818"], ["28145.00", "0.413"]], "asks": [["28145.20", "6.887"]]}"#;
const UNKNOWN: &str = r#"{"stream":"btcusdt@kline_1m","data":{"e":"kline","k":{"t":1,"b":["x"]}}}"#;

fn decode(market: Market, symbol: &str, frame: &[u8]) -> Result<String, DecodeError> {
    let (price_decimals, qty_decimals) = (1, 0);
    let rules = default_instrument(market, symbol, price_decimals, qty_decimals);
    let mut levels: Vec<Level> = Vec::new();
    let decoded = Decoder::new(&rules).unwrap().decode(frame, &mut levels)?;
    Ok(decoded.map_or("nothing".to_owned(), |decoded| {
        format!("{} {:?}", decoded.exchange_at.0, decoded.kind)
    }))
}

fn check(market: Market, symbol: &str, frame: &str, expected: &Expect) {
    let text = match decode(market, symbol, frame.as_bytes()) {
        Ok(text) => text,
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&text);
}

#[test]
fn depth_of_each_market() {
    check(
        Market::UsdM,
        "BTCUSDT",
        USDM_DEPTH,
        &expect![
            "1723161256298000000 Diff { first_id: 5123, last_id: 5190, prev_id: Some(5122), levels: [Level { side: Buy, price: Ticks(587102), qty: Lots(14) }, Level { side: Buy, price: Ticks(615109), qty: Lots(0) }, Level { side: Sell, price: Ticks(618003), qty: Lots(3615) }] }"
        ],
    );
    check(
        Market::CoinM,
        "BTCUSD_PERP",
        COINM_DEPTH,
        &expect![
            "1723161257432000000 Diff { first_id: 1007, last_id: 1019, prev_id: Some(1001), levels: [Level { side: Buy, price: Ticks(617736), qty: Lots(1001) }] }"
        ],
    );
    check(
        Market::Spot,
        "BTCUSDT",
        SPOT_DEPTH,
        &expect![
            "1723161255208000000 Diff { first_id: 5009, last_id: 5010, prev_id: None, levels: [Level { side: Buy, price: Ticks(6173763), qty: Lots(0) }, Level { side: Sell, price: Ticks(6183764), qty: Lots(154698) }] }"
        ],
    );
}

#[test]
fn tickers_trades_and_snapshots() {
    check(
        Market::UsdM,
        "BTCUSDT",
        USDM_TICKER,
        &expect![
            "1723161256313000000 Bbo { update_id: 5139, bid: (Ticks(618002), Lots(2507)), ask: (Ticks(618003), Lots(2510)) }"
        ],
    );
    check(
        Market::Spot,
        "BTCUSDT",
        SPOT_TICKER,
        &expect![
            "0 Bbo { update_id: 36090, bid: (Ticks(2816547), Lots(798680)), ask: (Ticks(2816548), Lots(326888)) }"
        ],
    );
    check(
        Market::UsdM,
        "BTCUSDT",
        USDM_TRADE,
        &expect![
            "1723161256322000000 Trade { id: 5266583935, aggressor: Buy, price: Ticks(618003), qty: Lots(6) }"
        ],
    );
    check(
        Market::Spot,
        "BTCUSDT",
        SPOT_TRADE,
        &expect![
            "1680652799999000000 Trade { id: 3071245454, aggressor: Sell, price: Ticks(2816547), qty: Lots(56) }"
        ],
    );
    check(
        Market::UsdM,
        "BTCUSDT",
        SNAPSHOT,
        &expect![
            "1680652700580000000 Snapshot { last_id: 5152, levels: [Level { side: Buy, price: Ticks(281451), qty: Lots(3818) }, Level { side: Buy, price: Ticks(281450), qty: Lots(413) }, Level { side: Sell, price: Ticks(281452), qty: Lots(6887) }] }"
        ],
    );
}

#[test]
fn what_we_have_no_use_for_is_passed_over() {
    for frame in [FUND_TRADE, MARK_PRICE, UNKNOWN, "{}", r#"{"result":null,"id":1}"#] {
        check(Market::UsdM, "BTCUSDT", frame, &expect!["nothing"]);
    }
}

#[test]
fn a_payload_before_its_stream_and_asks_before_bids_are_understood() {
    let turned = r#"{"data":{"s":"BTCUSDT","a":[["2.0","3"]],"b":[["1.0","2"]],"pu":0,"u":2,"U":1},"stream":"btcusdt@depth"}"#;
    check(
        Market::UsdM,
        "BTCUSDT",
        turned,
        &expect![
            "0 Diff { first_id: 1, last_id: 2, prev_id: Some(0), levels: [Level { side: Buy, price: Ticks(10), qty: Lots(2000) }, Level { side: Sell, price: Ticks(20), qty: Lots(3000) }] }"
        ],
    );
}

#[test]
fn numbers_between_two_steps_are_refused() {
    check(
        Market::UsdM,
        "BTCUSDT",
        &USDM_TRADE.replace("61800.30", "61800.35"),
        &expect![
            "number at byte 116 is not a whole number of ticks: check the instrument's tick size"
        ],
    );
    check(
        Market::UsdM,
        "BTCUSDT",
        &USDM_TRADE.replace("0.006", "0.0065"),
        &expect![
            "number at byte 131 is not a whole number of lots: check the instrument's lot size"
        ],
    );
    check(
        Market::UsdM,
        "BTCUSDT",
        &USDM_TICKER.replace("61800.20", "0"),
        &expect![[r#""b" is a price and must be above zero"#]],
    );
    check(
        Market::UsdM,
        "BTCUSDT",
        &USDM_TRADE.replace("0.006", "-0.006"),
        &expect!["expected a digit at byte 131"],
    );
    check(
        Market::UsdM,
        "BTCUSDT",
        &USDM_TRADE.replace("0.006", "9999999999999999"),
        &expect!["number at byte 131 is too large"],
    );
}

#[test]
fn what_an_event_cannot_do_without_is_named() {
    check(
        Market::UsdM,
        "BTCUSDT",
        &USDM_TRADE.replace("\"m\"", "\"n\""),
        &expect![[r#"field "m" is missing"#]],
    );
    check(
        Market::UsdM,
        "BTCUSDT",
        &USDM_DEPTH.replace("\"U\"", "\"V\""),
        &expect![[r#"field "U" is missing"#]],
    );
}

#[test]
fn a_frame_cut_anywhere_is_an_error() {
    for frame in
        [USDM_DEPTH, SPOT_DEPTH, USDM_TICKER, SPOT_TICKER, SPOT_TRADE, SNAPSHOT, MARK_PRICE]
    {
        for end in 0..frame.len() {
            let cut = &frame.as_bytes()[..end];
            assert!(decode(Market::UsdM, "BTCUSDT", cut).is_err(), "{}", &frame[..end]);
        }
    }
}

#[test]
fn a_decoder_that_has_seen_a_frame_allocates_nothing_for_the_next() {
    let rules = default_instrument(Market::UsdM, "BTCUSDT", 1, 3);
    let decoder = Decoder::new(&rules).unwrap();
    let mut levels = Vec::with_capacity(16);
    let used = allocation_counter::measure(|| {
        for frame in [USDM_DEPTH, USDM_TICKER, USDM_TRADE, MARK_PRICE, UNKNOWN] {
            decoder.decode(frame.as_bytes(), &mut levels).unwrap();
        }
    });
    assert_eq!(used.count_total, 0);
}

proptest! {
    #[test]
    fn mangled_frames_never_panic(
        which in 0..7_usize,
        changes in prop::collection::vec((0..400_usize, any::<u8>()), 1..6),
    ) {
        let frames = [USDM_DEPTH, COINM_DEPTH, SPOT_DEPTH, USDM_TICKER, SPOT_TICKER, SPOT_TRADE, SNAPSHOT];
        let mut frame = frames[which].as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at % frame.len();
            frame[at] = byte;
        }
        let _ = decode(Market::UsdM, "BTCUSDT", &frame);
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(Market::Spot, "BTCUSDT", &bytes);
    }
}
