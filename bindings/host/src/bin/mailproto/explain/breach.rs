//! Rules that a side has broken.

use mailproto_host::Side;

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Breach {
    pub(super) by: Side,
    pub(super) rule: String,
    pub(super) section: &'static str,
}

impl Breach {
    pub(super) fn new(by: Side, rule: impl Into<String>, section: &'static str) -> Self {
        Self { by, rule: rule.into(), section }
    }
}
