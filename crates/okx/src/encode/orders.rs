//! Orders: new ones, new terms, cancels; one by one, in batches, and conditional.

use aurora_model::{InstrumentNo, OrderIntent, Side, TimeInForce};
use aurora_wire::{Amendment, Call, MarginMode, Placement, PriceTrigger, Rules, Stp};

use super::{Json, call, many};
use crate::limits;

/// What an account's settings add to every order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Cross or isolated; spot pays cash.
    pub margin: MarginMode,
    /// Long and short positions are kept apart.
    pub hedge: bool,
    /// Self-trade prevention where the order says nothing.
    pub stp: Stp,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms { margin: MarginMode::Cross, hedge: false, stp: Stp::Default }
    }
}

/// A new order.
pub fn order(rules: &Rules, terms: Terms, placement: &Placement) -> Call {
    let body = fields(rules, terms, placement, false);
    many(limits::ORDER, String::new(), body, 1, Some(rules.no))
}

/// Up to 20 new orders, all in the instrument of the first.
pub fn orders(rules: &Rules, terms: Terms, placements: &[Placement]) -> Call {
    let body = array(placements.iter().map(|one| fields(rules, terms, one, false)));
    many(limits::ORDERS, String::new(), body, placements.len(), Some(rules.no))
}

/// New terms for an order.
pub fn amend(rules: &Rules, amendment: &Amendment) -> Call {
    let body = amend_fields(rules, amendment, false);
    many(limits::AMEND, String::new(), body, 1, Some(rules.no))
}

/// New terms for up to 20 orders of one instrument.
pub fn amends(rules: &Rules, amendments: &[Amendment]) -> Call {
    let body = array(amendments.iter().map(|one| amend_fields(rules, one, false)));
    many(limits::AMENDS, String::new(), body, amendments.len(), Some(rules.no))
}

/// Cancels an order by our id.
pub fn cancel(rules: &Rules, id: &str) -> Call {
    let body = cancel_fields(rules, Which::Ours(id), false);
    many(limits::CANCEL, String::new(), body, 1, Some(rules.no))
}

/// How an order is named in a cancel.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// By our id.
    Ours(&'a str),
    /// By the venue's.
    Theirs(u64),
}

/// Cancels up to 20 orders of one instrument.
pub fn cancels<'a>(rules: &Rules, ids: impl Iterator<Item = Which<'a>>) -> Call {
    let bodies: Vec<_> = ids.map(|id| cancel_fields(rules, id, false)).collect();
    let count = bodies.len();
    many(limits::CANCELS, String::new(), array(bodies.into_iter()), count, Some(rules.no))
}

/// Cancels up to 20 orders by the venue's names of instrument and order, whosever they are.
pub fn cancels_listed(listed: &[(String, u64)], instrument: Option<InstrumentNo>) -> Call {
    let item = |(symbol, id): &(String, u64)| {
        let mut json = Json::object();
        json.text("instId", symbol).text("ordId", &id.to_string());
        json.close()
    };
    let body = array(listed.iter().map(item));
    many(limits::CANCELS, String::new(), body, listed.len(), instrument)
}

/// A conditional order. The one it places when it fires carries our id as `algoClOrdId`.
pub fn trigger(rules: &Rules, terms: Terms, placement: &Placement, trigger: &PriceTrigger) -> Call {
    let intent = &placement.intent;
    let at = rules.wire_price(trigger.price).to_string();
    let limit = match placement.market || trigger.close_on_trigger {
        true => "-1".to_owned(),
        false => rules.wire_price(intent.limit).to_string(),
    };
    let watched = if trigger.by_mark { "mark" } else { "last" };
    let mut json = Json::object();
    json.text("instId", &rules.instrument.symbol)
        .text("tdMode", td_mode(rules, terms))
        .text("side", intent.side.word());
    if let Some(side) = pos_side(rules, terms, intent) {
        json.text("posSide", side);
    }
    if trigger.close_on_trigger {
        json.text("ordType", "conditional")
            .text("closeFraction", "1")
            .text("algoClOrdId", placement.id.as_str())
            .text("slTriggerPx", &at)
            .text("slTriggerPxType", watched)
            .text("slOrdPx", &limit);
    } else {
        json.text("ordType", "trigger")
            .text("sz", &rules.wire_qty(intent.qty).to_string())
            .text("algoClOrdId", placement.id.as_str())
            .text("triggerPx", &at)
            .text("triggerPxType", watched)
            .text("orderPx", &limit);
    }
    if is_reducing(rules, terms, intent) {
        json.raw("reduceOnly", "true");
    }
    many(limits::ALGO_ORDER, String::new(), json.close(), 1, Some(rules.no))
}

/// Cancels a conditional order by the venue's id, or by ours while that is not known.
pub fn trigger_cancel(rules: &Rules, id: Which<'_>) -> Call {
    let mut json = Json::object();
    json.text("instId", &rules.instrument.symbol);
    match id {
        Which::Ours(id) => json.text("algoClOrdId", id),
        Which::Theirs(id) => json.text("algoId", &id.to_string()),
    };
    Call {
        instrument: Some(rules.no),
        ..call(limits::ALGO_CANCEL, String::new(), array([json.close()].into_iter()))
    }
}

pub(super) fn array(items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    format!("[{}]", items.join(","))
}

/// An order's fields; a socket may name the instrument by its code.
pub(super) fn fields(rules: &Rules, terms: Terms, placement: &Placement, by_code: bool) -> String {
    let intent = &placement.intent;
    let mut json = Json::object();
    name(&mut json, rules, by_code);
    json.text("tdMode", td_mode(rules, terms)).text("side", intent.side.word());
    if let Some(side) = pos_side(rules, terms, intent) {
        json.text("posSide", side);
    }
    json.text("ordType", ord_type(placement)).text("sz", &rules.wire_qty(intent.qty).to_string());
    if !placement.market {
        json.text("px", &rules.wire_price(intent.limit).to_string());
    }
    json.text("clOrdId", placement.id.as_str());
    if is_reducing(rules, terms, intent) {
        json.raw("reduceOnly", "true");
    }
    if placement.market && is_spot(rules) {
        // Otherwise a market buy would be counted in quote.
        json.text("tgtCcy", "base_ccy");
    }
    if let Some(word) = stp_word(terms, placement.stp) {
        json.text("stpMode", word);
    }
    json.close()
}

pub(super) fn amend_fields(rules: &Rules, amendment: &Amendment, by_code: bool) -> String {
    let mut json = Json::object();
    name(&mut json, rules, by_code);
    json.text("clOrdId", amendment.id.as_str())
        .text("newSz", &rules.wire_qty(amendment.intent.qty).to_string())
        .text("newPx", &rules.wire_price(amendment.intent.limit).to_string());
    json.close()
}

pub(super) fn cancel_fields(rules: &Rules, id: Which<'_>, by_code: bool) -> String {
    let mut json = Json::object();
    name(&mut json, rules, by_code);
    match id {
        Which::Ours(id) => json.text("clOrdId", id),
        Which::Theirs(id) => json.text("ordId", &id.to_string()),
    };
    json.close()
}

fn name(json: &mut Json, rules: &Rules, by_code: bool) {
    match rules.code.filter(|_| by_code) {
        Some(code) => json.raw("instIdCode", &code.to_string()),
        None => json.text("instId", &rules.instrument.symbol),
    };
}

pub(crate) fn is_spot(rules: &Rules) -> bool {
    rules.instrument.id.class == "SPOT"
}

fn td_mode(rules: &Rules, terms: Terms) -> &'static str {
    match terms.margin {
        _ if is_spot(rules) => "cash",
        MarginMode::Cross => "cross",
        MarginMode::Isolated => "isolated",
    }
}

/// A hedged account is told which position an order is for, and needs no `reduceOnly` then.
fn pos_side(rules: &Rules, terms: Terms, intent: &OrderIntent) -> Option<&'static str> {
    if !terms.hedge || is_spot(rules) {
        return None;
    }
    Some(match (intent.side, intent.reduce_only) {
        (Side::Buy, false) | (Side::Sell, true) => "long",
        (Side::Sell, false) | (Side::Buy, true) => "short",
    })
}

fn is_reducing(rules: &Rules, terms: Terms, intent: &OrderIntent) -> bool {
    intent.reduce_only && !terms.hedge && !is_spot(rules)
}

fn ord_type(placement: &Placement) -> &'static str {
    match placement.intent.time_in_force {
        _ if placement.market => "market",
        TimeInForce::Gtc => "limit",
        TimeInForce::PostOnly => "post_only",
        TimeInForce::Ioc => "ioc",
        TimeInForce::Fok => "fok",
    }
}

/// OKX's words for self-trade prevention; its own default is `cancel_maker`.
pub const STP: &[(Stp, &str)] = &[
    (Stp::CancelMaker, "cancel_maker"),
    (Stp::CancelTaker, "cancel_taker"),
    (Stp::CancelBoth, "cancel_both"),
];

fn stp_word(terms: Terms, wanted: Stp) -> Option<&'static str> {
    let mode = if wanted == Stp::Default { terms.stp } else { wanted };
    STP.iter().find(|(stp, _)| *stp == mode).map(|(_, word)| *word)
}
