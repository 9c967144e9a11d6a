//! A secret that a PKCS#11 token holds and never gives away.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use aurora_wire::HeldKey;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;

/// Why a token cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokenFault {
    /// The token says so.
    #[error("PKCS#11")]
    Pkcs11(#[from] Error),
    /// There is no such token.
    #[error("there is no token labelled {0:?}")]
    NoToken(String),
    /// There is no such secret, or more than one.
    #[error("the token has {1} secrets labelled {0:?}, one is wanted")]
    NoKey(String, usize),
    /// The token would give the secret away.
    #[error(
        "the secret {0:?} is extractable: make it with CKA_SENSITIVE and without CKA_EXTRACTABLE"
    )]
    Extractable(String),
}

/// A secret in a token, ready to sign.
#[derive(Debug)]
pub struct TokenKey {
    session: Mutex<Session>,
    key: ObjectHandle,
    has_failed: AtomicBool,
}

impl TokenKey {
    /// Opens the token with that label and finds the secret in it.
    ///
    /// # Errors
    /// [`TokenFault`].
    pub fn open(
        module: &Path,
        token: &str,
        label: &str,
        pin: &str,
    ) -> Result<TokenKey, TokenFault> {
        let library = Pkcs11::new(module)?;
        match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Several venues may share one library.
            Ok(()) => {}
            Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(other) => return Err(other.into()),
        }
        let mut slots = library.get_slots_with_initialized_token()?.into_iter();
        let slot = slots.find(|slot| {
            library.get_token_info(*slot).is_ok_and(|info| info.label().trim() == token)
        });
        let slot = slot.ok_or_else(|| TokenFault::NoToken(token.to_owned()))?;
        let session = library.open_ro_session(slot)?;
        match session.login(UserType::User, Some(&AuthPin::new(pin.into()))) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(other) => return Err(other.into()),
        }
        let wanted = [Attribute::Class(ObjectClass::SECRET_KEY), Attribute::Label(label.into())];
        let found = session.find_objects(&wanted)?;
        let [key] = found[..] else {
            return Err(TokenFault::NoKey(label.to_owned(), found.len()));
        };
        let told = session.get_attributes(key, &[cryptoki::object::AttributeType::Extractable])?;
        if told != [Attribute::Extractable(false)] {
            return Err(TokenFault::Extractable(label.to_owned()));
        }
        Ok(TokenKey { session: Mutex::new(session), key, has_failed: AtomicBool::new(false) })
    }
}

impl HeldKey for TokenKey {
    fn mac(&self, parts: &[&[u8]]) -> Option<[u8; 32]> {
        let signed = self.session.lock().ok().and_then(|session| {
            let signed = session.sign(&Mechanism::Sha256Hmac, self.key, &parts.concat());
            signed.ok()?.try_into().ok()
        });
        if signed.is_none() {
            self.has_failed.store(true, Ordering::Relaxed);
        }
        signed
    }

    fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }
}
