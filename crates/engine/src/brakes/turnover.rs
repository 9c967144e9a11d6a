//! What was traded, and where the month's result began.

use aurora_model::{Nanos, Notional, saved};

/// Turnover of the UTC day and month.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Turnover {
    /// Today's fills, in the reporting currency.
    pub(crate) day: Notional,
    /// This month's.
    pub(crate) month: Notional,
    /// The net result when the month began.
    pub(crate) month_began_at: Notional,
    /// Months since the year zero; `None` before the first moment.
    month_no: Option<i64>,
}

saved!(Turnover { day, month, month_began_at, month_no });

impl Turnover {
    /// A moment of the day that goes on.
    pub(crate) fn see(&mut self, at: Nanos) {
        self.month_no.get_or_insert(month_of(at));
    }

    /// A new day begins, with that net result.
    pub(crate) fn start_day(&mut self, at: Nanos, net: Notional) {
        self.day = Notional::ZERO;
        let month = month_of(at);
        if self.month_no != Some(month) {
            *self = Turnover { month_began_at: net, month_no: Some(month), ..Turnover::default() };
        }
    }

    /// A fill was booked.
    pub(crate) fn add(&mut self, worth: Notional) {
        self.day += worth;
        self.month += worth;
    }
}

/// Months since the year zero. The days-to-civil algorithm of Howard Hinnant,
/// <https://howardhinnant.github.io/date_algorithms.html>.
fn month_of(at: Nanos) -> i64 {
    let days = crate::timer::day_of(at) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Counted from March, so that the leap day comes last.
    let month = (5 * day_of_year + 2) / 153;
    (era * 400 + year_of_era) * 12 + month + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000_000;

    #[test]
    fn months_begin_where_the_calendar_says() {
        // 1970-01-01 is day 0; 2024 is a leap year: its March begins on day 19,783.
        for (day, month) in
            [(0, 1970 * 12), (30, 1970 * 12), (31, 1970 * 12 + 1), (-1, 1969 * 12 + 11)]
        {
            assert_eq!(month_of(Nanos(day * DAY)), month, "day {day}");
        }
        assert_eq!(month_of(Nanos(19_782 * DAY)), 2024 * 12 + 1);
        assert_eq!(month_of(Nanos(19_783 * DAY)), 2024 * 12 + 2);
        assert_eq!(month_of(Nanos(20_088 * DAY)), 2024 * 12 + 11);
        assert_eq!(month_of(Nanos(20_089 * DAY)), 2025 * 12);
    }

    #[test]
    fn a_day_forgets_its_turnover_and_a_month_its_own() {
        let worth = |text: &str| text.parse::<Notional>().unwrap();
        let mut traded = Turnover::default();
        traded.see(Nanos(19_781 * DAY));
        traded.add(worth("100"));
        traded.start_day(Nanos(19_782 * DAY), worth("5"));
        traded.add(worth("10"));
        assert_eq!((traded.day, traded.month), (worth("10"), worth("110")));
        traded.start_day(Nanos(19_783 * DAY), worth("-7"));
        assert_eq!((traded.day, traded.month), (Notional::ZERO, Notional::ZERO));
        assert_eq!(traded.month_began_at, worth("-7"));
    }
}
