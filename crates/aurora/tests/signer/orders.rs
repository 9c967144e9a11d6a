//! A thousand resting orders at three venues, signed by the signer for the desk's own epoch.

use std::net::SocketAddr;

use aurora_model::{
    ClientOrderId, InstrumentNo, Lots, OrderIntent, OrderNo, Side, Ticks, TimeInForce, Venue,
};
use aurora_signer::{Answer, Ask, Client, Request};
use aurora_venue::transport::TransportConfig;
use aurora_venue::{Clock, fetch_rules};
use aurora_venuesim::generated_specs;
use aurora_wire::{Call, CallNo, Endpoints, Placement, Protocol, Rules};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::stage::{Stage, http};

/// How many rest at each: no venue lets one account have a thousand in a few instruments.
const SHARES: [(&str, u64); 3] = [("binance", 400), ("okx", 250), ("bybit", 350)];

/// Places them in batches, a little below the market.
pub(crate) fn rest_a_thousand(stage: &Stage) {
    let mut client = stage.client();
    let epoch = client.change(&Ask::Status).unwrap().remembered.epoch;
    let build = build();
    client.hello(&build, 0).unwrap();
    for (name, count) in SHARES {
        let (_, address) = stage.venues.iter().find(|(have, _)| have == name).unwrap();
        let venue = Where::new(name, *address);
        for batch in venue.batches(epoch, count) {
            venue.send(&mut client, epoch, &batch);
        }
    }
}

/// The build the signer wants: this test's binary is another program than the desk.
fn build() -> String {
    let program = std::env::var_os("AURORA_BIN")
        .map_or_else(|| env!("CARGO_BIN_EXE_aurora").into(), std::path::PathBuf::from);
    let mut hasher = aurora_signer::Hasher::new();
    hasher.update(&std::fs::read(program).unwrap());
    hasher.finalize().to_hex().to_string()
}

struct Where {
    venue: Venue,
    address: SocketAddr,
    rules: Vec<(Rules, Ticks)>,
}

impl Where {
    fn new(name: &str, address: SocketAddr) -> Where {
        let (venue, protocol): (Venue, &dyn Protocol) = match name {
            "binance" => (Venue::BinanceUsdm, &aurora_binance::Binance),
            "okx" => (Venue::Okx, &aurora_okx::Okx),
            _ => (Venue::Bybit, &aurora_bybit::Bybit),
        };
        let specs = generated_specs(venue).unwrap();
        let specs: Vec<_> = specs
            .into_iter()
            .filter(|spec| spec.instrument.id.class == "PERP")
            .filter(|spec| ["BTC", "ETH", "SOL"].contains(&spec.instrument.id.base.as_str()))
            .collect();
        let wanted: Vec<_> = (0..)
            .map(InstrumentNo)
            .zip(specs.iter().map(|spec| spec.instrument.id.clone()))
            .collect();
        let none = String::new;
        let endpoints = Endpoints {
            rest: format!("http://{address}"),
            public: none(),
            private: none(),
            trade: none(),
            business: none(),
            headers: Vec::new(),
        };
        let (transport, clock) = (TransportConfig::default(), Clock::system());
        let rules = fetch_rules(protocol, &endpoints, &wanted, &transport, &clock).unwrap();
        let below = |ticks: Ticks| Ticks(ticks.0 * 98 / 100);
        let rules =
            rules.into_iter().zip(specs).map(|(rules, spec)| (rules, below(spec.start_price)));
        Where { venue, address, rules: rules.collect() }
    }

    /// Calls with so many orders, instrument after instrument.
    fn batches(&self, epoch: u32, count: u64) -> Vec<Call> {
        let mut calls = Vec::new();
        let (mut no, each) = (0, count.div_ceil(self.rules.len() as u64));
        for (rules, limit) in &self.rules {
            let placements: Vec<Placement> = (0..each)
                .map(|_| {
                    no += 1;
                    // Far from the numbers that the desk itself gives.
                    let order_no = OrderNo(1_000_000_000 + no);
                    let id = ClientOrderId::new(0, epoch, order_no);
                    Placement::limit(id, intent(rules, *limit))
                })
                .collect();
            let size = if self.venue == Venue::BinanceUsdm { 5 } else { 10 };
            calls.extend(placements.chunks(size).map(|batch| self.call(rules, batch)));
        }
        calls
    }

    fn call(&self, rules: &Rules, batch: &[Placement]) -> Call {
        match self.venue {
            Venue::BinanceUsdm => {
                let all: Vec<_> = batch.iter().map(|_| rules).collect();
                aurora_binance::encode::place_many(&all, batch, false)
            }
            Venue::Okx => {
                aurora_okx::encode::orders(rules, aurora_okx::encode::Terms::default(), batch)
            }
            _ => {
                use aurora_bybit::encode::{Terms, create_batch, create_batch_body};
                let orders = batch.iter().map(|order| (rules, order));
                let body = create_batch_body(orders, Terms::default());
                create_batch(CallNo(0), body, u32::try_from(batch.len()).unwrap())
            }
        }
    }

    fn send(&self, client: &mut Client, epoch: u32, call: &Call) {
        let request = Request::of(epoch, self.venue, Clock::system().now(), call).unwrap();
        let signed = match client.ask(&Ask::Sign(request)).unwrap() {
            Answer::Signed(signed) => signed,
            other => panic!("{other:?}"),
        };
        let line = format!("{} {} HTTP/1.1", call.method.word(), signed.target);
        http(self.address, &line, &signed.headers, &signed.body);
    }
}

/// The smallest order the venue takes, a little rounded up.
fn intent(rules: &Rules, limit: Ticks) -> OrderIntent {
    let one = rules.instrument.notional(limit, Lots(1)).decimal();
    let least = (rules.min_notional().decimal() * Decimal::new(11, 1) / one).ceil();
    let least = least.to_i64().unwrap().max(rules.min_qty.0).max(1);
    OrderIntent {
        instrument: rules.no,
        side: Side::Buy,
        limit,
        qty: Lots(least),
        time_in_force: TimeInForce::Gtc,
        reduce_only: false,
    }
}
