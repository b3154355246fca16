//! Enhanced status codes (RFC 3463, RFC 2034).

use crate::slice::WIDE;
use crate::text::Decimal;
use core::fmt;

/// A code such as `5.1.1`: class, subject and detail.
///
/// ```
/// use mailproto::smtp::EnhancedCode;
/// let code = EnhancedCode::parse(b"4.2.2 mailbox full").unwrap();
/// assert_eq!(code, EnhancedCode::new(4, 2, 2));
/// assert_eq!(code.to_string(), "4.2.2");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnhancedCode {
    /// 2 success, 4 transient failure, 5 permanent failure.
    pub class: u8,
    /// What it is about: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
    pub subject: u16,
    /// The detail within the subject.
    pub detail: u16,
}

impl EnhancedCode {
    /// The code `class.subject.detail`.
    pub const fn new(class: u8, subject: u16, detail: u16) -> Self {
        Self { class, subject, detail }
    }

    /// Reads the code at the front of a reply's text (RFC 2034 §4):
    ///
    /// ```abnf
    /// status-code = ("2" / "4" / "5") "." 1*3digit "." 1*3digit
    /// ```
    ///
    /// It must be followed by a space or nothing.
    pub fn parse(text: &[u8]) -> Option<Self> {
        match Self::parse_front(text)? {
            (code, [] | [b' ', ..]) => Some(code),
            _ => None,
        }
    }

    /// The code at the front of `text`, and whatever follows it.
    pub(super) fn parse_front(text: &[u8]) -> Option<(Self, &[u8])> {
        let [class @ (b'2' | b'4' | b'5'), b'.', rest @ ..] = text else { return None };
        // Nearly all have one digit each; a small machine does without the short way.
        if WIDE
            && let [subject @ b'0'..=b'9', b'.', detail @ b'0'..=b'9', rest @ ..] = rest
            && !matches!(rest, [b'0'..=b'9', ..])
        {
            let (subject, detail) = (u16::from(subject - b'0'), u16::from(detail - b'0'));
            return Some((Self { class: class - b'0', subject, detail }, rest));
        }
        let (subject, rest) = part(rest)?;
        let [b'.', rest @ ..] = rest else { return None };
        let (detail, rest) = part(rest)?;
        Some((Self { class: class - b'0', subject, detail }, rest))
    }

    /// Writes the code as text through `put`.
    pub(super) fn encode(self, put: &mut dyn FnMut(&[u8])) {
        put(Decimal::new(u64::from(self.class)).as_bytes());
        put(b".");
        put(Decimal::new(u64::from(self.subject)).as_bytes());
        put(b".");
        put(Decimal::new(u64::from(self.detail)).as_bytes());
    }
}

/// One to three digits, and what follows them.
fn part(text: &[u8]) -> Option<(u16, &[u8])> {
    let (mut value, mut rest, mut count) = (0, text, 0);
    while let [digit @ b'0'..=b'9', behind @ ..] = rest {
        count += 1;
        if count > 3 {
            return None;
        }
        value = value * 10 + u16::from(digit - b'0');
        rest = behind;
    }
    (count > 0).then_some((value, rest))
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl fmt::Debug for EnhancedCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
