//! The transport on loopback: what is said about calls and connections that go wrong.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use aurora_model::Nanos;
use aurora_wire::{Method, Signed};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::testserver::{Seen, request, respond, start};
use super::*;

fn run(test: impl Future<Output = ()>) {
    let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&reactor, test);
}

fn config() -> TransportConfig {
    TransportConfig {
        connect_timeout: Nanos::from_millis(300),
        warm: 0,
        ..TransportConfig::default()
    }
}

fn http_with(url: &str, config: &TransportConfig) -> Http {
    let dialer = Rc::new(Dialer::new(config).unwrap());
    Http::new(dialer, target("rest", url).unwrap(), vec![("x-demo", "1".to_owned())], config)
}

fn http(port: u16) -> Http {
    http_with(&format!("http://127.0.0.1:{port}"), &config())
}

async fn post(http: &Http, body: &str) -> Reply {
    let signed = Signed { target: "/order?a=1".to_owned(), headers: vec![], body: body.to_owned() };
    http.call(Method::Post, signed, Instant::now() + Duration::from_millis(500)).await
}

fn body_of(reply: &Reply) -> &str {
    match reply {
        Reply::Got { body, .. } => std::str::from_utf8(body).unwrap(),
        Reply::NotSent(why) | Reply::Lost(why) => panic!("{why}"),
    }
}

fn is_lost(reply: &Reply) -> bool {
    matches!(reply, Reply::Lost(_))
}

fn is_not_sent(reply: &Reply) -> bool {
    matches!(reply, Reply::NotSent(_))
}

#[test]
fn calls_share_a_warm_connection_and_each_is_one_request() {
    run(async {
        let seen = Seen::default();
        let port = start(&seen, |mut stream, seen| async move {
            while request(&mut stream, &seen).await.is_some() {
                respond(&mut stream, "200 OK", "fine").await;
            }
        })
        .await;
        let http = http(port);
        for no in 0..3 {
            assert_eq!(body_of(&post(&http, &format!("b{no}")).await), "fine");
        }
        assert_eq!(seen.connections.get(), 1);
        let want = ["b0", "b1", "b2"].map(|body| format!("POST /order?a=1 HTTP/1.1 {body}"));
        assert_eq!(*seen.requests.borrow(), want);
    });
}

#[test]
fn a_refused_connection_means_not_sent() {
    run(async {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        assert!(is_not_sent(&post(&http(port), "x").await));
    });
}

#[test]
fn a_connection_closed_instead_of_an_answer_means_lost_and_nothing_is_sent_again() {
    run(async {
        let seen = Seen::default();
        let port = start(&seen, |mut stream, seen| async move {
            request(&mut stream, &seen).await;
        })
        .await;
        let http = http(port);
        assert!(is_lost(&post(&http, "x").await));
        assert_eq!(seen.requests.borrow().len(), 1);
    });
}

#[test]
fn a_server_that_never_answers_means_lost_at_the_deadline() {
    run(async {
        let seen = Seen::default();
        let port = start(&seen, |mut stream, seen| async move {
            request(&mut stream, &seen).await;
            std::future::pending::<()>().await;
        })
        .await;
        let http = http(port);
        let began = Instant::now();
        assert!(is_lost(&post(&http, "x").await));
        assert!(began.elapsed() < Duration::from_secs(2));
        assert_eq!(seen.requests.borrow().len(), 1);
    });
}

#[test]
fn an_answer_that_breaks_off_or_is_too_large_means_lost() {
    run(async {
        let seen = Seen::default();
        let port = start(&seen, |mut stream, seen| async move {
            request(&mut stream, &seen).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf").await.unwrap();
        })
        .await;
        assert!(is_lost(&post(&http(port), "x").await));
        let port = start(&seen, |mut stream, seen| async move {
            request(&mut stream, &seen).await;
            respond(&mut stream, "200 OK", &"x".repeat(100)).await;
        })
        .await;
        let config = TransportConfig { max_body: 99, ..config() };
        assert!(is_lost(
            &post(&http_with(&format!("http://127.0.0.1:{port}"), &config), "x").await
        ));
    });
}

#[test]
fn a_pooled_connection_that_the_server_closed_is_replaced_before_anything_is_written() {
    run(async {
        let seen = Seen::default();
        // Each connection answers once and closes without a word.
        let port = start(&seen, |mut stream, seen| async move {
            if request(&mut stream, &seen).await.is_some() {
                respond(&mut stream, "200 OK", "once").await;
            }
        })
        .await;
        let http = http(port);
        for no in 0..20 {
            assert_eq!(body_of(&post(&http, &format!("b{no}")).await), "once");
            // The server's close is on its way: let it arrive.
            while seen.requests.borrow().len() <= no {
                tokio::task::yield_now().await;
            }
            tokio::task::yield_now().await;
        }
        assert_eq!((seen.connections.get(), seen.requests.borrow().len()), (20, 20));
    });
}

#[test]
fn a_server_that_closes_every_connection_at_once_gets_no_storm() {
    run(async {
        let seen = Seen::default();
        let port = start(&seen, |stream, _| async move { drop(stream) }).await;
        let reply = post(&http(port), "x").await;
        assert!(is_lost(&reply) || is_not_sent(&reply));
        assert!(seen.connections.get() <= 2, "{}", seen.connections.get());
    });
}

#[test]
fn when_every_connection_is_busy_a_call_is_not_sent() {
    run(async {
        let seen = Seen::default();
        let port = start(&seen, |mut stream, seen| async move {
            request(&mut stream, &seen).await;
            std::future::pending::<()>().await;
        })
        .await;
        let config = TransportConfig { max_calls: 1, ..config() };
        let http = http_with(&format!("http://127.0.0.1:{port}"), &config);
        let (first, second) = tokio::join!(post(&http, "a"), post(&http, "b"));
        assert!(is_lost(&first) && is_not_sent(&second), "{first:?} {second:?}");
        assert_eq!(seen.requests.borrow().len(), 1);
    });
}

#[test]
fn connections_are_kept_warm_and_closed_ones_replaced() {
    run(async {
        let seen = Seen::default();
        let port = start(&seen, |mut stream, seen| async move {
            while request(&mut stream, &seen).await.is_some() {
                respond(&mut stream, "200 OK", "fine").await;
            }
        })
        .await;
        let config = TransportConfig { warm: 2, ..config() };
        let http = http_with(&format!("http://127.0.0.1:{port}"), &config);
        assert!(http.warm_up().await && http.warm_up().await);
        while seen.connections.get() < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(body_of(&post(&http, "x").await), "fine");
        assert_eq!(seen.connections.get(), 2);
    });
}

struct Certified {
    acceptor: tokio_rustls::TlsAcceptor,
    root: rustls::pki_types::CertificateDer<'static>,
}

fn certified(name: &str) -> Certified {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let root = made.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![root.clone()], key)
        .unwrap();
    Certified { acceptor: tokio_rustls::TlsAcceptor::from(Arc::new(server)), root }
}

#[test]
fn encrypted_calls_work_with_a_trusted_certificate_and_not_without() {
    run(async {
        let Certified { acceptor, root } = certified("localhost");
        let seen = Seen::default();
        let port = start(&seen, move |stream, seen| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                while request(&mut stream, &seen).await.is_some() {
                    respond(&mut stream, "200 OK", "secret").await;
                }
            }
        })
        .await;
        let url = format!("https://localhost:{port}");
        let trusting = TransportConfig { roots: vec![root], ..config() };
        let http = http_with(&url, &trusting);
        for _ in 0..3 {
            assert_eq!(body_of(&post(&http, "x").await), "secret");
        }
        let connections = seen.connections.get();
        assert_eq!(connections, 1, "a connection with TLS is used again");
        let reply = post(&http_with(&url, &config()), "x").await;
        assert!(is_not_sent(&reply), "{reply:?}");
        let by_address = http_with(&format!("https://127.0.0.1:{port}"), &trusting);
        assert!(is_not_sent(&post(&by_address, "x").await), "the name must match");
        assert_eq!(seen.requests.borrow().len(), 3);
    });
}

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
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;
    run(async {
        let seen = Seen::default();
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
    use futures_util::SinkExt;
    use tokio_tungstenite::tungstenite::Message;
    run(async {
        let seen = Seen::default();
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
