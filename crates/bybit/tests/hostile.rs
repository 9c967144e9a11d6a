//! Samples cut off at every byte and with every byte changed: errors, never a panic.

mod common;

use aurora_bybit::account::{AccountConfig, AccountSession};
use aurora_bybit::decode::{Control, Decoder, Scratch};
use aurora_bybit::market::{MarketConfig, MarketSession};
use aurora_bybit::{Bybit, rest};
use aurora_model::InstrumentNo;
use aurora_wire::{Answer, CallNo, Headers, Input, Link, Output, Protocol, Session, Stp};
use common::{T0, all_rules, compact, endpoints, sample_files};

/// What the venue sends; captures are what clients send.
fn sent_by_the_venue() -> impl Iterator<Item = String> {
    let files = sample_files().into_iter();
    files.filter(|(name, _)| !name.starts_with("capture_")).map(|(_, text)| compact(&text))
}

/// Everything that reads bytes of the venue.
struct Readers {
    decoder: Decoder,
    scratch: Scratch,
    market: MarketSession,
    account: AccountSession,
    out: Output,
}

impl Readers {
    fn new() -> Readers {
        let (endpoints, rules) = (endpoints(), all_rules());
        let mut readers = Readers {
            decoder: Decoder::new(&rules),
            scratch: Scratch::default(),
            market: MarketSession::new(MarketConfig {
                endpoints: endpoints.clone(),
                rules: rules.clone(),
                view: 0,
            }),
            account: AccountSession::new(AccountConfig {
                endpoints,
                rules,
                account: 0,
                stp: Stp::Default,
                use_trade_socket: true,
            }),
            out: Output::default(),
        };
        for input in [Input::Start, Input::Opened(Link(0)), Input::Opened(Link(1))] {
            readers.market.on(T0, input, &mut readers.out);
            readers.account.on(T0, input, &mut readers.out);
        }
        readers
    }

    fn read(&mut self, bytes: &[u8]) {
        let wanted = [(InstrumentNo(0), "BYBIT:PERP:BTC-USDT".parse().unwrap())];
        let _ = self.decoder.public(bytes, &mut self.scratch);
        let _ = self.decoder.private(bytes, |_| {}, |_| {});
        let _ = Control::read(bytes);
        let _ = Bybit.read_rules(bytes, &wanted);
        let _ = rest::server_time(bytes);
        if let Ok(envelope) = rest::Envelope::read(bytes) {
            let _ = self.decoder.rest_book(envelope.result.as_bytes(), &mut self.scratch.levels);
            let _ = rest::read_batch(envelope.result, envelope.ext);
            if let Ok(list) = envelope.list() {
                let _ = self.decoder.orders(list.items.as_bytes(), |_| {});
                let _ = self.decoder.executions(list.items.as_bytes(), |_| {});
                let _ = self.decoder.rest_trades(list.items.as_bytes());
                let _ = (rest::positions(list.items), rest::wallet(list.items));
                let _ = (rest::tickers(list.items), rest::klines(list.items));
            }
        }
        self.market.on(T0, Input::Frame(Link(0), bytes), &mut self.out);
        for link in [Link(0), Link(1)] {
            self.account.on(T0, Input::Frame(link, bytes), &mut self.out);
        }
        let answer = Answer::Got { status: 200, headers: Headers(&[]), body: bytes };
        for no in 1..4 {
            self.market.on(T0, Input::Answer(CallNo(no), answer), &mut self.out);
            self.account.on(T0, Input::Answer(CallNo(no), answer), &mut self.out);
        }
        self.out.clear();
    }
}

#[test]
fn a_sample_cut_off_anywhere_does_not_panic_and_is_no_frame() {
    let mut readers = Readers::new();
    for text in sent_by_the_venue() {
        for end in 0..text.len() {
            readers.read(&text.as_bytes()[..end]);
        }
        let cut = &text.as_bytes()[..text.len().saturating_sub(1)];
        assert!(readers.decoder.public(cut, &mut readers.scratch).is_err());
        assert!(readers.decoder.private(cut, |_| {}, |_| {}).is_err());
    }
}

#[test]
fn a_sample_with_any_byte_changed_does_not_panic() {
    let mut readers = Readers::new();
    for text in sent_by_the_venue() {
        let mut bytes = text.into_bytes();
        for at in 0..bytes.len() {
            let byte = bytes[at];
            for wrong in [byte ^ 1, byte ^ 0x80] {
                bytes[at] = wrong;
                readers.read(&bytes);
            }
            bytes[at] = byte;
        }
    }
}
