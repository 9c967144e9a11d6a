//! `aurora ha drill`: takes the leader away in every way there is, again and again, and counts what came of it.
//!
//! Each pair of nodes is this very program, on simulated venues in a process of their own that outlives every
//! node. What is counted is read from the venue's own list of orders and from the journals, not from what the
//! nodes say about themselves.

mod fault;
mod pair;
mod process;
mod proxy;
mod report;
mod round;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::exit::check_failed;
use fault::Fault;
use pair::{Pair, Spans};
use report::Drill;
use round::Round;

/// Take the leader away again and again, and prove that nothing was lost and nothing sent by two.
#[derive(Clone, Debug, Args)]
#[command(before_help = "Example: aurora ha drill --rounds 20")]
pub(crate) struct DrillArgs {
    /// How many times.
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// How many pairs of nodes at once.
    #[arg(long, default_value_t = 1)]
    pairs: u32,
    /// In which ways: kill (SIGKILL), pause (SIGSTOP for longer than the lease, then SIGCONT), partition (the leader
    /// loses the lease store; needs nats-server), demote (a person says so).
    #[arg(long, value_delimiter = ',', default_value = "kill,pause,partition,demote")]
    kinds: Vec<Fault>,
    /// How long a lease lasts, ms.
    #[arg(long, default_value_t = 5_000)]
    ttl_ms: i64,
    /// The venues' receive window, ms: a new leader waits it out.
    #[arg(long, default_value_t = 2_000)]
    life_ms: i64,
    /// How much longer it waits, ms.
    #[arg(long, default_value_t = 1_250)]
    slack_ms: i64,
    /// Chooses the moments.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The time to trading again that 99 of 100 rounds keep, ms; without it 10 s and what is waited for the venues.
    #[arg(long)]
    target_ms: Option<f64>,
    /// Where the report goes; `artifacts/failover_drill_DATE` when left out.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where the nodes live; a folder that goes away when left out.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Keep the epoch in a file, without a signer.
    #[arg(long)]
    without_signer: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &DrillArgs) -> Result<()> {
    if args.rounds == 0 || args.pairs == 0 || args.kinds.is_empty() {
        bail!("--rounds, --pairs and --kinds: at least one of each");
    }
    let began = Instant::now();
    let spans = Spans::of(args.ttl_ms, args.life_ms, args.slack_ms);
    let next = AtomicU32::new(0);
    let rounds: Mutex<Vec<Round>> = Mutex::default();
    let folder = Folder::new(args)?;
    let broken: Vec<String> = std::thread::scope(|scope| {
        let work = |no: u32| {
            let (next, rounds, folder) = (&next, &rounds, &folder);
            scope.spawn(move || pair(args, spans, (no, folder), (next, rounds)))
        };
        let workers: Vec<_> = (0..args.pairs.min(args.rounds)).map(work).collect();
        let done = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| bail!("a pair's thread panicked")));
        // What one pair could not do does not hide what the others did.
        done.filter_map(Result::err).map(|error| format!("{error:#}")).collect()
    });
    let rounds = rounds.into_inner().expect("nobody panicked with it");
    let drill = Drill::of(args, (rounds, broken), began.elapsed());
    let out = args.out.clone().unwrap_or_else(report::default_folder);
    drill.write(&out).with_context(|| out.display().to_string())?;
    drill.print(args.json, &out)?;
    match drill.failure() {
        None => Ok(()),
        Some(failure) => Err(check_failed(failure)),
    }
}

/// Where the nodes live.
struct Folder {
    path: PathBuf,
    is_kept: bool,
}

impl Folder {
    fn new(args: &DrillArgs) -> Result<Folder> {
        let own = || std::env::temp_dir().join(format!("aurora-drill-{}", std::process::id()));
        let path = args.keep.clone().unwrap_or_else(own);
        std::fs::create_dir_all(&path).with_context(|| path.display().to_string())?;
        let path = path.canonicalize()?;
        Ok(Folder { path, is_kept: args.keep.is_some() })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed is in the system's folder for such things.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// One pair of nodes, as long as there are rounds.
fn pair(
    args: &DrillArgs,
    spans: Spans,
    (no, folder): (u32, &Folder),
    (next, rounds): (&AtomicU32, &Mutex<Vec<Round>>),
) -> Result<()> {
    let mut pair = Pair::start(&folder.path.join(format!("pair-{no}")), spans, args)?;
    loop {
        let round = next.fetch_add(1, Ordering::Relaxed);
        if args.rounds <= round {
            return Ok(());
        }
        let fault = args.kinds[round as usize % args.kinds.len()];
        let moment = moment(args.seed, round);
        let done = round::play(&mut pair, round, fault, moment)
            .with_context(|| format!("round {round} ({fault:?}), pair {no}"))?;
        if !args.json {
            eprintln!("{}", done.line());
        }
        rounds.lock().expect("nobody panicked with it").push(done);
    }
}

/// When in the life of a lease the fault strikes.
fn moment(seed: u64, round: u32) -> Duration {
    // A fixed scramble: the same moments in every drill of that seed.
    let mixed =
        (seed.wrapping_mul(6_364_136_223_846_793_005)).wrapping_add(u64::from(round) * 7_919);
    Duration::from_millis(mixed % 1_500)
}
