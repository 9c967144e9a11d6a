//! Several scenes at a time: they wait more than they work.

use std::sync::Mutex;

use anyhow::Result;

use crate::report::Report;
use crate::truth;

const WORKERS: usize = 5;

/// Has every piece worked off, some at a time, and adds up what was found.
pub(crate) fn share<T: Send>(
    pieces: Vec<T>,
    work: impl Fn(T, &mut Report) -> Result<()> + Sync,
) -> Result<Report> {
    let mut report = Report::new(&truth::ZEROS);
    let todo = Mutex::new(pieces.into_iter());
    let worker = || {
        let mut report = Report::new(&truth::ZEROS);
        loop {
            let Some(piece) = todo.lock().expect("no worker panics").next() else {
                return Ok(report);
            };
            work(piece, &mut report)?;
        }
    };
    let found: Vec<Result<Report>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker")).collect()
    });
    for part in found {
        report.merge(part?);
    }
    Ok(report)
}
