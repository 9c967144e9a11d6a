//! A venue's line as scenarios use it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use aurora_model::{InstrumentId, InstrumentNo, Nanos, TimeInForce, VenueReport};
use aurora_venue::{Clock, FromVenue, Line, LineConfig, MarketBatch, Settings, Signing};
use aurora_wire::{Ask, AskNo, Endpoints, Keys, Note, Rules};

use super::stage::ACCOUNT;
use crate::venues::VenueName;

/// The pairs scenarios are played in.
const PAIRS: [&str; 2] = ["BTC/USDT", "ETH/USDT"];

/// One thing the venue told.
pub(crate) enum Told {
    Market(MarketBatch),
    Report(VenueReport),
    Note(Note),
    /// How the line stands; every so often.
    Standing {
        takes_orders: bool,
    },
}

/// A connected venue.
pub(crate) struct VenueLink {
    line: Line,
    clock: Clock,
}

impl VenueLink {
    /// Reads the venue's rules and connects, with two views of its market.
    pub(crate) fn connect(
        name: VenueName,
        endpoints: &Endpoints,
        keys: Keys,
    ) -> Result<(VenueLink, Vec<Rules>)> {
        let wanted: Vec<(InstrumentNo, InstrumentId)> = (0..)
            .map(InstrumentNo)
            .zip(PAIRS)
            .map(|(no, pair)| Ok((no, name.perpetual(pair).map_err(anyhow::Error::msg)?)))
            .collect::<Result<_>>()?;
        let rules = crate::venues::rules(name, endpoints, &wanted)?;
        let clock = Clock::system();
        let line = Line::start(LineConfig {
            protocol: name.protocol(),
            endpoints: endpoints.clone(),
            signing: Signing::Keys(keys),
            market: (0..2).map(|view| name.market_session(endpoints, &rules, view)).collect(),
            account: Some(name.account_session(endpoints, &rules, ACCOUNT)),
            rules: rules.clone(),
            settings: Settings {
                rules_every: None,
                status_every: Nanos::from_millis(50),
                ..Settings::default()
            },
            clock: clock.clone(),
        })
        .with_context(|| format!("the line to {}", name.word()))?;
        Ok((VenueLink { line, clock }, rules))
    }

    pub(crate) fn now(&self) -> Nanos {
        self.clock.now()
    }

    pub(crate) fn ask(&self, no: AskNo, ask: Ask) {
        self.line.ask(no, ask);
    }

    /// The next thing told within so long.
    pub(crate) fn next(&self, patience: Duration) -> Option<Told> {
        match self.line.messages().recv_timeout(patience).ok()? {
            FromVenue::Market(batch) => Some(Told::Market(batch)),
            FromVenue::Report(report) => Some(Told::Report(report)),
            FromVenue::Note(_, note) => Some(Told::Note(note)),
            FromVenue::Event(_) => None,
            FromVenue::Status(status) => Some(Told::Standing {
                takes_orders: status.account_ready
                    && status.causes.is_empty()
                    && status.state.takes(TimeInForce::Gtc, false)
                    && status.governor.paused_until.is_none(),
            }),
            FromVenue::Stopped(why) => Some(Told::Note(Note::Refused(why))),
        }
    }
}

/// Where a simulator that runs already is.
pub(crate) fn sim_at(name: VenueName, address: SocketAddr) -> Endpoints {
    name.sim_endpoints(address, address)
}
