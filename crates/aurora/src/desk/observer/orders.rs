//! Every order's life, as the console tells it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use aurora_api::console::wire::{Coded, FillRow, Hop, JournalLine, OrderLife, OrderRow, Text};
use aurora_engine::{Record, Stamped};
use aurora_exec::{Order, Purpose};
use aurora_ledger::Booking;
use aurora_matching::Queue;
use aurora_model::{
    ClientOrderId, Fill, Liquidity, Lots, Nanos, Notional, OrderIntent, OrderState, Reason,
    ReasonCode, ReportKind,
};

use super::decisions::{Decisions, uuid_text};
use super::show::{self, Show};
use crate::percentiles::percentiles;

/// How many orders are remembered.
const KEPT: usize = 4_000;
/// How many points of the queue line are kept for one order.
const QUEUE_POINTS: usize = 600;

/// One order's story so far.
#[derive(Debug)]
struct Life {
    row: Arc<OrderRow>,
    version: u64,
    decided: Nanos,
    decision: String,
    intent_seq: u64,
    hops: Vec<(&'static str, Nanos)>,
    queue: VecDeque<(f64, f64)>,
    journal: Vec<Written>,
    fills: Vec<FillRow>,
    closed: bool,
    pnl: Notional,
    cycle_ms: Option<f64>,
}

/// A record about it.
#[derive(Debug)]
struct Written {
    epoch: u32,
    seq: u64,
    stamped: Stamped,
}

impl Written {
    /// It is spelled only when somebody looks: the desk's thread has just spelled it for the journal.
    fn line(&self) -> JournalLine {
        let Written { epoch, seq, stamped } = self;
        JournalLine {
            epoch: *epoch,
            seq: *seq,
            kind: aurora_records::kind_word(aurora_records::kind_byte(&stamped.record)).to_owned(),
            t_ms: show::millis(stamped.at),
            text: String::from_utf8_lossy(&aurora_records::encode(stamped)).into_owned(),
        }
    }
}

/// What an order's step brought.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OrderStep {
    /// The state it came into; `None` when it stayed.
    pub(crate) state: Option<&'static str>,
    /// From deciding to the venue's answer, when that is just known.
    pub(crate) cycle_ms: Option<f64>,
}

#[derive(Debug, Default)]
pub(crate) struct Orders {
    lives: BTreeMap<ClientOrderId, Life>,
    /// Oldest first.
    made: VecDeque<ClientOrderId>,
    version: u64,
    epoch: u32,
    pub(crate) total: u64,
    /// From deciding to the venue's answer, the newest last.
    pub(crate) cycles: VecDeque<f64>,
    /// Their p95; `None` when there was another since.
    cycle_p95: Option<f64>,
    undurable: VecDeque<ClientOrderId>,
}

impl Orders {
    /// A journal record about an order becomes a line and a hop of its life.
    pub(crate) fn record(&mut self, seq: u64, stamped: &Stamped, shows: &[Show]) {
        if let Record::Epoch { epoch } = stamped.record {
            self.epoch = epoch;
        }
        if let Record::Intent { id, intent, purpose, decision } = &stamped.record {
            let show = &shows[intent.instrument.index()];
            self.begin(
                *id,
                seq,
                stamped.at,
                *decision,
                blank(*id, intent, *purpose, stamped.at, show),
            );
        }
        let Some(life) =
            aurora_records::order_of(&stamped.record).and_then(|id| self.lives.get_mut(&id))
        else {
            return;
        };
        if let Some(hop) = hop(&stamped.record) {
            life.hops.push((hop, stamped.at));
        }
        life.journal.push(Written { epoch: self.epoch, seq, stamped: stamped.clone() });
    }

    fn begin(&mut self, id: ClientOrderId, seq: u64, at: Nanos, decision: u128, row: OrderRow) {
        if self.made.len() == KEPT
            && let Some(oldest) = self.made.pop_front()
        {
            self.lives.remove(&oldest);
        }
        self.total += 1;
        self.version += 1;
        self.made.push_back(id);
        self.undurable.push_back(id);
        let life = Life {
            row: Arc::new(row),
            version: self.version,
            decided: at,
            decision: uuid_text(decision),
            intent_seq: seq,
            hops: vec![("decided", at), ("gated", at)],
            queue: VecDeque::new(),
            journal: Vec::new(),
            fills: Vec::new(),
            closed: false,
            pnl: Notional::ZERO,
            cycle_ms: None,
        };
        self.lives.insert(id, life);
    }

    /// Everything up to that record is on disk.
    pub(crate) fn durable(&mut self, at: Nanos, seq: u64) {
        while let Some(id) = self.undurable.front()
            && self.lives.get(id).is_none_or(|life| life.intent_seq <= seq)
        {
            if let Some(life) = self.lives.get_mut(id) {
                life.hops.push(("durable", at));
            }
            self.undurable.pop_front();
        }
    }

    /// The order as the engine knows it now.
    pub(crate) fn refresh(&mut self, order: &Order, show: &Show) -> OrderStep {
        let mut step = OrderStep::default();
        let Some(life) = self.lives.get_mut(&order.id) else { return step };
        if life.cycle_ms.is_none()
            && let Some(answered) = order.answered_at
        {
            let cycle = show::millis(answered - order.decided_at);
            life.cycle_ms = Some(cycle);
            step.cycle_ms = Some(cycle);
            if self.cycles.len() == 1_000 {
                self.cycles.pop_front();
            }
            self.cycles.push_back(cycle);
            self.cycle_p95 = None;
        }
        let mut row = blank(order.id, &order.intent, order.purpose, order.decided_at, show);
        row.terms.filled = show.qty(order.filled);
        row.avg_price = order.average_price().map(|ticks| show.fine_price(ticks));
        row.state = order.state.code();
        step.state = (life.row.state != row.state).then_some(row.state);
        row.cycle_ms = life.cycle_ms;
        row.pnl = life.closed.then(|| show::signed(life.pnl, 4));
        row.ahead = if order.state.may_fill() { life.row.ahead.clone() } else { None };
        row.reason = order.refusal.map(|refusal| {
            let reason = Reason::new(ReasonCode::from(refusal));
            Coded { code: reason.code.code().to_owned(), text: show::text(&reason) }
        });
        self.version += 1;
        life.version = self.version;
        life.row = Arc::new(row);
        step
    }

    pub(crate) fn filled(&mut self, at: Nanos, fill: &Fill, booking: &Booking, show: &Show) {
        let Some(life) = self.lives.get_mut(&fill.order) else { return };
        life.hops.push(("booked", at));
        life.closed |= booking.closed.0 != 0;
        life.pnl += booking.realized - booking.fee;
        life.fills.push(FillRow {
            trade_id: fill.trade_id.to_string(),
            t_ms: show::millis(fill.at),
            price: show.price(fill.price),
            qty: show.qty(fill.qty),
            fee: format!("{:.6}", fill.fee.decimal()),
            liquidity: if fill.liquidity == Liquidity::Maker { "maker" } else { "taker" },
        });
    }

    /// Where a resting order stands in its queue.
    pub(crate) fn queue(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        queue: Option<Queue>,
        show: &Show,
    ) {
        let Some(life) = self.lives.get_mut(&id) else { return };
        let ahead = queue.map(|queue| show.qty(queue.ahead));
        if let Some(queue) = queue {
            let lot = aurora_model::number::decimal_to_f64(show.rules.lot);
            if life.queue.len() == QUEUE_POINTS {
                life.queue.pop_front();
            }
            life.queue.push_back((show::millis(at), queue.ahead.0 as f64 * lot));
        }
        if life.row.ahead != ahead {
            self.version += 1;
            life.version = self.version;
            life.row = Arc::new(OrderRow { ahead, ..(*life.row).clone() });
        }
    }

    /// What rests before that order, in base.
    pub(crate) fn ahead(&self, id: ClientOrderId) -> Option<f64> {
        let life = self.lives.get(&id)?;
        life.row.ahead.as_ref().and(life.queue.back()).map(|(_, ahead)| *ahead)
    }

    /// p95 of the cycles, ms; zero before the first.
    pub(crate) fn cycle_p95(&mut self) -> f64 {
        *self.cycle_p95.get_or_insert_with(|| {
            let mut cycles: Vec<f64> = self.cycles.iter().copied().collect();
            cycles.sort_unstable_by(f64::total_cmp);
            percentiles(&cycles, [95]).map_or(0.0, |[p95]| p95)
        })
    }

    /// The newest rows, newest first, each with the version it last changed at.
    pub(crate) fn newest(&self, most: usize) -> Vec<(u64, Arc<OrderRow>)> {
        let newest = self.made.iter().rev().take(most);
        newest.map(|id| &self.lives[id]).map(|life| (life.version, life.row.clone())).collect()
    }

    pub(crate) fn life(&self, id: ClientOrderId, decisions: &Decisions) -> Option<OrderLife> {
        let life = self.lives.get(&id)?;
        let hops = life.hops.iter().map(|(hop, at)| Hop {
            hop,
            t_ns: at.0.to_string(),
            after_ms: show::millis(*at - life.decided),
        });
        Some(OrderLife {
            row: (*life.row).clone(),
            hops: hops.collect(),
            queue: life.queue.iter().copied().collect(),
            decision: decisions.full(&life.decision),
            journal: life.journal.iter().map(Written::line).collect(),
            fills: life.fills.clone(),
            why: why(&life.row),
            exactly_once: None,
        })
    }
}

fn blank(
    id: ClientOrderId,
    intent: &OrderIntent,
    purpose: Purpose,
    at: Nanos,
    show: &Show,
) -> OrderRow {
    OrderRow {
        id: id.to_string(),
        t_ms: show::millis(at),
        instrument: show.id.to_string(),
        terms: show.terms(intent, Lots::ZERO),
        avg_price: None,
        ahead: None,
        state: OrderState::Prepared.code(),
        cycle_ms: None,
        pnl: None,
        purpose: if purpose == Purpose::Entry { "entry" } else { "exit" },
        exit_reason: match purpose {
            Purpose::Entry => None,
            Purpose::Exit(why) => Some(why),
        },
        reason: None,
    }
}

fn hop(record: &Record) -> Option<&'static str> {
    Some(match record {
        Record::Sent { .. } => "sent",
        Record::Withdrawn { .. } => "withdrawn",
        Record::Doubted { .. } => "in_doubt",
        Record::CancelAsked { .. } => "cancel_sent",
        Record::Absent { .. } => "absent",
        Record::Held { .. } => "held",
        Record::Report(report) => match &report.kind {
            ReportKind::Ack { .. } => "ack",
            ReportKind::Reject { .. } => "rejected",
            ReportKind::Fill(_) => "fill",
            ReportKind::Canceled { .. } => "canceled",
            ReportKind::Expired { .. } => "expired",
            _ => return None,
        },
        _ => return None,
    })
}

/// The order's story in one sentence.
fn why(row: &OrderRow) -> Text {
    let (side_ru, side_en) = if row.terms.side == "buy" {
        ("покупка", "buy")
    } else {
        ("продажа", "sell")
    };
    let (purpose_ru, purpose_en) = match row.exit_reason {
        None => ("Вход", "Entry"),
        Some("target") => ("Выход по цели", "Exit at the target"),
        Some("stop") => ("Выход по стопу", "Exit at the stop"),
        Some("trailing") => ("Выход по скользящему стопу", "Exit at the trailing stop"),
        Some("time") => ("Выход по времени", "Exit by time"),
        Some(_) => ("Выход", "Exit"),
    };
    let (state_ru, state_en) = match row.state {
        "PREPARED" => ("записана в журнал, ещё не отправлена", "written down, not sent yet"),
        "SUBMITTED" => ("отправлена, ответа ещё нет", "sent, no answer yet"),
        "IN_DOUBT" => {
            ("ответ потерян, спрашиваем площадку", "the answer is lost, asking the venue")
        }
        "ACK" => ("стоит в очереди", "resting in the queue"),
        "PARTIAL" => ("исполнена частично", "partly filled"),
        "FILL" => ("исполнена полностью", "filled"),
        "CANCEL" => ("снята", "cancelled"),
        "REJECT" => ("отклонена площадкой", "refused by the venue"),
        _ => ("истекла", "expired"),
    };
    let (mut ru, mut en) = (
        format!(
            "{purpose_ru}: {side_ru} {} по {} — {state_ru}",
            show::comma(&row.terms.qty),
            show::comma(&row.terms.price)
        ),
        format!("{purpose_en}: {side_en} {} at {} — {state_en}", row.terms.qty, row.terms.price),
    );
    if let Some(reason) = &row.reason {
        ru += &format!(". {}", reason.text.ru);
        en += &format!(". {}", reason.text.en);
    }
    if let Some(pnl) = &row.pnl {
        ru += &format!(". Результат {}", show::comma(pnl));
        en += &format!(". Result {pnl}");
    }
    Text::new(ru, en)
}
