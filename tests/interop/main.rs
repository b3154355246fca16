//! mailproto against the mail programs that everyone else runs, on loopback.

mod certificates;
mod clients;
mod controls;
mod from_clients;
mod lmtp;
mod message;
mod ours;
mod servers;
mod to_servers;
