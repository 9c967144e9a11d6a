//! The lease as a row of a SQLite file, for nodes on one host.
//!
//! Time is the host's clock since boot, which all its processes share, which goes on while a process or the
//! machine sleeps, and which nobody sets. After a reboot nothing of before runs any more: then the row is free.

use std::path::Path;
use std::time::Duration;

use aurora_ha::Token;
use rustix::time::{ClockId, clock_gettime};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::error::LeaseError;
use crate::store::{Claim, Holding, Lease, stored, token};

/// How long another process's write is waited for.
const BUSY: Duration = Duration::from_millis(500);

const TABLE: &str = "CREATE TABLE IF NOT EXISTS lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    token INTEGER NOT NULL,
    boot TEXT NOT NULL,
    until_ns INTEGER NOT NULL
)";
/// One statement: either the row is free and becomes ours, or nothing happens.
const TAKE: &str =
    "INSERT INTO lease (name, holder, token, boot, until_ns) VALUES (?1, ?2, 1, ?3, ?5)
    ON CONFLICT (name) DO UPDATE SET holder = ?2, token = token + 1, boot = ?3, until_ns = ?5
    WHERE boot <> ?3 OR until_ns <= ?4
    RETURNING token";
const RENEW: &str = "UPDATE lease SET until_ns = ?4
    WHERE name = ?1 AND token = ?2 AND boot = ?3 AND ?5 < until_ns";
const RELEASE: &str = "UPDATE lease SET until_ns = 0 WHERE name = ?1 AND token = ?2";
const LOOK: &str =
    "SELECT holder, token FROM lease WHERE name = ?1 AND boot = ?2 AND ?3 < until_ns";

/// A lease in a file.
#[derive(Debug)]
pub struct SqliteLease {
    pool: SqlitePool,
    claim: Claim,
    boot: String,
}

impl SqliteLease {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When the file cannot be opened or is no database.
    pub async fn open(path: &Path, claim: Claim) -> Result<SqliteLease, LeaseError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        sqlx::query(TABLE).execute(&pool).await?;
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        let boot = boot.map_err(LeaseError::Boot)?.trim().to_owned();
        Ok(SqliteLease { pool, claim, boot })
    }

    fn until(&self, now: i64) -> i64 {
        now.saturating_add(i64::try_from(self.claim.ttl.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl Lease for SqliteLease {
    async fn try_take(&mut self) -> Result<Option<Token>, LeaseError> {
        let now = since_boot();
        let taken: Option<i64> = sqlx::query_scalar(TAKE)
            .bind(&self.claim.name)
            .bind(&self.claim.holder)
            .bind(&self.boot)
            .bind(now)
            .bind(self.until(now))
            .fetch_optional(&self.pool)
            .await?;
        Ok(taken.map(token))
    }

    async fn renew(&mut self, token: Token) -> Result<bool, LeaseError> {
        let now = since_boot();
        let renewed = sqlx::query(RENEW)
            .bind(&self.claim.name)
            .bind(stored(token))
            .bind(&self.boot)
            .bind(self.until(now))
            .bind(now)
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
        let found: Option<(String, i64)> = sqlx::query_as(LOOK)
            .bind(&self.claim.name)
            .bind(&self.boot)
            .bind(since_boot())
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.map(|(holder, given)| Holding { holder, token: token(given) }))
    }
}

/// Nanoseconds since this host was started, sleep included.
fn since_boot() -> i64 {
    let now = clock_gettime(ClockId::Boottime);
    now.tv_sec.saturating_mul(1_000_000_000).saturating_add(now.tv_nsec)
}
