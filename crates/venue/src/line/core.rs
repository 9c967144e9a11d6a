//! Everything a line decides, without a socket and without a clock.
//!
//! [`Core::on`] takes one happening and leaves what is to be done in `effects` and what the desk is told in the
//! outbox. The tests drive it with sessions of their own and a clock that stands still.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use aurora_model::{InstrumentNo, Nanos, ReportKind, Ticks, VenueRefusal, VenueReport};
use aurora_wire::{
    Action, Answer, Ask, AskNo, Call, CallNo, Headers, Input, Keys, Link, LostOrder, Method, Note, Output,
    Protocol, Rules, Session, Signed, Usage,
};
use rust_decimal::prelude::ToPrimitive;

use super::message::{FromVenue, LineCommand, LineEvent, LineStatus, Source};
use super::{LineConfig, MarketBatch, Settings};
use crate::clock::Offset;
use crate::drop_copy::{DropCopy, Finding};
use crate::governor::{Governor, Outcome, Ticket, Verdict, Want};
use crate::heartbeat::Heartbeat;
use crate::lifecycle::{Lifecycle, Passed, Surroundings};
use crate::maintenance::{Calendar, Window};
use crate::state::{Cause, States, VenueState};
use crate::transport::{Backoff, Reply, SocketEvent, SocketNo};
use crate::views::{ViewEvent, Views};

/// Something that happened to a line.
#[derive(Debug)]
pub(crate) enum Happening {
    Start,
    Socket(SocketNo, SocketEvent),
    Answered(Ticket, Reply),
    Ask(AskNo, Ask),
    Command(LineCommand),
    Wake,
}

/// Something a line wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Connect { no: SocketNo, url: String, wait: Nanos },
    Write(SocketNo, String),
    Disconnect(SocketNo),
    Call { ticket: Ticket, method: Method, signed: Signed, patience: Nanos },
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
    call: Call,
    until: Nanos,
}

/// The state of a line.
pub(crate) struct Core {
    protocol: Arc<dyn Protocol>,
    keys: Option<Keys>,
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
    lifecycle: Lifecycle,
    states: States,
    calendar: Calendar,
    offset: Offset,
    backoff: Backoff,
    connects: VecDeque<Nanos>,
    account_ready: bool,
    marks: BTreeMap<InstrumentNo, Ticks>,
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

/// What asks are judged by, borrowed from a core apart from its lifecycle.
macro_rules! surroundings {
    ($core:ident) => {
        Surroundings {
            rules: &$core.rules,
            states: &$core.states,
            views: &$core.views,
            marks: &$core.marks,
        }
    };
}

enum Later {
    Closed(Link, String),
    NotSent(CallNo, String),
}

impl Core {
    pub(crate) fn new(config: LineConfig) -> Core {
        let LineConfig { protocol, keys, market, account, rules, settings, .. } = config;
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
            lifecycle: Lifecycle::new(protocol.capabilities(), settings.post_only_max_age),
            calendar: Calendar::new(settings.maintenance),
            backoff: Backoff::new(settings.transport.seed),
            protocol,
            keys,
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
                if let (Some(no), Some(keys)) = (socket, &self.keys) {
                    let text = self.protocol.login(keys, self.offset.venue_time(at));
                    effects.push(Effect::Write(no, text));
                } else {
                    let why = "there are no keys to log in with".to_owned();
                    self.outbox.push_back(FromVenue::Note(
                        self.talks[talk].source,
                        Note::Refused(why),
                    ));
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

    fn open(
        &mut self,
        at: Nanos,
        talk: usize,
        link: Link,
        url: String,
        wait: Nanos,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(no) = self.talks[talk].links.remove(&link) {
            self.sockets.remove(&no);
            effects.push(Effect::Disconnect(no));
        }
        if self.settings.transport.max_links <= self.sockets.len() {
            let why = format!("{} connections are open, no more are allowed", self.sockets.len());
            self.later.push_back((talk, Later::Closed(link, why)));
            return;
        }
        let failures = self.talks[talk].failures.get(&link).copied().unwrap_or(0);
        let wait = self.backoff.wait(wait, failures);
        let wait = self.connect_room(at, wait);
        let no = SocketNo(self.next_socket);
        self.next_socket += 1;
        self.talks[talk].links.insert(link, no);
        self.sockets.insert(no, Open { talk, link, since: None });
        effects.push(Effect::Connect { no, url, wait });
    }

    /// Waits longer when too many connections were tried lately.
    fn connect_room(&mut self, at: Nanos, wait: Nanos) -> Nanos {
        let per = self.settings.transport.connects_per;
        let most = self.settings.transport.max_connects as usize;
        while self.connects.front().is_some_and(|tried| *tried + per <= at) {
            self.connects.pop_front();
        }
        let mut when = at + wait;
        if let Some(blocking) = self.connects.len().checked_sub(most) {
            when = when.max(self.connects[blocking] + per);
        }
        self.connects.push_back(when);
        when - at
    }

    fn socket(
        &mut self,
        at: Nanos,
        no: SocketNo,
        event: &SocketEvent,
        effects: &mut Vec<Effect>,
    ) {
        // What an older connection of the same link still says no longer matters.
        let Some(open) = self.sockets.get_mut(&no) else { return };
        let (talk, link) = (open.talk, open.link);
        match event {
            SocketEvent::Opened => {
                open.since = Some(at);
                self.tell(at, talk, Input::Opened(link), effects);
            }
            SocketEvent::Frame(bytes) => {
                self.frames += 1;
                self.tell(at, talk, Input::Frame(link, bytes), effects);
            }
            SocketEvent::Closed(why) => {
                let was_good = open.since.is_some_and(|since| GOOD_AFTER <= at - since);
                self.sockets.remove(&no);
                self.talks[talk].links.remove(&link);
                let failures = self.talks[talk].failures.entry(link).or_insert(0);
                *failures = if was_good { 1 } else { failures.saturating_add(1) };
                self.tell(at, talk, Input::Closed(link, why), effects);
            }
        }
    }

    fn submit(&mut self, at: Nanos, owner: Owner, call: Call) {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.governor.submit(at, ticket, Want::from(&call));
        let until = at + call.patience;
        self.calls.insert(ticket, Waiting { owner, call, until });
    }

    fn release_calls(&mut self, at: Nanos, effects: &mut Vec<Effect>) {
        let mut verdicts = std::mem::take(&mut self.verdicts);
        self.governor.poll(at, &mut verdicts);
        for verdict in verdicts.drain(..) {
            match verdict {
                Verdict::Send(ticket) => {
                    let waiting = self.calls.get(&ticket).expect("the governor knows only ours");
                    let venue_at = self.offset.venue_time(at);
                    let signed = self.protocol.sign(self.keys.as_ref(), venue_at, &waiting.call);
                    let patience = waiting.until - at;
                    self.under_way += 1;
                    let method = waiting.call.method;
                    effects.push(Effect::Call { ticket, method, signed, patience });
                }
                Verdict::Refuse(ticket, why) => {
                    let waiting = self.calls.remove(&ticket);
                    if let Some(Waiting { owner: Owner::Talk(talk, no), .. }) = waiting {
                        self.later.push_back((talk, Later::NotSent(no, why)));
                    }
                }
            }
        }
        self.verdicts = verdicts;
    }

    fn answered(&mut self, at: Nanos, ticket: Ticket, reply: &Reply, effects: &mut Vec<Effect>) {
        let Some(waiting) = self.calls.remove(&ticket) else { return };
        self.under_way -= 1;
        self.frames += 1;
        let Reply::Got { status, headers, body } = reply else {
            let (answer, outcome) = match reply {
                Reply::NotSent(why) => (Answer::NotSent(why), Outcome::NotSent),
                Reply::Lost(why) => (Answer::Lost(why), Outcome::Lost),
                Reply::Got { .. } => unreachable!("taken above"),
            };
            self.governor.answered(at, ticket, outcome, &[], None);
            if let Owner::Talk(talk, no) = waiting.owner {
                self.tell(at, talk, Input::Answer(no, answer), effects);
            }
            return;
        };
        let pairs: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let headers = Headers(&pairs);
        let mut usage = std::mem::take(&mut self.usage);
        usage.clear();
        self.protocol.usage(headers, &mut usage);
        let offset = self.offset.nanos();
        for usage in &mut usage {
            usage.resets_at = usage.resets_at.map(|venue_at| venue_at - offset);
        }
        let pushback = self.protocol.pushback(*status, headers, body);
        self.governor.answered(at, ticket, Outcome::Status(*status), &usage, pushback);
        self.usage = usage;
        if let Some(pushback) = pushback {
            self.event(LineEvent::PushedBack(pushback.pause, pushback.ban));
        }
        match waiting.owner {
            Owner::Talk(talk, no) => {
                let answer = Answer::Got { status: *status, headers, body };
                self.tell(at, talk, Input::Answer(no, answer), effects);
            }
            Owner::Rules => self.read_rules(at, *status, body),
        }
    }

    fn ask(&mut self, at: Nanos, no: AskNo, ask: Ask, effects: &mut Vec<Effect>) {
        let Some(account) = self.account() else {
            self.refuse_without_account(at, no, &ask);
            return;
        };
        let passed = self.lifecycle.pass(at, no, ask, &surroundings!(self));
        self.pass_on(at, account, passed, effects);
    }

    /// Hands on what the lifecycle let through, and tells about what it did not.
    fn pass_on(
        &mut self,
        at: Nanos,
        account: usize,
        passed: Passed,
        effects: &mut Vec<Effect>,
    ) {
        for (id, refusal, why) in passed.refused {
            self.outbox.push_back(FromVenue::Report(VenueReport {
                venue_at: self.offset.venue_time(at),
                kind: ReportKind::Reject { id, refusal },
            }));
            self.event(LineEvent::NotSent(id, why));
        }
        for note in passed.notes {
            self.outbox.push_back(FromVenue::Note(Source::Account, note));
        }
        for (no, ask) in passed.asks {
            self.tell(at, account, Input::Ask(no, &ask), effects);
        }
    }

    fn refuse_without_account(&mut self, at: Nanos, no: AskNo, ask: &Ask) {
        let why = "this line has no account: it only watches the market".to_owned();
        let ids: Vec<_> = match ask {
            Ask::Place(placement) => vec![placement.id],
            Ask::PlaceMany(placements) => placements.iter().map(|placement| placement.id).collect(),
            _ => Vec::new(),
        };
        for id in ids {
            let kind = ReportKind::Reject { id, refusal: VenueRefusal::NotSent };
            self.outbox.push_back(FromVenue::Report(VenueReport { venue_at: at, kind }));
        }
        self.outbox.push_back(FromVenue::Note(Source::Account, Note::Answered(no, Err(why))));
    }

    fn command(&mut self, at: Nanos, command: LineCommand, effects: &mut Vec<Effect>) {
        match command {
            LineCommand::Calendar(windows) => {
                let venue = self.protocol.venue();
                let ours = windows.into_iter().filter(|window| window.venue == venue);
                self.calendar.replace(ours.collect());
                self.judge_at = at;
            }
            LineCommand::Operator(instrument, state) => {
                self.set_state(instrument, Cause::Operator, state);
            }
            LineCommand::Position(instrument, lots) => self.lifecycle.position(instrument, lots),
            LineCommand::Replace(no, old, new) => {
                let Some(account) = self.account() else {
                    self.refuse_without_account(at, no, &Ask::Place(new));
                    return;
                };
                let passed = self.lifecycle.replace(at, no, old, new);
                self.pass_on(at, account, passed, effects);
            }
        }
    }

    fn report(&mut self, at: Nanos, report: VenueReport) {
        match &report.kind {
            ReportKind::Fill(fill) => {
                if let Some(finding) = self.drop_copy.first(at, fill) {
                    self.event(LineEvent::DropCopy(finding));
                }
            }
            ReportKind::Account { fills, .. } => {
                fills.iter().for_each(|fill| self.drop_copy.known(fill));
            }
            _ => {}
        }
        self.lifecycle.report(&report);
        self.outbox.push_back(FromVenue::Report(report));
    }

    fn note(&mut self, at: Nanos, talk: usize, source: Source, note: Note) {
        match &note {
            Note::Up(link) => {
                self.talks[talk].up.insert(*link);
                if source == Source::Account {
                    self.heartbeat.account_up();
                }
            }
            Note::Down(link, _) => {
                self.talks[talk].up.remove(link);
                let is_dark = self.talks[talk].up.is_empty();
                match source {
                    Source::Account if is_dark => {
                        self.heartbeat.account_down(at);
                        self.account_ready = false;
                        self.set_state(None, Cause::Account, VenueState::Quarantine);
                    }
                    Source::View(view) if is_dark => {
                        self.views.lost_all(view);
                        self.judge_at = at;
                    }
                    _ => {}
                }
            }
            Note::AccountReady => {
                self.account_ready = true;
                self.heartbeat.account_up();
                self.set_state(None, Cause::Account, VenueState::Normal);
                self.set_state(None, Cause::Refused, VenueState::Normal);
            }
            Note::Gap(instrument, _) => {
                if let Source::View(view) = source {
                    self.views.lost(view, *instrument);
                    self.judge_at = at;
                }
            }
            Note::Clock { offset, round_trip } => self.offset.measured(*offset, *round_trip),
            Note::Mark { instrument, mark, .. } => {
                if !self.leads(source, *instrument) {
                    return;
                }
                let rules = self.rules.iter().find(|rules| rules.no == *instrument);
                let ticks = rules.and_then(|rules| (mark / rules.instrument.tick).round().to_i64());
                if let Some(ticks) = ticks {
                    self.marks.insert(*instrument, Ticks(ticks));
                }
            }
            Note::OpenInterest(instrument, _) | Note::Liquidation(instrument, ..) => {
                if !self.leads(source, *instrument) {
                    return;
                }
            }
            Note::Status(instrument, status) => {
                self.set_state(Some(*instrument), Cause::Status, (*status).into());
                if let Some(rules) = self.rules.iter_mut().find(|rules| rules.no == *instrument) {
                    rules.status = *status;
                }
            }
            Note::Maintenance(from, to, title) => {
                self.calendar.announced(Window {
                    venue: self.protocol.venue(),
                    symbols: Vec::new(),
                    from: *from,
                    to: *to,
                    title: title.clone(),
                    source: "the venue".to_owned(),
                });
                self.judge_at = at;
            }
            Note::DropCopy(fill) => {
                if let Some(finding) = self.drop_copy.second(at, fill) {
                    self.event(LineEvent::DropCopy(finding));
                }
                return;
            }
            Note::Refused(_) => {
                self.set_state(None, Cause::Refused, VenueState::Quarantine);
            }
            Note::AmendRefused(id, _) | Note::Lost(id, LostOrder::Amend, _) => {
                self.lifecycle.not_amended(*id);
            }
            Note::Amended(id, limit, qty) => self.lifecycle.amended(*id, *limit, *qty),
            Note::Position(instrument, lots, _) => self.lifecycle.position(*instrument, *lots),
            _ => {}
        }
        self.outbox.push_back(FromVenue::Note(source, note));
    }

    /// Notes about an instrument come from every view; the leader's are the ones that count.
    fn leads(&self, source: Source, instrument: InstrumentNo) -> bool {
        match (source, self.views.leader(instrument)) {
            (Source::View(view), Some(leader)) => view == leader,
            _ => true,
        }
    }

    /// New orders of replaced ones leave when their cancels are confirmed.
    fn follow_up(&mut self, at: Nanos, effects: &mut Vec<Effect>) {
        if !self.lifecycle.has_follow_ups(at) {
            return;
        }
        let Some(account) = self.account() else { return };
        let passed = self.lifecycle.follow_ups(at, &surroundings!(self));
        self.pass_on(at, account, passed, effects);
    }

    /// What is looked at because time passes.
    fn watch(&mut self, at: Nanos, effects: &mut Vec<Effect>) {
        if self.drop_copy.wake_at() <= at {
            self.compare_paths(at);
        }
        if let Some((heart, silence)) = self.heartbeat.missed(at) {
            let cancels = self.heartbeat.cancels() && self.account().is_some();
            if cancels {
                self.ask_ourselves(at, Ask::CancelAll(None), effects);
            }
            self.event(LineEvent::HeartbeatMissed(heart, silence, cancels));
        }
        if self.lifecycle.wake_at() <= at
            && let Some(account) = self.account()
        {
            let due = self.lifecycle.due(at);
            for ask in due {
                let no = self.own_ask();
                self.tell(at, account, Input::Ask(no, &ask), effects);
            }
        }
        if self.judge_at <= at {
            self.judge_at = at + JUDGE_EVERY;
            self.judge(at);
        }
        if self.rules_at <= at {
            self.rules_at = at + self.settings.rules_every.unwrap_or(Nanos(i64::MAX / 2));
            for call in self.protocol.rules_call(None) {
                self.submit(at, Owner::Rules, call);
            }
        }
        if self.status_at <= at {
            self.status_at = at + self.settings.status_every;
            let status = self.status(at);
            self.outbox.push_back(FromVenue::Status(Box::new(status)));
        }
    }

    fn compare_paths(&mut self, at: Nanos) {
        let mut findings = Vec::new();
        self.drop_copy.overdue(at, &mut findings);
        for finding in findings {
            if let Finding::MissedByFirst(fill) = finding {
                let report = VenueReport { venue_at: fill.at, kind: ReportKind::Fill(fill) };
                self.lifecycle.report(&report);
                self.outbox.push_back(FromVenue::Report(report));
            }
            self.event(LineEvent::DropCopy(finding));
        }
    }

    fn judge(&mut self, at: Nanos) {
        let mut events = std::mem::take(&mut self.view_events);
        self.views.judge(at, &mut events);
        for event in events.drain(..) {
            match event {
                ViewEvent::Stale(instrument) => {
                    self.set_state(Some(instrument), Cause::Market, VenueState::CancelOnly);
                }
                ViewEvent::Fresh(instrument, _) => {
                    self.set_state(Some(instrument), Cause::Market, VenueState::Normal);
                }
                _ => {}
            }
            self.event(LineEvent::View(event));
        }
        self.view_events = events;
        if !self.desk_lags {
            self.views.catch_up(at, &mut self.batch);
        }
        let limits = match self.governor.paused_until(at) {
            Some(_) if self.governor.is_banned(at) => VenueState::CancelOnly,
            Some(_) => VenueState::Degraded,
            None => VenueState::Normal,
        };
        self.set_state(None, Cause::Limits, limits);
        self.judge_calendar(at);
    }

    fn judge_calendar(&mut self, at: Nanos) {
        let mut alerts = Vec::new();
        self.calendar.alerts(at, &mut alerts);
        for alert in alerts {
            self.event(LineEvent::Maintenance(alert));
        }
        let state = |is_off| if is_off { VenueState::Maintenance } else { VenueState::Normal };
        self.set_state(None, Cause::Calendar, state(self.calendar.is_off(at, None)));
        let symbols = self.rules.iter().map(|rules| (rules.no, &rules.instrument.symbol));
        let off: Vec<_> =
            symbols.map(|(no, symbol)| (no, self.calendar.is_off(at, Some(symbol)))).collect();
        for (instrument, is_off) in off {
            self.set_state(Some(instrument), Cause::Calendar, state(is_off));
        }
    }

    fn read_rules(&mut self, at: Nanos, status: u16, body: &[u8]) {
        if status != 200 {
            return;
        }
        let wanted: Vec<_> =
            self.rules.iter().map(|rules| (rules.no, rules.instrument.id.clone())).collect();
        let page = match self.protocol.read_rules(body, &wanted) {
            Ok(page) => page,
            Err(error) => {
                let note = Note::Unreadable(format!("instrument rules: {error}"));
                self.outbox.push_back(FromVenue::Note(Source::Account, note));
                return;
            }
        };
        for rules in page.rules {
            let Some(known) = self.rules.iter_mut().find(|known| known.no == rules.no) else {
                continue;
            };
            if *known != rules {
                *known = rules.clone();
                self.set_state(Some(rules.no), Cause::Status, rules.status.into());
                self.event(LineEvent::Rules(Box::new(rules)));
            }
        }
        if let Some(next) = page.next {
            for call in self.protocol.rules_call(Some(&next)) {
                self.submit(at, Owner::Rules, call);
            }
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

    fn ask_ourselves(&mut self, at: Nanos, ask: Ask, effects: &mut Vec<Effect>) {
        let Some(account) = self.account() else { return };
        let no = self.own_ask();
        self.tell(at, account, Input::Ask(no, &ask), effects);
    }

    fn own_ask(&mut self) -> AskNo {
        self.next_own_ask += 1;
        AskNo(self.next_own_ask)
    }

    fn account(&self) -> Option<usize> {
        self.talks.iter().position(|talk| talk.source == Source::Account)
    }

    fn status(&mut self, at: Nanos) -> LineStatus {
        LineStatus {
            venue: self.protocol.venue(),
            at,
            state: self.states.venue(),
            causes: self.states.causes().collect(),
            governor: self.governor.snapshot(at),
            views: self.views.status(at),
            view_counts: self.views.counts(),
            drop_copy: self.drop_copy.counts(),
            lifecycle: self.lifecycle.counts(),
            heartbeat_misses: self.heartbeat.misses(),
            clock_offset: self.offset.nanos(),
            account_ready: self.account_ready,
            links: u32::try_from(self.sockets.values().filter(|open| open.since.is_some()).count())
                .unwrap_or(u32::MAX),
            frames: self.frames,
            calls: self.under_way,
            backlog: self.backlog,
            windows: self.calendar.ahead(at).cloned().collect(),
        }
    }
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}
