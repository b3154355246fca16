//! The C ABI of mailproto.
