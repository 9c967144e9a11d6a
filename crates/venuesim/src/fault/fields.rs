//! Reading JSON objects by hand, so that every complaint names the field.

use serde_json::{Map, Value};

/// Why a scenario is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ScenarioError {
    /// Where, as `rules[2].when.nth`.
    pub field: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// One object, field by field; what nobody took is unknown.
#[derive(Debug)]
pub(super) struct Fields {
    path: String,
    map: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Fields {
    pub(super) fn new(path: &str, value: Value) -> Result<Fields, ScenarioError> {
        match value {
            Value::Object(map) => Ok(Fields { path: path.to_owned(), map, known: Vec::new() }),
            other => Err(error(path, format!("must be an object, it is {other}"))),
        }
    }

    /// A field that was taken by name is known from then on.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.map.remove(name)
    }

    pub(super) fn object(&mut self, name: &'static str) -> Result<Fields, ScenarioError> {
        let value = self.take(name).unwrap_or_else(|| Value::Object(Map::new()));
        Fields::new(&self.at(name), value)
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, ScenarioError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(error(&self.at(name), format!("must be a text, it is {other}"))),
        }
    }

    pub(super) fn number(&mut self, name: &'static str) -> Result<Option<i64>, ScenarioError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let problem = || error(&self.at(name), format!("must be a whole number, it is {value}"));
        value.as_i64().map(Some).ok_or_else(problem)
    }

    pub(super) fn natural(
        &mut self,
        name: &'static str,
        least: u64,
    ) -> Result<Option<u64>, ScenarioError> {
        let Some(number) = self.number(name)? else { return Ok(None) };
        let natural = u64::try_from(number).ok().filter(|natural| least <= *natural);
        let problem = || error(&self.at(name), format!("must be {least} or more, it is {number}"));
        natural.map(Some).ok_or_else(problem)
    }

    pub(super) fn share(&mut self, name: &'static str) -> Result<Option<f64>, ScenarioError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let share = value.as_f64().filter(|share| (0.0..=1.0).contains(share));
        let problem = || error(&self.at(name), format!("must be 0 to 1, it is {value}"));
        share.map(Some).ok_or_else(problem)
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, ScenarioError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => {
                Err(error(&self.at(name), format!("must be true or false, it is {other}")))
            }
        }
    }

    /// The value, or a complaint that it is missing.
    pub(super) fn need<T>(&self, name: &str, value: Option<T>) -> Result<T, ScenarioError> {
        value.ok_or_else(|| error(&self.at(name), "is missing".to_owned()))
    }

    /// A complaint about one field.
    pub(super) fn wrong(&self, name: &str, problem: String) -> ScenarioError {
        error(&self.at(name), problem)
    }

    /// Complains about a field nobody took.
    pub(super) fn done(self) -> Result<(), ScenarioError> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(name) => {
                let known = self.known.join(", ");
                Err(error(&self.at(name), format!("is not known here; known are {known}")))
            }
        }
    }

    fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

pub(super) fn error(field: &str, problem: String) -> ScenarioError {
    ScenarioError { field: field.to_owned(), problem }
}
