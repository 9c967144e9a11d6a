//! Which pages may ask: our own, or none at all. A page elsewhere must not move the gate.

/// Whether a request with these headers comes from a page of ours, or from no page.
///
/// A page is ours when its origin is the very address it asks, and that address is one a foreign name
/// cannot be pointed at: an IP address or `localhost`.
pub(crate) fn is_ours(origin: Option<&str>, fetch_site: Option<&str>, host: Option<&str>) -> bool {
    is_same(origin, fetch_site, host) && (origin.is_none() || host.is_some_and(is_address))
}

/// Whether the page's origin is the very address it asks, or there is no page. Enough where the names in
/// `host` are checked apart.
pub(crate) fn is_same(origin: Option<&str>, fetch_site: Option<&str>, host: Option<&str>) -> bool {
    let Some(origin) = origin else {
        // Bots and tools send neither header; browsers always tell where a foreign page is.
        return fetch_site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    };
    let origin_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    origin_host.is_some() && origin_host == host
}

/// The name in a `Host` header.
pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_address(host: &str) -> bool {
    let name = without_port(host).trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn a_page_elsewhere_is_refused_even_when_its_name_points_here() {
        let ours = Some("127.0.0.1:8000");
        for (origin, site, host, want) in [
            (None, None, ours, true),
            (None, None, None, true),
            (None, Some("same-origin"), ours, true),
            (None, Some("cross-site"), ours, false),
            (Some("http://127.0.0.1:8000"), Some("same-origin"), ours, true),
            (Some("http://[::1]:8000"), None, Some("[::1]:8000"), true),
            (Some("http://localhost:8000"), None, Some("localhost:8000"), true),
            (Some("http://localhost:9000"), None, ours, false),
            (Some("http://evil.example"), None, ours, false),
            (Some("http://evil.example:8000"), None, Some("evil.example:8000"), false),
            (Some("null"), None, ours, false),
        ] {
            assert_eq!(is_ours(origin, site, host), want, "{origin:?} {site:?} {host:?}");
        }
    }
}
