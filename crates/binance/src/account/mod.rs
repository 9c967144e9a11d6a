//! The account: its private stream, its orders, and the proof that nothing was missed. Sans-IO.
//!
//! The private stream is opened by a listen key, kept alive at half life. After every loss of the stream open orders,
//! fills and positions are fetched before [`Note::AccountReady`] is said again. Orders go by REST: Binance's order
//! socket logs in with Ed25519 keys only, so `use_trade_socket` has no effect here.

mod answers;
mod asks;
mod batch;
mod convert;
mod dropcopy;
mod events;
mod fees;
mod group;
mod key;
mod owners;
mod settings;
mod statement;
mod sweep;

use std::collections::{BTreeMap, BTreeSet};

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, ReportKind, VenueReport};
use aurora_wire::{
    Action, Amendment, Answer, AskNo, Call, CallNo, Endpoints, Fate, Input, Link, LostOrder, Note,
    Output, Placement, Rules, Session, Statements, Stp,
};

use crate::encode;
use crate::errors::{Refusal, refusal_of};
use crate::line::{Line, Loss, NEVER};
use crate::symbols::Symbols;
use dropcopy::DropCopy;
use group::Groups;
use key::Key;
use owners::Owners;
use sweep::{Part, Sweeps};

/// The private stream says nothing while nothing happens; so long, and it is asked whether it lives.
const PATIENCE: Nanos = Nanos(60_000_000_000);
/// The spare connection sees what the other one sees; a few seconds are enough for what is on its way.
const OVERLAP: Nanos = Nanos(5_000_000_000);
const CLOCK_EVERY: Nanos = Nanos(180_000_000_000);
const CLOCK_AGAIN: Nanos = Nanos(5_000_000_000);
/// Balances are asked for so long after something changed them.
const BALANCES_AFTER: Nanos = Nanos(5_000_000_000);
/// Fills from so long before the start are looked for; the desk asks for more where its journal says so.
const LOOK_BACK: Nanos = Nanos(3600 * 1_000_000_000);

/// What an account session needs to know.
#[derive(Clone, Debug)]
pub struct AccountConfig {
    /// Where the venue is.
    pub endpoints: Endpoints,
    /// The instruments it trades.
    pub rules: Vec<Rules>,
    /// Which of our accounts it is.
    pub account: u16,
    /// What happens by default when two of our orders meet.
    pub stp: Stp,
    /// Order entry by socket where the venue has it; no effect here.
    pub use_trade_socket: bool,
}

/// What a call in flight was for.
#[derive(Clone, Debug)]
enum Asked {
    Clock {
        sent: Nanos,
    },
    NewKey,
    KeepKey,
    Place(Placement),
    PlaceMany(Vec<Placement>),
    Amend(Amendment),
    AmendMany(Vec<Amendment>),
    Cancel(ClientOrderId, InstrumentNo),
    CancelMany(Vec<(ClientOrderId, InstrumentNo)>),
    Query(ClientOrderId, InstrumentNo),
    /// The second source, once the query knows no such order.
    History(ClientOrderId, InstrumentNo),
    /// One of the calls that together answer an ask.
    Part(AskNo),
    Hedge(AskNo, bool),
    Balances(Option<AskNo>),
    /// Wallets for a statement.
    Wallets(AskNo),
    /// What moved them, of one kind.
    Moves(AskNo, &'static str),
    Sweep(Part),
    Owner(u64),
    DropCopy(usize),
    Fees,
}

/// An account at Binance USD-M futures.
#[derive(Debug)]
pub struct AccountSession {
    endpoints: Endpoints,
    stp: Stp,
    /// Long and short positions are kept apart, as last told.
    hedge: bool,
    symbols: Symbols,
    line: Line,
    key: Key,
    calls: BTreeMap<CallNo, Asked>,
    last_call: u64,
    /// Calls to be made later: after a failure.
    later: Vec<(Nanos, Asked, Call)>,
    groups: Groups,
    sweeps: Sweeps,
    statements: Statements,
    owners: Owners,
    drop_copy: DropCopy,
    /// Conditional orders of ours that still wait.
    algos: BTreeMap<ClientOrderId, u64>,
    /// Trade ids told on the stream, by instrument.
    told: Vec<BTreeSet<u64>>,
    /// The venue's clock minus ours, as last measured.
    offset: Nanos,
    clock_at: Nanos,
    balances_at: Nanos,
    fees_at: Nanos,
}

impl AccountSession {
    /// A session that has not begun.
    pub fn new(config: AccountConfig) -> AccountSession {
        let AccountConfig { endpoints, rules, stp, .. } = config;
        let symbols = Symbols::new(rules);
        let count = symbols.all().len();
        AccountSession {
            endpoints,
            stp,
            hedge: false,
            line: Line::new(0, PATIENCE),
            key: Key::default(),
            calls: BTreeMap::new(),
            last_call: 0,
            later: Vec::new(),
            groups: Groups::default(),
            sweeps: Sweeps::default(),
            statements: Statements::default(),
            owners: Owners::default(),
            drop_copy: DropCopy::new(count),
            algos: BTreeMap::new(),
            told: vec![BTreeSet::new(); count],
            offset: Nanos(0),
            clock_at: NEVER,
            balances_at: NEVER,
            fees_at: NEVER,
            symbols,
        }
    }

    fn call(&mut self, call: Call, asked: Asked, out: &mut Output) {
        self.last_call += 1;
        let no = CallNo(self.last_call);
        self.calls.insert(no, asked);
        out.actions.push(Action::Call(Call { no, ..call }));
    }

    /// The venue's clock.
    fn venue_time(&self, at: Nanos) -> Nanos {
        at + self.offset
    }

    fn report(&self, at: Nanos, kind: ReportKind, out: &mut Output) {
        out.reports.push(VenueReport { venue_at: self.venue_time(at), kind });
    }

    fn start(&mut self, at: Nanos, out: &mut Output) {
        self.sweeps.since = at - LOOK_BACK;
        self.drop_copy.start(at);
        self.clock_at = at;
        self.balances_at = at;
        self.call(encode::new_listen_key(), Asked::NewKey, out);
    }

    fn opened(&mut self, at: Nanos, link: Link, out: &mut Output) {
        if self.line.opened(at, link) && self.line.ready(link, out) && self.line.is_active(link) {
            self.verify(at, out);
        }
    }

    fn closed(&mut self, at: Nanos, link: Link, why: &str, out: &mut Output) {
        if self.line.closed(at, link, why, out) == Loss::Whole {
            // The key may have died with the stream; asking for one returns the living one.
            self.renew_key(out);
        }
    }

    fn answer(&mut self, at: Nanos, no: CallNo, answer: Answer<'_>, out: &mut Output) {
        let Some(asked) = self.calls.remove(&no) else { return };
        let answered = Answered::of(answer);
        if let Answered::Refused(fate, refusal) = &answered {
            self.heed(at, *fate, refusal, out);
        }
        match asked {
            Asked::Clock { sent } => self.clock(at, sent, answered, out),
            Asked::NewKey => self.new_key(at, answered, out),
            Asked::KeepKey => self.kept_key(at, answered, out),
            Asked::Place(order) => self.placed(at, &order, answered, out),
            Asked::PlaceMany(orders) => self.placed_many(at, &orders, answered, out),
            Asked::Amend(order) => self.amended(at, &order, answered, out),
            Asked::AmendMany(orders) => self.amended_many(at, &orders, answered, out),
            Asked::Cancel(id, no) => self.canceled(at, id, no, answered, out),
            Asked::CancelMany(orders) => self.canceled_many(at, &orders, answered, out),
            Asked::Query(id, no) => self.queried(at, id, no, answered, out),
            Asked::History(id, no) => self.in_history(at, id, no, answered, out),
            Asked::Part(ask) => self.part(ask, answered, out),
            Asked::Hedge(ask, hedge) => self.hedged(ask, hedge, answered, out),
            Asked::Balances(ask) => self.balances(ask, answered, out),
            Asked::Wallets(ask) => self.wallets(ask, answered, out),
            Asked::Moves(ask, kind) => self.moves(ask, kind, answered, out),
            Asked::Sweep(part) => self.swept(at, part, answered, out),
            Asked::Owner(order) => self.owner(at, order, &answered, out),
            Asked::DropCopy(place) => self.drop_copied(place, answered, out),
            Asked::Fees => self.fees(at, answered, out),
        }
    }

    /// What a refusal says beyond the order: keys or account refused, clock wrong.
    fn heed(&mut self, at: Nanos, fate: Fate, refusal: &Refusal, out: &mut Output) {
        const IN_LIQUIDATION: i64 = -2023;
        const WRONG_POSITION_SIDE: i64 = -4061;
        if fate.halts() || refusal.code == IN_LIQUIDATION {
            out.notes.push(Note::Refused(refusal.to_string()));
        }
        match refusal.code {
            -1021 | -5028 => self.clock_at = self.clock_at.min(at),
            // The position mode was changed by somebody else.
            WRONG_POSITION_SIDE => self.verify(at, out),
            _ => {}
        }
    }

    fn wake(&mut self, at: Nanos, out: &mut Output) {
        if self.clock_at <= at {
            self.clock_at = NEVER;
            self.call(encode::time(), Asked::Clock { sent: at }, out);
        }
        if self.balances_at <= at {
            self.balances_at = NEVER;
            self.call(encode::balance(), Asked::Balances(None), out);
        }
        if self.fees_at <= at {
            self.ask_fees(at, out);
        }
        if self.key.is_due(at) {
            self.key.asked();
            self.call(encode::keep_listen_key(), Asked::KeepKey, out);
        }
        if self.drop_copy.is_due(at) {
            self.copy_fills(at, out);
        }
        let (due, later) = std::mem::take(&mut self.later).into_iter().partition(|one| one.0 <= at);
        self.later = later;
        let due: Vec<(Nanos, Asked, Call)> = due;
        for (_, asked, call) in due {
            self.call(call, asked, out);
        }
        self.line.tick(at, out);
        let url = self.key.url(&self.endpoints);
        self.line.renew(at, || url, out);
        if self.line.spare_since().is_some_and(|since| since + OVERLAP <= at) {
            self.line.switch(out);
        }
    }
}

impl Session for AccountSession {
    fn on(&mut self, at: Nanos, input: Input<'_>, out: &mut Output) {
        match input {
            Input::Start => self.start(at, out),
            Input::Opened(link) => self.opened(at, link, out),
            Input::Closed(link, why) => self.closed(at, link, why, out),
            Input::Frame(link, frame) if self.line.is_open(link) => {
                self.line.heard(at, link);
                self.frame(at, frame, out);
            }
            Input::Frame(..) | Input::Wake => {}
            Input::Answer(no, answer) => self.answer(at, no, answer, out),
            Input::Ask(no, ask) => self.ask(at, no, ask, out),
        }
        if self.wake_at() <= at {
            self.wake(at, out);
        }
    }

    fn wake_at(&self) -> Nanos {
        let later = self.later.iter().map(|one| one.0).min().unwrap_or(NEVER);
        let spare = self.line.spare_since().map_or(NEVER, |since| since + OVERLAP);
        [
            self.clock_at,
            self.balances_at,
            self.fees_at,
            self.key.wake_at(),
            self.drop_copy.wake_at(),
            later,
            self.line.wake_at(),
            spare,
        ]
        .into_iter()
        .min()
        .unwrap_or(NEVER)
    }
}

/// An answer sorted by what it means.
#[derive(Clone, Debug)]
enum Answered<'a> {
    /// 2xx.
    Done(&'a [u8]),
    /// The venue said no, or said something that leaves it open ([`Fate::Unknown`]).
    Refused(Fate, Refusal),
    /// It never left.
    NotSent(&'a str),
    /// It may have arrived.
    Lost(&'a str),
}

impl<'a> Answered<'a> {
    fn of(answer: Answer<'a>) -> Answered<'a> {
        match answer {
            Answer::Got { status: 200..=299, body, .. } => Answered::Done(body),
            Answer::Got { status, body, .. } => {
                let (fate, refusal) = refusal_of(status, body);
                Answered::Refused(fate, refusal)
            }
            Answer::NotSent(why) => Answered::NotSent(why),
            Answer::Lost(why) => Answered::Lost(why),
        }
    }

    /// The body, or in words why there is none.
    fn body(self) -> Result<&'a [u8], String> {
        match self {
            Answered::Done(body) => Ok(body),
            Answered::Refused(_, refusal) => Err(refusal.to_string()),
            Answered::NotSent(why) | Answered::Lost(why) => Err(why.to_owned()),
        }
    }
}

/// The answer about an order says nothing.
fn lost(id: ClientOrderId, what: LostOrder, why: impl std::fmt::Display, out: &mut Output) {
    out.notes.push(Note::Lost(id, what, why.to_string()));
}
