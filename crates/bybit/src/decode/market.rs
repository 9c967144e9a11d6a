//! Public topics: books, trades, tickers, liquidations.

use aurora_model::{InstrumentNo, Level, Lots, Nanos, Side, Ticks};
use aurora_wire::DecodeError;
use aurora_wire::scan::{OBJECT, Scanner};

use super::instrument::{Decoder, Known};
use crate::wire::{self, LiquidationFields, PrintFields, each_object};

/// What a book message says besides its levels, which are in [`Scratch::levels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookHead {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// How deep the topic is: 1, 50, 200 or 1000; zero for the REST answer.
    pub depth: u16,
    /// Replaces the book; else changes it. An update id of one always replaces it: the service was restarted.
    pub is_snapshot: bool,
    /// `u`: rises by one from message to message of a topic.
    pub update_id: u64,
    /// `seq`: orders messages of different depths.
    pub seq: u64,
    /// When the matching engine did it, else when the message was sent.
    pub exchange_at: Nanos,
}

/// One public trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// The trade's id, mixed into 64 bits.
    pub id: u64,
    /// Who took.
    pub aggressor: Side,
    /// At what price.
    pub price: Ticks,
    /// How much.
    pub qty: Lots,
    /// When.
    pub at: Nanos,
}

/// Somebody was liquidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liquidation {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// The side of the order that closed the position.
    pub side: Side,
    /// The bankruptcy price.
    pub price: Ticks,
    /// How much.
    pub qty: Lots,
}

/// A `tickers` message; its fields are in `data`, absent ones unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticker<'a> {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Every field is there; else only those that changed.
    pub is_snapshot: bool,
    /// When it was sent.
    pub sent_at: Nanos,
    /// The object, as it stands.
    pub data: &'a [u8],
}

/// Buffers that live from frame to frame.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// The levels of the last book message, bids before asks.
    pub levels: Vec<Level>,
    /// The trades of the last trade message.
    pub prints: Vec<Print>,
    /// The liquidations of the last liquidation message.
    pub liquidations: Vec<Liquidation>,
}

/// One public frame, understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Public<'a> {
    /// A book; its levels are in [`Scratch::levels`].
    Book(BookHead),
    /// Trades, in [`Scratch::prints`].
    Trades,
    /// A ticker.
    Ticker(Ticker<'a>),
    /// Liquidations, in [`Scratch::liquidations`].
    Liquidations,
    /// `system.status`: the frame itself is for [`crate::rest::read_system_status`].
    SystemStatus,
    /// No topic: an answer to what we sent, for [`super::Control::read`].
    Control,
    /// An instrument or topic nobody asked for.
    Other,
}

/// The first part of a topic, and the symbol at its end.
fn parts(topic: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let first = topic.iter().position(|byte| *byte == b'.').unwrap_or(topic.len());
    let last = topic.iter().rposition(|byte| *byte == b'.').unwrap_or(first);
    let middle = topic.get(first + 1..last).unwrap_or_default();
    (&topic[..first], middle, topic.get(last + 1..).unwrap_or_default())
}

pub(crate) fn at_ms(millis: u64) -> Nanos {
    Nanos::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

pub(crate) fn side(word: &[u8], field: &'static str) -> Result<Side, DecodeError> {
    match word {
        b"Buy" => Ok(Side::Buy),
        b"Sell" => Ok(Side::Sell),
        _ => Err(DecodeError::Missing { field }),
    }
}

/// A venue's id of any spelling as 64 bits; the same text always gives the same number.
#[expect(clippy::cast_possible_truncation, reason = "the low bits are as good as any")]
pub(crate) fn id64(text: &[u8]) -> u64 {
    aurora_wire::trade_id(text, 0) as u64
}

impl Decoder {
    /// Reads a frame of the public socket. What it brought is in `scratch`, whose buffers are emptied first.
    ///
    /// # Errors
    /// When the frame is cut off or mangled, or a number does not divide by its step.
    #[inline]
    pub fn public<'a>(
        &self,
        frame: &'a [u8],
        scratch: &mut Scratch,
    ) -> Result<Public<'a>, DecodeError> {
        scratch.levels.clear();
        scratch.prints.clear();
        scratch.liquidations.clear();
        let mut what = Public::Control;
        let head = wire::read_frame(frame, |head, scanner| {
            what = self.data(frame, head.topic, scanner, scratch)?;
            Ok(true)
        })?;
        if let Some(mut data) = head.data.clone() {
            what = match head.topic {
                b"" => Public::Control,
                topic => self.data(frame, topic, &mut data, scratch)?,
            };
        }
        let sent_at = at_ms(head.sent_ms);
        Ok(match what {
            Public::Book(book) => {
                let engine = if head.engine_ms == 0 { sent_at } else { at_ms(head.engine_ms) };
                let is_snapshot = head.is_snapshot || book.update_id == 1;
                Public::Book(BookHead { is_snapshot, exchange_at: engine, ..book })
            }
            Public::Ticker(ticker) => {
                Public::Ticker(Ticker { is_snapshot: head.is_snapshot, sent_at, ..ticker })
            }
            Public::Control if !head.topic.is_empty() => Public::Other,
            other => other,
        })
    }

    /// Reads what stands under `data`, as the topic says.
    #[inline]
    fn data<'a>(
        &self,
        frame: &'a [u8],
        topic: &[u8],
        scanner: &mut Scanner<'a>,
        scratch: &mut Scratch,
    ) -> Result<Public<'a>, DecodeError> {
        let (kind, depth, symbol) = parts(topic);
        if topic == b"system.status" {
            scanner.skip()?;
            return Ok(Public::SystemStatus);
        }
        let Some(known) = self.find(symbol) else {
            scanner.skip()?;
            return Ok(Public::Other);
        };
        match kind {
            b"orderbook" => book(known, depth, scanner, &mut scratch.levels).map(Public::Book),
            b"publicTrade" => prints(known, frame, scanner, &mut scratch.prints),
            b"tickers" => {
                let data = wire::value(frame, scanner)?;
                let (instrument, sent_at) = (known.no, Nanos(0));
                Ok(Public::Ticker(Ticker { instrument, is_snapshot: false, sent_at, data }))
            }
            b"allLiquidation" => liquidations(known, frame, scanner, &mut scratch.liquidations),
            _ => {
                scanner.skip()?;
                Ok(Public::Other)
            }
        }
    }

    /// Reads the `result` of `/v5/market/orderbook`; `None` for an instrument nobody asked for.
    ///
    /// # Errors
    /// As [`Decoder::public`].
    pub fn rest_book(
        &self,
        result: &[u8],
        levels: &mut Vec<Level>,
    ) -> Result<Option<BookHead>, DecodeError> {
        levels.clear();
        let symbol = symbol_of(result)?;
        let Some(known) = self.find(symbol) else { return Ok(None) };
        let mut scanner = Scanner::new(result);
        let fields = wire::read_book(&mut scanner, known.tick, known.lot, levels)?;
        wire::end(&mut scanner)?;
        let at = if fields.engine_ms == 0 { fields.sent_ms } else { fields.engine_ms };
        Ok(Some(BookHead {
            instrument: known.no,
            depth: 0,
            is_snapshot: true,
            update_id: fields.update_id.ok_or(DecodeError::Missing { field: "u" })?,
            seq: fields.seq,
            exchange_at: at_ms(at),
        }))
    }
}

impl Decoder {
    /// Reads the `list` of `/v5/market/recent-trade`, newest first; block trades are left out.
    ///
    /// # Errors
    /// As [`Decoder::public`].
    pub fn rest_trades(&self, list: &[u8]) -> Result<Vec<Print>, DecodeError> {
        let (mut scanner, mut prints) = (Scanner::new(list), Vec::new());
        each_object(&mut scanner, |scanner| {
            let fields = PrintFields::read(list, scanner)?;
            if let Some(known) = self.find(fields.symbol) {
                prints.extend(print(known, &fields)?);
            }
            Ok(())
        })?;
        wire::end(&mut scanner)?;
        Ok(prints)
    }
}

/// `None` for a block trade, which is agreed off the book.
#[inline]
fn print(known: &Known, fields: &PrintFields<'_>) -> Result<Option<Print>, DecodeError> {
    if fields.is_block {
        return Ok(None);
    }
    Ok(Some(Print {
        instrument: known.no,
        id: id64(fields.id),
        aggressor: side(fields.side, "S")?,
        price: known.some_price(fields.price, "p")?,
        qty: known.some_qty(fields.qty, "v")?,
        at: at_ms(fields.at_ms),
    }))
}

/// The `s` of a book, wherever it stands.
fn symbol_of(result: &[u8]) -> Result<&[u8], DecodeError> {
    let mut scanner = Scanner::new(result);
    let mut symbol = None;
    let mut more = scanner.open(OBJECT)?;
    while more {
        match scanner.key()? {
            b"s" => symbol = Some(scanner.string()?),
            _ => scanner.skip()?,
        }
        more = scanner.more(OBJECT)?;
    }
    symbol.ok_or(DecodeError::Missing { field: "s" })
}

#[inline]
fn book(
    known: &Known,
    depth: &[u8],
    scanner: &mut Scanner<'_>,
    levels: &mut Vec<Level>,
) -> Result<BookHead, DecodeError> {
    let fields = wire::read_book(scanner, known.tick, known.lot, levels)?;
    Ok(BookHead {
        instrument: known.no,
        depth: depth.iter().fold(0_u16, |depth, byte| {
            depth.wrapping_mul(10).wrapping_add(u16::from(byte.wrapping_sub(b'0')))
        }),
        is_snapshot: false,
        update_id: fields.update_id.ok_or(DecodeError::Missing { field: "u" })?,
        seq: fields.seq,
        exchange_at: Nanos(0),
    })
}

#[inline]
fn prints<'a>(
    known: &Known,
    frame: &'a [u8],
    scanner: &mut Scanner<'a>,
    out: &mut Vec<Print>,
) -> Result<Public<'a>, DecodeError> {
    each_object(scanner, |scanner| {
        out.extend(print(known, &PrintFields::read(frame, scanner)?)?);
        Ok(())
    })?;
    Ok(Public::Trades)
}

fn liquidations<'a>(
    known: &Known,
    frame: &'a [u8],
    scanner: &mut Scanner<'a>,
    out: &mut Vec<Liquidation>,
) -> Result<Public<'a>, DecodeError> {
    each_object(scanner, |scanner| {
        let fields = LiquidationFields::read(frame, scanner)?;
        // `Buy` is a long that was liquidated: the order sold.
        out.push(Liquidation {
            instrument: known.no,
            side: side(fields.side, "S")?.opposite(),
            price: known.some_price(fields.price, "p")?,
            qty: known.some_qty(fields.qty, "v")?,
        });
        Ok(())
    })?;
    Ok(Public::Liquidations)
}
