//! WebSocket connections: what they carry, and how they end.

use std::rc::Rc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::super::testserver::start;
use super::*;

async fn next(events: &mut mpsc::Receiver<(SocketNo, SocketEvent)>) -> SocketEvent {
    tokio::time::timeout(Duration::from_secs(5), events.recv()).await.unwrap().unwrap().1
}

fn connect(
    port: u16,
    max_frame: usize,
) -> (mpsc::UnboundedSender<String>, mpsc::Receiver<(SocketNo, SocketEvent)>) {
    let (texts, waiting) = mpsc::unbounded_channel();
    let (events, received) = mpsc::channel(8);
    let dialer = Rc::new(Dialer::new(&config()).unwrap());
    let url = format!("ws://127.0.0.1:{port}/ws?x=1");
    let (no, wait, headers) = (SocketNo(7), Nanos(0), vec![("x-demo", "1".to_owned())]);
    let socket = Socket { no, url, headers, wait, max_frame };
    tokio::task::spawn_local(socket.run(dialer, waiting, events));
    (texts, received)
}

#[test]
fn a_websocket_carries_texts_both_ways_answers_pings_and_closes() {
    run(async |seen| {
        let port = start(&seen, |stream, seen| async move {
            let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
            socket.send(Message::Ping("p".into())).await.unwrap();
            while let Some(Ok(message)) = socket.next().await {
                seen.requests.borrow_mut().push(format!("{message:?}"));
                if let Message::Text(text) = message {
                    socket.send(Message::text(format!("echo {text}"))).await.unwrap();
                }
            }
        })
        .await;
        let (texts, mut events) = connect(port, 1 << 20);
        assert_eq!(next(&mut events).await, SocketEvent::Opened);
        texts.send("hello".to_owned()).unwrap();
        assert_eq!(next(&mut events).await, SocketEvent::Frame("echo hello".into()));
        assert!(seen.requests.borrow().iter().any(|message| message.starts_with("Pong")));
        drop(texts);
        assert_eq!(next(&mut events).await, SocketEvent::Closed("closed by us".to_owned()));
    });
}

#[test]
fn a_websocket_ends_when_the_venue_closes_it_when_a_frame_is_too_large_and_when_nobody_listens() {
    run(async |seen| {
        let port = start(&seen, |stream, _| async move {
            let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
            socket.send(Message::text("x".repeat(1000))).await.unwrap();
            drop(socket.close(None).await);
        })
        .await;
        let (_texts, mut events) = connect(port, 1000);
        assert_eq!(next(&mut events).await, SocketEvent::Opened);
        assert!(matches!(next(&mut events).await, SocketEvent::Frame(_)));
        assert!(matches!(next(&mut events).await, SocketEvent::Closed(_)));
        let (_texts, mut events) = connect(port, 999);
        assert_eq!(next(&mut events).await, SocketEvent::Opened);
        assert!(
            matches!(next(&mut events).await, SocketEvent::Closed(why) if why.contains("long") || why.contains("size") || why.contains("Space"))
        );
        let silent = start(&seen, |stream, _| async move {
            let _held = stream;
            std::future::pending::<()>().await;
        })
        .await;
        let (_texts, mut events) = connect(silent, 1000);
        assert!(
            matches!(next(&mut events).await, SocketEvent::Closed(why) if why.contains("handshake"))
        );
    });
}
