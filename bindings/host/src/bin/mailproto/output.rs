//! Values for programs: one JSON object a line.

use crate::store::Content;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Bytes of a message that are written at a time: whole groups of base64.
const BLOCK: usize = 48 << 10;

/// Bytes as a string, or as `{"base64":…}` if they are not UTF-8.
pub(crate) fn text(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

/// Writes one object as a line to stdout, and sees it out.
pub(crate) fn line(value: &Value) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer(&mut stdout, value)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}

/// Writes text for people to stdout, and sees it out.
pub(crate) fn text_block(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Binary digits as hexadecimal text.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes one object as a line, with the message as its last field and no more than a block of that in
/// memory.
pub(crate) fn message_line(out: &mut impl Write, envelope: &Value, message: &Content) -> io::Result<()> {
    let envelope = envelope.to_string();
    let open = envelope.strip_suffix('}').unwrap_or(&envelope);
    write!(out, "{open},\"message\":")?;
    if texts(message, |_| Ok(()))? {
        out.write_all(b"\"")?;
        texts(message, |text| {
            let quoted = Value::from(text).to_string();
            out.write_all(&quoted.as_bytes()[1..quoted.len() - 1])
        })?;
        out.write_all(b"\"}\n")?;
    } else {
        out.write_all(b"{\"base64\":\"")?;
        blocks(message, |block| out.write_all(STANDARD.encode(block).as_bytes()))?;
        out.write_all(b"\"}}\n")?;
    }
    out.flush()
}

/// Goes through a message block by block.
fn blocks(content: &Content, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; BLOCK];
    let mut offset = 0;
    loop {
        let count = content.read_at(offset, &mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        take(&buffer[..count])?;
        offset += count as u64;
    }
}

/// Goes through a message as text, if it is text; says whether it is.
fn texts(content: &Content, mut take: impl FnMut(&str) -> io::Result<()>) -> io::Result<bool> {
    let mut cut = Vec::new();
    let mut is_text = true;
    blocks(content, |block| {
        if !is_text {
            return Ok(());
        }
        // The start of a character may be in the block before.
        cut.extend_from_slice(block);
        let length = match std::str::from_utf8(&cut) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => {
                is_text = false;
                return Ok(());
            }
        };
        take(std::str::from_utf8(&cut[..length]).unwrap_or_default())?;
        cut.drain(..length);
        Ok(())
    })?;
    Ok(is_text && cut.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Draft;

    async fn told(message: &[u8]) -> Value {
        let mut draft = Draft::default();
        draft.add(message);
        let mut line = Vec::new();
        message_line(&mut line, &json!({ "from": "\"}" }), &draft.finish().await.unwrap()).unwrap();
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        let mut object: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(object["from"], json!("\"}"));
        object["message"].take()
    }

    #[tokio::test]
    async fn a_message_is_text_if_it_can_be_however_it_is_cut_into_blocks() {
        for length in BLOCK - 5..BLOCK + 5 {
            let text = format!("{}ä€\u{1f4e7}\"\\\r\n\0", "x".repeat(length));
            assert_eq!(told(text.as_bytes()).await, json!(text));
        }
        assert_eq!(told(b"").await, json!(""));
    }

    #[tokio::test]
    async fn a_message_that_is_no_text_is_told_of_in_base64() {
        for length in [0, 1, 2, 3, BLOCK - 1, BLOCK, 2 * BLOCK + 1] {
            for end in [&b"\xe2\x82"[..], b"\xff", b"\xffmore"] {
                let message = [vec![b'x'; length], end.to_vec()].concat();
                assert_eq!(told(&message).await, json!({ "base64": STANDARD.encode(&message) }));
            }
        }
    }
}
