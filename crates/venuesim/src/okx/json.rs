//! Writing the venue's JSON: nearly every value is a string, `""` means absent.

use std::fmt::{Display, Write};

use rust_decimal::Decimal;

/// One object being written; the closing brace comes with [`Object::end`].
#[derive(Debug)]
pub(crate) struct Object<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> Object<'a> {
    /// Opens the object.
    pub(crate) fn begin(out: &'a mut String) -> Object<'a> {
        out.push('{');
        Object { out, empty: true }
    }

    /// A quoted value that needs no escaping: a number, an id we made, a word of the venue's.
    pub(crate) fn put(&mut self, key: &str, value: impl Display) -> &mut Self {
        self.key(key);
        let _ = write!(self.out, "\"{value}\"");
        self
    }

    /// A quoted number without trailing zeros.
    pub(crate) fn number(&mut self, key: &str, value: Decimal) -> &mut Self {
        self.put(key, value.normalize())
    }

    /// A quoted number, or `""`.
    pub(crate) fn maybe(&mut self, key: &str, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.put(key, value),
            None => self.put(key, ""),
        }
    }

    /// A quoted text someone else wrote.
    pub(crate) fn text(&mut self, key: &str, value: &str) -> &mut Self {
        self.key(key);
        quote(self.out, value);
        self
    }

    /// A value without quotes: a number, a boolean, an array already written.
    pub(crate) fn bare(&mut self, key: &str, value: impl Display) -> &mut Self {
        self.key(key);
        let _ = write!(self.out, "{value}");
        self
    }

    /// Fields the venue sends empty.
    pub(crate) fn blank(&mut self, keys: &[&str]) -> &mut Self {
        for key in keys {
            self.put(key, "");
        }
        self
    }

    /// A value the closure writes.
    pub(crate) fn with(&mut self, key: &str, write: impl FnOnce(&mut String)) -> &mut Self {
        self.key(key);
        write(self.out);
        self
    }

    /// Closes the object.
    pub(crate) fn end(&mut self) {
        self.out.push('}');
    }

    fn key(&mut self, key: &str) {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        let _ = write!(self.out, "\"{key}\":");
    }
}

/// An array of what the closure writes for each item; an item that writes nothing is left out.
pub(crate) fn array<T>(
    out: &mut String,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push('[');
    let start = out.len();
    for item in items {
        let mark = out.len();
        if mark != start {
            out.push(',');
        }
        let from = out.len();
        write(out, item);
        if out.len() == from {
            out.truncate(mark);
        }
    }
    out.push(']');
}

/// A JSON string with its quotes, escaped.
pub(crate) fn quote(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if (control as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_valid_json_whatever_the_client_wrote() {
        let mut out = String::new();
        let mut object = Object::begin(&mut out);
        object.put("px", "1").text("tag", "a\"b\\c\n\u{1}").blank(&["x", "y"]);
        object.number("sz", "1.500".parse().unwrap()).maybe("fillPx", None::<u8>);
        object.with("list", |out| {
            array(out, 1..4, |out, n| {
                if n != 2 {
                    let _ = write!(out, "{n}");
                }
            })
        });
        object.end();
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(value["tag"], "a\"b\\c\n\u{1}");
        assert_eq!(value["sz"], "1.5");
        assert_eq!(value["list"], serde_json::json!([1, 3]));
    }
}
