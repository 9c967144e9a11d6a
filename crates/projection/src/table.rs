//! The table in its database, with its versions up and down.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{QueryBuilder, SqlSafeStr};

use crate::ProjectionError;
use crate::place::{Kind, Place};
use crate::row::Row;

/// How long a connection, or another's write, is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Rows in one statement: eighteen values each, and SQLite takes 32,766.
const AT_ONCE: usize = 500;

const INSERT: &str = "INSERT INTO order_journal (journal, seq, epoch, ts, venue, cl_ord_id, parent_order_id, uid, event, \
    reason, side, price, qty, filled, fsm, fate, exactly_once_state, venue_order_id) ";
const SELECT: &str = "SELECT seq, epoch, ts, venue, cl_ord_id, parent_order_id, uid, event, reason, side, price, \
    qty, filled, fsm, fate, exactly_once_state, venue_order_id FROM order_journal \
    WHERE journal = $1 AND $2 <= seq ORDER BY seq, cl_ord_id";
const LAST: &str = "SELECT COALESCE(MAX(seq), 0) FROM order_journal WHERE journal = $1";
const CLEAR: &str = "DELETE FROM order_journal WHERE journal = $1";

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
    /// When the database cannot be reached.
    pub async fn open(place: &Place) -> Result<Table, ProjectionError> {
        Ok(Table(match place.kind() {
            Kind::Sqlite(file) => {
                let file = file
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // What a power cut takes is read from the journal again.
                    .synchronous(SqliteSynchronous::Normal)
                    .busy_timeout(PATIENCE);
                let pool = SqlitePoolOptions::new().max_connections(1);
                Pool::Sqlite(pool.connect_with(file).await?)
            }
            Kind::Postgres(server) => {
                let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
                Pool::Postgres(pool.connect_with(server).await?)
            }
        }))
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
        let [first, second] = match self.0 {
            Pool::Sqlite(_) => [
                [
                    include_str!("../migrations/sqlite/0001_order_journal.up.sql"),
                    include_str!("../migrations/sqlite/0001_order_journal.down.sql"),
                ],
                [
                    include_str!("../migrations/sqlite/0002_one_table_many_journals.up.sql"),
                    include_str!("../migrations/sqlite/0002_one_table_many_journals.down.sql"),
                ],
            ],
            Pool::Postgres(_) => [
                [
                    include_str!("../migrations/postgres/0001_order_journal.up.sql"),
                    include_str!("../migrations/postgres/0001_order_journal.down.sql"),
                ],
                [
                    include_str!("../migrations/postgres/0002_one_table_many_journals.up.sql"),
                    include_str!("../migrations/postgres/0002_one_table_many_journals.down.sql"),
                ],
            ],
        };
        let both = |version, name: &'static str, [up, down]: [&'static str; 2]| {
            let of = |kind, sql: &'static str| {
                Migration::new(version, Cow::Borrowed(name), kind, sql.into_sql_str(), false)
            };
            [of(MigrationType::ReversibleUp, up), of(MigrationType::ReversibleDown, down)]
        };
        let all = [both(1, "order journal", first), both(2, "one table many journals", second)];
        Migrator::with_migrations(all.into_iter().flatten().collect())
    }

    /// The last record of that journal that has a row; zero before the first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn last_seq(&self, journal: &str) -> Result<u64, ProjectionError> {
        let last: i64 =
            either!(self, pool => sqlx::query_scalar(LAST).bind(journal).fetch_one(pool).await?);
        Ok(u64::try_from(last).unwrap_or(0))
    }

    /// Adds rows of that journal, all or none; one that is there stays as it is.
    ///
    /// # Errors
    /// What the database says.
    pub async fn insert(&self, journal: &str, rows: &[Row]) -> Result<(), ProjectionError> {
        if rows.is_empty() {
            return Ok(());
        }
        either!(self, pool => {
            let mut transaction = pool.begin().await?;
            for rows in rows.chunks(AT_ONCE) {
                let mut insert = QueryBuilder::new(INSERT);
                insert.push_values(rows, |mut values, row| {
                    values.push_bind(journal);
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

    /// Forgets every row of that journal.
    ///
    /// # Errors
    /// What the database says.
    pub async fn clear(&self, journal: &str) -> Result<(), ProjectionError> {
        either!(self, pool => sqlx::query(CLEAR).bind(journal).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Every row of that journal's records from `from` on, by record and order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rows(&self, journal: &str, from: u64) -> Result<Vec<Row>, ProjectionError> {
        use sqlx::Row as _;
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        Ok(either!(self, pool => {
            let rows = sqlx::query(SELECT).bind(journal).bind(from).fetch_all(pool).await?;
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
