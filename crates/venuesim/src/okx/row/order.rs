//! One order, as the order endpoints and the `orders` channel show it.

use aurora_matching::exchange::{
    CloseCause, ExchangeFill, FillKind, Life, MarginMode, OrderCause, OrderKind, OrderSnapshot,
    OrderStatus, PositionSide, StpMode,
};
use aurora_model::{Liquidity, Side};

use crate::okx::json::Object;
use crate::okx::listed::Listed;

/// What the venue remembers of an order beside what the exchange does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extra {
    /// The order's tag.
    pub(crate) tag: String,
    /// A market order sent as `optimal_limit_ioc`.
    pub(crate) is_optimal_limit: bool,
    /// The client's id of the conditional order it came from.
    pub(crate) algo_client_id: String,
    /// The id of the conditional order it came from.
    pub(crate) algo_id: Option<u64>,
}

/// What an amend request leaves in the push that follows it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AmendNote<'a> {
    pub(crate) req_id: &'a str,
    /// It was refused with that code and text.
    pub(crate) failed: Option<(u32, &'a str)>,
}

/// The order types in the venue's words.
pub(crate) fn ord_type(order: &OrderSnapshot, extra: Option<&Extra>) -> &'static str {
    match (order.kind, order.life) {
        (OrderKind::Market, _) if extra.is_some_and(|extra| extra.is_optimal_limit) => {
            "optimal_limit_ioc"
        }
        (OrderKind::Market, _) => "market",
        (_, Life::PostOnly) => "post_only",
        (_, Life::Ioc) => "ioc",
        (_, Life::Fok) => "fok",
        (_, Life::Gtc | Life::Gtd(_)) => "limit",
    }
}

/// The states in the venue's words.
pub(crate) fn state(order: &OrderSnapshot) -> &'static str {
    match order.status {
        OrderStatus::Parked | OrderStatus::New => "live",
        OrderStatus::PartiallyFilled => "partially_filled",
        OrderStatus::Filled => "filled",
        OrderStatus::Canceled | OrderStatus::Expired | OrderStatus::ExpiredInMatch => "canceled",
    }
}

/// Why an order was canceled: the venue's number and sentence.
pub(crate) fn cancel_source(order: &OrderSnapshot) -> (&'static str, &'static str) {
    let OrderCause::Closed(cause) = order.cause else { return ("", "") };
    match cause {
        CloseCause::ByRequest | CloseCause::CancelAll => ("1", "Order canceled by user"),
        CloseCause::DeadMan => ("20", "Cancel all after triggered"),
        CloseCause::WouldTake => ("31", "The post-only order will take liquidity in maker orders"),
        CloseCause::IocRest | CloseCause::MarketRest => {
            ("14", "Order canceled: IOC order was partially canceled due to incompletely filled")
        }
        CloseCause::FokUnfillable => {
            ("13", "Order canceled: FOK order was canceled due to incompletely filled")
        }
        CloseCause::SelfTrade => ("32", "Self trade prevention"),
        CloseCause::NothingToReduce => {
            ("23", "Order canceled: Reduce-only orders only allow reducing your current position")
        }
        CloseCause::Liquidation => (
            "3",
            "Order canceled: Risk cancellation was triggered. Pending order was canceled due to insufficient margin ratio and forced-liquidation risk",
        ),
        CloseCause::Adl => ("6", "Order canceled: ADL order cancellation was triggered"),
        CloseCause::AmendRefused
        | CloseCause::GtdExpired
        | CloseCause::TriggerRefused(_)
        | CloseCause::Halted
        | CloseCause::TickChanged
        | CloseCause::Restart => ("0", "Order canceled by system"),
    }
}

/// `cash`, `cross`, `isolated`.
pub(crate) fn td_mode(listed: Listed<'_>, margin: MarginMode) -> &'static str {
    match margin {
        _ if listed.is_spot() => "cash",
        MarginMode::Cross => "cross",
        MarginMode::Isolated => "isolated",
    }
}

/// `buy`, `sell`.
pub(crate) const fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

/// `net`, `long`, `short`; empty on spot.
pub(crate) fn pos_side(listed: Listed<'_>, position_side: PositionSide) -> &'static str {
    match position_side {
        _ if listed.is_spot() => "",
        PositionSide::Net => "net",
        PositionSide::Long => "long",
        PositionSide::Short => "short",
    }
}

/// `M` or `T`.
pub(crate) const fn exec_type(liquidity: Liquidity) -> &'static str {
    match liquidity {
        Liquidity::Maker => "M",
        Liquidity::Taker => "T",
    }
}

fn stp_mode(mode: StpMode) -> &'static str {
    match mode {
        StpMode::None => "",
        StpMode::CancelMaker => "cancel_maker",
        StpMode::CancelTaker => "cancel_taker",
        StpMode::CancelBoth => "cancel_both",
    }
}

fn category(order: &OrderSnapshot) -> &'static str {
    if order.is_liquidation { "full_liquidation" } else { "normal" }
}

/// All that a row is written from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrderRow<'a> {
    pub(crate) listed: Listed<'a>,
    pub(crate) order: &'a OrderSnapshot,
    pub(crate) extra: Option<&'a Extra>,
    /// Its newest fill.
    pub(crate) fill: Option<&'a ExchangeFill>,
    /// The leverage it was placed under.
    pub(crate) leverage: Option<u32>,
}

impl OrderRow<'_> {
    /// The row of the order endpoints.
    pub(crate) fn write(&self, out: &mut String) {
        let mut row = Object::begin(out);
        self.common(&mut row);
        row.end();
    }

    /// The row of the `orders` channel: the same and what only a push tells.
    pub(crate) fn push(&self, out: &mut String, amend: Option<AmendNote<'_>>) {
        let listed = self.listed;
        let mut row = Object::begin(out);
        self.common(&mut row);
        let traded = matches!(self.order.cause, OrderCause::Trade).then_some(self.fill).flatten();
        row.maybe("execType", traded.map(|fill| exec_type(fill.liquidity)))
            .maybe("fillFee", traded.map(|fill| (-fill.fee.decimal()).normalize()))
            .maybe("fillFeeCcy", traded.map(|fill| fill.fee_asset))
            .maybe("fillNotionalUsd", traded.map(|fill| fill.value.decimal().normalize()))
            .maybe("fillPnl", traded.map(|fill| fill.realized.decimal().normalize()))
            .maybe("lastPx", self.fill.map(|fill| listed.price(fill.price)))
            .maybe(
                "notionalUsd",
                self.order.limit().or(self.fill.map(|fill| fill.price)).map(|price| {
                    listed.worth(listed.price(price), self.order.qty).decimal().normalize()
                }),
            );
        let amend_note = amend.unwrap_or_default();
        let (code, text) = amend_note.failed.unwrap_or((0, ""));
        row.put("code", code)
            .text("msg", text)
            .text("reqId", amend_note.req_id)
            .put(
                "amendResult",
                match (amend, amend_note.failed) {
                    (None, _) => "",
                    (Some(_), None) => "0",
                    (Some(_), Some(_)) => "-1",
                },
            )
            // 1: by the user.
            .put("amendSource", if amend.is_some() { "1" } else { "" })
            .blank(&[
                "fillPxVol",
                "fillPxUsd",
                "fillMarkVol",
                "fillFwdPx",
                "fillMarkPx",
                "fillIdxPx",
            ]);
        row.end();
    }

    fn common(&self, row: &mut Object<'_>) {
        let OrderRow { listed, order, extra, .. } = *self;
        let (source, reason) = cancel_source(order);
        let spot = listed.is_spot();
        let quote_qty = order.quote_qty;
        let size =
            quote_qty.map_or_else(|| listed.size(order.qty), |money| money.decimal().normalize());
        let target = match (spot && order.kind == OrderKind::Market, quote_qty) {
            (false, _) => "",
            (true, Some(_)) => "quote_ccy",
            (true, None) => "base_ccy",
        };
        row.put("instType", listed.inst_type())
            .put("instId", listed.inst_id())
            .put("tgtCcy", target)
            .put("ccy", "")
            .put("tradeQuoteCcy", if spot { listed.quote() } else { "" })
            .put("ordId", order.id.0)
            .put("clOrdId", order.client_id)
            .text("tag", extra.map_or("", |extra| &extra.tag))
            .maybe("px", order.limit().map(|price| listed.price(price)))
            .put("sz", size)
            .number("pnl", order.realized.decimal())
            .put("ordType", ord_type(order, extra))
            .put("side", side(order.side))
            .put("posSide", if spot { "net" } else { pos_side(listed, order.position_side) })
            .put("tdMode", td_mode(listed, order.margin))
            .put("accFillSz", listed.size(order.filled))
            .maybe("avgPx", order.avg_price.map(|price| price.round_dp(10).normalize()));
        match self.fill.filter(|_| order.filled.0 != 0) {
            Some(fill) => row
                .put("fillPx", listed.price(fill.price))
                .put("tradeId", fill.trade_id)
                .put("fillSz", listed.size(fill.qty))
                .put("fillTime", fill.at.millis()),
            None => row.blank(&["fillPx", "tradeId", "fillTime"]).put("fillSz", "0"),
        };
        row.put("state", state(order))
            .maybe("lever", self.leverage.filter(|_| !spot))
            .put("feeCcy", order.fee_asset)
            .number("fee", -order.fee.decimal())
            .put("rebateCcy", if spot { listed.quote() } else { listed.settle() })
            .put("rebate", "0")
            .put(
                "category",
                if self.fill.is_some_and(|fill| fill.kind == FillKind::Adl) {
                    "adl"
                } else {
                    category(order)
                },
            )
            .put("reduceOnly", order.reduce_only)
            .put("cancelSource", source)
            .put("cancelSourceReason", reason)
            .put("stpId", "")
            .put("stpMode", stp_mode(order.stp))
            .maybe("algoId", extra.and_then(|extra| extra.algo_id))
            .text("algoClOrdId", extra.map_or("", |extra| &extra.algo_client_id))
            .put("isTpLimit", false)
            .put(
                "source",
                if extra.is_some_and(|extra| extra.algo_id.is_some()) { "13" } else { "" },
            )
            .with("attachAlgoOrds", |out| out.push_str("[]"))
            .with("linkedAlgoOrd", |out| out.push_str("{\"algoId\":\"\"}"))
            .blank(&[
                "attachAlgoClOrdId",
                "pxUsd",
                "pxVol",
                "pxType",
                "quickMgnType",
                "slTriggerPx",
                "slTriggerPxType",
                "slOrdPx",
                "tpTriggerPx",
                "tpTriggerPxType",
                "tpOrdPx",
            ])
            .put("cTime", order.created_at.millis())
            .put("uTime", order.updated_at.millis());
    }
}
