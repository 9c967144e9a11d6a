//! Signing: HMAC-SHA256 over query and body, glued without a separator, last parameter of the two.

use aurora_model::Nanos;
use aurora_wire::{Auth, Call, Hmac, Keys, Method, Signed};

/// Adds time, signature and key. Reads and cancels carry their parameters in the query, the rest in a form body.
pub(crate) fn sign(keys: Option<&Keys>, at: Nanos, call: &Call) -> Signed {
    let mut query = call.query.clone();
    let mut body = call.body.clone();
    let mut headers = Vec::with_capacity(2);
    let in_body = matches!(call.method, Method::Post | Method::Put);
    if let (Some(keys), Auth::Key | Auth::Signed) = (keys, call.auth) {
        headers.push(("x-mbx-apikey", keys.key.clone()));
    }
    if let (Some(keys), Auth::Signed) = (keys, call.auth) {
        let params = if in_body { &mut body } else { &mut query };
        push(params, "timestamp", &at.millis().to_string());
        let signature = signature(&keys.secret, &query, &body);
        push(if in_body { &mut body } else { &mut query }, "signature", &signature);
    }
    if in_body && !body.is_empty() {
        headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
    }
    let target = match query.as_str() {
        "" => call.path.to_owned(),
        query => format!("{}?{query}", call.path),
    };
    Signed { target, headers, body }
}

/// The signature of a request, without the parameter `signature` itself.
pub fn signature(secret: &Hmac, query: &str, body: &str) -> String {
    secret.hex(&[query.as_bytes(), body.as_bytes()])
}

/// Whether a request as it came, `signature` included, was signed with the secret.
pub fn is_signed(secret: &Hmac, query: &str, body: &str) -> bool {
    let (query, in_query) = without_signature(query);
    let (body, in_body) = without_signature(body);
    match (in_query, in_body) {
        (Some(told), None) | (None, Some(told)) => {
            secret.verify(&[query.as_bytes(), body.as_bytes()], told)
        }
        _ => false,
    }
}

/// Parameters before the last one, when that is the signature.
fn without_signature(params: &str) -> (&str, Option<&str>) {
    if let Some((rest, told)) = params.rsplit_once("&signature=") {
        return (rest, Some(told));
    }
    match params.strip_prefix("signature=") {
        Some(told) => ("", Some(told)),
        None => (params, None),
    }
}

fn push(params: &mut String, name: &str, value: &str) {
    if !params.is_empty() {
        params.push('&');
    }
    params.push_str(name);
    params.push('=');
    params.push_str(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_and_body_are_glued_without_a_separator() {
        let secret = Hmac::new(b"testsecret");
        let body = "type=MARKET&quantity=0.001&timestamp=1700000000000";
        let want = "b69d426d51bff13492cafb06fd92b205086832733c8fcfd7501fa110ea3457c8";
        assert_eq!(signature(&secret, "symbol=BTCUSDT&side=BUY", body), want);
        let body = format!("{body}&signature={want}");
        assert!(is_signed(&secret, "symbol=BTCUSDT&side=BUY", &body));
        assert!(!is_signed(&secret, "symbol=BTCUSDT&side=SELL", &body));
        assert!(!is_signed(&secret, "symbol=BTCUSDT", ""));
    }
}
