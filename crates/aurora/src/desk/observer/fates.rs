//! What became of each transmission, for the console: read from the journal's records alone.

use aurora_api::console::wire::{
    ExactlyOnce, ExecutionRow, JournalLink, Latency, ReconOrder, ReconOrders, Route,
};
use aurora_exec::Purpose;
use aurora_model::{ClientOrderId, Nanos, OrderState, TimeInForce};
use aurora_records::{Fate, Trace};

use super::decisions::uuid_text;
use super::show;
use super::{KEPT_FATES, Observer};

impl Observer {
    /// What is known of that order's transmission.
    pub(super) fn exactly_once(&self, now: Nanos, id: ClientOrderId) -> Option<ExactlyOnce> {
        self.traces.get(id).map(|trace| self.fate(now, trace))
    }

    /// `/api/ui/execution`, newest first.
    pub(crate) fn execution(&self, now: Nanos) -> Vec<ExecutionRow> {
        self.traces.newest().map(|trace| self.execution_row(now, trace)).collect()
    }

    /// `/api/ui/recon/orders`.
    pub(crate) fn recon_orders(&self, now: Nanos) -> ReconOrders {
        let items = self.traces.newest().map(|trace| self.recon_order(now, trace));
        let items: Vec<ReconOrder> = items.take(KEPT_FATES).collect();
        let mismatch = items.iter().filter(|item| !item.matches).count();
        ReconOrders { items, mismatch }
    }

    fn fate(&self, now: Nanos, trace: &Trace) -> ExactlyOnce {
        let is_durable = trace.links.first().is_some_and(|link| link.seq <= self.durable);
        let fate = match trace.fate {
            Fate::Prepared if is_durable => "DURABLE",
            fate => fate.code(),
        };
        let links = trace.links.iter().map(|link| JournalLink {
            epoch: link.epoch,
            seq: link.seq,
            kind: link.word,
            t_ms: show::millis(link.at),
        });
        ExactlyOnce {
            exactly_once_state: trace.exactly_once_state(),
            fate,
            code: trace.refusal.map(|refusal| refusal.code()),
            venue_order_id: trace.venue_id.map(|id| id.to_string()),
            in_doubt_ms: show::millis(trace.in_doubt(now)),
            in_doubt: trace.doubted_at.is_some(),
            journal_links: links.collect(),
        }
    }

    fn execution_row(&self, now: Nanos, trace: &Trace) -> ExecutionRow {
        let show = &self.shows[trace.intent.instrument.index()];
        let since = |from: Option<Nanos>, to: Option<Nanos>| Some(show::millis(to? - from?));
        let heard = |words: &[&str]| {
            let mut heard = trace.links.iter().filter(|link| words.contains(&link.word));
            heard.next().map(|link| link.at)
        };
        let filled = trace.links.iter().rev().find(|link| link.word == "fill").map(|link| link.at);
        let resting = trace.intent.time_in_force == TimeInForce::PostOnly;
        ExecutionRow {
            cl_ord_id: trace.id.to_string(),
            parent_order_id: None,
            uid: show.id.to_string(),
            side: trace.intent.side.word(),
            order_type: "limit",
            tif: trace.intent.time_in_force.word(),
            price: show.price(trace.intent.limit),
            qty: show.qty(trace.intent.qty),
            filled: show.qty(trace.filled),
            fsm: trace.state.code(),
            expected_queue_pos: self.orders.ahead(trace.id),
            expected_slippage_bps: None,
            fill_quality: None,
            route: Route {
                venue: show.venue.to_owned(),
                mode: if resting { "maker" } else { "taker" },
                route_reason: match trace.purpose {
                    Purpose::Entry => "strategy_instrument",
                    Purpose::Exit(_) => "where_the_position_is",
                },
                expected_slippage_bps: None,
            },
            outbox_id: trace.links.first().map(|link| link.seq),
            trace_id: uuid_text(trace.decision),
            latency_ms: Latency {
                place: since(Some(trace.decided_at), trace.sent_at),
                ack: since(trace.sent_at, heard(&["ack", "reject", "fill", "found", "canceled"])),
                fill: since(trace.sent_at, filled),
            },
            exactly_once: self.fate(now, trace),
        }
    }

    fn recon_order(&self, now: Nanos, trace: &Trace) -> ReconOrder {
        let show = &self.shows[trace.intent.instrument.index()];
        let venue_fsm = last_word(trace);
        let unknown = trace.doubted_at.is_some() || trace.fate == Fate::Unknown;
        let differs = match (trace.state, venue_fsm) {
            (OrderState::Cancel | OrderState::Reject, Some("ACK")) => {
                Some("we ended it, the venue has it")
            }
            (OrderState::Ack | OrderState::Partial, Some("ABSENT")) => {
                Some("we have it, the venue does not")
            }
            _ if unknown => Some("its fate is not known"),
            _ => None,
        };
        ReconOrder {
            key: format!("{}:{}", show.venue, trace.id),
            venue: show.venue.to_owned(),
            cl_ord_id: trace.id.to_string(),
            internal: format!("{} {}", trace.state.code(), show.qty(trace.filled)),
            venue_value: venue_fsm,
            internal_fsm: trace.state.code(),
            venue_fsm,
            diff: differs,
            matches: differs.is_none(),
            journal_refs: trace.links.iter().map(|link| link.seq).collect(),
            exactly_once: self.fate(now, trace),
        }
    }
}

/// What the venue said last, in our words.
fn last_word(trace: &Trace) -> Option<&'static str> {
    trace.links.iter().rev().find_map(|link| match link.word {
        "ack" | "found" | "swept" if trace.state.is_terminal() => Some(trace.state.code()),
        "ack" | "found" | "swept" => Some("ACK"),
        "fill" if trace.filled < trace.intent.qty => Some(OrderState::Partial.code()),
        "fill" => Some(OrderState::Fill.code()),
        "canceled" => Some(OrderState::Cancel.code()),
        "expired" => Some(OrderState::Expire.code()),
        "reject" => Some(OrderState::Reject.code()),
        "not_found" | "absent" => Some("ABSENT"),
        _ => None,
    })
}
