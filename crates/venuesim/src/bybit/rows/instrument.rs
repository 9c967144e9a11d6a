//! An instrument, as `market/instruments-info` shows it.

use aurora_matching::exchange::{Listing, ListingStatus};
use aurora_model::Nanos;
use rust_decimal::Decimal;
use serde::Serialize;

use super::{Counted, Millis, Number};

/// One row.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bybit) struct InstrumentRow<'a> {
    symbol: &'a str,
    contract_type: &'static str,
    status: &'static str,
    base_coin: &'a str,
    quote_coin: &'a str,
    settle_coin: &'a str,
    symbol_type: &'static str,
    launch_time: Millis,
    delivery_time: &'static str,
    delivery_fee_rate: &'static str,
    price_scale: String,
    leverage_filter: LeverageFilter,
    price_filter: PriceFilter,
    lot_size_filter: LotSizeFilter,
    unified_margin_trade: bool,
    funding_interval: i64,
    copy_trading: &'static str,
    upper_funding_rate: Number,
    lower_funding_rate: Number,
    display_name: &'static str,
    is_pre_listing: bool,
    pre_listing_info: Option<()>,
    risk_parameters: RiskParameters,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LeverageFilter {
    min_leverage: &'static str,
    max_leverage: String,
    leverage_step: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PriceFilter {
    min_price: Number,
    max_price: Number,
    tick_size: Number,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LotSizeFilter {
    max_order_qty: Number,
    min_order_qty: Number,
    qty_step: Number,
    post_only_max_order_qty: Number,
    max_mkt_order_qty: Number,
    min_notional_value: Number,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RiskParameters {
    price_limit_ratio_x: Number,
    price_limit_ratio_y: Number,
}

/// No price is above this many ticks.
const MOST_TICKS: i64 = 20_000_000;

impl<'a> InstrumentRow<'a> {
    /// The listing, with the tick orders must be on as a multiple of its own.
    pub(in crate::bybit) fn new(listing: &'a Listing, tick_multiple: i64) -> InstrumentRow<'a> {
        let instrument = &listing.instrument;
        let tick = (instrument.tick * Decimal::from(tick_multiple.max(1))).normalize();
        let interval = listing.funding_interval.unwrap_or(Nanos(0));
        let band = Number(listing.price_band);
        InstrumentRow {
            symbol: &instrument.symbol,
            contract_type: "LinearPerpetual",
            status: status(listing.status),
            base_coin: &instrument.id.base,
            quote_coin: &instrument.id.quote,
            settle_coin: instrument.settle_currency(),
            symbol_type: "",
            launch_time: Millis(listing.listed_at),
            delivery_time: "0",
            delivery_fee_rate: "",
            price_scale: tick.scale().to_string(),
            leverage_filter: LeverageFilter {
                min_leverage: "1",
                max_leverage: format!("{}.00", listing.max_leverage),
                leverage_step: "1.00",
            },
            price_filter: PriceFilter {
                min_price: Number(tick),
                max_price: Number(tick * Decimal::from(MOST_TICKS)),
                tick_size: Number(tick),
            },
            lot_size_filter: LotSizeFilter {
                max_order_qty: Number(listing.qty(listing.max_qty)),
                min_order_qty: Number(listing.qty(listing.min_qty)),
                qty_step: Number(instrument.lot),
                post_only_max_order_qty: Number(listing.qty(listing.max_qty)),
                max_mkt_order_qty: Number(listing.qty(listing.max_market_qty)),
                min_notional_value: Number(listing.min_notional().decimal()),
            },
            unified_margin_trade: true,
            funding_interval: interval.0 / (60 * Nanos::SECOND.0),
            copy_trading: "none",
            upper_funding_rate: Number(listing.funding_cap),
            lower_funding_rate: Number(-listing.funding_cap),
            display_name: "",
            is_pre_listing: listing.status == ListingStatus::PreLaunch,
            pre_listing_info: None,
            risk_parameters: RiskParameters {
                price_limit_ratio_x: band,
                price_limit_ratio_y: band,
            },
        }
    }
}

/// `status`: what is not one of these words is not listed.
pub(in crate::bybit) const fn status(status: ListingStatus) -> &'static str {
    match status {
        ListingStatus::Trading | ListingStatus::Halt => "Trading",
        ListingStatus::PreLaunch => "PreLaunch",
        ListingStatus::Settling => "Delivering",
        ListingStatus::Closed => "Closed",
    }
}
