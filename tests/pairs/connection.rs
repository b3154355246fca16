//! Two endpoints and what is on its way between them.

use crate::chance::Chance;
use mailproto::{Endpoint, Instant};
use std::collections::VecDeque;

/// One direction: bytes with the moment at which each piece arrives.
#[derive(Default)]
struct Way {
    pieces: VecDeque<(u64, Vec<u8>)>,
    /// Bytes that arrive at most, before the line breaks.
    breaks_after: Option<usize>,
    arrived: usize,
    /// The end of it has arrived.
    ended: bool,
}

/// How rough the line is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roughness {
    /// The largest piece that is sent at a time.
    pub(crate) transmit: usize,
    /// The largest piece that arrives at a time.
    pub(crate) cut: usize,
    /// The longest delay of a piece, in milliseconds.
    pub(crate) delay: usize,
}

impl Roughness {
    pub(crate) const SMOOTH: Self = Self { transmit: usize::MAX, cut: usize::MAX, delay: 0 };

    pub(crate) fn of(chance: &mut Chance) -> Self {
        Self {
            transmit: chance.of(&[1, 2, 3, 7, 64, 100_000]),
            cut: chance.of(&[1, 2, 5, 40, 100_000]),
            delay: chance.of(&[0, 10, 900]),
        }
    }
}

/// A client and a server joined by a line.
pub(crate) struct Connection<C, S> {
    pub(crate) client: C,
    pub(crate) server: S,
    pub(crate) now: u64,
    chance: Chance,
    roughness: Roughness,
    to_server: Way,
    to_client: Way,
    /// What has been sent each way.
    pub(crate) client_said: Vec<u8>,
    pub(crate) server_said: Vec<u8>,
}

/// A host that serves one endpoint of the pair.
pub(crate) trait Host {
    type Endpoint: Endpoint;

    fn endpoint(&mut self) -> &mut Self::Endpoint;

    /// Takes events and acts on them; whether anything was done.
    fn work(&mut self, now: u64) -> bool;

    /// When it wants to be asked again though nothing arrives.
    fn wakes_at(&self) -> Option<u64>;
}

impl<C: Host, S: Host> Connection<C, S> {
    pub(crate) fn new(client: C, server: S, roughness: Roughness, chance: Chance) -> Self {
        Self {
            client,
            server,
            now: 0,
            chance,
            roughness,
            to_server: Way::default(),
            to_client: Way::default(),
            client_said: Vec::new(),
            server_said: Vec::new(),
        }
    }

    /// The line to the server breaks after so many bytes.
    pub(crate) fn break_to_server(&mut self, after: usize) {
        self.to_server.breaks_after = Some(after);
    }

    /// The line to the client breaks after so many bytes.
    pub(crate) fn break_to_client(&mut self, after: usize) {
        self.to_client.breaks_after = Some(after);
    }

    /// Runs until both ends are closed.
    pub(crate) fn run(&mut self) {
        self.run_until(|connection| {
            connection.client.endpoint().is_closed() && connection.server.endpoint().is_closed()
        });
    }

    /// Runs until the client's end is closed; the server may wait for ever.
    pub(crate) fn run_client(&mut self) {
        self.run_until(|connection| connection.client.endpoint().is_closed());
    }

    fn run_until(&mut self, is_over: impl Fn(&mut Self) -> bool) {
        for _ in 0..2_000_000 {
            self.tell_time();
            let mut moved = self.client.work(self.now);
            moved |= self.server.work(self.now);
            let Self { client, server, now, chance, roughness, to_server, to_client, client_said, server_said } = self;
            moved |= to_server.carry(client.endpoint(), server.endpoint(), *now, *roughness, chance, client_said);
            moved |= to_client.carry(server.endpoint(), client.endpoint(), *now, *roughness, chance, server_said);
            if moved {
                continue;
            }
            if is_over(self) {
                return;
            }
            self.wait();
        }
        panic!("no end");
    }

    /// Lets time pass until something is due.
    fn wait(&mut self) {
        let due = |way: &Way| way.pieces.front().map(|(at, _)| *at);
        let timeout = |timeout: Option<mailproto::Timeout>| timeout.map(|timeout| timeout.at.as_millis());
        let times = [
            due(&self.to_server),
            due(&self.to_client),
            self.client.wakes_at(),
            self.server.wakes_at(),
            timeout(self.client.endpoint().next_timeout()),
            timeout(self.server.endpoint().next_timeout()),
        ];
        let next = times.into_iter().flatten().filter(|at| *at > self.now).min();
        self.now = next.unwrap_or_else(|| panic!("both wait for each other at {} ms", self.now));
    }

    fn tell_time(&mut self) {
        self.client.endpoint().handle_time(Instant::from_millis(self.now));
        self.server.endpoint().handle_time(Instant::from_millis(self.now));
    }
}

impl Way {
    /// Takes from one end, brings to the other; whether anything moved.
    fn carry(
        &mut self,
        from: &mut impl Endpoint,
        to: &mut impl Endpoint,
        now: u64,
        roughness: Roughness,
        chance: &mut Chance,
        said: &mut Vec<u8>,
    ) -> bool {
        let mut moved = false;
        while from.wants_write() {
            let waiting = from.transmit();
            let count = waiting.len().min(1 + chance.below(roughness.transmit));
            let arrives = self.pieces.back().map_or(now, |(at, _)| *at).max(now + chance.below(roughness.delay) as u64);
            said.extend_from_slice(&waiting[..count]);
            self.pieces.push_back((arrives, waiting[..count].to_vec()));
            from.transmitted(count);
            moved = true;
        }
        if let Some((_, piece)) = self.pieces.front_mut().filter(|(at, _)| *at <= now) {
            let left = self.breaks_after.map_or(usize::MAX, |most| most - self.arrived);
            let count = piece.len().min(1 + chance.below(roughness.cut)).min(left);
            let taken = to.receive(&piece[..count]);
            self.arrived += taken;
            piece.drain(..taken);
            if piece.is_empty() {
                self.pieces.pop_front();
            }
            moved |= taken > 0;
            if taken == 0 && !to.wants_read() {
                // A closed end reads no more; what still comes is lost.
                self.pieces.clear();
            }
        }
        let broken = self.breaks_after == Some(self.arrived);
        if (broken || from.is_closed() && self.pieces.is_empty()) && !self.ended {
            self.ended = true;
            self.pieces.clear();
            to.receive_eof();
            return true;
        }
        if broken {
            self.pieces.clear();
        }
        moved
    }
}
