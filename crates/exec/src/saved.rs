//! The orders as bytes and back, for snapshots.

use aurora_model::saved;
use aurora_model::saved::Saved;

use crate::{Order, Orders, Purpose};

saved!(Order {
    id,
    intent,
    purpose,
    state,
    filled,
    filled_value,
    venue_id,
    refusal,
    decided_at,
    sent_at,
    answered_at,
    ended_at,
    cancel_asked_at,
    cancels_asked,
    unsure,
    absent,
    doubted_at,
    ending,
    queried_at,
    missed_at,
    called
});

impl Saved for Purpose {
    fn save(&self, out: &mut Vec<u8>) {
        self.word().to_owned().save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Purpose> {
        Purpose::of_word(&String::load(bytes)?)
    }
}

impl Orders {
    /// Appends what the journal's records have made of it.
    pub fn save_state(&self, out: &mut Vec<u8>) {
        let Orders { account: _, deadlines: _, epoch, next_no, uncertainty, all, live, ended } =
            self;
        (*epoch, *next_no, *uncertainty).save(out);
        // The key is the order's own id.
        all.len().save(out);
        all.values().for_each(|order| order.save(out));
        live.save(out);
        ended.save(out);
    }

    /// Takes that state from the front of `bytes`; `None` when it is none.
    pub fn load_state(&mut self, bytes: &mut &[u8]) -> Option<()> {
        (self.epoch, self.next_no, self.uncertainty) = Saved::load(bytes)?;
        let orders = Vec::<Order>::load(bytes)?;
        self.all = orders.into_iter().map(|order| (order.id, order)).collect();
        (self.live, self.ended) = (Saved::load(bytes)?, Saved::load(bytes)?);
        self.live.iter().all(|id| self.all.contains_key(id)).then_some(())
    }
}
