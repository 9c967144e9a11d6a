//! Cancel on disconnect: the orders go when a private socket with `dcp.future` falls silent.
//!
//! Any frame of such a socket is a heartbeat. Each one moves the exchange's own timer, so that a lost connection, a
//! half-open one and a stuck client end the same way.

use std::collections::{BTreeMap, BTreeSet};

use aurora_matching::exchange::{AccountNo, Command};
use aurora_model::Nanos;

use crate::dialect::World;

/// The window of every account that asked for one, and who watches over it.
#[derive(Clone, Debug, Default)]
pub(super) struct DeadMan {
    windows: BTreeMap<AccountNo, i64>,
    watched: BTreeSet<AccountNo>,
}

impl DeadMan {
    /// The window in seconds; `None` while it is off.
    pub(super) fn window(&self, account: AccountNo) -> Option<i64> {
        self.windows.get(&account).copied()
    }

    /// Turns it on, or makes it another.
    pub(super) fn set_window(&mut self, account: AccountNo, seconds: i64) {
        self.windows.insert(account, seconds);
    }

    /// A private socket of the account listens to `dcp.future` from here on.
    pub(super) fn watch(&mut self, world: &mut World<'_>, account: AccountNo) {
        self.watched.insert(account);
        self.heartbeat(world, account);
    }

    /// A socket that watches said something.
    pub(super) fn heartbeat(&self, world: &mut World<'_>, account: AccountNo) {
        let Some(seconds) = self.window(account) else { return };
        if !self.watched.contains(&account) {
            return;
        }
        let at = Some(world.now + Nanos::SECOND * seconds);
        // The exchange refuses a timer only under maintenance, when nothing is cancelled either.
        let _ = world.apply(account, &Command::DeadMan { scope: Vec::new(), at });
    }

    /// The last socket that watched took its subscription back: nothing is cancelled any more.
    pub(super) fn release(&mut self, world: &mut World<'_>, account: AccountNo) {
        if self.watched.remove(&account) {
            let _ = world.apply(account, &Command::DeadMan { scope: Vec::new(), at: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Accounts;
    use crate::bybit::setup;
    use crate::dialect::Terms;
    use crate::fault::Faults;
    use crate::socket::Sockets;
    use aurora_matching::Exchange;

    #[test]
    fn the_timer_moves_with_every_heartbeat_and_rests_without_a_watcher() {
        let setup = setup();
        let mut exchange = Exchange::new(setup.config, setup.listings, Nanos(0));
        let (mut sockets, mut faults) = (Sockets::default(), Faults::default());
        let (accounts, mut events) = (Accounts::standard(1), Vec::new());
        let terms = Terms { limits: true, pace: 1, book_snapshot: true, ack_delay: Nanos(0) };
        let mut world = World {
            now: Nanos(0),
            exchange: &mut exchange,
            sockets: &mut sockets,
            accounts: &accounts,
            faults: &mut faults,
            events: &mut events,
            terms: &terms,
        };
        let (mut dead_man, account) = (DeadMan::default(), AccountNo(1));
        let armed = |world: &World<'_>| world.exchange.dead_man(account, &[]);
        dead_man.set_window(account, 3);
        dead_man.heartbeat(&mut world, account);
        assert_eq!(armed(&world), None);
        dead_man.watch(&mut world, account);
        assert_eq!(armed(&world), Some(Nanos::SECOND * 3));
        world.now = Nanos::SECOND;
        dead_man.heartbeat(&mut world, account);
        assert_eq!(armed(&world), Some(Nanos::SECOND * 4));
        dead_man.release(&mut world, account);
        assert_eq!(armed(&world), None);
    }
}
