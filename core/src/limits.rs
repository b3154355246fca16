//! Every bound in one place: nothing a peer sends makes an endpoint grow beyond these.

/// The bounds of one endpoint.
///
/// The defaults are generous to correct peers and small enough to hold thousands of sessions. Each
/// field names the RFC that sets the least value a conforming endpoint must allow.
///
/// ```
/// use mailproto::Limits;
/// let limits = Limits { recipients: 10, ..Limits::default() };
/// assert_eq!(limits.command_line, 2_048);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in a command line with its CR LF. RFC 5321 §4.5.3.1.4: at least 512, and more for each
    /// extension's parameters. RFC 2449 §4: at least 255, which is what a POP3 server has by default.
    pub command_line: u32,
    /// Bytes in a line of a SASL exchange with its CR LF. RFC 4954 §4.5: at least 12288.
    pub sasl_line: u32,
    /// Bytes in a whole reply, all its lines. RFC 5321 §4.5.3.1.5: at least 512 for each line.
    pub reply: u32,
    /// Recipients in one transaction. RFC 5321 §4.5.3.1.8: at least 100.
    pub recipients: u32,
    /// Bytes in one message as the receiver counts them (RFC 1870 §3); RFC 5321 §4.5.3.1.7: at
    /// least 65536.
    pub message: u64,
    /// Messages of a maildrop that a POP3 server can mark as deleted in one session, in one bit each.
    /// What lies beyond can be read and listed, and marked in a later session.
    pub messages: u32,
    /// Commands that were refused for their syntax or order before the connection is ended with 421.
    pub bad_commands: u16,
    /// Failed AUTH exchanges before the connection is ended with 421.
    pub failed_auth: u16,
    /// Challenges in one SASL exchange.
    pub sasl_rounds: u16,
    /// Commands that wait for a reply, sent or not; at most [`Limits::MAX_QUEUED_COMMANDS`].
    pub queued_commands: u16,
    /// Fields in one header of a message. What lies beyond is passed over and noted.
    pub header_fields: u32,
    /// Bytes of one header field that a streaming reader gives, and that the structure of a message is read
    /// from. RFC 5322 §2.1.1: at least 998 in a line, and there may be any number of lines.
    pub header_field: u32,
    /// Parts in one message, with the message itself and those inside messages within it. What follows
    /// belongs to the last one.
    pub parts: u32,
    /// Parts that are open inside each other; at most [`Limits::MAX_NESTING`]. The deepest has no structure.
    pub nesting: u16,
    /// Bytes that a [`Heap`](crate::Heap) receive buffer may hold.
    pub receive_buffer: u32,
    /// Bytes that a [`Heap`](crate::Heap) transmit buffer may hold.
    pub transmit_buffer: u32,
}

impl Limits {
    /// The most commands that can be queued in one endpoint, whatever the limit says.
    pub const MAX_QUEUED_COMMANDS: u16 = 32;

    /// The deepest nesting of the parts of a message, whatever the limit says.
    pub const MAX_NESTING: u16 = if cfg!(feature = "small") { 8 } else { 32 };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            command_line: 2_048,
            sasl_line: 12_288,
            reply: 16_384,
            recipients: 1_000,
            message: 64 << 20,
            messages: 1 << 20,
            bad_commands: 20,
            failed_auth: 3,
            sasl_rounds: 8,
            queued_commands: Self::MAX_QUEUED_COMMANDS,
            header_fields: 2_000,
            header_field: 16_384,
            parts: 10_000,
            nesting: Self::MAX_NESTING,
            receive_buffer: 16_384,
            transmit_buffer: 16_384,
        }
    }
}
