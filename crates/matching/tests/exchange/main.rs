//! The exchange from outside: stories told in text, and promises kept whatever is asked of it.

mod amending;
mod forced;
mod margin;
mod matching;
mod paper;
mod promises;
mod scenario;
mod setting;
