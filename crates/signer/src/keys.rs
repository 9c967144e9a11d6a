//! What is sealed in the key file: one key a venue, its secret here or in a token.

use std::path::PathBuf;
use std::sync::Arc;

use aurora_model::Venue;
use aurora_wire::{Hmac, Keys};
use serde::Deserialize;

use crate::token::{TokenFault, TokenKey};

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// Their text is not what it should be. The text itself is not told.
    #[error(
        "the keys must be JSON like {{\"keys\":[{{\"venue\":\"BINANCEUSDM\",\"key\":…,\"secret\":…}}]}}: line {line}, column {column}"
    )]
    Unreadable {
        /// Where.
        line: usize,
        /// Where in it.
        column: usize,
    },
    /// A key's venue is unknown.
    #[error("keys: unknown venue {0:?}; known: BINANCEUSDM, OKX, BYBIT")]
    Venue(String),
    /// There are two of one venue.
    #[error("keys: {} stands there twice", .0.code())]
    Twice(Venue),
    /// A key has both a secret and a token, or neither.
    #[error("keys: {} needs either `secret` or `token`", .0.code())]
    OneSecret(Venue),
    /// The token cannot be used.
    #[error("keys: the token of {}", .0.code())]
    Token(Venue, #[source] TokenFault),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    #[serde(borrow)]
    keys: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<'a> {
    venue: &'a str,
    key: &'a str,
    secret: Option<&'a str>,
    #[serde(default)]
    passphrase: &'a str,
    #[serde(borrow)]
    token: Option<Token<'a>>,
}

/// A secret that a PKCS#11 token holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token<'a> {
    /// The token's library.
    module: PathBuf,
    /// The token's label.
    token: &'a str,
    /// The label of the secret in it.
    label: &'a str,
    /// The user's PIN.
    pin: &'a str,
}

/// Reads the keys of every venue.
///
/// # Errors
/// [`KeyFault`]; none of them tells a secret.
pub fn read_keys(plain: &[u8]) -> Result<Vec<(Venue, Keys)>, KeyFault> {
    let file: File<'_> = serde_json::from_slice(plain)
        .map_err(|fault| KeyFault::Unreadable { line: fault.line(), column: fault.column() })?;
    let mut keys: Vec<(Venue, Keys)> = Vec::new();
    for entry in file.keys {
        let known = Venue::ALL.into_iter().find(|venue| venue.code() == entry.venue);
        let venue = known.ok_or_else(|| KeyFault::Venue(entry.venue.chars().take(20).collect()))?;
        if keys.iter().any(|(have, _)| *have == venue) {
            return Err(KeyFault::Twice(venue));
        }
        let secret = match (entry.secret, entry.token) {
            (Some(secret), None) => Hmac::new(secret.as_bytes()),
            (None, Some(Token { module, token, label, pin })) => {
                let held = TokenKey::open(&module, token, label, pin);
                Hmac::held(Arc::new(held.map_err(|fault| KeyFault::Token(venue, fault))?))
            }
            _ => return Err(KeyFault::OneSecret(venue)),
        };
        let (key, passphrase) = (entry.key.to_owned(), entry.passphrase.to_owned());
        keys.push((venue, Keys { key, secret, passphrase }));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_never_told_in_a_fault() {
        let read = |text: &str| match read_keys(text.as_bytes()) {
            Ok(keys) => keys.iter().map(|(venue, _)| venue.code()).collect::<Vec<_>>().join(" "),
            Err(fault) => fault.to_string(),
        };
        let key = |venue: &str, rest: &str| format!(r#"{{"venue":"{venue}","key":"k"{rest}}}"#);
        let file = |entries: &[String]| format!(r#"{{"keys":[{}]}}"#, entries.join(","));
        let secret = r#","secret":"TOPSECRET""#;
        assert_eq!(read(&file(&[key("OKX", secret), key("BYBIT", secret)])), "OKX BYBIT");
        for bad in [
            file(&[key("KRAKEN", secret)]),
            file(&[key("OKX", secret), key("OKX", secret)]),
            file(&[key("OKX", "")]),
            file(&[key("OKX", r#","secret":"TOPSECRET","sekret":"x""#)]),
            String::from("TOPSECRET"),
        ] {
            let told = read(&bad);
            assert!(told.starts_with("keys") || told.starts_with("the keys"), "{told}");
            assert!(!told.contains("TOPSECRET"), "{told}");
        }
    }
}
