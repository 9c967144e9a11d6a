//! The Bybit dialect.

use aurora_matching::InstrumentSpec;
use aurora_matching::exchange::{ExchangeConfig, ExchangeEvent, Listing};
use aurora_model::{InstrumentNo, Nanos, Venue};

use crate::dialect::{Ask, Denial, Dialect, Subject, World};
use crate::request::{Request, Response};
use crate::setup::Setup;
use crate::socket::SocketId;

/// The venue, ready to be served.
pub(crate) fn setup() -> Setup {
    let market = InstrumentSpec::standard();
    let listings = market.iter().map(|spec| Listing::new(spec.instrument.clone())).collect();
    let config = ExchangeConfig::default();
    Setup { venue: Venue::Bybit, config, listings, market, dialect: Box::new(Bybit) }
}

#[derive(Debug)]
struct Bybit;

impl Dialect for Bybit {
    fn subject(&self, _ask: &Ask<'_>) -> Subject {
        Subject::default()
    }

    fn handle(&mut self, _world: &mut World<'_>, _request: &Request<'_>) -> Response {
        Response::empty(404)
    }

    fn deny(&self, _now: Nanos, _request: &Request<'_>, _denial: Denial) -> Response {
        Response::empty(503)
    }

    fn open(
        &mut self,
        _world: &mut World<'_>,
        _socket: SocketId,
        _request: &Request<'_>,
    ) -> Result<(), Response> {
        Err(Response::empty(404))
    }

    fn text(&mut self, _world: &mut World<'_>, _socket: SocketId, _text: &str) {}

    fn deny_text(
        &mut self,
        _world: &mut World<'_>,
        _socket: SocketId,
        _text: &str,
        _denial: Denial,
    ) {
    }

    fn closed(&mut self, _world: &mut World<'_>, _socket: SocketId) {}

    fn event(&mut self, _world: &mut World<'_>, _event: &ExchangeEvent) {}

    fn book(&mut self, _world: &mut World<'_>, _instrument: InstrumentNo) {}

    fn tick(&mut self, _world: &mut World<'_>) {}
}
