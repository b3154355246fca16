//! What the cross-crate tests of mailproto share.
