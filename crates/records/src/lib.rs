//! Engine records as the journal keeps them: a kind, and one JSON object.
//!
//! These shapes are frozen once released: fields are added, never renamed or removed.

mod report;
mod saved;
mod statement;
mod trace;

use std::collections::BTreeSet;
use std::str::FromStr;

use aurora_engine::{Record, Stamped};
use aurora_exec::Purpose;
use aurora_model::{
    ClientOrderId, InstrumentNo, Nanos, ReportKind, TradingState, TransitionCause, Venue,
    VenueReport,
};
use serde::{Deserialize, Serialize};

use report::{WireIntent, WireReport};
use statement::WireStatement;
pub use trace::{Fate, Link, Trace, Traces};

/// Why a journal record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is no record of a kind this Aurora knows.
    #[error("journal record is not of a known shape")]
    Shape(#[source] serde_json::Error),
    /// One of its fields says what no record says.
    #[error("journal record: unknown {what} {text:?}")]
    Field {
        /// Which field.
        what: &'static str,
        /// What it says.
        text: String,
    },
}

type Result<T> = std::result::Result<T, RecordError>;

/// The kind byte of a record, before its JSON.
pub fn kind_byte(record: &Record) -> u8 {
    match record {
        Record::Epoch { .. } => 1,
        Record::Intent { .. } => 2,
        Record::Sent { .. } => 3,
        Record::Withdrawn { .. } => 4,
        Record::Doubted { .. } => 5,
        Record::CancelAsked { .. } => 6,
        Record::Report(_) => 7,
        Record::State { .. } => 8,
        Record::Mark { .. } => 9,
        Record::Day => 10,
        Record::Checkpoint { .. } => 11,
        Record::Held { .. } => 12,
        Record::Uncertainty { .. } => 13,
        Record::Absent { .. } => 14,
        Record::Statement { .. } => 15,
    }
}

/// The word for a kind byte.
pub fn kind_word(kind: u8) -> &'static str {
    match kind {
        1 => "epoch",
        2 => "intent",
        3 => "sent",
        4 => "withdrawn",
        5 => "doubted",
        6 => "cancel_asked",
        7 => "report",
        8 => "state",
        9 => "mark",
        10 => "day",
        11 => "checkpoint",
        12 => "held",
        13 => "uncertainty",
        14 => "absent",
        15 => "statement",
        _ => "unknown",
    }
}

/// A record as one JSON object.
pub fn encode(stamped: &Stamped) -> Vec<u8> {
    let line = Line { at: stamped.at.0, record: Wire::from(&stamped.record) };
    serde_json::to_vec(&line).expect("records are plain data")
}

/// The record a JSON object stands for.
///
/// # Errors
/// [`RecordError`] for bytes that no Aurora up to this one would have written.
pub fn decode(payload: &[u8]) -> std::result::Result<Stamped, RecordError> {
    let line: Line = serde_json::from_slice(payload).map_err(RecordError::Shape)?;
    Ok(Stamped { at: Nanos(line.at), record: line.record.into_record()? })
}

#[derive(Serialize, Deserialize)]
struct Line {
    at: i64,
    #[serde(flatten)]
    record: Wire,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Wire {
    Epoch {
        epoch: u32,
    },
    Intent {
        id: String,
        #[serde(flatten)]
        intent: WireIntent,
        purpose: String,
        decision: String,
    },
    Sent {
        id: String,
    },
    Withdrawn {
        id: String,
    },
    Doubted {
        id: String,
    },
    CancelAsked {
        id: String,
    },
    Report {
        venue_at: i64,
        #[serde(flatten)]
        report: WireReport,
    },
    State {
        from: TradingState,
        to: TradingState,
        cause: TransitionCause,
        reason: String,
    },
    Held {
        id: String,
        instrument: u16,
    },
    Uncertainty {
        span: i64,
    },
    Absent {
        id: String,
    },
    Mark {
        instrument: u16,
        half_ticks: i64,
    },
    Statement {
        venue: String,
        #[serde(flatten)]
        statement: WireStatement,
        restarts: bool,
    },
    Day,
    Checkpoint {
        fingerprint: String,
    },
}

impl From<&Record> for Wire {
    fn from(record: &Record) -> Wire {
        match record {
            Record::Epoch { epoch } => Wire::Epoch { epoch: *epoch },
            Record::Intent { id, intent, purpose, decision } => Wire::Intent {
                id: id.to_string(),
                intent: intent.into(),
                purpose: purpose.word().to_owned(),
                decision: format!("{decision:032x}"),
            },
            Record::Sent { id } => Wire::Sent { id: id.to_string() },
            Record::Withdrawn { id } => Wire::Withdrawn { id: id.to_string() },
            Record::Doubted { id } => Wire::Doubted { id: id.to_string() },
            Record::CancelAsked { id } => Wire::CancelAsked { id: id.to_string() },
            Record::Report(report) => {
                Wire::Report { venue_at: report.venue_at.0, report: (&report.kind).into() }
            }
            Record::State { from, to, cause, reason } => {
                Wire::State { from: *from, to: *to, cause: *cause, reason: reason.clone() }
            }
            Record::Held { id, instrument } => {
                Wire::Held { id: id.to_string(), instrument: instrument.0 }
            }
            Record::Uncertainty { span } => Wire::Uncertainty { span: span.0 },
            Record::Absent { id } => Wire::Absent { id: id.to_string() },
            Record::Mark { instrument, half_ticks } => {
                Wire::Mark { instrument: instrument.0, half_ticks: *half_ticks }
            }
            Record::Statement { venue, statement, restarts } => Wire::Statement {
                venue: venue.code().to_owned(),
                statement: statement.into(),
                restarts: *restarts,
            },
            Record::Day => Wire::Day,
            Record::Checkpoint { fingerprint } => {
                Wire::Checkpoint { fingerprint: fingerprint.to_string() }
            }
        }
    }
}

impl Wire {
    fn into_record(self) -> Result<Record> {
        Ok(match self {
            Wire::Epoch { epoch } => Record::Epoch { epoch },
            Wire::Intent { id, intent, purpose, decision } => Record::Intent {
                id: read("order id", &id)?,
                intent: intent.try_into()?,
                purpose: purpose_of(&purpose)?,
                decision: u128::from_str_radix(&decision, 16)
                    .map_err(|_| unknown("decision id", &decision))?,
            },
            Wire::Sent { id } => Record::Sent { id: read("order id", &id)? },
            Wire::Withdrawn { id } => Record::Withdrawn { id: read("order id", &id)? },
            Wire::Doubted { id } => Record::Doubted { id: read("order id", &id)? },
            Wire::CancelAsked { id } => Record::CancelAsked { id: read("order id", &id)? },
            Wire::Report { venue_at, report } => {
                Record::Report(VenueReport { venue_at: Nanos(venue_at), kind: report.try_into()? })
            }
            Wire::State { from, to, cause, reason } => Record::State { from, to, cause, reason },
            Wire::Held { id, instrument } => {
                Record::Held { id: read("order id", &id)?, instrument: InstrumentNo(instrument) }
            }
            Wire::Absent { id } => Record::Absent { id: read("order id", &id)? },
            Wire::Uncertainty { span } => Record::Uncertainty { span: Nanos(span) },
            Wire::Mark { instrument, half_ticks } => {
                Record::Mark { instrument: InstrumentNo(instrument), half_ticks }
            }
            Wire::Statement { venue, statement, restarts } => Record::Statement {
                venue: venue_of(&venue)?,
                statement: statement.try_into()?,
                restarts,
            },
            Wire::Day => Record::Day,
            Wire::Checkpoint { fingerprint } => {
                Record::Checkpoint { fingerprint: read("fingerprint", &fingerprint)? }
            }
        })
    }
}

/// The id of an order in a record, where it is about one.
pub fn order_of(record: &Record) -> Option<ClientOrderId> {
    match record {
        Record::Intent { id, .. }
        | Record::Sent { id }
        | Record::Withdrawn { id }
        | Record::Doubted { id }
        | Record::CancelAsked { id }
        | Record::Absent { id }
        | Record::Held { id, .. } => Some(*id),
        Record::Report(report) => match &report.kind {
            ReportKind::Ack { id, .. }
            | ReportKind::Reject { id, .. }
            | ReportKind::Canceled { id, .. }
            | ReportKind::Expired { id, .. }
            | ReportKind::CancelRejected { id }
            | ReportKind::Order { id, .. } => Some(*id),
            ReportKind::Fill(fill) => Some(fill.order),
            ReportKind::Account { .. } => None,
        },
        _ => None,
    }
}

/// The orders a record tells of where it is about a whole account, each once.
pub fn orders_in(record: &Record) -> Vec<ClientOrderId> {
    let Record::Report(report) = record else { return Vec::new() };
    let ReportKind::Account { open, fills, .. } = &report.kind else { return Vec::new() };
    let told = open.iter().map(|order| order.id).chain(fills.iter().map(|fill| fill.order));
    told.collect::<BTreeSet<_>>().into_iter().collect()
}

fn read<T: FromStr>(what: &'static str, text: &str) -> Result<T> {
    text.parse().map_err(|_| unknown(what, text))
}

fn unknown(what: &'static str, text: &str) -> RecordError {
    RecordError::Field { what, text: text.to_owned() }
}

fn venue_of(code: &str) -> Result<Venue> {
    Venue::ALL.into_iter().find(|v| v.code() == code).ok_or_else(|| unknown("venue", code))
}

fn purpose_of(word: &str) -> Result<Purpose> {
    Purpose::of_word(word).ok_or_else(|| unknown("order purpose", word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_engine::Fingerprint;
    use aurora_model::{
        Fill, Liquidity, Lots, Move, MoveKind, OrderIntent, OrderNo, Side, Statement, Ticks,
        TimeInForce, VenueOrder, VenueRefusal,
    };

    fn every_kind() -> Vec<Record> {
        let id = ClientOrderId::new(0, 3, OrderNo(12));
        let intent = OrderIntent {
            instrument: InstrumentNo(1),
            side: Side::Sell,
            limit: Ticks(618_001),
            qty: Lots(30),
            time_in_force: TimeInForce::PostOnly,
            reduce_only: true,
        };
        let fill = Fill {
            trade_id: 9,
            instrument: InstrumentNo(1),
            order: id,
            side: Side::Sell,
            price: Ticks(618_002),
            qty: Lots(7),
            fee: "-0.00012300".parse().unwrap(),
            liquidity: Liquidity::Maker,
            at: Nanos(5),
        };
        let order = VenueOrder { id, venue_id: 4, intent, filled: Lots(7), is_open: true };
        let reports = [
            ReportKind::Ack { id, venue_id: 4 },
            ReportKind::Reject { id, refusal: VenueRefusal::WouldTake },
            ReportKind::Fill(fill),
            ReportKind::Canceled { id, filled: Lots(7) },
            ReportKind::Expired { id, filled: Lots(7) },
            ReportKind::CancelRejected { id },
            ReportKind::Order { id, found: None },
            ReportKind::Order { id, found: Some(order) },
            ReportKind::Account {
                open: vec![order],
                fills: vec![fill],
                positions: vec![(InstrumentNo(1), Lots(-7))],
            },
        ];
        let row = |kind| Move {
            id: u128::MAX,
            at: Nanos(3),
            asset: "USDT".into(),
            amount: "-0.000012".parse().unwrap(),
            kind,
        };
        let mut all: Vec<Record> = reports
            .into_iter()
            .map(|kind| Record::Report(VenueReport { venue_at: Nanos(6), kind }))
            .collect();
        all.extend([
            Record::Epoch { epoch: 3 },
            Record::Intent { id, intent, purpose: Purpose::Exit("stop"), decision: u128::MAX },
            Record::Sent { id },
            Record::Withdrawn { id },
            Record::Doubted { id },
            Record::CancelAsked { id },
            Record::State {
                from: TradingState::Hold,
                to: TradingState::Run,
                cause: TransitionCause::ChecksPassed,
                reason: "проверки пройдены".into(),
            },
            Record::Held { id, instrument: InstrumentNo(1) },
            Record::Uncertainty { span: Nanos(50_000_000) },
            Record::Absent { id },
            Record::Mark { instrument: InstrumentNo(1), half_ticks: 1_236_003 },
            Record::Statement {
                venue: Venue::Okx,
                statement: Statement {
                    at: Nanos(7),
                    wallets: vec![("USDT".into(), "5000.25".parse().unwrap())],
                    moves: vec![
                        row(MoveKind::Funding(Some(InstrumentNo(1)))),
                        row(MoveKind::Funding(None)),
                        row(MoveKind::Transfer),
                    ],
                },
                restarts: true,
            },
            Record::Day,
            Record::Checkpoint { fingerprint: Fingerprint(17) },
        ]);
        all
    }

    #[test]
    fn every_record_survives_the_round_trip() {
        for record in every_kind() {
            let stamped = Stamped { at: Nanos(1_723_161_256_298_000_000), record };
            let bytes = encode(&stamped);
            assert_eq!(decode(&bytes).unwrap(), stamped, "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_record_cut_short_is_an_error() {
        for record in every_kind() {
            let bytes = encode(&Stamped { at: Nanos(1), record });
            for end in 0..bytes.len() {
                assert!(decode(&bytes[..end]).is_err());
            }
        }
    }
}
