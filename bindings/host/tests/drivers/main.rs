//! Client against server over loopback, on both drivers: in plain text, by STARTTLS, under TLS from
//! the first byte; and what happens when the other side is silent, rude, or does not listen.

mod asynchronous;
mod blocking;
mod peers;
mod pop3;

use mailproto::smtp::{Envelope, ExtensionSet, Server, ServerOptions, Submission, SubmissionOptions, TlsPolicy};
use mailproto::{Closure, Error, TimeoutReason};
use mailproto_host::tls::{self, Trust};
use rustls::{ClientConfig, ServerConfig};
use std::io::Write;
use std::sync::{Arc, OnceLock};

/// How a pair speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Plain,
    StartTls,
    Implicit,
}

const LINES: [Line; 3] = [Line::Plain, Line::StartTls, Line::Implicit];

/// A server's certificate, and a client that trusts that one alone.
fn certificates() -> &'static (Arc<ServerConfig>, Arc<ClientConfig>) {
    static MADE: OnceLock<(Arc<ServerConfig>, Arc<ClientConfig>)> = OnceLock::new();
    MADE.get_or_init(|| {
        let (server, pem) = tls::self_signed(&["localhost".into()]).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(pem.as_bytes()).unwrap();
        (server, tls::client(&Trust::File(file.path().into())).unwrap())
    })
}

fn server(line: Line) -> Server {
    let mut options = ServerOptions::new("server.example");
    options.tls = line == Line::Implicit;
    if line == Line::StartTls {
        options.offered = options.offered.with(ExtensionSet::STARTTLS);
    }
    Server::new(options).unwrap()
}

/// A task with one message from a to b.
fn submission(line: Line, adjust: impl FnOnce(&mut SubmissionOptions)) -> Submission {
    let mut options = SubmissionOptions::new("client.example");
    options.tls = match line {
        Line::Plain => TlsPolicy::None,
        Line::StartTls => TlsPolicy::Required,
        Line::Implicit => TlsPolicy::Implicit,
    };
    adjust(&mut options);
    let mut submission = Submission::new(options).unwrap();
    submission.submit(Envelope::new("a@client.example", ["b@server.example"])).unwrap();
    submission.finish();
    submission
}

/// A message of lines, some of them with dots.
fn message(length: usize) -> Vec<u8> {
    let block = b".\r\n..\r\n.a\r\n\r\nA line like any other, of the length that people write.\r\n".repeat(13);
    let mut message = b"Subject: a long story\r\n\r\n".to_vec();
    while message.len() < length {
        message.extend_from_slice(&block);
        message.extend_from_slice(format!("{}\r\n", message.len()).as_bytes());
    }
    message
}

const TOO_SILENT: Error = Error::Closed(Closure::TimedOut(TimeoutReason::Greeting));
const CUT_OFF: Error = Error::Closed(Closure::EndOfInput);
