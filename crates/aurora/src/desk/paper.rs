//! Paper through sockets: simulated venues, in this process or already running elsewhere, and the lines to them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use aurora_config::Config;
use aurora_matching::GeneratedMarket;
use aurora_model::{Instrument, InstrumentId, InstrumentNo, Nanos, Ticks};
use aurora_venue::{Clock, Line, LineConfig, Settings};
use aurora_venuesim::{Running, SimConfig, generated_specs, serve};
use aurora_wire::{Endpoints, Rules};

use crate::exit::config_fault;
use crate::venues::VenueName;

use super::lines::Lines;
use super::pace::Speed;
use super::signing::DeskSigner;
use super::source::{History, Source};

/// The account's number in our client order ids, as the engine has it.
pub(crate) const ACCOUNT: u16 = 0;

/// How many parallel views of a venue's market there are.
const VIEWS: u8 = 2;

/// Which venues paper trades on, and what there.
pub(crate) struct PaperPlan {
    venues: Vec<Planned>,
    instruments: Vec<Instrument>,
    seed: u64,
}

/// One venue of the plan.
struct Planned {
    name: VenueName,
    /// Where it runs already; `None` is a simulator of our own.
    address: Option<SocketAddr>,
    wanted: Vec<(InstrumentNo, InstrumentId)>,
}

/// Simulated venues that run.
pub(crate) struct PaperVenues {
    venues: Vec<PaperVenueAt>,
    /// The market up to now: the very one the venues show.
    history: Source,
}

struct PaperVenueAt {
    name: VenueName,
    /// It runs in this process, and ends with this.
    running: Option<Running>,
    endpoints: Endpoints,
    rules: Vec<Rules>,
}

impl PaperPlan {
    /// Paper goes through sockets where the market is ours and time is real; else there is no plan.
    pub(crate) fn of(config: &Config, speed: Speed) -> Result<Option<PaperPlan>> {
        let is_ours = config.text("market.source") == "generated";
        let through_sockets =
            is_ours && speed == Speed::Times(1.0) && !config.list("paper.venues").is_empty();
        through_sockets.then(|| PaperPlan::new(config)).transpose()
    }

    /// The venues and pairs of the configuration; instruments are numbered venue by venue.
    pub(crate) fn new(config: &Config) -> Result<PaperPlan> {
        let pairs = config.list("symbols");
        if pairs.is_empty() {
            return Err(config_fault("symbols: name at least one of BTC/USDT, ETH/USDT, SOL/USDT"));
        }
        let mut plan = PaperPlan {
            venues: Vec::new(),
            instruments: Vec::new(),
            seed: config.int("market.seed"),
        };
        for text in config.list("paper.venues") {
            let (name, address) = venue(text)?;
            let specs = generated_specs(name.venue()).context("a venue without a market")?;
            let mut wanted = Vec::new();
            for pair in pairs {
                let id = name
                    .perpetual(pair)
                    .map_err(|fault| config_fault(format!("symbols: {fault}")))?;
                let spec = specs.iter().find(|spec| spec.instrument.id == id).ok_or_else(|| {
                    config_fault(format!(
                        "symbols: the simulated {} does not list {pair}",
                        name.word()
                    ))
                })?;
                let no = InstrumentNo(
                    u16::try_from(plan.instruments.len()).context("too many symbols")?,
                );
                plan.instruments.push(spec.instrument.clone());
                wanted.push((no, id));
            }
            plan.venues.push(Planned { name, address, wanted });
        }
        Ok(plan)
    }

    /// Whether a venue of it runs elsewhere, and remembers more than this folder.
    pub(crate) fn outlives_us(&self) -> bool {
        self.venues.iter().any(|planned| planned.address.is_some())
    }

    /// The folder's name: another list of venues is another account.
    pub(crate) fn folder(&self) -> String {
        self.venues.iter().fold(String::from("paper"), |mut folder, planned| {
            folder = folder + "-" + planned.name.word();
            if let Some(address) = planned.address {
                folder += &format!("-at-{}-{}", address.ip(), address.port());
            }
            folder
        })
    }

    /// Its venues and where each runs already.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (VenueName, Option<SocketAddr>)> {
        self.venues.iter().map(|planned| (planned.name, planned.address))
    }

    /// The rules of everything on the venues that run already.
    pub(crate) fn running_rules(&self) -> Result<Vec<(VenueName, Endpoints, Vec<Rules>)>> {
        let mut all = Vec::new();
        for Planned { name, address, wanted } in &self.venues {
            let Some(address) = address else { continue };
            let endpoints = name.sim_endpoints(*address, *address);
            let rules = crate::venues::rules(*name, &endpoints, wanted)?;
            all.push((*name, endpoints, rules));
        }
        Ok(all)
    }

    /// What the desk trades, by number.
    pub(crate) fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// A simulator that somebody else started may list other ticks and lots than the desk counts in.
    fn same_steps(&self, name: VenueName, listed: &[Rules]) -> Result<()> {
        let steps = |instrument: &Instrument| (instrument.tick, instrument.lot);
        for rules in listed {
            let planned = &self.instruments[rules.no.index()];
            let (wanted, found) = (steps(planned), steps(&rules.instrument));
            if wanted != found {
                let fault = format!(
                    "paper.venues: {} lists {} with a tick of {} and a lot of {}, wanted are {} and {}",
                    name.word(),
                    planned.id,
                    found.0,
                    found.1,
                    wanted.0,
                    wanted.1
                );
                return Err(config_fault(fault));
            }
        }
        Ok(())
    }

    /// Starts the venues, their market at the last known prices, and reads their rules.
    pub(crate) fn start(
        self,
        data: &Path,
        market_began_at: Nanos,
        epoch: u32,
        known: &BTreeMap<InstrumentNo, Ticks>,
    ) -> Result<PaperVenues> {
        // A restart goes on with new market, not with the same one again.
        let seed = self.seed.wrapping_add(u64::from(epoch) - 1);
        let prices: BTreeMap<String, Ticks> = known
            .iter()
            .filter_map(|(no, price)| {
                Some((self.instruments.get(no.index())?.id.to_string(), *price))
            })
            .collect();
        let mut markets = Vec::new();
        let mut venues = Vec::new();
        for Planned { name, address, wanted } in &self.venues {
            let (running, endpoints) = match address {
                Some(address) => (None, name.sim_endpoints(*address, *address)),
                None => {
                    markets.push(market(*name, wanted, (seed, market_began_at), &prices)?);
                    let running = serve(SimConfig {
                        seed,
                        market_began_at: Some(market_began_at),
                        prices: prices.clone(),
                        facts: Some(data.join(format!("{}.facts", name.word()))),
                        ..SimConfig::new(name.venue())
                    })
                    .with_context(|| format!("the simulated {}", name.word()))?;
                    let endpoints = name.sim_endpoints(running.rest, running.ws);
                    (Some(running), endpoints)
                }
            };
            let rules = crate::venues::rules(*name, &endpoints, wanted)?;
            self.same_steps(*name, &rules)?;
            venues.push(PaperVenueAt { name: *name, running, endpoints, rules });
        }
        Ok(PaperVenues { venues, history: Source::History(History::new(markets)) })
    }
}

/// Reads `okx`, or `okx@127.0.0.1:9002` for a simulator that runs there.
fn venue(text: &str) -> Result<(VenueName, Option<SocketAddr>)> {
    let fault = |fault: String| config_fault(format!("paper.venues: {fault}"));
    let (name, address) = match text.split_once('@') {
        Some((name, address)) => (name, Some(address)),
        None => (text, None),
    };
    let address = address.map(|address| match address.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Ok(address),
        Ok(address) => Err(fault(format!(
            "{address} is not on this machine: a simulator takes no encrypted connections"
        ))),
        Err(_) => Err(fault(format!(
            "{address:?} must be an address and a port, as in {name}@127.0.0.1:9001"
        ))),
    });
    Ok((name.parse().map_err(fault)?, address.transpose()?))
}

/// One venue's market from its first moment on, in the desk's numbers.
fn market(
    name: VenueName,
    wanted: &[(InstrumentNo, InstrumentId)],
    (seed, began_at): (u64, Nanos),
    prices: &BTreeMap<String, Ticks>,
) -> Result<(GeneratedMarket, Vec<Option<InstrumentNo>>)> {
    let mut specs = generated_specs(name.venue()).context("a venue without a market")?;
    let mut places = Vec::new();
    for spec in &mut specs {
        if let Some(price) = prices.get(&spec.instrument.id.to_string()) {
            spec.start_price = *price;
        }
        let wanted = wanted.iter().find(|(_, id)| *id == spec.instrument.id);
        places.push(wanted.map(|(no, _)| *no));
    }
    Ok((GeneratedMarket::new(seed, began_at, specs), places))
}

impl PaperVenues {
    /// The rules of everything that is traded, venue by venue.
    pub(crate) fn rules(&self) -> Vec<(VenueName, Vec<Rules>)> {
        self.venues.iter().map(|venue| (venue.name, venue.rules.clone())).collect()
    }

    /// Connects to all of them. What they have shown so far; the lines; the venues, which stop when dropped.
    pub(crate) fn connect(
        self,
        clock: &Clock,
        settings: &Settings,
        signer: DeskSigner,
    ) -> Result<(Source, (Lines, Vec<Running>))> {
        let mut lines = Vec::new();
        let mut running = Vec::new();
        for venue in self.venues {
            let PaperVenueAt { name, endpoints, rules, running: sim } = venue;
            let host = endpoints.rest.trim_start_matches("http://").to_owned();
            let market = (0..VIEWS).map(|view| name.market_session(&endpoints, &rules, view));
            let line = Line::start(LineConfig {
                protocol: name.protocol(),
                market: market.collect(),
                account: Some(name.account_session(&endpoints, &rules, ACCOUNT)),
                endpoints,
                signing: signer.for_a_line(),
                rules: rules.clone(),
                settings: settings.clone(),
                clock: clock.clone(),
            })
            .with_context(|| format!("the line to {}", name.word()))?;
            lines.push((name, host, line, rules));
            running.extend(sim);
        }
        Ok((self.history, (Lines::new(lines, signer), running)))
    }
}

/// The instruments a data folder was begun with, where all of them are simulated venues'.
pub(crate) fn instruments_of(data: &Path) -> Option<Vec<Instrument>> {
    let text = std::fs::read_to_string(data.join("instruments.txt")).ok()?;
    let of_line = |line: &str| {
        let id: InstrumentId = line.split(' ').next()?.parse().ok()?;
        let specs = generated_specs(id.venue)?;
        specs.into_iter().map(|spec| spec.instrument).find(|instrument| instrument.id == id)
    };
    text.lines().map(of_line).collect()
}
