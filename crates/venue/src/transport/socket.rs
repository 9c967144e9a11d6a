//! One WebSocket connection as a task: frames in, texts out.

use aurora_model::Nanos;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::{Sender, UnboundedReceiver};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::dial::Dialer;
use super::stream::Stream;
use super::{duration, target};

/// A connection's number, counted up; one that was opened again is another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketNo(pub u64);

/// What a connection has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// It stands.
    Opened,
    /// A text or binary frame.
    Frame(Bytes),
    /// It is over; why, in words. The last event.
    Closed(String),
}

/// What a connection is made of.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) no: SocketNo,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) wait: Nanos,
    pub(crate) max_frame: usize,
}

impl Socket {
    /// Runs the connection to its end. Dropping `texts`' sender closes it.
    pub(crate) async fn run(
        self,
        dialer: std::rc::Rc<Dialer>,
        mut texts: UnboundedReceiver<String>,
        events: Sender<(SocketNo, SocketEvent)>,
    ) {
        let no = self.no;
        if 0 < self.wait.0 {
            tokio::time::sleep(duration(self.wait)).await;
        }
        let why = match self.open(&dialer).await {
            Ok(stream) => {
                if events.send((no, SocketEvent::Opened)).await.is_err() {
                    return;
                }
                talk(no, stream, &mut texts, &events).await
            }
            Err(problem) => problem,
        };
        // The receiver is gone only when the line has ended.
        let _ = events.send((no, SocketEvent::Closed(why))).await;
    }

    async fn open(&self, dialer: &Dialer) -> Result<WebSocketStream<Stream>, String> {
        let target = target("socket", &self.url).map_err(|error| error.to_string())?;
        let mut request =
            self.url.as_str().into_client_request().map_err(|error| error.to_string())?;
        for (name, value) in &self.headers {
            let value = HeaderValue::from_str(value).map_err(|error| error.to_string())?;
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        let mut config = WebSocketConfig::default();
        config.max_message_size = Some(self.max_frame);
        config.max_frame_size = Some(self.max_frame);
        config.max_write_buffer_size = 4 << 20;
        let stream = dialer.connect(&target).await?;
        let shaking = client_async_with_config(request, stream, Some(config));
        match tokio::time::timeout(dialer.connect_timeout(), shaking).await {
            Ok(Ok((stream, _))) => Ok(stream),
            Ok(Err(error)) => Err(format!("WebSocket with {}: {error}", target.authority())),
            Err(_) => Err(format!("WebSocket with {}: no handshake in time", target.authority())),
        }
    }
}

async fn talk(
    no: SocketNo,
    mut stream: WebSocketStream<Stream>,
    texts: &mut UnboundedReceiver<String>,
    events: &Sender<(SocketNo, SocketEvent)>,
) -> String {
    loop {
        tokio::select! {
            text = texts.recv() => match text {
                Some(text) => {
                    if let Err(error) = stream.send(Message::text(text)).await {
                        return words(&error);
                    }
                }
                None => {
                    // A polite end; whether it arrives does not matter.
                    let _ = tokio::time::timeout(std::time::Duration::from_millis(100), stream.close(None)).await;
                    return "closed by us".to_owned();
                }
            },
            frame = stream.next() => {
                let bytes = match frame {
                    Some(Ok(Message::Text(text))) => Bytes::from(text),
                    Some(Ok(Message::Binary(bytes))) => bytes,
                    Some(Ok(Message::Close(Some(close)))) => {
                        return format!("closed by the venue: {} {}", close.code, close.reason);
                    }
                    Some(Ok(Message::Close(None))) | None => return "closed by the venue".to_owned(),
                    // The protocol's own pings are answered by the library as it reads on.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                    Some(Err(error)) => return words(&error),
                };
                if events.send((no, SocketEvent::Frame(bytes))).await.is_err() {
                    return "the line has ended".to_owned();
                }
            }
        }
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => "closed by the venue".to_owned(),
        error => error.to_string(),
    }
}
