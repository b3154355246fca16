//! The `mailproto` command as its users meet it: run as a program, spoken to over loopback.

mod crash;
mod example;
mod explain;
mod fetch;
mod fetch_crash;
mod maildrop;
mod parse;
mod parse_message;
mod probe;
mod program;
mod send;
mod send_composed;
mod serve;
mod serve_pop3;
mod store;
mod wire;
