//! Encrypted connections: only to whom a certificate names.

use std::sync::Arc;

use super::super::testserver::{start, talk};
use super::*;

struct Certified {
    acceptor: tokio_rustls::TlsAcceptor,
    root: rustls::pki_types::CertificateDer<'static>,
}

fn certified(name: &str) -> Certified {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let root = made.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![root.clone()], key)
        .unwrap();
    Certified { acceptor: tokio_rustls::TlsAcceptor::from(Arc::new(server)), root }
}

#[test]
fn encrypted_calls_work_with_a_trusted_certificate_and_not_without() {
    run(async |seen| {
        let Certified { acceptor, root } = certified("localhost");
        let port = start(&seen, move |stream, seen| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    talk(stream, seen, "secret").await;
                }
            }
        })
        .await;
        let url = format!("https://localhost:{port}");
        // However slow this machine is with keys: nothing here is about time.
        let connect_timeout = Nanos::SECOND * 30;
        let trusting = TransportConfig { roots: vec![root], connect_timeout, ..config() };
        let http = http_at(&url, &trusting);
        for _ in 0..3 {
            let reply = post_within(&http, "x", Duration::from_secs(30)).await;
            assert_eq!(body_of(&reply), "secret");
        }
        let connections = seen.connections.get();
        assert_eq!(connections, 1, "a connection with TLS is used again");
        let reply = post(&http_at(&url, &config()), "x").await;
        assert!(is_not_sent(&reply), "{reply:?}");
        let by_address = http_at(&format!("https://127.0.0.1:{port}"), &trusting);
        assert!(is_not_sent(&post(&by_address, "x").await), "the name must match");
        assert_eq!(seen.requests.borrow().len(), 3);
    });
}
