//! What of the desk goes into the audit: orders, decisions, operators' actions, configuration.
//!
//! The desk's thread hands over what it has; spelling, hashing and the disk are the audit thread's.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aurora_audit::{AuditThread, EPOCH, Entry, Opened, START, Settings, Writer, fingerprint};
use aurora_config::Config;
use aurora_engine::{Judgement, Record, Stamped};
use aurora_exec::Purpose;
use aurora_journal::{Reader, Seq};
use aurora_model::{Instrument, Nanos, ReportKind};
use aurora_venue::Clock;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::observer::decisions::{observability, uuid_text};
use super::observer::show::Show;

/// The audit of one run.
pub(crate) struct DeskAudit {
    thread: AuditThread<Told>,
    /// Journal records that are not durable yet: a killed desk's next start gives their numbers to others.
    pending: VecDeque<(u64, Stamped)>,
}

/// What the desk hands over.
enum Told {
    /// A record of the journal.
    Written(u64, Stamped),
    Decided(Box<Judgement>),
    /// An operator's action, the start, the end.
    Plain {
        at: Nanos,
        kind: &'static str,
        journal: Option<u64>,
        body: Value,
    },
}

/// Where the audit of that data folder is.
pub(crate) fn settings(config: &Config, data: &Path) -> Settings {
    let path = |key| config.opt_text(key).map(PathBuf::from);
    Settings {
        folder: data.join("audit"),
        key: path("audit.key").unwrap_or_else(|| data.join("audit.key")),
        mirror: path("audit.mirror"),
    }
}

impl DeskAudit {
    /// Takes the audit up; first what the journal has and a killed run could not tell any more, then this start.
    ///
    /// The journal of the folder must be ours already: it is what keeps a second desk out.
    pub(crate) fn open(
        config: &Config,
        (data, last, epoch): (&Path, u64, u32),
        instruments: &[Instrument],
        clock: &Clock,
    ) -> Result<DeskAudit> {
        let (writer, opened) = Writer::open(&settings(config, data)).context("the audit")?;
        let wall = clock.clone();
        let shows: Vec<Show> = instruments.iter().map(Show::new).collect();
        let thread =
            AuditThread::spawn(writer, move || wall.now().0, move |told| entry(told, &shows));
        let thread = thread.context("the audit's thread")?;
        let mut audit = DeskAudit { thread, pending: VecDeque::new() };
        audit.catch_up(&data.join("journal"), (opened.journal, opened.epoch))?;
        let body = start(config, (epoch, last), &opened);
        audit.append(Told::Plain { at: clock.now(), kind: START, journal: Some(last), body })?;
        Ok(audit)
    }

    /// What the journal has behind the record that was told of last. A journal that lost its end, or followed another
    /// node, counts anew from a lower number: what a newer run wrote there was not told of.
    fn catch_up(&mut self, journal: &Path, (audited, told): (u64, u32)) -> Result<()> {
        let mut reader = Reader::open(journal)?;
        let newer = reader.before_newer_than(told).map_or(audited, |seq| seq.0);
        reader.skip_to(Seq(audited.min(newer) + 1));
        for record in reader {
            let record = record?;
            if audited < record.seq.0 || told < record.epoch {
                self.record(record.seq.0, &aurora_records::decode(&record.payload)?);
                self.durable(record.seq.0)?;
            }
        }
        Ok(())
    }

    /// A record was appended to the journal.
    pub(crate) fn record(&mut self, seq: u64, stamped: &Stamped) {
        if is_of_interest(&stamped.record) {
            self.pending.push_back((seq, stamped.clone()));
        }
    }

    /// The journal has everything up to that record.
    pub(crate) fn durable(&mut self, seq: u64) -> Result<()> {
        while let Some((at, stamped)) = self.pending.pop_front_if(|(at, _)| *at <= seq) {
            self.append(Told::Written(at, stamped))?;
        }
        Ok(())
    }

    /// An intent was judged.
    pub(crate) fn decided(&self, judgement: &Judgement) -> Result<()> {
        self.append(Told::Decided(Box::new(judgement.clone())))
    }

    /// An operator did something; `refused` is the code of why it was not done.
    pub(crate) fn operator(
        &self,
        at: Nanos,
        (action, reason): (&str, &str),
        refused: Option<&str>,
    ) -> Result<()> {
        let body = json!({"action": action, "reason": reason, "refused": refused});
        self.append(Told::Plain { at, kind: "operator", journal: None, body })
    }

    /// Whether records are written; when not, no new risk may be taken.
    pub(crate) fn writes(&self) -> bool {
        self.thread.writes()
    }

    /// Whether the thread cannot keep up.
    pub(crate) fn lags(&self) -> bool {
        self.thread.lags()
    }

    /// Why records or their mirror are not written, while they are not.
    pub(crate) fn problem(&self) -> Option<String> {
        self.thread.problem()
    }

    /// The run ends as it should. `last` is its last journal record.
    pub(crate) fn close(mut self, at: Nanos, last: u64) -> Result<()> {
        self.durable(last)?;
        self.append(Told::Plain { at, kind: "stop", journal: Some(last), body: json!({}) })?;
        self.thread.close()?;
        Ok(())
    }

    fn append(&self, told: Told) -> Result<()> {
        self.thread.append(told).context("what cannot be written down is not risked")
    }
}

/// Marks, days and checkpoints are nobody's act, and a sweep that found no order and no fill tells nothing new,
/// nor does a statement by which nothing moved.
fn is_of_interest(record: &Record) -> bool {
    match record {
        Record::Mark { .. } | Record::Day | Record::Checkpoint { .. } => false,
        Record::Statement { statement, restarts, .. } => *restarts || !statement.moves.is_empty(),
        Record::Report(report) => match &report.kind {
            ReportKind::Account { open, fills, .. } => !open.is_empty() || !fills.is_empty(),
            _ => true,
        },
        _ => true,
    }
}

fn entry(told: Told, shows: &[Show]) -> Entry {
    match told {
        Told::Written(seq, stamped) => written(seq, &stamped),
        Told::Decided(judgement) => decided(&judgement, &shows[judgement.instrument.index()]),
        Told::Plain { at, kind, journal, body } => {
            let (order, also, decision) = (None, Vec::new(), None);
            Entry { at: at.0, kind, order, also, decision, journal, body: raw(&body) }
        }
    }
}

fn written(seq: u64, stamped: &Stamped) -> Entry {
    let decision = match &stamped.record {
        Record::Intent { decision, .. } => Some(uuid_text(*decision)),
        _ => None,
    };
    let also = aurora_records::orders_in(&stamped.record);
    let json = String::from_utf8(aurora_records::encode(stamped)).expect("JSON is UTF-8");
    Entry {
        at: stamped.at.0,
        kind: match stamped.record {
            Record::Epoch { .. } => EPOCH,
            _ => aurora_records::kind_word(aurora_records::kind_byte(&stamped.record)),
        },
        order: aurora_records::order_of(&stamped.record).map(|id| id.to_string()),
        also: also.iter().map(ToString::to_string).collect(),
        decision,
        journal: Some(seq),
        body: RawValue::from_string(json).expect("a record is JSON"),
    }
}

fn decided(judgement: &Judgement, show: &Show) -> Entry {
    let guards = judgement.guards.iter().map(|step| {
        json!({
            "guard": step.name, "value": step.value, "limit": step.limit.filter(|l| l.is_finite()), "unit": step.unit,
            "denied": step.denial.map(|reason| reason.to_string()),
        })
    });
    let body = json!({
        "instrument": &*show.id,
        "side": judgement.side.word(),
        "qty": show.qty(judgement.qty),
        "price": show.price(judgement.price),
        "purpose": match judgement.purpose {
            Purpose::Entry => "entry",
            Purpose::Exit(why) => why,
        },
        "allow": judgement.denial.is_none(),
        "reason": judgement.denial.map(|reason| reason.to_string()),
        "guards": guards.collect::<Vec<_>>(),
        "gate": observability(judgement),
    });
    Entry {
        at: judgement.at.0,
        kind: "decision",
        order: judgement.order.map(|id| id.to_string()),
        also: Vec::new(),
        decision: Some(uuid_text(judgement.id)),
        journal: None,
        body: raw(&body),
    }
}

fn raw(body: &Value) -> Box<RawValue> {
    to_raw_value(body).expect("values are plain data")
}

/// This start, its whole configuration, and what is different from the start before.
fn start(config: &Config, (epoch, last): (u32, u64), opened: &Opened) -> Value {
    let values: BTreeMap<&str, String> = config
        .settings()
        .filter(|setting| setting.key.is_read)
        .map(|setting| (setting.key.path, setting.value.to_string()))
        .collect();
    let hash = fingerprint(serde_json::to_string(&values).expect("texts").as_bytes());
    let previous = opened.previous.as_ref().map(|body| serde_json::from_str(body.get()));
    let previous: Option<Value> = previous.and_then(Result::ok);
    let changed = previous.map(|before| {
        let differs = |(path, now): (&&str, &String)| {
            let was = &before["config"][*path];
            (was != now).then(|| ((*path).to_owned(), json!([was, now])))
        };
        values.iter().filter_map(differs).collect::<serde_json::Map<_, _>>()
    });
    let mut body = json!({
        "version": env!("CARGO_PKG_VERSION"), "pid": std::process::id(), "epoch": epoch, "config": values,
        "config_hash": hash, "changed": changed, "torn_bytes": opened.torn_bytes,
    });
    if last < opened.journal {
        body["journal_went_back"] = json!([opened.journal, last]);
    }
    body
}

#[cfg(test)]
mod tests {
    use aurora_config::{Sources, load};
    use aurora_journal::{Journal, Options};
    use aurora_model::{
        ClientOrderId, InstrumentNo, Lots, OrderIntent, OrderNo, Side, Ticks, TimeInForce,
        VenueOrder, VenueReport,
    };

    use super::*;

    fn id(no: u64) -> ClientOrderId {
        ClientOrderId::new(0, 1, OrderNo(no))
    }

    fn stamped(record: Record) -> Stamped {
        Stamped { at: Nanos::SECOND, record }
    }

    /// A journal anew, of runs that sent those orders.
    fn journal(data: &Path, runs: &[(u32, &[u64])]) {
        let folder = data.join("journal");
        drop(std::fs::remove_dir_all(&folder));
        drop(std::fs::remove_file(data.join("journal.mark")));
        for (epoch, sent) in runs {
            let options = Options { first_epoch: *epoch, reserve_bytes: 1, ..Options::default() };
            let (mut journal, _) = Journal::open_with(&folder, options, &mut |_| ()).unwrap();
            let begins = Record::Epoch { epoch: *epoch };
            let sent = sent.iter().map(|no| Record::Sent { id: id(*no) });
            for record in std::iter::once(begins).chain(sent) {
                let kind = aurora_records::kind_byte(&record);
                journal.append(kind, &aurora_records::encode(&stamped(record))).unwrap();
            }
            journal.close().unwrap();
        }
    }

    /// A run that only starts; then every record of that kind.
    fn run(data: &Path, last: u64, epoch: u32, kind: &str) -> Vec<Value> {
        let config = load(&Sources::default()).unwrap();
        let clock = Clock::new(|| Nanos::SECOND);
        let audit = DeskAudit::open(&config, (data, last, epoch), &[], &clock).unwrap();
        audit.close(Nanos::SECOND, last).unwrap();
        let files = std::fs::read_dir(data.join("audit")).unwrap();
        let mut paths: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|kind| kind == "jsonl"));
        paths.sort();
        let text: String =
            paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        let all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        all.filter(|record| record["kind"] == kind).collect()
    }

    #[test]
    fn a_journal_that_went_back_leaves_no_gap_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        journal(data, &[(1, &[1, 2, 3])]);
        assert_eq!(run(data, 4, 2, "sent").len(), 3);
        // The power went, and with it the orders 2 and 3; the next run was killed before it could tell of order 4.
        journal(data, &[(1, &[1]), (3, &[4])]);
        let sent: Vec<String> =
            run(data, 4, 4, "sent").iter().map(|record| record["order"].to_string()).collect();
        assert_eq!(sent, [1, 2, 3, 4].map(|no| format!("\"{}\"", id(no))));
        assert_eq!(run(data, 4, 5, "sent").len(), 4, "told once");
        journal(data, &[(1, &[])]);
        let starts = run(data, 1, 6, "start");
        let told: Vec<&Value> =
            starts.iter().map(|start| &start["body"]["journal_went_back"]).collect();
        assert_eq!(told, [&Value::Null, &Value::Null, &Value::Null, &json!([4, 1])]);
    }

    #[test]
    fn a_sweep_that_shows_orders_is_in_the_audit_of_each() {
        let intent = OrderIntent {
            instrument: InstrumentNo(0),
            side: Side::Buy,
            limit: Ticks(100),
            qty: Lots(10),
            time_in_force: TimeInForce::Gtc,
            reduce_only: false,
        };
        let shown = |no| {
            let id = id(no);
            VenueOrder { id, venue_id: no, intent, filled: Lots(4), is_open: true }
        };
        let sweep = |open| {
            let kind = ReportKind::Account { open, fills: vec![], positions: vec![] };
            Record::Report(VenueReport { venue_at: Nanos(0), kind })
        };
        assert!(!is_of_interest(&sweep(vec![])));
        let told = sweep(vec![shown(2), shown(1)]);
        assert!(is_of_interest(&told));
        let entry = written(7, &stamped(told));
        assert_eq!(entry.order, None);
        assert_eq!(entry.also, [id(1), id(2)].map(|id| id.to_string()));
    }
}
