//! One value of a request: read as what it should be, or refused under the name of its field.

use std::borrow::Cow;

use super::malformed::{Malformed, Problem, at};
use super::scan::{Kind, Scan};

/// Reads an object, handing each key to `each`, which must read the value.
pub(super) fn object<'a>(
    scan: &mut Scan<'a>,
    section: &str,
    mut each: impl FnMut(&mut Scan<'a>, &str) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    if scan.kind()? != Kind::Object {
        let field = if section.is_empty() { "body" } else { section };
        return Err(at("", field, Problem::NotObject));
    }
    scan.expect(b'{')?;
    let mut is_first = true;
    while let Some(key) = scan.key(is_first)? {
        each(scan, &key)?;
        is_first = false;
    }
    Ok(())
}

/// A number, a decimal in a string, or `null` for none.
pub(super) fn number(
    scan: &mut Scan<'_>,
    section: &str,
    key: &str,
) -> Result<Option<f64>, Malformed> {
    let refuse = || at(section, key, Problem::NotNumber);
    match scan.kind()? {
        Kind::Number => scan.number()?.map(Some).ok_or_else(refuse),
        Kind::Null => {
            scan.word("null")?;
            Ok(None)
        }
        Kind::Text => decimal(&scan.string()?).map(Some).ok_or_else(refuse),
        _ => Err(refuse()),
    }
}

/// A decimal written as text, the way venues write quantities; nothing but a JSON number inside.
fn decimal(text: &str) -> Option<f64> {
    let mut scan = Scan::new(text);
    let value = matches!(scan.kind(), Ok(Kind::Number)).then(|| scan.number().ok()).flatten()?;
    scan.end().ok()?;
    value
}

/// A list of numbers into `list`; whether there was one (`null` is none).
pub(super) fn numbers(
    scan: &mut Scan<'_>,
    section: &str,
    key: &str,
    list: &mut Vec<f64>,
) -> Result<bool, Malformed> {
    list.clear();
    match scan.kind()? {
        Kind::Array => {}
        Kind::Null => {
            scan.word("null")?;
            return Ok(false);
        }
        _ => return Err(at(section, key, Problem::NotNumbers)),
    }
    scan.expect(b'[')?;
    while scan.element(list.is_empty())? {
        let value = match scan.kind()? {
            Kind::Number => scan.number()?,
            Kind::Text => decimal(&scan.string()?),
            _ => None,
        };
        let place = list.len();
        list.push(
            value.ok_or_else(|| at(section, &format!("{key}[{place}]"), Problem::NotNumber))?,
        );
    }
    Ok(true)
}

pub(super) fn text<'a>(
    scan: &mut Scan<'a>,
    section: &str,
    key: &str,
) -> Result<Option<Cow<'a, str>>, Malformed> {
    match scan.kind()? {
        Kind::Text => Ok(Some(scan.string()?)),
        Kind::Null => {
            scan.word("null")?;
            Ok(None)
        }
        _ => Err(at(section, key, Problem::NotText)),
    }
}

/// A flag; `null` and 0 are false, 1 is true.
pub(super) fn flag(scan: &mut Scan<'_>, section: &str, key: &str) -> Result<bool, Malformed> {
    let refuse = || at(section, key, Problem::NotFlag);
    match scan.kind()? {
        Kind::True => scan.word("true").map(|()| true).map_err(Malformed::from),
        Kind::False => scan.word("false").map(|()| false).map_err(Malformed::from),
        Kind::Null => scan.word("null").map(|()| false).map_err(Malformed::from),
        Kind::Number => match scan.number()? {
            Some(0.0) => Ok(false),
            Some(1.0) => Ok(true),
            _ => Err(refuse()),
        },
        _ => Err(refuse()),
    }
}
