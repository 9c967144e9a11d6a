//! `ha.sock` in a node's folder: a person's word to a running node, and how it stands.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, Sender, bounded};

use super::status::NodeStatus;

/// A node that has not answered by then does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// No word is longer.
const LONGEST: u64 = 64;

/// What a node is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Status,
    Promote,
    Demote,
}

impl Wish {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Wish::Status => "status",
            Wish::Promote => "promote",
            Wish::Demote => "demote",
        }
    }

    fn read(word: &str) -> Option<Wish> {
        [Wish::Status, Wish::Promote, Wish::Demote].into_iter().find(|wish| wish.word() == word)
    }
}

/// A wish and where its answer goes.
pub(crate) struct Asked {
    pub(crate) wish: Wish,
    pub(crate) reply: Sender<NodeStatus>,
}

/// The socket; it is removed with the value.
pub(crate) struct Control {
    path: PathBuf,
    pub(crate) asked: Receiver<Asked>,
}

impl Control {
    pub(crate) fn listen(path: &Path) -> Result<Control> {
        // One of a process that is gone; the journal's lock says that it is.
        let _ = std::fs::remove_file(path);
        let listener = UnixListener::bind(path).with_context(|| path.display().to_string())?;
        let (ask, asked) = bounded(16);
        std::thread::Builder::new().name("ha control".into()).spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever asks badly gets no answer.
                let _ = serve(stream, &ask);
            }
        })?;
        Ok(Control { path: path.to_owned(), asked })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn serve(mut stream: UnixStream, ask: &Sender<Asked>) -> Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new((&stream).take(LONGEST)).read_line(&mut line)?;
    let wish = Wish::read(line.trim()).context("no such word")?;
    let (reply, answer) = bounded(1);
    ask.send(Asked { wish, reply })?;
    let status = answer.recv_timeout(PATIENCE)?;
    stream.write_all(&serde_json::to_vec(&status)?)?;
    Ok(())
}

/// Asks the node of that folder.
pub(crate) fn ask(data: &Path, wish: Wish) -> Result<NodeStatus> {
    let path = data.join("ha.sock");
    let mut stream = UnixStream::connect(&path).with_context(|| {
        format!(
            "no node answers at {}: start `aurora run --data {}`",
            path.display(),
            data.display()
        )
    })?;
    stream.set_read_timeout(Some(PATIENCE))?;
    writeln!(stream, "{}", wish.word())?;
    Ok(serde_json::from_reader(stream)?)
}
