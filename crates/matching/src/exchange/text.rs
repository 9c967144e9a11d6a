//! Short text without allocation: client order ids and asset names.

use std::fmt;
use std::str::FromStr;

/// At most `N` bytes of UTF-8, copied like a number. `N` is below 256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

/// The client's own id of an order. Any characters; a dialect decides which are legal. Empty when none was given.
pub type ClientId = Text<36>;

/// The name of a currency: `USDT`, `BTC`.
pub type Asset = Text<12>;

/// A text that is longer than its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is longer than {most} bytes")]
pub struct TooLong {
    /// The text.
    pub text: String,
    /// How many bytes fit.
    pub most: usize,
}

impl<const N: usize> Text<N> {
    /// Nothing.
    pub const EMPTY: Text<N> = Text { bytes: [0; N], len: 0 };

    /// The text.
    ///
    /// # Errors
    /// When it is longer than `N` bytes.
    pub fn new(text: &str) -> Result<Text<N>, TooLong> {
        let too_long = || TooLong { text: text.to_owned(), most: N };
        let mut bytes = [0; N];
        bytes.get_mut(..text.len()).ok_or_else(too_long)?.copy_from_slice(text.as_bytes());
        Ok(Text { bytes, len: u8::try_from(text.len()).map_err(|_| too_long())? })
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).expect("it was made from text")
    }

    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<const N: usize> FromStr for Text<N> {
    type Err = TooLong;
    fn from_str(text: &str) -> Result<Text<N>, TooLong> {
        Text::new(text)
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Text<N> {
        Text::EMPTY
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_what_it_was_given_up_to_its_length() {
        assert_eq!(Text::<4>::new("äb").unwrap().as_str(), "äb");
        assert_eq!(Text::<4>::new("").unwrap(), Text::EMPTY);
        let error = Text::<4>::new("abcde").unwrap_err();
        assert_eq!(error.to_string(), "\"abcde\" is longer than 4 bytes");
    }
}
