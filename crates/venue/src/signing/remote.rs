//! The line's side of a signer's socket. What is not answered in time is not signed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use aurora_model::{Nanos, Venue};
use aurora_signer::{Answer, Ask, MAX_FRAME, PROTOCOL, Request, Told, decode, encode};
use aurora_wire::{Call, Signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;

/// A signer that has not answered by then does not answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// Where a signer is, and who asks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteSigner {
    /// Its socket.
    pub path: PathBuf,
    /// Our build, which must be its own.
    pub build: String,
    /// The account in our order ids.
    pub account: u16,
    /// The epoch this desk raised.
    pub epoch: u32,
}

/// A connection that opens itself.
#[derive(Debug)]
pub(crate) struct Remote {
    config: RemoteSigner,
    open: Mutex<Option<Rc<Connection>>>,
}

#[derive(Debug)]
struct Connection {
    frames: mpsc::UnboundedSender<Vec<u8>>,
    waiting: RefCell<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    last: u64,
    by_no: BTreeMap<u64, oneshot::Sender<Answer>>,
    is_over: bool,
}

impl Remote {
    pub(crate) fn new(config: RemoteSigner) -> Remote {
        Remote { config, open: Mutex::new(None) }
    }

    /// The call, signed, or why not.
    pub(crate) async fn sign(
        &self,
        venue: Venue,
        venue_at: Nanos,
        call: &Call,
    ) -> Result<Signed, Told> {
        let request = Request::of(self.config.epoch, venue, venue_at, call);
        match self.ask(&Ask::Sign(request.map_err(|why| why.told())?)).await? {
            Answer::Signed(signed) => Ok(signed),
            other => Err(self.strange(other)),
        }
    }

    /// The login frame, or why there is none.
    pub(crate) async fn login(&self, venue: Venue, venue_at: Nanos) -> Result<String, Told> {
        let ask = Ask::Login { epoch: self.config.epoch, venue, venue_at };
        match self.ask(&ask).await? {
            Answer::Login(frame) => Ok(frame),
            other => Err(self.strange(other)),
        }
    }

    fn strange(&self, answer: Answer) -> Told {
        match answer {
            Answer::Refused(told) => told,
            _ => self.gone("another answer than was asked for"),
        }
    }

    fn gone(&self, why: &str) -> Told {
        aurora_signer::gone(&self.config.path, &why)
    }

    async fn ask(&self, ask: &Ask<'_>) -> Result<Answer, Told> {
        let asked = async {
            let connection = self.connection().await?;
            connection.ask(ask).await.ok_or_else(|| self.gone("the connection ended"))
        };
        match timeout(PATIENCE, asked).await {
            Ok(answer) => answer,
            Err(_) => {
                // Whatever it says later was said too late.
                if let Ok(mut open) = self.open.try_lock() {
                    *open = None;
                }
                Err(self.gone("no answer within half a second"))
            }
        }
    }

    async fn connection(&self) -> Result<Rc<Connection>, Told> {
        let mut open = self.open.lock().await;
        if let Some(connection) = open.as_ref().filter(|one| !one.waiting.borrow().is_over) {
            return Ok(Rc::clone(connection));
        }
        *open = None;
        let stream = UnixStream::connect(&self.config.path).await;
        let connection = Connection::over(stream.map_err(|error| self.gone(&error.to_string()))?);
        let RemoteSigner { build, account, .. } = &self.config;
        let hello = Ask::Hello { protocol: PROTOCOL, build, account: *account };
        match connection.ask(&hello).await {
            Some(Answer::Standing(_)) => {}
            Some(other) => return Err(self.strange(other)),
            None => return Err(self.gone("the connection ended")),
        }
        *open = Some(Rc::clone(&connection));
        Ok(connection)
    }
}

impl Connection {
    fn over(stream: UnixStream) -> Rc<Connection> {
        let (reads, writes) = stream.into_split();
        let (frames, to_write) = mpsc::unbounded_channel();
        let connection = Rc::new(Connection { frames, waiting: RefCell::default() });
        tokio::task::spawn_local(write(writes, to_write));
        tokio::task::spawn_local(read(reads, Rc::downgrade(&connection)));
        connection
    }

    /// `None` when the connection ended first.
    async fn ask(&self, ask: &Ask<'_>) -> Option<Answer> {
        let (tell, told) = oneshot::channel();
        let no = {
            let mut waiting = self.waiting.borrow_mut();
            if waiting.is_over {
                return None;
            }
            waiting.last += 1;
            let no = waiting.last;
            waiting.by_no.insert(no, tell);
            no
        };
        self.frames.send(encode(no, ask)).ok()?;
        told.await.ok()
    }
}

async fn write(mut stream: OwnedWriteHalf, mut frames: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        if stream.write_all(&frame).await.is_err() {
            return;
        }
    }
}

async fn read(mut stream: OwnedReadHalf, connection: std::rc::Weak<Connection>) {
    while let Some((no, answer)) = next(&mut stream).await {
        let Some(connection) = connection.upgrade() else { return };
        let waiting = connection.waiting.borrow_mut().by_no.remove(&no);
        // Whoever asked may have given up.
        drop(waiting.map(|tell| tell.send(answer)));
    }
    if let Some(connection) = connection.upgrade() {
        let mut waiting = connection.waiting.borrow_mut();
        waiting.is_over = true;
        waiting.by_no.clear();
    }
}

async fn next(stream: &mut OwnedReadHalf) -> Option<(u64, Answer)> {
    let len = usize::try_from(stream.read_u32_le().await.ok()?).ok()?;
    if MAX_FRAME < len {
        return None;
    }
    let mut frame = vec![0; len];
    stream.read_exact(&mut frame).await.ok()?;
    decode(&frame).ok()
}
