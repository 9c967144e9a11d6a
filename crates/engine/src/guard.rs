//! The desk's own limits, asked of every order before the gate: entries and exits alike.
//!
//! The gate judges an entry; an exit must get out even in a bad market, so it is held only to
//! what protects from a bug: state, instrument rules, size, price band and rate.

use aurora_model::{Lots, Notional, Reason, ReasonCode, TradingState, VenueState};
use aurora_planted::{Bug, active};

use aurora_model::number::decimal_to_f64;

use crate::brakes::BrakeLimits;
use crate::input::Audit;

/// Limits in the reporting currency, counts and bps. `None` is not configured: allowed only in paper.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most one order may be worth.
    pub order_notional: Option<Notional>,
    /// The most one instrument's position may be worth, with everything that may still fill.
    pub position_notional: Option<Notional>,
    /// The most all positions may be worth together, with everything that may still fill.
    pub exposure: Option<Notional>,
    /// How far an order's price may be from the mid, on the side that costs us.
    pub price_band_bps: f64,
    /// New orders in a sliding minute.
    pub orders_per_minute: u32,
    /// Orders that may still fill at one time.
    pub live_orders: u32,
}

/// What the limits are held against, gathered once per order.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Whether new orders may leave at all.
    pub state: TradingState,
    /// What the venue takes in this instrument now, and whether an order of this kind is among it.
    pub venue: (VenueState, bool),
    /// Whether what is decided can be written down.
    pub audit: Audit,
    /// Whether the book is fresh and not crossed.
    pub book_ok: bool,
    /// It can only shrink a position.
    pub reduces: bool,
    /// Of an order that may only shrink a position: what it and its like would close together, and what there is.
    pub closes: Option<(Lots, Lots)>,
    /// What the order is worth.
    pub notional: Notional,
    /// The least the venue takes.
    pub min_notional: Notional,
    /// What the instrument's position would be worth with this and everything pending.
    pub position_after: Notional,
    /// What all positions would be worth.
    pub exposure_after: Notional,
    /// Distance of the price from the mid on the side that costs us, in bps; below zero is passive.
    pub band_bps: f64,
    /// Orders sent in the last minute.
    pub sent_last_minute: u32,
    /// Orders that may still fill.
    pub live_orders: u32,
    /// What was spent of which risk budget, while entries are locked by it.
    pub budget_spent: Option<(f64, f64)>,
    /// Why the instrument is quarantined.
    pub quarantined: Option<Reason>,
    /// The instrument's last order was the same, so many milliseconds ago.
    pub same_ms_ago: Option<f64>,
    /// Distance of the price from the last minute's mean mid on the side that costs us, in bps.
    pub collar_bps: Option<f64>,
}

/// One check: its name, its unit, what it measured and allows, and what it says when broken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Its name in the waterfall.
    pub name: &'static str,
    /// Unit of value and limit.
    pub unit: &'static str,
    /// What it measured.
    pub value: Option<f64>,
    /// What it allows.
    pub limit: Option<f64>,
    /// Why it denies; `None` when it passes.
    pub denial: Option<Reason>,
}

/// Every check in order; the first denial wins, the rest are still measured for the waterfall.
pub fn check(limits: &Limits, brakes: &BrakeLimits, facts: &Facts) -> [Step; 13] {
    [
        state(facts),
        venue(facts),
        book(facts),
        size(limits, facts),
        position(limits, facts),
        exposure(limits, facts),
        exit(facts),
        band(limits, facts),
        rate(limits, facts),
        budget(facts),
        runaway(facts),
        duplicate(brakes, facts),
        collar(brakes, facts),
    ]
}

fn step(
    name: &'static str,
    unit: &'static str,
    value: f64,
    limit: f64,
    broken: bool,
    code: ReasonCode,
) -> Step {
    let denial = broken.then(|| Reason::with(code, value, limit));
    Step { name, unit, value: Some(value), limit: Some(limit), denial }
}

fn state(facts: &Facts) -> Step {
    let unwritten = match facts.audit {
        Audit::Written => None,
        Audit::Unwritten => Some(ReasonCode::AuditUnavailable),
        Audit::JournalFull => Some(ReasonCode::JournalFull),
    };
    let unwritten = unwritten.filter(|_| !facts.reduces && !active(Bug::UnauditedOrders));
    let denial = ReasonCode::of_state(facts.state).or(unwritten).map(Reason::new);
    Step { name: "state", unit: "", value: None, limit: None, denial }
}

fn venue(facts: &Facts) -> Step {
    let (state, is_taken) = facts.venue;
    let denial = (!is_taken).then(|| ReasonCode::of_venue(state)).flatten().map(Reason::new);
    Step { name: "venue", unit: "", value: None, limit: None, denial }
}

fn book(facts: &Facts) -> Step {
    let broken = !facts.book_ok && !facts.reduces;
    let denial = broken.then(|| Reason::new(ReasonCode::StaleBook));
    Step { name: "book", unit: "", value: None, limit: None, denial }
}

fn size(limits: &Limits, facts: &Facts) -> Step {
    let (value, least) = (money(facts.notional), money(facts.min_notional));
    let most = limits.order_notional.map_or(f64::INFINITY, money);
    if facts.notional < facts.min_notional && !facts.reduces {
        return step("order_size", "quote", value, least, true, ReasonCode::BelowMinNotional);
    }
    let over = limits.order_notional.is_some_and(|cap| facts.notional > cap) && !facts.reduces;
    step("order_size", "quote", value, most, over, ReasonCode::NotionalCap)
}

fn position(limits: &Limits, facts: &Facts) -> Step {
    let cap = limits.position_notional;
    let over = cap.is_some_and(|cap| facts.position_after > cap) && !facts.reduces;
    let limit = cap.map_or(f64::INFINITY, money);
    step(
        "position_size",
        "quote",
        money(facts.position_after),
        limit,
        over,
        ReasonCode::PositionCap,
    )
}

fn exposure(limits: &Limits, facts: &Facts) -> Step {
    let cap = limits.exposure;
    let over = cap.is_some_and(|cap| facts.exposure_after > cap) && !facts.reduces;
    let limit = cap.map_or(f64::INFINITY, money);
    step("exposure", "quote", money(facts.exposure_after), limit, over, ReasonCode::PositionCap)
}

/// The position is the parent of the orders that close it: together they are never more than it is.
fn exit(facts: &Facts) -> Step {
    let Some((asked, held)) = facts.closes else {
        return Step { name: "exit_size", unit: "lots", value: None, limit: None, denial: None };
    };
    let (value, limit) = (asked.0 as f64, held.0 as f64);
    step("exit_size", "lots", value, limit, held < asked, ReasonCode::ExitTooLarge)
}

fn band(limits: &Limits, facts: &Facts) -> Step {
    let over = facts.band_bps > limits.price_band_bps;
    step("price_band", "bps", facts.band_bps, limits.price_band_bps, over, ReasonCode::PriceBand)
}

fn rate(limits: &Limits, facts: &Facts) -> Step {
    let full = facts.live_orders >= limits.live_orders && !facts.reduces;
    if full {
        let (value, limit) = (f64::from(facts.live_orders), f64::from(limits.live_orders));
        return step("order_rate", "orders", value, limit, true, ReasonCode::RateLimit);
    }
    let (value, limit) = (f64::from(facts.sent_last_minute), f64::from(limits.orders_per_minute));
    let over = facts.sent_last_minute >= limits.orders_per_minute
        && !facts.reduces
        && !active(Bug::RateIgnored);
    step("order_rate", "per_min", value, limit, over, ReasonCode::RateLimit)
}

fn budget(facts: &Facts) -> Step {
    let denial = facts.budget_spent.filter(|_| !facts.reduces);
    let denial = denial.map(|(value, limit)| Reason::with(ReasonCode::RiskBudget, value, limit));
    let (value, limit) = (denial.map(|reason| reason.value), denial.map(|reason| reason.limit));
    Step { name: "risk_budget", unit: "quote", value, limit, denial }
}

fn runaway(facts: &Facts) -> Step {
    let denial = facts.quarantined.filter(|_| !facts.reduces);
    let (value, limit) = (denial.map(|reason| reason.value), denial.map(|reason| reason.limit));
    Step { name: "runaway", unit: "per_min", value, limit, denial }
}

/// An exit may be repeated: it cannot take more than there is.
fn duplicate(brakes: &BrakeLimits, facts: &Facts) -> Step {
    let limit = brakes.duplicate_within.0 as f64 / 1e6;
    let value = facts.same_ms_ago;
    let broken = value.filter(|value| *value < limit && !facts.reduces);
    let denial = broken.map(|value| Reason::with(ReasonCode::DuplicateIntent, value, limit));
    Step { name: "duplicate", unit: "ms", value, limit: Some(limit), denial }
}

fn collar(brakes: &BrakeLimits, facts: &Facts) -> Step {
    let (value, limit) = (facts.collar_bps, brakes.collar_bps);
    let broken = value.filter(|value| limit < *value && !facts.reduces);
    let denial = broken.map(|value| Reason::with(ReasonCode::PriceCollar, value, limit));
    Step { name: "price_collar", unit: "bps", value, limit: Some(limit), denial }
}

fn money(amount: Notional) -> f64 {
    decimal_to_f64(amount.decimal())
}

#[cfg(test)]
mod tests {
    use aurora_model::Nanos;

    use super::*;
    use crate::brakes::BudgetLimits;

    fn limits() -> Limits {
        Limits {
            order_notional: "1000".parse().ok(),
            position_notional: "2000".parse().ok(),
            exposure: "5000".parse().ok(),
            price_band_bps: 20.0,
            orders_per_minute: 60,
            live_orders: 20,
        }
    }

    fn brakes() -> BrakeLimits {
        BrakeLimits {
            day_notional: None,
            month_notional: None,
            day_loss: None,
            month_loss: None,
            cancels_per_minute: 60,
            flips_per_minute: 10,
            repeats_per_minute: 10,
            quarantine: Nanos::SECOND * 60,
            duplicate_within: Nanos::from_millis(200),
            collar_bps: 150.0,
            budget: BudgetLimits::default(),
        }
    }

    fn facts() -> Facts {
        Facts {
            state: TradingState::Run,
            venue: (VenueState::Normal, true),
            audit: Audit::Written,
            book_ok: true,
            reduces: false,
            closes: None,
            notional: "1000".parse().unwrap(),
            min_notional: "5".parse().unwrap(),
            position_after: "2000".parse().unwrap(),
            exposure_after: "5000".parse().unwrap(),
            band_bps: 20.0,
            sent_last_minute: 59,
            live_orders: 19,
            budget_spent: None,
            quarantined: None,
            same_ms_ago: Some(200.0),
            collar_bps: Some(150.0),
        }
    }

    fn verdict(facts: Facts) -> String {
        let denial = check(&limits(), &brakes(), &facts).into_iter().find_map(|step| step.denial);
        denial.map_or("pass".into(), |reason| reason.to_string())
    }

    #[test]
    fn an_order_exactly_at_every_limit_passes() {
        assert_eq!(verdict(facts()), "pass");
    }

    // Controls: C1, C2, C4, C7, C8, C10
    #[test]
    fn one_step_over_any_limit_is_denied_with_its_code() {
        let cent = |text: &str| text.parse().unwrap();
        for (facts, want) in [
            (Facts { state: TradingState::Hold, ..facts() }, "HOLD"),
            (Facts { state: TradingState::Killed, ..facts() }, "KILLED"),
            (Facts { venue: (VenueState::PostOnlyWindow, false), ..facts() }, "VENUE_POST_ONLY"),
            (Facts { venue: (VenueState::Maintenance, false), ..facts() }, "VENUE_MAINTENANCE"),
            (Facts { audit: Audit::Unwritten, ..facts() }, "audit_unavailable"),
            (Facts { audit: Audit::JournalFull, ..facts() }, "JOURNAL_FULL"),
            (Facts { book_ok: false, ..facts() }, "STALE_BOOK"),
            (Facts { notional: cent("1000.01"), ..facts() }, "NOTIONAL_CAP"),
            (Facts { notional: cent("4.99"), ..facts() }, "BELOW_MIN_NOTIONAL"),
            (Facts { position_after: cent("2000.01"), ..facts() }, "POSITION_CAP"),
            (Facts { exposure_after: cent("5000.01"), ..facts() }, "POSITION_CAP"),
            (Facts { closes: Some((Lots(6), Lots(5))), ..facts() }, "EXIT_TOO_LARGE"),
            (Facts { band_bps: 20.1, ..facts() }, "PRICE_BAND"),
            (Facts { sent_last_minute: 60, ..facts() }, "RATE_LIMIT"),
            (Facts { live_orders: 20, ..facts() }, "RATE_LIMIT"),
            (
                Facts { quarantined: Some(Reason::new(ReasonCode::RunawayFlips)), ..facts() },
                "RUNAWAY_FLIPS",
            ),
            (Facts { budget_spent: Some((26.0, 25.0)), ..facts() }, "RISK_BUDGET"),
            (Facts { same_ms_ago: Some(199.9), ..facts() }, "DUPLICATE_INTENT"),
            (Facts { collar_bps: Some(150.1), ..facts() }, "PRICE_COLLAR"),
        ] {
            assert_eq!(verdict(facts), want);
        }
    }

    #[test]
    fn an_exit_passes_what_holds_an_entry_but_never_a_hold_or_a_wild_price() {
        let exit = Facts {
            reduces: true,
            closes: Some((Lots(5), Lots(5))),
            audit: Audit::JournalFull,
            book_ok: false,
            notional: "9000".parse().unwrap(),
            position_after: "9000".parse().unwrap(),
            exposure_after: "9000".parse().unwrap(),
            sent_last_minute: 600,
            live_orders: 200,
            budget_spent: Some((26.0, 25.0)),
            quarantined: Some(Reason::new(ReasonCode::RunawayCancels)),
            same_ms_ago: Some(0.0),
            collar_bps: Some(900.0),
            ..facts()
        };
        assert_eq!(verdict(exit), "pass");
        assert_eq!(verdict(Facts { state: TradingState::Hold, ..exit }), "HOLD");
        assert_eq!(verdict(Facts { band_bps: 21.0, ..exit }), "PRICE_BAND");
    }
}
