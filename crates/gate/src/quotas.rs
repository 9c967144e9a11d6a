//! What is left for a symbol: entries in this minute, exposure in quote.

use aurora_model::Nanos;

use crate::config::QuotaConfig;
use crate::decision::Quotas;
use crate::symbols::Symbol;

const MINUTE: Nanos = Nanos(60 * Nanos::SECOND.0);

/// Counts an allowed entry, and says what is left.
pub(crate) fn settle(
    symbol: Option<&mut Symbol>,
    limits: &QuotaConfig,
    (now, allowed): (Nanos, bool),
) -> Quotas {
    let mut quotas = Quotas::UNLIMITED;
    let (mut entries, mut exposure) = (0, 0.0);
    if let Some(symbol) = symbol {
        exposure = symbol.exposure;
        if let Some(limit) = limits.trades_per_minute {
            entries = symbol.entries_since(now - MINUTE);
            if allowed && entries < limit as usize {
                symbol.allows.push_back(now);
                entries += 1;
            }
        }
    }
    if let Some(limit) = limits.trades_per_minute {
        quotas.trades_pm_left = i64::from(limit) - i64::try_from(entries).unwrap_or(i64::MAX);
    }
    if let Some(limit) = limits.symbol_exposure {
        quotas.symbol_exposure_left_usdt = (limit - exposure).max(0.0);
    }
    quotas
}
