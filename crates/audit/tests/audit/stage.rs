//! A folder with records, as a desk would leave it.

use std::fs;
use std::path::{Path, PathBuf};

use aurora_audit::{Entry, Settings, Why, Writer};
use tempfile::TempDir;

pub(crate) const SECOND: i64 = 1_000_000_000;

/// A folder of its own, with its mirror and key.
pub(crate) struct Stage {
    root: TempDir,
}

impl Stage {
    pub(crate) fn new() -> Stage {
        Stage { root: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            folder: self.folder(),
            key: self.root.path().join("audit.key"),
            mirror: Some(self.mirror()),
        }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.root.path().join("audit")
    }

    pub(crate) fn mirror(&self) -> PathBuf {
        self.root.path().join("mirror")
    }

    /// One run: so many records, a root after each `every`.
    pub(crate) fn run(&self, records: u64, every: u64) -> Writer {
        let (mut writer, opened) = Writer::open(&self.settings()).unwrap();
        for n in 1..=records {
            let seq = writer.append(&entry(opened.records + n)).unwrap();
            assert_eq!(seq, opened.records + n);
            if n % every == 0 {
                writer.anchor(i64::try_from(seq).unwrap() * SECOND, Why::Records).unwrap();
            }
        }
        writer.flush().unwrap();
        writer
    }

    /// Files of records, oldest first.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        files(&self.folder())
    }
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_record = |path: &PathBuf| {
        path.extension().is_some_and(|kind| kind == "jsonl") && !path.ends_with("roots.jsonl")
    };
    let mut files: Vec<PathBuf> = paths.filter(is_record).collect();
    files.sort();
    files
}

/// Decisions, every third denied; an order for each that was allowed.
pub(crate) fn entry(n: u64) -> Entry {
    let denied = n.is_multiple_of(3);
    let reason = if denied { "NOTIONAL_CAP" } else { "ok" };
    let body = format!("{{\"symbol\":\"BTCUSDT\",\"allow\":{},\"reason\":\"{reason}\"}}", !denied);
    Entry {
        at: i64::try_from(n).unwrap() * SECOND,
        kind: "decision",
        order: (!denied).then(|| format!("A{n:08}")),
        also: Vec::new(),
        decision: Some(format!("d-{n}")),
        journal: (!denied).then_some(2 * n),
        body: serde_json::value::RawValue::from_string(body).unwrap(),
    }
}
