//! What an account is told: orders, executions, positions, its wallet.

use std::collections::BTreeMap;

use aurora_matching::exchange::{
    AccountNo, ExchangeFill, FillKind, FundingPayment, OrderCause, OrderSnapshot, PositionSnapshot,
};

use crate::bybit::reply::json;
use crate::bybit::rows::{FastRow, FillRow, OrderRow, PositionRow, WalletRow};
use crate::bybit::stops::StopOrders;
use crate::dialect::World;
use crate::socket::{Sockets, Topic};

/// Every account's channels, and fills that wait for their order's change.
#[derive(Debug, Default)]
pub(in crate::bybit) struct Private {
    channels: BTreeMap<AccountNo, Channels>,
    waiting: Vec<ExchangeFill>,
    messages: u64,
}

/// The channels of one account: each kind plain and with its category.
#[derive(Clone, Copy, Debug)]
struct Channels {
    order: [Topic; 2],
    execution: [Topic; 2],
    fast: [Topic; 2],
    position: [Topic; 2],
    wallet: [Topic; 1],
}

/// What listeners of different accounts do not share: the channel's name.
pub(super) fn channel_name(account: AccountNo, topic: &str) -> String {
    format!("{}:{topic}", account.0)
}

impl Channels {
    fn of(sockets: &mut Sockets, account: AccountNo) -> Channels {
        let mut both = |kind: &str| {
            [kind.to_owned(), format!("{kind}.linear")]
                .map(|name| sockets.topic(&channel_name(account, &name)))
        };
        let [order, execution, fast] = ["order", "execution", "execution.fast"].map(&mut both);
        let position = both("position");
        Channels {
            order,
            execution,
            fast,
            position,
            wallet: [sockets.topic(&channel_name(account, "wallet"))],
        }
    }
}

impl Private {
    fn channels(&mut self, world: &mut World<'_>, account: AccountNo) -> Channels {
        *self.channels.entry(account).or_insert_with(|| Channels::of(world.sockets, account))
    }

    /// A fill comes right before its order's change, which tells what is left: it waits for that.
    pub(in crate::bybit) fn on_fill(&mut self, world: &mut World<'_>, fill: &ExchangeFill) {
        if matches!(fill.kind, FillKind::Adl | FillKind::Settlement) {
            return self.tell_fill(world, fill, None);
        }
        self.waiting.push(*fill);
    }

    /// An order changed.
    pub(in crate::bybit) fn on_order(&mut self, world: &mut World<'_>, order: &OrderSnapshot) {
        let of_this = |fill: &mut ExchangeFill| fill.order == order.id;
        let fills: Vec<ExchangeFill> = self.waiting.extract_if(.., of_this).collect();
        for fill in &fills {
            self.tell_fill(world, fill, Some(order));
        }
        let channels = self.channels(world, order.account);
        if !wanted(world, &channels.order) {
            return;
        }
        let Some(listing) = world.exchange.listing(order.instrument) else { return };
        let now = OrderRow::new(order, listing);
        let rows = match order.cause {
            OrderCause::Triggered => json(&[&OrderRow::triggered(order, listing), &now]),
            _ => json(&[&now]),
        };
        self.tell(world, &channels.order, "order", &rows);
    }

    fn tell_fill(
        &mut self,
        world: &mut World<'_>,
        fill: &ExchangeFill,
        order: Option<&OrderSnapshot>,
    ) {
        let channels = self.channels(world, fill.account);
        let Some(listing) = world.exchange.listing(fill.instrument) else { return };
        if wanted(world, &channels.fast) {
            let rows = json(&[FastRow::new(fill, listing)]);
            self.tell(world, &channels.fast, "execution.fast", &rows);
        }
        let Some(listing) = world.exchange.listing(fill.instrument) else { return };
        if wanted(world, &channels.execution) {
            let mark = world.exchange.mark_price(fill.instrument);
            let rows = json(&[FillRow::new(fill, listing, order, mark.as_ref())]);
            self.tell(world, &channels.execution, "execution", &rows);
        }
    }

    /// Funding was paid or received: Bybit calls it an execution.
    pub(in crate::bybit) fn on_funding(&mut self, world: &mut World<'_>, paid: &FundingPayment) {
        let channels = self.channels(world, paid.account);
        let Some(listing) = world.exchange.listing(paid.instrument) else { return };
        if wanted(world, &channels.execution) {
            let rows = json(&[FillRow::funding(paid, listing)]);
            self.tell(world, &channels.execution, "execution", &rows);
        }
    }

    /// A position or its settings changed.
    pub(in crate::bybit) fn on_position(
        &mut self,
        world: &mut World<'_>,
        account: AccountNo,
        position: &PositionSnapshot,
        stops: &StopOrders,
    ) {
        let channels = self.channels(world, account);
        if !wanted(world, &channels.position) {
            return;
        }
        let place = (account, position.instrument, position.position_side);
        let prices = stops.prices(world, place);
        let Some(listing) = world.exchange.listing(position.instrument) else { return };
        let rows = json(&[PositionRow::new(position, listing, prices)]);
        self.tell(world, &channels.position, "position", &rows);
    }

    /// A balance changed: the whole wallet is shown.
    pub(in crate::bybit) fn on_balance(&mut self, world: &mut World<'_>, account: AccountNo) {
        let channels = self.channels(world, account);
        if wanted(world, &channels.wallet) {
            let balances = world.exchange.balances(account);
            let rows = json(&[WalletRow::new(&balances, None)]);
            self.tell(world, &channels.wallet, "wallet", &rows);
        }
    }

    /// `rows` is JSON already. The plain channel comes first, then the one with the category.
    fn tell(&mut self, world: &mut World<'_>, channels: &[Topic], kind: &str, rows: &str) {
        self.messages += 1;
        let (no, at) = (self.messages, world.now.millis());
        for (channel, suffix) in channels.iter().zip(["", ".linear"]) {
            if world.sockets.is_wanted(*channel) {
                let message = format!(
                    r#"{{"id":"{no:016x}-{at}","topic":"{kind}{suffix}","creationTime":{at},"data":{rows}}}"#
                );
                world.sockets.publish(*channel, message.as_bytes());
            }
        }
    }
}

fn wanted(world: &World<'_>, channels: &[Topic]) -> bool {
    channels.iter().any(|channel| world.sockets.is_wanted(*channel))
}
