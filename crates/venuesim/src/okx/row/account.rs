//! The account's money, as `/account/balance` and the `account` channel show it, and its settings.

use aurora_matching::exchange::{AccountNo, BalanceView, PositionMode};
use aurora_model::Nanos;
use rust_decimal::Decimal;

use crate::okx::json::{Object, array};

/// One currency and what one of it is worth in dollars.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) balance: BalanceView,
    pub(crate) dollars: Decimal,
}

/// A ratio nobody can see the end of is shown empty.
const LARGEST_RATIO: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// Equity over maintenance margin; `None` without positions.
pub(crate) fn margin_ratio(balance: &BalanceView) -> Option<Decimal> {
    let ratio = balance.equity().decimal().checked_div(balance.maintenance_margin.decimal())?;
    (ratio < LARGEST_RATIO).then_some(ratio)
}

/// The whole account.
pub(crate) fn write(out: &mut String, held: &[Held], now: Nanos) {
    let total = |of: &dyn Fn(&BalanceView) -> Decimal| {
        let sum: Decimal = held.iter().map(|held| of(&held.balance) * held.dollars).sum();
        sum.round_dp(8).normalize()
    };
    let updated = held.iter().map(|held| held.balance.updated_at).max().unwrap_or(now);
    let mut row = Object::begin(out);
    row.put("uTime", updated.millis())
        .put("totalEq", total(&|balance| balance.equity().decimal()))
        .put("isoEq", total(&|balance| balance.isolated.decimal()))
        .blank(&[
            "adjEq",
            "availEq",
            "borrowFroz",
            "delta",
            "deltaLever",
            "deltaNeutralStatus",
            "imr",
            "mgnRatio",
            "mmr",
            "notionalUsd",
            "notionalUsdForBorrow",
            "notionalUsdForFutures",
            "notionalUsdForOption",
            "notionalUsdForSwap",
            "ordFroz",
            "upl",
        ])
        .with("details", |out| array(out, held, detail));
    row.end();
}

/// One currency.
fn detail(out: &mut String, held: &Held) {
    let balance = &held.balance;
    let money = |amount: aurora_model::Notional| amount.decimal().round_dp(12).normalize();
    let equity = balance.equity();
    let dollars = (equity.decimal() * held.dollars).round_dp(8).normalize();
    let frozen = balance.locked + balance.initial_margin();
    let available = money(balance.available);
    let mut row = Object::begin(out);
    row.put("ccy", balance.asset)
        .put("eq", money(equity))
        .put("eqUsd", dollars)
        .put("disEq", dollars)
        .put("cashBal", money(balance.wallet))
        .put("availBal", available)
        .put("availEq", available)
        .put("frozenBal", money(frozen))
        .put("ordFrozen", money(balance.locked + balance.order_margin))
        .put("upl", money(balance.unrealized))
        .put("isoEq", money(balance.isolated))
        .put("isoUpl", money(balance.unrealized - balance.cross_unrealized))
        .put("imr", money(balance.initial_margin()))
        .put("mmr", money(balance.maintenance_margin))
        .maybe("mgnRatio", margin_ratio(balance).map(|ratio| ratio.round_dp(8).normalize()))
        .put(
            "notionalLever",
            balance
                .position_margin
                .decimal()
                .checked_div(equity.decimal())
                .unwrap_or_default()
                .round_dp(8)
                .normalize(),
        )
        .put("coinUsdPrice", held.dollars.normalize())
        .put("uTime", balance.updated_at.millis())
        .bare("collateralEnabled", false)
        .bare("collateralRestrict", false);
    for zero in [
        "colRes",
        "colBorrAutoConversion",
        "fixedBal",
        "frpType",
        "interest",
        "maxLoan",
        "rewardBal",
        "smtSyncEq",
        "spotCopyTradingEq",
        "spotIsoBal",
        "stgyEq",
        "twap",
        "autoLendAmt",
        "autoLendMtAmt",
    ] {
        row.put(zero, "0");
    }
    row.put("autoLendStatus", "unsupported").put("autoStakingStatus", "unsupported").blank(&[
        "accAvgPx",
        "borrowFroz",
        "clSpotInUseAmt",
        "crossLiab",
        "isoLiab",
        "liab",
        "maxSpotInUseAmt",
        "openAvgPx",
        "spotBal",
        "spotInUseAmt",
        "spotUpl",
        "spotUplRatio",
        "totalPnl",
        "totalPnlRatio",
        "uplLiab",
    ]);
    row.end();
}

/// The user number clients see.
pub(crate) fn uid(account: AccountNo) -> u64 {
    44_705_892_343_619_584 + u64::from(account.0)
}

/// `net_mode`, `long_short_mode`.
pub(crate) const fn pos_mode(mode: PositionMode) -> &'static str {
    match mode {
        PositionMode::OneWay => "net_mode",
        PositionMode::Hedge => "long_short_mode",
    }
}

/// The row of `/account/config`.
pub(crate) fn config(out: &mut String, account: AccountNo, mode: PositionMode, may_withdraw: bool) {
    let mut row = Object::begin(out);
    row.put("uid", uid(account))
        .put("mainUid", uid(account))
        .put("acctLv", "2")
        .put("posMode", pos_mode(mode))
        .put("acctStpMode", "cancel_maker")
        .put("perm", if may_withdraw { "read_only,trade,withdraw" } else { "read_only,trade" })
        .put("level", "Lv1")
        .put("label", "sim")
        .put("kycLv", "2")
        .put("greeksType", "PA")
        .put("ctIsoMode", "automatic")
        .put("mgnIsoMode", "automatic")
        .put("liquidationGear", "-1")
        .put("roleType", "0")
        .put("spotRoleType", "0")
        .put("feeType", "0")
        .put("type", "0")
        .put("opAuth", "0")
        .put("settleCcy", "USD")
        .blank(&["ip", "levelTmp", "spotOffsetType", "stgyType"])
        .bare("autoLoan", false)
        .bare("enableSpotBorrow", false)
        .bare("spotBorrowAutoRepay", false)
        .bare("traderInsts", "[]")
        .bare("spotTraderInsts", "[]")
        .bare("settleCcyList", "[\"USD\"]");
    row.end();
}
