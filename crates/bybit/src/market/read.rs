//! Frames: what each is about, and what becomes of a book when one cannot be read.

use aurora_model::Nanos;
use aurora_wire::{DecodeError, Note, Output};

use super::MarketSession;
use super::asked::tell_maintenance;
use super::feed::Verdict;
use crate::decode::{Control, Public};
use crate::rest;

impl MarketSession {
    #[inline]
    pub(super) fn on_frame(&mut self, at: Nanos, link: usize, frame: &[u8], out: &mut Output) {
        if !self.conns[link].is_open() {
            return;
        }
        self.conns[link].heard_at = at;
        if let Err(error) = self.read(at, link, frame, out) {
            self.on_unreadable(at, link, frame, &error, out);
        }
    }

    /// What was in the frame is lost: a book it may have been about is not proved whole any more.
    fn on_unreadable(
        &mut self,
        at: Nanos,
        link: usize,
        frame: &[u8],
        error: &DecodeError,
        out: &mut Output,
    ) {
        out.notes.push(Note::Unreadable(format!("market frame: {error}")));
        let name = self.conns[link].link();
        for place in 0..self.feeds.len() {
            let feed = &mut self.feeds[place];
            let why = format!("a frame could not be read: {error}");
            if feed.may_be_about_book(frame)
                && (feed.is_live_on(name) || link == self.main)
                && feed.doubt(at, why, out) == Verdict::Resubscribe
            {
                self.resubscribe(at, link, place, out);
            }
        }
    }

    #[inline]
    fn read(
        &mut self,
        at: Nanos,
        link: usize,
        frame: &[u8],
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let overlap = self.conns[1 - link].is_open();
        match self.decoder.public(frame, &mut self.scratch)? {
            Public::Book(head) => {
                let Some(place) = self.feeds.iter().position(|feed| feed.no == head.instrument)
                else {
                    return Ok(());
                };
                let feed = &mut self.feeds[place];
                let name = self.conns[link].link();
                if head.depth == 1 {
                    // While two connections overlap, the one the book comes from speaks.
                    if !overlap || feed.is_live_on(name) {
                        feed.on_touch(at, &head, &self.scratch.levels, out);
                    }
                    return Ok(());
                }
                match feed.on_book(at, name, &head, &mut self.scratch.levels, out) {
                    Verdict::Fine => {}
                    Verdict::Synced => self.on_synced(link, out),
                    Verdict::Resubscribe => self.resubscribe(at, link, place, out),
                }
            }
            Public::Trades => {
                for print in &self.scratch.prints {
                    if let Some(feed) = self.feeds.iter_mut().find(|f| f.no == print.instrument) {
                        feed.on_print(at, print, overlap, out);
                    }
                }
            }
            Public::Ticker(ticker) => {
                let fields = rest::read_ticker(ticker.data)?;
                if let Some(feed) = self.feeds.iter_mut().find(|f| f.no == ticker.instrument) {
                    feed.on_ticker(fields, ticker.is_snapshot, out);
                }
            }
            Public::Liquidations => {
                for one in &self.scratch.liquidations {
                    let note = Note::Liquidation(one.instrument, one.side, one.price, one.qty);
                    out.notes.push(note);
                }
            }
            Public::SystemStatus => tell_maintenance(&rest::read_system_status(frame)?, out),
            Public::Control => self.on_control(link, frame, out)?,
            Public::Other => {}
        }
        Ok(())
    }

    fn on_control(
        &mut self,
        link: usize,
        frame: &[u8],
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        match Control::read(frame)? {
            Control::Subscribed(_, Ok(())) => self.conns[link].works(out),
            Control::Subscribed(_, Err(words)) => {
                out.notes.push(Note::Unreadable(format!("subscription refused: {words}")));
            }
            Control::Refused(words) => {
                out.notes.push(Note::Unreadable(format!("request refused: {words}")));
            }
            _ => {}
        }
        Ok(())
    }
}
