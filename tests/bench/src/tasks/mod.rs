//! What is measured.

mod chunks;
mod commands;
mod lettre_stream;
#[cfg(feature = "slow-peers")]
mod loopback;
mod message_peers;
mod message_read;
mod message_write;
mod pop3;
mod receive;
mod replies;
mod send;

use crate::harness::Task;

/// Makes a task whose input is so many times smaller than the full one.
type Make = fn(usize) -> Task;

/// Every task, in the order of the table.
pub(crate) const ALL: &[Make] = &[
    replies::ehlo,
    replies::others,
    commands::plain,
    commands::with_parameters,
    send::task,
    receive::task,
    pop3::list,
    pop3::uidl,
    pop3::both,
    pop3::retr,
    message_read::everything,
    message_read::structure,
    message_read::attachment,
    message_read::headers,
    message_write::small,
    message_write::large,
    message_read::base64,
    message_write::base64,
    message_read::quoted_printable,
    message_write::quoted_printable,
    chunks::replies,
    chunks::commands,
    chunks::receive,
    chunks::send,
];

/// Bytes of a read where nothing else is said: what a TLS record holds.
const READ: usize = 16_384;

/// A share of the full count, and never too few to say anything.
fn share(full: usize, smaller: usize) -> usize {
    (full / smaller).max(64)
}
