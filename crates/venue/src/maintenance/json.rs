//! A calendar as JSON: a list of windows, or an object with the list under `windows`.

use aurora_model::Nanos;
use serde_json::{Map, Value};

use super::{Window, venue_of};
use crate::VenueError;

/// Reads `[{"venue": "OKX", "symbols": ["BTC-USDT-SWAP"], "from": "2026-11-22T02:00:00Z", "to": …, "title": …}]`.
///
/// Times are RFC 3339 texts or milliseconds since 1970; `symbols` and `title` may be left out.
///
/// # Errors
/// [`VenueError::Calendar`] with the line, or the entry and its field.
pub fn from_json(text: &str, source: &str) -> Result<Vec<Window>, VenueError> {
    let value: Value = serde_json::from_str(text).map_err(|error| VenueError::Calendar {
        place: format!("{source}, line {} column {}", error.line(), error.column()),
        problem: "this is no JSON".to_owned(),
    })?;
    let list = value.get("windows").unwrap_or(&value).as_array().ok_or_else(|| {
        let problem = "must be a list of windows, or an object with the list under \"windows\"";
        VenueError::Calendar { place: source.to_owned(), problem: problem.to_owned() }
    })?;
    list.iter().enumerate().map(|(at, entry)| window(entry, at + 1, source)).collect()
}

fn window(entry: &Value, no: usize, source: &str) -> Result<Window, VenueError> {
    let fault = |field: &str, problem: &str| VenueError::Calendar {
        place: format!("{source}, window {no}, field {field:?}"),
        problem: problem.to_owned(),
    };
    let empty = Map::new();
    let fields = entry.as_object().unwrap_or(&empty);
    let text = |field: &str| fields.get(field).and_then(Value::as_str);
    let venue = text("venue").and_then(venue_of);
    let venue = venue.ok_or_else(|| fault("venue", "must name a venue, such as \"OKX\""))?;
    let time = |field: &str| {
        let value = fields.get(field);
        let millis = value.and_then(Value::as_i64).map(Nanos::from_millis);
        millis.or_else(|| instant(value?.as_str()?)).ok_or_else(|| {
            fault(
                field,
                "must be a time such as \"2026-11-22T02:00:00Z\", or milliseconds since 1970",
            )
        })
    };
    let (from, to) = (time("from")?, time("to")?);
    if to <= from {
        return Err(fault("to", "must be after \"from\""));
    }
    let symbols = match fields.get("symbols") {
        None | Some(Value::Null) => Vec::new(),
        Some(list) => {
            let list: Option<Vec<String>> = list.as_array().and_then(|list| {
                list.iter().map(|symbol| symbol.as_str().map(str::to_owned)).collect()
            });
            list.ok_or_else(|| fault("symbols", "must be a list of texts"))?
        }
    };
    let title = text("title").unwrap_or("maintenance").to_owned();
    let source = text("source").unwrap_or(source).to_owned();
    Ok(Window { venue, symbols, from, to, title, source })
}

/// An RFC 3339 time.
pub(super) fn instant(text: &str) -> Option<Nanos> {
    let stamp: jiff::Timestamp = text.trim().parse().ok()?;
    i64::try_from(stamp.as_nanosecond()).ok().map(Nanos)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: &Expect) {
        let story = match from_json(text, "plan.json") {
            Ok(windows) => windows.iter().map(|w| format!("{w:?}\n")).collect(),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&story);
    }

    #[test]
    fn windows_are_read_in_either_shape() {
        check(
            r#"{"windows": [
                {"venue": "okx", "symbols": ["SOL-USDT-SWAP"], "from": "2026-11-22T02:00:00Z",
                 "to": "2026-11-22T06:00:00+02:00", "title": "Upgrade"},
                {"venue": "BINANCEUSDM", "from": 1800000000000, "to": 1800003600000}
            ]}"#,
            &expect![[r#"
                Window { venue: Okx, symbols: ["SOL-USDT-SWAP"], from: Nanos(1795312800000000000), to: Nanos(1795320000000000000), title: "Upgrade", source: "plan.json" }
                Window { venue: BinanceUsdm, symbols: [], from: Nanos(1800000000000000000), to: Nanos(1800003600000000000), title: "maintenance", source: "plan.json" }
            "#]],
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        check(
            "[\n{\"venue\": }]",
            &expect!["maintenance calendar, plan.json, line 2 column 11: this is no JSON"],
        );
        check(
            r#"[{"venue": "Kraken"}]"#,
            &expect![[
                r#"maintenance calendar, plan.json, window 1, field "venue": must name a venue, such as "OKX""#
            ]],
        );
        check(
            r#"[{"venue": "OKX", "from": "tomorrow"}]"#,
            &expect![[
                r#"maintenance calendar, plan.json, window 1, field "from": must be a time such as "2026-11-22T02:00:00Z", or milliseconds since 1970"#
            ]],
        );
        check(
            r#"[{"venue": "OKX", "from": 2000, "to": 1000}]"#,
            &expect![[
                r#"maintenance calendar, plan.json, window 1, field "to": must be after "from""#
            ]],
        );
        check(
            "7",
            &expect![[
                r#"maintenance calendar, plan.json: must be a list of windows, or an object with the list under "windows""#
            ]],
        );
    }
}
