//! Client against server, in memory, under a clock of the test's own.
//!
//! Bytes travel in random cuts with random delays; every choice follows from a seed, and a failure
//! names it. What the server decided must be what the client's side is told, and what is delivered
//! must be what was sent.

mod chance;
mod connection;
mod download;
mod endings;
mod keeper;
mod maildrop;
mod policy;
mod pop3;
mod sasl;
mod scripted;
mod submission;
mod timeouts;
mod verbs;
