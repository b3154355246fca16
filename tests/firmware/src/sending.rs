//! The message mailed through the core, from the greeting to the farewell.

use super::driver::{fill, flush};
use super::message::{self, RECIPIENT, SENDER};
use embedded_io::{Read, Write};
use mailproto::smtp::{Client, ClientEvent, Verb};
use mailproto::{Endpoint, Fixed};

/// Room for one line of the server, and for what is being sent.
pub const BUFFER: usize = 512;

/// A client without an allocator.
pub type SmtpClient = Client<Fixed<BUFFER, BUFFER>>;

/// Why no message was sent.
pub enum Failure {
    /// The serial port.
    Port,
    /// The conversation: an error of the core.
    Conversation,
    /// The server refused, with this reply code.
    Refused(u16),
}

impl From<mailproto::Error> for Failure {
    fn from(_: mailproto::Error) -> Self {
        Self::Conversation
    }
}

/// What the server's last word asks for.
enum Next {
    Read,
    Envelope,
    Message,
    Farewell,
    Done,
}

/// One message, from the greeting to the farewell.
pub fn send<S: Read + Write>(client: &mut SmtpClient, port: &mut S) -> Result<(), Failure> {
    client.ehlo("device.example")?;
    loop {
        match hear(client)? {
            Next::Read => {
                flush(client, port).map_err(|_| Failure::Port)?;
                fill(client, port).map_err(|_| Failure::Port)?;
            }
            Next::Envelope => {
                client.mail(SENDER, &[])?;
                client.rcpt(RECIPIENT, &[])?;
                client.data()?;
            }
            Next::Message => {
                message::write(&mut |piece| pass_on(client, port, piece))?;
                flush(client, port).map_err(|_| Failure::Port)?;
                client.finish_data()?;
            }
            Next::Farewell => {
                client.quit()?;
            }
            Next::Done => return Ok(()),
        }
    }
}

/// The next thing that the server says, and what it asks for.
fn hear(client: &mut SmtpClient) -> Result<Next, Failure> {
    let (verb, reply) = match client.next_event()? {
        None => return Ok(Next::Read),
        Some(ClientEvent::DataReady { .. }) => return Ok(Next::Message),
        Some(ClientEvent::Greeting(reply)) => (Verb::Noop, reply),
        Some(ClientEvent::Reply { verb, reply, .. }) => (verb, reply),
        Some(_) => return Err(Failure::Conversation),
    };
    if reply.code() >= 400 {
        return Err(Failure::Refused(reply.code()));
    }
    Ok(match verb {
        Verb::Ehlo => Next::Envelope,
        Verb::DataEnd => Next::Farewell,
        Verb::Quit => Next::Done,
        _ => Next::Read,
    })
}

/// Sends a piece of the message, as fast as the port takes it.
fn pass_on<S: Write>(client: &mut SmtpClient, port: &mut S, piece: &[u8]) -> Result<(), Failure> {
    let mut rest = piece;
    while !rest.is_empty() {
        let taken = client.send_data(rest)?;
        rest = rest.get(taken..).unwrap_or(&[]);
        flush(client, port).map_err(|_| Failure::Port)?;
    }
    Ok(())
}
