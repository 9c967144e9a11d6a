//! Orders and fills of the account.

use std::str::FromStr;

use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Liquidity, Lots, Nanos, Notional, OrderNo, Side, Ticks,
    TimeInForce,
};
use aurora_wire::DecodeError;
use aurora_wire::scan::Scanner;
use rust_decimal::Decimal;

use super::instrument::Decoder;
use super::market::{at_ms, side};
use crate::wire::{self, ExecutionFields, OrderFields, each_object};

/// Where an order is, by the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStatus {
    /// Resting, or waiting for its trigger.
    Open,
    /// All of it filled.
    Filled,
    /// Ended with a part unfilled; part may have filled before.
    Canceled,
    /// Refused by the matching engine.
    Rejected,
    /// A word we do not know: nothing is concluded from it.
    Unknown,
}

impl OrderStatus {
    fn of(word: &[u8]) -> OrderStatus {
        match word {
            // `Triggered` is the moment between waiting and being placed.
            b"New" | b"PartiallyFilled" | b"Untriggered" | b"Triggered" => OrderStatus::Open,
            b"Filled" => OrderStatus::Filled,
            b"Cancelled" | b"PartiallyFilledCanceled" | b"Deactivated" => OrderStatus::Canceled,
            b"Rejected" => OrderStatus::Rejected,
            _ => OrderStatus::Unknown,
        }
    }
}

/// What the venue says about an order, on the stream or when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderUpdate<'a> {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Our id, when the order is ours.
    pub id: Option<ClientOrderId>,
    /// The client id as the venue tells it; empty when it has none.
    pub link_id: &'a str,
    /// The venue's own id.
    pub order_id: &'a str,
    /// Which way.
    pub side: Side,
    /// The limit; `None` for market orders.
    pub limit: Option<Ticks>,
    /// What a conditional order waits for.
    pub trigger: Option<Ticks>,
    /// The whole quantity.
    pub qty: Lots,
    /// How much of it has filled.
    pub filled: Lots,
    /// How long it stays.
    pub time_in_force: TimeInForce,
    /// May only shrink a position.
    pub reduce_only: bool,
    /// The position it belongs to: 0 one-way, 1 long, 2 short.
    pub position_idx: u8,
    /// Where it is.
    pub status: OrderStatus,
    /// Ended because somebody asked for it.
    pub by_cancel: bool,
    /// `rejectReason`, when it says something.
    pub reason: &'a str,
    /// When that was so.
    pub at: Nanos,
}

impl OrderUpdate<'_> {
    /// The venue's id as a number.
    pub fn venue_id(&self) -> u64 {
        super::market::id64(self.order_id.as_bytes())
    }
}

/// One fill of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution<'a> {
    /// Whether the order is ours; if not, `fill.order` is meaningless.
    pub is_ours: bool,
    /// The client id as the venue tells it; empty when it has none.
    pub link_id: &'a str,
    /// The fill.
    pub fill: Fill,
    /// The fee's currency when it is not the settle currency; `fill.fee` is zero then.
    pub strange_fee: Option<&'a str>,
}

/// One private frame, understood; orders and fills went to the callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Private {
    /// Orders.
    Orders,
    /// Fills.
    Executions,
    /// Fills by the fast stream, without fees.
    FastExecutions,
    /// Positions: the frame itself is for [`crate::rest::read_position_frame`].
    Positions,
    /// Balances: the frame itself is for [`crate::rest::read_wallet_frame`].
    Wallet,
    /// No topic: an answer to what we sent, for [`super::Control::read`].
    Control,
    /// A topic nobody asked for.
    Other,
}

pub(crate) fn utf8<'a>(bytes: &'a [u8], field: &'static str) -> Result<&'a str, DecodeError> {
    std::str::from_utf8(bytes).map_err(|_| DecodeError::Missing { field })
}

/// What stands for the order of a fill that is not ours.
fn nobody() -> ClientOrderId {
    ClientOrderId::new(0, 0, OrderNo(0))
}

impl Decoder {
    /// Reads a frame of the private socket. What it says of instruments we know goes to the callbacks, one by one.
    ///
    /// # Errors
    /// When the frame is cut off or mangled, or a number does not divide by its step. What was called back before
    /// the error is true all the same.
    pub fn private<'a>(
        &self,
        frame: &'a [u8],
        mut on_order: impl FnMut(OrderUpdate<'a>),
        mut on_fill: impl FnMut(Execution<'a>),
    ) -> Result<Private, DecodeError> {
        let mut what = Private::Control;
        let head = wire::read_frame(frame, |head, scanner| {
            what = self.private_data(frame, head.topic, scanner, &mut on_order, &mut on_fill)?;
            Ok(true)
        })?;
        if let (topic, Some(mut data)) = (head.topic, head.data)
            && !topic.is_empty()
        {
            what = self.private_data(frame, topic, &mut data, &mut on_order, &mut on_fill)?;
        }
        Ok(if what == Private::Control && !head.topic.is_empty() { Private::Other } else { what })
    }

    /// Reads what stands under `data`, as the topic says.
    #[inline]
    fn private_data<'a>(
        &self,
        frame: &'a [u8],
        topic: &[u8],
        scanner: &mut Scanner<'a>,
        on_order: impl FnMut(OrderUpdate<'a>),
        on_fill: impl FnMut(Execution<'a>),
    ) -> Result<Private, DecodeError> {
        let kind = match topic {
            b"order" => Private::Orders,
            b"execution" => Private::Executions,
            topic if topic.starts_with(b"order.") => Private::Orders,
            topic if topic.starts_with(b"execution.fast") => Private::FastExecutions,
            topic if topic.starts_with(b"execution.") => Private::Executions,
            topic if topic.starts_with(b"position") => Private::Positions,
            topic if topic.starts_with(b"wallet") => Private::Wallet,
            _ => Private::Other,
        };
        match kind {
            Private::Orders => self.orders_at(frame, scanner, on_order)?,
            Private::Executions | Private::FastExecutions => {
                self.executions_at(frame, scanner, on_fill)?;
            }
            _ => scanner.skip()?,
        }
        Ok(kind)
    }

    /// Reads a list of orders, such as `result.list` of `/v5/order/realtime`.
    ///
    /// # Errors
    /// As [`Decoder::private`].
    pub fn orders<'a>(
        &self,
        list: &'a [u8],
        on_order: impl FnMut(OrderUpdate<'a>),
    ) -> Result<(), DecodeError> {
        let mut scanner = Scanner::new(list);
        self.orders_at(list, &mut scanner, on_order)?;
        wire::end(&mut scanner)
    }

    /// Reads a list of fills, such as `result.list` of `/v5/execution/list`.
    ///
    /// # Errors
    /// As [`Decoder::private`].
    pub fn executions<'a>(
        &self,
        list: &'a [u8],
        on_fill: impl FnMut(Execution<'a>),
    ) -> Result<(), DecodeError> {
        let mut scanner = Scanner::new(list);
        self.executions_at(list, &mut scanner, on_fill)?;
        wire::end(&mut scanner)
    }

    #[inline]
    fn orders_at<'a>(
        &self,
        bytes: &'a [u8],
        scanner: &mut Scanner<'a>,
        mut on_order: impl FnMut(OrderUpdate<'a>),
    ) -> Result<(), DecodeError> {
        each_object(scanner, |scanner| {
            let fields = OrderFields::read(bytes, scanner)?;
            if let Some(order) = self.order(&fields)? {
                on_order(order);
            }
            Ok(())
        })
    }

    fn executions_at<'a>(
        &self,
        bytes: &'a [u8],
        scanner: &mut Scanner<'a>,
        mut on_fill: impl FnMut(Execution<'a>),
    ) -> Result<(), DecodeError> {
        each_object(scanner, |scanner| {
            let fields = ExecutionFields::read(bytes, scanner)?;
            if let Some(fill) = self.execution(&fields)? {
                on_fill(fill);
            }
            Ok(())
        })
    }

    /// `None` for an instrument or category nobody asked for.
    fn order<'a>(&self, fields: &OrderFields<'a>) -> Result<Option<OrderUpdate<'a>>, DecodeError> {
        if !matches!(fields.category, b"" | b"linear") {
            return Ok(None);
        }
        let Some(known) = self.find(fields.symbol) else { return Ok(None) };
        if fields.order_id.is_empty() {
            return Err(DecodeError::Missing { field: "orderId" });
        }
        let link_id = utf8(fields.order_link_id, "orderLinkId")?;
        let status = OrderStatus::of(fields.order_status);
        let reason = match fields.reject_reason {
            b"EC_NoError" | b"UNKNOWN" => "",
            reason => utf8(reason, "rejectReason")?,
        };
        let is_market = fields.order_type == b"Market";
        Ok(Some(OrderUpdate {
            instrument: known.no,
            id: ClientOrderId::from_str(link_id).ok(),
            link_id,
            order_id: utf8(fields.order_id, "orderId")?,
            side: side(fields.side, "side")?,
            // The price of a market order is the band it became a limit at: not ours, and not always on the tick.
            limit: if is_market { None } else { known.price(fields.price)? },
            trigger: known.price(fields.trigger_price)?,
            qty: known.qty(fields.qty)?,
            filled: known.qty(fields.cum_exec_qty)?,
            time_in_force: match fields.time_in_force {
                b"IOC" | b"ImmediateOrCancel" => TimeInForce::Ioc,
                b"FOK" | b"FillOrKill" => TimeInForce::Fok,
                b"PostOnly" | b"RPI" => TimeInForce::PostOnly,
                _ => TimeInForce::Gtc,
            },
            reduce_only: fields.reduce_only,
            position_idx: u8::try_from(fields.position_idx).unwrap_or(0),
            status,
            by_cancel: reason == "EC_PerCancelRequest"
                || matches!(fields.cancel_type, b"CancelByUser" | b"CancelByDCP"),
            reason,
            at: at_ms(fields.updated_ms),
        }))
    }

    /// `None` for an instrument or category nobody asked for, and for what moves no position (funding, settlement).
    fn execution<'a>(
        &self,
        fields: &ExecutionFields<'a>,
    ) -> Result<Option<Execution<'a>>, DecodeError> {
        if !matches!(fields.category, b"" | b"linear") {
            return Ok(None);
        }
        let Some(known) = self.find(fields.symbol) else { return Ok(None) };
        if matches!(fields.exec_type, b"Funding" | b"Settle" | b"SessionSettlePnL") {
            return Ok(None);
        }
        if fields.exec_id.is_empty() {
            return Err(DecodeError::Missing { field: "execId" });
        }
        if fields.exec_ms == 0 {
            return Err(DecodeError::Missing { field: "execTime" });
        }
        let link_id = utf8(fields.order_link_id, "orderLinkId")?;
        let id = ClientOrderId::from_str(link_id).ok();
        let fee = decimal(fields.exec_fee)?.unwrap_or_default();
        let is_strange = !fields.fee_currency.is_empty() && fields.fee_currency != &*known.settle;
        Ok(Some(Execution {
            is_ours: id.is_some(),
            link_id,
            strange_fee: match is_strange && !fee.is_zero() {
                true => Some(utf8(fields.fee_currency, "feeCurrency")?),
                false => None,
            },
            fill: Fill {
                trade_id: aurora_wire::trade_id(fields.exec_id, fields.exec_ms),
                instrument: known.no,
                order: id.unwrap_or_else(nobody),
                side: side(fields.side, "side")?,
                price: known.some_price(fields.exec_price, "execPrice")?,
                qty: known.some_qty(fields.exec_qty, "execQty")?,
                fee: Notional::new(if is_strange { Decimal::ZERO } else { fee }),
                liquidity: if fields.is_maker { Liquidity::Maker } else { Liquidity::Taker },
                at: at_ms(fields.exec_ms),
            },
        }))
    }
}

/// An exact decimal of either sign, quoted or bare; `None` when empty or absent.
pub(crate) fn decimal(value: &[u8]) -> Result<Option<Decimal>, DecodeError> {
    let wanted = DecodeError::Unexpected { at: 0, wanted: "a decimal number" };
    let text = std::str::from_utf8(value).map_err(|_| wanted)?.trim_matches('"');
    if text.is_empty() || text == "null" {
        return Ok(None);
    }
    Decimal::from_str_exact(text).map(Some).map_err(|_| wanted)
}
