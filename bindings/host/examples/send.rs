//! Sends one message: `send smtp://HOST:PORT FROM TO [FILE]`; `smtps://` for TLS from the first byte. The
//! environment variable `CA_FILE` names the authorities to trust in place of those that browsers trust.

use mailproto::smtp::{BodyType, Envelope, Submission, SubmissionEvent, SubmissionOptions, TlsPolicy, Verdict};
use mailproto::{Endpoint, Error, Misuse};
use mailproto_host::blocking::{Driver, Stream};
use mailproto_host::tls::{self, Trust};
use std::env;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
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
    let mut envelope = Envelope::new(from, [to.as_str()]);
    envelope.size = Some(message.len() as u64);
    envelope.body = if message.is_ascii() { BodyType::SevenBit } else { BodyType::EightBitMime };
    let mut submission = Submission::new(options)?;
    submission.submit(envelope)?;
    submission.finish(); // QUIT when everything is done

    let config = tls::client(&env::var_os("CA_FILE").map_or(Trust::Public, |file| Trust::File(file.into())))?;
    let mut stream = Stream::connect(host, port.parse()?)?;
    if implicit {
        stream.start_tls(&config, host)?;
    }
    let mut driver = Driver::new(submission, stream);
    let mut accepted = false;
    let mut unsent = None;
    while !driver.endpoint.is_closed() {
        while let Some(event) = driver.endpoint.next_event()? {
            match event {
                SubmissionEvent::StartTls => {
                    driver.start_tls(&config, host)?;
                    driver.endpoint.tls_started()?;
                }
                SubmissionEvent::BodyWanted { .. } => unsent = Some(&message[..]),
                SubmissionEvent::Recipient { delivery, .. } => {
                    let said = delivery.reply.map(|reply| String::from_utf8_lossy(reply.as_bytes()).into_owned());
                    println!("{to}: {:?} {}", delivery.verdict, said.unwrap_or_default().trim_end());
                    accepted = delivery.verdict == Verdict::Accepted;
                    unsent = None;
                }
                _ => {}
            }
        }
        match unsent {
            None => driver.turn()?,
            Some([]) => match driver.endpoint.finish_data() {
                Ok(()) => unsent = None,
                Err(Error::Misuse(Misuse::Full)) => driver.flush()?,
                Err(error) => return Err(error.into()),
            },
            Some(bytes) => {
                unsent = bytes.get(driver.endpoint.send_data(bytes)?..);
                driver.flush()?;
            }
        }
    }
    driver.close()?;
    if accepted { Ok(()) } else { Err("the message was not accepted".into()) }
}
