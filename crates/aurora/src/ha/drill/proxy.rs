//! A way to a server that can be cut: nothing gets through, and nobody is told.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;

/// A proxy on a port of its own; it ends with the process.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) port: u16,
    is_cut: Arc<AtomicBool>,
}

impl Proxy {
    pub(super) fn start(to: u16) -> Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let is_cut = Arc::new(AtomicBool::new(false));
        let cut = is_cut.clone();
        std::thread::Builder::new().name("proxy".into()).spawn(move || {
            for here in listener.incoming().flatten() {
                // A server that is gone takes its clients with it.
                let _ = join(&here, to, &cut);
            }
        })?;
        Ok(Proxy { port, is_cut })
    }

    pub(super) fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::Relaxed);
    }
}

fn join(here: &TcpStream, to: u16, cut: &Arc<AtomicBool>) -> Result<()> {
    let there = TcpStream::connect(("127.0.0.1", to))?;
    for (from, to) in [(here.try_clone()?, there.try_clone()?), (there, here.try_clone()?)] {
        let cut = cut.clone();
        std::thread::Builder::new().name("proxy".into()).spawn(move || pass(from, to, &cut))?;
    }
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream, is_cut: &AtomicBool) {
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if !is_cut.load(Ordering::Relaxed) && to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    // The other side learns that this one is gone.
    let _ = to.shutdown(Shutdown::Both);
}
