//! The desk's port: the gate for bots on its fast path, the console and everything else beside it.

use std::future::Future;
use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result};
use aurora_api::console::wire::InstrumentRow;
use aurora_api::console::{Ask, CONSOLE_ENDPOINTS, ConsoleState, View, metrics, router};
use aurora_api::gate::GateService;
use aurora_api::http::{
    self, FrontLimits, GATE_ENDPOINTS, Listeners, MoreMetrics, docs_router, gate_router,
};
use aurora_config::Config;
use aurora_journal::jsonl::SessionDir;
use axum::Extension;
use crossbeam_channel::{Receiver, bounded};
use tokio::sync::watch;

use super::RunArgs;
use super::shown::config_rows;
use crate::gate_cmd;

/// Questions waiting for the desk's thread; when full, an asker is told that it is busy.
const QUESTIONS: usize = 256;

/// Both ends of the console: what the desk shows and hears, and what is served.
pub(super) struct Console {
    pub(super) view: watch::Sender<Arc<View>>,
    pub(super) asks: Receiver<Ask>,
    /// `None` for a desk without a port.
    pub(super) server: Option<Server>,
}

impl Console {
    /// Binds the port, so that a taken one is told before anything trades.
    pub(super) fn open(
        args: &RunArgs,
        (config, session): (&Config, &SessionDir),
        instruments: Arc<Vec<InstrumentRow>>,
        first: View,
    ) -> Result<Console> {
        let (view, views) = watch::channel(Arc::new(first));
        let (ask, asks) = bounded(QUESTIONS);
        let state = ConsoleState {
            view: views,
            asks: ask,
            instruments,
            config: config_rows(config),
            allowed_hosts: Arc::new(config.list("server.allowed_hosts").to_vec()),
        };
        let bind = || Server::bind(args, config, session, state);
        let server = (!args.headless).then(bind).transpose()?;
        Ok(Console { view, asks, server })
    }

    /// Where it is served; empty when it is not.
    pub(super) fn address(&self) -> &str {
        self.server.as_ref().map_or("", |server| &server.address)
    }
}

/// A bound port and what is served on it.
pub(super) struct Server {
    pub(super) address: String,
    listeners: Listeners,
    limits: FrontLimits,
    gate: GateService,
    console: ConsoleState,
}

impl Server {
    fn bind(
        args: &RunArgs,
        config: &Config,
        session: &SessionDir,
        console: ConsoleState,
    ) -> Result<Server> {
        let listeners = gate_cmd::listen(config, None)?;
        let tcp = listeners.tcp.as_ref().context("a desk listens on TCP")?;
        let address = tcp.local_addr()?.to_string();
        // The gate's own log has a folder of its own: one writer a file.
        let session = SessionDir::at(&session.path().join("gate"));
        Ok(Server {
            address,
            listeners,
            limits: FrontLimits {
                connections: config.int("server.max_connections"),
                ..FrontLimits::default()
            },
            gate: gate_cmd::service_in(config, args.config.as_deref(), &session)?,
            console,
        })
    }

    /// Serves until `until` completes.
    pub(super) async fn serve(self, until: impl Future<Output = ()>) -> Result<()> {
        let mut out = std::io::stdout();
        writeln!(out, "Aurora is running: http://{}", self.address)?;
        out.flush()?;
        let console = self.console;
        let docs = docs_router(&[GATE_ENDPOINTS, CONSOLE_ENDPOINTS]);
        let views = console.view.clone();
        let more = MoreMetrics(Arc::new(move || {
            // The desk's thread must not wait for the text.
            let view = views.borrow().clone();
            metrics::render(&view)
        }));
        let routes =
            |gate| gate_router(gate).layer(Extension(more)).merge(docs).merge(router(console));
        Ok(http::serve(self.listeners, self.gate, self.limits, routes, until).await?)
    }
}
