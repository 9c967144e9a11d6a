//! The command line of `aurora run`, and what it says together with the configuration.

use std::path::{Path, PathBuf};

use anyhow::Result;
use aurora_binance::tape::ClockShift;
use aurora_config::{Config, Flag};
use aurora_journal::jsonl::run_id;
use aurora_model::Nanos;
use clap::Args;

use super::build::Market;
use super::pace::Speed;
use crate::exit::config_fault;

/// Trade on paper: a market, a strategy, the gate, and the console on http://127.0.0.1:8000.
#[derive(Clone, Debug, Args)]
#[command(before_help = "Example: aurora run --tape btc.raw.zst --tape eth.raw.zst --speed 10")]
pub(crate) struct RunArgs {
    /// Configuration file (YAML).
    #[arg(long, value_name = "FILE", env = "AURORA_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// Play recorded Binance frames instead of the generated market; several play side by side.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    tape: Vec<PathBuf>,
    /// How fast: 1 is real pace, 10 ten times that, max as fast as the processor allows.
    #[arg(long, value_name = "X")]
    speed: Option<Speed>,
    /// What to add to the recorder's clock: seconds, or auto (smallest latency becomes zero).
    #[arg(long, value_name = "auto|SECONDS", default_value = "auto", value_parser = crate::tape_cmd::clock_shift, allow_hyphen_values = true)]
    clock_shift: ClockShift,
    /// Trade paper on that simulated venue, through sockets: binance, okx or bybit, or okx@127.0.0.1:9002 for one that
    /// runs already; several are traded side by side.
    #[arg(long, value_name = "NAME")]
    venue: Vec<String>,
    /// Trade paper inside the process, without sockets.
    #[arg(long, conflicts_with = "venue")]
    inside: bool,
    /// Have orders signed by the signer at that socket (`aurora signer run`); the desk itself holds no keys then.
    #[arg(long, value_name = "SOCKET", conflicts_with_all = ["inside", "tape"])]
    signer: Option<PathBuf>,
    /// Seed of the generated market and of everything random.
    #[arg(long)]
    seed: Option<u64>,
    /// Where to listen; port 0 takes a free one and prints it.
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<crate::gate_cmd::Listen>,
    /// Folder of the journal and the paper account; a tape gets a fresh one unless you name it.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// No console: run, print the result, end with the tape.
    #[arg(long)]
    pub(super) headless: bool,
    /// Stop after so many seconds of wall time.
    #[arg(long, value_name = "SECONDS")]
    pub(super) stop_after: Option<u64>,
    /// Stop after so many seconds of market time.
    #[arg(long, value_name = "SECONDS")]
    pub(super) market_time: Option<u32>,
    /// Print the result as JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Begin as a follower that leaves the lease to the other node at first (needs ha.lease).
    #[arg(long)]
    standby: bool,
}

impl RunArgs {
    /// Whether the node leaves the lease to others at first.
    pub(crate) fn standby(&self) -> bool {
        self.standby
    }

    /// What the command line says about configuration keys.
    pub(super) fn flags(&self) -> Vec<Flag> {
        let flag =
            |name, path, value: Option<String>| value.map(|value| Flag { name, path, value });
        [
            flag("--seed", "market.seed", self.seed.map(|seed| seed.to_string())),
            flag("--tape", "market.source", (!self.tape.is_empty()).then(|| "tape".to_owned())),
            flag("--venue", "paper.venues", self.venues()),
            flag(
                "--signer",
                "signer.socket",
                self.signer.as_ref().map(|path| path.display().to_string()),
            ),
        ]
        .into_iter()
        .flatten()
        .chain(self.listen.iter().flat_map(crate::gate_cmd::Listen::flags))
        .collect()
    }

    fn venues(&self) -> Option<String> {
        if self.inside {
            Some(String::new())
        } else {
            (!self.venue.is_empty()).then(|| self.venue.join(","))
        }
    }

    /// How fast time is to go.
    pub(super) fn speed(&self, config: &Config) -> Result<Speed> {
        match self.speed {
            Some(speed) => Ok(speed),
            None => config
                .text("market.speed")
                .parse()
                .map_err(|fault| config_fault(format!("market.speed: {fault}"))),
        }
    }

    /// The market of a desk that has its venue inside.
    pub(super) fn market(&self, config: &Config) -> Result<Market> {
        if config.text("market.source") == "generated" {
            return Market::generated(config);
        }
        let listed: Vec<PathBuf> = config.list("market.tapes").iter().map(PathBuf::from).collect();
        let files = if self.tape.is_empty() { &listed } else { &self.tape };
        if files.is_empty() {
            return Err(config_fault(
                "market.source is tape: name files with --tape or in market.tapes",
            ));
        }
        Market::tapes(files, self.clock_shift)
    }

    /// The default market lives on where it was; a tape is a world of its own each time.
    pub(super) fn data_folder(
        &self,
        config: &Config,
        is_tape: bool,
        name: &str,
        now: Nanos,
    ) -> PathBuf {
        let storage = Path::new(config.text("storage.dir"));
        match &self.data {
            Some(folder) => folder.clone(),
            None if is_tape => storage.join("tape").join(run_id(now.0)),
            None => storage.join(name),
        }
    }
}
