//! Long lists in pages: how many rows, from when to when, and where the last page ended.

use aurora_model::Nanos;

use crate::bybit::code::Refusal;
use crate::bybit::params::Params;

/// What part of a list is wanted. Lists go from the newest to the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) limit: usize,
    from: Option<Nanos>,
    to: Option<Nanos>,
    /// The last row of the page before.
    below: Option<u64>,
}

impl Page {
    /// Reads `limit`, `startTime`, `endTime` and `cursor`.
    pub(super) fn read(params: &Params, usual: usize, most: usize) -> Result<Page, Refusal> {
        let moment = |name| -> Result<Option<Nanos>, Refusal> {
            Ok(params.number::<i64>(name)?.map(Nanos::from_millis))
        };
        let limit = params.number::<usize>("limit")?.unwrap_or(usual);
        let below = match params.text("cursor") {
            None => None,
            Some(cursor) => Some(place(&cursor).ok_or_else(|| {
                Refusal::params(format!("cursor {cursor:?} is none that was given here"))
            })?),
        };
        Ok(Page {
            limit: limit.clamp(1, most),
            from: moment("startTime")?,
            to: moment("endTime")?,
            below,
        })
    }

    /// Whether a row of that time belongs here.
    pub(super) fn takes(&self, at: Nanos) -> bool {
        let at = Nanos::from_millis(at.millis());
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }

    /// Cuts the page out of rows sorted from the newest, and says where the next one begins.
    pub(super) fn cut<T>(&self, rows: Vec<T>, no: impl Fn(&T) -> u64) -> (Vec<T>, String) {
        let after = |row: &T| self.below.is_none_or(|below| no(row) < below);
        let mut page: Vec<T> = rows.into_iter().filter(after).take(self.limit + 1).collect();
        if page.len() <= self.limit {
            return (page, String::new());
        }
        page.truncate(self.limit);
        let cursor = page.last().map_or(String::new(), |row| cursor(no(row)));
        (page, cursor)
    }
}

fn cursor(no: u64) -> String {
    format!("page_token%3D{no}%26")
}

/// Clients send the cursor back as it was, or encoded once more.
fn place(cursor: &str) -> Option<u64> {
    let rest =
        cursor.strip_prefix("page_token%3D").or_else(|| cursor.strip_prefix("page_token="))?;
    rest.strip_suffix("%26").or_else(|| rest.strip_suffix('&'))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_a_gap() {
        let rows: Vec<u64> = (1..=5).rev().collect();
        let (mut seen, mut query) = (Vec::new(), "limit=2".to_owned());
        loop {
            let page = Page::read(&Params::query(&query), 50, 100).unwrap();
            let (part, next) = page.cut(rows.clone(), |row| *row);
            seen.extend(part);
            if next.is_empty() {
                break;
            }
            query = format!("limit=2&cursor={next}");
        }
        assert_eq!(seen, rows);
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        let refusal = Page::read(&Params::query("cursor=17"), 50, 100).unwrap_err();
        assert_eq!(refusal.code, 10_001);
    }
}
