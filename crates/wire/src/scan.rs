//! A scanner over one JSON frame: borrowed, allocation-free, forgiving about fields it does not know.

use crate::error::DecodeError;

/// How deep unknown values may nest; ours nest four deep.
const MAX_DEPTH: usize = 32;

/// A place in a frame.
#[derive(Clone, Debug)]
pub struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// At the frame's first byte.
    pub const fn new(bytes: &'a [u8]) -> Scanner<'a> {
        Scanner { bytes, at: 0 }
    }

    /// How many bytes lie behind.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The byte here, spaces included.
    #[inline]
    pub fn byte(&self) -> Result<u8, DecodeError> {
        self.bytes.get(self.at).copied().ok_or(DecodeError::Truncated { at: self.at })
    }

    /// Steps over the byte here.
    #[inline]
    pub fn bump(&mut self) {
        self.at += 1;
    }

    /// The next byte that is no space.
    #[inline]
    pub fn peek(&mut self) -> Result<u8, DecodeError> {
        loop {
            match self.byte()? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                byte => return Ok(byte),
            }
        }
    }

    /// Steps over spaces and that byte; `wanted` is its name in the error.
    #[inline]
    pub fn expect(&mut self, byte: u8, wanted: &'static str) -> Result<(), DecodeError> {
        if self.peek()? != byte {
            return Err(self.unexpected(wanted));
        }
        self.at += 1;
        Ok(())
    }

    /// The error for what stands here.
    pub const fn unexpected(&self, wanted: &'static str) -> DecodeError {
        DecodeError::Unexpected { at: self.at, wanted }
    }

    /// Steps over `{`, or over `[`, and says whether anything follows before the closing one.
    #[inline]
    pub fn open(&mut self, brackets: Brackets) -> Result<bool, DecodeError> {
        self.expect(brackets.open, brackets.open_name)?;
        if self.peek()? == brackets.close {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Steps over a comma (`true`) or over the closing bracket (`false`).
    #[inline]
    pub fn more(&mut self, brackets: Brackets) -> Result<bool, DecodeError> {
        let byte = self.peek()?;
        if byte != b',' && byte != brackets.close {
            return Err(self.unexpected(brackets.more_name));
        }
        self.at += 1;
        Ok(byte == b',')
    }

    /// A field's name and the colon after it.
    #[inline]
    pub fn key(&mut self) -> Result<&'a [u8], DecodeError> {
        let key = self.string()?;
        self.expect(b':', "':'")?;
        Ok(key)
    }

    /// What stands between the quotes, escapes left as they are.
    #[inline]
    pub fn string(&mut self) -> Result<&'a [u8], DecodeError> {
        self.expect(b'"', "a string")?;
        let from = self.at;
        loop {
            match self.byte()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Ok(&self.bytes[from..self.at - 1])
    }

    /// A whole number without sign.
    #[inline]
    pub fn uint(&mut self) -> Result<u64, DecodeError> {
        self.peek()?;
        let from = self.at;
        let mut value = 0_u64;
        while let Some(digit) = self.digit() {
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(digit))
                .ok_or(DecodeError::TooLarge { at: from })?;
        }
        if from == self.at {
            return Err(self.unexpected("a whole number"));
        }
        Ok(value)
    }

    /// The digit here, stepped over.
    #[inline]
    pub fn digit(&mut self) -> Option<u64> {
        let digit = self.bytes.get(self.at)?.wrapping_sub(b'0');
        if 9 < digit {
            return None;
        }
        self.at += 1;
        Some(u64::from(digit))
    }

    /// `true` or `false`.
    pub fn boolean(&mut self) -> Result<bool, DecodeError> {
        match self.peek()? {
            b't' => self.word(b"true").map(|()| true),
            b'f' => self.word(b"false").map(|()| false),
            _ => Err(self.unexpected("true or false")),
        }
    }

    /// Steps over any value.
    pub fn skip(&mut self) -> Result<(), DecodeError> {
        self.skip_nested(0)
    }

    fn skip_nested(&mut self, depth: usize) -> Result<(), DecodeError> {
        if depth == MAX_DEPTH {
            return Err(self.unexpected("a value nested less deep"));
        }
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' => {
                let mut more = self.open(OBJECT)?;
                while more {
                    self.key()?;
                    self.skip_nested(depth + 1)?;
                    more = self.more(OBJECT)?;
                }
                Ok(())
            }
            b'[' => {
                let mut more = self.open(ARRAY)?;
                while more {
                    self.skip_nested(depth + 1)?;
                    more = self.more(ARRAY)?;
                }
                Ok(())
            }
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.skip_number(),
        }
    }

    fn skip_number(&mut self) -> Result<(), DecodeError> {
        let from = self.at;
        while let Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
        }
        if from == self.at { Err(self.unexpected("a value")) } else { Ok(()) }
    }

    fn word(&mut self, word: &'static [u8]) -> Result<(), DecodeError> {
        let rest = &self.bytes[self.at..];
        if rest.len() < word.len() {
            return Err(DecodeError::Truncated { at: self.bytes.len() });
        }
        if !rest.starts_with(word) {
            return Err(self.unexpected("true, false or null"));
        }
        self.at += word.len();
        Ok(())
    }
}

/// A pair of brackets, with the words for what is wrong.
#[derive(Clone, Copy, Debug)]
pub struct Brackets {
    open: u8,
    close: u8,
    open_name: &'static str,
    more_name: &'static str,
}

/// An object's brackets.
pub const OBJECT: Brackets =
    Brackets { open: b'{', close: b'}', open_name: "'{'", more_name: "',' or '}'" };
/// An array's brackets.
pub const ARRAY: Brackets =
    Brackets { open: b'[', close: b']', open_name: "'['", more_name: "',' or ']'" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_are_stepped_over() {
        let text = br#" {"a":[1,-2.5e3,{"b":"\"}"}],"c":null,"d":true} 7"#;
        let mut scanner = Scanner::new(text);
        scanner.skip().unwrap();
        assert_eq!(scanner.uint(), Ok(7));
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        let text = br#"{"a":[1,{"b":"c"}],"d":true}"#;
        for end in 0..text.len() {
            assert!(Scanner::new(&text[..end]).skip().is_err(), "{end}");
        }
        assert!(Scanner::new(br#""abc\"#).skip().is_err());
    }

    #[test]
    fn a_tower_of_brackets_does_not_fall_on_us() {
        let tower = vec![b'['; 100_000];
        assert!(matches!(Scanner::new(&tower).skip(), Err(DecodeError::Unexpected { .. })));
    }

    #[test]
    fn a_number_beyond_64_bits_is_refused() {
        assert_eq!(Scanner::new(b"18446744073709551615,").uint(), Ok(u64::MAX));
        assert_eq!(
            Scanner::new(b"18446744073709551616,").uint(),
            Err(DecodeError::TooLarge { at: 0 })
        );
    }
}
