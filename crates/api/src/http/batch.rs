//! Answers that wait for the log: nothing leaves before what it says is written down.

use std::ops::Range;

use tokio::sync::oneshot;

use crate::gate::Audit;

/// An answer to a request that came through the other side.
#[derive(Debug, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Whom an answer is for, and in which form.
#[derive(Debug)]
pub(super) enum Recipient {
    /// A connection, as HTTP; `close` says so in its head.
    Http { conn: usize, close: bool },
    /// A connection, as a WebSocket message.
    Stream { conn: usize },
    /// A connection, the bytes as they are.
    Raw { conn: usize },
    /// A task of the other side.
    Task(oneshot::Sender<Answered>),
}

impl Recipient {
    pub(super) fn conn(&self) -> Option<usize> {
        match self {
            Recipient::Http { conn, .. } | Recipient::Stream { conn } | Recipient::Raw { conn } => {
                Some(*conn)
            }
            Recipient::Task(_) => None,
        }
    }
}

/// One answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) to: Recipient,
    pub(super) status: u16,
    pub(super) audit: Audit,
    pub(super) body: Range<usize>,
}

/// The answers of one turn of the loop, their bodies one after another.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) answers: Vec<Answer>,
    pub(super) bodies: Vec<u8>,
}

/// Appends the head of an HTTP answer.
pub(super) fn http_head(out: &mut Vec<u8>, status: u16, len: usize, date: &str, close: bool) {
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(status_line(status).as_bytes());
    out.extend_from_slice(b"\r\ncontent-type: application/json\r\ndate: ");
    out.extend_from_slice(date.as_bytes());
    out.extend_from_slice(b"\r\ncontent-length: ");
    out.extend_from_slice(itoa::Buffer::new().format(len).as_bytes());
    out.extend_from_slice(if close { b"\r\nconnection: close\r\n\r\n" } else { b"\r\n\r\n" });
}

const fn status_line(status: u16) -> &'static str {
    match status {
        200 => "200 OK",
        403 => "403 Forbidden",
        408 => "408 Request Timeout",
        413 => "413 Content Too Large",
        422 => "422 Unprocessable Content",
        431 => "431 Request Header Fields Too Large",
        503 => "503 Service Unavailable",
        _ => "400 Bad Request",
    }
}

/// The date of answers, worked out once a second.
#[derive(Debug)]
pub(super) struct DateLine {
    second: i64,
    text: String,
}

impl DateLine {
    pub(super) fn new() -> DateLine {
        DateLine { second: i64::MIN, text: String::new() }
    }

    pub(super) fn at(&mut self, second: i64) -> &str {
        if self.second != second {
            self.second = second;
            let at = jiff::Timestamp::from_second(second).unwrap_or_default();
            self.text = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        }
        &self.text
    }
}
