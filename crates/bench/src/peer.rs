//! The peer: a bare hyper server on one thread that reads the request and answers 172 bytes.

use std::convert::Infallible;
use std::path::PathBuf;

use bytes::Bytes;
use clap::Args;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::body;

#[derive(Debug, Args)]
pub(crate) struct PeerArgs {
    /// HOST:PORT.
    #[arg(long)]
    tcp: Option<String>,
    /// Path of a Unix socket.
    #[arg(long)]
    unix: Option<PathBuf>,
}

pub(crate) fn run(args: &PeerArgs) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        if let Some(path) = &args.unix {
            let listener = tokio::net::UnixListener::bind(path)?;
            tokio::task::spawn_local(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::task::spawn_local(serve(stream));
                }
            });
        }
        let address = args.tcp.as_deref().unwrap_or("127.0.0.1:0");
        let listener = tokio::net::TcpListener::bind(address).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::task::spawn_local(serve(stream));
        }
    })
}

async fn serve(io: impl AsyncRead + AsyncWrite + Unpin + 'static) {
    let served = hyper::server::conn::http1::Builder::new()
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(io), service_fn(answer))
        .await;
    drop(served);
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(|all| all.to_bytes()).unwrap_or_default();
    let mut response = Response::new(Full::new(Bytes::from(body::answer(&body))));
    let kind = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, kind);
    Ok(response)
}
