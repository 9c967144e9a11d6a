//! The books as bytes and back, for snapshots.

use aurora_model::saved;
use aurora_model::saved::Saved;

use crate::exact::Exact;
use crate::holding::{Books, Holding, Worth};
use crate::ledger::{Ledger, Purse};
use crate::wallet::{Rows, Wallet, WalletStart};

saved!(Books {
    position,
    open_cost,
    realized,
    fees,
    funding,
    newest_at,
    is_disordered,
    bought,
    sold,
    flow,
    fills,
    turnover,
});
saved!(Worth {
    unrealized,
    reported_realized,
    reported_fees,
    reported_funding,
    reported_unrealized,
    reported_net,
});
saved!(WalletStart { at, told, earned });
saved!(Rows { read_to, known });

impl Saved for Exact {
    fn save(&self, out: &mut Vec<u8>) {
        self.units().save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Exact> {
        Exact::new(i128::load(bytes)?)
    }
}

impl Ledger {
    /// Appends what the journal's records have made of it.
    pub fn save_state(&self, out: &mut Vec<u8>) {
        let Ledger {
            holdings,
            purses,
            net,
            day_start,
            peak,
            max_drawdown,
            duplicates,
            maker_fills,
            wallets,
            rows,
        } = self;
        holdings.len().save(out);
        for holding in holdings {
            let Holding { instrument: _, rules: _, purse: _, seen, books, mark, worth } = holding;
            seen.save_state(out);
            books.save(out);
            mark.save(out);
            worth.save(out);
        }
        purses.len().save(out);
        for Purse { currency: _, start: _, cash } in purses {
            cash.save(out);
        }
        (*net, *day_start, *peak).save(out);
        (*max_drawdown, *duplicates, *maker_fills).save(out);
        wallets.len().save(out);
        for Wallet { venue: _, currency: _, start, moved } in wallets {
            start.save(out);
            moved.save(out);
        }
        rows.save(out);
    }

    /// Takes that state from the front of `bytes`; `None` when it is none, or of other instruments.
    pub fn load_state(&mut self, bytes: &mut &[u8]) -> Option<()> {
        if usize::load(bytes)? != self.holdings.len() {
            return None;
        }
        for holding in &mut self.holdings {
            holding.seen.load_state(bytes)?;
            (holding.books, holding.mark, holding.worth) = Saved::load(bytes)?;
        }
        if usize::load(bytes)? != self.purses.len() {
            return None;
        }
        for purse in &mut self.purses {
            purse.cash = Saved::load(bytes)?;
        }
        (self.net, self.day_start, self.peak) = Saved::load(bytes)?;
        (self.max_drawdown, self.duplicates, self.maker_fills) = Saved::load(bytes)?;
        if usize::load(bytes)? != self.wallets.len() {
            return None;
        }
        for wallet in &mut self.wallets {
            (wallet.start, wallet.moved) = Saved::load(bytes)?;
        }
        self.rows = Saved::load(bytes)?;
        Some(())
    }
}
