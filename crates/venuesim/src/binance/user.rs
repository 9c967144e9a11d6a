//! User data: listen keys, and what is told to whoever holds one.

use std::collections::BTreeMap;

use aurora_matching::exchange::{
    AccountNo, Asset, BalanceChange, ChangeReason, EventKind, ExchangeEvent, ExchangeFill,
    MarginMode, OrderCause, OrderSnapshot, OrderStatus, PositionMode, PositionSide,
    PositionSnapshot,
};
use aurora_model::{InstrumentNo, Liquidity, Lots, Nanos, Ticks};
use aurora_wire::Hmac;

use super::call::Call;
use super::code::{Answer, ApiError};
use super::json::{Object, list};
use super::listed::Listed;
use super::order;
use crate::dialect::World;
use crate::socket::{Sockets, Topic};

/// How long a listen key lives without being extended.
const LIFE: Nanos = Nanos(3_600 * Nanos::SECOND.0);

/// One live listen key.
#[derive(Debug)]
struct Key {
    account: AccountNo,
    text: String,
    expires_at: Nanos,
    /// What its holder hears wrapped.
    combined: Topic,
}

/// What an account is told at once: balances and positions that changed for one reason.
#[derive(Debug, Default)]
struct Update {
    reason: &'static str,
    at: Nanos,
    balances: BTreeMap<Asset, BalanceChange>,
    positions: BTreeMap<(InstrumentNo, PositionSide), PositionSnapshot>,
}

/// The user streams of one server.
#[derive(Debug, Default)]
pub(super) struct Users {
    keys: Vec<Key>,
    made: u64,
    raw: BTreeMap<AccountNo, Topic>,
    /// The fill whose order's change comes next.
    fill: Option<ExchangeFill>,
    updates: BTreeMap<AccountNo, Update>,
}

pub(super) fn open_key(call: &mut Call<'_, '_>) -> Answer {
    let now = call.now();
    let text = call.venue.users.open(call.account, now, call.world.sockets);
    Ok(Object::new().text("listenKey", &text).end())
}

pub(super) fn extend_key(call: &mut Call<'_, '_>) -> Answer {
    let now = call.now();
    let key = call.venue.users.keys.iter_mut().find(|key| key.account == call.account);
    let key = key.filter(|key| now < key.expires_at).ok_or_else(no_key)?;
    key.expires_at = now + LIFE;
    Ok(Object::new().text("listenKey", &key.text).end())
}

pub(super) fn close_key(call: &mut Call<'_, '_>) -> Answer {
    call.venue.users.keys.retain(|key| key.account != call.account);
    Ok("{}".to_owned())
}

fn no_key() -> ApiError {
    ApiError::new(-1125, "This listenKey does not exist.")
}

impl Users {
    /// The account's live key, or a new one; an hour from now on.
    fn open(&mut self, account: AccountNo, now: Nanos, sockets: &mut Sockets) -> String {
        if let Some(key) = self.keys.iter_mut().find(|key| key.account == account) {
            key.expires_at = now + LIFE;
            return key.text.clone();
        }
        self.made += 1;
        let parts = [account.0.to_be_bytes().to_vec(), self.made.to_be_bytes().to_vec()];
        let parts = [&parts[0][..], &parts[1][..], &now.0.to_be_bytes()[..]];
        let text = Hmac::new(b"listen key").hex(&parts);
        let combined = sockets.topic(&format!("stream:user@{}@{}", account.0, self.made));
        self.keys.push(Key { account, text: text.clone(), expires_at: now + LIFE, combined });
        text
    }

    /// The topic a holder of the key listens to; `None` for no live key.
    pub(super) fn topic(
        &mut self,
        text: &str,
        is_combined: bool,
        sockets: &mut Sockets,
    ) -> Option<Topic> {
        let key = self.keys.iter().find(|key| key.text == text)?;
        if is_combined {
            return Some(key.combined);
        }
        let name = format!("user@{}", key.account.0);
        Some(*self.raw.entry(key.account).or_insert_with(|| sockets.topic(&name)))
    }

    /// Ends keys whose time is over, or all.
    pub(super) fn expire(&mut self, world: &mut World<'_>, all: bool) {
        let now = world.now;
        if self.keys.iter().all(|key| now < key.expires_at) && !all {
            return;
        }
        for place in (0..self.keys.len()).rev() {
            if now < self.keys[place].expires_at && !all {
                continue;
            }
            let text = Object::new()
                .text("e", "listenKeyExpired")
                .int("E", now.millis())
                .text("listenKey", &self.keys[place].text)
                .end();
            self.tell(self.keys[place].account, world.sockets, &text);
            self.keys.remove(place);
        }
    }

    fn is_wanted(&self, account: AccountNo, sockets: &Sockets) -> bool {
        self.raw.get(&account).is_some_and(|topic| sockets.is_wanted(*topic))
            || self.keys.iter().any(|key| key.account == account && sockets.is_wanted(key.combined))
    }

    fn tell(&self, account: AccountNo, sockets: &mut Sockets, text: &str) {
        if let Some(raw) = self.raw.get(&account) {
            sockets.publish(*raw, text.as_bytes());
        }
        for key in self.keys.iter().filter(|key| key.account == account) {
            if sockets.is_wanted(key.combined) {
                let wrapped = format!("{{\"stream\":\"{}\",\"data\":{text}}}", key.text);
                sockets.publish(key.combined, wrapped.as_bytes());
            }
        }
    }

    /// Tells an event to its account.
    pub(super) fn event(
        &mut self,
        world: &mut World<'_>,
        listed: &[Listed],
        event: &ExchangeEvent,
    ) {
        let Some(account) = event.kind.account() else { return };
        if !self.is_wanted(account, world.sockets) {
            return;
        }
        match &event.kind {
            EventKind::Fill(fill) => {
                let text = trade_lite(fill, &listed[fill.instrument.index()], world.now);
                self.tell(account, world.sockets, &text);
                self.fill = Some(*fill);
            }
            EventKind::Order(order) => self.order(world, &listed[order.instrument.index()], order),
            EventKind::Balance(change) => {
                let reason = reason_word(change.reason);
                let update = self.update(account, reason, event.at, world, listed);
                let sum = update
                    .balances
                    .get(&change.asset)
                    .map_or(change.change, |before| before.change + change.change);
                let change = BalanceChange { change: sum, ..*change };
                update.balances.insert(change.asset, change);
            }
            EventKind::Position { position, reason, .. } => {
                let reason = reason_word(*reason);
                let update = self.update(account, reason, event.at, world, listed);
                let key = (position.instrument, position.position_side);
                update.positions.insert(key, *position);
            }
            EventKind::Leverage { instrument, leverage, .. } => {
                let symbol = &listed[instrument.index()].symbol;
                let body = Object::new().text("s", symbol).raw("l", leverage).end();
                let text = config_update(world.now, event.at).raw("ac", body).end();
                self.tell(account, world.sockets, &text);
            }
            EventKind::Settings { position_mode, .. } => {
                let is_hedge = *position_mode == PositionMode::Hedge;
                let body = Object::new().raw("j", false).raw("d", is_hedge).end();
                let text = config_update(world.now, event.at).raw("ai", body).end();
                self.tell(account, world.sockets, &text);
            }
            _ => {}
        }
    }

    /// The account's running update; one of another reason is told first.
    fn update(
        &mut self,
        account: AccountNo,
        reason: &'static str,
        at: Nanos,
        world: &mut World<'_>,
        listed: &[Listed],
    ) -> &mut Update {
        if self.updates.get(&account).is_some_and(|update| update.reason != reason) {
            self.flush_one(account, world, listed);
        }
        let update = self.updates.entry(account).or_default();
        update.reason = reason;
        update.at = at;
        update
    }

    /// Tells what changed of balances and positions.
    pub(super) fn flush(&mut self, world: &mut World<'_>, listed: &[Listed]) {
        while let Some(account) = self.updates.keys().next().copied() {
            self.flush_one(account, world, listed);
        }
    }

    fn flush_one(&mut self, account: AccountNo, world: &mut World<'_>, listed: &[Listed]) {
        let Some(update) = self.updates.remove(&account) else { return };
        let balances = update.balances.values().filter(|change| !change.change.decimal().is_zero());
        let balances: Vec<String> = balances
            .map(|change| {
                let isolated = world.exchange.balance(account, change.asset);
                let isolated = isolated.map(|view| view.isolated).unwrap_or_default();
                let moved = update.reason == "DEPOSIT" || update.reason == "FUNDING_FEE";
                let outside = if moved { change.change.decimal() } else { Default::default() };
                Object::new()
                    .text("a", change.asset.as_str())
                    .money("wb", change.wallet.decimal())
                    .money("cw", (change.wallet - isolated).decimal())
                    .money("bc", outside)
                    .end()
            })
            .collect();
        let positions: Vec<String> = update
            .positions
            .values()
            .map(|position| position_text(position, &listed[position.instrument.index()]))
            .collect();
        if balances.is_empty() && positions.is_empty() {
            return;
        }
        let body = Object::new()
            .text("m", update.reason)
            .raw("B", list(balances))
            .raw("P", list(positions))
            .end();
        let text = Object::new()
            .text("e", "ACCOUNT_UPDATE")
            .int("E", world.now.millis())
            .int("T", update.at.millis())
            .raw("a", body)
            .end();
        self.tell(account, world.sockets, &text);
    }

    fn order(&mut self, world: &mut World<'_>, listed: &Listed, order: &OrderSnapshot) {
        let fill = self.fill.take().filter(|fill| fill.order == order.id);
        if order.trigger.is_some() && order.cause != OrderCause::Trade {
            let text = algo_update(order, listed, world.now);
            self.tell(order.account, world.sockets, &text);
        }
        if order::is_algo(order) {
            return;
        }
        let text = order_update(order, fill.as_ref(), listed, world.now);
        self.tell(order.account, world.sockets, &text);
    }
}

fn config_update(now: Nanos, at: Nanos) -> Object {
    Object::new().text("e", "ACCOUNT_CONFIG_UPDATE").int("E", now.millis()).int("T", at.millis())
}

const fn reason_word(reason: ChangeReason) -> &'static str {
    match reason {
        ChangeReason::Opened | ChangeReason::Transfer => "DEPOSIT",
        ChangeReason::Order => "ORDER",
        ChangeReason::Funding => "FUNDING_FEE",
        ChangeReason::Liquidation | ChangeReason::Adl => "ORDER",
        ChangeReason::Insurance => "INSURANCE_CLEAR",
        ChangeReason::Margin => "MARGIN_TRANSFER",
        ChangeReason::Adjustment => "ADJUSTMENT",
    }
}

fn position_text(position: &PositionSnapshot, listed: &Listed) -> String {
    let is_isolated = position.margin == MarginMode::Isolated;
    Object::new()
        .text("s", &listed.symbol)
        .qty("pa", listed, position.lots)
        .money("ep", position.entry_price)
        .money("bep", position.entry_price)
        .money("cr", position.realized.decimal())
        .money("up", position.unrealized.decimal())
        .text("mt", if is_isolated { "isolated" } else { "cross" })
        .money("iw", position.isolated.decimal())
        .text("ps", order::position_word(position.position_side))
        .end()
}

fn trade_lite(fill: &ExchangeFill, listed: &Listed, now: Nanos) -> String {
    Object::new()
        .text("e", "TRADE_LITE")
        .int("E", now.millis())
        .int("T", fill.at.millis())
        .text("s", &listed.symbol)
        .qty("q", listed, fill.qty)
        .price("p", listed, fill.price)
        .raw("m", fill.liquidity == Liquidity::Maker)
        .text("c", fill.client_id.as_str())
        .text("S", order::side_word(fill.side))
        .price("L", listed, fill.price)
        .qty("l", listed, fill.qty)
        .raw("t", fill.trade_id)
        .raw("i", fill.order.0)
        .end()
}

/// What happened to the order, in the venue's word.
fn execution_word(order: &OrderSnapshot) -> &'static str {
    match (order.cause, order.status) {
        (OrderCause::Trade, _) if order.is_liquidation => "CALCULATED",
        (OrderCause::Trade, _) => "TRADE",
        (OrderCause::Amended, _) => "AMENDMENT",
        (OrderCause::Closed(_), OrderStatus::Canceled) => "CANCELED",
        (OrderCause::Closed(_), _) => "EXPIRED",
        (OrderCause::New | OrderCause::Parked | OrderCause::Triggered, _) => "NEW",
    }
}

fn order_update(
    order: &OrderSnapshot,
    fill: Option<&ExchangeFill>,
    listed: &Listed,
    now: Nanos,
) -> String {
    let average = order.avg_price.unwrap_or_default().round_dp(listed.price_precision + 3);
    let fee_asset = fill.map_or(order.fee_asset, |fill| fill.fee_asset);
    let body = Object::new()
        .text("s", &listed.symbol)
        .text("c", &order::shown_client_id(order))
        .text("S", order::side_word(order.side))
        .text("o", order::type_word(order))
        .text("f", order::life_word(order.life))
        .qty("q", listed, order.qty)
        .price("p", listed, order.limit().unwrap_or_default())
        .quoted("ap", average)
        .price("sp", listed, order.trigger.map_or(Ticks(0), |trigger| trigger.price))
        .text("x", execution_word(order))
        .text("X", order::status_word(order.status))
        .raw("i", order.id.0)
        .qty("l", listed, fill.map_or(Lots::ZERO, |fill| fill.qty))
        .qty("z", listed, order.filled)
        .price("L", listed, fill.map_or(Ticks(0), |fill| fill.price))
        .text("N", fee_asset.as_str())
        .money("n", fill.map(|fill| fill.fee.decimal()).unwrap_or_default())
        .int("T", order.updated_at.millis())
        .raw("t", fill.map_or(0, |fill| fill.trade_id))
        .text("b", "0")
        .text("a", "0")
        .raw("m", fill.is_some_and(|fill| fill.liquidity == Liquidity::Maker))
        .raw("R", order.reduce_only)
        .text("wt", order::working_word(order))
        .text("ot", order::original_type_word(order))
        .text("ps", order::position_word(order.position_side))
        .raw("cp", order.close_position)
        .money("rp", fill.map(|fill| fill.realized.decimal()).unwrap_or_default())
        .raw("pP", false)
        .raw("si", 0)
        .raw("ss", 0)
        .text("V", order::stp_word(order.stp))
        .text("pm", "NONE")
        .int("gtd", order::good_till(order))
        .end();
    Object::new()
        .text("e", "ORDER_TRADE_UPDATE")
        .int("T", order.updated_at.millis())
        .int("E", now.millis())
        .raw("o", body)
        .end()
}

fn algo_update(order: &OrderSnapshot, listed: &Listed, now: Nanos) -> String {
    let is_at_work = order.triggered_at.is_some();
    let actual = if is_at_work { order.id.0.to_string() } else { String::new() };
    let body = Object::new()
        .text("caid", order.client_id.as_str())
        .raw("aid", order.id.0 + order::ALGO_IDS)
        .text("at", "CONDITIONAL")
        .text("o", order::original_type_word(order))
        .text("s", &listed.symbol)
        .text("S", order::side_word(order.side))
        .text("ps", order::position_word(order.position_side))
        .text("f", order::life_word(order.life))
        .qty("q", listed, order.qty)
        .text("X", order::algo_status(order))
        .text("ai", &actual)
        .quoted("ap", order.avg_price.unwrap_or_default().round_dp(5))
        .qty("aq", listed, order.filled)
        .text("act", if is_at_work { order::type_word(order) } else { "0" })
        .price("tp", listed, order.trigger.map_or(Ticks(0), |trigger| trigger.price))
        .price("p", listed, order.limit().unwrap_or_default())
        .text("V", order::stp_word(order.stp))
        .text("wt", order::working_word(order))
        .text("pm", "NONE")
        .raw("cp", order.close_position)
        .raw("pP", false)
        .raw("R", order.reduce_only)
        .int("tt", order.triggered_at.map_or(0, Nanos::millis))
        .int("gtd", order::good_till(order))
        .end();
    Object::new()
        .text("e", "ALGO_UPDATE")
        .int("T", order.updated_at.millis())
        .int("E", now.millis())
        .raw("o", body)
        .end()
}
