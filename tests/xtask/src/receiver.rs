//! A mail server for one message, on the core: what the firmware speaks to.

use std::io::{Read, Write};

use anyhow::{Result, anyhow, bail};
use mailproto::Endpoint;
use mailproto::smtp::{Server, ServerEvent, ServerOptions};

/// Serves one client until it hangs up, takes whatever it sends, and returns the
/// one message that came.
pub fn one_message(mut stream: impl Read + Write) -> Result<Vec<u8>> {
    let mut server: Server = Server::new(ServerOptions::new("localhost")).map_err(|error| anyhow!("{error}"))?;
    let mut message = Vec::new();
    let mut complete = false;
    while !server.is_closed() {
        while let Some(event) = server.next_event().map_err(|error| anyhow!("{error}"))? {
            match event {
                ServerEvent::Data(chunk) => message.extend_from_slice(chunk),
                ServerEvent::DataEnd { .. } if complete => bail!("the client sent a second message"),
                ServerEvent::Refused { code, line } => {
                    bail!("the server refused {:?} with {code}", String::from_utf8_lossy(line))
                }
                event if event.is_question() => {
                    complete |= matches!(event, ServerEvent::DataEnd { .. });
                    server.accept().map_err(|error| anyhow!("{error}"))?;
                }
                _ => {}
            }
        }
        while server.wants_write() {
            let count = stream.write(server.transmit())?;
            server.transmitted(count);
        }
        if !server.wants_read() {
            break;
        }
        match stream.read(server.receive_space())? {
            0 => server.receive_eof(),
            count => server.received(count),
        }
    }
    if !complete {
        bail!("the client hung up and had sent no whole message");
    }
    Ok(message)
}
