//! Scenario files: rules as text. What is wrong is told with the field it is in.

use aurora_model::{Nanos, Notional, Venue};
use rust_decimal::Decimal;
use serde_json::Value;

use super::fields::{Fields, ScenarioError, error};
use super::rule::{KINDS, Place, Rule, What, When};

/// The rules of a scenario: `{"rules": [...]}`.
///
/// # Errors
/// [`ScenarioError`], naming the field.
pub fn parse(text: &str) -> Result<Vec<Rule>, ScenarioError> {
    let value: Value = serde_json::from_str(text)
        .map_err(|problem| error("scenario", format!("is not JSON: {problem}")))?;
    if !value.is_object() {
        return Err(error("scenario", format!("must be an object, it is {value}")));
    }
    let mut fields = Fields::new("", value)?;
    let rules = match fields.take("rules") {
        Some(Value::Array(rules)) => rules,
        Some(other) => return Err(fields.wrong("rules", format!("must be a list, it is {other}"))),
        None => return Err(fields.wrong("rules", "is missing".to_owned())),
    };
    fields.take("about");
    fields.done()?;
    let rules = rules.into_iter().enumerate();
    rules.map(|(place, rule)| Rule::parse(&format!("rules[{place}]"), rule)).collect()
}

impl Rule {
    fn parse(path: &str, value: Value) -> Result<Rule, ScenarioError> {
        let mut fields = Fields::new(path, value.clone())?;
        let venue = match fields.text("venue")?.as_deref() {
            None => None,
            Some("binance") => Some(Venue::BinanceUsdm),
            Some("okx") => Some(Venue::Okx),
            Some("bybit") => Some(Venue::Bybit),
            Some(other) => {
                let problem = format!("must be binance, okx or bybit, it is {other:?}");
                return Err(fields.wrong("venue", problem));
            }
        };
        let place = place(&mut fields)?;
        let when = when(&mut fields)?;
        fields.take("about");
        let what = what(&mut fields)?;
        let needs_symbol = matches!(
            what,
            What::Halt
                | What::Delist
                | What::TickSize { .. }
                | What::FundingRate(_)
                | What::PayFunding(_)
        );
        if needs_symbol && place.symbol.is_none() {
            return Err(fields.wrong("where.symbol", "is missing: which instrument?".to_owned()));
        }
        fields.done()?;
        Ok(Rule { venue, place, when, what, text: value })
    }
}

fn place(fields: &mut Fields) -> Result<Place, ScenarioError> {
    let mut inner = fields.object("where")?;
    let place = Place {
        method: inner.text("method")?,
        path: inner.text("path")?,
        action: inner.text("action")?,
        operation: inner.text("operation")?,
        topic: inner.text("topic")?,
        symbol: inner.text("symbol")?,
        client_id: inner.text("client_id")?,
    };
    const ACTIONS: [&str; 8] =
        ["place", "amend", "cancel", "query_order", "private", "public", "subscribe", "session"];
    if let Some(action) = place.action.as_deref().filter(|action| !ACTIONS.contains(action)) {
        let problem = format!("must be one of {}, it is {action:?}", ACTIONS.join(", "));
        return Err(inner.wrong("action", problem));
    }
    inner.done()?;
    Ok(place)
}

fn when(fields: &mut Fields) -> Result<When, ScenarioError> {
    let mut inner = fields.object("when")?;
    let millis = |value: Option<u64>| {
        value.map(|ms| Nanos::from_millis(i64::try_from(ms).unwrap_or(i64::MAX)))
    };
    let when = When {
        nth: inner.natural("nth", 1)?,
        every: inner.natural("every", 1)?,
        probability: inner.share("probability")?,
        from: millis(inner.natural("from_ms", 0)?).unwrap_or_default(),
        to: millis(inner.natural("to_ms", 0)?),
        times: inner.natural("times", 1)?,
    };
    inner.done()?;
    Ok(when)
}

fn what(fields: &mut Fields) -> Result<What, ScenarioError> {
    let word = fields.text("what")?;
    let word = fields.need("what", word)?;
    let span = |fields: &mut Fields, name| {
        let ms = fields.natural(name, 0)?;
        let ms = fields.need(name, ms)?;
        Ok(Nanos::from_millis(i64::try_from(ms).unwrap_or(i64::MAX)))
    };
    let wait = |fields: &mut Fields, usual: u32| {
        let seconds = fields.natural("retry_after_s", 0)?;
        Ok::<u32, ScenarioError>(seconds.and_then(|s| u32::try_from(s).ok()).unwrap_or(usual))
    };
    let account = |fields: &mut Fields| {
        let no = fields.natural("account", 1)?.unwrap_or(1);
        u32::try_from(no).map_err(|_| fields.wrong("account", format!("{no} is too large")))
    };
    let decimal = |fields: &mut Fields, name| {
        let text = fields.text(name)?;
        let text = fields.need(name, text)?;
        text.parse::<Decimal>()
            .map_err(|_| fields.wrong(name, format!("must be a decimal text, it is {text:?}")))
    };
    Ok(match word.as_str() {
        "delay" => What::Delay(span(fields, "ms")?),
        "delay_answer" => What::DelayAnswer(span(fields, "ms")?),
        "drop_answer" => What::DropAnswer,
        "drop_request" => What::DropRequest,
        "rate_limited" => What::RateLimited { retry_after_s: wait(fields, 1)? },
        "banned" => What::Banned { retry_after_s: wait(fields, 120)? },
        "server_error" => {
            let status = fields.natural("status", 500)?.unwrap_or(503);
            let status = u16::try_from(status).ok().filter(|status| *status < 600);
            let range = || fields.wrong("status", "must be 500 to 599".to_owned());
            let status = status.ok_or_else(range)?;
            What::ServerError {
                status,
                with_body: fields.flag("with_body")?.unwrap_or(false),
                executed: fields.flag("executed")?.unwrap_or(false),
            }
        }
        "unknown" => What::Unknown { executed: fields.flag("executed")?.unwrap_or(true) },
        "not_found" => What::NotFound { lag: span(fields, "lag_ms")? },
        "clock_off" => What::ClockOff,
        "gap" => What::Gap,
        "duplicate" => What::Duplicate,
        "reorder" => What::Reorder,
        "disconnect" => What::Disconnect,
        "half_open" => What::HalfOpen,
        "corrupt_snapshot" => match fields.text("how")?.as_deref() {
            None | Some("crossed") => What::CorruptSnapshot { truncated: false },
            Some("truncated") => What::CorruptSnapshot { truncated: true },
            Some(other) => {
                let problem = format!("must be crossed or truncated, it is {other:?}");
                return Err(fields.wrong("how", problem));
            }
        },
        "expire_session" => What::ExpireSession,
        "restart_books" => What::RestartBooks,
        "maintenance" => What::Maintenance,
        "halt" => What::Halt,
        "delist" => What::Delist,
        "tick_size" => {
            let multiple = fields.number("multiple")?;
            What::TickSize { multiple: fields.need("multiple", multiple)? }
        }
        "wrong_balance" => What::WrongBalance {
            account: account(fields)?,
            asset: fields.text("asset")?.unwrap_or_else(|| "USDT".to_owned()),
            by: Notional::new(decimal(fields, "by")?),
        },
        "liquidate" => What::Liquidate { account: account(fields)? },
        "clock_skew" => {
            let ms = fields.number("ms")?;
            What::ClockSkew(Nanos::from_millis(fields.need("ms", ms)?))
        }
        "funding_rate" => What::FundingRate(decimal(fields, "rate")?),
        "pay_funding" => What::PayFunding(decimal(fields, "rate")?),
        "key_may_withdraw" => What::KeyMayWithdraw,
        "reused_ids" => What::ReusedIds,
        other => {
            let known = KINDS.join(", ");
            return Err(fields.wrong("what", format!("{other:?} is not one of {known}")));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn complaint(text: &str, expected: &Expect) {
        expected.assert_eq(&parse(text).unwrap_err().to_string());
    }

    #[test]
    fn a_wrong_field_is_named() {
        complaint("[]", &expect!["scenario: must be an object, it is []"]);
        complaint(
            r#"{"rules":[{"what":"delay","ms":"5"}]}"#,
            &expect![[r#"rules[0].ms: must be a whole number, it is "5""#]],
        );
        complaint(
            r#"{"rules":[{"what":"gap"},{"what":"delay"}]}"#,
            &expect!["rules[1].ms: is missing"],
        );
        complaint(
            r#"{"rules":[{"what":"gap","when":{"nth":0}}]}"#,
            &expect!["rules[0].when.nth: must be 1 or more, it is 0"],
        );
        complaint(
            r#"{"rules":[{"what":"gap","when":{"probability":2}}]}"#,
            &expect!["rules[0].when.probability: must be 0 to 1, it is 2"],
        );
        complaint(
            r#"{"rules":[{"what":"gap","were":{}}]}"#,
            &expect!["rules[0].were: is not known here; known are venue, where, when, about, what"],
        );
        complaint(
            r#"{"rules":[{"what":"halt"}]}"#,
            &expect!["rules[0].where.symbol: is missing: which instrument?"],
        );
        complaint(
            r#"{"rules":[{"what":"gap","where":{"action":"buy"}}]}"#,
            &expect![[
                r#"rules[0].where.action: must be one of place, amend, cancel, query_order, private, public, subscribe, session, it is "buy""#
            ]],
        );
    }

    #[test]
    fn every_kind_is_read() {
        let extra = r#""ms":1,"lag_ms":1,"multiple":2,"by":"1","rate":"0.0001""#;
        for kind in KINDS {
            let all = format!(r#"{{"what":"{kind}","where":{{"symbol":"BTCUSDT"}},{extra}}}"#);
            let mut rule: Value = serde_json::from_str(&all).unwrap();
            // Whatever the kind does not know is taken away until it is read.
            loop {
                match Rule::parse("rule", rule.clone()) {
                    Ok(_) => break,
                    Err(problem) => {
                        assert!(problem.problem.starts_with("is not known"), "{kind}: {problem}");
                        let name = problem.field.trim_start_matches("rule.").to_owned();
                        rule.as_object_mut().unwrap().remove(&name);
                    }
                }
            }
        }
    }
}
