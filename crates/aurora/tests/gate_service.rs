//! `aurora gate` as bots meet it: the real binary, over sockets, with its files.

#[path = "gate_service/audit.rs"]
mod audit;
#[path = "gate_service/calibrate.rs"]
mod calibrate;
#[path = "gate_service/clients.rs"]
mod clients;
#[path = "gate_service/ops.rs"]
mod ops;
#[path = "gate_service/python.rs"]
mod python;
#[path = "gate_service/reports.rs"]
mod reports;
#[path = "gate_service/server.rs"]
mod server;
#[path = "gate_service/streams.rs"]
mod streams;
#[path = "gate_service/vectors.rs"]
mod vectors;
