//! Strings: borrowed as they stand, or written out when they have escapes.

use std::borrow::Cow;

use super::{NotJson, Scan};

impl<'a> Scan<'a> {
    /// The string that begins here.
    pub(in crate::gate) fn string(&mut self) -> Result<Cow<'a, str>, NotJson> {
        let start = self.at + 1;
        if self.byte() != Some(b'"') {
            return Err(self.fault());
        }
        let bytes = self.text.as_bytes();
        let at = special(bytes, start);
        match bytes.get(at) {
            Some(b'"') => {
                self.at = at + 1;
                Ok(Cow::Borrowed(&self.text[start..at]))
            }
            Some(b'\\') => self.escaped(start, at).map(Cow::Owned),
            _ => Err(NotJson { at }),
        }
    }

    /// A string with escapes, from `start`; `at` is its first backslash.
    #[cold]
    fn escaped(&mut self, start: usize, mut at: usize) -> Result<String, NotJson> {
        let bytes = self.text.as_bytes();
        let mut text = self.text[start..at].to_owned();
        let mut plain_from = at;
        loop {
            match bytes.get(at) {
                Some(b'"') => {
                    text.push_str(&self.text[plain_from..at]);
                    self.at = at + 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    text.push_str(&self.text[plain_from..at]);
                    let (symbol, len) = unescape(&bytes[at..]).ok_or(NotJson { at })?;
                    text.push(symbol);
                    at += len;
                    plain_from = at;
                }
                Some(0..0x20) | None => return Err(NotJson { at }),
                Some(_) => at += 1,
            }
        }
    }
}

/// Where the first quote, backslash or control character stands, from `at` on; the length if nowhere.
///
/// Eight bytes at a time: a byte of `word` is zero where `(word - ONES) & !word` has its high bit
/// set, and the lowest such bit is always a true one (Mycroft 1987).
fn special(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    while let Some(chunk) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        let quotes = zeros(word ^ (ONES * 0x22));
        let backslashes = zeros(word ^ (ONES * 0x5c));
        let controls = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quotes | backslashes | controls) & HIGHS;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|b| !matches!(b, b'"' | b'\\' | 0..0x20)) {
        at += 1;
    }
    at
}

/// The symbol an escape stands for and how many bytes it takes.
fn unescape(escape: &[u8]) -> Option<(char, usize)> {
    let simple = match escape.get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(escape),
        _ => return None,
    };
    Some((simple, 2))
}

fn unicode(escape: &[u8]) -> Option<(char, usize)> {
    let first = hex4(escape.get(2..6)?)?;
    if !(0xD800..0xE000).contains(&first) {
        return Some((char::from_u32(first)?, 6));
    }
    // Half a pair alone stands for nothing.
    let second = (escape.get(6..8)? == b"\\u").then(|| hex4(escape.get(8..12)?))??;
    if !(0xD800..0xDC00).contains(&first) || !(0xDC00..0xE000).contains(&second) {
        return None;
    }
    Some((char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))?, 12))
}

fn hex4(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, &d| Some(sum * 16 + char::from(d).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::special;

    proptest! {
        #[test]
        fn eight_at_a_time_finds_what_one_at_a_time_finds(
            bytes in prop::collection::vec(prop_oneof![0x1eu8..0x24, 0x5au8..0x5e, any::<u8>()], 0..40),
        ) {
            let is_special = |b: &u8| matches!(b, b'"' | b'\\' | 0..0x20);
            let want = bytes.iter().position(is_special).unwrap_or(bytes.len());
            prop_assert_eq!(special(&bytes, 0), want);
        }
    }
}
