//! The desk's threads: itself on one, signals, the clock and the console on another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use super::RunArgs;
use super::live;
use super::runner::{self, Desk, Outcome};
use super::serve::Server;
use super::street::Street;

/// The desk on a thread of its own; signals, the clock and the console on this one.
pub(super) fn run(
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
    stop.store(true, Ordering::Relaxed);
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
