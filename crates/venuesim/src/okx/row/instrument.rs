//! One instrument with its rules, as `/public/instruments` and the `instruments` channel show it.

use rust_decimal::Decimal;

use crate::okx::json::Object;
use crate::okx::listed::Listed;

/// Writes the row.
pub(crate) fn write(out: &mut String, listed: Listed<'_>) {
    let listing = listed.listing;
    let spot = listed.is_spot();
    let family = listed.family();
    let only_spot = |text| if spot { text } else { "" };
    let only_swap = |text| if spot { "" } else { text };
    let max = listed.size(listing.max_qty);
    let max_market = listed.size(listing.max_market_qty);
    // Spot states the largest market order in money: the venue's figure for every pair.
    let max_market = if spot { Decimal::from(1_000_000) } else { max_market };

    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .bare("instIdCode", listed.code())
        .put("instFamily", &family)
        .put("uly", &family)
        .put("baseCcy", only_spot(listed.base()))
        .put("quoteCcy", only_spot(listed.quote()))
        .put("settleCcy", only_swap(listed.settle()))
        .put("ctType", only_swap("linear"))
        .put(
            "ctVal",
            if spot { String::new() } else { listing.contract_value.normalize().to_string() },
        )
        .put("ctValCcy", only_swap(listed.base()))
        .put("ctMult", only_swap("1"))
        .put("tickSz", listed.tick_size())
        .put("lotSz", listed.lot_size())
        .put("minSz", listed.size(listing.min_qty))
        .put("maxLmtSz", max)
        .put("maxMktSz", max_market)
        .put("maxTwapSz", max)
        .put("maxIcebergSz", max)
        .put("maxTriggerSz", max)
        .put("maxStopSz", max_market)
        .put("maxLmtAmt", "20000000")
        .put("maxMktAmt", only_spot("1000000"))
        .put("lever", only_swap(&listing.max_leverage.to_string()))
        .put("listTime", listing.listed_at.millis())
        .put("state", listed.state())
        .put("ruleType", "normal")
        .put("category", "1")
        .put("groupId", if spot { "1" } else { "4" })
        .bare("futureSettlement", false)
        .with("tradeQuoteCcyList", |out| {
            if spot {
                *out += &format!("[\"{}\"]", listed.quote());
            } else {
                out.push_str("[]");
            }
        })
        .blank(&[
            "alias",
            "auctionEndTime",
            "contTdSwTime",
            "expTime",
            "openType",
            "optType",
            "preMktSwTime",
            "stk",
            "posLmtAmt",
            "posLmtPct",
            "maxPlatOILmt",
        ])
        .with("upcChg", |out| out.push_str("[]"));
    row.end();
}
