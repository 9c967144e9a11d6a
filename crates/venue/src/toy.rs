//! A venue of a few words, for tests: `+10 3` is a bid level, `-11 2` an ask, `=` before them makes it a snapshot.

use std::collections::BTreeMap;

use aurora_model::{
    ClientOrderId, Instrument, InstrumentId, InstrumentNo, Level, Lots, MarketEvent, MarketKind,
    Nanos, Notional, OrderIntent, OrderNo, Payoff, ReportKind, Side, Ticks, TimeInForce, Venue,
    VenueRefusal, VenueReport,
};
use aurora_wire::{
    Action, Answer, Ask, Auth, Call, CallNo, CancelAllScope, Capabilities, ClientIds, Cost,
    CrossingPostOnly, DeadMan, DecodeError, Endpoints, Fate, Headers, Input, Keys, Limit, LimitNo,
    Link, LostOrder, Method, Note, Output, Placement, Protocol, Pushback, Rules, RulesPage, Scope,
    Session, Signed, Stp, SymbolStatus, Urgency, Usage,
};

pub(crate) const BTC: InstrumentNo = InstrumentNo(0);
pub(crate) const NEVER: Nanos = Nanos(i64::MAX);

pub(crate) const fn ms(millis: i64) -> Nanos {
    Nanos::from_millis(millis)
}

pub(crate) const LIMITS: &[Limit] = &[
    Limit { name: "weight 1s", capacity: 1000, per: Nanos::SECOND, scope: Scope::Ip },
    Limit { name: "orders 1s", capacity: 500, per: Nanos::SECOND, scope: Scope::Account },
];

#[derive(Debug)]
pub(crate) struct Toy;

impl Protocol for Toy {
    fn venue(&self) -> Venue {
        Venue::Paper
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            amend: true,
            batch: [5, 5, 5],
            cancel_all: CancelAllScope::Instrument,
            dead_man: DeadMan::None,
            stp: &[(Stp::CancelTaker, "TAKER"), (Stp::CancelMaker, "MAKER")],
            good_until: false,
            close_on_trigger: false,
            crossing_post_only: CrossingPostOnly::Refused,
            client_ids: ClientIds::Remembered,
            fill_stream: false,
        }
    }

    fn sign(&self, _keys: Option<&Keys>, at: Nanos, call: &Call) -> Signed {
        let headers = vec![("x-at", at.millis().to_string())];
        Signed { target: call.path.to_owned(), headers, body: call.body.clone() }
    }

    fn login(&self, _keys: &Keys, at: Nanos) -> String {
        format!("login {}", at.millis())
    }

    fn usage(&self, headers: Headers<'_>, out: &mut Vec<Usage>) {
        if let Some(used) = headers.get("x-used").and_then(|used| used.parse().ok()) {
            out.push(Usage { limit: LimitNo(0), used, capacity: None, resets_at: None });
        }
    }

    fn pushback(&self, status: u16, headers: Headers<'_>, _body: &[u8]) -> Option<Pushback> {
        let after = headers.get("retry-after").and_then(|after| after.parse().ok()).unwrap_or(0);
        let pause = Nanos(after * 1_000_000_000);
        matches!(status, 429 | 418).then_some(Pushback { limit: None, pause, ban: status == 418 })
    }

    fn fate(&self, _code: i64) -> Fate {
        Fate::Unknown
    }

    fn rules_call(&self, page: Option<&str>) -> Vec<Call> {
        let path = if page.is_none() { "/rules" } else { "/rules/2" };
        vec![call(0, path, "", Urgency::Read)]
    }

    fn read_rules(
        &self,
        body: &[u8],
        wanted: &[(InstrumentNo, InstrumentId)],
    ) -> Result<RulesPage, DecodeError> {
        let tick = std::str::from_utf8(body).ok().and_then(|body| body.trim().parse().ok());
        let tick = tick.ok_or(DecodeError::Missing { field: "tick" })?;
        let rules = wanted.iter().map(|(no, _)| {
            let mut rules = rules(*no);
            rules.instrument.tick = tick;
            rules
        });
        Ok(RulesPage { rules: rules.collect(), next: None })
    }
}

pub(crate) fn rules(no: InstrumentNo) -> Rules {
    Rules {
        no,
        instrument: Instrument {
            id: "PAPER:PERP:BTC-USDT".parse().unwrap(),
            symbol: "BTCUSDT".to_owned(),
            payoff: Payoff::Linear,
            tick: 1.into(),
            lot: 1.into(),
            multiplier: 1.into(),
            min_notional: Notional::new(5.into()),
            maker_fee: 0.into(),
            taker_fee: 0.into(),
        },
        wire_lot: 1.into(),
        code: None,
        min_qty: Lots(1),
        max_qty: Lots(1000),
        max_market_qty: Lots(100),
        band: None,
        max_open_orders: Some(50),
        max_leverage: 20,
        funding_every: None,
        status: SymbolStatus::Trading,
    }
}

pub(crate) fn endpoints(port: u16) -> Endpoints {
    Endpoints {
        rest: format!("http://127.0.0.1:{port}"),
        public: format!("ws://127.0.0.1:{port}/public"),
        private: format!("ws://127.0.0.1:{port}/private"),
        trade: String::new(),
        business: String::new(),
        headers: Vec::new(),
    }
}

pub(crate) fn id(no: u64) -> ClientOrderId {
    ClientOrderId::new(0, 1, OrderNo(no))
}

pub(crate) fn order(no: u64, side: Side, limit: i64, qty: i64) -> Placement {
    let intent = OrderIntent {
        instrument: BTC,
        side,
        limit: Ticks(limit),
        qty: Lots(qty),
        time_in_force: TimeInForce::Gtc,
        reduce_only: false,
    };
    Placement::limit(id(no), intent)
}

pub(crate) fn call(no: u64, path: &'static str, body: &str, urgency: Urgency) -> Call {
    let orders = u32::from(matches!(urgency, Urgency::Place | Urgency::Amend));
    Call {
        no: CallNo(no),
        method: if body.is_empty() { Method::Get } else { Method::Post },
        path,
        query: String::new(),
        body: body.to_owned(),
        auth: Auth::Public,
        urgency,
        costs: [
            Cost { limit: LimitNo(0), units: 1 },
            Cost { limit: LimitNo(1), units: orders },
            Cost::default(),
        ],
        instrument: None,
        patience: ms(1_000),
    }
}

/// A view: opens one connection and reads levels.
#[derive(Debug)]
pub(crate) struct ToyMarket {
    pub(crate) url: String,
    pub(crate) last_id: u64,
}

impl ToyMarket {
    pub(crate) fn new(url: &str) -> ToyMarket {
        ToyMarket { url: url.to_owned(), last_id: 0 }
    }
}

impl Session for ToyMarket {
    fn on(&mut self, at: Nanos, input: Input<'_>, out: &mut Output) {
        match input {
            Input::Start => out.actions.push(Action::Open(Link(0), self.url.clone(), Nanos(0))),
            Input::Opened(link) => out.notes.push(Note::Up(link)),
            Input::Closed(link, why) => {
                out.notes.push(Note::Down(link, why.to_owned()));
                out.actions.push(Action::Open(Link(0), self.url.clone(), ms(10)));
            }
            Input::Frame(_, frame) => {
                self.last_id += 1;
                out.market(&event(
                    at,
                    self.last_id,
                    std::str::from_utf8(frame).unwrap(),
                    &mut Vec::new(),
                ));
            }
            _ => {}
        }
    }

    fn wake_at(&self) -> Nanos {
        NEVER
    }
}

/// Reads `[=@millis] level, level`; the levels live in the buffer.
pub(crate) fn event<'a>(
    at: Nanos,
    id: u64,
    text: &str,
    levels: &'a mut Vec<Level>,
) -> MarketEvent<'a> {
    let (is_snapshot, text) = match text.strip_prefix('=') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    for level in text.split(',').map(str::trim).filter(|level| !level.is_empty()) {
        let (price, qty) = level.split_once(' ').unwrap();
        let price: i64 = price.parse().unwrap();
        let side = if level.starts_with('-') { Side::Sell } else { Side::Buy };
        levels.push(Level { side, price: Ticks(price.abs()), qty: Lots(qty.parse().unwrap()) });
    }
    let kind = if is_snapshot {
        MarketKind::Snapshot { last_id: id, levels }
    } else {
        MarketKind::Diff { first_id: id, last_id: id, prev_id: Some(id - 1), levels }
    };
    MarketEvent { instrument: BTC, exchange_at: at, received_at: at, kind }
}

/// An account: an order is a POST, its answer the ack; a frame that is an order's id is a word about it.
#[derive(Debug, Default)]
pub(crate) struct ToyAccount {
    pub(crate) url: Option<String>,
    next: u64,
    placing: BTreeMap<CallNo, Ask>,
}

impl ToyAccount {
    pub(crate) fn new(url: Option<&str>) -> ToyAccount {
        ToyAccount { url: url.map(str::to_owned), ..ToyAccount::default() }
    }

    fn call(
        &mut self,
        ask: &Ask,
        path: &'static str,
        body: &str,
        urgency: Urgency,
        out: &mut Output,
    ) {
        self.next += 1;
        self.placing.insert(CallNo(self.next), ask.clone());
        out.actions.push(Action::Call(call(self.next, path, body, urgency)));
    }

    fn answer(&mut self, at: Nanos, no: CallNo, answer: Answer<'_>, out: &mut Output) {
        let Some(ask) = self.placing.remove(&no) else { return };
        let mut say = |kind| out.reports.push(VenueReport { venue_at: at, kind });
        match (ask, answer) {
            (Ask::Place(order), Answer::Got { status: 200, .. }) => {
                say(ReportKind::Ack { id: order.id, venue_id: 1 });
                out.placed.push(order.id);
            }
            (Ask::Place(order), Answer::Got { status: 429, .. }) => {
                say(ReportKind::Reject { id: order.id, refusal: VenueRefusal::RateLimited });
            }
            (Ask::Place(order), Answer::NotSent(_)) => {
                say(ReportKind::Reject { id: order.id, refusal: VenueRefusal::NotSent });
            }
            (Ask::Place(order), Answer::Lost(why)) => {
                out.notes.push(Note::Lost(order.id, LostOrder::Place, why.to_owned()));
            }
            (Ask::Cancel(id, _), Answer::Got { status: 200, .. }) => {
                say(ReportKind::Canceled { id, filled: Lots::ZERO });
            }
            (Ask::Cancel(id, _), Answer::Lost(why) | Answer::NotSent(why)) => {
                out.notes.push(Note::Lost(id, LostOrder::Cancel, why.to_owned()));
            }
            _ => {}
        }
    }
}

impl Session for ToyAccount {
    fn on(&mut self, at: Nanos, input: Input<'_>, out: &mut Output) {
        match input {
            Input::Start => match &self.url {
                Some(url) => out.actions.push(Action::Open(Link(0), url.clone(), Nanos(0))),
                None => out.notes.push(Note::AccountReady),
            },
            Input::Opened(link) => {
                out.notes.push(Note::Up(link));
                out.notes.push(Note::AccountReady);
            }
            Input::Closed(link, why) => {
                out.notes.push(Note::Down(link, why.to_owned()));
                if let Some(url) = &self.url {
                    out.actions.push(Action::Open(link, url.clone(), ms(10)));
                }
            }
            Input::Frame(_, frame) => {
                let word = std::str::from_utf8(frame).ok();
                out.pushed.extend(word.and_then(|word| word.parse::<ClientOrderId>().ok()));
            }
            Input::Answer(no, answer) => self.answer(at, no, answer, out),
            Input::Ask(_, ask @ Ask::Place(order)) => {
                let body = order.id.to_string();
                self.call(ask, "/order", &body, Urgency::Place, out);
            }
            Input::Ask(_, ask @ Ask::Cancel(id, _)) => {
                self.call(ask, "/cancel", id.as_str(), Urgency::Cancel, out);
            }
            Input::Ask(_, ask @ Ask::CancelAll(_)) => {
                self.call(ask, "/cancel-all", "all", Urgency::Cancel, out);
            }
            _ => {}
        }
    }

    fn wake_at(&self) -> Nanos {
        NEVER
    }
}
