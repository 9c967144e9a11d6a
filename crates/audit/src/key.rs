//! The key that signs roots: made at the first start, readable by its owner only.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ed25519_dalek::{Signer, SigningKey};

use crate::AuditError;
use crate::lines;
use crate::tree::{hex, unhex};

/// An Ed25519 key. It is never printed.
pub struct AuditKey(SigningKey);

impl std::fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AuditKey(public {})", self.public())
    }
}

impl AuditKey {
    /// The key of that file; where there is none, a new one is made there with mode 0600.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds no key, or others may read it.
    pub fn load_or_create(path: &Path) -> Result<AuditKey, AuditError> {
        match fs::metadata(path) {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                let detail = "others may read it: chmod 600, and begin a new folder if they did";
                Err(AuditError::damaged(path, detail))
            }
            Ok(_) => AuditKey::load(path),
            Err(none) if none.kind() == io::ErrorKind::NotFound => AuditKey::create(path),
            Err(other) => Err(AuditError::io("read", path)(other)),
        }
    }

    fn load(path: &Path) -> Result<AuditKey, AuditError> {
        let text = fs::read_to_string(path).map_err(AuditError::io("read", path))?;
        let seed = unhex::<32>(text.trim_end());
        let seed = seed.ok_or_else(|| AuditError::damaged(path, "it must hold 64 hex digits"))?;
        Ok(AuditKey(SigningKey::from_bytes(&seed)))
    }

    fn create(path: &Path) -> Result<AuditKey, AuditError> {
        let seed = chance().map_err(AuditError::io("read", Path::new(CHANCE)))?;
        lines::replace(path, 0o600, &format!("{}\n", hex(&seed)))?;
        Ok(AuditKey(SigningKey::from_bytes(&seed)))
    }

    /// Its public half, 64 hex digits.
    pub fn public(&self) -> String {
        hex(self.0.verifying_key().as_bytes())
    }

    pub(crate) fn sign(&self, text: &[u8]) -> String {
        hex(&self.0.sign(text).to_bytes())
    }
}

const CHANCE: &str = "/dev/urandom";

fn chance() -> io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    File::open(CHANCE)?.read_exact(&mut seed)?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_makes_the_key_and_the_next_finds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        let made = AuditKey::load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(AuditKey::load_or_create(&path).unwrap().public(), made.public());
        assert!(!format!("{made:?}").contains(fs::read_to_string(&path).unwrap().trim()));
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        AuditKey::load_or_create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = AuditKey::load_or_create(&path).unwrap_err().to_string();
        assert!(refused.contains("others may read it"), "{refused}");
    }
}
