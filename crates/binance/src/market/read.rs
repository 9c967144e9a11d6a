//! Frames and answers of the market session to events and notes.

use aurora_model::{Level, MarketEvent, MarketKind, Nanos};
use aurora_wire::{DecodeError, Link, Note, Output};

use super::{Diff, DiffIds, EXTRA, MarketSession, PROOF_AFTER, PUBLIC, Snapshot};
use crate::answer;
use crate::answer::symbol_status;
use crate::stream::{PublicEvent, public};
use crate::wire::{self, Stream};

impl MarketSession {
    /// Reads a frame. One of the connection that will take over is only kept.
    pub(super) fn read(
        &mut self,
        at: Nanos,
        link: Link,
        is_active: bool,
        frame: &[u8],
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let (stream, symbol) = wire::head(frame)?;
        let is_book =
            matches!(stream, Stream::Depth | Stream::BookTicker | Stream::Trade | Stream::AggTrade);
        if !is_book && symbol.is_empty() && crate::stream::event(frame)?.is_none() {
            let enveloped = crate::stream::payload(frame)?;
            if crate::stream::event(enveloped)?.is_none() {
                self.reply(at, link, frame, out);
                return Ok(());
            }
        }
        if is_book {
            // A server may send what was subscribed before it says so.
            self.subscribed(at, link, out);
        }
        if !is_active {
            self.keep(at, link, frame, stream, symbol)
        } else if is_book {
            self.event(at, symbol, frame, out)
        } else {
            self.note(public(frame)?, out);
            Ok(())
        }
    }

    fn keep(
        &mut self,
        at: Nanos,
        link: Link,
        frame: &[u8],
        stream: Stream,
        symbol: &[u8],
    ) -> Result<(), DecodeError> {
        let name = self.line(link).1;
        self.overlap(name).keep(at, frame);
        let Some((place, known)) = self.symbols.named(symbol) else { return Ok(()) };
        if stream == Stream::Depth {
            let decoder = known.decoder;
            let head = decoder.decode_head(frame, &mut self.levels)?;
            if let Some(MarketKind::Diff { prev_id, .. }) = head.map(|head| head.kind) {
                self.overlap(name).diff(place, prev_id);
            }
        }
        Ok(())
    }

    /// The connection that was kept beside takes over when it has proved to leave nothing out.
    pub(super) fn try_switch(&mut self, at: Nanos, name: u8, out: &mut Output) {
        let line = if name == PUBLIC { &self.public } else { &self.extra };
        let Some(since) = line.spare_since() else { return };
        let overlap = &self.overlaps[usize::from(name == EXTRA)];
        let books = self.watched.iter().enumerate();
        let is_proved = name == PUBLIC
            && books.into_iter().all(|(n, watched)| overlap.covers(n, watched.book.last_id()));
        if !is_proved && at < since + PROOF_AFTER && !overlap.is_full() {
            return;
        }
        let line = if name == PUBLIC { &mut self.public } else { &mut self.extra };
        line.switch(out);
        self.take_over(at, name, out);
    }

    /// Plays what was kept of the connection now in use.
    pub(super) fn take_over(&mut self, at: Nanos, name: u8, out: &mut Output) {
        let line = if name == PUBLIC { &self.public } else { &self.extra };
        let link = [name, name + 1].map(Link).into_iter().find(|link| line.is_active(*link));
        let Some(link) = link else { return };
        for (_, frame) in self.overlap(name).take() {
            if let Err(error) = self.read(at, link, true, &frame, out) {
                out.notes.push(Note::Unreadable(error.to_string()));
            }
        }
    }

    fn event(
        &mut self,
        at: Nanos,
        symbol: &[u8],
        frame: &[u8],
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let Some((place, known)) = self.symbols.named(symbol) else { return Ok(()) };
        let Some(head) = known.decoder.decode_head(frame, &mut self.levels)? else {
            return Ok(());
        };
        let watched = &mut self.watched[place];
        let exchange_at = head.exchange_at;
        match head.kind {
            MarketKind::Diff { first_id: first, last_id: last, prev_id: prev, .. } => {
                let ids = DiffIds { first, last, prev };
                let diff = Diff { ids, exchange_at, levels: &self.levels };
                watched.book.diff(at, diff, out);
                return Ok(());
            }
            MarketKind::Bbo { update_id, .. } if watched.last_touch < update_id => {
                watched.last_touch = update_id;
            }
            MarketKind::Trade { id, .. } if watched.last_trade < id => watched.last_trade = id,
            // Seen before, on another connection.
            _ => return Ok(()),
        }
        let instrument = known.rules.no;
        out.market(&MarketEvent { instrument, exchange_at, received_at: at, kind: head.kind });
        Ok(())
    }

    fn note(&self, event: PublicEvent, out: &mut Output) {
        let named = |name: &str| self.symbols.named(name.as_bytes()).map(|(_, symbol)| symbol);
        match event {
            PublicEvent::Mark(mark) => {
                let Some(symbol) = named(&mark.symbol) else { return };
                out.notes.push(Note::Mark {
                    instrument: symbol.rules.no,
                    mark: mark.mark,
                    index: mark.index,
                    funding_rate: mark.funding_rate,
                    funding_at: (0 < mark.funding_ms).then(|| Nanos::from_millis(mark.funding_ms)),
                });
            }
            PublicEvent::Liquidation(order) => {
                let Some(symbol) = named(&order.symbol) else { return };
                // The average price lies between two ticks more often than not: the nearer one toward zero.
                let tick = symbol.rules.instrument.tick;
                let price = (order.price / tick).trunc() * tick;
                let (Some(price), Some(qty)) = (symbol.ticks(price), symbol.lots(order.qty)) else {
                    return;
                };
                out.notes.push(Note::Liquidation(symbol.rules.no, order.side, price, qty));
            }
            PublicEvent::Contract(contract) => {
                let Some(symbol) = named(&contract.symbol) else { return };
                let status = symbol_status(&contract.status);
                out.notes.push(Note::Status(symbol.rules.no, status));
            }
            PublicEvent::Other => {}
        }
    }

    pub(super) fn snapshot(&mut self, at: Nanos, place: usize, body: &[u8], out: &mut Output) {
        match self.whole_book(place, body) {
            Ok((last_id, exchange_at)) => {
                let snapshot = Snapshot { last_id, exchange_at, levels: &self.levels };
                self.watched[place].book.snapshot(at, snapshot, out);
            }
            Err(error) => {
                out.notes.push(Note::Unreadable(format!("snapshot: {error}")));
                self.watched[place].book.ask_again(at);
            }
        }
    }

    pub(super) fn polled(&mut self, at: Nanos, place: usize, body: &[u8], out: &mut Output) {
        match self.whole_book(place, body) {
            Ok((last_id, exchange_at)) => {
                let snapshot = Snapshot { last_id, exchange_at, levels: &self.levels };
                if snapshot.is_sound() {
                    snapshot.emit(self.symbols.all()[place].rules.no, at, out);
                }
            }
            Err(error) => out.notes.push(Note::Unreadable(format!("snapshot: {error}"))),
        }
    }

    /// Reads the whole book into the buffer.
    fn whole_book(&mut self, place: usize, body: &[u8]) -> Result<(u64, Nanos), DecodeError> {
        let decoder = self.symbols.all()[place].decoder;
        let levels: &mut Vec<Level> = &mut self.levels;
        match decoder.decode_head(body, levels)? {
            Some(head) => match head.kind {
                MarketKind::Snapshot { last_id, .. } => Ok((last_id, head.exchange_at)),
                _ => Err(DecodeError::Missing { field: "lastUpdateId" }),
            },
            None => Err(DecodeError::Missing { field: "lastUpdateId" }),
        }
    }

    pub(super) fn open_interest(&mut self, place: usize, body: &[u8], out: &mut Output) {
        match answer::open_interest(body) {
            Ok(told) => {
                let no = self.symbols.all()[place].rules.no;
                out.notes.push(Note::OpenInterest(no, told.open_interest));
            }
            Err(error) => out.notes.push(Note::Unreadable(format!("open interest: {error}"))),
        }
    }
}
