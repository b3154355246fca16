//! Commands that wait for their replies, and the rules about which may be sent together.

use crate::endpoint::CommandId;
use crate::limits::Limits;

/// How many commands fit.
const CAPACITY: usize = Limits::MAX_QUEUED_COMMANDS as usize;

/// What a protocol says about its commands.
pub(crate) trait Waits: Copy {
    /// Stands where there is no command; all of it zeros, which any machine can lay out cheaply.
    const NONE: Self;

    /// Whether other commands may be sent before this one's reply has come, where the server takes
    /// several at a time.
    fn may_be_followed(self) -> bool;
}

/// One command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending<V> {
    pub(crate) verb: V,
    /// Bytes of it in the transmit buffer that may not be sent yet.
    pub(crate) held: u16,
}

/// First in, first out; the first `released` commands may be sent or have been.
#[derive(Debug)]
pub(crate) struct Queue<V> {
    commands: [Pending<V>; CAPACITY],
    first: u8,
    count: u8,
    released: u8,
    /// The number of the first command.
    first_id: u32,
}

impl<V: Waits> Queue<V> {
    /// All of it zeros, which any machine can lay out cheaply.
    pub(crate) const EMPTY: Self =
        Self { commands: [Pending { verb: V::NONE, held: 0 }; CAPACITY], first: 0, count: 0, released: 0, first_id: 0 };

    pub(crate) fn len(&self) -> usize {
        usize::from(self.count)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn place(&self, index: u8) -> usize {
        (usize::from(self.first) + usize::from(index)) % CAPACITY
    }

    /// Adds a command; the caller has made sure that there is room.
    pub(crate) fn push(&mut self, verb: V, held: u16) -> CommandId {
        let place = self.place(self.count);
        self.commands[place] = Pending { verb, held };
        self.count += 1;
        CommandId(self.first_id.wrapping_add(u32::from(self.count) - 1))
    }

    pub(crate) fn front(&self) -> Option<(CommandId, V)> {
        (self.released > 0).then(|| (CommandId(self.first_id), self.commands[self.place(0)].verb))
    }

    pub(crate) fn set_front(&mut self, verb: V) {
        let place = self.place(0);
        self.commands[place].verb = verb;
    }

    pub(crate) fn pop(&mut self) {
        if self.released > 0 {
            self.first = self.place(1) as u8;
            self.count -= 1;
            self.released -= 1;
            self.first_id = self.first_id.wrapping_add(1);
        }
    }

    /// The last command, if it still waits to be released.
    pub(crate) fn last_held(&mut self) -> Option<&mut Pending<V>> {
        if self.count == self.released {
            return None;
        }
        let place = self.place(self.count - 1);
        self.commands.get_mut(place)
    }

    /// Releases every command that may be sent now; returns their bytes.
    pub(crate) fn release(&mut self, pipelining: bool) -> usize {
        let mut bytes = 0;
        while self.released < self.count {
            // With PIPELINING, whatever does not change what comes after it may be in flight. Without
            // it, nothing may.
            let in_flight = (0..self.released).map(|index| self.commands[self.place(index)].verb);
            if !in_flight.into_iter().all(|verb| pipelining && verb.may_be_followed()) {
                break;
            }
            bytes += usize::from(self.commands[self.place(self.released)].held);
            self.released += 1;
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    enum Verb {
        Mail,
        Data,
    }

    impl Waits for Verb {
        const NONE: Self = Self::Mail;

        fn may_be_followed(self) -> bool {
            matches!(self, Self::Mail)
        }
    }

    #[test]
    fn a_group_ends_with_the_first_command_that_may_not_be_followed() {
        let mut queue = Queue::EMPTY;
        for verb in [Verb::Mail, Verb::Mail, Verb::Mail, Verb::Data, Verb::Mail] {
            queue.push(verb, 10);
        }
        assert_eq!(queue.release(true), 40);
        assert_eq!(queue.release(true), 0);
        (0..4).for_each(|_| queue.pop());
        assert_eq!(queue.release(true), 10);
    }

    #[test]
    fn without_pipelining_commands_go_one_by_one() {
        let mut queue = Queue::EMPTY;
        queue.push(Verb::Mail, 10);
        queue.push(Verb::Mail, 11);
        assert_eq!(queue.release(false), 10);
        assert_eq!(queue.release(false), 0);
        queue.pop();
        assert_eq!(queue.release(false), 11);
    }
}
