//! What an account has and how it is set.

use aurora_matching::exchange::{MarginMode, PositionMode, PositionSide, PositionSnapshot};
use aurora_model::{InstrumentNo, Side, Ticks};

use super::public::{chosen, named, rows};
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::{Desk, all, held};
use crate::okx::json::{Object, array};
use crate::okx::listed::Listed;
use crate::okx::row::{account, order};
use crate::request::Request;

pub(super) fn config(desk: &mut Desk<'_, '_>, _: &Request<'_>) -> Answer<String> {
    let mode = desk.world.exchange.position_mode(desk.account);
    let may_withdraw = desk.world.faults.key_may_withdraw();
    Ok(rows([mode], |out, mode| account::config(out, desk.account, mode, may_withdraw)))
}

pub(super) fn balance(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let asked = request.param("ccy").unwrap_or_default();
    let mut held = held(desk.world, desk.account);
    held.retain(|held| {
        asked.is_empty() || asked.split(',').any(|ccy| ccy == held.balance.asset.as_str())
    });
    Ok(rows([&held], |out, held| account::write(out, held, desk.now())))
}

/// The positions a query means: not flat, of the type, instruments or ids it names.
fn asked_positions(desk: &Desk<'_, '_>, request: &Request<'_>) -> Vec<PositionSnapshot> {
    let among = |name: &str, value: &str| {
        request
            .param(name)
            .is_none_or(|asked| asked.is_empty() || asked.split(',').any(|one| one == value))
    };
    let is_asked = |position: &PositionSnapshot| {
        let listed = desk.listed(position.instrument);
        let id = crate::okx::row::position::position_id(desk.account, position).to_string();
        among("instType", listed.inst_type())
            && among("instId", listed.inst_id())
            && among("posId", &id)
    };
    desk.world.exchange.positions(desk.account).into_iter().filter(is_asked).collect()
}

pub(super) fn positions(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let asked = asked_positions(desk, request);
    Ok(rows(&asked, |out, position| {
        if let Some(row) = desk.memory.position_row(desk.world, desk.account, position) {
            row.write(out);
        }
    }))
}

/// Positions that were closed, newest first, as far as remembered.
pub(super) fn positions_history(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let instrument = request.param("instId").unwrap_or_default();
    let closed = desk.memory.closed.iter().rev().filter(|closed| closed.account == desk.account);
    let asked = closed.filter(|closed| {
        instrument.is_empty() || desk.listed(closed.instrument).inst_id() == instrument
    });
    Ok(rows(asked.take(100), |out, closed| closed.write(out, desk.listed(closed.instrument))))
}

/// Money and positions in one answer.
pub(super) fn risk(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let held = held(desk.world, desk.account);
    let positions = asked_positions(desk, request);
    Ok(rows([&held], |out, held| {
        let mut row = Object::begin(out);
        row.put("ts", desk.now().millis())
            .put("adjEq", "")
            .with("balData", |out| {
                array(out, held, |out, held| {
                    let mut row = Object::begin(out);
                    row.put("ccy", held.balance.asset)
                        .number("eq", held.balance.equity().decimal())
                        .number("disEq", held.balance.equity().decimal() * held.dollars);
                    row.end();
                });
            })
            .with("posData", |out| {
                array(out, &positions, |out, position| {
                    if let Some(row) = desk.memory.position_row(desk.world, desk.account, position)
                    {
                        row.brief(out);
                    }
                });
            });
        row.end();
    }))
}

/// One row in one-way mode and in cross margin; a long and a short one in isolated hedge mode.
pub(super) fn leverage(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let mode = request.param("mgnMode").ok_or_else(|| Refusal::missing("mgnMode"))?.into_owned();
    if mode != "cross" && mode != "isolated" {
        return Err(Refusal::parameter("mgnMode"));
    }
    let names = request.param("instId").ok_or_else(|| Refusal::missing("instId"))?;
    let named: Vec<InstrumentNo> =
        names.split(',').map(|name| desk.named(name, "")).collect::<Answer<_>>()?;
    let sides = sides(desk, &mode);
    let each = named.iter().flat_map(|no| sides.iter().map(move |side| (*no, *side)));
    Ok(rows(each, |out, (no, side)| {
        let listed = desk.listed(no);
        let lever = desk.world.exchange.leverage(desk.account, no).0;
        leverage_row(out, listed, &mode, side, lever);
    }))
}

/// The position sides a leverage is told for.
pub(super) fn sides(desk: &Desk<'_, '_>, mode: &str) -> &'static [PositionSide] {
    match (desk.world.exchange.position_mode(desk.account), mode) {
        (PositionMode::Hedge, "isolated") => &[PositionSide::Long, PositionSide::Short],
        _ => &[PositionSide::Net],
    }
}

/// One leverage.
pub(super) fn leverage_row(
    out: &mut String,
    listed: Listed<'_>,
    mode: &str,
    side: PositionSide,
    lever: u32,
) {
    let mut row = Object::begin(out);
    row.put("instId", listed.inst_id())
        .put("mgnMode", mode)
        .put(
            "posSide",
            if side == PositionSide::Net { "net" } else { order::pos_side(listed, side) },
        )
        .put("ccy", "")
        .put("lever", lever);
    row.end();
}

pub(super) fn trade_fee(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let kind = request.param("instType").ok_or_else(|| Refusal::missing("instType"))?;
    let first = chosen(desk, request).next();
    let of_type = || all(desk.world).find(|listed| listed.inst_type() == kind);
    let Some(listed) = first.or_else(of_type) else { return Ok("[]".to_owned()) };
    let rates = desk.world.exchange.fee_rates(desk.account, listed.no);
    let (maker, taker) = ((-rates.maker).normalize(), (-rates.taker).normalize());
    Ok(rows([listed], |out, listed| {
        let mut row = Object::begin(out);
        row.put("instType", listed.inst_type())
            .put("level", "Lv1")
            .put("category", "1")
            .put("maker", maker)
            .put("taker", taker)
            .put("makerU", if listed.is_spot() { String::new() } else { maker.to_string() })
            .put("takerU", if listed.is_spot() { String::new() } else { taker.to_string() })
            .put("ruleType", "normal")
            .put("ts", desk.now().millis())
            .bare("fiat", "[]")
            .with("feeGroup", |out| {
                out.push('[');
                let mut group = Object::begin(out);
                group
                    .put("groupId", if listed.is_spot() { 1 } else { 4 })
                    .put("maker", maker)
                    .put("taker", taker);
                group.end();
                out.push(']');
            })
            .blank(&["delivery", "exercise", "makerUSDC", "takerUSDC", "uly"]);
        row.end();
    }))
}

/// How much an order at that price (or the touch) could be for.
fn most(
    desk: &Desk<'_, '_>,
    listed: Listed<'_>,
    request: &Request<'_>,
) -> Answer<[aurora_model::Lots; 2]> {
    let exchange = &desk.world.exchange;
    let asked = match request.param("px").filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => {
            let price = text.parse().ok().and_then(|price| listed.ticks(price));
            Some(price.ok_or_else(|| Refusal::parameter("px"))?)
        }
    };
    let (bid, ask) = exchange.touch(listed.no);
    let price =
        |touch: Option<(Ticks, aurora_model::Lots)>| asked.or(touch.map(|(price, _)| price));
    let size = |side, price: Option<Ticks>| {
        price.map_or(aurora_model::Lots::ZERO, |price| {
            exchange.max_order(desk.account, listed.no, side, price)
        })
    };
    Ok([size(Side::Buy, price(ask)), size(Side::Sell, price(bid))])
}

pub(super) fn max_size(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let listed = named(desk, request)?;
    let [buy, sell] = most(desk, listed, request)?;
    Ok(rows([listed], |out, listed| {
        let mut row = Object::begin(out);
        row.put("instId", listed.inst_id())
            .put("ccy", if listed.is_spot() { listed.base() } else { listed.settle() })
            .put("maxBuy", listed.size(buy))
            .put("maxSell", listed.size(sell));
        row.end();
    }))
}

/// What may be spent: quote and base on spot, margin on a swap.
pub(super) fn max_available(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let listed = named(desk, request)?;
    let free = |currency: &str| {
        let asset = aurora_matching::exchange::Asset::new(currency).ok()?;
        let balance = desk.world.exchange.balance(desk.account, asset)?;
        Some(balance.available.decimal().normalize())
    };
    let (buy, sell) = if listed.is_spot() {
        (free(listed.quote()), free(listed.base()))
    } else {
        (free(listed.settle()), free(listed.settle()))
    };
    Ok(rows([listed], |out, listed| {
        let mut row = Object::begin(out);
        row.put("instId", listed.inst_id())
            .put("availBuy", buy.unwrap_or_default())
            .put("availSell", sell.unwrap_or_default());
        row.end();
    }))
}

/// Every currency that something here is traded in, with one chain to move it on.
pub(super) fn currencies(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let asked = request.param("ccy").unwrap_or_default();
    let mut names: Vec<&str> = all(desk.world)
        .flat_map(|listed| [listed.base(), listed.quote(), listed.settle()])
        .collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| asked.is_empty() || asked.split(',').any(|one| one == *name));
    Ok(rows(names, |out, name| {
        let chain = match name {
            "BTC" => "BTC-Bitcoin".to_owned(),
            "SOL" => "SOL-Solana".to_owned(),
            other => format!("{other}-ERC20"),
        };
        let mut row = Object::begin(out);
        row.put("ccy", name)
            .put("name", name)
            .put("chain", chain)
            .bare("canDep", false)
            .bare("canWd", false)
            .bare("canInternal", false)
            .bare("mainNet", true)
            .put("fee", "0")
            .put("minFee", "0")
            .put("maxFee", "0")
            .put("minWd", "0.001")
            .put("maxWd", "1000000")
            .put("wdTickSz", "8")
            .put("minDep", "0")
            .put("burningFeeRate", "0")
            .bare("needTag", false)
            .blank(&[
                "logoLink",
                "ctAddr",
                "depQuotaFixed",
                "usedDepQuotaFixed",
                "wdQuota",
                "usedWdQuota",
            ]);
        row.end();
    }))
}

/// The funding wallet, which is empty: everything lies in the trading account.
pub(super) fn funding_balances(desk: &mut Desk<'_, '_>, _: &Request<'_>) -> Answer<String> {
    let balances = desk.world.exchange.balances(desk.account);
    Ok(rows(balances, |out, balance| {
        let mut row = Object::begin(out);
        row.put("ccy", balance.asset).put("bal", 0).put("availBal", 0).put("frozenBal", 0);
        row.end();
    }))
}

pub(super) fn rate_limit(desk: &mut Desk<'_, '_>, _: &Request<'_>) -> Answer<String> {
    let now = desk.now().millis();
    Ok(format!(
        "[{{\"accRateLimit\":\"1000\",\"fillRatio\":\"\",\"mainFillRatio\":\"\",\"nextAccRateLimit\":\"1000\",\"ts\":\"{now}\"}}]"
    ))
}

/// `cross` and `isolated` in the exchange's words.
pub(super) fn margin_mode(text: &str) -> Answer<MarginMode> {
    match text {
        "cross" => Ok(MarginMode::Cross),
        "isolated" => Ok(MarginMode::Isolated),
        "" => Err(Refusal::missing("mgnMode")),
        _ => Err(Refusal::parameter("mgnMode")),
    }
}
