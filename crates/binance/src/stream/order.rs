//! `ORDER_TRADE_UPDATE` and `TRADE_LITE`: borrowed, nothing allocated.

use aurora_model::{ClientOrderId, Fill, Liquidity, Nanos, Notional, Side};
use aurora_wire::DecodeError;
use aurora_wire::scan::{OBJECT, Scanner, decimal};

use crate::answer::Status;
use crate::symbols::Symbol;

/// What happened to the order (`x`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Execution {
    /// It was taken.
    New,
    /// It traded.
    Trade,
    /// It was cancelled.
    Canceled,
    /// It ended by its time in force, or by self-trade prevention.
    Expired,
    /// It was refused.
    Rejected,
    /// Its terms changed.
    Amendment,
    /// Liquidation or auto-deleveraging.
    Calculated,
    /// A word we do not know.
    Other,
}

/// An order's news. Numbers are kept as texts until the instrument is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderUpdate<'a> {
    /// When it was sent.
    pub sent_at: Nanos,
    /// When the matching engine did it.
    pub at: Nanos,
    /// The venue's name of the instrument.
    pub symbol: &'a [u8],
    /// The client's id.
    pub client_id: &'a [u8],
    /// Which way.
    pub side: Side,
    /// What happened.
    pub execution: Execution,
    /// Where the order stands now.
    pub status: Status,
    /// The venue's id of the order.
    pub order_id: u64,
    /// Its quantity.
    pub qty: &'a [u8],
    /// Its limit.
    pub price: &'a [u8],
    /// What filled just now.
    pub last_qty: &'a [u8],
    /// At what price.
    pub last_price: &'a [u8],
    /// What has filled so far.
    pub filled: &'a [u8],
    /// What the fill cost; empty when not told.
    pub fee: &'a [u8],
    /// In which currency.
    pub fee_asset: &'a [u8],
    /// The fill's trade id; zero without one.
    pub trade_id: u64,
    /// The order was resting.
    pub is_maker: bool,
}

impl<'a> OrderUpdate<'a> {
    const EMPTY: OrderUpdate<'static> = OrderUpdate {
        sent_at: Nanos(0),
        at: Nanos(0),
        symbol: b"",
        client_id: b"",
        side: Side::Buy,
        execution: Execution::Other,
        status: Status::Other,
        order_id: 0,
        qty: b"0",
        price: b"0",
        last_qty: b"0",
        last_price: b"0",
        filled: b"0",
        fee: b"",
        fee_asset: b"",
        trade_id: 0,
        is_maker: false,
    };

    /// Reads the long form.
    pub(super) fn read(data: &'a [u8]) -> Result<OrderUpdate<'a>, DecodeError> {
        let mut scanner = Scanner::new(data);
        let mut update = OrderUpdate::EMPTY;
        let mut seen = Seen::default();
        let (mut sent_at, mut at) = (0, 0);
        let mut more = scanner.open(OBJECT)?;
        while more {
            match scanner.key()? {
                b"E" => sent_at = scanner.uint()?,
                b"T" => at = scanner.uint()?,
                b"o" => {
                    let mut inner = scanner.open(OBJECT)?;
                    while inner {
                        update.field(&mut scanner, &mut seen)?;
                        inner = scanner.more(OBJECT)?;
                    }
                }
                _ => scanner.skip()?,
            }
            more = scanner.more(OBJECT)?;
        }
        scanner.end()?;
        seen.check(true)?;
        Ok(OrderUpdate { sent_at: millis(sent_at), at: millis(at), ..update })
    }

    /// Reads the short form: a fill, without envelope of its own.
    pub(super) fn read_lite(data: &'a [u8]) -> Result<OrderUpdate<'a>, DecodeError> {
        let mut scanner = Scanner::new(data);
        let mut update = OrderUpdate { execution: Execution::Trade, ..OrderUpdate::EMPTY };
        let mut seen = Seen::default();
        let (mut sent_at, mut at) = (0, 0);
        let mut more = scanner.open(OBJECT)?;
        while more {
            let before = scanner.clone();
            match scanner.key()? {
                b"E" => sent_at = scanner.uint()?,
                b"T" => at = scanner.uint()?,
                b"e" => scanner.skip()?,
                _ => {
                    scanner = before;
                    update.field(&mut scanner, &mut seen)?;
                }
            }
            more = scanner.more(OBJECT)?;
        }
        scanner.end()?;
        seen.check(false)?;
        Ok(OrderUpdate { sent_at: millis(sent_at), at: millis(at), ..update })
    }

    #[inline]
    fn field(&mut self, scanner: &mut Scanner<'a>, seen: &mut Seen) -> Result<(), DecodeError> {
        let key = scanner.key()?;
        let [letter] = key else { return scanner.skip() };
        match letter {
            b's' => (self.symbol, seen.symbol) = (scanner.string()?, true),
            b'c' => (self.client_id, seen.client_id) = (scanner.string()?, true),
            b'S' => (self.side, seen.side) = (side(scanner)?, true),
            b'x' => self.execution = execution(scanner.string()?),
            b'X' => (self.status, seen.status) = (Status::of(scanner.string()?), true),
            b'i' => (self.order_id, seen.order_id) = (scanner.uint()?, true),
            b'q' => self.qty = number(scanner)?,
            b'p' => self.price = number(scanner)?,
            b'l' => self.last_qty = number(scanner)?,
            b'L' => self.last_price = number(scanner)?,
            b'z' => self.filled = number(scanner)?,
            b'n' => self.fee = scanner.number()?.unwrap_or_default(),
            b'N' => self.fee_asset = scanner.maybe_string()?.unwrap_or_default(),
            b't' => self.trade_id = scanner.uint()?,
            b'm' => self.is_maker = scanner.boolean()?,
            _ => scanner.skip()?,
        }
        Ok(())
    }

    /// Our id; `None` when somebody else placed the order.
    pub fn id(&self) -> Option<ClientOrderId> {
        std::str::from_utf8(self.client_id).ok()?.parse().ok()
    }

    /// The fill it tells of; `None` when nothing filled. The fee is zero where none is told, and where it was not
    /// paid in the settle currency (see [`OrderUpdate::has_foreign_fee`]).
    ///
    /// # Errors
    /// When a number does not divide by the instrument's step.
    pub(crate) fn fill(
        &self,
        symbol: &Symbol,
        id: ClientOrderId,
    ) -> Result<Option<Fill>, DecodeError> {
        let qty = symbol.lots_of(self.last_qty)?;
        if qty.0 <= 0 || self.trade_id == 0 {
            return Ok(None);
        }
        let fee = match self.fee {
            b"" => Notional::ZERO,
            _ if self.has_foreign_fee(symbol) => Notional::ZERO,
            text => Notional::new(decimal(text).ok_or(DecodeError::TooLarge { at: 0 })?),
        };
        Ok(Some(Fill {
            trade_id: u128::from(self.trade_id),
            instrument: symbol.rules.no,
            order: id,
            side: self.side,
            price: symbol.ticks_of(self.last_price)?,
            qty,
            fee,
            liquidity: if self.is_maker { Liquidity::Maker } else { Liquidity::Taker },
            at: self.at,
        }))
    }

    /// The fee was paid in another currency (BNB), so it cannot be told exactly in the settle currency.
    pub(crate) fn has_foreign_fee(&self, symbol: &Symbol) -> bool {
        let settle = symbol.rules.instrument.settle_currency().as_bytes();
        !self.fee_asset.is_empty() && self.fee_asset != settle
    }
}

/// Which fields came that an event cannot do without.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    symbol: bool,
    client_id: bool,
    side: bool,
    status: bool,
    order_id: bool,
}

impl Seen {
    fn check(self, with_status: bool) -> Result<(), DecodeError> {
        for (seen, field) in [
            (self.symbol, "s"),
            (self.client_id, "c"),
            (self.side, "S"),
            (self.status || !with_status, "X"),
            (self.order_id, "i"),
        ] {
            if !seen {
                return Err(DecodeError::Missing { field });
            }
        }
        Ok(())
    }
}

fn execution(word: &[u8]) -> Execution {
    match word {
        b"NEW" => Execution::New,
        b"TRADE" => Execution::Trade,
        b"CANCELED" => Execution::Canceled,
        b"EXPIRED" => Execution::Expired,
        b"REJECTED" => Execution::Rejected,
        b"AMENDMENT" => Execution::Amendment,
        b"CALCULATED" => Execution::Calculated,
        _ => Execution::Other,
    }
}

fn side(scanner: &mut Scanner<'_>) -> Result<Side, DecodeError> {
    match scanner.string()? {
        b"BUY" => Ok(Side::Buy),
        b"SELL" => Ok(Side::Sell),
        _ => Err(scanner.unexpected("BUY or SELL before here")),
    }
}

fn number<'a>(scanner: &mut Scanner<'a>) -> Result<&'a [u8], DecodeError> {
    Ok(scanner.number()?.unwrap_or(b"0"))
}

pub(super) fn millis(millis: u64) -> Nanos {
    Nanos::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}
