//! Who keeps the highest epoch, the authority to trade: the signer, or on one host without one a file.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use aurora_config::Config;
use aurora_ha::SignerAnswer;
use aurora_lease::Place;
use aurora_model::Nanos;
use aurora_signer::{Ask, Client, Scope, Told};

use crate::desk::ACCOUNT;
use crate::exit::config_fault;
use crate::signer_cmd::build_id;

/// The keeper of the highest epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Epochs {
    /// The signer at that socket: it refuses whatever is asked under an older epoch.
    Signer(PathBuf),
    /// A file that all nodes of one host share. What signs looks at it before every order.
    File(PathBuf),
}

impl Epochs {
    pub(crate) fn of(config: &Config, place: &Place) -> Result<Epochs> {
        if let Some(socket) = config.opt_text("signer.socket") {
            return Ok(Epochs::Signer(PathBuf::from(socket)));
        }
        match (config.opt_text("ha.epoch_file"), place) {
            (Some(path), _) => Ok(Epochs::File(PathBuf::from(path))),
            (None, Place::Sqlite(path)) => Ok(Epochs::File(path.with_extension("epoch"))),
            (None, _) => Err(config_fault(
                "ha.lease is on another host: name in ha.epoch_file a file on a disk that both nodes reach",
            )),
        }
    }

    /// Makes that epoch the highest; from then on nothing older is signed.
    pub(crate) fn raise(&self, epoch: u32) -> SignerAnswer {
        let raised = match self {
            Epochs::Signer(socket) => raise_at_signer(socket, epoch),
            // Nobody knows what the other node has sent.
            Epochs::File(path) => raise(path, epoch).map(|raised| raised.map(|()| None)),
        };
        match raised {
            Ok(Ok(signed_ago)) => SignerAnswer::Raised { epoch, signed_ago },
            Ok(Err(highest)) => SignerAnswer::Stale { highest },
            Err(fault) => SignerAnswer::Failed(format!("{fault:#}")),
        }
    }

    /// The highest epoch there was, zero when there was none; `None` where the signer itself looks at every request.
    pub(crate) fn highest(&self) -> Result<Option<u32>> {
        let Epochs::File(path) = self else { return Ok(None) };
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(text.trim().parse()?)),
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => Ok(Some(0)),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }
}

/// How long ago an order was signed last. The inner error is the higher epoch that is there.
fn raise_at_signer(socket: &Path, epoch: u32) -> Result<std::result::Result<Option<Nanos>, u32>> {
    let fault = |told: Told| anyhow!("{}: {}", told.code, told.en);
    let mut client = Client::connect(socket).map_err(fault)?;
    client.hello(&build_id()?, ACCOUNT).map_err(fault)?;
    match client.change(&Ask::Raise(epoch)) {
        Ok(standing) => Ok(Ok(Some(standing.order_ago))),
        Err(Told { scope: Scope::Epoch(highest), .. }) => Ok(Err(highest)),
        Err(told) => Err(fault(told)),
    }
}

/// Durable when it returns; the inner error is the higher epoch that is there.
fn raise(path: &Path, epoch: u32) -> Result<std::result::Result<(), u32>> {
    let context = || path.display().to_string();
    let open = File::options().read(true).write(true).create(true).truncate(false).open(path);
    let mut file = open.with_context(context)?;
    file.lock().with_context(context)?;
    let mut text = String::new();
    file.read_to_string(&mut text).with_context(context)?;
    let highest = if text.is_empty() { 0 } else { text.trim().parse().with_context(context)? };
    if epoch <= highest {
        return Ok(Err(highest));
    }
    // Ten digits always: one write of one sector, whole or not at all.
    file.rewind()?;
    file.write_all(format!("{epoch:010}\n").as_bytes()).with_context(context)?;
    file.sync_all().with_context(context)?;
    if text.is_empty() {
        // A new file's name is to survive as well.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new("."))).with_context(context)?;
        folder.sync_all().with_context(context)?;
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_given_once_and_only_grows() {
        let folder = tempfile::tempdir().unwrap();
        let epochs = Epochs::File(folder.path().join("epoch"));
        assert_eq!(epochs.highest().unwrap(), Some(0));
        let raised = |epoch| SignerAnswer::Raised { epoch, signed_ago: None };
        assert_eq!(epochs.raise(7), raised(7));
        assert_eq!(epochs.raise(7), SignerAnswer::Stale { highest: 7 });
        assert_eq!(epochs.raise(3), SignerAnswer::Stale { highest: 7 });
        assert_eq!(epochs.raise(12), raised(12));
        assert_eq!(epochs.highest().unwrap(), Some(12));
        let given = std::thread::scope(|scope| {
            let ask = || scope.spawn(|| epochs.raise(13) == raised(13));
            let asks: Vec<_> = (0..8).map(|_| ask()).collect();
            asks.into_iter().map(|ask| ask.join().unwrap()).filter(|won| *won).count()
        });
        assert_eq!(given, 1, "two nodes never get the same epoch");
    }
}
