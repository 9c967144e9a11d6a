//! `aurora conformance`: the same scenarios against every venue, through the very adapters the desk trades with.

mod report;
mod scenario;
mod seen;
mod stage;
mod truth;
mod venue;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use aurora_venuesim::{SimConfig, serve};
use aurora_wire::Keys;
use clap::{Args, Subcommand, ValueEnum};

use crate::exit::{check_failed, config_fault};
use crate::venues::VenueName;
use report::{Run, Verdict};
use scenario::Scenario;
use stage::Stage;
use truth::Truth;
use venue::{VenueLink, sim_at};

/// How long a venue may take to be ready.
const PATIENCE: Duration = Duration::from_secs(20);

/// Prove that the adapters do on a venue what a desk relies on.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora conformance run --venue all --against sim")]
pub(crate) struct ConformanceArgs {
    #[command(subcommand)]
    command: ConformanceCommand,
}

#[derive(Debug, Subcommand)]
enum ConformanceCommand {
    Run(RunArgs),
    List(ListArgs),
}

/// Play the scenarios and write artifacts/conformance.
///
/// Against `sim` a simulator is started for each venue, unless --sim names one that runs. Against `testnet` real
/// orders of the smallest size are placed on the venue's test network: that needs your keys, in the environment
/// variables AURORA_<VENUE>_KEY, AURORA_<VENUE>_SECRET and, for OKX, AURORA_OKX_PASSPHRASE.
#[derive(Debug, Args)]
struct RunArgs {
    /// binance, okx, bybit or all.
    #[arg(long, default_value = "all")]
    venue: String,
    /// Where the orders go.
    #[arg(long, value_enum, default_value_t = Against::Sim)]
    against: Against,
    /// A simulator of one venue that runs already.
    #[arg(long, value_name = "ADDR")]
    sim: Option<SocketAddr>,
    /// Only scenarios whose name contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// More scenarios: a JSON file of the same language.
    #[arg(long, value_name = "FILE")]
    scenarios: Vec<PathBuf>,
    /// Where the results go.
    #[arg(long, value_name = "DIR", default_value = "artifacts/conformance")]
    out: PathBuf,
    /// Seed of the simulator.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Against {
    Sim,
    Testnet,
}

/// Print the scenarios.
#[derive(Debug, Args)]
struct ListArgs {}

const BUILT_IN: [(&str, &str); 8] = [
    ("orders", include_str!("scenarios/orders.json")),
    ("cancels", include_str!("scenarios/cancels.json")),
    ("amends", include_str!("scenarios/amends.json")),
    ("batches", include_str!("scenarios/batches.json")),
    ("account", include_str!("scenarios/account.json")),
    ("lost", include_str!("scenarios/lost.json")),
    ("streams", include_str!("scenarios/streams.json")),
    ("venue", include_str!("scenarios/venue.json")),
];

/// Runs the command.
pub(crate) fn run(args: &ConformanceArgs) -> Result<()> {
    match &args.command {
        ConformanceCommand::Run(args) => play(args),
        ConformanceCommand::List(_) => {
            for scenario in scenarios(&[])? {
                println(&format!("{:36} {}", scenario.name, scenario.proves));
            }
            Ok(())
        }
    }
}

fn play(args: &RunArgs) -> Result<()> {
    let names = match args.venue.as_str() {
        "all" => VenueName::ALL.to_vec(),
        name => vec![name.parse().map_err(|fault| config_fault(format!("--venue: {fault}")))?],
    };
    let scenarios = scenarios(&args.scenarios)?;
    // Every venue has a simulator, a line and a truth of its own: they play side by side.
    let runs = std::thread::scope(|scope| {
        let play = |name| {
            let scenarios = &scenarios;
            scope.spawn(move || play_on(name, scenarios, args))
        };
        let playing: Vec<_> = names.into_iter().map(play).collect();
        let done = playing.into_iter().map(|run| match run.join() {
            Ok(run) => run,
            Err(_) => bail!("a run of the suite panicked"),
        });
        done.collect::<Result<Vec<Run>>>()
    })?;
    report::write(&args.out, &runs)?;
    if args.json {
        println(&serde_json::to_string(&runs)?);
    } else {
        for run in &runs {
            println(&format!(
                "{:8} {} of {} scenarios passed against {}",
                run.venue,
                run.verdicts.len() - run.failed(),
                run.verdicts.len(),
                run.against
            ));
            for verdict in run.verdicts.iter().filter(|verdict| !verdict.passed) {
                println(&format!(
                    "  {}: {}",
                    verdict.name,
                    verdict.problem.as_deref().unwrap_or("")
                ));
            }
        }
        println(&format!("{}", args.out.join("coverage.md").display()));
    }
    match runs.iter().map(Run::failed).sum() {
        0 => Ok(()),
        failed => Err(check_failed(format!("{failed} scenarios failed"))),
    }
}

fn play_on(name: VenueName, scenarios: &[Scenario], args: &RunArgs) -> Result<Run> {
    let running = match (args.against, args.sim) {
        (Against::Sim, None) => {
            let config = SimConfig { seed: args.seed, ..SimConfig::new(name.venue()) };
            Some(serve(config).with_context(|| format!("the simulated {}", name.word()))?)
        }
        _ => None,
    };
    let (endpoints, keys, truth) = match args.against {
        Against::Testnet => (name.testnet_endpoints(), keys_of(name)?, None),
        Against::Sim => {
            let address =
                args.sim.or(running.as_ref().map(|sim| sim.rest)).context("no simulator")?;
            let keys = Keys::new("testkey", "testsecret", "testpass");
            (sim_at(name, address), keys, Some(Truth::new(address)))
        }
    };
    let (link, rules) = VenueLink::connect(name, &endpoints, keys)?;
    let epoch = crate::venues::epoch_of(link.now())?;
    let mut stage = Stage::new(link, rules, truth, epoch);
    stage.ready(PATIENCE).with_context(|| name.word())?;
    let wanted = scenarios.iter().filter(|scenario| {
        (scenario.only.is_empty() || scenario.only.iter().any(|only| only == name.word()))
            && (args.against == Against::Sim || !scenario.sim_only)
            && args.only.as_ref().is_none_or(|part| scenario.name.contains(part.as_str()))
    });
    let mut verdicts = Vec::new();
    for scenario in wanted {
        let began = Instant::now();
        let played = stage.play(scenario);
        verdicts.push(Verdict {
            venue: name.word(),
            name: scenario.name.clone(),
            proves: scenario.proves.clone(),
            passed: played.is_ok(),
            problem: played.err().map(|problem| format!("{problem:#}")),
            took_ms: began.elapsed().as_secs_f64() * 1e3,
            resyncs_ms: stage.resyncs_ms().to_vec(),
        });
    }
    drop(stage);
    drop(running);
    let against = if args.against == Against::Sim { "sim" } else { "testnet" };
    Ok(Run { venue: name.word(), against, verdicts })
}

/// The user's keys of a test network; never on the command line.
fn keys_of(name: VenueName) -> Result<Keys> {
    let variable = |part: &str| format!("AURORA_{}_{part}", name.word().to_uppercase());
    let read = |part: &str| {
        std::env::var(variable(part)).map_err(|_| {
            config_fault(format!(
                "{} is not set: the test network needs keys of your own, made on its pages",
                variable(part)
            ))
        })
    };
    let passphrase = if name == VenueName::Okx { read("PASSPHRASE")? } else { String::new() };
    Ok(Keys::new(&read("KEY")?, &read("SECRET")?, &passphrase))
}

/// The built-in scenarios and those of files, with unique names.
fn scenarios(files: &[PathBuf]) -> Result<Vec<Scenario>> {
    let mut all: Vec<Scenario> = Vec::new();
    for (name, text) in BUILT_IN {
        all.extend(parse(text).with_context(|| format!("built-in scenarios {name}"))?);
    }
    for file in files {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        all.extend(parse(&text).with_context(|| file.display().to_string())?);
    }
    let mut names: Vec<&str> = all.iter().map(|scenario| scenario.name.as_str()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        bail!("two scenarios are called {:?}", twice[0]);
    }
    Ok(all)
}

fn parse(text: &str) -> Result<Vec<Scenario>> {
    serde_json::from_str(text).map_err(|fault| config_fault(fault.to_string()))
}

/// Whoever read the answer may be gone; that is no fault of the run.
fn println(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    // Controls: C22
    #[test]
    fn every_venue_has_more_than_sixty_scenarios() {
        let all = scenarios(&[]).unwrap();
        for name in VenueName::ALL {
            let of_venue = |scenario: &&Scenario| {
                scenario.only.is_empty() || scenario.only.iter().any(|only| only == name.word())
            };
            assert!(60 <= all.iter().filter(of_venue).count(), "{}", name.word());
        }
    }

    #[test]
    fn a_misspelt_step_is_refused_by_its_name() {
        let text = r#"[{"name": "a", "proves": "b", "steps": [{"plase": {}}]}]"#;
        assert!(parse(text).unwrap_err().to_string().contains("plase"));
    }
}
