//! Where a lease is kept, as it is written in the configuration.

use std::path::PathBuf;
use std::str::FromStr;

use crate::error::LeaseError;

/// Where a lease is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A file on this host, for nodes on this host only.
    Sqlite(PathBuf),
    /// A database, by its URL.
    Postgres(String),
    /// A NATS server with JetStream, by its URL.
    Nats(String),
}

impl FromStr for Place {
    type Err = LeaseError;

    fn from_str(text: &str) -> Result<Place, LeaseError> {
        let unknown = || LeaseError::Place { place: without_password(text) };
        let (scheme, rest) = text.split_once(':').ok_or_else(unknown)?;
        match scheme {
            "sqlite" if !rest.trim_start_matches('/').is_empty() => {
                Ok(Place::Sqlite(PathBuf::from(rest.strip_prefix("//").unwrap_or(rest))))
            }
            "postgres" | "postgresql" => Ok(Place::Postgres(text.to_owned())),
            "nats" | "tls" => Ok(Place::Nats(text.to_owned())),
            _ => Err(unknown()),
        }
    }
}

/// For people: a password in a URL is not shown.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Place::Postgres(url) | Place::Nats(url) => f.write_str(&without_password(url)),
        }
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_from_its_url_and_never_shows_a_password() {
        let shown = |text: &str| text.parse::<Place>().map(|place| place.to_string());
        assert_eq!(shown("sqlite:data/lease.db").unwrap(), "sqlite:data/lease.db");
        assert_eq!(shown("sqlite:///data/lease.db").unwrap(), "sqlite:/data/lease.db");
        let told = shown("postgres://aurora:se@cret@db/aurora").unwrap();
        assert_eq!(told, "postgres://aurora@db/aurora");
        assert_eq!(shown("nats://127.0.0.1:4222").unwrap(), "nats://127.0.0.1:4222");
        for wrong in ["", "sqlite:", "redis://here", "lease.db"] {
            assert!(shown(wrong).unwrap_err().to_string().contains("no place for a lease"));
        }
    }
}
