//! `orderbook.N.SYMBOL`, and the answer of `/v5/market/orderbook`.

use aurora_model::{Level, Lots, Side, Ticks};
use aurora_wire::scan::{ARRAY, OBJECT, Scanner};
use aurora_wire::{DecodeError, Step};

use super::value::{millis, text};

/// What a book message says besides its levels.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BookFields<'a> {
    /// `s`.
    pub(crate) symbol: &'a [u8],
    /// `u`.
    pub(crate) update_id: Option<u64>,
    /// `seq`.
    pub(crate) seq: u64,
    /// `cts` and `ts` of the REST answer, which has them inside.
    pub(crate) engine_ms: u64,
    pub(crate) sent_ms: u64,
}

/// Reads the object; levels are added to `levels`, bids before asks.
#[inline]
pub(crate) fn read_book<'a>(
    scanner: &mut Scanner<'a>,
    tick: Step,
    lot: Step,
    levels: &mut Vec<Level>,
) -> Result<BookFields<'a>, DecodeError> {
    let mut fields = BookFields::default();
    let (mut asks_came, mut swapped) = (false, false);
    let from = levels.len();
    let mut more = scanner.open(OBJECT)?;
    while more {
        match scanner.key()? {
            b"b" => {
                swapped |= asks_came;
                read_levels(scanner, Side::Buy, tick, lot, levels)?;
            }
            b"a" => {
                asks_came = true;
                read_levels(scanner, Side::Sell, tick, lot, levels)?;
            }
            b"s" => fields.symbol = text(scanner)?,
            b"u" => fields.update_id = Some(scanner.uint()?),
            b"seq" => fields.seq = millis(scanner)?,
            b"cts" => fields.engine_ms = millis(scanner)?,
            b"ts" => fields.sent_ms = millis(scanner)?,
            _ => scanner.skip()?,
        }
        more = scanner.more(OBJECT)?;
    }
    if swapped {
        levels[from..].sort_by_key(|level| level.side);
    }
    Ok(fields)
}

/// `[["30247.20","30.028"],…]`.
#[inline]
fn read_levels(
    scanner: &mut Scanner<'_>,
    side: Side,
    tick: Step,
    lot: Step,
    levels: &mut Vec<Level>,
) -> Result<(), DecodeError> {
    let mut more = scanner.open(ARRAY)?;
    while more {
        scanner.expect(b'[', "'['")?;
        scanner.peek()?;
        let price = Ticks(tick.read(scanner)?);
        if price == Ticks(0) {
            return Err(DecodeError::NotAPrice { field: "price of a level" });
        }
        scanner.expect(b',', "','")?;
        let qty = Lots(lot.read(scanner)?);
        levels.push(Level { side, price, qty });
        while scanner.more(ARRAY)? {
            scanner.skip()?;
        }
        more = scanner.more(ARRAY)?;
    }
    Ok(())
}
