//! Any script at the account session: an order goes out once, and nobody panics.
//!
//! `cargo fuzz run account fuzz/corpus/account fuzz/seeds/account`
#![no_main]

mod world;

use std::collections::BTreeMap;

use aurora_binance::account::{AccountConfig, AccountSession};
use aurora_model::{
    ClientOrderId, InstrumentNo, Lots, OrderIntent, OrderNo, Side, Ticks, TimeInForce,
};
use aurora_wire::{Action, Ask, AskNo, Input, Method, Placement, Stp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let rules = vec![world::rules(0, "BTCUSDT"), world::rules(1, "BNBUSDT")];
    let mut world = world::World::new(AccountSession::new(AccountConfig {
        endpoints: world::endpoints(),
        rules,
        account: 1,
        stp: Stp::Default,
        use_trade_socket: false,
    }));
    let mut sent: BTreeMap<String, u32> = BTreeMap::new();
    for (n, (op, frame)) in world::steps(bytes).enumerate() {
        let n = n as u64;
        match op {
            b'P' => {
                let ask = Ask::Place(placement(n));
                world.say(Input::Ask(AskNo(n), &ask));
            }
            b'C' => {
                let ask = Ask::Cancel(placement(n / 2).id, InstrumentNo(0));
                world.say(Input::Ask(AskNo(n), &ask));
            }
            b'S' => {
                let ask = Ask::Sweep { since: world.at };
                world.say(Input::Ask(AskNo(n), &ask));
            }
            op => world.step(op, frame),
        }
        for action in &world.out.actions {
            if let Action::Call(call) = action
                && (call.method, call.path) == (Method::Post, "/fapi/v1/order")
            {
                let count = sent.entry(call.body.clone()).or_default();
                *count += 1;
                assert_eq!(*count, 1, "an order goes out once");
            }
        }
    }
});

fn placement(n: u64) -> Placement {
    let intent = OrderIntent {
        instrument: InstrumentNo(0),
        side: Side::Buy,
        limit: Ticks(1000),
        qty: Lots(1),
        time_in_force: TimeInForce::Gtc,
        reduce_only: false,
    };
    Placement::limit(ClientOrderId::new(1, 1, OrderNo(n)), intent)
}
