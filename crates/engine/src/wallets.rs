//! Wallets at the venues against our books: told again and again, a lasting difference stops trading.

use std::collections::BTreeMap;

use aurora_gate::Stopwatch;
use aurora_model::{
    Nanos, Notional, Statement, TradingState, TransitionCause, Venue, VenueRequest,
};

use crate::alert::AlertCode;
use crate::effect::{Effects, Notice};
use crate::engine::Engine;
use crate::reconcile::Reconciliation;
use crate::record::Record;
use crate::state::Refusal;

/// A statement that does not come is asked for again after so long, then ever more patiently.
const ASK_AGAIN: Nanos = Nanos(3_000_000_000);
const ASK_AT_LEAST: Nanos = Nanos(30_000_000_000);
/// A difference is looked at again after so long, then when it is twice as old; but once it is called one, ever after
/// so long.
const LOOK_AGAIN: Nanos = Nanos(1_000_000_000);
const WATCH_IT: Nanos = Nanos(15_000_000_000);
/// What was told so many rounds ago says nothing any more.
const ROUNDS: i64 = 3;
/// A difference that never stays the same is called one after so many times the patience.
const RESTLESS: i64 = 5;

/// How wallets are compared.
#[derive(Clone, Copy, Debug)]
pub struct WalletPolicy {
    /// So much may a wallet differ, in the reporting currency.
    pub tolerance: Notional,
    /// From one statement to the next, while they agree.
    pub every: Nanos,
    /// The same difference for so long is one: what is on its way has come by then.
    pub patience: Nanos,
}

/// How one wallet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletState {
    /// The venue has not told of late.
    Awaited,
    /// No difference, or within the tolerance.
    Agreed,
    /// It cannot be judged until the position is flat; see [`aurora_ledger::WalletGap::unsettled`].
    Unsettled,
    /// A difference, so far too young to be called one.
    Doubtful,
    /// A difference.
    Differs,
}

impl WalletState {
    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            WalletState::Awaited => "awaited",
            WalletState::Agreed => "agreed",
            WalletState::Unsettled => "unsettled",
            WalletState::Doubtful => "doubtful",
            WalletState::Differs => "differs",
        }
    }

    /// Whether nothing is known against it.
    pub const fn is_settled(self) -> bool {
        matches!(self, WalletState::Agreed | WalletState::Unsettled)
    }
}

/// One wallet, both sides of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletView {
    /// Where.
    pub venue: Venue,
    /// Of what.
    pub currency: String,
    /// What our books say it must hold; `None` before it was first told.
    pub expected: Option<Notional>,
    /// What the venue last said, and when.
    pub told: Option<(Notional, Nanos)>,
    /// What the venue said, less what the books said then.
    pub gap: Option<Notional>,
    /// What comes of it.
    pub state: WalletState,
}

/// What was told of a wallet in this run.
#[derive(Clone, Copy, Debug)]
struct Told {
    total: Notional,
    at: Nanos,
    /// The same moment by the venue's clock.
    venue_at: Nanos,
    gap: Notional,
    state: WalletState,
    /// Since when it differs, and since when by just that much.
    differs_since: Nanos,
    same_since: Nanos,
}

/// What was told in this run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wallets {
    told: BTreeMap<(Venue, String), Told>,
    ask_at: Nanos,
    /// How long the next one is waited for.
    patience: Nanos,
}

impl<W: Stopwatch> Engine<W> {
    /// A run begins: what was told before counts no more.
    pub(crate) fn begin_wallets(&mut self, at: Nanos) {
        self.wallets = Wallets { told: BTreeMap::new(), ask_at: at, patience: ASK_AGAIN };
    }

    /// Asks the venues for their statements when it is time. Orders, fills and positions come first.
    pub(crate) fn ask_for_statements(&mut self, at: Nanos, effects: &mut Effects) {
        let is_time = self.wallets.ask_at <= at && self.reconciliation == Reconciliation::Agreed;
        if self.settings.wallets.is_none() || !is_time {
            return;
        }
        let venues = self.ledger.wallets().map(|(venue, _)| venue);
        let since = venues.map(|venue| self.ledger.statement_from(venue).unwrap_or(at)).min();
        let Some(since) = since else { return };
        self.wallets.ask_at = at + self.wallets.patience;
        self.wallets.patience = (self.wallets.patience * 2).min(ASK_AT_LEAST);
        effects.requests.push(VenueRequest::Statement { since });
    }

    /// A venue told its wallets.
    pub(crate) fn on_statement(
        &mut self,
        at: Nanos,
        venue: Venue,
        statement: &Statement,
        effects: &mut Effects,
    ) {
        let Some(policy) = self.settings.wallets else { return };
        // Fills that are missing would be missing here too.
        if self.reconciliation != Reconciliation::Agreed {
            return;
        }
        let news = self.ledger.news_of_statement(venue, statement);
        self.take_statement(at, venue, news.clone(), false, effects);
        for (currency, total) in news.wallets {
            let times = (at, news.at);
            self.compare_wallet(times, (venue, currency), total, policy, effects);
        }
        if self.wallets_ok(at) {
            self.wallets.patience = ASK_AGAIN;
            self.wallets.ask_at = at + policy.every;
            return;
        }
        let differs = self.wallets.told.values().filter(|told| !told.state.is_settled());
        let waits = differs.map(|told| match told.state {
            WalletState::Differs => WATCH_IT,
            _ => LOOK_AGAIN.max(at - told.differs_since),
        });
        // Some venue has not told yet: it is asked again when its time is up.
        if let Some(wait) = waits.min() {
            self.wallets.ask_at = at + wait;
        }
    }

    fn compare_wallet(
        &mut self,
        (at, venue_at): (Nanos, Nanos),
        key: (Venue, String),
        total: Notional,
        policy: WalletPolicy,
        effects: &mut Effects,
    ) {
        let Some(found) = self.ledger.wallet_gap(key.0, &key.1, total) else { return };
        let before = self.wallets.told.get(&key).copied();
        let differed = before.filter(|before| !before.state.is_settled());
        let differs_since = differed.map_or(at, |before| before.differs_since);
        let same = differed.filter(|before| before.gap == found.gap);
        let same_since = same.map_or(at, |before| before.same_since);
        let is_small = match found.worth {
            Some(worth) => worth <= policy.tolerance,
            None => found.gap == Notional::ZERO,
        };
        let is_old = policy.patience <= at - same_since
            || Nanos(policy.patience.0 * RESTLESS) <= at - differs_since;
        let was_called = differed.is_some_and(|before| before.state == WalletState::Differs);
        let state = match (is_small, found.unsettled) {
            (true, _) => WalletState::Agreed,
            (false, true) => WalletState::Unsettled,
            (false, false) if is_old || was_called => WalletState::Differs,
            (false, false) => WalletState::Doubtful,
        };
        if state == WalletState::Differs && !was_called {
            let (venue, currency) = (key.0.code(), &key.1);
            let detail = format!(
                "{venue} {currency}: ours {}, the venue's {total}, difference {}",
                found.expected, found.gap
            );
            let code = AlertCode::BalanceMismatch;
            effects.notices.push(Notice::Alert { code, detail: detail.clone() });
            let cause = TransitionCause::Reconciliation;
            self.go(at, TradingState::Hold, cause, detail, effects);
        }
        let gap = found.gap;
        let told = Told { total, at, venue_at, gap, state, differs_since, same_since };
        self.wallets.told.insert(key, told);
    }

    /// A person takes what the venues say for right: every wallet that differs starts anew with it.
    pub(crate) fn accept_balances(
        &mut self,
        at: Nanos,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        if self.status.state == TradingState::Run {
            return Err(Refusal::Trading);
        }
        let differs =
            |told: &&mut Told| matches!(told.state, WalletState::Differs | WalletState::Doubtful);
        let mut taken: BTreeMap<Venue, Statement> = BTreeMap::new();
        for ((venue, currency), told) in &mut self.wallets.told {
            if let Some(told) = Some(told).filter(differs) {
                let statement = taken.entry(*venue).or_default();
                statement.at = statement.at.max(told.venue_at);
                statement.wallets.push((currency.clone(), told.total));
                (told.gap, told.state) = (Notional::ZERO, WalletState::Agreed);
            }
        }
        if taken.is_empty() {
            return Err(Refusal::NothingDiffers);
        }
        for (venue, statement) in taken {
            self.take_statement(at, venue, statement, true, effects);
        }
        self.wallets.ask_at = at;
        Ok(())
    }

    fn take_statement(
        &mut self,
        at: Nanos,
        venue: Venue,
        statement: Statement,
        restarts: bool,
        effects: &mut Effects,
    ) {
        if let Err(fault) = self.ledger.apply_statement(venue, &statement, restarts) {
            let reason = fault.to_string();
            self.go(at, TradingState::Hold, TransitionCause::Reconciliation, reason, effects);
        }
        self.record(at, Record::Statement { venue, statement, restarts }, effects);
    }

    /// Every wallet that is compared; none where none are.
    pub fn wallets(&self, at: Nanos) -> Vec<WalletView> {
        let Some(policy) = self.settings.wallets else { return Vec::new() };
        let view = |(venue, currency): (Venue, &str)| {
            let told = self.wallets.told.get(&(venue, currency.to_owned()));
            let fresh = |told: &&Told| at - told.at <= Nanos(policy.every.0 * ROUNDS);
            WalletView {
                venue,
                currency: currency.to_owned(),
                expected: self.ledger.wallet_expected(venue, currency),
                told: told.map(|told| (told.total, told.at)),
                gap: told.map(|told| told.gap),
                state: told.filter(fresh).map_or(WalletState::Awaited, |told| told.state),
            }
        };
        self.ledger.wallets().map(view).collect()
    }

    /// Whether the balances let the desk trade. One that trades is not stopped by a difference that is too young.
    pub(crate) fn balances_hold(&self, at: Nanos) -> bool {
        let trades = self.status.state == TradingState::Run;
        let is_fine =
            |state: WalletState| state.is_settled() || (trades && state == WalletState::Doubtful);
        self.wallets(at).iter().all(|wallet| is_fine(wallet.state))
    }

    /// Every wallet was told of late and agrees.
    fn wallets_ok(&self, at: Nanos) -> bool {
        self.wallets(at).iter().all(|wallet| wallet.state.is_settled())
    }
}
