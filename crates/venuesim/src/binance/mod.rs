//! Binance USD-M futures: REST, market and user streams, and the WebSocket API.
//!
//! `../../shared/venues/binance.md` has the facts. [`Binance`] is the dialect; `route` says which path is answered by
//! what; `info`, `market`, `price`, `trade`, `algo`, `account`, `settings` and `user` answer; `stream` and `user` push;
//! `frames` and `api` read frames.

mod account;
mod algo;
mod api;
mod auth;
mod call;
#[cfg(test)]
mod captured;
mod channel;
mod code;
mod frames;
mod info;
mod json;
mod limit;
mod listed;
mod market;
mod order;
mod params;
mod price;
mod route;
mod settings;
mod stream;
mod subject;
mod trade;
mod user;

use std::collections::BTreeMap;

use aurora_matching::InstrumentSpec;
use aurora_matching::exchange::{
    AccountNo, Asset, EventKind, ExchangeConfig, ExchangeEvent, Listing, WouldTakeRule,
};
use aurora_model::{InstrumentNo, Nanos, Notional, Venue};
use rust_decimal::Decimal;

use crate::dialect::{Ask, Denial, Dialect, Subject, World};
use crate::request::{Request, Response};
use crate::setup::Setup;
use crate::socket::SocketId;
use call::Call;
use code::ApiError;
use frames::{Link, LinkKind};
use limit::{Limits, Over};
use listed::Listed;
use params::Params;
use route::{Guard, Route};
use stream::Streams;
use user::Users;

/// The venue, ready to be served.
pub(crate) fn setup() -> Setup {
    let market: Vec<InstrumentSpec> = InstrumentSpec::standard().into_iter().map(ours).collect();
    let listings: Vec<Listing> =
        market.iter().map(|spec| Listing::new(spec.instrument.clone())).collect();
    let usdt = Asset::new("USDT").expect("a name written here is short");
    let config = ExchangeConfig {
        starting_balances: vec![(usdt, Notional::new(Decimal::from(100_000)))],
        post_only_amend: WouldTakeRule::Cancel,
        fok: WouldTakeRule::Refuse,
        first_id: 8_000_000,
        ..ExchangeConfig::default()
    };
    let dialect = Box::new(Binance::new(&listings));
    Setup { venue: Venue::BinanceUsdm, config, listings, market, dialect }
}

/// A standard instrument as this venue lists it.
fn ours(mut spec: InstrumentSpec) -> InstrumentSpec {
    spec.instrument.id.venue = Venue::BinanceUsdm;
    spec
}

/// The dialect of one server.
struct Binance {
    listed: Vec<Listed>,
    symbols: BTreeMap<String, InstrumentNo>,
    limits: Limits,
    links: BTreeMap<SocketId, Link>,
    streams: Streams,
    users: Users,
    /// When the sockets are pinged next.
    ping_at: Nanos,
    /// Client ids the venue has made up.
    own_ids: u64,
}

impl Binance {
    fn new(listings: &[Listing]) -> Binance {
        let listed: Vec<Listed> = listings.iter().map(Listed::new).collect();
        let symbols = listed.iter().map(|listed| listed.symbol.clone());
        Binance {
            symbols: symbols.zip((0..).map(InstrumentNo)).collect(),
            listed,
            limits: Limits::default(),
            links: BTreeMap::new(),
            streams: Streams::default(),
            users: Users::default(),
            ping_at: Nanos(0),
            own_ids: 0,
        }
    }

    fn no_of(&self, symbol: &str) -> Option<InstrumentNo> {
        self.symbols.get(symbol).copied()
    }

    /// Every instrument.
    fn numbers(&self) -> impl Iterator<Item = InstrumentNo> + use<> {
        (0..self.listed.len()).filter_map(|place| u16::try_from(place).ok()).map(InstrumentNo)
    }

    /// Counts a request against the limits.
    fn admit(
        &mut self,
        world: &World<'_>,
        route: &Route,
        params: &Params<'_>,
        account: AccountNo,
    ) -> Result<(), Over> {
        let refuses = world.terms.limits;
        self.limits.weigh(world.now, route.weight.of(params), refuses)?;
        if route.orders == (0, 0) {
            return Ok(());
        }
        self.limits.order(world.now, account, route.orders, refuses)
    }

    fn answer(&mut self, world: &mut World<'_>, request: &Request<'_>) -> Response {
        let Some(route) = route::find(request.method, request.path()) else {
            return unknown(request);
        };
        let is_json =
            request.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
        let body = std::str::from_utf8(request.body).unwrap_or_default();
        let params = Params::form(request.query(), if is_json { "" } else { body });
        let account = match route.guard {
            Guard::Open => Ok(AccountNo(0)),
            Guard::Key => auth::by_key(world.accounts, request.header("x-mbx-apikey")),
            Guard::Signed => auth::by_signature(world.accounts, request, &params, world.told_now()),
        };
        let account = match account {
            Ok(account) => account,
            Err(error) => return self.told(world.now, &error, AccountNo(0)),
        };
        if let Err(over) = self.admit(world, route, &params, account) {
            return self
                .told(world.now, &over.error, account)
                .with("retry-after", over.retry_after_s.to_string());
        }
        if world.exchange.is_maintenance() && request.path() != "/sapi/v1/system/status" {
            return self.told(world.now, &maintenance(), account);
        }
        let mut call = Call { venue: self, world, account, params: &params };
        match (route.handler)(&mut call) {
            Ok(text) => self.with_usage(world.now, Response::json(200, text), route, account),
            Err(error) => {
                let response = Response::json(error.status, error.body());
                self.with_usage(world.now, response, route, account)
            }
        }
    }

    fn told(&self, now: Nanos, error: &ApiError, _account: AccountNo) -> Response {
        let used = self.limits.used_weight(now).to_string();
        Response::json(error.status, error.body()).with("x-mbx-used-weight-1m", used)
    }

    fn with_usage(
        &self,
        now: Nanos,
        response: Response,
        route: &Route,
        account: AccountNo,
    ) -> Response {
        let used = self.limits.used_weight(now).to_string();
        let response = response.with("x-mbx-used-weight-1m", used);
        if route.orders == (0, 0) {
            return response;
        }
        let (short, long) = self.limits.used_orders(now, account);
        response
            .with("x-mbx-order-count-10s", short.to_string())
            .with("x-mbx-order-count-1m", long.to_string())
    }
}

/// Sockets are pinged so often,
const PING_EVERY: Nanos = Nanos(180 * Nanos::SECOND.0);
/// end when they have not answered for so long,
const SILENT_AFTER: Nanos = Nanos(600 * Nanos::SECOND.0);
/// and live no longer than a day.
const DAY: Nanos = Nanos(86_400 * Nanos::SECOND.0);

impl Binance {
    fn ping(&mut self, world: &mut World<'_>) {
        if world.now < self.ping_at {
            return;
        }
        self.ping_at = world.now + PING_EVERY;
        for socket in world.sockets.all() {
            let is_old = world.sockets.opened_at(socket).is_some_and(|at| DAY <= world.now - at);
            let is_silent =
                world.sockets.ping(socket).is_some_and(|at| SILENT_AFTER <= world.now - at);
            if is_old || is_silent {
                let reason = if is_old { "24 hours are over" } else { "Pong timeout" };
                world.sockets.close(socket, 1008, reason);
            }
        }
    }
}

fn maintenance() -> ApiError {
    ApiError::new(-1016, "This service is no longer available.")
}

fn unknown(request: &Request<'_>) -> Response {
    if route::has_path(request.path()) {
        return Response::json(405, r#"{"code":-1000,"msg":"Method Not Allowed"}"#);
    }
    let msg = format!("Path {}, Method {} is invalid", request.path(), request.method);
    Response::json(404, ApiError::new(-5000, msg).body())
}

/// The venue's words for what the server says by itself.
fn denied(denial: Denial, now: Nanos) -> (ApiError, Option<i64>) {
    let error = |status, code, msg: &str| ApiError { status, code, msg: msg.to_owned() };
    match denial {
        Denial::RateLimited { retry_after_s } => {
            let over = limit::too_many(i64::from(retry_after_s));
            (over.error, Some(over.retry_after_s))
        }
        Denial::Banned { retry_after_s } => {
            let until = now + Nanos::SECOND * i64::from(retry_after_s);
            (limit::banned(until, now).error, Some(i64::from(retry_after_s)))
        }
        Denial::ServerError { status, .. } => (
            error(
                status,
                -1001,
                "Internal error; unable to process your request. Please try again.",
            ),
            None,
        ),
        Denial::UnknownOutcome => {
            let msg = "Timeout waiting for response from backend server. Send status unknown; execution status unknown.";
            (error(503, -1007, msg), None)
        }
        Denial::NotFound => (error(400, -2013, "Order does not exist."), None),
        Denial::Maintenance => (maintenance(), None),
        Denial::ClockOff => (auth::clock_off(), None),
    }
}

impl Dialect for Binance {
    fn subject(&self, ask: &Ask<'_>) -> Subject {
        subject::of(ask)
    }

    fn handle(&mut self, world: &mut World<'_>, request: &Request<'_>) -> Response {
        self.answer(world, request)
    }

    fn deny(&self, now: Nanos, _request: &Request<'_>, denial: Denial) -> Response {
        if let Denial::ServerError { status, with_body: false } = denial {
            return Response::empty(status);
        }
        let (error, retry_after) = denied(denial, now);
        let response = self.told(now, &error, AccountNo(0));
        match retry_after {
            Some(seconds) => response.with("retry-after", seconds.to_string()),
            None => response,
        }
    }

    fn open(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        request: &Request<'_>,
    ) -> Result<(), Response> {
        self.open_link(world, socket, request)
    }

    fn text(&mut self, world: &mut World<'_>, socket: SocketId, text: &str) {
        match self.links.get(&socket).map(|link| link.kind) {
            Some(LinkKind::Api(_)) => self.api_frame(world, socket, text),
            Some(_) => self.stream_frame(world, socket, text),
            None => {}
        }
    }

    fn deny_text(&mut self, world: &mut World<'_>, socket: SocketId, text: &str, denial: Denial) {
        let (error, _) = denied(denial, world.now);
        self.deny_frame(world, socket, text, error);
    }

    fn closed(&mut self, _world: &mut World<'_>, socket: SocketId) {
        self.links.remove(&socket);
    }

    fn event(&mut self, world: &mut World<'_>, event: &ExchangeEvent) {
        match &event.kind {
            EventKind::PublicTrade(trade) => {
                self.streams.trade(world, &self.listed[trade.instrument.index()], trade);
            }
            EventKind::Listing { instrument, status } => {
                let listed = &self.listed[instrument.index()];
                self.streams.listing_changed(world, listed, info::status_word(*status));
            }
            EventKind::Order(order) if order.is_liquidation && order.filled.0 != 0 => {
                self.streams.forced(world, &self.listed[order.instrument.index()], order);
            }
            _ => {}
        }
        self.users.event(world, &self.listed, event);
    }

    fn book(&mut self, world: &mut World<'_>, instrument: InstrumentNo) {
        self.streams.touch(world, &self.listed[instrument.index()], instrument);
    }

    fn tick(&mut self, world: &mut World<'_>) {
        let all = world.faults.take_expired_sessions();
        self.users.expire(world, all);
        self.users.flush(world, &self.listed);
        self.streams.tick(world, &self.listed);
        self.ping(world);
    }
}
