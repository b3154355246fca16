//! Sends a message, blocking: `send SERVER_URL FROM TO [FILE]`.

use mailproto::Endpoint;
use mailproto::smtp::{Envelope, Submission, SubmissionEvent, SubmissionOptions, TlsPolicy, Verdict};
use mailproto_host::blocking::{Driver, Stream};
use mailproto_host::tls::{self, Trust};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, from, to, file @ ..] = &arguments[..] else {
        return Err("usage: send smtp[s]://HOST:PORT FROM TO [FILE]".into());
    };
    let (scheme, place) = url.split_once("://").ok_or("the server is smtp://HOST:PORT or smtps://HOST:PORT")?;
    let (host, port) = place.rsplit_once(':').ok_or("the server has no :PORT")?;
    let message = match file.first() {
        Some(path) => std::fs::read(path)?,
        None => format!("From: {from}\r\nTo: {to}\r\nSubject: Hello\r\n\r\nHello from Rust.\r\n").into_bytes(),
    };

    let implicit = scheme == "smtps";
    let mut options = SubmissionOptions::new("localhost");
    options.tls = if implicit { TlsPolicy::Implicit } else { TlsPolicy::Opportunistic };
    let mut submission = Submission::new(options)?;
    submission.submit(Envelope::new(from, [to.as_str()]))?;
    submission.finish(); // QUIT when everything is done

    let config = tls::client(&Trust::Anyone)?; // who answers does not matter here
    let mut stream = Stream::connect(host, port.parse()?)?;
    if implicit {
        stream.start_tls(&config, host)?;
    }
    let mut driver = Driver::new(submission, stream);
    let mut rest = None;
    let mut accepted = false;
    while !driver.endpoint.is_closed() {
        while let Some(event) = driver.endpoint.next_event()? {
            match event {
                SubmissionEvent::StartTls => {
                    driver.start_tls(&config, host)?;
                    driver.endpoint.tls_started()?;
                }
                SubmissionEvent::BodyWanted { .. } => rest = Some(&message[..]),
                SubmissionEvent::Recipient { delivery, .. } => {
                    let said = delivery.reply.map(|reply| String::from_utf8_lossy(reply.as_bytes()).into_owned());
                    println!("{to}: {:?} {}", delivery.verdict, said.unwrap_or_default().trim_end());
                    accepted = delivery.verdict == Verdict::Accepted;
                    rest = None;
                }
                _ => {}
            }
        }
        match rest {
            Some([]) => {
                driver.endpoint.finish_data()?;
                rest = None;
            }
            Some(bytes) => {
                rest = Some(&bytes[driver.endpoint.send_data(bytes)?..]);
                driver.flush()?;
            }
            None => driver.turn()?,
        }
    }
    driver.close()?;
    if accepted { Ok(()) } else { Err("the message was not accepted".into()) }
}
