//! The load: one thread, a closed loop over many connections, its own histogram.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use hdrhistogram::Histogram;
use mio::net::{TcpStream, UnixStream};
use mio::{Events, Interest, Poll, Token};

use crate::body::REQUEST;

/// How a server is reached.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// HTTP over TCP.
    Http(String),
    /// HTTP over a Unix socket.
    Unix(PathBuf),
    /// WebSocket over TCP, at `/pretrade/stream`.
    Stream(String),
}

/// What one round gave.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) p999_us: f64,
    pub(crate) cpu_us: f64,
    /// The share of answers that allow; a bench of denials would measure something else.
    pub(crate) allowed: f64,
}

/// How much load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
}

/// Asks `target` in a closed loop; `cpu_secs` reads the server's processor time.
pub(crate) fn run(
    target: &Target,
    load: Load,
    cpu_secs: impl Fn() -> anyhow::Result<f64>,
) -> anyhow::Result<Measured> {
    let mut poll = Poll::new()?;
    let mut conns = Vec::with_capacity(load.connections);
    for place in 0..load.connections {
        let mut conn = Conn::open(target)?;
        conn.socket.register(&poll, Token(place))?;
        conns.push(conn);
    }
    let request = request(target);
    let mut tally = Tally::new()?;
    let start = Instant::now();
    for conn in &mut conns {
        conn.ask(&request)?;
    }
    let mut events = Events::with_capacity(1024);
    let mut buffer = vec![0; 64 << 10];
    let mut measuring: Option<(Instant, f64)> = None;
    loop {
        poll.poll(&mut events, Some(Duration::from_millis(100)))?;
        for event in &events {
            let conn = &mut conns[event.token().0];
            if conn.read(&mut buffer)? {
                let is_stream = matches!(target, Target::Stream(_));
                while let Some(len) = answer_len(&conn.ahead, is_stream) {
                    tally.count(conn.asked.elapsed(), &conn.ahead[..len]);
                    conn.ahead.drain(..len);
                    conn.ask(&request)?;
                }
            }
        }
        let now = Instant::now();
        match measuring {
            None if load.warm_up <= now - start => {
                tally.clear();
                measuring = Some((now, cpu_secs()?));
            }
            Some((since, cpu)) if load.time <= now - since => {
                return Ok(tally.result(now - since, cpu_secs()? - cpu));
            }
            _ => {}
        }
    }
}

struct Conn {
    socket: Socket,
    ahead: Vec<u8>,
    asked: Instant,
}

impl Conn {
    fn open(target: &Target) -> anyhow::Result<Conn> {
        let socket = match target {
            Target::Http(address) => Socket::Tcp(TcpStream::from_std(tcp(address)?)),
            Target::Unix(path) => {
                let stream = std::os::unix::net::UnixStream::connect(path)?;
                stream.set_nonblocking(true)?;
                Socket::Unix(UnixStream::from_std(stream))
            }
            Target::Stream(address) => Socket::Tcp(TcpStream::from_std(upgraded(address)?)),
        };
        Ok(Conn { socket, ahead: Vec::with_capacity(8192), asked: Instant::now() })
    }

    fn ask(&mut self, request: &[u8]) -> io::Result<()> {
        self.asked = Instant::now();
        match &mut self.socket {
            Socket::Tcp(stream) => stream.write_all(request),
            Socket::Unix(stream) => stream.write_all(request),
        }
    }

    /// Reads what is there; whether there was anything.
    fn read(&mut self, buffer: &mut [u8]) -> anyhow::Result<bool> {
        let mut any = false;
        loop {
            let read = match &mut self.socket {
                Socket::Tcp(stream) => stream.read(buffer),
                Socket::Unix(stream) => stream.read(buffer),
            };
            match read {
                Ok(0) => anyhow::bail!("the server closed a connection"),
                Ok(n) => {
                    self.ahead.extend_from_slice(&buffer[..n]);
                    any = true;
                    if n < buffer.len() {
                        return Ok(any);
                    }
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(any),
                Err(e) => return Err(e.into()),
            }
        }
    }
}

enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    fn register(&mut self, poll: &Poll, token: Token) -> io::Result<()> {
        match self {
            Socket::Tcp(stream) => poll.registry().register(stream, token, Interest::READABLE),
            Socket::Unix(stream) => poll.registry().register(stream, token, Interest::READABLE),
        }
    }
}

fn tcp(address: &str) -> anyhow::Result<std::net::TcpStream> {
    let stream = std::net::TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}

fn upgraded(address: &str) -> anyhow::Result<std::net::TcpStream> {
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.write_all(
        b"GET /pretrade/stream HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\n\
          connection: upgrade\r\nsec-websocket-version: 13\r\n\
          sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    anyhow::ensure!(head.starts_with(b"HTTP/1.1 101"), "the server opens no WebSocket");
    stream.set_nonblocking(true)?;
    Ok(stream)
}

fn request(target: &Target) -> Vec<u8> {
    let body = REQUEST.as_bytes();
    if !matches!(target, Target::Stream(_)) {
        let head = format!(
            "POST /pretrade/check HTTP/1.1\r\nhost: localhost\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        return [head.as_bytes(), body].concat();
    }
    let mask = [0x11, 0x22, 0x33, 0x44];
    let len = u16::try_from(body.len()).expect("the request is 613 bytes").to_be_bytes();
    let mut frame = vec![0x81, 0x80 | 126, len[0], len[1]];
    frame.extend(mask);
    frame.extend(body.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// The length of the answer at the start of `bytes`, once it is whole.
fn answer_len(bytes: &[u8], is_stream: bool) -> Option<usize> {
    let len = if is_stream { frame_len(bytes)? } else { http_len(bytes)? };
    (len <= bytes.len()).then_some(len)
}

fn http_len(bytes: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length: ";
    let head = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let at = bytes[..head].windows(NAME.len()).position(|w| w.eq_ignore_ascii_case(NAME))?;
    let digits = bytes[at + NAME.len()..].iter().take_while(|b| b.is_ascii_digit());
    let body = digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    Some(head + 4 + body)
}

fn frame_len(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? & 127 {
        126 => Some(4 + usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        short => Some(2 + usize::from(short)),
    }
}

struct Tally {
    latencies: Histogram<u64>,
    allowed: u64,
}

impl Tally {
    fn new() -> anyhow::Result<Tally> {
        let latencies = Histogram::new_with_bounds(1, 60_000_000_000, 3)
            .context("the bounds of the histogram are right")?;
        Ok(Tally { latencies, allowed: 0 })
    }

    fn count(&mut self, latency: Duration, answer: &[u8]) {
        self.latencies.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
        let start = &answer[..answer.len().min(256)];
        self.allowed += u64::from(start.windows(12).any(|w| w == b"\"allow\":true"));
    }

    fn clear(&mut self) {
        self.latencies.reset();
        self.allowed = 0;
    }

    fn result(&self, time: Duration, cpu_secs: f64) -> Measured {
        let count = self.latencies.len() as f64;
        let us = |quantile: f64| self.latencies.value_at_quantile(quantile) as f64 / 1e3;
        Measured {
            per_second: count / time.as_secs_f64(),
            p50_us: us(0.5),
            p99_us: us(0.99),
            p999_us: us(0.999),
            cpu_us: cpu_secs * 1e6 / count,
            allowed: self.allowed as f64 / count,
        }
    }
}
