//! What an endpoint holds: little while it carries a message of any size, less when it is idle,
//! and nothing at all to read what the peer says.

mod pop3_server;

use allocation_counter::{AllocationInfo, measure};
use mailproto::Endpoint;
use mailproto::frame::{LineFrame, LineFramer, ReplyFramer};
use mailproto::smtp::{Client, ClientOptions, Command, Reply, Server, ServerEvent, ServerOptions};
use mailproto::{Leniency, Limits};

/// The size of the message.
const MESSAGE: usize = 64 << 20;
/// What an idle session may hold in all: itself, and the heap that lives for it.
const IDLE: usize = 512;

/// Lines of a message, some of which start with a dot.
fn block() -> Vec<u8> {
    b"An ordinary line of text, as long as such lines are.\r\n.a line that starts with a dot\r\n\r\n".repeat(750)
}

/// What both buffers may hold together, and the smaller one that a larger replaces.
fn most() -> u64 {
    let Limits { receive_buffer, transmit_buffer, .. } = Limits::default();
    u64::from(receive_buffer + transmit_buffer) * 3 / 2
}

fn in_all<T>(heap: AllocationInfo) -> usize {
    size_of::<T>() + usize::try_from(heap.bytes_current).expect("no more is freed than was allocated")
}

/// Feeds all of `wire` to the server and says yes to whatever it asks; bytes of message data.
fn serve(server: &mut Server, mut wire: &[u8]) -> usize {
    let mut data = 0;
    loop {
        while let Some(event) = server.next_event().expect("the conversation is sound") {
            match event {
                ServerEvent::Data(chunk) => data += chunk.len(),
                event if event.is_question() => server.accept().expect("there is room for the answer"),
                _ => {}
            }
        }
        if server.wants_write() {
            let sent = server.transmit().len();
            server.transmitted(sent);
        }
        let taken = server.receive(wire);
        wire = &wire[taken..];
        if taken == 0 {
            return data;
        }
    }
}

fn new_server() -> Server {
    let limits = Limits { message: MESSAGE as u64 * 2, ..Limits::default() };
    Server::new(ServerOptions { limits, ..ServerOptions::new("mx.example.org") }).expect("the options are sound")
}

const ENVELOPE: &[u8] = b"EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@example.org>\r\n";

/// A server takes a message that `start` announces and `end` ends; blocks of it, and what it held.
fn receive(start: &[u8], block: &[u8], end: &[u8], expected: usize) -> AllocationInfo {
    let count = MESSAGE.div_ceil(block.len());
    let mut kept = None;
    let mut data = 0;
    let heap = measure(|| {
        let mut server = new_server();
        serve(&mut server, ENVELOPE);
        serve(&mut server, start);
        for _ in 0..count {
            data += serve(&mut server, block);
        }
        serve(&mut server, end);
        kept = Some(server);
    });
    assert_eq!(data, count * expected);
    assert!(data >= MESSAGE / 2);
    let server = kept.expect("the server was kept");
    assert!(!server.is_closed() && !server.awaits_answer() && server.transmit().is_empty());
    heap
}

#[test]
fn a_server_carries_64_mib_by_data_in_constant_memory_and_is_small_when_idle() {
    let block = block();
    // Each line that starts with a dot loses one.
    let dots = 750;
    let heap = receive(b"DATA\r\n", &block, b".\r\n", block.len() - dots);
    assert!(heap.bytes_max <= most(), "{heap:?}");
    assert!(in_all::<Server>(heap) <= IDLE, "{} bytes in the session, {heap:?}", size_of::<Server>());
}

#[test]
fn a_server_carries_64_mib_by_bdat_in_constant_memory_and_is_small_when_idle() {
    let block = block();
    let total = MESSAGE.div_ceil(block.len()) * block.len();
    let heap = receive(format!("BDAT {total} LAST\r\n").as_bytes(), &block, b"", block.len());
    assert!(heap.bytes_max <= most(), "{heap:?}");
    assert!(in_all::<Server>(heap) <= IDLE, "{} bytes in the session, {heap:?}", size_of::<Server>());
}

/// Lets the client hear `replies` and forgets what it says.
fn hear(client: &mut Client, replies: &[u8]) {
    assert_eq!(client.receive(replies), replies.len());
    while client.next_event().expect("the replies are sound").is_some() {}
    if client.wants_write() {
        let sent = client.transmit().len();
        client.transmitted(sent);
    }
}

/// Passes all of `data` on; how many bytes left.
fn send(client: &mut Client, mut data: &[u8]) -> usize {
    let mut total = 0;
    while !data.is_empty() {
        let taken = client.send_data(data).expect("the message is sound");
        data = &data[taken..];
        let sent = client.transmit().len();
        client.transmitted(sent);
        total += sent;
    }
    total
}

/// A client sends a message that `start` begins and `end` ends; what it held.
fn deliver(start: impl Fn(&mut Client), block: &[u8], end: impl Fn(&mut Client), per_block: usize) -> AllocationInfo {
    let count = MESSAGE.div_ceil(block.len());
    let mut kept = None;
    let mut sent = 0;
    let heap = measure(|| {
        let mut client = Client::new(ClientOptions::default());
        client.ehlo("c.example").expect("EHLO comes first");
        hear(&mut client, b"220 mx\r\n");
        hear(&mut client, b"250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
        client.mail("a@c.example", &[]).expect("MAIL has its place");
        client.rcpt("b@example.org", &[]).expect("RCPT has its place");
        start(&mut client);
        for _ in 0..count {
            sent += send(&mut client, block);
        }
        end(&mut client);
        hear(&mut client, b"250 queued\r\n");
        kept = Some(client);
    });
    assert_eq!(sent, count * per_block);
    let client = kept.expect("the client was kept");
    assert!(!client.is_closed() && client.queued_commands() == 0 && client.transmit().is_empty());
    heap
}

#[test]
fn a_client_carries_64_mib_by_data_in_constant_memory_and_is_small_when_idle() {
    let block = block();
    let start = |client: &mut Client| {
        client.data().expect("DATA has its place");
        hear(client, b"");
        hear(client, b"250 OK\r\n250 OK\r\n354 go\r\n");
    };
    let end = |client: &mut Client| client.finish_data().expect("there is room for the end");
    let heap = deliver(start, &block, end, block.len() + 750);
    assert!(heap.bytes_max <= most(), "{heap:?}");
    assert!(in_all::<Client>(heap) <= IDLE, "{} bytes in the session, {heap:?}", size_of::<Client>());
}

#[test]
fn a_client_carries_64_mib_by_bdat_in_constant_memory_and_is_small_when_idle() {
    let block = block();
    let total = (MESSAGE.div_ceil(block.len()) * block.len()) as u64;
    let start = |client: &mut Client| {
        hear(client, b"");
        hear(client, b"250 OK\r\n250 OK\r\n");
        client.bdat(total, true).expect("BDAT has its place");
        hear(client, b"");
    };
    let heap = deliver(start, &block, |_| (), block.len());
    assert!(heap.bytes_max <= most(), "{heap:?}");
    assert!(in_all::<Client>(heap) <= IDLE, "{} bytes in the session, {heap:?}", size_of::<Client>());
}

#[test]
fn reading_replies_takes_no_heap() {
    let replies: [&[u8]; 3] = [
        b"250-mx.example.org\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250-X-NEW a b\r\n250 SIZE 35882577\r\n",
        b"550-5.1.1 No such user\r\n550 5.1.1 here\r\n",
        b"354 go\r\n",
    ];
    let mut seen = 0;
    let heap = measure(|| {
        for bytes in replies {
            let frame = ReplyFramer::default().next(bytes, 16_384);
            let reply = Reply::from_frame(bytes, frame, Leniency::LENIENT).expect("the reply is sound");
            seen += reply.lines().map(|line| line.message().len()).sum::<usize>();
            seen += reply.extensions().count() + usize::from(reply.enhanced().is_some());
        }
    });
    assert!(seen > 0);
    assert_eq!(heap.count_total, 0);
}

#[test]
fn reading_commands_takes_no_heap() {
    let commands: [&[u8]; 4] = [
        b"EHLO c.example\r\n",
        b"MAIL FROM:<\"a b\"@c.example> SIZE=99 BODY=8BITMIME RET=HDRS ENVID=q+2B1 X-NEW=1\r\n",
        b"RCPT TO:<b@[IPv6:2001:db8::1]> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@example.org\r\n",
        b"XCLIENT NAME=a ADDR=192.0.2.1\r\n",
    ];
    let mut seen = 0;
    let heap = measure(|| {
        for bytes in commands {
            let LineFrame::Line { length, .. } = LineFramer::default().next(bytes, 2_048, false) else {
                panic!("the line is whole")
            };
            let (command, _) = Command::parse(&bytes[..length], Leniency::STRICT).expect("the command is sound");
            if let Command::Mail { parameters, .. } | Command::Rcpt { parameters, .. } = command {
                seen += parameters.iter().filter(Result::is_ok).count();
            }
        }
    });
    assert_eq!(seen, 7);
    assert_eq!(heap.count_total, 0);
}

mod pop3 {
    //! The same of POP3's client.

    use super::{IDLE, MESSAGE, block, in_all, most};
    use allocation_counter::{AllocationInfo, measure};
    use mailproto::Endpoint;
    use mailproto::pop3::{Client, ClientEvent, ClientOptions};

    /// Lets the client hear `wire` and sends what it says; lines and bytes that it told of.
    fn hear(client: &mut Client, mut wire: &[u8]) -> (usize, usize) {
        let (mut lines, mut bytes) = (0, 0);
        loop {
            while let Some(event) = client.next_event().expect("the responses are sound") {
                match event {
                    ClientEvent::Listing { .. } | ClientEvent::UniqueId { .. } => lines += 1,
                    ClientEvent::Data { bytes: piece, .. } => bytes += piece.len(),
                    _ => {}
                }
            }
            if client.wants_write() {
                let sent = client.transmit().len();
                client.transmitted(sent);
            }
            if wire.is_empty() {
                return (lines, bytes);
            }
            let taken = client.receive(wire);
            wire = &wire[taken..];
        }
    }

    /// What a client held that has logged in and done `work`.
    fn session(work: impl FnOnce(&mut Client)) -> AllocationInfo {
        let mut kept = None;
        let heap = measure(|| {
            let mut client = Client::new(ClientOptions::default());
            client.login("mrose", "tanstaaf").expect("a login comes first");
            for responses in [&b"+OK\r\n"[..], b"+OK\r\n", b"+OK\r\n"] {
                hear(&mut client, responses);
            }
            work(&mut client);
            kept = Some(client);
        });
        let client = kept.expect("the client was kept");
        assert!(!client.is_closed() && client.queued_commands() == 0 && client.transmit().is_empty());
        heap
    }

    #[test]
    fn a_client_carries_64_mib_in_constant_memory_and_is_small_when_idle() {
        let block = block();
        let count = MESSAGE.div_ceil(block.len());
        let heap = session(|client| {
            client.retr(1).expect("RETR has its place");
            hear(client, b"+OK\r\n");
            let carried: usize = (0..count).map(|_| hear(client, &block).1).sum();
            hear(client, b".\r\n");
            // Each line that starts with a dot loses one.
            assert_eq!(carried, count * (block.len() - 750));
        });
        assert!(heap.bytes_max <= most(), "{heap:?}");
        assert!(in_all::<Client>(heap) <= IDLE, "{} bytes in the session, {heap:?}", size_of::<Client>());
    }

    #[test]
    fn a_client_lists_100_000_messages_in_constant_memory_and_is_small_when_idle() {
        const MESSAGES: usize = 100_000;
        let (mut sizes, mut ids) = ("+OK\r\n".to_owned(), "+OK\r\n".to_owned());
        for number in 1..=MESSAGES {
            sizes += &format!("{number} {}\r\n", number * 7);
            ids += &format!("{number} {number:016x}\r\n");
        }
        let (sizes, ids) = (sizes + ".\r\n", ids + ".\r\n");
        let heap = session(|client| {
            client.list(None).expect("LIST has its place");
            client.uidl(None).expect("UIDL has its place");
            assert_eq!(hear(client, sizes.as_bytes()).0, MESSAGES);
            assert_eq!(hear(client, ids.as_bytes()).0, MESSAGES);
        });
        assert!(heap.bytes_max <= most(), "{heap:?}");
        assert!(in_all::<Client>(heap) <= IDLE, "{} bytes in the session, {heap:?}", size_of::<Client>());
    }
}
