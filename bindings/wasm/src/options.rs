//! The options that handles share, in the order of `COMMON` in `npm/lib/layout.js`.

use crate::input::Numbers;
use mailproto::smtp::{LineEnds, Protocol};
use mailproto::{Anomalies, Leniency, Limits};

/// What every handle can be told.
pub(crate) struct Common {
    pub(crate) protocol: Protocol,
    pub(crate) line_ends: Option<LineEnds>,
    pub(crate) leniency: Leniency,
    pub(crate) limits: Limits,
}

impl Common {
    pub(crate) fn read(numbers: &mut Numbers<'_>) -> Self {
        let protocol = if numbers.flag() { Protocol::Lmtp } else { Protocol::Smtp };
        let line_ends = numbers.next().map(|number| match number as u32 {
            0 => LineEnds::Refuse,
            _ => LineEnds::Canonicalise,
        });
        let leniency =
            numbers.next().map_or(Leniency::default(), |bits| Leniency::STRICT.with(Anomalies::from_bits(bits as u32)));
        Self { protocol, line_ends, leniency, limits: limits(numbers) }
    }
}

fn limits(numbers: &mut Numbers<'_>) -> Limits {
    let mut limits = Limits::default();
    numbers.count(&mut limits.command_line);
    numbers.count(&mut limits.sasl_line);
    numbers.count(&mut limits.reply);
    numbers.count(&mut limits.recipients);
    if let Some(message) = numbers.next() {
        limits.message = message as u64;
    }
    numbers.small(&mut limits.bad_commands);
    numbers.small(&mut limits.failed_auth);
    numbers.small(&mut limits.sasl_rounds);
    numbers.small(&mut limits.queued_commands);
    numbers.count(&mut limits.receive_buffer);
    numbers.count(&mut limits.transmit_buffer);
    limits
}

/// The client's timeouts, for both who have them.
#[cfg(any(feature = "smtp-client", feature = "submission"))]
pub(crate) fn client_timeouts(numbers: &mut Numbers<'_>) -> mailproto::smtp::ClientTimeouts {
    let mut timeouts = mailproto::smtp::ClientTimeouts::default();
    numbers.small(&mut timeouts.greeting);
    numbers.small(&mut timeouts.reply);
    numbers.small(&mut timeouts.data_start);
    numbers.small(&mut timeouts.data_block);
    numbers.small(&mut timeouts.data_end);
    timeouts
}
