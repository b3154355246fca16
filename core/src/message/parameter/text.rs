//! The text of one parameter, put together from its sections.

use super::Parameters;
use super::section::{ParameterSection, split_extended};
use crate::message::anomaly::Anomaly;
use crate::message::compose::{Composer, text_view};
use crate::message::phrase::compose_escaped;
use crate::text::utf8;
use core::fmt;
use memchr::{memchr3, memmem};

/// One parameter, decoded as it is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Parameter<'a> {
    first: ParameterSection<'a>,
    /// Where the other sections are.
    all: Option<Parameters<'a>>,
}

/// How often the sections of one parameter are looked through from the start, because they are out of order.
/// With this bound the time is linear in the length; those that would be found later are missing.
const PASSES: u32 = 32;

impl<'a> Parameter<'a> {
    pub(super) const fn single(section: ParameterSection<'a>) -> Self {
        Self { first: section, all: None }
    }

    pub(super) const fn in_sections(all: Parameters<'a>, first: ParameterSection<'a>) -> Self {
        Self { first, all: Some(all) }
    }

    /// Its name.
    pub const fn name(&self) -> &'a [u8] {
        self.first.name()
    }

    /// Whether this is its name; case does not count.
    pub const fn is(&self, name: &[u8]) -> bool {
        self.first.is(name)
    }

    /// All of it as it stands, or the first section.
    pub const fn first(&self) -> ParameterSection<'a> {
        self.first
    }

    /// The language that it says it is in (RFC 2231 §4); mostly empty.
    pub fn language(&self) -> &'a [u8] {
        self.extension().map_or(&[], |(_, language, _)| language)
    }

    /// The label of the charset that it says it is in (RFC 2231 §4); mostly empty.
    pub fn charset(&self) -> &'a [u8] {
        self.extension().map_or(&[], |(charset, ..)| charset)
    }

    /// The text if it stands as it is: in one section and UTF-8, without a charset, folds, encoded words and
    /// quoted pairs.
    pub fn as_plain(&self) -> Option<&'a str> {
        let raw = self.first.raw();
        if self.all.is_some() || self.first.is_extended() || memchr3(b'\\', b'\r', b'\n', raw).is_some() {
            return None;
        }
        if memmem::find(raw, b"=?").is_some() { None } else { utf8(raw) }
    }

    /// The sections in the order of their numbers.
    fn sections(&self) -> impl Iterator<Item = ParameterSection<'a>> + use<'a> {
        let (all, first) = (self.all, self.first);
        let mut rest = all.map(|all| all.sections());
        let mut passes = 0;
        let mut last = None;
        core::iter::from_fn(move || {
            let Some(before) = last else {
                last = Some(first);
                return last;
            };
            let all = all?;
            let belongs =
                |section: &ParameterSection<'a>| section.is(first.name()) && section.number() > before.number();
            // The next one stands behind it, as a rule.
            let expected = before.number()?.checked_add(1);
            let found = rest.as_mut()?.find(|section| belongs(section) && section.number() == expected);
            last = found.or_else(|| {
                passes += 1;
                if passes > PASSES {
                    return None;
                }
                let found = all.sections().filter(belongs).min_by_key(|section| section.number())?;
                rest = Some(all.sections());
                rest.as_mut()?.find(|section| *section == found)
            });
            if last.is_none() {
                rest = None;
            }
            last
        })
    }

    fn extension(&self) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
        if self.first.is_extended() { split_extended(self.first.raw()) } else { None }
    }

    fn compose(&self, composer: &mut Composer<'a, '_>) -> fmt::Result {
        let extension = self.extension();
        if self.first.is_extended() && extension.is_none() {
            composer.notes().note(Anomaly::MALFORMED_PARAMETER, self.first.place());
        }
        let charset = extension.map(|(charset, ..)| charset);
        let mut is_first = true;
        self.sections().try_for_each(|section| {
            let text = match extension {
                Some((_, _, text)) if is_first => text,
                _ => section.raw(),
            };
            is_first = false;
            let place = section.place() + section.raw().len() - text.len();
            if section.is_extended() {
                return composer.percent(charset.unwrap_or_default(), text, place);
            }
            if let Some(word) = memmem::find(text, b"=?") {
                composer.notes().note(Anomaly::MISPLACED_ENCODED_WORD, place + word);
                return composer.unstructured(text, place);
            }
            match charset {
                // The charset is that of all sections, though not all have percent signs.
                Some(charset) => composer.bytes(charset, text, place),
                // Other backslashes are those of folders, which are often not quoted.
                None => {
                    compose_escaped(composer, text, place, |byte| section.is_quoted() && matches!(byte, b'"' | b'\\'))
                }
            }
        })
    }
}

text_view!(Parameter);

impl fmt::Debug for Parameter<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.sections()).finish()
    }
}
