//! Book frames: levels in ticks and lots, and what proves that none is missing.

use aurora_model::{Level, Lots, Nanos, Side, Ticks};
use aurora_wire::DecodeError;
use aurora_wire::scan::{ARRAY, OBJECT, Scanner};

use super::{Steps, missing, moment, seq};
use crate::frame::int;

/// What a book says besides its levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BookHead {
    /// When, by the venue.
    pub at: Nanos,
    /// Its sequence number; recordings of 2022 have none.
    pub seq: Option<u64>,
    /// The one of the message before it; `None` for a snapshot.
    pub prev: Option<u64>,
    /// CRC32 of the best 25 levels; zero since June 2026, which says nothing.
    pub checksum: i32,
}

/// Reads one element of a book's data, and adds its levels, bids before asks.
///
/// # Errors
/// [`DecodeError`] when it is mangled, has no time, or a number is between two steps.
pub fn book(
    scanner: &mut Scanner<'_>,
    steps: &Steps,
    levels: &mut Vec<Level>,
) -> Result<BookHead, DecodeError> {
    let mut head = BookHead::default();
    let (mut at, from) = (None, levels.len());
    let mut more = scanner.open(OBJECT)?;
    while more {
        match scanner.key()? {
            b"asks" => read_levels(scanner, Side::Sell, steps, levels)?,
            b"bids" => {
                let before = levels.len();
                read_levels(scanner, Side::Buy, steps, levels)?;
                if from < before {
                    levels[from..].rotate_left(before - from);
                }
            }
            b"ts" => at = Some(int(scanner)?),
            b"seqId" => head.seq = seq(int(scanner)?),
            b"prevSeqId" => head.prev = seq(int(scanner)?),
            b"checksum" => head.checksum = checksum(int(scanner)?),
            _ => scanner.skip()?,
        }
        more = scanner.more(OBJECT)?;
    }
    head.at = moment(at.ok_or(missing("ts"))?);
    Ok(head)
}

#[expect(clippy::cast_possible_truncation, reason = "a CRC32, told as signed or unsigned")]
const fn checksum(value: i64) -> i32 {
    value as i32
}

/// `[["8476.98","415","0","13"],…]`: price, quantity, nothing, orders.
#[inline]
fn read_levels(
    scanner: &mut Scanner<'_>,
    side: Side,
    steps: &Steps,
    levels: &mut Vec<Level>,
) -> Result<(), DecodeError> {
    let mut more = scanner.open(ARRAY)?;
    while more {
        let (price, qty) = match plain_pair(scanner.rest(), steps) {
            Some((price, qty, length)) => {
                scanner.advance(length);
                (price, qty)
            }
            None => pair(scanner, steps)?,
        };
        if price <= 0 {
            return Err(DecodeError::NotAPrice { field: "price of a level" });
        }
        levels.push(Level { side, price: Ticks(price), qty: Lots(qty) });
        match plain_tail(scanner.rest()) {
            Some(length) => scanner.advance(length),
            None => {
                while scanner.more(ARRAY)? {
                    scanner.skip()?;
                }
            }
        }
        more = scanner.more(ARRAY)?;
    }
    Ok(())
}

/// A level's beginning, `["8476.98","415"`, however it is written.
fn pair(scanner: &mut Scanner<'_>, steps: &Steps) -> Result<(i64, i64), DecodeError> {
    scanner.expect(b'[', "'['")?;
    let price = steps.tick.read(scanner)?;
    scanner.expect(b',', "','")?;
    Ok((price, steps.lot.read(scanner)?))
}

/// The fast way to the same, and how many bytes it took; `None` is no verdict.
#[inline]
fn plain_pair(text: &[u8], steps: &Steps) -> Option<(i64, i64, usize)> {
    let (price, taken) = steps.tick.plain(text.strip_prefix(b"[\"")?)?;
    let rest = text.get(2 + taken..)?.strip_prefix(b",\"")?;
    let (qty, last) = steps.lot.plain(rest)?;
    Some((price, qty, 2 + taken + 2 + last))
}

/// How long a level's end is when it is as the venue writes it today: `,"0","13"]`.
#[inline]
fn plain_tail(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b",\"0\",\"")?;
    let digits = rest.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
    rest.get(digits..)?.starts_with(b"\"]").then_some(6 + digits + 2)
}

/// A level as the venue wrote it: price and quantity.
pub type RawLevel<'a> = (Side, &'a [u8], &'a [u8]);

/// Reads the levels of one element of a book's data as texts, for its checksum.
///
/// # Errors
/// [`DecodeError`] when it is mangled.
pub fn raw_levels<'a>(
    scanner: &mut Scanner<'a>,
    mut level: impl FnMut(RawLevel<'a>),
) -> Result<(), DecodeError> {
    let mut more = scanner.open(OBJECT)?;
    while more {
        let side = match scanner.key()? {
            b"asks" => Some(Side::Sell),
            b"bids" => Some(Side::Buy),
            _ => None,
        };
        match side {
            Some(side) => raw_side(scanner, side, &mut level)?,
            None => scanner.skip()?,
        }
        more = scanner.more(OBJECT)?;
    }
    Ok(())
}

fn raw_side<'a>(
    scanner: &mut Scanner<'a>,
    side: Side,
    level: &mut impl FnMut(RawLevel<'a>),
) -> Result<(), DecodeError> {
    let mut more = scanner.open(ARRAY)?;
    while more {
        scanner.expect(b'[', "'['")?;
        let price = scanner.string()?;
        scanner.expect(b',', "','")?;
        level((side, price, scanner.string()?));
        while scanner.more(ARRAY)? {
            scanner.skip()?;
        }
        more = scanner.more(ARRAY)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_wire::Step;

    #[test]
    fn bids_stand_before_asks_whichever_came_first() {
        let steps = Steps {
            tick: Step::tick("0.1".parse().unwrap()).unwrap(),
            lot: Step::lot(1.into()).unwrap(),
        };
        let asks_first = br#"{"asks":[["2","1","0","1"],["3","0"]],"bids":[["1","5","0","2"]],"ts":"7","seqId":9,"prevSeqId":-1}"#;
        let mut levels = Vec::new();
        let head = book(&mut Scanner::new(asks_first), &steps, &mut levels).unwrap();
        assert_eq!((head.at, head.seq, head.prev), (Nanos::from_millis(7), Some(9), None));
        let sides: Vec<_> = levels.iter().map(|level| (level.side, level.price.0)).collect();
        assert_eq!(sides, [(Side::Buy, 10), (Side::Sell, 20), (Side::Sell, 30)]);
    }

    #[test]
    fn a_level_at_price_zero_is_refused() {
        let steps =
            Steps { tick: Step::tick(1.into()).unwrap(), lot: Step::lot(1.into()).unwrap() };
        let zero = br#"{"bids":[["0","5"]],"ts":"7"}"#;
        let error = book(&mut Scanner::new(zero), &steps, &mut Vec::new()).unwrap_err();
        assert_eq!(error, DecodeError::NotAPrice { field: "price of a level" });
    }
}
