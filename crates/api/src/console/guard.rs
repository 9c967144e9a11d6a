//! Who may ask: a web page elsewhere must not be able to press a button here.
//!
//! `Host` must name an address of ours (so that a foreign name pointed at loopback gets nothing), and
//! where the browser sends `Origin`, it must be that same address.

use axum::http::{HeaderMap, header};

use crate::http::origin;

/// Whether the `Host` header names this machine's loopback or one of the allowed hosts.
pub(super) fn host_is_ours(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(host) = text(headers, header::HOST.as_str()) else { return false };
    let name = origin::without_port(host);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]") || allowed.iter().any(|a| a == name)
}

/// Whether the request comes from a page of ours, or from no page at all.
pub(super) fn origin_is_ours(headers: &HeaderMap) -> bool {
    // An origin that is no text is some page's, and not ours.
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    origin::is_same(origin, text(headers, "sec-fetch-site"), text(headers, header::HOST.as_str()))
}

/// Whether the body says it is JSON; a form of a foreign page cannot say so.
pub(super) fn body_is_json(headers: &HeaderMap) -> bool {
    text(headers, header::CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.split(';').next().unwrap_or_default().trim() == "application/json")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            let name = axum::http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.insert(name, value.parse().unwrap());
        }
        map
    }

    #[test]
    fn only_our_own_page_or_no_page_may_press_a_button() {
        for (lines, ours) in [
            (&[("host", "127.0.0.1:8000")][..], true),
            (&[("host", "127.0.0.1:8000"), ("origin", "http://127.0.0.1:8000")], true),
            (&[("host", "127.0.0.1:8000"), ("origin", "http://evil.example")], false),
            (&[("host", "127.0.0.1:8000"), ("origin", "http://127.0.0.1:9000")], false),
            (&[("host", "127.0.0.1:8000"), ("origin", "null")], false),
            (&[("host", "127.0.0.1:8000"), ("sec-fetch-site", "cross-site")], false),
        ] {
            assert_eq!(origin_is_ours(&headers(lines)), ours, "{lines:?}");
        }
    }

    #[test]
    fn a_foreign_name_pointed_at_us_is_refused() {
        for (host, ours) in [
            ("127.0.0.1:8000", true),
            ("localhost", true),
            ("[::1]:8000", true),
            ("desk.lan:8000", true),
            ("evil.example", false),
            ("127.0.0.1.evil.example:8000", false),
        ] {
            let allowed = ["desk.lan".to_owned()];
            assert_eq!(host_is_ours(&headers(&[("host", host)]), &allowed), ours, "{host}");
        }
    }

    #[test]
    fn a_form_is_not_json() {
        assert!(body_is_json(&headers(&[("content-type", "application/json; charset=utf-8")])));
        assert!(!body_is_json(&headers(&[("content-type", "text/plain")])));
        assert!(!body_is_json(&headers(&[])));
    }
}
