//! What the venue was asked, so that a test can prove how often each order was sent.

use std::collections::{BTreeMap, VecDeque};

use aurora_model::Nanos;
use serde_json::{Value, json};

use crate::dialect::{Action, Subject};

/// So many requests are remembered, and so many client ids.
const REMEMBERED: usize = 20_000;
const REMEMBERED_IDS: usize = 200_000;

/// The requests seen.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    ids: BTreeMap<String, Seen>,
    ids_by_age: VecDeque<String>,
    total: u64,
    last_placed_at: Option<Nanos>,
}

#[derive(Debug)]
struct Entry {
    at: Nanos,
    method: String,
    path: String,
    subject: Subject,
}

/// How often a client id came.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    placed: u32,
    amended: u32,
    canceled: u32,
    queried: u32,
    placed_at: Option<Nanos>,
}

impl Log {
    /// Writes a request down.
    pub(crate) fn note(&mut self, at: Nanos, (method, path): (&str, &str), subject: &Subject) {
        self.total += 1;
        for id in &subject.client_ids {
            self.count(at, id, subject.action);
        }
        if subject.action == Action::Place {
            self.last_placed_at = Some(at);
        }
        if REMEMBERED <= self.entries.len() {
            self.entries.pop_front();
        }
        let (method, path) = (method.to_owned(), path.to_owned());
        self.entries.push_back(Entry { at, method, path, subject: subject.clone() });
    }

    fn count(&mut self, at: Nanos, id: &str, action: Action) {
        if !self.ids.contains_key(id) {
            if REMEMBERED_IDS <= self.ids.len()
                && let Some(oldest) = self.ids_by_age.pop_front()
            {
                self.ids.remove(&oldest);
            }
            self.ids_by_age.push_back(id.to_owned());
        }
        let seen = self.ids.entry(id.to_owned()).or_default();
        match action {
            Action::Place => {
                seen.placed += 1;
                seen.placed_at = Some(at);
            }
            Action::Amend => seen.amended += 1,
            Action::Cancel => seen.canceled += 1,
            _ => seen.queried += 1,
        }
    }

    /// When the order of one of these ids was placed last; without ids, when any was.
    pub(crate) fn last_placed(&self, ids: &[String]) -> Option<Nanos> {
        if ids.is_empty() {
            return self.last_placed_at;
        }
        ids.iter().filter_map(|id| self.ids.get(id)?.placed_at).max()
    }

    pub(crate) fn clear(&mut self) {
        *self = Log::default();
    }

    /// `{"total", "requests": [...], "client_ids": {id: {...}}}`.
    pub(crate) fn to_json(&self) -> Value {
        let requests = self.entries.iter().map(|entry| {
            json!({
                "at_ms": entry.at.millis(),
                "method": entry.method,
                "path": entry.path,
                "action": entry.subject.action.word(),
                "operation": entry.subject.operation,
                "symbol": entry.subject.symbol,
                "client_ids": entry.subject.client_ids,
            })
        });
        let ids = self.ids.iter().map(|(id, seen)| {
            let Seen { placed, amended, canceled, queried, .. } = *seen;
            let counts = json!({
                "placed": placed, "amended": amended, "canceled": canceled, "queried": queried,
            });
            (id.clone(), counts)
        });
        json!({
            "total": self.total,
            "requests": requests.collect::<Vec<_>>(),
            "client_ids": ids.collect::<serde_json::Map<_, _>>(),
        })
    }
}
