//! The lease as a row of a SQLite file, for nodes on one host.
//!
//! Time is the host's clock since boot, which all its processes share, which goes on while a process or the
//! machine sleeps, and which nobody sets. After a reboot nothing of before runs any more: then the row is free.
//!
//! A process that freezes while it holds the file's write lock keeps everybody out until it goes on or is
//! killed. So nothing slow happens under the lock: no commit waits for the disk (a reboot frees the row
//! anyway), and who only wants to know whether the row is free reads it without the lock.

use std::path::Path;
use std::time::Duration;

use aurora_ha::Token;
use rustix::time::{ClockId, clock_gettime};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};

use crate::error::LeaseError;
use crate::store::{Claim, Holding, Lease, stored, token};

/// How long another process's write is waited for: it takes some microseconds.
const BUSY: Duration = Duration::from_millis(100);

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
    connection: SqliteConnection,
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
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY);
        let mut connection = options.connect().await?;
        sqlx::query(TABLE).execute(&mut connection).await?;
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        let boot = boot.map_err(LeaseError::Boot)?.trim().to_owned();
        Ok(SqliteLease { connection, claim, boot })
    }

    fn until(&self, now: i64) -> i64 {
        now.saturating_add(i64::try_from(self.claim.ttl.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl Lease for SqliteLease {
    async fn try_take(&mut self) -> Result<Option<Token>, LeaseError> {
        if self.look().await?.is_some() {
            return Ok(None);
        }
        let now = since_boot();
        let taken: Option<i64> = sqlx::query_scalar(TAKE)
            .bind(&self.claim.name)
            .bind(&self.claim.holder)
            .bind(&self.boot)
            .bind(now)
            .bind(self.until(now))
            .fetch_optional(&mut self.connection)
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
            .execute(&mut self.connection)
            .await?;
        Ok(renewed.rows_affected() == 1)
    }

    async fn release(&mut self, token: Token) -> Result<(), LeaseError> {
        let release = sqlx::query(RELEASE).bind(&self.claim.name).bind(stored(token));
        release.execute(&mut self.connection).await?;
        Ok(())
    }

    async fn look(&mut self) -> Result<Option<Holding>, LeaseError> {
        let found: Option<(String, i64)> = sqlx::query_as(LOOK)
            .bind(&self.claim.name)
            .bind(&self.boot)
            .bind(since_boot())
            .fetch_optional(&mut self.connection)
            .await?;
        Ok(found.map(|(holder, given)| Holding { holder, token: token(given) }))
    }
}

/// Nanoseconds since this host was started, sleep included.
fn since_boot() -> i64 {
    let now = clock_gettime(ClockId::Boottime);
    now.tv_sec.saturating_mul(1_000_000_000).saturating_add(now.tv_nsec)
}
