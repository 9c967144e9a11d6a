//! What is wrong with a request: the field and the problem, in words for both languages.

use super::scan::NotJson;

/// Why a request is not answered: the client's fault, named by field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Malformed {
    /// The path of the field, such as `market.latency_ms`; `body` for the whole text.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The body is not JSON, or nests too deep.
    #[error("not valid JSON at byte {0}: send one JSON object, at most 32 levels deep")]
    NotJson(usize),
    /// The body is not UTF-8.
    #[error("not UTF-8: send JSON in UTF-8")]
    NotUtf8,
    /// A required object is absent.
    #[error("missing: this object is required")]
    Missing,
    /// Not an object.
    #[error("must be an object")]
    NotObject,
    /// Not a number.
    #[error("must be a finite number")]
    NotNumber,
    /// Not a list of numbers.
    #[error("must be a list of finite numbers")]
    NotNumbers,
    /// Not a text.
    #[error("must be a string")]
    NotText,
    /// Not a flag.
    #[error("must be true or false")]
    NotFlag,
    /// Not a number that can be a cap.
    #[error("must be a finite number, zero or above")]
    NotCap,
}

impl Problem {
    /// The sentence in Russian.
    pub fn ru(self) -> String {
        match self {
            Problem::NotJson(at) => format!(
                "не JSON, ошибка на байте {at}: пришлите один объект JSON, не глубже 32 уровней"
            ),
            Problem::NotUtf8 => "не UTF-8: пришлите JSON в UTF-8".into(),
            Problem::Missing => "нет обязательного объекта".into(),
            Problem::NotObject => "нужен объект".into(),
            Problem::NotNumber => "нужно конечное число".into(),
            Problem::NotNumbers => "нужен список конечных чисел".into(),
            Problem::NotText => "нужна строка".into(),
            Problem::NotFlag => "нужно true или false".into(),
            Problem::NotCap => "нужно конечное число не меньше нуля".into(),
        }
    }
}

#[cold]
pub(super) fn at(section: &str, key: &str, problem: Problem) -> Malformed {
    let field = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
    Malformed { field, problem }
}

#[cold]
pub(super) fn whole(problem: Problem) -> Malformed {
    Malformed { field: "body".into(), problem }
}

impl From<NotJson> for Malformed {
    fn from(fault: NotJson) -> Malformed {
        whole(Problem::NotJson(fault.at))
    }
}
