//! Conversations in SMTP and LMTP.

mod client;
mod rules;
mod server;

use super::log::Line;
use super::step::Step;
use super::{Seen, Tell, tell_of};
use crate::failure::Failure;
use client::Listener;
use mailproto::smtp::Protocol;
use mailproto_host::Side;
use server::{Speaker, Terms};

/// Shows every line to both machines: first to the one that says it.
pub(super) fn explain(lines: &[Line], protocol: Protocol, tell: &mut Tell<'_>) -> Result<(), Failure> {
    let said_by_server = lines.iter().filter(|line| line.side == Side::Server).map(|line| line.bytes.as_slice());
    let (offered, size) = server::announced(said_by_server);
    let mut client = Listener::new(protocol);
    let Some(mut server) = Speaker::new(Terms { protocol, offered, size }, &mut Step::default()) else {
        return Ok(());
    };
    for line in lines {
        let (mut of_client, mut of_server) = (Step::default(), Step::default());
        let before = (client.state(), server.state());
        if line.side == Side::Client {
            let message = client.in_message();
            // A login that the server's machine has no part in.
            let foreign = client.challenged && !server.in_login();
            client.say(&line.bytes, &mut of_client);
            if !of_client.breaches.is_empty() && !message {
                server.told.insert(line.bytes.trim_ascii_end().to_vec());
            }
            if !foreign {
                server.hear(&line.bytes, &mut of_server);
            }
        } else {
            server.say(&line.bytes, &mut of_server);
            client.hear(&line.bytes, &mut of_client);
            if server.has_strayed() && server.state() != client.state() {
                server.bring_to(client.state());
            }
        }
        let seen = [
            Seen::new(Side::Client, before.0.name(), client.state().name(), of_client),
            Seen::new(Side::Server, before.1.name(), server.state().name(), of_server),
        ];
        tell_of(line, seen, tell)?;
    }
    Ok(())
}
