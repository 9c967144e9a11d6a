//! A plain client of the simulated venue: HTTP and WebSocket over blocking sockets, signed as Bybit wants it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime};

use aurora_model::{Nanos, Venue};
use aurora_venuesim::{Running, SimConfig, serve};
use aurora_wire::Hmac;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, WebSocket, client};

/// The simulated venue and what a client needs to talk to it.
pub(crate) struct Desk {
    pub(crate) venue: Running,
    key: String,
    secret: Hmac,
}

/// An HTTP answer.
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Told {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn code(&self) -> i64 {
        self.body["retCode"].as_i64().expect("every answer has a retCode")
    }
}

pub(crate) fn now_ms() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()
}

impl Desk {
    /// A venue with a generated market that has traded for ten seconds.
    pub(crate) fn open() -> Desk {
        Desk::with(SimConfig::new(Venue::Bybit))
    }

    /// The same, which never says that one asks too much.
    pub(crate) fn patient() -> Desk {
        Desk::with(SimConfig { limits: false, ..SimConfig::new(Venue::Bybit) })
    }

    fn with(config: SimConfig) -> Desk {
        let began_at = i64::try_from(now_ms()).unwrap() - 10_000;
        let market_began_at = Some(Nanos::from_millis(began_at));
        Desk {
            venue: serve(SimConfig { market_began_at, ..config }).unwrap(),
            key: "testkey".into(),
            secret: Hmac::new(b"testsecret"),
        }
    }

    /// A public read.
    pub(crate) fn get(&self, target: &str) -> Told {
        http(self.venue.rest, "GET", target, "", &[])
    }

    /// A private read.
    pub(crate) fn read(&self, target: &str) -> Told {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        http(self.venue.rest, "GET", target, "", &self.headers(query))
    }

    /// A private write.
    pub(crate) fn post(&self, target: &str, body: &Value) -> Told {
        let body = body.to_string();
        http(self.venue.rest, "POST", target, &body, &self.headers(&body))
    }

    /// Sets one fault.
    pub(crate) fn fault(&self, rule: &Value) {
        let body = json!({ "rules": [rule] }).to_string();
        let told = http(self.venue.rest, "POST", "/sim/faults", &body, &[]);
        assert!(told.status < 300, "{}", told.body);
    }

    fn headers(&self, payload: &str) -> Vec<(&'static str, String)> {
        let at = now_ms().to_string();
        let parts = [at.as_bytes(), self.key.as_bytes(), b"5000", payload.as_bytes()];
        vec![
            ("X-BAPI-API-KEY", self.key.clone()),
            ("X-BAPI-SIGN", self.secret.hex(&parts)),
            ("X-BAPI-TIMESTAMP", at),
            ("X-BAPI-RECV-WINDOW", "5000".into()),
        ]
    }

    /// A socket at that path.
    pub(crate) fn socket(&self, path: &str) -> Socket {
        let stream = TcpStream::connect(self.venue.ws).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let url = format!("ws://{}{path}", self.venue.ws);
        Socket(client(url, stream).unwrap().0)
    }

    /// A socket at that path that has logged in.
    pub(crate) fn logged_in(&self, path: &str) -> Socket {
        let mut socket = self.socket(path);
        let until = now_ms() + 10_000;
        let signature = self.secret.hex(&[format!("GET/realtime{until}").as_bytes()]);
        socket.say(&json!({ "op": "auth", "args": [self.key, until, signature] }));
        let answer = socket.hear();
        assert!(answer["success"] == true || answer["retCode"] == 0, "{answer}");
        socket
    }

    /// The best bid of BTCUSDT less so many percent, on the tick.
    pub(crate) fn bid(&self, percent: f64) -> String {
        let told = self.get("/v5/market/orderbook?category=linear&symbol=BTCUSDT&limit=1");
        let best: f64 = told.body["result"]["b"][0][0].as_str().unwrap().parse().unwrap();
        format!("{:.1}", best * (1.0 - percent / 100.0))
    }

    /// A limit buy of BTCUSDT that rests, with changes.
    pub(crate) fn order(&self, changes: &Value) -> Value {
        let mut order = json!({
            "category": "linear",
            "symbol": "BTCUSDT",
            "side": "Buy",
            "orderType": "Limit",
            "qty": "0.002",
            "price": self.bid(3.0),
        });
        for (name, value) in changes.as_object().unwrap() {
            order[name] = value.clone();
        }
        order
    }
}

fn http(
    address: SocketAddr,
    method: &str,
    target: &str,
    body: &str,
    headers: &[(&str, String)],
) -> Told {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let len = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nhost: sim\r\nconnection: close\r\n{headers}content-length: {len}\r\n\r\n{body}"
    )
    .unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).map_or(0, |status| status.parse().unwrap());
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
            None => break,
        }
    }
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    Told { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
}

/// One WebSocket.
pub(crate) struct Socket(WebSocket<TcpStream>);

impl Socket {
    pub(crate) fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).unwrap();
    }

    /// The next text frame.
    pub(crate) fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.0.read().unwrap() {
                return serde_json::from_str(text.as_str()).unwrap();
            }
        }
    }

    /// What was said is answered next, whatever else is told meanwhile.
    pub(crate) fn ask(&mut self, frame: &Value) -> Value {
        self.say(frame);
        loop {
            let heard = self.hear();
            if heard.get("topic").is_none() {
                return heard;
            }
        }
    }

    /// The next frame of a topic.
    pub(crate) fn hear_topic(&mut self, topic: &str) -> Value {
        loop {
            let heard = self.hear();
            if heard["topic"] == topic {
                return heard;
            }
        }
    }

    /// Whether the server has ended it.
    pub(crate) fn is_ended(&mut self) -> bool {
        loop {
            match self.0.read() {
                Ok(Message::Close(_)) | Err(_) => return true,
                Ok(_) => {}
            }
        }
    }

    /// An operation of the trade socket.
    pub(crate) fn trade(&mut self, req_id: &str, op: &str, arg: &Value) -> Value {
        let header = json!({ "X-BAPI-TIMESTAMP": now_ms().to_string() });
        self.ask(&json!({ "reqId": req_id, "header": header, "op": op, "args": [arg] }))
    }
}
