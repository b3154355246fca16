//! The message around the attachment.

use super::attachment::Attachment;
use mailproto::codec::base64;

/// Who sends.
pub const SENDER: &str = "board@device.example";
/// Who receives.
pub const RECIPIENT: &str = "demo@localhost";

/// Who reads what the recipient has got.
pub const USER: &str = "demo";
/// What proves it.
pub const PASSWORD: &str = "demo";

/// What the message is about.
pub const SUBJECT: &str = "A reading of the board";

/// Header, text and the header of the attachment.
const START: &str = "\
From: <board@device.example>\r
To: <demo@localhost>\r
Subject: A reading of the board\r
Date: Thu, 01 Jan 2026 00:00:00 +0000\r
Message-ID: <reading@device.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=\"part\"\r
\r
--part\r
Content-Type: text/plain; charset=us-ascii\r
\r
The reading is attached.\r
--part\r
Content-Type: application/octet-stream; name=\"reading.bin\"\r
Content-Disposition: attachment; filename=\"reading.bin\"\r
Content-Transfer-Encoding: base64\r
\r
";

const END: &str = "--part--\r\n";

/// Bytes that become one line of base64 of the length that RFC 2045 §6.8 allows.
const GROUP: usize = 57;

/// Makes the message piece by piece and hands each to `send`, in constant
/// memory.
pub fn write<E>(send: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    send(START.as_bytes())?;
    let mut attachment = Attachment::new();
    loop {
        let mut group = [0; GROUP];
        let mut length = 0;
        for (place, byte) in group.iter_mut().zip(&mut attachment) {
            *place = byte;
            length += 1;
        }
        let mut line = [0; base64::encoded_length(GROUP)];
        let encoded = group.get(..length).and_then(|bytes| base64::encode(bytes, &mut line));
        match encoded.and_then(|length| line.get(..length)) {
            Some(text) if !text.is_empty() => {
                send(text)?;
                send(b"\r\n")?;
            }
            _ => break,
        }
    }
    send(END.as_bytes())
}
