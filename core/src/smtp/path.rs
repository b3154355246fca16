//! Paths and mailboxes (RFC 5321 §4.1.2), with UTF-8 (RFC 6531 §3.3).

use super::literal::address_literal;
use super::take::{self, byte, fail, whole, word};
use crate::leniency::{Anomalies, Leniency};
use crate::slice::{WIDE, after, front};
use crate::text::{ATEXT, DOT, DOT_ALONE, HYPHEN, LABEL, LOOSE, classes, is, part_of, until, utf8};
use nom::branch::alt;
use nom::combinator::{opt, verify};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

/// A reverse-path or forward-path: `<a@b.example>`, `<@relay.example:a@b.example>`, `<>`,
/// `<Postmaster>`.
///
/// ```
/// use mailproto::smtp::Path;
/// let path = Path::parse(b"<@hop.example:\"a b\"@[192.0.2.1]>").unwrap();
/// assert_eq!(path.as_str(), "\"a b\"@[192.0.2.1]");
/// assert_eq!(path.local_part(), "\"a b\"");
/// assert_eq!(path.domain(), "[192.0.2.1]");
/// assert_eq!(path.source_route(), "@hop.example");
/// assert!(Path::parse(b"<>").unwrap().is_null());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Path<'a> {
    route: &'a str,
    mailbox: &'a str,
    /// Length of the local part in `mailbox`.
    local: usize,
    anomalies: Anomalies,
}

/// Where bytes stop being a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathError {
    /// Offset of the first byte that does not fit.
    pub offset: usize,
}

impl<'a> Path<'a> {
    /// Reads a path between `<` and `>`, tolerating what [`Leniency::LENIENT`] does.
    ///
    /// # Errors
    /// [`PathError`] where the bytes stop being a path.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PathError> {
        let (path, rest) = Self::parse_front(bytes, "", Leniency::LENIENT)?;
        if rest.is_empty() { Ok(path) } else { Err(PathError { offset: bytes.len() - rest.len() }) }
    }

    /// Reads a mailbox without brackets, by the letter of the grammar; empty for the null path.
    ///
    /// # Errors
    /// [`PathError`] where the text stops being a mailbox.
    pub fn from_mailbox(text: &'a str) -> Result<Self, PathError> {
        let bytes = text.as_bytes();
        let (rest, local) = if bytes.is_empty() {
            (bytes, 0)
        } else {
            mailbox(bytes).map_err(|_| PathError { offset: first_misfit(bytes) })?
        };
        match rest {
            [] => Ok(Self { route: "", mailbox: text, local, anomalies: Anomalies::NONE }),
            _ => Err(PathError { offset: bytes.len() - rest.len() }),
        }
    }

    /// Reads the path at the front of `bytes`; also returns what follows it. `text` is all of `bytes`
    /// where that is known to be UTF-8, and empty otherwise.
    #[inline(always)]
    pub(super) fn parse_front(
        bytes: &'a [u8],
        text: &'a str,
        leniency: Leniency,
    ) -> Result<(Self, &'a [u8]), PathError> {
        if let Some((length, local)) = plain_path(bytes)
            && let Some(mailbox) = text.get(1..=length)
        {
            let path = Self { route: "", mailbox, local, anomalies: Anomalies::NONE };
            return Ok((path, after(bytes, length + 2)));
        }
        Self::parse_front_by_grammar(bytes, text, leniency)
    }

    /// [`parse_front`](Self::parse_front) for a path of any kind.
    fn parse_front_by_grammar(
        bytes: &'a [u8],
        text: &'a str,
        leniency: Leniency,
    ) -> Result<(Self, &'a [u8]), PathError> {
        if let Ok((rest, (route, mailbox, local))) = path(bytes) {
            // Only UTF-8 beyond ASCII can fail here.
            let not_utf8 = PathError { offset: 1 };
            let mailbox = part_of(text, mailbox, rest.len() + 1).or_else(|| utf8(mailbox)).ok_or(not_utf8)?;
            let route = if route.is_empty() { "" } else { utf8(route).ok_or(not_utf8)? };
            return Ok((Self { route, mailbox, local, anomalies: Anomalies::NONE }, rest));
        }
        loose_path(bytes, leniency).ok_or(PathError { offset: first_misfit(bytes) })
    }

    /// The mailbox as it was written, without brackets and source route; empty for `<>`.
    pub const fn as_str(&self) -> &'a str {
        self.mailbox
    }

    /// Whether it is `<>`.
    pub const fn is_null(&self) -> bool {
        self.mailbox.is_empty()
    }

    /// The part before the last `@`, quoted if it was; all of it for `<Postmaster>`.
    pub fn local_part(&self) -> &'a str {
        self.mailbox.get(..self.local).unwrap_or(self.mailbox)
    }

    /// The domain or address literal; empty for `<>` and `<Postmaster>`.
    pub fn domain(&self) -> &'a str {
        self.mailbox.get(self.local + 1..).unwrap_or("")
    }

    /// The characters of the local part, without quotes and quoting backslashes.
    pub fn unquoted_local_part(&self) -> impl Iterator<Item = char> + 'a {
        let local = self.local_part();
        let quoted = local.len() >= 2 && local.starts_with('"');
        let mut characters =
            if quoted { local.get(1..local.len() - 1).unwrap_or_default().chars() } else { local.chars() };
        core::iter::from_fn(move || match characters.next()? {
            '\\' if quoted => characters.next(),
            character => Some(character),
        })
    }

    /// The source route without its colon (RFC 5321 appendix C says to ignore it); usually empty.
    pub const fn source_route(&self) -> &'a str {
        self.route
    }

    /// Whether it can be said without SMTPUTF8.
    pub const fn is_ascii(&self) -> bool {
        self.mailbox.is_ascii()
    }

    /// What was tolerated in it.
    pub const fn anomalies(&self) -> Anomalies {
        self.anomalies
    }
}

impl core::fmt::Debug for Path<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "<{}>", self.mailbox)
    }
}

/// The offset where a bracketed path or a bare mailbox stops making sense, for the error.
fn first_misfit(bytes: &[u8]) -> usize {
    let start = usize::from(bytes.first() == Some(&b'<'));
    let plain =
        after(bytes, start).iter().take_while(|byte| is(**byte, ATEXT | LABEL) || matches!(byte, b'.' | b'@')).count();
    start + plain
}

/// Route, mailbox, and the length of the mailbox's local part.
type Parts<'a> = (&'a [u8], &'a [u8], usize);

/// ```abnf
/// Reverse-path = Path / "<>"
/// Forward-path = Path                    ; and "<Postmaster>", RFC 5321 §4.1.1.3
/// Path         = "<" [ A-d-l ":" ] Mailbox ">"
/// ```
/// RFC 5321 §4.1.2. Yields route, mailbox and the length of its local part.
fn path(input: &[u8]) -> IResult<&[u8], Parts<'_>> {
    let (inner, _) = byte(b'<')(input)?;
    if let [b'>', rest @ ..] = inner {
        return Ok((rest, (&[], &[], 0)));
    }
    let (inner, route) = match inner {
        [b'@', ..] => terminated(whole(at_domain_list), byte(b':')).parse(inner)?,
        _ => (inner, &[][..]),
    };
    if let Ok((behind, local)) = mailbox(inner)
        && let [b'>', rest @ ..] = behind
    {
        return Ok((rest, (route, front(inner, inner.len() - behind.len()), local)));
    }
    let postmaster =
        verify(word(|byte| byte.is_ascii_alphabetic()), |name: &[u8]| name.eq_ignore_ascii_case(b"Postmaster"));
    let (rest, name) = terminated(postmaster, byte(b'>')).parse(inner)?;
    Ok((rest, (route, name, name.len())))
}

/// ```abnf
/// A-d-l     = At-domain *( "," At-domain )
/// At-domain = "@" Domain
/// ```
/// RFC 5321 §4.1.2.
fn at_domain_list(input: &[u8]) -> IResult<&[u8], usize> {
    let (mut rest, _) = preceded(byte(b'@'), domain).parse(input)?;
    let mut count = 1;
    while let Ok((behind, _)) = preceded((byte(b','), byte(b'@')), domain).parse(rest) {
        rest = behind;
        count += 1;
    }
    Ok((rest, count))
}

/// ```abnf
/// Mailbox    = Local-part "@" ( Domain / address-literal )
/// Local-part = Dot-string / Quoted-string
/// ```
/// RFC 5321 §4.1.2. Yields the length of the local part.
fn mailbox(input: &[u8]) -> IResult<&[u8], usize> {
    let (rest, local) = match input {
        [b'"', ..] => quoted_string(input)?,
        _ => dot_string(input)?,
    };
    let (rest, _) = byte(b'@')(rest)?;
    let (rest, _) = match rest {
        [b'[', ..] => address_literal(rest)?,
        _ => domain(rest)?,
    };
    Ok((rest, local.len()))
}

/// ```abnf
/// Dot-string = Atom *("." Atom)
/// Atom       = 1*atext
/// atext      =/ UTF8-non-ascii           ; RFC 6531 §3.3
/// ```
/// RFC 5321 §4.1.2.
fn dot_string(input: &[u8]) -> IResult<&[u8], &[u8]> {
    dotted(input, ATEXT, |previous, class| previous & class & DOT_ALONE)
}

/// Words of `belongs` with a dot between one and the next, where no two neighbours `touch`.
///
/// One pass, and one branch that cannot be foreseen: where it ends.
#[inline(always)]
fn dotted(input: &[u8], belongs: u8, touch: impl Fn(u8, u8) -> u8) -> IResult<&[u8], &[u8]> {
    // What comes before the first word and behind the last is as good as a dot.
    let mut previous = DOT;
    let mut stray = 0;
    let mut length = 0;
    for byte in input {
        let class = classes(*byte);
        if class & (belongs | DOT_ALONE) == 0 {
            break;
        }
        stray |= touch(previous, class);
        previous = class;
        length += 1;
    }
    stray |= touch(previous, DOT);
    if stray != 0 { fail(input) } else { take::front(input, length) }
}

/// The lengths of the mailbox in `<mailbox>` at the front of `input` and of its local part, if all of it
/// is as most mailboxes are: see [`is_plain`]. For such a one, this is what [`path`] finds.
#[inline]
fn plain_path(input: &[u8]) -> Option<(usize, usize)> {
    let [b'<', inner @ ..] = input else { return None };
    let local = until(inner, [b'@']);
    let domain = after(inner, local + 1);
    let mailbox = local + 1 + until(domain, [b'@', b'>']);
    let sound = inner.get(mailbox) == Some(&b'>') && is_plain(front(inner, mailbox), b'@');
    sound.then_some((mailbox, local))
}

/// Whether this is a domain as most are: see [`is_plain`]. For such a one, [`domain`] takes all of it.
pub(super) fn is_plain_domain(text: &[u8]) -> bool {
    is_plain(text, b'.')
}

/// Whether `text` has more than a few bytes, which are letters, digits, dots, `-` and `separator`, each of
/// the latter with a letter or digit on either side. Many bytes at a time.
#[inline]
fn is_plain(text: &[u8], separator: u8) -> bool {
    const BLOCK: usize = 17;
    let [first, .., last] = text else { return false };
    let Some(end) = text.last_chunk::<BLOCK>().filter(|_| WIDE) else { return false };
    // Without a branch for each byte, so that it becomes a few wide instructions.
    let sound = |block: &[u8; BLOCK]| {
        let mut sound = true;
        for index in 1..BLOCK {
            let (before, byte) = (block[index - 1], block[index]);
            let separates = |byte: u8| (byte == b'-') | (byte == b'.') | (byte == separator);
            let alphanumeric = byte.wrapping_sub(b'0') < 10 || (byte | 0x20).wrapping_sub(b'a') < 26;
            sound &= alphanumeric | (separates(byte) & !separates(before));
        }
        sound
    };
    let mut all = sound(end) & first.is_ascii_alphanumeric() & last.is_ascii_alphanumeric();
    let mut rest = text;
    while let Some(block) = rest.first_chunk() {
        all &= sound(block);
        rest = after(rest, BLOCK - 1);
    }
    all
}

/// ```abnf
/// Quoted-string  = DQUOTE *QcontentSMTP DQUOTE
/// QcontentSMTP   = qtextSMTP / quoted-pairSMTP
/// quoted-pairSMTP = %d92 %d32-126
/// qtextSMTP      = %d32-33 / %d35-91 / %d93-126 / UTF8-non-ascii
/// ```
/// RFC 5321 §4.1.2, RFC 6531 §3.3.
fn quoted_string(input: &[u8]) -> IResult<&[u8], &[u8]> {
    byte(b'"')(input)?;
    let mut escaped = false;
    for (index, &byte) in input.iter().enumerate().skip(1) {
        match byte {
            0..=31 | 127 => break,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return take::front(input, index + 1),
            _ => {}
        }
    }
    fail(input)
}

/// ```abnf
/// Domain     = sub-domain *("." sub-domain)
/// sub-domain = Let-dig [Ldh-str]
/// sub-domain =/ U-label                  ; RFC 6531 §3.3
/// ```
/// RFC 5321 §4.1.2.
pub(super) fn domain(input: &[u8]) -> IResult<&[u8], &[u8]> {
    // The bits are laid out for this: a dot and a dot or `-` have one in common, two `-` have none.
    dotted(input, LABEL, |previous, class| previous << 1 & class & (DOT_ALONE | HYPHEN))
}

/// What clients really send: white space, missing brackets, mailboxes outside the grammar. Never a
/// control character, never white space inside.
fn loose_path(bytes: &[u8], leniency: Leniency) -> Option<(Path<'_>, &[u8])> {
    let loose = || word(|byte| is(byte, LOOSE));
    let mut anomalies = Anomalies::LOOSE_MAILBOX;
    let (rest, text) = match bytes {
        [b'<', inner @ ..] => {
            let mut quoted_or_loose = alt((whole((quoted_string, opt(loose()))), loose()));
            terminated(|input| quoted_or_loose.parse(input), byte(b'>')).parse(inner).ok()?
        }
        _ => {
            anomalies = Anomalies::MISSING_BRACKETS;
            let (rest, text) = loose()(bytes).ok()?;
            if mailbox(text).map_or(true, |(rest, _)| !rest.is_empty()) {
                anomalies |= Anomalies::LOOSE_MAILBOX;
            }
            (rest, text)
        }
    };
    // A source route that is itself loose: what counts is behind its colon.
    let text = match text {
        [b'@', ..] => text.splitn(2, |byte| *byte == b':').nth(1)?,
        _ => text,
    };
    let text = utf8(text)?;
    if text.is_empty() || !leniency.tolerates(anomalies) {
        return None;
    }
    let local = text.bytes().rposition(|byte| byte == b'@').unwrap_or(text.len());
    Some((Path { route: "", mailbox: text, local, anomalies }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(bytes: &[u8]) -> Option<&str> {
        match Path::parse_front(bytes, "", Leniency::STRICT) {
            Ok((path, [])) => Some(path.as_str()),
            _ => None,
        }
    }

    #[test]
    fn the_grammar_of_rfc_5321_is_taken() {
        for (bytes, mailbox) in [
            ("<>", ""),
            ("<a@b.example>", "a@b.example"),
            ("<a.b+c@x-y.example>", "a.b+c@x-y.example"),
            ("<\"\\\"a b\\\\\"@b.example>", "\"\\\"a b\\\\\"@b.example"),
            ("<@x.example,@y.example:a@b.example>", "a@b.example"),
            ("<a@[192.0.2.1]>", "a@[192.0.2.1]"),
            ("<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]"),
            ("<a@[X400:c=de]>", "a@[X400:c=de]"),
            ("<Postmaster>", "Postmaster"),
            ("<postmaster@b.example>", "postmaster@b.example"),
            ("<\u{fc}ser@d\u{f6}main.example>", "\u{fc}ser@d\u{f6}main.example"),
        ] {
            assert_eq!(strict(bytes.as_bytes()), Some(mailbox), "{bytes}");
        }
    }

    #[test]
    fn what_is_outside_the_grammar_is_not() {
        for bytes in [
            "",
            "<",
            ">",
            "a@b.example",
            "<a@b.example",
            "<a..b@b.example>",
            "<.a@b.example>",
            "<a@>",
            "<@b.example>",
            "<a@-b.example>",
            "<a@b-.example>",
            "<a@b..example>",
            "<a@[300.0.2.1]>",
            "<a@[1.2.3]>",
            "<a@[IPv6:zz]>",
            "<a b@b.example>",
            "<\"a@b.example>",
            "<a@b_c.example>",
            "<\"a\tb\"@b.example>",
            "<somebody>",
            "<@x.example:>",
        ] {
            assert_eq!(strict(bytes.as_bytes()), None, "{bytes}");
        }
        assert_eq!(strict(b"<a\xff@b.example>"), None);
    }

    #[test]
    fn a_plain_path_is_found_as_the_grammar_finds_it() {
        let alphabet = b"azAZ09..--__+@@>>=/:`[{\0\x80\xff\"<";
        let mut seed = 1_u32;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize % below
        };
        let (mut paths, mut domains) = (0, 0);
        for round in 0..50_000 {
            let mut text = [b'>'; 60];
            // Letters mostly, so that many are sound.
            text.fill_with(|| if random(16) < 15 { b'a' } else { alphabet[random(alphabet.len())] });
            text[0] = b'<';
            (text[10 + round % 5], text[40 + round % 20]) = (b'@', b'>');
            if let Some((mailbox, local)) = plain_path(&text) {
                paths += 1;
                let found = (&text[mailbox + 2..], (&[][..], &text[1..=mailbox], local));
                assert_eq!(path(&text), Ok(found), "{text:?}");
            }
            text[10 + round % 5] = b'-';
            let text = &text[1..=round % 40];
            if is_plain_domain(text) {
                domains += 1;
                assert_eq!(domain(text), Ok((&[][..], text)), "{text:?}");
            }
        }
        // Where room counts more than time, all of them go to the grammar.
        assert!(paths > 1_000 && domains > 1_000 || !WIDE, "{paths} and {domains}");
    }

    #[test]
    fn what_clients_really_send_is_tolerated_and_noted() {
        let path = Path::parse(b"<a..b@b_c.example>").unwrap();
        assert_eq!((path.local_part(), path.domain()), ("a..b", "b_c.example"));
        assert_eq!(path.anomalies(), Anomalies::LOOSE_MAILBOX);
        assert_eq!(Path::parse(b"a@b.example").unwrap().anomalies(), Anomalies::MISSING_BRACKETS);
        assert!(Path::parse(b"<a\r@b.example>").is_err());
    }

    #[test]
    fn a_quotation_mark_further_on_does_not_let_white_space_or_brackets_into_a_mailbox() {
        for bytes in ["<a b\"c>", "<a> SIZE=1\"b>", "<a>\"b>", "<a\tb\"c@d.example>"] {
            let found = Path::parse_front(bytes.as_bytes(), "", Leniency::LENIENT).map(|(path, _)| path.as_str());
            assert!(matches!(found, Err(_) | Ok("a")), "{bytes}: {found:?}");
        }
        let (path, rest) = Path::parse_front(b"<=a> BY=1\"x", "", Leniency::LENIENT).unwrap();
        assert_eq!((path.as_str(), rest), ("=a", &b" BY=1\"x"[..]));
    }

    #[test]
    fn quotes_come_off_a_local_part() {
        let path = Path::parse(b"<\"a\\\"b c\"@d.example>").unwrap();
        assert!(path.unquoted_local_part().eq("a\"b c".chars()));
    }
}
