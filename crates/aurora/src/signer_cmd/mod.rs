//! `aurora signer`: the process that has the keys.

mod cancel;
mod keys;
mod run;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aurora_authority::{BuildId, Caps, HoldCause, Listed, Policy};
use aurora_config::Config;
use aurora_model::{Nanos, Notional};
use aurora_signer::{Ask, Client, Standing, Told};
use aurora_wire::Rules;
use clap::{Args, Subcommand};
use rust_decimal::Decimal;

use crate::exit::{check_failed, config_fault};
use crate::venues::VenueName;

/// The signer: holds the keys, signs what it allows, and cancels everything when told to kill.
#[derive(Debug, Args)]
#[command(
    before_help = "Example: aurora signer keygen && aurora signer seal < keys.json && aurora signer run"
)]
pub(crate) struct SignerArgs {
    #[command(subcommand)]
    command: SignerCommand,
    /// Configuration file (YAML); the desk's own.
    #[arg(long, value_name = "FILE", env = "AURORA_CONFIG", global = true)]
    config: Option<PathBuf>,
    /// The signer's socket, when it is not where the configuration says.
    #[arg(long, value_name = "PATH", global = true)]
    socket: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum SignerCommand {
    /// Sign for a desk until stopped. SIGUSR1 kills: nothing new is signed, everything open is cancelled.
    Run(run::RunArgs),
    /// Make the identity file that opens the keys.
    Keygen,
    /// Seal the keys given on standard input (JSON) into the key file.
    Seal,
    /// How it stands.
    Status,
    /// Sign only what takes risk off, until re-armed.
    Hold,
    /// Sign nothing but cancels, and cancel everything.
    Kill,
    /// End what a person or the breaker began; the desk's own HOLD stays.
    Rearm,
}

pub(crate) fn run(args: &SignerArgs) -> Result<()> {
    let socket = args.socket.as_ref().map(|path| aurora_config::Flag {
        name: "--socket",
        path: "signer.socket",
        value: path.display().to_string(),
    });
    let mut flags: Vec<_> = socket.into_iter().collect();
    if let SignerCommand::Run(run) = &args.command {
        flags.extend(run.flags());
    }
    let config = crate::load_config(args.config.as_deref(), flags)?;
    match &args.command {
        SignerCommand::Run(_) => run::run(&config),
        SignerCommand::Keygen => keys::keygen(&config),
        SignerCommand::Seal => keys::seal(&config),
        SignerCommand::Status => tell(&config, &[Ask::Status]),
        SignerCommand::Kill => tell(&config, &[Ask::Kill]),
        SignerCommand::Hold => greeted(&config, Ask::Hold(0)),
        SignerCommand::Rearm => greeted(&config, Ask::Rearm),
    }
}

/// The socket of the configuration, or the one beside the state.
pub(crate) fn socket(config: &Config) -> PathBuf {
    match config.opt_text("signer.socket") {
        Some(path) => PathBuf::from(path),
        None => Path::new(config.text("signer.state")).join("socket"),
    }
}

/// What is riskier than before is asked for by the same build only.
fn greeted(config: &Config, ask: Ask<'_>) -> Result<()> {
    let build = build_id()?;
    let account = crate::desk::ACCOUNT;
    let hello = Ask::Hello { protocol: aurora_signer::PROTOCOL, build: &build, account };
    tell(config, &[hello, ask])
}

fn tell(config: &Config, asks: &[Ask<'_>]) -> Result<()> {
    let refused = |told: Told| check_failed(told.to_string());
    let mut client = Client::connect(&socket(config)).map_err(refused)?;
    let mut standing = None;
    for ask in asks {
        standing = Some(client.change(ask).map_err(refused)?);
    }
    let words = standing.as_ref().map(words).unwrap_or_default();
    Ok(writeln!(std::io::stdout(), "{words}")?)
}

/// How a signer stands, in one line.
fn words(standing: &Standing) -> String {
    let remembered = standing.remembered;
    let state = match (remembered.is_killed, remembered.hold) {
        (true, _) => "KILLED",
        (false, Some(HoldCause::Desk)) => "HOLD (the desk is not trading)",
        (false, Some(HoldCause::Breaker)) => "HOLD (the breaker opened: `aurora signer rearm`)",
        (false, Some(HoldCause::Operator)) => "HOLD (a person said so: `aurora signer rearm`)",
        (false, None) => "RUN",
    };
    let venues: Vec<_> = standing.venues.iter().map(|venue| venue.code()).collect();
    format!(
        "{state}, epoch {}, account {}, keys of {}",
        remembered.epoch,
        standing.account,
        venues.join(" ")
    )
}

/// This very program: desk and signer must be the same file, however it was built or copied.
pub(crate) fn build_id() -> Result<String> {
    let mut hasher = aurora_signer::Hasher::new();
    let file = std::fs::File::open("/proc/self/exe").context("this program cannot read itself")?;
    hasher.update_reader(file).context("this program cannot read itself")?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// What may be signed, from the configuration and the venues' own rules.
pub(crate) fn policy(
    config: &Config,
    account: u16,
    build: String,
    venues: &[(VenueName, Vec<Rules>)],
) -> Result<Policy> {
    let largest = largest(config)?;
    let mut listed = Vec::new();
    for rules in venues.iter().flat_map(|(_, rules)| rules) {
        let id = &rules.instrument.id;
        let largest = largest.iter().find(|(base, _)| *base == id.base);
        let (_, max_qty) = largest.ok_or_else(|| {
            config_fault(format!(
                "signer.max_qty: say how much {} one order may have: {}=1",
                id.base, id.base
            ))
        })?;
        listed.push(Listed {
            venue: id.venue,
            symbol: rules.instrument.symbol.clone(),
            unit: rules.instrument.lot / rules.wire_lot,
            max_qty: *max_qty,
            enforces_reduce_only: id.class != "SPOT",
        });
    }
    let caps = Caps {
        order_notional: Notional::new(config.money("signer.order_notional")),
        window: Nanos::SECOND * config.i64("signer.window_s"),
        placements: config.int("signer.window_orders"),
        window_notional: Notional::new(config.money("signer.window_notional")),
    };
    Ok(Policy { build: BuildId(build), account, listed, caps })
}

/// `BTC=1` and so on.
fn largest(config: &Config) -> Result<Vec<(String, Decimal)>> {
    let read = |text: &String| {
        let (base, qty) = text.split_once('=')?;
        let qty = Decimal::from_str_exact(qty).ok().filter(|qty| Decimal::ZERO < *qty)?;
        Some((base.to_uppercase(), qty))
    };
    let list = config.list("signer.max_qty").iter().map(|text| {
        read(text)
            .ok_or_else(|| config_fault(format!("signer.max_qty: {text:?} must look like BTC=1")))
    });
    list.collect()
}
