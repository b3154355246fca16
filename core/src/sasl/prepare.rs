//! SASLprep (RFC 4013): one form for names and passwords that look the same.
//!
//! What is printable ASCII is its own form. Anything else is prepared only with the feature `saslprep`,
//! and used as it is without.

/// Shows `text` to `with` as SASLprep makes it; `None` if it is forbidden.
pub(super) fn prepared<R>(text: &str, with: impl FnOnce(&str) -> R) -> Option<R> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Some(with(text));
    }
    #[cfg(feature = "saslprep")]
    {
        let mut form = full::prepare(text)?;
        let result = with(&form);
        zeroize::Zeroize::zeroize(form.as_mut_str());
        Some(result)
    }
    #[cfg(not(feature = "saslprep"))]
    Some(with(text))
}

/// The whole of it, with the tables of Unicode.
#[cfg(feature = "saslprep")]
mod full {
    use alloc::string::String;
    use unicode_bidi::{BidiClass, bidi_class};
    use unicode_normalization::UnicodeNormalization;

    /// Maps, normalizes, checks (RFC 3454 §2). Characters that have no meaning yet pass, as they do in a
    /// query (RFC 3454 §7).
    pub(super) fn prepare(text: &str) -> Option<String> {
        // A form is at most so much longer (Unicode standard annex 15): no piece of a secret is left
        // behind by growing.
        let mut form = String::new();
        form.try_reserve_exact(text.len().saturating_mul(11)).ok()?;
        form.extend(text.chars().filter_map(mapped).nfkc());
        if form.chars().any(is_prohibited) || !runs_one_way(&form) {
            zeroize::Zeroize::zeroize(form.as_mut_str());
            return None;
        }
        Some(form)
    }

    /// RFC 4013 §2.1: spaces of every kind become one kind, and what is commonly mapped to nothing goes.
    fn mapped(character: char) -> Option<char> {
        match character {
            // RFC 3454 table B.1.
            '\u{AD}'
            | '\u{34F}'
            | '\u{1806}'
            | '\u{180B}'..='\u{180D}'
            | '\u{200C}'
            | '\u{200D}'
            | '\u{2060}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' => None,
            // RFC 3454 table C.1.2. U+200B stands in both tables; it is a space to others too.
            '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200B}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => Some(' '),
            other => Some(other),
        }
    }

    /// RFC 4013 §2.3: the tables C.1.2 to C.9 of RFC 3454, as far as the mapping has left any of them.
    fn is_prohibited(character: char) -> bool {
        let plane_end = u32::from(character) & 0xFFFE == 0xFFFE;
        plane_end
            || character.is_control()
            || matches!(character,
                '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200B}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
                | '\u{6DD}' | '\u{70F}' | '\u{180E}' | '\u{200C}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{2063}' | '\u{206A}'..='\u{206F}' | '\u{340}' | '\u{341}'
                | '\u{2FF0}'..='\u{2FFB}' | '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}'
                | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0001}'
                | '\u{E0020}'..='\u{E007F}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
    }

    /// RFC 3454 §6: what has a character that runs from right to left has none that runs the other way,
    /// and begins and ends with one.
    fn runs_one_way(text: &str) -> bool {
        let leftward = |character: char| matches!(bidi_class(character), BidiClass::R | BidiClass::AL);
        if !text.chars().any(leftward) {
            return true;
        }
        let ends = text.chars().next().is_some_and(leftward) && text.chars().next_back().is_some_and(leftward);
        ends && !text.chars().any(|character| bidi_class(character) == BidiClass::L)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn form(text: &str) -> Option<String> {
        prepared(text, |text| text.into())
    }

    #[test]
    fn printable_ascii_is_its_own_form() {
        assert_eq!(form("USER, p=w ~").as_deref(), Some("USER, p=w ~"));
    }

    #[cfg(feature = "saslprep")]
    #[test]
    fn the_examples_of_rfc_4013_hold() {
        assert_eq!(form("I\u{AD}X").as_deref(), Some("IX"));
        assert_eq!(form("user").as_deref(), Some("user"));
        assert_eq!(form("\u{AA}").as_deref(), Some("a"));
        assert_eq!(form("\u{2168}").as_deref(), Some("IX"));
        assert_eq!(form("\u{7}"), None);
        assert_eq!(form("\u{627}1"), None);
    }

    #[cfg(feature = "saslprep")]
    #[test]
    fn spaces_become_one_kind_and_what_has_no_place_is_refused() {
        assert_eq!(form("p\u{A0}w\u{3000}d").as_deref(), Some("p w d"));
        assert_eq!(form("\u{627}1\u{628}").as_deref(), Some("\u{627}1\u{628}"));
        assert_eq!(form("u\u{308}").as_deref(), Some("\u{FC}"));
        for text in ["\u{E000}", "\u{FFFF}", "a\u{202E}b", "\u{FFFD}", "\u{627}a\u{628}", "\u{85}", "\u{10FFFF}"] {
            assert_eq!(form(text), None, "{text:?}");
        }
    }
}
