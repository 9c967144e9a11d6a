//! One account on the exchange is filled as the paper venue fills it: the same market, the same orders, the same
//! fills.

use std::collections::BTreeMap;

use aurora_matching::exchange::*;
use aurora_matching::{
    Exchange, GeneratedMarket, InstrumentSpec, PaperVenue, QueueModel, VenueConfig, VenueFact,
    VenueOutput,
};
use aurora_model::{
    ClientOrderId, InstrumentNo, Lots, Nanos, OrderIntent, OrderNo, Side, Ticks, TimeInForce,
    VenueRequest,
};

const START: Nanos = Nanos(1_700_000_000_000_000_000);

/// The same numbers every time; good enough to choose orders with.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// What filled: order, side, price, quantity, when.
type Filled = (u64, Side, Ticks, Lots, Nanos);

struct Both {
    exchange: Exchange,
    paper: PaperVenue,
    numbers: BTreeMap<OrderId, u64>,
    on_exchange: Vec<Filled>,
    on_paper: Vec<Filled>,
}

impl Both {
    fn new(queue: QueueModel) -> Both {
        let specs = InstrumentSpec::standard();
        let config = ExchangeConfig { queue, ..ExchangeConfig::default() };
        let listing = |spec: &InstrumentSpec| Listing {
            max_open_orders: 10_000,
            ..Listing::new(spec.instrument.clone())
        };
        let listings = specs.iter().map(listing).collect();
        let zero = Nanos(0);
        let paper = VenueConfig {
            order_latency: zero,
            report_latency: zero,
            jitter: zero,
            queue,
            ..VenueConfig::default()
        };
        Both {
            exchange: Exchange::new(config, listings, START),
            paper: PaperVenue::new(specs.into_iter().map(|spec| spec.instrument).collect(), paper),
            numbers: BTreeMap::new(),
            on_exchange: Vec::new(),
            on_paper: Vec::new(),
        }
    }

    fn note(&mut self, events: &[ExchangeEvent], out: &mut VenueOutput) {
        for event in events {
            if let EventKind::Fill(fill) = event.kind {
                let number = self.numbers[&fill.order];
                self.on_exchange.push((number, fill.side, fill.price, fill.qty, fill.at));
            }
        }
        for fact in out.facts.drain(..) {
            if let VenueFact::Filled(fill) = fact {
                let number = fill.order.order_no().0;
                self.on_paper.push((number, fill.side, fill.price, fill.qty, fill.at));
            }
        }
        out.reports.clear();
    }

    fn place(&mut self, number: u64, no: InstrumentNo, side: Side, limit: Ticks, qty: Lots) {
        let (mut events, mut out) = (Vec::new(), VenueOutput::default());
        let ask = PlaceOrder { life: Life::PostOnly, ..PlaceOrder::limit(no, side, limit, qty) };
        let at = self.exchange.now();
        let answer = self.exchange.apply(at, AccountNo(1), &Command::Place(ask), &mut events);
        if let Ok(Outcome::Order(order)) = answer {
            self.numbers.insert(order.id, number);
        }
        let intent = OrderIntent {
            instrument: no,
            side,
            limit,
            qty,
            time_in_force: TimeInForce::PostOnly,
            reduce_only: false,
        };
        let id = ClientOrderId::new(1, 1, OrderNo(number));
        self.paper.submit(at, VenueRequest::Place { id, intent });
        self.paper.advance(at, &mut out);
        self.note(&events, &mut out);
    }
}

fn run(queue: QueueModel, seed: u64) {
    let mut both = Both::new(queue);
    let mut market = GeneratedMarket::new(seed, START, InstrumentSpec::standard());
    let mut dice = Dice(seed);
    let (mut events, mut out) = (Vec::new(), VenueOutput::default());
    for number in 1..60_000_u64 {
        let event = market.next_event();
        both.exchange.on_market(&event, &mut events);
        both.paper.on_market(&event, &mut out);
        both.note(&events, &mut out);
        events.clear();
        let no = InstrumentNo(u16::try_from(dice.below(3)).unwrap());
        let (Some((bid, _)), Some((ask, _))) = both.exchange.touch(no) else { continue };
        if number % 40 == 0 {
            let away = Ticks(i64::try_from(dice.below(12)).unwrap());
            let qty = Lots(i64::try_from(1 + dice.below(30)).unwrap());
            // The paper venue's account has no book of its own, so ours must never meet.
            let is_buy = dice.below(2) == 0;
            let (side, limit) =
                if is_buy { (Side::Buy, bid - away) } else { (Side::Sell, ask + away) };
            both.place(number, no, side, limit, qty);
        }
    }
    assert!(100 < both.on_paper.len(), "only {} fills", both.on_paper.len());
    both.on_paper.sort_unstable_by_key(|fill| (fill.4, fill.0));
    both.on_exchange.sort_unstable_by_key(|fill| (fill.4, fill.0));
    let pairs = both.on_exchange.iter().zip(&both.on_paper);
    let first = pairs.clone().position(|(ours, paper)| ours != paper);
    assert_eq!(first.map(|at| (at, both.on_exchange[at], both.on_paper[at])), None);
    assert_eq!(both.on_exchange.len(), both.on_paper.len());
}

#[test]
fn one_account_is_filled_as_on_the_paper_venue() {
    run(QueueModel::Power(2), 1);
    run(QueueModel::RiskAverse, 2);
}
