//! Balances at the venues beside our books, for the console.

use aurora_api::console::wire::{ReconBalance, ReconBalances};
use aurora_engine::{Engine, WalletState, WalletView};
use aurora_gate::Stopwatch;
use aurora_model::{Nanos, Notional};

use super::show;

/// `/api/ui/recon/balances`.
pub(crate) fn recon_balances<W: Stopwatch>(now: Nanos, engine: &Engine<W>) -> ReconBalances {
    let tolerance = engine.settings().wallets.map_or(Notional::ZERO, |policy| policy.tolerance);
    let plain = |amount: Notional| amount.decimal().normalize().to_string();
    let item = |wallet: WalletView| ReconBalance {
        key: format!("{}:{}", wallet.venue.code(), wallet.currency),
        venue: wallet.venue.code(),
        asset: wallet.currency,
        internal: wallet.expected.map(plain),
        venue_value: wallet.told.map(|(total, _)| plain(total)),
        diff: wallet.gap.map(plain),
        tolerance: plain(tolerance),
        state: wallet.state.word(),
        told_ms: wallet.told.map(|(_, at)| show::millis(at)),
        matches: wallet.state.is_settled(),
    };
    let wallets = engine.wallets(now);
    let mismatch = wallets.iter().filter(|one| one.state == WalletState::Differs).count();
    ReconBalances { items: wallets.into_iter().map(item).collect(), mismatch }
}
