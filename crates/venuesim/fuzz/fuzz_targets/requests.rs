//! Any requests and frames at the simulator, signed and unsigned: an answer, never a panic.
//!
//! The first byte chooses the venue. Then each line is a step; its first byte says what it is:
//! `GET`, `POST`, `PUT`, `DELETE` and a target, then a body: a request, signed; in lower case, unsigned.
//! `OPEN` and a target: a socket. `LOGIN`: its login. `WIRE`: all that follows comes as bytes of a connection.
//! Anything else is a text frame on the last socket.
#![no_main]

mod sign;

use aurora_model::Venue;
use aurora_venuesim::{Request, SocketId, fuzzing::Bare};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, script)) = bytes.split_first() else { return };
    let venue = [Venue::BinanceUsdm, Venue::Okx, Venue::Bybit][usize::from(first % 3)];
    let mut bare = Bare::new(venue).expect("it has a simulator");
    let mut socket: Option<SocketId> = None;
    let mut rest = script;
    while !rest.is_empty() {
        if let Some(wire) = rest.strip_prefix(b"WIRE ") {
            return bare.bytes(wire);
        }
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let (line, tail) = (&rest[..end], &rest[(end + 1).min(rest.len())..]);
        rest = tail;
        let Ok(line) = std::str::from_utf8(line) else { continue };
        step(&mut bare, venue, &mut socket, line);
    }
    bare.pump();
});

fn step(bare: &mut Bare, venue: Venue, socket: &mut Option<SocketId>, line: &str) {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (target, body) = rest.split_once(' ').unwrap_or((rest, ""));
    match word {
        "OPEN" => {
            let request = Request { method: "GET", target, headers: &[], body: b"" };
            *socket = bare.open(&request).or(*socket);
        }
        "LOGIN" => {
            let login = sign::login(venue, Bare::now());
            socket.iter().for_each(|socket| bare.text(*socket, &login));
        }
        "GET" | "POST" | "PUT" | "DELETE" => {
            sign::signed(venue, Bare::now(), word, target, body, |request| {
                bare.handle(request);
            });
        }
        "get" | "post" | "put" | "delete" => {
            let method = word.to_ascii_uppercase();
            let body = body.as_bytes();
            bare.handle(&Request { method: &method, target, headers: &[], body });
        }
        _ => socket.iter().for_each(|socket| bare.text(*socket, line)),
    }
}
