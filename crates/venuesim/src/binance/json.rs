//! Writing JSON objects field by field, without a tree in between.

use std::fmt::{Display, Write};

use aurora_model::{Lots, Ticks};
use rust_decimal::Decimal;

use super::listed::Listed;

/// An object being written.
#[derive(Debug)]
pub(super) struct Object(String);

impl Object {
    pub(super) fn new() -> Object {
        let mut text = String::with_capacity(512);
        text.push('{');
        Object(text)
    }

    fn name(&mut self, name: &str) -> &mut String {
        if 1 < self.0.len() {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
        &mut self.0
    }

    /// A text without characters that need escaping: words, symbols, numbers.
    pub(super) fn text(mut self, name: &str, value: &str) -> Object {
        let out = self.name(name);
        out.push('"');
        out.push_str(value);
        out.push('"');
        self
    }

    /// A number, a flag, or JSON that is written already.
    pub(super) fn raw(mut self, name: &str, value: impl Display) -> Object {
        write!(self.name(name), "{value}").expect("a String takes all");
        self
    }

    /// A number as text.
    pub(super) fn quoted(mut self, name: &str, value: impl Display) -> Object {
        write!(self.name(name), "\"{value}\"").expect("a String takes all");
        self
    }

    /// A whole number.
    pub(super) fn int(mut self, name: &str, value: i64) -> Object {
        let mut digits = itoa::Buffer::new();
        self.name(name).push_str(digits.format(value));
        self
    }

    pub(super) fn price(mut self, name: &str, listed: &Listed, price: Ticks) -> Object {
        let out = self.name(name);
        out.push('"');
        listed.put_price(out, price);
        out.push('"');
        self
    }

    pub(super) fn qty(mut self, name: &str, listed: &Listed, qty: Lots) -> Object {
        let out = self.name(name);
        out.push('"');
        listed.put_qty(out, qty);
        out.push('"');
        self
    }

    /// Money with at most eight decimals.
    pub(super) fn money(self, name: &str, value: Decimal) -> Object {
        self.quoted(name, value.round_dp(8).normalize())
    }

    pub(super) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A list of written values.
pub(super) fn list(values: impl IntoIterator<Item = String>) -> String {
    let mut text = String::from("[");
    for value in values {
        if 1 < text.len() {
            text.push(',');
        }
        text.push_str(&value);
    }
    text.push(']');
    text
}
