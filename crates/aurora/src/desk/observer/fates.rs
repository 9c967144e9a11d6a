//! What became of each transmission, for the console: read from the journal's records alone.

use aurora_api::console::wire::{
    ExactlyOnce, ExecutionRow, JournalLink, Latency, ReconOrder, ReconOrders, Route,
};
use aurora_exec::Purpose;
use aurora_model::{ClientOrderId, Nanos, OrderState, TimeInForce};
use aurora_records::{Fate, Trace};

use super::Observer;
use super::decisions::uuid_text;
use super::show;

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
        let items: Vec<ReconOrder> = items.collect();
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
            terms: show.terms(&trace.intent, trace.filled),
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
        let venue_fsm = said(trace);
        let differs = difference(trace, venue_fsm);
        ReconOrder {
            key: format!("{}:{}", show.venue, trace.id),
            venue: show.venue.to_owned(),
            cl_ord_id: trace.id.to_string(),
            internal: format!("{} {}", trace.state.code(), show.qty(trace.filled)),
            internal_fsm: trace.state.code(),
            venue_fsm,
            diff: differs,
            matches: differs.is_none(),
            journal_refs: trace.links.iter().map(|link| link.seq).collect(),
            exactly_once: self.fate(now, trace),
        }
    }
}

/// What the venue has said of it, in our words. An ack that comes late takes no end back; that the venue has the
/// order open does.
fn said(trace: &Trace) -> Option<&'static str> {
    let is_whole = trace.intent.qty <= trace.filled;
    let traded = if is_whole { OrderState::Fill } else { OrderState::Partial }.code();
    let mut said = None;
    for link in &trace.links {
        let word = match (link.word, link.is_open) {
            ("found" | "swept", Some(true)) => {
                said = Some(OPEN);
                continue;
            }
            ("found" | "swept", Some(false)) => CLOSED,
            ("ack", _) => OPEN,
            ("fill" | "swept", _) => traded,
            ("canceled", _) => OrderState::Cancel.code(),
            ("expired", _) => OrderState::Expire.code(),
            ("reject", _) => OrderState::Reject.code(),
            ("not_found" | "absent", _) => ABSENT,
            _ => continue,
        };
        if said.is_none_or(|before| finality(before) <= finality(word)) {
            said = Some(word);
        }
    }
    said
}

/// The venue has it open.
const OPEN: &str = OrderState::Ack.code();
/// It has it no more, and did not say why.
const CLOSED: &str = "CLOSED";
/// It knows no such order.
const ABSENT: &str = "ABSENT";

/// How much of an end a word is.
fn finality(word: &str) -> u8 {
    match word {
        "ACK" | "PARTIAL" | ABSENT => 0,
        CLOSED => 1,
        _ => 2,
    }
}

/// What is different with us, in words.
fn difference(trace: &Trace, said: Option<&str>) -> Option<&'static str> {
    let unknown = trace.doubted_at.is_some() || trace.fate == Fate::Unknown;
    match (trace.state, said) {
        (ours, Some("ACK" | "PARTIAL")) if ours.is_terminal() => {
            Some("we ended it, the venue has it")
        }
        (OrderState::Ack | OrderState::Partial, Some(ABSENT)) => {
            Some("we have it, the venue does not")
        }
        _ if unknown => Some("its fate is not known"),
        (OrderState::Ack | OrderState::Partial, Some(word)) if finality(word) > 0 => {
            Some("we have it, the venue does not")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use aurora_engine::{Record, Stamped};
    use aurora_matching::InstrumentSpec;
    use aurora_model::{
        InstrumentNo, Lots, OrderIntent, OrderNo, ReportKind, Side, Ticks, VenueOrder, VenueReport,
    };

    use super::*;

    fn id() -> ClientOrderId {
        ClientOrderId::new(0, 1, OrderNo(1))
    }

    fn intent() -> OrderIntent {
        OrderIntent {
            instrument: InstrumentNo(0),
            side: Side::Buy,
            limit: Ticks(100),
            qty: Lots(10),
            time_in_force: TimeInForce::Gtc,
            reduce_only: false,
        }
    }

    fn told(kind: ReportKind) -> Record {
        Record::Report(VenueReport { venue_at: Nanos(0), kind })
    }

    fn ack() -> Record {
        told(ReportKind::Ack { id: id(), venue_id: 5 })
    }

    fn canceled() -> Record {
        told(ReportKind::Canceled { id: id(), filled: Lots::ZERO })
    }

    fn stands(is_open: bool) -> VenueOrder {
        VenueOrder { id: id(), venue_id: 5, intent: intent(), filled: Lots::ZERO, is_open }
    }

    fn found(is_open: bool) -> Record {
        told(ReportKind::Order { id: id(), found: Some(stands(is_open)) })
    }

    fn swept() -> Record {
        let open = vec![stands(true)];
        told(ReportKind::Account { open, fills: Vec::new(), positions: Vec::new() })
    }

    /// Sends an order, has the venue say that, and tells our state, the venue's, and the difference.
    fn check(said: &[Record], expected: (&str, Option<&str>, Option<&str>)) {
        let instrument = InstrumentSpec::standard().swap_remove(0).instrument;
        let mut observer = Observer::new(&[instrument], None);
        let sent = [
            Record::Epoch { epoch: 1 },
            Record::Intent { id: id(), intent: intent(), purpose: Purpose::Entry, decision: 7 },
            Record::Sent { id: id() },
        ];
        for (seq, record) in (1..).zip(sent.iter().chain(said)) {
            observer.record(seq, &Stamped { at: Nanos(0), record: record.clone() });
        }
        let ReconOrders { items, mismatch } = observer.recon_orders(Nanos(0));
        let item = &items[0];
        assert_eq!((item.internal_fsm, item.venue_fsm, item.diff), expected);
        assert_eq!((item.matches, mismatch), (expected.2.is_none(), expected.2.iter().count()));
    }

    #[test]
    fn an_order_that_we_ended_and_the_venue_has_open_is_shown_as_a_difference() {
        let differs = Some("we ended it, the venue has it");
        check(&[ack(), canceled(), found(true)], ("CANCEL", Some("ACK"), differs));
        check(&[ack(), canceled(), swept()], ("CANCEL", Some("ACK"), differs));
        check(&[ack(), canceled(), found(false)], ("CANCEL", Some("CANCEL"), None));
    }

    #[test]
    fn words_that_come_late_or_again_are_no_difference() {
        check(&[], ("SUBMITTED", None, None));
        check(&[ack(), found(true)], ("ACK", Some("ACK"), None));
        check(&[canceled(), ack()], ("CANCEL", Some("CANCEL"), None));
        check(&[found(false)], ("CANCEL", Some("CLOSED"), None));
        check(&[ack(), Record::Absent { id: id() }], ("CANCEL", Some("ABSENT"), None));
    }
}
