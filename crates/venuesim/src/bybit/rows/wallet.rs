//! The unified wallet, as `account/wallet-balance` and the `wallet` topic show it.

use aurora_matching::exchange::BalanceView;
use aurora_model::Notional;
use rust_decimal::Decimal;
use serde::Serialize;

use super::Number;

/// One account. All coins here are stable coins worth one dollar.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bybit) struct WalletRow {
    account_type: &'static str,
    #[serde(rename = "accountIMRate")]
    im_rate: Number,
    #[serde(rename = "accountIMRateByMp")]
    im_rate_by_mp: Number,
    #[serde(rename = "accountMMRate")]
    mm_rate: Number,
    #[serde(rename = "accountMMRateByMp")]
    mm_rate_by_mp: Number,
    #[serde(rename = "accountLTV")]
    ltv: &'static str,
    total_equity: Number,
    total_wallet_balance: Number,
    total_margin_balance: Number,
    total_available_balance: Number,
    #[serde(rename = "totalPerpUPL")]
    upl: Number,
    total_initial_margin: Number,
    total_initial_margin_by_mp: Number,
    total_maintenance_margin: Number,
    total_maintenance_margin_by_mp: Number,
    coin: Vec<CoinRow>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CoinRow {
    coin: String,
    equity: Number,
    usd_value: Number,
    wallet_balance: Number,
    free: &'static str,
    locked: Number,
    available_to_withdraw: Number,
    available_to_borrow: &'static str,
    borrow_amount: &'static str,
    spot_borrow: &'static str,
    spot_hedging_qty: &'static str,
    accrued_interest: &'static str,
    #[serde(rename = "totalOrderIM")]
    order_im: Number,
    #[serde(rename = "totalPositionIM")]
    position_im: Number,
    #[serde(rename = "totalPositionMM")]
    position_mm: Number,
    unrealised_pnl: Number,
    cum_realised_pnl: &'static str,
    bonus: &'static str,
    margin_collateral: bool,
    collateral_switch: bool,
}

impl WalletRow {
    /// The account's balances; `only` narrows the coins that are listed, not the totals.
    pub(in crate::bybit) fn new(balances: &[BalanceView], only: Option<&str>) -> WalletRow {
        let total = |of: fn(&BalanceView) -> Notional| -> Decimal {
            balances.iter().map(|balance| of(balance).decimal()).sum()
        };
        let equity = total(BalanceView::equity);
        let wallet = total(|balance| balance.wallet);
        let initial = total(BalanceView::initial_margin);
        let maintenance = total(|balance| balance.maintenance_margin);
        let rate = |margin: Decimal| {
            let rate = margin.checked_div(equity).unwrap_or_default();
            Number(rate.round_dp(4))
        };
        let listed = balances.iter().filter(|b| only.is_none_or(|coins| named(coins, b)));
        WalletRow {
            account_type: "UNIFIED",
            im_rate: rate(initial),
            im_rate_by_mp: rate(initial),
            mm_rate: rate(maintenance),
            mm_rate_by_mp: rate(maintenance),
            ltv: "0",
            total_equity: Number(equity),
            total_wallet_balance: Number(wallet),
            total_margin_balance: Number(equity),
            total_available_balance: Number(total(|balance| balance.available)),
            upl: Number(total(|balance| balance.unrealized)),
            total_initial_margin: Number(initial),
            total_initial_margin_by_mp: Number(initial),
            total_maintenance_margin: Number(maintenance),
            total_maintenance_margin_by_mp: Number(maintenance),
            coin: listed.map(CoinRow::new).collect(),
        }
    }
}

/// Whether a list like `BTC,USDT` names the coin.
fn named(coins: &str, balance: &BalanceView) -> bool {
    coins.split(',').any(|coin| coin == balance.asset.as_str())
}

impl CoinRow {
    fn new(balance: &BalanceView) -> CoinRow {
        CoinRow {
            coin: balance.asset.as_str().to_owned(),
            equity: Number(balance.equity().decimal()),
            usd_value: Number(balance.equity().decimal()),
            wallet_balance: Number(balance.wallet.decimal()),
            free: "",
            locked: Number(balance.locked.decimal()),
            available_to_withdraw: Number(balance.available.decimal()),
            available_to_borrow: "",
            borrow_amount: "0",
            spot_borrow: "0",
            spot_hedging_qty: "0",
            accrued_interest: "0",
            order_im: Number(balance.order_margin.decimal()),
            position_im: Number(balance.position_margin.decimal()),
            position_mm: Number(balance.maintenance_margin.decimal()),
            unrealised_pnl: Number(balance.unrealized.decimal()),
            cum_realised_pnl: "0",
            bonus: "0",
            margin_collateral: true,
            collateral_switch: true,
        }
    }
}
