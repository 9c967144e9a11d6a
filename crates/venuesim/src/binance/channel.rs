//! Names of public streams.

use aurora_model::{InstrumentNo, Nanos};

use super::market::interval;

/// What a stream tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Trade,
    AggTrade,
    BookTicker,
    /// Changed levels, so often.
    Diff(Nanos),
    /// The best levels, so often.
    Partial(usize, Nanos),
    Mark(Nanos),
    /// The place in [`INTERVALS`].
    Kline(usize),
    Ticker,
    MiniTicker,
    Force,
    ContractInfo,
}

/// A kind of stream, of one instrument or of all.
pub(super) type Key = (Option<InstrumentNo>, Kind);

pub(super) const INTERVALS: [&str; 14] =
    ["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w"];

/// What `@0ms` means here: the venue pushes as fast as it can.
pub(super) const AT_ONCE: Nanos = Nanos::from_millis(10);
const MS_100: Nanos = Nanos::from_millis(100);
const MS_250: Nanos = Nanos::from_millis(250);
const MS_500: Nanos = Nanos::from_millis(500);
const SECOND: Nanos = Nanos::from_millis(1_000);
const THREE_SECONDS: Nanos = Nanos::from_millis(3_000);

/// What a name means; `None` for names the venue does not have, which it takes without a word.
pub(super) fn parse(name: &str, no_of: impl Fn(&str) -> Option<InstrumentNo>) -> Option<Key> {
    if let Some(all) = name.strip_prefix('!') {
        let kind = match all {
            "bookTicker" => Kind::BookTicker,
            "ticker@arr" => Kind::Ticker,
            "miniTicker@arr" => Kind::MiniTicker,
            "markPrice@arr" => Kind::Mark(THREE_SECONDS),
            "markPrice@arr@1s" => Kind::Mark(SECOND),
            "forceOrder@arr" => Kind::Force,
            "contractInfo" => Kind::ContractInfo,
            _ => return None,
        };
        return Some((None, kind));
    }
    let (symbol, channel) = name.split_once('@')?;
    let no = no_of(&symbol.to_uppercase())?;
    let (word, speed) = channel.split_once('@').unwrap_or((channel, ""));
    let every = match speed {
        "" | "250ms" => MS_250,
        "0ms" => AT_ONCE,
        "100ms" => MS_100,
        "500ms" => MS_500,
        "1s" if word == "markPrice" => SECOND,
        _ => return None,
    };
    let kind = match word {
        "trade" => Kind::Trade,
        "aggTrade" => Kind::AggTrade,
        "bookTicker" => Kind::BookTicker,
        "depth" => Kind::Diff(every),
        "depth5" => Kind::Partial(5, every),
        "depth10" => Kind::Partial(10, every),
        "depth20" => Kind::Partial(20, every),
        "markPrice" if speed.is_empty() => Kind::Mark(THREE_SECONDS),
        "markPrice" => Kind::Mark(SECOND),
        "ticker" => Kind::Ticker,
        "miniTicker" => Kind::MiniTicker,
        "forceOrder" => Kind::Force,
        _ => {
            let word = word.strip_prefix("kline_")?;
            interval(word).ok()?;
            Kind::Kline(INTERVALS.iter().position(|known| *known == word)?)
        }
    };
    Some((Some(no), kind))
}

/// How often a stream pushes; `None` when it pushes what happens.
pub(super) const fn every(kind: Kind) -> Option<Nanos> {
    match kind {
        Kind::Trade | Kind::AggTrade | Kind::BookTicker | Kind::Force | Kind::ContractInfo => None,
        Kind::Diff(every) | Kind::Partial(_, every) | Kind::Mark(every) => Some(every),
        Kind::Kline(_) => Some(MS_250),
        Kind::Ticker => Some(SECOND),
        Kind::MiniTicker => Some(MS_500),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_the_manual_has_them() {
        let no_of = |symbol: &str| (symbol == "BTCUSDT").then_some(InstrumentNo(3));
        let btc = |kind| Some((Some(InstrumentNo(3)), kind));
        for (name, want) in [
            ("btcusdt@depth", btc(Kind::Diff(MS_250))),
            ("btcusdt@depth@100ms", btc(Kind::Diff(MS_100))),
            ("btcusdt@depth@0ms", btc(Kind::Diff(AT_ONCE))),
            ("btcusdt@depth20@500ms", btc(Kind::Partial(20, MS_500))),
            ("btcusdt@markPrice@1s", btc(Kind::Mark(SECOND))),
            ("btcusdt@kline_1h", btc(Kind::Kline(5))),
            ("!bookTicker", Some((None, Kind::BookTicker))),
            ("btcusdt@depth@1s", None),
            ("btcusdt@nothing", None),
            ("xyzusdt@trade", None),
            ("0", None),
        ] {
            assert_eq!(parse(name, no_of), want, "{name}");
        }
    }
}
