//! What was told about each order and beside the orders.

use std::collections::BTreeMap;

use aurora_model::{ClientOrderId, Fill, Lots, ReportKind, VenueReport};
use aurora_wire::{LostOrder, Note};

/// What was told about one order.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderSeen {
    words: Vec<String>,
    filled: Lots,
    whole: Lots,
}

impl OrderSeen {
    fn say(&mut self, word: impl Into<String>) {
        let word = word.into();
        if !self.words.contains(&word) {
            self.words.push(word);
        }
    }

    /// Whether the order is one of these.
    pub(crate) fn is_any(&self, words: &[String]) -> bool {
        words.iter().any(|word| match word.as_str() {
            "filled" => Lots::ZERO < self.whole && self.whole <= self.filled,
            "partly" => Lots::ZERO < self.filled && self.filled < self.whole,
            "reject" => self.words.iter().any(|said| said.starts_with("reject:")),
            "ended" => self.words.iter().any(|said| {
                matches!(said.as_str(), "canceled" | "expired") || said.starts_with("reject:")
            }),
            word => self.words.iter().any(|said| said == word),
        })
    }

    /// Everything told, for the report of a failure.
    pub(crate) fn story(&self) -> String {
        format!("{} filled {}/{}", self.words.join(" "), self.filled.0, self.whole.0)
    }
}

/// Everything told since the scenario began.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    orders: BTreeMap<ClientOrderId, OrderSeen>,
    /// Every fill told, by trade id; the bool says whether two sources told it differently.
    fills: BTreeMap<(u16, u128), Fill>,
    /// Fills of one trade id that did not agree.
    pub(crate) torn: Vec<String>,
    /// Notes told since the last step that did something.
    notes: Vec<(&'static str, String)>,
    accounts: usize,
    /// How long books took to be whole again, in ms.
    pub(crate) resyncs_ms: Vec<f64>,
}

impl Seen {
    /// An order of the scenario is on its way.
    pub(crate) fn expect(&mut self, id: ClientOrderId, whole: Lots) {
        self.orders.entry(id).or_default().whole = whole;
    }

    /// A step that does something begins: notes from before it do not count.
    pub(crate) fn turn(&mut self) {
        self.notes.clear();
        self.accounts = 0;
    }

    pub(crate) fn order(&self, id: ClientOrderId) -> OrderSeen {
        self.orders.get(&id).cloned().unwrap_or_default()
    }

    pub(crate) fn has_note(&self, words: &[String]) -> bool {
        self.notes.iter().any(|(kind, _)| words.iter().any(|word| word == kind))
    }

    pub(crate) fn notes(&self) -> String {
        self.notes
            .iter()
            .map(|(kind, text)| format!("{kind}({text})"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub(crate) fn has_account(&self) -> bool {
        0 < self.accounts
    }

    /// Every fill told, by instrument and trade id.
    pub(crate) fn fills(&self) -> &BTreeMap<(u16, u128), Fill> {
        &self.fills
    }

    /// Takes a report.
    pub(crate) fn report(&mut self, report: &VenueReport) {
        match &report.kind {
            ReportKind::Ack { id, .. } => self.say(*id, "ack"),
            ReportKind::Reject { id, refusal } => {
                self.say(*id, format!("reject:{}", refusal.code()));
            }
            ReportKind::Fill(fill) => self.fill(fill),
            ReportKind::Canceled { id, .. } => self.say(*id, "canceled"),
            ReportKind::Expired { id, .. } => self.say(*id, "expired"),
            ReportKind::CancelRejected { id } => self.say(*id, "cancel_rejected"),
            ReportKind::Order { id, found: None } => self.say(*id, "absent"),
            ReportKind::Order { id, found: Some(order) } => {
                self.say(*id, "ack");
                self.say(*id, if order.is_open { "found_open" } else { "found_closed" });
            }
            ReportKind::Account { open, fills, .. } => {
                self.accounts += 1;
                for order in open {
                    self.say(order.id, "found_open");
                }
                for fill in fills {
                    self.fill(fill);
                }
            }
        }
    }

    /// Takes a note.
    pub(crate) fn note(&mut self, note: &Note) {
        let kind = match note {
            Note::Lost(id, what, _) => {
                self.say(*id, "lost");
                match what {
                    LostOrder::Place => "lost_place",
                    LostOrder::Cancel => "lost_cancel",
                    LostOrder::Amend => "lost_amend",
                }
            }
            Note::Amended(id, _, lots) => {
                self.say(*id, "amended");
                if let Some(order) = self.orders.get_mut(id) {
                    order.whole = *lots;
                }
                "amended"
            }
            Note::AmendRefused(id, _) => {
                self.say(*id, "amend_refused");
                "amend_refused"
            }
            Note::Synced(_, took) => {
                self.resyncs_ms.push(took.0 as f64 / 1e6);
                "synced"
            }
            Note::Up(_) => "up",
            Note::Down(..) => "down",
            Note::AccountReady => "ready",
            Note::AccountLost => "account_lost",
            Note::Gap(..) => "gap",
            Note::Clock { .. } => "clock",
            Note::Answered(_, Ok(())) => "answered",
            Note::Answered(_, Err(_)) => "refused_answer",
            Note::DeadMan(Some(_)) => "dead_man_armed",
            Note::DeadMan(None) => "dead_man_off",
            Note::Balance(..) => "balance",
            Note::Statement(statement) if statement.moves.is_empty() => "statement",
            Note::Statement(_) => "statement_with_moves",
            Note::Position(..) => "position",
            Note::Mark { .. } => "mark",
            Note::OpenInterest(..) => "open_interest",
            Note::Liquidation(..) => "liquidation",
            Note::Status(..) => "status",
            Note::PriceLimits(..) => "price_limits",
            Note::Fees(..) => "fees",
            Note::Maintenance(..) => "maintenance",
            Note::ForeignFill(..) => "foreign_fill",
            Note::ForeignOrder(..) => "foreign_order",
            Note::DropCopy(fill) => {
                self.compare(fill);
                "drop_copy"
            }
            Note::MayWithdraw(true) => "may_withdraw",
            Note::MayWithdraw(false) => "may_not_withdraw",
            Note::Refused(_) => "refused",
            Note::Unreadable(_) => "unreadable",
        };
        let detail = match note {
            Note::Down(_, text) | Note::Gap(_, text) | Note::Refused(text) => text.clone(),
            Note::Lost(_, _, text) | Note::AmendRefused(_, text) | Note::Unreadable(text) => {
                text.clone()
            }
            Note::Answered(_, Err(text)) => text.clone(),
            _ => String::new(),
        };
        self.notes.push((kind, detail));
    }

    fn say(&mut self, id: ClientOrderId, word: impl Into<String>) {
        self.orders.entry(id).or_default().say(word);
    }

    fn fill(&mut self, fill: &Fill) {
        if self.fills.contains_key(&(fill.instrument.0, fill.trade_id)) {
            return self.compare(fill);
        }
        self.fills.insert((fill.instrument.0, fill.trade_id), *fill);
        self.orders.entry(fill.order).or_default().filled += fill.qty;
    }

    /// The same trade told twice must be the same trade.
    fn compare(&mut self, fill: &Fill) {
        let Some(known) = self.fills.get(&(fill.instrument.0, fill.trade_id)) else { return };
        let same = (known.order, known.side, known.price, known.qty)
            == (fill.order, fill.side, fill.price, fill.qty);
        if !same {
            self.torn.push(format!("trade {}: {known:?} and {fill:?}", fill.trade_id));
        }
    }
}
