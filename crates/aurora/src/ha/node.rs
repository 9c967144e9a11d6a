//! The loop of one node.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aurora_api::console::wire::{self as shown, HighAvailability, Text};
use aurora_config::Config;
use aurora_ha::{
    DeskWord, Fitness, Input, LeaseAnswer, Machine, Notice, OpenOrders, Operator, Output, Role,
    SignerAnswer,
};
use aurora_lease::{Answer, Ask, LeaseClient};
use aurora_model::Nanos;
use crossbeam_channel::{Receiver, Sender, never, select, unbounded};

use super::control::{Asked, Control, Wish};
use super::follower::{Copied, Follower, Following, Told};
use super::lead::Lead;
use super::settings::{HaPlan, Peer};
use super::ship::{self, Acks};
use super::since_boot;
use super::status::NodeStatus;
use crate::desk::{self, Prepared, RunArgs};

/// The longest the loop sleeps: a pause must show.
const NAP: Duration = Duration::from_millis(20);
/// After so long a copy that a disk ended is begun again.
const COPY_AGAIN: Nanos = Nanos(5_000_000_000);
/// How often `ha.json` is written.
const WRITE_EVERY: Nanos = Nanos(200_000_000);
/// How many notices are kept.
const NOTICES: usize = 20;

/// A desk on its thread.
struct Running {
    lead: Lead,
    thread: std::thread::JoinHandle<Result<()>>,
    has_begun: bool,
}

/// One node.
struct Node<'a> {
    args: &'a RunArgs,
    config: &'a Config,
    plan: HaPlan,
    prepared: Prepared,
    machine: Machine,
    lease: LeaseClient,
    follower: Option<Follower>,
    desk: Option<Running>,
    raised: (Sender<SignerAnswer>, Receiver<SignerAnswer>),
    desk_ended: (Sender<()>, Receiver<()>),
    status: NodeStatus,
    copied: Copied,
    /// What the machine was told of the copy.
    fitness: Fitness,
    /// A copy that a disk ended is begun again then.
    copy_again_at: Option<Nanos>,
    /// What the other node has of what is shipped.
    shipped: Acks,
    notices: VecDeque<String>,
    candidate_at: Option<Nanos>,
    written_at: Nanos,
    path: PathBuf,
}

/// Runs a node until it is told to end.
pub(crate) fn run(args: &RunArgs, config: &Config, plan: HaPlan) -> Result<()> {
    let prepared = desk::prepare(args, config)?;
    let data = prepared.data.clone();
    std::fs::create_dir_all(&data).with_context(|| data.display().to_string())?;
    let _only = only_one(&data)?;
    let control = Control::listen(&data.join("ha.sock"))?;
    let lease = LeaseClient::spawn(plan.place.clone(), plan.claim.clone(), plan.patience)?;
    let machine = Machine::new(plan.machine, since_boot(), prepared.first_epoch.saturating_sub(1))?;
    let status =
        NodeStatus { node: plan.node.clone(), pid: std::process::id(), ..NodeStatus::default() };
    let shipped = Acks::default();
    if let Some(at) = plan.listen {
        ship::listen(at, data.join("journal"), shipped.clone())?;
    }
    let mut node = Node {
        args,
        config,
        plan,
        prepared,
        machine,
        lease,
        follower: None,
        desk: None,
        raised: unbounded(),
        desk_ended: unbounded(),
        status,
        copied: Copied::default(),
        fitness: Fitness::Fit,
        copy_again_at: None,
        shipped,
        notices: VecDeque::new(),
        candidate_at: None,
        written_at: Nanos(0),
        path: data.join("ha.json"),
    };
    if args.standby() {
        node.tell(Input::Operator(Operator::Demote))?;
    }
    node.live(&control.asked, &signals()?)
}

/// Two processes of one folder: the second does not start.
fn only_one(data: &std::path::Path) -> Result<std::fs::File> {
    let path = data.join("ha.lock");
    let file = std::fs::File::create(&path).with_context(|| path.display().to_string())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => bail!(
            "{} is in use by another Aurora: stop it, or choose another folder",
            data.display()
        ),
    }
}

/// SIGINT and SIGTERM, as messages.
fn signals() -> Result<Receiver<()>> {
    let (tell, told) = unbounded();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        runtime.block_on(async {
            loop {
                desk::signalled().await;
                if tell.send(()).is_err() {
                    return;
                }
            }
        });
    })?;
    Ok(told)
}

impl Node<'_> {
    fn live(&mut self, asked: &Receiver<Asked>, signals: &Receiver<()>) -> Result<()> {
        while !(self.machine.is_over() && self.desk.is_none()) {
            self.keep_following()?;
            let ahead = (self.machine.next_timer() - since_boot()).0.max(0);
            let nap = Duration::from_nanos(u64::try_from(ahead).unwrap_or(0)).min(NAP);
            let nothing = never();
            let told = self.follower.as_ref().map_or(&nothing, Follower::told).clone();
            let (raised, ended) = (self.raised.1.clone(), self.desk_ended.1.clone());
            select! {
                recv(self.lease.answers()) -> answer => self.on_lease(answer?)?,
                recv(raised) -> answer => self.tell(Input::Signer(answer?))?,
                recv(told) -> told => if let Ok(told) = told { self.on_copy(told)? },
                recv(ended) -> _ => self.on_desk_end()?,
                recv(asked) -> asked => if let Ok(asked) = asked { self.on_wish(&asked)? },
                recv(signals) -> _ => self.tell(Input::Operator(Operator::Shutdown))?,
                default(nap) => {}
            }
            self.look()?;
        }
        self.follower = None;
        self.write(true);
        Ok(())
    }

    /// Once in every turn: the time, and what the desk tells without words.
    fn look(&mut self) -> Result<()> {
        self.tell(Input::Tick)?;
        let Some(running) = &mut self.desk else {
            self.write(false);
            return Ok(());
        };
        let began = running.lead.has_begun() && !std::mem::replace(&mut running.has_begun, true);
        let stale = running.lead.stale();
        if running.lead.has_begun() && began {
            self.status.takeover_ms =
                self.candidate_at.map(|at| (since_boot() - at).0 as f64 / 1e6);
            self.tell(Input::Desk(DeskWord::Started))?;
        }
        if let Some(highest) = stale {
            self.tell(Input::Signer(SignerAnswer::Stale { highest }))?;
        }
        self.write(false);
        Ok(())
    }

    /// A follower copies, whenever nothing else has the folder.
    fn keep_following(&mut self) -> Result<()> {
        let is_idle = self.follower.is_none() && self.desk.is_none();
        let follows = self.machine.status().role == Role::Follower && !self.machine.is_over();
        let is_due = self.copy_again_at.is_some_and(|at| at <= since_boot());
        if is_idle && follows && (self.status.broken.is_none() || is_due) {
            self.copy_again_at = None;
            self.follow()?;
        }
        Ok(())
    }

    fn follow(&mut self) -> Result<()> {
        self.follower = Some(Follower::spawn(Following {
            journal: self.prepared.data.join("journal"),
            peer: self.plan.peer.clone(),
            hash_every: self.plan.hash_every,
            begin: self.prepared.begin(),
            is_behind: self.copied.is_behind,
        })?);
        Ok(())
    }

    /// Reads what the leader before wrote to its end, once more where that was done already.
    fn catch_up(&mut self) -> Result<()> {
        // A broken copy stays as it is, and the candidacy ends by itself.
        if self.follower.is_none() && self.desk.is_none() && self.status.broken.is_none() {
            self.follow()?;
        }
        if let Some(follower) = &self.follower {
            follower.finish();
        }
        Ok(())
    }

    fn tell(&mut self, input: Input) -> Result<()> {
        self.machine.on_input(since_boot(), input);
        // Before anything else is done: what may leave from now on.
        if let Some(running) = &self.desk {
            running.lead.permit(self.machine.permit());
        }
        while let Some(output) = self.machine.poll_output() {
            self.carry_out(output)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, output: Output) -> Result<()> {
        match output {
            Output::TryLease { no } => self.lease.ask(Ask::Try { no }),
            Output::RenewLease { no, token } => self.lease.ask(Ask::Renew { no, token }),
            Output::ReleaseLease { token } => self.lease.ask(Ask::Release { token }),
            Output::RaiseEpoch { epoch } => self.raise(epoch)?,
            Output::CatchUp => self.catch_up()?,
            Output::StartDesk { epoch, open_orders } => self.start(epoch, open_orders)?,
            Output::StopSending => {}
            Output::HoldDesk(_) => {
                if let Some(running) = &self.desk {
                    running.lead.hold();
                }
            }
            Output::DrainDesk { .. } => {
                if let Some(running) = &self.desk {
                    running.lead.stop.store(true, Ordering::Relaxed);
                }
            }
            Output::EndProcess => {
                self.note("the desk does not come to rest: the process ends".to_owned());
                self.write(true);
                std::process::exit(1);
            }
            Output::Notice(notice) => self.on_notice(notice),
        }
        Ok(())
    }

    /// Asked on a thread of its own: the lease is renewed meanwhile.
    fn raise(&self, epoch: u32) -> Result<()> {
        let (epochs, tell) = (self.plan.epochs.clone(), self.raised.0.clone());
        let ask = move || drop(tell.send(epochs.raise(epoch)));
        std::thread::Builder::new().name("epoch".into()).spawn(ask)?;
        Ok(())
    }

    fn start(&mut self, epoch: u32, open_orders: OpenOrders) -> Result<()> {
        self.follower = None;
        let waits = self.plan.listen.is_some() && self.plan.is_sync;
        let acks = waits.then(|| self.shipped.clone());
        let lead = Lead::new((epoch, open_orders), self.plan.epochs.clone(), acks);
        lead.permit(self.machine.permit());
        self.show(&lead);
        let (args, config) = (self.args.clone(), self.config.clone());
        let (given, ended) = (lead.clone(), self.desk_ended.0.clone());
        let run = move || {
            let outcome = desk::run_desk(&args, &config, Some(&given));
            let _ = ended.send(());
            outcome
        };
        let thread = std::thread::Builder::new().name("desk".into()).spawn(run)?;
        self.desk = Some(Running { lead, thread, has_begun: false });
        Ok(())
    }

    fn on_desk_end(&mut self) -> Result<()> {
        let Some(running) = self.desk.take() else { return Ok(()) };
        let word = match running.thread.join() {
            Ok(Ok(())) => DeskWord::Drained,
            Ok(Err(error)) => {
                self.note(format!("the desk failed: {error:#}"));
                DeskWord::Failed
            }
            Err(_) => {
                self.note("the desk's thread panicked: this is a bug of ours".to_owned());
                DeskWord::Failed
            }
        };
        self.tell(Input::Desk(word))
    }

    fn on_lease(&mut self, answer: Answer) -> Result<()> {
        let Answer { no, answer, holder } = answer;
        match &answer {
            LeaseAnswer::Granted(_) => self.status.holder = Some(self.plan.claim.holder.clone()),
            LeaseAnswer::Held => self.status.holder = holder,
            LeaseAnswer::Gone | LeaseAnswer::Failed(_) => self.status.holder = None,
        }
        self.tell(Input::Lease { no, answer })
    }

    fn on_copy(&mut self, told: Told) -> Result<()> {
        match told {
            Told::Copied(copied) => self.copied(copied)?,
            Told::CaughtUp(copied) => {
                let (last_epoch, is_behind) = (copied.epoch, copied.is_behind);
                self.copied(copied)?;
                self.follower = None;
                if is_behind {
                    // The candidacy ends by itself: what is missing may have been acted on.
                    self.note("the other node went away before it had told everything".to_owned());
                } else {
                    self.tell(Input::CaughtUp { last_epoch })?;
                }
            }
            Told::Failed(why) => {
                self.copy_again_at = Some(since_boot() + COPY_AGAIN);
                self.copy_ended(format!("the copy of the journal cannot be continued now: {why}"))?;
            }
            Told::Broken(why) => {
                self.copy_ended(format!("the copy of the journal is broken: {why}"))?;
            }
        }
        Ok(())
    }

    fn copy_ended(&mut self, why: String) -> Result<()> {
        self.note(why.clone());
        self.status.broken = Some(why);
        self.follower = None;
        self.is_fit(Fitness::Broken)
    }

    /// Told once, whenever it changes.
    fn is_fit(&mut self, fitness: Fitness) -> Result<()> {
        match std::mem::replace(&mut self.fitness, fitness) == fitness {
            true => Ok(()),
            false => self.tell(Input::Copy(fitness)),
        }
    }

    fn copied(&mut self, copied: Copied) -> Result<()> {
        self.copied = copied;
        self.status.broken = None;
        self.is_fit(if self.copied.is_behind { Fitness::Behind } else { Fitness::Fit })
    }

    fn on_wish(&mut self, asked: &Asked) -> Result<()> {
        match asked.wish {
            Wish::Status => {}
            Wish::Promote => self.tell(Input::Operator(Operator::Promote))?,
            Wish::Demote => self.tell(Input::Operator(Operator::Demote))?,
        }
        self.refresh();
        // Whoever asked may be gone.
        let _ = asked.reply.send(self.status.clone());
        Ok(())
    }

    fn on_notice(&mut self, notice: Notice) {
        let told = match notice {
            Notice::Candidate(token) => {
                self.candidate_at = Some(since_boot());
                format!("the lease is ours, token {token}")
            }
            Notice::Raised { from, to } => format!("epoch {from} -> {to}"),
            Notice::Leading(epoch) => format!("leading in epoch {epoch}"),
            Notice::Stopped(why) => format!("stopped: {}", why.text().1),
            Notice::Paused(span) => format!("the process stood still for {:.1} s", span.seconds()),
            Notice::NoStore(fault) => format!("the lease store does not answer: {fault}"),
            Notice::NoSigner(fault) => format!("no epoch to be had: {fault}"),
        };
        self.note(told);
    }

    fn note(&mut self, told: String) {
        eprintln!("aurora ha: {}: {told}", self.plan.node);
        if self.notices.len() == NOTICES {
            self.notices.pop_front();
        }
        self.notices.push_back(told);
        self.written_at = Nanos(0);
    }

    fn refresh(&mut self) {
        let now = since_boot();
        let stands = self.machine.status();
        let (ru, en) = stands.role.text();
        let wall = aurora_venue::Clock::system().now();
        let wall_ms = |at: Nanos| (wall - (now - at)).0 as f64 / 1e6;
        let status = &mut self.status;
        status.role = stands.role.code().to_owned();
        (status.role_ru, status.role_en) = (ru.to_owned(), en.to_owned());
        status.since_ms = wall_ms(stands.since);
        status.epoch = stands.epoch;
        status.token = stands.lease.map(|lease| lease.token.0);
        status.lease_left_ms = stands.lease.map(|lease| (lease.until - now).millis());
        status.seq = self.copied.seq;
        status.is_at_end = self.copied.is_at_end;
        status.fingerprint.clone_from(&self.copied.fingerprint);
        status.fingerprint_seq = self.copied.fingerprint_seq;
        status.last_why = stands.last_why.map(|why| why.code().to_owned());
        status.notices = self.notices.iter().cloned().collect();
        status.console = self.desk.as_ref().and_then(|running| running.lead.console());
        status.at_ms = wall.0 as f64 / 1e6;
    }

    fn write(&mut self, at_once: bool) {
        let now = since_boot();
        if !at_once && now < self.written_at + WRITE_EVERY {
            return;
        }
        self.written_at = now;
        self.refresh();
        if let Some(running) = &self.desk {
            self.show(&running.lead);
        }
        // It is for people; the machine does not read it.
        let _ = self.status.write(&self.path);
    }

    fn show(&self, lead: &Lead) {
        let status = &self.status;
        lead.show(HighAvailability {
            node: self.plan.node.clone(),
            role: self.machine.status().role.code(),
            text: Text::new(
                self.machine.status().role.text().0,
                self.machine.status().role.text().1,
            ),
            epoch: lead.epoch,
            holder: status.holder.clone(),
            token: status.token,
            lease_left_ms: status.lease_left_ms,
            since_ms: status.since_ms,
            takeover_ms: status.takeover_ms,
            copied_seq: status.seq,
            copied_fingerprint: status.fingerprint.clone(),
            follower: self.other(),
        });
    }

    /// Who copies this journal: a neighbour tells it in its folder, another host by what it acknowledges.
    fn other(&self) -> Option<shown::Follower> {
        if let Peer::Folder(journal) = &self.plan.peer {
            let other = NodeStatus::of_neighbour(journal, self.status.at_ms)?;
            let follows = other.role == Role::Follower.code() && other.broken.is_none();
            return follows.then_some(shown::Follower { node: Some(other.node), seq: other.seq });
        }
        let seq = self.shipped.last_seq();
        (0 < seq).then_some(shown::Follower { node: None, seq })
    }
}
