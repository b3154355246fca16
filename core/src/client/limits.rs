//! The bounds that a client asks for again and again. It keeps these and not all of [`Limits`], so that an
//! idle session stays small.

use crate::limits::Limits;

/// What the fields of the same names in [`Limits`] say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientLimits {
    pub(crate) command_line: u32,
    pub(crate) sasl_line: u32,
    pub(crate) reply: u32,
    pub(crate) sasl_rounds: u16,
    pub(crate) queued_commands: u16,
}

impl From<Limits> for ClientLimits {
    fn from(limits: Limits) -> Self {
        let Limits { command_line, sasl_line, reply, sasl_rounds, queued_commands, .. } = limits;
        Self { command_line, sasl_line, reply, sasl_rounds, queued_commands }
    }
}
