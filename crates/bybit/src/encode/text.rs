//! Bodies and queries as Bybit reads them, written in a fixed order.

use std::fmt::{Display, Write as _};

/// A JSON object being written.
#[derive(Debug)]
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Object {
        Object("{".to_owned())
    }

    fn name(&mut self, name: &str) {
        if 1 < self.0.len() {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    /// A field in quotes. What we send in quotes are names and numbers; neither needs escapes.
    pub(crate) fn text(mut self, name: &str, value: impl Display) -> Object {
        self.name(name);
        write!(self.0, "\"{value}\"").expect("a String takes everything");
        self
    }

    /// A field as it is.
    pub(crate) fn raw(mut self, name: &str, value: impl Display) -> Object {
        self.name(name);
        write!(self.0, "{value}").expect("a String takes everything");
        self
    }

    pub(crate) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// Objects, one after another, in brackets.
pub(crate) fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// A query being written.
#[derive(Debug, Default)]
pub(crate) struct Query(String);

impl Query {
    pub(crate) fn linear() -> Query {
        Query("category=linear".to_owned())
    }

    pub(crate) fn add(mut self, name: &str, value: impl Display) -> Query {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        write!(self.0, "{name}={value}").expect("a String takes everything");
        self
    }

    pub(crate) fn maybe(self, name: &str, value: Option<impl Display>) -> Query {
        match value {
            Some(value) => self.add(name, value),
            None => self,
        }
    }

    /// A cursor goes back as it came, already encoded; what may not stand in a query is encoded here.
    pub(crate) fn cursor(self, cursor: Option<&str>) -> Query {
        let Some(cursor) = cursor else { return self };
        let mut query = self.add("cursor", "");
        for byte in cursor.bytes() {
            match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'~' | b'%' => {
                    query.0.push(char::from(byte));
                }
                other => write!(query.0, "%{other:02X}").expect("a String takes everything"),
            }
        }
        query
    }

    pub(crate) fn end(self) -> String {
        self.0
    }
}
