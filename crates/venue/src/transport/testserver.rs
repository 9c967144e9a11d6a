//! A server of a few lines on loopback, for tests: what it does with a connection is the test's to say.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a server has seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: Rc<Cell<usize>>,
    pub(crate) requests: Rc<RefCell<Vec<String>>>,
}

/// Serves every connection with `serve`, until the test ends.
pub(crate) async fn start<F, Fut>(seen: &Seen, serve: F) -> u16
where
    F: Fn(TcpStream, Seen) -> Fut + 'static,
    Fut: Future<Output = ()> + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = seen.clone();
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            seen.connections.set(seen.connections.get() + 1);
            tokio::task::spawn_local(serve(stream, seen.clone()));
        }
    });
    port
}

/// Reads one request, head and body; `None` when the connection ends first.
pub(crate) async fn request<S: AsyncRead + Unpin>(stream: &mut S, seen: &Seen) -> Option<String> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_ascii_lowercase();
            let length = lower.split("content-length: ").nth(1).unwrap_or("0");
            let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
            if length <= body.len() {
                let first = head.lines().next().unwrap();
                seen.requests.borrow_mut().push(format!("{first} {body}").trim_end().to_owned());
                return Some(text);
            }
        }
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(len) => bytes.extend_from_slice(&part[..len]),
        }
    }
}

/// Writes an answer.
pub(crate) async fn respond<S: AsyncWrite + Unpin>(stream: &mut S, status: &str, body: &str) {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// Answers every request with that text.
pub(crate) async fn answering(seen: &Seen, text: &'static str) -> u16 {
    start(seen, move |stream, seen| talk(stream, seen, text)).await
}

/// Answers every request of a connection with that text.
pub(crate) async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    seen: Seen,
    text: &'static str,
) {
    while request(&mut stream, &seen).await.is_some() {
        respond(&mut stream, "200 OK", text).await;
    }
}

/// Reads one request of each connection, says those bytes, and closes.
pub(crate) async fn breaking_off(seen: &Seen, bytes: &'static str) -> u16 {
    start(seen, move |mut stream, seen| async move {
        if request(&mut stream, &seen).await.is_some() {
            stream.write_all(bytes.as_bytes()).await.unwrap();
        }
    })
    .await
}

/// Reads one request of each connection and never answers.
pub(crate) async fn silent(seen: &Seen) -> u16 {
    start(seen, |mut stream, seen| async move {
        request(&mut stream, &seen).await;
        std::future::pending::<()>().await;
    })
    .await
}
