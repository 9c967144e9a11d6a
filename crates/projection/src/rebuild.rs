//! Reading the journal into the table.

use std::path::{Path, PathBuf};

use aurora_journal::{Reader, Seq};

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

/// The name of the journal in that folder: the hash of its first record; `None` before there is one.
///
/// # Errors
/// When the journal cannot be read.
pub fn journal_name(journal: &Path) -> Result<Option<String>, ProjectionError> {
    let first = Reader::open(journal)?.next().transpose()?;
    Ok(first.map(|record| record.hash.to_string()))
}

/// Empties the table of that journal's rows and fills it again; other journals' rows stay.
///
/// # Errors
/// When the journal or the database cannot be used.
pub async fn rebuild(
    table: &Table,
    journal: &Path,
    names: Names,
) -> Result<Rebuilt, ProjectionError> {
    table.migrate_up().await?;
    let Some(filling) = Filling::of(table, journal)? else { return Ok(Rebuilt::default()) };
    filling.anew(&mut Projector::new(names), u64::MAX).await
}

/// A journal, and its rows in the table.
pub(crate) struct Filling {
    table: Table,
    journal: PathBuf,
    name: String,
}

impl Filling {
    /// `None` while the journal has no record, and so no name.
    pub(crate) fn of(table: &Table, journal: &Path) -> Result<Option<Filling>, ProjectionError> {
        let (table, name) = (table.clone(), journal_name(journal)?);
        Ok(name.map(|name| Filling { table, journal: journal.to_owned(), name }))
    }

    pub(crate) async fn insert(&self, rows: &[Row]) -> Result<(), ProjectionError> {
        self.table.insert(&self.name, rows).await
    }

    /// Adds what the table lacks up to a record. Where its newest rows are not those of the journal, the journal went
    /// back and another run went on from there: then all of them are written anew.
    pub(crate) async fn begin(
        &self,
        projector: &mut Projector,
        to: u64,
    ) -> Result<(), ProjectionError> {
        let last = self.table.last_seq(&self.name).await?;
        let newest = self.table.rows(&self.name, last).await?;
        let agrees = |rows: &[Row]| {
            let mut rows = rows.to_vec();
            rows.sort_by(|one, other| one.cl_ord_id.cmp(&other.cl_ord_id));
            rows == newest
        };
        if last == 0 || self.read(projector, (last, to), agrees).await?.is_none() {
            projector.forget();
            self.anew(projector, to).await?;
        }
        Ok(())
    }

    async fn anew(&self, projector: &mut Projector, to: u64) -> Result<Rebuilt, ProjectionError> {
        self.table.clear(&self.name).await?;
        self.go_on(projector, to).await
    }

    /// Reads on from where the projector is, up to a record, and writes all the rows.
    pub(crate) async fn go_on(
        &self,
        projector: &mut Projector,
        to: u64,
    ) -> Result<Rebuilt, ProjectionError> {
        let done = self.read(projector, (0, to), |_| true).await?;
        Ok(done.expect("nothing to agree with"))
    }

    /// Reads on up to a record; rows of records after `from` are written. `None` when the journal has no record
    /// `from`, or its rows do not agree.
    async fn read(
        &self,
        projector: &mut Projector,
        (from, to): (u64, u64),
        agrees: impl Fn(&[Row]) -> bool,
    ) -> Result<Option<Rebuilt>, ProjectionError> {
        let (mut done, mut rows) = (Rebuilt::default(), Vec::<Row>::new());
        let mut reader = Reader::open(&self.journal)?;
        reader.skip_to(Seq(projector.last_seq() + 1));
        for record in reader {
            let record = record?;
            let seq = record.seq.0;
            if to < seq {
                break;
            }
            if seq <= projector.last_seq() {
                continue;
            }
            let stamped = aurora_records::decode(&record.payload)
                .map_err(|fault| ProjectionError::Record { seq, fault })?;
            done.records += 1;
            projector.take(seq, &stamped, &mut rows);
            if seq == from && !agrees(&rows) {
                return Ok(None);
            }
            if seq <= from {
                rows.clear();
            }
            if BATCH <= rows.len() {
                done.rows += rows.len() as u64;
                self.insert(&rows).await?;
                rows.clear();
            }
        }
        done.rows += rows.len() as u64;
        self.insert(&rows).await?;
        Ok((from <= projector.last_seq()).then_some(done))
    }
}
