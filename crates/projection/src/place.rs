//! Where the table is: whether an address is one, and what may be told of it.

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::ProjectionError;

/// An address, read. It is never printed whole: it may hold a password.
#[derive(Clone)]
pub struct Place(Kind);

#[derive(Clone)]
pub(crate) enum Kind {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl Place {
    /// Reads `sqlite:FILE` or `postgres://USER@HOST/DATABASE`; nothing is connected to.
    ///
    /// # Errors
    /// [`ProjectionError::Place`] for another scheme, else what is wrong with it.
    pub fn read(url: &str) -> Result<Place, ProjectionError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Place(Kind::Sqlite(SqliteConnectOptions::from_str(url)?))),
            Some(("postgres" | "postgresql", _)) => {
                Ok(Place(Kind::Postgres(PgConnectOptions::from_str(url)?)))
            }
            Some((scheme, _)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => {
                Err(ProjectionError::Place(format!("{scheme}:…")))
            }
            _ => Err(ProjectionError::Place("this".to_owned())),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.clone()
    }
}

/// The file, or the server alone: no user, no password, no parameters.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Sqlite(file) => write!(f, "sqlite:{}", file.get_filename().display()),
            Kind::Postgres(server) => {
                write!(f, "postgres://{}:{}", server.get_host(), server.get_port())
            }
        }
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Place({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown_whatever_it_looks_like() {
        let shown = |url| Place::read(url).unwrap().to_string();
        let server = "postgres://db.example:5433";
        assert_eq!(shown("postgres://u:S3cret@db.example:5433/orders?sslmode=require"), server);
        assert_eq!(shown("postgresql://u:a%40b%2F@db.example:5433/o"), server);
        assert_eq!(shown("postgres://db.example:5433/o?user=u&password=S3cret"), server);
        assert_eq!(shown("sqlite:data/orders.db"), "sqlite:data/orders.db");
        for wrong in [
            "mysql://u:S3cret@h/d",
            "S3cret",
            "u:S3cret@h:1",
            "S3cret@h:1",
            "postgres://u:S3cret@h:x/d",
        ] {
            let fault = Place::read(wrong).unwrap_err();
            let told = format!("{fault} {fault:?}");
            assert!(!told.contains("S3cret"), "{told}");
        }
    }
}
