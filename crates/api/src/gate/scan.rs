//! A strict JSON reader over one text: it borrows, never builds a tree, and stops at the first fault.

use std::borrow::Cow;

/// How deep values may nest; a deeper one is refused before it can hurt.
const MAX_DEPTH: usize = 32;

/// A place in a JSON text.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

/// The text is not what JSON allows, or nests too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotJson {
    /// How many bytes into the text.
    pub(super) at: usize,
}

/// What kind of value comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Text,
    Number,
    True,
    False,
    Null,
    /// `NaN`, `Infinity` or `-Infinity`: no JSON, but some clients write them.
    NotFinite,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Scan<'a> {
        Scan { text, at: 0 }
    }

    /// What comes next, white space skipped.
    pub(super) fn kind(&mut self) -> Result<Kind, NotJson> {
        self.skip_space();
        Ok(match self.byte() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            Some(b'-') if self.rest().starts_with("-Infinity") => Kind::NotFinite,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't') => Kind::True,
            Some(b'f') => Kind::False,
            Some(b'n') => Kind::Null,
            Some(b'N' | b'I') => Kind::NotFinite,
            _ => return Err(self.fault()),
        })
    }

    /// Takes that byte if it comes next, white space skipped.
    pub(super) fn take(&mut self, want: u8) -> bool {
        self.skip_space();
        let is_next = self.byte() == Some(want);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes that byte or fails.
    pub(super) fn expect(&mut self, want: u8) -> Result<(), NotJson> {
        if self.take(want) { Ok(()) } else { Err(self.fault()) }
    }

    /// The next key of an object whose `{` is taken; `None` at its end, which is taken too.
    pub(super) fn key(&mut self, is_first: bool) -> Result<Option<Cow<'a, str>>, NotJson> {
        if self.take(b'}') {
            return Ok(None);
        }
        if !is_first {
            self.expect(b',')?;
        }
        self.skip_space();
        let key = self.string()?;
        self.expect(b':')?;
        Ok(Some(key))
    }

    /// Whether one more element of an array follows; at its end `]` is taken.
    pub(super) fn element(&mut self, is_first: bool) -> Result<bool, NotJson> {
        if self.take(b']') {
            return Ok(false);
        }
        if !is_first {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// The string that begins here.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, NotJson> {
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

    /// The number that begins here. `None` when it is too large for an f64.
    pub(super) fn number(&mut self) -> Result<Option<f64>, NotJson> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
        let mut mantissa = 0u64;
        let mut digits = 0u32;
        let mut decimals = 0usize;
        let whole = at;
        while digit(at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(bytes[at] - b'0'));
            at += 1;
            digits += 1;
        }
        if digits == 0 || (digits > 1 && bytes[whole] == b'0') {
            return Err(NotJson { at });
        }
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            let from = at;
            while digit(at) {
                mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(bytes[at] - b'0'));
                at += 1;
                digits += 1;
            }
            decimals = at - from;
            if decimals == 0 {
                return Err(NotJson { at });
            }
        }
        let mut is_plain = digits <= 19 && mantissa < 1 << 53 && decimals < POWERS.len();
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            is_plain = false;
            at += 1;
            at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
            if !digit(at) {
                return Err(NotJson { at });
            }
            while digit(at) {
                at += 1;
            }
        }
        self.at = at;
        let value = if is_plain {
            // Both are exact in an f64, so the one division rounds correctly (Clinger 1990).
            let size = mantissa as f64 / POWERS[decimals];
            if bytes[start] == b'-' { -size } else { size }
        } else {
            let text = &self.text[start..at];
            text.parse().map_err(|_| NotJson { at: start })?
        };
        Ok(value.is_finite().then_some(value))
    }

    /// Takes `true`, `false` or `null`.
    pub(super) fn word(&mut self, word: &str) -> Result<(), NotJson> {
        if !self.rest().starts_with(word) {
            return Err(self.fault());
        }
        self.at += word.len();
        Ok(())
    }

    /// Steps over one value of any kind, checking that it is one.
    pub(super) fn skip(&mut self) -> Result<(), NotJson> {
        self.skip_within(MAX_DEPTH)
    }

    fn skip_within(&mut self, depth: usize) -> Result<(), NotJson> {
        if depth == 0 {
            return Err(self.fault());
        }
        match self.kind()? {
            Kind::Text => self.string().map(drop),
            Kind::Number => match self.number()? {
                Some(_) => Ok(()),
                None => Err(self.fault()),
            },
            Kind::True => self.word("true"),
            Kind::False => self.word("false"),
            Kind::Null => self.word("null"),
            Kind::NotFinite => Err(self.fault()),
            Kind::Object => {
                self.at += 1;
                let mut is_first = true;
                while self.key(is_first)?.is_some() {
                    self.skip_within(depth - 1)?;
                    is_first = false;
                }
                Ok(())
            }
            Kind::Array => {
                self.at += 1;
                let mut is_first = true;
                while self.element(is_first)? {
                    self.skip_within(depth - 1)?;
                    is_first = false;
                }
                Ok(())
            }
        }
    }

    /// Checks that nothing but white space is left.
    pub(super) fn end(&mut self) -> Result<(), NotJson> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.fault()) }
    }

    pub(super) fn fault(&self) -> NotJson {
        NotJson { at: self.at }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
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

/// Powers of ten that an f64 holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

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
