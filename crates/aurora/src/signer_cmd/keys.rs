//! Making the files that a signer opens.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aurora_config::Config;
use aurora_signer::{Unlock, new_identity, read_keys};

/// No key file is longer.
const LONGEST: u64 = 64 << 10;

/// What opens the keys, by the configuration.
pub(super) fn unlock(config: &Config) -> Unlock {
    match config.opt_text("signer.passphrase_file") {
        Some(path) => Unlock::Passphrase(PathBuf::from(path)),
        None => Unlock::Identity(PathBuf::from(config.text("signer.identity"))),
    }
}

pub(super) fn keygen(config: &Config) -> Result<()> {
    let path = Path::new(config.text("signer.identity"));
    folder_of(path)?;
    let public = new_identity(path).context("the identity is never overwritten")?;
    Ok(writeln!(std::io::stdout(), "{} opens what is sealed to {public}", path.display())?)
}

/// The keys come by standard input: an argument would be seen in the process list, a variable by every child.
pub(super) fn seal(config: &Config) -> Result<()> {
    let mut plain = Vec::new();
    std::io::stdin().take(LONGEST).read_to_end(&mut plain).context("standard input")?;
    let keys = read_keys(&plain)?;
    let path = Path::new(config.text("signer.keys"));
    folder_of(path)?;
    aurora_signer::seal(&plain, &unlock(config), path).context("the keys are never overwritten")?;
    plain.fill(0);
    let venues: Vec<_> = keys.iter().map(|(venue, _)| venue.code()).collect();
    Ok(writeln!(std::io::stdout(), "{}: sealed {}", path.display(), venues.join(" "))?)
}

fn folder_of(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| folder.display().to_string())
}
