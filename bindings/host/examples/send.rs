//! Sends one message: `send smtp://HOST:PORT FROM TO [FILE]`; `smtps://` for TLS from the first byte.

use mailproto::smtp::{BodyType, Envelope, Submission, SubmissionEvent, SubmissionOptions, TlsPolicy, Verdict};
use mailproto::{Endpoint, Error, Misuse};
use mailproto_host::blocking::{Driver, Stream};
use mailproto_host::tls;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, from, to, file @ ..] = arguments.as_slice() else {
        eprintln!("usage: send smtp[s]://HOST[:PORT] FROM TO [FILE]");
        return Ok(ExitCode::from(2));
    };
    let message = match file.first() {
        Some(file) => std::fs::read(file)?,
        None => format!("From: {from}\r\nTo: {to}\r\nSubject: hello\r\n\r\nHello from Rust.\r\n").into_bytes(),
    };
    let (scheme, address) = server.split_once("://").ok_or("the server is no URL")?;
    let implicit = scheme == "smtps";
    let (host, port) = address.rsplit_once(':').unwrap_or((address, if implicit { "465" } else { "25" }));

    let mut options = SubmissionOptions::new("localhost");
    if implicit {
        options.tls = TlsPolicy::Implicit;
    }
    let mut envelope = Envelope::new(from, [to.as_str()]);
    envelope.size = Some(message.len() as u64);
    if !message.is_ascii() {
        envelope.body = BodyType::EightBitMime;
    }
    let mut submission = Submission::new(options)?;
    submission.submit(envelope)?;
    submission.finish(); // QUIT when everything is done

    let mut driver = Driver::new(submission, Stream::connect(host, port.parse()?)?);
    if implicit {
        driver.start_tls(&tls::client(&tls::Trust::Public)?, host)?;
    }
    let accepted = converse(&mut driver, host, &message)?;
    Ok(if accepted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The loop: take events and answer them, pass the message on, let the driver move bytes.
fn converse(driver: &mut Driver<Submission>, host: &str, message: &[u8]) -> Result<bool, Box<dyn std::error::Error>> {
    let (mut accepted, mut unsent) = (false, None);
    while !driver.endpoint.is_closed() {
        while let Some(event) = driver.endpoint.next_event()? {
            match event {
                SubmissionEvent::StartTls => {
                    driver.start_tls(&tls::client(&tls::Trust::Public)?, host)?;
                    driver.endpoint.tls_started()?;
                }
                SubmissionEvent::BodyWanted { .. } => unsent = Some(message),
                SubmissionEvent::Recipient { delivery, .. } => {
                    accepted = delivery.verdict == Verdict::Accepted;
                    println!("{:?}", delivery.verdict);
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
            Some(rest) => {
                let taken = driver.endpoint.send_data(rest)?;
                unsent = rest.get(taken..);
                driver.flush()?;
            }
        }
    }
    Ok(accepted)
}
