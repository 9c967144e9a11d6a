//! Everything a line decides, without a socket and without a clock.
//!
//! [`Core::on`] takes one happening and leaves what is to be done in `effects` and what the desk is told in the
//! outbox. The tests drive it with sessions of their own and a clock that stands still.

/// What asks are judged by, borrowed from a core apart from its lifecycle.
macro_rules! surroundings {
    ($core:ident) => {
        Surroundings {
            rules: &$core.rules,
            states: &$core.states,
            views: &$core.views,
            marks: &$core.marks,
            limits: &$core.limits,
        }
    };
}

mod asks;
mod calls;
mod links;
mod notes;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use aurora_model::{InstrumentNo, Nanos, Ticks};
use aurora_signer::Told;
use aurora_wire::{
    Action, Answer, Ask, AskNo, Call, CallNo, Input, Link, Note, Output, PriceLimits, Protocol,
    Rules, Session, Usage,
};
use rust_decimal::Decimal;

use super::message::{FromVenue, LineCommand, LineEvent, LineStatus, Source};
use super::{LineConfig, MarketBatch, Settings};
use crate::clock::Offset;
use crate::drop_copy::DropCopy;
use crate::echo::Echo;
use crate::governor::{Governor, Ticket, Verdict};
use crate::heartbeat::Heartbeat;
use crate::lifecycle::Lifecycle;
use crate::maintenance::Calendar;
use crate::state::{Cause, States, VenueState};
use crate::transport::{Backoff, Reply, SocketEvent, SocketNo};
use crate::views::{ViewEvent, Views};

/// Something that happened to a line.
#[derive(Debug)]
pub(crate) enum Happening {
    Start,
    Socket(SocketNo, SocketEvent),
    Answered(Ticket, Reply),
    /// Nobody signed the call, and why.
    Unsigned(Ticket, Told),
    /// The login frame, or why there is none.
    Login(SocketNo, Result<String, Told>),
    Ask(AskNo, Ask),
    Command(LineCommand),
    Wake,
}

/// Something a line wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Frames of the account go before those of the market.
    Connect {
        no: SocketNo,
        url: String,
        wait: Nanos,
        is_account: bool,
    },
    Write(SocketNo, String),
    Disconnect(SocketNo),
    /// Sign the login frame and send it; the venue's time.
    Login(SocketNo, Nanos),
    /// Sign the call and make it; the venue's time.
    Call {
        ticket: Ticket,
        call: Arc<Call>,
        venue_at: Nanos,
        patience: Nanos,
    },
}

/// How often the views and the states are judged.
const JUDGE_EVERY: Nanos = Nanos(100_000_000);
/// Our own questions are numbered from here, far from the desk's.
const OWN_ASKS: u64 = 1 << 63;
/// A connection that stood for so long was a good one: the next failure is the first.
const GOOD_AFTER: Nanos = Nanos(10_000_000_000);

struct Talk {
    session: Box<dyn Session>,
    source: Source,
    links: BTreeMap<Link, SocketNo>,
    up: BTreeSet<Link>,
    failures: BTreeMap<Link, u32>,
}

struct Open {
    talk: usize,
    link: Link,
    since: Option<Nanos>,
}

enum Owner {
    /// A session's call.
    Talk(usize, CallNo),
    /// The line's own call for instrument rules.
    Rules,
}

struct Waiting {
    owner: Owner,
    call: Arc<Call>,
    until: Nanos,
}

/// The state of a line.
pub(crate) struct Core {
    protocol: Arc<dyn Protocol>,
    can_sign: bool,
    settings: Settings,
    rules: Vec<Rules>,
    talks: Vec<Talk>,
    sockets: BTreeMap<SocketNo, Open>,
    next_socket: u64,
    calls: BTreeMap<Ticket, Waiting>,
    next_ticket: u64,
    under_way: u32,
    governor: Governor,
    views: Views,
    drop_copy: DropCopy,
    heartbeat: Heartbeat,
    echo: Echo,
    lifecycle: Lifecycle,
    states: States,
    calendar: Calendar,
    offset: Offset,
    backoff: Backoff,
    connects: VecDeque<Nanos>,
    account_ready: bool,
    marks: BTreeMap<InstrumentNo, Ticks>,
    limits: BTreeMap<InstrumentNo, PriceLimits>,
    /// What the account pays, resting and taking; the rules as published only know the lowest tier.
    fees: BTreeMap<InstrumentNo, (Decimal, Decimal)>,
    next_own_ask: u64,
    judge_at: Nanos,
    status_at: Nanos,
    rules_at: Nanos,
    frames: u64,
    /// Inputs for sessions that came up while another was at work.
    later: VecDeque<(usize, Later)>,
    /// What the desk is to be told, in order.
    pub(crate) outbox: VecDeque<FromVenue>,
    /// Market events since the last time the batch was taken.
    pub(crate) batch: MarketBatch,
    /// The desk does not keep up: market data is kept back.
    pub(crate) desk_lags: bool,
    pub(crate) backlog: u32,
    output: Output,
    verdicts: Vec<Verdict>,
    usage: Vec<Usage>,
    view_events: Vec<ViewEvent>,
}

enum Later {
    Closed(Link, String),
    NotSent(CallNo, String),
}

impl Core {
    pub(crate) fn new(config: LineConfig) -> Core {
        let LineConfig { protocol, signing, market, account, rules, settings, .. } = config;
        let views = u8::try_from(market.len()).unwrap_or(u8::MAX);
        let market = (0..views).zip(market).map(|(view, session)| (Source::View(view), session));
        let account = account.map(|session| (Source::Account, session));
        let talks = market.chain(account).map(|(source, session)| Talk {
            session,
            source,
            links: BTreeMap::new(),
            up: BTreeSet::new(),
            failures: BTreeMap::new(),
        });
        Core {
            talks: talks.collect(),
            governor: Governor::new(protocol.limits(), settings.governor),
            views: Views::new(settings.views, views, rules.iter().map(|rules| rules.no)),
            drop_copy: DropCopy::new(settings.drop_copy_grace),
            heartbeat: Heartbeat::new(settings.heartbeat),
            echo: Echo::new(settings.echo),
            lifecycle: Lifecycle::new(protocol.capabilities(), settings.post_only_max_age),
            calendar: Calendar::new(settings.maintenance.clone()),
            backoff: Backoff::new(settings.transport.seed),
            protocol,
            can_sign: signing.is_there(),
            settings,
            rules,
            sockets: BTreeMap::new(),
            next_socket: 0,
            calls: BTreeMap::new(),
            next_ticket: 0,
            under_way: 0,
            states: States::default(),
            offset: Offset::default(),
            connects: VecDeque::new(),
            account_ready: false,
            marks: BTreeMap::new(),
            limits: BTreeMap::new(),
            fees: BTreeMap::new(),
            next_own_ask: OWN_ASKS,
            judge_at: Nanos(i64::MIN),
            status_at: Nanos(i64::MIN),
            rules_at: Nanos(i64::MIN),
            frames: 0,
            later: VecDeque::new(),
            outbox: VecDeque::new(),
            batch: MarketBatch::default(),
            desk_lags: false,
            backlog: 0,
            output: Output::default(),
            verdicts: Vec::new(),
            usage: Vec::new(),
            view_events: Vec::new(),
        }
    }

    /// Takes one happening in.
    pub(crate) fn on(&mut self, at: Nanos, happening: Happening, effects: &mut Vec<Effect>) {
        match happening {
            Happening::Start => self.start(at, effects),
            Happening::Socket(no, event) => self.socket(at, no, &event, effects),
            Happening::Answered(ticket, reply) => self.answered(at, ticket, &reply, effects),
            Happening::Unsigned(ticket, told) => self.unsigned(at, ticket, told, effects),
            Happening::Login(no, frame) => self.login(at, no, frame, effects),
            Happening::Ask(no, ask) => self.ask(at, no, ask, effects),
            Happening::Command(command) => self.command(at, command, effects),
            Happening::Wake => {}
        }
        self.settle(at, effects);
    }

    /// When [`Happening::Wake`] is wanted.
    pub(crate) fn wake_at(&self, at: Nanos) -> Nanos {
        let sessions = self.talks.iter().map(|talk| talk.session.wake_at());
        let own = [
            self.governor.wake_at(at),
            self.heartbeat.wake_at(),
            self.echo.wake_at(),
            self.drop_copy.wake_at(),
            self.lifecycle.wake_at(),
            self.judge_at,
            self.status_at,
        ];
        sessions.chain(own).min().unwrap_or(Nanos(i64::MAX))
    }

    /// Nothing is under way or waiting to be sent.
    pub(crate) fn is_quiet(&self) -> bool {
        self.calls.is_empty()
    }

    /// The desk has caught up: whole books follow for what it missed.
    pub(crate) fn catch_up(&mut self, at: Nanos) {
        self.desk_lags = false;
        self.views.catch_up(at, &mut self.batch);
    }

    fn start(&mut self, at: Nanos, effects: &mut Vec<Effect>) {
        if self.talks.iter().any(|talk| talk.source == Source::Account) {
            self.set_state(None, Cause::Account, VenueState::Quarantine);
        }
        for rules in self.rules.clone() {
            self.set_state(Some(rules.no), Cause::Status, rules.status.into());
        }
        (self.judge_at, self.status_at) = (at, at);
        self.rules_at = self.settings.rules_every.map_or(Nanos(i64::MAX), |every| at + every);
        for talk in 0..self.talks.len() {
            self.tell(at, talk, Input::Start, effects);
        }
    }

    /// Everything that follows from a happening or from the time alone.
    fn settle(&mut self, at: Nanos, effects: &mut Vec<Effect>) {
        self.deliver_later(at, effects);
        for talk in 0..self.talks.len() {
            // A session whose moment has come is woken once; when it wants the same moment again it waits for the
            // next happening, so that a confused one cannot keep the thread busy.
            if self.talks[talk].session.wake_at() <= at {
                self.tell(at, talk, Input::Wake, effects);
            }
        }
        self.watch(at, effects);
        self.follow_up(at, effects);
        self.deliver_later(at, effects);
        self.release_calls(at, effects);
        self.deliver_later(at, effects);
    }

    fn deliver_later(&mut self, at: Nanos, effects: &mut Vec<Effect>) {
        // Each answer may lead to another question; a bound keeps a session that never stops from holding the line.
        for _ in 0..10_000 {
            let Some((talk, later)) = self.later.pop_front() else { return };
            match later {
                Later::Closed(link, why) => {
                    self.tell(at, talk, Input::Closed(link, &why), effects);
                }
                Later::NotSent(call, why) => {
                    let input = Input::Answer(call, Answer::NotSent(&why));
                    self.tell(at, talk, input, effects);
                }
            }
        }
    }

    fn tell(&mut self, at: Nanos, talk: usize, input: Input<'_>, effects: &mut Vec<Effect>) {
        let mut output = std::mem::take(&mut self.output);
        self.talks[talk].session.on(at, input, &mut output);
        self.digest(at, talk, &mut output, effects);
        output.clear();
        self.output = output;
    }

    fn digest(&mut self, at: Nanos, talk: usize, output: &mut Output, effects: &mut Vec<Effect>) {
        let source = self.talks[talk].source;
        if let Source::View(view) = source {
            for event in output.market_events() {
                self.heartbeat.market(at);
                self.views.market(at, view, &event, self.desk_lags, &mut self.batch);
            }
        }
        for report in output.reports.drain(..) {
            self.report(at, report);
        }
        for note in output.notes.drain(..) {
            self.note(at, talk, source, note);
        }
        for id in output.placed.drain(..).filter(|_| self.account_ready) {
            self.echo.placed(at, id);
        }
        for id in output.pushed.drain(..) {
            self.echo.settled(id);
        }
        for action in output.actions.drain(..) {
            self.act(at, talk, action, effects);
        }
    }

    fn act(&mut self, at: Nanos, talk: usize, action: Action, effects: &mut Vec<Effect>) {
        match action {
            Action::Open(link, url, wait) => self.open(at, talk, link, url, wait, effects),
            Action::Send(link, text) => {
                if let Some(&no) = self.talks[talk].links.get(&link) {
                    effects.push(Effect::Write(no, text));
                }
            }
            Action::Login(link) => {
                let socket = self.talks[talk].links.get(&link).copied();
                if let (Some(no), true) = (socket, self.can_sign) {
                    effects.push(Effect::Login(no, self.offset.venue_time(at)));
                } else {
                    let why = "there are no keys to log in with".to_owned();
                    self.outbox
                        .push_back(FromVenue::Note(self.talks[talk].source, Note::Refused(why)));
                }
            }
            Action::Close(link) => {
                if let Some(no) = self.talks[talk].links.remove(&link) {
                    self.sockets.remove(&no);
                    effects.push(Effect::Disconnect(no));
                }
                self.later.push_back((talk, Later::Closed(link, "closed by us".to_owned())));
            }
            Action::Call(call) => self.submit(at, Owner::Talk(talk, call.no), call),
        }
    }

    fn set_state(&mut self, instrument: Option<InstrumentNo>, cause: Cause, state: VenueState) {
        if let Some(change) = self.states.set(instrument, cause, state) {
            self.event(LineEvent::State(change));
        }
    }

    fn event(&mut self, event: LineEvent) {
        self.outbox.push_back(FromVenue::Event(event));
    }

    fn account(&self) -> Option<usize> {
        self.talks.iter().position(|talk| talk.source == Source::Account)
    }
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}
