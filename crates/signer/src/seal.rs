//! The key file: `age`, sealed to an identity file or to a passphrase file.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use age::{scrypt, x25519};
use zeroize::Zeroizing;

/// No key or identity file is longer.
const LONGEST: u64 = 64 << 10;

/// What opens the key file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlock {
    /// A file with an `AGE-SECRET-KEY-1…` line.
    Identity(PathBuf),
    /// A file with a passphrase on its first line.
    Passphrase(PathBuf),
}

/// Why a key file cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealFault {
    /// It cannot be read or written.
    #[error("{}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Others can read it.
    #[error("{} may be read by others (mode {mode:04o}, owner {owner}): chmod 600, and own it", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
        /// Its owner.
        owner: u32,
    },
    /// It is not what it should be.
    #[error("{}: {problem}", path.display())]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// Makes a new identity file, which must not exist yet. Returns what keys are sealed to.
///
/// # Errors
/// [`SealFault::Io`].
pub fn new_identity(path: &Path) -> Result<String, SealFault> {
    let identity = x25519::Identity::generate();
    let public = identity.to_public().to_string();
    let text = Zeroizing::new(format!(
        "# public key: {public}\n{}\n",
        identity.to_string().expose_secret()
    ));
    write_new(path, text.as_bytes())?;
    Ok(public)
}

/// Seals a text into a new file.
///
/// # Errors
/// [`SealFault`].
pub fn seal(plain: &[u8], unlock: &Unlock, out: &Path) -> Result<(), SealFault> {
    let sealed = match unlock {
        Unlock::Identity(path) => age::encrypt(&identity(path)?.to_public(), plain),
        Unlock::Passphrase(path) => age::encrypt(&scrypt::Recipient::new(passphrase(path)?), plain),
    };
    let sealed = sealed.map_err(|_| wrong(out, "it cannot be sealed"))?;
    write_new(out, &sealed)
}

/// Opens a sealed file.
///
/// # Errors
/// [`SealFault`].
pub fn open(sealed: &Path, unlock: &Unlock) -> Result<Zeroizing<Vec<u8>>, SealFault> {
    let bytes = read_private(sealed)?;
    let plain = match unlock {
        Unlock::Identity(path) => age::decrypt(&identity(path)?, &bytes),
        Unlock::Passphrase(path) => age::decrypt(&scrypt::Identity::new(passphrase(path)?), &bytes),
    };
    plain
        .map(Zeroizing::new)
        .map_err(|_| wrong(sealed, "it is no age file, or was sealed to something else"))
}

fn identity(path: &Path) -> Result<x25519::Identity, SealFault> {
    let text = text(path)?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let line = line.ok_or_else(|| wrong(path, "there is no AGE-SECRET-KEY-1… line in it"))?;
    x25519::Identity::from_str(line).map_err(|_| wrong(path, "its line is no AGE-SECRET-KEY-1…"))
}

fn passphrase(path: &Path) -> Result<SecretString, SealFault> {
    let text = text(path)?;
    let line = text.lines().next().unwrap_or_default();
    match line.is_empty() {
        true => Err(wrong(path, "its first line must be the passphrase")),
        false => Ok(SecretString::from(line.to_owned())),
    }
}

fn text(path: &Path) -> Result<Zeroizing<String>, SealFault> {
    let bytes = read_private(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong(path, "it is no text"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Reads a file that only we can read.
fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, SealFault> {
    let io = |source| SealFault::Io { path: path.to_owned(), source };
    let meta = fs::metadata(path).map_err(io)?;
    let (mode, owner) = (meta.permissions().mode() & 0o7777, meta.uid());
    if mode & 0o077 != 0 || owner != rustix::process::geteuid().as_raw() {
        return Err(SealFault::Open { path: path.to_owned(), mode, owner });
    }
    if LONGEST < meta.len() {
        return Err(wrong(path, "it is too long"));
    }
    fs::read(path).map(Zeroizing::new).map_err(io)
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), SealFault> {
    let io = |source| SealFault::Io { path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    let mut file = options.create_new(true).write(true).mode(0o600).open(path).map_err(io)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io)
}

fn wrong(path: &Path, problem: &'static str) -> SealFault {
    SealFault::Wrong { path: path.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_to_an_identity_is_opened_with_it_and_with_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(new_identity(&at("one")).unwrap().starts_with("age1"));
        new_identity(&at("two")).unwrap();
        let (one, two) = (Unlock::Identity(at("one")), Unlock::Identity(at("two")));
        seal(b"secret words", &one, &at("keys.age")).unwrap();
        assert_eq!(open(&at("keys.age"), &one).unwrap().as_slice(), b"secret words");
        assert!(matches!(open(&at("keys.age"), &two), Err(SealFault::Wrong { .. })));
        let sealed = fs::read(at("keys.age")).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
    }

    #[test]
    fn a_passphrase_file_opens_what_it_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write_new(&at("words"), b"correct horse\n").unwrap();
        write_new(&at("other"), b"battery staple\n").unwrap();
        seal(b"k", &Unlock::Passphrase(at("words")), &at("keys.age")).unwrap();
        let opened = |name: &str| open(&at("keys.age"), &Unlock::Passphrase(at(name)));
        assert_eq!(opened("words").unwrap().as_slice(), b"k");
        assert!(opened("other").is_err());
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        new_identity(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = open(&path, &Unlock::Identity(path.clone())).unwrap_err().to_string();
        assert!(refused.contains("mode 0640"), "{refused}");
        assert!(matches!(new_identity(&path), Err(SealFault::Io { .. })), "never overwritten");
    }
}
