//! A whole line on loopback, with sessions of a few words.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_model::{MarketKind, ReportKind, Side};
use aurora_wire::{Ask, AskNo, Note};
use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::Message;

use super::*;
use crate::clock::Clock;
use crate::signing::Signing;
use crate::toy::{BTC, Toy, ToyAccount, ToyMarket, endpoints, id, order, rules};
use crate::transport::testserver::{Seen, request, respond, start};

/// A venue on a thread of its own: every request is answered, every WebSocket gets the frames and stays.
fn venue(frames: &'static [&'static str]) -> u16 {
    let (tell, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let local = tokio::task::LocalSet::new();
        local.block_on(&reactor, async {
            let seen = Seen::default();
            let port = start(&seen, move |stream, seen| serve(stream, seen, frames)).await;
            tell.send(port).unwrap();
            std::future::pending::<()>().await;
        });
    });
    port.recv().unwrap()
}

async fn serve(mut stream: tokio::net::TcpStream, seen: Seen, frames: &[&str]) {
    let mut start = [0; 5];
    while stream.peek(&mut start).await.unwrap_or(0) < start.len() {
        if stream.peek(&mut start).await.unwrap_or(0) == 0 {
            return;
        }
    }
    if &start != b"GET /" {
        while request(&mut stream, &seen).await.is_some() {
            respond(&mut stream, "200 OK", "{}").await;
        }
        return;
    }
    let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
    for frame in frames {
        socket.send(Message::text(*frame)).await.unwrap();
    }
    std::future::pending::<()>().await;
}

fn config(port: u16, views: usize) -> LineConfig {
    let endpoints = endpoints(port);
    let view = |_| Box::new(ToyMarket::new(&endpoints.public)) as Box<dyn aurora_wire::Session>;
    LineConfig {
        protocol: Arc::new(Toy),
        signing: Signing::Nobody,
        market: (0..views).map(view).collect(),
        account: Some(Box::new(ToyAccount::new(Some(&endpoints.private)))),
        rules: vec![rules(BTC)],
        settings: Settings { rules_every: None, ..Settings::default() },
        clock: Clock::system(),
        endpoints,
    }
}

fn until<T>(line: &Line, mut found: impl FnMut(FromVenue) -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let message = line.messages().recv_deadline(deadline).expect("the line says something");
        if let Some(found) = found(message) {
            return found;
        }
    }
}

#[test]
fn a_line_connects_shows_the_market_and_acknowledges_an_order() {
    let port = venue(&["=+10 3, -11 2", "+10 4"]);
    let line = Line::start(config(port, 2)).unwrap();
    let mut events = Vec::new();
    let mut is_ready = false;
    until(&line, |message| {
        match message {
            FromVenue::Market(batch) => {
                events.extend(batch.events().map(|event| match event.kind {
                    MarketKind::Snapshot { levels, .. } => format!("snapshot {}", levels.len()),
                    MarketKind::Diff { levels, .. } => format!("diff {}", levels.len()),
                    _ => "other".to_owned(),
                }));
                line.recycle(batch);
            }
            FromVenue::Note(Source::Account, Note::AccountReady) => is_ready = true,
            _ => {}
        }
        (is_ready && events.len() == 2).then_some(())
    });
    assert_eq!(events, ["snapshot 2", "diff 1"]);
    assert!(line.ask(AskNo(1), Ask::Place(order(1, Side::Buy, 10, 1))));
    until(&line, |message| match message {
        FromVenue::Report(report) => {
            assert_eq!(report.kind, ReportKind::Ack { id: id(1), venue_id: 1 });
            Some(())
        }
        _ => None,
    });
    line.stop();
}

#[test]
fn a_desk_that_sleeps_misses_no_report_and_gets_the_newest_book_when_it_wakes() {
    let port = venue(&["=+10 3, -11 2", "+10 4"]);
    let mut config = config(port, 1);
    config.settings.max_messages = 8;
    config.settings.status_every = aurora_model::Nanos::from_millis(1);
    let line = Line::start(config).unwrap();
    until(&line, |message| {
        matches!(message, FromVenue::Note(Source::Account, Note::AccountReady)).then_some(())
    });
    for no in 1..=40 {
        assert!(line.ask(AskNo(no), Ask::Place(order(no, Side::Buy, 10, 1))));
    }
    let acked: Vec<_> =
        line.stop().into_iter().filter(|m| matches!(m, FromVenue::Report(_))).collect();
    assert_eq!(acked.len(), 40);
}

#[test]
fn a_bad_address_is_refused_before_anything_starts() {
    let mut config = config(1, 0);
    config.endpoints.private = "ws://venue.example/ws".to_owned();
    let error = Line::start(config).unwrap_err().to_string();
    assert!(error.starts_with("private \"ws://venue.example/ws\": leaves this machine"), "{error}");
}

#[test]
fn a_stopped_line_finishes_what_it_was_asked_and_says_so() {
    let line = Line::start(config(venue(&[]), 1)).unwrap();
    line.ask(AskNo(1), Ask::Cancel(id(1), BTC));
    let rest = line.stop();
    let answered = |message: &FromVenue| matches!(message, FromVenue::Report(report) if matches!(report.kind, ReportKind::Canceled { .. }));
    assert!(rest.iter().any(answered), "what was asked before is answered: {rest:?}");
    assert!(matches!(rest.last(), Some(FromVenue::Stopped(why)) if why == "stopped by the desk"));
}
