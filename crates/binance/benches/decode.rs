//! Decoding to the model, against sonic-rs with fixed-point conversion.
fn main() {}
