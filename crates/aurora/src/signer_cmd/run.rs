//! `aurora signer run`: socket, signals, and the cancelling of everything.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use aurora_authority::Authority;
use aurora_config::{Config, Flag};
use aurora_model::Nanos;
use aurora_signer::{Judge, KeyRing, NotSigned, Server, StateFile, read_keys};
use clap::Args;
use crossbeam_channel::{Receiver, Sender, bounded};

use super::cancel::{Venues, cancel_everything};
use super::{build_id, keys, policy, socket, words};
use crate::desk::{ACCOUNT, PaperPlan, nowhere};
use crate::exit::config_fault;

/// What the signer's own thread is woken for.
enum Word {
    Kill,
    Stop,
    /// Nobody can connect any more.
    Deaf(std::io::Error),
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The venues the desk trades on and where they run, as in `aurora run`: okx@127.0.0.1:9002.
    #[arg(long, value_name = "NAME@HOST:PORT")]
    venue: Vec<String>,
}

impl RunArgs {
    pub(super) fn flags(&self) -> Option<Flag> {
        let value = self.venue.join(",");
        (!value.is_empty()).then_some(Flag { name: "--venue", path: "paper.venues", value })
    }
}

pub(super) fn run(config: &Config) -> Result<()> {
    let build = build_id()?;
    aurora_signer::harden().context("this process cannot keep others from reading its memory")?;
    let plan = PaperPlan::new(config)?;
    if let Some((name, _)) = plan.addresses().find(|(_, address)| address.is_none()) {
        return Err(config_fault(nowhere(name)));
    }
    let (file, remembered) = StateFile::open(Path::new(config.text("signer.state")))?;
    let venues = plan.running_rules()?;
    let listed: Vec<_> = venues.iter().map(|(name, _, rules)| (*name, rules.clone())).collect();
    let authority = Authority::new(policy(config, ACCOUNT, build, &listed)?, remembered);
    let sealed = Path::new(config.text("signer.keys"));
    let plain = aurora_signer::open(sealed, &keys::unlock(config))
        .context("the keys: `aurora signer keygen`, then `aurora signer seal`")?;
    let mut ring = KeyRing::new();
    for (venue, key) in read_keys(&plain)? {
        if let Some((name, ..)) = venues.iter().find(|(name, ..)| name.venue() == venue) {
            ring.insert(venue, (name.protocol(), key));
        }
    }
    drop(plain);
    for (name, ..) in &venues {
        if !ring.contains_key(&name.venue()) {
            let none = NotSigned::NoKeys(name.venue());
            return Err(config_fault(format!("{none}: seal one with `aurora signer seal`")));
        }
    }
    serve(config, Judge::new(authority, ring, Some(file)), &venues)
}

fn serve(config: &Config, judge: Judge, venues: &Venues) -> Result<()> {
    let path = socket(config);
    let server = Server::bind(&path)?;
    let standing = judge.standing(Nanos(0));
    let judge = Arc::new(Mutex::new(judge));
    let (wake, words_of) = bounded(16);
    let on_kill = {
        let wake = wake.clone();
        // When so many wait already, one more says nothing new.
        move || drop(wake.try_send(Word::Kill))
    };
    let (serving, deaf) = (Arc::clone(&judge), wake.clone());
    std::thread::Builder::new().name("signer socket".into()).spawn(move || {
        if let Err(error) = server.serve(&serving, &(Arc::new(on_kill) as _)) {
            // Nobody listens when the process is on its way out.
            drop(deaf.send(Word::Deaf(error)));
        }
    })?;
    let signals = wake.clone();
    std::thread::Builder::new().name("signals".into()).spawn(move || listen(&signals))?;
    say(&format!("signing at {}: {}", path.display(), words(&standing)));
    if standing.remembered.is_killed {
        // Whatever a kill left open when the process ended is cancelled now.
        drop(wake.try_send(Word::Kill));
    }
    let life = ["ha.request_life_ms", "ha.takeover_slack_ms"].map(|key| config.int::<u64>(key));
    let life = Duration::from_millis(life.iter().sum());
    let ended = work(&words_of, &judge, (venues, life));
    drop(std::fs::remove_file(&path));
    ended.with_context(|| format!("nobody can connect to {} any more", path.display()))
}

/// `life`: how long after its signature a venue may still take an order.
fn work(
    words_of: &Receiver<Word>,
    judge: &Arc<Mutex<Judge>>,
    (venues, life): (&Venues, Duration),
) -> std::io::Result<()> {
    for word in words_of {
        match word {
            Word::Stop => return Ok(()),
            Word::Deaf(error) => return Err(error),
            Word::Kill => {
                let killed = judge.lock().map(|mut judge| {
                    judge.change(|authority| {
                        authority.kill();
                        Ok(())
                    })
                });
                if let Ok(Err(why)) = killed {
                    say(&why.to_string());
                }
                say("KILLED: cancelling everything");
                let settled_at = Instant::now() + life;
                for (name, outcome) in cancel_everything(venues, judge, settled_at) {
                    match outcome {
                        Ok(took) => say(&format!("{}: nothing is open, {took:.3} s", name.word())),
                        Err(why) => say(&format!("{}: {why}", name.word())),
                    }
                }
            }
        }
    }
    Ok(())
}

/// SIGUSR1 kills; SIGTERM and SIGINT end the process, and the desk holds.
fn listen(wake: &Sender<Word>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return;
    };
    runtime.block_on(async {
        let Ok(mut kill) = signal(SignalKind::user_defined1()) else { return };
        loop {
            tokio::select! {
                Some(()) = kill.recv() => drop(wake.try_send(Word::Kill)),
                () = crate::desk::signalled() => break,
            }
        }
        drop(wake.send(Word::Stop));
    });
}

/// One line to whoever watches; nobody has to.
fn say(line: &str) {
    drop(writeln!(std::io::stderr(), "aurora signer: {line}"));
}
