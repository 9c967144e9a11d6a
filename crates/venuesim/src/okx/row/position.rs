//! One position, as `/account/positions`, the `positions` and the `balance_and_position` channels show it.

use aurora_matching::exchange::{
    AccountNo, ExchangeFill, MarginMode, PositionSide, PositionSnapshot,
};
use aurora_model::{InstrumentNo, Lots, Nanos, Ticks};
use rust_decimal::Decimal;

use super::order::{pos_side, td_mode};
use crate::okx::json::Object;
use crate::okx::listed::Listed;

/// All that a row is written from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PositionRow<'a> {
    pub(crate) account: AccountNo,
    pub(crate) listed: Listed<'a>,
    pub(crate) position: &'a PositionSnapshot,
    /// The index price; zero when there is none.
    pub(crate) index: Decimal,
    /// The last trade's price; zero when there is none.
    pub(crate) last: Decimal,
    /// The account's newest fill in the instrument.
    pub(crate) fill: Option<&'a ExchangeFill>,
    /// Fees and funding since it was opened; below zero was paid.
    pub(crate) fee: Decimal,
    pub(crate) funding: Decimal,
    /// What the account could lose before it is taken over, over the maintenance margin.
    pub(crate) margin_ratio: Option<Decimal>,
    pub(crate) now: Nanos,
}

impl PositionRow<'_> {
    /// The row of `/account/positions` and the `positions` channel.
    pub(crate) fn write(&self, out: &mut String) {
        let PositionRow { listed, position, .. } = *self;
        let isolated = position.margin == MarginMode::Isolated;
        let unrealized = position.unrealized.decimal();
        let realized = position.realized.decimal();
        let is_flat = position.lots.0 == 0;
        let at_last = if is_flat || self.last.is_zero() {
            Decimal::ZERO
        } else {
            listed.base_size(position.lots) * (self.last - position.entry_price)
        };
        let ratio = |profit: Decimal| {
            let margin = position.initial_margin.decimal();
            profit.checked_div(margin).unwrap_or(Decimal::ZERO).round_dp(8).normalize()
        };
        let shown = |price: Decimal| (!is_flat).then(|| listed.rounded(price));

        let mut row = Object::begin(out);
        self.head(&mut row);
        row.put("lever", position.leverage)
            .put(
                "availPos",
                if position.position_side == PositionSide::Net {
                    String::new()
                } else {
                    self.signed_size().to_string()
                },
            )
            .number("upl", unrealized)
            .put("uplRatio", ratio(unrealized))
            .number("uplLastPx", at_last)
            .put("uplRatioLastPx", ratio(at_last))
            .put("markPx", listed.rounded(position.mark))
            .put("idxPx", listed.rounded(self.index))
            .put("last", listed.rounded(self.last))
            .maybe(
                "liqPx",
                position.liquidation_price.filter(|_| !is_flat).map(|price| listed.rounded(price)),
            )
            .maybe("bePx", shown(position.entry_price))
            .maybe(
                "imr",
                (!isolated).then(|| position.initial_margin.decimal().round_dp(8).normalize()),
            )
            .maybe("margin", isolated.then(|| position.isolated.decimal().normalize()))
            .maybe("mgnRatio", self.margin_ratio.map(|ratio| ratio.round_dp(8).normalize()))
            .put("mmr", position.maintenance_margin.decimal().round_dp(8).normalize())
            .put("notionalUsd", position.notional.decimal().round_dp(8).normalize())
            .put("adl", if is_flat { "" } else { "1" })
            .number("pnl", realized)
            .number("fee", self.fee)
            .number("fundingFee", self.funding)
            .number("realizedPnl", realized + self.fee + self.funding)
            .put("liqPenalty", "0")
            .put("interest", "")
            .put("cTime", position.opened_at.millis())
            .put("uTime", position.updated_at.millis())
            .put("pTime", self.now.millis())
            .with("closeOrderAlgo", |out| out.push_str("[]"))
            .blank(&[
                "baseBal",
                "baseBorrowed",
                "baseInterest",
                "bizRefId",
                "bizRefType",
                "clSpotInUseAmt",
                "deltaBS",
                "deltaPA",
                "gammaBS",
                "gammaPA",
                "hedgedPos",
                "liab",
                "liabCcy",
                "maxSpotInUseAmt",
                "optVal",
                "pendingCloseOrdLiabVal",
                "quoteBal",
                "quoteBorrowed",
                "quoteInterest",
                "spotInUseAmt",
                "spotInUseCcy",
                "thetaBS",
                "thetaPA",
                "usdPx",
                "vegaBS",
                "vegaPA",
            ]);
        row.end();
    }

    /// The shorter row of `balance_and_position`.
    pub(crate) fn brief(&self, out: &mut String) {
        let mut row = Object::begin(out);
        self.head(&mut row);
        row.put("uTime", self.position.updated_at.millis());
        row.end();
    }

    fn head(&self, row: &mut Object<'_>) {
        let PositionRow { listed, position, .. } = *self;
        let is_flat = position.lots.0 == 0;
        row.put("instType", listed.inst_type())
            .put("instId", listed.inst_id())
            .put("mgnMode", td_mode(listed, position.margin))
            .put("posId", position_id(self.account, position))
            .put("posSide", pos_side(listed, position.position_side))
            .put("pos", self.signed_size())
            .put("posCcy", "")
            .put("ccy", listed.settle())
            .maybe("avgPx", (!is_flat).then(|| listed.rounded(position.entry_price)))
            .put("nonSettleAvgPx", "")
            .put("settledPnl", "")
            .maybe("tradeId", self.fill.map(|fill| fill.trade_id));
    }

    /// Signed in one-way mode; always above zero in hedge mode, where the side says it.
    fn signed_size(&self) -> Decimal {
        let size = self.listed.size(self.position.lots);
        if self.position.position_side == PositionSide::Net { size } else { size.abs() }
    }
}

/// One id for each account, instrument and side: what a position has for life.
pub(crate) fn position_id(account: AccountNo, position: &PositionSnapshot) -> u64 {
    let side = match position.position_side {
        PositionSide::Net => 0,
        PositionSide::Long => 1,
        PositionSide::Short => 2,
    };
    600_000_000_000_000_000
        + u64::from(account.0) * 1_000_000
        + u64::from(position.instrument.0) * 10
        + side
}

/// A position that was closed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed {
    pub(crate) account: AccountNo,
    pub(crate) instrument: InstrumentNo,
    /// As it was before it was closed.
    pub(crate) open: PositionSnapshot,
    pub(crate) close_price: Ticks,
    pub(crate) most: Lots,
    pub(crate) profit: Decimal,
    pub(crate) fee: Decimal,
    pub(crate) funding: Decimal,
    pub(crate) at: Nanos,
}

impl Closed {
    /// The row of `/account/positions-history`.
    pub(crate) fn write(&self, out: &mut String, listed: Listed<'_>) {
        let realized = self.profit + self.fee + self.funding;
        let margin = self.open.initial_margin.decimal();
        let most = listed.size(self.most);
        let mut row = Object::begin(out);
        row.put("instType", listed.inst_type())
            .put("instId", listed.inst_id())
            .put("uly", listed.family())
            .put("mgnMode", td_mode(listed, self.open.margin))
            .put("type", "2")
            .put("posId", position_id(self.account, &self.open))
            .put("posSide", pos_side(listed, self.open.position_side))
            .put("direction", if self.open.lots.0 < 0 { "short" } else { "long" })
            .put("lever", self.open.leverage)
            .put("openAvgPx", listed.rounded(self.open.entry_price))
            .put("closeAvgPx", listed.price(self.close_price))
            .put("openMaxPos", most)
            .put("closeTotalPos", most)
            .number("pnl", self.profit)
            .put(
                "pnlRatio",
                realized.checked_div(margin).unwrap_or_default().round_dp(8).normalize(),
            )
            .number("fee", self.fee)
            .number("fundingFee", self.funding)
            .number("realizedPnl", realized)
            .put("liqPenalty", "0")
            .put("ccy", listed.settle())
            .put("cTime", self.open.opened_at.millis())
            .put("uTime", self.at.millis())
            .blank(&["triggerPx", "nonSettleAvgPx", "settledPnl"]);
        row.end();
    }
}
