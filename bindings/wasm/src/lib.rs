//! The WebAssembly face of mailproto.
