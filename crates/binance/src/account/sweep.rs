//! Open orders, positions, and every fill since a moment: one picture of the account.

use std::collections::BTreeSet;

use aurora_model::{Fill, InstrumentNo, Lots, Nanos, ReportKind, VenueOrder};
use aurora_wire::{AskNo, Call, Note, Output};

use super::owners::Owner;
use super::{AccountSession, Answered, Asked, convert};
use crate::answer;
use crate::answer::Trade;
use crate::encode;
use crate::line::NEVER;

/// The most the venue tells in one answer; a full one has more behind it.
const PAGE: usize = 1000;
/// The longest span the venue takes.
const WEEK: Nanos = Nanos(7 * 86_400 * 1_000_000_000);
const FIRST_RETRY: Nanos = Nanos(1_000_000_000);
const TRIES: u32 = 5;
/// Fills on their way to the venue's own books when we asked.
const OVERLAP: Nanos = Nanos(60_000_000_000);

/// One call of a sweep, and how often it has failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    kind: Kind,
    tries: u32,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Whether long and short positions are kept apart.
    Mode,
    Open,
    Positions,
    Algos,
    /// Fills of the instrument at that place, from a trade id or a time on.
    Fills(usize, From),
}

#[derive(Clone, Copy, Debug)]
enum From {
    Id(u64),
    Time(Nanos),
}

/// A sweep under way.
#[derive(Clone, Debug)]
struct Sweep {
    /// Who asked; nobody when it is our own verification.
    asks: Vec<AskNo>,
    is_verification: bool,
    /// Fills are asked for up to here, then by id.
    until: Nanos,
    left: usize,
    open: Vec<VenueOrder>,
    positions: Vec<(InstrumentNo, Lots)>,
    trades: Vec<(usize, Trade)>,
}

/// The one under way, and what to do after it.
#[derive(Clone, Debug, Default)]
pub(super) struct Sweeps {
    running: Option<Sweep>,
    /// Asked for meanwhile.
    next: Option<(Nanos, Vec<AskNo>, bool)>,
    /// By the venue's clock: everything before it was told to the desk.
    pub(super) since: Nanos,
}

impl AccountSession {
    /// Looks at everything that may have changed unseen.
    pub(super) fn verify(&mut self, at: Nanos, out: &mut Output) {
        self.begin(at, self.sweeps.since, Vec::new(), true, out);
    }

    pub(super) fn sweep(&mut self, at: Nanos, since: Nanos, ask: AskNo, out: &mut Output) {
        self.begin(at, since, vec![ask], false, out);
    }

    fn begin(
        &mut self,
        at: Nanos,
        since: Nanos,
        asks: Vec<AskNo>,
        is_verification: bool,
        out: &mut Output,
    ) {
        if self.sweeps.running.is_some() {
            // What the one under way has already fetched may be older than the question.
            let (from, waiting, verifies) =
                self.sweeps.next.get_or_insert((since, Vec::new(), false));
            *from = since.min(*from);
            waiting.extend(asks);
            *verifies |= is_verification;
            return;
        }
        let until = self.venue_time(at);
        // Nothing older is kept by the venue; a moment at zero means "all there is".
        let since = since.max(until - WEEK * 13);
        self.sweeps.running = Some(Sweep {
            asks,
            is_verification,
            until,
            left: 0,
            open: Vec::new(),
            positions: Vec::new(),
            trades: Vec::new(),
        });
        let fills = (0..self.symbols.all().len()).map(|n| Kind::Fills(n, From::Time(since)));
        let mut kinds = vec![Kind::Open, Kind::Positions];
        if is_verification {
            kinds.extend([Kind::Algos, Kind::Mode]);
        }
        kinds.extend(fills);
        for kind in kinds {
            self.ask_part(kind, out);
        }
    }

    fn ask_part(&mut self, kind: Kind, out: &mut Output) {
        let Some(sweep) = &mut self.sweeps.running else { return };
        sweep.left += 1;
        let call = self.part_call(kind);
        self.call(call, Asked::Sweep(Part { kind, tries: 0 }), out);
    }

    fn part_call(&self, kind: Kind) -> Call {
        let (place, from) = match kind {
            Kind::Mode => return encode::position_mode(),
            Kind::Open => return encode::open_orders(None),
            Kind::Positions => return encode::position_risk(),
            Kind::Algos => return encode::open_algos(),
            Kind::Fills(place, from) => (place, from),
        };
        let rules = &self.symbols.all()[place].rules;
        match from {
            From::Id(id) => encode::user_trades(rules, Some(id), None),
            From::Time(from) => encode::user_trades(rules, None, Some((from, from + WEEK))),
        }
    }

    pub(super) fn swept(
        &mut self,
        at: Nanos,
        part: Part,
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        let result = answered.body().and_then(|body| self.take_part(part.kind, body, out));
        match result {
            Ok(()) => {}
            // Conditional orders are not everywhere; without the list nothing else is wrong.
            Err(_) if matches!(part.kind, Kind::Algos) => {}
            Err(why) if part.tries + 1 < TRIES => {
                out.notes.push(Note::Unreadable(format!("sweep: {why}")));
                let again = Part { tries: part.tries + 1, ..part };
                let call = self.part_call(part.kind);
                let wait = FIRST_RETRY * (1 << part.tries);
                return self.later.push((at + wait, Asked::Sweep(again), call));
            }
            Err(why) => return self.give_up(at, part.kind, &why, out),
        }
        if let Some(sweep) = &mut self.sweeps.running {
            sweep.left = sweep.left.saturating_sub(1);
        }
        self.try_finish_sweep(at, out);
    }

    fn take_part(&mut self, kind: Kind, body: &[u8], out: &mut Output) -> Result<(), String> {
        let text = |error: aurora_wire::DecodeError| error.to_string();
        match kind {
            Kind::Mode => {
                self.hedge = answer::position_mode(body).map_err(text)?.dual_side_position;
            }
            Kind::Open => {
                let orders = answer::orders(body).map_err(text)?;
                self.take_open(&orders, out);
            }
            Kind::Positions => {
                let positions = answer::positions(body).map_err(text)?;
                self.take_positions(&positions, out);
            }
            Kind::Algos => {
                let algos = answer::algos(body).map_err(text)?;
                self.take_algos(&algos, out);
            }
            Kind::Fills(place, from) => {
                let trades = answer::user_trades(body).map_err(text)?;
                self.take_fills(place, from, trades, out);
            }
        }
        Ok(())
    }

    fn take_open(&mut self, orders: &[answer::Order], out: &mut Output) {
        for told in orders {
            self.owners.add(told.order_id, &told.client_order_id);
            let Some((_, symbol)) = self.symbols.named(told.symbol.as_bytes()) else { continue };
            let ours = match self.owners.get(told.order_id) {
                Some(Owner::Ours(id)) => convert::order(symbol, *id, told),
                _ => None,
            };
            match (ours, &mut self.sweeps.running) {
                (Some(order), Some(sweep)) => sweep.open.push(order),
                _ => out.notes.push(Note::ForeignOrder(
                    told.client_order_id.clone(),
                    told.order_id.to_string(),
                )),
            }
        }
    }

    /// Long and short positions of an instrument are one position to us: their sum.
    fn take_positions(&mut self, positions: &[answer::Position], out: &mut Output) {
        let Some(sweep) = &mut self.sweeps.running else { return };
        for told in positions {
            let Some((_, symbol)) = self.symbols.named(told.symbol.as_bytes()) else { continue };
            let Some(lots) = symbol.lots(told.position_amt) else {
                let why = format!("position of {} is between two lots", told.symbol);
                out.notes.push(Note::Unreadable(why));
                continue;
            };
            let no = symbol.rules.no;
            match sweep.positions.iter_mut().find(|(other, _)| *other == no) {
                Some((_, sum)) => *sum += lots,
                None => sweep.positions.push((no, lots)),
            }
            out.notes.push(Note::Position(no, lots, told.entry_price));
        }
    }

    fn take_algos(&mut self, algos: &[answer::Algo], out: &mut Output) {
        self.algos.clear();
        for told in algos.iter().filter(|told| told.is_waiting()) {
            let symbol = self.symbols.named(told.symbol.as_bytes());
            let Some((_, symbol)) = symbol else { continue };
            let Ok(id) = told.client_algo_id.parse() else {
                let venues = told.algo_id.to_string();
                out.notes.push(Note::ForeignOrder(told.client_algo_id.clone(), venues));
                continue;
            };
            self.algos.insert(id, told.algo_id);
            let order = convert::algo(symbol, id, told);
            if let (Some(sweep), Some(order)) = (&mut self.sweeps.running, order) {
                sweep.open.push(order);
            }
        }
    }

    /// A page of fills; the next one is asked for when there may be more.
    fn take_fills(&mut self, place: usize, from: From, trades: Vec<Trade>, out: &mut Output) {
        let Some(sweep) = &mut self.sweeps.running else { return };
        let newest = trades.iter().map(|trade| trade.id).max();
        let next = match (from, newest) {
            (_, Some(id)) if PAGE <= trades.len() => Some(From::Id(id + 1)),
            // A week without fills, or the end of one: on with the next.
            (From::Time(from), _) if from + WEEK < sweep.until => Some(From::Time(from + WEEK)),
            _ => None,
        };
        sweep.trades.extend(trades.into_iter().map(|trade| (place, trade)));
        if let Some(next) = next {
            self.ask_part(Kind::Fills(place, next), out);
        }
    }

    /// Reports the picture once all its parts are there and every fill has an owner.
    pub(super) fn try_finish_sweep(&mut self, at: Nanos, out: &mut Output) {
        let Some(sweep) = &self.sweeps.running else { return };
        if 0 < sweep.left {
            return;
        }
        let owners = &self.owners;
        let strange: BTreeSet<(u64, usize)> = sweep
            .trades
            .iter()
            .filter(|(_, trade)| owners.get(trade.order_id).is_none())
            .map(|(place, trade)| (trade.order_id, *place))
            .collect();
        if !strange.is_empty() {
            return self.find_owners(strange, out);
        }
        let Some(sweep) = self.sweeps.running.take() else { return };
        self.finish(at, sweep, out);
    }

    fn finish(&mut self, at: Nanos, mut sweep: Sweep, out: &mut Output) {
        sweep.trades.sort_by_key(|(place, trade)| (trade.time, *place, trade.id));
        sweep.trades.dedup_by_key(|(place, trade)| (*place, trade.id));
        let mut fills: Vec<Fill> = Vec::new();
        for (place, trade) in &sweep.trades {
            let symbol = &self.symbols.all()[*place];
            let (id, foreign) = match self.owners.get(trade.order_id) {
                Some(Owner::Ours(id)) => (*id, None),
                Some(Owner::Foreign(text)) => (convert::nobody(), Some(text)),
                None => (convert::nobody(), None),
            };
            match (convert::fill(symbol, id, trade), foreign) {
                (Some(fill), None) => fills.push(fill),
                (Some(fill), Some(text)) => {
                    out.notes.push(Note::ForeignFill(text.clone(), fill));
                }
                (None, _) => {
                    let why = format!("fill {} of {} is between two steps", trade.id, trade.symbol);
                    out.notes.push(Note::Unreadable(why));
                }
            }
        }
        let positions = std::mem::take(&mut sweep.positions);
        let positions = positions.into_iter().filter(|(_, lots)| *lots != Lots::ZERO).collect();
        self.report(at, ReportKind::Account { open: sweep.open, fills, positions }, out);
        self.sweeps.since = self.sweeps.since.max(sweep.until - OVERLAP);
        for ask in sweep.asks {
            out.notes.push(Note::Answered(ask, Ok(())));
        }
        let next = self.sweeps.next.take();
        let verifies_again = next.as_ref().is_some_and(|(_, _, verifies)| *verifies);
        if sweep.is_verification && !verifies_again && self.line.is_ready() {
            out.notes.push(Note::AccountReady);
            if self.fees_at == NEVER {
                self.fees_at = at;
            }
        }
        if let Some((since, asks, verifies)) = next {
            self.begin(at, since, asks, verifies, out);
        }
    }

    /// Part of the picture cannot be had: no picture at all. Our own verification begins anew.
    fn give_up(&mut self, at: Nanos, kind: Kind, why: &str, out: &mut Output) {
        let Some(sweep) = self.sweeps.running.take() else { return };
        let is_part = |asked: &Asked| matches!(asked, Asked::Sweep(_));
        self.calls.retain(|_, asked| !is_part(asked));
        self.later.retain(|(_, asked, _)| !is_part(asked));
        let why = format!("{kind:?}: {why}");
        out.notes.push(Note::Unreadable(format!("sweep given up: {why}")));
        for ask in sweep.asks {
            out.notes.push(Note::Answered(ask, Err(why.clone())));
        }
        let (since, asks, verifies) =
            self.sweeps.next.take().unwrap_or((self.sweeps.since, Vec::new(), false));
        if sweep.is_verification || verifies || !asks.is_empty() {
            let verifies = sweep.is_verification || verifies;
            self.begin(at, since.min(self.sweeps.since), asks, verifies, out);
        }
    }
}
