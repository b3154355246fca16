//! A POP3 server for a peer that wants a socket.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rust_pop3_client::{Pop3Connection, Pop3ConnectionFactory};

/// Lets rust-pop3-client, which wants a socket, talk to a server that says `response` to all but QUIT.
/// The server's time and heap are those of another thread, and do not count.
pub(super) fn over_loopback(response: &Arc<Vec<u8>>, ask: impl FnOnce(&mut dyn Pop3Connection) -> u64) -> u64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    let response = response.clone();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().expect("the client connects");
        // The client hangs up when it has had enough.
        let _ = converse(stream, &response);
    });
    let mut connection = Pop3ConnectionFactory::without_tls("127.0.0.1", port).expect("the server listens");
    let found = ask(&mut connection);
    drop(connection);
    server.join().expect("the server does not fail");
    found
}

fn converse(mut stream: TcpStream, response: &[u8]) -> std::io::Result<()> {
    let mut commands = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    stream.write_all(b"+OK ready\r\n")?;
    while commands.read_line(&mut line)? > 0 {
        if line.starts_with("QUIT") {
            return stream.write_all(b"+OK bye\r\n");
        }
        stream.write_all(response)?;
        line.clear();
    }
    Ok(())
}
