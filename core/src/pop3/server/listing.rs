//! Answers of many lines that the endpoint writes itself, as the transmit buffer has room: capabilities,
//! mechanisms, sizes, unique ids.

use super::super::capability::CapabilitySet;
use super::super::command::Verb;
use super::answer::{self, Announcement, UNIQUE_ID_MAX};
use super::event::Event;
use super::found::{Advance, Mode, Question};
use super::machine::Machine;
use super::marks;
use crate::buffer::Sink;
use crate::error::{Error, Misuse};
use crate::sasl::Mechanisms;
use crate::slice::{after, front};

impl Machine {
    /// Goes on with the answer to CAPA, or to AUTH alone, of which `written` bytes are out. The text is
    /// the same every time, for nothing else happens meanwhile.
    pub(super) fn announce(&mut self, verb: Verb, written: u16, transmit: &mut dyn Sink) -> Result<Advance, Error> {
        let announcement = self.announcement();
        let encode = |put: &mut dyn FnMut(&[u8])| match verb {
            Verb::Capa => announcement.encode(put),
            _ => announcement.encode_mechanisms(put),
        };
        let mut total = 0;
        encode(&mut |bytes| total += bytes.len());
        let written = usize::from(written);
        let room = transmit.room(total - written).min(total - written);
        let (mut skip, mut left) = (written, room);
        encode(&mut |bytes| {
            let part = front(after(bytes, skip.min(bytes.len())), left);
            transmit.put(part);
            left -= part.len();
            skip -= skip.min(bytes.len());
        });
        if written + room < total {
            self.mode = Mode::Announcing { verb, written: (written + room) as u16 };
            return self.no_room(total - written - room, transmit);
        }
        self.mode = Mode::Commands;
        Ok(self.drop_bytes(0))
    }

    /// The mechanisms that may be used at this moment: none is bound to a channel that there is not.
    pub(super) fn usable_mechanisms(&self) -> Mechanisms {
        if self.tls { self.mechanisms } else { self.mechanisms.without(Mechanisms::BOUND) }
    }

    /// Everything that may be offered at this moment.
    pub(super) fn announcement(&self) -> Announcement<'_> {
        let mut offered = self.offered;
        if self.tls {
            offered = offered.without(CapabilitySet::STLS);
        }
        let mechanisms = self.usable_mechanisms();
        let auth = self.tls || self.auth_without_tls;
        if !auth {
            offered = offered.without(CapabilitySet::USER);
        }
        if !auth || mechanisms.is_empty() {
            offered = offered.without(CapabilitySet::SASL);
        }
        if self.implementation.as_bytes().is_empty() {
            offered = offered.without(CapabilitySet::IMPLEMENTATION);
        }
        Announcement {
            offered,
            mechanisms,
            implementation: self.implementation.as_bytes(),
            expire_days: self.expire_days,
            login_delay: self.login_delay,
        }
    }

    /// Begins the answer to LIST or UIDL of all messages.
    pub(super) fn start_listing(&mut self, unique_ids: bool, transmit: &mut dyn Sink) {
        self.mode = Mode::Listing { unique_ids, next: 1 };
        let (messages, octets) = self.drop_size();
        let numbers: &[(u64, &[u8])] = &[(messages, b" messages ("), (octets, b" octets)\r\n")];
        answer::put_numbers(transmit, b"+OK ", numbers);
    }

    /// How many messages are not marked, and their size.
    pub(super) fn drop_size(&self) -> (u64, u64) {
        (u64::from(self.messages - self.deleted), self.octets.saturating_sub(self.deleted_octets))
    }

    /// Asks about the next message that is not marked, or ends the list.
    pub(super) fn next_listing(
        &mut self,
        unique_ids: bool,
        next: u32,
        transmit: &mut dyn Sink,
        bits: &[u8],
    ) -> Advance {
        let mut number = next;
        while number <= self.messages && marks::is_marked(bits, number) {
            number += 1;
        }
        if number > self.messages {
            self.mode = Mode::Commands;
            transmit.put(b".\r\n");
            return self.drop_bytes(0);
        }
        self.mode = Mode::Listing { unique_ids, next: number + 1 };
        if unique_ids {
            self.ask(Question::UniqueId { number, listed: true }, 0, Event::UniqueId { number })
        } else {
            self.ask(Question::Size { number, listed: true }, 0, Event::Size { number })
        }
    }

    /// The host says how many octets the message has.
    pub(super) fn size(
        &mut self,
        octets: u64,
        transmit: &mut dyn Sink,
        marks: &mut dyn marks::Marks,
    ) -> Result<(), Error> {
        match self.question {
            Some(Question::Size { number, listed }) => {
                self.check_room(transmit)?;
                let numbers: &[(u64, &[u8])] = &[(u64::from(number), b" "), (octets, b"\r\n")];
                answer::put_numbers(transmit, if listed { b"" } else { b"+OK " }, numbers);
            }
            Some(Question::Delete { number }) => {
                self.check_room(transmit)?;
                let most = self.messages.min(self.limits.messages);
                if number <= most && marks::mark(marks.bits_mut(most.div_ceil(8) as usize), number) {
                    self.deleted += 1;
                    self.deleted_octets = self.deleted_octets.saturating_add(octets);
                    answer::put_numbers(transmit, b"+OK message ", &[(u64::from(number), b" deleted\r\n")]);
                } else {
                    self.say(answer::NO_MARK, transmit);
                }
            }
            _ => return Err(Misuse::OutOfOrder.into()),
        }
        self.question = None;
        Ok(())
    }

    /// The host says what the message's unique id is.
    pub(super) fn unique_id(&mut self, unique_id: &str, transmit: &mut dyn Sink) -> Result<(), Error> {
        let Some(Question::UniqueId { number, listed }) = self.question else {
            return Err(Misuse::OutOfOrder.into());
        };
        // RFC 1939 §7: one to 70 characters in the range 0x21 to 0x7E.
        let misfit = unique_id.bytes().position(|byte| !byte.is_ascii_graphic());
        match misfit.or(unique_id.is_empty().then_some(0)) {
            Some(offset) => return Err(Misuse::Syntax { offset: offset as u32 }.into()),
            None if unique_id.len() > UNIQUE_ID_MAX => {
                return Err(Misuse::TooLong { limit: UNIQUE_ID_MAX as u32 }.into());
            }
            None => {}
        }
        self.check_room(transmit)?;
        answer::put_numbers(transmit, if listed { b"" } else { b"+OK " }, &[(u64::from(number), b" ")]);
        transmit.put(unique_id.as_bytes());
        transmit.put(b"\r\n");
        self.question = None;
        Ok(())
    }

    /// Whether there is room for a line.
    fn check_room(&self, transmit: &mut dyn Sink) -> Result<(), Misuse> {
        if transmit.room(answer::ANSWER_ROOM) < answer::ANSWER_ROOM { Err(transmit.no_room()) } else { Ok(()) }
    }
}
