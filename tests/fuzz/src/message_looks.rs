//! Looks at whatever a message holds as everything that it could be.

use mailproto::message::{Header, Message, Part};

/// No look fails, text is the same in pieces and as a whole, and a preview is one line with the room it has.
pub(crate) fn message_looks(message: &Message<&[u8]>, room: usize) {
    for part in message.parts() {
        look(&part);
        part.fields().for_each(|field| look_at_field(&field));
    }
    let preview = message.preview(room);
    assert!(preview.chars().count() <= room);
    assert!(!preview.chars().any(char::is_control));
    assert_eq!(preview, preview.trim());
    // Less room shows the beginning of the same.
    assert!(preview.starts_with(&message.preview(room / 2)));
}

fn look(part: &Part<'_>) {
    let (whole, mut pieces) = (part.text(), String::new());
    part.write_text(&mut (), &mut pieces).expect("a string takes all");
    assert_eq!(pieces, whole);
    if let Some(name) = part.file_name() {
        assert_eq!(name.to_string(), name.decoded());
    }
    let body = part.body_structure();
    assert_eq!(body.bodies().count() == 0, part.is_leaf());
    let envelope = part.envelope();
    for list in [envelope.from(), envelope.sender(), envelope.reply_to()] {
        assert!(list.mailboxes().count() <= list.raw().len());
    }
}

fn look_at_field(field: &Header<'_>) {
    let text = field.text();
    assert_eq!(text.to_string(), text.decoded());
    for mailbox in field.addresses().mailboxes() {
        assert_eq!(mailbox.address().to_string(), mailbox.address().decoded());
    }
    if let Some(date) = field.date() {
        assert_eq!(Header::parse(&[b"Date: ", &date.to_bytes()[..]].concat()).unwrap().0.date(), Some(date));
    }
    for id in field.message_ids().iter().chain(field.list_uris().iter()) {
        assert_eq!(id.to_string(), id.decoded());
    }
    let received = field.received();
    assert!(received.clauses().count() <= field.raw().len());
    assert_eq!(field.list_id().id().to_string(), field.list_id().id().decoded());
    assert!(field.content_type().parameters().iter().count() <= field.raw().len());
    assert!(field.disposition().parameters().iter().count() <= field.raw().len());
}
