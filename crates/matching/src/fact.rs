//! What the venue must still know after a crash, one line of text each.
//!
//! A fact is written down before the report about it is delivered, so that a venue rebuilt from its facts has
//! never told anyone something it no longer knows. A refused order leaves none, as on a real venue.

use std::fmt::Display;
use std::str::{FromStr, SplitAsciiWhitespace};

use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Liquidity, Lots, Nanos, Notional, OrderIntent, Side, Ticks,
    TimeInForce,
};

/// One thing that happened to an order at the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VenueFact {
    /// An order was taken; its id is used for ever.
    Accepted {
        /// When.
        at: Nanos,
        /// Our id.
        id: ClientOrderId,
        /// The venue's id.
        venue_id: u64,
        /// What was asked.
        intent: OrderIntent,
    },
    /// Part or all of it traded.
    Filled(Fill),
    /// It was cancelled, by request or by a lost connection.
    Canceled {
        /// When.
        at: Nanos,
        /// Our id.
        id: ClientOrderId,
    },
    /// Its time in force ended it.
    Expired {
        /// When.
        at: Nanos,
        /// Our id.
        id: ClientOrderId,
    },
}

/// Why a line is not a fact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactError {
    /// The first word names no kind of fact.
    #[error("venue fact {0:?}: the first word must be accepted, filled, canceled or expired")]
    Kind(String),
    /// A field is missing or unreadable.
    #[error("venue fact {line:?}: {field} is missing or unreadable")]
    Field {
        /// The whole line.
        line: String,
        /// Which field.
        field: &'static str,
    },
    /// There is more on the line than the fact has fields.
    #[error("venue fact {0:?}: there is something after the last field")]
    Trailing(String),
}

impl VenueFact {
    /// The fact as one line, without the line end.
    pub fn encode(&self) -> String {
        match self {
            VenueFact::Accepted { at, id, venue_id, intent } => line(&[
                &"accepted",
                &at.0,
                id,
                venue_id,
                &intent.instrument.0,
                &intent.side.word(),
                &intent.limit.0,
                &intent.qty.0,
                &intent.time_in_force.word(),
                &u8::from(intent.reduce_only),
            ]),
            VenueFact::Filled(fill) => line(&[
                &"filled",
                &fill.at.0,
                &fill.order,
                &fill.trade_id,
                &fill.instrument.0,
                &fill.side.word(),
                &fill.price.0,
                &fill.qty.0,
                &fill.fee,
                &liquidity_word(fill.liquidity),
            ]),
            VenueFact::Canceled { at, id } => line(&[&"canceled", &at.0, id]),
            VenueFact::Expired { at, id } => line(&[&"expired", &at.0, id]),
        }
    }

    /// The fact a line stands for.
    ///
    /// # Errors
    /// [`FactError`] naming the field that is wrong; a line cut short by a crash is one such.
    pub fn parse(text: &str) -> Result<VenueFact, FactError> {
        let mut fields = Fields { line: text, words: text.split_ascii_whitespace() };
        let fact = match fields.words.next() {
            Some("accepted") => fields.accepted()?,
            Some("filled") => fields.filled()?,
            Some("canceled") => VenueFact::Canceled { at: fields.at()?, id: fields.read("id")? },
            Some("expired") => VenueFact::Expired { at: fields.at()?, id: fields.read("id")? },
            _ => return Err(FactError::Kind(text.to_owned())),
        };
        match fields.words.next() {
            None => Ok(fact),
            Some(_) => Err(FactError::Trailing(text.to_owned())),
        }
    }
}

fn line(fields: &[&dyn Display]) -> String {
    fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn liquidity_word(liquidity: Liquidity) -> &'static str {
    match liquidity {
        Liquidity::Maker => "maker",
        Liquidity::Taker => "taker",
    }
}

struct Fields<'a> {
    line: &'a str,
    words: SplitAsciiWhitespace<'a>,
}

impl Fields<'_> {
    fn accepted(&mut self) -> Result<VenueFact, FactError> {
        Ok(VenueFact::Accepted {
            at: self.at()?,
            id: self.read("id")?,
            venue_id: self.read("venue id")?,
            intent: OrderIntent {
                instrument: InstrumentNo(self.read("instrument")?),
                side: self.side()?,
                limit: Ticks(self.read("limit")?),
                qty: Lots(self.read("quantity")?),
                time_in_force: self.time_in_force()?,
                reduce_only: self.word("reduce-only", &[("0", false), ("1", true)])?,
            },
        })
    }

    fn filled(&mut self) -> Result<VenueFact, FactError> {
        let (at, order) = (self.at()?, self.read("id")?);
        Ok(VenueFact::Filled(Fill {
            at,
            order,
            trade_id: self.read("trade id")?,
            instrument: InstrumentNo(self.read("instrument")?),
            side: self.side()?,
            price: Ticks(self.read("price")?),
            qty: Lots(self.read("quantity")?),
            fee: self.read::<Notional>("fee")?,
            liquidity: self
                .word("liquidity", &[("maker", Liquidity::Maker), ("taker", Liquidity::Taker)])?,
        }))
    }

    fn at(&mut self) -> Result<Nanos, FactError> {
        self.read("time").map(Nanos)
    }

    fn side(&mut self) -> Result<Side, FactError> {
        self.word("side", &[("buy", Side::Buy), ("sell", Side::Sell)])
    }

    fn time_in_force(&mut self) -> Result<TimeInForce, FactError> {
        use TimeInForce::{Fok, Gtc, Ioc, PostOnly};
        self.word("time in force", &[Gtc, Ioc, Fok, PostOnly].map(|t| (t.word(), t)))
    }

    fn word<T: Copy>(&mut self, field: &'static str, known: &[(&str, T)]) -> Result<T, FactError> {
        let word = self.words.next().unwrap_or_default();
        known
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, value)| *value)
            .ok_or_else(|| self.bad(field))
    }

    fn read<T: FromStr>(&mut self, field: &'static str) -> Result<T, FactError> {
        self.words.next().and_then(|word| word.parse().ok()).ok_or_else(|| self.bad(field))
    }

    fn bad(&self, field: &'static str) -> FactError {
        FactError::Field { line: self.line.to_owned(), field }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 4] = [
        "accepted 1723161256298000000 A00000010000000118 7 2 buy 618001 30 POST_ONLY 0",
        "filled 1723161256299000000 A00000010000000118 41 2 buy 618001 12 0.00148321 maker",
        "canceled 1723161256300000000 A00000010000000118",
        "expired 1723161256300000000 A00000010000000118",
    ];

    fn with_a_true_id(line: &str) -> String {
        let id = ClientOrderId::new(0, 1, aurora_model::OrderNo(1));
        line.replace("A00000010000000118", id.as_str())
    }

    #[test]
    fn a_fact_survives_the_round_trip() {
        for line in LINES.map(with_a_true_id) {
            assert_eq!(VenueFact::parse(&line).unwrap().encode(), line);
        }
    }

    #[test]
    fn a_line_cut_anywhere_is_an_error_never_another_fact() {
        for line in LINES.map(with_a_true_id) {
            for end in 0..line.len() {
                assert!(VenueFact::parse(&line[..end]).is_err(), "{}", &line[..end]);
            }
        }
    }

    #[test]
    fn a_bad_line_names_the_field() {
        for (line, want) in [
            ("", "first word"),
            ("sold 1", "first word"),
            ("canceled x", "time is missing"),
            ("canceled 1 WHO", "id is missing or unreadable"),
        ] {
            let message = VenueFact::parse(line).unwrap_err().to_string();
            assert!(message.contains(want), "{message}");
        }
        let line = with_a_true_id(LINES[0]).replace("buy", "bought");
        assert!(VenueFact::parse(&line).unwrap_err().to_string().contains("side is missing"));
        let line = with_a_true_id(LINES[2]) + " 1";
        assert!(VenueFact::parse(&line).unwrap_err().to_string().contains("after the last"));
    }
}
