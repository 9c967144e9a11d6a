//! The other side: connections that leave the gate thread are served by hyper and axum.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use bytes::Buf;
use bytes::Bytes;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use super::conn::{Conn, Permit, Socket};

/// A connection on its way from the gate thread, with what was read of it.
#[derive(Debug)]
pub(super) struct Moved {
    socket: Socket,
    ahead: Vec<u8>,
    permit: Permit,
}

impl Moved {
    pub(super) fn new(conn: Conn) -> Moved {
        Moved { socket: conn.socket, ahead: conn.inbox, permit: conn.permit }
    }
}

/// Serves connections until no more can come.
pub(super) async fn serve(mut moved: UnboundedReceiver<Moved>, router: Router, head: Duration) {
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            next = moved.recv() => match next {
                Some(moved) => {
                    tasks.spawn(serve_one(moved, router.clone(), head));
                }
                None => return,
            },
            Some(_) = tasks.join_next() => {}
        }
    }
}

async fn serve_one(moved: Moved, router: Router, head: Duration) {
    let Moved { socket, ahead, permit } = moved;
    let ahead = Bytes::from(ahead);
    // A client that broke off is no news; the permit ends with the connection.
    match socket {
        Socket::Tcp(stream) => {
            let Ok(inner) = tokio::net::TcpStream::from_std(stream.into()) else { return };
            serve_io(Rewound { ahead, inner }, router, head).await;
        }
        Socket::Unix(stream) => {
            let stream = std::os::fd::OwnedFd::from(stream);
            let Ok(inner) = tokio::net::UnixStream::from_std(stream.into()) else { return };
            serve_io(Rewound { ahead, inner }, router, head).await;
        }
    }
    drop(permit);
}

async fn serve_io<S>(io: Rewound<S>, router: Router, head: Duration)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_headers(64)
        .serve_connection(TokioIo::new(io), TowerToHyperService::new(router))
        .with_upgrades()
        .await;
    drop(served);
}

/// A stream whose first bytes were read already.
#[derive(Debug)]
struct Rewound<S> {
    ahead: Bytes,
    inner: S,
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.inner).poll_read(cx, buf);
        }
        let n = self.ahead.len().min(buf.remaining());
        buf.put_slice(&self.ahead[..n]);
        self.ahead.advance(n);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
