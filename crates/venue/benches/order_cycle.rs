//! How long an order takes from the desk to its ack and back, through loopback sockets.
//!
//! `cargo bench -p aurora-venue --bench order_cycle` prints percentiles with 50 and with 2,000 market
//! frames a second beside it. The server answers at once: what is measured is ours and the kernel's.

#![expect(clippy::print_stdout, reason = "it is what a benchmark is for")]
#![allow(dead_code, missing_docs, unreachable_pub, reason = "shared with the unit tests")]

#[path = "../src/transport/testserver.rs"]
mod testserver;
#[path = "../src/toy.rs"]
mod toy;

use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_model::{ReportKind, Side};
use aurora_venue::{Clock, FromVenue, Line, LineConfig, Settings, Signing, Source};
use aurora_wire::{Ask, AskNo, Note};
use futures_util::SinkExt;
use testserver::{Seen, request, respond, start};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use toy::{BTC, Toy, ToyAccount, ToyMarket, endpoints, order, rules};

const ORDERS: usize = 5_000;

fn main() {
    for frames_per_second in [50, 2_000] {
        let port = serve(frames_per_second);
        let endpoints = endpoints(port);
        let mut settings = Settings { rules_every: None, ..Settings::default() };
        settings.heartbeat.cancels = false;
        let line = Line::start(LineConfig {
            protocol: Arc::new(Toy),
            signing: Signing::Nobody,
            market: vec![
                Box::new(ToyMarket::new(&endpoints.public)),
                Box::new(ToyMarket::new(&endpoints.public)),
            ],
            account: Some(Box::new(ToyAccount::new(Some(&endpoints.private)))),
            rules: vec![rules(BTC)],
            settings,
            clock: Clock::system(),
            endpoints,
        })
        .expect("loopback works");
        wait(&line, |message| {
            matches!(message, FromVenue::Note(Source::Account, Note::AccountReady))
        });
        let mut took: Vec<Duration> = (0..ORDERS).map(|no| cycle(&line, no)).collect();
        took.sort_unstable();
        let at = |percent: usize| took[(took.len() - 1) * percent / 100].as_micros();
        println!(
            "{frames_per_second:5} frames/s: place to ack p50 {} us, p95 {} us, p99 {} us, max {} us",
            at(50),
            at(95),
            at(99),
            at(100)
        );
        line.stop();
    }
}

fn cycle(line: &Line, no: usize) -> Duration {
    // Under the toy's limit of 500 orders a second, of which a fifth is kept for cancels.
    let next = Instant::now() + Duration::from_micros(2_700);
    let began = Instant::now();
    let no = no as u64 + 1;
    assert!(line.ask(AskNo(no), Ask::Place(order(no, Side::Buy, 10, 1))));
    wait(
        line,
        |message| matches!(message, FromVenue::Report(report) if matches!(report.kind, ReportKind::Ack { .. })),
    );
    let took = began.elapsed();
    line.ask(AskNo(no), Ask::Cancel(toy::id(no), BTC));
    wait(
        line,
        |message| matches!(message, FromVenue::Report(report) if matches!(report.kind, ReportKind::Canceled { .. })),
    );
    std::thread::sleep(next.saturating_duration_since(Instant::now()));
    took
}

fn wait(line: &Line, mut is_it: impl FnMut(&FromVenue) -> bool) {
    loop {
        let message = line.messages().recv().expect("the line runs");
        if is_it(&message) {
            return;
        }
        if let FromVenue::Event(event) = &message {
            assert!(!format!("{event:?}").starts_with("NotSent"), "{event:?}");
        }
        if let FromVenue::Market(batch) = message {
            line.recycle(batch);
        }
    }
}

fn serve(frames_per_second: u64) -> u16 {
    let (tell, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio::task::LocalSet::new().block_on(&reactor, async {
            let seen = Seen::default();
            let port =
                start(&seen, move |stream, seen| talk(stream, seen, frames_per_second)).await;
            tell.send(port).unwrap();
            std::future::pending::<()>().await;
        });
    });
    port.recv().unwrap()
}

async fn talk(mut stream: TcpStream, seen: Seen, frames_per_second: u64) {
    let mut start = [0; 6];
    while stream.peek(&mut start).await.unwrap_or(0) < start.len() {
        tokio::task::yield_now().await;
    }
    if &start != b"GET /p" {
        while request(&mut stream, &seen).await.is_some() {
            respond(&mut stream, "200 OK", "{}").await;
            seen.requests.borrow_mut().clear();
        }
        return;
    }
    let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
    socket.send(Message::text("=+10 3, -11 2")).await.unwrap();
    // Two views of the market share the frames; the account's connection gets none that matters.
    let pause = 2_000_000_u64.checked_div(frames_per_second).unwrap_or(u64::MAX / 2).min(1 << 40);
    let mut ticks = tokio::time::interval(Duration::from_micros(pause));
    loop {
        ticks.tick().await;
        if 0 < frames_per_second && socket.send(Message::text("+10 4, +9 2, -12 5")).await.is_err()
        {
            return;
        }
    }
}
