//! The options that handles of every protocol share, in the order of `COMMON` in `npm/lib/layout.js`.

use crate::arguments::Numbers;
use mailproto::{Anomalies, Leniency, Limits};

/// What every handle can be told.
pub(crate) struct Common {
    pub(crate) leniency: Leniency,
    pub(crate) limits: Limits,
}

impl Common {
    /// Reads them; `limits` holds the defaults.
    pub(crate) fn read(numbers: &mut Numbers<'_>, mut limits: Limits) -> Self {
        let leniency =
            numbers.next().map_or(Leniency::default(), |bits| Leniency::STRICT.with(Anomalies::from_bits(bits as u32)));
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
        Self { leniency, limits }
    }
}

/// Whether TLS is wanted, in the order of `TLS` in `npm/lib/layout.js`.
#[cfg(any(feature = "submission", feature = "download"))]
macro_rules! tls_policy {
    ($policy:path, $numbers:expr) => {{
        use $policy as Policy;
        match $numbers.choice() {
            0 => Policy::Opportunistic,
            1 => Policy::None,
            2 => Policy::Required,
            _ => Policy::Implicit,
        }
    }};
}
