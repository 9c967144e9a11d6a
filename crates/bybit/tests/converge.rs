//! Private frames in any order, any number of times: no fill is doubled, and every order ends where it ended.

mod common;

use aurora_bybit::account::{AccountConfig, AccountSession};
use aurora_exec::{Change, Deadlines, Orders, Purpose};
use aurora_model::{ClientOrderId, Lots, OrderState, ReportKind, Side};
use aurora_wire::{Ask, AskNo, Input, Link, Placement, Stp};
use common::{T0, Talk, btc, endpoints, intent};
use proptest::prelude::*;

/// The life of one order as the venue tells it: status, filled so far, or a fill.
fn life(id: ClientOrderId, fills: &[i64], canceled: bool) -> Vec<String> {
    let order = |status: &str, filled: i64| {
        format!(
            r#"{{"topic":"order","creationTime":2,"data":[{{"category":"linear","symbol":"BTCUSDT","orderId":"v-{id}","orderLinkId":"{id}","side":"Buy","orderType":"Limit","price":"60000","qty":"0.010","cumExecQty":"0.{filled:03}","timeInForce":"GTC","orderStatus":"{status}","rejectReason":"EC_PerCancelRequest","reduceOnly":false,"updatedTime":"1"}}]}}"#
        )
    };
    let mut frames = vec![order("New", 0)];
    let mut sum = 0;
    for (place, qty) in fills.iter().enumerate() {
        sum += qty;
        frames.push(format!(
            r#"{{"topic":"execution","creationTime":2,"data":[{{"category":"linear","symbol":"BTCUSDT","execId":"{id}-{place}","execPrice":"60000","execQty":"0.{qty:03}","execFee":"0.01","execType":"Trade","isMaker":true,"orderLinkId":"{id}","side":"Buy","execTime":"{}"}}]}}"#,
            place + 1
        ));
        frames.push(order(if sum == 10 { "Filled" } else { "PartiallyFilled" }, sum));
    }
    if canceled && sum < 10 {
        frames.push(order("Cancelled", sum));
    }
    frames
}

/// Fills of one to ten lots together.
fn fills() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(1..5_i64, 0..4).prop_map(|mut fills| {
        while 10 < fills.iter().sum::<i64>() {
            fills.pop();
        }
        fills
    })
}

fn state_after(
    frames: &[String],
    orders: &mut Orders,
    ids: &[ClientOrderId],
) -> Vec<(OrderState, Lots)> {
    let config = AccountConfig {
        endpoints: endpoints(),
        rules: btc(),
        account: 0,
        stp: Stp::Default,
        use_trade_socket: false,
    };
    let mut talk = Talk::new(AccountSession::new(config));
    talk.say(Input::Opened(Link(0)));
    for id in ids {
        let order = Placement::limit(*id, intent(Side::Buy, 600_000, 10));
        talk.say(Input::Ask(AskNo(0), &Ask::Place(order)));
    }
    let mut told = std::collections::BTreeSet::new();
    for frame in frames {
        talk.frame(0, frame);
        for report in std::mem::take(&mut talk.out.reports) {
            if let ReportKind::Fill(fill) = &report.kind {
                assert!(told.insert(fill.trade_id), "told twice: {fill:?}");
            }
            match orders.on_report(T0, &report).expect("a report that can be true") {
                Change::Fill(fill) => {
                    orders.booked(&fill, T0).expect("no more than was asked");
                }
                Change::Order(..) | Change::Adopted(_) | Change::None => {}
            }
        }
    }
    ids.iter().map(|id| orders.get(*id).unwrap()).map(|order| (order.state, order.filled)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn order_states_converge_and_no_fill_is_doubled(
        lives in prop::collection::vec((fills(), any::<bool>()), 1..4),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let made = || {
            let mut orders = Orders::new(0, 1, Deadlines::default());
            let ids: Vec<ClientOrderId> = lives
                .iter()
                .map(|_| {
                    let id = orders.prepare(T0, intent(Side::Buy, 600_000, 10), Purpose::Entry);
                    orders.sent(id, T0).unwrap();
                    id
                })
                .collect();
            (orders, ids)
        };
        let (mut orders, ids) = made();
        let frames: Vec<String> = ids
            .iter()
            .zip(&lives)
            .flat_map(|(id, (fills, canceled))| life(*id, fills, *canceled))
            .collect();
        let in_order = state_after(&frames, &mut orders, &ids);
        // Some frames early and again, in a drawn order; then all of them, so that none is missing.
        let mut shuffled: Vec<String> =
            order.iter().map(|index| index.get(&frames).clone()).collect();
        shuffled.extend(frames.iter().rev().cloned());
        let (mut orders, ids) = made();
        prop_assert_eq!(state_after(&shuffled, &mut orders, &ids), in_order);
    }
}
