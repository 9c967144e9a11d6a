//! The operator token: where it came from, how it is compared, how it is replaced.

use std::hint::black_box;

use aurora_model::Nanos;

/// The shortest token that may replace another.
const MIN_LEN: usize = 24;
const ROTATE_EVERY: Nanos = Nanos(30_000_000_000);

/// Where the token in force came from; the first that is set wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// The configuration file.
    Config,
    /// `OPS_TOKEN`.
    Env,
    /// `AURORA_OPS_TOKEN`, the old name.
    EnvAlias,
    /// An operator, at run time.
    Rotated,
}

/// The token operators prove themselves with.
#[derive(Default)]
pub struct OpsToken {
    secret: Option<String>,
    source: Option<TokenSource>,
    rotated_at: Option<Nanos>,
}

/// Why a request is not an operator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotOperator {
    /// 401: no token sent, or none is configured.
    Missing,
    /// 403: another token.
    Wrong,
}

/// Why a token is not replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotRotated {
    /// 400: too short.
    Short,
    /// 429: the last rotation is too recent.
    TooSoon,
}

impl OpsToken {
    /// The first of the sources that is set and not empty.
    pub fn from_sources(
        config: Option<String>,
        env: Option<String>,
        env_alias: Option<String>,
    ) -> OpsToken {
        let sources = [
            (config, TokenSource::Config),
            (env, TokenSource::Env),
            (env_alias, TokenSource::EnvAlias),
        ];
        for (secret, source) in sources {
            if let Some(secret) = secret.filter(|s| !s.trim().is_empty()) {
                return OpsToken { secret: Some(secret), source: Some(source), rotated_at: None };
            }
        }
        OpsToken::default()
    }

    /// Where the token in force came from; `None` when there is none and every operation is refused.
    pub fn source(&self) -> Option<TokenSource> {
        self.source
    }

    pub(super) fn check(&self, sent: Option<&str>) -> Result<(), NotOperator> {
        match (&self.secret, sent) {
            (Some(secret), Some(sent)) if is_same(secret.as_bytes(), sent.as_bytes()) => Ok(()),
            (Some(_), Some(_)) => Err(NotOperator::Wrong),
            _ => Err(NotOperator::Missing),
        }
    }

    /// Replaces the token; the old one stops working at once. Returns the mask for the log.
    pub(super) fn rotate(&mut self, new: &str, now: Nanos) -> Result<String, NotRotated> {
        let new = new.trim();
        if new.len() < MIN_LEN || !new.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(NotRotated::Short);
        }
        if self.rotated_at.is_some_and(|at| now - at < ROTATE_EVERY) {
            return Err(NotRotated::TooSoon);
        }
        self.secret = Some(new.to_owned());
        self.source = Some(TokenSource::Rotated);
        self.rotated_at = Some(now);
        Ok(format!("****{}", &new[new.len() - 4..]))
    }
}

impl std::fmt::Debug for OpsToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpsToken").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Compares in a time that depends on the lengths alone.
fn is_same(secret: &[u8], sent: &[u8]) -> bool {
    let mut difference = secret.len() ^ sent.len();
    for (i, byte) in sent.iter().enumerate() {
        difference |= usize::from(black_box(secret[i % secret.len()] ^ byte));
    }
    black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_wins_over_the_environment_and_blank_is_not_set() {
        let text = |t: &str| Some(t.to_owned());
        let source = |c, e, a| OpsToken::from_sources(c, e, a).source();
        assert_eq!(source(text("c"), text("e"), text("a")), Some(TokenSource::Config));
        assert_eq!(source(text(" "), text("e"), text("a")), Some(TokenSource::Env));
        assert_eq!(source(None, None, text("a")), Some(TokenSource::EnvAlias));
        assert_eq!(source(None, None, None), None);
    }

    #[test]
    fn only_the_whole_token_opens() {
        let token = OpsToken::from_sources(None, Some("secret".into()), None);
        assert_eq!(token.check(Some("secret")), Ok(()));
        for wrong in ["", "s", "secre", "secret1", "secretsecret", "SECRET"] {
            assert_eq!(token.check(Some(wrong)), Err(NotOperator::Wrong), "{wrong}");
        }
        assert_eq!(token.check(None), Err(NotOperator::Missing));
        assert_eq!(OpsToken::default().check(Some("")), Err(NotOperator::Missing));
    }

    #[test]
    fn after_a_rotation_the_old_token_is_wrong_and_the_next_rotation_waits() {
        let mut token = OpsToken::from_sources(None, Some("secret".into()), None);
        let new = "0123456789abcdef01234567";
        assert_eq!(token.rotate("short", Nanos(0)), Err(NotRotated::Short));
        assert_eq!(token.rotate(new, Nanos(0)), Ok("****4567".into()));
        assert_eq!(token.check(Some("secret")), Err(NotOperator::Wrong));
        assert_eq!(token.check(Some(new)), Ok(()));
        assert_eq!(token.rotate(new, Nanos(29_999_999_999)), Err(NotRotated::TooSoon));
        assert!(token.rotate(new, Nanos(30_000_000_000)).is_ok());
    }
}
