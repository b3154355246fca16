//! The tree of parts that a draft asks for.
//!
//! ```text
//! multipart/mixed                  if anything is attached
//! ├── multipart/alternative        if there are both text and HTML
//! │   ├── text/plain
//! │   └── multipart/related        if the HTML shows inline parts
//! │       ├── text/html
//! │       └── inline parts
//! └── attachments
//! ```
//!
//! A level that would hold one part is left out.

use super::draft::Draft;
use super::part::{Content, Part};

/// One part of a message, as a place in its draft.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node<'a> {
    Mixed,
    Alternative,
    Related,
    Text,
    Html,
    Part(&'a Part<'a>),
}

/// The part that is the whole message.
pub(super) fn root<'a>(draft: &'a Draft<'a>) -> Node<'a> {
    if draft.attachments.is_empty() && loose(draft).is_empty() {
        content(draft).unwrap_or(Node::Text)
    } else {
        Node::Mixed
    }
}

/// The part without the attachments, if there is one.
fn content<'a>(draft: &'a Draft<'a>) -> Option<Node<'a>> {
    match (&draft.body, draft.text, draft.html) {
        (Some(body), ..) => Some(Node::Part(body)),
        (None, Some(_), Some(_)) => Some(Node::Alternative),
        (None, None, Some(_)) => Some(html(draft)),
        (None, Some(_), None) => Some(Node::Text),
        (None, None, None) => None,
    }
}

fn html<'a>(draft: &Draft<'a>) -> Node<'a> {
    if draft.inline.is_empty() { Node::Html } else { Node::Related }
}

/// Inline parts without HTML that would show them.
fn loose<'a>(draft: &Draft<'a>) -> &'a [Part<'a>] {
    if draft.html.is_none() && draft.body.is_none() { draft.inline } else { &[] }
}

impl<'a> Node<'a> {
    /// The part in it that has this index.
    pub(super) fn child(self, index: usize, draft: &'a Draft<'a>) -> Option<Self> {
        match self {
            Self::Mixed => {
                let content = content(draft);
                let Some(index) = index.checked_sub(usize::from(content.is_some())) else { return content };
                let loose = loose(draft);
                let part = loose.get(index).or_else(|| draft.attachments.get(index.checked_sub(loose.len())?));
                part.map(Self::Part)
            }
            Self::Alternative => match index {
                0 => Some(Self::Text),
                1 => Some(html(draft)),
                _ => None,
            },
            Self::Related => match index.checked_sub(1) {
                None => Some(Self::Html),
                Some(index) => draft.inline.get(index).map(Self::Part),
            },
            Self::Text | Self::Html => None,
            Self::Part(part) => match part.content {
                Content::Parts(parts) => parts.get(index).map(Self::Part),
                _ => None,
            },
        }
    }

    /// What the part is.
    pub(super) fn part(self, draft: &Draft<'a>) -> Part<'a> {
        match self {
            Self::Mixed => Part::multipart("multipart/mixed", &[]),
            Self::Alternative => Part::multipart("multipart/alternative", &[]),
            Self::Related => Part {
                // RFC 2387 §3.1.
                parameters: &[("type", "text/html")],
                ..Part::multipart("multipart/related", &[])
            },
            Self::Text => Part::text(draft.text.unwrap_or_default()),
            Self::Html => Part::html(draft.html.unwrap_or_default()),
            Self::Part(part) => *part,
        }
    }
}
