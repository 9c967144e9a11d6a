//! What a seed makes of a world: its shape, how rough it is, and which faults it has.

use aurora_model::Nanos;

use crate::draws::Draws;
use crate::faults::Fault;

/// How nodes and disks lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One node.
    Alone,
    /// Two processes on one machine: one disk, and its locks hold between them.
    OneHost,
    /// Two machines and one store of files between them whose locks do not.
    SharedStore,
    /// Two machines, each with a disk of its own: the journal is shipped.
    TwoHosts,
}

/// Everything a seed decides before its world begins.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) shape: Shape,
    pub(crate) markets: u16,
    /// In a thousand: calls whose answer is lost after the venue did as it was asked.
    pub(crate) lost_answers: u16,
    /// Calls lost on their way to the venue.
    pub(crate) lost_calls: u16,
    /// Calls, answers and pushes that take long.
    pub(crate) slow: u16,
    /// Pushes told twice.
    pub(crate) twice: u16,
    /// Fills the private stream leaves out.
    pub(crate) lost_fills: u16,
    /// Orders refused for what they ask.
    pub(crate) refusals: u16,
    /// Answers that say "unknown error" though the order was taken, or was not.
    pub(crate) confused: u16,
    /// Fills larger than what was asked for.
    pub(crate) overfills: u16,
    /// Cancels that cross a fill told after them.
    pub(crate) crossings: u16,
    /// How lively the market is, in a thousand of its steps.
    pub(crate) lively: u16,
    /// How far behind the truth the venue's order queries are.
    pub(crate) lag: Nanos,
    /// The same for sweeps.
    pub(crate) account_lag: Nanos,
    /// Sweeps read orders, fills and positions one after the other.
    pub(crate) torn_accounts: bool,
    /// Diffs of the book that never come.
    pub(crate) gaps: u16,
    /// How eager the strategy is, in a thousand ticks.
    pub(crate) eager: u16,
    /// From one fault of the timetable to the next, at most.
    pub(crate) fault_every: Nanos,
    /// The signer tells when it signed last.
    pub(crate) signer_tells: bool,
    /// On two hosts: an order does not wait until the other node has its intent.
    pub(crate) is_async: bool,
    /// What is in the timetable.
    pub(crate) faults: Vec<Fault>,
}

impl Options {
    /// The options of a seed. Most worlds have few kinds of faults, so that they do not hide each other.
    pub(crate) fn of(seed: u64, draws: &mut Draws) -> Options {
        let shape = draws.pick(&[
            Shape::Alone,
            Shape::Alone,
            Shape::OneHost,
            Shape::SharedStore,
            Shape::TwoHosts,
            Shape::TwoHosts,
        ]);
        let calm = draws.chance(100);
        let mut rate = |most: u64| {
            let is_on = draws.chance(500) && !calm;
            let rate = u16::try_from(draws.below(most + 1)).unwrap_or(0);
            if is_on { rate } else { 0 }
        };
        let (lost_answers, lost_calls, slow) = (rate(300), rate(150), rate(200));
        let (twice, lost_fills, refusals) = (rate(300), rate(200), rate(150));
        let (confused, gaps) = (rate(100), rate(100));
        let crossings = if draws.chance(80) { 300 } else { 0 };
        let overfills = if draws.chance(60) { 100 } else { 0 };
        let kinds = Fault::ALL.iter().copied();
        let faults = kinds.filter(|fault| fault.fits(shape) && draws.chance(350) && !calm);
        let faults = faults.collect();
        Options {
            seed,
            shape,
            markets: draws.pick(&[1, 1, 2]),
            lost_answers,
            lost_calls,
            slow,
            twice,
            lost_fills,
            refusals,
            confused,
            overfills,
            lively: draws.pick(&[1_000, 500, 80]),
            crossings,
            lag: Nanos::from_millis(draws.pick(&[0, 0, 300, 9_000, 9_000])),
            account_lag: Nanos::from_millis(draws.pick(&[0, 0, 0, 100])),
            torn_accounts: draws.chance(300),
            gaps,
            eager: draws.pick(&[150, 300, 600]),
            fault_every: Nanos::from_millis(draws.pick(&[600, 1_500, 4_000])),
            faults,
            signer_tells: draws.chance(700),
            is_async: draws.chance(300),
        }
    }
}
