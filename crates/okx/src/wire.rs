//! OKX's own words.

use aurora_model::Side;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $fallback:ident { $($(#[$vdoc:meta])* $variant:ident = $($word:literal)|+,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
            /// A word we do not know.
            $fallback,
        }

        impl $name {
            /// The meaning of a word on the wire.
            #[inline]
            pub fn of(word: &[u8]) -> $name {
                match word {
                    $($($word)|+ => $name::$variant,)*
                    _ => $name::$fallback,
                }
            }
        }
    };
}

words! {
    /// A channel, by what its data looks like.
    Channel: Other {
        /// Changes of a deep book.
        Books = b"books" | b"books-l2-tbt" | b"books50-l2-tbt",
        /// The best five levels, whole each time.
        Books5 = b"books5",
        /// The touch.
        Bbo = b"bbo-tbt",
        /// Public trades.
        Trades = b"trades" | b"trades-all",
        /// Our orders.
        Orders = b"orders",
        /// Our conditional orders.
        AlgoOrders = b"orders-algo" | b"algo-advance",
        /// Our wallet.
        Account = b"account",
        /// Our positions.
        Positions = b"positions",
        /// Our fills (for large accounts).
        Fills = b"fills",
        /// Mark price.
        MarkPrice = b"mark-price",
        /// Index price.
        IndexTickers = b"index-tickers",
        /// Funding rate.
        FundingRate = b"funding-rate",
        /// Open interest.
        OpenInterest = b"open-interest",
        /// Somebody's liquidation.
        Liquidations = b"liquidation-orders",
        /// Maintenance.
        Status = b"status",
        /// Instrument rules.
        Instruments = b"instruments",
        /// How far prices may go.
        PriceLimit = b"price-limit",
        /// The day's figures.
        Tickers = b"tickers",
    }
}

words! {
    /// Where an order is in its life.
    State: Other {
        /// Resting, nothing filled.
        Live = b"live",
        /// Resting, part filled.
        Partial = b"partially_filled",
        /// Filled whole.
        Filled = b"filled",
        /// Ended before that.
        Canceled = b"canceled" | b"mmp_canceled",
    }
}

words! {
    /// What kind of order it is.
    OrdType: Other {
        /// Rests at its limit.
        Limit = b"limit",
        /// Takes at any price.
        Market = b"market",
        /// Rests or is cancelled.
        PostOnly = b"post_only",
        /// All at once or nothing.
        Fok = b"fok",
        /// What is there at once.
        Ioc = b"ioc" | b"optimal_limit_ioc",
    }
}

words! {
    /// Which position of a hedged account, or the net one.
    PosSide: Other {
        /// The one and only.
        Net = b"net" | b"",
        /// The long one.
        Long = b"long",
        /// The short one.
        Short = b"short",
    }
}

/// `buy` or `sell`.
#[inline]
pub(crate) fn side(word: &[u8]) -> Option<Side> {
    match word {
        b"buy" => Some(Side::Buy),
        b"sell" => Some(Side::Sell),
        _ => None,
    }
}
