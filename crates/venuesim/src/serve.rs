//! Starting and stopping servers: one thread a venue.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use aurora_binance::tape::TapeError;
use aurora_matching::InstrumentSpec;
use aurora_matching::exchange::Exchange;
use aurora_model::{Nanos, Ticks, Venue};
use tokio::sync::oneshot;

use crate::account::Accounts;
use crate::conn::{self, Shared};
use crate::dialect::Terms;
use crate::facts::{FactLog, FactsError};
use crate::fault::{Faults, Rule};
use crate::log::Log;
use crate::market::{Feed, MarketSource};
use crate::setup::Setup;
use crate::sim::{Sim, utc_now};
use crate::socket::Sockets;

/// How often the market and the timers are looked at.
const PUMP_EVERY: Duration = Duration::from_millis(1);

/// How one venue is to be served.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// [`Venue::BinanceUsdm`], [`Venue::Okx`] or [`Venue::Bybit`].
    pub venue: Venue,
    /// Where REST requests are taken; port 0 is any free one.
    pub rest: SocketAddr,
    /// Where WebSockets are taken; may be the same as `rest`. Every address takes both.
    pub ws: SocketAddr,
    /// Whether an address other than loopback is allowed.
    pub beyond_loopback: bool,
    /// Where the market comes from.
    pub market: MarketSource,
    /// What the generated market is drawn from.
    pub seed: u64,
    /// Where the generated market's prices start, in ticks by canonical instrument id; elsewhere they start where its
    /// instruments usually do.
    pub prices: BTreeMap<String, Ticks>,
    /// The generated market began at that moment: what happened since is history before the first client comes.
    pub market_began_at: Option<Nanos>,
    /// How many times faster than real the market runs.
    pub pace: u32,
    /// Whether rate limits refuse.
    pub limits: bool,
    /// Whether OKX's incremental book channels open with a snapshot.
    pub book_snapshot: bool,
    /// How long the answer to a frame waits. pybit notes what it asked for only after sending, and loses an answer
    /// that is faster; only the Bybit dialect heeds it.
    pub ack_delay: Duration,
    /// How many accounts there are: `testkey`, `testkey2` …
    pub accounts: u32,
    /// What goes wrong from the start; see [`crate::parse_faults`].
    pub faults: Vec<Rule>,
    /// Where the exchange writes its facts, and what it starts from.
    pub facts: Option<PathBuf>,
}

impl SimConfig {
    /// A venue on any free loopback port, with a generated market at real pace.
    pub fn new(venue: Venue) -> SimConfig {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        SimConfig {
            venue,
            rest: any,
            ws: any,
            beyond_loopback: false,
            market: MarketSource::Generated,
            seed: 1,
            prices: BTreeMap::new(),
            market_began_at: None,
            pace: 1,
            limits: true,
            book_snapshot: true,
            ack_delay: Duration::from_millis(2),
            accounts: 3,
            faults: Vec::new(),
            facts: None,
        }
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Nobody here speaks that venue's words.
    #[error("{} has no simulator: BINANCEUSDM, OKX and BYBIT have", .0.code())]
    NoSuchVenue(Venue),
    /// The address would be reachable from other machines.
    #[error("{0} is not a loopback address: use 127.0.0.1, the simulator's keys are public")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The thread or its runtime did not come up.
    #[error("cannot start the server's thread")]
    Thread(#[source] io::Error),
    /// The facts of an earlier run cannot be taken up.
    #[error("cannot take up where the venue left off")]
    Facts(#[from] FactsError),
    /// The recording cannot be played.
    #[error("cannot play the tape")]
    Tape(#[from] TapeError),
}

/// How the generated market trades each instrument of a venue, in the venue's order; `None` for a venue without a
/// simulator. The same seed, prices and first moment give the same market as the server's.
pub fn generated_specs(venue: Venue) -> Option<Vec<InstrumentSpec>> {
    match venue {
        Venue::BinanceUsdm => Some(crate::binance::setup().market),
        Venue::Okx => Some(crate::okx::setup().market),
        Venue::Bybit => Some(crate::bybit::setup().market),
        _ => None,
    }
}

/// A server that runs; dropping it stops it.
#[derive(Debug)]
pub struct Running {
    /// Which venue.
    pub venue: Venue,
    /// Where REST requests are taken.
    pub rest: SocketAddr,
    /// Where WebSockets are taken.
    pub ws: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Stops it and waits until it has.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts a venue's server on a thread of its own.
///
/// # Errors
/// [`ServeError`] when it cannot start; nothing is left running then.
pub fn serve(config: SimConfig) -> Result<Running, ServeError> {
    let rest = listen(&config, config.rest)?;
    let address = |listener: &TcpListener| {
        let bound = listener.local_addr();
        bound.map_err(|source| ServeError::Listen { address: config.rest, source })
    };
    let rest_at = address(&rest)?;
    let mut listeners = vec![rest];
    let mut ws_at = rest_at;
    if config.ws != config.rest {
        let ws = listen(&config, config.ws)?;
        ws_at = address(&ws)?;
        listeners.push(ws);
    }
    let venue = config.venue;
    let (stop, stopped) = oneshot::channel();
    let (ready, is_ready) = mpsc::channel();
    let thread = std::thread::Builder::new()
        .name(format!("sim-{}", venue.code().to_lowercase()))
        .spawn(move || run(config, listeners, stopped, &ready))
        .map_err(ServeError::Thread)?;
    let running =
        Running { venue, rest: rest_at, ws: ws_at, stop: Some(stop), thread: Some(thread) };
    let gone = |_| ServeError::Thread(io::Error::other("the thread ended"));
    is_ready.recv().map_err(gone)??;
    Ok(running)
}

fn listen(config: &SimConfig, address: SocketAddr) -> Result<TcpListener, ServeError> {
    if !address.ip().is_loopback() && !config.beyond_loopback {
        return Err(ServeError::NotLoopback(address));
    }
    let bind = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().map_err(|source| ServeError::Listen { address, source })
}

fn run(
    config: SimConfig,
    listeners: Vec<TcpListener>,
    stopped: oneshot::Receiver<()>,
    ready: &mpsc::Sender<Result<(), ServeError>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(ready.send(Err(ServeError::Thread(error)))),
    };
    let sim = match build(config) {
        Ok(sim) => Rc::new(RefCell::new(sim)),
        Err(error) => return drop(ready.send(Err(error))),
    };
    sim.borrow_mut().begin();
    let _ = ready.send(Ok(()));
    let local = tokio::task::LocalSet::new();
    for listener in listeners {
        local.spawn_local(accept(listener, Rc::clone(&sim)));
    }
    local.spawn_local(pump(sim));
    runtime.block_on(local.run_until(async {
        let _ = stopped.await;
    }));
}

pub(crate) fn build(config: SimConfig) -> Result<Sim, ServeError> {
    let Setup { venue, config: rules, listings, market, dialect } = match config.venue {
        Venue::BinanceUsdm => crate::binance::setup(),
        Venue::Okx => crate::okx::setup(),
        Venue::Bybit => crate::bybit::setup(),
        other => return Err(ServeError::NoSuchVenue(other)),
    };
    let ack_delay = Nanos(i64::try_from(config.ack_delay.as_nanos()).unwrap_or(i64::MAX));
    let now = utc_now();
    let book_ids = vec![0; listings.len()];
    let mut events = Vec::new();
    let (exchange, facts) = match &config.facts {
        None => (Exchange::new(rules, listings, now), None),
        Some(path) => {
            let (log, facts) = FactLog::open(path).map_err(FactsError::from)?;
            let restored = Exchange::restore(rules, listings, facts, now, &mut events);
            (restored.map_err(FactsError::from)?, Some(log))
        }
    };
    let mut market = market;
    for spec in &mut market {
        if let Some(price) = config.prices.get(&spec.instrument.id.to_string()) {
            spec.start_price = *price;
        }
    }
    let began_at = config.market_began_at.unwrap_or(now);
    let feed = Feed::new(&config.market, market, config.seed, config.pace, began_at)?;
    let mut sim = Sim {
        venue,
        exchange,
        dialect,
        sockets: Sockets::default(),
        accounts: Accounts::standard(config.accounts),
        faults: Faults::default(),
        terms: Terms {
            limits: config.limits,
            pace: config.pace,
            book_snapshot: config.book_snapshot,
            ack_delay,
        },
        feed,
        log: Log::default(),
        facts,
        market_problem: None,
        seed: config.seed,
        next_rule: 0,
        events,
        book_ids,
        ticked_at: now,
    };
    for rule in config.faults {
        sim.add_rule(rule);
    }
    Ok(sim)
}

async fn accept(listener: TcpListener, sim: Shared) {
    let listener = tokio::net::TcpListener::from_std(listener)
        .expect("the listener is non-blocking and the runtime is running");
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::task::spawn_local(conn::serve(stream, Rc::clone(&sim)));
        }
    }
}

async fn pump(sim: Shared) {
    let mut interval = tokio::time::interval(PUMP_EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        sim.borrow_mut().pump();
    }
}
