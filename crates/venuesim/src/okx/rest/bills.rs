//! The account's bills: what fills and funding did to the balance.

use aurora_matching::exchange::{Asset, ExchangeFill, FundingPayment, OrderId, PositionSide};
use aurora_model::{InstrumentNo, Nanos};
use rust_decimal::Decimal;

use super::orders::Wanted;
use super::public::{Page, rows};
use crate::okx::code::Answer;
use crate::okx::desk::Desk;
use crate::okx::json::Object;
use crate::okx::row::order::exec_type;
use crate::request::Request;

/// One change of a balance.
struct Bill {
    id: u64,
    at: Nanos,
    instrument: InstrumentNo,
    /// 2 is a trade, 8 is funding.
    kind: &'static str,
    sub_kind: &'static str,
    asset: Asset,
    change: Decimal,
    pnl: Decimal,
    fee: Decimal,
    price: Decimal,
    size: Decimal,
    order: Option<OrderId>,
    execution: &'static str,
}

/// Bills newest first, by `type`, `ccy`, `instType` and time.
pub(super) fn bills(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let page = Page::read(request, 100)?;
    let wanted = Wanted { desk, request };
    let (begin, end) = (wanted.time("begin")?, wanted.time("end")?);
    let exchange = &desk.world.exchange;
    let fills = exchange.fills(desk.account, None, 0, Nanos(0), usize::MAX);
    let funding = exchange.funding_payments(desk.account, Nanos(0));
    let mut bills: Vec<Bill> = fills.iter().map(|fill| of_fill(desk, fill)).collect();
    bills.extend(funding.iter().map(|payment| of_funding(desk, payment)));
    bills.retain(|bill| {
        let at = bill.at.millis();
        wanted.among("type", bill.kind)
            && wanted.among("ccy", bill.asset.as_str())
            && wanted.instrument(bill.instrument)
            && begin.is_none_or(|begin| begin <= at)
            && end.is_none_or(|end| at <= end)
            && page.holds(i64::try_from(bill.id).unwrap_or(i64::MAX))
    });
    bills.sort_unstable_by_key(|bill| std::cmp::Reverse(bill.id));
    Ok(rows(bills.iter().take(page.limit), |out, bill| write(out, desk, bill)))
}

fn of_fill(desk: &Desk<'_, '_>, fill: &ExchangeFill) -> Bill {
    let listed = desk.listed(fill.instrument);
    let (pnl, fee) = (fill.realized.decimal(), -fill.fee.decimal());
    Bill {
        id: fill.fill_id,
        at: fill.at,
        instrument: fill.instrument,
        kind: "2",
        sub_kind: if fill.side == aurora_model::Side::Buy { "1" } else { "2" },
        asset: fill.fee_asset,
        change: pnl + fee,
        pnl,
        fee,
        price: listed.price(fill.price),
        size: listed.size(fill.qty),
        order: Some(fill.order),
        execution: exec_type(fill.liquidity),
    }
}

fn of_funding(desk: &Desk<'_, '_>, payment: &FundingPayment) -> Bill {
    let listed = desk.listed(payment.instrument);
    let amount = payment.amount.decimal();
    Bill {
        id: payment.id,
        at: payment.at,
        instrument: payment.instrument,
        kind: "8",
        sub_kind: if amount.is_sign_negative() { "173" } else { "174" },
        asset: payment.asset,
        change: amount,
        pnl: amount,
        fee: Decimal::ZERO,
        price: listed.rounded(payment.mark),
        size: listed.size(payment.lots.abs()),
        order: None,
        execution: "",
    }
}

fn write(out: &mut String, desk: &Desk<'_, '_>, bill: &Bill) {
    let listed = desk.listed(bill.instrument);
    let balance = desk.world.exchange.balance(desk.account, bill.asset);
    let position = desk.world.exchange.position(desk.account, bill.instrument, PositionSide::Net);
    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .put("billId", bill.id)
        .put("type", bill.kind)
        .put("subType", bill.sub_kind)
        .put("ts", bill.at.millis())
        .put("fillTime", bill.at.millis())
        .put("ccy", bill.asset)
        .maybe("bal", balance.map(|balance| balance.wallet.decimal().normalize()))
        .number("balChg", bill.change)
        .maybe("posBal", position.map(|position| listed.size(position.lots)))
        .put("posBalChg", "")
        .number("sz", bill.size)
        .number("px", bill.price)
        .number("pnl", bill.pnl)
        .number("fee", bill.fee)
        .put("mgnMode", if listed.is_spot() { "cash" } else { "cross" })
        .maybe("ordId", bill.order.map(|order| order.0))
        .put("execType", bill.execution)
        .put("interest", "0")
        .blank(&["from", "to", "notes", "tag", "clOrdId", "tradeId", "earnAmt", "earnApr"]);
    row.end();
}
