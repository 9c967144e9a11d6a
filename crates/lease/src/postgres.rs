//! The lease as a row of PostgreSQL. Time is the server's.

use std::time::Duration;

use aurora_ha::Token;
use sqlx::postgres::{PgPool, PgPoolOptions};

use crate::error::LeaseError;
use crate::store::{Claim, Holding, Lease, stored, token};

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

const TABLE: &str = "CREATE TABLE IF NOT EXISTS aurora_lease (
    name text PRIMARY KEY,
    holder text NOT NULL,
    token bigint NOT NULL,
    until timestamptz NOT NULL
)";
/// One statement: either the row is free and becomes ours, or nothing happens. `clock_timestamp` is read when
/// the row is locked, not when the transaction began waiting for it.
const TAKE: &str = "INSERT INTO aurora_lease AS lease (name, holder, token, until)
    VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 microsecond')
    ON CONFLICT (name) DO UPDATE SET holder = $2, token = lease.token + 1,
        until = clock_timestamp() + $3 * interval '1 microsecond'
    WHERE lease.until <= clock_timestamp()
    RETURNING token";
const RENEW: &str =
    "UPDATE aurora_lease SET until = clock_timestamp() + $3 * interval '1 microsecond'
    WHERE name = $1 AND token = $2 AND clock_timestamp() < until";
const RELEASE: &str = "UPDATE aurora_lease SET until = '-infinity' WHERE name = $1 AND token = $2";
const LOOK: &str =
    "SELECT holder, token FROM aurora_lease WHERE name = $1 AND clock_timestamp() < until";

/// A lease in a database.
#[derive(Debug)]
pub struct PostgresLease {
    pool: PgPool,
    claim: Claim,
}

impl PostgresLease {
    /// Connects, and makes the table unless it is there.
    ///
    /// # Errors
    /// When the database cannot be reached, or refuses us.
    pub async fn open(url: &str, claim: Claim) -> Result<PostgresLease, LeaseError> {
        let options = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        let pool = options.connect(url).await?;
        // Two that make the table at the same moment: the second is refused, and finds it.
        if sqlx::query(TABLE).execute(&pool).await.is_err() {
            sqlx::query(TABLE).execute(&pool).await?;
        }
        Ok(PostgresLease { pool, claim })
    }

    fn ttl_us(&self) -> f64 {
        self.claim.ttl.as_secs_f64() * 1e6
    }
}

impl Lease for PostgresLease {
    async fn try_take(&mut self) -> Result<Option<Token>, LeaseError> {
        let taken: Option<i64> = sqlx::query_scalar(TAKE)
            .bind(&self.claim.name)
            .bind(&self.claim.holder)
            .bind(self.ttl_us())
            .fetch_optional(&self.pool)
            .await?;
        Ok(taken.map(token))
    }

    async fn renew(&mut self, token: Token) -> Result<bool, LeaseError> {
        let renewed = sqlx::query(RENEW)
            .bind(&self.claim.name)
            .bind(stored(token))
            .bind(self.ttl_us())
            .execute(&self.pool)
            .await?;
        Ok(renewed.rows_affected() == 1)
    }

    async fn release(&mut self, token: Token) -> Result<(), LeaseError> {
        let release = sqlx::query(RELEASE).bind(&self.claim.name).bind(stored(token));
        release.execute(&self.pool).await?;
        Ok(())
    }

    async fn look(&mut self) -> Result<Option<Holding>, LeaseError> {
        let found: Option<(String, i64)> =
            sqlx::query_as(LOOK).bind(&self.claim.name).fetch_optional(&self.pool).await?;
        Ok(found.map(|(holder, given)| Holding { holder, token: token(given) }))
    }
}
