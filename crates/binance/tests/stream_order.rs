//! However stream frames are repeated and reordered, no fill counts twice and the order ends the same.

mod support;

use std::collections::BTreeSet;

use aurora_binance::account::{AccountConfig, AccountSession};
use aurora_model::{ClientOrderId, Lots, OrderNo, ReportKind};
use aurora_wire::{Input, Link, Method, Stp};
use proptest::prelude::*;
use support::{Desk, endpoints, rules};

fn id(no: u64) -> ClientOrderId {
    ClientOrderId::new(1, 1, OrderNo(no))
}

fn update(no: u64, execution: &str, status: &str, trade: u64, filled: u64) -> String {
    let last = u64::from(trade != 0);
    format!(
        r#"{{"e":"ORDER_TRADE_UPDATE","E":1,"T":1,"o":{{"s":"BTCUSDT","c":"{}","S":"BUY","q":"5","p":"100.0","x":"{execution}","X":"{status}","i":{no},"l":"{last}","z":"{filled}","L":"100.0","n":"0.1","N":"USDT","t":{trade},"m":true}}}}"#,
        id(no)
    )
}

/// Three orders' lives: taken, filled in part, cancelled with what has filled by then.
fn frames() -> Vec<String> {
    (1..=3)
        .flat_map(|no| {
            let trade = |n: u64| update(no, "TRADE", "PARTIALLY_FILLED", no * 100 + n, n);
            [
                update(no, "NEW", "NEW", 0, 0),
                trade(1),
                trade(2),
                trade(3),
                update(no, "CANCELED", "CANCELED", 0, 3),
            ]
        })
        .collect()
}

proptest! {
    #[test]
    fn no_fill_counts_twice_and_every_order_ends(
        repeats in proptest::collection::vec(1..4_usize, 15),
        order in Just((0..15_usize).collect::<Vec<_>>()).prop_shuffle(),
        again in Just((0..15_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let rules = vec![rules(0, "BTCUSDT", "0.1", "1")];
        let mut desk = Desk::start(AccountSession::new(AccountConfig {
            endpoints: endpoints(), rules, account: 1, stp: Stp::Default, use_trade_socket: false,
        }));
        desk.answer(Method::Post, "/fapi/v1/listenKey", 200, r#"{"listenKey":"K"}"#);
        desk.say(Input::Opened(Link(0)));
        let frames = frames();
        let (mut trades, mut ended, mut acked) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for place in order.iter().chain(&again) {
            for _ in 0..repeats[*place] {
                desk.frame(0, &frames[*place]);
                for kind in desk.kinds() {
                    match kind {
                        ReportKind::Fill(fill) => trades.push((fill.order, fill.trade_id)),
                        ReportKind::Canceled { id, filled } => {
                            prop_assert_eq!(filled, Lots(3));
                            ended.insert(id);
                        }
                        ReportKind::Ack { id, venue_id } => {
                            acked.insert((id, venue_id));
                        }
                        other => prop_assert!(false, "{other:?}"),
                    }
                }
            }
        }
        let told: BTreeSet<_> = trades.iter().copied().collect();
        prop_assert_eq!(told.len(), trades.len(), "a fill was told twice");
        prop_assert_eq!((told.len(), ended.len(), acked.len()), (9, 3, 3));
    }
}
