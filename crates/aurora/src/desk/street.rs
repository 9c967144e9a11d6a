//! The street a desk trades on: its market, and who is on the other side of every order.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use aurora_config::Config;
use aurora_model::{InstrumentNo, Nanos, Ticks};
use aurora_venue::Clock;

use super::build::{self, Market};
use super::calendar::{self, Calendars};
use super::counterparty::Counterparty;
use super::paper::PaperPlan;
use super::signing::Signer;
use super::source::Source;

/// How much of the generated market has happened before the desk begins, for warm books and charts.
const HISTORY: Nanos = Nanos(300_000_000_000);

/// Where the market comes from.
pub(super) enum Street {
    /// Out of this process, on its own time line.
    Inside(Source),
    /// From simulated venues that run as long as the desk does; first what they have shown before.
    Venues(Source, Vec<aurora_venuesim::Running>),
}

/// How a desk comes onto its street.
pub(super) struct Start<'a> {
    pub(super) config: &'a Config,
    pub(super) data: &'a Path,
    pub(super) clock: &'a Clock,
    pub(super) epoch: u32,
    /// Whether the signer knows the epoch already.
    pub(super) is_raised: bool,
    /// The newest prices the journal knows.
    pub(super) prices: &'a BTreeMap<InstrumentNo, Ticks>,
    pub(super) signer: Signer,
}

/// A street that is open.
pub(super) struct Opened {
    pub(super) street: Street,
    pub(super) counterparty: Counterparty,
    /// Where maintenance is told of, on venues behind sockets.
    pub(super) calendars: Option<Calendars>,
    /// Market events before this moment are history; a tape has none.
    pub(super) begins_at: Nanos,
}

/// Connects to the venues of the plan; without one, wakes the venue inside.
pub(super) fn open(plan: Option<PaperPlan>, market: Market, start: Start<'_>) -> Result<Opened> {
    let Start { config, data, clock, epoch, is_raised, prices, signer } = start;
    let begins_at = clock.now();
    let Some(plan) = plan else {
        let counterparty = build::inside(config, &market.instruments, data, clock.now())?;
        let first = if market.is_tape() { Nanos(i64::MIN) } else { begins_at };
        let street = Street::Inside(market.open(begins_at - HISTORY, epoch, prices));
        return Ok(Opened { street, counterparty, calendars: None, begins_at: first });
    };
    let maintenance = calendar::settings(config)?;
    let settings = aurora_venue::Settings { maintenance, ..Default::default() };
    let venues = plan.start(data, begins_at - HISTORY, epoch, prices)?;
    let signing = signer.raise((epoch, is_raised), config, &venues.rules())?;
    let (history, (lines, running)) = venues.connect(clock, &settings, signing)?;
    Ok(Opened {
        street: Street::Venues(history, running),
        counterparty: Counterparty::Lines(lines),
        calendars: Calendars::watch(config)?,
        begins_at,
    })
}
