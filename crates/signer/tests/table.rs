//! Every call that the venues' sessions make with a key can be signed, and comes back as what it asks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_authority::{Authority, BuildId, Caps, Listed, Policy, Remembered};
use aurora_model::{
    ClientOrderId, Instrument, InstrumentNo, Lots, Nanos, Notional, OrderIntent, OrderNo, Payoff,
    Side, Ticks, TimeInForce, Venue,
};
use aurora_signer::{Judge, KeyRing, PATHS};
use aurora_wire::{
    Amendment, Auth, Call, CallNo, Keys, MarginMode, Placement, PriceTrigger, Protocol, Rules, Stp,
    SymbolStatus,
};
use rust_decimal::Decimal;

const NOW: Nanos = Nanos(1_700_000_000_000_000_000);
const SYMBOLS: [(Venue, &str, &str); 3] = [
    (Venue::BinanceUsdm, "BTCUSDT", "BINANCEUSDM:PERP:BTC-USDT"),
    (Venue::Okx, "BTC-USDT-SWAP", "OKX:PERP:BTC-USDT"),
    (Venue::Bybit, "BTCUSDT", "BYBIT:PERP:BTC-USDT"),
];

fn judge(venue: Venue, protocol: Arc<dyn Protocol>) -> Judge {
    let listed = SYMBOLS.map(|(venue, symbol, _)| Listed {
        venue,
        symbol: symbol.to_owned(),
        unit: Decimal::ONE,
        max_qty: Decimal::ONE,
        enforces_reduce_only: true,
    });
    let policy = Policy {
        build: BuildId(String::new()),
        account: 0,
        listed: listed.to_vec(),
        caps: Caps {
            order_notional: Notional::new(Decimal::from(100_000)),
            window: Nanos::SECOND,
            placements: 1000,
            window_notional: Notional::new(Decimal::from(1_000_000_000)),
        },
    };
    let ring = KeyRing::from([(venue, (protocol, Keys::new("key", "secret", "pass")))]);
    let mut judge = Judge::new(Authority::new(policy, Remembered::NOTHING), ring, None);
    judge.change(|authority| authority.raise(1)).unwrap();
    judge.change(|authority| authority.release(1)).unwrap();
    judge
}

fn rules(venue: Venue) -> Rules {
    let (_, symbol, id) = SYMBOLS.into_iter().find(|(one, ..)| *one == venue).unwrap();
    let step = Decimal::new(1, 3);
    Rules {
        no: InstrumentNo(0),
        instrument: Instrument {
            id: id.parse().unwrap(),
            symbol: symbol.to_owned(),
            payoff: Payoff::Linear,
            tick: Decimal::new(1, 1),
            lot: step,
            multiplier: Decimal::ONE,
            min_notional: Notional::ZERO,
            maker_fee: Decimal::ZERO,
            taker_fee: Decimal::ZERO,
        },
        wire_lot: step,
        code: Some(7),
        min_qty: Lots(1),
        max_qty: Lots(1_000),
        max_market_qty: Lots(1_000),
        band: None,
        max_open_orders: None,
        max_leverage: 20,
        funding_every: None,
        status: SymbolStatus::Trading,
    }
}

fn id() -> ClientOrderId {
    ClientOrderId::new(0, 1, OrderNo(1))
}

fn intent(time_in_force: TimeInForce, reduce_only: bool) -> OrderIntent {
    OrderIntent {
        instrument: InstrumentNo(0),
        side: Side::Sell,
        limit: Ticks(600_000),
        qty: Lots(10),
        time_in_force,
        reduce_only,
    }
}

/// Orders of every kind that may be signed.
fn placements() -> Vec<Placement> {
    let plain = Placement::limit(id(), intent(TimeInForce::Gtc, false));
    let of = |time_in_force| Placement::limit(id(), intent(time_in_force, false));
    let trigger = PriceTrigger {
        price: Ticks(590_000),
        on_fall: true,
        by_mark: true,
        close_on_trigger: false,
    };
    let closing = Some(PriceTrigger { close_on_trigger: true, ..trigger });
    let reducing = Placement { intent: intent(TimeInForce::Gtc, true), ..plain };
    vec![
        plain,
        of(TimeInForce::Ioc),
        of(TimeInForce::Fok),
        of(TimeInForce::PostOnly),
        reducing,
        Placement { market: true, ..reducing },
        Placement { stp: Stp::CancelMaker, ..plain },
        Placement { good_until: Some(NOW + Nanos::SECOND * 900), ..plain },
        Placement { trigger: Some(trigger), ..plain },
        Placement { trigger: closing, market: true, ..reducing },
    ]
}

fn check(venue: Venue, protocol: &Arc<dyn Protocol>, calls: &[Call]) {
    for call in calls.iter().filter(|call| call.auth != Auth::Public) {
        let signed = judge(venue, Arc::clone(protocol)).sign_call((NOW, NOW), (1, venue), call);
        assert!(
            signed.is_ok(),
            "{} {}{}: {}",
            call.path,
            call.query,
            call.body,
            signed.unwrap_err()
        );
    }
}

#[test]
fn binance() {
    use aurora_binance::encode::*;
    let venue = Venue::BinanceUsdm;
    let rules = rules(venue);
    let amendment = Amendment { id: id(), intent: intent(TimeInForce::Gtc, false) };
    let mut calls = vec![
        amend(&rules, &amendment),
        amend_many(&[&rules], &[amendment]),
        cancel(&rules, Order::Ours(id())),
        cancel(&rules, Order::Venues(7)),
        cancel_many(&rules, &[id(), id()]),
        cancel_all(&rules),
        countdown(&rules, Nanos::SECOND),
        query(&rules, Order::Ours(id())),
        open_order(&rules, Order::Venues(7)),
        open_orders(None),
        open_orders(Some(&rules)),
        all_orders(&rules),
        time(),
        exchange_info(),
        depth(&rules, 5),
        open_interest(&rules),
        user_trades(&rules, Some(7), None),
        user_trades(&rules, None, Some((NOW, NOW))),
        account(),
        balance(),
        income("FUNDING_FEE", NOW),
        position_risk(),
        commission_rate(&rules),
        position_mode(),
        set_position_mode(true),
        leverage(&rules, 5),
        margin_type(&rules, MarginMode::Isolated),
        new_listen_key(),
        keep_listen_key(),
        open_algos(),
        query_algo(&rules, id()),
        cancel_algo(&rules, id()),
        cancel_all_algos(&rules),
    ];
    for order in placements() {
        for hedge in [false, true] {
            calls.push(match order.trigger {
                Some(_) => place_algo(&rules, &order, hedge).unwrap(),
                None => place(&rules, &order, hedge),
            });
            if order.trigger.is_none() {
                calls.push(place_many(&[&rules], &[order], hedge));
            }
        }
    }
    check(venue, &(Arc::new(aurora_binance::Binance) as Arc<dyn Protocol>), &calls);
}

#[test]
fn okx() {
    use aurora_okx::encode::*;
    let venue = Venue::Okx;
    let rules = rules(venue);
    let amendment = Amendment { id: id(), intent: intent(TimeInForce::Gtc, false) };
    let our_id = id();
    let mut calls = vec![
        amend(&rules, &amendment),
        amends(&rules, &[amendment]),
        cancel(&rules, our_id.as_str()),
        cancels(&rules, [Which::Ours(our_id.as_str()), Which::Theirs(7)].into_iter()),
        cancels_listed(&[("ETH-USDT-SWAP".to_owned(), 7)], None),
        trigger_cancel(&rules, Which::Ours(our_id.as_str())),
        dead_man(Some(Nanos::SECOND * 20)),
        dead_man(None),
        leverage(&rules, 5, MarginMode::Cross),
        position_mode(true),
        config(),
        balance(),
        bills("8", NOW, Some("7")),
        positions(),
        trade_fee("SWAP"),
        query(&rules, our_id.as_str()),
        query_by_venue_id(&rules, 7),
        pending(Some("BTC-USDT-SWAP"), Some(7)),
        pending_triggers("conditional"),
        history(&rules),
        time(),
        instruments("SWAP"),
        status(),
        book("BTC-USDT-SWAP", 5),
        candles("BTC-USDT-SWAP", "1m", 5),
        trades("BTC-USDT-SWAP", 5),
        funding("BTC-USDT-SWAP"),
        open_interest("SWAP", "BTC-USDT-SWAP"),
        mark_price("SWAP", "BTC-USDT-SWAP"),
        price_limit("BTC-USDT-SWAP"),
        fills(NOW, Some("7")),
        fills_of(&rules, 7),
    ];
    for order in placements() {
        for hedge in [false, true] {
            let terms = Terms { hedge, ..Terms::default() };
            calls.push(match &order.trigger {
                Some(price) => trigger(&rules, terms, &order, price),
                None => orders(&rules, terms, &[order]),
            });
            if order.trigger.is_none() {
                calls.push(aurora_okx::encode::order(&rules, terms, &order));
            }
        }
    }
    check(venue, &(Arc::new(aurora_okx::Okx) as Arc<dyn Protocol>), &calls);
}

#[test]
fn bybit() {
    use aurora_bybit::encode::*;
    let venue = Venue::Bybit;
    let rules = rules(venue);
    let (no, symbol) = (CallNo(0), "BTCUSDT");
    let new = NewTerms { limit: Some(Ticks(600_000)), qty: Some(Lots(10)) };
    let mut calls = vec![
        amend(no, amend_body(&rules, id(), new)),
        amend_batch(no, amend_batch_body([(&rules, id(), new)].into_iter()), 1),
        cancel(no, cancel_body(&rules, id())),
        cancel_batch(no, cancel_batch_body([(&rules, id())].into_iter()), 1),
        cancel_all(no, Which::Symbol(symbol)),
        cancel_all(no, Which::Settle("USDT")),
        set_dead_man(no, 10),
        set_leverage(no, symbol, 5),
        switch_mode(no, "USDT", true),
        set_margin_mode(no, MarginMode::Cross),
        open_orders(no, Which::Settle("USDT"), Some("a:b,1%3D")),
        order_realtime(no, symbol, id()),
        order_history(no, symbol, id()),
        executions_of(no, symbol, id(), None),
        executions(no, NOW, NOW, Some("x")),
        positions(no, Which::Settle("USDT"), None),
        wallet_balance(no),
        transaction_log(no, "SETTLEMENT", (NOW, NOW), Some("x")),
        account_info(no),
        fee_rate(no, symbol),
        query_api(no),
        query_dead_man(no),
        time(no),
        system_status(no),
        instruments(no, None),
        orderbook(no, symbol, 50),
    ];
    for order in placements() {
        for hedge in [false, true] {
            let terms = Terms { hedge, stp: Stp::Default };
            calls.push(create(no, create_body(&rules, &order, terms)));
            let body = create_batch_body([(&rules, &order)].into_iter(), terms);
            calls.push(create_batch(no, body, 1));
        }
    }
    check(venue, &(Arc::new(aurora_bybit::Bybit) as Arc<dyn Protocol>), &calls);
}

/// Every row of OKX's own list of what it has.
#[test]
fn every_endpoint_of_okx_that_needs_a_key_has_a_row() {
    for endpoint in aurora_okx::limits::ENDPOINTS.iter().filter(|one| one.auth != Auth::Public) {
        let has_row = PATHS.into_iter().flatten().any(|row| {
            (row.venue, row.method, row.path) == (Venue::Okx, endpoint.method, endpoint.path)
                && (row.auth, row.urgency) == (endpoint.auth, endpoint.urgency)
        });
        assert!(has_row, "{endpoint:?}");
    }
}

/// The tests above prove nothing about a call that they do not make: whatever a session's source asks of its codec
/// stands there.
#[test]
fn every_call_of_every_session_is_made_above() {
    for venue in ["binance", "okx", "bybit"] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(venue).join("src");
        let ours = include_str!("table.rs");
        let ours = ours.split_once(&format!("fn {venue}() {{")).unwrap().1;
        let ours = ours.split_once("#[test]").unwrap().0;
        let (mut makes, mut asked) = (BTreeSet::new(), BTreeSet::new());
        for (path, text) in sources(&source) {
            match path.starts_with(source.join("encode")) {
                true => makes.extend(call_makers(&text)),
                false => asked.extend(text.split("encode::").skip(1).map(word).map(str::to_owned)),
            }
        }
        let calls: Vec<_> = asked.intersection(&makes).collect();
        assert!(10 < calls.len(), "{venue}: the search finds what is there: {calls:?}");
        let is_made = |name: &str| {
            let mut calls = ours.match_indices(name).map(|(at, _)| (&ours[..at], &ours[at..]));
            calls.any(|(before, from)| !before.ends_with(is_of_name) && word(from) == name)
        };
        let missing: Vec<_> = calls.into_iter().filter(|name| !is_made(name)).collect();
        assert!(missing.is_empty(), "{venue} also calls {missing:?}");
    }
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false => {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The name a text begins with.
fn word(text: &str) -> &str {
    &text[..text.find(|c| !is_of_name(c)).unwrap_or(text.len())]
}

/// The functions that make a call.
fn call_makers(text: &str) -> Vec<String> {
    let functions = text.split("pub fn ").skip(1);
    let signature = |function: &str| function.split(" {\n").next().unwrap_or_default().to_owned();
    let makes = functions.filter(|function| {
        let signature = signature(function);
        signature.ends_with("-> Call") || signature.ends_with("-> Option<Call>")
    });
    makes.map(|function| word(function).to_owned()).collect()
}
