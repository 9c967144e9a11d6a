//! The dull loop around [`Core`]: sockets and queues in, effects out.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use aurora_model::Nanos;
use aurora_wire::Protocol;
use crossbeam_channel::{Receiver, Sender, TrySendError};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::core::{Core, Effect, Happening};
use super::message::{FromVenue, ToLine};
use super::{LineConfig, MarketBatch};
use crate::VenueError;
use crate::clock::Clock;
use crate::signing::Pen;
use crate::transport::{Dialer, Http, Socket, SocketEvent, SocketNo, duration, target};

/// Frames wait here when the loop is busy; when it is full the sockets are read no further.
const FRAMES: usize = 1024;
/// So many frames are taken in before the desk is told.
const AT_ONCE: usize = 64;
/// With so many messages waiting for the desk nothing more is read: the venue waits.
const MAX_BACKLOG: usize = 65_536;
/// How often a desk that lags is tried again.
const RETRY: Duration = Duration::from_millis(1);
/// How often it is seen to that connections are kept warm.
const WARM_EVERY: Duration = Duration::from_millis(500);
/// A line that is stopped waits so long for what is under way.
const LAST_WORDS: Nanos = Nanos(2_000_000_000);

/// The line's ends of its queues.
pub(super) struct Ends {
    pub(super) inbox: mpsc::Receiver<ToLine>,
    pub(super) outbox: Sender<FromVenue>,
    pub(super) empties: Receiver<MarketBatch>,
}

type Frames = (mpsc::Sender<(SocketNo, SocketEvent)>, mpsc::Receiver<(SocketNo, SocketEvent)>);

/// Everything a line's thread owns.
pub(super) struct Runtime {
    core: Core,
    clock: Clock,
    now: Nanos,
    dialer: Rc<Dialer>,
    http: Rc<Http>,
    socket_headers: Vec<(&'static str, String)>,
    max_frame: usize,
    texts: BTreeMap<SocketNo, mpsc::UnboundedSender<String>>,
    /// Of the account: they go before those of the market.
    private: Frames,
    public: Frames,
    /// As many as there are calls under way, which the governor bounds.
    answers: mpsc::UnboundedReceiver<Happening>,
    answer_to: mpsc::UnboundedSender<Happening>,
    protocol: Arc<dyn Protocol>,
    pen: Rc<Pen>,
    effects: Vec<Effect>,
    ends: Ends,
    stop_by: Option<Nanos>,
}

impl Runtime {
    pub(super) fn new(config: LineConfig, ends: Ends) -> Result<Runtime, VenueError> {
        let transport = &config.settings.transport;
        let dialer = Rc::new(Dialer::new(transport)?);
        let rest = target("rest", &config.endpoints.rest)?;
        let headers = config.endpoints.headers.clone();
        let http = Rc::new(Http::new(Rc::clone(&dialer), rest, headers.clone(), transport));
        let max_frame = transport.max_frame;
        let clock = config.clock.clone();
        let (answer_to, answers) = mpsc::unbounded_channel();
        let (protocol, signing) = (Arc::clone(&config.protocol), config.signing.clone());
        Ok(Runtime {
            protocol,
            pen: Rc::new(Pen::new(signing)),
            core: Core::new(config),
            clock,
            now: Nanos(i64::MIN),
            dialer,
            http,
            socket_headers: headers,
            max_frame,
            texts: BTreeMap::new(),
            private: mpsc::channel(FRAMES),
            public: mpsc::channel(FRAMES),
            answers,
            answer_to,
            effects: Vec::new(),
            ends,
            stop_by: None,
        })
    }

    /// Runs until the desk stops it or is gone; returns what the desk's queue had no room for.
    pub(super) async fn run(mut self) -> VecDeque<FromVenue> {
        keep_warm(&self.http);
        self.take(Happening::Start);
        self.finish_turn();
        while !self.is_over() {
            let may_read = self.core.outbox.len() < MAX_BACKLOG;
            let wake = self.next_wake();
            tokio::select! {
                biased;
                asked = self.ends.inbox.recv(), if self.stop_by.is_none() => self.asked(asked),
                Some(answer) = self.answers.recv() => self.take(answer),
                Some((no, event)) = self.private.1.recv(), if may_read => {
                    self.take(Happening::Socket(no, event));
                }
                Some((no, event)) = self.public.1.recv(), if may_read => {
                    self.take_frames(no, event);
                }
                () = tokio::time::sleep_until(wake) => self.take(Happening::Wake),
            }
            self.finish_turn();
        }
        let last = FromVenue::Stopped("stopped by the desk".to_owned());
        let mut unsent = std::mem::take(&mut self.core.outbox);
        if !self.core.batch.is_empty() {
            unsent.push_back(FromVenue::Market(self.core.batch));
        }
        unsent.push_back(last);
        unsent
    }

    fn asked(&mut self, asked: Option<ToLine>) {
        match asked {
            Some(ToLine::Ask(no, ask)) => self.take(Happening::Ask(no, ask)),
            Some(ToLine::Command(command)) => self.take(Happening::Command(command)),
            Some(ToLine::Stop) | None => self.stop_by = Some(self.now() + LAST_WORDS),
        }
    }

    fn take_frames(&mut self, no: SocketNo, event: SocketEvent) {
        self.take(Happening::Socket(no, event));
        for _ in 1..AT_ONCE {
            let Ok((no, event)) = self.public.1.try_recv() else { return };
            self.take(Happening::Socket(no, event));
        }
    }

    fn take(&mut self, happening: Happening) {
        let at = self.now();
        if let Happening::Socket(no, SocketEvent::Closed(_)) = &happening {
            self.texts.remove(no);
        }
        self.core.on(at, happening, &mut self.effects);
        let mut effects = std::mem::take(&mut self.effects);
        effects.drain(..).for_each(|effect| self.perform(effect));
        self.effects = effects;
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Connect { no, url, wait, is_account } => {
                // Bounded by the session's own conversation: it sends what it must and waits for answers.
                let (texts, waiting) = mpsc::unbounded_channel();
                self.texts.insert(no, texts);
                let headers = self.socket_headers.clone();
                let socket = Socket { no, url, headers, wait, max_frame: self.max_frame };
                let frames = if is_account { &self.private } else { &self.public };
                let (dialer, events) = (Rc::clone(&self.dialer), frames.0.clone());
                tokio::task::spawn_local(socket.run(dialer, waiting, events));
            }
            Effect::Write(no, text) => {
                // A connection that is gone says so itself.
                let _ = self.texts.get(&no).map(|texts| texts.send(text));
            }
            Effect::Disconnect(no) => drop(self.texts.remove(&no)),
            Effect::Login(no, venue_at) => self.login(no, venue_at),
            Effect::Call { ticket, call, venue_at, patience } => {
                let deadline = Instant::now() + duration(patience);
                let signed = self.pen.sign(&*self.protocol, (self.now, venue_at), &call);
                let (http, pen) = (Rc::clone(&self.http), Rc::clone(&self.pen));
                let (answers, venue) = (self.answer_to.clone(), self.protocol.venue());
                tokio::task::spawn_local(async move {
                    let signed = match (signed, &*pen) {
                        (Some(signed), _) => signed,
                        (None, Pen::Away(remote)) => remote.sign(venue, venue_at, &call).await,
                        (None, Pen::Here(_)) => unreachable!("it answers at once"),
                    };
                    // Nobody waits for it once the line is over.
                    let _ = answers.send(match signed {
                        Ok(signed) => Happening::Answered(
                            ticket,
                            http.call(call.method, signed, deadline).await,
                        ),
                        Err(told) => Happening::Unsigned(ticket, told),
                    });
                });
            }
        }
    }

    fn login(&self, no: SocketNo, venue_at: Nanos) {
        let frame = self.pen.login(&*self.protocol, (self.now, venue_at));
        let (pen, answers) = (Rc::clone(&self.pen), self.answer_to.clone());
        let venue = self.protocol.venue();
        tokio::task::spawn_local(async move {
            let frame = match (frame, &*pen) {
                (Some(frame), _) => frame,
                (None, Pen::Away(remote)) => remote.login(venue, venue_at).await,
                (None, Pen::Here(_)) => unreachable!("it answers at once"),
            };
            let _ = answers.send(Happening::Login(no, frame));
        });
    }

    /// Tells the desk what there is to tell, market data last so that a batch is as large as it can be.
    fn finish_turn(&mut self) {
        while let Some(message) = self.core.outbox.pop_front() {
            match self.ends.outbox.try_send(message) {
                Ok(()) => {}
                Err(TrySendError::Full(message)) => {
                    self.core.outbox.push_front(message);
                    break;
                }
                Err(TrySendError::Disconnected(_)) => {
                    self.stop_by = Some(self.now);
                    return;
                }
            }
        }
        self.core.backlog = u32::try_from(self.core.outbox.len()).unwrap_or(u32::MAX);
        self.tell_market();
    }

    /// Market data may fill half of the queue; the other half is for reports.
    fn tell_market(&mut self) {
        let room = self.ends.outbox.capacity().unwrap_or(usize::MAX) / 2;
        let is_full = room <= self.ends.outbox.len() || !self.core.outbox.is_empty();
        if is_full {
            self.core.desk_lags = true;
            return;
        }
        if self.core.desk_lags {
            let at = self.now();
            self.core.catch_up(at);
        }
        if self.core.batch.is_empty() {
            return;
        }
        let empty = self.ends.empties.try_recv().map(|mut empty| {
            empty.clear();
            empty
        });
        let batch = std::mem::replace(&mut self.core.batch, empty.unwrap_or_default());
        if let Err(TrySendError::Disconnected(_)) =
            self.ends.outbox.try_send(FromVenue::Market(batch))
        {
            self.stop_by = Some(self.now);
        }
    }

    fn next_wake(&mut self) -> Instant {
        if self.core.desk_lags || !self.core.outbox.is_empty() {
            return Instant::now() + RETRY;
        }
        let at = self.now();
        let due = self.core.wake_at(at) - at;
        let due = self.stop_by.map_or(due, |stop_by| due.min(stop_by - at));
        // A day is as good as never, and what is due now comes after what is there already.
        Instant::now() + duration(due).clamp(RETRY / 10, Duration::from_secs(86_400))
    }

    fn is_over(&mut self) -> bool {
        let now = self.now();
        self.stop_by.is_some_and(|by| by <= now || self.core.is_quiet())
    }

    /// Our clock, which never goes back here whatever it does outside.
    fn now(&mut self) -> Nanos {
        self.now = self.now.max(self.clock.now());
        self.now
    }
}

fn keep_warm(http: &Rc<Http>) {
    let http = Rc::downgrade(http);
    tokio::task::spawn_local(async move {
        let mut wait = WARM_EVERY;
        while let Some(http) = http.upgrade() {
            let is_warm = http.warm_up().await;
            wait = if is_warm { WARM_EVERY } else { (wait * 2).min(Duration::from_secs(30)) };
            drop(http);
            tokio::time::sleep(wait).await;
        }
    });
}
