//! Messages written (RFC 5322, RFC 2045 to 2049, 2183, 2231, 3676, 6532), in constant memory.
//!
//! A [`Draft`] says what the message shall be, in slices that the host keeps; a [`Writer`] gives its bytes,
//! into space of any size, and asks for the attachments that are not at hand.
//!
//! ```text
//!                    ┌────────────────────────────────────────────────┐
//!                    ▼                                                │ another part
//!  fields of the   fields of   ──▶ content at hand ──▶ ─┐             │
//!  message     ──▶ a part      ──▶ content that is fed ─┼─▶ boundary ─┤
//!                    ▲         ──▶ parts ───────────────┘             │ none
//!                    └───────────── the first of them                 ▼
//!                                                                    end
//! ```
//!
//! It takes for each part the transfer encoding that is shortest and fits the target, folds lines, encodes
//! words and parameters, and makes boundaries that occur nowhere in the content. CR, LF and NUL in any value
//! are refused before anything is written.
//!
//! ```
//! use mailproto::message::writer::{Date, Draft, Recipient, WriterOptions, compose};
//! let draft = Draft {
//!     from: &[Recipient::named("Jürgen Müller", "j@example.com")],
//!     to: &[Recipient::named("Alice", "a@example.org")],
//!     subject: "Hello",
//!     date: Some(Date { seconds: 1_767_225_600, offset_minutes: 0 }),
//!     message_id: "1@example.com",
//!     text: Some("How are you?\n"),
//!     ..Draft::default()
//! };
//! # #[cfg(feature = "alloc")] {
//! let message = compose(&draft, WriterOptions::default())?;
//! assert_eq!(String::from_utf8(message).unwrap(), "\
//! Date: Thu, 01 Jan 2026 00:00:00 +0000\r
//! From: =?utf-8?B?SsO8cmdlbiBNw7xsbGVy?= <j@example.com>\r
//! To: Alice <a@example.org>\r
//! Message-ID: <1@example.com>\r
//! Subject: Hello\r
//! MIME-Version: 1.0\r
//! Content-Type: text/plain; charset=utf-8\r
//! \r
//! How are you?\r
//! ");
//! # }
//! # Ok::<(), mailproto::Misuse>(())
//! ```

mod address;
mod body;
mod boundary;
mod check;
#[cfg(feature = "alloc")]
mod compose;
mod content;
mod date;
mod draft;
mod field;
mod line;
mod lines;
mod machine;
mod options;
mod parameter;
mod part;
mod text;
mod token;
mod tree;
mod walk;

#[cfg(feature = "alloc")]
pub use compose::compose;
pub use date::Date;
pub use draft::{Draft, Field, Mailbox, Recipient, Value};
pub use machine::{Wants, Writer};
pub use options::{Target, WriterOptions};
pub use part::{Content, Disposition, Part};
