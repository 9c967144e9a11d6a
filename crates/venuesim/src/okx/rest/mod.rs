//! REST: which path does what, for whom and how often; and the envelope of every answer.

mod account;
mod bills;
mod market;
mod orders;
mod public;
mod routes;
mod settings;

use aurora_matching::exchange::AccountNo;
use aurora_model::Nanos;
use serde_json::value::RawValue;

use super::auth::{Known, Signed};
use super::code::{Answer, Refusal};
use super::desk::{Desk, Memory};
use super::json::Object;
use super::trade::{self, Batch, Operation};
use crate::dialect::World;
use crate::request::{Request, Response};
pub(crate) use market::{candles_of, write_ticker};
pub(crate) use orders::Wanted;
pub(crate) use public::maintenance;
pub(crate) use routes::of_operation;
use routes::{Access, Route, Work, route};

/// Answers a request.
pub(crate) fn handle(
    memory: &mut Memory,
    world: &mut World<'_>,
    request: &Request<'_>,
) -> Response {
    let (place, route) = match route(request.method, request.path()) {
        Ok(found) => found,
        Err(refusal) => return refuse(&refusal),
    };
    let account = match who(world, route.access, request) {
        Ok(account) => account,
        Err(refusal) => return refuse(&refusal),
    };
    let mut desk = Desk { memory, world, account };
    let answer = match route.work {
        Work::Rows(read) => counted(&mut desk, place, route, request.param("instId").as_deref(), 1)
            .and_then(|()| read(&mut desk, request))
            .map(|rows| envelope(0, "", &rows)),
        Work::Change(write) => counted(&mut desk, place, route, None, 1)
            .and_then(|()| write(&mut desk, request.body))
            .map(|rows| envelope(0, "", &rows)),
        Work::Orders { operation, is_batch } => {
            orders(&mut desk, (place, route), request, operation, is_batch)
        }
    };
    answer.map_or_else(|refusal| refuse(&refusal), |body| Response::json(200, body))
}

/// The envelope around rows already written, brackets included.
pub(crate) fn envelope(code: u32, text: &str, rows: &str) -> String {
    let mut out = String::with_capacity(rows.len() + 40);
    let mut object = Object::begin(&mut out);
    object.put("code", code).text("msg", text).bare("data", rows);
    object.end();
    out
}

/// The envelope of a refusal of the whole request.
pub(crate) fn refuse(refusal: &Refusal) -> Response {
    Response::json(refusal.status(), envelope(refusal.code, &refusal.text, "[]"))
}

/// The account a private request belongs to, once its signature is checked.
fn who(world: &World<'_>, access: Access, request: &Request<'_>) -> Answer<AccountNo> {
    if access == Access::Public {
        return Ok(AccountNo::default());
    }
    let header = |name| request.header(name).unwrap_or_default();
    let signed = Signed {
        key: header("ok-access-key"),
        sign: header("ok-access-sign"),
        timestamp: header("ok-access-timestamp"),
        passphrase: header("ok-access-passphrase"),
        method: request.method,
        target: request.target,
        body: request.body,
    };
    signed.check_form(world.told_now())?;
    let account = world.accounts.by_key(signed.key);
    let known =
        account.map(|account| Known { secret: &account.secret, passphrase: &account.passphrase });
    signed.check_key(known)?;
    account.map(|account| account.no).ok_or(Refusal::of(50111))
}

/// Counts the request against its rule.
pub(crate) fn counted(
    desk: &mut Desk<'_, '_>,
    place: usize,
    route: &Route,
    instrument: Option<&str>,
    weight: u32,
) -> Answer<()> {
    if !desk.world.terms.limits {
        return Ok(());
    }
    let no =
        instrument.and_then(|name| desk.named(name, "").or_else(|_| desk.named("", name)).ok());
    let rule = (place, route.rule);
    let fits = desk.memory.limits.count(rule, desk.account, no, weight, desk.world.now);
    fits.then_some(()).ok_or(Refusal::of(50011))
}

/// Whether the request's own deadline (`expTime`, milliseconds) has passed.
pub(crate) fn is_expired(deadline: Option<&str>, now: Nanos) -> Answer<bool> {
    let Some(deadline) = deadline.filter(|text| !text.is_empty()) else { return Ok(false) };
    let at: i64 = deadline.parse().map_err(|_| Refusal::parameter("expTime"))?;
    Ok(at < now.millis())
}

/// Places, amends or cancels what the body lists.
fn orders(
    desk: &mut Desk<'_, '_>,
    (place, route): (usize, &Route),
    request: &Request<'_>,
    operation: Operation,
    is_batch: bool,
) -> Answer<String> {
    let came = desk.now();
    let items: Vec<&RawValue> = if is_batch {
        super::ask::body(request.body)?
    } else {
        vec![super::ask::body(request.body)?]
    };
    for name in trade::instruments(&items) {
        counted(desk, place, route, Some(&name), 1)?;
    }
    let expired = is_expired(request.header("exptime"), came)?;
    let batch = trade::run(desk, operation, &items, expired)?;
    Ok(batch_envelope(&batch, came, desk.now(), None))
}

/// The envelope of an order operation; over a socket it begins with the frame's id and operation.
pub(crate) fn batch_envelope(
    batch: &Batch,
    came: Nanos,
    leaves: Nanos,
    frame: Option<(&str, &str)>,
) -> String {
    let (code, text) = batch.code();
    let mut out = String::with_capacity(320);
    let mut object = Object::begin(&mut out);
    // A socket tells the reason in the items alone.
    let text = match frame {
        Some((id, operation)) => {
            object.text("id", id).text("op", operation);
            ""
        }
        None => text,
    };
    object
        .put("code", code)
        .text("msg", text)
        .with("data", |out| batch.write(out, came.millis()))
        .put("inTime", came.0 / 1000)
        .put("outTime", leaves.0 / 1000);
    object.end();
    out
}
