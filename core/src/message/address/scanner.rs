//! Finds where each address begins and ends, in one pass and without looking back further than one `>`.

use super::mailbox::Mailbox;
use super::{Address, Group};
use crate::codec::encoded_word::EncodedWord;
use crate::message::anomaly::Anomaly;
use crate::message::lexical::{Notes, at, between, comment_end, is_white, quoted_end, run, skip_comments, skip_white};
use crate::message::phrase::Phrase;
use crate::slice::{after, front};
use memchr::memmem;

/// How far a list has been looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scanner<'a> {
    value: &'a [u8],
    place: usize,
    /// No encoded word that holds what ends an address begins before this.
    tried: usize,
    /// Nor does one end behind this, once it is known.
    last: Option<usize>,
    in_group: bool,
}

/// What a list is made of.
pub(super) enum Token<'a> {
    Mailbox(Mailbox<'a>),
    GroupStart(Phrase<'a>),
    /// Where the mailboxes of the group end.
    GroupEnd(usize),
}

/// What has been seen of one address that may turn out to have no angle brackets.
#[derive(Default)]
struct Seen {
    /// All of it but the comments and white space around.
    all: Option<(usize, usize)>,
    /// The words that are joined by dots and `@`, of which the last ones count.
    joined: (usize, usize),
    at_sign: Option<usize>,
    comment: Option<(usize, usize)>,
    /// White space or a comment stands before what comes.
    gap: bool,
    /// The dot or `@` that stands before what comes, or 0.
    open: u8,
    /// White space beside a dot, which only the obsolete grammar has.
    obsolete: Option<usize>,
    /// A dot, which only the obsolete grammar has in a name.
    dot: Option<usize>,
    /// Only a quoted string may hold what stands here outside one.
    loose: Option<usize>,
    /// How many words.
    words: usize,
    /// The last word is quoted or encoded, and no address for itself.
    is_name: bool,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(value: &'a [u8]) -> Self {
        Self { value, place: 0, tried: 0, last: None, in_group: false }
    }

    /// The next mailbox or group.
    pub(super) fn address(&mut self) -> Option<Address<'a>> {
        loop {
            match self.token(&mut Notes::nobody())? {
                Token::Mailbox(mailbox) => return Some(Address::Mailbox(mailbox)),
                Token::GroupStart(name) => {
                    let mut members = *self;
                    while let Some(token) = self.token(&mut Notes::nobody()) {
                        if let Token::GroupEnd(end) = token {
                            members.value = front(self.value, end);
                            break;
                        }
                    }
                    return Some(Address::Group(Group { name, members }));
                }
                Token::GroupEnd(_) => {}
            }
        }
    }

    /// Each mailbox from here on.
    pub(super) fn mailboxes(mut self) -> impl Iterator<Item = Mailbox<'a>> + Clone + use<'a> {
        core::iter::from_fn(move || {
            loop {
                if let Token::Mailbox(mailbox) = self.token(&mut Notes::nobody())? {
                    return Some(mailbox);
                }
            }
        })
    }

    /// The next thing in the list.
    pub(super) fn token(&mut self, notes: &mut Notes<'_>) -> Option<Token<'a>> {
        let mut seen = Seen::default();
        loop {
            let place = self.place;
            let Some(byte) = self.value.get(place) else {
                return match self.mailbox(&seen, notes) {
                    Some(mailbox) => Some(Token::Mailbox(mailbox)),
                    None if core::mem::take(&mut self.in_group) => {
                        notes.note(Anomaly::MALFORMED_ADDRESS, place);
                        Some(Token::GroupEnd(place))
                    }
                    None => None,
                };
            };
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {
                    self.place = skip_white(self.value, place);
                    seen.gap = true;
                }
                b'(' => {
                    self.place = comment_end(self.value, place, notes);
                    seen.comment = Some((place, self.place));
                    seen.gap = true;
                }
                b',' | b';' => {
                    let mailbox = self.mailbox(&seen, notes);
                    let ends_group = *byte == b';' && self.in_group;
                    if let Some(mailbox) = mailbox {
                        // The end of the group is seen again, when the mailbox is gone.
                        self.place += usize::from(!ends_group);
                        if *byte == b';' && !ends_group {
                            notes.note(Anomaly::MALFORMED_ADDRESS, place);
                        }
                        return Some(Token::Mailbox(mailbox));
                    }
                    self.place += 1;
                    if ends_group {
                        self.in_group = false;
                        // A comma may follow, and need not.
                        let next = skip_comments(self.value, self.place, notes);
                        if at(self.value, next) == b',' {
                            self.place = next + 1;
                        }
                        return Some(Token::GroupEnd(place));
                    }
                    notes.note(Anomaly::OBSOLETE_ADDRESS, place);
                    seen = Seen::default();
                }
                b':' if seen.at_sign.is_none() => {
                    self.place += 1;
                    let name = seen.phrase(self.value);
                    seen = Seen::default();
                    if self.in_group {
                        notes.note(Anomaly::MALFORMED_ADDRESS, place);
                    } else {
                        self.in_group = true;
                        return Some(Token::GroupStart(name));
                    }
                }
                b'<' => return Some(Token::Mailbox(self.angle(&seen, notes))),
                _ => self.word(*byte, &mut seen, notes),
            }
        }
    }

    /// A word, or what joins two.
    fn word(&mut self, byte: u8, seen: &mut Seen, notes: &mut Notes<'_>) {
        let (value, place) = (self.value, self.place);
        if matches!(byte, b'.' | b'@') {
            self.place += 1;
            if seen.all.is_none() {
                seen.joined.0 = place;
            }
            if byte == b'@' {
                seen.loose.get_or_insert(place);
                seen.at_sign = Some(place);
            } else {
                seen.dot.get_or_insert(place);
                if seen.gap && seen.all.is_some() {
                    seen.obsolete.get_or_insert(place);
                }
            }
            seen.joined.1 = self.place;
            seen.open = byte;
        } else {
            let is_word_encoded = byte == b'=' && self.encoded_word();
            self.place = match byte {
                _ if is_word_encoded => self.place,
                b'"' => quoted_end(value, place, notes),
                b'[' => run(value, place, |byte| byte != b']' && byte != b'>').saturating_add(1).min(value.len()),
                b'\\' => (place + 2).min(value.len()),
                _ => run(value, place + 1, is_atom),
            };
            if matches!(byte, b'[' | b'\\' | b']' | b')' | b'>' | b':') {
                seen.loose.get_or_insert(place);
            }
            if !seen.gap || seen.open != 0 || seen.all.is_none() {
                if seen.all.is_none() {
                    seen.joined.0 = place;
                }
                if seen.gap && seen.open == b'.' {
                    seen.obsolete.get_or_insert(place);
                }
                seen.joined.1 = self.place;
            } else if seen.at_sign.is_none() {
                seen.joined = (place, self.place);
            }
            seen.words += usize::from(seen.gap || seen.all.is_none());
            seen.is_name = is_word_encoded || byte == b'"';
            seen.open = 0;
        }
        seen.gap = false;
        seen.all = Some((seen.all.map_or(place, |(start, _)| start), self.place));
    }

    /// Goes past the encoded word that stands here, if one does that holds what would end an address or a
    /// name: mailers forget to encode a comma.
    fn encoded_word(&mut self) -> bool {
        if self.place < self.tried {
            return false;
        }
        let value = self.value;
        let last = *self.last.get_or_insert_with(|| memmem::rfind(value, b"?=").map_or(0, |last| last + 2));
        let Some((word, length)) = EncodedWord::parse_front(after(front(value, last), self.place)) else {
            return false;
        };
        let odd = |byte: &u8| is_white(*byte) || matches!(byte, b'<' | b'>' | b'"');
        if word.text().iter().any(odd) {
            self.tried = self.place + length;
            return false;
        }
        self.place += length;
        true
    }

    /// The mailbox that has been seen, if there is one.
    fn mailbox(&self, seen: &Seen, notes: &mut Notes<'_>) -> Option<Mailbox<'a>> {
        let (start, end) = seen.all?;
        let value = self.value;
        let (joined_start, joined_end) = seen.joined;
        let Some(at_sign) = seen.at_sign else {
            notes.note(Anomaly::MALFORMED_ADDRESS, start);
            if seen.words == 1 && !seen.is_name {
                let (address, name) = (between(value, start, end), seen.comment_phrase(value));
                return Some(Mailbox { name, route: &[], address, place: start, local: address.len() });
            }
            return Some(Mailbox { name: Phrase::new(between(value, start, end), start), ..nothing(end) });
        };
        if let Some(place) = seen.obsolete {
            notes.note(Anomaly::OBSOLETE_ADDRESS, place);
        }
        let address = between(value, joined_start, joined_end);
        let local = at_sign.saturating_sub(joined_start).min(address.len());
        if local == 0 || at_sign + 1 >= joined_end || end > joined_end || joined_start > start {
            notes.note(Anomaly::MALFORMED_ADDRESS, start);
        }
        note_empty_word(address, joined_start, notes);
        let before = between(value, start, joined_start).trim_ascii_end();
        let name = if before.is_empty() { seen.comment_phrase(value) } else { Phrase::new(before, start) };
        Some(Mailbox { name, route: &[], address, place: joined_start, local })
    }

    /// ```abnf
    /// angle-addr     = [CFWS] "<" addr-spec ">" [CFWS] / obs-angle-addr
    /// obs-angle-addr = [CFWS] "<" obs-route addr-spec ">" [CFWS]
    /// obs-route      = obs-domain-list ":"
    /// ```
    /// RFC 5322 §3.4, §4.4. Without `>`, the address ends where the next one begins.
    fn angle(&mut self, seen: &Seen, notes: &mut Notes<'_>) -> Mailbox<'a> {
        let (value, opened) = (self.value, self.place);
        if let Some(place) = seen.loose {
            notes.note(Anomaly::UNQUOTED_NAME, place);
        }
        if let Some(place) = seen.dot.filter(|_| seen.loose.is_none()) {
            notes.note(Anomaly::OBSOLETE_ADDRESS, place);
        }
        let mut place = skip_comments(value, opened + 1, notes);
        while at(value, place) == b'<' {
            notes.note(Anomaly::MALFORMED_ADDRESS, place);
            place = skip_comments(value, place + 1, notes);
        }
        let mut route = &[][..];
        if at(value, place) == b'@' {
            let end = run(value, place, |byte| !matches!(byte, b':' | b'<' | b'>' | b'"' | b';'));
            if at(value, end) == b':' {
                notes.note(Anomaly::OBSOLETE_ADDRESS, place);
                route = between(value, place, end).trim_ascii();
                place = skip_comments(value, end + 1, notes);
            }
        }
        let start = place;
        let (mut end, mut at_sign, mut is_closed) = (start, None, false);
        while let Some(byte) = value.get(place) {
            place = match byte {
                b'>' => {
                    is_closed = true;
                    break;
                }
                b',' | b';' | b'<' => break,
                b' ' | b'\t' | b'\r' | b'\n' | b'(' => {
                    let before = end.checked_sub(1).map_or(0, |before| at(value, before));
                    place = skip_comments(value, place, notes);
                    note_gap(before, at(value, place), place, notes);
                    continue;
                }
                b'"' => quoted_end(value, place, notes),
                b'[' => run(value, place, |byte| byte != b']' && byte != b'>').saturating_add(1).min(value.len()),
                b'@' => {
                    at_sign = Some(place);
                    place + 1
                }
                b'\\' => (place + 2).min(value.len()),
                _ => run(value, place + 1, |byte| is_atom(byte) || byte == b'.'),
            };
            end = place;
        }
        let address = between(value, start, end);
        let local = at_sign.map_or(address.len(), |place| place - start);
        if !is_closed || local == 0 || local + 1 >= address.len() {
            notes.note(Anomaly::MALFORMED_ADDRESS, opened);
        }
        note_empty_word(address, start, notes);
        self.place = place + usize::from(is_closed);
        let behind = self.behind_angle(notes);
        let name = match seen.all {
            Some((start, end)) => Phrase::new(between(value, start, end), start),
            None => match behind.or(seen.comment) {
                Some((start, end)) => Phrase::of_comment(between(value, start, end), start),
                None => Phrase::new(&[], start),
            },
        };
        Mailbox { name, route, address, place: start, local }
    }

    /// Goes on to the next address. The last comment behind the angle brackets.
    fn behind_angle(&mut self, notes: &mut Notes<'_>) -> Option<(usize, usize)> {
        let value = self.value;
        let (mut comment, mut is_address, begun) = (None, false, self.place);
        let mut junk = None;
        let mut place = begun;
        while let Some(byte) = value.get(place) {
            let start = place;
            place = match byte {
                b',' | b';' => break,
                b'<' | b'@' => {
                    is_address = true;
                    break;
                }
                b' ' | b'\t' | b'\r' | b'\n' => skip_white(value, place),
                b'(' => {
                    place = comment_end(value, place, notes);
                    if junk.is_none() {
                        comment = Some((start, place));
                    }
                    continue;
                }
                b'"' => quoted_end(value, place, notes),
                b'\\' => (place + 2).min(value.len()),
                _ => run(value, place + 1, is_atom),
            };
            if !is_white(*byte) {
                junk.get_or_insert(start);
            }
        }
        if let Some(junk) = junk.or(is_address.then_some(place)) {
            notes.note(Anomaly::MALFORMED_ADDRESS, junk);
            if is_address {
                // The comma was forgotten: what seemed to be junk is the next address.
                self.place = junk;
                return comment;
            }
        }
        if at(value, place) == b',' && place < value.len() {
            place += 1;
        } else if at(value, place) == b';' && !self.in_group {
            notes.note(Anomaly::MALFORMED_ADDRESS, place);
            place += 1;
        }
        self.place = place;
        comment
    }
}

impl Seen {
    /// All of it as a name.
    fn phrase<'a>(&self, value: &'a [u8]) -> Phrase<'a> {
        let (start, end) = self.all.unwrap_or_default();
        Phrase::new(between(value, start, end), start)
    }

    /// What the comment says.
    fn comment_phrase<'a>(&self, value: &'a [u8]) -> Phrase<'a> {
        match self.comment {
            Some((start, end)) => Phrase::of_comment(between(value, start, end), start),
            None => Phrase::new(&[], 0),
        }
    }
}

/// White space and comments stand in an address beside `@`, beside a dot in the obsolete grammar, and never
/// between two words.
fn note_gap(before: u8, behind: u8, place: usize, notes: &mut Notes<'_>) {
    match (before, behind) {
        (b'.', _) | (_, b'.') => notes.note(Anomaly::OBSOLETE_ADDRESS, place),
        (b'@', _) | (_, b'@' | b'>' | 0) => {}
        _ => notes.note(Anomaly::MALFORMED_ADDRESS, place),
    }
}

/// A dot stands between two words (RFC 5322 §3.2.3); in quotes, comments and literals it may stand anywhere.
fn note_empty_word(address: &[u8], place: usize, notes: &mut Notes<'_>) {
    if !notes.wanted() || address.iter().any(|byte| matches!(byte, b'"' | b'(' | b'[')) {
        return;
    }
    let ends_word = |byte: u8| matches!(byte, b'.' | b'@' | 0);
    let (mut before, mut bytes) = (0, address.iter().enumerate().peekable());
    while let Some((here, &byte)) = bytes.next() {
        let behind = bytes.peek().map_or(0, |(_, behind)| **behind);
        if byte == b'.' && (ends_word(before) || ends_word(behind)) {
            notes.note(Anomaly::MALFORMED_ADDRESS, place + here);
            return;
        }
        before = byte;
    }
}

const fn nothing(place: usize) -> Mailbox<'static> {
    Mailbox { name: Phrase::new(&[], place), route: &[], address: &[], place, local: 0 }
}

/// What neither ends a word nor stands for anything; UTF-8 is among it (RFC 6532 §3.2).
fn is_atom(byte: u8) -> bool {
    !matches!(
        byte,
        b' ' | b'\t'
            | b'\r'
            | b'\n'
            | b'('
            | b'<'
            | b'>'
            | b'@'
            | b','
            | b';'
            | b':'
            | b'.'
            | b'"'
            | b'['
            | b'\\'
            | b'='
    )
}
