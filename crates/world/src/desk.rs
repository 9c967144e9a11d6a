//! A desk: the real engine and the real journal, and the steps between them.

use std::collections::VecDeque;
use std::path::Path;
use std::slice::from_ref;

use aurora_engine::{Audit, Command, Effects, Engine, Input, Record};
use aurora_gate::NoStopwatch;
use aurora_journal::{ChainHash, Journal, JournalError, Seq};
use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Level, Lots, MarketEvent, MarketKind, Nanos, ReportKind,
    Side, Ticks, TradingState, VenueReport,
};

use crate::disk::{DIR, Seen};
use crate::draws::Draws;
use crate::faults::Injected;
use crate::line::Line;
use crate::setup;
use crate::strategy::Restless;
use crate::world::{Event, NodeEvent, World};

/// The process ended in the middle of something.
#[derive(Debug)]
pub(crate) struct Died(pub(crate) &'static str);

/// Why no desk began.
#[derive(Debug)]
pub(crate) enum Cannot {
    /// Not now; the process goes on.
    Refused(String),
    /// The process ended over it.
    Died(String),
}

/// What one node's market stream has told of one instrument.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Feed {
    update: u64,
    /// The best bid and ask it last told.
    shown: Option<i64>,
    /// A diff was lost since the last whole book.
    pub(crate) has_gap: bool,
    resync_in: u8,
    /// When the last event came, by the desk's clock.
    pub(crate) heard_at: Nanos,
}

/// The engine, its journal and its line.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) term: u32,
    pub(crate) epoch: u32,
    pub(crate) engine: Engine<NoStopwatch>,
    pub(crate) journal: Journal,
    /// The last record of the runs before.
    pub(crate) base: u64,
    /// The last one that is durable here, and the last one that may be acted on.
    pub(crate) durable: Seq,
    pub(crate) released: Seq,
    /// The chain after each record of this run.
    pub(crate) heads: Vec<ChainHash>,
    /// Intents that are not released yet.
    pub(crate) intents: VecDeque<(Seq, ClientOrderId)>,
    pub(crate) has_begun: bool,
    effects: Effects,
    is_dirty: bool,
    is_committing: bool,
    pub(crate) line: Line,
    pub(crate) feeds: [Feed; 2],
    /// The signer was told that this desk trades.
    pub(crate) is_released: bool,
}

impl World {
    /// Reads the journal, replays it, and begins a new epoch in it.
    pub(crate) fn open_desk(&mut self, n: usize, epoch: u32) -> Result<Box<Desk>, Cannot> {
        self.terms += 1;
        let (term, markets, eager) = (self.terms, self.options.markets, self.options.eager);
        let mut draws = Draws::new(self.options.seed ^ u64::from(term).rotate_left(40));
        let mut engine = setup::engine(self.options.seed, markets, || {
            Some(Box::new(Restless::new(draws.fork(), eager)))
        });
        let node = &self.nodes[n];
        let files = Seen::from(node.host, &node.disk);
        let (mut fault, mut told, mut heads) = (None, Vec::new(), Vec::new());
        let opened =
            Journal::open_on(files, Path::new(DIR), setup::journal(epoch), &mut |record| {
                heads.push(record.hash);
                if fault.is_none() {
                    let taken = aurora_records::decode(&record.payload)
                        .map_err(|error| error.to_string())
                        .and_then(|stamped| {
                            told.extend_from_slice(fills_in(&stamped.record));
                            engine.replay(record.seq.0, &stamped).map_err(|e| e.to_string())
                        });
                    fault = taken.err();
                }
            });
        let (journal, recovered) = match opened {
            Ok(opened) => opened,
            Err(JournalError::Io { action, source, .. }) => {
                return Err(Cannot::Died(format!("cannot {action}: {source}")));
            }
            Err(
                refused @ (JournalError::Locked { .. }
                | JournalError::Full { .. }
                | JournalError::Epoch { .. }),
            ) => {
                return Err(Cannot::Refused(refused.to_string()));
            }
            Err(refused) => {
                self.checks.refused_to_start(self.now, &refused);
                return Err(Cannot::Died(refused.to_string()));
            }
        };
        self.counts.desks += 1;
        self.counts.replays += recovered.records;
        if let Some(fault) = fault {
            self.checks.cannot_replay(self.now, &fault);
            return Err(Cannot::Died(fault));
        }
        self.recovered(term, &recovered, &engine, (&told, &heads));
        let node = &self.nodes[n];
        let (no, life) = (node.no, node.life);
        let desk = Desk {
            term,
            epoch,
            engine,
            journal,
            base: recovered.last_seq.0,
            durable: recovered.last_seq,
            released: recovered.last_seq,
            heads: Vec::new(),
            intents: VecDeque::new(),
            has_begun: false,
            effects: Effects::default(),
            is_dirty: false,
            is_committing: false,
            line: Line::new(self.now),
            feeds: [Feed::default(); 2],
            is_released: false,
        };
        self.trace.say(self.now, || {
            let (records, torn) = (recovered.records, recovered.torn_bytes);
            format!("node {n}: desk of epoch {epoch}, {records} records, {torn} bytes torn")
        });
        let soon = self.draws.millis(20, 300);
        self.after(soon, Event::Node { node: no, life, term, event: NodeEvent::Begin });
        for market in 0..markets {
            let event = NodeEvent::Market(market);
            self.after(Nanos::from_millis(5), Event::Node { node: no, life, term, event });
        }
        Ok(Box::new(desk))
    }

    /// Something happens to a desk. False when it has come to its end.
    pub(crate) fn desk_event(
        &mut self,
        n: usize,
        desk: &mut Desk,
        event: NodeEvent,
    ) -> Result<bool, Died> {
        match event {
            NodeEvent::Timer => {
                self.apply(n, desk, &Input::Timer)?;
                self.next_timer(n, desk);
            }
            NodeEvent::Market(market) => self.market(n, desk, market)?,
            NodeEvent::Commit => self.commit(n, desk)?,
            NodeEvent::Begin => self.begin(n, desk)?,
            NodeEvent::Close => return self.close(n, desk).map(|()| false),
            event => self.line_event(n, desk, event)?,
        }
        Ok(true)
    }

    fn begin(&mut self, n: usize, desk: &mut Desk) -> Result<(), Died> {
        desk.has_begun = true;
        self.apply(n, desk, &Input::Audit(audit_of(desk)))?;
        let start = Command::Start { epoch: desk.epoch };
        self.apply(n, desk, &Input::Command(start))?;
        self.connected(n, desk)?;
        self.next_timer(n, desk);
        Ok(())
    }

    fn next_timer(&mut self, n: usize, desk: &Desk) {
        let node = &self.nodes[n];
        let (no, life, term) = (node.no, node.life, desk.term);
        // A busy process is late by some.
        let late = self.draws.millis(0, 220);
        let at = (desk.engine.next_timer() - node.local(Nanos(0)) + late).max(self.now + late);
        self.queue.add(at, Event::Node { node: no, life, term, event: NodeEvent::Timer });
    }

    /// The engine takes an input; what it asks for is done. Whether a command was carried out.
    pub(crate) fn apply(
        &mut self,
        n: usize,
        desk: &mut Desk,
        input: &Input<'_>,
    ) -> Result<bool, Died> {
        let at = self.nodes[n].local(self.now);
        desk.effects.clear();
        let done = desk.engine.apply(at, input, &mut desk.effects).is_ok();
        self.carry_out(n, desk)?;
        self.follow(n, desk);
        Ok(done)
    }

    /// Appends the records, sends the requests, looks at everything.
    fn carry_out(&mut self, n: usize, desk: &mut Desk) -> Result<(), Died> {
        let mut effects = std::mem::take(&mut desk.effects);
        for stamped in effects.records.drain(..) {
            let payload = aurora_records::encode(&stamped);
            let kind = aurora_records::kind_byte(&stamped.record);
            let appended = desk.journal.append_vital(kind, &payload);
            appended.map_err(|_| Died("the journal has stopped"))?;
            desk.is_dirty = true;
            self.counts.records += 1;
            self.trace.say(self.now, || {
                format!("node {n}: writes {}", String::from_utf8_lossy(&payload))
            });
            desk.heads.push(desk.journal.head_hash());
            if let Record::Intent { id, .. } = stamped.record {
                desk.intents.push_back((desk.journal.last_seq(), id));
            }
            self.written(desk, &stamped.record);
            self.crash_point(n)?;
        }
        for request in effects.requests.drain(..) {
            self.submit(n, desk, request)?;
        }
        self.looked(desk, self.nodes[n].local(self.now), &effects.notices);
        desk.effects = effects;
        if desk.is_dirty && self.has_two_disks() {
            self.ship_soon(1 - n, 15);
        }
        if desk.is_dirty && !desk.is_committing {
            self.begin_commit(n, desk);
        }
        Ok(())
    }

    fn begin_commit(&mut self, n: usize, desk: &mut Desk) {
        (desk.is_dirty, desk.is_committing) = (false, true);
        let took = match self.now < self.nodes[n].slow_until {
            true => self.draws.millis(200, 3_000),
            false => self.draws.millis(1, 6),
        };
        let (node, life, term) = (self.nodes[n].no, self.nodes[n].life, desk.term);
        self.after(took, Event::Node { node, life, term, event: NodeEvent::Commit });
    }

    fn commit(&mut self, n: usize, desk: &mut Desk) -> Result<(), Died> {
        desk.is_committing = false;
        self.crash_point(n)?;
        let seq = desk.journal.commit().map_err(|_| Died("the journal has stopped"))?;
        if self.draws.chance(100) {
            desk.journal.prepare();
        }
        desk.is_dirty = false;
        desk.durable = seq;
        self.crash_point(n)?;
        if audit_of(desk) != desk.engine.audit() {
            self.apply(n, desk, &Input::Audit(audit_of(desk)))?;
        }
        self.release(n, desk)
    }

    /// What is durable where it has to be may be acted on.
    pub(crate) fn release(&mut self, n: usize, desk: &mut Desk) -> Result<(), Died> {
        let released = self.releasable(n, desk);
        if released <= desk.released {
            return Ok(());
        }
        desk.released = released;
        self.released(n, desk);
        let records = released.0 - desk.base;
        self.apply(n, desk, &Input::Durable { records }).map(drop)
    }

    fn close(&mut self, n: usize, desk: &mut Desk) -> Result<(), Died> {
        self.crash_point(n)?;
        desk.durable = desk.journal.commit().map_err(|_| Died("the journal has stopped"))?;
        desk.released = desk.released.max(self.releasable(n, desk));
        self.released(n, desk);
        Ok(())
    }

    /// A place where a process may die.
    pub(crate) fn crash_point(&mut self, n: usize) -> Result<(), Died> {
        let node = &mut self.nodes[n];
        let Some(left) = &mut node.dies_in else { return Ok(()) };
        if 0 < *left {
            *left -= 1;
            return Ok(());
        }
        node.dies_in = None;
        self.counts.fault(crate::faults::Fault::KillAtStep);
        Err(Died("killed between two steps"))
    }

    /// The signer follows the desk's state.
    fn follow(&mut self, n: usize, desk: &mut Desk) {
        let is_trading = desk.engine.status().state == TradingState::Run;
        if is_trading != desk.is_released && !self.signer.is_away {
            if self.signer.follow(desk.epoch, is_trading) {
                desk.is_released = is_trading;
            }
            self.trace.say(self.now, || {
                format!("node {n}: tells the signer that it trades: {is_trading}")
            });
        }
    }

    /// The market moves, and the node hears of it or not.
    fn market(&mut self, n: usize, desk: &mut Desk, market: u16) -> Result<(), Died> {
        let node = &self.nodes[n];
        let (no, life, term) = (node.no, node.life, desk.term);
        let next = self.draws.millis(70, 330);
        self.after(next, Event::Node { node: no, life, term, event: NodeEvent::Market(market) });
        let m = usize::from(market);
        self.bids[m] = (self.bids[m] + self.draws.between(-1, 1)).clamp(400, 1_200);
        if self.now < self.nodes[n].silent_until {
            return Ok(());
        }
        let (bid, at) = (self.bids[m], self.nodes[n].local(self.now));
        let feed = &mut desk.feeds[m];
        feed.update += 1;
        if self.draws.chance(self.options.gaps) && !self.is_calm && feed.shown.is_some() {
            self.injected(Injected::Gap);
            let feed = &mut desk.feeds[m];
            (feed.has_gap, feed.resync_in) = (true, feed.resync_in.max(4));
            return Ok(());
        }
        let feed = &mut desk.feeds[m];
        feed.heard_at = at;
        feed.resync_in = feed.resync_in.saturating_sub(1);
        let is_whole = feed.shown.is_none() || (feed.has_gap && feed.resync_in == 0);
        let mut levels = [level(Side::Buy, 0, 0); 4];
        let used = if is_whole {
            (feed.has_gap, feed.resync_in) = (false, 0);
            levels[..2]
                .copy_from_slice(&[level(Side::Buy, bid, 90), level(Side::Sell, bid + 1, 80)]);
            2
        } else {
            let shown = feed.shown.unwrap_or(bid);
            levels = [
                level(Side::Buy, shown, 0),
                level(Side::Sell, shown + 1, 0),
                level(Side::Buy, bid, 90),
                level(Side::Sell, bid + 1, 80),
            ];
            4
        };
        feed.shown = Some(bid);
        let update = feed.update;
        let levels = &levels[..used];
        let kind = match is_whole {
            true => MarketKind::Snapshot { last_id: update, levels },
            false => MarketKind::Diff {
                first_id: update,
                last_id: update,
                prev_id: Some(update - 1),
                levels,
            },
        };
        let instrument = InstrumentNo(market);
        let event = MarketEvent { instrument, exchange_at: at, received_at: at, kind };
        self.apply(n, desk, &Input::Market(event)).map(drop)
    }
}

fn level(side: Side, price: i64, qty: i64) -> Level {
    Level { side, price: Ticks(price), qty: Lots(qty) }
}

/// The fills a record tells of.
fn fills_in(record: &Record) -> &[Fill] {
    match record {
        Record::Report(VenueReport { kind: ReportKind::Fill(fill), .. }) => from_ref(fill),
        Record::Report(VenueReport { kind: ReportKind::Account { fills, .. }, .. }) => fills,
        _ => &[],
    }
}

fn audit_of(desk: &Desk) -> Audit {
    if desk.journal.is_full() { Audit::JournalFull } else { Audit::Written }
}
