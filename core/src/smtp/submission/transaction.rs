//! One message: what it needs, what is sent of it, what becomes of its recipients.

use super::super::extension::Extensions;
use super::super::extension_set::ExtensionSet;
use super::super::parameter::{BodyType, DeliverByMode, Parameter};
use super::super::path::Path;
use super::super::xtext::Xtext;
use super::event::{Failure, MessageId, Verdict};
use super::options::{Envelope, Recipient};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// What is known of one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Not asked yet, or no answer yet.
    Open,
    /// RCPT was accepted; the message decides.
    Accepted,
    /// The host has been told.
    Settled,
}

/// A message on its way.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) id: MessageId,
    pub(super) envelope: Envelope,
    standings: Vec<Standing>,
    /// How many recipients stand so, by [`Standing`]: asked after every reply, so never counted anew.
    counts: [usize; 3],
    /// No recipient before this one is [`Standing::Accepted`] once verdicts come one by one.
    judged: usize,
    /// What can be known before anything is said is settled.
    pub(super) examined: bool,
    /// Recipients for whom RCPT has been queued or need not be.
    pub(super) asked: usize,
    /// Recipients whose RCPT has been answered.
    pub(super) answered: usize,
    pub(super) mail_queued: bool,
    pub(super) mail_accepted: bool,
    /// DATA has been queued, or the host has been asked for chunks.
    pub(super) data_queued: bool,
    /// The host has passed all of the message.
    pub(super) finished: bool,
    /// The end of the message has been queued.
    pub(super) ended: bool,
    /// The server has refused the sender, or a chunk; what the host still passes is swallowed.
    pub(super) refused: bool,
}

impl Transaction {
    pub(super) fn new(id: MessageId, envelope: Envelope) -> Self {
        let standings = alloc::vec![Standing::Open; envelope.recipients.len()];
        Self {
            id,
            envelope,
            counts: [standings.len(), 0, 0],
            standings,
            judged: 0,
            examined: false,
            asked: 0,
            answered: 0,
            mail_queued: false,
            mail_accepted: false,
            data_queued: false,
            finished: false,
            ended: false,
            refused: false,
        }
    }

    /// How many recipients there are.
    pub(super) fn recipients(&self) -> usize {
        self.standings.len()
    }

    /// What is known of the recipient at `index`.
    pub(super) fn standing(&self, index: usize) -> Option<Standing> {
        self.standings.get(index).copied()
    }

    /// From now on the recipient at `index` stands so.
    pub(super) fn set_standing(&mut self, index: usize, standing: Standing) {
        if let Some(place) = self.standings.get_mut(index) {
            self.counts[*place as usize] -= 1;
            self.counts[standing as usize] += 1;
            *place = standing;
        }
    }

    /// The next recipient without an answer, from `from` on.
    pub(super) fn next_open(&self, from: usize) -> Option<usize> {
        (from..self.standings.len()).find(|index| self.standings[*index] == Standing::Open)
    }

    /// The next recipient for whom RCPT is to be queued.
    pub(super) fn next_to_ask(&self) -> Option<usize> {
        self.next_open(self.asked)
    }

    /// Whether every recipient has been told of.
    pub(super) fn is_settled(&self) -> bool {
        !self.has(Standing::Open) && !self.has(Standing::Accepted)
    }

    pub(super) fn has(&self, standing: Standing) -> bool {
        self.counts[standing as usize] > 0
    }

    /// The accepted recipient that the next verdict of LMTP is about; they come in the order of RCPT
    /// (RFC 2033 §4.2).
    pub(super) fn next_judged(&mut self) -> Option<usize> {
        let found = (self.judged..self.standings.len()).find(|index| self.standings[*index] == Standing::Accepted);
        self.judged = found.unwrap_or(self.standings.len());
        found
    }

    /// Why the whole message cannot be sent to a server with these extensions.
    pub(super) fn obstacle(&self, offered: &Extensions, tls: bool) -> Option<(Verdict, Failure)> {
        let envelope = &self.envelope;
        let mut needed = match envelope.body {
            BodyType::SevenBit => ExtensionSet::NONE,
            BodyType::EightBitMime => ExtensionSet::EIGHT_BIT_MIME,
            BodyType::BinaryMime => ExtensionSet::BINARYMIME | ExtensionSet::CHUNKING,
        };
        if envelope.smtputf8 || !envelope.sender.is_ascii() {
            needed = needed | ExtensionSet::SMTPUTF8;
        }
        if envelope.require_tls {
            needed = needed | ExtensionSet::REQUIRETLS;
        }
        if envelope.hold_for.is_some() {
            needed = needed | ExtensionSet::FUTURERELEASE;
        }
        // Without the extension nobody would keep a deadline whose passing must be returned
        // (RFC 2852 §4.1.4.1); a mere notice may be left out.
        if matches!(envelope.deliver_by, Some((_, DeliverByMode::Return))) {
            needed = needed | ExtensionSet::DELIVERBY;
        }
        let missing = needed.without(offered.set);
        if !missing.is_empty() || envelope.require_tls && !tls {
            return Some((Verdict::Permanent, Failure::NeedsExtension(missing)));
        }
        let too_large = matches!((envelope.size, offered.size), (Some(size), Some(most)) if size > most);
        if too_large {
            return Some((Verdict::Permanent, Failure::TooLarge));
        }
        let sender = Path::from_mailbox(&envelope.sender);
        sender.is_err().then_some((Verdict::Permanent, Failure::BadAddress))
    }

    /// Which recipients cannot be named to a server with these extensions, and why.
    pub(super) fn recipient_obstacles(&self, offered: &Extensions) -> Vec<(usize, Verdict, Failure)> {
        let mut obstacles = Vec::new();
        let mut domains = BTreeSet::new();
        let mut taken = 0;
        for (index, recipient) in self.envelope.recipients.iter().enumerate() {
            let full = |most: Option<u32>, have: usize| most.is_some_and(|most| have >= most as usize);
            let domain = recipient.address.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
            if let Some(failure) = Self::recipient_obstacle(recipient, offered) {
                obstacles.push((index, Verdict::Permanent, failure));
            } else if full(offered.limits.rcpt_max, taken)
                || full(offered.limits.rcpt_domain_max, domains.len()) && !domains.contains(&domain)
            {
                obstacles.push((index, Verdict::Transient, Failure::LimitReached));
            } else {
                taken += 1;
                domains.insert(domain);
            }
        }
        obstacles
    }

    /// Why one recipient cannot be named to a server with these extensions.
    fn recipient_obstacle(recipient: &Recipient, offered: &Extensions) -> Option<Failure> {
        let address = recipient.address.as_str();
        let sound =
            address.eq_ignore_ascii_case("Postmaster") || Path::from_mailbox(address).is_ok_and(|path| !path.is_null());
        if !sound {
            return Some(Failure::BadAddress);
        }
        let missing = !address.is_ascii() && !offered.offers(ExtensionSet::SMTPUTF8);
        missing.then_some(Failure::NeedsExtension(ExtensionSet::SMTPUTF8))
    }

    /// Whether SMTPUTF8 must be said.
    fn is_international(&self) -> bool {
        let address = |recipient: &Recipient| !recipient.address.is_ascii();
        self.envelope.smtputf8 || !self.envelope.sender.is_ascii() || self.envelope.recipients.iter().any(address)
    }

    /// The parameters of MAIL that the server understands and the message wants.
    pub(super) fn mail_parameters(&self, offered: &Extensions) -> Vec<Parameter<'_>> {
        let envelope = &self.envelope;
        let wanted = [
            envelope.size.map(Parameter::Size),
            (envelope.body != BodyType::SevenBit).then_some(Parameter::Body(envelope.body)),
            self.is_international().then_some(Parameter::SmtpUtf8),
            envelope.ret.map(Parameter::Return),
            envelope.envelope_id.as_deref().map(|id| Parameter::EnvelopeId(Xtext::plain(id))),
            envelope.require_tls.then_some(Parameter::RequireTls),
            envelope.deliver_by.map(|(seconds, mode)| Parameter::DeliverBy { seconds, mode, trace: false }),
            envelope.priority.map(Parameter::MtPriority),
            envelope.hold_for.map(Parameter::HoldFor),
        ];
        // What is only a wish is left out where it is not understood.
        wanted.into_iter().flatten().filter(|parameter| offered.offers(parameter.extension())).collect()
    }

    /// The parameters of RCPT for one recipient.
    pub(super) fn rcpt_parameters<'a>(recipient: &'a Recipient, offered: &Extensions) -> Vec<Parameter<'a>> {
        let mut parameters = Vec::new();
        if offered.offers(ExtensionSet::DSN) {
            parameters.extend(recipient.notify.map(Parameter::Notify));
            parameters.extend(recipient.original.as_ref().map(|(address_type, address)| {
                Parameter::OriginalRecipient { address_type, address: Xtext::plain(address) }
            }));
        }
        parameters
    }
}
