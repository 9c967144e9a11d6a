//! Stories as text: what the market and the accounts do, line by line, and what the exchange tells.
//!
//! ```text
//! book 100x5 99x5 | 101x5 102x5      the whole public book, bids then asks
//! level ask 101 0                     one level
//! trade sell 3 @ 100                  a public trade; the seller took
//! tick 1000                           so many milliseconds pass
//! 1 buy 2 @ 100 id=a post reduce      account 1 places an order; `@ market` for a market order
//! 1 amend a price=99 qty=3            changes it
//! 1 cancel a                          takes it back
//! ```
//! Instrument 0 is a contract, 1 is spot (`spot` among the words); both have a tick and a lot of one.

use std::fmt::Write;

use aurora_matching::exchange::*;
use aurora_model::{
    Instrument, InstrumentNo, Level, Lots, MarketEvent, MarketKind, Nanos, Notional, Payoff, Side,
    Ticks,
};
use expect_test::Expect;
use rust_decimal::Decimal;

/// Runs a story with the usual settings.
pub(crate) fn check(story: &str, expect: &Expect) {
    check_with(ExchangeConfig::default(), story, expect);
}

/// Runs a story with other settings.
pub(crate) fn check_with(config: ExchangeConfig, story: &str, expect: &Expect) {
    let mut stage = Stage::new(config);
    for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
        stage.play(line);
    }
    expect.assert_eq(&stage.told);
}

pub(crate) struct Stage {
    pub(crate) exchange: Exchange,
    pub(crate) told: String,
    update_id: u64,
    at: Nanos,
}

pub(crate) fn asset(name: &str) -> Asset {
    Asset::new(name).unwrap()
}

pub(crate) fn money(amount: i64) -> Notional {
    Notional::new(Decimal::from(amount))
}

pub(crate) fn listings() -> Vec<Listing> {
    let instrument = |id: &str, symbol: &str| Instrument {
        id: id.parse().unwrap(),
        symbol: symbol.to_owned(),
        payoff: Payoff::Linear,
        tick: Decimal::ONE,
        lot: Decimal::ONE,
        multiplier: Decimal::ONE,
        min_notional: money(5),
        maker_fee: Decimal::new(2, 4),
        taker_fee: Decimal::new(5, 4),
    };
    let contract = Listing {
        max_open_orders: 5,
        price_band: Decimal::new(10, 2),
        ..Listing::new(instrument("PAPER:PERP:BTC-USDT", "BTCUSDT"))
    };
    let spot = Listing {
        price_band: Decimal::new(10, 2),
        ..Listing::new(instrument("PAPER:SPOT:BTC-USDT", "BTCUSDT-SPOT"))
    };
    vec![contract, spot]
}

impl Stage {
    pub(crate) fn new(config: ExchangeConfig) -> Stage {
        let config = ExchangeConfig {
            starting_balances: vec![(asset("BTC"), money(100)), (asset("USDT"), money(10_000))],
            ..config
        };
        let exchange = Exchange::new(config, listings(), Nanos(0));
        Stage { exchange, told: String::new(), update_id: 0, at: Nanos(0) }
    }

    pub(crate) fn play(&mut self, line: &str) {
        for event in &self.play_and_keep(line) {
            tell(event, &mut self.told);
        }
    }

    /// Plays a line and returns everything that happened, untold.
    pub(crate) fn play_and_keep(&mut self, line: &str) -> Vec<ExchangeEvent> {
        let mut out = Vec::new();
        let words: Vec<&str> = line.split_whitespace().collect();
        self.at = self.at + Nanos::MILLI;
        let no = InstrumentNo(u16::from(words.contains(&"spot")));
        match words[..] {
            ["book", ..] => self.book(no, &words[1..], &mut out),
            ["level", side, price, qty, ..] => self.level(no, side, price, qty, &mut out),
            ["trade", side, qty, "@", price, ..] => {
                let kind = MarketKind::Trade {
                    id: 1,
                    aggressor: side_of(side),
                    price: Ticks(price.parse().unwrap()),
                    qty: Lots(qty.parse().unwrap()),
                };
                self.market(no, kind, &mut out);
            }
            ["tick", millis] => {
                self.at = self.at + Nanos::from_millis(millis.parse().unwrap());
                self.exchange.advance(self.at, &mut out);
            }
            ["status", status, ..] => {
                let status = match status {
                    "halt" => ListingStatus::Halt,
                    "settling" => ListingStatus::Settling,
                    "closed" => ListingStatus::Closed,
                    _ => ListingStatus::Trading,
                };
                self.exchange.set_status(self.at, no, status, &mut out);
            }
            ["show", "book", ..] => self.show_book(no),
            ["show", account] => self.show_account(AccountNo(account.parse().unwrap())),
            [account, ..] => {
                let account = AccountNo(account.parse().unwrap());
                let command = command(no, &words[1..], self.at);
                self.exchange.open_account(self.at, account, &mut out);
                if let Err(refusal) = self.exchange.apply(self.at, account, &command, &mut out) {
                    writeln!(self.told, "refused: {refusal}").unwrap();
                }
            }
            [] => {}
        }
        out
    }

    fn market(&mut self, no: InstrumentNo, kind: MarketKind<'_>, out: &mut Vec<ExchangeEvent>) {
        let event =
            MarketEvent { instrument: no, exchange_at: self.at, received_at: self.at, kind };
        self.exchange.on_market(&event, out);
    }

    fn book(&mut self, no: InstrumentNo, words: &[&str], out: &mut Vec<ExchangeEvent>) {
        let mut side = Side::Buy;
        let mut levels = Vec::new();
        for word in words {
            match word.split_once('x') {
                Some((price, qty)) => levels.push(Level {
                    side,
                    price: Ticks(price.parse().unwrap()),
                    qty: Lots(qty.parse().unwrap()),
                }),
                None if *word == "|" => side = Side::Sell,
                None => {}
            }
        }
        self.update_id += 1;
        let kind = MarketKind::Snapshot { last_id: self.update_id, levels: &levels };
        self.market(no, kind, out);
    }

    fn level(
        &mut self,
        no: InstrumentNo,
        side: &str,
        price: &str,
        qty: &str,
        out: &mut Vec<ExchangeEvent>,
    ) {
        self.update_id += 1;
        let side = if side == "bid" { Side::Buy } else { Side::Sell };
        let (price, qty) = (Ticks(price.parse().unwrap()), Lots(qty.parse().unwrap()));
        let (first_id, last_id) = (self.update_id, self.update_id);
        let levels = &[Level { side, price, qty }];
        self.market(no, MarketKind::Diff { first_id, last_id, prev_id: None, levels }, out);
    }

    fn show_book(&mut self, no: InstrumentNo) {
        let book = self.exchange.book(no, 3);
        let side = |levels: &[(Ticks, Lots)]| -> String {
            levels.iter().map(|(price, qty)| format!(" {}x{}", price.0, qty.0)).collect()
        };
        writeln!(self.told, "book:{} |{}", side(&book.bids), side(&book.asks)).unwrap();
    }

    fn show_account(&mut self, account: AccountNo) {
        let balance = self.exchange.balance(account, asset("USDT")).unwrap();
        writeln!(
            self.told,
            "{}: wallet {}, locked {}, unrealized {}, margin {} + {}, isolated {}, maintenance {}, available {}",
            account.0,
            number(balance.wallet.decimal()),
            number(balance.locked.decimal()),
            number(balance.unrealized.decimal()),
            number(balance.position_margin.decimal()),
            number(balance.order_margin.decimal()),
            number(balance.isolated.decimal()),
            number(balance.maintenance_margin.decimal()),
            number(balance.available.decimal()),
        )
        .unwrap();
    }
}

fn side_of(word: &str) -> Side {
    if word == "buy" { Side::Buy } else { Side::Sell }
}

fn order_ref(word: &str) -> OrderRef {
    match word.strip_prefix('#') {
        Some(id) => OrderRef::Id(OrderId(id.parse().unwrap())),
        None => OrderRef::Client(ClientId::new(word).unwrap()),
    }
}

fn command(no: InstrumentNo, words: &[&str], now: Nanos) -> Command {
    let value = |name: &str| {
        words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
    };
    let int = |name: &str| value(name).map(|value| value.parse::<i64>().unwrap());
    let position_side = match value("side").as_deref() {
        Some("long") => PositionSide::Long,
        Some("short") => PositionSide::Short,
        _ => PositionSide::Net,
    };
    match words[0] {
        "buy" | "sell" => Command::Place(place(no, words, now)),
        "amend" => Command::Amend(AmendOrder {
            order: order_ref(words[1]),
            price: int("price").map(Ticks),
            qty: int("qty").map(Lots),
            trigger_price: int("trigger").map(Ticks),
            cancel_on_refusal: words.contains(&"or-cancel"),
        }),
        "cancel" if words[1] == "all" => {
            Command::CancelAll { instrument: None, which: CancelWhich::All }
        }
        "cancel" => Command::Cancel(order_ref(words[1])),
        "leverage" => Command::SetLeverage { instrument: no, leverage: words[1].parse().unwrap() },
        "isolated" => Command::SetMarginMode { instrument: no, mode: MarginMode::Isolated },
        "hedge" => Command::SetPositionMode(PositionMode::Hedge),
        "margin" => Command::MoveMargin {
            instrument: no,
            position_side,
            amount: money(words[1].parse().unwrap()),
        },
        "transfer" => {
            Command::Transfer { asset: asset("USDT"), amount: money(words[1].parse().unwrap()) }
        }
        "dead-man" => Command::DeadMan {
            scope: Vec::new(),
            at: int("in").map(|millis| now + Nanos::from_millis(millis)),
        },
        other => panic!("{other} is no command of the story"),
    }
}

fn place(no: InstrumentNo, words: &[&str], now: Nanos) -> PlaceOrder {
    let has = |word: &str| words.contains(&word);
    let value =
        |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let (side, qty, price) = (side_of(words[0]), words[1], words[3]);
    let kind = match price {
        "market" => OrderKind::Market,
        price => OrderKind::Limit(Ticks(price.parse().unwrap())),
    };
    let qty = match qty {
        "all" => OrderQty::ClosePosition,
        money_qty if money_qty.starts_with('$') => {
            OrderQty::Quote(money(money_qty[1..].parse().unwrap()))
        }
        lots => OrderQty::Lots(Lots(lots.parse().unwrap())),
    };
    let life = match value("gtd") {
        Some(millis) => Life::Gtd(now + Nanos::from_millis(millis.parse().unwrap())),
        None if has("ioc") => Life::Ioc,
        None if has("fok") => Life::Fok,
        None if has("post") => Life::PostOnly,
        None => Life::Gtc,
    };
    let trigger = |name: &str, when: TriggerWhen| {
        value(name).map(|price| Trigger {
            price: Ticks(price.parse().unwrap()),
            by: if has("by-mark") { TriggerBy::Mark } else { TriggerBy::Last },
            when,
            close_on_trigger: has("close-on-trigger"),
            is_take_profit: false,
        })
    };
    PlaceOrder {
        instrument: no,
        client_id: value("id").map_or(ClientId::EMPTY, |id| ClientId::new(id).unwrap()),
        side,
        kind,
        qty,
        life,
        reduce_only: has("reduce"),
        position_side: match value("side") {
            Some("long") => PositionSide::Long,
            Some("short") => PositionSide::Short,
            _ => PositionSide::Net,
        },
        stp: match value("stp") {
            Some("maker") => StpMode::CancelMaker,
            Some("taker") => StpMode::CancelTaker,
            Some("both") => StpMode::CancelBoth,
            _ => StpMode::None,
        },
        trigger: trigger("rises", TriggerWhen::Rises)
            .or_else(|| trigger("falls", TriggerWhen::Falls)),
        margin: None,
    }
}

fn number(decimal: Decimal) -> Decimal {
    decimal.round_dp(4).normalize()
}

fn tell(event: &ExchangeEvent, told: &mut String) {
    let line = match &event.kind {
        EventKind::Order(order) => {
            let name = match order.client_id.as_str() {
                "" => format!("#{}", order.id.0),
                client_id => client_id.to_owned(),
            };
            let price = order.limit().map_or("market".to_owned(), |price| price.0.to_string());
            let cause = match order.cause {
                OrderCause::Closed(cause) => format!("{:?} by {cause:?}", order.status),
                cause => format!("{:?} by {cause:?}", order.status),
            };
            format!(
                "{}: {name} {} {}/{} @ {price}: {cause}",
                order.account.0,
                order.side.word(),
                order.filled.0,
                order.qty.0
            )
        }
        EventKind::Fill(fill) => format!(
            "{}: {:?} {} {} @ {} as {:?}, fee {} {}, realized {}",
            fill.account.0,
            fill.kind,
            fill.side.word(),
            fill.qty.0,
            fill.price.0,
            fill.liquidity,
            number(fill.fee.decimal()),
            fill.fee_asset,
            number(fill.realized.decimal()),
        ),
        EventKind::Position { account, position, .. } => format!(
            "{}: position {:?} {} at {}",
            account.0,
            position.position_side,
            position.lots.0,
            number(position.entry_price)
        ),
        EventKind::Balance(change)
            if matches!(change.reason, ChangeReason::Order | ChangeReason::Opened) =>
        {
            return;
        }
        EventKind::Balance(change) => format!(
            "{}: {} {} {}",
            change.account.0,
            number(change.change.decimal()),
            change.asset,
            format!("{:?}", change.reason).to_lowercase()
        ),
        EventKind::Liquidation { account, side, qty, bankruptcy_price, .. } => format!(
            "{}: liquidation, {} {}, bankrupt at {}",
            account.0,
            side.word(),
            qty.0,
            bankruptcy_price.0
        ),
        EventKind::Adl { account, qty, price, .. } => {
            format!("{}: deleveraged by {} at {}", account.0, qty.0, price.0)
        }
        EventKind::FundingSettled(record) => {
            format!("funding {} at {}", record.rate, number(record.mark))
        }
        EventKind::PublicTrade(trade) => {
            format!("print {} {} @ {}", trade.aggressor.word(), trade.qty.0, trade.price.0)
        }
        EventKind::Listing { status, .. } => format!("listing {status:?}"),
        EventKind::Funding(_)
        | EventKind::Mark(_)
        | EventKind::Leverage { .. }
        | EventKind::Settings { .. } => return,
    };
    writeln!(told, "{line}").unwrap();
}
