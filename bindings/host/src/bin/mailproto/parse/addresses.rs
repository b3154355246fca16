//! Paths and mailboxes (RFC 5321 §4.1.2), one a line.

use super::input::Item;
use super::{Malformed, values};
use mailproto::smtp::Path;
use mailproto::{Anomalies, Leniency};
use serde_json::json;

/// Reads one line: `<local@domain>` or `local@domain`.
pub(super) fn parse(line: &[u8], leniency: Leniency, tolerated: Anomalies) -> Item {
    let wrong = |offset| Malformed {
        kind: "path",
        offset,
        message: "no address in the form local@domain or <local@domain> (RFC 5321 §4.1.2)".into(),
    };
    let line = line.trim_ascii();
    let path = if line.first() == Some(&b'<') {
        Path::parse(line).map_err(|error| wrong(error.offset))?
    } else {
        let text = std::str::from_utf8(line).map_err(|error| wrong(error.valid_up_to()))?;
        match Path::from_mailbox(text) {
            Ok(path) if !path.is_null() => path,
            Ok(_) => return Err(wrong(0)),
            Err(error) => return Err(wrong(error.offset)),
        }
    };
    if !leniency.tolerates(path.anomalies()) {
        return Err(wrong(1));
    }
    let mut object = values::path(path);
    object["type"] = json!("path");
    object["anomalies"] = values::anomalies(path.anomalies() | tolerated);
    Ok(object)
}
