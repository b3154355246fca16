//! Replies (RFC 5321 §4.2): a code, and lines of text.

use super::extension::Extension;
use super::extension_set::WINDOW;
use super::status::EnhancedCode;
use crate::frame::{ReplyFrame, ReplyFramer, line_feed};
use crate::leniency::{Anomalies, Leniency};
use crate::slice::{WIDE, after, front, is_ascii};
use crate::text::{Decimal, word_length};
use core::fmt;

/// A checked view on one whole reply.
///
/// ```
/// use mailproto::smtp::{EnhancedCode, Reply};
/// let reply = Reply::parse(b"250-2.1.5 fine\r\n250 2.1.5 really\r\n").unwrap();
/// assert_eq!(reply.code(), 250);
/// assert_eq!(reply.enhanced(), Some(EnhancedCode::new(2, 1, 5)));
/// assert_eq!(reply.lines().last().unwrap().message(), b"really");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reply<'a> {
    code: u16,
    /// Where the text of the last line starts that may begin with an enhanced code; 0 for none.
    enhanced: u32,
    /// Where the last line starts.
    last_line: u32,
    lines: &'a [u8],
    anomalies: Anomalies,
}

impl fmt::Debug for Reply<'_> {
    /// What the reply says, not where this view found it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("code", &self.code)
            .field("lines", &self.lines)
            .field("anomalies", &self.anomalies)
            .finish()
    }
}

/// What was found out about a reply, apart from its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checked {
    code: u16,
    length: u32,
    enhanced: u32,
    last_line: u32,
    anomalies: Anomalies,
}

/// Why bytes are not a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyError {
    /// Offset of the first byte that does not fit.
    pub offset: usize,
    /// There is no whole reply: it was cut off.
    pub incomplete: bool,
}

impl<'a> Reply<'a> {
    /// Reads one whole reply, tolerating what [`Leniency::LENIENT`] does:
    ///
    /// ```abnf
    /// Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
    /// Reply-code = %x32-35 %x30-35 %x30-39
    /// ```
    ///
    /// # Errors
    /// [`ReplyError`] with the offset of the first byte that does not fit.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ReplyError> {
        Self::parse_with(bytes, Leniency::LENIENT)
    }

    /// [`parse`](Self::parse) with a leniency of the caller's choice.
    ///
    /// # Errors
    /// [`ReplyError`] with the offset of the first byte that does not fit.
    pub fn parse_with(bytes: &'a [u8], leniency: Leniency) -> Result<Self, ReplyError> {
        let frame = ReplyFramer::default().next(bytes, usize::MAX);
        let ReplyFrame::Reply { length, .. } = frame else {
            return Err(ReplyError { offset: bytes.len(), incomplete: true });
        };
        if length != bytes.len() {
            return Err(ReplyError { offset: length, incomplete: false });
        }
        Self::from_frame(bytes, frame, leniency)
    }

    /// Reads the lines that a [`ReplyFramer`] found at the front of `bytes`.
    ///
    /// # Errors
    /// [`ReplyError`] if they carry no reply code, or an anomaly that `leniency` forbids.
    pub fn from_frame(bytes: &'a [u8], frame: ReplyFrame, leniency: Leniency) -> Result<Self, ReplyError> {
        let ReplyFrame::Reply { length, code, truncated, bare_lf, mixed, odd, enhanced, last_line, .. } = frame else {
            return Err(ReplyError { offset: bytes.len(), incomplete: true });
        };
        let [a, b, c] = code.map(|digit| u16::from(digit.wrapping_sub(b'0')));
        let lines = bytes.get(..length).unwrap_or(bytes);
        if a > 9 || b > 9 || c > 9 || odd {
            return Err(ReplyError { offset: 0, incomplete: false });
        }
        let mut anomalies = Anomalies::NONE;
        if !(2..=5).contains(&a) {
            anomalies |= Anomalies::ODD_REPLY_CODE;
        }
        if truncated {
            anomalies |= Anomalies::TRUNCATED_REPLY;
        }
        if bare_lf {
            anomalies |= Anomalies::BARE_LF;
        }
        if mixed {
            anomalies |= Anomalies::MIXED_REPLY_CODES;
        }
        if !is_ascii(lines) && core::str::from_utf8(lines).is_err() {
            anomalies |= Anomalies::REPLY_NOT_UTF8;
        }
        if !leniency.tolerates(anomalies) {
            return Err(ReplyError { offset: 0, incomplete: false });
        }
        Ok(Self {
            code: a * 100 + b * 10 + c,
            enhanced: enhanced as u32,
            last_line: last_line as u32,
            lines,
            anomalies,
        })
    }

    /// Lets go of the bytes; [`Checked::over`] takes them up again.
    pub(super) const fn checked(&self) -> Checked {
        let Self { code, enhanced, last_line, lines, anomalies } = *self;
        Checked { code, length: lines.len() as u32, enhanced, last_line, anomalies }
    }

    /// The code. If lines differ, the last one's.
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// 2yz: done.
    pub const fn is_positive(&self) -> bool {
        matches!(self.code, 200..=299)
    }

    /// 3yz: go on.
    pub const fn is_intermediate(&self) -> bool {
        matches!(self.code, 300..=399)
    }

    /// 4yz: not now; the same command may succeed later.
    pub const fn is_transient(&self) -> bool {
        matches!(self.code, 400..=499)
    }

    /// 5yz: no.
    pub const fn is_permanent(&self) -> bool {
        matches!(self.code, 500..=599)
    }

    /// The enhanced status code of the last line that has one.
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        if self.enhanced == 0 {
            return None;
        }
        match EnhancedCode::parse_front(after(self.lines, self.enhanced as usize)) {
            Some((code, [b' ' | b'\n', ..] | [b'\r', b'\n', ..])) => Some(code),
            // It only looked like one, but a line before it may have one.
            _ => self.lines().filter_map(|line| line.enhanced()).last(),
        }
    }

    /// The lines, first to last.
    pub fn lines(&self) -> ReplyLines<'a> {
        ReplyLines { rest: self.lines, last: after(self.lines, self.last_line as usize).len() }
    }

    /// What an EHLO or LHLO reply announces: every line but the first, known or not. Lines that are
    /// no extension are left out; see [`Anomalies::MALFORMED_EHLO_LINE`].
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'a>> {
        let mut lines = self.lines();
        lines.next();
        core::iter::from_fn(move || lines.next_extension())
    }

    /// The bytes of all lines as they came, line ends included.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.lines
    }

    /// What was tolerated in it.
    pub const fn anomalies(&self) -> Anomalies {
        self.anomalies
    }

    /// Writes a reply of one line for each line of `text` through `put`, with the enhanced code, if
    /// there is one, at the front of each.
    pub fn encode(code: u16, enhanced: Option<EnhancedCode>, text: &str, put: &mut dyn FnMut(&[u8])) {
        let digits = Decimal::new(u64::from(code));
        let mut lines = text.split('\n').peekable();
        while let Some(line) = lines.next() {
            put(digits.as_bytes());
            put(if lines.peek().is_some() { b"-" } else { b" " });
            if let Some(enhanced) = enhanced {
                enhanced.encode(put);
                put(b" ");
            }
            put(line.as_bytes());
            put(b"\r\n");
        }
    }
}

impl Checked {
    /// The reply whose lines still stand at the front of `bytes`.
    pub(super) fn over(self, bytes: &[u8]) -> Reply<'_> {
        let Self { code, length, enhanced, last_line, anomalies } = self;
        Reply { code, enhanced, last_line, lines: front(bytes, length as usize), anomalies }
    }
}

/// The lines of a reply.
#[derive(Clone, Debug)]
pub struct ReplyLines<'a> {
    rest: &'a [u8],
    /// The length of the last line, so that its end need not be looked for.
    last: usize,
}

impl<'a> ReplyLines<'a> {
    /// The next line that is an extension.
    #[inline]
    fn next_extension(&mut self) -> Option<Extension<'a>> {
        loop {
            let found = match Word::of_line(self.rest) {
                Some(word) => {
                    self.rest = after(self.rest, word.end);
                    Extension::from_word(word.window, word.length)
                }
                None => match self.next_usual() {
                    Some(usual) => Some(usual),
                    None => Extension::from_text(self.next()?.text()),
                },
            };
            if found.is_some() {
                return found;
            }
        }
    }

    /// The next line, if it is an extension that is not alone and stands there as it usually does.
    #[inline]
    fn next_usual(&mut self) -> Option<Extension<'a>> {
        // With these behind the code, the line does not end within its head.
        let [_, _, _, b'-' | b' ', text @ ..] = self.rest else { return None };
        let (extension, length) = if WIDE { Extension::usual(text)? } else { return None };
        self.rest = after(text, length + 2);
        Some(extension)
    }
}

/// The text of a line that is a word and nothing else, as most announcements are.
struct Word<'a> {
    /// Begins with the word; a few bytes more.
    window: &'a [u8; WINDOW],
    length: usize,
    /// Where the line ends, counted from its start.
    end: usize,
}

impl<'a> Word<'a> {
    /// The word of the first of these lines; `None` also for one that is long, or too near the end.
    #[inline(always)]
    fn of_line(lines: &'a [u8]) -> Option<Self> {
        // With `-` behind the code, the line does not end within its head.
        let [_, _, _, b'-', text @ ..] = lines else { return None };
        let window = text.first_chunk()?;
        let length = word_length(window);
        // A line that ends with LF alone is rare.
        text.get(length..)?.starts_with(b"\r\n").then_some(Self { window, length, end: length + 6 })
    }
}

impl<'a> Iterator for ReplyLines<'a> {
    type Item = ReplyLine<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let length = if self.rest.len() <= self.last { self.rest.len() } else { line_feed(self.rest)? + 1 };
        let (line, rest) = self.rest.split_at_checked(length).filter(|(line, _)| !line.is_empty())?;
        self.rest = rest;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Some(ReplyLine { text: after(line, 4) })
    }
}

/// One line of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyLine<'a> {
    text: &'a [u8],
}

impl<'a> ReplyLine<'a> {
    /// Everything behind the code and its separator.
    pub const fn text(&self) -> &'a [u8] {
        self.text
    }

    /// The enhanced status code at the front of the text.
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        EnhancedCode::parse(self.text)
    }

    /// The text without the enhanced status code: what a person may read. Untrusted.
    pub fn message(&self) -> &'a [u8] {
        match EnhancedCode::parse_front(self.text) {
            Some((_, [b' ', message @ ..])) => message,
            Some((_, [])) => &[],
            _ => self.text,
        }
    }
}
