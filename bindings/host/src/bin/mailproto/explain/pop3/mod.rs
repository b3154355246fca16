//! Conversations in POP3.

mod by_hand;
mod client;
mod rules;
mod server;

use super::log::Line;
use super::step::Step;
use super::{Seen, Tell, tell_of};
use crate::failure::Failure;
use client::Listener;
use mailproto::pop3::{Command, ScanListing};
use mailproto_host::Side;
use server::Speaker;

/// The most messages that a maildrop of a conversation is believed to have.
const MOST_MESSAGES: u32 = 10_000;

/// Shows every line to both machines: first to the one that says it.
pub(super) fn explain(lines: &[Line], tell: &mut Tell<'_>) -> Result<(), Failure> {
    let mut client = Listener::new();
    let Some(mut server) = Speaker::new(highest(lines), &mut Step::default()) else { return Ok(()) };
    // What the server has said of a line that has not ended.
    let mut unended = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let (mut of_client, mut of_server) = (Step::default(), Step::default());
        let before = (client.state(), server.state());
        if line.hidden && !client.hears_message() {
            of_server.tell("says more");
        } else if line.side == Side::Client {
            let behind = lines[index + 1..].iter().find(|line| line.side == Side::Client);
            client.say(&line.bytes, behind.map(|line| line.bytes.as_slice()), &mut of_client);
            server.hear(&line.bytes, &mut of_server);
        } else {
            unended.extend_from_slice(&line.bytes);
            let whole = unended.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            for line in unended.drain(..whole).collect::<Vec<_>>().split_inclusive(|byte| *byte == b'\n') {
                server.say(line, &mut of_server);
                client.hear(line, &mut of_client);
            }
            if server.has_strayed() && server.state() != client.state() {
                server.bring_to(client.state());
            }
            server.advance(&mut of_server);
        }
        let seen = [
            Seen::new(Side::Client, before.0.name(), client.state().name(), of_client),
            Seen::new(Side::Server, before.1.name(), server.state().name(), of_server),
        ];
        tell_of(line, seen, tell)?;
    }
    Ok(())
}

/// The highest number of a message that anybody speaks of.
fn highest(lines: &[Line]) -> u32 {
    let number = |line: &Line| {
        if line.side == Side::Server {
            return ScanListing::parse(rules::text(&line.bytes)).map(|(listing, _)| listing.number);
        }
        match rules::command(&line.bytes).ok()?.0 {
            Command::Retr(number) | Command::Dele(number) | Command::Top { number, .. } => Some(number),
            Command::List(number) | Command::Uidl(number) => number,
            _ => None,
        }
    };
    lines.iter().filter_map(number).filter(|number| *number <= MOST_MESSAGES).max().unwrap_or(1)
}
