//! mailproto against the mail programs that everyone else runs, on loopback.

mod certificates;
mod clients;
mod controls;
mod message;
mod servers;
