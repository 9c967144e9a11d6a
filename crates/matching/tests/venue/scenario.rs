//! Scenarios as text: one line is `<milliseconds> <actor> <event>`; the answer is what the desk hears and when.
//!
//!     0 market snapshot bid 100x5 99x7 ask 101x4
//!     1 desk place 1 buy 3 at 100 GTC
//!     9 market trade sell 6 at 100
//!     9 venue queue 1

use aurora_matching::{PaperVenue, VenueConfig, VenueOutput};
use aurora_model::{
    ClientOrderId, Instrument, InstrumentNo, Level, Lots, MarketEvent, MarketKind, Nanos, Notional,
    OrderIntent, OrderNo, Payoff, ReportKind, Side, Ticks, TimeInForce, VenueOrder, VenueRequest,
};
use rust_decimal::Decimal;

/// A linear contract of tick 1, lot 1: numbers in scenarios are what they look like.
pub(crate) fn plain() -> Instrument {
    Instrument {
        id: "PAPER:PERP:AAA-USD".parse().unwrap(),
        symbol: "AAA".into(),
        payoff: Payoff::Linear,
        tick: Decimal::ONE,
        lot: Decimal::ONE,
        multiplier: Decimal::ONE,
        min_notional: "50".parse::<Notional>().unwrap(),
        maker_fee: "0.0002".parse().unwrap(),
        taker_fee: "0.0005".parse().unwrap(),
    }
}

/// Ten milliseconds there, five back, nothing left to chance.
pub(crate) fn config() -> VenueConfig {
    VenueConfig {
        order_latency: Nanos::from_millis(10),
        report_latency: Nanos::from_millis(5),
        jitter: Nanos(0),
        ..VenueConfig::default()
    }
}

pub(crate) fn id(no: u64) -> ClientOrderId {
    ClientOrderId::new(0, 1, OrderNo(no))
}

/// Plays the scenario and tells what came of it.
pub(crate) fn play(config: VenueConfig, scenario: &str) -> String {
    let mut world = World {
        venue: PaperVenue::new(vec![plain()], config),
        out: VenueOutput::default(),
        story: String::new(),
        update_id: 0,
    };
    for line in scenario.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let at = Nanos::from_millis(words[0].parse().unwrap());
        world.venue.advance(at, &mut world.out);
        match (words[1], &words[2..]) {
            ("market", event) => world.market(at, event),
            ("desk", request) => world.venue.submit(at, parse_request(request)),
            ("venue", ["queue", no]) => world.queue(no),
            ("venue", ["disconnect"]) => world.venue.disconnect(at, &mut world.out),
            _ => panic!("no such line: {line}"),
        }
    }
    world.venue.advance(Nanos(i64::MAX), &mut world.out);
    world.finish()
}

struct World {
    venue: PaperVenue,
    out: VenueOutput,
    story: String,
    update_id: u64,
}

impl World {
    fn market(&mut self, at: Nanos, words: &[&str]) {
        self.update_id += 1;
        let (first_id, last_id) = (self.update_id, self.update_id);
        let levels = parse_levels(&words[1..]);
        let kind = match (words[0], &words[1..]) {
            ("snapshot", _) => MarketKind::Snapshot { last_id, levels: &levels },
            ("diff", _) => MarketKind::Diff { first_id, last_id, prev_id: None, levels: &levels },
            ("olddiff", _) => {
                MarketKind::Diff { first_id: 1, last_id: 1, prev_id: None, levels: &levels }
            }
            ("touch", _) => MarketKind::Bbo {
                update_id: last_id,
                bid: (levels[0].price, levels[0].qty),
                ask: (levels[1].price, levels[1].qty),
            },
            ("trade", [side, qty, "at", price]) => MarketKind::Trade {
                id: last_id,
                aggressor: parse_side(side),
                price: Ticks(price.parse().unwrap()),
                qty: Lots(qty.parse().unwrap()),
            },
            _ => panic!("no such market event: {words:?}"),
        };
        let event =
            MarketEvent { instrument: InstrumentNo(0), exchange_at: at, received_at: at, kind };
        self.venue.on_market(&event, &mut self.out);
    }

    fn queue(&mut self, no: &str) {
        self.tell_reports();
        let queue = self.venue.queue(id(no.parse().unwrap()));
        let text = queue.map(|q| format!("{} ahead, {} behind", q.ahead.0, q.behind.0));
        self.story += &format!("        #{no} {}\n", text.unwrap_or("does not rest".into()));
    }

    fn tell_reports(&mut self) {
        for (deliver_at, report) in self.out.reports.drain(..) {
            self.story += &format!("{:>5}ms {}\n", deliver_at.millis(), tell(&report.kind));
        }
    }

    fn finish(mut self) -> String {
        self.tell_reports();
        let position = self.venue.positions().first().map_or(0, |(_, lots)| lots.0);
        self.story += &format!("position {position}\n");
        self.story
    }
}

fn tell(kind: &ReportKind) -> String {
    let no = |id: &ClientOrderId| format!("#{}", id.order_no().0);
    match kind {
        ReportKind::Ack { id, .. } => format!("{} acknowledged", no(id)),
        ReportKind::Reject { id, refusal } => format!("{} refused: {}", no(id), refusal.code()),
        ReportKind::Fill(fill) => format!(
            "{} {} {} at {} as {:?}, fee {}",
            no(&fill.order),
            fill.side.word(),
            fill.qty.0,
            fill.price.0,
            fill.liquidity,
            fill.fee
        ),
        ReportKind::Canceled { id, filled } => format!("{} canceled, {} filled", no(id), filled.0),
        ReportKind::Expired { id, filled } => format!("{} expired, {} filled", no(id), filled.0),
        ReportKind::CancelRejected { id } => format!("{} not there to cancel", no(id)),
        ReportKind::Order { id, found } => {
            format!("{} {}", no(id), found.map_or("unknown".into(), |order| tell_order(&order)))
        }
        ReportKind::Account { open, fills, positions } => {
            let open: Vec<String> = open.iter().map(|o| no(&o.id) + " " + &tell_order(o)).collect();
            format!("account: open {open:?}, {} fills, positions {positions:?}", fills.len())
        }
    }
}

fn tell_order(order: &VenueOrder) -> String {
    let state = if order.is_open { "open" } else { "closed" };
    format!("{state}, {} of {} filled", order.filled.0, order.intent.qty.0)
}

fn parse_request(words: &[&str]) -> VenueRequest {
    let instrument = InstrumentNo(0);
    let no = |text: &str| id(text.parse().unwrap());
    match words {
        ["place", order, side, qty, "at", limit, rest @ ..] => VenueRequest::Place {
            id: no(order),
            intent: OrderIntent {
                instrument,
                side: parse_side(side),
                limit: Ticks(limit.parse().unwrap()),
                qty: Lots(qty.parse().unwrap()),
                time_in_force: parse_time_in_force(rest[0]),
                reduce_only: rest.contains(&"reduce-only"),
            },
        },
        ["cancel", order] => VenueRequest::Cancel { id: no(order), instrument },
        ["cancel-all"] => VenueRequest::CancelAll,
        ["query", order] => VenueRequest::Query { id: no(order), instrument },
        ["sweep", since] => VenueRequest::Sweep { since: Nanos(since.parse().unwrap()) },
        _ => panic!("no such request: {words:?}"),
    }
}

fn parse_time_in_force(word: &str) -> TimeInForce {
    use TimeInForce::{Fok, Gtc, Ioc, PostOnly};
    [Gtc, Ioc, Fok, PostOnly].into_iter().find(|t| t.word() == word).unwrap()
}

fn parse_side(word: &str) -> Side {
    [Side::Buy, Side::Sell].into_iter().find(|side| side.word() == word).unwrap()
}

fn parse_levels(words: &[&str]) -> Vec<Level> {
    let mut side = Side::Buy;
    let mut levels = Vec::new();
    for word in words {
        match (*word, word.split_once('x')) {
            ("bid", _) => side = Side::Buy,
            ("ask", _) => side = Side::Sell,
            (_, Some((price, qty))) => {
                let (price, qty) = (Ticks(price.parse().unwrap()), Lots(qty.parse().unwrap()));
                levels.push(Level { side, price, qty });
            }
            _ => return levels,
        }
    }
    levels
}
