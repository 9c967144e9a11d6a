//! What an order action costs on the exchange with many accounts: placed and cancelled, amended, traded.

use std::hint::black_box;

use aurora_matching::exchange::*;
use aurora_matching::{Exchange, GeneratedMarket, InstrumentSpec};
use aurora_model::{InstrumentNo, Lots, Nanos, Side, Ticks};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const START: Nanos = Nanos(1_700_000_000_000_000_000);
const ACTIONS: u32 = 10_000;

/// The built-in market after ten thousand messages, with an account that already has so many orders at rest.
fn exchange(resting: u32) -> Exchange {
    let specs = InstrumentSpec::standard();
    let listing = |spec: &InstrumentSpec| Listing {
        max_open_orders: 1_000_000,
        ..Listing::new(spec.instrument.clone())
    };
    let listings = specs.iter().map(listing).collect();
    let mut exchange = Exchange::new(ExchangeConfig::default(), listings, START);
    let mut market = GeneratedMarket::new(1, START, specs);
    let mut out = Vec::new();
    for _ in 0..10_000 {
        exchange.on_market(&market.next_event(), &mut out);
        out.clear();
    }
    for n in 0..resting {
        place(&mut exchange, AccountNo(n % 100 + 10), n, &mut out);
        out.clear();
    }
    exchange
}

fn bid(exchange: &Exchange) -> Ticks {
    exchange.touch(InstrumentNo(0)).0.expect("the market has bids").0
}

/// One small buy behind the touch.
fn place(
    exchange: &mut Exchange,
    account: AccountNo,
    n: u32,
    out: &mut Vec<ExchangeEvent>,
) -> OrderId {
    let price = Ticks(617_000 - i64::from(n % 200));
    let ask = PlaceOrder {
        client_id: ClientId::new(&format!("client-{n}")).expect("a short id"),
        ..PlaceOrder::limit(InstrumentNo(0), Side::Buy, price, Lots(1))
    };
    let at = exchange.now();
    match exchange.apply(at, account, &Command::Place(ask), out) {
        Ok(Outcome::Order(order)) => order.id,
        other => panic!("{other:?}"),
    }
}

fn place_and_cancel(c: &mut Criterion) {
    let mut group = c.benchmark_group("exchange");
    group.throughput(Throughput::Elements(u64::from(ACTIONS) * 2));
    group.sample_size(20);
    for resting in [0, 20_000] {
        let mut exchange = exchange(resting);
        let mut out = Vec::new();
        group.bench_function(format!("place and cancel, {resting} at rest"), |b| {
            b.iter(|| {
                for n in 0..ACTIONS {
                    let id = place(&mut exchange, AccountNo(1), n, &mut out);
                    let cancel = Command::Cancel(OrderRef::Id(id));
                    let at = exchange.now();
                    black_box(exchange.apply(at, AccountNo(1), &cancel, &mut out)).expect("open");
                    out.clear();
                }
                black_box(exchange.drain_changes(InstrumentNo(0)));
            });
        });
    }
    group.finish();
}

fn trade(c: &mut Criterion) {
    let mut group = c.benchmark_group("exchange");
    group.throughput(Throughput::Elements(u64::from(ACTIONS) * 2));
    group.sample_size(20);
    let mut exchange = exchange(0);
    let mut out = Vec::new();
    group.bench_function("a maker and a taker meet", |b| {
        b.iter(|| {
            for n in 0..ACTIONS {
                let price = bid(&exchange);
                let at = exchange.now();
                // Takes the touch's place in front of the public: one tick better than the best bid, when there is room.
                let side = if n % 2 == 0 { Side::Buy } else { Side::Sell };
                let price = price + Ticks(1);
                let maker = PlaceOrder::limit(InstrumentNo(0), side, price, Lots(1));
                let taker = PlaceOrder::limit(InstrumentNo(0), side.opposite(), price, Lots(1));
                exchange.apply(at, AccountNo(1), &Command::Place(maker), &mut out).expect("taken");
                exchange.apply(at, AccountNo(2), &Command::Place(taker), &mut out).expect("taken");
                out.clear();
            }
            black_box(exchange.drain_changes(InstrumentNo(0)));
        });
    });
    group.finish();
}

fn market(c: &mut Criterion) {
    let mut group = c.benchmark_group("exchange");
    group.sample_size(10);
    let specs = InstrumentSpec::standard();
    let mut exchange = exchange(2_000);
    let mut out = Vec::new();
    let mut market = GeneratedMarket::new(2, START + Nanos::SECOND * 1_000, specs);
    group.throughput(Throughput::Elements(10_000));
    group.bench_function("market messages, 2000 orders at rest", |b| {
        b.iter(|| {
            for _ in 0..10_000 {
                exchange.on_market(&market.next_event(), &mut out);
                out.clear();
            }
            for no in 0..3 {
                black_box(exchange.drain_changes(InstrumentNo(no)));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, place_and_cancel, trade, market);
criterion_main!(benches);
