//! User data: listen keys, and what is told to whoever holds one.

mod text;

use std::collections::BTreeMap;

use aurora_matching::exchange::{
    AccountNo, Asset, BalanceChange, EventKind, ExchangeEvent, ExchangeFill, OrderCause,
    OrderSnapshot, PositionMode, PositionSide, PositionSnapshot,
};
use aurora_model::{InstrumentNo, Nanos};
use aurora_wire::Hmac;

use super::call::Call;
use super::code::{Answer, ApiError};
use super::json::{Object, list};
use super::listed::Listed;
use super::order;
use crate::dialect::World;
use crate::socket::{Sockets, Topic};
use text::{algo_update, config_update, order_update, position_text, reason_word, trade_lite};

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
