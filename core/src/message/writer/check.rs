//! What is looked at before anything is written: nothing in a draft may end a line, or say anything else
//! than its place means.

use super::boundary::Boundary;
use super::content::{Encoding, Scan, choose};
use super::draft::{Draft, Field, Mailbox, Recipient, Value};
use super::field::{LONGEST_NAME, LONGEST_TYPE, bare_id};
use super::options::{Target, WriterOptions};
use super::parameter::{self, is_token};
use super::part::{Content, Part};
use super::text::next_word;
use super::walk::{DEPTH, Down, Walk};
use crate::error::Misuse;
use crate::message::header::is_space;
use crate::slice::after;
use crate::text::{ATEXT, LABEL, check_no_control, is};
use memchr::{memmem, memrchr};

/// The longest thing that cannot be folded: with what stands around it, less than the 998 characters of
/// a line (RFC 5322 §2.1.1).
const LONGEST_WORD: usize = 900;
/// Other nonces that are tried where a message inside the message has the boundary of the first.
const NONCES: u64 = 16;

/// What was found out about a draft.
#[derive(Clone, Copy, Debug)]
pub(super) struct Survey {
    /// Some content has bytes beyond ASCII as they are.
    pub(super) eight_bit: bool,
    /// The nonce of the boundaries.
    pub(super) nonce: u64,
}

/// Looks at everything in the draft.
pub(super) fn check<'a>(draft: &'a Draft<'a>, options: &WriterOptions) -> Result<Survey, Misuse> {
    let rules = Rules { target: options.target };
    let mut survey = Survey { eight_bit: false, nonce: options.nonce };
    for list in [draft.from, draft.sender, draft.reply_to, draft.to, draft.cc, draft.bcc] {
        rules.addresses(list)?;
    }
    check_no_control(draft.subject.as_bytes())?;
    if !draft.message_id.is_empty() {
        rules.id(draft.message_id)?;
    }
    draft.in_reply_to.iter().chain(draft.references).try_for_each(|id| rules.id(id))?;
    rules.fields(draft.fields)?;
    let mut tries = 0;
    let mut walk = Walk::new(draft);
    loop {
        let part = walk.node().part(draft);
        rules.part(&part)?;
        survey.eight_bit |= options.target != Target::SevenBit
            && choose(&part, options.target, options.flowed).encoding == Encoding::EightBit;
        if holds_boundary(&part, survey.nonce) {
            // From the start again: all of them must be free of the next one.
            tries += 1;
            if tries > NONCES {
                return Err(Misuse::Syntax { offset: 0 });
            }
            survey.nonce = survey.nonce.wrapping_add(1);
            walk = Walk::new(draft);
            continue;
        }
        if !next(&mut walk, draft)? {
            return Ok(survey);
        }
    }
}

/// Goes to the next part, in the order they are written; whether there is one.
fn next<'a>(walk: &mut Walk<'a>, draft: &'a Draft<'a>) -> Result<bool, Misuse> {
    loop {
        match walk.down(draft) {
            Down::Child => return Ok(true),
            Down::TooDeep => return Err(Misuse::TooLong { limit: DEPTH as u32 }),
            Down::NoMore if walk.up() => {}
            Down::NoMore => return Ok(false),
        }
    }
}

/// Whether a message inside the message has such a boundary itself.
fn holds_boundary(part: &Part<'_>, nonce: u64) -> bool {
    match part.content {
        Content::Bytes(bytes) if part.is_kind("message/") => memmem::find(bytes, &Boundary::stem(nonce)).is_some(),
        _ => false,
    }
}

struct Rules {
    target: Target,
}

impl Rules {
    /// Refuses what is beyond ASCII and cannot be encoded where it stands.
    fn characters(&self, text: &str) -> Result<(), Misuse> {
        if self.target != Target::Utf8 && !text.is_ascii() { Err(Misuse::NotOffered) } else { Ok(()) }
    }

    fn addresses(&self, list: &[Recipient<'_>]) -> Result<(), Misuse> {
        list.iter().try_for_each(|recipient| match recipient {
            Recipient::Mailbox(mailbox) => self.mailbox(mailbox),
            Recipient::Group { name: "", .. } => Err(Misuse::Syntax { offset: 0 }),
            Recipient::Group { name, members } => {
                check_no_control(name.as_bytes())?;
                members.iter().try_for_each(|mailbox| self.mailbox(mailbox))
            }
        })
    }

    fn mailbox(&self, mailbox: &Mailbox<'_>) -> Result<(), Misuse> {
        check_no_control(mailbox.name.as_bytes())?;
        let address = mailbox.address;
        self.characters(address)?;
        check_word(address)?;
        match misfit(address.as_bytes()) {
            Some(offset) => Err(Misuse::Syntax { offset: offset as u32 }),
            None => Ok(()),
        }
    }

    fn id(&self, id: &str) -> Result<(), Misuse> {
        self.characters(id)?;
        check_word(id)?;
        match bare_id(id).bytes().position(|byte| byte <= b' ' || matches!(byte, b'<' | b'>' | 127)) {
            Some(offset) => Err(Misuse::Syntax { offset: offset as u32 }),
            None if bare_id(id).is_empty() => Err(Misuse::Syntax { offset: 0 }),
            None => Ok(()),
        }
    }

    fn fields(&self, fields: &[Field<'_>]) -> Result<(), Misuse> {
        fields.iter().try_for_each(|field| {
            check_name(field.name)?;
            match field.value {
                Value::Text(text) => check_no_control(text.as_bytes()),
                Value::Structured(value) => self.structured(value),
                Value::Addresses(list) => self.addresses(list),
                Value::Ids(ids) => ids.iter().try_for_each(|id| self.id(id)),
                Value::Date(_) => Ok(()),
            }
        })
    }

    fn structured(&self, value: &str) -> Result<(), Misuse> {
        self.characters(value)?;
        let bytes = value.as_bytes();
        check_no_control(bytes)?;
        if let Some(offset) = bytes.iter().position(|byte| byte.is_ascii_control() && !is_space(*byte)) {
            return Err(Misuse::Syntax { offset: offset as u32 });
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let word = next_word(rest, 0);
            check_length(word.len(), LONGEST_WORD)?;
            rest = after(rest, word.len());
        }
        Ok(())
    }

    fn part(&self, part: &Part<'_>) -> Result<(), Misuse> {
        check_type(part)?;
        for (name, value) in part.parameters {
            check_no_control(value.as_bytes())?;
            check_no_control(name.as_bytes())?;
            check_length(name.len(), parameter::LONGEST_NAME)?;
            if !is_token(name) {
                return Err(Misuse::Syntax { offset: 0 });
            }
            let comes_by_itself = name.eq_ignore_ascii_case("boundary")
                || name.eq_ignore_ascii_case("charset") && matches!(part.content, Content::Text(_));
            if comes_by_itself {
                return Err(Misuse::OutOfOrder);
            }
        }
        check_no_control(part.file_name.as_bytes())?;
        check_no_control(part.description.as_bytes())?;
        if !part.id.is_empty() {
            self.id(part.id)?;
        }
        self.fields(part.fields)?;
        match part.content {
            Content::Bytes(bytes) if part.is_kind("message/") && !Scan::of(bytes, false).fits(self.target) => {
                Err(Misuse::NotOffered)
            }
            // It may not be encoded, and nobody has seen whether it must be.
            Content::Streamed(_) if part.is_kind("message/") => Err(Misuse::NotOffered),
            _ => Ok(()),
        }
    }
}

fn check_length(length: usize, limit: usize) -> Result<(), Misuse> {
    if length > limit { Err(Misuse::TooLong { limit: limit as u32 }) } else { Ok(()) }
}

/// Refuses what ends a line, and what is too long for one.
fn check_word(word: &str) -> Result<(), Misuse> {
    check_no_control(word.as_bytes())?;
    check_length(word.len(), LONGEST_WORD)
}

/// ```abnf
/// field-name = 1*ftext
/// ftext      = %d33-57 / %d59-126
/// ```
/// RFC 5322 §3.6.8. Not what is written by itself, and nothing that a boundary could be seen in.
fn check_name(name: &str) -> Result<(), Misuse> {
    const OURS: [&str; 3] = ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"];
    check_no_control(name.as_bytes())?;
    check_length(name.len(), LONGEST_NAME)?;
    if OURS.iter().any(|ours| ours.eq_ignore_ascii_case(name)) {
        return Err(Misuse::OutOfOrder);
    }
    match name.bytes().position(|byte| !byte.is_ascii_graphic() || byte == b':') {
        Some(offset) => Err(Misuse::Syntax { offset: offset as u32 }),
        None if name.is_empty() || name.starts_with("--") => Err(Misuse::Syntax { offset: 0 }),
        None => Ok(()),
    }
}

/// Refuses a type that is none (RFC 2045 §5.1), and one that does not fit the content.
fn check_type(part: &Part<'_>) -> Result<(), Misuse> {
    let media_type = part.media_type;
    check_no_control(media_type.as_bytes())?;
    check_length(media_type.len(), LONGEST_TYPE)?;
    let Some((kind, subtype)) = media_type.split_once('/') else { return Err(Misuse::Syntax { offset: 0 }) };
    if !is_token(kind) || !is_token(subtype) {
        return Err(Misuse::Syntax { offset: 0 });
    }
    let has_parts = matches!(part.content, Content::Parts(_));
    let text_elsewhere = matches!(part.content, Content::Text(_)) && !part.is_kind("text/");
    if part.is_kind("multipart/") != has_parts || text_elsewhere { Err(Misuse::Syntax { offset: 0 }) } else { Ok(()) }
}

/// Where an address stops being one:
///
/// ```abnf
/// addr-spec      = local-part "@" domain
/// local-part     = dot-atom / quoted-string
/// domain         = dot-atom / domain-literal
/// domain-literal = "[" *dtext "]"
/// ```
/// RFC 5322 §3.4.1, without comments and white space; dots may stand anywhere in a local part, as they do
/// in addresses that are in use.
fn misfit(address: &[u8]) -> Option<usize> {
    let Some(at) = memrchr(b'@', address) else { return Some(address.len()) };
    let (local, domain) = (crate::slice::front(address, at), after(address, at + 1));
    if let Some(quoted) = local.strip_prefix(b"\"") {
        let mut rest = quoted.iter().enumerate();
        let end = loop {
            match rest.next() {
                Some((_, b'\\')) => match rest.next() {
                    Some((_, b' '..=b'~' | 0x80..)) => {}
                    _ => return Some(at),
                },
                Some((place, b'"')) => break place,
                Some((_, b' '..=b'~' | 0x80..)) => {}
                Some((place, _)) => return Some(place + 1),
                None => return Some(at),
            }
        };
        if end + 2 != local.len() {
            return Some(end + 2);
        }
    } else {
        let place = local.iter().position(|byte| !(is(*byte, ATEXT) || *byte == b'.'));
        if place.is_some() || local.is_empty() {
            return Some(place.unwrap_or_default());
        }
    }
    let is_literal = domain.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")).is_some_and(|literal| {
        !literal.is_empty() && literal.iter().all(|byte| matches!(byte, b'!'..=b'Z' | b'^'..=b'~'))
    });
    let misplaced = domain.iter().position(|byte| !(is(*byte, LABEL | ATEXT) || *byte == b'.'));
    let has_empty_label = domain.split(|byte| *byte == b'.').any(<[u8]>::is_empty);
    match misplaced {
        _ if is_literal => None,
        _ if has_empty_label => Some(at + 1),
        Some(place) => Some(at + 1 + place),
        None => None,
    }
}
