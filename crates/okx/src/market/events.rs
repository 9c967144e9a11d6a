//! Frames to events: books, touch, trades; subscriptions and notices.

use aurora_model::{Level, Lots, MarketKind, Nanos, Side, Ticks};
use aurora_wire::{DecodeError, Note, Output};

use super::MarketSession;
use super::feed::Feed;
use crate::decode::{self, PublicTrade};
use crate::frame::{self, Envelope, Frame, Push};
use crate::wire::Channel;

impl MarketSession {
    /// Takes a frame. True when nothing but data moved.
    pub(super) fn on_frame(
        &mut self,
        at: Nanos,
        link: usize,
        bytes: &[u8],
        out: &mut Output,
    ) -> bool {
        self.pipes[link].heard(at);
        match frame::read(bytes) {
            Ok(Frame::Pong) => true,
            Ok(Frame::Push(push)) => self.on_push(at, link, &push, out),
            Ok(Frame::Envelope(envelope)) => {
                self.on_event(at, link, &envelope, out);
                false
            }
            Err(error) => {
                out.notes.push(Note::Unreadable(format!("market frame: {error}")));
                true
            }
        }
    }

    fn on_push(&mut self, at: Nanos, link: usize, push: &Push<'_>, out: &mut Output) -> bool {
        let found = self.feeds.iter().position(|feed| feed.symbol().as_bytes() == push.arg.inst_id);
        let read = match (push.channel, found) {
            (Channel::Books, Some(index)) => return self.on_book(at, link, index, push, out),
            (Channel::Bbo | Channel::Books5, Some(index)) => {
                self.on_touch(at, link, index, push, out)
            }
            (Channel::Trades, Some(index)) => self.on_trades(at, link, index, push, out),
            _ => self.on_extra(push, out),
        };
        if let Err(why) = read {
            let channel = String::from_utf8_lossy(push.arg.channel);
            out.notes.push(Note::Unreadable(format!("{channel}: {why}")));
        }
        true
    }

    /// The best bid and ask, from a stream ahead of the book.
    fn on_touch(
        &mut self,
        at: Nanos,
        link: usize,
        index: usize,
        push: &Push<'_>,
        out: &mut Output,
    ) -> Result<(), String> {
        let renews = self.renews;
        let feed = &mut self.feeds[index];
        if feed.owner != link {
            return Ok(());
        }
        let touch = &mut self.touch;
        touch.clear();
        let head = push
            .one(|scanner| decode::book(scanner, &feed.steps, touch))
            .map_err(|error| error.to_string())?;
        // A side may be empty: then there is no touch to tell.
        let (Some(bid), Some(ask)) = (best(touch, Side::Buy), best(touch, Side::Sell)) else {
            return Ok(());
        };
        let update_id = head.seq.unwrap_or_default();
        if renews && update_id < feed.last_touch {
            return Ok(());
        }
        feed.last_touch = update_id;
        out.market(&feed.event(at, head.at, MarketKind::Bbo { update_id, bid, ask }));
        Ok(())
    }

    /// Public trades. While two connections tell them, only those above the last id are passed on.
    fn on_trades(
        &mut self,
        at: Nanos,
        link: usize,
        index: usize,
        push: &Push<'_>,
        out: &mut Output,
    ) -> Result<(), String> {
        let feed = &mut self.feeds[index];
        let renews = self.renews;
        let trades = &mut self.trades;
        trades.clear();
        push.each(|scanner| {
            trades.push(decode::trade(scanner, &feed.steps)?);
            Ok(())
        })
        .map_err(|error: DecodeError| error.to_string())?;
        if !renews && link != self.current {
            return Ok(());
        }
        for trade in trades.iter() {
            if renews && trade.id <= feed.last_trade {
                continue;
            }
            feed.last_trade = trade.id;
            out.market(&feed.event(at, trade.at, trade_kind(trade)));
        }
        Ok(())
    }

    fn on_event(&mut self, at: Nanos, link: usize, event: &Envelope<'_>, out: &mut Output) {
        let index =
            self.feeds.iter().position(|feed| feed.symbol().as_bytes() == event.arg.inst_id);
        let is_books = event.arg.channel == b"books";
        match (event.event, index) {
            (b"unsubscribe", Some(index)) if is_books => self.left(at, link, index, out),
            (b"notice", _) if event.code == Some(64008) => self.renew(out),
            (b"error", _) => self.refused(at, link, event, out),
            _ => {}
        }
    }

    /// A subscription was refused. A book's is tried again; anything else we do without.
    fn refused(&mut self, at: Nanos, link: usize, event: &Envelope<'_>, out: &mut Output) {
        let words = event.words();
        let names = |feed: &Feed| {
            let books = format!("channel:books,instId:{} ", feed.symbol());
            format!("{words} ").contains(&books)
        };
        match self.feeds.iter().position(names) {
            Some(index) => {
                let feed = &mut self.feeds[index];
                if feed.owner == link {
                    out.notes.extend(feed.lost(at, &words));
                }
                out.notes.push(Note::Unreadable(format!("book of {}: {words}", feed.symbol())));
            }
            None => out.notes.push(Note::Unreadable(format!("subscription refused: {words}"))),
        }
    }
}

/// The best level of a side: the venue sends them best first.
fn best(levels: &[Level], side: Side) -> Option<(Ticks, Lots)> {
    levels.iter().find(|level| level.side == side).map(|level| (level.price, level.qty))
}

fn trade_kind(trade: &PublicTrade) -> MarketKind<'static> {
    let PublicTrade { id, aggressor, price, qty, .. } = *trade;
    MarketKind::Trade { id, aggressor, price, qty }
}
