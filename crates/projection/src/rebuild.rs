//! Reading the whole journal into the table.

use std::path::Path;

use aurora_journal::Reader;

use crate::names::Names;
use crate::project::Projector;
use crate::table::Table;
use crate::{ProjectionError, Row};

/// Rows handed over at once.
const BATCH: usize = 5_000;

/// What a rebuild did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Records read.
    pub records: u64,
    /// Rows written.
    pub rows: u64,
}

/// Empties the table and fills it from the journal.
///
/// # Errors
/// When the journal or the database cannot be used.
pub async fn rebuild(
    table: &Table,
    journal: &Path,
    names: Names,
) -> Result<Rebuilt, ProjectionError> {
    table.migrate_up().await?;
    table.clear().await?;
    let mut projector = Projector::new(names);
    catch_up(table, journal, &mut projector, (0, u64::MAX)).await
}

/// Reads the journal from its beginning up to a record; rows of records after `from` are written.
pub(crate) async fn catch_up(
    table: &Table,
    journal: &Path,
    projector: &mut Projector,
    (from, to): (u64, u64),
) -> Result<Rebuilt, ProjectionError> {
    let (mut done, mut rows) = (Rebuilt::default(), Vec::<Row>::new());
    for record in Reader::open(journal)? {
        let record = record?;
        let seq = record.seq.0;
        if to < seq {
            break;
        }
        let stamped = aurora_records::decode(&record.payload)
            .map_err(|fault| ProjectionError::Record { seq, fault })?;
        done.records += 1;
        let before = rows.len();
        projector.take(seq, &stamped, &mut rows);
        if seq <= from {
            rows.truncate(before);
        }
        if BATCH <= rows.len() {
            done.rows += rows.len() as u64;
            table.insert(&rows).await?;
            rows.clear();
        }
    }
    done.rows += rows.len() as u64;
    table.insert(&rows).await?;
    Ok(done)
}
