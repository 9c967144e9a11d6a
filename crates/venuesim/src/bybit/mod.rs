//! The Bybit dialect: v5 REST and WebSocket of a unified account, linear perpetuals.
//!
//! `rest` is one table of paths, `stream` the five WebSocket addresses, `rows` what lists are made of, `orders` what
//! REST and the trade socket share. `stops`, `dead_man` and `limit` are what the venue keeps besides the exchange.
//! Absent on purpose: spot, inverse and options (they answer empty lists), trailing stops, portfolio margin, and
//! leverage or position mode per symbol and side.

mod ask;
mod code;
mod dead_man;
mod deny;
mod ids;
mod interval;
mod limit;
mod listings;
mod orders;
mod params;
mod refused;
mod reply;
mod rest;
mod rows;
mod sign;
mod status;
mod stops;
mod stream;
mod subject;

use aurora_matching::exchange::{AccountNo, EventKind, ExchangeEvent, PositionMode, PositionSide};
use aurora_model::{InstrumentNo, Nanos, Venue};

use crate::dialect::{Ask, Denial, Dialect, Subject, World};
use crate::request::{Request, Response};
use crate::setup::Setup;
use crate::socket::SocketId;

use code::{NO_ROUTE, Refusal, TOO_MANY_VISITS};
use limit::{Limits, Standing};
use params::Params;
use reply::Answer;
use rest::{Handler, Route};
use sign::Credentials;

/// The venue, ready to be served.
pub(crate) fn setup() -> Setup {
    let market = listings::market();
    Setup {
        venue: Venue::Bybit,
        config: listings::rules(),
        listings: market.iter().map(listings::listing).collect(),
        market,
        dialect: Box::new(Bybit::default()),
    }
}

/// What the venue keeps besides the exchange.
#[derive(Debug, Default)]
struct Bybit {
    limits: Limits,
    stops: stops::StopOrders,
    dead_man: dead_man::DeadMan,
    sessions: stream::Sessions,
    public: stream::Public,
    private: stream::Private,
}

impl Bybit {
    /// Whose request it is, and how often that account may still ask.
    fn admit(
        &mut self,
        world: &World<'_>,
        route: &'static Route,
        request: &Request<'_>,
    ) -> Result<(AccountNo, Standing), Refusal> {
        let header = |name| request.header(name).unwrap_or_default();
        let credentials = Credentials {
            key: header("X-BAPI-API-KEY"),
            timestamp: header("X-BAPI-TIMESTAMP"),
            recv_window: header("X-BAPI-RECV-WINDOW"),
            signature: header("X-BAPI-SIGN"),
        };
        let known = world.accounts.by_key(credentials.key);
        let payload =
            if request.method == "GET" { request.query().as_bytes() } else { request.body };
        let now = world.told_now().millis();
        let account = credentials.check(known, payload, now)?;
        let cost = batch_size(route, request.body);
        let standing =
            self.limits.charge(account, route.path, (limit::rate(route.path), cost), now);
        Ok((account, standing))
    }

    fn private(
        &mut self,
        world: &mut World<'_>,
        route: &'static Route,
        request: &Request<'_>,
        act: rest::PrivateHandler,
    ) -> Response {
        let (account, standing) = match self.admit(world, route, request) {
            Ok(admitted) => admitted,
            Err(refusal) => return reply::response(&Err(refusal), world.told_now()),
        };
        let answer = if standing.passes || !world.terms.limits {
            read(request).and_then(|params| act(self, world, account, &params))
        } else {
            Err(TOO_MANY_VISITS)
        };
        reply::with_standing(reply::response(&answer, world.told_now()), &standing)
    }

    /// The settings of an instrument changed: its positions are shown again.
    fn show_positions(&mut self, world: &mut World<'_>, account: AccountNo, no: InstrumentNo) {
        let sides: &[PositionSide] = match world.exchange.position_mode(account) {
            PositionMode::OneWay => &[PositionSide::Net],
            PositionMode::Hedge => &[PositionSide::Long, PositionSide::Short],
        };
        for side in sides {
            if let Some(position) = world.exchange.position(account, no, *side) {
                self.private.on_position(world, account, &position, &self.stops);
            }
        }
    }
}

/// What a request asks, from its query or its body.
fn read(request: &Request<'_>) -> Result<Params, Refusal> {
    match request.method {
        "GET" => Ok(Params::query(request.query())),
        _ => Params::body(request.body),
    }
}

/// A batch costs as many requests as it has orders.
fn batch_size(route: &Route, body: &[u8]) -> u32 {
    if !route.path.ends_with("-batch") {
        return 1;
    }
    let orders = Params::body(body).and_then(|params| params.objects("request"));
    orders.map_or(1, |orders| u32::try_from(orders.len()).unwrap_or(u32::MAX))
}

impl Dialect for Bybit {
    fn subject(&self, ask: &Ask<'_>) -> Subject {
        match ask {
            Ask::Rest(request) => subject::rest(request),
            Ask::Text(text) => subject::text(text),
        }
    }

    fn handle(&mut self, world: &mut World<'_>, request: &Request<'_>) -> Response {
        let now = world.told_now();
        if !self.limits.admit_address(now.millis()) && world.terms.limits {
            return deny::too_frequent();
        }
        let Some(route) = rest::route(request.method, request.path()) else {
            return Response { status: 404, ..reply::response(&Err(NO_ROUTE), now) };
        };
        match route.handler {
            Handler::Public(act) => {
                let answer: Answer = read(request).and_then(|params| act(world, &params));
                reply::response(&answer, now)
            }
            Handler::Private(act) => self.private(world, route, request, act),
        }
    }

    fn deny(&self, now: Nanos, request: &Request<'_>, denial: Denial) -> Response {
        deny::response(now, request, denial)
    }

    fn open(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        request: &Request<'_>,
    ) -> Result<(), Response> {
        if !self.limits.admit_socket(world.now.millis()) && world.terms.limits {
            return Err(deny::too_frequent());
        }
        if stream::opened(self, world, socket, request) {
            return Ok(());
        }
        Err(Response { status: 404, ..reply::response(&Err(NO_ROUTE), world.told_now()) })
    }

    fn text(&mut self, world: &mut World<'_>, socket: SocketId, text: &str) {
        stream::said(self, world, socket, text);
    }

    fn deny_text(&mut self, world: &mut World<'_>, socket: SocketId, text: &str, denial: Denial) {
        self.sessions.deny(world, socket, text, &stream::denied(denial));
    }

    fn closed(&mut self, _: &mut World<'_>, socket: SocketId) {
        self.sessions.closed(socket);
    }

    fn event(&mut self, world: &mut World<'_>, event: &ExchangeEvent) {
        match &event.kind {
            EventKind::Order(order) => {
                self.stops.on_order(order);
                self.private.on_order(world, order);
            }
            EventKind::Fill(fill) => {
                self.private.on_fill(world, fill);
                self.stops.on_fill(world, fill);
            }
            EventKind::Balance(change) => self.private.on_balance(world, change.account),
            EventKind::Position { account, position, .. } => {
                self.stops.on_position(world, *account, position);
                self.private.on_position(world, *account, position, &self.stops);
            }
            EventKind::Leverage { account, instrument, .. } => {
                self.show_positions(world, *account, *instrument);
            }
            EventKind::Funding(paid) => self.private.on_funding(world, paid),
            EventKind::Liquidation { instrument, side, qty, bankruptcy_price, .. } => {
                self.public.on_liquidation(world, *instrument, (*side, *qty, *bankruptcy_price));
            }
            EventKind::PublicTrade(trade) => self.public.on_trade(world, trade),
            EventKind::Settings { .. }
            | EventKind::Adl { .. }
            | EventKind::Listing { .. }
            | EventKind::Mark(_)
            | EventKind::FundingSettled(_) => {}
        }
    }

    fn book(&mut self, world: &mut World<'_>, instrument: InstrumentNo) {
        self.public.on_book(world, instrument);
    }

    fn tick(&mut self, world: &mut World<'_>) {
        self.catch_up(world);
        if world.faults.take_expired_sessions() {
            self.sessions.expire(world);
        }
        if world.faults.take_book_restart() {
            self.public.restart_books(world);
        }
        self.public.tick(world);
        stream::close_idle(&mut self.sessions, world);
    }
}
