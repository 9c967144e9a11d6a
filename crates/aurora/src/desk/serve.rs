//! The console's port.

use std::future::Future;

use anyhow::{Context, Result};
use aurora_api::console::{ConsoleState, router};
use aurora_config::Config;
use aurora_journal::jsonl::SessionDir;

use super::RunArgs;

/// A bound port and what is served on it.
pub(super) struct Server {
    pub(super) address: String,
    listener: std::net::TcpListener,
    console: ConsoleState,
}

impl Server {
    pub(super) fn bind(
        args: &RunArgs,
        config: &Config,
        _session: &SessionDir,
        console: ConsoleState,
    ) -> Result<Server> {
        let configured = format!("{}:{}", config.text("server.host"), config.i64("server.port"));
        let wanted = args.listen.clone().unwrap_or(configured);
        let listener = std::net::TcpListener::bind(&wanted)
            .with_context(|| format!("cannot listen on {wanted}: choose another with --listen"))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?.to_string();
        Ok(Server { address, listener, console })
    }

    /// Serves until `until` completes.
    pub(super) async fn serve(
        self,
        until: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        announce(&self.address)?;
        axum::serve(listener, router(self.console)).with_graceful_shutdown(until).await?;
        Ok(())
    }
}

fn announce(address: &str) -> Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout().lock(), "Aurora is running: http://{address}")?;
    Ok(())
}
