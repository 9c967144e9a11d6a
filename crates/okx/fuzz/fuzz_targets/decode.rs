//! Every reader there is, on the same bytes.
#![no_main]

use aurora_model::InstrumentNo;
use aurora_okx::decode::rest::{
    self, AccountConfig, AlgoOrder, Candle, DeadManArmed, Done, FillRow, Funding, InstrumentRow,
    Liquidated, Position, ServerTime, SystemStatus, Wallet,
};
use aurora_okx::decode::{self, Steps};
use aurora_okx::frame::{self, Frame};
use aurora_okx::{Okx, rules};
use aurora_wire::{Headers, Protocol};
use libfuzzer_sys::fuzz_target;

#[path = "shared.rs"]
mod shared;

fuzz_target!(|data: &[u8]| {
    let instruments = shared::instruments();
    let steps = Steps::of(&instruments[0]).expect("steps");
    if let Ok(Frame::Push(push)) = frame::read(data) {
        let mut levels = Vec::new();
        if push.one(|scanner| decode::book(scanner, &steps, &mut levels)).is_ok() {
            assert!(levels.is_sorted_by_key(|level| level.side), "bids before asks");
            assert!(levels.iter().all(|level| 0 < level.price.0 && 0 <= level.qty.0));
        }
        let _ = push.one(|scanner| decode::raw_levels(scanner, |_| {}));
        let _ = push.each(|scanner| decode::trade(scanner, &steps).map(drop));
        let _ = push.each(|scanner| {
            let order = decode::order(scanner)?;
            let _ = order.newest_fill(&steps);
            let _ = (order.px.ticks(&steps.tick), order.sz.lots(&steps.lot), order.fee.decimal());
            Ok(())
        });
        if let Ok(data) = push.data() {
            serde_json::from_slice::<serde_json::Value>(data).expect("what we call whole is JSON");
        }
    }
    let _ = rest::read::<Done>(data);
    let _ = rest::read::<FillRow>(data);
    let _ = rest::read::<Position>(data);
    let _ = rest::read::<Wallet>(data);
    let _ = rest::read::<AlgoOrder>(data);
    let _ = rest::read::<Candle>(data);
    let _ = rest::read::<Funding>(data);
    let _ = rest::read::<Liquidated>(data);
    let _ = rest::read::<ServerTime>(data);
    let _ = rest::read::<SystemStatus>(data);
    let _ = rest::read::<AccountConfig>(data);
    let _ = rest::read::<DeadManArmed>(data).map(|all| all.iter().map(DeadManArmed::until).count());
    for row in rest::read::<InstrumentRow>(data).unwrap_or_default() {
        if let Some(id) = rules::instrument_id(&row) {
            let _ = rules::rules(InstrumentNo(0), &id, &row);
        }
    }
    let _ = Okx.pushback(429, Headers::default(), data);
});
