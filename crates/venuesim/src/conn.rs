//! One connection: HTTP requests one after another, or, once upgraded, WebSocket messages.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::rc::Rc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::admin;
use crate::dialect::Ask;
use crate::fault::{Act, Verdict, corrupt};
use crate::frame::head::{self, BadRequest, Extent, MAX_HEADERS};
use crate::frame::ws::{self, Assembler, BadFrame, Message, Opcode};
use crate::outbox::Outbox;
use crate::request::{Request, Response};
use crate::sim::Sim;
use crate::socket::SocketId;

pub(crate) type Shared = Rc<RefCell<Sim>>;

/// A connection that says nothing for so long between two requests is closed.
const IDLE: Duration = Duration::from_secs(120);

/// So long a closing connection may take to read what was said.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Serves a connection to its end.
pub(crate) async fn serve(stream: TcpStream, sim: Shared) {
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    let outbox = Rc::new(Outbox::default());
    let writer = tokio::task::spawn_local(write_all(write, Rc::clone(&outbox)));
    let mut connection =
        Connection { read, buffer: BytesMut::with_capacity(16 << 10), outbox, sim };
    connection.run().await;
    connection.outbox.close(None);
    let stop = writer.abort_handle();
    let end = async { tokio::join!(writer, connection.drain()) };
    if tokio::time::timeout(LAST_WORDS, end).await.is_err() {
        stop.abort();
    }
}

/// Writes what the outbox holds, as much at once as the system takes.
async fn write_all(mut write: OwnedWriteHalf, outbox: Rc<Outbox>) {
    let mut frames = VecDeque::new();
    while outbox.take(&mut frames).await.is_some() {
        if write_frames(&mut write, &mut frames).await.is_err() {
            outbox.abort();
            return;
        }
    }
    let _ = write.shutdown().await;
}

async fn write_frames(write: &mut OwnedWriteHalf, frames: &mut VecDeque<Bytes>) -> io::Result<()> {
    while !frames.is_empty() {
        let slices: Vec<IoSlice<'_>> = frames.iter().take(64).map(|f| IoSlice::new(f)).collect();
        let mut written = write.write_vectored(&slices).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        while let Some(first) = frames.front_mut() {
            if written < first.len() {
                first.advance(written);
                break;
            }
            written -= first.len();
            frames.pop_front();
        }
    }
    Ok(())
}

/// Whether the connection goes on after a request.
enum Next {
    Request,
    Upgraded(SocketId),
    End,
}

struct Connection {
    read: OwnedReadHalf,
    buffer: BytesMut,
    outbox: Rc<Outbox>,
    sim: Shared,
}

impl Connection {
    async fn run(&mut self) {
        loop {
            let extent = match head::extent(&self.buffer) {
                Ok(Some(extent)) if extent.head + extent.body <= self.buffer.len() => extent,
                Ok(whole) => {
                    if whole.is_some_and(|extent| extent.expects_continue) {
                        let _ =
                            self.outbox.push(Bytes::from_static(b"HTTP/1.1 100 Continue\r\n\r\n"));
                    }
                    match tokio::time::timeout(IDLE, self.read.read_buf(&mut self.buffer)).await {
                        Ok(Ok(read)) if 0 < read => continue,
                        _ => return,
                    }
                }
                Err(BadRequest(status, reason)) => {
                    let answer = Response::json(status, format!("{{\"error\":\"{reason}\"}}"));
                    let _ = self.outbox.push(head::encode(&answer, false));
                    return;
                }
            };
            match self.request(extent).await {
                Next::Request => {}
                Next::Upgraded(socket) => return self.messages(socket).await,
                Next::End => return,
            }
        }
    }

    /// Answers the request at the front of the buffer.
    async fn request(&mut self, extent: Extent) -> Next {
        let bytes = self.buffer.split_to(extent.head + extent.body);
        let mut headers = [("", ""); MAX_HEADERS];
        let Some(request) = head::request(&bytes, extent, &mut headers) else { return Next::End };
        if let Some(key) = upgrade_key(&request) {
            return self.upgrade(&request, key);
        }
        let Some(answer) = self.answer(&request).await else {
            self.outbox.abort();
            return Next::End;
        };
        let _ = self.outbox.push(head::encode(&answer, extent.keeps_alive));
        if extent.keeps_alive { Next::Request } else { Next::End }
    }

    /// `None` when the answer is dropped on purpose.
    async fn answer(&mut self, request: &Request<'_>) -> Option<Response> {
        if request.target.starts_with("/sim/") {
            return Some(admin::answer(&mut self.sim.borrow_mut(), request));
        }
        let verdict = self.sim.borrow_mut().judge(&Ask::Rest(request));
        pause(verdict.before).await;
        let mut answer = match verdict.act {
            Act::Drop => None,
            Act::Deny(denial) => Some(self.sim.borrow().deny(request, denial)),
            Act::Pass => Some(self.sim.borrow_mut().handle(request)),
            Act::DropAnswer => {
                self.sim.borrow_mut().handle(request);
                None
            }
            Act::DenyAfter(denial) => {
                self.sim.borrow_mut().handle(request);
                Some(self.sim.borrow().deny(request, denial))
            }
        };
        if let (Some(answer), Some(how)) = (&mut answer, verdict.spoil) {
            answer.body = corrupt(&answer.body, how);
        }
        pause(verdict.after).await;
        answer
    }

    fn upgrade(&mut self, request: &Request<'_>, key: &str) -> Next {
        let mut sim = self.sim.borrow_mut();
        let socket = sim.sockets.add(Rc::clone(&self.outbox));
        // The answer goes first: what the dialect sends on opening must follow it.
        let mark = self.outbox.mark();
        let _ = self.outbox.push(head::switching(&derive_accept_key(key.as_bytes())));
        match sim.open(socket, request) {
            Ok(()) => Next::Upgraded(socket),
            Err(refused) => {
                self.outbox.forget_after(mark);
                sim.closed(socket);
                let _ = self.outbox.push(head::encode(&refused, false));
                Next::End
            }
        }
    }

    /// Throws away what still comes, until the peer closes too. A close with unread input is a reset, which may
    /// overtake what was written and take it from the peer.
    async fn drain(&mut self) {
        loop {
            self.buffer.clear();
            match self.read.read_buf(&mut self.buffer).await {
                Ok(read) if 0 < read => {}
                _ => return,
            }
        }
    }

    async fn messages(&mut self, socket: SocketId) {
        let mut assembler = Assembler::default();
        loop {
            match assembler.next(&mut self.buffer) {
                Ok(Some(message)) => {
                    if !self.message(socket, message).await {
                        break;
                    }
                }
                Ok(None) => {
                    let read = tokio::select! {
                        read = self.read.read_buf(&mut self.buffer) => read.unwrap_or(0),
                        () = self.outbox.closed() => 0,
                    };
                    if read == 0 {
                        break;
                    }
                }
                Err(bad) => {
                    self.refuse(bad);
                    break;
                }
            }
        }
        self.sim.borrow_mut().closed(socket);
    }

    fn refuse(&self, bad: BadFrame) {
        let (code, reason) = bad.close_code();
        self.outbox.close(Some(ws::close(code, reason)));
    }

    /// Whether the socket stays open.
    async fn message(&mut self, socket: SocketId, message: Message) -> bool {
        if self.outbox.is_mute() {
            return true;
        }
        match message {
            Message::Text(text) => self.text(socket, &text).await,
            Message::Binary(_) => {
                self.outbox.close(Some(ws::close(1003, "only text frames are understood")));
                return false;
            }
            Message::Ping(payload) => {
                let _ = self.outbox.push(ws::encode(Opcode::Pong, &payload));
            }
            Message::Pong => self.sim.borrow_mut().sockets.ponged(socket),
            Message::Close(code) => {
                self.outbox.close(Some(ws::close(code.unwrap_or(1000), "")));
                return false;
            }
        }
        !self.outbox.is_closing()
    }

    async fn text(&mut self, socket: SocketId, text: &str) {
        let verdict = self.sim.borrow_mut().judge(&Ask::Text(text));
        if verdict == Verdict::default() {
            return self.sim.borrow_mut().text(socket, text);
        }
        pause(verdict.before).await;
        let answers = match verdict.act {
            Act::Drop => Vec::new(),
            Act::Deny(denial) => {
                self.sim.borrow_mut().deny_text(socket, text, denial);
                Vec::new()
            }
            Act::Pass => self.sim.borrow_mut().text_held(socket, text),
            Act::DropAnswer => {
                self.sim.borrow_mut().text_held(socket, text);
                Vec::new()
            }
            Act::DenyAfter(denial) => {
                let mut sim = self.sim.borrow_mut();
                sim.text_held(socket, text);
                sim.deny_text(socket, text, denial);
                Vec::new()
            }
        };
        pause(verdict.after).await;
        for answer in answers {
            self.sim.borrow_mut().sockets.push(socket, answer);
        }
    }
}

async fn pause(span: Duration) {
    if !span.is_zero() {
        tokio::time::sleep(span).await;
    }
}

/// The key of an upgrade to WebSocket; `None` for any other request.
pub(crate) fn upgrade_key<'a>(request: &Request<'a>) -> Option<&'a str> {
    let upgrades = request.header("upgrade")?.eq_ignore_ascii_case("websocket");
    if request.method != "GET" || !upgrades {
        return None;
    }
    request.header("sec-websocket-key")
}
