//! Spoiling a book snapshot, whatever the venue's words are.

use super::request::Spoil;

/// The text of a snapshot, spoiled.
pub(crate) fn corrupt(text: &[u8], how: Spoil) -> Vec<u8> {
    match how {
        Spoil::Truncated => text[..text.len() / 2].to_vec(),
        Spoil::Crossed => crossed(text),
    }
}

/// Bids and asks change names: the book is crossed, and a checksum over it is wrong.
fn crossed(text: &[u8]) -> Vec<u8> {
    let names: [(&[u8], &[u8]); 2] = [(b"\"bids\":", b"\"asks\":"), (b"\"b\":", b"\"a\":")];
    for (bids, asks) in names {
        let at = |name: &[u8]| text.windows(name.len()).position(|part| part == name);
        if let (Some(bids_at), Some(asks_at)) = (at(bids), at(asks)) {
            let mut spoiled = text.to_vec();
            spoiled[bids_at..bids_at + asks.len()].copy_from_slice(asks);
            spoiled[asks_at..asks_at + bids.len()].copy_from_slice(bids);
            return spoiled;
        }
    }
    text[..text.len() / 2].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crossed_snapshot_is_still_json() {
        let text = br#"{"asks":[["2","1"]],"bids":[["1","1"]]}"#;
        let want = br#"{"bids":[["2","1"]],"asks":[["1","1"]]}"#;
        assert_eq!(corrupt(text, Spoil::Crossed), want);
        assert_eq!(corrupt(text, Spoil::Truncated), &text[..19]);
    }
}
