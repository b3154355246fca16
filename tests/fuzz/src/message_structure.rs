//! The structure of messages: the reader and the tree, and whatever undoes an encoding.

use crate::choices::Choices;
use crate::message_looks::message_looks;
use mailproto::codec::quoted_printable;
use mailproto::message::{
    Anomalies, BodyDecoder, BodyForm, Event, Message, MessageTable, Part, PartKind, Reader, ReaderOptions,
    TransferEncoding,
};
use mailproto::{Buffers, Fixed, Heap, Limits};

/// Messages: the reader finds the same at every cut and with every buffer, and the tree finds the same as
/// the reader. Parts lie within their parents, in order, and say together all that the message says.
pub fn message_structure(data: &[u8]) {
    let (mut choices, bytes) = Choices::divide(data);
    let mut limits =
        Limits { header_field: 300 + u32::from(choices.byte()) % 212, receive_buffer: 512, ..Limits::default() };
    limits.header_fields = 1 + u32::from(choices.byte());
    limits.parts = 1 + u32::from(choices.byte());
    limits.nesting = 1 + u16::from(choices.byte()) % 40;
    let message = Message::parse_with(bytes, &limits, MessageTable::default());
    let anomalies = message.anomalies();
    let steps = [1 + choices.below(90), 1 + choices.below(9), 1 + choices.below(300)];
    for body in [BodyForm::DecodedWithUuencode, BodyForm::Raw] {
        let told = tell(&message, body, &limits);
        let options = ReaderOptions { body, limits };
        for steps in [&[1][..], &[7], &[512], &steps] {
            let (growing, fixed) = (&mut Reader::<Heap>::new(options), &mut Reader::<Fixed<512, 0>>::new(options));
            for (read, anomalies_read) in [read(growing, bytes, steps), read(fixed, bytes, steps)] {
                assert_eq!(read, told, "in steps of {steps:?}");
                if body != BodyForm::Raw {
                    assert_eq!(anomalies_read, anomalies, "in steps of {steps:?}");
                }
            }
        }
    }
    hold_together(&message);
    message_looks(&message, steps[2]);
    let again = Message::parse_with(bytes, &limits, message.clone().into_parts().1);
    assert_eq!(tell(&again, BodyForm::Raw, &limits), tell(&message, BodyForm::Raw, &limits), "in tables used before");
}

/// A part, as both can tell of it.
#[derive(Debug, Default, PartialEq)]
struct Told {
    depth: usize,
    kind: PartKind,
    encoding: TransferEncoding,
    /// Offset and as many bytes as the limit allows.
    fields: Vec<(u64, Vec<u8>, bool)>,
    body: Option<Vec<u8>>,
    /// Which part ended after how many had begun.
    ended: usize,
}

fn read<B: Buffers>(reader: &mut Reader<B>, bytes: &[u8], steps: &[usize]) -> (Vec<Told>, Anomalies) {
    let (mut parts, mut fields, mut is_over): (Vec<Told>, _, _) = (Vec::new(), Vec::new(), false);
    let mut take = |reader: &mut Reader<B>| {
        while let Some(event) = reader.next_event() {
            assert!(!is_over, "nothing follows the end");
            match event {
                Event::Field { header, is_cut } => fields.push((header.offset(), header.raw().to_vec(), is_cut)),
                Event::HeadersEnd => {}
                Event::PartStart(part) => {
                    assert_eq!(part.index as usize, parts.len());
                    let fields = std::mem::take(&mut fields);
                    let (depth, kind, encoding) = (part.depth as usize, part.kind, part.encoding);
                    parts.push(Told { depth, kind, encoding, fields, ..Told::default() });
                }
                Event::Body { bytes } => {
                    assert!(!bytes.is_empty());
                    parts.last_mut().unwrap().body.get_or_insert_default().extend_from_slice(bytes);
                }
                Event::PartEnd { index } => {
                    let begun = parts.len();
                    let part = &mut parts[index as usize];
                    assert_eq!(part.ended, 0);
                    part.ended = begun;
                }
                Event::End => is_over = true,
            }
        }
    };
    let (mut rest, mut step) = (bytes, 0);
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(steps[step % steps.len()].min(rest.len()));
        (rest, step) = (behind, step + 1);
        let mut piece = piece;
        while !piece.is_empty() {
            let taken = reader.receive(piece);
            piece = &piece[taken..];
            take(reader);
        }
    }
    reader.receive_eof();
    take(reader);
    assert!(is_over && fields.is_empty());
    for part in &mut parts {
        part.body.take_if(|_| is_composite(part.kind));
    }
    (parts, *reader.anomalies())
}

fn tell(message: &Message<&[u8]>, form: BodyForm, limits: &Limits) -> Vec<Told> {
    let limit = limits.header_field as usize;
    let parts: Vec<Part<'_>> = message.parts().collect();
    let told = parts.iter().enumerate().map(|(index, part)| Told {
        depth: part.depth(),
        kind: part.kind(),
        encoding: part.encoding(),
        fields: part
            .fields()
            .map(|field| {
                let raw = field.raw();
                (field.offset(), raw[..raw.len().min(limit)].to_vec(), raw.len() >= limit)
            })
            .collect(),
        body: Some(if form == BodyForm::Raw { part.body_raw().to_vec() } else { part.body().into_owned() })
            .filter(|body| !body.is_empty() && !is_composite(part.kind())),
        ended: parts[index + 1..]
            .iter()
            .position(|other| other.depth() <= part.depth())
            .map_or(parts.len(), |behind| index + 1 + behind),
    });
    told.collect()
}

/// Whether a part of this kind may hold others.
fn is_composite(kind: PartKind) -> bool {
    kind.is_multipart() || kind == PartKind::Message
}

/// What every tree keeps.
fn hold_together(message: &Message<&[u8]>) {
    let raw = message.raw();
    assert_eq!(message.root().raw(), raw);
    for part in message.parts() {
        assert_eq!([part.header_raw(), part.body_raw()].concat(), part.raw());
        assert_eq!(&raw[part.offset() as usize..][..part.raw().len()], part.raw());
        let mut end = part.body_offset();
        for child in part.children() {
            assert_eq!(child.parent().map(|parent| parent.index()), Some(part.index()));
            assert_eq!(child.depth(), part.depth() + 1);
            assert!(child.offset() >= end, "in order");
            end = child.offset() + child.raw().len() as u64;
        }
        assert!(end <= part.offset() + part.raw().len() as u64, "within its parent");
        for field in part.fields() {
            assert_eq!(&raw[field.offset() as usize..][..field.raw().len()], field.raw());
            assert!(field.raw().ends_with(field.value_raw()) || field.raw().ends_with(b"\n"));
        }
    }
    for (_, offset) in message.anomalies().iter() {
        assert!(offset <= raw.len() as u64);
    }
}

/// Bodies: no cut shows in what was decoded, nothing grows, and what is left for the next piece is short.
pub fn message_bodies(data: &[u8]) {
    let (mut choices, bytes) = Choices::divide(data);
    let encodings = [TransferEncoding::QuotedPrintable, TransferEncoding::Base64, TransferEncoding::Uuencode];
    let encoding = choices.of(&encodings);
    let whole = decode(encoding, bytes, &[bytes.len().max(1)]);
    for steps in [&[1][..], &[2], &[3], &[1 + choices.below(90), 1 + choices.below(9), 1 + choices.below(300)]] {
        assert_eq!(decode(encoding, bytes, steps), whole, "in steps of {steps:?}");
    }
}

fn decode(encoding: TransferEncoding, bytes: &[u8], steps: &[usize]) -> (Vec<u8>, Anomalies) {
    let (mut decoder, mut held, mut decoded) = (BodyDecoder::new(encoding), Vec::new(), Vec::new());
    let (mut rest, mut step) = (bytes, 0);
    loop {
        let (piece, behind) = rest.split_at(steps[step % steps.len()].min(rest.len()));
        (rest, step) = (behind, step + 1);
        held.extend_from_slice(piece);
        let done = decoder.decode(&mut held, rest.is_empty());
        assert!(done.written <= done.taken);
        decoded.extend_from_slice(&held[..done.written]);
        held.drain(..done.taken);
        assert!(held.len() <= quoted_printable::Decoder::MOST_LEFT);
        if rest.is_empty() {
            assert!(held.is_empty());
            return (decoded, decoder.anomalies());
        }
    }
}
