//! What the exchange must still know after a crash, one line of text each.

use aurora_model::{InstrumentNo, Lots, Nanos, Notional};
use rust_decimal::Decimal;

use super::command::{AccountNo, MarginMode, PositionMode, PositionSide};
use super::event::{
    BalanceChange, EventKind, ExchangeEvent, ExchangeFill, FundingPayment, FundingRecord,
};
use super::order::OrderSnapshot;
use super::text::Asset;
use super::words::{Reader, Words, record_words};

/// One line: how something is after a change. Later lines about the same thing replace earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeFact {
    /// An order.
    Order(OrderSnapshot),
    /// A fill.
    Fill(ExchangeFill),
    /// A balance.
    Balance {
        /// When.
        at: Nanos,
        /// How it is now.
        change: BalanceChange,
    },
    /// A position.
    Position(PositionFact),
    /// Leverage and margin mode of one instrument.
    Terms(TermsFact),
    /// Settings of an account, which exists from here on.
    Settings(SettingsFact),
    /// A funding payment.
    Funding(FundingPayment),
    /// A settled funding rate.
    Settled(FundingRecord),
    /// What the house has, in place of all that facts before said.
    House(HouseFact),
    /// What the street has, in place of all that facts before said.
    Street(StreetFact),
    /// The last numbers given out.
    Numbers(NumbersFact),
}

/// A position, without what is computed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionFact {
    /// Whose.
    pub account: AccountNo,
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Which position of it.
    pub position_side: PositionSide,
    /// How much; plus is long.
    pub lots: Lots,
    /// What it cost, in the exchange's own count.
    pub cost: i128,
    /// What was put beside it.
    pub isolated: Notional,
    /// Profit since it was last flat.
    pub realized: Notional,
    /// When it was opened.
    pub opened_at: Nanos,
    /// When it changed.
    pub updated_at: Nanos,
}

/// Leverage and margin mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermsFact {
    /// Whose.
    pub account: AccountNo,
    /// Of which instrument.
    pub instrument: InstrumentNo,
    /// The leverage.
    pub leverage: u32,
    /// The margin mode.
    pub mode: MarginMode,
}

/// Settings of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsFact {
    /// Whose.
    pub account: AccountNo,
    /// One-way or hedge.
    pub position_mode: PositionMode,
    /// The place in the fee tiers.
    pub fee_tier: usize,
}

/// What the house took and paid in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HouseFact {
    /// Which currency.
    pub asset: Asset,
    /// Fees.
    pub fees: Decimal,
    /// The insurance fund.
    pub insurance: Decimal,
    /// What funding left over.
    pub funding: Decimal,
}

/// What the street did with the accounts in one instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreetFact {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// What it holds.
    pub lots: i64,
    /// What it was paid, in the exchange's own count.
    pub flow: i128,
}

/// The last numbers given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumbersFact {
    /// To an order.
    pub order: u64,
    /// To a fill or a funding payment.
    pub fill: u64,
}

record_words! {
    PositionFact {
        account, instrument, position_side, lots, cost, isolated, realized, opened_at, updated_at
    }
    TermsFact { account, instrument, leverage, mode }
    SettingsFact { account, position_mode, fee_tier }
    HouseFact { asset, fees, insurance, funding }
    StreetFact { instrument, lots, flow }
    NumbersFact { order, fill }
}

/// Why a line is not a fact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "exchange fact {line:?}: {field} is missing or unreadable; remove the line if it is the last one, cut short by a crash"
)]
pub struct ExchangeFactError {
    /// The whole line.
    pub line: String,
    /// Which field.
    pub field: &'static str,
}

impl ExchangeFact {
    /// The fact that an event leaves; `None` when it leaves none.
    pub fn of(event: &ExchangeEvent) -> Option<ExchangeFact> {
        Some(match event.kind {
            EventKind::Order(order) => ExchangeFact::Order(order),
            EventKind::Fill(fill) => ExchangeFact::Fill(fill),
            EventKind::Balance(change) => ExchangeFact::Balance { at: event.at, change },
            EventKind::Position { account, position, .. } => ExchangeFact::Position(PositionFact {
                account,
                instrument: position.instrument,
                position_side: position.position_side,
                lots: position.lots,
                cost: position.cost,
                isolated: position.isolated,
                realized: position.realized,
                opened_at: position.opened_at,
                updated_at: position.updated_at,
            }),
            EventKind::Leverage { account, instrument, leverage, mode } => {
                ExchangeFact::Terms(TermsFact { account, instrument, leverage, mode })
            }
            EventKind::Settings { account, position_mode, fee_tier } => {
                ExchangeFact::Settings(SettingsFact { account, position_mode, fee_tier })
            }
            EventKind::Funding(payment) => ExchangeFact::Funding(payment),
            EventKind::FundingSettled(record) => ExchangeFact::Settled(record),
            EventKind::Liquidation { .. }
            | EventKind::Adl { .. }
            | EventKind::PublicTrade(_)
            | EventKind::Listing { .. }
            | EventKind::Mark(_) => return None,
        })
    }

    /// The fact as one line, without the line end.
    pub fn encode(&self) -> String {
        let mut line = String::with_capacity(256);
        match self {
            ExchangeFact::Order(fact) => named("order", fact, &mut line),
            ExchangeFact::Fill(fact) => named("fill", fact, &mut line),
            ExchangeFact::Balance { at, change } => {
                named("balance", at, &mut line);
                change.put(&mut line);
            }
            ExchangeFact::Position(fact) => named("position", fact, &mut line),
            ExchangeFact::Terms(fact) => named("terms", fact, &mut line),
            ExchangeFact::Settings(fact) => named("settings", fact, &mut line),
            ExchangeFact::Funding(fact) => named("funding", fact, &mut line),
            ExchangeFact::Settled(fact) => named("settled", fact, &mut line),
            ExchangeFact::House(fact) => named("house", fact, &mut line),
            ExchangeFact::Street(fact) => named("street", fact, &mut line),
            ExchangeFact::Numbers(fact) => named("numbers", fact, &mut line),
        }
        // A line that was cut short must not read as a shorter number.
        line.push_str(" .");
        line
    }

    /// The fact a line stands for.
    ///
    /// # Errors
    /// [`ExchangeFactError`] naming the field that is wrong; a line cut short by a crash is one such.
    pub fn parse(line: &str) -> Result<ExchangeFact, ExchangeFactError> {
        let mut from = Reader::new(line);
        let fact = parse(&mut from);
        let fact = fact.filter(|_| {
            from.field = "the end";
            from.word() == Some(".") && from.word().is_none()
        });
        fact.ok_or_else(|| ExchangeFactError { line: line.to_owned(), field: from.field })
    }
}

fn named(name: &str, fact: &impl Words, line: &mut String) {
    line.push_str(name);
    fact.put(line);
}

fn parse(from: &mut Reader<'_>) -> Option<ExchangeFact> {
    Some(match from.word()? {
        "order" => ExchangeFact::Order(Words::take(from)?),
        "fill" => ExchangeFact::Fill(Words::take(from)?),
        "balance" => ExchangeFact::Balance { at: from.field("at")?, change: Words::take(from)? },
        "position" => ExchangeFact::Position(Words::take(from)?),
        "terms" => ExchangeFact::Terms(Words::take(from)?),
        "settings" => ExchangeFact::Settings(Words::take(from)?),
        "funding" => ExchangeFact::Funding(Words::take(from)?),
        "settled" => ExchangeFact::Settled(Words::take(from)?),
        "house" => ExchangeFact::House(Words::take(from)?),
        "street" => ExchangeFact::Street(Words::take(from)?),
        "numbers" => ExchangeFact::Numbers(Words::take(from)?),
        _ => return None,
    })
}
