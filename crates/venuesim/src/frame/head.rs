//! HTTP/1.1 heads: how a request ends, how an answer begins.

use std::io::Write;

use bytes::Bytes;

use crate::request::{Request, Response};

/// The most one request may hold, head and body.
pub(crate) const MAX_REQUEST: usize = 1 << 20;
pub(crate) const MAX_HEADERS: usize = 64;

/// Where a request in the buffer ends: head, then body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) head: usize,
    pub(crate) body: usize,
    pub(crate) keeps_alive: bool,
    pub(crate) expects_continue: bool,
}

/// Why bytes are no request, with the status that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadRequest(pub(crate) u16, pub(crate) &'static str);

/// How far the first request in the buffer reaches; `None` while its head is not whole.
pub(crate) fn extent(buffer: &[u8]) -> Result<Option<Extent>, BadRequest> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let head = match request.parse(buffer) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) if buffer.len() < 64 << 10 => return Ok(None),
        Ok(httparse::Status::Partial) => return Err(BadRequest(431, "the head is too long")),
        Err(_) => return Err(BadRequest(400, "this is not an HTTP/1.1 request")),
    };
    let mut extent =
        Extent { head, body: 0, keeps_alive: request.version == Some(1), expects_continue: false };
    for header in request.headers.iter() {
        let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
        if header.name.eq_ignore_ascii_case("content-length") {
            let bad = BadRequest(400, "content-length is not a number");
            extent.body = value.parse().map_err(|_| bad)?;
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(BadRequest(411, "a body needs its content-length"));
        } else if header.name.eq_ignore_ascii_case("connection") {
            extent.keeps_alive = match value.to_ascii_lowercase().as_str() {
                "close" => false,
                "keep-alive" => true,
                _ => extent.keeps_alive,
            };
        } else if header.name.eq_ignore_ascii_case("expect") {
            extent.expects_continue = true;
        }
    }
    if MAX_REQUEST < extent.head.saturating_add(extent.body) {
        return Err(BadRequest(413, "a request may have 1 MiB at most"));
    }
    Ok(Some(extent))
}

/// The request an extent was found for; its headers go to `headers`.
pub(crate) fn request<'h, 'a: 'h>(
    bytes: &'a [u8],
    extent: Extent,
    headers: &'h mut [(&'a str, &'a str); MAX_HEADERS],
) -> Option<Request<'h>> {
    let mut parsed = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut parsed);
    head.parse(bytes).ok()?;
    let mut count = 0;
    for (to, from) in headers.iter_mut().zip(head.headers.iter()) {
        *to = (from.name, std::str::from_utf8(from.value).unwrap_or_default());
        count += 1;
    }
    Some(Request {
        method: head.method.unwrap_or_default(),
        target: head.path.unwrap_or_default(),
        headers: &headers[..count],
        body: &bytes[extent.head..],
    })
}

/// An answer as bytes.
pub(crate) fn encode(response: &Response, keeps_alive: bool) -> Bytes {
    let mut out = Vec::with_capacity(256 + response.body.len());
    let reason = reason(response.status);
    write!(out, "HTTP/1.1 {} {reason}\r\n", response.status).expect("a Vec takes all");
    for (name, value) in &response.headers {
        write!(out, "{name}: {value}\r\n").expect("a Vec takes all");
    }
    let connection = if keeps_alive { "keep-alive" } else { "close" };
    let len = response.body.len();
    write!(out, "content-length: {len}\r\nconnection: {connection}\r\n\r\n")
        .expect("a Vec takes all");
    out.extend_from_slice(&response.body);
    Bytes::from(out)
}

/// The answer to an upgrade.
pub(crate) fn switching(accept: &str) -> Bytes {
    Bytes::from(format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: {accept}\r\n\r\n"
    ))
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Payload Too Large",
        418 => "I'm a teapot",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_ends_where_its_length_says() {
        let text = b"POST /x HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabcGET";
        let extent = extent(text).unwrap().unwrap();
        assert_eq!((extent.body, extent.keeps_alive), (3, false));
        assert_eq!(&text[extent.head..extent.head + extent.body], b"abc");
    }

    #[test]
    fn what_is_no_request_is_refused_by_name() {
        for (text, status) in [
            ("nonsense\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
            ("GET / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", 413),
        ] {
            assert_eq!(extent(text.as_bytes()).unwrap_err().0, status, "{text}");
        }
        assert_eq!(extent(b"GET / HTTP/1.1\r\nHo"), Ok(None));
    }
}
