//! The OKX v5 dialect: perpetual swaps and spot, REST and the three WebSocket addresses.

mod algo;
mod ask;
mod auth;
mod channel;
mod code;
mod desk;
mod json;
mod limit;
mod listed;
mod rest;
mod row;
mod setup;
mod subject;
#[cfg(test)]
mod tests;
mod trade;
mod ws;

use aurora_matching::exchange::ExchangeEvent;
use aurora_model::{InstrumentNo, Nanos};

use crate::dialect::{Ask, Denial, Dialect, Subject, World};
use crate::request::{Request, Response};
use crate::socket::SocketId;
use channel::Address;
use code::Refusal;
use desk::Memory;
pub(crate) use setup::setup;
use ws::Hub;

/// The venue's words.
#[derive(Debug, Default)]
struct Okx {
    memory: Memory,
    hub: Hub,
}

impl Dialect for Okx {
    fn subject(&self, ask: &Ask<'_>) -> Subject {
        subject::of(ask)
    }

    fn handle(&mut self, world: &mut World<'_>, request: &Request<'_>) -> Response {
        rest::handle(&mut self.memory, world, request)
    }

    fn deny(&self, _now: Nanos, _request: &Request<'_>, denial: Denial) -> Response {
        let status = match denial {
            Denial::ServerError { status, .. } => Some(status),
            _ => None,
        };
        let Some(refusal) = subject::refusal(denial) else {
            return Response::empty(status.unwrap_or(500));
        };
        let answer = rest::refuse(&refusal);
        Response { status: status.unwrap_or(answer.status), ..answer }
    }

    fn open(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        request: &Request<'_>,
    ) -> Result<(), Response> {
        let Some(address) = Address::of(request.target) else {
            return Err(rest::refuse(&Refusal::saying(404, "Not Found")));
        };
        self.hub.open(world.now, socket, address);
        Ok(())
    }

    fn text(&mut self, world: &mut World<'_>, socket: SocketId, text: &str) {
        self.hub.text(&mut self.memory, world, socket, text);
    }

    fn deny_text(&mut self, world: &mut World<'_>, socket: SocketId, text: &str, denial: Denial) {
        let Some(refusal) = subject::refusal(denial) else { return };
        let frame: ws::Frame<'_> = serde_json::from_str(text).unwrap_or_default();
        if ws::order::operation(&frame.op).is_some() {
            let answer = ws::order::refusal_of(&frame.id, &frame.op, &refusal);
            return world.sockets.reply(socket, answer.as_bytes());
        }
        // Sessions and subscriptions have codes of their own.
        let refusal = match denial {
            Denial::RateLimited { .. } | Denial::Banned { .. } => Refusal::of(60014),
            Denial::ClockOff => Refusal::of(60006),
            _ => refusal,
        };
        ws::error(world, socket, &frame.id, &refusal);
    }

    fn closed(&mut self, _world: &mut World<'_>, socket: SocketId) {
        self.hub.closed(socket);
    }

    fn event(&mut self, world: &mut World<'_>, event: &ExchangeEvent) {
        self.memory.note(event);
        self.hub.event(&mut self.memory, world, event);
    }

    fn book(&mut self, _world: &mut World<'_>, instrument: InstrumentNo) {
        self.hub.book_moved(instrument);
    }

    fn tick(&mut self, world: &mut World<'_>) {
        algo::cancel_twins(&self.memory, world);
        self.hub.tick(&mut self.memory, world);
    }
}
