//! A calendar as iCalendar (RFC 5545): every event is a window.

use aurora_model::{Nanos, Venue};
use icalendar::parser::{Component, read_calendar, unfold};
use jiff::civil;
use jiff::tz::TimeZone;

use super::{Window, venue_of};
use crate::VenueError;

/// Reads the events of an `.ics` text. The venue is named by `X-AURORA-VENUE`, `CATEGORIES` or `LOCATION`, and is
/// else `default`; `X-AURORA-SYMBOLS` lists symbols with commas between them.
///
/// # Errors
/// [`VenueError::Calendar`] with the event and its field.
pub fn from_ics(
    text: &str,
    source: &str,
    default: Option<Venue>,
) -> Result<Vec<Window>, VenueError> {
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).map_err(|problem| VenueError::Calendar {
        place: source.to_owned(),
        problem: format!("this is no iCalendar text: {}", first_line(&problem)),
    })?;
    let mut events: Vec<&Component<'_>> = Vec::new();
    for component in &calendar.components {
        collect(component, &mut events);
    }
    events.iter().enumerate().map(|(at, event)| window(event, at + 1, source, default)).collect()
}

fn collect<'a>(component: &'a Component<'a>, events: &mut Vec<&'a Component<'a>>) {
    if component.name == "VEVENT" {
        events.push(component);
    }
    component.components.iter().for_each(|inner| collect(inner, events));
}

fn window(
    event: &Component<'_>,
    no: usize,
    source: &str,
    default: Option<Venue>,
) -> Result<Window, VenueError> {
    let text = |name: &str| event.find_prop(name).map(|property| property.val.as_str());
    let title = text("SUMMARY").unwrap_or("maintenance").to_owned();
    let fault = |field: &str, problem: &str| VenueError::Calendar {
        place: format!("{source}, event {no} ({title:?}), {field}"),
        problem: problem.to_owned(),
    };
    let named = ["X-AURORA-VENUE", "CATEGORIES", "LOCATION"].iter().find_map(|name| text(name));
    let venue = match named {
        Some(word) => word.split(',').find_map(venue_of),
        None => default,
    };
    let venue = venue.or(default).ok_or_else(|| {
        fault("X-AURORA-VENUE", "must name a venue, such as OKX (CATEGORIES and LOCATION do too)")
    })?;
    let wanted = "must be a time such as 20261122T020000Z, or have a TZID that is known";
    let from = time(event, "DTSTART").ok_or_else(|| fault("DTSTART", wanted))?;
    let to = match text("DURATION") {
        Some(duration) => {
            let span: Option<jiff::SignedDuration> = duration.parse().ok();
            let nanos = span.and_then(|span| i64::try_from(span.as_nanos()).ok());
            from + Nanos(nanos.ok_or_else(|| fault("DURATION", "must look like PT2H"))?)
        }
        None => time(event, "DTEND").ok_or_else(|| fault("DTEND", wanted))?,
    };
    if to <= from {
        return Err(fault("DTEND", "must be after DTSTART"));
    }
    let symbols = text("X-AURORA-SYMBOLS").unwrap_or_default();
    let symbols = symbols.split(',').map(str::trim).filter(|symbol| !symbol.is_empty());
    let symbols = symbols.map(str::to_owned).collect();
    Ok(Window { venue, symbols, from, to, title, source: source.to_owned() })
}

/// A time in UTC (`…Z`), in a named zone (`TZID=…`), or a whole day; without a zone it is UTC.
fn time(event: &Component<'_>, name: &str) -> Option<Nanos> {
    let property = event.find_prop(name)?;
    let value = property.val.as_str().trim();
    let (local, is_utc) = match value.strip_suffix('Z') {
        Some(local) => (local, true),
        None => (value, false),
    };
    let local = match local.split_once('T') {
        Some(_) => civil::DateTime::strptime("%Y%m%dT%H%M%S", local).ok()?,
        None => civil::Date::strptime("%Y%m%d", local).ok()?.at(0, 0, 0, 0),
    };
    let zone = property.params.iter().find(|param| param.key == "TZID");
    let zone = match zone.and_then(|param| param.val.as_ref()) {
        Some(name) if !is_utc => TimeZone::get(name.as_str()).ok()?,
        _ => TimeZone::UTC,
    };
    let stamp = local.to_zoned(zone).ok()?.timestamp();
    i64::try_from(stamp.as_nanosecond()).ok().map(Nanos)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(event: &str) -> String {
        let event = event.trim().replace('\n', "\r\n");
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    }

    fn hours(window: &Window) -> (i64, i64) {
        let midnight = super::super::json::instant("2026-11-22T00:00:00Z").unwrap();
        let hour = 3_600_000;
        ((window.from - midnight).millis() / hour, (window.to - midnight).millis() / hour)
    }

    #[test]
    fn events_in_utc_in_a_zone_and_with_a_duration_are_windows() {
        let read = |event: &str| from_ics(&calendar(event), "a.ics", None).unwrap().remove(0);
        let utc = read(
            "SUMMARY:Upgrade\nCATEGORIES:Maintenance,OKX\nDTSTART:20261122T020000Z\nDTEND:20261122T040000Z\nX-AURORA-SYMBOLS:SOL-USDT-SWAP\\,X,BTC-USDT-SWAP",
        );
        assert_eq!((utc.venue, hours(&utc), utc.title.as_str()), (Venue::Okx, (2, 4), "Upgrade"));
        assert!(utc.covers("BTC-USDT-SWAP") && !utc.covers("ETH-USDT-SWAP"));
        let kyiv = read("LOCATION:Bybit\nDTSTART;TZID=Europe/Kyiv:20261122T020000\nDURATION:PT90M");
        assert_eq!((kyiv.venue, hours(&kyiv)), (Venue::Bybit, (0, 1)));
        let day =
            read("X-AURORA-VENUE:binance\nDTSTART;VALUE=DATE:20261122\nDTEND;VALUE=DATE:20261123");
        assert_eq!((day.venue, hours(&day)), (Venue::BinanceUsdm, (0, 24)));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_event_and_field() {
        for (event, want) in [
            (
                "SUMMARY:A\nDTSTART:20261122T020000Z",
                "maintenance calendar, a.ics, event 1 (\"A\"), X-AURORA-VENUE: must name a venue, such as OKX (CATEGORIES and LOCATION do too)",
            ),
            (
                "LOCATION:OKX\nDTSTART:20269922T020000Z",
                "maintenance calendar, a.ics, event 1 (\"maintenance\"), DTSTART: must be a time such as 20261122T020000Z, or have a TZID that is known",
            ),
            (
                "LOCATION:OKX\nDTSTART:20261122T020000Z\nDTEND:20261122T010000Z",
                "maintenance calendar, a.ics, event 1 (\"maintenance\"), DTEND: must be after DTSTART",
            ),
        ] {
            assert_eq!(from_ics(&calendar(event), "a.ics", None).unwrap_err().to_string(), want);
        }
        assert!(from_ics("{}", "a.ics", None).is_err());
    }
}
