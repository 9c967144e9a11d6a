//! The lives of orders as bytes and back, for snapshots.

use aurora_exec::{Deadlines, Orders};
use aurora_model::saved;
use aurora_model::saved::Saved;

use crate::trace::{Fate, Link, Trace, Traces};

/// What a link can say.
const WORDS: [&str; 16] = [
    "intent",
    "sent",
    "withdrawn",
    "doubted",
    "cancel_asked",
    "absent",
    "held",
    "swept",
    "not_found",
    "ack",
    "reject",
    "fill",
    "canceled",
    "expired",
    "cancel_rejected",
    "found",
];

impl Saved for Link {
    fn save(&self, out: &mut Vec<u8>) {
        let Link { epoch, seq, at, word, is_open } = self;
        (*epoch, *seq, *at).save(out);
        (*word).to_owned().save(out);
        is_open.save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Link> {
        let (epoch, seq, at) = Saved::load(bytes)?;
        let word = String::load(bytes)?;
        let word = WORDS.into_iter().find(|known| *known == word)?;
        Some(Link { epoch, seq, at, word, is_open: Saved::load(bytes)? })
    }
}

impl Saved for Fate {
    fn save(&self, out: &mut Vec<u8>) {
        self.code().to_owned().save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Fate> {
        let code = String::load(bytes)?;
        Fate::ALL.into_iter().find(|fate| fate.code() == code)
    }
}

saved!(Trace {
    id,
    intent,
    purpose,
    decision,
    decided_at,
    sent_at,
    settled_at,
    settled_in,
    ended_at,
    state,
    fate,
    venue_id,
    refusal,
    filled,
    doubted_at,
    doubt,
    links,
    trades,
});

impl Saved for Traces {
    fn save(&self, out: &mut Vec<u8>) {
        let Traces { orders, all, made, most, epoch } = self;
        orders.save_state(out);
        // The key is the trace's own id.
        all.len().save(out);
        all.values().for_each(|trace| trace.save(out));
        (*most, *epoch).save(out);
        made.save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Traces> {
        let mut orders = Orders::new(0, 0, Deadlines::default());
        orders.load_state(bytes)?;
        let all = Vec::<Trace>::load(bytes)?;
        let all: std::collections::BTreeMap<_, _> =
            all.into_iter().map(|trace| (trace.id, trace)).collect();
        let (most, epoch) = Saved::load(bytes)?;
        let made = std::collections::VecDeque::load(bytes)?;
        let is_whole = made.len() == all.len() && made.iter().all(|id| all.contains_key(id));
        is_whole.then_some(Traces { orders, all, made, most, epoch })
    }
}
