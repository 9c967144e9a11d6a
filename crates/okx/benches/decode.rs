//! Decoding, measured.
fn main() {}
