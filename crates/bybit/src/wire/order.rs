//! Orders and fills, as streams and REST answers tell them alike.

use aurora_wire::DecodeError;
use aurora_wire::scan::{OBJECT, Scanner};

use super::value::{millis, text, value};

/// One order, numbers as they stand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OrderFields<'a> {
    pub(crate) category: &'a [u8],
    pub(crate) symbol: &'a [u8],
    pub(crate) order_id: &'a [u8],
    pub(crate) order_link_id: &'a [u8],
    pub(crate) side: &'a [u8],
    pub(crate) order_type: &'a [u8],
    pub(crate) price: &'a [u8],
    pub(crate) trigger_price: &'a [u8],
    pub(crate) qty: &'a [u8],
    pub(crate) cum_exec_qty: &'a [u8],
    pub(crate) time_in_force: &'a [u8],
    pub(crate) order_status: &'a [u8],
    pub(crate) cancel_type: &'a [u8],
    pub(crate) reject_reason: &'a [u8],
    pub(crate) reduce_only: bool,
    pub(crate) position_idx: u64,
    pub(crate) updated_ms: u64,
}

impl<'a> OrderFields<'a> {
    #[inline]
    pub(crate) fn read(
        bytes: &'a [u8],
        scanner: &mut Scanner<'a>,
    ) -> Result<OrderFields<'a>, DecodeError> {
        let mut order = OrderFields::default();
        let mut more = scanner.open(OBJECT)?;
        while more {
            match scanner.key()? {
                b"category" => order.category = text(scanner)?,
                b"symbol" => order.symbol = text(scanner)?,
                b"orderId" => order.order_id = text(scanner)?,
                b"orderLinkId" => order.order_link_id = text(scanner)?,
                b"side" => order.side = text(scanner)?,
                b"orderType" => order.order_type = text(scanner)?,
                b"price" => order.price = value(bytes, scanner)?,
                b"triggerPrice" => order.trigger_price = value(bytes, scanner)?,
                b"qty" => order.qty = value(bytes, scanner)?,
                b"cumExecQty" => order.cum_exec_qty = value(bytes, scanner)?,
                b"timeInForce" => order.time_in_force = text(scanner)?,
                b"orderStatus" => order.order_status = text(scanner)?,
                b"cancelType" => order.cancel_type = text(scanner)?,
                b"rejectReason" => order.reject_reason = text(scanner)?,
                b"reduceOnly" => order.reduce_only = scanner.boolean()?,
                b"positionIdx" => order.position_idx = millis(scanner)?,
                b"updatedTime" => order.updated_ms = millis(scanner)?,
                _ => scanner.skip()?,
            }
            more = scanner.more(OBJECT)?;
        }
        Ok(order)
    }
}

/// One fill of ours, numbers as they stand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ExecutionFields<'a> {
    pub(crate) category: &'a [u8],
    pub(crate) symbol: &'a [u8],
    pub(crate) exec_id: &'a [u8],
    pub(crate) order_link_id: &'a [u8],
    pub(crate) side: &'a [u8],
    pub(crate) exec_price: &'a [u8],
    pub(crate) exec_qty: &'a [u8],
    pub(crate) exec_fee: &'a [u8],
    /// `feeCurrency` on streams and older answers, `feeCoin` on newer ones.
    pub(crate) fee_currency: &'a [u8],
    /// `Trade`, `AdlTrade`, `BustTrade`, `Funding`, …; `execution.fast` does not say.
    pub(crate) exec_type: &'a [u8],
    pub(crate) is_maker: bool,
    pub(crate) exec_ms: u64,
}

impl<'a> ExecutionFields<'a> {
    #[inline]
    pub(crate) fn read(
        bytes: &'a [u8],
        scanner: &mut Scanner<'a>,
    ) -> Result<ExecutionFields<'a>, DecodeError> {
        let mut fill = ExecutionFields::default();
        let mut more = scanner.open(OBJECT)?;
        while more {
            match scanner.key()? {
                b"category" => fill.category = text(scanner)?,
                b"symbol" => fill.symbol = text(scanner)?,
                b"execId" => fill.exec_id = text(scanner)?,
                b"orderLinkId" => fill.order_link_id = text(scanner)?,
                b"side" => fill.side = text(scanner)?,
                b"execPrice" => fill.exec_price = value(bytes, scanner)?,
                b"execQty" => fill.exec_qty = value(bytes, scanner)?,
                b"execFee" => fill.exec_fee = value(bytes, scanner)?,
                b"feeCurrency" | b"feeCoin" => fill.fee_currency = text(scanner)?,
                b"execType" => fill.exec_type = text(scanner)?,
                b"isMaker" => fill.is_maker = scanner.boolean()?,
                b"execTime" => fill.exec_ms = millis(scanner)?,
                _ => scanner.skip()?,
            }
            more = scanner.more(OBJECT)?;
        }
        Ok(fill)
    }
}
