//! Cancels everything at every venue without the desk: connections, session and signatures of our own.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aurora_model::ReportKind;
use aurora_signer::Judge;
use aurora_venue::{Clock, FromVenue, Line, LineConfig, Settings, Signing};
use aurora_wire::{Ask, AskNo, Endpoints, Note, Rules};

use crate::desk::ACCOUNT;
use crate::venues::VenueName;

/// A venue that still has something open by then is told to a person.
const PATIENCE: Duration = Duration::from_secs(30);
/// A venue that was asked and says nothing is asked again.
const AGAIN: Duration = Duration::from_millis(700);

/// Every venue, where it is, and what is traded there.
pub(super) type Venues = [(VenueName, Endpoints, Vec<Rules>)];

/// Cancels everything, all venues at the same time. Seconds until a venue said that nothing is open, or why not.
///
/// An order that was signed just before may be taken until `settled_at`: what a venue says about the time before is
/// not its last word.
pub(super) fn cancel_everything(
    venues: &Venues,
    judge: &Arc<Mutex<Judge>>,
    settled_at: Instant,
) -> Vec<(VenueName, Result<f64, String>)> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = venues
            .iter()
            .map(|(name, endpoints, rules)| {
                let venue = (*name, endpoints, &rules[..]);
                (*name, scope.spawn(move || cancel_all(venue, judge, settled_at)))
            })
            .collect();
        let ended = threads.into_iter().map(|(name, thread)| {
            (name, thread.join().unwrap_or_else(|_| Err(String::from("its thread panicked"))))
        });
        ended.collect()
    })
}

fn cancel_all(
    (name, endpoints, rules): (VenueName, &Endpoints, &[Rules]),
    judge: &Arc<Mutex<Judge>>,
    settled_at: Instant,
) -> Result<f64, String> {
    let began = Instant::now();
    let mut settings = Settings { rules_every: None, ..Settings::default() };
    settings.heartbeat.cancels = false;
    let line = Line::start(LineConfig {
        protocol: name.protocol(),
        endpoints: endpoints.clone(),
        signing: Signing::Own(Arc::clone(judge)),
        market: Vec::new(),
        account: Some(name.account_session(endpoints, rules, ACCOUNT)),
        rules: rules.to_vec(),
        settings,
        clock: Clock::system(),
    });
    let line = line.map_err(|fault| fault.to_string())?;
    let mut asks = (1..).map(AskNo);
    let mut ask = |ask: Ask| {
        let no = asks.next().expect("numbers do not end");
        line.ask(no, ask);
        no
    };
    let mut cancels = BTreeSet::from([ask(Ask::CancelAll(None))]);
    let mut ask_again_at = Instant::now() + AGAIN;
    let mut told_at: Option<Instant> = None;
    let mut last = String::from("no answer");
    while began.elapsed() < PATIENCE {
        match line.messages().recv_deadline(ask_again_at) {
            Ok(FromVenue::Report(report)) => {
                if let ReportKind::Account { open, .. } = report.kind {
                    // One sweep follows another: this one began after the one before was told.
                    let before = told_at.replace(Instant::now());
                    let is_settled = before.is_some_and(|at| settled_at <= at);
                    if open.is_empty() && is_settled {
                        return Ok(began.elapsed().as_secs_f64());
                    }
                    last = format!("{} orders are still open", open.len());
                }
            }
            Ok(FromVenue::Note(_, Note::Answered(no, Ok(())))) if cancels.remove(&no) => {
                // It took the cancel: what is open now?
                ask(Ask::Sweep { since: Clock::system().now() });
            }
            Ok(FromVenue::Stopped(why)) => return Err(why),
            Ok(_) => {}
            Err(_) => {
                cancels.insert(ask(Ask::CancelAll(None)));
                ask(Ask::Sweep { since: Clock::system().now() });
                ask_again_at = Instant::now() + AGAIN;
            }
        }
    }
    Err(format!("{last} after {} s: cancel by hand", PATIENCE.as_secs()))
}
