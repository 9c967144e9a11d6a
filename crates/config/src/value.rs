//! Values, and how a text or a YAML node becomes one.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::key::{DefaultValue, Kind};
use crate::yaml::{self, Node};

/// The value of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// None was given and there is no default.
    Unset,
    /// A finite number.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// An exact decimal.
    Money(Decimal),
    /// Yes or no.
    Flag(bool),
    /// A text or a choice.
    Text(String),
    /// A text that does not print.
    Secret(Secret),
    /// A list of words.
    Words(Vec<String>),
    /// Accepted and not read.
    Unread,
}

/// A text that prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself: never into a log, a message or an answer.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unset => f.write_str("unset"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Whole(number) => write!(f, "{number}"),
            Value::Money(amount) => write!(f, "{amount}"),
            Value::Flag(flag) => write!(f, "{flag}"),
            Value::Text(text) => f.write_str(text),
            Value::Secret(secret) => write!(f, "{secret:?}"),
            Value::Words(words) => write!(f, "[{}]", words.join(", ")),
            Value::Unread => f.write_str("not read"),
        }
    }
}

impl From<DefaultValue> for Value {
    fn from(default: DefaultValue) -> Value {
        match default {
            DefaultValue::Unset => Value::Unset,
            DefaultValue::Number(number) => Value::Number(number),
            DefaultValue::Whole(number) => Value::Whole(number),
            DefaultValue::Money(text) => {
                Value::Money(Decimal::from_str(text).expect("the key table holds decimals"))
            }
            DefaultValue::Flag(flag) => Value::Flag(flag),
            DefaultValue::Text(text) => Value::Text(text.to_owned()),
            DefaultValue::Words(words) => {
                Value::Words(words.iter().map(|&word| word.to_owned()).collect())
            }
        }
    }
}

impl Kind {
    /// What may be given, for messages and the reference: `a number from 0 to 100`.
    pub fn range(&self) -> String {
        match *self {
            Kind::Number { least, most, above } => format!("a number {}", span(least, most, above)),
            Kind::Whole { least, most } if most == i64::MAX => {
                format!("a whole number from {least} up")
            }
            Kind::Whole { least, most } => format!("a whole number from {least} to {most}"),
            Kind::Money { most } => format!("an exact amount from 0 to {most}"),
            Kind::Flag => "true or false".to_owned(),
            Kind::Text => "a text".to_owned(),
            Kind::Secret => "a secret text".to_owned(),
            Kind::Choice(words) => format!("one of {}", words.join(", ")),
            Kind::Words([]) => "a list of texts".to_owned(),
            Kind::Words(words) => format!("a list of {}", words.join(", ")),
            Kind::Any => "anything".to_owned(),
        }
    }

    /// Reads a value from YAML.
    pub(crate) fn read_node(&self, node: &Node) -> Result<Value, String> {
        let value = match (self, node) {
            (Kind::Any, _) => Value::Unread,
            (Kind::Number { .. }, &Node::Number(number)) => Value::Number(number),
            (Kind::Number { .. }, &Node::Whole(number)) => Value::Number(number as f64),
            (Kind::Whole { .. }, &Node::Whole(number)) => Value::Whole(number),
            (Kind::Whole { .. }, &Node::Number(number)) if whole(number).is_some() => {
                Value::Whole(whole(number).unwrap_or_default())
            }
            (Kind::Money { .. }, Node::Whole(_) | Node::Number(_)) => {
                money(&node.describe()).ok_or_else(|| self.refuse(node))?
            }
            (Kind::Money { .. }, Node::Text(text)) => {
                money(text).ok_or_else(|| self.refuse(node))?
            }
            (Kind::Flag, &Node::Flag(flag)) => Value::Flag(flag),
            (Kind::Text | Kind::Choice(_), Node::Text(text)) => Value::Text(text.clone()),
            // An unquoted 10 or an unquoted off where a word is meant.
            (Kind::Text | Kind::Choice(_), Node::Whole(_) | Node::Number(_) | Node::Flag(_)) => {
                Value::Text(node.describe())
            }
            (Kind::Secret, Node::Text(text)) => Value::Secret(Secret(text.clone())),
            (Kind::Words(_), Node::List(nodes)) => Value::Words(
                nodes.iter().map(scalar).collect::<Option<_>>().ok_or_else(|| self.refuse(node))?,
            ),
            _ => return Err(self.refuse(node)),
        };
        self.admit(value)
    }

    /// Reads a value from the environment or the command line.
    pub(crate) fn read_text(&self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        let refuse = || self.refuse(&Node::Text(text.to_owned()));
        let value = match self {
            Kind::Any => Value::Unread,
            Kind::Number { .. } => Value::Number(text.parse().map_err(|_| refuse())?),
            Kind::Whole { .. } => Value::Whole(text.parse().map_err(|_| refuse())?),
            Kind::Money { .. } => money(text).ok_or_else(refuse)?,
            Kind::Flag => match text.to_ascii_lowercase().as_str() {
                "1" | "true" | "on" | "yes" => Value::Flag(true),
                "0" | "false" | "off" | "no" => Value::Flag(false),
                _ => return Err(refuse()),
            },
            Kind::Text | Kind::Choice(_) => Value::Text(text.to_owned()),
            Kind::Secret => Value::Secret(Secret(text.to_owned())),
            Kind::Words(_) => {
                let list =
                    if text.starts_with('[') { text.to_owned() } else { format!("[{text}]") };
                return self.read_node(&yaml::parse(&list).map_err(|_| refuse())?);
            }
        };
        self.admit(value)
    }

    /// The value again, when it is in range.
    pub(crate) fn admit(&self, value: Value) -> Result<Value, String> {
        let is_fine = match (self, &value) {
            (&Kind::Number { least, most, above }, &Value::Number(number)) => {
                (least..=most).contains(&number) && !(above && number <= least)
            }
            (Kind::Whole { least, most }, Value::Whole(number)) => (least..=most).contains(&number),
            (&Kind::Money { most }, &Value::Money(amount)) => {
                (Decimal::ZERO..=Decimal::from(most)).contains(&amount)
            }
            (Kind::Choice(words), Value::Text(text)) => words.contains(&text.as_str()),
            (Kind::Words(among), Value::Words(words)) => {
                among.is_empty() || words.iter().all(|word| among.contains(&word.as_str()))
            }
            _ => true,
        };
        if is_fine { Ok(value) } else { Err(format!("is {value}: give {}", self.range())) }
    }

    fn refuse(&self, node: &Node) -> String {
        match self {
            Kind::Secret => "is not a text: put it in quotes".to_owned(),
            _ => format!("is {}: give {}", node.describe(), self.range()),
        }
    }
}

fn span(least: f64, most: f64, above: bool) -> String {
    let from = if above { "above" } else { "from" };
    match (least <= f64::MIN, f64::MAX <= most) {
        (true, true) => "that is finite".to_owned(),
        (false, true) if above => format!("above {least}"),
        (false, true) => format!("from {least} up"),
        (true, false) => format!("up to {most}"),
        (false, false) => format!("{from} {least} to {most}"),
    }
}

fn money(text: &str) -> Option<Value> {
    let exact = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    exact.ok().map(Value::Money)
}

#[expect(clippy::cast_possible_truncation, reason = "the value is checked to be whole and small")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

fn scalar(node: &Node) -> Option<String> {
    match node {
        Node::Text(text) => Some(text.clone()),
        Node::Flag(_) | Node::Whole(_) | Node::Number(_) => Some(node.describe()),
        Node::Null | Node::List(_) | Node::Map(_) => None,
    }
}
