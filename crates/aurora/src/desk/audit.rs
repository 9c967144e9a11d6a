//! What of the desk goes into the audit: orders, decisions, operators' actions, configuration.
//!
//! The desk's thread hands over what it has; spelling, hashing and the disk are the audit thread's.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aurora_audit::{AuditThread, Entry, Opened, START, Settings, Writer, fingerprint};
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
    let path = |key| config.opt_text(key).filter(|path| !path.is_empty()).map(PathBuf::from);
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
        if opened.journal < last {
            audit.catch_up(&data.join("journal"), opened.journal)?;
        }
        let body = start(config, epoch, &opened);
        audit.append(Told::Plain { at: clock.now(), kind: START, journal: Some(last), body })?;
        Ok(audit)
    }

    fn catch_up(&mut self, journal: &Path, audited: u64) -> Result<()> {
        let mut reader = Reader::open(journal)?;
        reader.skip_to(Seq(audited + 1));
        for record in reader {
            let record = record?;
            if audited < record.seq.0 {
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

/// Marks, days and checkpoints are nobody's act, and a sweep that found no fill tells nothing new.
fn is_of_interest(record: &Record) -> bool {
    match record {
        Record::Mark { .. } | Record::Day | Record::Checkpoint { .. } => false,
        Record::Report(report) => match &report.kind {
            ReportKind::Account { fills, .. } => !fills.is_empty(),
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
            Entry { at: at.0, kind, order: None, decision: None, journal, body: raw(&body) }
        }
    }
}

fn written(seq: u64, stamped: &Stamped) -> Entry {
    let decision = match &stamped.record {
        Record::Intent { decision, .. } => Some(uuid_text(*decision)),
        _ => None,
    };
    let json = String::from_utf8(aurora_records::encode(stamped)).expect("JSON is UTF-8");
    Entry {
        at: stamped.at.0,
        kind: aurora_records::kind_word(aurora_records::kind_byte(&stamped.record)),
        order: aurora_records::order_of(&stamped.record).map(|id| id.to_string()),
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
        decision: Some(uuid_text(judgement.id)),
        journal: None,
        body: raw(&body),
    }
}

fn raw(body: &Value) -> Box<RawValue> {
    to_raw_value(body).expect("values are plain data")
}

/// This start, its whole configuration, and what is different from the start before.
fn start(config: &Config, epoch: u32, opened: &Opened) -> Value {
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
    json!({
        "version": env!("CARGO_PKG_VERSION"), "pid": std::process::id(), "epoch": epoch, "config": values,
        "config_hash": hash, "changed": changed, "torn_bytes": opened.torn_bytes,
    })
}
