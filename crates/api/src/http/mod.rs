//! The front door: one port for bots, browsers, operators and probes.
//!
//! Bots speak plain HTTP/1.1 posts or WebSocket messages and are answered by the gate thread itself.
//! Every other request moves, with its connection, to an axum [`Router`] on tokio; both sides ask the
//! same [`GateService`], so there is one truth and no lock.

mod batch;
mod conn;
mod docs;
mod front;
mod handle;
mod handover;
mod head;
pub(crate) mod origin;
mod requests;
mod routes;
mod websocket;

pub use batch::Answered;
pub use conn::Deadlines;
pub use docs::{Answer, Endpoint, GATE_ENDPOINTS, docs_router};
pub use front::FrontLimits;
pub use handle::{GateHandle, OwnedCall, OwnedOp};
pub use routes::{MoreMetrics, gate_router, root_router};

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;

use crate::gate::GateService;

/// Requests waiting for the gate thread; when full, a new one is answered 503.
const QUEUE: usize = 1024;

/// Where the front listens; sockets already bound.
#[derive(Debug, Default)]
pub struct Listeners {
    /// For everyone.
    pub tcp: Option<std::net::TcpListener>,
    /// For bots on this machine.
    pub unix: Option<std::os::unix::net::UnixListener>,
}

/// Serves the gate until `shutdown` completes.
///
/// The gate thread is spawned here; everything off the fast path runs on the caller's tokio runtime, in
/// the router that `routes` makes of a [`GateHandle`], for example
/// `|gate| gate_router(gate).merge(console)`. Returns once the thread has answered what it was asked and
/// closed its log.
///
/// # Errors
/// When a socket or the poll cannot be set up, or the gate thread's poll fails.
pub async fn serve(
    listeners: Listeners,
    service: GateService,
    limits: FrontLimits,
    routes: impl FnOnce(GateHandle) -> Router,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let poll = mio::Poll::new()?;
    let waker = Arc::new(front::waker(&poll)?);
    let (commands_in, commands) = crossbeam_channel::bounded(QUEUE);
    let (moved_in, moved) = tokio::sync::mpsc::unbounded_channel();
    let stop = Arc::new(AtomicBool::new(false));
    let (tcp, unix) = listen(listeners)?;
    let parts = front::FrontParts {
        poll,
        tcp,
        unix,
        service,
        limits,
        commands,
        moved: moved_in,
        stop: Arc::clone(&stop),
    };
    let front = front::Front::new(parts)?;
    let (ended_in, ended) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("gate".into()).spawn(move || {
        let outcome = front.run();
        // Nobody waits for it when the caller is already on its way out.
        ended_in.send(()).ok();
        outcome
    })?;
    let handle = GateHandle { commands: commands_in, waker: Arc::clone(&waker) };
    let others = handover::serve(moved, routes(handle), limits.deadlines.head);
    tokio::select! {
        () = others => {}
        () = shutdown => {}
        _ = ended => {}
    }
    stop.store(true, Ordering::Relaxed);
    waker.wake()?;
    thread.join().unwrap_or_else(|_| Err(io::Error::other("the gate thread panicked")))
}

fn listen(
    listeners: Listeners,
) -> io::Result<(Option<mio::net::TcpListener>, Option<mio::net::UnixListener>)> {
    if let Some(tcp) = &listeners.tcp {
        tcp.set_nonblocking(true)?;
    }
    if let Some(unix) = &listeners.unix {
        unix.set_nonblocking(true)?;
    }
    Ok((
        listeners.tcp.map(mio::net::TcpListener::from_std),
        listeners.unix.map(mio::net::UnixListener::from_std),
    ))
}
