//! The trace that each host leaves (RFC 5321 §4.4, RFC 5322 §3.6.7).
//!
//! ```
//! use mailproto::message::Received;
//! let trace = Received::parse(
//!     b"from a.example (helo.example [192.0.2.1])\r\n by b.example (Postfix) with ESMTPS id 7\r\n \
//!       for <c@b.example>; Fri, 21 Nov 1997 09:55:06 -0600",
//! );
//! assert_eq!(trace.from().unwrap().text(), b"a.example");
//! assert_eq!(trace.from().unwrap().comment(), b"helo.example [192.0.2.1]");
//! assert_eq!(trace.from().unwrap().ip(), "192.0.2.1".parse().ok());
//! assert_eq!(trace.by().unwrap().text(), b"b.example");
//! assert_eq!(trace.recipient().unwrap().text(), b"<c@b.example>");
//! assert_eq!(trace.date().unwrap().timestamp(), 880_127_706);
//! assert!(trace.anomalies().is_empty());
//! ```

use super::anomaly::{Anomalies, Anomaly};
use super::date::DateTime;
use super::lexical::{Notes, between, comment_end, inside, is_white, quoted_end, run, skip_white};
use crate::slice::{after, front};
use crate::text::utf8;
use core::fmt;
use core::net::IpAddr;
use memchr::{memchr, memrchr};

/// One trace, taken apart as it is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Received<'a> {
    value: &'a [u8],
}

/// One part of a trace: a word that says what it is, and what follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TraceClause<'a> {
    name: &'a [u8],
    text: &'a [u8],
    comment: &'a [u8],
}

/// The words that begin a part (RFC 5321 §4.4); others are part of what goes before.
const NAMES: [&[u8]; 6] = [b"from", b"by", b"via", b"with", b"id", b"for"];

impl<'a> Received<'a> {
    /// The trace in a value. There is none on which this fails.
    ///
    /// ```abnf
    /// Time-stamp-line = "Received:" FWS Stamp CRLF
    /// Stamp           = From-domain By-domain Opt-info [CFWS] ";" FWS date-time
    /// From-domain     = "FROM" FWS Extended-Domain
    /// By-domain       = CFWS "BY" FWS Extended-Domain
    /// Opt-info        = [Via] [With] [ID] [For] [Additional-Registered-Clauses]
    /// ```
    /// RFC 5321 §4.4.
    pub const fn parse(value: &'a [u8]) -> Self {
        Self { value }
    }

    /// Each part before the date, in order.
    pub fn clauses(&self) -> impl Iterator<Item = TraceClause<'a>> + Clone + use<'a> {
        let (stamp, mut place) = (self.stamp(), 0);
        core::iter::from_fn(move || next(stamp, &mut place, &mut Notes::nobody()))
    }

    /// The first part with this name; case does not count.
    pub fn clause(&self, name: &[u8]) -> Option<TraceClause<'a>> {
        self.clauses().find(|clause| clause.name.eq_ignore_ascii_case(name))
    }

    /// Which host sent.
    pub fn from(&self) -> Option<TraceClause<'a>> {
        self.clause(b"from")
    }

    /// Which host received.
    pub fn by(&self) -> Option<TraceClause<'a>> {
        self.clause(b"by")
    }

    /// By which protocol (RFC 3848), such as `ESMTPS`.
    pub fn protocol(&self) -> Option<TraceClause<'a>> {
        self.clause(b"with")
    }

    /// What the host that received calls the message.
    pub fn id(&self) -> Option<TraceClause<'a>> {
        self.clause(b"id")
    }

    /// For whom.
    pub fn recipient(&self) -> Option<TraceClause<'a>> {
        self.clause(b"for")
    }

    /// When.
    pub fn date(&self) -> Option<DateTime> {
        DateTime::parse(self.date_raw()?.1)
    }

    /// What is not by the letter of RFC 5321 in it.
    pub fn anomalies(&self) -> Anomalies {
        let mut anomalies = Anomalies::NONE;
        let (stamp, mut place, mut count) = (self.stamp(), 0, 0);
        while next(stamp, &mut place, &mut Notes::new(&mut anomalies)).is_some() {
            count += 1;
        }
        if count == 0 {
            anomalies.note(Anomaly::MALFORMED_TRACE, 0);
        }
        match self.date_raw() {
            Some((place, date)) => anomalies.merge(&DateTime::anomalies(date), place as u64),
            None => anomalies.note(Anomaly::MALFORMED_TRACE, self.value.len() as u64),
        }
        anomalies
    }

    /// What stands before the date.
    fn stamp(&self) -> &'a [u8] {
        front(self.value, memrchr(b';', self.value).unwrap_or(self.value.len()))
    }

    /// The date and where it stands: behind the last semicolon.
    fn date_raw(&self) -> Option<(usize, &'a [u8])> {
        let place = memrchr(b';', self.value)? + 1;
        Some((place, after(self.value, place)))
    }
}

impl<'a> TraceClause<'a> {
    /// The word that says what it is.
    pub const fn name(&self) -> &'a [u8] {
        self.name
    }

    /// What follows, up to the first comment.
    pub const fn text(&self) -> &'a [u8] {
        self.text
    }

    /// What the first comment says.
    pub const fn comment(&self) -> &'a [u8] {
        self.comment
    }

    /// The address of the host, from an address literal in the comment or before it:
    ///
    /// ```abnf
    /// TCP-info = address-literal / ( Domain FWS address-literal )
    /// ```
    /// RFC 5321 §4.4.
    pub fn ip(&self) -> Option<IpAddr> {
        literal(self.comment).or_else(|| literal(self.text))
    }
}

impl fmt::Debug for TraceClause<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [name, text, comment] = [self.name, self.text, self.comment].map(<[u8]>::escape_ascii);
        write!(formatter, "{name} {text} ({comment})")
    }
}

impl fmt::Debug for Received<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.clauses()).finish()
    }
}

fn next<'a>(value: &'a [u8], place: &mut usize, notes: &mut Notes<'_>) -> Option<TraceClause<'a>> {
    let mut name = None;
    let (mut text, mut comment) = (None::<(usize, usize)>, &[][..]);
    let mut is_text_over = false;
    loop {
        *place = skip_white(value, *place);
        let start = *place;
        let Some(byte) = value.get(start) else { break };
        if *byte == b'(' {
            *place = comment_end(value, start, notes);
            if comment.is_empty() && name.is_some() {
                comment = inside(between(value, start, *place), b')');
            }
            is_text_over = text.is_some();
            continue;
        }
        *place = match byte {
            b'"' => quoted_end(value, start, notes),
            b'<' => run(value, start, |byte| byte != b'>').saturating_add(1).min(value.len()),
            _ => run(value, start + 1, |byte| !is_white(byte) && !matches!(byte, b'(' | b'"' | b'<')),
        };
        let word = between(value, start, *place);
        // A name follows white space, and a word follows a name: `from by` is the host of that name.
        let is_name = NAMES.iter().any(|name| name.eq_ignore_ascii_case(word));
        if is_name && (name.is_none() || text.is_some()) {
            if name.is_some() {
                *place = start;
                break;
            }
            name = Some(word);
            continue;
        }
        if name.is_none() {
            notes.note(Anomaly::MALFORMED_TRACE, start);
        } else if !is_text_over {
            text = Some((text.map_or(start, |(start, _)| start), *place));
        }
    }
    let (start, end) = text.unwrap_or_default();
    Some(TraceClause { name: name?, text: between(value, start, end), comment })
}

/// The first address between brackets in `text`.
fn literal(text: &[u8]) -> Option<IpAddr> {
    let inner = after(text, memchr(b'[', text)? + 1);
    let inner = front(inner, memchr(b']', inner)?);
    let address = match inner.split_first_chunk::<5>() {
        Some((tag, address)) if tag.eq_ignore_ascii_case(b"IPv6:") => address,
        _ => inner,
    };
    utf8(address)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    fn clauses(value: &str) -> (Vec<String>, bool) {
        let trace = Received::parse(value.as_bytes());
        let list = trace.clauses().map(|clause| format!("{clause:?}")).collect();
        (list, trace.anomalies().is_empty())
    }

    #[test]
    fn traces_are_taken_apart_whatever_their_form() {
        let date = "; Fri, 21 Nov 1997 09:55:06 -0600";
        for (stamp, expected, sound) in [
            ("from a by b", &["from a ()", "by b ()"][..], true),
            (
                "FROM a (b (c) [1.2.3.4])\r\n\tBY d (e) (f) WITH g",
                &["FROM a (b (c) [1.2.3.4])", "BY d (e)", "WITH g ()"],
                true,
            ),
            ("from from by by id id", &["from from ()", "by by ()", "id id ()"], true),
            ("from [1.2.3.4] by b for <x y@z>", &["from [1.2.3.4] ()", "by b ()", "for <x y@z> ()"], true),
            ("by b with HTTP; x", &["by b ()", "with HTTP; x ()"], true),
            ("from a b c (d) e by f", &["from a b c (d)", "by f ()"], true),
            ("(qmail 7 invoked by uid 0)", &[], false),
            ("junk from a", &["from a ()"], false),
            ("from", &["from  ()"], true),
            ("", &[], false),
        ] {
            let (found, is_sound) = clauses(&format!("{stamp}{date}"));
            assert_eq!(found, expected, "{stamp}");
            assert_eq!(is_sound, sound, "{stamp}");
            assert!(!clauses(stamp).1 || stamp.contains(';'), "{stamp}");
        }
    }

    #[test]
    fn the_address_of_a_host_is_found() {
        for (stamp, ip) in [
            ("from a ([192.0.2.1])", Some("192.0.2.1")),
            ("from a (b [IPv6:2001:db8::1])", Some("2001:db8::1")),
            ("from a (b [2001:db8::1])", Some("2001:db8::1")),
            ("from [192.0.2.1] (helo=x)", Some("192.0.2.1")),
            ("from a ([x])", None),
            ("from a ([192.0.2.1", None),
            ("from a", None),
        ] {
            let trace = Received::parse(stamp.as_bytes());
            assert_eq!(trace.from().unwrap().ip(), ip.map(|ip| ip.parse().unwrap()), "{stamp}");
        }
    }

    #[test]
    fn a_date_with_tabs_and_another_order_is_found() {
        let trace = Received::parse(b"by x;\tFri,\t21 Nov 1997\t09:55:06\t-0600\t(CST)");
        assert_eq!(trace.date().unwrap().timestamp(), 880_127_706);
        assert_eq!(Received::parse(b"by x").date(), None);
    }
}
