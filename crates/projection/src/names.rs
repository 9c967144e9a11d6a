//! What instruments are called: the list that every data folder has beside its journal.

use std::path::Path;

use aurora_model::{InstrumentNo, Lots, Ticks};
use rust_decimal::Decimal;

use crate::ProjectionError;

/// One instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Canonical id.
    pub uid: String,
    /// Its venue, the first part of the id.
    pub venue: String,
    tick: Decimal,
    lot: Decimal,
}

impl Named {
    /// A price as text.
    pub(crate) fn price(&self, ticks: Ticks) -> String {
        (self.tick * Decimal::from(ticks.0)).normalize().to_string()
    }

    /// A quantity as text.
    pub(crate) fn qty(&self, lots: Lots) -> String {
        (self.lot * Decimal::from(lots.0)).normalize().to_string()
    }
}

/// Every instrument of a data folder, in the order of its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names(Vec<Named>);

impl Names {
    /// Reads `instruments.txt`: `ID tick 0.1 lot 0.001`, a line each.
    ///
    /// # Errors
    /// [`ProjectionError::Names`] when it cannot be read or a line says something else.
    pub fn read(path: &Path) -> Result<Names, ProjectionError> {
        let names =
            |fault: String| ProjectionError::Names { path: path.display().to_string(), fault };
        let text = std::fs::read_to_string(path).map_err(|fault| names(fault.to_string()))?;
        Names::parse(&text).ok_or_else(|| names("a line is not `ID tick T lot L`".into()))
    }

    /// Reads the text of such a file; `None` when a line says something else.
    pub fn parse(text: &str) -> Option<Names> {
        let named = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            let [uid, "tick", tick, "lot", lot] = words[..] else { return None };
            Some(Named {
                uid: uid.to_owned(),
                venue: uid.split(':').next().unwrap_or(uid).to_owned(),
                tick: tick.parse().ok()?,
                lot: lot.parse().ok()?,
            })
        };
        text.lines().map(named).collect::<Option<Vec<Named>>>().map(Names)
    }

    /// An instrument's id, and a quantity and a price of it, as text; numbers alone where it is not listed.
    pub fn words(&self, no: InstrumentNo, lots: Lots, ticks: Ticks) -> (String, String, String) {
        match self.of(no) {
            Some(named) => (named.uid.clone(), named.qty(lots), named.price(ticks)),
            None => (format!("instrument {}", no.0), lots.0.to_string(), ticks.0.to_string()),
        }
    }

    pub(crate) fn of(&self, no: InstrumentNo) -> Option<&Named> {
        self.0.get(no.index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_instruments_by_their_place() {
        let text = "OKX:PERP:BTC-USDT tick 0.1 lot 0.001\nBYBIT:PERP:ETH-USDT tick 0.01 lot 0.01\n";
        let names = Names::parse(text).unwrap();
        let eth = names.of(InstrumentNo(1)).unwrap();
        assert_eq!((eth.venue.as_str(), eth.uid.as_str()), ("BYBIT", "BYBIT:PERP:ETH-USDT"));
        assert_eq!((eth.price(Ticks(250_050)), eth.qty(Lots(7))), ("2500.5".into(), "0.07".into()));
        assert_eq!(names.of(InstrumentNo(2)), None);
        assert_eq!(Names::parse("OKX:PERP:BTC-USDT tick 0.1"), None);
    }
}
