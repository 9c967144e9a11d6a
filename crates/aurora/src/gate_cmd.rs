//! `aurora gate`: only the pre-trade gate, for a desk that already has bots.

use std::io::{self, Write};
use std::net::{TcpListener, ToSocketAddrs};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use aurora_api::gate::{Clock, GateService, ServiceParts};
use aurora_api::http::{
    self, FrontLimits, GATE_ENDPOINTS, Listeners, docs_router, gate_router, root_router,
};
use aurora_config::{Config, Flag};
use aurora_journal::jsonl::{SessionDir, SessionLog};
use clap::{Args, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use crate::{calibrate_cmd, exit, gate_config};

/// What the kernel sends a process that writes past its file size limit.
const SIGXFSZ: i32 = 25;

/// Judge orders for bots: only the pre-trade gate, over HTTP, WebSocket and a Unix socket.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    before_help = "Example: OPS_TOKEN=… aurora gate --config gate.yaml --listen 127.0.0.1:8000"
)]
pub(crate) struct GateArgs {
    #[command(subcommand)]
    command: Option<GateCommand>,
    /// Configuration file; without it, the one AURORA_CONFIG names.
    #[arg(long, short, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one and prints it.
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<Listen>,
    /// Also listen on this Unix socket.
    #[arg(long, value_name = "PATH")]
    unix: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum GateCommand {
    /// Fit P(target) from a file of scores and outcomes.
    Calibrate(calibrate_cmd::CalibrateArgs),
}

/// Runs the gate until SIGTERM or SIGINT.
pub(crate) fn run(args: &GateArgs) -> anyhow::Result<()> {
    match &args.command {
        Some(GateCommand::Calibrate(args)) => calibrate_cmd::run(args),
        None => serve(args),
    }
}

fn serve(args: &GateArgs) -> anyhow::Result<()> {
    let flags = args.listen.as_ref().map(Listen::flags).unwrap_or_default();
    let config = crate::load_config(args.config.as_deref(), flags)?;
    let (service, folder) = service(&config, args.config.as_deref())?;
    let listeners = listen(&config, args.unix.as_deref())?;
    let address = listeners.tcp.as_ref().map(TcpListener::local_addr).transpose()?;
    let limits =
        FrontLimits { connections: config.int("server.max_connections"), ..FrontLimits::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let stop = stop_signal()?;
        let mut out = io::stdout();
        if let Some(address) = address {
            writeln!(out, "aurora gate listens on http://{address}, logs in {}", folder.display())?;
        }
        out.flush()?;
        let routes = |gate| {
            let docs = docs_router(&[GATE_ENDPOINTS]);
            gate_router(gate).merge(docs).merge(root_router())
        };
        http::serve(listeners, service, limits, routes, stop).await
    });
    if let Some(path) = &args.unix {
        // Gone already is as good.
        drop(std::fs::remove_file(path));
    }
    Ok(served?)
}

/// `HOST:PORT` as typed.
#[derive(Clone, Debug)]
pub(crate) struct Listen {
    host: String,
    port: String,
}

impl Listen {
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let flag = |path, value: &String| Flag { name: "--listen", path, value: value.clone() };
        vec![flag("server.host", &self.host), flag("server.port", &self.port)]
    }
}

impl FromStr for Listen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Listen, Self::Err> {
        let (host, port) = text
            .rsplit_once(':')
            .filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
            .ok_or("write HOST:PORT, for example 127.0.0.1:8000")?;
        Ok(Listen { host: host.to_owned(), port: port.to_owned() })
    }
}

fn service(config: &Config, file: Option<&Path>) -> anyhow::Result<(GateService, PathBuf)> {
    let session = match config.opt_text("logging.session_dir") {
        Some(path) => SessionDir::at(Path::new(path)),
        None => SessionDir::new_in(Path::new("logs"), Clock::start().now().0),
    };
    Ok((service_in(config, file, &session)?, session.path().to_owned()))
}

/// The gate for bots, with its logs in that session's folder.
pub(crate) fn service_in(
    config: &Config,
    file: Option<&Path>,
    session: &SessionDir,
) -> anyhow::Result<GateService> {
    let gate = gate_config::gate_config(config)
        .map_err(|problem| exit::config_fault(format!("{problem:#}")))?;
    let log = SessionLog::open(session, gate_config::log_rules(config))?;
    let source = file.map_or("defaults and environment".into(), |file| file.display().to_string());
    let service = GateService::new(ServiceParts {
        config: gate,
        log,
        token: gate_config::ops_token(config),
        ack_ttl: gate_config::ack_ttl(config),
        metrics_need_token: config.bool("metrics.require_token"),
        config_source: source,
    })
    .map_err(|problem| exit::config_fault(problem.to_string()))?;
    if let Some(problem) = service.log_problem() {
        eprintln!("aurora gate: every order is denied until the log can be written: {problem}");
    }
    Ok(service)
}

pub(crate) fn listen(config: &Config, unix: Option<&Path>) -> anyhow::Result<Listeners> {
    let (host, port) = (config.text("server.host"), config.int::<u16>("server.port"));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let addresses: Vec<_> = (host, port)
        .to_socket_addrs()
        .with_context(|| format!("server.host {host:?} is no address of this machine"))?
        .collect();
    let tcp = TcpListener::bind(&addresses[..]).with_context(|| {
        format!("cannot listen on {host}:{port}: is another gate running there?")
    })?;
    let unix = unix.map(listen_unix).transpose()?;
    Ok(Listeners { tcp: Some(tcp), unix })
}

fn listen_unix(path: &Path) -> anyhow::Result<UnixListener> {
    // A socket nobody answers on was left behind by a killed process.
    if UnixStream::connect(path).is_err() && is_socket(path) {
        std::fs::remove_file(path)?;
    }
    UnixListener::bind(path).with_context(|| {
        format!("cannot listen on {}: is another gate running there?", path.display())
    })
}

fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
}

/// Completes on SIGTERM or SIGINT. Must be called within the runtime.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // With somebody listening, a write past the limit is an error and not the end.
    let too_large = signal(SignalKind::from_raw(SIGXFSZ))?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        drop(too_large);
    })
}
