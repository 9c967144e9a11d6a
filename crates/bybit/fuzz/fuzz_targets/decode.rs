//! Any bytes through everything that reads bytes of the venue.
#![no_main]

mod common;

use std::cell::RefCell;

use aurora_bybit::decode::{Control, Decoder, Scratch};
use aurora_bybit::{Bybit, rest};
use aurora_model::InstrumentNo;
use aurora_wire::Protocol;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static STATE: RefCell<(Decoder, Scratch)> =
        RefCell::new((Decoder::new(&common::rules()), Scratch::default()));
}

fuzz_target!(|bytes: &[u8]| {
    STATE.with_borrow_mut(|(decoder, scratch)| read(decoder, scratch, bytes));
});

fn read(decoder: &Decoder, scratch: &mut Scratch, bytes: &[u8]) {
    if decoder.public(bytes, scratch).is_ok() {
        assert!(scratch.levels.iter().all(|level| 0 < level.price.0 && 0 <= level.qty.0));
        assert!(scratch.prints.iter().all(|print| 0 < print.price.0 && 0 < print.qty.0));
    }
    let _ = decoder.private(
        bytes,
        |order| assert!(0 <= order.qty.0 && 0 <= order.filled.0),
        |one| assert!(0 < one.fill.qty.0 && 0 < one.fill.price.0),
    );
    let _ = (Control::read(bytes), rest::read_ticker(bytes), rest::read_system_status(bytes));
    let _ = (rest::read_position_frame(bytes), rest::read_wallet_frame(bytes));
    let wanted = [(InstrumentNo(0), "BYBIT:PERP:BTC-USDT".parse().expect("an id"))];
    let _ = Bybit.read_rules(bytes, &wanted);
    let _ = (rest::server_time(bytes), rest::price_limit(bytes), rest::system_status(bytes));
    let _ = (rest::key_info(bytes), rest::margin_mode(bytes), rest::read_dead_man(bytes));
    let Ok(envelope) = rest::Envelope::read(bytes) else { return };
    let _ = decoder.rest_book(envelope.result.as_bytes(), &mut scratch.levels);
    let _ = rest::read_batch(envelope.result, envelope.ext);
    let Ok(list) = envelope.list() else { return };
    let items = list.items;
    let _ = decoder.orders(items.as_bytes(), |_| {});
    let _ = decoder.executions(items.as_bytes(), |_| {});
    let _ = decoder.rest_trades(items.as_bytes());
    let _ = (rest::positions(items), rest::wallet(items), rest::tickers(items));
    let _ = (rest::klines(items), rest::funding_history(items), rest::open_interest(items));
    let _ = rest::fee_rates(items);
}
