//! One field of a header, written in steps.

use super::address;
use super::boundary::Boundary;
use super::draft::Value;
use super::line::Line;
use super::parameter::{self, Parameter, ParameterValue};
use super::text::{self, Style};
use super::token::Rest;
use crate::codec::encoded_word::Context;

/// A field and what it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) says: Says<'a>,
}

/// What a field says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Says<'a> {
    Value(Value<'a>),
    Id(&'a str),
    /// A value with parameters.
    With(&'a str, Parameters<'a>),
}

/// The parameters of a field.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parameters<'a> {
    pub(super) charset: bool,
    pub(super) flowed: bool,
    pub(super) boundary: Option<Boundary>,
    pub(super) file_name: Option<Parameter<'a>>,
    pub(super) others: &'a [(&'a str, &'a str)],
}

impl<'a> Parameters<'a> {
    fn get(&self, index: usize) -> Option<Parameter<'a>> {
        let text = |name, value| Parameter { name, value: ParameterValue::Text(value) };
        let first = [
            self.charset.then_some(text("charset", "utf-8")),
            self.flowed.then_some(text("format", "flowed")),
            self.boundary.map(|boundary| Parameter { name: "boundary", value: ParameterValue::Boundary(boundary) }),
            self.file_name,
        ];
        let others = self.others.iter().map(|(name, value)| text(*name, *value));
        first.into_iter().flatten().chain(others).nth(index)
    }
}

/// How far a field is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    stage: Stage,
    /// Characters on the present line.
    column: u16,
    rest: Rest<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Name,
    /// In a text of this style, behind so many bytes.
    Text(Style, usize),
    /// In a list of addresses.
    Addresses(address::Place),
    /// Before the id of this index.
    Ids(usize),
    /// In the parameter of this index.
    Parameters(usize, parameter::Place),
    End,
}

impl<'a> Place<'a> {
    /// Before the name.
    pub(super) const START: Self = Self { stage: Stage::Name, column: 0, rest: Rest::NONE };

    /// Writes a little more of the field into `place`, which has room for a step; how much, and whether
    /// that was the end of it.
    pub(super) fn step(&mut self, field: &Named<'a>, utf8: bool, place: &mut [u8]) -> (usize, bool) {
        let mut line = Line::new(place, self.column);
        if self.rest.is_empty() {
            self.stage = self.advance(field, utf8, &mut line);
        }
        self.rest.write(&mut line);
        let done = matches!(self.stage, Stage::End) && self.rest.is_empty();
        if done {
            line.end();
        }
        self.column = line.column() as u16;
        (line.written(), done)
    }

    fn advance(&mut self, field: &Named<'a>, utf8: bool, line: &mut Line<'_>) -> Stage {
        match (self.stage, field.says) {
            (Stage::Name, says) => {
                line.put(field.name.as_bytes());
                line.put(b":");
                start(says, utf8, line)
            }
            (Stage::Text(style, at), Says::Value(Value::Text(value))) => self.text(value, style, at, line),
            (Stage::Text(style, at), Says::Value(Value::Structured(value))) => {
                self.text(value.trim_ascii(), style, at, line)
            }
            (Stage::Addresses(mut place), Says::Value(Value::Addresses(list))) => match place.step(list, utf8, line) {
                Some(rest) => {
                    self.rest = rest;
                    Stage::Addresses(place)
                }
                None => Stage::End,
            },
            (Stage::Ids(0), Says::Id(id)) => self.id(id, line),
            (Stage::Ids(index), Says::Value(Value::Ids(ids))) => match ids.get(index) {
                Some(id) => {
                    self.id(id, line);
                    Stage::Ids(index + 1)
                }
                None => Stage::End,
            },
            (Stage::Parameters(index, mut place), Says::With(_, parameters)) => match parameters.get(index) {
                Some(parameter) if place.step(parameter, line) => {
                    Stage::Parameters(index + 1, parameter::Place::default())
                }
                Some(_) => Stage::Parameters(index, place),
                None => Stage::End,
            },
            _ => Stage::End,
        }
    }

    fn text(&mut self, value: &'a str, style: Style, at: usize, line: &mut Line<'_>) -> Stage {
        if at >= value.len() {
            return Stage::End;
        }
        if style == Style::Encoded {
            let rest = value.get(at..).unwrap_or_default();
            return Stage::Text(style, at + text::put_encoded(rest, Context::Text, at == 0, line).max(1));
        }
        let word = text::next_word(value.as_bytes(), at);
        line.make_room(word.len() + usize::from(at == 0));
        if at == 0 {
            line.put(b" ");
        }
        self.rest = Rest { text: word, behind: b"" };
        Stage::Text(style, at + word.len())
    }

    /// ```abnf
    /// msg-id = [CFWS] "<" id-left "@" id-right ">" [CFWS]
    /// ```
    /// RFC 5322 §3.6.4.
    fn id(&mut self, id: &'a str, line: &mut Line<'_>) -> Stage {
        let id = bare_id(id);
        line.make_room(id.len() + 3);
        line.put(b" <");
        self.rest = Rest { text: id.as_bytes(), behind: b">" };
        Stage::End
    }
}

/// Writes what comes first behind the colon.
fn start(says: Says<'_>, utf8: bool, line: &mut Line<'_>) -> Stage {
    match says {
        Says::Value(Value::Text(value)) => Stage::Text(text::style(value, utf8), 0),
        Says::Value(Value::Structured(_)) => Stage::Text(Style::Plain, 0),
        Says::Value(Value::Addresses(_)) => Stage::Addresses(address::Place::START),
        Says::Value(Value::Ids(_)) | Says::Id(_) => Stage::Ids(0),
        Says::Value(Value::Date(date)) => {
            line.put(b" ");
            let count = date.write(line.space());
            line.filled(count);
            Stage::End
        }
        Says::With(value, _) => {
            line.put(b" ");
            line.put(value.as_bytes());
            Stage::Parameters(0, parameter::Place::default())
        }
    }
}

/// An id without `<` and `>`.
pub(super) fn bare_id(id: &str) -> &str {
    let without = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
    without.unwrap_or(id)
}

/// The longest name of a field.
pub(super) const LONGEST_NAME: usize = 60;
/// The longest type, with what stands before it within a step.
pub(super) const LONGEST_TYPE: usize = 72;
