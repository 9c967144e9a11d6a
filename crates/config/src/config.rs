//! A configuration without faults: typed access, and every value with its origin.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::key::Key;
use crate::sources::Origin;
use crate::value::{Secret, Value};

/// One key with its value.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What it is.
    pub key: &'static Key,
    /// Its value; printing it masks a secret.
    pub value: Value,
    /// Who gave it.
    pub origin: Origin,
}

/// The effective configuration.
///
/// The typed getters panic when the key is not in the table, has another type or is unset without a
/// default: a mistake in the program, which the first start shows. Optional keys have `opt_` getters.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) settings: BTreeMap<&'static str, Setting>,
    pub(crate) warnings: Vec<String>,
}

impl Config {
    /// Every key, by path.
    pub fn settings(&self) -> impl Iterator<Item = &Setting> {
        self.settings.values()
    }

    /// What works but should be written otherwise, a sentence each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// One key.
    pub fn setting(&self, path: &str) -> &Setting {
        self.settings.get(path).unwrap_or_else(|| panic!("{path} is in the key table"))
    }

    /// Who gave this key its value.
    pub fn origin(&self, path: &str) -> &Origin {
        &self.setting(path).origin
    }

    /// A number.
    pub fn f64(&self, path: &str) -> f64 {
        self.opt_f64(path).unwrap_or_else(|| unset(path))
    }

    /// A number that may be unset.
    pub fn opt_f64(&self, path: &str) -> Option<f64> {
        match &self.setting(path).value {
            &Value::Number(number) => Some(number),
            Value::Unset => None,
            _ => other_type(path, "a number"),
        }
    }

    /// A whole number.
    pub fn i64(&self, path: &str) -> i64 {
        self.opt_i64(path).unwrap_or_else(|| unset(path))
    }

    /// A whole number that may be unset.
    pub fn opt_i64(&self, path: &str) -> Option<i64> {
        match &self.setting(path).value {
            &Value::Whole(number) => Some(number),
            Value::Unset => None,
            _ => other_type(path, "a whole number"),
        }
    }

    /// A whole number as the type that is wanted; the key's range must fit it.
    pub fn int<T: TryFrom<i64>>(&self, path: &str) -> T {
        T::try_from(self.i64(path))
            .unwrap_or_else(|_| panic!("the range of {path} fits the type it is read as"))
    }

    /// An exact amount.
    pub fn money(&self, path: &str) -> Decimal {
        self.opt_money(path).unwrap_or_else(|| unset(path))
    }

    /// An exact amount that may be unset.
    pub fn opt_money(&self, path: &str) -> Option<Decimal> {
        match &self.setting(path).value {
            &Value::Money(amount) => Some(amount),
            Value::Unset => None,
            _ => other_type(path, "an amount"),
        }
    }

    /// Yes or no.
    pub fn bool(&self, path: &str) -> bool {
        match &self.setting(path).value {
            &Value::Flag(flag) => flag,
            Value::Unset => unset(path),
            _ => other_type(path, "a flag"),
        }
    }

    /// A text or a choice.
    pub fn text(&self, path: &str) -> &str {
        self.any_text(path).unwrap_or_else(|| unset(path))
    }

    /// A text that may be unset; an empty one is.
    pub fn opt_text(&self, path: &str) -> Option<&str> {
        self.any_text(path).filter(|text| !text.is_empty())
    }

    fn any_text(&self, path: &str) -> Option<&str> {
        match &self.setting(path).value {
            Value::Text(text) => Some(text),
            Value::Unset => None,
            _ => other_type(path, "a text"),
        }
    }

    /// A secret, when there is one.
    pub fn secret(&self, path: &str) -> Option<&Secret> {
        match &self.setting(path).value {
            Value::Secret(secret) => Some(secret),
            Value::Unset => None,
            _ => other_type(path, "a secret"),
        }
    }

    /// A list of words; empty when unset.
    pub fn list(&self, path: &str) -> &[String] {
        match &self.setting(path).value {
            Value::Words(words) => words,
            Value::Unset => &[],
            _ => other_type(path, "a list of words"),
        }
    }
}

fn unset(path: &str) -> ! {
    panic!("{path} has a default or is read with its opt_ getter")
}

fn other_type(path: &str, wanted: &str) -> ! {
    panic!("{path} is {wanted} in the key table")
}
