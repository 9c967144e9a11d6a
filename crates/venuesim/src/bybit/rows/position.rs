//! A position, as `position/list` and the `position` topic show it.

use aurora_matching::exchange::{Listing, MarginMode, PositionSnapshot};
use aurora_model::{Lots, Nanos};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{Counted, LINEAR, Millis, Number, position_idx};

/// One row. REST calls the entry price `avgPrice`, the topic `entryPrice`: both are there.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bybit) struct PositionRow<'a> {
    category: &'static str,
    symbol: &'a str,
    position_idx: u8,
    risk_id: u8,
    risk_limit_value: &'static str,
    side: &'static str,
    size: Decimal,
    avg_price: Number,
    entry_price: Number,
    session_avg_price: &'static str,
    position_value: Number,
    trade_mode: u8,
    position_status: &'static str,
    auto_add_margin: u8,
    adl_rank_indicator: u8,
    leverage: String,
    position_balance: Number,
    mark_price: Number,
    liq_price: String,
    bust_price: &'static str,
    #[serde(rename = "positionMM")]
    position_mm: Number,
    #[serde(rename = "positionIM")]
    position_im: Number,
    #[serde(rename = "positionMMByMp")]
    position_mm_by_mp: Number,
    #[serde(rename = "positionIMByMp")]
    position_im_by_mp: Number,
    tpsl_mode: &'static str,
    take_profit: String,
    stop_loss: String,
    trailing_stop: &'static str,
    unrealised_pnl: Number,
    cur_realised_pnl: Number,
    cum_realised_pnl: Number,
    seq: i64,
    is_reduce_only: bool,
    mmr_sys_updated_time: &'static str,
    leverage_sys_updated_time: &'static str,
    created_time: Millis,
    updated_time: Millis,
}

impl<'a> PositionRow<'a> {
    /// The position, with the prices of its take-profit and stop-loss.
    pub(in crate::bybit) fn new(
        position: &PositionSnapshot,
        listing: &'a Listing,
        (take_profit, stop_loss): (Option<Decimal>, Option<Decimal>),
    ) -> PositionRow<'a> {
        let flat = position.lots == Lots::ZERO;
        let entry = Number(position.entry_price.round_dp(8));
        let held =
            if flat { Decimal::ZERO } else { position.entry_price * listing.qty(position.lots) };
        let (initial, maintenance) = (
            Number(position.initial_margin.decimal()),
            Number(position.maintenance_margin.decimal()),
        );
        let stop = |price: Option<Decimal>| price.map_or(String::new(), |p| p.to_string());
        PositionRow {
            category: LINEAR,
            symbol: &listing.instrument.symbol,
            position_idx: position_idx(position.position_side),
            risk_id: 1,
            risk_limit_value: "2000000",
            side: match position.lots.0 {
                0 => "",
                lots if lots > 0 => "Buy",
                _ => "Sell",
            },
            size: listing.qty(position.lots),
            avg_price: entry,
            entry_price: entry,
            session_avg_price: "",
            position_value: Number(held.round_dp(8)),
            trade_mode: u8::from(position.margin == MarginMode::Isolated),
            position_status: "Normal",
            auto_add_margin: 0,
            adl_rank_indicator: u8::from(!flat) * 2,
            leverage: position.leverage.to_string(),
            position_balance: match position.margin {
                MarginMode::Isolated => Number(position.isolated.decimal()),
                MarginMode::Cross => initial,
            },
            mark_price: Number(position.mark),
            liq_price: position
                .liquidation_price
                .filter(|price| *price > Decimal::ZERO && !flat)
                .map_or(String::new(), |price| price.round_dp(8).normalize().to_string()),
            bust_price: "",
            position_mm: maintenance,
            position_im: initial,
            position_mm_by_mp: maintenance,
            position_im_by_mp: initial,
            tpsl_mode: "Full",
            take_profit: stop(take_profit),
            stop_loss: stop(stop_loss),
            trailing_stop: "0",
            unrealised_pnl: Number(position.unrealized.decimal()),
            cur_realised_pnl: Number(position.realized.decimal()),
            cum_realised_pnl: Number(position.realized.decimal()),
            seq: position.updated_at.0 / 1_000,
            is_reduce_only: false,
            mmr_sys_updated_time: "",
            leverage_sys_updated_time: "",
            created_time: Millis(or_epoch(position.opened_at)),
            updated_time: Millis(or_epoch(position.updated_at)),
        }
    }
}

/// A position that never was has no time; the venue shows zero.
fn or_epoch(at: Nanos) -> Nanos {
    Nanos(at.0.max(0))
}
