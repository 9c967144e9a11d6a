//! `aurora gate` beside a bare hyper server, in interleaved rounds; ratios of the medians decide.

use std::io::{self, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use crate::load::{self, Load, Measured, Target};
use crate::machine::{self, Pinned};

#[derive(Debug, Args)]
pub(crate) struct GateArgs {
    /// The gate's binary.
    #[arg(long, default_value = "target/release/aurora")]
    aurora: PathBuf,
    /// Configuration of the gate; without it, the strict defaults with SPRT on.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Rounds of each server; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds measured in each round, after a fifth of it to warm up.
    #[arg(long, default_value_t = 3.0)]
    secs: f64,
    /// Keep-alive connections.
    #[arg(long, default_value_t = 64)]
    connections: usize,
}

/// What must hold, as ratios over hyper on TCP.
const MIN_RATE: f64 = 0.8;
const MAX_CPU: f64 = 1.25;
const MAX_P999: f64 = 1.5;

/// Rotation is out of the way: compressing old logs waits for a quiet moment, and the rounds of the
/// peer on the same core would be one.
const CONFIG: &str = "sprt: {enabled: true}\nlogging: {rotate_max_mb: 100000}\n";

pub(crate) fn run(args: &GateArgs) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (peer_address, gate_address) = (free_address()?, free_address()?);
    let peer_socket = folder.path().join("peer.sock");
    let gate_socket = folder.path().join("gate.sock");
    let peer = start_peer(&peer_address, &peer_socket)?;
    let gate = start_gate(args, folder.path(), &gate_address, &gate_socket)?;
    machine::pin_self(1)?;
    wait_for(&peer_address)?;
    wait_for(&gate_address)?;

    let cases = [
        ("hyper tcp", &peer, Target::Http(peer_address.clone())),
        ("gate tcp", &gate, Target::Http(gate_address.clone())),
        ("hyper unix", &peer, Target::Unix(peer_socket)),
        ("gate unix", &gate, Target::Unix(gate_socket)),
        ("gate websocket", &gate, Target::Stream(gate_address)),
    ];
    let load = Load {
        connections: args.connections,
        warm_up: Duration::from_secs_f64(args.secs / 5.0),
        time: Duration::from_secs_f64(args.secs),
    };
    let mut rounds: Vec<Vec<Measured>> = vec![Vec::new(); cases.len()];
    for _ in 0..args.rounds {
        for (case, (name, server, target)) in cases.iter().enumerate() {
            let measured = load::run(target, load, || server.cpu_secs())
                .with_context(|| format!("measuring {name}"))?;
            rounds[case].push(measured);
        }
    }
    let medians: Vec<Measured> = rounds.iter().map(|rounds| median(rounds)).collect();
    let names: Vec<&str> = cases.iter().map(|(name, ..)| *name).collect();
    report(&names, &medians)
}

fn start_peer(address: &str, socket: &Path) -> anyhow::Result<Pinned> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["peer", "--tcp", address, "--unix"]).arg(socket);
    Pinned::start(0, &command)
}

fn start_gate(
    args: &GateArgs,
    folder: &Path,
    address: &str,
    socket: &Path,
) -> anyhow::Result<Pinned> {
    let config = match &args.config {
        Some(config) => config.clone(),
        None => {
            let config = folder.join("gate.yaml");
            std::fs::write(&config, CONFIG)?;
            config
        }
    };
    let mut command = Command::new(&args.aurora);
    command.args(["gate", "--listen", address, "--unix"]).arg(socket).arg("--config").arg(config);
    command.env("AURORA_SESSION_DIR", folder.join("session")).env("OPS_TOKEN", "bench");
    Pinned::start(0, &command)
}

fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

fn wait_for(address: &str) -> anyhow::Result<()> {
    for _ in 0..200 {
        if std::net::TcpStream::connect(address).is_ok() {
            return Ok(());
        }
        std::thread::park_timeout(Duration::from_millis(25));
    }
    anyhow::bail!("nothing listens on {address}: build with cargo build --release -p aurora")
}

fn median(rounds: &[Measured]) -> Measured {
    let of = |value: fn(&Measured) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Measured {
        per_second: of(|m| m.per_second),
        p50_us: of(|m| m.p50_us),
        p99_us: of(|m| m.p99_us),
        p999_us: of(|m| m.p999_us),
        cpu_us: of(|m| m.cpu_us),
        allowed: of(|m| m.allowed),
    }
}

fn report(names: &[&str], medians: &[Measured]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:16} {:>9} {:>8} {:>8} {:>9} {:>8} {:>7}",
        "", "req/s", "p50 us", "p99 us", "p99.9 us", "cpu us", "allowed"
    )?;
    for (name, m) in names.iter().zip(medians) {
        writeln!(
            out,
            "{name:16} {:>9.0} {:>8.1} {:>8.1} {:>9.1} {:>8.3} {:>6.0}%",
            m.per_second,
            m.p50_us,
            m.p99_us,
            m.p999_us,
            m.cpu_us,
            m.allowed * 100.0
        )?;
    }
    writeln!(out, "\nover hyper tcp: req/s ≥ {MIN_RATE}, cpu ≤ {MAX_CPU}, p99.9 ≤ {MAX_P999}")?;
    let [hyper, ..] = medians else { return Ok(()) };
    for (name, m) in names.iter().zip(medians).skip(1) {
        let (rate, cpu) = (m.per_second / hyper.per_second, m.cpu_us / hyper.cpu_us);
        let tail = m.p999_us / hyper.p999_us;
        let holds = MIN_RATE <= rate && cpu <= MAX_CPU && tail <= MAX_P999;
        let word = if holds { "holds" } else { "misses" };
        writeln!(out, "{name:16} req/s {rate:.3}  cpu {cpu:.3}  p99.9 {tail:.3}  {word}")?;
    }
    Ok(())
}
