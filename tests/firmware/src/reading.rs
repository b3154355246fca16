//! The subject of the newest message, read through the core by POP3.

use super::driver::{fill, flush};
use super::message::{PASSWORD, USER};
use super::subject::Subject;
use embedded_io::{Read, Write};
use mailproto::pop3::{Client, ClientEvent, Verb};
use mailproto::{Endpoint, Fixed};

/// Room for one line of the server, and for what is being sent.
pub const BUFFER: usize = 512;

/// A client without an allocator.
pub type Pop3Client = Client<Fixed<BUFFER, BUFFER>>;

/// Why there is no subject.
pub enum Failure {
    /// The serial port.
    Port,
    /// The conversation: an error of the core.
    Conversation,
    /// The server refused.
    Refused,
    /// There is no message.
    Empty,
}

impl From<mailproto::Error> for Failure {
    fn from(_: mailproto::Error) -> Self {
        Self::Conversation
    }
}

/// What the server's last word asks for.
enum Next {
    Read,
    Count,
    Header(u32),
    Farewell,
    Done,
}

/// From the greeting to the farewell. The newest message is the one with the greatest number; its header
/// passes by and is not kept.
pub fn newest<S: Read + Write>(client: &mut Pop3Client, port: &mut S, subject: &mut Subject) -> Result<(), Failure> {
    client.login(USER, PASSWORD)?;
    loop {
        match hear(client, subject)? {
            Next::Read => {
                flush(client, port).map_err(|_| Failure::Port)?;
                fill(client, port).map_err(|_| Failure::Port)?;
            }
            Next::Count => {
                client.stat()?;
            }
            Next::Header(0) => return Err(Failure::Empty),
            Next::Header(number) => {
                client.top(number, 0)?;
            }
            Next::Farewell => {
                client.quit()?;
            }
            Next::Done => return Ok(()),
        }
    }
}

/// The next thing that the server says, and what it asks for.
fn hear(client: &mut Pop3Client, subject: &mut Subject) -> Result<Next, Failure> {
    let (verb, response) = match client.next_event()? {
        Some(ClientEvent::Data { bytes, .. }) => {
            subject.look_at(bytes);
            return Ok(Next::Read);
        }
        Some(ClientEvent::End { .. }) => return Ok(Next::Farewell),
        Some(ClientEvent::Greeting(response)) => (Verb::Greeting, response),
        Some(ClientEvent::Response { verb, response, .. } | ClientEvent::Start { verb, response, .. }) => {
            (verb, response)
        }
        None => return Ok(Next::Read),
        Some(_) => return Err(Failure::Conversation),
    };
    if !response.is_ok() {
        return Err(Failure::Refused);
    }
    Ok(match verb {
        Verb::Pass => Next::Count,
        Verb::Stat => Next::Header(response.drop_listing().ok_or(Failure::Conversation)?.messages),
        Verb::Quit => Next::Done,
        _ => Next::Read,
    })
}
