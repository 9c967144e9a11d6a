//! What lines tell besides market data and reports, and what of it a person should know.

use aurora_model::{Fill, Nanos, VenueState};
use aurora_signer::Scope;
use aurora_venue::LineEvent;
use aurora_venue::drop_copy::Finding;
use aurora_venue::heartbeat::Heart;
use aurora_venue::line::{LineStatus, Source};
use aurora_venue::state::Cause;
use aurora_venue::views::ViewEvent;
use aurora_wire::{Link, Note};

use super::{Lines, News, VenueLine};
use crate::desk::alerts::{Kind, Standing, Trouble};

impl Lines {
    /// A line says how it stands.
    pub(super) fn on_status(&mut self, line: usize, status: Box<LineStatus>) -> News {
        let had_windows = self.has_windows(line) || !status.windows.is_empty();
        let venue = &mut self.lines[line];
        venue.account_ready = status.account_ready;
        let news = News::Stands(venue.name, venue.standing(&status));
        venue.status = Some(status);
        self.shown.line(&self.lines, line);
        if had_windows {
            self.shown.windows(&self.lines);
        }
        news
    }

    pub(super) fn on_note(&mut self, line: usize, source: Source, note: Note) -> News {
        let venue = &mut self.lines[line];
        match note {
            Note::AccountReady => venue.account_ready = true,
            Note::Up(link) => {
                venue.up.insert((source, link));
            }
            Note::Down(link, why) => {
                venue.reconnects += 1;
                if venue.is_dark_without(source, link) {
                    return venue.alert(Kind::LinkDown, why);
                }
            }
            Note::Gap(..) => venue.gaps += 1,
            Note::Synced(_, took) if took != Nanos(0) => {
                venue.resync_ms.push(took.0 as f64 / 1e6);
            }
            Note::Clock { round_trip, .. } => {
                venue.round_trip = Some(round_trip);
                return News::Clock;
            }
            Note::MayWithdraw(may) => {
                venue.may_withdraw = may;
                return News::Keys;
            }
            Note::DeadMan(until) => venue.dead_man_until = until,
            Note::Lost(id, _, why) => {
                venue.lost += 1;
                return venue.alert(Kind::AnswerLost(id), why);
            }
            Note::Unreadable(what) => {
                venue.unreadable += 1;
                return venue.alert(Kind::Unreadable, what);
            }
            Note::Statement(statement) => return News::Statement(venue.name.venue(), statement),
            Note::Refused(why) => return News::Refused(venue.trouble(Kind::Refused, why)),
            Note::ForeignOrder(id, venue_id) => {
                return venue.alert(Kind::ForeignOrder, format!("{id:?}, {venue_id}"));
            }
            Note::ForeignFill(id, fill) => {
                return venue.alert(Kind::ForeignFill, format!("{id:?}, {}", venue.words(&fill)));
            }
            _ => {}
        }
        News::Nothing
    }

    pub(super) fn on_event(&mut self, line: usize, event: LineEvent) -> News {
        let venue = &mut self.lines[line];
        match event {
            LineEvent::View(ViewEvent::Stale(no)) => {
                venue.whole.insert(no, false);
                News::Lost(no)
            }
            LineEvent::DropCopy(finding) => {
                venue.alert(Kind::FillMismatch, venue.finding(&finding))
            }
            LineEvent::HeartbeatMissed(heart, silent, canceled) => {
                let side = match heart {
                    Heart::Market => "market data",
                    Heart::Account => "private connection",
                };
                venue.alert(Kind::Silent(silent, canceled), side.to_owned())
            }
            LineEvent::Maintenance(alert) => {
                let window = alert.window;
                venue.alert(Kind::Maintenance(window.from, window.to), window.title)
            }
            LineEvent::PushedBack(pause, true) => venue.alert(Kind::Ban(pause), String::new()),
            LineEvent::PushedBack(pause, false) => {
                venue.alert(Kind::Pushback(pause), String::new())
            }
            LineEvent::Rules(rules) => {
                if let Some(place) = venue.rules.iter_mut().find(|known| known.no == rules.no) {
                    *place = (*rules).clone();
                }
                let id = rules.instrument.id.to_string();
                let news = venue.alert(Kind::RulesChanged(id), String::new());
                self.shown.rules(&self.lines);
                news
            }
            LineEvent::NotSigned(told) => {
                let (scope, detail) = (told.scope, told.to_string());
                let kind = Kind::NotSigned(told);
                match scope {
                    Scope::Order => venue.alert(kind, detail),
                    Scope::Desk | Scope::Epoch(_) => News::Refused(venue.trouble(kind, detail)),
                }
            }
            LineEvent::State(change) => News::Takes(venue.on_state(change)),
            LineEvent::View(_) | LineEvent::NotSent(..) => News::Nothing,
        }
    }
}

impl VenueLine {
    pub(super) fn trouble(&self, kind: Kind, detail: String) -> Trouble {
        Trouble { venue: Some(self.name), kind, detail }
    }

    fn alert(&self, kind: Kind, detail: String) -> News {
        News::Alert(self.trouble(kind, detail))
    }

    /// Takes a connection out; true when its session has no other. One closed by plan has a follower.
    fn is_dark_without(&mut self, source: Source, link: Link) -> bool {
        self.up.remove(&(source, link));
        let is_dark = !self.up.iter().any(|(whose, _)| *whose == source);
        if is_dark {
            self.dark.insert(source);
        }
        is_dark
    }

    fn standing(&mut self, status: &LineStatus) -> Standing {
        let has = |cause: Cause| status.causes.iter().any(|(_, why, _)| *why == cause);
        self.dark.retain(|dark| !self.up.iter().any(|(source, _)| source == dark));
        Standing {
            linked: self.dark.is_empty(),
            heard: status.account_ready && !has(Cause::Market) && !has(Cause::Account),
            unpaused: status.governor.paused_until.is_none() && !status.governor.banned,
            accepted: status.account_ready && !has(Cause::Refused),
            ready: self.is_ready() && status.state <= VenueState::Degraded,
        }
    }

    fn finding(&self, finding: &Finding) -> String {
        match finding {
            Finding::MissedByFirst(fill) => {
                format!("only the second path told {}", self.words(fill))
            }
            Finding::MissedBySecond(fill) => {
                format!("only the first path told {}", self.words(fill))
            }
            Finding::Differs(first, second) => {
                format!("{} / {}", self.words(first), self.words(second))
            }
        }
    }

    /// A fill in a person's words.
    fn words(&self, fill: &Fill) -> String {
        let Some(rules) = self.rules.iter().find(|rules| rules.no == fill.instrument) else {
            return format!("trade {}", fill.trade_id);
        };
        let instrument = &rules.instrument;
        let qty = instrument.lot * rust_decimal::Decimal::from(fill.qty.0);
        format!(
            "{} {} {} at {}, trade {}",
            instrument.symbol,
            fill.side.word(),
            qty.normalize(),
            rules.wire_price(fill.price),
            fill.trade_id
        )
    }
}
