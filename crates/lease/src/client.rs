//! The store on a thread of its own: asks go in, answers come out, each with its number.

use std::time::Duration;

use aurora_ha::{LeaseAnswer, Token};
use crossbeam_channel::{Receiver, unbounded};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::error::LeaseError;
use crate::place::Place;
use crate::store::{Claim, Lease, Store, Taken};

/// What the store is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// For the lease.
    Try {
        /// Which ask.
        no: u64,
    },
    /// To let it last.
    Renew {
        /// Which ask.
        no: u64,
        /// Under which grant.
        token: Token,
    },
    /// To take it back; not answered.
    Release {
        /// Under which grant.
        token: Token,
    },
}

/// What the store said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// To which ask.
    pub no: u64,
    /// What.
    pub answer: LeaseAnswer,
    /// Who has the lease, where somebody else does.
    pub holder: Option<String>,
}

/// A connection to the store that is made again when it breaks.
#[derive(Debug)]
pub struct LeaseClient {
    asks: UnboundedSender<Ask>,
    answers: Receiver<Answer>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl LeaseClient {
    /// Starts the thread. An ask is answered within `patience`, if only by [`LeaseAnswer::Failed`].
    ///
    /// # Errors
    /// [`LeaseError::Thread`].
    pub fn spawn(
        place: Place,
        claim: Claim,
        patience: Duration,
    ) -> Result<LeaseClient, LeaseError> {
        let (asks, asked) = unbounded_channel();
        let (answered, answers) = unbounded();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(LeaseError::Thread)?;
        let run = move || {
            let worker = Worker { place, claim, patience, store: None };
            runtime.block_on(worker.run(asked, &answered));
        };
        let thread = std::thread::Builder::new().name("lease".into()).spawn(run);
        Ok(LeaseClient { asks, answers, thread: Some(thread.map_err(LeaseError::Thread)?) })
    }

    /// Asks; the answer comes by itself.
    pub fn ask(&self, ask: Ask) {
        // The thread ends only with us.
        let _ = self.asks.send(ask);
    }

    /// What the store says.
    pub const fn answers(&self) -> &Receiver<Answer> {
        &self.answers
    }
}

impl Drop for LeaseClient {
    /// What was asked before is still done: a lease that was given back is free at once.
    fn drop(&mut self) {
        self.asks = unbounded_channel().0;
        if let Some(thread) = self.thread.take() {
            // A panic there was told by the runtime already.
            let _ = thread.join();
        }
    }
}

struct Worker {
    place: Place,
    claim: Claim,
    patience: Duration,
    store: Option<Store>,
}

impl Worker {
    async fn run(
        mut self,
        mut asks: UnboundedReceiver<Ask>,
        answers: &crossbeam_channel::Sender<Answer>,
    ) {
        while let Some(ask) = asks.recv().await {
            let done = tokio::time::timeout(self.patience, self.carry_out(ask)).await;
            let done = done.unwrap_or(Err(LeaseError::TimeOut(self.patience)));
            if done.is_err() {
                // Whatever is still on its way there is not waited for.
                self.store = None;
            }
            let (no, (answer, holder)) = match (ask, done) {
                (Ask::Release { .. }, _) => continue,
                (Ask::Try { no } | Ask::Renew { no, .. }, Ok(done)) => (no, done),
                (Ask::Try { no } | Ask::Renew { no, .. }, Err(error)) => {
                    (no, (LeaseAnswer::Failed(error.story()), None))
                }
            };
            if answers.send(Answer { no, answer, holder }).is_err() {
                return;
            }
        }
    }

    async fn carry_out(&mut self, ask: Ask) -> Result<(LeaseAnswer, Option<String>), LeaseError> {
        let mut store = match self.store.take() {
            Some(store) => store,
            None => Store::open(&self.place, self.claim.clone()).await?,
        };
        let answer = match ask {
            Ask::Try { .. } => match store.take().await? {
                Taken::Ours(token) => (LeaseAnswer::Granted(token), None),
                Taken::Theirs(holding) => (LeaseAnswer::Held, Some(holding.holder)),
            },
            Ask::Renew { token, .. } => match store.renew(token).await? {
                true => (LeaseAnswer::Granted(token), None),
                false => (LeaseAnswer::Gone, None),
            },
            Ask::Release { token } => {
                store.release(token).await?;
                (LeaseAnswer::Gone, None)
            }
        };
        self.store = Some(store);
        Ok(answer)
    }
}
