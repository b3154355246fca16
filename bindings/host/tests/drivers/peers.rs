//! Other sides that do not behave.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use tokio::net::TcpSocket;

/// A server on a free port that does this with its one client.
pub(super) fn spawn<R: Send + 'static>(serve: impl FnOnce(TcpStream) -> R + Send + 'static) -> (u16, JoinHandle<R>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, thread::spawn(move || serve(listener.accept().unwrap().0)))
}

/// Connects.
pub(super) fn connect(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).unwrap()
}

/// Two ends of a connection on which the system keeps but little for a peer that does not read.
pub(super) fn narrow_pair() -> (TcpStream, TcpStream) {
    let socket = || -> io::Result<TcpSocket> {
        let socket = TcpSocket::new_v4()?;
        socket.set_send_buffer_size(8 << 10)?;
        socket.set_recv_buffer_size(8 << 10)?;
        Ok(socket)
    };
    // In a thread of its own, for one that is inside a runtime cannot enter another.
    let made = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = socket()?;
            listener.bind(([127, 0, 0, 1], 0).into())?;
            let listener = listener.listen(1)?;
            let address = listener.local_addr()?;
            let (client, server) = tokio::join!(socket()?.connect(address), listener.accept());
            let (client, server) = (client?.into_std()?, server?.0.into_std()?);
            client.set_nonblocking(false)?;
            server.set_nonblocking(false)?;
            io::Result::Ok((client, server))
        })
    });
    made.join().unwrap().unwrap()
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
    // Much more than a narrow connection keeps.
    for _ in 0..1_000 {
        socket.write_all(&line).unwrap();
    }
    socket.write_all(b"552 that was too much\r\n").unwrap();
    let mut waste = vec![0; 1 << 16];
    while socket.read(&mut waste).is_ok_and(|count| count > 0) {}
}
