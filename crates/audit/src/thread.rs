//! The audit off the hot path: a thread that writes, and a queue that drops nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, SendTimeoutError, Sender, bounded};

use crate::AuditError;
use crate::entry::Entry;
use crate::root::Why;
use crate::writer::Writer;

/// Records that may wait. Half of it is the sign that something is wrong.
const QUEUE: usize = 65_536;
/// Records written in one go.
const BATCH: usize = 1_024;
/// The disk is waited for this often while records come.
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// How long a full queue is waited for: a disk that takes longer for one record is no disk to trade on.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the thread sleeps, and how long after a failed write it tries again.
const NAP: Duration = Duration::from_millis(200);

/// The audit of one run: hand over, and go on.
#[derive(Debug)]
pub struct AuditThread<T> {
    /// `None` once it is closed.
    queue: Option<Sender<T>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Result<Closed, AuditError>>>,
}

/// What the audit came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Records in all.
    pub records: u64,
    /// How many of them the last root covers.
    pub anchored: u64,
}

#[derive(Debug, Default)]
struct Shared {
    failing: AtomicBool,
    closing: AtomicBool,
    problem: Mutex<Option<String>>,
}

impl<T: Send + 'static> AuditThread<T> {
    /// Starts the thread. `tell` makes a record of what is handed over, `now` is the wall clock in UTC ns.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(
        writer: Writer,
        now: impl Fn() -> i64 + Send + 'static,
        tell: impl Fn(T) -> Entry + Send + 'static,
    ) -> Result<AuditThread<T>, std::io::Error> {
        let (queue, queued) = bounded(QUEUE);
        let shared = Arc::new(Shared::default());
        let work = Work { writer, queued, shared: shared.clone(), now, tell };
        let thread = std::thread::Builder::new().name("audit".into()).spawn(|| work.run())?;
        Ok(AuditThread { queue: Some(queue), shared, thread: Some(thread) })
    }

    /// Hands a record over. Waits only where so many wait already that the writer is hopelessly behind, and then for
    /// 5 s at most.
    ///
    /// # Errors
    /// [`AuditError::Full`] when the queue is full and stays it: then nothing may go on.
    pub fn append(&self, item: T) -> Result<(), AuditError> {
        self.append_until(item, Instant::now() + PATIENCE)
    }

    fn append_until(&self, item: T, until: Instant) -> Result<(), AuditError> {
        let mut item = item;
        let Some(queue) = &self.queue else { return Err(AuditError::Gone) };
        loop {
            let nap = NAP.min(until.saturating_duration_since(Instant::now()));
            item = match queue.send_timeout(item, nap) {
                Ok(()) => return Ok(()),
                Err(SendTimeoutError::Disconnected(_)) => return Err(AuditError::Gone),
                Err(SendTimeoutError::Timeout(item)) => item,
            };
            if self.shared.failing.load(Ordering::Relaxed) || until <= Instant::now() {
                let problem = self.problem().unwrap_or_else(|| "a write hangs".to_owned());
                return Err(AuditError::Full { waiting: queue.len(), problem });
            }
        }
    }

    /// Whether records can be written. When not, they wait.
    pub fn writes(&self) -> bool {
        !self.shared.failing.load(Ordering::Relaxed)
    }

    /// Whether more of them wait than ever should.
    pub fn lags(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| QUEUE / 2 < queue.len())
    }

    /// Why records or their mirror are not written, while they are not.
    pub fn problem(&self) -> Option<String> {
        self.shared.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes everything, signs it and ends.
    ///
    /// # Errors
    /// What kept the last records from being written.
    pub fn close(mut self) -> Result<Closed, AuditError> {
        self.end()
    }
}

impl<T> AuditThread<T> {
    fn end(&mut self) -> Result<Closed, AuditError> {
        self.shared.closing.store(true, Ordering::Relaxed);
        drop(self.queue.take());
        let ended = self.thread.take().map(JoinHandle::join);
        ended.and_then(Result::ok).unwrap_or(Err(AuditError::Gone))
    }
}

impl<T> Drop for AuditThread<T> {
    /// A desk that ends in an error still leaves everything written.
    fn drop(&mut self) {
        if self.thread.is_some() {
            // There is nobody left to tell.
            drop(self.end());
        }
    }
}

struct Work<T, N, F> {
    writer: Writer,
    queued: Receiver<T>,
    shared: Arc<Shared>,
    now: N,
    tell: F,
}

impl<T, N: Fn() -> i64, F: Fn(T) -> Entry> Work<T, N, F> {
    fn run(mut self) -> Result<Closed, AuditError> {
        let outcome = self.write();
        if let Err(error) = &outcome {
            self.say(Some(error), true);
        }
        outcome.and_then(|()| {
            if 0 < self.writer.records() {
                self.writer.anchor((self.now)(), Why::Close)?;
            }
            Ok(Closed { records: self.writer.records(), anchored: self.writer.anchored() })
        })
    }

    /// Until the queue is closed.
    fn write(&mut self) -> Result<(), AuditError> {
        let mut synced = Instant::now();
        let mut dirty = false;
        loop {
            match self.queued.recv_timeout(NAP) {
                Ok(item) => {
                    let rest: Vec<T> = self.queued.try_iter().take(BATCH).collect();
                    for item in std::iter::once(item).chain(rest) {
                        let entry = (self.tell)(item);
                        self.insist(|writer| writer.append(&entry).map(drop))?;
                    }
                    self.insist(Writer::flush)?;
                    dirty = true;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            let now = (self.now)();
            if let Some(why) = self.writer.due(now) {
                self.insist(|writer| writer.anchor(now, why))?;
                (synced, dirty) = (Instant::now(), false);
                self.say(self.writer.mirror_problem(), false);
            } else if dirty && SYNC_EVERY <= synced.elapsed() {
                self.insist(Writer::sync)?;
                (synced, dirty) = (Instant::now(), false);
            }
        }
    }

    /// Tries until it works, is known never to, or nobody waits for it any longer.
    fn insist(
        &mut self,
        mut act: impl FnMut(&mut Writer) -> Result<(), AuditError>,
    ) -> Result<(), AuditError> {
        let mut fault = None;
        while !fault.as_ref().is_some_and(AuditError::is_final) {
            let Err(error) = act(&mut self.writer) else {
                if self.shared.failing.load(Ordering::Relaxed) {
                    self.say(None, false);
                }
                return Ok(());
            };
            self.say(Some(&error), true);
            if self.shared.closing.load(Ordering::Relaxed) {
                return Err(error);
            }
            fault = Some(error);
            std::thread::park_timeout(NAP);
        }
        while !self.shared.closing.load(Ordering::Relaxed) {
            std::thread::park_timeout(NAP);
        }
        Err(fault.expect("the loop ends with one"))
    }

    fn say(&self, error: Option<&AuditError>, failing: bool) {
        let told = error.map(|error| match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        });
        *self.shared.problem.lock().unwrap_or_else(PoisonError::into_inner) = told;
        self.shared.failing.store(failing, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    #[test]
    fn a_disk_that_hangs_is_not_waited_for_without_end() {
        let root = tempfile::tempdir().unwrap();
        let settings = Settings {
            folder: root.path().join("audit"),
            key: root.path().join("audit.key"),
            mirror: None,
        };
        let (writer, _) = Writer::open(&settings).unwrap();
        let (release, hangs) = bounded::<()>(0);
        let body = || serde_json::value::to_raw_value(&()).unwrap();
        let tell = move |at| {
            // Until the test lets it go.
            let _ = hangs.recv();
            let (order, decision, journal) = (None, None, None);
            Entry { at, kind: "decision", order, also: vec![], decision, journal, body: body() }
        };
        let thread = AuditThread::spawn(writer, || 0, tell).unwrap();
        let outcome = (0..).find_map(|at| thread.append_until(at, Instant::now()).err());
        assert!(thread.writes());
        let told = outcome.unwrap().to_string();
        assert!(told.ends_with("records wait: a write hangs"), "{told}");
        drop(release);
        let kept = thread.close().unwrap().records;
        assert!(u64::try_from(QUEUE).unwrap() <= kept, "{kept}");
    }
}
