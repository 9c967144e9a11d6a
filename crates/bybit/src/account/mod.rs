//! The account as a conversation: log in, compare, place, follow what becomes of it.
//!
//! Bybit answers requests before the matching engine has seen them: an order is acknowledged, refused, changed or
//! ended only when the private stream (or a question) says so.

mod asks;
mod clock;
mod drop_copy;
mod fees;
mod login;
mod lookup;
mod orders;
mod outcome;
mod settings;
mod statement;
mod stream;
mod sweep;

use std::collections::{BTreeMap, VecDeque};

use aurora_model::{ClientOrderId, InstrumentNo, Lots, Nanos};
use aurora_wire::{
    Action, Answer, AskNo, Call, CallNo, Endpoints, Input, Link, Note, Output, Rules, Session,
    Statements, Stp,
};
use rust_decimal::Decimal;

use crate::conn::{Conn, Pulse};
use crate::decode::Decoder;
use crate::encode::Terms;
use clock::Clock;
use drop_copy::DropCopy;
use lookup::Lookup;
use orders::{Orders, Question};
use outcome::Outcome;
use settings::Setting;
use statement::LogPage;
use sweep::{Sweep, SweepFor};

/// The private socket.
const PRIVATE: Link = Link(0);
/// The order-entry socket.
const TRADE: Link = Link(1);

const PULSE: Pulse = Pulse {
    ping_every: Nanos(20_000_000_000),
    ping_after: Nanos(10_000_000_000),
    dead_after: Nanos(20_000_000_000),
};

/// What an account session is about.
#[derive(Clone, Debug)]
pub struct AccountConfig {
    /// Where the venue is.
    pub endpoints: Endpoints,
    /// The instruments.
    pub rules: Vec<Rules>,
    /// Our number of the account; orders of other accounts are foreign.
    pub account: u16,
    /// What happens when an order would trade with another of the account.
    pub stp: Stp,
    /// Orders go over a socket of their own while it is up; else by REST.
    pub use_trade_socket: bool,
}

/// What a request of ours was for.
#[derive(Clone, Debug)]
enum Pending {
    Place {
        ids: Vec<ClientOrderId>,
        is_batch: bool,
    },
    Amend {
        ids: Vec<(ClientOrderId, InstrumentNo)>,
        is_batch: bool,
    },
    Cancel {
        no: Option<AskNo>,
        ids: Vec<(ClientOrderId, InstrumentNo)>,
        is_batch: bool,
        tries: u8,
    },
    Lookup(Lookup),
    Sweep,
    DropCopy,
    Fees,
    Key,
    Clock {
        sent_at: Nanos,
    },
    Setting {
        no: AskNo,
        setting: Setting,
    },
    /// The wallet for a statement.
    Wallet(AskNo),
    /// What moved it.
    Log(LogPage),
}

/// A request on the trade socket that has no answer yet.
#[derive(Clone, Debug)]
struct OnSocket {
    pending: Pending,
    until: Nanos,
}

/// A cancel that the venue was too busy for.
#[derive(Clone, Copy, Debug)]
struct Again {
    at: Nanos,
    id: ClientOrderId,
    instrument: InstrumentNo,
    tries: u8,
}

/// Orders, fills, positions and balances of one account, sans-IO.
#[derive(Debug)]
pub struct AccountSession {
    config: AccountConfig,
    decoder: Decoder,
    private: Conn,
    trade: Conn,
    orders: Orders,
    pending: BTreeMap<CallNo, Pending>,
    on_socket: BTreeMap<u64, OnSocket>,
    next_call: u64,
    /// Request ids must never repeat, not even after a restart: they begin at the time of the start.
    next_req: u64,
    clock: Clock,
    terms: Terms,
    /// Position legs by instrument and index: size and entry.
    legs: BTreeMap<(InstrumentNo, u8), (Lots, Option<Decimal>)>,
    /// Logged in, subscribed and compared.
    is_ready: bool,
    /// The request that subscribed what the account cannot do without.
    main_req: u64,
    /// It was ready before: what came since is what must be compared.
    was_ready: bool,
    heard_at: Nanos,
    sweep: Option<Sweep>,
    sweeps: VecDeque<SweepFor>,
    statements: Statements,
    drop_copy: DropCopy,
    fees_at: Nanos,
    /// Silence that fires the dead-man switch, in seconds, while it is armed.
    dead_man_s: Option<i64>,
    again: Vec<Again>,
    /// Requests a question still waits for, and whether all went well so far.
    tally: BTreeMap<AskNo, (usize, Result<(), String>)>,
    /// The venue refused a batch as such: single calls from now on.
    no_batches: bool,
    wake_at: Nanos,
}

impl AccountSession {
    /// A session that waits for [`Input::Start`].
    pub fn new(config: AccountConfig) -> AccountSession {
        AccountSession {
            decoder: Decoder::new(&config.rules),
            private: Conn::new(PRIVATE, &config.endpoints.private, PULSE),
            trade: Conn::new(TRADE, &config.endpoints.trade, PULSE),
            orders: Orders::default(),
            pending: BTreeMap::new(),
            on_socket: BTreeMap::new(),
            next_call: 1,
            next_req: 1,
            clock: Clock::default(),
            terms: Terms { hedge: false, stp: config.stp },
            legs: BTreeMap::new(),
            is_ready: false,
            main_req: 0,
            was_ready: false,
            heard_at: Nanos(0),
            sweep: None,
            sweeps: VecDeque::new(),
            drop_copy: DropCopy::default(),
            fees_at: Nanos(i64::MAX),
            dead_man_s: None,
            again: Vec::new(),
            statements: Statements::default(),
            tally: BTreeMap::new(),
            no_batches: false,
            wake_at: Nanos(i64::MAX),
            config,
        }
    }

    fn rules(&self, instrument: InstrumentNo) -> Option<&Rules> {
        self.config.rules.iter().find(|rules| rules.no == instrument)
    }

    /// The currencies the instruments settle in.
    fn settle_coins(&self) -> Vec<String> {
        let coin = |rules: &Rules| rules.instrument.settle_currency().to_owned();
        let mut coins: Vec<String> = self.config.rules.iter().map(coin).collect();
        coins.sort();
        coins.dedup();
        coins
    }

    /// Whether the order belongs to this account.
    fn is_ours(&self, id: Option<ClientOrderId>) -> Option<ClientOrderId> {
        id.filter(|id| id.account() == self.config.account)
    }

    fn call(&mut self, pending: Pending, make: impl FnOnce(CallNo) -> Call, out: &mut Output) {
        let no = CallNo(self.next_call);
        self.next_call += 1;
        self.pending.insert(no, pending);
        out.actions.push(Action::Call(make(no)));
    }

    fn req(&mut self) -> u64 {
        self.next_req += 1;
        self.next_req
    }

    fn on_start(&mut self, at: Nanos, out: &mut Output) {
        self.next_req = u64::try_from(at.millis()).unwrap_or(0) * 1_000;
        self.heard_at = at;
        self.measure_clock(at, out);
        self.private.open(out);
        if self.config.use_trade_socket {
            self.trade.open(out);
        }
    }

    fn on_answer(&mut self, at: Nanos, no: CallNo, answer: Answer<'_>, out: &mut Output) {
        let Some(pending) = self.pending.remove(&no) else { return };
        self.resolve(at, pending, &Outcome::of(answer), out);
    }

    fn resolve(&mut self, at: Nanos, pending: Pending, outcome: &Outcome<'_>, out: &mut Output) {
        if outcome.blames_clock() {
            self.measure_clock(at, out);
        }
        match pending {
            Pending::Place { ids, is_batch } => {
                self.on_placed(at, &ids, is_batch, outcome, out);
            }
            Pending::Amend { ids, is_batch } => {
                self.on_amended(at, &ids, is_batch, outcome, out);
            }
            Pending::Cancel { no, ids, is_batch, tries } => {
                self.on_canceled(at, (no, tries), &ids, is_batch, outcome, out);
            }
            Pending::Lookup(lookup) => self.on_looked_up(at, &lookup, outcome, out),
            Pending::Sweep => self.on_swept(at, outcome, out),
            Pending::DropCopy => self.on_drop_copy(outcome, out),
            Pending::Fees => self.on_fees(at, outcome, out),
            Pending::Key => self.on_key(at, outcome, out),
            Pending::Clock { sent_at } => self.on_clock(at, sent_at, outcome, out),
            Pending::Setting { no, setting } => self.on_set(at, no, setting, outcome, out),
            Pending::Wallet(no) => self.on_wallet(no, outcome, out),
            Pending::Log(page) => self.on_log(page, outcome, out),
        }
    }

    /// A question without a report of its own has its answer once all its requests have theirs.
    fn count(&mut self, no: AskNo, result: Result<(), String>, out: &mut Output) {
        let Some((left, all)) = self.tally.get_mut(&no) else { return };
        *left -= 1;
        if all.is_ok() {
            *all = result;
        }
        if *left == 0
            && let Some((_, all)) = self.tally.remove(&no)
        {
            out.notes.push(Note::Answered(no, all));
        }
    }

    fn on_wake(&mut self, at: Nanos, out: &mut Output) {
        self.private.tick(at, out);
        self.trade.tick(at, out);
        let late: Vec<u64> = self.late_on_socket(at);
        for req in late {
            if let Some(request) = self.on_socket.remove(&req) {
                let lost = Outcome::of(Answer::Lost("no answer on the trade socket in time"));
                self.resolve(at, request.pending, &lost, out);
            }
        }
        let due: Vec<Again> = self.again.extract_if(.., |again| again.at <= at).collect();
        for again in due {
            self.cancel_again(at, again, out);
        }
        for question in self.orders.questions(at) {
            match question {
                Question::Fills(id, instrument) => self.look_up_fills(id, instrument, out),
                Question::Terms(id, instrument) => self.look_up(None, id, instrument, out),
            }
        }
        self.wake_clock(at, out);
        self.wake_sweep(at, out);
        self.wake_drop_copy(at, out);
        self.wake_fees(at, out);
    }

    fn late_on_socket(&self, at: Nanos) -> Vec<u64> {
        self.on_socket.iter().filter(|(_, one)| one.until <= at).map(|(req, _)| *req).collect()
    }

    fn next_wake(&self) -> Nanos {
        let socket = self.on_socket.values().map(|one| one.until);
        let again = self.again.iter().map(|again| again.at);
        let timers = [
            self.private.wake_at(),
            self.trade.wake_at(),
            self.orders.wake_at(),
            self.clock.next_at,
            self.sweep_wake_at(),
            self.drop_copy.next_at,
            self.fees_at,
        ];
        socket.chain(again).chain(timers).min().unwrap_or(Nanos(i64::MAX))
    }
}

impl Session for AccountSession {
    fn on(&mut self, at: Nanos, input: Input<'_>, out: &mut Output) {
        match input {
            Input::Start => self.on_start(at, out),
            Input::Opened(link) => self.on_opened(at, link, out),
            Input::Closed(link, why) => self.on_closed(at, link, why, out),
            Input::Frame(link, frame) => self.on_frame(at, link, frame, out),
            Input::Answer(no, answer) => self.on_answer(at, no, answer, out),
            Input::Wake => self.on_wake(at, out),
            Input::Ask(no, ask) => self.on_ask(at, no, ask, out),
        }
        self.wake_at = self.next_wake();
    }

    fn wake_at(&self) -> Nanos {
        self.wake_at
    }
}
