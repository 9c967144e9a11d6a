//! A venue's announcements as RSS or Atom. Feeds carry no times of their own windows, so these are read from the text.

use aurora_model::{Nanos, Venue};
use feed_rs::model::Entry;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use super::Window;
use crate::VenueError;

/// Words that make an entry about maintenance.
const WORDS: [&str; 4] = ["maintenance", "upgrade", "scheduled", "suspend"];

/// What was read from a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcements {
    /// Windows with their times.
    pub windows: Vec<Window>,
    /// Titles of entries about maintenance whose times could not be read: for a person to look at.
    pub unread: Vec<String>,
}

/// Reads the entries of one venue's RSS, Atom or JSON feed that are about maintenance.
///
/// Understood are two times, in ISO form or as status pages write them (`Nov 22, 02:00 - 04:00 UTC`), with `UTC+8`
/// or the like after them; without it they are UTC.
///
/// # Errors
/// [`VenueError::Calendar`] when it is no feed.
pub fn from_feed(text: &str, source: &str, venue: Venue) -> Result<Announcements, VenueError> {
    let feed = feed_rs::parser::parse(text.as_bytes()).map_err(|error| VenueError::Calendar {
        place: source.to_owned(),
        problem: format!("this is neither RSS nor Atom: {error}"),
    })?;
    let mut read = Announcements::default();
    for entry in &feed.entries {
        let title = entry.title.as_ref().map_or("", |title| title.content.as_str());
        let text = text_of(entry);
        let lower = text.to_lowercase();
        if !WORDS.iter().any(|word| lower.contains(word)) {
            continue;
        }
        let year = entry.published.or(entry.updated).map(|at| at.timestamp());
        match times(&text, year.unwrap_or_default()) {
            Some((from, to)) => read.windows.push(Window {
                venue,
                symbols: Vec::new(),
                from,
                to,
                title: title.to_owned(),
                source: source.to_owned(),
            }),
            None => read.unread.push(title.to_owned()),
        }
    }
    Ok(read)
}

fn text_of(entry: &Entry) -> String {
    let title = entry.title.as_ref().map(|text| text.content.as_str());
    let summary = entry.summary.as_ref().map(|text| text.content.as_str());
    let content = entry.content.as_ref().and_then(|content| content.body.as_deref());
    let parts = [title, summary, content].map(|part| without_tags(part.unwrap_or_default()));
    parts.join(" ; ")
}

fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '<' => {
                inside = true;
                plain.push(' ');
            }
            '>' => inside = false,
            _ if !inside => plain.push(letter),
            _ => {}
        }
    }
    plain
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Date(civil::Date),
    Time(civil::Time),
    /// Of the times before it, in minutes east of UTC.
    Zone(i32),
}

/// The first two moments in the text; the second may have no date of its own.
fn times(text: &str, published: i64) -> Option<(Nanos, Nanos)> {
    let mut date = None;
    let mut moments: Vec<civil::DateTime> = Vec::new();
    let mut zone = 0;
    for token in tokens(text, published) {
        match token {
            Token::Date(found) => date = Some(found),
            Token::Time(time) if moments.len() < 2 => {
                moments.extend(date.map(|date| date.to_datetime(time)));
            }
            Token::Time(_) => break,
            Token::Zone(minutes) => {
                zone = minutes;
                if moments.len() == 2 {
                    break;
                }
            }
        }
    }
    let [from, mut to] = moments.try_into().ok()?;
    if to <= from {
        // A window over midnight: `22:00 - 02:00`.
        to = to.tomorrow().ok()?;
    }
    let zone = TimeZone::fixed(Offset::from_seconds(zone * 60).ok()?);
    let at = |moment: civil::DateTime| {
        let stamp = moment.to_zoned(zone.clone()).ok()?.timestamp();
        i64::try_from(stamp.as_nanosecond()).ok().map(Nanos)
    };
    let (from, to) = (at(from)?, at(to)?);
    (from < to).then_some((from, to))
}

fn tokens(text: &str, published: i64) -> Vec<Token> {
    let spaced: String = text
        .chars()
        .map(|c| if c == 'T' || c.is_alphanumeric() || "-:+".contains(c) { c } else { ' ' })
        .collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let word = words[at].trim_end_matches(['-', ':']);
        at += 1;
        if let Some(zone) = zone(word) {
            found.push(Token::Zone(zone));
        } else if let Some((date, time)) = iso(word) {
            found.push(Token::Date(date));
            found.extend(time.map(Token::Time));
            found.extend(word.ends_with('Z').then_some(Token::Zone(0)));
        } else if let Some(month) = month(word)
            && let Some(day) = words.get(at).and_then(|word| word.parse::<i8>().ok())
        {
            at += 1;
            let year =
                words.get(at).filter(|word| word.len() == 4).and_then(|w| w.parse::<i16>().ok());
            at += usize::from(year.is_some());
            found.extend(dated(year, month, day, published).map(Token::Date));
        } else {
            found.extend(word.split('-').filter_map(clock).map(Token::Time));
        }
    }
    found
}

/// A date without a year is the one nearest to when it was published.
fn dated(year: Option<i16>, month: i8, day: i8, published: i64) -> Option<civil::Date> {
    if let Some(year) = year {
        return civil::Date::new(year, month, day).ok();
    }
    let published = jiff::Timestamp::from_second(published).ok()?;
    let published = published.to_zoned(TimeZone::UTC).date();
    let years = [published.year(), published.year() + 1];
    let dates = years.iter().filter_map(|year| civil::Date::new(*year, month, day).ok());
    dates.min_by_key(|date| (*date - published).get_days().abs())
}

fn iso(word: &str) -> Option<(civil::Date, Option<civil::Time>)> {
    let date: civil::Date = word.get(..10)?.parse().ok()?;
    let rest = word[10..].trim_end_matches('Z');
    Some((date, rest.strip_prefix('T').and_then(clock)))
}

fn clock(word: &str) -> Option<civil::Time> {
    let mut parts = word.splitn(3, ':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    if 2 < hour.len() || minute.len() != 2 {
        return None;
    }
    civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = word.get(..3)?.to_ascii_lowercase();
    let place = MONTHS.iter().position(|month| **month == start)?;
    i8::try_from(place + 1).ok()
}

fn zone(word: &str) -> Option<i32> {
    let rest = word.strip_prefix("UTC").or_else(|| word.strip_prefix("GMT"))?;
    if rest.is_empty() {
        return Some(0);
    }
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some(hours * 60 + minutes * hours.signum())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    /// 2026-11-20T00:00:00Z
    const PUBLISHED: i64 = 1_795_132_800;

    #[test]
    fn times_are_read_as_venues_write_them() {
        let mut table = String::new();
        for text in [
            "THIS IS A SCHEDULED EVENT Nov 22, 02:00 - 04:00 UTC",
            "upgrade at 2026-11-22 02:00 (UTC) to 2026-11-22 04:00 (UTC)",
            "between 10:00 - 12:00 on some day, 2026-11-22 02:00-04:00 UTC+8",
            "from 2026-11-22T02:00:00Z until 2026-11-22T04:00Z",
            "Dec 31, 2026 22:00 - 02:00 UTC",
            "Jan 3, 06:00 - 07:30 UTC",
            "soon",
        ] {
            let read = times(text, PUBLISHED).map(|(from, to)| {
                [from, to]
                    .map(|at| jiff::Timestamp::from_millisecond(at.millis()).unwrap().to_string())
            });
            table += &format!("{}\n", read.map_or("-".to_owned(), |read| read.join(" ")));
        }
        expect![[r#"
            2026-11-22T02:00:00Z 2026-11-22T04:00:00Z
            2026-11-22T02:00:00Z 2026-11-22T04:00:00Z
            2026-11-21T18:00:00Z 2026-11-21T20:00:00Z
            2026-11-22T02:00:00Z 2026-11-22T04:00:00Z
            2026-12-31T22:00:00Z 2027-01-01T02:00:00Z
            2027-01-03T06:00:00Z 2027-01-03T07:30:00Z
            -
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn a_status_page_is_read_and_what_has_no_times_is_shown_to_a_person() {
        let rss = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Status</title>
            <item><title>System upgrade</title><pubDate>Fri, 20 Nov 2026 00:00:00 +0000</pubDate>
            <description>&lt;p&gt;&lt;strong&gt;THIS IS A SCHEDULED EVENT Nov &lt;var&gt;22&lt;/var&gt;, 02:00 - 04:00 UTC&lt;/strong&gt;&lt;/p&gt;</description></item>
            <item><title>Maintenance soon</title><description>Stay tuned</description></item>
            <item><title>New pair</title><description>listed 2026-11-22 02:00 - 04:00</description></item>
            </channel></rss>"#;
        let read = from_feed(rss, "status.rss", Venue::Okx).unwrap();
        assert_eq!(read.unread, ["Maintenance soon"]);
        let hours: Vec<_> =
            read.windows.iter().map(|w| (w.title.as_str(), (w.to - w.from).millis())).collect();
        assert_eq!(hours, [("System upgrade", 7_200_000)]);
        let error = from_feed("hello", "status.rss", Venue::Okx).unwrap_err().to_string();
        assert!(
            error.starts_with("maintenance calendar, status.rss: this is neither RSS nor Atom")
        );
    }
}
