//! One question to every venue, answered when all of them have.

use aurora_model::{Fill, InstrumentNo, Lots, Nanos, ReportKind, VenueOrder};

/// A sweep is asked again when a venue does not answer for so long.
const PATIENCE: Nanos = Nanos(3_000_000_000);

type Positions = Vec<(InstrumentNo, Lots)>;

/// One venue's open orders, fills and positions.
type Account = (Vec<VenueOrder>, Vec<Fill>, Positions);

/// The desk's sweep under way.
#[derive(Debug)]
pub(crate) struct Sweep {
    since: Nanos,
    asked_at: Nanos,
    answers: Vec<Option<Account>>,
}

impl Sweep {
    pub(crate) fn begin(at: Nanos, since: Nanos, lines: usize) -> Sweep {
        Sweep { since, asked_at: at, answers: vec![None; lines] }
    }

    /// A venue answered. The whole account over all venues, once every one has.
    pub(crate) fn answered(
        &mut self,
        line: usize,
        open: Vec<VenueOrder>,
        fills: Vec<Fill>,
        positions: Positions,
    ) -> Option<ReportKind> {
        self.answers[line] = Some((open, fills, positions));
        if self.answers.iter().any(Option::is_none) {
            return None;
        }
        let (mut open, mut fills, mut positions) = (Vec::new(), Vec::new(), Vec::new());
        for (o, f, p) in self.answers.drain(..).flatten() {
            open.extend(o);
            fills.extend(f);
            positions.extend(p);
        }
        fills.sort_by_key(|fill: &Fill| fill.at);
        Some(ReportKind::Account { open, fills, positions })
    }

    /// Since when everybody is to be asked again, when it took too long: what one venue said a while ago and another
    /// says now are no one moment, and a position may have moved in between.
    pub(crate) fn overdue(&mut self, at: Nanos) -> Option<Nanos> {
        if at - self.asked_at < PATIENCE {
            return None;
        }
        self.asked_at = at;
        self.answers.fill(None);
        Some(self.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_whole_when_every_venue_has_answered_within_one_round() {
        let mut sweep = Sweep::begin(Nanos(0), Nanos(7), 2);
        assert_eq!(sweep.answered(1, vec![], vec![], vec![(InstrumentNo(3), Lots(5))]), None);
        assert_eq!(sweep.overdue(Nanos(1)), None);
        assert_eq!(sweep.overdue(PATIENCE), Some(Nanos(7)));
        assert_eq!(sweep.overdue(PATIENCE + Nanos(1)), None);
        let whole = sweep.answered(0, vec![], vec![], vec![(InstrumentNo(0), Lots(-1))]);
        assert_eq!(whole, None, "what the other said before is too old");
        let whole = sweep.answered(1, vec![], vec![], vec![(InstrumentNo(3), Lots(4))]);
        let positions = vec![(InstrumentNo(0), Lots(-1)), (InstrumentNo(3), Lots(4))];
        assert_eq!(whole, Some(ReportKind::Account { open: vec![], fills: vec![], positions }));
    }
}
