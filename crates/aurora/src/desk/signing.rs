//! Who signs for the desk: the same authority inside the process, or a signer with keys of its own.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use aurora_authority::{Authority, HoldCause, Refusal, Remembered};
use aurora_config::Config;
use aurora_model::TradingState;
use aurora_signer::{Ask, Client, Judge, KeyRing, NotSigned, Told};
use aurora_venue::{RemoteSigner, Signing};
use aurora_wire::{Keys, Rules};

use super::paper::{ACCOUNT, PaperPlan};
use crate::exit::{check_failed, config_fault};
use crate::signer_cmd::{build_id, policy};
use crate::venues::VenueName;

/// The desk's own thread waits for its signer no longer than that.
const DESK_WAITS: Duration = Duration::from_millis(500);

/// The signer as the start finds it.
pub(crate) enum Signer {
    /// None is named: paper signs for itself.
    Inside,
    /// At that socket; the highest epoch it knows.
    At(PathBuf, u32),
}

impl Signer {
    /// Asks the signer of the configuration how it stands.
    pub(crate) fn find(config: &Config, plan: Option<&PaperPlan>) -> Result<Signer> {
        let Some(path) = config.opt_text("signer.socket") else {
            return Ok(Signer::Inside);
        };
        let plan = plan.ok_or_else(|| {
            config_fault("signer.socket: only venues behind sockets have a signer: name some in paper.venues")
        })?;
        if let Some((name, _)) = plan.addresses().find(|(_, address)| address.is_none()) {
            return Err(config_fault(nowhere(name)));
        }
        let path = PathBuf::from(path);
        let standing = connect(&path)?.change(&Ask::Status).map_err(|told| refused(&told))?;
        Ok(Signer::At(path, standing.remembered.epoch))
    }

    /// The lowest epoch that may begin now.
    pub(crate) const fn next_epoch(&self) -> u32 {
        match self {
            Signer::Inside => 1,
            Signer::At(_, highest) => *highest + 1,
        }
    }

    /// Begins the desk's epoch: whoever led before has nothing signed any more. A node raises it before that.
    pub(crate) fn raise(
        self,
        (epoch, is_raised): (u32, bool),
        config: &Config,
        rules: &[(VenueName, Vec<Rules>)],
    ) -> Result<DeskSigner> {
        let kind = match self {
            Signer::Inside => {
                let policy = policy(config, ACCOUNT, String::new(), rules)?;
                let keys = rules.iter().map(|(name, _)| {
                    (
                        name.venue(),
                        (name.protocol(), Keys::new("testkey", "testsecret", "testpass")),
                    )
                });
                let authority = Authority::new(policy, Remembered::NOTHING);
                let mut judge = Judge::new(authority, KeyRing::from_iter(keys), None);
                judge.change(|authority| authority.raise(epoch))?;
                Kind::Inside(Arc::new(Mutex::new(judge)))
            }
            Signer::At(path, _) => {
                let build = build_id()?;
                let mut client = connect(&path)?;
                client.hello(&build, ACCOUNT).map_err(|told| refused(&told))?;
                if !is_raised {
                    client.change(&Ask::Raise(epoch)).map_err(|told| refused(&told))?;
                }
                Kind::At(RemoteSigner { path, build, account: ACCOUNT, epoch })
            }
        };
        Ok(DeskSigner { kind, epoch, told: TradingState::Hold })
    }
}

/// What the signer needs to know to cancel there by itself.
pub(crate) fn nowhere(name: VenueName) -> String {
    let word = name.word();
    format!(
        "paper.venues: a signer cancels by itself, so it must know where {word} runs: start `aurora sim serve` and write {word}@127.0.0.1:PORT"
    )
}

fn connect(path: &std::path::Path) -> Result<Client> {
    Client::connect(path).map_err(|told| refused(&told))
}

/// A signer's refusal ends a start, in both languages.
fn refused(told: &Told) -> anyhow::Error {
    check_failed(format!("{}: {}\n{}", told.code, told.en, told.ru))
}

/// The signer of a desk that leads.
pub(crate) struct DeskSigner {
    kind: Kind,
    epoch: u32,
    /// What the signer was told of the desk.
    told: TradingState,
}

enum Kind {
    Inside(Arc<Mutex<Judge>>),
    At(RemoteSigner),
}

impl DeskSigner {
    /// What a line needs of it.
    pub(crate) fn for_a_line(&self) -> Signing {
        match &self.kind {
            Kind::Inside(judge) => Signing::Judge(Arc::clone(judge), self.epoch),
            Kind::At(remote) => Signing::Remote(remote.clone()),
        }
    }

    /// Whether the signer is the same program as the desk; what is not, in words. One that is away says nothing about it.
    pub(crate) fn same_build(&self) -> Result<(), String> {
        let Kind::At(remote) = &self.kind else { return Ok(()) };
        let hello = Client::connect_within(&remote.path, DESK_WAITS)
            .and_then(|mut client| client.hello(&remote.build, remote.account));
        match hello {
            Err(told) if is_other_build(&told) => Err(told.en),
            _ => Ok(()),
        }
    }

    /// Tells the signer when the desk's state is another one.
    pub(crate) fn stands(&mut self, state: TradingState) -> Result<(), Told> {
        let before = std::mem::replace(&mut self.told, state);
        if before == state {
            return Ok(());
        }
        match &self.kind {
            Kind::Inside(judge) => {
                // Whoever panicked with it left it as safe as it was.
                let mut judge = judge.lock().unwrap_or_else(PoisonError::into_inner);
                change(&mut judge, (before, state), self.epoch).map_err(|why| why.told())
            }
            Kind::At(remote) => {
                let mut client = Client::connect_within(&remote.path, DESK_WAITS)?;
                if state == TradingState::Killed {
                    return client.change(&Ask::Kill).map(drop);
                }
                client.hello(&remote.build, remote.account)?;
                if before == TradingState::Killed {
                    client.change(&Ask::Rearm)?;
                }
                let ask = match state {
                    TradingState::Run => Ask::Release(self.epoch),
                    _ => Ask::Hold(self.epoch),
                };
                client.change(&ask).map(drop)
            }
        }
    }
}

/// Whether a signer of another build said so.
pub(crate) fn is_other_build(told: &Told) -> bool {
    told.code == Refusal::OtherBuild.code()
}

fn change(
    judge: &mut Judge,
    (before, now): (TradingState, TradingState),
    epoch: u32,
) -> Result<(), NotSigned> {
    judge.change(|authority| {
        if before == TradingState::Killed {
            authority.rearm();
        }
        match now {
            TradingState::Run => return authority.release(epoch),
            TradingState::Hold => authority.hold(HoldCause::Desk),
            TradingState::Killed => authority.kill(),
        }
        Ok(())
    })
}
