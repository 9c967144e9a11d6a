//! The head of a request: enough to know whether the fast path takes it.

use crate::gate::errors::Fault;

use super::origin;

/// The longest head.
pub(super) const MAX_HEAD: usize = 16 << 10;
/// The longest body.
pub(crate) const MAX_BODY: usize = 64 << 10;
const MAX_HEADERS: usize = 64;

/// What the bytes at the start of a buffer are.
#[derive(Debug, PartialEq)]
pub(super) enum Head {
    /// The beginning of a head.
    Partial,
    /// A request the gate thread answers itself.
    Fast(Fast),
    /// A WebSocket for `/pretrade/stream`; `accept` goes into the answer.
    Stream { head_len: usize, accept: String },
    /// A request for the other side.
    HandOver,
    /// No request, or one that is refused; the connection ends.
    Refuse(Fault),
}

/// A request of the fast path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fast {
    pub(super) path: FastPath,
    pub(super) head_len: usize,
    pub(super) body_len: usize,
    /// The client wants the connection closed afterwards.
    pub(super) close: bool,
}

/// The paths of the fast path, both POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FastPath {
    Check,
    Posttrade,
}

/// Reads the head at the start of `bytes`.
pub(super) fn read(bytes: &[u8]) -> Head {
    let mut headers = [const { std::mem::MaybeUninit::uninit() }; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut []);
    let config = httparse::ParserConfig::default();
    let parsed = config.parse_request_with_uninit_headers(&mut request, bytes, &mut headers);
    match parsed {
        Ok(httparse::Status::Complete(head_len)) if head_len <= MAX_HEAD => {
            route(&request, head_len)
        }
        Ok(httparse::Status::Partial) if bytes.len() <= MAX_HEAD => Head::Partial,
        Ok(_) | Err(httparse::Error::TooManyHeaders) => Head::Refuse(Fault::TooManyHeaders),
        Err(_) => Head::Refuse(Fault::BadRequest),
    }
}

fn route(request: &httparse::Request<'_, '_>, head_len: usize) -> Head {
    if request.version != Some(1) {
        return Head::HandOver;
    }
    match (request.method, request.path) {
        (Some("POST"), Some("/pretrade/check")) => fast(request, FastPath::Check, head_len),
        (Some("POST"), Some("/posttrade/log")) => fast(request, FastPath::Posttrade, head_len),
        (Some("GET"), Some("/pretrade/stream")) => stream(request, head_len),
        _ => Head::HandOver,
    }
}

fn fast(request: &httparse::Request<'_, '_>, path: FastPath, head_len: usize) -> Head {
    let mut length = None;
    let mut close = false;
    for header in request.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        match header.name.len() {
            14 if is("content-length") => {
                // Two lengths are how requests are smuggled past a proxy.
                let Some(value) = digits(header.value).filter(|_| length.is_none()) else {
                    return Head::Refuse(Fault::BadRequest);
                };
                length = Some(value);
            }
            10 if is("connection") => {
                if header.value.eq_ignore_ascii_case(b"close") {
                    close = true;
                } else if !header.value.eq_ignore_ascii_case(b"keep-alive") {
                    return Head::HandOver;
                }
            }
            17 if is("transfer-encoding") => return Head::HandOver,
            6 if is("expect") || is("origin") => return Head::HandOver,
            7 if is("upgrade") => return Head::HandOver,
            14 if is("sec-fetch-site") => return Head::HandOver,
            _ => {}
        }
    }
    match length {
        Some(body_len) if MAX_BODY < body_len => Head::Refuse(Fault::TooLarge),
        Some(body_len) => Head::Fast(Fast { path, head_len, body_len, close }),
        None => Head::HandOver,
    }
}

fn stream(request: &httparse::Request<'_, '_>, head_len: usize) -> Head {
    let value = |name: &str| {
        let header = request.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name));
        header.and_then(|h| std::str::from_utf8(h.value).ok()).map(str::trim)
    };
    let wants_socket = value("upgrade").is_some_and(|v| v.eq_ignore_ascii_case("websocket"))
        && value("sec-websocket-version") == Some("13");
    let (true, Some(key)) = (wants_socket, value("sec-websocket-key")) else {
        return Head::HandOver;
    };
    if !origin::is_ours(value("origin"), value("sec-fetch-site"), value("host")) {
        return Head::Refuse(Fault::ForeignOrigin);
    }
    let accept = tokio_tungstenite::tungstenite::handshake::derive_accept_key(key.as_bytes());
    Head::Stream { head_len, accept }
}

/// A length in digits; `None` when it is anything else.
fn digits(value: &[u8]) -> Option<usize> {
    if value.is_empty() || 9 < value.len() {
        return None;
    }
    value.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + usize::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &str, want: &str) {
        let text = lines.replace('\n', "\r\n");
        let head = match read(text.as_bytes()) {
            Head::Fast(fast) => format!(
                "{:?} body {}{}",
                fast.path,
                fast.body_len,
                if fast.close { " close" } else { "" }
            ),
            other => format!("{other:?}"),
        };
        assert_eq!(head, want, "{lines}");
    }

    #[test]
    fn only_plain_posts_take_the_fast_path() {
        let post = "POST /pretrade/check HTTP/1.1\nhost: a\n";
        for (lines, want) in [
            ("content-length: 12\n\n", "Check body 12"),
            ("Content-Length: 0\nConnection: Close\n\n", "Check body 0 close"),
            ("content-length: 12\n", "Partial"),
            ("\n", "HandOver"),
            ("transfer-encoding: chunked\n\n", "HandOver"),
            ("content-length: 3\nexpect: 100-continue\n\n", "HandOver"),
            ("content-length: 3\norigin: http://evil\n\n", "HandOver"),
            ("content-length: 3\nconnection: upgrade\n\n", "HandOver"),
            ("content-length: 65537\n\n", "Refuse(TooLarge)"),
            ("content-length: -1\n\n", "Refuse(BadRequest)"),
            ("content-length: 1\ncontent-length: 2\n\n", "Refuse(BadRequest)"),
            ("content-length: 99999999999999999999\n\n", "Refuse(BadRequest)"),
        ] {
            check(&format!("{post}{lines}"), want);
        }
        check("POST /posttrade/log HTTP/1.1\ncontent-length: 2\n\n", "Posttrade body 2");
        check("POST /pretrade/check HTTP/1.0\ncontent-length: 2\n\n", "HandOver");
        check("GET /metrics HTTP/1.1\n\n", "HandOver");
        check("\u{16}\u{3}\u{1}hello", "Refuse(BadRequest)");
    }

    #[test]
    fn heads_end_somewhere() {
        let many = "x: y\r\n".repeat(65);
        let head = format!("POST /pretrade/check HTTP/1.1\r\n{many}\r\n");
        assert_eq!(read(head.as_bytes()), Head::Refuse(Fault::TooManyHeaders));
        let long = format!("POST /pretrade/check HTTP/1.1\r\nx: {}", "y".repeat(MAX_HEAD));
        assert_eq!(read(long.as_bytes()), Head::Refuse(Fault::TooManyHeaders));
    }

    #[test]
    fn a_stream_is_opened_for_us_and_not_for_a_page_elsewhere() {
        let head = "GET /pretrade/stream HTTP/1.1\nhost: 127.0.0.1:8000\nupgrade: websocket\n\
                    connection: Upgrade\nsec-websocket-version: 13\n\
                    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\n";
        let text = format!("{head}\n").replace('\n', "\r\n");
        let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".to_owned();
        assert_eq!(read(text.as_bytes()), Head::Stream { head_len: text.len(), accept });
        check(&format!("{head}origin: http://evil.example\n\n"), "Refuse(ForeignOrigin)");
    }
}
