//! Calls: sent once, and lost or not sent when they go wrong.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::Instant;

use super::super::testserver::{answering, breaking_off, silent, start};
use super::*;

const ONCE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nonce";
const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf";

#[test]
fn calls_share_a_warm_connection_and_each_is_one_request() {
    run(async |seen| {
        let http = http(answering(&seen, "fine").await);
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
    run(async |_| {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        assert!(is_not_sent(&post(&http(port), "x").await));
    });
}

#[test]
fn a_connection_closed_instead_of_an_answer_means_lost_and_nothing_is_sent_again() {
    run(async |seen| {
        let http = http(breaking_off(&seen, "").await);
        assert!(is_lost(&post(&http, "x").await));
        assert_eq!(seen.requests.borrow().len(), 1);
    });
}

#[test]
fn a_server_that_never_answers_means_lost_at_the_deadline() {
    run(async |seen| {
        let http = http(silent(&seen).await);
        let began = Instant::now();
        assert!(is_lost(&post(&http, "x").await));
        assert!(began.elapsed() < Duration::from_secs(2));
        assert_eq!(seen.requests.borrow().len(), 1);
    });
}

#[test]
fn an_answer_that_breaks_off_or_is_too_large_means_lost() {
    run(async |seen| {
        let port = breaking_off(&seen, HALF).await;
        assert!(is_lost(&post(&http(port), "x").await));
        let port = answering(&seen, "four").await;
        let config = TransportConfig { max_body: 3, ..config() };
        assert!(is_lost(&post(&http_with(port, &config), "x").await));
    });
}

#[test]
fn a_pooled_connection_that_the_server_closed_is_replaced_before_anything_is_written() {
    run(async |seen| {
        // Each connection answers once and closes without a word.
        let http = http(breaking_off(&seen, ONCE).await);
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
    run(async |seen| {
        let port = start(&seen, |stream, _| async move { drop(stream) }).await;
        let reply = post(&http(port), "x").await;
        assert!(is_lost(&reply) || is_not_sent(&reply));
        assert!(seen.connections.get() <= 2, "{}", seen.connections.get());
    });
}

#[test]
fn when_every_connection_is_busy_a_call_is_not_sent() {
    run(async |seen| {
        let config = TransportConfig { max_calls: 1, ..config() };
        let http = http_with(silent(&seen).await, &config);
        let (first, second) = tokio::join!(post(&http, "a"), post(&http, "b"));
        assert!(is_lost(&first) && is_not_sent(&second), "{first:?} {second:?}");
        assert_eq!(seen.requests.borrow().len(), 1);
    });
}

#[test]
fn connections_are_kept_warm_and_closed_ones_replaced() {
    run(async |seen| {
        let config = TransportConfig { warm: 2, ..config() };
        let http = http_with(answering(&seen, "fine").await, &config);
        assert!(http.warm_up().await && http.warm_up().await);
        while seen.connections.get() < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(body_of(&post(&http, "x").await), "fine");
        assert_eq!(seen.connections.get(), 2);
    });
}
