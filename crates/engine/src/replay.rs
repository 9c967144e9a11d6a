//! Rebuilding an engine from its journal: the same records give the same state.

use aurora_gate::Stopwatch;
use aurora_model::{TradingState, TransitionCause};
use aurora_planted::{Bug, active};

use crate::EngineError;
use crate::effect::Effects;
use crate::engine::Engine;
use crate::record::{Record, Stamped};
use crate::state::Status;
use crate::timer::day_of;

impl<W: Stopwatch> Engine<W> {
    /// Takes one record of an earlier run. Call for every record, in order, before the start.
    ///
    /// # Errors
    /// [`EngineError::Contradiction`] when the record cannot follow the ones before it, or a checkpoint's
    /// fingerprint is not what the records lead to.
    pub fn replay(&mut self, record_no: u64, stamped: &Stamped) -> Result<(), EngineError> {
        let at = stamped.at;
        let contradiction =
            |detail: String| EngineError::Contradiction { record: record_no, detail };
        // A record of the next day may come before the timer that begins it.
        if self.day == i64::MIN {
            self.day = day_of(at);
        }
        self.turnover.see(at);
        match &stamped.record {
            Record::Epoch { epoch } => self.begin_epoch(*epoch, at),
            Record::Intent { id, intent, purpose, .. } => {
                self.orders.restore(*id, *intent, *purpose, at);
                self.markets[intent.instrument.index()].breaker.written_down(at, *intent);
            }
            Record::Sent { id } => {
                self.orders.sent(*id, at).map_err(|e| contradiction(e.to_string()))?;
                self.has_left(at);
            }
            Record::Withdrawn { id } => {
                self.orders.withdraw(*id, at).map_err(|e| contradiction(e.to_string()))?;
            }
            Record::Doubted { .. } if active(Bug::DoubtNotReplayed) => {}
            Record::Doubted { id } => {
                self.orders.doubt(*id, at).map_err(|e| contradiction(e.to_string()))?
            }
            Record::CancelAsked { id } => {
                self.ask_cancel(at, *id);
            }
            Record::Report(report) => self.on_report(at, report, &mut Effects::default()),
            Record::Absent { id } => {
                self.orders.absent(*id, at).map_err(|e| contradiction(e.to_string()))?;
                self.on_step(at, *id, &mut Effects::default());
            }
            Record::Held { id, instrument } => {
                self.markets[instrument.index()].held = Some(*id);
                self.orders.called(*id);
            }
            Record::Uncertainty { span } => self.orders.set_uncertainty(*span),
            Record::State { to, cause, reason, .. } => {
                if (*to, *cause) == (TradingState::Run, TransitionCause::Operator) {
                    self.release_instruments();
                }
                self.status =
                    Status { state: *to, cause: *cause, reason: reason.clone(), since: at };
            }
            Record::Mark { instrument, half_ticks } => {
                let marked = self.ledger.mark(*instrument, *half_ticks);
                marked.map_err(|fault| contradiction(fault.to_string()))?;
            }
            Record::Statement { venue, statement, restarts } => {
                // What could not be booked could not be booked then either; the stop that followed is a record.
                drop(self.ledger.apply_statement(*venue, statement, *restarts));
            }
            Record::Day => {
                self.day = day_of(at);
                self.start_day(at);
            }
            Record::Checkpoint { fingerprint } => {
                let here = self.fingerprint();
                if here != *fingerprint {
                    return Err(contradiction(format!(
                        "fingerprint {fingerprint} was written, replay gives {here}"
                    )));
                }
                self.see_budget(at, &mut Effects::default());
            }
        }
        Ok(())
    }
}
