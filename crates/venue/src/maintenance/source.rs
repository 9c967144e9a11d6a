//! Where a maintenance calendar comes from: a file or an address, in any of the three forms.

use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;
use std::str::FromStr;
use std::time::Duration;

use aurora_model::Venue;
use aurora_wire::{Method, Signed};
use tokio::time::Instant;

use super::{Announcements, from_feed, from_ics, from_json, venue_of};
use crate::VenueError;
use crate::transport::{Dialer, Http, Reply, TransportConfig, target};

/// A server that has not answered by then is asked again another time.
const PATIENCE: Duration = Duration::from_secs(20);

/// One source of windows: `calendar.ics`, `windows.json`, `https://host/path.ics`, and with the venue before it where
/// the text itself does not name one: `okx=https://status.example/feed.rss`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    venue: Option<Venue>,
    place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    Address(String),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Source, String> {
        let (venue, place) = match text.split_once('=') {
            Some((venue, place)) if !venue.contains(['/', '.', '?']) => {
                let venue = venue_of(venue)
                    .ok_or_else(|| format!("{text:?}: no venue is called {venue:?}"))?;
                (Some(venue), place)
            }
            _ => (None, text),
        };
        if place.is_empty() {
            return Err(format!("{text:?}: name a file, or an https:// address"));
        }
        let place = if place.contains("://") {
            target("maintenance source", place).map_err(|error| error.to_string())?;
            Place::Address(place.to_owned())
        } else {
            Place::File(PathBuf::from(place))
        };
        Ok(Source { venue, place })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File(path) => write!(f, "{}", path.display()),
            Place::Address(url) => f.write_str(url),
        }
    }
}

impl Source {
    /// Reads what is there now. It blocks; not to be called from asynchronous code.
    ///
    /// # Errors
    /// [`VenueError::Calendar`] when it cannot be had or not be read; [`VenueError::Endpoint`] for a bad address.
    pub fn read(&self, transport: &TransportConfig) -> Result<Announcements, VenueError> {
        let fault = |problem: String| VenueError::Calendar { place: self.to_string(), problem };
        let text = match &self.place {
            Place::File(path) => {
                std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?
            }
            Place::Address(url) => fetch(url, transport)?.map_err(fault)?,
        };
        self.parse(&text)
    }

    /// Reads a calendar by its form: iCalendar, JSON, or a feed.
    fn parse(&self, text: &str) -> Result<Announcements, VenueError> {
        let name = self.to_string();
        let begin = text.trim_start_matches('\u{feff}').trim_start();
        let windows = if begin.starts_with("BEGIN:VCALENDAR") {
            from_ics(text, &name, self.venue)?
        } else if begin.starts_with(['[', '{']) {
            from_json(text, &name)?
        } else {
            let problem = "a feed does not say whose it is: put the venue before it, as in okx=…";
            let venue = self.venue.ok_or_else(|| VenueError::Calendar {
                place: name.clone(),
                problem: problem.to_owned(),
            })?;
            return from_feed(text, &name, venue);
        };
        Ok(Announcements { windows, unread: Vec::new() })
    }
}

/// The body at an address, or why there is none.
fn fetch(url: &str, transport: &TransportConfig) -> Result<Result<String, String>, VenueError> {
    let target = target("maintenance source", url)?;
    let rest = if target.path.is_empty() { "/" } else { "" };
    let dialer = Rc::new(Dialer::new(transport)?);
    let http = Http::new(dialer, target, Vec::new(), transport);
    let reactor = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(VenueError::Thread)?;
    let signed = Signed { target: rest.to_owned(), headers: Vec::new(), body: String::new() };
    let call = http.call(Method::Get, signed, Instant::now() + PATIENCE);
    let reply = tokio::task::LocalSet::new().block_on(&reactor, call);
    Ok(match reply {
        Reply::Got { status: 200, body, .. } => {
            String::from_utf8(body.to_vec()).map_err(|_| "the answer is no UTF-8 text".to_owned())
        }
        Reply::Got { status, .. } => Err(format!("the server answered {status}")),
        Reply::NotSent(why) | Reply::Lost(why) => Err(why),
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_source_is_a_file_or_an_address_with_a_venue_before_it_where_needed() {
        let mut table = String::new();
        for text in [
            "calendar.ics",
            "/etc/aurora/windows=2026.json",
            "okx=feeds/status.rss",
            "https://status.example/feed?a=b",
            "bybit=https://status.example/feed",
            "nyse=calendar.ics",
            "okx=",
            "http://status.example/feed",
            "ftp://status.example/feed",
        ] {
            let line = match text.parse::<Source>() {
                Ok(source) => format!("{source} of {:?}", source.venue),
                Err(fault) => fault,
            };
            table += &format!("{line}\n");
        }
        expect![[r#"
            calendar.ics of None
            /etc/aurora/windows=2026.json of None
            feeds/status.rss of Some(Okx)
            https://status.example/feed?a=b of None
            https://status.example/feed of Some(Bybit)
            "nyse=calendar.ics": no venue is called "nyse"
            "okx=": name a file, or an https:// address
            maintenance source "http://status.example/feed": leaves this machine without encryption: use https:// or wss://, or a loopback address
            maintenance source "ftp://status.example/feed": must begin with https:// or wss:// (http:// and ws:// to loopback)
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn the_form_is_known_by_the_text_not_by_the_name() {
        let read = |name: &str, text: &str| name.parse::<Source>().unwrap().parse(text);
        let json = r#" [{"venue": "OKX", "from": 0, "to": 1}]"#;
        assert_eq!(read("calendar.txt", json).unwrap().windows.len(), 1);
        let ics = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:upgrade\r\n\
            DTSTART:20261122T020000Z\r\nDTEND:20261122T040000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(read("bybit=calendar.txt", ics).unwrap().windows[0].venue, Venue::Bybit);
        let rss = "<rss version=\"2.0\"><channel><title>t</title></channel></rss>";
        assert!(read("okx=calendar.txt", rss).unwrap().windows.is_empty());
        expect!["maintenance calendar, calendar.txt: a feed does not say whose it is: put the venue before it, as in okx=…"]
            .assert_eq(&read("calendar.txt", rss).unwrap_err().to_string());
    }
}
