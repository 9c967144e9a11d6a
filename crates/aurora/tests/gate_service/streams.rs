//! The other ways in: WebSocket and the Unix socket.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use super::server::{Client, GOOD, OPEN, Server};

const UPGRADE: &str = "GET /pretrade/stream HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\n\
    connection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

fn upgraded(server: &Server) -> Client {
    let mut client = server.connect();
    client.send(format!("{UPGRADE}\r\n").as_bytes());
    let mut head = [0; 129];
    client.stream.read_exact(&mut head).unwrap();
    let head = String::from_utf8_lossy(&head).into_owned();
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert!(head.ends_with("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"), "{head}");
    client
}

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len()).unwrap();
    let mut frame = vec![first];
    if len < 126 {
        frame.push(0x80 | u8::try_from(len).unwrap());
    } else {
        frame.push(0x80 | 126);
        frame.extend(len.to_be_bytes());
    }
    let mask = [1, 2, 3, 4];
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m));
    frame
}

/// The next frame: its first byte and its payload.
fn frame(client: &mut Client) -> (u8, Vec<u8>) {
    let mut head = [0; 2];
    client.stream.read_exact(&mut head).unwrap();
    let len = if head[1] == 126 {
        let mut len = [0; 2];
        client.stream.read_exact(&mut len).unwrap();
        usize::from(u16::from_be_bytes(len))
    } else {
        usize::from(head[1])
    };
    let mut payload = vec![0; len];
    client.stream.read_exact(&mut payload).unwrap();
    (head[0], payload)
}

#[test]
fn a_stream_answers_one_verdict_per_message() {
    let server = Server::start(OPEN);
    let mut client = upgraded(&server);
    for _ in 0..3 {
        client.send(&masked(0x81, GOOD.as_bytes()));
        let (first, payload) = frame(&mut client);
        let answer: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!((first, answer["allow"].as_bool()), (0x81, Some(true)));
    }
    client.send(&masked(0x81, b"{}"));
    let (_, payload) = frame(&mut client);
    let answer: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(answer["error"]["detail"]["field"], "account");
    let (head, tail) = GOOD.as_bytes().split_at(40);
    client.send(&[masked(0x01, head), masked(0x89, b"ping"), masked(0x80, tail)].concat());
    assert_eq!(frame(&mut client), (0x8a, b"ping".to_vec()));
    assert_eq!(frame(&mut client).0, 0x81);
    client.send(&masked(0x88, b""));
    assert_eq!(frame(&mut client), (0x88, 1000u16.to_be_bytes().to_vec()));
    assert_eq!(server.log("aurora_events.jsonl").matches("POLICY.DECISION").count(), 4);
}

#[test]
fn a_stream_is_not_opened_for_a_page_elsewhere() {
    let server = Server::start(OPEN);
    let mut client = server.connect();
    client.send(format!("{UPGRADE}origin: http://evil.example\r\n\r\n").as_bytes());
    assert_eq!(client.answer().0, 403);
}

#[test]
fn a_frame_without_a_mask_ends_the_stream() {
    let server = Server::start(OPEN);
    let mut client = upgraded(&server);
    client.send(&[0x81, 0x02, b'{', b'}']);
    assert_eq!(frame(&mut client), (0x88, 1002u16.to_be_bytes().to_vec()));
}

#[test]
fn the_unix_socket_serves_the_same_gate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.sock");
    let mut server = Server::start_in(folder, OPEN, |command| {
        command.arg("--unix").arg(&path);
    });
    let ask = |text: &str| {
        let mut stream = UnixStream::connect(&path).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let check = format!(
        "POST /pretrade/check HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{GOOD}",
        GOOD.len()
    );
    let answer = ask(&check);
    assert!(answer.contains("connection: close") && answer.contains("\"allow\":true"), "{answer}");
    let answer = ask("GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert!(answer.contains("\"status\":\"ok\""), "{answer}");
    assert_eq!(server.stop(), Some(0));
    assert!(!path.exists());
}
