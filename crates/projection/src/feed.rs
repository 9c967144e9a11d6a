//! Filling the table while the desk runs, on a thread of its own.
//!
//! The desk hands records over and never waits. What does not fit, or what a database that is away misses, is read
//! from the journal later; only what is durable there becomes a row.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use aurora_engine::Stamped;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::names::Names;
use crate::place::Place;
use crate::project::Projector;
use crate::rebuild::Filling;
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
    /// How often the journal was read for what the stream did not have.
    pub readings: u64,
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
        place: Place,
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
        let mut work =
            Work { place, journal, names, told, status: shown, durable: base, is_stopping: false };
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

    /// Why nothing is written now, if so.
    pub fn problem(&self) -> Option<String> {
        self.status().fault
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
    place: Place,
    journal: PathBuf,
    names: Names,
    told: Receiver<Message>,
    status: Arc<Mutex<Status>>,
    durable: u64,
    is_stopping: bool,
}

/// Records that were told of and are not taken yet.
type Held = VecDeque<(u64, Box<Stamped>)>;

impl Work {
    async fn run(&mut self) {
        while let Err(fault) = self.pass().await {
            if self.is_stopping {
                return;
            }
            self.show(|status| status.fault = Some(fault.to_string()));
            self.rest();
        }
    }

    /// Drops what comes for a while: the journal has it.
    fn rest(&mut self) {
        let until = Instant::now() + REST;
        while self.hear(until, |_, _| ()) {}
    }

    /// Hears one message; false at that moment, or when the desk stops.
    fn hear(&mut self, until: Instant, mut record: impl FnMut(u64, Box<Stamped>)) -> bool {
        match self.told.recv_deadline(until) {
            Ok(Message::Record(seq, stamped)) => record(seq, stamped),
            Ok(Message::Durable(seq)) => self.durable = self.durable.max(seq),
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => self.is_stopping = true,
            Err(RecvTimeoutError::Timeout) => return false,
        }
        !self.is_stopping
    }

    /// Hears what comes for a beat; what would not fit is left in the journal.
    fn gather(&mut self, held: &mut Held) {
        let until = Instant::now() + BEAT;
        let hold = |held: &mut Held, seq, stamped| {
            if held.len() < ON_THE_WAY {
                held.push_back((seq, stamped));
            }
        };
        while !self.is_stopping && self.hear(until, |seq, stamped| hold(held, seq, stamped)) {}
    }

    /// Reads what the table lacks from the journal, then follows the stream until the desk stops.
    async fn pass(&mut self) -> Result<(), ProjectionError> {
        let table = Table::open(&self.place).await?;
        table.migrate_up().await?;
        let mut held = Held::new();
        let filling = loop {
            if let Some(filling) = Filling::of(&table, &self.journal)? {
                break filling;
            }
            if self.is_stopping {
                return Ok(());
            }
            self.gather(&mut held);
        };
        let (mut projector, mut rows) = (Projector::new(self.names.clone()), Vec::<Row>::new());
        self.count_a_reading();
        filling.begin(&mut projector, self.durable).await?;
        loop {
            let seq = projector.last_seq().min(self.durable);
            self.show(|status| (status.seq, status.fault) = (seq, None));
            self.gather(&mut held);
            follow(&mut projector, &mut held, &mut rows);
            self.write(&filling, &mut rows).await?;
            // What did not fit on the way is in the journal, as soon as that is durable.
            let missing = match held.front() {
                _ if self.is_stopping => self.durable,
                Some((seq, _)) if *seq - 1 <= self.durable => *seq - 1,
                _ => 0,
            };
            if projector.last_seq() < missing {
                self.count_a_reading();
                filling.go_on(&mut projector, missing).await?;
                follow(&mut projector, &mut held, &mut rows);
                self.write(&filling, &mut rows).await?;
            }
            if self.is_stopping {
                return Ok(());
            }
        }
    }

    /// Writes the rows of what is durable.
    async fn write(&self, filling: &Filling, rows: &mut Vec<Row>) -> Result<(), ProjectionError> {
        let durable = i64::try_from(self.durable).unwrap_or(i64::MAX);
        let ready = rows.partition_point(|row| row.seq <= durable);
        filling.insert(&rows[..ready]).await?;
        rows.drain(..ready);
        Ok(())
    }

    fn count_a_reading(&self) {
        self.show(|status| status.readings += 1);
    }

    fn show(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Takes the records that follow; those behind a gap are held on.
fn follow(projector: &mut Projector, held: &mut Held, rows: &mut Vec<Row>) {
    while let Some((seq, stamped)) = held.pop_front_if(|(seq, _)| *seq <= projector.last_seq() + 1)
    {
        if projector.last_seq() < seq {
            projector.take(seq, &stamped, rows);
        }
    }
}
