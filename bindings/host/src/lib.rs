//! Blocking and tokio drivers for mailproto, TLS by rustls, and the mailproto command.
