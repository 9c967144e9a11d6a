//! What happened, line by line, when somebody wants to read it.

use aurora_model::Nanos;

use crate::world::BEGIN;

/// Nothing, or every line.
#[derive(Debug, Default)]
pub(crate) struct Trace(Option<Vec<String>>);

impl Trace {
    pub(crate) fn on() -> Trace {
        Trace(Some(Vec::new()))
    }

    /// A line; not even made when nobody reads it.
    pub(crate) fn say(&mut self, at: Nanos, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.0 {
            lines.push(format!("{:9.4}  {}", (at - BEGIN).seconds(), line()));
        }
    }

    pub(crate) fn lines(self) -> Vec<String> {
        self.0.unwrap_or_default()
    }
}
