//! The `mailproto` command.

fn main() {}
