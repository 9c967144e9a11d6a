//! The transport on loopback: what is said about calls and connections that go wrong.

mod calls;
mod encrypted;
mod sockets;

use std::rc::Rc;
use std::time::Duration;

use aurora_model::Nanos;
use aurora_wire::{Method, Signed};
use tokio::time::Instant;

use super::testserver::Seen;
use super::*;

/// Runs a test, and hands it what its server will have seen.
fn run(test: impl AsyncFnOnce(Seen)) {
    let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&reactor, test(Seen::default()));
}

fn config() -> TransportConfig {
    TransportConfig {
        connect_timeout: Nanos::from_millis(300),
        warm: 0,
        ..TransportConfig::default()
    }
}

fn http_at(url: &str, config: &TransportConfig) -> Http {
    let dialer = Rc::new(Dialer::new(config).unwrap());
    Http::new(dialer, target("rest", url).unwrap(), vec![("x-demo", "1".to_owned())], config)
}

fn http_with(port: u16, config: &TransportConfig) -> Http {
    http_at(&format!("http://127.0.0.1:{port}"), config)
}

fn http(port: u16) -> Http {
    http_with(port, &config())
}

async fn post(http: &Http, body: &str) -> Reply {
    post_within(http, body, Duration::from_millis(500)).await
}

async fn post_within(http: &Http, body: &str, patience: Duration) -> Reply {
    let signed = Signed { target: "/order?a=1".to_owned(), headers: vec![], body: body.to_owned() };
    http.call(Method::Post, signed, Instant::now() + patience).await
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
