//! The table in its database, with its versions up and down.

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{QueryBuilder, SqlSafeStr};

use crate::ProjectionError;
use crate::row::Row;

/// How long a connection, or another's write, is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Rows in one statement: seventeen values each, and SQLite takes 32,766.
const AT_ONCE: usize = 500;

const INSERT: &str = "INSERT INTO order_journal (seq, epoch, ts, venue, cl_ord_id, parent_order_id, uid, event, \
    reason, side, price, qty, filled, fsm, fate, exactly_once_state, venue_order_id) ";
const SELECT: &str = "SELECT seq, epoch, ts, venue, cl_ord_id, parent_order_id, uid, event, reason, side, price, \
    qty, filled, fsm, fate, exactly_once_state, venue_order_id FROM order_journal ORDER BY seq, cl_ord_id";
const LAST: &str = "SELECT COALESCE(MAX(seq), 0) FROM order_journal";

/// `order_journal` in its database.
#[derive(Clone, Debug)]
pub struct Table(Pool);

#[derive(Clone, Debug)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// The same for either database.
macro_rules! either {
    ($table:expr, $pool:ident => $do:expr) => {
        match &$table.0 {
            Pool::Sqlite($pool) => $do,
            Pool::Postgres($pool) => $do,
        }
    };
}

impl Table {
    /// Connects; the table is not there before [`Table::migrate_up`].
    ///
    /// # Errors
    /// When the place is none, or the database cannot be reached.
    pub async fn open(url: &str) -> Result<Table, ProjectionError> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // What a power cut takes is read from the journal again.
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(PATIENCE);
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
            return Ok(Table(Pool::Sqlite(pool)));
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
            return Ok(Table(Pool::Postgres(options.connect(url).await?)));
        }
        Err(ProjectionError::Place(url.to_owned()))
    }

    /// Brings the table to the newest version, making it where there is none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn migrate_up(&self) -> Result<(), ProjectionError> {
        let migrator = self.migrator();
        either!(self, pool => migrator.run(pool).await?);
        Ok(())
    }

    /// Takes every version back: the table is gone, the journal is not.
    ///
    /// # Errors
    /// What the database says.
    pub async fn migrate_down(&self) -> Result<(), ProjectionError> {
        let migrator = self.migrator();
        either!(self, pool => migrator.undo(pool, 0).await?);
        Ok(())
    }

    fn migrator(&self) -> Migrator {
        let (up, down) = match self.0 {
            Pool::Sqlite(_) => (
                include_str!("../migrations/sqlite/0001_order_journal.up.sql"),
                include_str!("../migrations/sqlite/0001_order_journal.down.sql"),
            ),
            Pool::Postgres(_) => (
                include_str!("../migrations/postgres/0001_order_journal.up.sql"),
                include_str!("../migrations/postgres/0001_order_journal.down.sql"),
            ),
        };
        let of = |kind, sql: &'static str| {
            Migration::new(1, Cow::Borrowed("order journal"), kind, sql.into_sql_str(), false)
        };
        Migrator::with_migrations(vec![
            of(MigrationType::ReversibleUp, up),
            of(MigrationType::ReversibleDown, down),
        ])
    }

    /// The last record that has a row; zero before the first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn last_seq(&self) -> Result<u64, ProjectionError> {
        let last: i64 = either!(self, pool => sqlx::query_scalar(LAST).fetch_one(pool).await?);
        Ok(u64::try_from(last).unwrap_or(0))
    }

    /// Adds rows, all or none; one that is there stays as it is.
    ///
    /// # Errors
    /// What the database says.
    pub async fn insert(&self, rows: &[Row]) -> Result<(), ProjectionError> {
        either!(self, pool => {
            let mut transaction = pool.begin().await?;
            for rows in rows.chunks(AT_ONCE) {
                let mut insert = QueryBuilder::new(INSERT);
                insert.push_values(rows, |mut values, row| {
                    values.push_bind(row.seq).push_bind(row.epoch).push_bind(row.ts);
                    values.push_bind(&row.venue).push_bind(&row.cl_ord_id);
                    values.push_bind(&row.parent_order_id).push_bind(&row.uid);
                    values.push_bind(&row.event).push_bind(&row.reason).push_bind(&row.side);
                    values.push_bind(&row.price).push_bind(&row.qty).push_bind(&row.filled);
                    values.push_bind(&row.fsm).push_bind(&row.fate);
                    values.push_bind(&row.exactly_once_state).push_bind(&row.venue_order_id);
                });
                insert.push(" ON CONFLICT DO NOTHING");
                insert.build().execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Forgets every row.
    ///
    /// # Errors
    /// What the database says.
    pub async fn clear(&self) -> Result<(), ProjectionError> {
        either!(self, pool => sqlx::query("DELETE FROM order_journal").execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Every row, by record and order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rows(&self) -> Result<Vec<Row>, ProjectionError> {
        use sqlx::Row as _;
        Ok(either!(self, pool => {
            let rows = sqlx::query(SELECT).fetch_all(pool).await?;
            rows.iter().map(|row| Ok(Row {
                seq: row.try_get(0)?,
                epoch: row.try_get(1)?,
                ts: row.try_get(2)?,
                venue: row.try_get(3)?,
                cl_ord_id: row.try_get(4)?,
                parent_order_id: row.try_get(5)?,
                uid: row.try_get(6)?,
                event: row.try_get(7)?,
                reason: row.try_get(8)?,
                side: row.try_get(9)?,
                price: row.try_get(10)?,
                qty: row.try_get(11)?,
                filled: row.try_get(12)?,
                fsm: row.try_get(13)?,
                fate: row.try_get(14)?,
                exactly_once_state: row.try_get(15)?,
                venue_order_id: row.try_get(16)?,
            })).collect::<Result<Vec<Row>, sqlx::Error>>()?
        }))
    }
}
