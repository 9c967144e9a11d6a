//! A strict JSON reader over one text: it borrows, never builds a tree, and stops at the first fault.

mod text;

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
}

/// Powers of ten that an f64 holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];
