//! Other sides that do not behave.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

/// A server on a free port that does this with its one client.
pub(super) fn spawn<R: Send + 'static>(serve: impl FnOnce(TcpStream) -> R + Send + 'static) -> (u16, JoinHandle<R>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, thread::spawn(move || serve(listener.accept().unwrap().0)))
}

/// Takes everything up to the go-ahead for a message.
pub(super) fn up_to_the_message(socket: &mut TcpStream) {
    socket.write_all(b"220 x\r\n").unwrap();
    for reply in ["250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n"] {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let mut byte = [0];
            assert_eq!(socket.read(&mut byte).unwrap(), 1);
            line.push(byte[0]);
        }
        socket.write_all(reply.as_bytes()).unwrap();
    }
}

/// Says nothing until the client gives up.
pub(super) fn silent(mut socket: TcpStream) {
    let _ = socket.read(&mut [0; 64]);
}

/// Hangs up when it has a part of the message.
pub(super) fn hangs_up(mut socket: TcpStream) {
    up_to_the_message(&mut socket);
    socket.read_exact(&mut [0; 100_000]).unwrap();
}

/// Speaks at length, without listening, while the client sends its message; then refuses.
pub(super) fn talks_without_listening(mut socket: TcpStream) {
    up_to_the_message(&mut socket);
    let line = [&b"552-"[..], &[b'x'; 500], b"\r\n"].concat();
    // More than any two sockets keep for a peer that does not read.
    for _ in 0..32 << 10 {
        socket.write_all(&line).unwrap();
    }
    socket.write_all(b"552 that was too much\r\n").unwrap();
    let mut waste = vec![0; 1 << 16];
    while socket.read(&mut waste).is_ok_and(|count| count > 0) {}
}
