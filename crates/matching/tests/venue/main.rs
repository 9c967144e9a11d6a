//! The paper venue from outside: stories told in text, and promises kept in any market.

mod promises;
mod scenario;
mod stories;
