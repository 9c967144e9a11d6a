//! What is written down: JSONL logs for people and their tools.

pub mod jsonl;
