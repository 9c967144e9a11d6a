//! What an account is told of its own orders, fills, money and positions.
//!
//! Orders and fills leave with the event. Money and positions leave together, once what changed them is over.

use std::collections::{BTreeMap, BTreeSet};

use aurora_matching::exchange::{
    AccountNo, ChangeReason, EventKind, ExchangeEvent, ExchangeFill, OrderCause, OrderSnapshot,
    OrderStatus, PositionSide, PositionSnapshot,
};
use aurora_model::{InstrumentNo, Nanos};

use super::{Hub, Subscribed};
use crate::dialect::World;
use crate::okx::algo;
use crate::okx::channel::Channel;
use crate::okx::desk::{Memory, held, listed};
use crate::okx::json::{Object, array};
use crate::okx::row::order::AmendNote;
use crate::okx::row::{account, fill};

/// Money and positions are told again after so long, changed or not.
const REPEAT: Nanos = Nanos(5 * Nanos::SECOND.0);

/// What has changed and was not told yet, by account.
#[derive(Debug, Default)]
pub(super) struct News(BTreeMap<AccountNo, Changed>);

#[derive(Debug, Default)]
struct Changed {
    positions: BTreeMap<(InstrumentNo, PositionSide), PositionSnapshot>,
    assets: BTreeSet<String>,
    trades: Vec<(InstrumentNo, u64)>,
    reason: &'static str,
}

impl News {
    fn of(&mut self, account: AccountNo) -> &mut Changed {
        self.0.entry(account).or_default()
    }

    /// Notes what an event changes.
    fn note(&mut self, event: &ExchangeEvent) {
        match &event.kind {
            EventKind::Position { account, position, reason } => {
                let changed = self.of(*account);
                changed.positions.insert((position.instrument, position.position_side), *position);
                changed.reason = word(*reason);
            }
            EventKind::Balance(change) => {
                let changed = self.of(change.account);
                changed.assets.insert(change.asset.to_string());
                if changed.reason.is_empty() {
                    changed.reason = word(change.reason);
                }
            }
            EventKind::Fill(fill) => {
                let changed = self.of(fill.account);
                changed.trades.push((fill.instrument, fill.trade_id));
                changed.reason = "filled";
            }
            EventKind::Order(order) => {
                self.of(order.account);
            }
            EventKind::Leverage { account, .. } | EventKind::Settings { account, .. } => {
                self.of(*account);
            }
            _ => {}
        }
    }
}

/// The venue's word for why money or a position changed.
const fn word(reason: ChangeReason) -> &'static str {
    match reason {
        ChangeReason::Opened | ChangeReason::Transfer | ChangeReason::Adjustment => "transferred",
        ChangeReason::Order => "filled",
        ChangeReason::Funding => "funding_fee",
        ChangeReason::Liquidation | ChangeReason::Insurance => "liquidation",
        ChangeReason::Adl => "adl",
        ChangeReason::Margin => "set_leverage",
    }
}

impl Hub {
    /// Tells what an event means to its account, and what it shows to everybody.
    pub(crate) fn event(
        &mut self,
        memory: &mut Memory,
        world: &mut World<'_>,
        event: &ExchangeEvent,
    ) {
        self.news.note(event);
        self.push_event(world, event);
        match &event.kind {
            EventKind::Order(order) => self.push_order(memory, world, order),
            EventKind::Fill(fill) => self.push_fill(world, fill),
            _ => {}
        }
        if let Some(id) = algo::note(memory, event) {
            self.push_algo(memory, world, id);
        }
    }

    fn push_order(&mut self, memory: &mut Memory, world: &mut World<'_>, order: &OrderSnapshot) {
        let amended =
            (order.cause == OrderCause::Amended).then(|| memory.amends.remove(&order.id)).flatten();
        let never_worked = order.trigger.is_some() && order.triggered_at.is_none();
        if order.status == OrderStatus::Parked || never_worked {
            return;
        }
        let Some(about) = listed(world, order.instrument) else { return };
        let wanted = self.topics(world, |one| {
            one.channel == Channel::Orders && one.account == order.account && one.is_for(about)
        });
        if wanted.is_empty() {
            return;
        }
        let mut rows = String::from("[");
        if let Some(row) = memory.order_row(world, order) {
            let note = amended.as_ref().map(|req_id| AmendNote { req_id, failed: None });
            row.push(&mut rows, note);
        }
        rows.push(']');
        for topic in wanted {
            self.publish(world, topic, "", &rows);
        }
    }

    fn push_fill(&mut self, world: &mut World<'_>, one: &ExchangeFill) {
        let Some(about) = listed(world, one.instrument) else { return };
        let wanted = self.topics(world, |topic| {
            topic.channel == Channel::Fills && topic.account == one.account && topic.is_for(about)
        });
        let mut rows = String::from("[");
        fill::push(&mut rows, about, one);
        rows.push(']');
        for topic in wanted {
            self.publish(world, topic, "", &rows);
        }
    }

    fn push_algo(
        &mut self,
        memory: &Memory,
        world: &mut World<'_>,
        id: aurora_matching::exchange::OrderId,
    ) {
        let Some(known) = memory.algos.get(&id) else { return };
        let Some(about) = listed(world, known.instrument()) else { return };
        let wanted = self.topics(world, |one| {
            one.channel == Channel::OrdersAlgo
                && one.account == known.account()
                && one.is_for(about)
        });
        let mut rows = String::from("[");
        algo::write(&mut rows, about, known);
        rows.push(']');
        for topic in wanted {
            self.publish(world, topic, "", &rows);
        }
    }

    /// Tells accounts what has changed, and repeats to those nothing was told for a while.
    pub(super) fn push_news(&mut self, memory: &Memory, world: &mut World<'_>) {
        for (account, changed) in std::mem::take(&mut self.news.0) {
            self.push_changed(memory, world, account, &changed);
        }
        let now = world.now;
        let quiet = self.topics(world, |one| {
            matches!(one.channel, Channel::Account | Channel::Positions)
                && REPEAT <= now - one.sent_at
        });
        for topic in quiet {
            let Some(subscribed) = self.subscribed.get_mut(&topic) else { continue };
            subscribed.sent_at = now;
            let rows = match subscribed.channel {
                Channel::Account => money(world, subscribed),
                _ => positions(
                    memory,
                    world,
                    subscribed,
                    &world.exchange.positions(subscribed.account),
                ),
            };
            if rows != "[]" {
                self.publish(
                    world,
                    topic,
                    "\"eventType\":\"interval_update\",\"curPage\":1,\"lastPage\":true,",
                    &rows,
                );
            }
        }
    }

    fn push_changed(
        &mut self,
        memory: &Memory,
        world: &mut World<'_>,
        account: AccountNo,
        changed: &Changed,
    ) {
        let about = self.topics(world, |one| one.account == account);
        let snapshots: Vec<PositionSnapshot> = changed.positions.values().copied().collect();
        for topic in about {
            let Some(subscribed) = self.subscribed.get(&topic) else { continue };
            let (head, rows) = match subscribed.channel {
                Channel::Account => (
                    "\"eventType\":\"event_update\",\"curPage\":1,\"lastPage\":true,",
                    money(world, subscribed),
                ),
                Channel::Positions if !snapshots.is_empty() => (
                    "\"eventType\":\"event_update\",\"curPage\":1,\"lastPage\":true,",
                    positions(memory, world, subscribed, &snapshots),
                ),
                Channel::BalanceAndPosition if !changed.reason.is_empty() => {
                    ("", both(memory, world, account, changed))
                }
                _ => continue,
            };
            if rows != "[]" {
                self.publish(world, topic, head, &rows);
            }
        }
    }
}

/// The first push of a channel that opens with what there is.
pub(super) fn opening(
    memory: &Memory,
    world: &World<'_>,
    subscribed: &Subscribed,
) -> Option<(String, String)> {
    let head = "\"eventType\":\"snapshot\",\"curPage\":1,\"lastPage\":true,";
    let account = subscribed.account;
    let open = world.exchange.positions(account);
    Some(match subscribed.channel {
        Channel::Account => (head.to_owned(), money(world, subscribed)),
        Channel::Positions => (head.to_owned(), positions(memory, world, subscribed, &open)),
        Channel::BalanceAndPosition => {
            let all = Changed {
                positions: open
                    .iter()
                    .map(|one| ((one.instrument, one.position_side), *one))
                    .collect(),
                assets: world
                    .exchange
                    .balances(account)
                    .iter()
                    .map(|balance| balance.asset.to_string())
                    .collect(),
                trades: Vec::new(),
                reason: "snapshot",
            };
            (String::new(), both(memory, world, account, &all))
        }
        _ => return None,
    })
}

/// The account's money.
fn money(world: &World<'_>, subscribed: &Subscribed) -> String {
    let mut held = held(world, subscribed.account);
    held.retain(|held| {
        subscribed.currency.is_empty() || subscribed.currency == held.balance.asset.as_str()
    });
    let mut rows = String::from("[");
    account::write(&mut rows, &held, world.told_now());
    rows + "]"
}

/// Those of the positions that the subscription means, flat ones too.
fn positions(
    memory: &Memory,
    world: &World<'_>,
    subscribed: &Subscribed,
    snapshots: &[PositionSnapshot],
) -> String {
    let mut rows = String::new();
    let meant = snapshots.iter().filter(|position| {
        listed(world, position.instrument).is_some_and(|listed| subscribed.is_for(listed))
    });
    array(&mut rows, meant, |out, position| {
        if let Some(row) = memory.position_row(world, subscribed.account, position) {
            row.write(out);
        }
    });
    rows
}

/// The row of `balance_and_position`.
fn both(memory: &Memory, world: &World<'_>, account: AccountNo, changed: &Changed) -> String {
    let balances = world.exchange.balances(account);
    let mut rows = String::from("[");
    let mut row = Object::begin(&mut rows);
    row.put("pTime", world.told_now().millis())
        .put("eventType", changed.reason)
        .with("balData", |out| {
            let told =
                balances.iter().filter(|balance| changed.assets.contains(balance.asset.as_str()));
            array(out, told, |out, balance| {
                let mut row = Object::begin(out);
                row.put("ccy", balance.asset)
                    .number("cashBal", balance.wallet.decimal())
                    .put("uTime", balance.updated_at.millis());
                row.end();
            });
        })
        .with("posData", |out| {
            array(out, changed.positions.values(), |out, position| {
                if let Some(row) = memory.position_row(world, account, position) {
                    row.brief(out);
                }
            });
        })
        .with("trades", |out| {
            array(out, &changed.trades, |out, (no, trade)| {
                if let Some(listed) = listed(world, *no) {
                    let mut row = Object::begin(out);
                    row.put("instId", listed.inst_id()).put("tradeId", trade);
                    row.end();
                }
            });
        });
    row.end();
    rows + "]"
}
