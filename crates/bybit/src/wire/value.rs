//! Single values: what is quoted in one frame is bare in another.

use aurora_wire::DecodeError;
use aurora_wire::scan::{ARRAY, Scanner};

/// Nothing but spaces may follow.
pub(crate) fn end(scanner: &mut Scanner<'_>) -> Result<(), DecodeError> {
    match scanner.peek() {
        Err(DecodeError::Truncated { .. }) => Ok(()),
        _ => Err(scanner.unexpected("the end of the frame")),
    }
}

/// A whole number, quoted or not; an empty text is zero.
#[inline]
pub(crate) fn millis(scanner: &mut Scanner<'_>) -> Result<u64, DecodeError> {
    if scanner.peek()? != b'"' {
        return scanner.uint();
    }
    let from = scanner.at();
    scanner.string()?.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        if 9 < digit {
            return Err(DecodeError::Unexpected { at: from, wanted: "a whole number" });
        }
        value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit)))
            .ok_or(DecodeError::TooLarge { at: from })
    })
}

/// A text; `null` and anything else that is no text is the empty one.
#[inline]
pub(crate) fn text<'a>(scanner: &mut Scanner<'a>) -> Result<&'a [u8], DecodeError> {
    if scanner.peek()? == b'"' {
        return scanner.string();
    }
    scanner.skip()?;
    Ok(b"")
}

/// A value as it stands, quotes included: numbers are read once it is known in which steps.
#[inline]
pub(crate) fn value<'a>(
    bytes: &'a [u8],
    scanner: &mut Scanner<'a>,
) -> Result<&'a [u8], DecodeError> {
    let is_text = scanner.peek()? == b'"';
    let from = scanner.at();
    if is_text {
        scanner.string()?;
    } else {
        scanner.skip()?;
    }
    Ok(&bytes[from..scanner.at()])
}

/// Calls `read` at the beginning of each element of an array of objects.
#[inline]
pub(crate) fn each_object<'a>(
    scanner: &mut Scanner<'a>,
    mut read: impl FnMut(&mut Scanner<'a>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut more = scanner.open(ARRAY)?;
    while more {
        read(scanner)?;
        more = scanner.more(ARRAY)?;
    }
    Ok(())
}
