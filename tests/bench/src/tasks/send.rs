//! C4: a message of 64 MiB sent behind DATA, into a sink that counts.

use std::rc::Rc;
use std::sync::Arc;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use mailproto::frame::{DotWriter, LineEnds};
use memchr::memmem;

use super::lettre_stream::{Stream, run};
use super::{READ, share};
use crate::harness::Task;
use crate::{data, session};

pub(super) fn task(smaller: usize) -> Task {
    let message = Rc::new(data::message(share(64 << 20, smaller)));
    let wire = data::stuffed(&message).len();
    let task = Task::new("C4", "DATA sent: dots added, line ends checked, the end added", message.len(), 1);

    let input = message.clone();
    let task = task.ours("mailproto smtp::Client", wire, move || {
        session::send(&mut session::client_in_data(), &input, READ, |_| ())
    });
    let (input, mut window) = (message.clone(), vec![0; READ]);
    let task = task.ours("mailproto DotWriter", wire, move || {
        let (mut writer, mut rest, mut total) = (DotWriter::new(LineEnds::Refuse), &input[..], 0);
        while !rest.is_empty() {
            let done = writer.write(rest, &mut window);
            rest = &rest[done.taken..];
            total += done.written;
        }
        (total + writer.finish(&mut window)) as u64
    });
    #[cfg(libetpan)]
    let task = {
        let input = message.clone();
        // It writes a line end before the dot even where there is one.
        task.peer("libetpan mailsmtp_data_message", wire + 2, move || {
            crate::etpan::data(b"220 mx\r\n354 go\r\n250 ok\r\n", &input)
        })
    };
    let input = message.clone();
    let replies: Arc<[u8]> = Arc::from(&b"220 mx\r\n250 mx\r\n250 ok\r\n"[..]);
    let task = task.peer("lettre AsyncSmtpConnection", 1, move || {
        run(async {
            let stream = Box::new(Stream::new(replies.clone()));
            let name = ClientId::Domain("c.example".into());
            let connected = AsyncSmtpConnection::connect_with_transport(stream, &name).await;
            let mut connection = connected.expect("the server is friendly");
            u64::from(connection.message(&input).await.is_ok())
        })
    });
    let (input, mut out) = (message.clone(), Vec::with_capacity(wire));
    task.floor("memmem and copy, reused Vec", wire, move || {
        out.clear();
        stuff(&input, &mut out);
        out.len() as u64
    })
    .bound("mailproto smtp::Client", "libetpan mailsmtp_data_message", 1.0 / 4.0)
    .bound("mailproto smtp::Client", "memmem and copy, reused Vec", 1.0 / 0.7)
}

/// Finds the dots and copies what is between them: the least that sending needs.
fn stuff(message: &[u8], out: &mut Vec<u8>) {
    if message.starts_with(b".") {
        out.push(b'.');
    }
    let mut start = 0;
    for found in memmem::find_iter(message, b"\r\n.") {
        out.extend_from_slice(&message[start..found + 2]);
        out.push(b'.');
        start = found + 2;
    }
    out.extend_from_slice(&message[start..]);
    out.extend_from_slice(b".\r\n");
}
