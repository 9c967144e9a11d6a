//! Venues behind sockets, as one counterparty of the desk.
//!
//! Each venue has a line of its own; this routes requests to them by instrument, and puts their answers together
//! where the desk asked all of them. Nothing is decided about orders here.

mod sample;
mod show;
mod sweep;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aurora_model::{
    ClientOrderId, InstrumentNo, MarketEvent, MarketKind, Nanos, ReportKind, Statement,
    TradingState, Venue, VenueReport, VenueRequest, VenueState,
};
use aurora_venue::line::{LineStatus, Source};
use aurora_venue::maintenance::Window;
use aurora_venue::state::StateChange;
use aurora_venue::{FromVenue, Line, LineCommand, MarketBatch};
use aurora_wire::{Ask, AskNo, Link, Rules};
use crossbeam_channel::{Receiver, Select};

use crate::desk::alerts::{Kind, Standing, Trouble};
use crate::desk::signing::DeskSigner;
use crate::venues::VenueName;
use sample::Sample;
use show::Shown;
use sweep::Sweep;

/// Fills from before this are not asked for: no venue tells them in one piece, and positions are compared anyway.
const LONGEST_SWEEP: Nanos = Nanos(6 * 86_400_000_000_000);

/// Tells the desk's orders that may be open; asked only when an account came without being asked for.
type Live<'a> = &'a dyn Fn() -> Vec<(ClientOrderId, InstrumentNo)>;

/// One thing a line brought, for the desk's thread to act on.
pub(crate) enum News {
    /// Market events of one venue; give the batch back with [`Lines::recycle`].
    Market(usize, MarketBatch),
    /// About our orders.
    Reports(Vec<VenueReport>),
    /// What a venue takes in these instruments has changed.
    Takes(Vec<(InstrumentNo, VenueState)>),
    /// An instrument's book is no longer to be believed.
    Lost(InstrumentNo),
    /// A person should know.
    Alert(Trouble),
    /// A venue's line says how it stands.
    Stands(VenueName, Standing),
    /// The venue refuses the key or the account: trading must stop.
    Refused(Trouble),
    /// A venue's clock was measured.
    Clock,
    /// A venue told what its key may do.
    Keys,
    /// A venue told its wallets.
    Statement(Venue, Box<Statement>),
    /// Nothing for the desk.
    Nothing,
}

/// One venue's line and what it told about itself.
struct VenueLine {
    name: VenueName,
    host: String,
    line: Line,
    rules: Vec<Rules>,
    status: Option<Box<LineStatus>>,
    account_ready: bool,
    /// What is taken, by instrument and by the venue as a whole; absent is everything.
    states: BTreeMap<Option<InstrumentNo>, VenueState>,
    /// Connections that work.
    up: BTreeSet<(Source, Link)>,
    /// Sessions that lost their last connection.
    dark: BTreeSet<Source>,
    /// Books that are whole.
    whole: BTreeMap<InstrumentNo, bool>,
    round_trip: Option<Nanos>,
    dead_man_until: Option<Nanos>,
    /// Money can be moved out with its key, as last told.
    may_withdraw: bool,
    order_ms: Sample,
    resync_ms: Sample,
    gaps: u64,
    reconnects: u64,
    lost: u64,
    unreadable: u64,
    stopped: Option<String>,
}

impl VenueLine {
    /// The account is compared and every book whole.
    fn is_ready(&self) -> bool {
        self.account_ready && self.whole.values().all(|whole| *whole)
    }

    /// The instruments a change reaches, with the worse of their own state and the venue's.
    fn on_state(&mut self, change: StateChange) -> Vec<(InstrumentNo, VenueState)> {
        self.states.insert(change.instrument, change.to);
        let of = |whose| self.states.get(&whose).copied().unwrap_or_default();
        let reached = self.rules.iter().map(|rules| rules.no);
        let reached = reached.filter(|no| change.instrument.is_none_or(|changed| changed == *no));
        reached.map(|no| (no, of(None).max(of(Some(no))))).collect()
    }
}

/// All of the desk's venues.
pub(crate) struct Lines {
    lines: Vec<VenueLine>,
    /// Which line an instrument is on.
    routes: Vec<usize>,
    next_ask: u64,
    sweep: Option<Sweep>,
    /// When orders left that have no answer yet.
    unanswered: BTreeMap<ClientOrderId, Nanos>,
    shown: Shown,
    signer: DeskSigner,
    /// What the desk must be told of its signer.
    trouble: Option<Trouble>,
}

impl Lines {
    /// Lines that were just started; instruments are numbered through the list.
    pub(crate) fn new(
        lines: Vec<(VenueName, String, Line, Vec<Rules>)>,
        signer: DeskSigner,
    ) -> Lines {
        let mut routes = BTreeMap::new();
        for (at, (_, _, _, rules)) in lines.iter().enumerate() {
            routes.extend(rules.iter().map(|rules| (rules.no, at)));
        }
        let lines = lines.into_iter().map(|(name, host, line, rules)| VenueLine {
            whole: rules.iter().map(|rules| (rules.no, false)).collect(),
            name,
            host,
            line,
            rules,
            status: None,
            account_ready: false,
            up: BTreeSet::new(),
            dark: BTreeSet::new(),
            states: BTreeMap::new(),
            round_trip: None,
            dead_man_until: None,
            may_withdraw: false,
            order_ms: Sample::default(),
            resync_ms: Sample::default(),
            gaps: 0,
            reconnects: 0,
            lost: 0,
            unreadable: 0,
            stopped: None,
        });
        let lines: Vec<VenueLine> = lines.collect();
        Lines {
            shown: Shown::new(&lines),
            lines,
            routes: routes.into_values().collect(),
            next_ask: 0,
            sweep: None,
            unanswered: BTreeMap::new(),
            signer,
            trouble: None,
        }
    }

    /// Every account is compared and every book whole.
    pub(crate) fn are_ready(&self) -> bool {
        self.lines.iter().all(VenueLine::is_ready)
    }

    /// How far off our measure of the venues' clocks may be: half the longest round trip.
    pub(crate) fn clock_uncertainty(&self) -> Option<Nanos> {
        let trips = self.lines.iter().filter_map(|line| line.round_trip);
        trips.max().map(|trip| Nanos(trip.0 / 2))
    }

    /// How far our clock is from a venue's, either way: the worst of those that were measured.
    pub(crate) fn clock_skew(&self) -> Option<Nanos> {
        let measured = self.lines.iter().filter(|line| line.round_trip.is_some());
        let offsets = measured.filter_map(|line| Some(line.status.as_ref()?.clock_offset));
        offsets.map(|offset| Nanos(offset.0.saturating_abs())).max()
    }

    /// What is still missing, venue by venue.
    pub(crate) fn missing(&self) -> Vec<Trouble> {
        let missing = self.lines.iter().filter(|line| !line.is_ready()).map(|line| {
            let books = line.whole.values().filter(|whole| !**whole).count();
            let account = if line.account_ready { "" } else { "the account, " };
            line.trouble(Kind::NotReady, format!("{account}{books} books"))
        });
        missing.collect()
    }

    /// Sends a request on its way.
    pub(crate) fn submit(&mut self, at: Nanos, request: VenueRequest) {
        match request {
            VenueRequest::Place { id, intent } => {
                self.unanswered.insert(id, at);
                self.ask(self.routes[intent.instrument.index()], request.into());
            }
            VenueRequest::Cancel { instrument, .. } | VenueRequest::Query { instrument, .. } => {
                self.ask(self.routes[instrument.index()], request.into());
            }
            VenueRequest::CancelAll | VenueRequest::DeadMan { .. } => self.ask_all(&request.into()),
            VenueRequest::Statement { since } => {
                self.ask_all(&Ask::Statement { since: since.max(at - LONGEST_SWEEP) });
            }
            VenueRequest::Sweep { since } => {
                let since = since.max(at - LONGEST_SWEEP);
                self.sweep = Some(Sweep::begin(at, since, self.lines.len()));
                self.ask_all(&Ask::Sweep { since });
            }
        }
    }

    /// Whether no key may move money out; whose may, in words. (Binance tells on another host only.)
    pub(crate) fn keys(&self) -> Result<(), String> {
        let may = self.lines.iter().filter(|line| line.may_withdraw).map(|line| line.name.title());
        let may: Vec<&str> = may.collect();
        match may[..] {
            [] => Ok(()),
            _ => Err(format!("the key may withdraw: {}", may.join(", "))),
        }
    }

    /// Whether the signer is of the desk's build.
    pub(crate) fn same_build(&self) -> Result<(), String> {
        self.signer.same_build()
    }

    /// The signer is told how the desk stands before anything that follows from it is asked of a venue.
    pub(crate) fn stands(&mut self, state: TradingState) {
        if let Err(told) = self.signer.stands(state) {
            let (detail, kind) = (told.to_string(), Kind::NotSigned(told));
            self.trouble = Some(Trouble { venue: None, kind, detail });
        }
    }

    /// Repeats what may be repeated and was not answered: a sweep.
    pub(crate) fn chase(&mut self, at: Nanos) {
        let Some(since) = self.sweep.as_mut().and_then(|sweep| sweep.overdue(at)) else { return };
        self.ask_all(&Ask::Sweep { since });
    }

    fn ask(&mut self, line: usize, ask: Ask) {
        self.next_ask += 1;
        self.lines[line].line.ask(AskNo(self.next_ask), ask);
    }

    fn ask_all(&mut self, ask: &Ask) {
        for line in 0..self.lines.len() {
            self.ask(line, ask.clone());
        }
    }

    /// The maintenance windows known now, of all venues.
    pub(crate) fn calendar(&self, windows: &[Window]) {
        for line in &self.lines {
            line.line.tell(LineCommand::Calendar(windows.to_vec()));
        }
    }

    /// Waits until a line has something, or `other` has, or the time is up.
    pub(crate) fn wait<T, U>(&self, patience: Duration, others: (&Receiver<T>, &Receiver<U>)) {
        let mut select = Select::new();
        for line in self.lines.iter().filter(|line| line.stopped.is_none()) {
            select.recv(line.line.messages());
        }
        select.recv(others.0);
        select.recv(others.1);
        let _ = select.ready_timeout(patience);
    }

    /// The next thing any line has; `None` when none has any.
    pub(crate) fn take(&mut self, at: Nanos, live: Live<'_>) -> Option<News> {
        if let Some(trouble) = self.trouble.take() {
            return Some(News::Refused(trouble));
        }
        for line in 0..self.lines.len() {
            if let Ok(message) = self.lines[line].line.messages().try_recv() {
                return Some(self.on_message(at, line, message, live));
            }
        }
        None
    }

    /// Gives a batch's buffers back.
    pub(crate) fn recycle(&self, line: usize, batch: MarketBatch) {
        self.lines[line].line.recycle(batch);
    }

    fn on_message(&mut self, at: Nanos, line: usize, message: FromVenue, live: Live<'_>) -> News {
        match message {
            FromVenue::Market(batch) => {
                let line_state = &mut self.lines[line];
                for event in batch.events() {
                    if let MarketKind::Snapshot { .. } = event.kind {
                        line_state.whole.insert(event.instrument, true);
                    }
                }
                News::Market(line, batch)
            }
            FromVenue::Report(report) => News::Reports(self.on_report(at, line, report, live)),
            FromVenue::Note(source, note) => self.on_note(line, source, note),
            FromVenue::Event(event) => self.on_event(line, event),
            FromVenue::Status(status) => self.on_status(line, status),
            FromVenue::Stopped(why) => {
                let venue = &mut self.lines[line];
                venue.stopped = Some(why.clone());
                venue.account_ready = false;
                let stopped = venue.trouble(Kind::Refused, format!("the line stopped: {why}"));
                self.shown.line(&self.lines, line);
                News::Refused(stopped)
            }
        }
    }

    fn on_report(
        &mut self,
        at: Nanos,
        line: usize,
        report: VenueReport,
        live: Live<'_>,
    ) -> Vec<VenueReport> {
        let answered = match &report.kind {
            ReportKind::Ack { id, .. } | ReportKind::Reject { id, .. } => Some(*id),
            ReportKind::Fill(fill) => Some(fill.order),
            ReportKind::Account { .. } => return self.on_account(line, report, live),
            _ => None,
        };
        if let Some(sent) = answered.and_then(|id| self.unanswered.remove(&id)) {
            self.lines[line].order_ms.push((at - sent).0 as f64 / 1e6);
        }
        vec![report]
    }

    /// A whole account: an answer to the desk's sweep, or what a session compared after a reconnection.
    fn on_account(&mut self, line: usize, report: VenueReport, live: Live<'_>) -> Vec<VenueReport> {
        let VenueReport { venue_at, kind: ReportKind::Account { open, fills, positions } } = report
        else {
            return vec![report];
        };
        if let Some(sweep) = &mut self.sweep {
            let whole = sweep.answered(line, open, fills, positions);
            return match whole {
                Some(kind) => {
                    self.sweep = None;
                    vec![VenueReport { venue_at, kind }]
                }
                None => Vec::new(),
            };
        }
        let told: Vec<ClientOrderId> = open.iter().map(|order| order.id).collect();
        for (id, instrument) in live() {
            if self.routes[instrument.index()] == line && !told.contains(&id) {
                self.ask(line, Ask::Query(id, instrument));
            }
        }
        let fills = fills.into_iter().map(ReportKind::Fill);
        let orders =
            open.into_iter().map(|order| ReportKind::Order { id: order.id, found: Some(order) });
        fills.chain(orders).map(|kind| VenueReport { venue_at, kind }).collect()
    }
}

/// What the desk is shown for a book that is not to be believed: an empty one.
pub(crate) fn emptied(instrument: InstrumentNo, at: Nanos) -> MarketEvent<'static> {
    let kind = MarketKind::Snapshot { last_id: 0, levels: &[] };
    MarketEvent { instrument, exchange_at: at, received_at: at, kind }
}
