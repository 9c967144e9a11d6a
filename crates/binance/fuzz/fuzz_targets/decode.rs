//! Any bytes at every decoder: an error or a value, never a panic.
//!
//! `cargo fuzz run decode fuzz/corpus/decode ../../../shared/venues/samples/binance`
#![no_main]

mod world;

use aurora_binance::{Decoder, answer, refusal_of, stream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let rules = world::rules(0, "BTCUSDT");
    let decoder = Decoder::new(&rules.instrument).expect("steps above zero").with_agg_trades();
    let mut levels = Vec::new();
    let is_json = decoder.decode(bytes, &mut levels).is_ok();
    if is_json {
        // What was read is one whole frame: cut anywhere, it is none.
        let end =
            bytes.len() - bytes.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
        assert!(decoder.decode(&bytes[..end - 1], &mut levels).is_err());
    }
    let _ = (stream::user(bytes), stream::public(bytes), stream::reply(bytes));
    let _ = stream::result(bytes).map(|result| answer::order(result).is_ok());
    let _ = (refusal_of(400, bytes), answer::items(bytes), answer::orders(bytes));
    let _ = (answer::user_trades(bytes), answer::positions(bytes), answer::balances(bytes));
    let _ = (answer::algos(bytes), answer::premium(bytes), answer::candles(bytes));
    if let Ok(info) = answer::exchange_info(bytes) {
        let wanted = [(rules.no, rules.instrument.id.clone())];
        let _ = info.rules(&wanted);
    }
});
