//! HTTP and WebSocket connections themselves.

use std::io::{Read, Write};
use std::net::TcpStream;

use aurora_model::Venue;
use aurora_venuesim::{ServeError, SimConfig, serve};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{PATIENCE, World, read, send};

#[test]
fn a_connection_serves_many_requests() {
    let world = World::new();
    let mut stream = TcpStream::connect(world.at()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    for _ in 0..3 {
        send(&mut stream, "GET", "/fapi/v1/ping", "").unwrap();
        assert_eq!(read(&mut stream).unwrap().text, "{}");
    }
    stream.write_all(b"GET /fapi/v1/ping HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
    assert!(read(&mut stream).unwrap().head.contains("connection: close"));
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn nonsense_is_refused_and_ends_the_connection() {
    let world = World::new();
    for (bytes, status) in
        [("hello\r\n\r\n", 400), ("GET / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n", 413)]
    {
        let mut stream = TcpStream::connect(world.at()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        assert_eq!(read(&mut stream).unwrap().status, status);
        assert_eq!(stream.read(&mut [0; 8]).unwrap_or(0), 0);
    }
    assert_eq!(world.get("/fapi/v1/nothing").status, 404);
    assert_eq!(world.ask("PATCH", "/fapi/v1/ping", "").unwrap().status, 405);
}

#[test]
fn a_ping_is_answered_and_a_close_is_closed() {
    let world = World::new();
    let mut socket = world.socket("/ws");
    socket.send(Message::Ping("x".into())).unwrap();
    assert_eq!(socket.read().unwrap(), Message::Pong("x".into()));
    socket.close(None).unwrap();
    assert!(matches!(socket.read().unwrap(), Message::Close(_)));
}

#[test]
fn a_client_that_does_not_read_is_put_off_with_the_reason() {
    let world = World::new();
    let mut socket = world.socket("/ws-fapi/v1");
    let ask = r#"{"id":1,"method":"depth","params":{"symbol":"BTCUSDT","limit":1000}}"#;
    for _ in 0..3_000 {
        if socket.send(Message::text(ask)).is_err() {
            break;
        }
    }
    let mut last = None;
    while let Ok(message) = socket.read() {
        last = Some(message);
    }
    let Some(Message::Close(Some(close))) = last else { panic!("{last:?}") };
    assert_eq!(close.reason.as_str(), "too slow: the queue of this socket is full");
}

#[test]
fn only_loopback_is_served_unless_asked_for() {
    let any = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = serve(SimConfig { rest: any, ..SimConfig::new(Venue::BinanceUsdm) });
    assert!(matches!(refused, Err(ServeError::NotLoopback(_))));
    assert!(matches!(serve(SimConfig::new(Venue::Alpaca)), Err(ServeError::NoSuchVenue(_))));
}

#[test]
fn a_stopped_server_lets_go_of_its_port() {
    let world = World::new();
    let at = world.at();
    world.sim.stop();
    assert!(TcpStream::connect(at).is_err());
    World::with(|config| config.rest = at);
}

#[test]
fn an_order_outlives_a_restart_of_its_venue() {
    let folder = tempfile::tempdir().unwrap();
    let facts = folder.path().join("binance.facts");
    let start = || World::with(|config| config.facts = Some(facts.clone()));
    let world = start();
    let placed = world.place("kept").unwrap().json();
    assert_eq!(placed["status"], "NEW", "{placed}");
    world.sim.stop();
    let world = start();
    let found = world.find("kept").json();
    assert_eq!((&found["orderId"], &found["status"]), (&placed["orderId"], &placed["status"]));
}

#[test]
fn limits_are_told_and_refuse_beyond() {
    let world = World::with(|config| config.limits = true);
    let answer = world.get("/fapi/v1/depth?symbol=BTCUSDT&limit=1000");
    assert!(answer.head.contains("x-mbx-used-weight-1m: 20"), "{}", answer.head);
    let refused = (0..200)
        .map(|_| world.get("/fapi/v1/depth?symbol=BTCUSDT&limit=1000"))
        .find(|answer| answer.status == 429);
    let refused = refused.expect("2400 a minute are not enough");
    assert_eq!(refused.code(), -1003);
    assert!(refused.head.contains("retry-after: "), "{}", refused.head);
}
