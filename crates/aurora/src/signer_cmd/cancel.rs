//! Cancels everything at every venue without the desk: connections, session and signatures of our own.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aurora_model::ReportKind;
use aurora_signer::Judge;
use aurora_venue::{Clock, FromVenue, Line, LineConfig, Settings, Signing};
use aurora_wire::{Ask, AskNo, Endpoints, Rules};

use crate::desk::ACCOUNT;
use crate::venues::VenueName;

/// A venue that still has something open by then is told to a person.
const PATIENCE: Duration = Duration::from_secs(30);
/// A venue that was asked and says nothing is asked again.
const AGAIN: Duration = Duration::from_millis(700);

/// Every venue, where it is, and what is traded there.
pub(super) type Venues = [(VenueName, Endpoints, Vec<Rules>)];

/// Cancels everything, all venues at the same time. Seconds until a venue said that nothing is open, or why not.
pub(super) fn cancel_everything(
    venues: &Venues,
    judge: &Arc<Mutex<Judge>>,
) -> Vec<(VenueName, Result<f64, String>)> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = venues
            .iter()
            .map(|(name, endpoints, rules)| {
                (*name, scope.spawn(move || cancel_all(*name, endpoints, rules, judge)))
            })
            .collect();
        let ended = threads.into_iter().map(|(name, thread)| {
            (name, thread.join().unwrap_or_else(|_| Err(String::from("its thread panicked"))))
        });
        ended.collect()
    })
}

fn cancel_all(
    name: VenueName,
    endpoints: &Endpoints,
    rules: &[Rules],
    judge: &Arc<Mutex<Judge>>,
) -> Result<f64, String> {
    let began = Instant::now();
    let epoch = {
        // Cancelling is right whatever state the judge was left in.
        let judge = judge.lock().unwrap_or_else(PoisonError::into_inner);
        judge.authority().remembered().epoch
    };
    let mut settings = Settings { rules_every: None, ..Settings::default() };
    settings.heartbeat.cancels = false;
    let line = Line::start(LineConfig {
        protocol: name.protocol(),
        endpoints: endpoints.clone(),
        signing: Signing::Judge(Arc::clone(judge), epoch),
        market: Vec::new(),
        account: Some(name.account_session(endpoints, rules, ACCOUNT)),
        rules: rules.to_vec(),
        settings,
        clock: Clock::system(),
    });
    let line = line.map_err(|fault| fault.to_string())?;
    let mut asks = (1..).map(AskNo);
    let mut ask = |ask: Ask| line.ask(asks.next().expect("numbers do not end"), ask);
    ask(Ask::CancelAll(None));
    let mut ask_again_at = Instant::now() + AGAIN;
    let mut last = String::from("no answer");
    while began.elapsed() < PATIENCE {
        match line.messages().recv_deadline(ask_again_at) {
            Ok(FromVenue::Report(report)) => {
                if let ReportKind::Account { open, .. } = report.kind {
                    if open.is_empty() {
                        return Ok(began.elapsed().as_secs_f64());
                    }
                    last = format!("{} orders are still open", open.len());
                }
            }
            Ok(FromVenue::Note(_, note)) if is_answer(&note) => {
                // It took the cancel: what is open now?
                ask(Ask::Sweep { since: Clock::system().now() });
            }
            Ok(FromVenue::Stopped(why)) => return Err(why),
            Ok(_) => {}
            Err(_) => {
                ask(Ask::CancelAll(None));
                ask(Ask::Sweep { since: Clock::system().now() });
                ask_again_at = Instant::now() + AGAIN;
            }
        }
    }
    Err(format!("{last} after {} s: cancel by hand", PATIENCE.as_secs()))
}

const fn is_answer(note: &aurora_wire::Note) -> bool {
    matches!(note, aurora_wire::Note::Answered(AskNo(no), Ok(())) if *no != u64::MAX)
}
