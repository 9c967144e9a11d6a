//! Serves simulated venues until it is stopped: `cargo run --example serve -- --binance-rest 127.0.0.1:0`.
//!
//! Prints one line a venue with the bound addresses.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::SystemTime;

use aurora_model::{Nanos, Venue};
use aurora_venuesim::{MarketSource, SimConfig, parse_faults, serve};
use clap::Parser;

#[derive(Parser)]
struct Args {
    #[arg(long)]
    binance_rest: Option<SocketAddr>,
    #[arg(long)]
    binance_ws: Option<SocketAddr>,
    #[arg(long)]
    okx_rest: Option<SocketAddr>,
    #[arg(long)]
    okx_ws: Option<SocketAddr>,
    #[arg(long)]
    bybit_rest: Option<SocketAddr>,
    #[arg(long)]
    bybit_ws: Option<SocketAddr>,
    /// `generated`, or `tape` followed by files.
    #[arg(long, num_args = 1.., default_value = "generated")]
    market: Vec<String>,
    /// A scenario file of faults.
    #[arg(long)]
    faults: Option<PathBuf>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many times faster than real the market runs.
    #[arg(long, default_value_t = 1)]
    pace: u32,
    /// How many seconds of market there were before the server starts.
    #[arg(long, default_value_t = 60)]
    past_s: i64,
    /// Rate limits are counted, and never refuse.
    #[arg(long)]
    no_limits: bool,
    /// OKX's incremental book channels open without a snapshot.
    #[arg(long)]
    no_book_snapshot: bool,
    /// A folder where each venue keeps its facts.
    #[arg(long)]
    facts: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args = Args::parse();
    let venues = [
        (Venue::BinanceUsdm, args.binance_rest, args.binance_ws),
        (Venue::Okx, args.okx_rest, args.okx_ws),
        (Venue::Bybit, args.bybit_rest, args.bybit_ws),
    ];
    let market = match args.market.split_first() {
        Some((word, files)) if word == "tape" => {
            MarketSource::Tape(files.iter().map(PathBuf::from).collect())
        }
        _ => MarketSource::Generated,
    };
    let faults = match &args.faults {
        Some(path) => parse_faults(&std::fs::read_to_string(path)?)?,
        None => Vec::new(),
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let began_at = Nanos(i64::try_from(now.as_nanos())?) - Nanos::SECOND * args.past_s;
    let mut all = Vec::new();
    for (venue, rest, ws) in venues {
        let Some(rest) = rest.or(ws) else { continue };
        let running = serve(SimConfig {
            rest,
            ws: ws.unwrap_or(rest),
            market: market.clone(),
            seed: args.seed,
            pace: args.pace,
            market_began_at: Some(began_at),
            limits: !args.no_limits,
            book_snapshot: !args.no_book_snapshot,
            faults: faults.clone(),
            facts: args.facts.as_ref().map(|folder| folder.join(format!("{}.facts", venue.code()))),
            ..SimConfig::new(venue)
        })?;
        let (rest, ws) = (running.rest, running.ws);
        report(&format!("{} rest={rest} ws={ws}", venue.code()));
        all.push(running);
    }
    if all.is_empty() {
        return Err("name at least one address, for example --binance-rest 127.0.0.1:0".into());
    }
    loop {
        std::thread::park();
    }
}

#[expect(clippy::print_stdout, reason = "the addresses are what this program is asked for")]
fn report(line: &str) {
    println!("{line}");
}
