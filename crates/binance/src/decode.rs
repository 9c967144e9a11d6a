//! Frames to market events, in an instrument's ticks and lots.

use aurora_model::{Instrument, Level, Lots, MarketKind, Nanos, Side, Ticks};

use crate::wire::{self, Frame, Numbers, Stream};
use aurora_wire::DecodeError;
use aurora_wire::Step;
use aurora_wire::scan::Scanner;

/// One frame, understood. Levels are borrowed from the buffer given to [`Decoder::decode`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decoded<'a> {
    /// The venue's name of the instrument; empty when the frame has none.
    pub symbol: &'a [u8],
    /// When the matching engine did it (`T`), else when the event was sent (`E`), else zero.
    pub exchange_at: Nanos,
    /// What it says.
    pub kind: MarketKind<'a>,
}

/// Reads frames of one instrument.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    tick: Step,
    lot: Step,
    with_agg_trades: bool,
}

impl Decoder {
    /// A decoder for the instrument's tick and lot; `None` when one of them is not above zero.
    pub fn new(instrument: &Instrument) -> Option<Decoder> {
        let (tick, lot) = (Step::tick(instrument.tick)?, Step::lot(instrument.lot)?);
        Some(Decoder { tick, lot, with_agg_trades: false })
    }

    /// The same, but `aggTrade` counts as a trade too: for connections that do not carry `trade` besides.
    pub fn with_agg_trades(self) -> Decoder {
        Decoder { with_agg_trades: true, ..self }
    }

    /// Reads a frame as it came, with or without the envelope `{"stream":…,"data":…}`. `None` for
    /// streams we have no use for, and for trades outside the order book (insurance fund, ADL).
    ///
    /// `levels` is overwritten; keep it from call to call and nothing is allocated.
    ///
    /// # Errors
    /// When the frame is cut off or mangled, or a number does not divide by its step.
    pub fn decode<'a>(
        &self,
        frame: &'a [u8],
        levels: &'a mut Vec<Level>,
    ) -> Result<Option<Decoded<'a>>, DecodeError> {
        let Some(head) = self.decode_head(frame, levels)? else { return Ok(None) };
        Ok(Some(Decoded { kind: head.kind.with_levels(levels), ..head }))
    }

    /// The same, with the levels left in the buffer.
    #[inline]
    pub(crate) fn decode_head<'a>(
        &self,
        frame: &'a [u8],
        levels: &mut Vec<Level>,
    ) -> Result<Option<Decoded<'a>>, DecodeError> {
        let mut steps = *self;
        let frame = wire::read(frame, &mut steps, levels)?;
        if frame.stream == Stream::AggTrade && !self.with_agg_trades {
            return Ok(None);
        }
        let Some(kind) = kind_without_levels(&frame)? else { return Ok(None) };
        Ok(Some(Decoded { symbol: frame.symbol, exchange_at: exchange_at(&frame), kind }))
    }
}

impl Numbers for Decoder {
    #[inline]
    fn price(&mut self, scanner: &mut Scanner<'_>) -> Result<Ticks, DecodeError> {
        read(self.tick, scanner).map(Ticks)
    }

    #[inline]
    fn qty(&mut self, scanner: &mut Scanner<'_>) -> Result<Lots, DecodeError> {
        read(self.lot, scanner).map(Lots)
    }
}

/// A quoted number, the fast way where that has a verdict.
#[inline]
fn read(step: Step, scanner: &mut Scanner<'_>) -> Result<i64, DecodeError> {
    if let Some((b'"', text)) = scanner.rest().split_first()
        && let Some((steps, length)) = step.plain(text)
    {
        scanner.advance(1 + length);
        return Ok(steps);
    }
    step.read(scanner)
}

pub(crate) fn exchange_at(frame: &Frame<'_>) -> Nanos {
    let millis = match frame.transaction_time {
        0 => frame.event_time,
        at => at,
    };
    Nanos::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// A trade in the order book. Futures also print insurance fund and ADL trades; spot has no `X`.
pub(crate) fn is_market_trade(frame: &Frame<'_>) -> bool {
    matches!(frame.trade_kind, b"" | b"MARKET")
}

fn kind_without_levels(frame: &Frame<'_>) -> Result<Option<MarketKind<'static>>, DecodeError> {
    let missing = |field| DecodeError::Missing { field };
    Ok(Some(match frame.stream {
        Stream::Depth => MarketKind::Diff {
            first_id: frame.first_id.ok_or(missing("U"))?,
            last_id: frame.last_id.ok_or(missing("u"))?,
            prev_id: frame.prev_id,
            levels: &[],
        },
        Stream::Snapshot => MarketKind::Snapshot {
            last_id: frame.last_id.ok_or(missing("lastUpdateId"))?,
            levels: &[],
        },
        Stream::BookTicker => MarketKind::Bbo {
            update_id: frame.last_id.ok_or(missing("u"))?,
            bid: (frame.bid.0.ok_or(missing("b"))?, frame.bid.1.ok_or(missing("B"))?),
            ask: (frame.ask.0.ok_or(missing("a"))?, frame.ask.1.ok_or(missing("A"))?),
        },
        Stream::Trade | Stream::AggTrade if is_market_trade(frame) => MarketKind::Trade {
            id: frame.trade_id.ok_or(missing("t"))?,
            aggressor: match frame.buyer_is_maker.ok_or(missing("m"))? {
                true => Side::Sell,
                false => Side::Buy,
            },
            price: match frame.price.ok_or(missing("p"))? {
                Ticks(0) => return Err(DecodeError::NotAPrice { field: "p" }),
                price => price,
            },
            qty: frame.qty.ok_or(missing("q"))?,
        },
        Stream::Trade | Stream::AggTrade | Stream::MarkPrice | Stream::Other => return Ok(None),
    }))
}
