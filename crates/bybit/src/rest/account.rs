//! Positions, balances, settings, and the items of a batch.

use aurora_model::{Nanos, Side};
use aurora_wire::{DecodeError, MarginMode};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::envelope::{Envelope, List};
use super::value::{Num, Text, parse};

/// A position by the venue's count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// 0 one-way, 1 the long, 2 the short of a hedged account.
    pub idx: u8,
    /// Plus is long.
    pub size: Decimal,
    /// What it was opened at, on average.
    pub entry: Option<Decimal>,
    /// Its leverage.
    pub leverage: Option<Decimal>,
}

#[derive(Deserialize)]
struct WirePosition<'a> {
    #[serde(borrow, default)]
    category: Text<'a>,
    #[serde(borrow)]
    symbol: Text<'a>,
    #[serde(borrow, default)]
    side: Text<'a>,
    size: Num,
    #[serde(borrow, default, rename = "positionIdx")]
    idx: Text<'a>,
    /// `avgPrice` in answers, `entryPrice` on the stream.
    #[serde(default, rename = "avgPrice")]
    avg_price: Num,
    #[serde(default, rename = "entryPrice")]
    entry_price: Num,
    #[serde(default)]
    leverage: Num,
}

/// Reads a list of positions; other categories than linear are left out.
///
/// # Errors
/// When it cannot be read.
pub fn positions(list: &str) -> Result<Vec<Position>, DecodeError> {
    let wire: Vec<WirePosition<'_>> = parse(list.as_bytes(), "a list of positions")?;
    let is_linear = |position: &&WirePosition<'_>| matches!(position.category.0, "" | "linear");
    wire.iter().filter(is_linear).map(position).collect()
}

fn side_of(word: &str) -> Option<Side> {
    match word {
        "Buy" => Some(Side::Buy),
        "Sell" => Some(Side::Sell),
        _ => None,
    }
}

fn position(wire: &WirePosition<'_>) -> Result<Position, DecodeError> {
    let size = wire.size.some("size")?;
    let signed = match side_of(wire.side.0) {
        Some(Side::Sell) => -size,
        Some(Side::Buy) => size,
        None if size.is_zero() => size,
        None => return Err(DecodeError::Missing { field: "side" }),
    };
    Ok(Position {
        symbol: wire.symbol.0.to_owned(),
        idx: wire.idx.0.parse().unwrap_or(0),
        size: signed,
        entry: wire.avg_price.0.or(wire.entry_price.0).filter(|price| !price.is_zero()),
        leverage: wire.leverage.0,
    })
}

#[derive(Deserialize)]
struct WireFrame<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Reads the positions of a frame of topic `position`.
///
/// # Errors
/// When it cannot be read.
pub fn read_position_frame(frame: &[u8]) -> Result<Vec<Position>, DecodeError> {
    let wire: WireFrame<'_> = parse(frame, "a frame with positions")?;
    positions(wire.data.get())
}

/// A balance of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Which asset.
    pub asset: String,
    /// All of it.
    pub total: Decimal,
    /// What is not bound by orders and positions.
    pub free: Decimal,
}

#[derive(Deserialize)]
struct WireWallet<'a> {
    #[serde(borrow, default)]
    coin: Vec<WireCoin<'a>>,
}

#[derive(Deserialize)]
struct WireCoin<'a> {
    #[serde(borrow)]
    coin: Text<'a>,
    #[serde(rename = "walletBalance")]
    wallet_balance: Num,
    #[serde(default)]
    locked: Num,
    #[serde(default, rename = "totalOrderIM")]
    order_margin: Num,
    #[serde(default, rename = "totalPositionIM")]
    position_margin: Num,
}

/// Reads the `list` of `/v5/account/wallet-balance`.
///
/// # Errors
/// When it cannot be read.
pub fn wallet(list: &str) -> Result<Vec<Balance>, DecodeError> {
    let wallets: Vec<WireWallet<'_>> = parse(list.as_bytes(), "a list of wallets")?;
    wallets.iter().flat_map(|wallet| &wallet.coin).map(balance).collect()
}

fn balance(coin: &WireCoin<'_>) -> Result<Balance, DecodeError> {
    let total = coin.wallet_balance.some("walletBalance")?;
    let bound = [coin.locked, coin.order_margin, coin.position_margin];
    let bound: Decimal = bound.iter().filter_map(|bound| bound.0).sum();
    Ok(Balance { asset: coin.coin.0.to_owned(), total, free: total - bound })
}

/// Reads the balances of a frame of topic `wallet`.
///
/// # Errors
/// When it cannot be read.
pub fn read_wallet_frame(frame: &[u8]) -> Result<Vec<Balance>, DecodeError> {
    let wire: WireFrame<'_> = parse(frame, "a frame with wallets")?;
    wallet(wire.data.get())
}

/// A row of the transaction log: what moved the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// The row's id.
    pub id: String,
    /// `SETTLEMENT` (funding), `TRADE`, `TRANSFER_IN` and more.
    pub kind: String,
    /// When.
    pub at: Nanos,
    /// Of which asset.
    pub asset: String,
    /// How much the wallet changed.
    pub change: Decimal,
    /// The venue's name of the instrument; empty for transfers.
    pub symbol: String,
}

#[derive(Deserialize)]
struct WireLogRow<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, rename = "transactionTime")]
    at: Text<'a>,
    #[serde(borrow)]
    currency: Text<'a>,
    change: Num,
    #[serde(borrow, default)]
    symbol: Text<'a>,
}

/// Reads the `list` of `/v5/account/transaction-log`.
///
/// # Errors
/// When it cannot be read.
pub fn transaction_log(list: &str) -> Result<Vec<LogRow>, DecodeError> {
    let rows: Vec<WireLogRow<'_>> = parse(list.as_bytes(), "a list of transactions")?;
    let row = |row: &WireLogRow<'_>| {
        Ok(LogRow {
            id: row.id.0.to_owned(),
            kind: row.kind.0.to_owned(),
            at: row.at.millis()?,
            asset: row.currency.0.to_owned(),
            change: row.change.some("change")?,
            symbol: row.symbol.0.to_owned(),
        })
    };
    rows.iter().map(row).collect()
}

/// What became of one item of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchItem {
    /// Our id, when the venue repeats it.
    pub link_id: String,
    /// The venue's id; empty when it was refused.
    pub order_id: String,
    /// Zero when taken.
    pub code: i64,
    /// The venue's words.
    pub message: String,
}

#[derive(Deserialize)]
struct WireId<'a> {
    #[serde(borrow, default, rename = "orderId")]
    order_id: Text<'a>,
    #[serde(borrow, default, rename = "orderLinkId")]
    link_id: Text<'a>,
}

#[derive(Deserialize)]
struct WireCode<'a> {
    #[serde(borrow)]
    code: Text<'a>,
    #[serde(borrow, default)]
    msg: Text<'a>,
}

/// Pairs `result.list[i]` with `retExtInfo.list[i]`.
///
/// # Errors
/// When either cannot be read or the two are not equally long: then no item's fate is known.
pub fn read_batch(result: &str, ext: &str) -> Result<Vec<BatchItem>, DecodeError> {
    let ids: Vec<WireId<'_>> = parse(List::read(result)?.items.as_bytes(), "a list of orders")?;
    let codes: Vec<WireCode<'_>> = parse(List::read(ext)?.items.as_bytes(), "a list of codes")?;
    if ids.len() != codes.len() {
        return Err(DecodeError::Missing { field: "retExtInfo.list" });
    }
    let item = |(id, code): (&WireId<'_>, &WireCode<'_>)| {
        Ok(BatchItem {
            link_id: id.link_id.0.to_owned(),
            order_id: id.order_id.0.to_owned(),
            code: code.code.0.parse().map_err(|_| super::UNREADABLE_CODE)?,
            message: code.msg.0.to_owned(),
        })
    };
    ids.iter().zip(&codes).map(item).collect()
}

/// How many orders a cancel-all names.
///
/// # Errors
/// When it cannot be read.
pub fn count_ids(result: &str) -> Result<usize, DecodeError> {
    let ids: Vec<WireId<'_>> = parse(List::read(result)?.items.as_bytes(), "a list of orders")?;
    Ok(ids.len())
}

/// The ids of one taken order: the venue's and ours.
///
/// # Errors
/// When it cannot be read.
pub fn read_order_ids(result: &str) -> Result<(String, String), DecodeError> {
    let id: WireId<'_> = parse(result.as_bytes(), "an order's ids")?;
    Ok((id.order_id.0.to_owned(), id.link_id.0.to_owned()))
}

/// How the dead-man switch is set for a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadManStatus {
    /// `SPOT`, `DERIVATIVES`, `OPTIONS`.
    pub product: String,
    /// Whether it is on.
    pub is_on: bool,
    /// Silence that fires it, in seconds.
    pub window_s: u32,
}

#[derive(Deserialize)]
struct WireDeadMan<'a> {
    #[serde(borrow)]
    product: Text<'a>,
    #[serde(borrow, rename = "dcpStatus")]
    status: Text<'a>,
    #[serde(borrow, rename = "timeWindow")]
    window: Text<'a>,
}

#[derive(Deserialize)]
struct WireDeadMen<'a> {
    #[serde(borrow, rename = "dcpInfos")]
    infos: Vec<WireDeadMan<'a>>,
}

/// Reads the answer of `/v5/account/query-dcp-info`.
///
/// # Errors
/// When it cannot be read.
pub fn read_dead_man(body: &[u8]) -> Result<Vec<DeadManStatus>, DecodeError> {
    let result = Envelope::read(body)?.result;
    let wire: WireDeadMen<'_> = parse(result.as_bytes(), "dcpInfos")?;
    let status = |info: &WireDeadMan<'_>| {
        Ok(DeadManStatus {
            product: info.product.0.to_owned(),
            is_on: info.status.0 == "ON",
            window_s: info
                .window
                .0
                .parse()
                .map_err(|_| DecodeError::Missing { field: "timeWindow" })?,
        })
    };
    wire.infos.iter().map(status).collect()
}

#[derive(Deserialize)]
struct WireFee<'a> {
    #[serde(borrow)]
    symbol: Text<'a>,
    #[serde(rename = "makerFeeRate")]
    maker: Num,
    #[serde(rename = "takerFeeRate")]
    taker: Num,
}

/// Reads the `list` of `/v5/account/fee-rate`: symbol, maker's and taker's rate as fractions.
///
/// # Errors
/// When it cannot be read.
pub fn fee_rates(list: &str) -> Result<Vec<(String, Decimal, Decimal)>, DecodeError> {
    let wire: Vec<WireFee<'_>> = parse(list.as_bytes(), "a list of fee rates")?;
    let rate = |fee: &WireFee<'_>| {
        let (maker, taker) = (fee.maker.some("makerFeeRate")?, fee.taker.some("takerFeeRate")?);
        Ok((fee.symbol.0.to_owned(), maker, taker))
    };
    wire.iter().map(rate).collect()
}

#[derive(Deserialize)]
struct WireInfo<'a> {
    #[serde(borrow, rename = "marginMode")]
    margin_mode: Text<'a>,
}

/// Reads the margin mode in the answer of `/v5/account/info`; `None` for portfolio margin.
///
/// # Errors
/// When it cannot be read.
pub fn margin_mode(body: &[u8]) -> Result<Option<MarginMode>, DecodeError> {
    let wire: WireInfo<'_> = parse(Envelope::read(body)?.result.as_bytes(), "marginMode")?;
    Ok(match wire.margin_mode.0 {
        "REGULAR_MARGIN" => Some(MarginMode::Cross),
        "ISOLATED_MARGIN" => Some(MarginMode::Isolated),
        _ => None,
    })
}

/// What a key may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// Orders are refused.
    pub read_only: bool,
    /// Money can be moved out with it: such a key must not trade here.
    pub may_withdraw: bool,
    /// It works from listed addresses only.
    pub address_bound: bool,
    /// The account is a unified one.
    pub unified: bool,
}

#[derive(Deserialize)]
struct WireKey<'a> {
    #[serde(borrow, rename = "readOnly")]
    read_only: Text<'a>,
    #[serde(borrow, default)]
    permissions: std::collections::BTreeMap<&'a str, Vec<&'a str>>,
    #[serde(borrow, default)]
    ips: Vec<&'a str>,
    #[serde(borrow, default)]
    uta: Text<'a>,
}

/// Reads the answer of `/v5/user/query-api`.
///
/// # Errors
/// When it cannot be read.
pub fn key_info(body: &[u8]) -> Result<KeyInfo, DecodeError> {
    key_rights(Envelope::read(body)?.result)
}

/// The same from the answer's `result`.
pub(crate) fn key_rights(result: &str) -> Result<KeyInfo, DecodeError> {
    let wire: WireKey<'_> = parse(result.as_bytes(), "a key's permissions")?;
    let wallet = wire.permissions.get("Wallet").map_or(&[][..], Vec::as_slice);
    Ok(KeyInfo {
        read_only: wire.read_only.0 == "1",
        may_withdraw: wallet.contains(&"Withdraw"),
        address_bound: wire.ips.iter().any(|ip| *ip != "*"),
        unified: wire.uta.0 == "1",
    })
}
