//! One connection's conversation: asks in, answers out, no socket.

use aurora_authority::{BuildId, HoldCause};
use aurora_model::Nanos;

use crate::codec::{Answer, Ask, PROTOCOL};
use crate::fault::NotSigned;
use crate::judge::Judge;

/// A moment in the signer's process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// By the clock that can be set.
    pub(crate) wall: Nanos,
    /// Since the process began.
    pub(crate) running: Nanos,
}

/// Answers one connection.
#[derive(Debug, Default)]
pub(crate) struct Clerk {
    is_admitted: bool,
}

impl Clerk {
    /// Answers; a refusal is an answer.
    pub(crate) fn answer(&mut self, at: Moment, ask: &Ask<'_>, judge: &mut Judge) -> Answer {
        match self.done(at, ask, judge) {
            Ok(answer) => answer,
            Err(why) => Answer::Refused(why.told()),
        }
    }

    fn done(&mut self, at: Moment, ask: &Ask<'_>, judge: &mut Judge) -> Result<Answer, NotSigned> {
        match ask {
            // Whoever may open the socket may make things safer, of whatever build.
            Ask::Kill => judge.change(|authority| {
                authority.kill();
                Ok(())
            })?,
            Ask::Status => {}
            Ask::Hello { protocol, build, account } => {
                if *protocol != PROTOCOL {
                    return Err(NotSigned::Version(*protocol));
                }
                judge.authority().admit(&BuildId((*build).to_owned()), *account)?;
                self.is_admitted = true;
            }
            _ if !self.is_admitted => {
                let what = "the desk has not said who it is";
                return Err(NotSigned::Protocol(what.to_owned()));
            }
            Ask::Raise(epoch) => judge.change(|authority| authority.raise(*epoch))?,
            Ask::Release(epoch) => judge.change(|authority| authority.release(*epoch))?,
            Ask::Hold(0) => judge.change(|authority| {
                authority.hold(HoldCause::Operator);
                Ok(())
            })?,
            Ask::Hold(epoch) => judge.change(|authority| {
                if authority.remembered().epoch == *epoch {
                    authority.hold(HoldCause::Desk);
                }
                Ok(())
            })?,
            Ask::Rearm => judge.change(|authority| {
                authority.rearm();
                Ok(())
            })?,
            Ask::Sign(request) => {
                let signed = judge.sign(at.wall, request)?;
                judge.has_signed(at.running, request.path);
                return Ok(Answer::Signed(signed));
            }
            Ask::Login { epoch, venue, venue_at } => {
                return Ok(Answer::Login(judge.login((at.wall, *venue_at), *epoch, *venue)?));
            }
        }
        Ok(Answer::Standing(judge.standing(at.running)))
    }
}
