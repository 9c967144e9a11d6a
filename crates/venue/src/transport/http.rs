//! HTTP calls over a small pool of connections: each is written at most once.
//!
//! What may be said about a failed call is the heart of it. [`Reply::NotSent`] means that not one byte of the call
//! left; a failure after that is [`Reply::Lost`], whatever the reason. A pooled connection that turns out closed
//! before anything was written is replaced; nothing is ever written a second time.

use std::cell::RefCell;
use std::net::TcpStream as Handle;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use aurora_wire::{Method, Signed};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::dial::Dialer;
use super::{Target, TransportConfig, duration};

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The venue answered.
    Got {
        /// HTTP status.
        status: u16,
        /// Header names, lower case, and values; those that are no text are left out.
        headers: Vec<(String, String)>,
        /// The body, whole.
        body: Bytes,
    },
    /// Not a byte left; why, in words.
    NotSent(String),
    /// It may have arrived; why the answer did not, in words.
    Lost(String),
}

/// Connections to one host.
#[derive(Debug)]
pub(crate) struct Http {
    dialer: Rc<Dialer>,
    target: Target,
    /// The user agent and what every request to this venue carries.
    headers: Vec<(&'static str, String)>,
    idle: RefCell<Vec<Connection>>,
    places: Semaphore,
    max_idle: Duration,
    max_body: usize,
    warm: usize,
}

#[derive(Debug)]
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// A second handle of the socket, to look whether the other side has closed it.
    handle: Handle,
    used_at: Instant,
}

impl Http {
    pub(crate) fn new(
        dialer: Rc<Dialer>,
        target: Target,
        headers: Vec<(&'static str, String)>,
        config: &TransportConfig,
    ) -> Http {
        Http {
            dialer,
            target,
            headers,
            idle: RefCell::new(Vec::new()),
            places: Semaphore::new(config.max_calls.max(1)),
            max_idle: duration(config.max_idle),
            max_body: config.max_body,
            warm: config.warm,
        }
    }

    /// Makes the call. The answer is waited for until `deadline`.
    pub(crate) async fn call(&self, method: Method, signed: Signed, deadline: Instant) -> Reply {
        let mut request = match self.request(method, signed) {
            Ok(request) => request,
            Err(problem) => return Reply::NotSent(problem),
        };
        let Ok(Ok(_place)) = timeout_at(deadline, self.places.acquire()).await else {
            return Reply::NotSent("every connection was busy until the deadline".to_owned());
        };
        loop {
            let (mut connection, is_fresh) = match timeout_at(deadline, self.connection()).await {
                Ok(Ok(found)) => found,
                Ok(Err(problem)) => return Reply::NotSent(problem),
                Err(_) => return Reply::NotSent("no connection before the deadline".to_owned()),
            };
            // From here on bytes may leave: dropping the future closes the connection.
            let sending = connection.sender.try_send_request(request);
            let response = match timeout_at(deadline, sending).await {
                Ok(Ok(response)) => response,
                Ok(Err(mut failed)) => match failed.take_message() {
                    // It was closed before hyper took the request: nothing was written.
                    Some(_) if is_fresh => return Reply::NotSent(words(failed.error())),
                    Some(unsent) => {
                        request = unsent;
                        continue;
                    }
                    None => return Reply::Lost(words(failed.error())),
                },
                Err(_) => return Reply::Lost("no answer before the deadline".to_owned()),
            };
            return self.read(connection, response, deadline).await;
        }
    }

    /// Keeps some connections open, ready for the next call. `false` when one could not be opened.
    pub(crate) async fn warm_up(&self) -> bool {
        let kept: Vec<Connection> = self.idle.take();
        let (mut kept, _gone): (Vec<_>, Vec<_>) = kept.into_iter().partition(|c| self.is_usable(c));
        self.idle.borrow_mut().append(&mut kept);
        while self.idle.borrow().len() < self.warm {
            let Ok(connection) = self.open().await else { return false };
            self.idle.borrow_mut().insert(0, connection);
        }
        true
    }

    async fn read(
        &self,
        mut connection: Connection,
        response: hyper::Response<Incoming>,
        deadline: Instant,
    ) -> Reply {
        let (head, body) = response.into_parts();
        let body = match timeout_at(deadline, Limited::new(body, self.max_body).collect()).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) => return Reply::Lost(format!("the answer broke off: {error}")),
            Err(_) => {
                return Reply::Lost("the answer was not whole before the deadline".to_owned());
            }
        };
        connection.used_at = Instant::now();
        if !connection.sender.is_closed() {
            self.idle.borrow_mut().push(connection);
        }
        let text = |value: &hyper::header::HeaderValue| value.to_str().ok().map(str::to_owned);
        let headers = head.headers.iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
        Reply::Got { status: head.status.as_u16(), headers: headers.collect(), body }
    }

    /// A connection, and whether it was opened just now.
    async fn connection(&self) -> Result<(Connection, bool), String> {
        loop {
            // The one used last is the least likely to be closed.
            let Some(mut connection) = self.idle.borrow_mut().pop() else { break };
            if self.is_usable(&connection) && connection.sender.ready().await.is_ok() {
                return Ok((connection, false));
            }
        }
        Ok((self.open().await?, true))
    }

    async fn open(&self) -> Result<Connection, String> {
        let stream = self.dialer.connect(&self.target).await?;
        let handle = stream.tcp().as_fd().try_clone_to_owned();
        let handle = handle.map_err(|error| format!("socket handle: {error}"))?;
        let (sender, driver) = http1::Builder::new()
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| words(&error))?;
        // Its end is seen by the sender.
        tokio::task::spawn_local(async move { drop(driver.await) });
        Ok(Connection { sender, handle: handle_of(handle), used_at: Instant::now() })
    }

    /// Nothing speaks against it: not too old, not closed by either side. What the other side does at this very
    /// moment cannot be known; then the call counts as lost.
    fn is_usable(&self, connection: &Connection) -> bool {
        connection.used_at.elapsed() < self.max_idle
            && !connection.sender.is_closed()
            && is_quiet(&connection.handle)
    }

    fn request(&self, method: Method, signed: Signed) -> Result<Request<Full<Bytes>>, String> {
        let mut request = Request::builder()
            .method(method.word())
            .uri(format!("{}{}", self.target.path, signed.target))
            .header("host", self.target.authority())
            .header("user-agent", "aurora")
            .header("accept", "application/json");
        for (name, value) in self.headers.iter().chain(&signed.headers) {
            request = request.header(*name, value);
        }
        let body = Full::new(Bytes::from(signed.body));
        request.body(body).map_err(|error| format!("the request cannot be written: {error}"))
    }
}

fn handle_of(socket: OwnedFd) -> Handle {
    Handle::from(socket)
}

/// Whether an idle socket has neither ended nor anything to say: a server that says something unasked is about to
/// close.
fn is_quiet(handle: &Handle) -> bool {
    let looked = handle.peek(&mut [0]);
    matches!(looked, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

fn words(error: &hyper::Error) -> String {
    use std::error::Error as _;
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
