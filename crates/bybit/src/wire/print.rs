//! `publicTrade.SYMBOL` and `allLiquidation.SYMBOL`.

use aurora_wire::DecodeError;
use aurora_wire::scan::{OBJECT, Scanner};

use super::value::{millis, text, value};

/// One public trade, numbers as they stand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PrintFields<'a> {
    /// `T`.
    pub(crate) at_ms: u64,
    /// `s`.
    pub(crate) symbol: &'a [u8],
    /// `S`, the taker's side.
    pub(crate) side: &'a [u8],
    /// `v` and `p`.
    pub(crate) qty: &'a [u8],
    pub(crate) price: &'a [u8],
    /// `i`.
    pub(crate) id: &'a [u8],
    /// `BT`: agreed off the book.
    pub(crate) is_block: bool,
}

impl<'a> PrintFields<'a> {
    #[inline]
    pub(crate) fn read(
        bytes: &'a [u8],
        scanner: &mut Scanner<'a>,
    ) -> Result<PrintFields<'a>, DecodeError> {
        let mut print = PrintFields::default();
        let mut more = scanner.open(OBJECT)?;
        while more {
            match scanner.key()? {
                b"T" | b"time" => print.at_ms = millis(scanner)?,
                b"s" | b"symbol" => print.symbol = text(scanner)?,
                b"S" | b"side" => print.side = text(scanner)?,
                b"v" | b"size" => print.qty = value(bytes, scanner)?,
                b"p" | b"price" => print.price = value(bytes, scanner)?,
                b"i" | b"execId" => print.id = text(scanner)?,
                b"BT" | b"isBlockTrade" => print.is_block = scanner.boolean()?,
                _ => scanner.skip()?,
            }
            more = scanner.more(OBJECT)?;
        }
        Ok(print)
    }
}

/// One liquidation, numbers as they stand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LiquidationFields<'a> {
    /// `S`: the side of the position that was closed.
    pub(crate) side: &'a [u8],
    /// `v` and `p`.
    pub(crate) qty: &'a [u8],
    pub(crate) price: &'a [u8],
}

impl<'a> LiquidationFields<'a> {
    pub(crate) fn read(
        bytes: &'a [u8],
        scanner: &mut Scanner<'a>,
    ) -> Result<LiquidationFields<'a>, DecodeError> {
        let print = PrintFields::read(bytes, scanner)?;
        Ok(LiquidationFields { side: print.side, qty: print.qty, price: print.price })
    }
}
