//! Configuration: flags over environment over YAML over defaults, with the origin of every value.
//!
//! All keys stand in one table ([`KEYS`]); a key not in it is refused. [`load`] reads every layer, reports
//! every fault at once and yields a [`Config`] only when there is none. Adding a key is one entry in `keys/`.

mod config;
mod fault;
mod key;
mod keys;
mod load;
mod names;
mod reference;
mod rules;
mod sources;
mod value;
mod yaml;

pub use config::{Config, Setting};
pub use fault::{Fault, Faults};
pub use key::{DefaultValue, Key, Kind};
pub use keys::KEYS;
pub use load::load;
pub use reference::reference;
pub use sources::{File, Flag, Origin, Sources};
pub use value::{Secret, Value};
