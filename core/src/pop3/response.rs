//! Responses (RFC 1939 §3): what a server says, one line and sometimes more.
//!
//! Only the first line has a grammar of its own. Whether lines follow it depends on the request:
//! [`Verb::is_multi_line`](super::Verb::is_multi_line).

use super::listing::{DropListing, ScanListing, UniqueIdListing};
use crate::leniency::{Anomalies, Leniency};
use crate::slice::after;
use crate::text::utf8;

/// The first line of a response.
///
/// ```
/// use mailproto::{Leniency, pop3::{Response, ResponseCode, Status}};
/// let line = b"-ERR [IN-USE] Do you have another POP session running?";
/// let (response, anomalies) = Response::parse(line, Leniency::STRICT).unwrap();
/// assert_eq!((response.status(), response.code()), (Status::Error, Some(ResponseCode::InUse)));
/// assert_eq!(response.text(), "Do you have another POP session running?");
/// assert!(anomalies.is_empty());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    status: Status,
    /// What follows the status and a space.
    rest: &'a [u8],
}

/// The status indicator of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// `+OK`.
    Ok,
    /// `-ERR`.
    Error,
    /// `+`: the exchange of AUTH goes on (RFC 5034 §4).
    Continue,
}

impl Status {
    /// Its text on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "+OK",
            Self::Error => "-ERR",
            Self::Continue => "+",
        }
    }
}

/// The line is no response: no status indicator stands at its front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseError {
    /// Offset of the first byte that does not fit.
    pub offset: usize,
}

impl<'a> Response<'a> {
    /// Reads a line without its line end. Also tells what was tolerated in it.
    ///
    /// ```abnf
    /// single-line = status [SP text] CRLF
    /// status      = "+OK" / "-ERR"
    /// continue    = "+" SP [base64] CRLF
    /// ```
    /// RFC 2449 §4, RFC 5034 §5.
    ///
    /// # Errors
    /// [`ResponseError`] if it is none, or needs a leniency that is not given.
    pub fn parse(line: &'a [u8], leniency: Leniency) -> Result<(Self, Anomalies), ResponseError> {
        let (status, word) = match line {
            [b'+', b'O' | b'o', b'K' | b'k', ..] => (Status::Ok, 3),
            [b'-', b'E' | b'e', b'R' | b'r', b'R' | b'r', ..] => (Status::Error, 4),
            [b'+', b' ', ..] | [b'+'] => (Status::Continue, 1),
            [b'+' | b'-', ..] => return Err(ResponseError { offset: 1 }),
            _ => return Err(ResponseError { offset: 0 }),
        };
        let mut anomalies = Anomalies::NONE;
        if !line.starts_with(status.name().as_bytes()) {
            anomalies |= Anomalies::STATUS_CASE;
        }
        let rest = match after(line, word) {
            [] => &[],
            [b' ', rest @ ..] => rest,
            // Some servers leave the space out.
            [b'\t' | b'[', ..] => after(line, word),
            _ => return Err(ResponseError { offset: word }),
        };
        if leniency.tolerates(anomalies) {
            Ok((Self { status, rest }, anomalies))
        } else {
            Err(ResponseError { offset: 1 })
        }
    }

    /// The response with this status and what follows it.
    pub(super) const fn new(status: Status, rest: &'a [u8]) -> Self {
        Self { status, rest }
    }

    /// Good or bad.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Whether the status is `+OK`.
    pub const fn is_ok(&self) -> bool {
        matches!(self.status, Status::Ok)
    }

    /// Everything behind the status and its space, as it was sent.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The text for people, without the response code; the part of it that is UTF-8, which is all of
    /// it from a server that keeps to RFC 6856.
    pub fn text(&self) -> &'a str {
        let text = match self.split_code() {
            Some((_, text)) => text.strip_prefix(b" ").unwrap_or(text),
            None => self.rest,
        };
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(error) => text.get(..error.valid_up_to()).and_then(utf8).unwrap_or_default(),
        }
    }

    /// The code in brackets at the front of the text (RFC 2449 §8), if it has one.
    pub fn code(&self) -> Option<ResponseCode<'a>> {
        self.split_code().map(|(code, _)| ResponseCode::from_name(code))
    }

    /// ```abnf
    /// resp-code  = "[" resp-level *("/" resp-level) "]"
    /// resp-level = 1*rchar
    /// rchar      = %x21-2E / %x30-5C / %x5E-7F
    /// ```
    /// RFC 2449 §4. APOP's timestamp stands in other brackets.
    fn split_code(&self) -> Option<(&'a str, &'a [u8])> {
        let [b'[', rest @ ..] = self.rest else { return None };
        let end = rest.iter().position(|byte| *byte == b']' || !byte.is_ascii_graphic())?;
        let (code, text) = rest.split_at_checked(end)?;
        let [b']', text @ ..] = text else { return None };
        Some((utf8(code).filter(|code| !code.is_empty())?, text))
    }

    /// The timestamp of a greeting, which APOP signs, with its angle brackets:
    ///
    /// ```abnf
    /// greeting  = "+OK" [resp-code] *gchar [timestamp] *gchar CRLF
    /// timestamp = "<" *VCHAR ">"
    /// ```
    /// RFC 2449 §4. `None` if the server does not know APOP. As in a message id, there is an `@` in it
    /// (RFC 1939 §7).
    pub fn timestamp(&self) -> Option<&'a str> {
        let start = self.rest.iter().position(|byte| *byte == b'<')?;
        let from = after(self.rest, start);
        let end = from.iter().position(|byte| *byte == b'>' || !byte.is_ascii_graphic())?;
        let timestamp = from.get(..=end)?;
        let looks_right = timestamp.ends_with(b">") && timestamp.contains(&b'@');
        utf8(timestamp).filter(|_| looks_right)
    }

    /// What a good response to STAT says.
    pub fn drop_listing(&self) -> Option<DropListing> {
        DropListing::parse(self.rest)
    }

    /// What a good response to LIST of one message says.
    pub fn scan_listing(&self) -> Option<ScanListing> {
        ScanListing::parse(self.rest).map(|(listing, _)| listing)
    }

    /// What a good response to UIDL of one message says.
    pub fn unique_id_listing(&self) -> Option<UniqueIdListing<'a>> {
        UniqueIdListing::parse(self.rest).map(|(listing, _)| listing)
    }
}

/// Why a command was refused, in a word that programs understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseCode<'a> {
    /// The maildrop is open in another session (RFC 2449 §8.1.2).
    InUse,
    /// The last login was too short a time ago (RFC 2449 §8.1.1).
    LoginDelay,
    /// The server has a passing trouble: try later (RFC 3206 §4).
    SystemTemporary,
    /// The server has a lasting trouble: tell a person (RFC 3206 §4).
    SystemPermanent,
    /// The credentials are wrong (RFC 3206 §5).
    Authentication,
    /// The message needs UTF8 (RFC 6856 §5).
    Utf8,
    /// Any other, as written.
    Other(&'a str),
}

impl<'a> ResponseCode<'a> {
    /// The code of this name. Details that are not known are left out (RFC 2449 §8).
    fn from_name(name: &'a str) -> Self {
        const KNOWN: [ResponseCode<'static>; 6] = [
            ResponseCode::InUse,
            ResponseCode::LoginDelay,
            ResponseCode::SystemTemporary,
            ResponseCode::SystemPermanent,
            ResponseCode::Authentication,
            ResponseCode::Utf8,
        ];
        let is_level = |known: &ResponseCode<'_>| {
            let (known, name) = (known.name().as_bytes(), name.as_bytes());
            name.get(..known.len()).is_some_and(|front| front.eq_ignore_ascii_case(known))
                && matches!(after(name, known.len()), [] | [b'/', ..])
        };
        KNOWN.into_iter().find(is_level).unwrap_or(Self::Other(name))
    }

    /// Its text on the wire, without brackets.
    pub const fn name(&self) -> &'a str {
        match self {
            Self::InUse => "IN-USE",
            Self::LoginDelay => "LOGIN-DELAY",
            Self::SystemTemporary => "SYS/TEMP",
            Self::SystemPermanent => "SYS/PERM",
            Self::Authentication => "AUTH",
            Self::Utf8 => "UTF8",
            Self::Other(name) => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[u8]) -> Response<'_> {
        Response::parse(line, Leniency::LENIENT).unwrap().0
    }

    #[test]
    fn a_status_stands_at_the_front_of_every_response() {
        assert_eq!(parse(b"+OK").status(), Status::Ok);
        assert_eq!(parse(b"-ERR no").text(), "no");
        assert_eq!(parse(b"+ ").status(), Status::Continue);
        assert_eq!(parse(b"+").status(), Status::Continue);
        assert_eq!(parse(b"+OK[AUTH] x").code(), Some(ResponseCode::Authentication));
        for (line, offset) in [(&b""[..], 0), (b"OK", 0), (b"+YES", 1), (b"-ER", 1), (b"+OKAY", 3), (b"* OK", 0)] {
            assert_eq!(Response::parse(line, Leniency::LENIENT), Err(ResponseError { offset }), "{line:?}");
        }
    }

    #[test]
    fn a_status_in_small_letters_is_an_anomaly() {
        assert_eq!(Response::parse(b"+ok x", Leniency::LENIENT).unwrap().1, Anomalies::STATUS_CASE);
        assert!(Response::parse(b"+ok x", Leniency::STRICT).is_err());
    }

    #[test]
    fn codes_stand_in_any_case_with_details_that_may_be_unknown() {
        assert_eq!(parse(b"-ERR [sys/temp/disk] x").code(), Some(ResponseCode::SystemTemporary));
        assert_eq!(parse(b"-ERR [SYS] x").code(), Some(ResponseCode::Other("SYS")));
        assert_eq!(parse(b"-ERR [AUTHX] x").code(), Some(ResponseCode::Other("AUTHX")));
        assert_eq!(parse(b"-ERR [] x").code(), None);
        assert_eq!(parse(b"-ERR [no end").text(), "[no end");
        assert_eq!(parse(b"-ERR [IN-USE]").text(), "");
    }

    #[test]
    fn a_timestamp_looks_like_a_message_id() {
        let greeting = parse(b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>");
        assert_eq!(greeting.timestamp(), Some("<1896.697170952@dbc.mtview.ca.us>"));
        assert_eq!(parse(b"+OK <3 mail").timestamp(), None);
        assert_eq!(parse(b"+OK <nothing>").timestamp(), None);
        assert_eq!(parse(b"+OK <a@b").timestamp(), None);
    }

    #[test]
    fn text_that_is_not_utf8_is_told_as_far_as_it_is() {
        assert_eq!(parse(b"+OK caf\xe9").text(), "caf");
        assert_eq!(parse(b"+OK caf\xe9").rest(), b"caf\xe9");
    }
}
