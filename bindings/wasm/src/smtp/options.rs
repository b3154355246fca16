//! The options that handles of SMTP share, in the order of `SMTP` in `npm/lib/layout.js`.

use crate::arguments::Numbers;
use crate::options::Common;
use mailproto::smtp::{LineEnds, Protocol};
use mailproto::{Leniency, Limits};

/// What every handle of SMTP can be told.
pub(crate) struct Shared {
    pub(crate) protocol: Protocol,
    pub(crate) line_ends: Option<LineEnds>,
    pub(crate) leniency: Leniency,
    pub(crate) limits: Limits,
}

impl Shared {
    pub(crate) fn read(numbers: &mut Numbers<'_>) -> Self {
        let protocol = if numbers.flag() { Protocol::Lmtp } else { Protocol::Smtp };
        let line_ends = numbers.next().map(|number| match number as u32 {
            0 => LineEnds::Refuse,
            _ => LineEnds::Canonicalise,
        });
        let Common { leniency, limits } = Common::read(numbers, Limits::default());
        Self { protocol, line_ends, leniency, limits }
    }
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
