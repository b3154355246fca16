//! Which extensions a conversation made use of, by what was said.

use mailproto::Leniency;
use mailproto::smtp::{Command, ExtensionSet, Verb};
use mailproto_host::{Entry, Kind, Side};

/// Follows a conversation by its lines.
#[derive(Debug, Default)]
pub(super) struct Usage {
    pub(super) extensions: ExtensionSet,
    unanswered: usize,
}

impl Usage {
    pub(super) fn note(&mut self, entry: &Entry) {
        match (entry.kind, entry.side) {
            (Kind::Command, Side::Client) => {
                if self.unanswered > 0 {
                    self.add(ExtensionSet::PIPELINING);
                }
                self.unanswered += 1;
                self.note_command(entry.text.as_bytes());
            }
            (Kind::Body, _) if entry.text == "." => self.unanswered += 1,
            (Kind::Reply, _) if entry.text.as_bytes().get(3) != Some(&b'-') => {
                self.unanswered = self.unanswered.saturating_sub(1);
            }
            (Kind::Tls, _) => self.unanswered = 0,
            _ => {}
        }
    }

    fn add(&mut self, extension: ExtensionSet) {
        self.extensions = self.extensions.with(extension);
    }

    fn note_command(&mut self, line: &[u8]) {
        let Ok((command, _)) = Command::parse(line, Leniency::LENIENT) else { return };
        match command.verb() {
            Verb::StartTls => self.add(ExtensionSet::STARTTLS),
            Verb::Auth => self.add(ExtensionSet::AUTH),
            Verb::Bdat | Verb::BdatLast => self.add(ExtensionSet::CHUNKING),
            _ => {}
        }
        if let Command::Mail { parameters, .. } | Command::Rcpt { parameters, .. } = command {
            parameters.iter().flatten().for_each(|parameter| self.add(parameter.extension()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_tells_what_was_used() {
        let mut usage = Usage::default();
        let mut say = |side, kind, text: &str| usage.note(&Entry { side, kind, text: text.into() });
        say(Side::Client, Kind::Command, "EHLO x");
        say(Side::Server, Kind::Reply, "250-y");
        say(Side::Server, Kind::Reply, "250 DSN");
        say(Side::Client, Kind::Command, "AUTH PLAIN [secret]");
        say(Side::Server, Kind::Reply, "235 yes");
        say(Side::Client, Kind::Command, "MAIL FROM:<a@b.example> SIZE=1 BODY=8BITMIME");
        say(Side::Client, Kind::Command, "RCPT TO:<a@b.example> NOTIFY=NEVER");
        let used: Vec<_> = usage.extensions.keywords().collect();
        assert_eq!(used, ["PIPELINING", "SIZE", "8BITMIME", "DSN", "AUTH"]);
    }
}
