//! Whose order a fill belongs to: REST tells fills by the venue's order id only.

use std::collections::{BTreeMap, BTreeSet};

use aurora_model::{ClientOrderId, Nanos};
use aurora_wire::{Fate, Output};

use super::{AccountSession, Answered, Asked};
use crate::answer;
use crate::encode;
use crate::encode::Order;

/// Orders remembered; the oldest go first.
const MOST_KNOWN: usize = 100_000;
const RETRY: Nanos = Nanos(2_000_000_000);

/// Who placed an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// We did.
    Ours(ClientOrderId),
    /// Somebody else; the client id as text.
    Foreign(String),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    known: BTreeMap<u64, Owner>,
    asked: BTreeMap<u64, usize>,
}

impl Owners {
    pub(super) fn get(&self, order: u64) -> Option<&Owner> {
        self.known.get(&order)
    }

    pub(super) fn add(&mut self, order: u64, client_id: &str) {
        let owner = match client_id.parse() {
            Ok(id) => Owner::Ours(id),
            Err(_) => Owner::Foreign(client_id.to_owned()),
        };
        // What a conditional order became is ours under a name of the venue's.
        if let (Some(Owner::Ours(_)), Owner::Foreign(_)) = (self.known.get(&order), &owner) {
            return;
        }
        self.known.insert(order, owner);
        if MOST_KNOWN < self.known.len() {
            self.known.pop_first();
        }
    }
}

impl AccountSession {
    /// Asks whose orders these are, those that nobody knows and nobody asked about.
    pub(super) fn find_owners(&mut self, orders: BTreeSet<(u64, usize)>, out: &mut Output) {
        for (order, place) in orders {
            if self.owners.get(order).is_none() && !self.owners.asked.contains_key(&order) {
                self.owners.asked.insert(order, place);
                let rules = &self.symbols.all()[place].rules;
                self.call(encode::query(rules, Order::Venues(order)), Asked::Owner(order), out);
            }
        }
    }

    pub(super) fn owner(
        &mut self,
        at: Nanos,
        order: u64,
        answered: &Answered<'_>,
        out: &mut Output,
    ) {
        let Some(place) = self.owners.asked.remove(&order) else { return };
        let told = match answered {
            Answered::Done(body) => answer::order(body).ok().map(|told| told.client_order_id),
            // Aged out at the venue: nobody's any more.
            Answered::Refused(Fate::Absent, _) => Some(String::new()),
            _ => None,
        };
        let Some(client_id) = told else {
            self.owners.asked.insert(order, place);
            let call = encode::query(&self.symbols.all()[place].rules, Order::Venues(order));
            return self.later.push((at + RETRY, Asked::Owner(order), call));
        };
        self.owners.add(order, &client_id);
        self.try_finish_sweep(at, out);
        self.tell_copies(out);
    }
}
