//! Placing, changing and cancelling over the private address.

use super::{Frame, Hub};
use crate::dialect::World;
use crate::okx::channel::Address;
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::{Desk, Memory};
use crate::okx::json::Object;
use crate::okx::rest::{batch_envelope, counted, is_expired, of_operation};
use crate::okx::trade::{self, Operation};
use crate::socket::SocketId;

/// The operation and whether it takes several.
pub(crate) fn operation(name: &str) -> Option<(Operation, bool)> {
    Some(match name {
        "order" => (Operation::Place, false),
        "batch-orders" => (Operation::Place, true),
        "amend-order" => (Operation::Amend, false),
        "batch-amend-orders" => (Operation::Amend, true),
        "cancel-order" => (Operation::Cancel, false),
        "batch-cancel-orders" => (Operation::Cancel, true),
        _ => return None,
    })
}

/// Whether an `op` is one of trading.
pub(super) fn is_known(name: &str) -> bool {
    operation(name).is_some() || name == "mass-cancel"
}

impl Hub {
    /// A frame that trades.
    pub(super) fn order(
        &mut self,
        memory: &mut Memory,
        world: &mut World<'_>,
        socket: SocketId,
        frame: &Frame<'_>,
    ) {
        let text = match self.trade(memory, world, socket, frame) {
            Ok(text) => text,
            Err(refusal) => refusal_of(&frame.id, &frame.op, &refusal),
        };
        world.sockets.reply(socket, text.as_bytes());
    }

    fn trade(
        &mut self,
        memory: &mut Memory,
        world: &mut World<'_>,
        socket: SocketId,
        frame: &Frame<'_>,
    ) -> Answer<String> {
        let session = self.sessions.get(&socket).ok_or(Refusal::of(60012))?;
        if session.address != Address::Private {
            return Err(Refusal::of(60028));
        }
        let account = session.account.ok_or(Refusal::of(60011))?;
        // Cancelling all is for options alone, and there are none.
        let (operation, is_batch) = operation(&frame.op).ok_or(Refusal::of(51010))?;
        if frame.args.is_empty() || (!is_batch && frame.args.len() != 1) {
            return Err(Refusal::of(60013));
        }
        let mut desk = Desk { memory, world, account };
        let came = desk.now();
        let (place, route) = of_operation(operation, is_batch);
        for name in trade::instruments(&frame.args) {
            counted(&mut desk, place, route, Some(&name), 1)?;
        }
        let expired = is_expired(frame.exp_time.given(), came)?;
        let batch = trade::run(&mut desk, operation, &frame.args, expired)?;
        Ok(batch_envelope(&batch, came, desk.now(), Some((&frame.id, &frame.op))))
    }
}

/// The answer to an operation that was refused whole.
pub(crate) fn refusal_of(id: &str, op: &str, refusal: &Refusal) -> String {
    let mut out = String::with_capacity(160);
    let mut row = Object::begin(&mut out);
    row.text("id", id)
        .text("op", op)
        .put("code", refusal.code)
        .text("msg", &refusal.text)
        .bare("data", "[]");
    row.end();
    out
}
