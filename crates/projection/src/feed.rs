//! Filling the table while the desk runs, on a thread of its own.
//!
//! The desk hands records over and never waits. What does not fit, or what a database that is away misses, is read
//! from the journal later; only what is durable there becomes a row.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use aurora_engine::Stamped;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::names::Names;
use crate::project::Projector;
use crate::rebuild::catch_up;
use crate::table::Table;
use crate::{ProjectionError, Row};

/// Records on their way; more are left to be read from the journal.
const ON_THE_WAY: usize = 65_536;
/// How often rows are written.
const BEAT: Duration = Duration::from_millis(200);
/// How long a database that failed is left alone.
const REST: Duration = Duration::from_secs(1);

enum Message {
    Record(u64, Box<Stamped>),
    Durable(u64),
    Stop,
}

/// How the projection stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The last record whose rows are written.
    pub seq: u64,
    /// Why nothing is written now.
    pub fault: Option<String>,
}

/// The desk's end of it.
#[derive(Debug)]
pub struct Feed {
    tell: Sender<Message>,
    thread: Option<JoinHandle<()>>,
    status: Arc<Mutex<Status>>,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Message::Record(seq, _) => write!(f, "Record({seq})"),
            Message::Durable(seq) => write!(f, "Durable({seq})"),
            Message::Stop => write!(f, "Stop"),
        }
    }
}

impl Feed {
    /// Begins to fill the table at that place from the journal in that folder, whose last record is `base`.
    ///
    /// # Errors
    /// When the thread cannot be started. What the database says comes later, as [`Feed::status`].
    pub fn spawn(
        url: String,
        journal: PathBuf,
        names: Names,
        base: u64,
    ) -> Result<Feed, ProjectionError> {
        let (tell, told) = bounded(ON_THE_WAY);
        let status = Arc::new(Mutex::new(Status::default()));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ProjectionError::Thread)?;
        let shown = status.clone();
        let mut work = Work { url, journal, names, told, status: shown, durable: base };
        let thread = std::thread::Builder::new()
            .name("projection".into())
            .spawn(move || runtime.block_on(work.run()))
            .map_err(ProjectionError::Thread)?;
        Ok(Feed { tell, thread: Some(thread), status })
    }

    /// A record was appended. Costs a copy of it.
    pub fn record(&self, seq: u64, stamped: &Stamped) {
        // Full or gone: the journal has it.
        drop(self.tell.try_send(Message::Record(seq, Box::new(stamped.clone()))));
    }

    /// Everything up to that record is durable.
    pub fn durable(&self, seq: u64) {
        drop(self.tell.try_send(Message::Durable(seq)));
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes what is durable and ends; with a database that is away it ends without.
    pub fn finish(mut self, durable: u64) {
        let Some(thread) = self.thread.take() else { return };
        drop(self.tell.send(Message::Durable(durable)));
        drop(self.tell.send(Message::Stop));
        drop(thread.join());
    }
}

struct Work {
    url: String,
    journal: PathBuf,
    names: Names,
    told: Receiver<Message>,
    status: Arc<Mutex<Status>>,
    durable: u64,
}

/// Why one pass over the stream ended.
enum End {
    Stopped,
    /// Records are missing: read the journal again.
    Gap,
}

impl Work {
    async fn run(&mut self) {
        let mut stopping = false;
        loop {
            match self.pass(stopping).await {
                Ok(End::Stopped) => return,
                Ok(End::Gap) => {}
                Err(_) if stopping => return,
                Err(fault) => {
                    self.show(|status| status.fault = Some(fault.to_string()));
                    stopping = self.rest();
                }
            }
        }
    }

    /// Drops what comes for a while: the journal has it. True when the desk stops.
    fn rest(&mut self) -> bool {
        let until = std::time::Instant::now() + REST;
        loop {
            match self.told.recv_deadline(until) {
                Ok(Message::Durable(seq)) => self.durable = self.durable.max(seq),
                Ok(Message::Record(..)) => {}
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return true,
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }

    /// Reads what the table lacks from the journal, then follows the stream.
    async fn pass(&mut self, stopping: bool) -> Result<End, ProjectionError> {
        let table = Table::open(&self.url).await?;
        table.migrate_up().await?;
        let mut projector = Projector::new(self.names.clone());
        let last = table.last_seq().await?;
        catch_up(&table, &self.journal, &mut projector, (last, self.durable)).await?;
        self.show(|status| *status = Status { seq: projector.last_seq(), fault: None });
        if stopping {
            return Ok(End::Stopped);
        }
        let (mut rows, mut stop) = (Vec::<Row>::new(), false);
        loop {
            let until = std::time::Instant::now() + BEAT;
            while !stop {
                match self.told.recv_deadline(until) {
                    Ok(Message::Record(seq, _)) if seq <= projector.last_seq() => {}
                    Ok(Message::Record(seq, stamped)) if seq == projector.last_seq() + 1 => {
                        projector.take(seq, &stamped, &mut rows);
                    }
                    Ok(Message::Record(..)) => return Ok(End::Gap),
                    Ok(Message::Durable(seq)) => self.durable = self.durable.max(seq),
                    Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => stop = true,
                    Err(RecvTimeoutError::Timeout) => break,
                }
            }
            let durable = i64::try_from(self.durable).unwrap_or(i64::MAX);
            let ready = rows.partition_point(|row| row.seq <= durable);
            table.insert(&rows[..ready]).await?;
            rows.drain(..ready);
            let seq = projector.last_seq().min(self.durable);
            self.show(|status| status.seq = seq);
            if stop {
                // What did not fit on the way is in the journal.
                let missing = projector.last_seq() < self.durable;
                if missing {
                    let mut projector = Projector::new(self.names.clone());
                    let last = table.last_seq().await?;
                    catch_up(&table, &self.journal, &mut projector, (last, self.durable)).await?;
                }
                return Ok(End::Stopped);
            }
        }
    }

    fn show(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
