//! The desk's side of the socket, blocking: for what is asked rarely.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::codec::{Answer, Ask, MAX_FRAME, PROTOCOL, Standing, decode, encode};
use crate::fault::{Scope, Told};

/// A signer that has not answered by then does not answer: its disk may take a while.
const PATIENCE: Duration = Duration::from_millis(2_000);

/// A connection to a signer.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
    path: PathBuf,
    next: u64,
}

impl Client {
    /// Connects; says nothing yet.
    ///
    /// # Errors
    /// `SIGNER_GONE` when nobody listens there.
    pub fn connect(path: &Path) -> Result<Client, Told> {
        Client::connect_within(path, PATIENCE)
    }

    /// The same, waiting for each answer no longer than that.
    ///
    /// # Errors
    /// `SIGNER_GONE` when nobody listens there.
    pub fn connect_within(path: &Path, patience: Duration) -> Result<Client, Told> {
        let stream = UnixStream::connect(path).map_err(|error| gone(path, &error))?;
        let set = stream.set_read_timeout(Some(patience));
        set.and_then(|()| stream.set_write_timeout(Some(patience)))
            .map_err(|error| gone(path, &error))?;
        Ok(Client { stream, path: path.to_owned(), next: 0 })
    }

    /// Says who asks.
    ///
    /// # Errors
    /// The signer's refusal, or `SIGNER_GONE`.
    pub fn hello(&mut self, build: &str, account: u16) -> Result<Standing, Told> {
        self.change(&Ask::Hello { protocol: PROTOCOL, build, account })
    }

    /// Asks for something that is answered with how everything stands.
    ///
    /// # Errors
    /// The signer's refusal, or `SIGNER_GONE`.
    pub fn change(&mut self, ask: &Ask<'_>) -> Result<Standing, Told> {
        match self.ask(ask)? {
            Answer::Standing(standing) => Ok(standing),
            Answer::Refused(told) => Err(told),
            _ => Err(gone(&self.path, &io::Error::other("another answer than was asked for"))),
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// `SIGNER_GONE` when none comes.
    pub fn ask(&mut self, ask: &Ask<'_>) -> Result<Answer, Told> {
        self.next += 1;
        let answer = self.exchange(ask);
        answer.map_err(|error| gone(&self.path, &error))
    }

    fn exchange(&mut self, ask: &Ask<'_>) -> io::Result<Answer> {
        self.stream.write_all(&encode(self.next, ask))?;
        let mut len = [0; 4];
        self.stream.read_exact(&mut len)?;
        let len = usize::try_from(u32::from_le_bytes(len)).unwrap_or(usize::MAX);
        if MAX_FRAME < len {
            return Err(io::Error::other("an answer that is too long"));
        }
        let mut frame = vec![0; len];
        self.stream.read_exact(&mut frame)?;
        match decode::<Answer>(&frame) {
            Ok((no, answer)) if no == self.next => Ok(answer),
            Ok(_) => Err(io::Error::other("an answer to something else")),
            Err(fault) => Err(io::Error::other(fault)),
        }
    }
}

/// The signer does not answer: `SIGNER_GONE`.
pub fn gone(path: &Path, why: &impl std::fmt::Display) -> Told {
    let path = path.display();
    Told {
        code: "SIGNER_GONE".to_owned(),
        ru: format!("Подписант {path} не отвечает ({why}): запустите `aurora signer run`"),
        en: format!("The signer at {path} does not answer ({why}): start `aurora signer run`"),
        scope: Scope::Desk,
    }
}
