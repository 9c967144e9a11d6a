//! Binance's own words, exactly as on the wire; private, so they stop here.

use aurora_model::{Level, Lots, Side, Ticks};

use aurora_wire::DecodeError;
use aurora_wire::scan::{ARRAY, OBJECT, Scanner};

/// How prices and quantities in a frame are read.
pub(crate) trait Numbers {
    /// A quoted price; zero is for the caller to refuse.
    fn price(&mut self, scanner: &mut Scanner<'_>) -> Result<Ticks, DecodeError>;
    /// A quoted quantity.
    fn qty(&mut self, scanner: &mut Scanner<'_>) -> Result<Lots, DecodeError>;
}

/// Which stream a frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Depth,
    BookTicker,
    Trade,
    /// Trades of one taker at one price as one; the same prints as `Trade`, never to be counted besides.
    AggTrade,
    /// The REST reply with the whole book, recorded among the frames.
    Snapshot,
    MarkPrice,
    /// Anything we have no use for.
    Other,
}

/// One frame: the fields of all streams side by side, under the venue's names where they have one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) stream: Stream,
    /// `s`, or `symbol` in a snapshot; empty when the frame names none.
    pub(crate) symbol: &'a [u8],
    /// `E` and `T`, milliseconds; zero when absent.
    pub(crate) event_time: u64,
    pub(crate) transaction_time: u64,
    /// `U`, `u` (`lastUpdateId` in a snapshot) and `pu`.
    pub(crate) first_id: Option<u64>,
    pub(crate) last_id: Option<u64>,
    pub(crate) prev_id: Option<u64>,
    /// `b` and `B`, `a` and `A` of a book ticker.
    pub(crate) bid: (Option<Ticks>, Option<Lots>),
    pub(crate) ask: (Option<Ticks>, Option<Lots>),
    /// `t`, `p`, `q`, `m` and `X` of a trade.
    pub(crate) trade_id: Option<u64>,
    pub(crate) price: Option<Ticks>,
    pub(crate) qty: Option<Lots>,
    pub(crate) buyer_is_maker: Option<bool>,
    pub(crate) trade_kind: &'a [u8],
    /// `e` came.
    pub(crate) names_event: bool,
    /// `ps` or `pair` came.
    pub(crate) names_pair: bool,
    /// `st`: 1 for USD-M, 2 for COIN-M, where the frame says so.
    pub(crate) contract_kind: u64,
}

/// Reads one frame. Levels are added to `levels`, bids before asks.
pub(crate) fn read<'a>(
    bytes: &'a [u8],
    numbers: &mut impl Numbers,
    levels: &mut Vec<Level>,
) -> Result<Frame<'a>, DecodeError> {
    levels.clear();
    let mut scanner = Scanner::new(bytes);
    let mut stream = None;
    // Where the payload begins, when it comes before the name of its stream.
    let mut early_data = None;
    let mut frame = None;
    // Spot's bookTicker without an envelope has no `e`, but no other event has `B`.
    let mut is_bare_ticker = false;
    let mut more = scanner.open(OBJECT)?;
    while more {
        match (scanner.key()?, stream) {
            (b"stream", _) => stream = Some(stream_of(scanner.string()?)),
            (b"data", Some(stream)) => {
                frame = Some(read_data(&mut scanner, stream, numbers, levels)?);
            }
            (b"data", None) => {
                early_data = Some(scanner.clone());
                scanner.skip()?;
            }
            (b"lastUpdateId", _) => {
                return read_whole(bytes, Stream::Snapshot, numbers, levels);
            }
            (b"e", _) => {
                let stream = stream_of_event(scanner.string()?);
                return read_whole(bytes, stream, numbers, levels);
            }
            (b"B", _) => {
                is_bare_ticker = true;
                scanner.skip()?;
            }
            _ => scanner.skip()?,
        }
        more = scanner.more(OBJECT)?;
    }
    scanner.end()?;
    match (frame, early_data, stream) {
        (Some(frame), ..) => Ok(frame),
        (None, Some(mut data), Some(stream)) => read_data(&mut data, stream, numbers, levels),
        (None, None, None) if is_bare_ticker => {
            read_whole(bytes, Stream::BookTicker, numbers, levels)
        }
        _ => Ok(Frame::empty(Stream::Other)),
    }
}

/// By the part of the stream's name after the symbol: `btcusdt@depth@100ms`.
fn stream_of(name: &[u8]) -> Stream {
    let kind = name.split(|byte| *byte == b'@').nth(1).unwrap_or_default();
    match kind {
        b"depth" => Stream::Depth,
        b"bookTicker" => Stream::BookTicker,
        b"trade" => Stream::Trade,
        b"aggTrade" => Stream::AggTrade,
        b"markPrice" => Stream::MarkPrice,
        _ => Stream::Other,
    }
}

fn stream_of_event(event: &[u8]) -> Stream {
    match event {
        b"depthUpdate" => Stream::Depth,
        b"bookTicker" => Stream::BookTicker,
        b"trade" => Stream::Trade,
        b"aggTrade" => Stream::AggTrade,
        b"markPriceUpdate" => Stream::MarkPrice,
        _ => Stream::Other,
    }
}

/// A payload without an envelope: nothing may follow it.
fn read_whole<'a>(
    bytes: &'a [u8],
    stream: Stream,
    numbers: &mut impl Numbers,
    levels: &mut Vec<Level>,
) -> Result<Frame<'a>, DecodeError> {
    let mut scanner = Scanner::new(bytes);
    let frame = read_data(&mut scanner, stream, numbers, levels)?;
    scanner.end()?;
    Ok(frame)
}

/// What a frame is and which instrument it is about, read no further than that.
pub(crate) fn head(bytes: &[u8]) -> Result<(Stream, &[u8]), DecodeError> {
    let mut scanner = Scanner::new(bytes);
    let (mut stream, mut symbol) = (None, None);
    let mut more = scanner.open(OBJECT)?;
    while more {
        match scanner.key()? {
            b"e" => stream = Some(stream_of_event(scanner.string()?)),
            b"s" => symbol = Some(scanner.string()?),
            b"data" if scanner.peek()? == b'{' => {
                // The payload's own words count; go on inside it.
                more = scanner.open(OBJECT)?;
                continue;
            }
            _ => scanner.skip()?,
        }
        if let (Some(stream), Some(symbol)) = (stream, symbol) {
            return Ok((stream, symbol));
        }
        more = scanner.more(OBJECT)?;
    }
    Ok((stream.unwrap_or(Stream::Other), symbol.unwrap_or_default()))
}

fn read_data<'a>(
    scanner: &mut Scanner<'a>,
    stream: Stream,
    numbers: &mut impl Numbers,
    levels: &mut Vec<Level>,
) -> Result<Frame<'a>, DecodeError> {
    let mut frame = Frame::empty(stream);
    if matches!(stream, Stream::Other | Stream::MarkPrice) {
        scanner.skip()?;
        return Ok(frame);
    }
    let mut more = scanner.open(OBJECT)?;
    while more {
        frame.field(scanner, numbers, levels)?;
        more = scanner.more(OBJECT)?;
    }
    let in_order = levels.is_sorted_by_key(|level| level.side);
    if !in_order {
        levels.sort_by_key(|level| level.side);
    }
    Ok(frame)
}

impl<'a> Frame<'a> {
    const fn empty(stream: Stream) -> Frame<'a> {
        Frame {
            stream,
            symbol: b"",
            event_time: 0,
            transaction_time: 0,
            first_id: None,
            last_id: None,
            prev_id: None,
            bid: (None, None),
            ask: (None, None),
            trade_id: None,
            price: None,
            qty: None,
            buyer_is_maker: None,
            trade_kind: b"",
            names_event: false,
            names_pair: false,
            contract_kind: 0,
        }
    }

    /// One field. The same letter is another thing in another stream.
    #[inline]
    fn field(
        &mut self,
        scanner: &mut Scanner<'a>,
        numbers: &mut impl Numbers,
        levels: &mut Vec<Level>,
    ) -> Result<(), DecodeError> {
        match scanner.key()? {
            [letter] => self.letter(*letter, scanner, numbers, levels),
            key => self.word(key, scanner, numbers, levels),
        }
    }

    #[inline]
    fn letter(
        &mut self,
        letter: u8,
        scanner: &mut Scanner<'a>,
        numbers: &mut impl Numbers,
        levels: &mut Vec<Level>,
    ) -> Result<(), DecodeError> {
        use Stream as S;
        match (letter, self.stream) {
            (b'b', S::Depth) => read_levels(scanner, Side::Buy, numbers, levels)?,
            (b'a', S::Depth) => read_levels(scanner, Side::Sell, numbers, levels)?,
            (b'b', S::BookTicker) => self.bid.0 = Some(priced(scanner, numbers, "b")?),
            (b'B', S::BookTicker) => self.bid.1 = Some(numbers.qty(scanner)?),
            (b'a', S::BookTicker) => self.ask.0 = Some(priced(scanner, numbers, "a")?),
            (b'A', S::BookTicker) => self.ask.1 = Some(numbers.qty(scanner)?),
            (b't', S::Trade) | (b'a', S::AggTrade) => self.trade_id = Some(scanner.uint()?),
            (b'p', S::Trade | S::AggTrade) => self.price = Some(numbers.price(scanner)?),
            (b'q', S::Trade | S::AggTrade) => self.qty = Some(numbers.qty(scanner)?),
            (b'm', S::Trade | S::AggTrade) => self.buyer_is_maker = Some(scanner.boolean()?),
            (b'X', S::Trade) => self.trade_kind = scanner.string()?,
            (b'E', _) => self.event_time = scanner.uint()?,
            (b'T', _) => self.transaction_time = scanner.uint()?,
            (b'U', S::Depth) => self.first_id = Some(scanner.uint()?),
            (b'u', S::Depth | S::BookTicker) => self.last_id = Some(scanner.uint()?),
            (b's', _) => self.symbol = scanner.string()?,
            (b'e', _) => {
                self.names_event = true;
                scanner.skip()?;
            }
            _ => scanner.skip()?,
        }
        Ok(())
    }

    #[inline]
    fn word(
        &mut self,
        word: &[u8],
        scanner: &mut Scanner<'a>,
        numbers: &mut impl Numbers,
        levels: &mut Vec<Level>,
    ) -> Result<(), DecodeError> {
        use Stream as S;
        match (word, self.stream) {
            (b"bids", S::Snapshot) => read_levels(scanner, Side::Buy, numbers, levels)?,
            (b"asks", S::Snapshot) => read_levels(scanner, Side::Sell, numbers, levels)?,
            (b"lastUpdateId", S::Snapshot) => self.last_id = Some(scanner.uint()?),
            (b"pu", S::Depth) => self.prev_id = Some(scanner.uint()?),
            (b"symbol", _) => self.symbol = scanner.string()?,
            (b"st", _) => self.contract_kind = scanner.uint()?,
            (b"ps" | b"pair", _) => {
                self.names_pair = true;
                scanner.skip()?;
            }
            _ => scanner.skip()?,
        }
        Ok(())
    }
}

/// `[["61800.20","2.909"],…]`; further elements of a level are stepped over.
#[inline]
fn read_levels(
    scanner: &mut Scanner<'_>,
    side: Side,
    numbers: &mut impl Numbers,
    levels: &mut Vec<Level>,
) -> Result<(), DecodeError> {
    let mut more = scanner.open(ARRAY)?;
    while more {
        scanner.expect(b'[', "'['")?;
        let price = priced(scanner, numbers, "price of a level")?;
        scanner.expect(b',', "','")?;
        let qty = numbers.qty(scanner)?;
        levels.push(Level { side, price, qty });
        while scanner.more(ARRAY)? {
            scanner.skip()?;
        }
        more = scanner.more(ARRAY)?;
    }
    Ok(())
}

#[inline]
fn priced(
    scanner: &mut Scanner<'_>,
    numbers: &mut impl Numbers,
    field: &'static str,
) -> Result<Ticks, DecodeError> {
    match numbers.price(scanner)? {
        Ticks(0) => Err(DecodeError::NotAPrice { field }),
        price => Ok(price),
    }
}
