//! HMAC-SHA256 with the key prepared once.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{KeyInit, Mac};
use sha2::Sha256;

/// A key that never leaves where it is held: a smart card, a hardware module.
pub trait HeldKey: std::fmt::Debug + Send + Sync {
    /// HMAC-SHA256 over the parts, one after another; `None` when the holder does not answer.
    fn mac(&self, parts: &[&[u8]]) -> Option<[u8; 32]>;

    /// Whether it did not answer when it was last asked.
    fn has_failed(&self) -> bool;
}

/// A secret, ready to sign. Printing it shows nothing.
#[derive(Clone)]
pub struct Hmac(Secret);

#[derive(Clone)]
enum Secret {
    Here(hmac::Hmac<Sha256>),
    Held(Arc<dyn HeldKey>),
}

impl Hmac {
    /// Prepares a secret.
    pub fn new(secret: &[u8]) -> Hmac {
        let key = hmac::Hmac::new_from_slice(secret).expect("a key of any length will do");
        Hmac(Secret::Here(key))
    }

    /// A secret that somebody else holds.
    pub fn held(key: Arc<dyn HeldKey>) -> Hmac {
        Hmac(Secret::Held(key))
    }

    /// Whether its holder failed when it was last asked, so that what it signed is worth nothing.
    pub fn has_failed(&self) -> bool {
        matches!(&self.0, Secret::Held(key) if key.has_failed())
    }

    /// The signature over the parts, one after another; all zeros when its holder does not answer.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = match &self.0 {
            Secret::Here(key) => key.clone(),
            Secret::Held(key) => return key.mac(parts).unwrap_or_default(),
        };
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The same in lower-case hex (Binance, Bybit).
    pub fn hex(&self, parts: &[&[u8]]) -> String {
        let mut text = String::with_capacity(64);
        for byte in self.sign(parts) {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        text
    }

    /// The same in base64 (OKX).
    pub fn base64(&self, parts: &[&[u8]]) -> String {
        STANDARD.encode(self.sign(parts))
    }

    /// Whether `signature` is the hex or base64 text of the right one; takes equally long either way.
    pub fn verify(&self, parts: &[&[u8]], signature: &str) -> bool {
        let same = |right: &str| {
            right.len() == signature.len()
                && right.bytes().zip(signature.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
        };
        same(&self.hex(parts)) | same(&self.base64(parts))
    }
}

impl std::fmt::Debug for Hmac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hmac(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manuals_own_vector() {
        let secret = b"2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9";
        let payload = b"symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943";
        let hmac = Hmac::new(secret);
        let want = "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9";
        assert_eq!(hmac.hex(&[payload]), want);
        assert_eq!(hmac.hex(&[&payload[..20], &payload[20..]]), want);
        assert!(hmac.verify(&[payload], want));
        assert!(!hmac.verify(&[payload], &want.replace('3', "4")));
    }
}
