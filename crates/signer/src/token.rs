//! A secret that a PKCS#11 token holds and never gives away.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

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

/// Where a secret is, and what opens it.
#[derive(Debug)]
struct Place {
    library: Pkcs11,
    token: String,
    label: String,
    pin: AuthPin,
}

/// The secret, within reach.
#[derive(Debug)]
struct Reach {
    session: Session,
    key: ObjectHandle,
}

/// A secret in a token, ready to sign. A session that fails is opened again, once for every signature.
#[derive(Debug)]
pub struct TokenKey {
    place: Place,
    reach: Mutex<Option<Reach>>,
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
        let (token, label) = (token.to_owned(), label.to_owned());
        let place = Place { library, token, label, pin: AuthPin::new(pin.into()) };
        let reach = Mutex::new(Some(place.reach()?));
        Ok(TokenKey { place, reach, has_failed: AtomicBool::new(false) })
    }
}

impl Place {
    fn reach(&self) -> Result<Reach, TokenFault> {
        let mut slots = self.library.get_slots_with_initialized_token()?.into_iter();
        let slot = slots.find(|slot| {
            self.library.get_token_info(*slot).is_ok_and(|info| info.label().trim() == self.token)
        });
        let slot = slot.ok_or_else(|| TokenFault::NoToken(self.token.clone()))?;
        let session = self.library.open_ro_session(slot)?;
        match session.login(UserType::User, Some(&self.pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(other) => return Err(other.into()),
        }
        let label = Attribute::Label(self.label.as_bytes().into());
        let found = session.find_objects(&[Attribute::Class(ObjectClass::SECRET_KEY), label])?;
        let [key] = found[..] else {
            return Err(TokenFault::NoKey(self.label.clone(), found.len()));
        };
        let told = session.get_attributes(key, &[cryptoki::object::AttributeType::Extractable])?;
        if told != [Attribute::Extractable(false)] {
            return Err(TokenFault::Extractable(self.label.clone()));
        }
        Ok(Reach { session, key })
    }
}

impl Reach {
    fn mac(&self, bytes: &[u8]) -> Option<[u8; 32]> {
        self.session.sign(&Mechanism::Sha256Hmac, self.key, bytes).ok()?.try_into().ok()
    }
}

impl HeldKey for TokenKey {
    fn mac(&self, parts: &[&[u8]]) -> Option<[u8; 32]> {
        let bytes = parts.concat();
        let mut reach = self.reach.lock().unwrap_or_else(PoisonError::into_inner);
        let mut signed = reach.as_ref().and_then(|reach| reach.mac(&bytes));
        if signed.is_none() {
            // The old session is closed before a new one is opened: a token may allow few.
            *reach = None;
            *reach = self.place.reach().ok();
            signed = reach.as_ref().and_then(|reach| reach.mac(&bytes));
        }
        self.has_failed.store(signed.is_none(), Ordering::Relaxed);
        signed
    }

    fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }
}
