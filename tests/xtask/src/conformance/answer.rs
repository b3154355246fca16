//! What somebody makes of one message, in a form that can be compared.

use std::collections::BTreeMap;

use serde::Deserialize;

/// All that is said of a message. What is not answered is `None`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub(super) subject: Option<String>,
    /// Seconds since the start of 1970.
    pub(super) date: Option<i64>,
    /// Name and address of each mailbox.
    pub(super) from: Option<Vec<(String, Option<String>)>>,
    pub(super) to: Option<Vec<(String, Option<String>)>>,
    pub(super) cc: Option<Vec<(String, Option<String>)>>,
    /// In the order of the message.
    pub(super) parts: Option<Vec<Part>>,
}

/// What is said of a part.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    pub(super) depth: usize,
    #[serde(rename = "type")]
    pub(super) media_type: Option<String>,
    pub(super) name: Option<String>,
    /// Its decoded body, in hexadecimal.
    pub(super) bytes: Option<String>,
    /// The same as text.
    pub(super) text: Option<String>,
}

/// Single facts by their names.
pub(super) type Facts = BTreeMap<String, String>;

impl Answer {
    /// The kinds and places of all parts.
    pub(super) fn tree(&self) -> Option<String> {
        let parts = self.parts.as_ref()?;
        let part = |part: &Part| {
            let media_type = part.media_type.as_deref().unwrap_or("text/plain").to_ascii_lowercase();
            format!("{}:{media_type}", part.depth)
        };
        Some(parts.iter().map(part).collect::<Vec<_>>().join(" "))
    }

    /// Each fact. Those about parts are comparable only between answers with the same tree.
    pub(super) fn facts(&self) -> Facts {
        let mut facts = Facts::new();
        let mut add = |name: String, value: Option<String>| value.and_then(|value| facts.insert(name, value));
        add("subject".into(), self.subject.as_deref().map(spaced));
        add("date".into(), self.date.map(|date| date.to_string()));
        for (name, list) in [("from", &self.from), ("to", &self.to), ("cc", &self.cc)] {
            add(name.into(), list.as_deref().map(addresses));
        }
        add("tree".into(), self.tree());
        for (index, part) in self.parts.iter().flatten().enumerate() {
            add(format!("name of part {index}"), part.name.as_deref().map(spaced));
            add(format!("bytes of part {index}"), part.bytes.clone());
            add(format!("text of part {index}"), part.text.clone());
        }
        facts
    }
}

fn addresses(list: &[(String, Option<String>)]) -> String {
    let one = |(name, address): &(String, Option<String>)| {
        format!("{} <{}>", spaced(name), address.as_deref().unwrap_or_default())
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// How much white space a fold becomes is nothing that anybody agrees on.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
