//! The same record into SQLite: WAL, `synchronous=FULL`, one insert a transaction, its statement prepared.

use std::path::Path;

use rusqlite::{Connection, Statement};

pub(crate) struct Table(Statement<'static>);

impl Table {
    pub(crate) fn create(path: &Path) -> Table {
        // A statement borrows its connection; this one lives as long as the program.
        let connection: &'static Connection = Box::leak(Box::new(Connection::open(path).unwrap()));
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        let table = "CREATE TABLE journal (seq INTEGER PRIMARY KEY, kind INTEGER, payload BLOB)";
        connection.execute(table, ()).unwrap();
        let insert = "INSERT INTO journal (kind, payload) VALUES (1, ?1)";
        Table(connection.prepare(insert).unwrap())
    }

    pub(crate) fn insert(&mut self, payload: &[u8]) {
        self.0.execute([payload]).unwrap();
    }
}
