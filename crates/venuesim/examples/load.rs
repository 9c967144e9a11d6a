//! How much a simulated venue takes: order actions on Binance over REST and WebSocket, book messages of each venue to ten
//! subscribers.
//!
//! `cargo run --release -p aurora-venuesim --example load`. Server and clients share the machine; each has one thread.
//!
//! A book message is one WebSocket text frame of a book channel, as one subscriber gets it; every subscriber gets all of
//! them. The market runs 30 times faster than real, or as an argument says (`-- 100`), and so do the push intervals of
//! the channels: at real pace they are the venue's own, and a few instruments say some hundred messages a second.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use aurora_model::Venue;
use aurora_venuesim::{SimConfig, serve};
use aurora_wire::Hmac;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

const REST_CONNECTIONS: u32 = 8;
const API_CONNECTIONS: u32 = 8;
/// Orders that are on their way on one WebSocket at a time.
const WINDOW: u32 = 16;
const SUBSCRIBERS: usize = 10;
/// So many times faster than real the market runs for the book messages, unless an argument says otherwise.
const PACE: u32 = 30;
const SPAN: Duration = Duration::from_secs(5);

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Fallible<()> {
    let pace = std::env::args().nth(1).map_or(Ok(PACE), |word| word.parse())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let quiet = serve(SimConfig { limits: false, ..SimConfig::new(Venue::BinanceUsdm) })?;
    runtime.block_on(tokio::task::LocalSet::new().run_until(orders(quiet.rest)))?;
    quiet.stop();
    for book in &BOOKS {
        let config = SimConfig { limits: false, pace, ..SimConfig::new(book.venue) };
        let busy = serve(config)?;
        runtime.block_on(tokio::task::LocalSet::new().run_until(books(busy.ws, book, pace)))?;
    }
    Ok(())
}

/// Every connection places post-only orders far from the market and cancels them.
async fn orders(at: SocketAddr) -> Fallible<()> {
    let price = far_price(at).await?;
    for (rest, api) in
        [(REST_CONNECTIONS, 0), (0, API_CONNECTIONS), (REST_CONNECTIONS, API_CONNECTIONS)]
    {
        let done = Rc::new(Cell::new(0u64));
        let until = Instant::now() + SPAN;
        let mut tasks = Vec::new();
        for no in 0..rest {
            tasks.push(tokio::task::spawn_local(by_rest(
                at,
                no,
                price.clone(),
                until,
                Rc::clone(&done),
            )));
        }
        for no in 0..api {
            tasks.push(tokio::task::spawn_local(by_api(
                at,
                no,
                price.clone(),
                until,
                Rc::clone(&done),
            )));
        }
        for task in tasks {
            task.await?.map_err(|error| error.to_string())?;
        }
        let rate = done.get() as f64 / SPAN.as_secs_f64();
        report(&format!("{rest} REST + {api} WebSocket connections: {rate:.0} order actions/s"));
    }
    Ok(())
}

async fn far_price(at: SocketAddr) -> Fallible<String> {
    let mut client = Rest::connect(at).await?;
    loop {
        client.send("GET", "/fapi/v1/ticker/bookTicker?symbol=BTCUSDT").await?;
        let body = client.answer().await?;
        let ticker: serde_json::Value = serde_json::from_str(&body)?;
        let bid: f64 = ticker["bidPrice"].as_str().unwrap_or("0").parse()?;
        if 0.0 < bid {
            return Ok(format!("{:.1}", bid * 0.97));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn by_rest(
    at: SocketAddr,
    no: u32,
    price: String,
    until: Instant,
    done: Rc<Cell<u64>>,
) -> Result<(), String> {
    let hmac = Hmac::new(b"testsecret");
    let mut client = Rest::connect(at).await.map_err(|e| e.to_string())?;
    for count in 0u64.. {
        if until < Instant::now() {
            break;
        }
        let id = format!("r{no}-{count}");
        let timestamp = millis();
        let place = format!(
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.001&price={price}&newClientOrderId={id}&timestamp={timestamp}"
        );
        let cancel = format!("symbol=BTCUSDT&origClientOrderId={id}&timestamp={timestamp}");
        for (method, query, good) in
            [("POST", place, "\"NEW\""), ("DELETE", cancel, "\"CANCELED\"")]
        {
            let signature = hmac.hex(&[query.as_bytes()]);
            let target = format!("/fapi/v1/order?{query}&signature={signature}");
            client.send(method, &target).await.map_err(|e| e.to_string())?;
            let body = client.answer().await.map_err(|e| e.to_string())?;
            if !body.contains(good) {
                return Err(body);
            }
            done.set(done.get() + 1);
        }
    }
    Ok(())
}

async fn by_api(
    at: SocketAddr,
    no: u32,
    price: String,
    until: Instant,
    done: Rc<Cell<u64>>,
) -> Result<(), String> {
    let hmac = Hmac::new(b"testsecret");
    let stream = TcpStream::connect(at).await.map_err(|e| e.to_string())?;
    let _ = stream.set_nodelay(true);
    let url = format!("ws://{at}/ws-fapi/v1");
    let (mut socket, _) =
        tokio_tungstenite::client_async(url, stream).await.map_err(|e| e.to_string())?;
    let logon = format!("apiKey=testkey&timestamp={}", millis());
    let frame = format!(
        r#"{{"id":0,"method":"session.logon","params":{{"apiKey":"testkey","timestamp":{},"signature":"{}"}}}}"#,
        logon.rsplit('=').next().unwrap_or_default(),
        hmac.hex(&[logon.as_bytes()])
    );
    socket.send(Message::text(frame)).await.map_err(|e| e.to_string())?;
    let _ = socket.next().await;
    for round in 0u64.. {
        if until < Instant::now() {
            break;
        }
        let timestamp = millis();
        for each in 0..WINDOW {
            let id = format!("w{no}-{round}-{each}");
            let place = format!(
                r#"{{"id":"{id}","method":"order.place","params":{{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTX","quantity":"0.001","price":"{price}","newClientOrderId":"{id}","timestamp":{timestamp}}}}}"#
            );
            let cancel = format!(
                r#"{{"id":"{id}","method":"order.cancel","params":{{"symbol":"BTCUSDT","origClientOrderId":"{id}","timestamp":{timestamp}}}}}"#
            );
            socket.feed(Message::text(place)).await.map_err(|e| e.to_string())?;
            socket.feed(Message::text(cancel)).await.map_err(|e| e.to_string())?;
        }
        socket.flush().await.map_err(|e| e.to_string())?;
        for _ in 0..2 * WINDOW {
            match socket.next().await {
                Some(Ok(Message::Text(text))) if text.contains("\"status\":200") => {
                    done.set(done.get() + 1);
                }
                other => return Err(format!("{other:?}")),
            }
        }
    }
    Ok(())
}

/// What is listened to: the touch and the changes of every instrument the venue has here.
struct Books {
    venue: Venue,
    channels: &'static str,
    path: &'static str,
    ask: &'static str,
}

const BOOKS: [Books; 3] = [
    Books {
        venue: Venue::BinanceUsdm,
        channels: "bookTicker and depth@100ms of 3 perpetuals",
        path: "/stream",
        ask: r#"{"id":1,"method":"SUBSCRIBE","params":["btcusdt@bookTicker","ethusdt@bookTicker","solusdt@bookTicker","btcusdt@depth@100ms","ethusdt@depth@100ms","solusdt@depth@100ms"]}"#,
    },
    Books {
        venue: Venue::Okx,
        channels: "bbo-tbt and books of 3 swaps and 3 spot pairs",
        path: "/ws/v5/public",
        ask: r#"{"op":"subscribe","args":[{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"},{"channel":"bbo-tbt","instId":"ETH-USDT-SWAP"},{"channel":"bbo-tbt","instId":"SOL-USDT-SWAP"},{"channel":"bbo-tbt","instId":"BTC-USDT"},{"channel":"bbo-tbt","instId":"ETH-USDT"},{"channel":"bbo-tbt","instId":"SOL-USDT"},{"channel":"books","instId":"BTC-USDT-SWAP"},{"channel":"books","instId":"ETH-USDT-SWAP"},{"channel":"books","instId":"SOL-USDT-SWAP"},{"channel":"books","instId":"BTC-USDT"},{"channel":"books","instId":"ETH-USDT"},{"channel":"books","instId":"SOL-USDT"}]}"#,
    },
    Books {
        venue: Venue::Bybit,
        channels: "orderbook.1 and orderbook.50 of 3 perpetuals",
        path: "/v5/public/linear",
        ask: r#"{"op":"subscribe","args":["orderbook.1.BTCUSDT","orderbook.1.ETHUSDT","orderbook.1.SOLUSDT","orderbook.50.BTCUSDT","orderbook.50.ETHUSDT","orderbook.50.SOLUSDT"]}"#,
    },
];

/// Ten subscribers listen and count, once the answers to their subscriptions are over.
async fn books(at: SocketAddr, book: &Books, pace: u32) -> Fallible<()> {
    let heard = Rc::new(Cell::new(0u64));
    let url = format!("ws://{at}{}", book.path);
    let mut tasks = Vec::new();
    for _ in 0..SUBSCRIBERS {
        let (mut socket, _) =
            tokio_tungstenite::client_async(&url, TcpStream::connect(at).await?).await?;
        socket.send(Message::text(book.ask)).await?;
        let heard = Rc::clone(&heard);
        tasks.push(tokio::task::spawn_local(async move {
            while let Some(Ok(message)) = socket.next().await {
                heard.set(heard.get() + u64::from(message.is_text()));
            }
        }));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (before, began) = (heard.get(), Instant::now());
    tokio::time::sleep(SPAN).await;
    let rate = (heard.get() - before) as f64 / began.elapsed().as_secs_f64();
    let lost = tasks.iter().filter(|task| task.is_finished()).count();
    if 0 < lost {
        return Err(format!("{}: {lost} subscribers were cut off", book.venue.code()).into());
    }
    let each = rate / SUBSCRIBERS as f64;
    report(&format!(
        "{}: {each:.0} book messages/s to each of {SUBSCRIBERS} subscribers, {rate:.0}/s in all: {}, market {pace} times real",
        book.venue.code(),
        book.channels,
    ));
    for task in tasks {
        task.abort();
    }
    Ok(())
}

/// An HTTP/1.1 client of the simplest kind.
struct Rest {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Rest {
    async fn connect(at: SocketAddr) -> std::io::Result<Rest> {
        let stream = TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        Ok(Rest { stream, buffer: Vec::new() })
    }

    async fn send(&mut self, method: &str, target: &str) -> std::io::Result<()> {
        let head = format!(
            "{method} {target} HTTP/1.1\r\nhost: sim\r\nx-mbx-apikey: testkey\r\ncontent-length: 0\r\n\r\n"
        );
        self.stream.write_all(head.as_bytes()).await
    }

    async fn answer(&mut self) -> std::io::Result<String> {
        loop {
            let text = String::from_utf8_lossy(&self.buffer);
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                let length: usize = length.and_then(|n| n.parse().ok()).unwrap_or(0);
                if length <= body.len() {
                    let body = body[..length].to_owned();
                    let used = head.len() + 4 + length;
                    self.buffer.drain(..used);
                    return Ok(body);
                }
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

fn millis() -> u128 {
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    now.unwrap_or_default().as_millis()
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is asked for")]
fn report(line: &str) {
    println!("{line}");
}
