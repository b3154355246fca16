//! A plain line to a server, and servers that say what they are told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A client that says lines and reads replies.
pub(super) struct Wire(BufReader<TcpStream>);

impl Wire {
    /// Connects and reads the greeting.
    pub(super) fn connect(port: u16) -> (Self, String) {
        let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut wire = Self(BufReader::new(socket));
        let greeting = wire.reply();
        (wire, greeting)
    }

    /// Says a line and reads the reply, all lines of it.
    pub(super) fn say(&mut self, line: &str) -> String {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes()).unwrap();
        self.reply()
    }

    /// Says a line and reads the response and the lines behind it, up to a lone dot.
    pub(super) fn list(&mut self, line: &str) -> String {
        let mut response = self.say(line);
        while !response.ends_with("\r\n.\r\n") {
            assert!(self.0.read_line(&mut response).unwrap() > 0, "{response}");
        }
        response
    }

    /// Reads a reply; empty at the end.
    pub(super) fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let before = reply.len();
            let count = self.0.read_line(&mut reply).unwrap();
            if count == 0 || reply.as_bytes().get(before + 3) != Some(&b'-') {
                return reply;
            }
        }
    }
}

/// A server for one client: replies by turns to its lines, then hangs up, or waits if it has
/// nothing to say.
pub(super) fn scripted(replies: &'static [&'static str], wait: bool) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = thread::spawn(move || {
        let mut socket = BufReader::new(listener.accept().unwrap().0);
        let mut heard = Vec::new();
        for (index, reply) in replies.iter().enumerate() {
            if index > 0 {
                let mut line = String::new();
                socket.read_line(&mut line).unwrap();
                heard.push(line);
            }
            socket.get_mut().write_all(reply.as_bytes()).unwrap();
        }
        if wait {
            while socket.read(&mut [0; 64]).is_ok_and(|count| count > 0) {}
        }
        heard
    });
    (port, served)
}
