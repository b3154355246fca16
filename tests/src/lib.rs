//! What the cross-crate tests of mailproto share: finding the programs of
//! others ([`tools`]) and running them without leaving any behind
//! ([`process`]).

pub mod process;
pub mod tools;
