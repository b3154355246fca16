//! What to send, to whom, and on what terms.

use super::super::client::{ClientOptions, ClientTimeouts};
use super::super::parameter::{BodyType, DeliverByMode, Notify, Return};
use super::super::{LineEnds, Protocol};
use crate::client::TlsPolicy;
use crate::leniency::Leniency;
use crate::limits::Limits;
use crate::sasl::Account;
use alloc::string::String;
use alloc::vec::Vec;

/// The terms of one connection.
#[derive(Clone, Debug)]
pub struct SubmissionOptions {
    /// What EHLO says this host is: a domain or an address literal such as `[192.0.2.1]`.
    pub name: String,
    /// SMTP or LMTP.
    pub protocol: Protocol,
    /// Whether TLS is wanted, and what happens if it cannot be had.
    pub tls: TlsPolicy,
    /// Whom to log in as; if this is set, nothing is sent without having logged in.
    pub login: Option<Account>,
    /// Send messages by BDAT where CHUNKING is offered, not only where the message needs it.
    pub chunking: bool,
    /// What happens to bare CR and LF in a message that goes by DATA.
    pub line_ends: LineEnds,
    /// The bounds.
    pub limits: Limits,
    /// What is tolerated in replies.
    pub leniency: Leniency,
    /// How long the server may take.
    pub timeouts: ClientTimeouts,
}

impl SubmissionOptions {
    /// The usual terms for a host of this name: TLS if it can be had, no login, DATA, line ends
    /// made canonical.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            protocol: Protocol::Smtp,
            tls: TlsPolicy::Opportunistic,
            login: None,
            chunking: false,
            line_ends: LineEnds::Canonicalise,
            limits: Limits::default(),
            leniency: Leniency::default(),
            timeouts: ClientTimeouts::default(),
        }
    }

    pub(super) fn client(&self) -> ClientOptions {
        ClientOptions {
            protocol: self.protocol,
            line_ends: self.line_ends,
            limits: self.limits,
            leniency: self.leniency,
            timeouts: self.timeouts,
        }
    }
}

/// One message's envelope, and what its content asks of the server.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    /// The sender's mailbox; empty for reports.
    pub sender: String,
    /// To whom.
    pub recipients: Vec<Recipient>,
    /// What the content is made of: the choice of 8BITMIME and BINARYMIME follows from it.
    pub body: BodyType,
    /// The content has UTF-8 in its headers. Addresses are looked at without being told.
    pub smtputf8: bool,
    /// Bytes of the message, if known: a server that takes less refuses it before it is sent.
    pub size: Option<u64>,
    /// What a report shall quote (RFC 3461), where DSN is offered.
    pub ret: Option<Return>,
    /// The sender's name for this envelope (RFC 3461), where DSN is offered.
    pub envelope_id: Option<String>,
    /// Refuse rather than pass on without TLS (RFC 8689).
    pub require_tls: bool,
    /// A deadline in seconds (RFC 2852).
    pub deliver_by: Option<(i64, DeliverByMode)>,
    /// -9 to 9 (RFC 6710), where it is offered.
    pub priority: Option<i8>,
    /// Hold for so many seconds (RFC 4865).
    pub hold_for: Option<u32>,
}

impl Envelope {
    /// A message from `sender` to `recipients`, of ASCII lines.
    pub fn new<'a>(sender: &str, recipients: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            sender: sender.into(),
            recipients: recipients.into_iter().map(Recipient::new).collect(),
            ..Self::default()
        }
    }
}

/// One recipient.
#[derive(Clone, Debug, Default)]
pub struct Recipient {
    /// The mailbox.
    pub address: String,
    /// When to report (RFC 3461), where DSN is offered.
    pub notify: Option<Notify>,
    /// Type and address of the recipient as first named (RFC 3461), where DSN is offered.
    pub original: Option<(String, String)>,
}

impl Recipient {
    /// A recipient without wishes.
    pub fn new(address: &str) -> Self {
        Self { address: address.into(), ..Self::default() }
    }
}
