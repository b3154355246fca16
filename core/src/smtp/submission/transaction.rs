//! One message: what it needs, what is sent of it, what becomes of its recipients.

use super::super::extension::Extensions;
use super::super::extension_set::ExtensionSet;
use super::super::parameter::{BodyType, DeliverByMode, Parameter};
use super::super::path::Path;
use super::super::xtext::Xtext;
use super::event::{Failure, MessageId, Verdict};
use super::options::{Envelope, Recipient};
use alloc::collections::TryReserveError;
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
    pub(super) fn new(id: MessageId, envelope: Envelope) -> Result<Self, TryReserveError> {
        let mut standings = Vec::new();
        standings.try_reserve_exact(envelope.recipients.len())?;
        standings.resize(envelope.recipients.len(), Standing::Open);
        Ok(Self {
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
        })
    }

    /// The most that the host can be told of it: each recipient, that the content is wanted, the end.
    pub(super) fn notices(&self) -> usize {
        self.standings.len() + 2
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

    /// Why the recipient at `index` cannot be named to a server with these extensions, behind those
    /// that have taken their place in `room`.
    pub(super) fn recipient_obstacle(
        &self,
        index: usize,
        offered: &Extensions,
        room: &mut Room,
    ) -> Option<(Verdict, Failure)> {
        let address = self.envelope.recipients.get(index)?.address.as_str();
        let sound =
            address.eq_ignore_ascii_case("Postmaster") || Path::from_mailbox(address).is_ok_and(|path| !path.is_null());
        if !sound {
            return Some((Verdict::Permanent, Failure::BadAddress));
        }
        if !address.is_ascii() && !offered.offers(ExtensionSet::SMTPUTF8) {
            return Some((Verdict::Permanent, Failure::NeedsExtension(ExtensionSet::SMTPUTF8)));
        }
        let taken = room.take(index, &self.envelope.recipients, offered);
        (!taken).then_some((Verdict::Transient, Failure::LimitReached))
    }

    /// Whether SMTPUTF8 must be said.
    fn is_international(&self) -> bool {
        let address = |recipient: &Recipient| !recipient.address.is_ascii();
        self.envelope.smtputf8 || !self.envelope.sender.is_ascii() || self.envelope.recipients.iter().any(address)
    }

    /// The parameters of MAIL that the server understands and the message wants.
    pub(super) fn mail_parameters(&self, offered: &Extensions) -> Chosen<'_, 9> {
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
        Chosen::of(wanted, |parameter| offered.offers(parameter.extension()))
    }

    /// The parameters of RCPT for one recipient.
    pub(super) fn rcpt_parameters<'a>(recipient: &'a Recipient, offered: &Extensions) -> Chosen<'a, 2> {
        let original = recipient.original.as_ref().map(|(address_type, address)| Parameter::OriginalRecipient {
            address_type,
            address: Xtext::plain(address),
        });
        Chosen::of([recipient.notify.map(Parameter::Notify), original], |_| offered.offers(ExtensionSet::DSN))
    }
}

/// The place that a server has for recipients in one transaction (RFC 9422 §4).
#[derive(Debug, Default)]
pub(super) struct Room {
    taken: usize,
    /// The first recipient at each domain, in the order of the domains; kept only where their number
    /// is limited.
    domains: Vec<usize>,
}

impl Room {
    /// Takes a place for the recipient at `index`; whether there was one.
    fn take(&mut self, index: usize, recipients: &[Recipient], offered: &Extensions) -> bool {
        let full = |most: Option<u32>, have: usize| most.is_some_and(|most| have >= most as usize);
        if full(offered.limits.rcpt_max, self.taken) {
            return false;
        }
        if offered.limits.rcpt_domain_max.is_some() {
            let domain = |index: usize| {
                let address = recipients.get(index).map_or("", |recipient| recipient.address.as_str());
                address.rsplit('@').next().unwrap_or_default().bytes().map(|byte| byte.to_ascii_lowercase())
            };
            if let Err(place) = self.domains.binary_search_by(|known| domain(*known).cmp(domain(index))) {
                // A domain that cannot be kept for want of memory has its turn later, too.
                if full(offered.limits.rcpt_domain_max, self.domains.len()) || self.domains.try_reserve(1).is_err() {
                    return false;
                }
                self.domains.insert(place, index);
            }
        }
        self.taken += 1;
        true
    }
}

/// Parameters that are sent, at most `MOST`, without an allocation.
pub(super) struct Chosen<'a, const MOST: usize> {
    parameters: [Parameter<'a>; MOST],
    count: usize,
}

impl<'a, const MOST: usize> Chosen<'a, MOST> {
    fn of(wanted: [Option<Parameter<'a>>; MOST], fits: impl Fn(&Parameter<'a>) -> bool) -> Self {
        let mut chosen = Self { parameters: [Parameter::SmtpUtf8; MOST], count: 0 };
        let sent = wanted.into_iter().flatten().filter(fits);
        for (place, parameter) in chosen.parameters.iter_mut().zip(sent) {
            *place = parameter;
            chosen.count += 1;
        }
        chosen
    }

    pub(super) fn as_slice(&self) -> &[Parameter<'a>] {
        self.parameters.get(..self.count).unwrap_or_default()
    }
}
