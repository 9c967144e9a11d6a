//! Everything the account has: open orders, fills since a moment, positions; asked, or to verify after a login.

use aurora_model::{Fill, InstrumentNo, Lots, Nanos, ReportKind, VenueOrder};
use aurora_wire::{Answer, AskNo, Note, Output};

use super::answers::{list, read};
use super::catalog::{nobody, our_id, own_order};
use super::{AccountSession, DROP_COPY_EVERY, Later, Purpose, RETRY_AFTER};
use crate::decode;
use crate::decode::rest::{AccountConfig, FillRow, Position};
use crate::encode;
use crate::rules::whole_lots;

/// Listed at a time.
const PAGE: usize = 100;
/// Fills are asked for from a little before what is known to be whole.
const OVERLAP: Nanos = Nanos(60_000_000_000);

/// What is asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Config,
    Open,
    Fills,
    Positions,
}

/// One sweep, on its way.
#[derive(Clone, Debug)]
pub(super) struct Sweep {
    /// Who asked; `None` after a login.
    ask: Option<AskNo>,
    since: Nanos,
    began_at: Nanos,
    stage: Stage,
    open: Vec<VenueOrder>,
    fills: Vec<Fill>,
}

impl Sweep {
    pub(super) fn asked(no: AskNo, since: Nanos) -> Sweep {
        Sweep { ask: Some(no), stage: Stage::Open, ..Sweep::verifying(Nanos(0), since) }
    }

    fn verifying(began_at: Nanos, since: Nanos) -> Sweep {
        let (open, fills) = (Vec::new(), Vec::new());
        Sweep { ask: None, since, began_at, stage: Stage::Config, open, fills }
    }
}

impl AccountSession {
    /// Compares the account after a login, or when something could not be read.
    pub(super) fn verify(&mut self, at: Nanos, out: &mut Output) {
        let runs = |sweep: &Sweep| sweep.ask.is_none();
        if self.sweeps_waiting.iter().any(runs) {
            return;
        }
        self.start_sweep(Sweep::verifying(at, self.whole_at + Nanos(-OVERLAP.0)), out);
    }

    /// The connection it was to verify is gone.
    pub(super) fn abandon_verification(&mut self) {
        self.sweeps_waiting.retain(|sweep| sweep.ask.is_some());
        if let Some(sweep) = &mut self.sweep
            && sweep.ask.is_none()
        {
            sweep.began_at = Nanos(i64::MIN);
        }
    }

    pub(super) fn start_sweep(&mut self, sweep: Sweep, out: &mut Output) {
        if self.sweep.is_some() {
            self.sweeps_waiting.push_back(sweep);
            return;
        }
        let call = match sweep.stage {
            Stage::Config => encode::config(),
            _ => encode::pending(None, None),
        };
        self.sweep = Some(sweep);
        self.call(Purpose::Sweep, call, out);
    }

    pub(super) fn on_sweep(&mut self, at: Nanos, answer: &Answer<'_>, out: &mut Output) {
        let Some(mut sweep) = self.sweep.take() else { return };
        match self.advance(&mut sweep, answer, out) {
            Ok(Some(positions)) => self.swept(at, sweep, positions, out),
            Ok(None) => {
                self.sweep = Some(sweep);
                return;
            }
            Err(words) => match sweep.ask {
                Some(no) => out.notes.push(Note::Answered(no, Err(words))),
                None => {
                    out.notes.push(Note::Unreadable(format!("verification: {words}")));
                    self.later.put(at + RETRY_AFTER, Later::Verify);
                }
            },
        }
        if let Some(next) = self.sweeps_waiting.pop_front() {
            self.start_sweep(next, out);
        }
    }

    /// Takes one answer and asks for the next; the positions when it was the last one.
    fn advance(
        &mut self,
        sweep: &mut Sweep,
        answer: &Answer<'_>,
        out: &mut Output,
    ) -> Result<Option<Vec<(InstrumentNo, Lots)>>, String> {
        let call = match sweep.stage {
            Stage::Config => {
                let config: Vec<AccountConfig> = read(answer)?;
                let config = config.first().ok_or("no account configuration")?;
                self.terms.hedge = config.position_mode == "long_short_mode";
                let may_withdraw = config.perm.split(',').any(|right| right.trim() == "withdraw");
                out.notes.push(Note::MayWithdraw(may_withdraw));
                sweep.stage = Stage::Open;
                encode::pending(None, None)
            }
            Stage::Open => match self.add_open(sweep, answer, out)? {
                Some(last) => encode::pending(None, Some(last)),
                None => {
                    sweep.stage = Stage::Fills;
                    encode::fills(sweep.since, None)
                }
            },
            Stage::Fills => match self.add_fills(sweep, answer, out)? {
                Some(last) => encode::fills(sweep.since, Some(&last)),
                None => {
                    sweep.stage = Stage::Positions;
                    encode::positions()
                }
            },
            Stage::Positions => return self.positions(answer).map(Some),
        };
        self.call(Purpose::Sweep, call, out);
        Ok(None)
    }

    /// Open orders; the id to go on from when there may be more.
    fn add_open(
        &mut self,
        sweep: &mut Sweep,
        answer: &Answer<'_>,
        out: &mut Output,
    ) -> Result<Option<u64>, String> {
        let orders = decode::orders(list(answer)?).map_err(|error| error.to_string())?;
        for update in &orders {
            let entry = self.catalog.by_symbol(update.inst_id);
            match own_order(update, self.account).zip(entry) {
                Some((id, entry)) => {
                    let order = entry.order(id, update).map_err(|error| error.to_string())?;
                    sweep.open.push(order);
                }
                None => {
                    let name = String::from_utf8_lossy(update.client_id()).into_owned();
                    out.notes.push(Note::ForeignOrder(name, update.ord_id.to_string()));
                }
            }
        }
        Ok(orders.last().filter(|_| orders.len() == PAGE).map(|order| order.ord_id))
    }

    /// Fills; the entry to go on from when there may be more.
    fn add_fills(
        &mut self,
        sweep: &mut Sweep,
        answer: &Answer<'_>,
        out: &mut Output,
    ) -> Result<Option<String>, String> {
        let rows: Vec<FillRow> = read(answer)?;
        for row in &rows {
            let Some(entry) = self.catalog.by_symbol(row.inst_id.as_bytes()) else { continue };
            let ours = our_id(row.cl_ord_id.as_bytes(), self.account)
                .or_else(|| self.triggered(u64::try_from(row.ord_id).unwrap_or_default()));
            let fill = entry.fill_of_row(ours.unwrap_or_else(nobody), row);
            let fill = fill.map_err(|error| error.to_string())?;
            match ours {
                Some(_) => sweep.fills.push(fill),
                None => out.notes.push(Note::ForeignFill(row.cl_ord_id.clone(), fill)),
            }
        }
        Ok(rows.last().filter(|_| rows.len() == PAGE).map(|row| row.bill_id.clone()))
    }

    /// Net positions; spot has none of its own.
    fn positions(&self, answer: &Answer<'_>) -> Result<Vec<(InstrumentNo, Lots)>, String> {
        let rows: Vec<Position> = read(answer)?;
        let mut net: Vec<(InstrumentNo, Lots)> = Vec::new();
        for row in &rows {
            let Some(entry) = self.catalog.by_symbol(row.inst_id.as_bytes()) else { continue };
            let lots = whole_lots(row.signed(), entry.rules.wire_lot).ok_or_else(|| {
                format!("{} of {} is no whole number of lots", row.signed(), row.inst_id)
            })?;
            match net.iter_mut().find(|(no, _)| *no == entry.rules.no) {
                Some((_, sum)) => *sum += lots,
                None => net.push((entry.rules.no, lots)),
            }
        }
        net.retain(|(_, lots)| *lots != Lots::ZERO);
        net.sort_unstable();
        Ok(net)
    }

    fn swept(
        &mut self,
        at: Nanos,
        sweep: Sweep,
        positions: Vec<(InstrumentNo, Lots)>,
        out: &mut Output,
    ) {
        let Sweep { ask, open, mut fills, began_at, .. } = sweep;
        fills.sort_by_key(|fill| (fill.at, fill.trade_id));
        self.report(at + self.offset, ReportKind::Account { open, fills, positions }, out);
        if ask.is_none() && self.private.is_ready() && began_at.0 != i64::MIN {
            self.whole_at = at + self.offset;
            self.private.verified(out);
            out.notes.push(Note::AccountReady);
            if self.drop_copy_at.0 == i64::MAX {
                self.drop_copy_at = at + DROP_COPY_EVERY;
                self.drop_copy_since = at + self.offset;
                self.fees_at = at;
            }
        }
    }

    /// The second path for fills: the list, read on its own.
    pub(super) fn drop_copy(&mut self, at: Nanos, out: &mut Output) {
        self.drop_copy_at = at + DROP_COPY_EVERY;
        if self.private.is_ready() {
            self.whole_at = self.whole_at.max(at + self.offset);
        }
        let since = self.drop_copy_since + Nanos(-OVERLAP.0);
        self.call(Purpose::DropCopy, encode::fills(since, None), out);
    }

    pub(super) fn on_drop_copy(&mut self, at: Nanos, answer: &Answer<'_>, out: &mut Output) {
        let rows: Vec<FillRow> = match read(answer) {
            Ok(rows) => rows,
            Err(words) => return out.notes.push(Note::Unreadable(format!("drop copy: {words}"))),
        };
        for row in rows.iter().rev() {
            let Some(entry) = self.catalog.by_symbol(row.inst_id.as_bytes()) else { continue };
            let ours = our_id(row.cl_ord_id.as_bytes(), self.account)
                .or_else(|| self.triggered(u64::try_from(row.ord_id).unwrap_or_default()));
            let Some(id) = ours else { continue };
            match entry.fill_of_row(id, row) {
                Ok(fill) if self.drop_copied.insert(fill.instrument, fill.trade_id) => {
                    out.notes.push(Note::DropCopy(fill));
                }
                Ok(_) => {}
                Err(error) => out.notes.push(Note::Unreadable(format!("drop copy: {error}"))),
            }
        }
        match rows.last() {
            Some(last) if rows.len() == PAGE => {
                let since = self.drop_copy_since + Nanos(-OVERLAP.0);
                self.call(Purpose::DropCopy, encode::fills(since, Some(&last.bill_id)), out);
            }
            _ => self.drop_copy_since = at + self.offset,
        }
    }
}
