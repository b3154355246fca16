//! Lists of addresses (RFC 5322 §3.4).

use super::draft::{Mailbox, Recipient};
use super::line::Line;
use super::text::{self, Style};
use super::token::Rest;
use crate::codec::encoded_word::Context;

/// How far a list is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The entry, and the member of it if that is a group whose name is written.
    entry: usize,
    member: Option<usize>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    /// Before a mailbox or a group.
    Before,
    /// In its name, which is written in this style, behind so many bytes.
    Name(Style, usize),
    /// Before the address.
    Address,
}

impl Place {
    /// Before the first entry.
    pub(super) const START: Self = Self { entry: 0, member: None, stage: Stage::Before };

    /// Writes a little more of the list; what goes on by itself, or `None` at its end.
    ///
    /// ```abnf
    /// address-list = address *("," address)
    /// address      = mailbox / group
    /// mailbox      = name-addr / addr-spec
    /// name-addr    = [display-name] "<" addr-spec ">"
    /// group        = display-name ":" [mailbox *("," mailbox)] ";"
    /// ```
    pub(super) fn step<'a>(&mut self, list: &'a [Recipient<'a>], utf8: bool, line: &mut Line<'_>) -> Option<Rest<'a>> {
        let entry = *list.get(self.entry)?;
        let is_last = self.entry + 1 == list.len();
        let (mailbox, name) = match (entry, self.member) {
            (Recipient::Mailbox(mailbox), _) => (Some(mailbox), mailbox.name),
            (Recipient::Group { name, .. }, None) => (None, name),
            (Recipient::Group { members, .. }, Some(index)) => {
                let member = members.get(index).copied();
                (member, member.map_or("", |member| member.name))
            }
        };
        match self.stage {
            Stage::Before if name.is_empty() => self.stage = Stage::Address,
            Stage::Before => self.stage = Stage::Name(text::phrase_style(name, utf8), 0),
            Stage::Name(style, at) => {
                let at = put_phrase(name, style, at, line);
                self.stage = if at < name.len() { Stage::Name(style, at) } else { Stage::Address };
            }
            Stage::Address => {
                self.stage = Stage::Before;
                return Some(match (entry, mailbox) {
                    (Recipient::Group { members, .. }, None) => {
                        self.member = Some(0);
                        let rest = if members.is_empty() { self.close(is_last, b":;", b":;,") } else { b":" };
                        Rest { text: &[], behind: rest }
                    }
                    (Recipient::Group { members, .. }, Some(mailbox)) => {
                        let next = self.member.unwrap_or_default() + 1;
                        self.member = Some(next);
                        let angle = put_angle(mailbox, line);
                        let behind: &[u8] = match (next == members.len(), angle) {
                            (false, true) => b">,",
                            (false, false) => b",",
                            (true, true) => self.close(is_last, b">;", b">;,"),
                            (true, false) => self.close(is_last, b";", b";,"),
                        };
                        Rest { text: mailbox.address.as_bytes(), behind }
                    }
                    (_, mailbox) => {
                        let mailbox = mailbox.unwrap_or(Mailbox { name: "", address: "" });
                        let behind = match put_angle(mailbox, line) {
                            true => self.close(is_last, b">", b">,"),
                            false => self.close(is_last, b"", b","),
                        };
                        Rest { text: mailbox.address.as_bytes(), behind }
                    }
                });
            }
        }
        Some(Rest::NONE)
    }

    /// Goes to the next entry.
    fn close(&mut self, is_last: bool, last: &'static [u8], other: &'static [u8]) -> &'static [u8] {
        self.entry += 1;
        self.member = None;
        if is_last { last } else { other }
    }
}

/// Makes room for the address of a mailbox and writes what stands before it; whether that is `<`.
fn put_angle(mailbox: Mailbox<'_>, line: &mut Line<'_>) -> bool {
    let has_name = !mailbox.name.is_empty();
    line.make_room(mailbox.address.len() + 5);
    line.put(if has_name { b" <" } else { b" " });
    has_name
}

/// Writes a little more of a phrase behind `at`; how far it is written then.
fn put_phrase(phrase: &str, style: Style, at: usize, line: &mut Line<'_>) -> usize {
    match style {
        Style::Plain => {
            let word = text::next_word(phrase.as_bytes(), at);
            line.make_room(word.len() + usize::from(at == 0));
            if at == 0 {
                line.put(b" ");
            }
            line.put(word);
            at + word.len()
        }
        Style::Quoted => {
            line.make_room(text::quoted_length(phrase.as_bytes()) + 1);
            line.put(b" ");
            text::put_quoted(phrase.as_bytes(), line);
            phrase.len()
        }
        Style::Encoded => {
            let rest = phrase.get(at..).unwrap_or_default();
            // A text that has no end would be written for ever.
            at + text::put_encoded(rest, Context::Phrase, at == 0, line).max(1)
        }
    }
}
