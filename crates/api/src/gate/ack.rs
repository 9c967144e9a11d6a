//! The ACK tracker: an order that was sent and never answered is expired, once.

use std::collections::{BTreeMap, VecDeque};

use aurora_model::Nanos;

/// The most orders waited for; beyond it the oldest is expired early.
const MAX_WAITING: usize = 100_000;

/// Orders whose acknowledgement has not come yet.
#[derive(Debug)]
pub(super) struct AckTracker {
    ttl: Nanos,
    /// By our id of the order.
    waiting: BTreeMap<String, Sent>,
    /// In the order they were sent; may name orders that are answered by now.
    sent: VecDeque<(Nanos, String)>,
}

/// What is said about an order that expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) at: Nanos,
    pub(super) symbol: Option<String>,
    pub(super) side: Option<String>,
}

impl AckTracker {
    pub(super) fn new(ttl: Nanos) -> AckTracker {
        AckTracker { ttl, waiting: BTreeMap::new(), sent: VecDeque::new() }
    }

    pub(super) fn submitted(&mut self, cid: &str, sent: Sent) {
        self.sent.push_back((sent.at, cid.to_owned()));
        self.waiting.insert(cid.to_owned(), sent);
    }

    /// The venue said something about the order; how long that took.
    pub(super) fn answered(&mut self, cid: &str, now: Nanos) -> Option<Nanos> {
        self.waiting.remove(cid).map(|sent| now - sent.at)
    }

    /// One order whose time is over, if any; each is returned once.
    pub(super) fn expire(&mut self, now: Nanos) -> Option<(String, Sent)> {
        while let Some((at, _)) = self.sent.front() {
            if now - *at < self.ttl && self.sent.len() <= MAX_WAITING {
                return None;
            }
            let (at, cid) = self.sent.pop_front()?;
            // The same id may have been sent again since.
            if self.waiting.get(&cid).is_some_and(|sent| sent.at == at) {
                return self.waiting.remove(&cid).map(|sent| (cid, sent));
            }
        }
        None
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(at: i64) -> Sent {
        Sent { at: Nanos(at), symbol: None, side: None }
    }

    #[test]
    fn an_order_expires_once_and_an_answered_one_never() {
        let mut tracker = AckTracker::new(Nanos(300));
        tracker.submitted("a", sent(0));
        tracker.submitted("b", sent(10));
        assert_eq!(tracker.answered("b", Nanos(25)), Some(Nanos(15)));
        assert_eq!(tracker.expire(Nanos(299)), None);
        assert_eq!(tracker.expire(Nanos(300)).map(|(cid, _)| cid), Some("a".into()));
        assert_eq!(tracker.expire(Nanos(10_000)), None);
        assert_eq!(tracker.len(), 0);
    }

    #[test]
    fn an_id_sent_again_is_waited_for_from_the_second_time() {
        let mut tracker = AckTracker::new(Nanos(300));
        tracker.submitted("a", sent(0));
        tracker.submitted("a", sent(200));
        assert_eq!(tracker.expire(Nanos(400)), None);
        assert!(tracker.expire(Nanos(500)).is_some());
    }
}
