//! Connections: opened, heard, and lost.

use aurora_model::Nanos;
use aurora_signer::Told;
use aurora_wire::{Input, Link};

use super::{Core, Effect, GOOD_AFTER, Later, LineEvent, Open, Source};
use crate::transport::{SocketEvent, SocketNo};

impl Core {
    pub(super) fn open(
        &mut self,
        at: Nanos,
        talk: usize,
        link: Link,
        url: String,
        wait: Nanos,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(no) = self.talks[talk].links.remove(&link) {
            self.sockets.remove(&no);
            effects.push(Effect::Disconnect(no));
        }
        if self.settings.transport.max_links <= self.sockets.len() {
            let why = format!("{} connections are open, no more are allowed", self.sockets.len());
            self.later.push_back((talk, Later::Closed(link, why)));
            return;
        }
        let failures = self.talks[talk].failures.get(&link).copied().unwrap_or(0);
        let wait = self.backoff.wait(wait, failures);
        let wait = self.connect_room(at, wait);
        let no = SocketNo(self.next_socket);
        self.next_socket += 1;
        self.talks[talk].links.insert(link, no);
        self.sockets.insert(no, Open { talk, link, since: None });
        let is_account = self.talks[talk].source == Source::Account;
        effects.push(Effect::Connect { no, url, wait, is_account });
    }

    /// Closes every private connection, so that the session opens it again and compares the account.
    pub(super) fn drop_private(&mut self, why: &str, effects: &mut Vec<Effect>) {
        let Some(account) = self.account() else { return };
        for (link, no) in std::mem::take(&mut self.talks[account].links) {
            self.sockets.remove(&no);
            effects.push(Effect::Disconnect(no));
            self.later.push_back((account, Later::Closed(link, why.to_owned())));
        }
    }

    /// Waits longer when too many connections were tried lately.
    pub(super) fn connect_room(&mut self, at: Nanos, wait: Nanos) -> Nanos {
        let per = self.settings.transport.connects_per;
        let most = self.settings.transport.max_connects as usize;
        while self.connects.front().is_some_and(|tried| *tried + per <= at) {
            self.connects.pop_front();
        }
        let mut when = at + wait;
        if let Some(blocking) = self.connects.len().checked_sub(most) {
            when = when.max(self.connects[blocking] + per);
        }
        self.connects.push_back(when);
        when - at
    }

    /// A connection that cannot be logged in is closed; its session opens it again, later and later.
    pub(super) fn login(
        &mut self,
        at: Nanos,
        no: SocketNo,
        frame: Result<String, Told>,
        effects: &mut Vec<Effect>,
    ) {
        match frame {
            Ok(text) => effects.push(Effect::Write(no, text)),
            Err(told) => {
                let why = told.to_string();
                self.event(LineEvent::NotSigned(told));
                effects.push(Effect::Disconnect(no));
                self.socket(at, no, &SocketEvent::Closed(why), effects);
            }
        }
    }

    pub(super) fn socket(
        &mut self,
        at: Nanos,
        no: SocketNo,
        event: &SocketEvent,
        effects: &mut Vec<Effect>,
    ) {
        // What an older connection of the same link still says no longer matters.
        let Some(open) = self.sockets.get_mut(&no) else { return };
        let (talk, link) = (open.talk, open.link);
        match event {
            SocketEvent::Opened => {
                open.since = Some(at);
                self.tell(at, talk, Input::Opened(link), effects);
            }
            SocketEvent::Frame(bytes) => {
                self.frames += 1;
                self.tell(at, talk, Input::Frame(link, bytes), effects);
            }
            SocketEvent::Closed(why) => {
                let was_good = open.since.is_some_and(|since| GOOD_AFTER <= at - since);
                self.sockets.remove(&no);
                self.talks[talk].links.remove(&link);
                let failures = self.talks[talk].failures.entry(link).or_insert(0);
                *failures = if was_good { 1 } else { failures.saturating_add(1) };
                self.tell(at, talk, Input::Closed(link, why), effects);
            }
        }
    }
}
