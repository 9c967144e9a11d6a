//! What is known of a desk before it runs.

use std::path::{Path, PathBuf};

use anyhow::Result;
use aurora_config::Config;
use aurora_engine::Engine;
use aurora_model::Instrument;

use super::build::{self, Market};
use super::pace::{Speed, steady_clock};
use super::paper::PaperPlan;
use super::stopwatch::Monotonic;
use super::{RunArgs, audit, settings};
use crate::exit::config_fault;

/// What a node knows of its desk before it leads.
pub(crate) struct Prepared {
    pub(crate) data: PathBuf,
    /// The least epoch: simulated venues that outlive a folder remember the ids of older ones.
    pub(crate) first_epoch: u32,
    instruments: Vec<Instrument>,
    config: Config,
}

impl Prepared {
    /// How to build an engine that knows nothing yet.
    pub(crate) fn begin(&self) -> Box<dyn Fn() -> Result<Engine<Monotonic>> + Send> {
        let (config, market) = (self.config.clone(), Market::of_venues(&self.instruments));
        Box::new(move || build::engine(&config, &market, settings::engine(&config)?))
    }
}

/// Reads what a node must know of its desk.
pub(crate) fn prepare(args: &RunArgs, config: &Config) -> Result<Prepared> {
    let now = steady_clock().now();
    let plan = PaperPlan::of(config, args.speed(config)?)?.ok_or_else(|| {
        config_fault("ha.lease: a desk of several nodes trades on venues of their own: name one with --venue okx@HOST:PORT, at speed 1")
    })?;
    let first_epoch = if plan.outlives_us() { crate::venues::epoch_of(now)? } else { 1 };
    Ok(Prepared {
        data: args.data_folder(config, false, &plan.folder(), now),
        first_epoch,
        instruments: plan.instruments().to_vec(),
        config: config.clone(),
    })
}

/// Where a desk of that configuration keeps its audit, and the mirror.
pub(crate) fn audit_folder(config: &Config) -> Result<(PathBuf, Option<PathBuf>)> {
    let plan = PaperPlan::of(config, Speed::Times(1.0))?;
    let folder = plan.map_or_else(|| String::from("paper"), |plan| plan.folder());
    let settings = audit::settings(config, &Path::new(config.text("storage.dir")).join(folder));
    Ok((settings.folder, settings.mirror))
}
