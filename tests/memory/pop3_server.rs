//! What POP3's server holds.

use crate::{IDLE, MESSAGE, block, in_all, most};
use allocation_counter::{AllocationInfo, measure};
use mailproto::Endpoint;
use mailproto::pop3::{Server, ServerEvent, ServerOptions};

/// Messages of a large maildrop.
const MESSAGES: u32 = 100_000;

/// Says `commands`, answers whatever is asked, and takes all that is sent; how many bytes that was. A
/// message is `blocks` times the block.
fn serve(server: &mut Server, commands: &[u8], block: &[u8], blocks: usize) -> usize {
    let mut sent = 0;
    let mut transmit = |server: &mut Server| {
        let count = server.transmit().len();
        sent += count;
        server.transmitted(count);
    };
    assert_eq!(server.receive(commands), commands.len());
    loop {
        let answered = match server.next_event().expect("the conversation is sound") {
            Some(ServerEvent::Open) => server.open(MESSAGES, 1 << 40),
            Some(ServerEvent::Size { number } | ServerEvent::Delete { number }) => server.size(u64::from(number)),
            Some(ServerEvent::UniqueId { .. }) => server.unique_id("a-unique-id-of-the-usual-length"),
            Some(ServerEvent::Message { .. }) => {
                server.accept().expect("there is room for the answer");
                for _ in 0..blocks {
                    let mut data = block;
                    while !data.is_empty() {
                        data = &data[server.send_data(data).expect("a message is wanted")..];
                        transmit(server);
                    }
                }
                server.finish_data()
            }
            Some(event) if event.is_question() => server.accept(),
            Some(_) => Ok(()),
            None => {
                if !server.wants_write() {
                    return sent;
                }
                transmit(server);
                Ok(())
            }
        };
        answered.expect("there is room for the answer");
    }
}

/// A session in which `commands` are said; bytes that were sent, and what it held.
fn session(commands: &[u8], block: &[u8], blocks: usize) -> (usize, AllocationInfo) {
    let mut kept = None;
    let mut sent = 0;
    let heap = measure(|| {
        let options = ServerOptions { auth_without_tls: true, ..ServerOptions::default() };
        let mut server = Server::new(options).expect("the options are sound");
        serve(&mut server, b"USER tim\r\nPASS secret\r\n", b"", 0);
        sent = serve(&mut server, commands, block, blocks);
        kept = Some(server);
    });
    let server = kept.expect("the server was kept");
    assert!(!server.is_closed() && !server.awaits_answer() && server.transmit().is_empty());
    (sent, heap)
}

/// A message of so many bytes is fetched; each block of it grows by `added` bytes on its way.
fn fetch(block: &[u8], added: usize, bytes: usize) {
    let blocks = bytes.div_ceil(block.len());
    let (sent, heap) = session(b"RETR 1\r\n", block, blocks);
    assert_eq!(sent, b"+OK Message follows\r\n".len() + blocks * (block.len() + added) + b".\r\n".len());
    assert!(heap.bytes_max <= most(), "{heap:?}");
    assert!(in_all::<Server>(heap) <= IDLE, "{} bytes in the session, {heap:?}", size_of::<Server>());
}

#[test]
fn a_server_sends_64_mib_in_constant_memory_and_is_small_when_idle() {
    fetch(&block(), 750, MESSAGE);
}

#[test]
fn a_server_repairs_line_ends_in_constant_memory() {
    let bare: Vec<_> = block().into_iter().filter(|byte| *byte != b'\r').collect();
    fetch(&bare, 3 * 750 + 750, MESSAGE / 16);
}

#[test]
fn what_top_leaves_out_is_taken_in_constant_memory() {
    let block = block();
    let blocks = MESSAGE.div_ceil(block.len());
    let (sent, heap) = session(b"TOP 1 2\r\n", &block, blocks);
    assert!(sent < 1_000, "{sent}");
    assert!(heap.bytes_max <= most(), "{heap:?}");
    assert!(in_all::<Server>(heap) <= IDLE, "{heap:?}");
}

#[test]
fn a_hundred_thousand_messages_are_listed_in_constant_memory() {
    let (sent, heap) = session(b"LIST\r\nUIDL\r\n", b"", 0);
    assert!(sent > 2 * 100_000 * 8);
    assert!(heap.bytes_max <= most(), "{heap:?}");
    assert!(in_all::<Server>(heap) <= IDLE, "{} bytes in the session, {heap:?}", size_of::<Server>());
}

#[test]
fn marks_take_one_bit_a_message_until_they_are_taken_off() {
    let (_, heap) = session(b"DELE 1\r\nDELE 100000\r\n", b"", 0);
    assert_eq!(heap.bytes_current, u64::from(MESSAGES / 8) as i64);
    let (_, heap) = session(b"DELE 1\r\nRSET\r\n", b"", 0);
    assert!(in_all::<Server>(heap) <= IDLE, "{heap:?}");
}
