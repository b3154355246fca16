//! Benchmarks of mailproto side by side with its peers.
