//! The desk: `aurora run` from the command line to the last record.

mod alerts;
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
mod recollection;
mod replay;
mod runner;
mod serve;
mod settings;
mod signing;
mod snapshots;
mod source;
mod stopwatch;
mod store;
mod watchdog;
mod world;

pub(crate) use paper::{ACCOUNT, PaperPlan};
pub(crate) use replay::{DeskArgs, ReplayArgs, deep, replay};
pub(crate) use signing::nowhere;
pub(crate) use stopwatch::Monotonic;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use aurora_api::console::ConsoleState;
use aurora_api::console::wire::{ConfigRow, System, Text};
use aurora_binance::tape::ClockShift;
use aurora_config::{Config, Flag};
use aurora_engine::Engine;
use aurora_journal::jsonl::{SessionDir, run_id};
use aurora_model::{Instrument, Nanos};
use aurora_projection::{Feed, Names};
use clap::Args;
use crossbeam_channel::bounded;
use tokio::sync::watch;

use crate::exit::config_fault;
use crate::ha::Lead;
use audit::DeskAudit;
use build::{Market, Recovered};
use calendar::Calendars;
use counterparty::Counterparty;
use observer::{DeskLogs, Observer, Setting};
use pace::{Speed, steady_clock};
use runner::{Desk, Outcome};
use serve::Server;
use signing::Signer;
use store::Commits;
use watchdog::Watchdog;
use world::World;

/// Questions waiting for the desk's thread; when full, an asker is told that it is busy.
const QUESTIONS: usize = 256;

/// Trade on paper: a market, a strategy, the gate, and the console on http://127.0.0.1:8000.
#[derive(Clone, Debug, Args)]
#[command(before_help = "Example: aurora run --tape btc.raw.zst --tape eth.raw.zst --speed 10")]
pub(crate) struct RunArgs {
    /// Configuration file (YAML).
    #[arg(long, value_name = "FILE", env = "AURORA_CONFIG")]
    config: Option<PathBuf>,
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
    headless: bool,
    /// Stop after so many seconds of wall time.
    #[arg(long, value_name = "SECONDS")]
    stop_after: Option<u64>,
    /// Stop after so many seconds of market time.
    #[arg(long, value_name = "SECONDS")]
    market_time: Option<u32>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
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
    fn flags(&self) -> Vec<Flag> {
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
}

impl RunArgs {
    fn venues(&self) -> Option<String> {
        if self.inside {
            Some(String::new())
        } else {
            (!self.venue.is_empty()).then(|| self.venue.join(","))
        }
    }
}

/// How much of the generated market has happened before the desk begins, for warm books and charts.
const HISTORY: Nanos = Nanos(300_000_000_000);

/// Runs the desk, or a node of a desk that has several, until it is told to stop.
pub(crate) fn run(args: &RunArgs) -> Result<()> {
    let config = crate::load_config(args.config.as_deref(), args.flags())?;
    match crate::ha::plan(&config)? {
        Some(plan) => crate::ha::run(args, &config, plan),
        None if args.standby => Err(config_fault("--standby: name the lease in ha.lease first")),
        None => run_desk(args, &config, None),
    }
}

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
    let plan = plan(config, speed(args, config)?)?.ok_or_else(|| {
        config_fault("ha.lease: a desk of several nodes trades on venues of their own: name one with --venue okx@HOST:PORT, at speed 1")
    })?;
    let first_epoch = if plan.outlives_us() { crate::venues::epoch_of(now)? } else { 1 };
    Ok(Prepared {
        data: data_folder(args, config, (false, &plan.folder()), now),
        first_epoch,
        instruments: plan.instruments().to_vec(),
        config: config.clone(),
    })
}

fn speed(args: &RunArgs, config: &Config) -> Result<Speed> {
    match args.speed {
        Some(speed) => Ok(speed),
        None => config
            .text("market.speed")
            .parse()
            .map_err(|fault| config_fault(format!("market.speed: {fault}"))),
    }
}

/// Runs the desk until it is told to stop; with `lead`, in that epoch and as long as it may.
pub(crate) fn run_desk(args: &RunArgs, config: &Config, lead: Option<&Lead>) -> Result<()> {
    let clock = steady_clock();
    let speed = speed(args, config)?;
    let plan = plan(config, speed)?;
    let market = match &plan {
        Some(plan) => Market::of_venues(plan.instruments()),
        None => market(args, config)?,
    };
    let is_tape = market.is_tape();
    let folder = plan.as_ref().map_or_else(|| String::from("paper"), PaperPlan::folder);
    let data = data_folder(args, config, (is_tape, &folder), clock.now());
    let commits = match speed {
        Speed::Max => Commits::Inline,
        Speed::Times(_) => Commits::Thread(settings::journal_priority(config)),
    };
    let session = session(config, clock.now())?;
    let instruments =
        build::instrument_rows(&market.instruments, config.bool("strategy.scalper.enabled"));
    let logs =
        DeskLogs::open(&session, crate::gate_config::log_rules(config), run_id(clock.now().0))?;
    let setting = setting(config, &market, speed)?;
    // A venue that outlives the folder may remember ids of another one.
    let first_epoch = match &plan {
        _ if lead.is_some() => lead.map_or(1, |lead| lead.epoch),
        Some(plan) if plan.outlives_us() => crate::venues::epoch_of(clock.now())?,
        _ => 1,
    };
    let signer = Signer::find(config, plan.as_ref())?;
    // A leader's epoch is given to it, and raised already.
    let first_epoch =
        if lead.is_some() { first_epoch } else { first_epoch.max(signer.next_epoch()) };
    let Recovered { engine, mut store, recovery, prices, traces } =
        build::recover(config, &market, &data, commits, first_epoch)?;
    if let Some(lead) = lead.filter(|lead| lead.epoch != store.epoch()) {
        anyhow::bail!(
            "the epoch given is {}, the journal is already in {}: it is not this desk's",
            lead.epoch,
            store.epoch()
        );
    }
    store.wait_for(lead.and_then(|lead| lead.acks.clone()));
    let begun = (data.as_path(), store.base(), store.epoch());
    let audit = DeskAudit::open(config, begun, &market.instruments, &clock)?;
    let observer = Observer::new(&market.instruments, Some(logs))
        .remembering(traces)
        .under(policy::version(config));
    let begins_at = clock.now();
    let (street, counterparty) = match plan {
        Some(plan) => {
            let maintenance = calendar::settings(config)?;
            let settings = aurora_venue::Settings { maintenance, ..Default::default() };
            let venues = plan.start(&data, begins_at - HISTORY, store.epoch(), &prices)?;
            let signing = signer.raise((store.epoch(), lead.is_some()), config, &venues.rules())?;
            let (history, (lines, running)) = venues.connect(&clock, &settings, signing)?;
            (Street::Venues(history, running), Counterparty::Lines(lines))
        }
        None => {
            let counterparty = build::inside(config, &market.instruments, &data, clock.now())?;
            let source = market.open(begins_at - HISTORY, store.epoch(), &prices);
            (Street::Inside(source), counterparty)
        }
    };
    let calendars = match counterparty {
        Counterparty::Lines(_) => Calendars::watch(config)?,
        Counterparty::Inside(_) => None,
    };
    let mut world = World::new(engine, counterparty, (store, audit), observer);
    world.lead = lead.cloned();
    // Virtual time does not stand still.
    if speed != Speed::Max {
        let now = (std::time::Instant::now(), std::time::SystemTime::now());
        world.watchdog = Some(Watchdog::new(settings::watch_limits(config), now));
    }
    if let Some(wanted) = config.opt_text("projection.url") {
        let names = Names::read(&data.join("instruments.txt"))?;
        let url = crate::db_cmd::url_in(wanted, &data);
        let base = world.store.base();
        world.projection = Some(Feed::spawn(url, data.join("journal"), names, base)?);
    }
    let (view, views) = watch::channel(Arc::new(world.first_view(clock.now(), &setting)));
    let (asks, asked) = bounded(QUESTIONS);
    let stop = lead.map_or_else(Arc::default, |lead| lead.stop.clone());
    let console = ConsoleState {
        view: views,
        asks,
        instruments,
        config: config_rows(config),
        allowed_hosts: Arc::new(config.list("server.allowed_hosts").to_vec()),
    };
    let server =
        if args.headless { None } else { Some(Server::bind(args, config, &session, console)?) };
    if let (Some(lead), Some(server)) = (lead, &server) {
        lead.listens_at(&server.address);
    }
    let listen = server.as_ref().map_or(String::new(), |server| server.address.clone());
    let desk = Desk {
        world,
        calendars,
        speed,
        asks: asked,
        view,
        stop: stop.clone(),
        system: System { recovery, listen, ..system(config, &session, clock.now()) },
        clock,
        kill_flag: PathBuf::from(config.text("killswitch.flag_file")),
        setting,
        shown_at: Nanos(0),
        flag_at: Nanos(0),
        market_ended: false,
        market_time: args.market_time.map_or(Nanos(i64::MAX), |span| Nanos::SECOND * span.into()),
        began_at: Nanos(i64::MIN),
        first_fill: None,
        begins_at: if is_tape { Nanos(i64::MIN) } else { begins_at },
    };
    let outcome = threads(desk, street, args, server, &stop)?;
    report(&outcome, args.json)
}

/// Where the market comes from.
enum Street {
    /// Out of this process, on its own time line.
    Inside(source::Source),
    /// From simulated venues that run as long as the desk does; first what they have shown before.
    Venues(source::Source, Vec<aurora_venuesim::Running>),
}

/// Paper goes through sockets where the market is ours and time is real.
fn plan(config: &Config, speed: Speed) -> Result<Option<PaperPlan>> {
    let is_ours = config.text("market.source") == "generated";
    let through_sockets =
        is_ours && speed == Speed::Times(1.0) && !config.list("paper.venues").is_empty();
    through_sockets.then(|| PaperPlan::new(config)).transpose()
}

/// The desk on a thread of its own; signals, the clock and the console on this one.
fn threads(
    desk: Desk,
    street: Street,
    args: &RunArgs,
    server: Option<Server>,
    stop: &Arc<AtomicBool>,
) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the I/O threads")?;
    let (ended_in, ended) = tokio::sync::oneshot::channel::<()>();
    let end_with_tape = args.headless;
    let stopping = stop.clone();
    let thread = std::thread::Builder::new().name("engine".into()).spawn(move || {
        let outcome = match street {
            Street::Inside(source) => runner::run(desk, source, end_with_tape),
            Street::Venues(history, running) => {
                let outcome = live::run(desk, Some(history));
                drop(running);
                outcome
            }
        };
        // Nobody waits for the word when the whole program is on its way out.
        let _ = ended_in.send(());
        outcome
    })?;
    let stop_after = args.stop_after.map(std::time::Duration::from_secs);
    runtime.block_on(async move {
        let until = async move {
            tokio::select! {
                () = signalled() => {}
                _ = ended => {}
                () = async move {
                    match stop_after {
                        Some(span) => tokio::time::sleep(span).await,
                        None => std::future::pending().await,
                    }
                } => {}
            }
        };
        match server {
            Some(server) => server.serve(until).await,
            None => {
                until.await;
                Ok(())
            }
        }
    })?;
    stopping.store(true, Ordering::Relaxed);
    thread.join().unwrap_or_else(|_| {
        anyhow::bail!("the engine thread panicked: the journal tells what was done")
    })
}

/// SIGINT or SIGTERM.
pub(crate) async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn market(args: &RunArgs, config: &Config) -> Result<Market> {
    if config.text("market.source") == "generated" {
        return Market::generated(config);
    }
    let listed: Vec<PathBuf> = config.list("market.tapes").iter().map(PathBuf::from).collect();
    let files = if args.tape.is_empty() { &listed } else { &args.tape };
    if files.is_empty() {
        return Err(config_fault(
            "market.source is tape: name files with --tape or in market.tapes",
        ));
    }
    Market::tapes(files, args.clock_shift)
}

/// The default market lives on where it was; a tape is a world of its own each time.
fn data_folder(
    args: &RunArgs,
    config: &Config,
    (is_tape, name): (bool, &str),
    now: Nanos,
) -> PathBuf {
    match &args.data {
        Some(folder) => folder.clone(),
        None if is_tape => Path::new(config.text("storage.dir")).join("tape").join(run_id(now.0)),
        None => Path::new(config.text("storage.dir")).join(name),
    }
}

/// Where a desk of that configuration keeps its audit, and the mirror.
pub(crate) fn audit_folder(config: &Config) -> Result<(PathBuf, Option<PathBuf>)> {
    let plan = plan(config, Speed::Times(1.0))?;
    let folder = plan.map_or_else(|| String::from("paper"), |plan| plan.folder());
    let settings = audit::settings(config, &Path::new(config.text("storage.dir")).join(folder));
    Ok((settings.folder, settings.mirror))
}

fn session(config: &Config, now: Nanos) -> Result<SessionDir> {
    Ok(match config.opt_text("logging.session_dir") {
        Some(folder) => SessionDir::at(Path::new(folder)),
        None => SessionDir::new_in(Path::new("logs"), now.0),
    })
}

fn setting(config: &Config, market: &Market, speed: Speed) -> Result<Setting> {
    Ok(Setting {
        profile: config.text("profile").to_owned(),
        market: if market.is_tape() { "tape" } else { "generated" },
        speed: speed.json(),
        currency: "USDT",
        cycle_limit_ms: config.f64("readiness.slo.order_cycle_ms_p95"),
        target_bps: config.f64("strategy.scalper.target_bps"),
        stop_bps: config.f64("strategy.scalper.stop_bps"),
    })
}

fn system(config: &Config, session: &SessionDir, now: Nanos) -> System {
    System {
        version: env!("CARGO_PKG_VERSION"),
        build: if cfg!(debug_assertions) { "debug" } else { "release" },
        rustc: env!("BUILT_WITH_RUSTC"),
        started_ms: now.0 as f64 / 1e6,
        pid: std::process::id(),
        profile: config.text("profile").to_owned(),
        session_dir: session.path().display().to_string(),
        ..System::default()
    }
}

fn config_rows(config: &Config) -> Arc<Vec<ConfigRow>> {
    let read = config.settings().filter(|setting| setting.key.is_read);
    let rows = read.map(|setting| ConfigRow {
        path: setting.key.path.to_owned(),
        value: setting.value.to_string(),
        origin: setting.origin.layer(),
        place: setting.origin.place(),
        text: Text::new(setting.key.ru, setting.key.en),
    });
    Arc::new(rows.collect())
}

/// The closing words. Whoever read them may be gone; the run was still a good one.
fn report(outcome: &Outcome, json: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        let _ = writeln!(out, "{}", serde_json::to_string(outcome)?);
        return Ok(());
    }
    let rate = outcome.events as f64 / outcome.took_s.max(1e-9);
    let _ = writeln!(
        out,
        "{} events in {:.2} s ({rate:.0}/s), {} orders, {} fills, {} denied, net {} USDT\njournal {}\nstate   {}",
        outcome.events,
        outcome.took_s,
        outcome.orders,
        outcome.fills,
        outcome.denied,
        outcome.net,
        outcome.journal_hash,
        outcome.fingerprint
    );
    Ok(())
}
