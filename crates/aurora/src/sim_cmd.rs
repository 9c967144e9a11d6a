//! `aurora sim`: venue servers on loopback, for any client.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aurora_model::{Nanos, Venue};
use aurora_venue::Clock;
use aurora_venuesim::{MarketSource, Rule, Running, SimConfig, parse_faults, serve};
use clap::{Args, Subcommand};

use crate::exit::config_fault;

/// Simulated venues that speak the real ones' protocols.
#[derive(Debug, Args)]
#[command(
    before_help = "Example: aurora sim serve --binance-rest 127.0.0.1:9001 --binance-ws 127.0.0.1:9001"
)]
pub(crate) struct SimArgs {
    #[command(subcommand)]
    command: SimCommand,
}

#[derive(Debug, Subcommand)]
enum SimCommand {
    Serve(ServeArgs),
}

/// Serve venues until interrupted. Keys: testkey, testsecret, testpass.
///
/// Each venue that has an address is served; REST and WebSocket may share one, and port 0 takes a free one. Without
/// any address all three are served on free ports. `/sim/faults`, `/sim/log`, `/sim/orders` and `/sim/fills` on every
/// port switch faults and tell the truth.
#[derive(Debug, Args)]
#[command(
    before_help = "Example: aurora sim serve --okx-rest 127.0.0.1:9002 --okx-ws 127.0.0.1:9002 --faults storm.json --seed 7"
)]
struct ServeArgs {
    /// Where Binance USD-M futures' REST is served.
    #[arg(long, value_name = "ADDR")]
    binance_rest: Option<SocketAddr>,
    /// Where its WebSockets are served; the REST address when left out.
    #[arg(long, value_name = "ADDR")]
    binance_ws: Option<SocketAddr>,
    /// Where OKX v5 REST is served.
    #[arg(long, value_name = "ADDR")]
    okx_rest: Option<SocketAddr>,
    /// Where its WebSockets are served; the REST address when left out.
    #[arg(long, value_name = "ADDR")]
    okx_ws: Option<SocketAddr>,
    /// Where Bybit v5 REST is served.
    #[arg(long, value_name = "ADDR")]
    bybit_rest: Option<SocketAddr>,
    /// Where its WebSockets are served; the REST address when left out.
    #[arg(long, value_name = "ADDR")]
    bybit_ws: Option<SocketAddr>,
    /// `generated`, `none`, or `tape FILE…` (recorded Binance frames, played in a loop).
    #[arg(long, value_name = "generated|none|tape FILE", num_args = 1.., default_value = "generated")]
    market: Vec<String>,
    /// A scenario file of faults.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// What the market and everything random is drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many times faster than real the market runs.
    #[arg(long, default_value_t = 1)]
    pace: u32,
    /// How many seconds of generated market there are before the first client comes.
    #[arg(long, default_value_t = 60)]
    past_s: u32,
    /// OKX's book channels open without a snapshot; clients fetch it by REST.
    #[arg(long)]
    no_book_snapshot: bool,
    /// Count the venue's rate limits, but never refuse for them.
    #[arg(long)]
    no_limits: bool,
    /// A folder where each venue keeps what happened, and goes on from.
    #[arg(long, value_name = "DIR")]
    facts: Option<PathBuf>,
}

/// Serves until interrupted.
pub(crate) fn run(args: &SimArgs) -> Result<()> {
    let SimCommand::Serve(args) = &args.command;
    let market = market(&args.market)?;
    let faults = faults(args.faults.as_deref())?;
    let now = Clock::system().now();
    if let Some(folder) = &args.facts {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let running = args.venues().into_iter().map(|(venue, rest, ws)| {
        let config = SimConfig {
            rest,
            ws,
            market: market.clone(),
            seed: args.seed,
            pace: args.pace,
            limits: !args.no_limits,
            book_snapshot: !args.no_book_snapshot,
            market_began_at: Some(now - Nanos::SECOND * i64::from(args.past_s)),
            faults: faults.clone(),
            facts: args.facts.as_ref().map(|folder| folder.join(format!("{}.facts", venue.code()))),
            ..SimConfig::new(venue)
        };
        serve(config).with_context(|| format!("the {} simulator", venue.code()))
    });
    let running = running.collect::<Result<Vec<Running>>>()?;
    announce(&running)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(crate::desk::signalled());
    Ok(())
}

/// One line a venue, in a form that scripts read.
fn announce(running: &[Running]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for sim in running {
        writeln!(out, "{} rest={} ws={}", sim.venue.code(), sim.rest, sim.ws)?;
    }
    out.flush().context("stdout")
}

impl ServeArgs {
    fn venues(&self) -> Vec<(Venue, SocketAddr, SocketAddr)> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let asked = [
            (Venue::BinanceUsdm, self.binance_rest, self.binance_ws),
            (Venue::Okx, self.okx_rest, self.okx_ws),
            (Venue::Bybit, self.bybit_rest, self.bybit_ws),
        ];
        let none = asked.iter().all(|(_, rest, ws)| rest.is_none() && ws.is_none());
        let served = asked.into_iter().filter_map(|(venue, rest, ws)| {
            let either = rest.or(ws).or(none.then_some(any))?;
            Some((venue, rest.unwrap_or(either), ws.unwrap_or(either)))
        });
        served.collect()
    }
}

fn faults(file: Option<&Path>) -> Result<Vec<Rule>> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    parse_faults(&text).map_err(|fault| config_fault(format!("{}: {fault}", file.display())))
}

fn market(words: &[String]) -> Result<MarketSource> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["generated"] => Ok(MarketSource::Generated),
        ["none"] => Ok(MarketSource::None),
        ["tape", _, ..] => Ok(MarketSource::Tape(words[1..].iter().map(PathBuf::from).collect())),
        _ => Err(config_fault("--market: say generated, none, or tape and one or more files")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(flags: &[&str]) -> ServeArgs {
        #[derive(Debug, clap::Parser)]
        struct Cli {
            #[command(flatten)]
            serve: ServeArgs,
        }
        let words = ["sim"].into_iter().chain(flags.iter().copied());
        <Cli as clap::Parser>::try_parse_from(words).unwrap().serve
    }

    #[test]
    fn one_address_serves_both_and_none_serves_all() {
        let one = args(&["--okx-rest", "127.0.0.1:9002"]);
        let at: SocketAddr = "127.0.0.1:9002".parse().unwrap();
        assert_eq!(one.venues(), [(Venue::Okx, at, at)]);
        assert_eq!(args(&[]).venues().len(), 3);
    }

    #[test]
    fn a_market_is_generated_none_or_a_tape() {
        assert_eq!(market(&args(&[]).market).unwrap(), MarketSource::Generated);
        let tape = args(&["--market", "tape", "a.zst", "b.zst"]);
        assert_eq!(
            market(&tape.market).unwrap(),
            MarketSource::Tape(vec!["a.zst".into(), "b.zst".into()])
        );
        assert!(market(&[String::from("tape")]).is_err());
    }
}
