//! The account: orders, fills and positions over a private socket, calls over REST.
//!
//! An acknowledgement is not a fate: a post-only order that would take is acknowledged, then cancelled. The
//! `orders` channel has no snapshot, so after every login open orders, fills and positions are fetched before the
//! account is called ready. An order's client id leaves in exactly one placing request.

mod answers;
mod asks;
mod catalog;
mod fees;
mod known;
mod link;
mod lookup;
mod settings;
mod socket;
mod statement;
mod stream;
mod sweep;
mod triggers;

use std::collections::{BTreeMap, VecDeque};

use aurora_model::{
    ClientOrderId, InstrumentNo, Nanos, ReportKind, VenueOrder, VenueRefusal, VenueReport,
};
use aurora_wire::{
    Action, Amendment, Answer, AskNo, Call, CallNo, Endpoints, Fate, Input, Link, MarginMode, Note,
    Output, Placement, Rules, Session, Statements, Stp,
};

use crate::decode::rest::{self, ServerTime};
use crate::encode::{self, Terms};
use crate::errors;
use catalog::Catalog;
use known::{Agenda, OrderBook, Seen};
use link::PrivateLink;
use socket::Socket;
use sweep::Sweep;

/// How often the venue's clock is measured.
const CLOCK_EVERY: Nanos = Nanos(180_000_000_000);
/// How often the second path for fills is read.
const DROP_COPY_EVERY: Nanos = Nanos(30_000_000_000);
/// After a refusal or a lost answer.
const RETRY_AFTER: Nanos = Nanos::SECOND;

/// What an account session is made for.
#[derive(Clone, Debug)]
pub struct AccountConfig {
    /// Where the venue is.
    pub endpoints: Endpoints,
    /// The instruments.
    pub rules: Vec<Rules>,
    /// Our account's number; orders with another one are foreign.
    pub account: u16,
    /// Self-trade prevention where an order says nothing.
    pub stp: Stp,
    /// Orders go over the private socket while it is up, else by REST.
    pub use_trade_socket: bool,
}

/// What a call was made for.
#[derive(Clone, Debug)]
enum Purpose {
    Time {
        sent_at: Nanos,
    },
    Place(Vec<Placement>),
    Trigger(Placement),
    Amend(Vec<Amendment>),
    Cancel(Vec<(ClientOrderId, InstrumentNo)>),
    TriggerCancel(ClientOrderId, InstrumentNo),
    Query(ClientOrderId, InstrumentNo),
    /// The open orders of its instrument, once the query knows no such order; then the ended ones.
    Open(ClientOrderId, InstrumentNo),
    Ended(ClientOrderId, InstrumentNo),
    TriggerQuery(ClientOrderId, InstrumentNo),
    /// Fills of an order; whether it is then reported as a query's answer.
    FillsOf(VenueOrder, bool),
    Sweep,
    /// Open orders to cancel, of one instrument or all.
    CancelAllList(AskNo, Option<InstrumentNo>),
    CancelAll(AskNo),
    DeadMan(AskNo),
    /// A setting; done when the venue says so.
    Setting(AskNo, Setting),
    Balances(AskNo),
    /// The wallet for a statement.
    Wallet(AskNo),
    /// What moved it, of one kind, since.
    Bills(AskNo, &'static str, Nanos),
    DropCopy,
    Fees,
}

/// A setting that orders depend on.
#[derive(Clone, Copy, Debug)]
enum Setting {
    Leverage,
    Hedge(bool),
}

/// Something to be done later.
#[derive(Clone, Copy, Debug)]
enum Later {
    Query(ClientOrderId, InstrumentNo),
    /// Ask, if the amend has not been told by then.
    Amended(ClientOrderId, InstrumentNo),
    Verify,
}

/// An account at OKX.
#[derive(Debug)]
pub struct AccountSession {
    catalog: Catalog,
    account: u16,
    terms: Terms,
    /// Where an instrument's margin is not kept as `terms` say.
    margins: BTreeMap<InstrumentNo, MarginMode>,
    orders: OrderBook,
    private: PrivateLink,
    business: PrivateLink,
    socket: Socket,
    calls: BTreeMap<CallNo, Purpose>,
    last_call: u64,
    sweep: Option<Sweep>,
    sweeps_waiting: VecDeque<Sweep>,
    statements: Statements,
    /// Calls still out for each cancel-all.
    cancel_alls: BTreeMap<AskNo, usize>,
    later: Agenda<Later>,
    /// Venue minus ours.
    offset: Nanos,
    clock_at: Nanos,
    drop_copy_at: Nanos,
    drop_copy_since: Nanos,
    drop_copied: Seen,
    fees_at: Nanos,
    /// The newest moment at which nothing was missing.
    whole_at: Nanos,
    wake: Nanos,
}

impl AccountSession {
    /// A session for the instruments; those with a tick or lot of zero are left out.
    pub fn new(config: AccountConfig) -> AccountSession {
        let AccountConfig { endpoints, rules, account, stp, use_trade_socket } = config;
        AccountSession {
            catalog: Catalog::new(rules),
            account,
            terms: Terms { stp, ..Terms::default() },
            margins: BTreeMap::new(),
            orders: OrderBook::default(),
            private: PrivateLink::private(&endpoints.private),
            business: PrivateLink::business(&endpoints.business),
            socket: Socket::new(use_trade_socket),
            calls: BTreeMap::new(),
            last_call: 0,
            sweep: None,
            sweeps_waiting: VecDeque::new(),
            statements: Statements::default(),
            cancel_alls: BTreeMap::new(),
            later: Agenda::default(),
            offset: Nanos(0),
            clock_at: Nanos(i64::MAX),
            drop_copy_at: Nanos(i64::MAX),
            drop_copy_since: Nanos(0),
            drop_copied: Seen::default(),
            fees_at: Nanos(i64::MAX),
            whole_at: Nanos(0),
            wake: Nanos(i64::MAX),
        }
    }

    fn call(&mut self, purpose: Purpose, call: Call, out: &mut Output) {
        self.last_call += 1;
        let no = CallNo(self.last_call);
        self.calls.insert(no, purpose);
        out.actions.push(Action::Call(Call { no, ..call }));
    }

    /// What an order in that instrument is sent with.
    fn terms(&self, instrument: InstrumentNo) -> Terms {
        let margin = self.margins.get(&instrument).copied();
        Terms { margin: margin.unwrap_or(self.terms.margin), ..self.terms }
    }

    fn measure_clock(&mut self, at: Nanos, out: &mut Output) {
        self.clock_at = at + CLOCK_EVERY;
        self.call(Purpose::Time { sent_at: at }, encode::time(), out);
    }

    fn on_time(&mut self, at: Nanos, sent_at: Nanos, body: Result<&[u8], &str>, out: &mut Output) {
        let read = body.map_err(str::to_owned).and_then(|body| {
            let times: Vec<ServerTime> = rest::read(body).map_err(|error| error.to_string())?;
            times.first().map(|time| time.at).ok_or_else(|| "no time".to_owned())
        });
        match read {
            Ok(venue) => {
                let round_trip = at - sent_at;
                let offset = venue - (sent_at + Nanos(round_trip.0 / 2));
                self.offset = offset;
                out.notes.push(Note::Clock { offset, round_trip });
            }
            Err(why) => {
                self.clock_at = at + RETRY_AFTER * 5;
                out.notes.push(Note::Unreadable(format!("venue time: {why}")));
            }
        }
    }

    /// The venue objects to key, account or clock.
    fn on_refusal(&mut self, at: Nanos, code: i64, words: &str, out: &mut Output) {
        if errors::is_clock(code) {
            self.measure_clock(at, out);
        } else if errors::fate(code).halts() {
            out.notes.push(Note::Refused(words.to_owned()));
        }
    }

    fn report(&self, venue_at: Nanos, kind: ReportKind, out: &mut Output) {
        out.reports.push(VenueReport { venue_at, kind });
    }

    fn reject(&mut self, at: Nanos, id: ClientOrderId, refusal: VenueRefusal, out: &mut Output) {
        self.orders.end(id);
        self.report(at + self.offset, ReportKind::Reject { id, refusal }, out);
    }

    fn query(&mut self, id: ClientOrderId, instrument: InstrumentNo, out: &mut Output) {
        let Some(entry) = self.catalog.by_no(instrument) else { return };
        let call = encode::query(&entry.rules, id.as_str());
        self.call(Purpose::Query(id, instrument), call, out);
    }

    fn on_wake(&mut self, at: Nanos, out: &mut Output) {
        self.pulse(at, out);
        self.expire_operations(at, out);
        for later in self.later.due(at) {
            match later {
                Later::Query(id, instrument) => self.ask_query(id, instrument, out),
                Later::Amended(id, instrument) => {
                    if self.orders.known(id).is_some_and(|known| known.amend.is_some()) {
                        self.query(id, instrument, out);
                    }
                }
                Later::Verify => self.verify(at, out),
            }
        }
        if self.clock_at <= at {
            self.measure_clock(at, out);
        }
        if self.drop_copy_at <= at {
            self.drop_copy(at, out);
        }
        if self.fees_at <= at {
            self.ask_fees(at, out);
        }
    }

    fn next_wake(&self) -> Nanos {
        [
            self.private.wake_at(),
            self.business.wake_at(),
            self.socket.wake_at(),
            self.later.wake_at(),
            self.clock_at,
            self.drop_copy_at,
            self.fees_at,
        ]
        .into_iter()
        .min()
        .unwrap_or(Nanos(i64::MAX))
    }
}

/// What became of a call, as far as the transport and the envelope tell.
enum Outcome<'a> {
    /// The items tell.
    Items(&'a [u8]),
    /// One code for all of it.
    All(Fate, String),
}

/// The fate a whole answer spells.
fn outcome<'a>(answer: &Answer<'a>) -> (i64, Outcome<'a>) {
    let (status, body) = match answer {
        Answer::NotSent(why) => {
            return (0, Outcome::All(Fate::NotPlaced(VenueRefusal::NotSent), (*why).to_owned()));
        }
        Answer::Lost(why) => return (0, Outcome::All(Fate::Unknown, (*why).to_owned())),
        Answer::Got { status, body, .. } => (*status, *body),
    };
    let all = |code, fate, words| (code, Outcome::All(fate, words));
    match crate::frame::read_envelope(body) {
        // Whatever a failing server says about the order, it may be at the venue.
        _ if 500 <= status => all(0, Fate::Unknown, format!("HTTP {status}")),
        Ok(envelope) => match (envelope.code, envelope.data) {
            (Some(0..=2), Some(data)) if data != b"[]" => (0, Outcome::Items(data)),
            (Some(code), _) if 2 < code => all(code, errors::fate(code), envelope.words()),
            _ => all(0, Fate::Unknown, "the answer says nothing".into()),
        },
        Err(_) if status != 200 => all(0, errors::fate_of_status(status), format!("HTTP {status}")),
        Err(error) => all(0, Fate::Unknown, error.to_string()),
    }
}

/// A body, or why there is none.
fn body<'a>(answer: &Answer<'a>) -> Result<&'a [u8], &'a str> {
    match answer {
        Answer::Got { body, .. } => Ok(body),
        Answer::NotSent(why) | Answer::Lost(why) => Err(why),
    }
}

impl Session for AccountSession {
    fn on(&mut self, at: Nanos, input: Input<'_>, out: &mut Output) {
        match input {
            Input::Start => {
                self.whole_at = at + Nanos::SECOND * -600;
                self.measure_clock(at, out);
                self.private.open(out);
            }
            Input::Opened(link) => self.opened(at, link, out),
            Input::Closed(link, why) => self.closed(at, link, why, out),
            Input::Frame(link, frame) => self.on_frame(at, link, frame, out),
            Input::Answer(no, answer) => {
                if let Some(purpose) = self.calls.remove(&no) {
                    self.answered(at, purpose, &answer, out);
                }
            }
            Input::Wake => self.on_wake(at, out),
            Input::Ask(no, ask) => self.ask(at, no, ask, out),
        }
        self.wake = self.next_wake();
    }

    fn wake_at(&self) -> Nanos {
        self.wake
    }
}

/// The private socket.
const PRIVATE: [Link; 2] = [Link(0), Link(1)];
/// The socket of conditional orders.
const BUSINESS: [Link; 2] = [Link(2), Link(3)];
