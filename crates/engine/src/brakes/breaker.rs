//! One instrument's order flow, watched for loops that no strategy means.

use std::collections::VecDeque;

use aurora_model::saved::Saved;
use aurora_model::{ClientOrderId, Nanos, OrderIntent, Reason, ReasonCode, Side};

use super::BrakeLimits;

const MINUTE: Nanos = Nanos(60_000_000_000);

/// The last minute of cancels, flips and fills of one instrument, and the mid.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaker {
    cancels: VecDeque<Nanos>,
    flips: VecDeque<Nanos>,
    /// Orders that filled one after the other on this side.
    repeats: VecDeque<Nanos>,
    repeated: Option<(Side, ClientOrderId)>,
    /// The position's last sign that was not zero.
    sign: i64,
    quarantine: Option<(Nanos, Reason)>,
    last: Option<(Nanos, OrderIntent)>,
    collar: Collar,
}

impl Breaker {
    /// A cancel was asked for while trading.
    pub(crate) fn canceled(&mut self, at: Nanos, limits: &BrakeLimits) {
        let limit = limits.cancels_per_minute;
        let count = note(&mut self.cancels, at, limit);
        self.judge(at, (count, limit), ReasonCode::RunawayCancels, limits.quarantine);
    }

    /// A fill of that order left the position there, in signed lots.
    pub(crate) fn filled(
        &mut self,
        at: Nanos,
        (side, order): (Side, ClientOrderId),
        position: i64,
        limits: &BrakeLimits,
    ) {
        let sign = position.signum();
        if sign != 0 {
            if sign == -self.sign {
                let limit = limits.flips_per_minute;
                let count = note(&mut self.flips, at, limit);
                self.judge(at, (count, limit), ReasonCode::RunawayFlips, limits.quarantine);
            }
            self.sign = sign;
        }
        match self.repeated {
            Some((before, same)) if before == side && same == order => return,
            Some((before, _)) if before == side => {}
            _ => self.repeats.clear(),
        }
        self.repeated = Some((side, order));
        note(&mut self.repeats, at, limits.repeats_per_minute);
    }

    /// How many orders filled one after the other on one side within the last minute; capped.
    pub(crate) fn repeats(&self, at: Nanos) -> u32 {
        let recent = self.repeats.iter().filter(|moment| at - **moment < MINUTE);
        u32::try_from(recent.count()).unwrap_or(u32::MAX)
    }

    /// On which side they were.
    pub(crate) fn repeated_side(&self) -> &'static str {
        self.repeated.map_or("", |(side, _)| side.word())
    }

    /// A person has looked at it and lets it go on: repeats are counted anew.
    pub(crate) fn release(&mut self) {
        self.repeats.clear();
        self.repeated = None;
    }

    /// A new run begins; the clock may have been set back in between.
    pub(crate) fn begin_epoch(&mut self, at: Nanos, quarantine: Nanos) {
        let moments = [&mut self.cancels, &mut self.flips, &mut self.repeats];
        for moment in moments.into_iter().flatten() {
            *moment = (*moment).min(at);
        }
        if let Some((asked, _)) = &mut self.last {
            *asked = (*asked).min(at);
        }
        if let Some((until, _)) = &mut self.quarantine {
            *until = (*until).min(at + quarantine);
        }
    }

    fn judge(&mut self, at: Nanos, (count, limit): (u32, u32), code: ReasonCode, span: Nanos) {
        if limit < count {
            let reason = Reason::with(code, f64::from(count), f64::from(limit));
            self.quarantine = Some((at + span, reason));
        }
    }

    /// Why the instrument takes no entry now.
    pub(crate) fn quarantined(&self, at: Nanos) -> Option<Reason> {
        self.quarantine.filter(|(until, _)| at < *until).map(|(_, reason)| reason)
    }

    /// How long ago the same was asked for, in ms; `None` when it was something else.
    pub(crate) fn same_as_before(&self, at: Nanos, intent: &OrderIntent) -> Option<f64> {
        let (before, last) = self.last.as_ref()?;
        (last == intent).then(|| (at - *before).0 as f64 / 1e6)
    }

    /// An order was written down.
    pub(crate) fn written_down(&mut self, at: Nanos, intent: OrderIntent) {
        self.last = Some((at, intent));
    }

    /// The mid moved or stood there, in half ticks.
    pub(crate) fn mid(&mut self, at: Nanos, half_ticks: i64) {
        self.collar.see(at, half_ticks);
    }

    /// How far a price in ticks is from the last minute's mean mid on the side that costs, in bps; `None` while
    /// there is no quarter of a minute to tell.
    pub(crate) fn collar_bps(&self, side: Side, price: i64) -> Option<f64> {
        let mean = self.collar.mean()?;
        Some((price as f64 - mean) / mean * 1e4 * side.sign() as f64)
    }
}

/// Its collar comes back with the market.
impl Saved for Breaker {
    fn save(&self, out: &mut Vec<u8>) {
        let Breaker { cancels, flips, repeats, repeated, sign, quarantine, last, collar: _ } = self;
        cancels.save(out);
        flips.save(out);
        repeats.save(out);
        (*repeated, *sign, *quarantine).save(out);
        last.save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Breaker> {
        let (cancels, flips, repeats) = Saved::load(bytes)?;
        let (repeated, sign, quarantine) = Saved::load(bytes)?;
        let last = Saved::load(bytes)?;
        let collar = Collar::default();
        Some(Breaker { cancels, flips, repeats, repeated, sign, quarantine, last, collar })
    }
}

/// Notes a moment and tells how many there were within the minute before it; one above the limit is enough to keep.
fn note(moments: &mut VecDeque<Nanos>, at: Nanos, limit: u32) -> u32 {
    forget_older(moments, at);
    if limit < count(moments) {
        moments.pop_front();
    }
    moments.push_back(at);
    count(moments)
}

/// Forgets what was a minute ago or more.
pub(crate) fn forget_older(moments: &mut VecDeque<Nanos>, at: Nanos) {
    while moments.front().is_some_and(|moment| MINUTE <= at - *moment) {
        moments.pop_front();
    }
}

fn count(moments: &VecDeque<Nanos>) -> u32 {
    u32::try_from(moments.len()).unwrap_or(u32::MAX)
}

/// The mid of the last minute: one mean a second.
#[derive(Clone, Debug, Default)]
struct Collar {
    /// Second, sum of mids in half ticks, and how many.
    seconds: VecDeque<(i64, i64, i64)>,
}

impl Collar {
    const SECONDS: i64 = 60;
    /// The mean of fewer seconds says too little.
    const FEWEST: usize = 15;

    fn see(&mut self, at: Nanos, half_ticks: i64) {
        let second = at.0.div_euclid(Nanos::SECOND.0);
        match self.seconds.back_mut() {
            Some((last, sum, seen)) if *last == second => {
                *sum += half_ticks;
                *seen += 1;
            }
            _ => self.seconds.push_back((second, half_ticks, 1)),
        }
        while self.seconds.front().is_some_and(|(first, ..)| first + Self::SECONDS <= second) {
            self.seconds.pop_front();
        }
    }

    /// In ticks.
    fn mean(&self) -> Option<f64> {
        let of_second = |&(_, sum, seen): &(i64, i64, i64)| sum as f64 / seen as f64 / 2.0;
        let total: f64 = self.seconds.iter().map(of_second).sum();
        (Self::FEWEST <= self.seconds.len()).then(|| total / self.seconds.len() as f64)
    }
}
