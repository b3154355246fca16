//! mailproto against the mail programs that everyone else runs, on loopback.

#[macro_use]
mod behaviours;
mod certificates;
mod clients;
mod controls;
mod fetched;
mod fetchers;
mod from_clients;
mod from_maildrops;
mod lmtp;
mod message;
mod ours;
mod relays;

mod servers;
mod submission;
mod to_servers;
mod written;
