//! Plays one scenario against one venue.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use aurora_book::{Book, Continuity};
use aurora_model::{
    ClientOrderId, InstrumentNo, Lots, Nanos, OrderIntent, OrderNo, Side, Ticks, TimeInForce, Venue,
};
use aurora_wire::{Amendment, Ask, AskNo, MarginMode, Placement, PriceTrigger, Rules, Stp};
use rust_decimal::Decimal;
use serde_json::Value;

use super::scenario::{Change, Expect, Never, Order, Scenario, Step, Until, Words};
use super::seen::Seen;
use super::truth::Truth;
use super::venue::{Told, VenueLink};

/// Ids of the suite's orders belong to this account, so that nobody takes them for a desk's.
pub(crate) const ACCOUNT: u16 = 1_295;

/// How long a venue has to recover between two scenarios.
const READY: Duration = Duration::from_secs(30);

/// What scenarios are played on: a venue's line, its rules, its books.
pub(crate) struct Stage {
    link: VenueLink,
    rules: Vec<Rules>,
    books: Vec<Book>,
    /// The simulator's side door; `None` against a testnet.
    truth: Option<Truth>,
    epoch: u32,
    next_order: u64,
    next_ask: u64,
    seen: Seen,
    orders: BTreeMap<String, (ClientOrderId, OrderIntent)>,
    began_at: Nanos,
    position_at_start: i64,
    /// The venue takes orders, as its line sees it.
    open_for_orders: bool,
    /// The dead-man switch was touched.
    dead_man: bool,
}

impl Stage {
    pub(crate) fn new(
        link: VenueLink,
        rules: Vec<Rules>,
        truth: Option<Truth>,
        epoch: u32,
    ) -> Stage {
        Stage {
            books: rules.iter().map(|_| Book::new(Continuity::None)).collect(),
            link,
            rules,
            truth,
            epoch,
            next_order: 0,
            next_ask: 0,
            seen: Seen::default(),
            orders: BTreeMap::new(),
            began_at: Nanos(0),
            position_at_start: 0,
            open_for_orders: false,
            dead_man: false,
        }
    }

    /// How long books took to be whole again in the last scenario, in ms.
    pub(crate) fn resyncs_ms(&self) -> &[f64] {
        &self.seen.resyncs_ms
    }

    /// Waits until every book is whole and the account is ready.
    pub(crate) fn ready(&mut self, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        let ready = [String::from("ready")];
        while !(self.books.iter().all(|book| book.touch().is_some()) && self.seen.has_note(&ready))
        {
            if deadline < Instant::now() {
                let whole = self.books.iter().filter(|book| book.touch().is_some()).count();
                bail!(
                    "the venue is not ready: {whole} of {} books are whole, told so far: {}",
                    self.books.len(),
                    self.seen.notes()
                );
            }
            self.listen(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Waits until the venue takes orders again after what the last scenario did to it.
    fn recovered(&mut self, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        self.open_for_orders = false;
        while !self.open_for_orders {
            if deadline < Instant::now() {
                bail!("the line takes no orders {} s after the last scenario", patience.as_secs());
            }
            self.listen(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Plays it from a clean start to a clean end.
    ///
    /// # Errors
    /// Which step failed, and what was told instead.
    pub(crate) fn play(&mut self, scenario: &Scenario) -> Result<()> {
        self.recovered(READY)?;
        self.seen = Seen::default();
        self.orders.clear();
        self.began_at = self.link.now();
        if let Some(truth) = self.truth {
            self.position_at_start = position(&truth.read("/sim/positions")?, &self.rules[0]);
        }
        let played = scenario.steps.iter().enumerate().try_for_each(|(at, step)| {
            self.step(step).with_context(|| format!("step {} {step:?}", at + 1))
        });
        let cleaned = self.clean();
        played.and(cleaned.context("cleaning up"))?;
        match self.seen.torn.first() {
            Some(torn) => bail!("one fill was told in two ways: {torn}"),
            None => Ok(()),
        }
    }

    fn step(&mut self, step: &Step) -> Result<()> {
        if !matches!(step, Step::Until(_) | Step::Never(_) | Step::Expect(_)) {
            self.listen(Duration::ZERO);
            self.seen.turn();
        }
        match step {
            Step::Place(order) => {
                let placement = self.placement(order)?;
                self.ask(Ask::Place(placement));
            }
            Step::PlaceMany(orders) => {
                let many =
                    orders.iter().map(|order| self.placement(order)).collect::<Result<_>>()?;
                self.ask(Ask::PlaceMany(many));
            }
            Step::Amend(change) => {
                let amendment = self.amendment(change)?;
                self.ask(Ask::Amend(amendment));
            }
            Step::AmendMany(changes) => {
                let many =
                    changes.iter().map(|change| self.amendment(change)).collect::<Result<_>>()?;
                self.ask(Ask::AmendMany(many));
            }
            Step::Cancel(name) => {
                let (id, intent) = self.order(name)?;
                self.ask(Ask::Cancel(id, intent.instrument));
            }
            Step::CancelMany(names) => {
                let ids =
                    names.iter().map(|name| self.order(name).map(|(id, i)| (id, i.instrument)));
                let ids = ids.collect::<Result<_>>()?;
                self.ask(Ask::CancelMany(ids));
            }
            Step::CancelAll(instrument) => self.ask(Ask::CancelAll(instrument.map(InstrumentNo))),
            Step::Query(name) => {
                let (id, intent) = self.order(name)?;
                self.ask(Ask::Query(id, intent.instrument));
            }
            Step::Sweep => self.ask(Ask::Sweep { since: self.began_at }),
            Step::DeadMan(after) => {
                let until = after.map(Nanos::from_millis);
                self.dead_man = true;
                self.ask(Ask::DeadMan(until));
            }
            Step::Leverage(times) => self.ask(Ask::Leverage(InstrumentNo(0), *times)),
            Step::Margin(mode) => {
                let mode =
                    if mode == "isolated" { MarginMode::Isolated } else { MarginMode::Cross };
                self.ask(Ask::Margin(InstrumentNo(0), mode));
            }
            Step::Hedge(on) => self.ask(Ask::Hedge(*on)),
            Step::Balances => self.ask(Ask::Balances),
            Step::Statement => self.ask(Ask::Statement { since: self.began_at }),
            Step::Fault(rule) => self.truth()?.fault(&self.filled_in(rule))?,
            Step::Heal => self.truth()?.heal()?,
            Step::Until(until) => self.until(until)?,
            Step::Never(never) => self.never(never)?,
            Step::Expect(expect) => self.expect(expect)?,
        }
        Ok(())
    }

    fn ask(&mut self, ask: Ask) {
        self.next_ask += 1;
        self.link.ask(AskNo(self.next_ask), ask);
    }

    fn order(&self, name: &str) -> Result<(ClientOrderId, OrderIntent)> {
        self.orders.get(name).copied().with_context(|| format!("there is no order {name:?}"))
    }

    fn truth(&self) -> Result<Truth> {
        self.truth.context("faults and the venue's own truth exist in the simulator only")
    }

    fn placement(&mut self, order: &Order) -> Result<Placement> {
        let no = InstrumentNo(order.instrument);
        let rules = self.rules.get(no.index()).context("no such instrument")?.clone();
        let side = if order.side == "buy" { Side::Buy } else { Side::Sell };
        let limit = self.price(&order.at, side, no)?;
        let id = match &order.same_id_as {
            Some(other) => self.order(other)?.0,
            None => {
                self.next_order += 1;
                ClientOrderId::new(ACCOUNT, self.epoch, OrderNo(self.next_order))
            }
        };
        let intent = OrderIntent {
            instrument: no,
            side,
            limit,
            qty: match order.size {
                0 => rules.max_qty,
                size => Lots(smallest(&rules, limit)?.0 * size),
            },
            time_in_force: match order.tif.as_str() {
                "gtc" => TimeInForce::Gtc,
                "ioc" => TimeInForce::Ioc,
                "fok" => TimeInForce::Fok,
                "post_only" => TimeInForce::PostOnly,
                other => bail!("tif {other:?} must be gtc, ioc, fok or post_only"),
            },
            reduce_only: order.reduce_only,
        };
        let trigger = order.trigger.as_deref().map(|place| self.trigger(place, no)).transpose()?;
        self.seen.expect(id, intent.qty);
        self.orders.insert(order.name.clone(), (id, intent));
        Ok(Placement {
            id,
            intent,
            market: order.market,
            good_until: order.good_for_s.map(|s| self.link.now() + Nanos::SECOND * s),
            stp: match order.stp.as_deref() {
                None => Stp::Default,
                Some("taker") => Stp::CancelTaker,
                Some("maker") => Stp::CancelMaker,
                Some("both") => Stp::CancelBoth,
                Some(other) => bail!("stp {other:?} must be taker, maker or both"),
            },
            trigger,
        })
    }

    fn trigger(&self, place: &str, no: InstrumentNo) -> Result<PriceTrigger> {
        let on_fall = match place {
            "above" => false,
            "below" => true,
            other => bail!("trigger {other:?} must be above or below"),
        };
        let touch = self.books[no.index()].touch().context("the book is empty")?;
        let price = touch.bid;
        let away = price.0 / 50;
        let price = Ticks(if on_fall { price.0 - away } else { price.0 + away });
        Ok(PriceTrigger { price, on_fall, by_mark: false, close_on_trigger: false })
    }

    fn amendment(&mut self, change: &Change) -> Result<Amendment> {
        let (id, mut intent) = self.order(&change.order)?;
        let rules = self.rules[intent.instrument.index()].clone();
        if let Some(at) = &change.at {
            intent.limit = match at.as_str() {
                "farther" => Ticks(intent.limit.0 - intent.side.sign() * 7),
                at => self.price(at, intent.side, intent.instrument)?,
            };
        }
        if let Some(size) = change.size {
            intent.qty = Lots(smallest(&rules, intent.limit)?.0 * size);
        }
        self.orders.insert(change.order.clone(), (id, intent));
        Ok(Amendment { id, intent })
    }

    fn price(&self, at: &str, side: Side, no: InstrumentNo) -> Result<Ticks> {
        let touch = self.books[no.index()].touch().context("the book is empty")?;
        let (own, other) = match side {
            Side::Buy => (touch.bid, touch.ask),
            Side::Sell => (touch.ask, touch.bid),
        };
        let sign = side.sign();
        Ok(Ticks(match at {
            "far" => own.0 - sign * (own.0 / 50),
            "near" => own.0,
            "cross" => other.0 + sign * (other.0 / 200),
            "wild" => other.0 + sign * (other.0 / 2),
            wrong => bail!("place {wrong:?} must be far, near, cross or wild"),
        }))
    }

    fn until(&mut self, until: &Until) -> Result<()> {
        let deadline = Instant::now() + Duration::from_millis(until.within_ms);
        loop {
            if self.is_told(&until.order, until.note.as_ref())?
                && (!until.account || self.seen.has_account())
            {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("not told within {} ms; {}", until.within_ms, self.story());
            }
            self.listen(left.min(Duration::from_millis(20)));
        }
    }

    fn never(&mut self, never: &Never) -> Result<()> {
        let deadline = Instant::now() + Duration::from_millis(never.for_ms);
        while Instant::now() < deadline {
            self.listen(Duration::from_millis(20));
            let asked = !never.order.is_empty() || never.note.is_some();
            if asked && self.is_told(&never.order, never.note.as_ref())? {
                bail!("told, and must not be; {}", self.story());
            }
        }
        Ok(())
    }

    fn is_told(&self, orders: &BTreeMap<String, Words>, note: Option<&Words>) -> Result<bool> {
        for (name, words) in orders {
            let (id, _) = self.order(name)?;
            if !self.seen.order(id).is_any(words.all()) {
                return Ok(false);
            }
        }
        Ok(note.is_none_or(|words| self.seen.has_note(words.all())))
    }

    fn story(&self) -> String {
        let orders = self
            .orders
            .iter()
            .map(|(name, (id, _))| format!("{name} [{id}]: {}", self.seen.order(*id).story()));
        format!("orders: {}; notes: {}", orders.collect::<Vec<_>>().join("; "), self.seen.notes())
    }

    fn expect(&mut self, expect: &Expect) -> Result<()> {
        let truth = self.truth()?;
        self.listen(Duration::ZERO);
        let posts = truth.read("/sim/log")?;
        for (name, want) in &expect.posts {
            let (id, _) = self.order(name)?;
            let have = places(&posts, id.as_str());
            if have != *want {
                bail!("{name}: {have} placing requests carried its id, not {want}");
            }
        }
        let open = truth.read("/sim/orders")?;
        for (name, want) in &expect.open {
            let (id, _) = self.order(name)?;
            if is_open(&open, id.as_str()) != *want {
                bail!("{name} is {}open at the venue: {open}", if *want { "not " } else { "" });
            }
        }
        if expect.fills_equal {
            self.fills_equal(truth)?;
        }
        if let Some(want) = expect.position {
            let unit = self.orders.values().next().map_or(1, |(_, intent)| {
                smallest(&self.rules[0], intent.limit).map_or(1, |lots| lots.0)
            });
            let have =
                position(&truth.read("/sim/positions")?, &self.rules[0]) - self.position_at_start;
            if have != want * unit {
                bail!("the position moved by {have} lots, not by {}", want * unit);
            }
        }
        Ok(())
    }

    /// Every fill at the venue was told to us, and nothing else; late ones are waited for.
    fn fills_equal(&mut self, truth: Truth) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let theirs = self.their_fills(&truth.read("/sim/fills")?)?;
            let mut ours: BTreeMap<String, i64> = BTreeMap::new();
            for fill in self.seen.fills().values() {
                *ours.entry(fill.order.to_string()).or_default() += fill.qty.0;
            }
            ours.retain(|id, _| self.orders.values().any(|(own, _)| own.as_str() == id));
            if ours == theirs {
                return Ok(());
            }
            if deadline < Instant::now() {
                bail!("fills told {ours:?}, at the venue {theirs:?}");
            }
            self.listen(Duration::from_millis(50));
        }
    }

    fn their_fills(&self, fills: &Value) -> Result<BTreeMap<String, i64>> {
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for fill in fills.as_array().context("/sim/fills is no list")? {
            let id = fill["client_id"].as_str().unwrap_or_default();
            if self.orders.values().any(|(own, _)| own.as_str() == id) {
                *sums.entry(id.to_owned()).or_default() += self.lots(fill);
            }
        }
        Ok(sums)
    }

    /// The quantity of a fill of the venue's own account, in lots of its instrument.
    fn lots(&self, fill: &Value) -> i64 {
        let symbol = fill["symbol"].as_str().unwrap_or_default();
        let rules = self.rules.iter().find(|rules| rules.instrument.symbol == symbol);
        rules.map_or(0, |rules| lots_of(&fill["qty"], rules))
    }

    /// Leaves nothing behind: faults off, orders cancelled, the position closed.
    fn clean(&mut self) -> Result<()> {
        if let Some(truth) = self.truth {
            truth.heal()?;
        }
        if self.orders.is_empty() {
            return Ok(());
        }
        self.seen.turn();
        if std::mem::take(&mut self.dead_man) {
            self.ask(Ask::DeadMan(None));
        }
        self.ask(Ask::CancelAll(None));
        self.listen(Duration::from_millis(100));
        self.flatten()
    }

    fn flatten(&mut self) -> Result<()> {
        let Some(truth) = self.truth else { return Ok(()) };
        let held = position(&truth.read("/sim/positions")?, &self.rules[0]);
        if held == 0 {
            return Ok(());
        }
        let side = if held < 0 { Side::Buy } else { Side::Sell };
        let limit = self.price("cross", side, InstrumentNo(0))?;
        self.next_order += 1;
        let id = ClientOrderId::new(ACCOUNT, self.epoch, OrderNo(self.next_order));
        let intent = OrderIntent {
            instrument: InstrumentNo(0),
            side,
            limit,
            qty: Lots(held.abs()),
            time_in_force: TimeInForce::Ioc,
            reduce_only: true,
        };
        self.ask(Ask::Place(Placement { market: true, ..Placement::limit(id, intent) }));
        let deadline = Instant::now() + Duration::from_secs(3);
        while position(&truth.read("/sim/positions")?, &self.rules[0]) != 0 {
            if deadline < Instant::now() {
                bail!("a position of {held} lots could not be closed");
            }
            self.listen(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Takes whatever is told for so long; at least everything that waits.
    fn listen(&mut self, patience: Duration) {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.link.next(left) {
                Some(Told::Market(batch)) => {
                    for event in batch.events() {
                        if let Some(book) = self.books.get_mut(event.instrument.index()) {
                            book.apply(&event);
                        }
                    }
                }
                Some(Told::Report(report)) => self.seen.report(&report),
                Some(Told::Note(note)) => self.seen.note(&note),
                Some(Told::Standing { takes_orders }) => self.open_for_orders = takes_orders,
                None if left.is_zero() => return,
                None => {}
            }
        }
    }

    /// The rule with `$symbol` and orders' names put in.
    fn filled_in(&self, rule: &Value) -> Value {
        let (book, private) = topics(self.rules[0].instrument.id.venue);
        let mut text = rule
            .to_string()
            .replace("$symbol", &self.rules[0].instrument.symbol)
            .replace("$book", book)
            .replace("$private", private);
        for (name, (id, _)) in &self.orders {
            text = text.replace(&format!("${name}\""), &format!("{id}\""));
        }
        serde_json::from_str(&text).expect("names are plain words")
    }
}

/// Twice the smallest order the venue takes at that price, so that amends stay above it too.
fn smallest(rules: &Rules, limit: Ticks) -> Result<Lots> {
    let worth_of_one = rules.instrument.notional(limit, Lots(1)).decimal();
    if worth_of_one.is_zero() {
        bail!("a lot at {} ticks is worth nothing", limit.0);
    }
    let lots = (rules.instrument.min_notional.decimal() / worth_of_one).ceil() * Decimal::TWO;
    let lots: i64 = lots.try_into().context("the smallest order is too large")?;
    Ok(Lots(lots.max(2 * rules.min_qty.0).max(2)))
}

/// How the venue calls its book channels and the one its fills come on.
fn topics(venue: Venue) -> (&'static str, &'static str) {
    match venue {
        // Quotes of the channel's own JSON, escaped for the rule's.
        Venue::Okx => ("\\\"books\\\"", "\\\"orders\\\""),
        Venue::Bybit => ("orderbook.50", "execution"),
        _ => ("depth", "user"),
    }
}

fn places(log: &Value, id: &str) -> u64 {
    log["client_ids"][id]["placed"].as_u64().unwrap_or_default()
}

fn is_open(orders: &Value, id: &str) -> bool {
    orders.as_array().into_iter().flatten().any(|order| {
        let status = order["status"].as_str().unwrap_or_default();
        let is_open = matches!(status, "New" | "PartiallyFilled" | "Untriggered" | "Parked");
        is_open && order["client_id"].as_str() == Some(id)
    })
}

fn position(positions: &Value, rules: &Rules) -> i64 {
    positions
        .as_array()
        .into_iter()
        .flatten()
        .filter(|position| {
            position["account"].as_u64() == Some(1)
                && position["symbol"].as_str() == Some(&rules.instrument.symbol)
        })
        .map(|position| lots_of(&position["qty"], rules))
        .sum()
}

/// A quantity in base as text, in lots.
fn lots_of(qty: &Value, rules: &Rules) -> i64 {
    let qty: Option<Decimal> = qty.as_str().and_then(|text| text.parse().ok());
    let lots = qty.map(|qty| (qty / rules.instrument.lot).trunc());
    lots.and_then(|lots| lots.try_into().ok()).unwrap_or_default()
}
