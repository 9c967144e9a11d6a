//! Why an order was refused: stable codes, the contract's reason texts, and what a person reads.

mod code;

pub use code::ReasonCode;

use std::fmt;

/// The language of a text for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Russian: decimal comma.
    #[default]
    Ru,
    /// English: decimal point.
    En,
}

/// One reason with its numbers: `value` is what was seen, `limit` what was allowed.
///
/// `Display` writes the contract's reason string, such as `spread_bps_too_wide:12.4`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// Which reason.
    pub code: ReasonCode,
    /// What was seen; zero where the reason has no number.
    pub value: f64,
    /// What was allowed; zero where the reason has no limit.
    pub limit: f64,
}

impl Reason {
    /// Allowed.
    pub const OK: Reason = Reason::new(ReasonCode::Ok);

    /// A reason without numbers.
    pub const fn new(code: ReasonCode) -> Reason {
        Reason { code, value: 0.0, limit: 0.0 }
    }

    /// A reason with what was seen and what was allowed.
    pub const fn with(code: ReasonCode, value: f64, limit: f64) -> Reason {
        Reason { code, value, limit }
    }

    /// The sentence for a person, numbers filled in.
    pub fn text(&self, lang: Lang) -> String {
        let template = self.code.template(lang);
        let mut text = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some((before, tail)) = rest.split_once('{') {
            let (field, after) = tail.split_once('}').unwrap_or((tail, ""));
            text.push_str(before);
            self.fill(&mut text, field, lang);
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// Writes one `{value:N}` or `{limit:N}` with N decimals.
    fn fill(&self, text: &mut String, field: &str, lang: Lang) {
        let (name, decimals) = field.split_once(':').unwrap_or((field, "0"));
        let number = if name == "limit" { self.limit } else { self.value };
        let decimals: usize = decimals.parse().unwrap_or(0);
        let point = format!("{number:.decimals$}");
        match lang {
            Lang::Ru => text.push_str(&point.replace('.', ",").replace('-', "−")),
            Lang::En => text.push_str(&point),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reason { code, value, limit } = *self;
        f.write_str(code.code())?;
        match code {
            ReasonCode::LatencyGuardExceeded => write!(f, ":{value:.1}>{limit:.1}"),
            ReasonCode::TrapGuardZ => write!(f, ":z={value:.2}"),
            ReasonCode::TrapGuardScoreExceeded | ReasonCode::SlippageGuardExceeded => {
                write!(f, ":{value:.2}>{limit:.2}")
            }
            ReasonCode::SpreadTooWide => write!(f, ":{value:.1}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_string_carries_the_numbers_as_the_bots_expect_them() {
        for (reason, want) in [
            (Reason::with(ReasonCode::SpreadTooWide, 12.44, 8.0), "spread_bps_too_wide:12.4"),
            (
                Reason::with(ReasonCode::LatencyGuardExceeded, 77.25, 50.0),
                "latency_guard_exceeded:77.2>50.0",
            ),
            (Reason::with(ReasonCode::TrapGuardZ, -0.004, 1.64), "trap_guard:z=-0.00"),
            (
                Reason::with(ReasonCode::TrapGuardScoreExceeded, 0.815, 0.8),
                "trap_guard_score:0.81>0.80",
            ),
            (
                Reason::with(ReasonCode::SlippageGuardExceeded, 3.0, 1.005),
                "slippage_guard_exceeded:3.00>1.00",
            ),
            (Reason::with(ReasonCode::LatencyGuard, 77.0, 50.0), "latency_guard"),
            (Reason::OK, "ok"),
        ] {
            assert_eq!(reason.to_string(), want);
        }
    }

    #[test]
    fn a_person_reads_a_sentence_with_numbers() {
        let wide = Reason::with(ReasonCode::SpreadTooWide, 12.4, 8.0);
        assert_eq!(wide.text(Lang::Ru), "Отказ: спред 12,4 б.п. больше лимита 8,0");
        assert_eq!(wide.text(Lang::En), "Denied: spread 12.4 bps is over the limit of 8.0");
        let loss = Reason::with(ReasonCode::RiskDenyDrawdown, -2.5, -2.0);
        assert_eq!(loss.text(Lang::Ru), "Отказ: результат дня −2,50 % хуже лимита −2,00 %");
    }
}
