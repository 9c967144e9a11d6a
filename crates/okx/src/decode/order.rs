//! Orders: the private stream, a query's answer and the lists all use the same fields.

use aurora_model::{Liquidity, Lots, Nanos, Side, Ticks};
use aurora_wire::scan::{ARRAY, OBJECT, Scanner};
use aurora_wire::{DecodeError, trade_id};
use rust_decimal::Decimal;

use super::{Quoted, Steps, missing, moment};
use crate::wire::{self, OrdType, PosSide, State};

/// An order as the venue tells it. Numbers stay texts until its instrument's steps are known.
#[derive(Clone, Copy, Debug)]
pub struct OrderUpdate<'a> {
    /// Which instrument.
    pub inst_id: &'a [u8],
    /// The venue's own id.
    pub ord_id: u64,
    /// Its client id; empty when nobody gave one.
    pub cl_ord_id: &'a [u8],
    /// The client id of the conditional order it came from.
    pub algo_cl_ord_id: &'a [u8],
    /// Which way.
    pub side: Side,
    /// What kind.
    pub ord_type: OrdType,
    /// Which position of a hedged account.
    pub pos_side: PosSide,
    /// Where in its life.
    pub state: State,
    /// Its limit; none for a market order.
    pub px: Quoted<'a>,
    /// Its whole quantity.
    pub sz: Quoted<'a>,
    /// How much has filled so far.
    pub acc_fill_sz: Quoted<'a>,
    /// May only shrink a position.
    pub reduce_only: bool,
    /// Who cancelled it and why: a number.
    pub cancel_source: &'a [u8],
    /// `normal`, or a forced close such as `full_liquidation`.
    pub category: &'a [u8],
    /// What became of an amend: `0` good, `-1` refused.
    pub amend_result: &'a [u8],
    /// The code beside it.
    pub code: Quoted<'a>,
    /// When it last changed.
    pub updated_at: Nanos,
    /// The newest fill: its id, price, quantity, time, fee and the fee's currency.
    pub trade_id: &'a [u8],
    /// Its price.
    pub fill_px: Quoted<'a>,
    /// Its quantity.
    pub fill_sz: Quoted<'a>,
    /// When.
    pub fill_at: Nanos,
    /// Its fee; below zero is paid.
    pub fill_fee: Quoted<'a>,
    /// In which currency.
    pub fill_fee_ccy: &'a [u8],
    /// All fees of the order so far; below zero is paid.
    pub fee: Quoted<'a>,
    /// In which currency.
    pub fee_ccy: &'a [u8],
    /// `M` or `T`.
    pub exec_type: &'a [u8],
}

/// The newest fill of an order, in ticks and lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewestFill {
    /// The venue's trade id.
    pub trade_id: u128,
    /// Its price.
    pub price: Ticks,
    /// Its quantity.
    pub qty: Lots,
    /// When.
    pub at: Nanos,
    /// Its own fee, below zero is paid; `None` when only the order's total is told.
    pub fee: Option<Decimal>,
    /// Maker or taker.
    pub liquidity: Liquidity,
}

/// Reads the orders of an answer's data.
///
/// # Errors
/// [`DecodeError`] when it is mangled or something no order can do without is missing.
pub fn orders(data: &[u8]) -> Result<Vec<OrderUpdate<'_>>, DecodeError> {
    let mut scanner = Scanner::new(data);
    let mut orders = Vec::new();
    let mut more = scanner.open(ARRAY)?;
    while more {
        orders.push(order(&mut scanner)?);
        more = scanner.more(ARRAY)?;
    }
    scanner.end()?;
    Ok(orders)
}

/// Reads one order.
///
/// # Errors
/// [`DecodeError`] when it is mangled or something no order can do without is missing.
pub fn order<'a>(scanner: &mut Scanner<'a>) -> Result<OrderUpdate<'a>, DecodeError> {
    let mut order = OrderUpdate::EMPTY;
    let (mut ord_id, mut side, mut state, mut updated) = (None, None, None, Quoted::default());
    let mut fill_at = Quoted::default();
    let mut more = scanner.open(OBJECT)?;
    while more {
        let key = scanner.key()?;
        if scanner.peek()? == b'"' {
            let text = Quoted(scanner.string()?);
            match key {
                b"ordId" => ord_id = Some(text.whole()?),
                b"side" => side = wire::side(text.text()),
                b"state" => state = Some(State::of(text.text())),
                b"uTime" => updated = text,
                b"fillTime" => fill_at = text,
                _ => order.field(key, text),
            }
        } else {
            // Attached orders and the like.
            scanner.skip()?;
        }
        more = scanner.more(OBJECT)?;
    }
    order.ord_id = ord_id.ok_or(missing("ordId"))?;
    order.side = side.ok_or(missing("side"))?;
    order.state = state.ok_or(missing("state"))?;
    if order.inst_id.is_empty() {
        return Err(missing("instId"));
    }
    order.updated_at = millis(updated)?;
    order.fill_at = millis(fill_at)?;
    Ok(order)
}

fn millis(text: Quoted<'_>) -> Result<Nanos, DecodeError> {
    text.whole().map(|millis| moment(i64::try_from(millis).unwrap_or(i64::MAX)))
}

impl<'a> OrderUpdate<'a> {
    const EMPTY: OrderUpdate<'static> = {
        let none = Quoted::NONE;
        OrderUpdate {
            inst_id: b"",
            ord_id: 0,
            cl_ord_id: b"",
            algo_cl_ord_id: b"",
            side: Side::Buy,
            ord_type: OrdType::Other,
            pos_side: PosSide::Net,
            state: State::Other,
            px: none,
            sz: none,
            acc_fill_sz: none,
            reduce_only: false,
            cancel_source: b"",
            category: b"",
            amend_result: b"",
            code: none,
            updated_at: Nanos(0),
            trade_id: b"",
            fill_px: none,
            fill_sz: none,
            fill_at: Nanos(0),
            fill_fee: none,
            fill_fee_ccy: b"",
            fee: none,
            fee_ccy: b"",
            exec_type: b"",
        }
    };

    #[inline]
    fn field(&mut self, key: &[u8], value: Quoted<'a>) {
        let text = value.text();
        match key {
            b"instId" => self.inst_id = text,
            b"clOrdId" => self.cl_ord_id = text,
            b"algoClOrdId" => self.algo_cl_ord_id = text,
            b"ordType" => self.ord_type = OrdType::of(text),
            b"posSide" => self.pos_side = PosSide::of(text),
            b"px" => self.px = value,
            b"sz" => self.sz = value,
            b"accFillSz" => self.acc_fill_sz = value,
            b"reduceOnly" => self.reduce_only = text == b"true",
            b"cancelSource" => self.cancel_source = text,
            b"category" => self.category = text,
            b"amendResult" => self.amend_result = text,
            b"code" => self.code = value,
            b"tradeId" => self.trade_id = text,
            b"fillPx" => self.fill_px = value,
            b"fillSz" => self.fill_sz = value,
            b"fillFee" => self.fill_fee = value,
            b"fillFeeCcy" => self.fill_fee_ccy = text,
            b"fee" => self.fee = value,
            b"feeCcy" => self.fee_ccy = text,
            b"execType" => self.exec_type = text,
            _ => {}
        }
    }

    /// The newest fill; `None` when the update is not about one.
    ///
    /// # Errors
    /// [`DecodeError`] when its numbers do not fit the instrument.
    pub fn newest_fill(&self, steps: &Steps) -> Result<Option<NewestFill>, DecodeError> {
        if matches!(self.trade_id, b"" | b"0") || self.fill_sz.is_nothing() {
            return Ok(None);
        }
        let at = if self.fill_at.0 == 0 { self.updated_at } else { self.fill_at };
        Ok(Some(NewestFill {
            trade_id: trade_id(self.trade_id, u64::try_from(at.millis()).unwrap_or_default()),
            price: self.fill_px.ticks(&steps.tick)?.ok_or(missing("fillPx"))?,
            qty: self.fill_sz.lots(&steps.lot)?,
            at,
            fee: match self.fill_fee.text() {
                b"" => None,
                _ => Some(self.fill_fee.decimal()?),
            },
            liquidity: if self.exec_type == b"M" { Liquidity::Maker } else { Liquidity::Taker },
        }))
    }

    /// The currency the newest fee is in.
    pub fn newest_fee_ccy(&self) -> &'a [u8] {
        if self.fill_fee_ccy.is_empty() { self.fee_ccy } else { self.fill_fee_ccy }
    }

    /// Our own client id for it, wherever the venue put it.
    pub fn client_id(&self) -> &'a [u8] {
        if self.cl_ord_id.is_empty() { self.algo_cl_ord_id } else { self.cl_ord_id }
    }
}
