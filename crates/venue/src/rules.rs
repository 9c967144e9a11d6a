//! Instrument rules, fetched before there is a line.

use std::rc::Rc;

use aurora_model::{InstrumentId, InstrumentNo, Nanos};
use aurora_wire::{Call, Endpoints, Protocol, Rules};
use tokio::time::Instant;

use crate::VenueError;
use crate::clock::Clock;
use crate::transport::{Dialer, Http, Reply, TransportConfig, duration, target};

/// No venue has so many pages.
const MAX_PAGES: usize = 200;

/// Fetches the rules of the wanted instruments, in their order. It blocks; not to be called from asynchronous code.
///
/// # Errors
/// [`VenueError::Endpoint`] for a bad address, [`VenueError::Rules`] when the venue does not answer, answers something
/// else, or does not have one of the instruments.
pub fn fetch_rules(
    protocol: &dyn Protocol,
    endpoints: &Endpoints,
    wanted: &[(InstrumentNo, InstrumentId)],
    transport: &TransportConfig,
    clock: &Clock,
) -> Result<Vec<Rules>, VenueError> {
    let rest = target("rest", &endpoints.rest)?;
    let dialer = Rc::new(Dialer::new(transport)?);
    let http = Http::new(dialer, rest, endpoints.headers.clone(), transport);
    let reactor = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(VenueError::Thread)?;
    let local = tokio::task::LocalSet::new();
    let fetching = fetch(protocol, &http, wanted, clock);
    let found = local
        .block_on(&reactor, fetching)
        .map_err(|problem| VenueError::Rules { venue: protocol.venue().code(), problem })?;
    wanted
        .iter()
        .map(|(no, id)| {
            let rules = found.iter().find(|rules| rules.no == *no).cloned();
            rules.ok_or_else(|| VenueError::Rules {
                venue: protocol.venue().code(),
                problem: format!("{id} is not listed there"),
            })
        })
        .collect()
}

async fn fetch(
    protocol: &dyn Protocol,
    http: &Http,
    wanted: &[(InstrumentNo, InstrumentId)],
    clock: &Clock,
) -> Result<Vec<Rules>, String> {
    let mut calls = protocol.rules_call(None);
    let mut found: Vec<Rules> = Vec::new();
    for _ in 0..MAX_PAGES {
        let Some(call) = calls.pop() else { return Ok(found) };
        let body = answer(protocol, http, &call, clock.now()).await?;
        let page = protocol.read_rules(&body, wanted).map_err(|error| error.to_string())?;
        found.extend(page.rules);
        if let Some(next) = page.next {
            calls.extend(protocol.rules_call(Some(&next)));
        }
    }
    Err(format!("more than {MAX_PAGES} pages"))
}

async fn answer(
    protocol: &dyn Protocol,
    http: &Http,
    call: &Call,
    at: Nanos,
) -> Result<bytes::Bytes, String> {
    let signed = protocol.sign(None, at, call);
    let deadline = Instant::now() + duration(call.patience);
    match http.call(call.method, signed, deadline).await {
        Reply::Got { status: 200, body, .. } => Ok(body),
        Reply::Got { status, body, .. } => {
            let start: String = String::from_utf8_lossy(&body).chars().take(200).collect();
            Err(format!("{} answered {status}: {start}", call.path))
        }
        Reply::NotSent(why) | Reply::Lost(why) => Err(format!("{}: {why}", call.path)),
    }
}
