//! The desk: `aurora run` from the command line to the last record.

mod alerts;
mod answers;
mod args;
mod assemble;
mod audit;
mod build;
mod calendar;
mod counterparty;
mod lines;
mod live;
mod observer;
mod pace;
mod paper;
mod policy;
mod prepare;
mod recollection;
mod replay;
mod runner;
mod serve;
mod settings;
mod shown;
mod signing;
mod snapshots;
mod source;
mod stopwatch;
mod store;
mod street;
mod threads;
mod watchdog;
mod world;

pub(crate) use args::RunArgs;
pub(crate) use paper::{ACCOUNT, PaperPlan};
pub(crate) use prepare::{Prepared, audit_folder, prepare};
pub(crate) use replay::{DeskArgs, ReplayArgs, deep, replay};
pub(crate) use signing::nowhere;
pub(crate) use stopwatch::Monotonic;
pub(crate) use threads::signalled;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use aurora_api::console::wire::System;
use aurora_config::Config;
use aurora_model::Nanos;

use crate::exit::config_fault;
use crate::ha::Lead;
use assemble::Ground;
use build::Recovered;
use runner::{Desk, Wiring};
use serve::Console;
use signing::Signer;
use street::{Opened, Start};
use world::{World, WorldParts};

/// Runs the desk, or a node of a desk that has several, until it is told to stop.
pub(crate) fn run(args: &RunArgs) -> Result<()> {
    let config = crate::load_config(args.config.as_deref(), args.flags())?;
    match crate::ha::plan(&config)? {
        Some(plan) => crate::ha::run(args, &config, plan),
        None if args.standby() => Err(config_fault("--standby: name the lease in ha.lease first")),
        None => run_desk(args, &config, None),
    }
}

/// Runs the desk until it is told to stop; with `lead`, in that epoch and as long as it may.
pub(crate) fn run_desk(args: &RunArgs, config: &Config, lead: Option<&Lead>) -> Result<()> {
    let ground = Ground::of(args, config)?;
    let table = assemble::table(config, &ground.data)?;
    let logs = ground.logs(config)?;
    let signer = Signer::find(config, ground.plan.as_ref())?;
    let epoch = assemble::first_epoch(&ground, &signer, lead)?;
    let Recovered { engine, store, recovery, prices, traces } =
        assemble::begin(&ground, config, epoch, lead)?;
    let (audit, observer) = assemble::watchers(&ground, config, &store, (logs, traces))?;
    let instruments = assemble::instrument_rows(&ground, config);
    let Ground { clock, speed, plan, market, data, session, setting } = ground;
    let start = Start {
        config,
        data: &data,
        clock: &clock,
        epoch: store.epoch(),
        is_raised: lead.is_some(),
        prices: &prices,
        signer,
    };
    let Opened { street, counterparty, calendars, begins_at } = street::open(plan, market, start)?;
    let projection = assemble::projection(table, &data, &store)?;
    let mut world = World::new(WorldParts {
        engine,
        counterparty,
        store,
        audit,
        observer,
        lead: lead.cloned(),
        watchdog: assemble::watchdog(config, speed),
        projection,
    });
    let first = world.first_view(clock.now(), &setting);
    let console = Console::open(args, (config, &session), instruments, first)?;
    let listen = console.address().to_owned();
    if let (Some(lead), Some(server)) = (lead, &console.server) {
        lead.listens_at(&server.address);
    }
    let stop = lead.map_or_else(Arc::default, |lead| lead.stop.clone());
    let wiring = Wiring {
        calendars,
        speed,
        system: System { recovery, listen, ..shown::system(config, &session, clock.now()) },
        clock,
        asks: console.asks,
        view: console.view,
        stop: stop.clone(),
        setting,
        kill_flag: PathBuf::from(config.text("killswitch.flag_file")),
        market_time: args.market_time.map_or(Nanos(i64::MAX), |span| Nanos::SECOND * span.into()),
        begins_at,
    };
    let outcome = threads::run(Desk::new(world, wiring), street, args, console.server, &stop)?;
    shown::report(&outcome, args.json)
}
