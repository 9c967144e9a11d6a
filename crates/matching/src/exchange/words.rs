//! How the values of a fact become words of a line, and words values again.

use std::fmt::Write;
use std::str::SplitAsciiWhitespace;

use aurora_model::{InstrumentNo, Liquidity, Lots, Nanos, Notional, Side, Ticks};
use rust_decimal::Decimal;

use super::command::{
    AccountNo, Life, MarginMode, OrderId, OrderKind, PositionMode, PositionSide, StpMode, Trigger,
    TriggerBy, TriggerWhen,
};
use super::event::{
    BalanceChange, ChangeReason, ExchangeFill, FillKind, FundingPayment, FundingRecord,
};
use super::order::{CloseCause, OrderCause, OrderSnapshot, OrderStatus};
use super::refusal::Refusal;
use super::text::Text;

/// A value that can be written as words and read back, exactly.
pub(super) trait Words: Sized {
    fn put(&self, line: &mut String);
    fn take(from: &mut Reader<'_>) -> Option<Self>;
}

/// The words that are left of a line, and the field that was read last.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    words: SplitAsciiWhitespace<'a>,
    pub(super) field: &'static str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(line: &'a str) -> Reader<'a> {
        Reader { words: line.split_ascii_whitespace(), field: "kind" }
    }

    pub(super) fn word(&mut self) -> Option<&'a str> {
        self.words.next()
    }

    pub(super) fn field<T: Words>(&mut self, name: &'static str) -> Option<T> {
        self.field = name;
        T::take(self)
    }
}

macro_rules! plain_words {
    ($($name:ty),*) => {$(
        impl Words for $name {
            fn put(&self, line: &mut String) {
                write!(line, " {self}").expect("a string takes all");
            }
            fn take(from: &mut Reader<'_>) -> Option<$name> {
                from.word()?.parse().ok()
            }
        }
    )*};
}

macro_rules! number_words {
    ($($name:ident),*) => {$(
        impl Words for $name {
            fn put(&self, line: &mut String) {
                self.0.put(line);
            }
            fn take(from: &mut Reader<'_>) -> Option<$name> {
                Words::take(from).map($name)
            }
        }
    )*};
}

macro_rules! name_words {
    ($($name:ident { $($variant:ident),* })*) => {$(
        impl Words for $name {
            fn put(&self, line: &mut String) {
                line.push_str(match self {
                    $($name::$variant => concat!(" ", stringify!($variant)),)*
                });
            }
            fn take(from: &mut Reader<'_>) -> Option<$name> {
                match from.word()? {
                    $(stringify!($variant) => Some($name::$variant),)*
                    _ => None,
                }
            }
        }
    )*};
}

macro_rules! record_words {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Words for $name {
            fn put(&self, line: &mut String) {
                $(self.$field.put(line);)*
            }
            fn take(from: &mut Reader<'_>) -> Option<$name> {
                $(let $field = from.field(stringify!($field))?;)*
                Some($name { $($field),* })
            }
        }
    )*};
}
pub(super) use record_words;

/// Variants without anything, with one unnamed value, and with named values.
macro_rules! choice_words {
    ($name:ident { $($unit:ident),* } ($($tuple:ident),*) [$($record:ident { $($field:ident),* }),*]) => {
        impl Words for $name {
            fn put(&self, line: &mut String) {
                match self {
                    $($name::$unit => line.push_str(concat!(" ", stringify!($unit))),)*
                    $($name::$tuple(value) => {
                        line.push_str(concat!(" ", stringify!($tuple)));
                        value.put(line);
                    })*
                    $($name::$record { $($field),* } => {
                        line.push_str(concat!(" ", stringify!($record)));
                        $($field.put(line);)*
                    })*
                }
            }
            fn take(from: &mut Reader<'_>) -> Option<$name> {
                match from.word()? {
                    $(stringify!($unit) => Some($name::$unit),)*
                    $(stringify!($tuple) => Words::take(from).map($name::$tuple),)*
                    $(stringify!($record) => {
                        $(let $field = Words::take(from)?;)*
                        Some($name::$record { $($field),* })
                    })*
                    _ => None,
                }
            }
        }
    };
}

plain_words!(u16, u32, u64, usize, i64, i128, bool, Decimal);
number_words!(AccountNo, OrderId, InstrumentNo, Lots, Ticks, Nanos);

impl Words for Notional {
    fn put(&self, line: &mut String) {
        self.decimal().put(line);
    }
    fn take(from: &mut Reader<'_>) -> Option<Notional> {
        Words::take(from).map(Notional::new)
    }
}

impl<T: Words> Words for Option<T> {
    fn put(&self, line: &mut String) {
        match self {
            None => line.push_str(" -"),
            Some(value) => {
                line.push_str(" +");
                value.put(line);
            }
        }
    }
    fn take(from: &mut Reader<'_>) -> Option<Option<T>> {
        match from.word()? {
            "-" => Some(None),
            "+" => T::take(from).map(Some),
            _ => None,
        }
    }
}

/// Between quotes; bytes that would break a word are written as `%` and two digits.
impl<const N: usize> Words for Text<N> {
    fn put(&self, line: &mut String) {
        line.push_str(" \"");
        for byte in self.as_str().bytes() {
            if byte.is_ascii_graphic() && byte != b'%' {
                line.push(char::from(byte));
            } else {
                write!(line, "%{byte:02x}").expect("a string takes all");
            }
        }
        line.push('"');
    }
    fn take(from: &mut Reader<'_>) -> Option<Text<N>> {
        let word = from.word()?.strip_prefix('"')?.strip_suffix('"')?;
        let mut bytes = Vec::with_capacity(word.len());
        let mut rest = word.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            } else {
                bytes.push(byte);
            }
        }
        Text::new(std::str::from_utf8(&bytes).ok()?).ok()
    }
}

name_words! {
    Side { Buy, Sell }
    Liquidity { Maker, Taker }
    PositionSide { Net, Long, Short }
    PositionMode { OneWay, Hedge }
    MarginMode { Cross, Isolated }
    StpMode { None, CancelMaker, CancelTaker, CancelBoth }
    TriggerBy { Last, Mark, Index }
    TriggerWhen { Rises, Falls }
    FillKind { Trade, Liquidation, Adl, Settlement }
    OrderStatus { Parked, New, PartiallyFilled, Filled, Canceled, Expired, ExpiredInMatch }
    ChangeReason {
        Opened, Transfer, Order, Funding, Liquidation, Insurance, Adl, Margin, Adjustment
    }
}

choice_words!(OrderKind { Market } (Limit) []);
choice_words!(Life { Gtc, Ioc, Fok, PostOnly } (Gtd) []);
choice_words!(OrderCause { New, Parked, Triggered, Amended, Trade } (Closed) []);
choice_words!(CloseCause {
    ByRequest, CancelAll, DeadMan, WouldTake, AmendRefused, IocRest, FokUnfillable, MarketRest,
    GtdExpired, SelfTrade, NothingToReduce, Liquidation, Adl, Halted, TickChanged, Restart
} (TriggerRefused) []);
choice_words!(Refusal {
    Maintenance, UnknownInstrument, NotTrading, NoMarket, WouldTake, NothingToReduce,
    PriceNotOnTick, QtyNotOnLot, UnknownOrder, AlreadyFilled, AlreadyClosed, NothingToAmend,
    FokCannotFill, PositionModeMismatch, BadLife, Unchanged, OpenOrdersInTheWay, PositionInTheWay,
    WouldTriggerAtOnce, NoPosition, NotSupported
} (DuplicateClientId) [
    InsufficientMargin { needed, available }, QtyTooSmall { min }, QtyTooLarge { max },
    BelowMinNotional { min }, PriceTooHigh { limit }, PriceTooLow { limit },
    TooManyOpenOrders { max }, QtyBelowFilled { filled }, LeverageTooHigh { max }
]);

record_words! {
    Trigger { price, by, when, close_on_trigger, is_take_profit }
    OrderSnapshot {
        id, client_id, account, instrument, side, kind, qty, quote_qty, filled, filled_value,
        avg_price, life, reduce_only, close_position, position_side, margin, stp, trigger,
        triggered_at, status, cause, fee, fee_asset, realized, created_at, updated_at, amends,
        is_liquidation
    }
    ExchangeFill {
        account, fill_id, trade_id, order, client_id, instrument, side, position_side, price, qty,
        value, fee, fee_asset, liquidity, realized, kind, at
    }
    BalanceChange { account, asset, wallet, locked, change, reason }
    FundingPayment { account, id, instrument, position_side, lots, mark, rate, amount, asset, at }
    FundingRecord { instrument, at, rate, mark }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_client_id_survives_a_line(text in "\\PC{0,9}") {
            let id = Text::<36>::new(&text).unwrap();
            let mut line = String::from("id");
            id.put(&mut line);
            let mut from = Reader::new(&line);
            from.word();
            prop_assert_eq!(Text::<36>::take(&mut from), Some(id));
            prop_assert_eq!(from.word(), None);
        }

        #[test]
        fn no_line_breaks_the_reader(line in "\\PC{0,80}") {
            let _ = crate::exchange::ExchangeFact::parse(&line);
            let _ = crate::exchange::ExchangeFact::parse(&format!("order {line}"));
        }
    }
}
