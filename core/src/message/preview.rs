//! The first words of a text, on one line: what a list of messages shows beside the subject.

use core::fmt::{self, Write};

/// Takes text, plain or HTML, and writes the beginning of what a reader would see of it.
///
/// Runs of white space become one space. It fails with the sink's error, or when there is no more room: what
/// feeds it can stop there.
pub(super) struct Preview<'s> {
    sink: &'s mut dyn Write,
    /// Characters that still have room.
    left: usize,
    /// Whether white space stands before the next character, behind others.
    gap: bool,
    begun: bool,
    state: State,
    is_html: bool,
    /// The element of which nothing is shown.
    hidden: Name,
}

/// Where in HTML it is.
#[derive(Clone, Copy)]
enum State {
    Text,
    /// Behind `<`; the letters of the name so far.
    Tag {
        name: Name,
        closes: bool,
    },
    /// Behind the name; the quote that is open, and whether a value begins here.
    Attributes {
        name: Name,
        closes: bool,
        quote: Option<char>,
        is_value: bool,
    },
    /// Behind `<!`, and how many dashes came last; four at least make a comment and its end.
    Markup {
        dashes: u8,
        is_comment: bool,
        is_start: bool,
    },
    /// Behind `&`.
    Entity(Name),
}

/// A short name of letters and digits.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Name {
    bytes: [u8; 10],
    length: usize,
}

impl Name {
    fn push(&mut self, character: char) -> bool {
        let (Some(place), true) = (self.bytes.get_mut(self.length), character.is_ascii()) else { return false };
        *place = character as u8;
        self.length += 1;
        true
    }

    fn text(&self) -> &str {
        crate::text::utf8(crate::slice::front(&self.bytes, self.length)).unwrap_or_default()
    }

    fn is(&self, name: &str) -> bool {
        self.text().eq_ignore_ascii_case(name)
    }

    fn is_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }
}

/// Elements of which nothing is shown.
const HIDDEN: [&str; 5] = ["head", "style", "script", "title", "template"];
/// Elements that stand within a line.
const INLINE: [&str; 14] =
    ["a", "b", "i", "u", "s", "em", "strong", "span", "font", "small", "big", "sub", "sup", "code"];
/// The entities that mail is full of; others stand as they are.
const ENTITIES: [(&str, char); 12] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("shy", '\u{ad}'),
    ("zwnj", '\u{200c}'),
    ("ndash", '\u{2013}'),
    ("mdash", '\u{2014}'),
    ("hellip", '\u{2026}'),
    ("euro", '\u{20ac}'),
];

impl<'s> Preview<'s> {
    /// Room for so many characters.
    pub(super) fn new(sink: &'s mut dyn Write, room: usize) -> Self {
        let (state, hidden) = (State::Text, Name::default());
        Self { sink, left: room, gap: false, begun: false, state, is_html: false, hidden }
    }

    /// Another text follows.
    pub(super) fn begin(&mut self, is_html: bool) {
        (self.state, self.hidden, self.is_html, self.gap) = (State::Text, Name::default(), is_html, self.begun);
    }

    fn show(&mut self, character: char) -> fmt::Result {
        if self.hidden.length > 0 {
            return Ok(());
        }
        // Mailers fill the preview with what takes no room.
        let is_nothing =
            character.is_control() || matches!(character, '\u{ad}' | '\u{34f}' | '\u{200b}' | '\u{200c}' | '\u{feff}');
        if character.is_whitespace() {
            self.gap = self.begun;
            return Ok(());
        }
        if is_nothing {
            return Ok(());
        }
        let needed = 1 + usize::from(self.gap);
        self.left = self.left.checked_sub(needed).ok_or(fmt::Error)?;
        if core::mem::take(&mut self.gap) {
            self.sink.write_char(' ')?;
        }
        self.begun = true;
        self.sink.write_char(character)
    }

    fn html(&mut self, character: char) -> fmt::Result {
        match self.state {
            State::Text => match character {
                '<' => self.state = State::Tag { name: Name::default(), closes: false },
                '&' => self.state = State::Entity(Name::default()),
                _ => return self.show(character),
            },
            State::Tag { mut name, closes } => match character {
                '/' if name.length == 0 && !closes => self.state = State::Tag { name, closes: true },
                '!' | '?' if name.length == 0 && !closes => {
                    self.state = State::Markup { dashes: 0, is_comment: false, is_start: true };
                }
                '>' => return self.element(name, closes),
                _ if character.is_ascii_alphabetic() || name.length > 0 && character.is_ascii_digit() => {
                    // A longer name is none of those that matter.
                    name.push(character);
                    self.state = State::Tag { name, closes };
                }
                _ if name.length == 0 => {
                    // A lone `<` is what it is.
                    self.state = State::Text;
                    self.show('<')?;
                    return self.html(character);
                }
                _ => self.state = State::Attributes { name, closes, quote: None, is_value: character == '=' },
            },
            State::Attributes { name, closes, quote, is_value } => match (quote, character) {
                (Some(open), _) => {
                    let quote = quote.filter(|_| character != open);
                    self.state = State::Attributes { name, closes, quote, is_value: false };
                }
                (None, '>') => return self.element(name, closes),
                (None, '"' | '\'') if is_value => {
                    self.state = State::Attributes { name, closes, quote: Some(character), is_value: false };
                }
                (None, _) => {
                    let is_value = character == '=' || is_value && character.is_whitespace();
                    self.state = State::Attributes { name, closes, quote, is_value };
                }
            },
            State::Markup { dashes, is_comment, is_start } => {
                let run = if character == '-' { dashes.saturating_add(1) } else { 0 };
                let (is_comment, dashes) = if is_start && run == 2 { (true, 0) } else { (is_comment, run) };
                let ends = character == '>' && (!is_comment || self.dashes() >= 2);
                let is_start = is_start && character == '-' && !is_comment;
                self.state = if ends { State::Text } else { State::Markup { dashes, is_comment, is_start } };
            }
            State::Entity(mut name) => {
                if character == ';' {
                    self.state = State::Text;
                    return self.entity(&name);
                }
                let belongs = character.is_ascii_alphanumeric() || character == '#' && name.length == 0;
                if belongs && name.push(character) {
                    self.state = State::Entity(name);
                    return Ok(());
                }
                self.state = State::Text;
                self.as_it_stands(&name)?;
                return self.html(character);
            }
        }
        Ok(())
    }

    const fn dashes(&self) -> u8 {
        if let State::Markup { dashes, .. } = self.state { dashes } else { 0 }
    }

    /// At the end of a tag.
    fn element(&mut self, name: Name, closes: bool) -> fmt::Result {
        self.state = State::Text;
        if self.hidden.length > 0 {
            let ends = closes && name.is(self.hidden.text()) || !closes && self.hidden.is("head") && name.is("body");
            if ends {
                self.hidden = Name::default();
            }
        } else if !closes && name.is_any(&HIDDEN) {
            self.hidden = name;
        }
        if name.is_any(&INLINE) { Ok(()) } else { self.show(' ') }
    }

    fn entity(&mut self, name: &Name) -> fmt::Result {
        let text = name.text();
        let number = text.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => digits.parse().ok(),
        });
        let named = || ENTITIES.iter().find(|(known, _)| *known == text).map(|(_, character)| *character);
        match number.and_then(char::from_u32).or_else(named) {
            Some(character) => self.show(character),
            None => {
                self.as_it_stands(name)?;
                self.show(';')
            }
        }
    }

    fn as_it_stands(&mut self, name: &Name) -> fmt::Result {
        self.show('&')?;
        name.text().chars().try_for_each(|character| self.show(character))
    }
}

impl Write for Preview<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let is_html = self.is_html;
        text.chars().try_for_each(|character| if is_html { self.html(character) } else { self.show(character) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    /// The preview, which is the same however the text comes.
    fn preview(text: &str, is_html: bool, room: usize) -> String {
        let mut shown = String::new();
        let mut preview = Preview::new(&mut shown, room);
        preview.begin(is_html);
        let _ = preview.write_str(text);
        let mut again = String::new();
        let mut preview = Preview::new(&mut again, room);
        preview.begin(is_html);
        let _ = text.chars().try_for_each(|character| preview.write_char(character));
        assert_eq!(shown, again);
        shown
    }

    #[test]
    fn white_space_becomes_one_space_and_the_room_is_kept() {
        assert_eq!(preview("\r\n one\r\n\t two \u{a0}\u{200b} three \r\n", false, 100), "one two three");
        assert_eq!(preview("one two", false, 5), "one t");
        assert_eq!(preview("one two", false, 4), "one");
        assert_eq!(preview("a < b & c", false, 100), "a < b & c");
        assert_eq!(preview("", false, 100), "");
    }

    #[test]
    fn of_html_what_is_seen_is_shown() {
        for (html, shown) in [
            ("<html><head><title>no</title><style>p { }</style></head><body><p>One</p><p>two", "One two"),
            ("a<b>b</b>c<br/>d<br>e", "abc d e"),
            ("<head>no<body class=x>yes", "yes"),
            ("a<!-- no > <b> -->b<!DOCTYPE html>c", "abc"),
            ("<!---->a<!--->b-->c", "ac"),
            ("<a href=\"x>y\" title='>'>link</a>", "link"),
            ("<p title=it's>text</p>", "text"),
            ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
            ("&lt;&#65;&#x42;&amp;&nbsp;&unknown;&gt", "<AB& &unknown;"),
            ("&averylongentityname;", "&averylongentityname;"),
            ("<script>if (a < b) no()</script>yes", "yes"),
            ("<averylongelementname>x</averylongelementname>y", "x y"),
            ("<unclosed", ""),
        ] {
            assert_eq!(preview(html, true, 100), shown, "{html}");
        }
    }
}
