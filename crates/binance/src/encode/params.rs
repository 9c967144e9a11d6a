//! Parameters in the order they are added.

use std::fmt::{Display, Write};

use aurora_model::{InstrumentNo, Nanos};
use aurora_wire::{Auth, Call, CallNo, Method, Urgency};

use crate::limits::costs;

/// `name=value&…`, values percent-encoded.
#[derive(Debug, Default)]
pub(crate) struct Params(String);

impl Params {
    pub(crate) fn new() -> Params {
        Params(String::with_capacity(160))
    }

    pub(crate) fn with(mut self, name: &str, value: impl Display) -> Params {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        write!(Escaped(&mut self.0), "{value}").expect("a string takes everything");
        self
    }

    pub(crate) fn maybe(self, name: &str, value: Option<impl Display>) -> Params {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    self.0.push(char::from(byte));
                }
                byte => write!(self.0, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}

/// The parts of a call that differ from one to the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) auth: Auth,
    pub(crate) urgency: Urgency,
    /// Request weight.
    pub(crate) weight: u32,
    /// Units on the ten-second and the one-minute order counter.
    pub(crate) orders: (u32, u32),
}

impl Shape {
    pub(crate) const fn public(path: &'static str, weight: u32) -> Shape {
        let (method, auth) = (Method::Get, Auth::Public);
        Shape { method, path, auth, urgency: Urgency::Read, weight, orders: (0, 0) }
    }

    pub(crate) const fn signed(method: Method, path: &'static str, weight: u32) -> Shape {
        let (auth, urgency) = (Auth::Signed, Urgency::Read);
        Shape { method, path, auth, urgency, weight, orders: (0, 0) }
    }

    pub(crate) const fn urgent(self, urgency: Urgency) -> Shape {
        Shape { urgency, ..self }
    }

    /// The call. Its number is given by the session.
    pub(crate) fn call(self, params: Params) -> Call {
        let (query, body) = match self.method {
            Method::Get | Method::Delete => (params.into_text(), String::new()),
            Method::Post | Method::Put => (String::new(), params.into_text()),
        };
        Call {
            no: CallNo(0),
            method: self.method,
            path: self.path,
            query,
            body,
            auth: self.auth,
            urgency: self.urgency,
            costs: costs(self.weight, self.orders.0, self.orders.1),
            instrument: None,
            patience: self.urgency.patience(Nanos::SECOND * 10),
        }
    }

    pub(crate) fn call_for(self, instrument: InstrumentNo, params: Params) -> Call {
        Call { instrument: Some(instrument), ..self.call(params) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_percent_encoded() {
        let params =
            Params::new().with("a", "x-1.5").with("b", "[{\"c\":1}]").maybe("d", None::<u8>);
        assert_eq!(params.into_text(), "a=x-1.5&b=%5B%7B%22c%22%3A1%7D%5D");
    }
}
