//! The one WebSocket: every topic whole when it is asked for, then what changed.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::guard;
use super::routes::{ConsoleState, refusal};
use super::view::{InstrumentView, View};
use super::wire::Text;

/// The ladder's pace; other topics go every second or every tenth beat of it.
const BEAT: Duration = Duration::from_millis(100);
/// A watcher who takes longer than this to take one message is let go; nobody waits for him.
const PATIENCE: Duration = Duration::from_secs(5);

const TOPICS: [&str; 11] = [
    "frame",
    "ladder",
    "candles",
    "orders",
    "positions",
    "pnl",
    "exposure",
    "decisions",
    "gate",
    "health",
    "venues",
];

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    topics: Option<String>,
    instrument: Option<String>,
}

pub(super) async fn upgrade(
    State(state): State<ConsoleState>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !guard::origin_is_ours(&headers) {
        let text =
            Text::new("Запрос пришёл с чужой страницы", "The request came from a foreign page");
        return refusal(StatusCode::FORBIDDEN, "FOREIGN_ORIGIN", &text);
    }
    let topics = wanted.topics.unwrap_or_else(|| TOPICS.join(","));
    let watch = Watch::new(topics.split(','), wanted.instrument);
    upgrade.max_message_size(16 * 1024).on_upgrade(move |socket| run(socket, state, watch))
}

async fn run(mut socket: WebSocket, state: ConsoleState, mut watch: Watch) {
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut seq = 0u64;
    loop {
        tokio::select! {
            _ = beat.tick() => {
                let view = state.view.borrow().clone();
                for (topic, data, whole) in watch.due(&view) {
                    let message = json!({
                        "seq": seq, "ts_ms": view.frame.wall_ms, "topic": topic, "whole": whole, "data": data,
                    });
                    seq += 1;
                    let sent = timeout(PATIENCE, socket.send(Message::Text(message.to_string().into()))).await;
                    if !matches!(sent, Ok(Ok(()))) {
                        return;
                    }
                }
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    if let Ok(Request::Subscribe { topics, instrument }) = serde_json::from_str(&text) {
                        watch = Watch::new(topics.iter().map(String::as_str), instrument);
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Request {
    Subscribe { topics: Vec<String>, instrument: Option<String> },
}

/// What one connection watches, and how much of it was sent.
#[derive(Debug, Default)]
struct Watch {
    topics: Vec<&'static str>,
    instrument: Option<String>,
    beats: u64,
    orders_sent: u64,
    decisions_sent: u64,
    points_sent_to: f64,
    bars_sent_to: i64,
    marks_sent: u64,
    begun: Vec<&'static str>,
}

impl Watch {
    fn new<'a>(topics: impl Iterator<Item = &'a str>, instrument: Option<String>) -> Watch {
        let wanted: Vec<&str> = topics.collect();
        let topics = TOPICS.into_iter().filter(|topic| wanted.contains(topic)).collect();
        Watch { topics, instrument, ..Watch::default() }
    }

    /// The messages of this beat.
    fn due(&mut self, view: &Arc<View>) -> Vec<(&'static str, Value, bool)> {
        let beat = self.beats;
        self.beats += 1;
        let mut due = Vec::new();
        for topic in self.topics.clone() {
            let whole = !self.begun.contains(&topic);
            let every = match topic {
                "ladder" => 1,
                "gate" | "health" | "venues" => 10,
                _ => 5,
            };
            // 4 Hz out of a 10 Hz beat: two of every five.
            let now =
                if every == 5 { matches!(beat % 5, 0 | 2) } else { beat.is_multiple_of(every) };
            if !(whole || now) {
                continue;
            }
            if let Some(data) = self.topic(topic, whole, view) {
                if whole {
                    self.begun.push(topic);
                }
                due.push((topic, data, whole));
            }
        }
        due
    }

    fn topic(&mut self, topic: &str, whole: bool, view: &View) -> Option<Value> {
        match topic {
            "frame" => Some(value(&view.frame)),
            "ladder" => Some(value(&self.chosen(view)?.ladder)),
            "candles" => self.candles(whole, view),
            "orders" => self.orders(whole, view),
            "positions" => Some(value(&view.positions)),
            "pnl" => Some(self.pnl(whole, view)),
            "exposure" => Some(value(&view.exposure)),
            "decisions" => self.decisions(whole, view),
            "gate" => Some(value(&*view.gate)),
            "health" => Some(value(&view.health)),
            "venues" => Some(value(&*view.venues)),
            _ => None,
        }
    }

    /// The chosen instrument, or the first where the choice names none.
    fn chosen<'v>(&self, view: &'v View) -> Option<&'v InstrumentView> {
        let named = |v: &&InstrumentView| self.instrument.as_deref() == Some(&*v.id);
        view.instruments.iter().find(named).or(view.instruments.first())
    }

    fn candles(&mut self, whole: bool, view: &View) -> Option<Value> {
        let chosen = self.chosen(view)?;
        let from = if whole { i64::MIN } else { self.bars_sent_to };
        let bars: Vec<_> = chosen.bars.iter().filter(|bar| bar.0 >= from).collect();
        let fresh = usize::try_from(chosen.marks_total - self.marks_sent.min(chosen.marks_total))
            .unwrap_or(usize::MAX);
        let skip = if whole { 0 } else { chosen.marks.len().saturating_sub(fresh) };
        let marks = &chosen.marks[skip..];
        let data = json!({"instrument": chosen.ladder.instrument, "tf_s": 1, "bars": bars, "marks": marks});
        if let Some(last) = chosen.bars.last() {
            self.bars_sent_to = last.0;
        }
        self.marks_sent = chosen.marks_total;
        Some(data)
    }

    fn orders(&mut self, whole: bool, view: &View) -> Option<Value> {
        let sent = self.orders_sent;
        let rows: Vec<_> =
            view.orders.iter().filter(|(v, _)| whole || *v > sent).map(|(_, row)| &**row).collect();
        self.orders_sent = view.orders.iter().map(|(v, _)| *v).max().unwrap_or(0).max(sent);
        (whole || !rows.is_empty()).then(|| value(&rows))
    }

    fn decisions(&mut self, whole: bool, view: &View) -> Option<Value> {
        let fresh = view.decisions_total - self.decisions_sent.min(view.decisions_total);
        let fresh = usize::try_from(fresh).unwrap_or(usize::MAX);
        let take = if whole { view.decisions.len() } else { fresh.min(view.decisions.len()) };
        self.decisions_sent = view.decisions_total;
        let rows: Vec<_> = view.decisions[..take].iter().map(|row| &**row).collect();
        (whole || !rows.is_empty()).then(|| value(&rows))
    }

    fn pnl(&mut self, whole: bool, view: &View) -> Value {
        let from = if whole { f64::MIN } else { self.points_sent_to };
        let points: Vec<_> = view.pnl_points.iter().filter(|point| point.0 > from).collect();
        if let Some(last) = view.pnl_points.last() {
            self.points_sent_to = last.0;
        }
        let mut data = value(&view.pnl);
        data["points"] = value(&points);
        data
    }
}

fn value<T: Serialize>(data: &T) -> Value {
    serde_json::to_value(data).expect("the console's shapes are plain data")
}
