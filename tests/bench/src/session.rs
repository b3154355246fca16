//! Hosts for the endpoints: no socket, nothing stored, as little of their own as possible.

use mailproto::Endpoint;
use mailproto::smtp::{Client, ClientEvent, ClientOptions, Server, ServerEvent, ServerOptions};

/// Feeds `wire` to the server in reads of `size` bytes, says yes to whatever it asks, and passes
/// message data on.
pub(crate) fn serve(server: &mut Server, wire: &[u8], size: usize, mut keep: impl FnMut(&[u8])) {
    for mut read in wire.chunks(size) {
        while !read.is_empty() {
            let taken = server.receive(read);
            read = &read[taken..];
            while let Some(event) = server.next_event().expect("the conversation is sound") {
                match event {
                    ServerEvent::Data(data) => keep(data),
                    event if event.is_question() => server.accept().expect("there is room for the answer"),
                    _ => {}
                }
            }
            if server.wants_write() {
                let sent = server.transmit().len();
                server.transmitted(sent);
            }
        }
    }
}

/// [`serve`] by a host with a read buffer of its own, which the server looks at in place.
pub(crate) fn serve_in_place(server: &mut Server, wire: &[u8], size: usize, mut keep: impl FnMut(&[u8])) {
    for mut read in wire.chunks(size) {
        while let Some(event) = server.next_event_from(&mut read).expect("the conversation is sound") {
            match event {
                ServerEvent::Data(data) => keep(data),
                event if event.is_question() => server.accept().expect("there is room for the answer"),
                _ => {}
            }
        }
        assert!(read.is_empty(), "what was read is taken when no question waits");
        if server.wants_write() {
            let sent = server.transmit().len();
            server.transmitted(sent);
        }
    }
}

/// A server that has greeted.
pub(crate) fn server() -> Server {
    let options = ServerOptions {
        limits: mailproto::Limits { message: u64::MAX, ..mailproto::Limits::default() },
        offered: mailproto::smtp::ExtensionSet::SERVER_DEFAULT | mailproto::smtp::ExtensionSet::DSN,
        ..ServerOptions::new("mx.example.org")
    };
    let mut server = Server::new(options).expect("the options are sound");
    server.next_event().expect("the host is asked about the connection");
    server.accept().expect("the connection is accepted");
    let sent = server.transmit().len();
    server.transmitted(sent);
    server
}

/// A server that has said 354.
pub(crate) fn server_in_data() -> Server {
    let mut server = server();
    let wire = b"EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n";
    serve(&mut server, wire, wire.len(), |_| ());
    server
}

/// Takes the client's events, and forgets what it says.
fn hear(client: &mut Client, replies: &[u8]) {
    let taken = client.receive(replies);
    assert_eq!(taken, replies.len());
    while client.next_event().expect("the replies are sound").is_some() {}
    let sent = client.transmit().len();
    client.transmitted(sent);
}

/// A client that has said EHLO to a server with PIPELINING.
pub(crate) fn client() -> Client {
    let mut client = Client::new(ClientOptions::default());
    client.ehlo("c.example").expect("EHLO comes first");
    hear(&mut client, b"220 mx\r\n");
    hear(&mut client, b"250-mx\r\n250 PIPELINING\r\n");
    client
}

/// A client that has heard 354.
pub(crate) fn client_in_data() -> Client {
    let mut client = client();
    client.mail("a@c.example", &[]).expect("MAIL has its place");
    client.rcpt("b@example.org", &[]).expect("RCPT has its place");
    client.data().expect("DATA has its place");
    hear(&mut client, b"");
    hear(&mut client, b"250 OK\r\n250 OK\r\n354 go\r\n");
    client
}

/// Sends `message` in pieces of `size` bytes and the end behind it; how many bytes left.
pub(crate) fn send(client: &mut Client, message: &[u8], size: usize, mut keep: impl FnMut(&[u8])) -> u64 {
    let mut total = 0;
    let mut flush = |client: &mut Client| {
        let sent = client.transmit().len();
        keep(client.transmit());
        client.transmitted(sent);
        total += sent as u64;
    };
    for mut piece in message.chunks(size) {
        while !piece.is_empty() {
            let taken = client.send_data(piece).expect("the message is sound");
            piece = &piece[taken..];
            flush(client);
        }
    }
    client.finish_data().expect("there is room for the end");
    flush(client);
    total
}

/// Feeds replies, in reads of `size` bytes, to a client that keeps commands in flight; how many
/// replies it told of.
pub(crate) fn follow(client: &mut Client, replies: &[u8], size: usize) -> u64 {
    let mut count = 0;
    while client.rset().is_ok() {}
    for mut read in replies.chunks(size) {
        while !read.is_empty() {
            if client.wants_write() {
                let sent = client.transmit().len();
                client.transmitted(sent);
            }
            let taken = client.receive(read);
            read = &read[taken..];
            loop {
                match client.next_event().expect("the replies are sound") {
                    Some(ClientEvent::Reply { reply, .. }) => count += u64::from(reply.code() > 0),
                    Some(_) => {}
                    None => break,
                }
                client.rset().expect("there is room for one more command");
            }
        }
    }
    count
}
