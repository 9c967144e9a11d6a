//! What the venue is: whether it is up, what time it is there, what is listed by which rules.

use aurora_matching::exchange::{Listing, ListingStatus};
use aurora_model::{InstrumentNo, Lots};
use rust_decimal::Decimal;

use super::call::Call;
use super::code::Answer;
use super::json::{Object, list};
use super::limit::{ORDERS_1M, ORDERS_10S, WEIGHT_1M};
use super::listed::Listed;

pub(super) fn ping(_call: &mut Call<'_, '_>) -> Answer {
    Ok("{}".to_owned())
}

pub(super) fn time(call: &mut Call<'_, '_>) -> Answer {
    Ok(Object::new().int("serverTime", call.world.told_now().millis()).end())
}

pub(super) fn system_status(call: &mut Call<'_, '_>) -> Answer {
    let down = call.world.exchange.is_maintenance();
    let msg = if down { "system maintenance" } else { "normal" };
    Ok(Object::new().raw("status", u8::from(down)).text("msg", msg).end())
}

/// For clients that ask the other markets' hosts as well: nothing is listed there.
pub(super) fn nothing_listed(call: &mut Call<'_, '_>) -> Answer {
    Ok(Object::new()
        .text("timezone", "UTC")
        .int("serverTime", call.world.told_now().millis())
        .raw("rateLimits", "[]")
        .raw("exchangeFilters", "[]")
        .raw("symbols", "[]")
        .end())
}

pub(super) fn nothing(_call: &mut Call<'_, '_>) -> Answer {
    Ok("[]".to_owned())
}

pub(super) fn exchange_info(call: &mut Call<'_, '_>) -> Answer {
    let limit = |kind: &str, interval: &str, num: u32, limit: u32| {
        Object::new()
            .text("rateLimitType", kind)
            .text("interval", interval)
            .raw("intervalNum", num)
            .raw("limit", limit)
            .end()
    };
    let limits = list([
        limit("REQUEST_WEIGHT", "MINUTE", 1, WEIGHT_1M),
        limit("ORDERS", "MINUTE", 1, ORDERS_1M),
        limit("ORDERS", "SECOND", 10, ORDERS_10S),
    ]);
    let asset = Object::new()
        .text("asset", "USDT")
        .raw("marginAvailable", true)
        .text("autoAssetExchange", "-10000")
        .end();
    let symbols = call.venue.numbers().map(|no| symbol(call, no));
    Ok(Object::new()
        .text("timezone", "UTC")
        .int("serverTime", call.world.told_now().millis())
        .text("futuresType", "U_MARGINED")
        .raw("rateLimits", limits)
        .raw("exchangeFilters", "[]")
        .raw("assets", list([asset]))
        .raw("symbols", list(symbols))
        .end())
}

pub(super) const fn status_word(status: ListingStatus) -> &'static str {
    match status {
        ListingStatus::Trading => "TRADING",
        ListingStatus::PreLaunch => "PENDING_TRADING",
        ListingStatus::Halt => "BREAK",
        ListingStatus::Settling => "SETTLING",
        ListingStatus::Closed => "CLOSE",
    }
}

fn symbol(call: &Call<'_, '_>, no: InstrumentNo) -> String {
    let listed = call.listed(no);
    let exchange = &call.world.exchange;
    let listing = exchange.listing(no).expect("the dialect lists what is listed");
    let tick = listing.instrument.tick * Decimal::from(exchange.tick_multiple(no).max(1));
    Object::new()
        .text("symbol", &listed.symbol)
        .text("pair", &listed.symbol)
        .text("contractType", "PERPETUAL")
        .int("deliveryDate", 4_133_404_800_000)
        .int("onboardDate", listing.listed_at.millis())
        .text("status", status_word(listing.status))
        .quoted("maintMarginPercent", (listing.maintenance_rate * Decimal::from(100)).normalize())
        .text("requiredMarginPercent", "5.0000")
        .text("baseAsset", &listed.base)
        .text("quoteAsset", &listed.quote)
        .text("marginAsset", &listed.quote)
        .raw("pricePrecision", listed.price_precision)
        .raw("quantityPrecision", listed.qty_precision)
        .raw("baseAssetPrecision", 8)
        .raw("quotePrecision", 8)
        .text("underlyingType", "COIN")
        .raw("underlyingSubType", "[]")
        .raw("settlePlan", 0)
        .text("triggerProtect", "0.0500")
        .quoted("liquidationFee", exchange.config().liquidation_fee.normalize())
        .quoted("marketTakeBound", listing.price_band.normalize())
        .raw("maxMoveOrderLimit", 10_000)
        .raw("filters", filters(listed, listing, tick))
        .raw(
            "orderTypes",
            r#"["LIMIT","MARKET","STOP","STOP_MARKET","TAKE_PROFIT","TAKE_PROFIT_MARKET"]"#,
        )
        .raw("timeInForce", r#"["GTC","IOC","FOK","GTX","GTD"]"#)
        .end()
}

fn filters(listed: &Listed, listing: &Listing, tick: Decimal) -> String {
    let size = |kind: &str, most: Lots| {
        Object::new()
            .text("filterType", kind)
            .qty("stepSize", listed, Lots(1))
            .qty("maxQty", listed, most)
            .qty("minQty", listed, listing.min_qty)
            .end()
    };
    let count =
        |kind: &str, limit: usize| Object::new().text("filterType", kind).raw("limit", limit).end();
    let band = listing.price_band;
    list([
        Object::new()
            .text("filterType", "PRICE_FILTER")
            .quoted("minPrice", tick.normalize())
            .quoted("maxPrice", tick * Decimal::from(10_000_000))
            .quoted("tickSize", tick)
            .end(),
        size("LOT_SIZE", listing.max_qty),
        size("MARKET_LOT_SIZE", listing.max_market_qty),
        count("MAX_NUM_ORDERS", listing.max_open_orders),
        count("MAX_NUM_ALGO_ORDERS", listing.max_open_orders),
        Object::new()
            .text("filterType", "MIN_NOTIONAL")
            .quoted("notional", listing.min_notional().decimal().normalize())
            .end(),
        Object::new()
            .text("filterType", "PERCENT_PRICE")
            .quoted("multiplierUp", format_args!("{:.4}", Decimal::ONE + band))
            .quoted("multiplierDown", format_args!("{:.4}", Decimal::ONE - band))
            .text("multiplierDecimal", "4")
            .end(),
    ])
}
