//! The chores of mailproto: cargo xtask demo, test, bench, fuzz, diagrams, header, sizes.
fn main() {}
