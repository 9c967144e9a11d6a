//! The life of every order as the journal tells it: what is known of its fate, and which records say so.
//!
//! It reads records in order and needs nothing else: no configuration, no clock. The console, the SQL projection
//! and the report of exactly-once all show this one reading.

use std::collections::{BTreeMap, VecDeque};

use aurora_engine::{Record, Stamped};
use aurora_exec::{Change, Deadlines, Order, Orders, Purpose};
use aurora_model::{
    ClientOrderId, Fill, Lots, Nanos, OrderIntent, OrderState, ReportKind, VenueOrder,
    VenueRefusal, VenueReport,
};

/// What is known of one transmission. It ends in the last four; until then the whole quantity counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Written down, not sent.
    Prepared,
    /// Sent once, no answer yet.
    Sent,
    /// The answer is lost: the venue is asked.
    Unknown,
    /// Taken back before it was sent.
    Withdrawn,
    /// The venue had it, whatever became of it then.
    Acked,
    /// The venue refused it for good.
    Rejected,
    /// Proved never to have been live.
    Dead,
}

impl Fate {
    /// All of them.
    pub const ALL: [Fate; 7] = [
        Fate::Prepared,
        Fate::Sent,
        Fate::Unknown,
        Fate::Withdrawn,
        Fate::Acked,
        Fate::Rejected,
        Fate::Dead,
    ];

    /// The word in tables and on screens.
    pub const fn code(self) -> &'static str {
        match self {
            Fate::Prepared => "PREPARED",
            Fate::Sent => "SENT",
            Fate::Unknown => "UNKNOWN",
            Fate::Withdrawn => "WITHDRAWN",
            Fate::Acked => "ACKED",
            Fate::Rejected => "REJECTED",
            Fate::Dead => "DEAD",
        }
    }

    /// Whether nothing more has to be found out.
    pub const fn is_settled(self) -> bool {
        matches!(self, Fate::Withdrawn | Fate::Acked | Fate::Rejected | Fate::Dead)
    }
}

/// A record that says something about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The run it was written in.
    pub epoch: u32,
    /// Its number in the journal.
    pub seq: u64,
    /// When, on the desk's time line.
    pub at: Nanos,
    /// What it says: `intent`, `sent`, `ack`, `fill` …
    pub word: &'static str,
    /// Whether the order is open by the venue, where it told how it stands: `found` and `swept`.
    pub is_open: Option<bool>,
}

/// One order's life.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Its id.
    pub id: ClientOrderId,
    /// What it asks.
    pub intent: OrderIntent,
    /// Why it was made.
    pub purpose: Purpose,
    /// The decision that let it pass (a UUIDv7).
    pub decision: u128,
    /// When it was decided.
    pub decided_at: Nanos,
    /// When it left; `None` when it never did.
    pub sent_at: Option<Nanos>,
    /// When its fate was settled.
    pub settled_at: Option<Nanos>,
    /// The run in which it was.
    pub settled_in: Option<u32>,
    /// When it ended.
    pub ended_at: Option<Nanos>,
    /// Where it is in its life.
    pub state: OrderState,
    /// What is known of its transmission.
    pub fate: Fate,
    /// The venue's id.
    pub venue_id: Option<u64>,
    /// Why the venue refused it.
    pub refusal: Option<VenueRefusal>,
    /// How much has filled.
    pub filled: Lots,
    /// Since when it is in doubt; `None` when it is not.
    pub doubted_at: Option<Nanos>,
    /// How long it was in doubt before, in all.
    pub doubt: Nanos,
    /// The records, in order; of many answers alike in a row the first and the last.
    pub links: Vec<Link>,
    pub(crate) trades: Vec<u128>,
}

impl Trace {
    /// `PENDING`, `SENT`, `UNKNOWN`, `CONFIRMED`, or `REPLAYED`: confirmed by a later run than the one that sent it.
    pub fn exactly_once_state(&self) -> &'static str {
        match self.fate {
            Fate::Prepared => "PENDING",
            Fate::Sent => "SENT",
            Fate::Unknown => "UNKNOWN",
            _ if self.settled_in.is_some_and(|epoch| self.id.epoch() < epoch) => "REPLAYED",
            _ => "CONFIRMED",
        }
    }

    /// How long its fate was unknown by then.
    pub fn in_doubt(&self, now: Nanos) -> Nanos {
        self.doubt + self.doubted_at.map_or(Nanos(0), |since| now - since)
    }

    fn link(&mut self, link: Link) {
        let says = |link: &Link| (link.word, link.is_open);
        let repeats = |back: usize| {
            let before = self.links.len().checked_sub(back);
            before.is_some_and(|at| says(&self.links[at]) == says(&link))
        };
        let is_asked_again = matches!(says(&link), ("not_found", _) | ("swept", Some(_)));
        if is_asked_again && repeats(1) && repeats(2) {
            self.links.pop();
        }
        self.links.push(link);
    }
}

/// Every order the journal has told of so far; the newest of them are kept.
#[derive(Debug)]
pub struct Traces {
    pub(crate) orders: Orders,
    pub(crate) all: BTreeMap<ClientOrderId, Trace>,
    /// Oldest first.
    pub(crate) made: VecDeque<ClientOrderId>,
    pub(crate) most: usize,
    pub(crate) epoch: u32,
}

impl Traces {
    /// Nothing yet; at most so many orders are remembered.
    pub fn new(most: usize) -> Traces {
        Traces {
            orders: Orders::new(0, 0, Deadlines::default()),
            all: BTreeMap::new(),
            made: VecDeque::new(),
            most,
            epoch: 0,
        }
    }

    /// An order that is remembered.
    pub fn get(&self, id: ClientOrderId) -> Option<&Trace> {
        self.all.get(&id)
    }

    /// What is remembered, newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Trace> {
        self.made.iter().rev().map(|id| &self.all[id])
    }

    /// Reads the next record; whose lives it changed is added to `touched`.
    pub fn take(&mut self, seq: u64, stamped: &Stamped, touched: &mut Vec<ClientOrderId>) {
        let at = stamped.at;
        let from = touched.len();
        // A record that cannot follow the ones before it is the journal's and the engine's to complain about.
        let word = match &stamped.record {
            Record::Epoch { epoch } => {
                self.epoch = *epoch;
                self.orders.begin_epoch(*epoch, at);
                touched.extend(self.orders.live().map(|order| order.id));
                "epoch"
            }
            Record::Intent { id, intent, purpose, decision } => {
                self.orders.restore(*id, *intent, *purpose, at);
                self.begin(*id, *intent, *purpose, *decision, at);
                touched.push(*id);
                "intent"
            }
            Record::Sent { id } => {
                drop(self.orders.sent(*id, at));
                touched.push(*id);
                "sent"
            }
            Record::Withdrawn { id } => {
                drop(self.orders.withdraw(*id, at));
                touched.push(*id);
                "withdrawn"
            }
            Record::Doubted { id } => {
                drop(self.orders.doubt(*id, at));
                touched.push(*id);
                "doubted"
            }
            Record::CancelAsked { id } => {
                self.orders.ask_cancel(*id, at);
                touched.push(*id);
                "cancel_asked"
            }
            Record::Absent { id } => {
                drop(self.orders.absent(*id, at));
                touched.push(*id);
                "absent"
            }
            Record::Held { id, .. } => {
                touched.push(*id);
                "held"
            }
            Record::Report(report) => self.report(at, report, touched),
            _ => return,
        };
        for id in &touched[from..] {
            let (Some(trace), Some(order)) = (self.all.get_mut(id), self.orders.get(*id)) else {
                continue;
            };
            if word != "epoch" {
                let is_open = stands(&stamped.record, *id);
                trace.link(Link { epoch: self.epoch, seq, at, word, is_open });
            }
            refresh(trace, order, (at, self.epoch));
        }
    }

    fn begin(
        &mut self,
        id: ClientOrderId,
        intent: OrderIntent,
        purpose: Purpose,
        decision: u128,
        at: Nanos,
    ) {
        if self.made.len() == self.most
            && let Some(oldest) = self.made.pop_front()
        {
            self.all.remove(&oldest);
        }
        self.made.push_back(id);
        let trace = Trace {
            id,
            intent,
            purpose,
            decision,
            decided_at: at,
            sent_at: None,
            settled_at: None,
            settled_in: None,
            ended_at: None,
            state: OrderState::Prepared,
            fate: Fate::Prepared,
            venue_id: None,
            refusal: None,
            filled: Lots::ZERO,
            doubted_at: None,
            doubt: Nanos(0),
            links: Vec::with_capacity(6),
            trades: Vec::new(),
        };
        self.all.insert(id, trace);
    }

    fn report(
        &mut self,
        at: Nanos,
        report: &VenueReport,
        touched: &mut Vec<ClientOrderId>,
    ) -> &'static str {
        match &report.kind {
            ReportKind::Account { open, fills, .. } => {
                for fill in fills {
                    touched.extend(self.book(at, fill).then_some(fill.order));
                }
                for order in open {
                    let kind = ReportKind::Order { id: order.id, found: Some(*order) };
                    let found = VenueReport { venue_at: report.venue_at, kind };
                    let before = self.orders.get(order.id).map(|order| order.state);
                    drop(self.orders.on_report(at, &found));
                    let after = self.orders.get(order.id).map(|order| order.state);
                    // That an order we have ended is open there says something each time.
                    let differs = order.is_open && after.is_some_and(OrderState::is_terminal);
                    touched.extend((before != after || differs).then_some(order.id));
                }
                touched.dedup();
                "swept"
            }
            // What it proves, and when, was decided live and written down as a record of its own.
            ReportKind::Order { id, found: None } => {
                touched.push(*id);
                "not_found"
            }
            kind => {
                let (id, word) = told(kind);
                if let Ok(Change::Fill(fill)) = self.orders.on_report(at, report) {
                    self.book(at, &fill);
                }
                touched.push(id);
                word
            }
        }
    }

    /// Books a fill once; false when it was told before.
    fn book(&mut self, at: Nanos, fill: &Fill) -> bool {
        let Some(trace) = self.all.get_mut(&fill.order) else { return false };
        if trace.trades.contains(&fill.trade_id) {
            return false;
        }
        trace.trades.push(fill.trade_id);
        drop(self.orders.booked(fill, at));
        true
    }
}

/// Whether the record has the venue say of the order that it is open, or that it is not.
fn stands(record: &Record, id: ClientOrderId) -> Option<bool> {
    let Record::Report(report) = record else { return None };
    match &report.kind {
        ReportKind::Order { found: Some(found), .. } => Some(found.is_open),
        ReportKind::Account { open, .. } => {
            open.iter().find(|order| order.id == id).map(|order| order.is_open)
        }
        _ => None,
    }
}

fn told(kind: &ReportKind) -> (ClientOrderId, &'static str) {
    match kind {
        ReportKind::Ack { id, .. } => (*id, "ack"),
        ReportKind::Reject { id, .. } => (*id, "reject"),
        ReportKind::Fill(Fill { order, .. }) => (*order, "fill"),
        ReportKind::Canceled { id, .. } => (*id, "canceled"),
        ReportKind::Expired { id, .. } => (*id, "expired"),
        ReportKind::CancelRejected { id } => (*id, "cancel_rejected"),
        ReportKind::Order { id, found: Some(VenueOrder { .. }) } => (*id, "found"),
        ReportKind::Order { id, found: None } => (*id, "not_found"),
        ReportKind::Account { .. } => unreachable!("an account is about many orders"),
    }
}

fn refresh(trace: &mut Trace, order: &Order, (at, epoch): (Nanos, u32)) {
    let fate = match order.state {
        OrderState::Prepared => Fate::Prepared,
        OrderState::Submitted => Fate::Sent,
        OrderState::InDoubt => Fate::Unknown,
        OrderState::Reject if order.is_dead() => Fate::Dead,
        OrderState::Reject => Fate::Rejected,
        OrderState::Cancel if order.sent_at.is_none() => Fate::Withdrawn,
        _ => Fate::Acked,
    };
    if fate.is_settled() && trace.fate != fate {
        (trace.settled_at, trace.settled_in) = (Some(at), Some(epoch));
    }
    (trace.fate, trace.state, trace.filled) = (fate, order.state, order.filled);
    (trace.venue_id, trace.refusal) = (order.venue_id, order.refusal);
    (trace.sent_at, trace.ended_at) = (order.sent_at, order.ended_at);
    if let (Some(since), None) = (trace.doubted_at, order.doubted_at) {
        trace.doubt = trace.doubt + (at - since);
    }
    trace.doubted_at = order.doubted_at;
}

#[cfg(test)]
mod tests {
    use aurora_model::saved::Saved;
    use aurora_model::{InstrumentNo, Liquidity, Notional, OrderNo, Side, Ticks, TimeInForce};
    use expect_test::{Expect, expect};

    use super::*;

    fn id(epoch: u32, no: u64) -> ClientOrderId {
        ClientOrderId::new(0, epoch, OrderNo(no))
    }

    fn intent(id: ClientOrderId) -> Record {
        let intent = OrderIntent {
            instrument: InstrumentNo(0),
            side: Side::Buy,
            limit: Ticks(100),
            qty: Lots(10),
            time_in_force: TimeInForce::Gtc,
            reduce_only: false,
        };
        Record::Intent { id, intent, purpose: Purpose::Entry, decision: 7 }
    }

    fn told(kind: ReportKind) -> Record {
        Record::Report(VenueReport { venue_at: Nanos(0), kind })
    }

    fn fill(order: ClientOrderId, trade_id: u128, qty: i64) -> ReportKind {
        ReportKind::Fill(Fill {
            trade_id,
            instrument: InstrumentNo(0),
            order,
            side: Side::Buy,
            price: Ticks(100),
            qty: Lots(qty),
            fee: Notional::ZERO,
            liquidity: Liquidity::Maker,
            at: Nanos(0),
        })
    }

    /// A record a second; then each life in a line.
    fn check(records: &[Record], expected: &Expect) {
        let mut traces = Traces::new(100);
        for (seq, record) in (1..).zip(records) {
            let at = Nanos::SECOND * i64::try_from(seq).unwrap();
            let stamped = Stamped { at, record: record.clone() };
            traces.take(seq, &stamped, &mut Vec::new());
            // As if every record were followed by a snapshot and a start from it.
            let mut bytes = Vec::new();
            traces.save(&mut bytes);
            let rest = &mut bytes.as_slice();
            traces = Traces::load(rest).expect("what was saved can be loaded");
            assert_eq!(rest.len(), 0);
        }
        let mut told = String::new();
        for trace in traces.newest() {
            let links = trace.links.iter().map(|l| {
                let stands =
                    l.is_open.map_or("", |open| if open { " (open)" } else { " (closed)" });
                format!("{}:{} {}{stands}", l.epoch, l.seq, l.word)
            });
            told += &format!(
                "{} {} {} {} filled {}, in doubt {} s: {}\n",
                trace.exactly_once_state(),
                trace.fate.code(),
                trace.state.code(),
                trace.id,
                trace.filled.0,
                trace.in_doubt(Nanos::SECOND * 20).seconds(),
                links.collect::<Vec<_>>().join(", ")
            );
        }
        expected.assert_eq(&told);
    }

    #[test]
    fn a_fate_is_what_the_records_say_and_names_them() {
        let (a, b, c) = (id(1, 1), id(1, 2), id(1, 3));
        check(
            &[
                Record::Epoch { epoch: 1 },
                intent(a),
                Record::Sent { id: a },
                told(ReportKind::Ack { id: a, venue_id: 5 }),
                told(fill(a, 1, 4)),
                told(fill(a, 1, 4)),
                intent(b),
                Record::Withdrawn { id: b },
                intent(c),
                Record::Sent { id: c },
                told(ReportKind::Reject { id: c, refusal: VenueRefusal::WouldTake }),
            ],
            &expect![[r#"
                CONFIRMED REJECTED REJECT A000000100000003S8 filled 0, in doubt 0 s: 1:9 intent, 1:10 sent, 1:11 reject
                CONFIRMED WITHDRAWN CANCEL A000000100000002S7 filled 0, in doubt 0 s: 1:7 intent, 1:8 withdrawn
                CONFIRMED ACKED PARTIAL A000000100000001S6 filled 4, in doubt 0 s: 1:2 intent, 1:3 sent, 1:4 ack, 1:5 fill, 1:6 fill
            "#]],
        );
    }

    #[test]
    fn an_order_that_was_never_answered_is_unknown_until_two_not_founds_kill_it() {
        let a = id(1, 1);
        let none = || told(ReportKind::Order { id: a, found: None });
        check(
            &[
                Record::Epoch { epoch: 1 },
                intent(a),
                Record::Sent { id: a },
                Record::Doubted { id: a },
                none(),
                none(),
                none(),
                none(),
                Record::Absent { id: a },
            ],
            &expect![[r#"
                CONFIRMED DEAD REJECT A000000100000001S6 filled 0, in doubt 5 s: 1:2 intent, 1:3 sent, 1:4 doubted, 1:5 not_found, 1:8 not_found, 1:9 absent
            "#]],
        );
    }

    #[test]
    fn an_order_that_ended_and_is_open_at_the_venue_says_so_with_every_sweep() {
        let a = id(1, 1);
        let open = || {
            let Record::Intent { intent, .. } = intent(a) else { unreachable!() };
            VenueOrder { id: a, venue_id: 5, intent, filled: Lots::ZERO, is_open: true }
        };
        let swept = || {
            let open = vec![open()];
            told(ReportKind::Account { open, fills: Vec::new(), positions: Vec::new() })
        };
        let records = [
            Record::Epoch { epoch: 1 },
            intent(a),
            Record::Sent { id: a },
            told(ReportKind::Ack { id: a, venue_id: 5 }),
            swept(),
            told(ReportKind::Canceled { id: a, filled: Lots::ZERO }),
            swept(),
            swept(),
            swept(),
            told(ReportKind::Order { id: a, found: Some(VenueOrder { is_open: false, ..open() }) }),
        ];
        check(
            &records,
            &expect![[r#"
                CONFIRMED ACKED CANCEL A000000100000001S6 filled 0, in doubt 0 s: 1:2 intent, 1:3 sent, 1:4 ack, 1:6 canceled, 1:7 swept (open), 1:9 swept (open), 1:10 found (closed)
            "#]],
        );
    }

    #[test]
    fn what_a_later_run_found_out_is_replayed() {
        let (a, b) = (id(1, 1), id(1, 2));
        let ack = |id| told(ReportKind::Ack { id, venue_id: 5 });
        check(
            &[
                Record::Epoch { epoch: 1 },
                intent(a),
                Record::Sent { id: a },
                intent(b),
                Record::Epoch { epoch: 2 },
                ack(a),
            ],
            &expect![[r#"
                UNKNOWN UNKNOWN IN_DOUBT A000000100000002S7 filled 0, in doubt 15 s: 1:4 intent
                REPLAYED ACKED ACK A000000100000001S6 filled 0, in doubt 15 s: 1:2 intent, 1:3 sent, 2:6 ack
            "#]],
        );
    }
}
