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
        let (price, qty) = match plain_level(scanner.rest(), tick, lot) {
            Some((price, qty, length)) => {
                scanner.advance(length);
                (price, qty)
            }
            None => odd_level(scanner, tick, lot)?,
        };
        if price == 0 {
            return Err(DecodeError::NotAPrice { field: "price of a level" });
        }
        levels.push(Level { side, price: Ticks(price), qty: Lots(qty) });
        more = scanner.more(ARRAY)?;
    }
    Ok(())
}

/// A level as it nearly always comes: no spaces, two short numbers in quotes. Price, quantity, and its length.
#[inline]
fn plain_level(text: &[u8], tick: Step, lot: Step) -> Option<(i64, i64, usize)> {
    let price_text = text.strip_prefix(b"[\"")?;
    let (price, price_length) = tick.plain(price_text)?;
    let qty_text = price_text.get(price_length..)?.strip_prefix(b",\"")?;
    let (qty, qty_length) = lot.plain(qty_text)?;
    let is_closed = qty_text.get(qty_length) == Some(&b']');
    is_closed.then_some((price, qty, 2 + price_length + 2 + qty_length + 1))
}

/// A level with anything else about it; further elements are stepped over.
fn odd_level(scanner: &mut Scanner<'_>, tick: Step, lot: Step) -> Result<(i64, i64), DecodeError> {
    scanner.expect(b'[', "'['")?;
    let price = tick.read(scanner)?;
    scanner.expect(b',', "','")?;
    let qty = lot.read(scanner)?;
    while scanner.more(ARRAY)? {
        scanner.skip()?;
    }
    Ok((price, qty))
}
