//! A venue on a free port, and the simplest clients of it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use aurora_model::Venue;
use aurora_venuesim::{Running, SimConfig, serve};
use aurora_wire::Hmac;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

/// Longer than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A running Binance, without rate limits.
pub(crate) struct World {
    pub(crate) sim: Running,
}

/// An answer: status, head and body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn code(&self) -> i64 {
        self.json()["code"].as_i64().unwrap_or(0)
    }
}

impl World {
    pub(crate) fn new() -> World {
        World::with(|config| config.limits = false)
    }

    pub(crate) fn with(change: impl FnOnce(&mut SimConfig)) -> World {
        let mut config = SimConfig::new(Venue::BinanceUsdm);
        change(&mut config);
        World { sim: serve(config).unwrap() }
    }

    pub(crate) fn at(&self) -> SocketAddr {
        self.sim.rest
    }

    /// A request on a connection of its own; the error is what a client sees when the answer never comes.
    pub(crate) fn ask(&self, method: &str, target: &str, body: &str) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.at())?;
        stream.set_read_timeout(Some(PATIENCE))?;
        send(&mut stream, method, target, body)?;
        read(&mut stream)
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, "").unwrap()
    }

    /// A signed request of the first account.
    pub(crate) fn signed(&self, method: &str, path: &str, query: &str) -> io::Result<Answer> {
        self.ask(method, &signed_target(path, query), "")
    }

    /// A post-only bid 3% below the market.
    pub(crate) fn place(&self, client_id: &str) -> io::Result<Answer> {
        let query = format!(
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.004&price={}&newClientOrderId={client_id}",
            self.low_price()
        );
        self.signed("POST", "/fapi/v1/order", &query)
    }

    pub(crate) fn find(&self, client_id: &str) -> Answer {
        let query = format!("symbol=BTCUSDT&origClientOrderId={client_id}");
        self.signed("GET", "/fapi/v1/order", &query).unwrap()
    }

    pub(crate) fn low_price(&self) -> String {
        let ticker = self.get("/fapi/v1/ticker/bookTicker?symbol=BTCUSDT").json();
        let bid: f64 = ticker["bidPrice"].as_str().unwrap().parse().unwrap();
        format!("{:.1}", bid * 0.97)
    }

    pub(crate) fn fault(&self, rule: &Value) {
        let answer = self.ask("POST", "/sim/faults", &json!({ "rules": [rule] }).to_string());
        let answer = answer.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub(crate) fn clear_faults(&self) {
        assert_eq!(self.ask("DELETE", "/sim/faults", "").unwrap().status, 200);
    }

    /// How often an order with that id was sent to be placed.
    pub(crate) fn times_placed(&self, client_id: &str) -> i64 {
        self.get("/sim/log").json()["client_ids"][client_id]["placed"].as_i64().unwrap_or(0)
    }

    pub(crate) fn socket(&self, path: &str) -> WebSocket<TcpStream> {
        let stream = TcpStream::connect(self.sim.ws).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let url = format!("ws://{}{path}", self.sim.ws);
        tungstenite::client(url, stream).unwrap().0
    }

    pub(crate) fn listen_key(&self) -> String {
        let answer = self.ask("POST", "/fapi/v1/listenKey", "").unwrap().json();
        answer["listenKey"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn send(
    stream: &mut TcpStream,
    method: &str,
    target: &str,
    body: &str,
) -> io::Result<()> {
    let len = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: sim\r\nX-MBX-APIKEY: testkey\r\nContent-Length: {len}\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes())
}

/// One answer from the stream.
pub(crate) fn read(stream: &mut TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if length <= body.len() {
                let status = head[9..12].parse().unwrap();
                return Ok(Answer {
                    status,
                    head: head.to_owned(),
                    text: body[..length].to_owned(),
                });
            }
        }
        match stream.read(&mut part)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&part[..read]),
        }
    }
}

pub(crate) fn signed_target(path: &str, query: &str) -> String {
    let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let glue = if query.is_empty() { "" } else { "&" };
    let query = format!("{query}{glue}timestamp={at}");
    let signature = Hmac::new(b"testsecret").hex(&[query.as_bytes()]);
    format!("{path}?{query}&signature={signature}")
}

/// The next message of that event; `None` when the socket ends before.
pub(crate) fn hear(socket: &mut WebSocket<TcpStream>, event: &str) -> Option<Value> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        let Ok(message) = socket.read() else { return None };
        let Message::Text(text) = message else { continue };
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if value["e"] == event {
            return Some(value);
        }
    }
    panic!("no {event} in {PATIENCE:?}");
}
