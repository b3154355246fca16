//! Parameters of MIME fields (RFC 2045 §5.1), with charsets and in sections (RFC 2231).
//!
//! ```
//! use mailproto::message::ContentType;
//! let value = b"text/plain; name*1*=%82%AC.txt; name*0*=utf-8'en'a%20%E2; charset=\"utf-8\"";
//! let parameters = ContentType::parse(value).parameters();
//! assert_eq!(parameters.get(b"Charset").unwrap().as_plain(), Some("utf-8"));
//! let name = parameters.get(b"name").unwrap();
//! assert_eq!((name.to_string(), name.language()), ("a \u{20ac}.txt".into(), &b"en"[..]));
//! assert_eq!(parameters.anomalies().names().collect::<Vec<_>>(), ["disordered_parameter"]);
//! ```

mod section;
mod text;

pub use section::ParameterSection;
pub use text::Parameter;

use super::anomaly::{Anomalies, Anomaly};
use super::lexical::Notes;
use section::next;

/// How many parameters in sections are put together, so that the time is linear in the length.
const BEGUN: usize = 8;

/// How many names are watched for what is repeated or out of order.
const WATCHED: usize = 16;

/// The parameters behind the first word of a value, found as they are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Parameters<'a> {
    value: &'a [u8],
    /// Where the first may begin.
    place: usize,
}

impl<'a> Parameters<'a> {
    /// The parameters in `value` from `place` on.
    pub(super) const fn new(value: &'a [u8], place: usize) -> Self {
        Self { value, place }
    }

    /// The value of the whole field.
    pub(super) const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Each parameter and each section of one, as it stands.
    pub fn sections(&self) -> impl Iterator<Item = ParameterSection<'a>> + Clone + use<'a> {
        let Self { value, mut place } = *self;
        core::iter::from_fn(move || next(value, &mut place, &mut Notes::nobody()))
    }

    /// Each parameter where it begins: those in sections where section 0 stands, of which the first eight are
    /// put together.
    pub fn iter(&self) -> impl Iterator<Item = Parameter<'a>> + Clone + use<'a> {
        let (all, mut begun) = (*self, 0);
        self.sections().filter_map(move |section| match section.number() {
            Some(0) => {
                begun += 1;
                let is_whole = begun <= BEGUN;
                Some(if is_whole { Parameter::in_sections(all, section) } else { Parameter::single(section) })
            }
            Some(_) => None,
            None => Some(Parameter::single(section)),
        })
    }

    /// The parameter of this name; case does not count. Of several, one with a charset goes before one in
    /// sections, that before a plain one (RFC 2231 §3), and the first one before others.
    pub fn get(&self, name: &[u8]) -> Option<Parameter<'a>> {
        let (mut plain, mut first) = (None, None::<ParameterSection<'a>>);
        for section in self.sections().filter(|section| section.is(name)) {
            match section.number() {
                None if section.is_extended() => return Some(Parameter::single(section)),
                None => plain = plain.or(Some(section)),
                number if first.is_none_or(|first| number < first.number()) => first = Some(section),
                Some(_) => {}
            }
        }
        match first {
            Some(first) => Some(Parameter::in_sections(*self, first)),
            None => plain.map(Parameter::single),
        }
    }

    /// What is not by the letter of the RFCs in them.
    pub fn anomalies(&self) -> Anomalies {
        let mut anomalies = Anomalies::NONE;
        let mut place = self.place;
        // The last section of each name.
        let mut watched = [None::<ParameterSection<'a>>; WATCHED];
        while let Some(section) = next(self.value, &mut place, &mut Notes::new(&mut anomalies)) {
            let entry = watched.iter_mut().find(|entry| entry.is_none_or(|before| section.is(before.name())));
            let Some(entry) = entry else { continue };
            let before = entry.replace(section);
            let in_order = match (before.and_then(|before| before.number()), section.number()) {
                (Some(before), Some(number)) => before.checked_add(1) == Some(number),
                (None, Some(number)) => number == 0,
                (_, None) => true,
            };
            if !in_order {
                anomalies.note(Anomaly::DISORDERED_PARAMETER, section.place() as u64);
            }
            let form = |section: ParameterSection<'a>| (section.number(), section.is_extended());
            if before.is_some_and(|before| form(before) == form(section)) {
                anomalies.note(Anomaly::REPEATED_PARAMETER, section.place() as u64);
            }
        }
        for parameter in self.iter() {
            parameter.note(&mut anomalies);
        }
        anomalies
    }
}

impl core::fmt::Debug for Parameters<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.debug_list().entries(self.sections()).finish()
    }
}

#[cfg(test)]
mod tests;
