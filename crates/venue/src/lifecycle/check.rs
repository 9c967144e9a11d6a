//! One question before an order leaves: would it be refused, or do harm?

use aurora_model::{Nanos, Ticks, TimeInForce, VenueRefusal};
use aurora_wire::{Placement, PriceLimits, Rules};

use super::own::OwnOrders;
use crate::state::VenueState;

/// Everything an order is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The instrument's rules; `None` when the line does not know the instrument.
    pub rules: Option<&'a Rules>,
    /// The state that counts for the instrument.
    pub state: VenueState,
    /// The mark price, where known.
    pub mark: Option<Ticks>,
    /// How far prices may go now, where the venue tells.
    pub limits: Option<PriceLimits>,
    /// How old the book is; `None` when there is none.
    pub book_age: Option<Nanos>,
    /// There are market sessions: a book is expected.
    pub has_market: bool,
    /// A post-only order may not leave when the book is older.
    pub post_only_max_age: Nanos,
}

/// Which check an order failed, for the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The instrument's rules.
    Rules,
    /// The state of the venue.
    State,
    /// The age of the book.
    Stale,
    /// The position.
    Flip,
    /// Another order of ours.
    SelfMatch,
}

/// Why an order may not leave: which check, the refusal it gets, and the words.
pub type Refused = (Check, VenueRefusal, String);

/// The first check that speaks against the order.
pub fn refusal(placement: &Placement, facts: &Facts<'_>, own: &OwnOrders) -> Option<Refused> {
    by_state(placement, facts)
        .or_else(|| by_rules(placement, facts, own))
        .or_else(|| by_age(placement, facts))
        .or_else(|| by_position(placement, own))
        .or_else(|| by_own_orders(placement, own))
}

fn by_state(placement: &Placement, facts: &Facts<'_>) -> Option<Refused> {
    let intent = &placement.intent;
    if facts.state.takes(intent.time_in_force, intent.reduce_only) {
        return None;
    }
    let why = format!("the venue or instrument is {}", facts.state.code());
    Some((Check::State, VenueRefusal::Halted, why))
}

fn by_rules(placement: &Placement, facts: &Facts<'_>, own: &OwnOrders) -> Option<Refused> {
    let intent = &placement.intent;
    let fault = |refusal: VenueRefusal, why: String| Some((Check::Rules, refusal, why));
    let Some(rules) = facts.rules else {
        let why = format!("instrument {} is not known to this line", intent.instrument.0);
        return fault(VenueRefusal::Malformed, why);
    };
    let mark = facts.mark.filter(|_| !placement.market);
    if let Some(refusal) = rules.refusal(intent, mark) {
        let why = format!("{} by the rules of {}", refusal.code(), rules.instrument.symbol);
        return fault(refusal, why);
    }
    if let Some(limits) = facts.limits.filter(|limits| !placement.market && limits.forbid(intent)) {
        let why = format!(
            "limit {} ticks: the venue takes buys up to {} and sells from {} now",
            intent.limit.0, limits.highest_buy.0, limits.lowest_sell.0
        );
        return fault(VenueRefusal::OutsideBand, why);
    }
    if placement.market && rules.max_market_qty < intent.qty {
        let most = rules.max_market_qty.0;
        return fault(VenueRefusal::BadIncrement, format!("a market order may have {most} lots"));
    }
    let open = own.count(intent.instrument);
    match rules.max_open_orders {
        Some(most) if most as usize <= open => {
            fault(VenueRefusal::TooManyOrders, format!("{open} orders are open, {most} may be"))
        }
        _ => None,
    }
}

fn by_age(placement: &Placement, facts: &Facts<'_>) -> Option<Refused> {
    if placement.intent.time_in_force != TimeInForce::PostOnly || !facts.has_market {
        return None;
    }
    let most = facts.post_only_max_age;
    let why = match facts.book_age {
        Some(age) if age <= most => return None,
        Some(age) => format!("the book is {} ms old, {} may be", age.millis(), most.millis()),
        None => "there is no whole book".to_owned(),
    };
    Some((Check::Stale, VenueRefusal::NotSent, format!("post-only: {why}")))
}

/// A reduce-only order must leave the position on its side, together with those that are open.
fn by_position(placement: &Placement, own: &OwnOrders) -> Option<Refused> {
    let intent = &placement.intent;
    if !intent.reduce_only || placement.trigger.is_some() {
        return None;
    }
    let reducible = own.reducible(intent.instrument, intent.side)?;
    let open = own.reducing(intent.instrument, intent.side);
    if open + intent.qty <= reducible {
        return None;
    }
    let why = format!(
        "reduce-only {} of {} lots: {} can be reduced, open reduce-only orders take {}",
        intent.side.word(),
        intent.qty.0,
        reducible.0,
        open.0
    );
    Some((Check::Flip, VenueRefusal::WouldNotReduce, why))
}

fn by_own_orders(placement: &Placement, own: &OwnOrders) -> Option<Refused> {
    // An exit must not be held up by an order of our own: the venue's self-trade prevention takes that one out.
    if placement.trigger.is_some() || placement.intent.reduce_only {
        return None;
    }
    let other = own.crossing(placement)?;
    let why = format!("it would trade with our own order {other}");
    Some((Check::SelfMatch, VenueRefusal::SelfTrade, why))
}
