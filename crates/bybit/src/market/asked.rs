//! What is asked by REST: books while no socket can be opened, and planned maintenance.

use aurora_model::Nanos;
use aurora_wire::{Action, Answer, CallNo, DecodeError, Note, Output};

use super::{Asked, MarketSession};
use crate::{encode, rest};

const POLL_EVERY: Nanos = Nanos(1_000_000_000);
/// How deep a polled book is.
const POLL_DEPTH: u16 = 50;
/// How often planned maintenance is asked for.
const STATUS_EVERY: Nanos = Nanos(300_000_000_000);

impl MarketSession {
    pub(super) fn ask_status(&mut self, at: Nanos, out: &mut Output) {
        self.status_at = at + STATUS_EVERY;
        let no = self.call_no(Asked::Status);
        out.actions.push(Action::Call(encode::system_status(no)));
    }

    pub(super) fn poll(&mut self, at: Nanos, out: &mut Output) {
        self.poll_at = at + POLL_EVERY;
        for place in 0..self.feeds.len() {
            let is_asked = |asked: &Asked| matches!(asked, Asked::Book(feed) if *feed == place);
            if self.feeds[place].is_live() || self.asked.values().any(is_asked) {
                continue;
            }
            let no = self.call_no(Asked::Book(place));
            let call = encode::orderbook(no, &self.feeds[place].symbol, POLL_DEPTH);
            out.actions.push(Action::Call(call));
        }
    }

    pub(super) fn on_answer(
        &mut self,
        at: Nanos,
        no: CallNo,
        answer: Answer<'_>,
        out: &mut Output,
    ) {
        let Some(asked) = self.asked.remove(&no) else { return };
        let Answer::Got { status: 200, body, .. } = answer else { return };
        let read = match asked {
            Asked::Book(feed) => self.on_polled(at, feed, body, out),
            Asked::Status => {
                rest::system_status(body).map(|windows| tell_maintenance(&windows, out))
            }
        };
        if let Err(error) = read {
            out.notes.push(Note::Unreadable(format!("market answer: {error}")));
        }
    }

    fn on_polled(
        &mut self,
        at: Nanos,
        feed: usize,
        body: &[u8],
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let envelope = rest::Envelope::read(body)?;
        if envelope.code != 0 {
            return Ok(());
        }
        let result = envelope.result.as_bytes();
        if let Some(head) = self.decoder.rest_book(result, &mut self.scratch.levels)? {
            self.feeds[feed].on_polled(at, &head, &mut self.scratch.levels, out);
        }
        Ok(())
    }
}

pub(super) fn tell_maintenance(windows: &[rest::Maintenance], out: &mut Output) {
    for window in windows.iter().filter(|window| window.is_ours && !window.is_over) {
        out.notes.push(Note::Maintenance(window.begins, window.ends, window.title.clone()));
    }
}
