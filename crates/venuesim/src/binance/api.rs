//! The WebSocket API: the same requests as by REST, as frames with an id.

use aurora_matching::exchange::AccountNo;
use serde_json::{Value, json};

use super::Binance;
use super::auth;
use super::call::Call;
use super::code::ApiError;
use super::frames::LinkKind;
use super::limit::{ORDERS_1M, ORDERS_10S, WEIGHT_1M};
use super::params::Params;
use super::route::{self, Guard, Route};
use crate::dialect::{Action, World};
use crate::socket::SocketId;

/// Which REST request a method stands for, and what it does.
pub(super) const METHODS: [(&str, &str, &str, Action); 27] = [
    ("order.place", "POST", "/fapi/v1/order", Action::Place),
    ("order.cancel", "DELETE", "/fapi/v1/order", Action::Cancel),
    ("order.modify", "PUT", "/fapi/v1/order", Action::Amend),
    ("order.status", "GET", "/fapi/v1/order", Action::QueryOrder),
    ("order.test", "POST", "/fapi/v1/order/test", Action::Private),
    ("algoOrder.place", "POST", "/fapi/v1/algoOrder", Action::Place),
    ("algoOrder.cancel", "DELETE", "/fapi/v1/algoOrder", Action::Cancel),
    ("openOrders.status", "GET", "/fapi/v1/openOrders", Action::Private),
    ("openOrders.cancelAll", "DELETE", "/fapi/v1/allOpenOrders", Action::Cancel),
    ("account.status", "GET", "/fapi/v2/account", Action::Private),
    ("v2/account.status", "GET", "/fapi/v3/account", Action::Private),
    ("account.balance", "GET", "/fapi/v2/balance", Action::Private),
    ("v2/account.balance", "GET", "/fapi/v3/balance", Action::Private),
    ("account.position", "GET", "/fapi/v2/positionRisk", Action::Private),
    ("v2/account.position", "GET", "/fapi/v3/positionRisk", Action::Private),
    ("userDataStream.start", "POST", "/fapi/v1/listenKey", Action::Session),
    ("userDataStream.ping", "PUT", "/fapi/v1/listenKey", Action::Session),
    ("userDataStream.stop", "DELETE", "/fapi/v1/listenKey", Action::Session),
    ("depth", "GET", "/fapi/v1/depth", Action::Public),
    ("ticker.price", "GET", "/fapi/v1/ticker/price", Action::Public),
    ("ticker.book", "GET", "/fapi/v1/ticker/bookTicker", Action::Public),
    ("trades.recent", "GET", "/fapi/v1/trades", Action::Public),
    ("klines", "GET", "/fapi/v1/klines", Action::Public),
    ("exchangeInfo", "GET", "/fapi/v1/exchangeInfo", Action::Public),
    ("ping", "GET", "/fapi/v1/ping", Action::Public),
    ("time", "GET", "/fapi/v1/time", Action::Public),
    ("allOrders", "GET", "/fapi/v1/allOrders", Action::Private),
];

impl Binance {
    /// A frame on a WebSocket API socket.
    pub(super) fn api_frame(&mut self, world: &mut World<'_>, socket: SocketId, text: &str) {
        let Ok(frame) = serde_json::from_str::<Value>(text) else {
            let error = ApiError::new(-1135, "Invalid JSON Request");
            return self.api_answer(world, socket, &Value::Null, Err(error), AccountNo(0));
        };
        let id = frame.get("id").cloned().unwrap_or(Value::Null);
        let method = frame.get("method").and_then(Value::as_str).unwrap_or_default();
        let params = Params::json(frame.get("params").unwrap_or(&Value::Null));
        let (account, answer) = match self.api_call(world, socket, method, &params) {
            Ok((account, text)) => (account, Ok(text)),
            Err(error) => (AccountNo(0), Err(error)),
        };
        self.api_answer(world, socket, &id, answer, account);
    }

    fn api_call(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        method: &str,
        params: &Params<'_>,
    ) -> Result<(AccountNo, String), ApiError> {
        if let Some(text) = self.session(world, socket, method, params)? {
            return Ok((AccountNo(0), text));
        }
        let known = METHODS.iter().find(|(known, ..)| *known == method);
        let route = known.and_then(|(_, verb, path, _)| route::find(verb, path));
        let route = route.ok_or_else(|| ApiError::new(-1128, "Unknown method."))?;
        let account = self.api_account(world, socket, route, params)?;
        self.admit(world, route, params, account).map_err(|over| over.error)?;
        let mut call = Call { venue: self, world, account, params };
        (route.handler)(&mut call).map(|text| (account, text))
    }

    fn api_account(
        &self,
        world: &World<'_>,
        socket: SocketId,
        route: &Route,
        params: &Params<'_>,
    ) -> Result<AccountNo, ApiError> {
        let logged_on = match self.links.get(&socket).map(|link| link.kind) {
            Some(LinkKind::Api(account)) => account,
            _ => None,
        };
        match (route.guard, logged_on) {
            (Guard::Open, _) => Ok(AccountNo(0)),
            (Guard::Signed, Some(account)) if !params.has("signature") => {
                auth::check_time(params, world.told_now())?;
                Ok(account)
            }
            (Guard::Key, Some(account)) if !params.has("apiKey") => Ok(account),
            (Guard::Key, _) => auth::by_key(world.accounts, params.get("apiKey")),
            (Guard::Signed, _) => auth::by_frame(world.accounts, params, world.told_now()),
        }
    }

    /// Logging on and off; `None` for every other method.
    fn session(
        &mut self,
        world: &World<'_>,
        socket: SocketId,
        method: &str,
        params: &Params<'_>,
    ) -> Result<Option<String>, ApiError> {
        let now = world.told_now();
        let account = match method {
            "session.logon" => Some(auth::by_frame(world.accounts, params, now)?),
            "session.logout" => None,
            "session.status" => match self.links.get(&socket).map(|link| link.kind) {
                Some(LinkKind::Api(account)) => account,
                _ => None,
            },
            _ => return Ok(None),
        };
        if let Some(link) = self.links.get_mut(&socket) {
            link.kind = LinkKind::Api(account);
        }
        let key = account.and_then(|no| world.accounts.iter().find(|known| known.no == no));
        let state = json!({
            "apiKey": key.map(|known| known.key.as_str()),
            "authorizedSince": now.millis(),
            "connectedSince": now.millis(),
            "returnRateLimits": true,
            "serverTime": now.millis(),
        });
        Ok(Some(state.to_string()))
    }

    fn api_answer(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        id: &Value,
        answer: Result<String, ApiError>,
        account: AccountNo,
    ) {
        let weight = self.limits.used_weight(world.now);
        let (short, long) = self.limits.used_orders(world.now, account);
        let limits = format!(
            "[{{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":{WEIGHT_1M},\"count\":{weight}}},\
             {{\"rateLimitType\":\"ORDERS\",\"interval\":\"SECOND\",\"intervalNum\":10,\"limit\":{ORDERS_10S},\"count\":{short}}},\
             {{\"rateLimitType\":\"ORDERS\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":{ORDERS_1M},\"count\":{long}}}]"
        );
        let text = match answer {
            Ok(result) => {
                format!(
                    "{{\"id\":{id},\"status\":200,\"result\":{result},\"rateLimits\":{limits}}}"
                )
            }
            Err(error) => format!(
                "{{\"id\":{id},\"status\":{},\"error\":{},\"rateLimits\":{limits}}}",
                error.status,
                error.body()
            ),
        };
        world.sockets.reply(socket, text.as_bytes());
    }

    /// The frame's answer when the server says no.
    pub(super) fn deny_frame(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        text: &str,
        error: ApiError,
    ) {
        let frame: Value = serde_json::from_str(text).unwrap_or(Value::Null);
        let id = frame.get("id").cloned().unwrap_or(Value::Null);
        if matches!(self.links.get(&socket).map(|link| link.kind), Some(LinkKind::Api(_))) {
            return self.api_answer(world, socket, &id, Err(error), AccountNo(0));
        }
        let answer = json!({ "error": { "code": error.code, "msg": error.msg }, "id": id });
        world.sockets.reply(socket, answer.to_string().as_bytes());
    }
}
