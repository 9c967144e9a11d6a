//! What a lease is asked, whoever keeps it.

use std::future::Future;
use std::time::Duration;

use aurora_ha::Token;

use crate::error::LeaseError;
use crate::nats::NatsLease;
use crate::place::Place;
use crate::postgres::PostgresLease;
use crate::sqlite::SqliteLease;

/// Who asks, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What the lease is for: one name for the nodes of one desk.
    pub name: String,
    /// Which process: a node's name and something no other start of it has.
    pub holder: String,
    /// How long it lasts.
    pub ttl: Duration,
}

/// What became of taking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is ours under this token, greater than any before.
    Ours(Token),
    /// Somebody has it.
    Theirs(Holding),
}

/// Who has the lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// As in [`Claim::holder`].
    pub holder: String,
    /// Which grant.
    pub token: Token,
}

/// A place that keeps one lease. Errors of its methods mean: nobody knows.
pub trait Lease: Send {
    /// Takes it if nobody has it; `None` when somebody does.
    fn try_take(&mut self) -> impl Future<Output = Result<Option<Token>, LeaseError>> + Send;

    /// Takes it if nobody has it, and says who does.
    fn take(&mut self) -> impl Future<Output = Result<Taken, LeaseError>> + Send {
        async {
            loop {
                if let Some(token) = self.try_take().await? {
                    return Ok(Taken::Ours(token));
                }
                // It may end between the two questions; then it is ours to take.
                if let Some(holding) = self.look().await? {
                    return Ok(Taken::Theirs(holding));
                }
            }
        }
    }

    /// Lets it last from now on; `false` when it is not ours any more.
    fn renew(&mut self, token: Token) -> impl Future<Output = Result<bool, LeaseError>> + Send;

    /// Gives it back, if it is still ours.
    fn release(&mut self, token: Token) -> impl Future<Output = Result<(), LeaseError>> + Send;

    /// Who has it.
    fn look(&mut self) -> impl Future<Output = Result<Option<Holding>, LeaseError>> + Send;
}

/// Any of the places.
#[derive(Debug)]
pub enum Store {
    /// On this host.
    Sqlite(SqliteLease),
    /// A database.
    Postgres(PostgresLease),
    /// A message server.
    Nats(Box<NatsLease>),
}

impl Store {
    /// Goes there, and makes what is missing.
    ///
    /// # Errors
    /// When the place cannot be reached, or is not fit.
    pub async fn open(place: &Place, claim: Claim) -> Result<Store, LeaseError> {
        Ok(match place {
            Place::Sqlite(path) => Store::Sqlite(SqliteLease::open(path, claim).await?),
            Place::Postgres(url) => Store::Postgres(PostgresLease::open(url, claim).await?),
            Place::Nats(url) => Store::Nats(Box::new(NatsLease::open(url, claim).await?)),
        })
    }
}

impl Lease for Store {
    async fn try_take(&mut self) -> Result<Option<Token>, LeaseError> {
        match self {
            Store::Sqlite(lease) => lease.try_take().await,
            Store::Postgres(lease) => lease.try_take().await,
            Store::Nats(lease) => lease.try_take().await,
        }
    }

    async fn renew(&mut self, token: Token) -> Result<bool, LeaseError> {
        match self {
            Store::Sqlite(lease) => lease.renew(token).await,
            Store::Postgres(lease) => lease.renew(token).await,
            Store::Nats(lease) => lease.renew(token).await,
        }
    }

    async fn release(&mut self, token: Token) -> Result<(), LeaseError> {
        match self {
            Store::Sqlite(lease) => lease.release(token).await,
            Store::Postgres(lease) => lease.release(token).await,
            Store::Nats(lease) => lease.release(token).await,
        }
    }

    async fn look(&mut self) -> Result<Option<Holding>, LeaseError> {
        match self {
            Store::Sqlite(lease) => lease.look().await,
            Store::Postgres(lease) => lease.look().await,
            Store::Nats(lease) => lease.look().await,
        }
    }
}

/// A token as a database keeps it.
pub(crate) fn token(stored: i64) -> Token {
    Token(u64::try_from(stored).unwrap_or(0))
}

/// As [`token`], the other way.
pub(crate) fn stored(token: Token) -> i64 {
    i64::try_from(token.0).unwrap_or(i64::MAX)
}
