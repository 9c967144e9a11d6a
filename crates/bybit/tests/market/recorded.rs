//! Long streams, and the touch after every message.

use aurora_model::{Lots, MarketKind, Side, Ticks};

use crate::stage::*;

/// A recorded stream, if there is one: the touch after every message is what the recording says.
#[test]
fn recorded_books_reach_the_expected_touch() {
    let replays: Vec<_> = crate::common::sample_files()
        .into_iter()
        .filter(|(name, _)| name.starts_with("replay_"))
        .collect();
    assert!(replays.is_empty(), "a recording came: read it here as the other venues' tests do");
}

/// No recording exists for this venue, so a market is made up and the touch is known from the outside.
#[test]
fn a_made_up_stream_reaches_the_touch_of_a_plain_book_after_every_message() {
    let mut talk = open();
    let mut plain = std::collections::BTreeMap::<(bool, i64), i64>::new();
    let mut ours = plain.clone();
    let mut seed = 42_u64;
    let mut draw = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for u in 10..2_000_u64 {
        let is_snapshot = u == 10 || u % 500 == 0;
        if is_snapshot {
            plain.clear();
        }
        let mut sides = [String::new(), String::new()];
        for _ in 0..=draw(12) {
            let is_ask = draw(2) == 1;
            let step = i64::try_from(draw(30)).unwrap();
            let price = if is_ask { 600_001 + step } else { 600_000 - step };
            let qty = if is_snapshot { 1 } else { 0 } + i64::try_from(draw(4)).unwrap();
            let text = format!(r#"["{}.{}","0.{qty:03}"]"#, price / 10, price % 10);
            let side = &mut sides[usize::from(is_ask)];
            if !side.is_empty() {
                side.push(',');
            }
            side.push_str(&text);
            match qty {
                0 => plain.remove(&(is_ask, price)),
                qty => plain.insert((is_ask, price), qty),
            };
        }
        let kind = if is_snapshot { "snapshot" } else { "delta" };
        let [bids, asks] = sides;
        talk.frame(0, &format!(
            r#"{{"topic":"orderbook.200.BTCUSDT","type":"{kind}","ts":1,"data":{{"s":"BTCUSDT","b":[{bids}],"a":[{asks}],"u":{u},"seq":{u}}},"cts":1}}"#
        ));
        for event in talk.out.market_events() {
            let levels = match event.kind {
                MarketKind::Snapshot { levels, .. } => {
                    ours.clear();
                    levels
                }
                MarketKind::Diff { levels, .. } => levels,
                _ => continue,
            };
            for level in levels {
                let key = (level.side == Side::Sell, level.price.0);
                match level.qty {
                    Lots(0) => ours.remove(&key),
                    Lots(qty) => ours.insert(key, qty),
                };
            }
        }
        talk.out.clear();
        let touch = |book: &std::collections::BTreeMap<(bool, i64), i64>| {
            let bid =
                book.iter().rfind(|((is_ask, _), _)| !is_ask).map(|((_, p), q)| (Ticks(*p), *q));
            let ask =
                book.iter().find(|((is_ask, _), _)| *is_ask).map(|((_, p), q)| (Ticks(*p), *q));
            (bid, ask)
        };
        assert_eq!(touch(&ours), touch(&plain), "after update {u}");
    }
}
